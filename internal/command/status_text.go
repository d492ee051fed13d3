package command

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/isrc-dev/isrc/internal/git"
	"github.com/isrc-dev/isrc/internal/guideline"
	"github.com/isrc-dev/isrc/internal/insight"
	"github.com/isrc-dev/isrc/internal/term"
)

// showStatus writes a row for each contribution, on a terminal with what is
// asked and what to do below those that wait for the reader.
func showStatus(s *term.Streams, rows []standing, waiting bool, now time.Time) error {
	if len(rows) == 0 {
		text := "No contributions yet. isrc find <words> finds a repository to contribute to."
		if waiting {
			text = "Nothing waits for you."
		}
		fmt.Fprintln(s.Err, text)
		return nil
	}
	t := s.NewTable(2)
	cells := make([][]term.Cell, len(rows))
	for i := range rows {
		cells[i] = statusCells(s, &rows[i], waiting, now)
	}
	below := s.OutTTY && !statusFits(s, cells)
	for i := range cells {
		if below { // said whole on a line of its own, rather than cut
			cells[i] = slices.Delete(cells[i], 2, 3)
		}
		t.Row(cells[i]...)
	}
	if !s.OutTTY {
		return t.Write(s.Out)
	}
	lines := t.Rows()
	for i := range rows {
		fmt.Fprint(s.Out, lines[i])
		if below {
			for _, l := range term.Wrap(term.Line(rows[i].sentence(now)), max(s.Width-6, 14)) {
				fmt.Fprintln(s.Out, "      "+l)
			}
		}
		for _, l := range underRow(s, &rows[i], waiting, now) {
			fmt.Fprintln(s.Out, l)
		}
	}
	if done := untidied(rows); done != "" {
		s.Print(s.Paint(term.Dim, "isrc finish "+done+" tells what came of it, and tidies up"))
	}
	for _, l := range joinFacts(statusSummary(rows, waiting), " "+s.Sym(term.SymDot)+" ", s.Width) {
		fmt.Fprintln(s.Out, s.Paint(term.Dim, l))
	}
	return nil
}

// untidied is the first contribution that has ended and whose branch is still in
// its clone, "" for none.
func untidied(rows []standing) string {
	for i := range rows {
		r := &rows[i]
		if r.WaitsFor != insight.WaitsForNone || r.Directory == nil || r.Branch == nil || r.Number == nil {
			continue
		}
		repo, err := git.Open(*r.Directory)
		if err != nil {
			continue // the clone is gone: there is nothing to tidy
		}
		branches, err := repo.Branches()
		_ = repo.Close() // read only
		if _, there := branches[*r.Branch]; err == nil && there {
			return fmt.Sprintf("%s#%d", r.Repository.FullName, *r.Number)
		}
	}
	return ""
}

// statusFits tells whether every row has room for its sentence.
func statusFits(s *term.Streams, rows [][]term.Cell) bool {
	var widths [4]int
	for _, r := range rows {
		for i := range widths {
			widths[i] = max(widths[i], term.Columns(term.Line(r[i].Text)))
		}
	}
	return 2+widths[0]+2+widths[1]+2+widths[2]+2+widths[3] <= s.Width
}

func statusCells(s *term.Streams, r *standing, waiting bool, now time.Time) []term.Cell {
	number := "-"
	if r.Number != nil {
		number = fmt.Sprintf("#%d", *r.Number)
	}
	why := r.sentence(now)
	if p := pressing(r.Promises); p != nil && !s.OutTTY && (r.WaitsFor == insight.WaitsForThem || waiting) {
		why += " (" + p.text(now) + ")"
	}
	tone := map[string]term.Tone{insight.WaitsForYou: term.Warn, insight.WaitsForNone: term.Good}[r.WaitsFor]
	cells := []term.Cell{{Text: r.Repository.FullName, Tone: term.Strong}, {Text: number}, {Text: why}, {Text: r.WaitsFor, Tone: tone}}
	if waiting {
		cells[3] = term.Cell{Text: whose(r)}
	}
	if waiting && !s.OutTTY {
		cells[3].Text = r.side()
	}
	if !s.OutTTY {
		promised := ""
		if p := pressing(r.Promises); p != nil {
			promised = p.State
		}
		cells = append(cells, term.Cell{Text: textOf(r.Next)}, term.Cell{Text: textOf(r.URL)}, term.Cell{Text: promised})
		if waiting {
			cells = append(cells, term.Cell{Text: strings.Join(r.Roles, ",")}, term.Cell{Text: textOf(r.Created)}, term.Cell{Text: firstOf(textOf(r.Team), textOf(r.Author))})
		}
		if r.Blocking != nil {
			cells = append(cells, term.Cell{Text: firstOf(strings.Join(*r.Blocking, ","), "none")})
		}
	}
	return cells
}

// sentence says what is and since when, and how many threads are open.
func (r *standing) sentence(now time.Time) string {
	if n := r.threadCount(); n != "" {
		return r.saying(now) + ", " + n
	}
	return r.saying(now)
}

func (r *standing) saying(now time.Time) string {
	at := since(r.Since, now)
	switch {
	case r.State == "unfinished" && since(r.Created, now) != "":
		return r.Why + ", begun " + since(r.Created, now)
	case at == "":
		return r.Why
	case strings.HasPrefix(r.Why, "waiting"):
		if span, past := strings.CutSuffix(at, " ago"); past {
			return r.Why + ", " + span
		}
		return r.Why // since just now
	}
	return r.Why + ", " + at
}

