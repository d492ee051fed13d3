package command

import (
	"bytes"
	"fmt"
	"io"
	"net/url"
	"strings"

	"github.com/isrc-dev/isrc/internal/lazy"
	"github.com/isrc-dev/isrc/internal/term"
)

// markdownOf renders a review, or with nothing judged what is asked, so that it
// can be pasted into a page. What others wrote stands between backticks or is
// escaped: it mentions nobody, links nowhere and is no tag.
func markdownOf(c *checked) []byte {
	var b bytes.Buffer
	if c.Verdict == nil {
		requirementsMarkdown(&b, c)
	} else {
		reviewMarkdown(&b, c)
	}
	return b.Bytes()
}

// sectionTitles are the headings over what is asked, by firmness.
func sectionTitles() map[string]string {
	return map[string]string{"must": "Must", "should": "Should", "may": "May", "gate": "Checked by others"}
}

func requirementsMarkdown(w io.Writer, c *checked) {
	what := "this project"
	if c.Repository != nil {
		what = c.Repository.FullName
	}
	fmt.Fprintf(w, "## What %s asks of a contribution\n", markdownText(what))
	if c.Closed != nil {
		fmt.Fprintf(w, "\n**No pull requests here:** %s\n", markdownText(c.Closed.Why))
	}
	groups := requirementGroups(c.Requirements)
	if len(groups) == 0 {
		fmt.Fprint(w, "\nNothing is asked that isrc could read.\n")
	}
	for _, g := range groups {
		fmt.Fprintf(w, "\n### %s\n\n", sectionTitles()[g.label])
		for _, r := range g.list {
			fmt.Fprintf(w, "- %s%s\n", markdownText(r.Text), markdownSources(r))
		}
	}
}

func markdownSources(r requirement) string {
	var parts []string
	for i, q := range citable(r) {
		if i == maxQuotes {
			break
		}
		parts = append(parts, markdownQuote(q))
	}
	if r.Enforcer != nil {
		parts = append(parts, "enforced by "+markdownText(*r.Enforcer))
	}
	if len(parts) == 0 {
		return ""
	}
	return " (" + strings.Join(parts, "; ") + ")"
}

// markdownQuote is a link to the line, and the words there.
func markdownQuote(q quote) string {
	place := q.Path
	if q.Line > 0 {
		place += fmt.Sprintf(":%d", q.Line)
	}
	text := markdownText(place)
	if target := quoteTarget(q); target != "" {
		text = "[" + text + "](<" + target + ">)"
	}
	words := shortLine(q.Text)
	switch {
	case words == "":
		return text
	case place == "":
		return codeSpan(words)
	}
	return text + " " + codeSpan(words)
}

// quoteTarget is the address of a quotation, "" where it has none: for a file
// without a forge, its path.
func quoteTarget(q quote) string {
	target := ""
	switch {
	case q.URL != nil:
		u, err := url.Parse(*q.URL)
		if err != nil || u.Scheme != "https" && u.Scheme != "http" {
			return ""
		}
		target = u.String()
	case q.Line > 0 && q.Path != "":
		target = relativeURL(q.Path)
	}
	if target != "" && q.Line > 0 {
		target += fmt.Sprintf("#L%d", q.Line)
	}
	return strings.NewReplacer("<", "%3C", ">", "%3E", "\n", "").Replace(target)
}

func reviewMarkdown(w io.Writer, c *checked) {
	fmt.Fprintf(w, "## isrc check: %s\n\n", summary(c, &checkOptions{verbose: true})[0])
	target := shortRev(c.Base)
	if c.Repository != nil {
		target = c.Repository.FullName
	}
	branch := "a detached head"
	if c.Branch != nil {
		branch = *c.Branch
	}
	fmt.Fprintf(w, "%s ← %s, %s, %s\n", codeSpan(target), codeSpan(branch), plural(*c.Commits, "commit"), plural(*c.Files, "file"))
	g := sortFindings(c.Findings, true)
	for _, part := range []struct {
		title string
		list  []finding
	}{{"Blocks", g.blocking}, {"Should be mended", g.broken}, {"Could not be read", g.unknown}, {"Judged on the pull request", g.later}, {"Met", g.met}} {
		if len(part.list) == 0 {
			continue
		}
		fmt.Fprintf(w, "\n### %s\n\n", part.title)
		for i := range part.list {
			findingMarkdown(w, &part.list[i])
		}
	}
}

func findingMarkdown(w io.Writer, f *finding) {
	text := firstOf(f.Message, f.Text)
	if f.Verdict == "later" || isGate(f) {
		text = strings.TrimSuffix(f.Text+": "+f.Message, ": ")
	}
	fmt.Fprintf(w, "- **%s** %s%s\n", f.Strength, markdownText(text), markdownSources(f.Requirement))
	if f.Verdict != "broken" {
		return
	}
	for i, at := range f.At {
		if i == 20 {
			fmt.Fprintf(w, "  - and %d more\n", len(f.At)-20)
			break
		}
		if text := locationText(at); text != "" {
			fmt.Fprintf(w, "  - %s\n", codeSpan(text))
		}
	}
	if f.Fix != nil && f.Fix.Refused == nil {
		fmt.Fprintf(w, "  - mend: %s (%s)\n", codeSpan(f.Fix.Command), markdownText(f.Fix.Verb))
	}
}

// alive are words that a page would make more of: mentions, references to
// issues and commits, addresses.
var alive = lazy.Pattern(`@|#\d|GH-\d|://|^www\.|^[0-9a-f]{7,40}$`)

// markdownText makes foreign text one line of Markdown that shows it as it is.
func markdownText(text string) string {
	words := strings.Fields(shortLine(text))
	for i, word := range words {
		if alive().MatchString(word) {
			words[i] = codeSpan(word)
			continue
		}
		words[i] = strings.NewReplacer(`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "<", `\<`, ">", `\>`, "|", `\|`, "~", `\~`, "&", `\&`, "!", `\!`, "$", `\$`).Replace(word)
	}
	return strings.Join(words, " ")
}

// codeSpan puts text between as many backticks as it takes.
func codeSpan(text string) string {
	text = term.Line(text)
	fence := "`"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	if len(fence) > 1 {
		return fence + " " + text + " " + fence
	}
	return fence + text + fence
}
