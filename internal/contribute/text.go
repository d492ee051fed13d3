package contribute

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/isrc-dev/isrc/internal/guideline"
	"github.com/isrc-dev/isrc/internal/lazy"
	"github.com/isrc-dev/isrc/internal/rule"
)

// Text writes title and body of the pull request: what the user gave, else the
// draft, else what the commits, the issue and the template say. It answers the
// sections and boxes that are still open.
func (r *Review) Text(o SubmitOptions) (rule.Draft, error) {
	d := r.Change.Draft
	if r.isOpen() {
		return d, nil // the pull request is open, and judged as it is
	}
	d.Exists = true
	switch {
	case o.Title != "":
		d.Title, d.TitleFrom = o.Title, "--title"
	case r.Run != nil && r.Run.Extra["title"] != "" && d.TitleFrom == "the first commit":
		d.Title, d.TitleFrom = r.Run.Extra["title"], "--title"
	case d.Title == "":
		d.Title, d.TitleFrom = rule.SuggestTitle(r.Requirements, r.Change.Commits, r.Branch)
	}
	if o.Body != nil {
		d.Body = *o.Body
	}
	if d.Body == "" && o.Body == nil {
		d.Body = bodyOf(r.Change.Commits)
	}
	template, err := pickTemplate(r.Guidelines.Templates, o.Template)
	if err != nil {
		return d, err
	}
	if template != nil {
		filled := rule.WithVariables(*template, r.Change)
		template = &filled
	}
	if template == nil && (len(o.Sections) > 0 || len(o.Ticks) > 0) {
		return d, refuse(ErrUsage, "write the body yourself: --body-file FILE", "%s has no pull request template with sections or boxes", firstWord(r.Upstream.FullName(), r.Dir))
	}
	if template != nil && o.Body == nil && !looksFilled(d.Body, *template) {
		if d.Body, _, _, err = rule.FillTemplate(*template, d, withIssue(o.Sections, *template, r.Issue()), o.Ticks); err != nil {
			return d, refuse(ErrUsage, "", "fill the template %s: %v", template.Source.Path, err)
		}
	} else if template != nil && (len(o.Sections) > 0 || len(o.Ticks) > 0) {
		filled := guideline.Template{Source: template.Source, Name: template.Name, Form: guideline.ParseForm(d.Body)}
		if d.Body, _, _, err = rule.FillTemplate(filled, rule.Draft{}, o.Sections, o.Ticks); err != nil {
			return d, refuse(ErrUsage, "", "fill the body: %v", err)
		}
	}
	if template != nil && o.Body == nil {
		d.Body = withNumber(d.Body, r.Issue())
	}
	if n := r.Issue(); n != 0 && !strings.Contains(d.Body, "#"+strconv.Itoa(n)) {
		d.Body = strings.TrimSpace(d.Body + fmt.Sprintf("\n\nCloses #%d", n))
	}
	return d, nil
}

// Write writes the text of the pull request and judges the change with it. Boxes
// whose statement a rule has verified are ticked; those about the person are not.
func (r *Review) Write(ctx context.Context, site *Site, o SubmitOptions) (rule.Draft, error) {
	d, err := r.Text(o)
	if err != nil {
		return d, err
	}
	r.Change.Draft = d
	r.Judge(ctx, site)
	var open []rule.Box
	for _, s := range guideline.ParseForm(d.Body).Sections {
		for _, b := range s.Boxes {
			if !b.Ticked {
				open = append(open, b)
			}
		}
	}
	verified := rule.VerifiedBoxes(open, r.Findings)
	if len(verified) == 0 || o.Body != nil || r.isOpen() {
		return d, nil
	}
	o.Ticks = append(slices.Clone(o.Ticks), verified...)
	if d, err = r.Text(o); err != nil {
		return d, err
	}
	r.Change.Draft = d
	r.Judge(ctx, site)
	return d, nil
}

