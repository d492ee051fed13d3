package rule

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/isrc-dev/isrc/internal/guideline"
	"github.com/isrc-dev/isrc/internal/lazy"
)

// ChangeSizeParams is how many lines a change may have.
type ChangeSizeParams struct {
	Max    int      `json:"max"`              // added and deleted lines together
	Ignore []string `json:"ignore,omitempty"` // patterns of files that do not count
	All    bool     `json:"all,omitempty"`    // generated files count, too
}

func changeSize() *Rule {
	return &Rule{
		ID: "change-size",
		Doc: `The change is no larger than the project takes, in added and deleted lines.

Read from prose that gives a number of lines for pull requests, and from the actions ` + "`CodelyTV/pr-size-labeler` (with `fail_if_xl`) and `maidsafe/pr_size_checker`" + `.
For prose, lock files, ` + "`go.mod` and `go.sum`" + `, vendored files and files that are marked as generated do not count; the actions count all but what they are told to ignore.
A number of lines beyond which an issue or a proposal is wanted first is another rule.

After "Pull requests should be smaller than 500 lines" 499 are accepted, and 501 rejected.`,
		Derive: deriveChangeSize,
		Check:  checkChangeSize,
		merge:  absorbProse,
	}
}

//go:noinline
func (p ChangeSizeParams) text() string { return fmt.Sprintf("at most %d changed lines", p.Max) }

type changeSizePatterns struct{ lines, about, other, small *regexp.Regexp }

var changeSizePattern = lazy.Value(func() *changeSizePatterns {
	re := regexp.MustCompile
	return &changeSizePatterns{
		lines: re(`(?i)(?:^|[^\d.,])(\d{1,2},\d{3}|\d{2,5})\s*\+?\s*(?:changed |modified |new )?(?:lines|LOC|loc)\b`),
		about: re(`(?i)\b(pull requests?|PRs?|merge requests?|MRs?|patch(es)?|diffs?|changesets?|contributions?)\b`),
		other: re(`(?i)\b(issues?|rfc|proposal|discuss\w*|design doc|functions?|methods?|classes|coverage|characters|columns|bytes|label\w*|tests)\b`),
		small: re(`(?i)\b(less|fewer|smaller|under|below|at most|no more|not more|up to|max(imum)?|limit\w*|exceed\w*|larger|bigger|over|more than|split|break|keep|small|around)\b`),
	}
})

func deriveChangeSize(set *Reading) []Requirement {
	var out []Requirement
	for _, g := range set.Gates() {
		if p, ok := sizeAction(g); ok {
			out = append(out, fromGate(g, 0, "uses: "+g.Step.Uses, p.text(), p))
		}
	}
	re := changeSizePattern()
	var p ChangeSizeParams
	sentences := said(set, func(s guideline.Sentence) bool {
		m := re.lines.FindStringSubmatch(s.Text)
		if m == nil || !re.about.MatchString(s.Text) || re.other.MatchString(s.Text) || !re.small.MatchString(s.Text) {
			return false
		}
		n, err := strconv.Atoi(strings.ReplaceAll(m[1], ",", ""))
		if err != nil || n < 20 || p.Max != 0 && n != p.Max {
			return false
		}
		p.Max = n
		return true
	})
	if len(sentences) > 0 {
		out = append(out, fromProse(set, sentences, p.text(), p, nil))
	}
	return out
}

// sizeAction knows the actions that fail when a change is too large.
func sizeAction(g guideline.Gate) (ChangeSizeParams, bool) {
	number := func(name string, otherwise int) (int, bool) {
		in, ok := g.Step.With[name]
		if !ok {
			return otherwise, true
		}
		n, err := strconv.Atoi(strings.Trim(strings.TrimSpace(in.Value), `"'`))
		return n, err == nil && n > 0
	}
	switch strings.ToLower(g.Step.Uses) {
	case "codelytv/pr-size-labeler":
		if !strings.EqualFold(g.Step.With["fail_if_xl"].Value, "true") {
			return ChangeSizeParams{}, false
		}
		n, ok := number("l_max_size", 1000)
		return ChangeSizeParams{Max: n - 1, Ignore: strings.Fields(g.Step.With["files_to_ignore"].Value), All: true}, ok
	case "maidsafe/pr_size_checker":
		n, ok := number("max_lines_changed", 200)
		return ChangeSizeParams{Max: n, All: true}, ok
	}
	return ChangeSizeParams{}, false
}

func checkChangeSize(req Requirement, change *Change) []Finding {
	p := req.Params.(ChangeSizeParams)
	total, unknown := 0, 0
	for _, f := range change.Files {
		switch {
		case p.ignores(f):
		case f.Added < 0 || f.Deleted < 0:
			unknown++
		default:
			total += f.Added + f.Deleted
		}
	}
	switch {
	case len(change.Files) == 0:
		return []Finding{{Verdict: Later, Message: "no files are changed yet"}}
	case total > p.Max:
		return []Finding{{Verdict: Broken, Message: fmt.Sprintf("%d lines change, %d more than that: split it where you can", total, total-p.Max)}}
	case unknown > 0:
		return []Finding{{Verdict: Unknown, Message: "the lines of " + plural(unknown, "file", "files") + " could not be counted"}}
	}
	return []Finding{{Verdict: Met, Message: plural(total, "line changes", "lines change")}}
}

func (p ChangeSizeParams) ignores(f File) bool {
	if slices.ContainsFunc(p.Ignore, func(pattern string) bool {
		ok, err := doublestar.Match(pattern, f.Path)
		deep, errDeep := doublestar.Match("**/"+pattern, f.Path)
		return err == nil && ok || errDeep == nil && deep
	}) {
		return true
	}
	return !p.All && isGenerated(f)
}