// whose says who a contribution comes from.
func whose(r *standing) string {
	who := firstOf(textOf(r.Team), textOf(r.Author), "somebody")
	if side := r.side(); side != "" {
		who += ", " + side
	}
	return who
}

// side says whether a contribution comes from another team than the owners.
func (r *standing) side() string {
	switch {
	case r.Outside == nil:
		return ""
	case *r.Outside:
		return "outside"
	}
	return "inside"
}

// underRow are the lines under a row: what is asked, what fails, and what to do.
func underRow(s *term.Streams, r *standing, waiting bool, now time.Time) []string {
	var out []string
	add := func(tone term.Tone, text string) {
		if text = term.Line(text); text != "" {
			out = append(out, "      "+s.Paint(tone, term.Truncate(text, max(s.Width-6, 8), s.Ellipsis())))
		}
	}
	if waiting {
		add(term.Dim, r.Title)
	} else if r.Number == nil && r.Branch != nil {
		add(term.Dim, "branch "+*r.Branch) // two may be for one repository
	}
	if r.Blocking != nil && len(*r.Blocking) > 0 {
		add(term.Bad, "broken: "+strings.Join(*r.Blocking, ", "))
	}
	if p := pressing(r.Promises); p != nil && (r.WaitsFor == insight.WaitsForThem || waiting) {
		tone := term.Dim
		if p.State == insight.PromiseBroken {
			tone = term.Bad
		}
		add(tone, p.text(now))
	}
	if r.WaitsFor == insight.WaitsForYou || waiting {
		for _, v := range r.Reviews {
			if v.State == "changes-asked" && v.Text != nil {
				add(term.Dim, fmt.Sprintf("%s: %q", v.Reviewer, term.Line(*v.Text)))
				break
			}
		}
		if r.Threads != nil && len(*r.Threads) > 0 {
			t := (*r.Threads)[0]
			for _, x := range *r.Threads {
				if r.Next != nil && x.URL == *r.Next {
					t = x // which it is about
				}
			}
			add(term.Dim, t.text()+t.answer())
		}
		for _, k := range r.Checks {
			if k.State == "failure" {
				add(term.Dim, k.Name+": "+k.first())
				break
			}
		}
	}
	if r.Next != nil && r.WaitsFor != insight.WaitsForNone {
		tone := term.Dim
		if r.WaitsFor == insight.WaitsForYou || waiting {
			tone = term.Strong
		}
		out = append(out, "      "+s.Paint(tone, term.Line(*r.Next))) // to be pasted, and so in one piece
	}
	return out
}

// first is the first thing that a check says of its failure.
func (k *checkState) first() string {
	if len(k.Lines) > 0 {
		return k.Lines[0].String()
	}
	return insight.FirstLine(firstOf(textOf(k.Summary), insight.Failure(textOf(k.Conclusion))))
}

func statusSummary(rows []standing, waiting bool) []string {
	n := map[string]int{}
	broken := 0
	for i := range rows {
		n[rows[i].WaitsFor]++
		if p := pressing(rows[i].Promises); p != nil && p.State == insight.PromiseBroken {
			broken++
		}
	}
	var out []string
	if waiting {
		out = append(out, pluralOf(len(rows), "waits for you", "wait for you"))
		if broken > 0 {
			out = append(out, fmt.Sprintf("%d longer than promised", broken))
		}
		return append(out, "isrc status REPO#N says more")
	}
	if n[insight.WaitsForYou] > 0 {
		out = append(out, pluralOf(n[insight.WaitsForYou], "waits for you", "wait for you"))
	}
	if n[insight.WaitsForThem] > 0 {
		out = append(out, pluralOf(n[insight.WaitsForThem], "waits for others", "wait for others"))
	}
	return append(out, "isrc status REPO#N says more")
}

func since(at *string, now time.Time) string {
	if at == nil {
		return ""
	}
	t, err := time.Parse(time.RFC3339, *at)
	if err != nil || now.Sub(t) < 0 {
		return ""
	}
	return ago(now.Sub(t))
}

// pressing is the promise that matters now, as insight.Pressing says.
func pressing(all []promiseState) *promiseState {
	list := make([]insight.Promise, 0, len(all))
	for _, p := range all {
		due, err := time.Parse(time.RFC3339, textOf(p.Until))
		if err != nil {
			continue
		}
		list = append(list, insight.Promise{Kind: p.Kind, Span: p.Span, Due: due, State: p.State})
	}
	best := insight.Pressing(list)
	if best == nil {
		return nil
	}
	return &promiseState{Kind: best.Kind, Span: best.Span, Until: moment(best.Due), State: best.State}
}

// cite says where prose promises it; a manifest's key has but one place.
func (p *promiseState) cite() string {
	if p.Said == nil || p.Said.Kind == guideline.KindManifest {
		return ""
	}
	return fmt.Sprintf(" (%s:%d)", p.Said.Path, p.Said.Line)
}

// text says a promise in a few words: "promised 2bd, broken for 3 days".
func (p *promiseState) text(now time.Time) string {
	due, err := time.Parse(time.RFC3339, textOf(p.Until))
	if err != nil {
		return "promised " + p.Span
	}
	out := "promised " + p.Span
	if p.Kind == "decision" {
		out = "decision promised in " + p.Span
	}
	switch p.State {
	case insight.PromiseKept:
		return out + ", kept"
	case insight.PromiseDue:
		return out + ", due in " + span(due.Sub(now))
	}
	return out + ", broken for " + span(now.Sub(due))
}
