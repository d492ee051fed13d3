package rule

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/isrc-dev/isrc/internal/lazy"
)

// note is what a changelog or a fragment says of a change.
type note struct{ kind, scope, text string }

var changeNotePattern = lazy.Pattern(`^([A-Za-z]+)(?:\(([^)]*)\))?!?: +(.+)$`)

// noteOf takes the note from the title, else from the first commit that is for
// users.
func noteOf(change *Change) note {
	headers := []string{}
	if change.Draft.Title != "" {
		headers = append(headers, change.Draft.Title)
	}
	for _, c := range change.Commits {
		if c.Parents < 2 {
			headers = append(headers, ParseMessage(c.Message).Header)
		}
	}
	var first note
	for i, h := range headers {
		n := note{text: strings.TrimSpace(h)}
		if m := changeNotePattern().FindStringSubmatch(n.text); m != nil {
			n = note{kind: strings.ToLower(m[1]), scope: m[2], text: strings.TrimSpace(m[3])}
		}
		if i == 0 {
			first = n
		}
		if n.kind == "feat" || n.kind == "fix" || n.kind == "" && i == 0 {
			return n
		}
	}
	return first
}

// sentence is the note's text with a capital, and with a full stop or without.
func (n note) sentence(stop bool) string {
	r, size := utf8.DecodeRuneInString(n.text)
	if size == 0 {
		return ""
	}
	text := strings.TrimRight(string(unicode.ToUpper(r))+n.text[size:], ".")
	if stop {
		text += "."
	}
	return text
}

// section is where "Keep a Changelog" puts a change of that kind.
func (n note) section() string {
	first, _, _ := strings.Cut(strings.ToLower(n.text), " ")
	switch {
	case n.kind == "feat" || n.kind == "" && (first == "add" || first == "support" || first == "introduce"):
		return "Added"
	case n.kind == "fix" || n.kind == "" && (first == "fix" || first == "mend" || first == "correct"):
		return "Fixed"
	case n.kind == "security":
		return "Security"
	case n.kind == "revert" || first == "remove" || first == "drop":
		return "Removed"
	case first == "deprecate":
		return "Deprecated"
	}
	return "Changed"
}

func changelogFix(p ChangelogParams, change *Change) *Fix {
	n := noteOf(change)
	if n.text == "" || p.text.Source == nil || p.text.Source.Path != p.Files[0] {
		return nil
	}
	after, lines, ok := changelogPlace(p.text.Text, n)
	if !ok {
		return nil
	}
	fix := &Fix{
		Verb: "note the change in " + p.Files[0], Kind: FixWriteFiles,
		Params: WriteFiles{Why: "note the change in the changelog", Files: []FileEdit{{Path: p.Files[0], After: after, Text: strings.Join(lines, "\n") + "\n"}}},
	}
	if change.BehindBy > 0 {
		fix.Refused = "the changelog may have moved on: update the branch first"
	}
	return fix
}

var (
	headingPattern = lazy.Pattern(`^(#{1,6})\s+(.*)$`)
	itemPattern    = lazy.Pattern(`^([*+-])\s+\S`)
)

// changelogPlace finds where a note belongs: under the heading "Unreleased", in
// its section. It answers the line behind which it goes, and the lines.
func changelogPlace(text string, n note) (after int, lines []string, ok bool) {
	all := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	start, level := unreleased(all)
	if start < 0 {
		return 0, nil, false
	}
	end := len(all)
	for i := start + 1; i < len(all); i++ {
		if m := headingPattern().FindStringSubmatch(all[i]); m != nil && len(m[1]) <= level {
			end = i
			break
		}
	}
	bullet, stop := listStyle(all)
	item := bullet + " " + n.sentence(stop)
	sections := false
	for i := start + 1; i < end; i++ {
		m := headingPattern().FindStringSubmatch(all[i])
		if m == nil {
			continue
		}
		sections = true
		if strings.EqualFold(strings.TrimSpace(strings.Trim(m[2], ":")), n.section()) {
			last, empty := lastItem(all, i, end)
			if empty {
				return i + 1, []string{"", item}, true
			}
			return last + 1, []string{item}, true
		}
	}
	last, empty := lastItem(all, start, end)
	if !empty && !sections {
		return last + 1, []string{item}, true
	}
	return start + 1, []string{"", strings.Repeat("#", level+1) + " " + n.section(), "", item}, true
}

func unreleased(lines []string) (at, level int) {
	for i, l := range lines {
		m := headingPattern().FindStringSubmatch(l)
		if m == nil || len(m[1]) == 6 {
			continue
		}
		title := strings.ToLower(m[2])
		if strings.Contains(title, "unreleased") || strings.Contains(title, "upcoming") || title == "next" || title == "[next]" || title == "main" {
			return i, len(m[1])
		}
	}
	return -1, 0
}

// lastItem is the last line of the list under a heading, before the next one.
func lastItem(lines []string, from, end int) (at int, empty bool) {
	at, empty = from, true
	for i := from + 1; i < end && headingPattern().FindString(lines[i]) == ""; i++ {
		switch {
		case itemPattern().MatchString(lines[i]):
			at, empty = i, false
		case !empty && strings.HasPrefix(lines[i], " ") && strings.TrimSpace(lines[i]) != "":
			at = i // the item goes on
		}
	}
	return at, empty
}

// listStyle is how the changelog writes its items.
func listStyle(lines []string) (bullet string, stop bool) {
	bullet = "-"
	items, stops := 0, 0
	for _, l := range lines {
		m := itemPattern().FindStringSubmatch(l)
		if m == nil {
			continue
		}
		if items == 0 {
			bullet = m[1]
		}
		items++
		if strings.HasSuffix(strings.TrimSpace(l), ".") {
			stops++
		}
	}
	return bullet, 2*stops > items
}
