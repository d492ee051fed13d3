package rule

import "github.com/isrc-dev/isrc/internal/guideline"

// Section and Box are parts of a template.
type (
	Section = guideline.Section
	Box     = guideline.Box
)

// FillTemplate writes a pull request's body: the template with the draft's
// body and the given sections (by heading) put in, and the given boxes ticked.
// It answers what is still open. A section or tick that the template does not
// have is an error.
func FillTemplate(template guideline.Template, draft Draft, sections map[string]string, ticks []string) (body string, unfilled []Section, unticked []Box, err error) {
	return "", nil, nil, nil
}

// ShapeBranch is a branch name that fits what the project asks, made from an
// issue number (0 when there is none) and a title.
func ShapeBranch(reqs []Requirement, issue int, title string) string { return "" }

// SuggestTitle is a title for the pull request that fits what the project
// asks, and where it was taken from.
func SuggestTitle(reqs []Requirement, commits []Commit, branch string) (title, from string) {
	return "", ""
}
