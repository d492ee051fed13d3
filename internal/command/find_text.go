package command

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/isrc-dev/isrc/internal/catalog"
	"github.com/isrc-dev/isrc/internal/guideline"
	"github.com/isrc-dev/isrc/internal/term"
)

// findScreen is what find shows to people.
type findScreen struct {
	rows     []found
	hits     []catalog.Hit
	result   *catalog.Found
	where    string   // what was searched, in words
	searched int      // repositories; 0 where a forge searched
	like     string   // OWNER/NAME that the rows do the same as
	without  []string // where nothing was found: what there is without a filter
	near     []string // filters that may have been meant
	live     bool
	explain  bool
	now      time.Time
	typed    func(repository) string // as a row is named to the next command
}

func (f findScreen) write(s *term.Streams) error {
	switch {
	case len(f.rows) == 0:
		f.nothing(s)
		return nil
	case f.explain:
		f.explained(s)
		return nil
	case !s.OutTTY:
		t := s.NewTable(-1)
		for _, r := range f.rows {
			t.Row(term.Cell{Text: r.FullName}, term.Cell{Text: r.Language}, term.Cell{Text: r.Description}, term.Cell{Text: accepts(r)}, term.Cell{Text: decides(r)}, term.Cell{Text: r.URL})
		}
		return t.Write(s.Out)
	}
	name, lang := f.columns(s)
	for i := range f.rows {
		f.head(s, &f.rows[i], name, lang)
		for _, l := range joinFacts(f.facts(&f.rows[i]), " "+s.Sym(term.SymDot)+" ", s.Width-5) {
			fmt.Fprintln(s.Out, "    "+s.Paint(term.Dim, term.Truncate(l, s.Width-5, s.Ellipsis())))
		}
	}
	f.foot(s)
	return nil
}

// columns are the widths of names and languages.
func (f findScreen) columns(s *term.Streams) (name, lang int) {
	for _, r := range f.rows {
		name, lang = max(name, term.Columns(r.FullName)), max(lang, term.Columns(r.Language))
	}
	return min(name, s.Width/2), min(lang, 12)
}

// head is a repository's name, language and what it is for. A name is never cut:
// it is what people copy.
func (f findScreen) head(s *term.Streams, r *found, name, lang int) {
	full := term.Line(r.FullName)
	name = max(name, term.Columns(full))
	language := term.Truncate(term.Line(r.Language), lang, s.Ellipsis())
	head := "  " + s.Paint(term.Strong, full) + pad(name-term.Columns(full)+2) + language + pad(lang-term.Columns(language)+2)
	room := s.Width - name - lang - 6
	if room < 24 { // the text goes below, where there is more room
		fmt.Fprintln(s.Out, strings.TrimRight(head, " "))
		head, room, name, lang = pad(4), s.Width-4, -1, -1
	}
	about := r.Description
	if about == "" {
		about = r.Title
	}
	lines := term.Wrap(term.Line(about), room)
	if len(lines) > 2 {
		lines = lines[:2]
		lines[1] = term.Truncate(lines[1]+" "+s.Ellipsis(), room, s.Ellipsis())
	}
	for i, l := range lines {
		if i > 0 {
			head = pad(name + lang + 6)
		}
		fmt.Fprintln(s.Out, strings.TrimRight(head+markWords(s, l, r.mark), " "))
	}
	if len(lines) == 0 && name >= 0 {
		fmt.Fprintln(s.Out, strings.TrimRight(head, " "))
	}
}

// facts are what a contributor wants to know at a glance.
func (f findScreen) facts(r *found) []string {
	if r.Archived {
		return []string{"archived"}
	}
	facts := []string{accepts(*r)}
	add := func(text string) {
		if text != "" {
			facts = append(facts, term.Line(text))
		}
	}
	if r.AnsweredHours != nil {
		add("answers in ~" + hoursText(*r.AnsweredHours))
	} else {
		add(decides(*r))
	}
	if r.Outside != nil && *r.Outside > 0 {
		add(fmt.Sprintf("%d from other teams", *r.Outside))
	}
	if r.HelpWanted != nil && *r.HelpWanted > 0 {
		add(fmt.Sprintf("%d help wanted", *r.HelpWanted))
	}
	if len(r.Missing) > 0 {
		add("without " + strings.Join(r.Missing, ", "))
	}
	switch n := len(r.Copies); {
	case n == 1:
		add("copy: " + r.Copies[0])
	case n > 1:
		add(fmt.Sprintf("%d forks and copies", n))
	}
	if f.live || r.PushedAt != nil && quiet(r, f.now) {
		add(pushed(*r, f.now))
	}
	if !f.live && !shows(r) && len(r.Reasons) > 0 && f.like == "" {
		add(r.Reasons[0])
	}
	if f.like != "" && len(r.Reasons) > 0 {
		add(r.Reasons[0])
	}
	return facts
}

// quiet tells whether a repository has not been pushed to for half a year.
func quiet(r *found, now time.Time) bool {
	t, err := time.Parse(time.RFC3339, *r.PushedAt)
	return err == nil && now.Sub(t) > 180*24*time.Hour
}

// shows tells whether a reader of the row sees a word that matched.
func shows(r *found) bool {
	text := strings.ToLower(r.FullName + " " + r.Description)
	for _, w := range r.mark {
		if strings.Contains(text, w) {
			return true
		}
	}
	return len(r.mark) == 0
}

