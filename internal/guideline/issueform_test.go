package guideline

import (
	"context"
	"io/fs"
	"slices"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/isrc-dev/isrc/internal/forge"
)

// formTrees are repositories by name; one that is missing is not there.
type formTrees map[string]fstest.MapFS

func (t formTrees) Tree(_ context.Context, repo forge.RepoName, _ string) (fs.FS, string, error) {
	files, ok := t[repo.Name]
	if !ok {
		return nil, "", &forge.NotFoundError{What: repo.FullName()}
	}
	return files, "c0ffee", nil
}

func repoOf(files map[string]string) fstest.MapFS {
	out := fstest.MapFS{"README.md": {Data: []byte("x")}}
	for name, text := range files {
		out[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return out
}

func formsOf(t *testing.T, trees formTrees) *IssueForms {
	t.Helper()
	got, err := ReadIssueForms(context.Background(), Query{Repo: forge.RepoName{Host: "forge.example", Owner: "acme", Name: "lib"}}, trees)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

const featureForm = `name: Feature request
description: Suggest a change
title: "[Feature]: "
labels: [enhancement, triage]
body:
  - type: markdown
    attributes: {value: "Thanks!"}
  - type: textarea
    id: problem
    attributes: {label: Problem, description: "What hurts?"}
    validations: {required: true}
  - type: dropdown
    attributes: {label: Size, options: [small, large]}
  - type: checkboxes
    attributes: {label: Terms, options: [{label: I have searched, required: true}]}
`

func TestIssueFormsAreRead(t *testing.T) {
	t.Parallel()
	got := formsOf(t, formTrees{"lib": repoOf(map[string]string{
		".github/ISSUE_TEMPLATE/1-bug.md":      "---\nname: Bug report\nabout: Something is broken\nlabels: 'bug, triage'\n---\n## What happened\n",
		".github/ISSUE_TEMPLATE/2-feature.yml": featureForm,
		".github/ISSUE_TEMPLATE/config.yml":    "blank_issues_enabled: false\ncontact_links:\n  - name: Chat\n    url: https://chat.example/acme\n    about: Ask there\n",
		".github/ISSUE_TEMPLATE/broken.yml":    "body: [",
	})})
	if got.Blank || len(got.Forms) != 2 || len(got.Unread) != 1 {
		t.Fatalf("%+v, want two forms, one unread and no blank issues", got)
	}
	if diff := cmp.Diff([]Contact{{"Chat", "https://chat.example/acme", "Ask there"}}, got.Contacts); diff != "" {
		t.Error(diff)
	}
	bug, feature := got.Forms[0], got.Forms[1]
	if bug.Label != "Bug report" || !slices.Equal(bug.Labels, []string{"bug", "triage"}) || bug.Form.Sections[0].Heading != "What happened" {
		t.Errorf("bug %+v", bug)
	}
	if feature.Title != "[Feature]: " || feature.About != "Suggest a change" || !feature.Fields || !slices.Equal(feature.Labels, []string{"enhancement", "triage"}) {
		t.Errorf("feature %+v", feature)
	}
	if s := feature.Form.Sections; len(s) != 3 || !s[0].Required || s[1].Required || !s[2].Boxes[0].Required {
		t.Errorf("fields %+v", s)
	}
	if p := got.ForProposal(); p == nil || p.Name != "2-feature.yml" {
		t.Errorf("for a proposal %v", p)
	}
	if got.Find("bug REPORT") == nil || got.Find("1-bug") == nil || got.Find("nothing") != nil {
		t.Error("a form is found by its label and by its file's name")
	}
}

func TestTheOrganisationsFormsStandInForMissingOnes(t *testing.T) {
	t.Parallel()
	theirs := repoOf(map[string]string{".github/ISSUE_TEMPLATE/proposal.md": "Why?\n"})
	for sentence, x := range map[string]struct {
		own  map[string]string
		want []string
	}{
		"nothing of its own":                     {nil, []string{"proposal.md"}},
		"a form of its own":                      {map[string]string{".github/ISSUE_TEMPLATE/x.md": "x"}, []string{"x.md"}},
		"settings of its own keep all else away": {map[string]string{".github/ISSUE_TEMPLATE/config.yml": "blank_issues_enabled: true"}, nil},
		"an old form of its own":                 {map[string]string{"docs/ISSUE_TEMPLATE.md": "x"}, []string{"ISSUE_TEMPLATE.md"}},
		"folders in another case":                {map[string]string{".github/issue_template/x.md": "x"}, []string{"x.md"}},
		"GitLab's":                               {map[string]string{".gitlab/issue_templates/Proposal.md": "x"}, []string{"Proposal.md"}},
	} {
		t.Run(sentence, func(t *testing.T) {
			t.Parallel()
			var names []string
			for _, f := range formsOf(t, formTrees{"lib": repoOf(x.own), ".github": theirs}).Forms {
				names = append(names, f.Name)
			}
			if diff := cmp.Diff(x.want, names); diff != "" {
				t.Error(diff)
			}
		})
	}
	if got := formsOf(t, formTrees{"lib": repoOf(nil)}); len(got.Forms) != 0 || !got.Blank {
		t.Errorf("without any: %+v", got)
	}
}

func TestTheFormForProposals(t *testing.T) {
	t.Parallel()
	form := func(name, label, about string, labels ...string) IssueForm {
		return IssueForm{Template: Template{Name: name}, Label: label, About: about, Labels: labels}
	}
	for sentence, x := range map[string]struct {
		forms []IssueForm
		want  string
	}{
		"a feature and a bug":                   {[]IssueForm{form("bug.yml", "Bug report", ""), form("feature_request.yml", "Feature request", "")}, "feature_request.yml"},
		"an RFC before a feature":               {[]IssueForm{form("rfc.md", "RFC: propose a change", "for contributions"), form("feature.md", "Feature", "")}, "rfc.md"},
		"bugs alone":                            {[]IssueForm{form("bug.md", "Bug report", "")}, ""},
		"one for anything":                      {[]IssueForm{form("issue_template.md", "issue_template", "")}, "issue_template.md"},
		"its label tells":                       {[]IssueForm{form("a.md", "a", "", "bug"), form("b.md", "b", "", "enhancement")}, "b.md"},
		"a question about features is none":     {[]IssueForm{form("q.md", "Question", "about a feature"), form("z.md", "Idea", "")}, "z.md"},
		"several that are for nothing at all":   {[]IssueForm{form("a.md", "a", ""), form("b.md", "b", "")}, ""},
		"a security report is never a proposal": {[]IssueForm{form("security.md", "Security improvement", "")}, ""},
	} {
		t.Run(sentence, func(t *testing.T) {
			t.Parallel()
			got := ""
			if f := (&IssueForms{Forms: x.forms}).ForProposal(); f != nil {
				got = f.Name
			}
			if got != x.want {
				t.Errorf("got %q, want %q", got, x.want)
			}
		})
	}
}
