package rule

import (
	"slices"
	"strings"

	"github.com/isrc-dev/isrc/internal/guideline"
)

// maxVariableCommits is how many messages GitLab lists, the newest of them.
const maxVariableCommits = 100

// TemplateVariables are the values with which GitLab fills the variables of a
// template for a change.
func TemplateVariables(change *Change) map[string]string {
	out := map[string]string{"source_branch": change.Branch, "target_branch": change.Base}
	var messages, signers []string
	for _, c := range change.Commits {
		if c.Parents > 1 {
			continue
		}
		message := strings.TrimSpace(bounded(c.Message))
		messages = append(messages, message)
		if out["first_multiline_commit"] == "" && strings.Contains(message, "\n") {
			out["first_multiline_commit"] = message
			_, rest, _ := strings.Cut(message, "\n")
			out["first_multiline_commit_description"] = strings.TrimSpace(rest)
		}
		signer := "Co-authored-by: " + c.Author.Name + " <" + c.Author.Email + ">"
		if c.Author.Email != change.UserEmail && !slices.Contains(signers, signer) {
			signers = append(signers, signer)
		}
	}
	if len(messages) > 0 {
		out["first_commit"] = messages[0]
	}
	if out["first_multiline_commit"] == "" {
		out["first_multiline_commit"] = change.Draft.Title
		out["first_multiline_commit_description"] = ""
	}
	if n := len(messages); n > maxVariableCommits {
		messages = messages[n-maxVariableCommits:]
	}
	for i, m := range messages {
		messages[i] = "* " + m
	}
	out["all_commits"] = strings.Join(messages, "\n\n")
	out["co_authored_by"] = strings.Join(signers, "\n")
	return out
}

// WithVariables fills the variables of a template for a change.
func WithVariables(t guideline.Template, change *Change) guideline.Template {
	return t.WithVariables(TemplateVariables(change))
}