func (f findScreen) foot(s *term.Streams) {
	foot := fmt.Sprintf("%d of %s", len(f.rows), thousands(max(f.result.Total, len(f.rows))))
	switch {
	case f.like != "":
		foot = fmt.Sprintf("%s like %s", pluralOf(len(f.rows), "repository", "repositories"), f.like)
	case f.result.Widened != nil && f.result.Widened.Whole == 0:
		foot += ", none with all words"
	case f.result.Widened != nil:
		foot += fmt.Sprintf(", %d with all words", f.result.Widened.Whole)
	}
	if f.searched > 0 {
		foot += fmt.Sprintf(" %s %s", s.Sym(term.SymDot), countOf(f.searched, "repository", "repositories"))
	}
	parts := []string{foot + " in " + term.Line(f.where), "isrc show " + term.Line(f.typed(f.rows[0].repository))}
	for i, l := range joinFacts(parts, " "+s.Sym(term.SymDot)+" ", s.Width) {
		if i == 0 && term.Columns(l) > s.Width {
			l = strings.Join(term.Wrap(l, s.Width), "\n")
		}
		fmt.Fprintln(s.Out, l)
	}
}

// nothing says what was searched in vain, and what is near.
func (f findScreen) nothing(s *term.Streams) {
	if f.like != "" {
		s.Tell(fmt.Sprintf("Nothing in %s does the same as %s.", term.Line(f.where), term.Line(f.like)))
		return
	}
	asked := f.result.Asked
	searched := fmt.Sprintf("name, description, topics and README in %s.\n  Not searched: code, issues, other hosts.", term.Line(f.where))
	if f.searched > 0 {
		searched = fmt.Sprintf("name, topics, title, description, skills, capabilities and README of %s in %s.\n  Not searched: code, issues, and archived repositories unless --archived.",
			countOf(f.searched, "repository", "repositories"), term.Line(f.where))
	}
	s.Tell(fmt.Sprintf("Nothing found for %s.\n  Searched: %s", term.Line(asked), searched))
	if len(f.near) > 0 {
		s.Tell("  Did you mean " + term.Line(strings.Join(f.near, ", ")) + "?")
	}
	if len(f.without) > 0 {
		s.Tell("  Found: " + term.Line(strings.Join(f.without, ", ")))
	}
	if f.live {
		s.Tell("  A catalog finds words that are spelt otherwise, too: isrc catalog update")
	}
	if len(f.result.Topics) > 0 {
		var near []string
		for _, t := range f.result.Topics {
			near = append(near, fmt.Sprintf("topic:%s (%d)", t.Topic, t.Count))
		}
		s.Tell("  Topics that are near: " + term.Line(strings.Join(near, ", ")))
	}
}

// explained shows how each answer comes to its place.
func (f findScreen) explained(s *term.Streams) {
	for i := range f.rows {
		r := &f.rows[i]
		if i > 0 {
			fmt.Fprintln(s.Out)
		}
		fmt.Fprintf(s.Out, "%s  %s\n", s.Paint(term.Strong, term.Line(r.FullName)), figure(r.Score))
		writeTerms(s, s.Out, r.Terms)
		explainRecord(s, r.record)
	}
}

//go:noinline
func pad(n int) string { return strings.Repeat(" ", max(n, 0)) }

// accepts says how contributions are taken, or, where nobody says it, what came
// of those that there were.
func accepts(r found) string {
	if r.Contributions == nil && r.Merged != nil && *r.Merged > 0 {
		return fmt.Sprintf("merged %d of %s", *r.Merged, plural(*r.Decided, "pull request"))
	}
	return takes(r.Contributions)
}

// takes says how contributions are taken.
func takes(mode *string) string {
	if mode == nil {
		return "contributions: not stated"
	}
	switch *mode {
	case guideline.TakesPullRequests:
		return "takes pull requests"
	case guideline.TakesIssueFirst:
		return "takes pull requests after an issue"
	case guideline.TakesElsewhere:
		return "no pull requests there"
	case guideline.TakesIssuesOnly:
		return "issues only"
	}
	return "contributions: " + *mode
}

func decides(r found) string {
	if r.DecidedHours == nil || r.Decided == nil {
		return ""
	}
	return fmt.Sprintf("decides in ~%s (median of %d)", hoursText(*r.DecidedHours), *r.Decided)
}

func pushed(r found, now time.Time) string {
	if r.PushedAt == nil {
		return ""
	}
	t, err := time.Parse(time.RFC3339, *r.PushedAt)
	if err != nil {
		return ""
	}
	return "last push " + ago(now.Sub(t))
}

// markWords sets the words that matched apart.
func markWords(s *term.Streams, line string, words []string) string {
	if !s.Color || len(words) == 0 {
		return line
	}
	var b strings.Builder
	rest := line
	inWord := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
	for rest != "" {
		start := strings.IndexFunc(rest, inWord)
		if start < 0 {
			break
		}
		end := strings.IndexFunc(rest[start:], func(r rune) bool { return !inWord(r) })
		if end < 0 {
			end = len(rest) - start
		}
		word := rest[start : start+end]
		b.WriteString(rest[:start])
		if slices.Contains(words, strings.ToLower(word)) {
			word = s.Paint(term.Strong, word)
		}
		b.WriteString(word)
		rest = rest[start+end:]
	}
	return b.String() + rest
}
