package guideline

import (
	"github.com/isrc-dev/isrc/internal/lazy"
)

var templateVariable = lazy.Pattern(`%\{([a-z_]+)\}`)

// WithVariables puts values in the place of variables such as
// %{source_branch}, which GitLab replaces only when the merge request is begun
// on its pages. What has no value stays as it is, and so do templates of other
// dialects.
func (t Template) WithVariables(values map[string]string) Template {
	if t.Dialect != GitLabTemplates || !templateVariable().MatchString(t.Form.Text) {
		return t
	}
	t.Form = ParseForm(templateVariable().ReplaceAllStringFunc(t.Form.Text, func(ref string) string {
		if value, ok := values[ref[2:len(ref)-1]]; ok {
			return value
		}
		return ref
	}))
	return t
}