// How a template asks for the issue: in a heading, or in a comment below it.
var (
	headingOfIssue = lazy.Pattern(`(?i)\b(issues?|tickets?|fixes|closes)\b`)
	hintAtIssue    = lazy.Pattern(`(?i)\b(fix(es)?|close[sd]?|resolve[sd]?)\s+#|\blink\b.{0,20}\bissue|\bissue (number|link)|#[0-9]+`)
)

// withIssue puts the link to the issue where the template asks for one, unless
// the user filled that section.
func withIssue(sections map[string]string, t guideline.Template, issue int) map[string]string {
	if issue == 0 {
		return sections
	}
	for _, s := range t.Form.Sections {
		if s.Heading == "" || (!headingOfIssue().MatchString(s.Heading) && !hintAtIssue().MatchString(strings.Join(s.Hints, " "))) {
			continue
		}
		if _, given := sections[s.Heading]; given || s.Content != "" {
			return sections
		}
		out := map[string]string{s.Heading: fmt.Sprintf("Closes #%d", issue)}
		for k, v := range sections {
			out[k] = v
		}
		return out
	}
	return sections
}

// openReference is the end of a line that waits for the number of an issue:
// "Fixes #", "Closes # (issue)", "Fixes #<!-- ISSUE-ID -->".
var openReference = lazy.Pattern(`(?im)\b((?:fix(?:e[sd])?|close[sd]?|resolve[sd]?):?[ \t]+#)[ \t]*(?:<!--[^\n]*?-->|\([^()\n]*\)|\[[^\]\n]*\]|<[^<>\n]*>|x{2,}|n{2,}|issue[-_ ]?(?:id|number)?)?[ \t]*$`)

// withNumber writes the number of the issue where the text of a template has left
// room for it, but not in a comment.
func withNumber(body string, issue int) string {
	if issue == 0 || strings.Contains(body, "#"+strconv.Itoa(issue)) {
		return body
	}
	for _, m := range openReference().FindAllStringSubmatchIndex(body, -1) {
		before := body[:m[0]]
		if strings.LastIndex(before, "<!--") <= strings.LastIndex(before, "-->") {
			return body[:m[3]] + strconv.Itoa(issue) + body[m[1]:]
		}
	}
	return body
}

// Issue is the issue that the contribution is for, 0 when none is known.
func (r *Review) Issue() int {
	if r.Change != nil && r.Change.Issue != 0 {
		return r.Change.Issue
	}
	if r.Run != nil {
		n, _ := strconv.Atoi(r.Run.Extra["issue"]) // written by us; anything else is no issue
		return n
	}
	return 0
}

// bodyOf takes the first commit's body, without its trailers.
func bodyOf(commits []rule.Commit) string {
	for _, c := range commits {
		if c.Parents < 2 {
			return rule.ParseMessage(c.Message).Body
		}
	}
	return ""
}

func pickTemplate(all []guideline.Template, name string) (*guideline.Template, error) {
	var names []string
	for i, t := range all {
		if name == "" && t.Default {
			return &all[i], nil
		}
		if name != "" && (strings.EqualFold(t.Name, name) || strings.EqualFold(strings.TrimSuffix(t.Name, ".md"), name)) {
			return &all[i], nil
		}
		names = append(names, t.Name)
	}
	if name == "" {
		return nil, nil
	}
	if len(names) == 0 {
		return nil, refuse(ErrUsage, "", "there is no pull request template %q: the project has none", name)
	}
	return nil, refuse(ErrUsage, "", "there is no pull request template %q; there is %s", name, strings.Join(names, ", "))
}

// looksFilled tells whether a body already has the template's headings.
func looksFilled(body string, t guideline.Template) bool {
	found, headings := 0, 0
	for _, s := range t.Form.Sections {
		if s.Heading == "" {
			continue
		}
		headings++
		if strings.Contains(body, s.Heading) {
			found++
		}
	}
	return headings > 0 && found == headings
}
