package guideline

import (
	"regexp"
	"strings"
)

// Runs tells whether a workflow runs for a change of these paths, as its filters
// say: a job that is left out because of them leaves a required check pending.
func (t Trigger) Runs(paths []string) bool {
	for _, p := range paths {
		if len(t.Paths) > 0 && filtered(t.Paths, p) || len(t.PathsIgnore) > 0 && !filtered(t.PathsIgnore, p) {
			return true
		}
	}
	return len(t.Paths)+len(t.PathsIgnore) == 0
}

// Filtered tells whether the workflow is left out for some paths.
func (t Trigger) Filtered() bool { return len(t.Paths)+len(t.PathsIgnore) > 0 }

// filtered tells whether the last pattern that matches a path takes it in.
func filtered(patterns []string, path string) bool {
	in := false
	for _, p := range patterns {
		p, not := strings.CutPrefix(p, "!")
		if re, err := regexp.Compile(filterPattern(p)); err != nil || re.MatchString(path) {
			in = !not
		}
	}
	return in
}

// filterPattern writes a filter of GitHub Actions as a regular expression: "*"
// stays within a folder and "**" does not, "?" and "+" belong to the character
// before them.
func filterPattern(p string) string {
	var b strings.Builder
	b.WriteString(`\A`)
	for i := 0; i < len(p); i++ {
		switch c := p[i]; {
		case strings.HasPrefix(p[i:], "**/"):
			b.WriteString(`(?:.*/)?`)
			i += 2
		case strings.HasPrefix(p[i:], "**"):
			b.WriteString(`.*`)
			i++
		case c == '*':
			b.WriteString(`[^/]*`)
		case (c == '?' || c == '+') && i > 0:
			b.WriteByte(c)
		case c == '[' && strings.IndexByte(p[i:], ']') > 1:
			end := strings.IndexByte(p[i:], ']')
			b.WriteString("[" + strings.ReplaceAll(p[i+1:i+end], `\`, `\\`) + "]")
			i += end
		case c == '\\' && i+1 < len(p):
			i++
			b.WriteString(regexp.QuoteMeta(p[i : i+1]))
		default:
			b.WriteString(regexp.QuoteMeta(p[i : i+1]))
		}
	}
	return b.String() + `\z`
}
