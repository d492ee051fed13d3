package guideline

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/isrc-dev/isrc/internal/forge"
)

// What each dialect finds among the same kinds of files.
func TestTemplateDialects(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		dialect TemplateDialect
		paths   string
		want    string // the default, then those to be picked
	}{
		"github: .github before the root before docs":        {GitHubTemplates, "docs/pull_request_template.md PULL_REQUEST_TEMPLATE.md .github/pull_request_template.md", ".github/pull_request_template.md"},
		"github: the root before docs":                       {GitHubTemplates, "docs/pull_request_template.md PULL_REQUEST_TEMPLATE.md", "PULL_REQUEST_TEMPLATE.md"},
		"github: docs":                                       {GitHubTemplates, "docs/Pull_Request_Template.md", "docs/Pull_Request_Template.md"},
		"github: any ending, or none":                        {GitHubTemplates, "pull_request_template", "pull_request_template"},
		"github: hyphens":                                    {GitHubTemplates, "PULL-REQUEST-TEMPLATE.txt", "PULL-REQUEST-TEMPLATE.txt"},
		"github: a longer name is another":                   {GitHubTemplates, "pull_request_template_old.md my_pull_request_template.md", ""},
		"github: a deeper folder is another":                 {GitHubTemplates, ".github/x/pull_request_template.md", ""},
		"github: a folder holds those to be picked":          {GitHubTemplates, ".github/PULL_REQUEST_TEMPLATE/b.md .github/PULL_REQUEST_TEMPLATE/a.MD .github/PULL_REQUEST_TEMPLATE/c.yml", " .github/PULL_REQUEST_TEMPLATE/a.MD .github/PULL_REQUEST_TEMPLATE/b.md"},
		"github: the folder in any case, in the root":        {GitHubTemplates, "Pull_Request_Template/a.md docs/PULL_REQUEST_TEMPLATE/b.md", " Pull_Request_Template/a.md"},
		"github: a folder without Markdown does not end it":  {GitHubTemplates, ".github/PULL_REQUEST_TEMPLATE/a.txt docs/PULL_REQUEST_TEMPLATE/b.md", " docs/PULL_REQUEST_TEMPLATE/b.md"},
		"github: a default and those to be picked":           {GitHubTemplates, "pull_request_template.md .github/PULL_REQUEST_TEMPLATE/a.md", "pull_request_template.md .github/PULL_REQUEST_TEMPLATE/a.md"},
		"github: others' places are nothing":                 {GitHubTemplates, ".gitlab/merge_request_templates/Default.md .gitea/PULL_REQUEST_TEMPLATE.md", ""},
		"gitlab: Default in any case, the others by name":    {GitLabTemplates, ".gitlab/merge_request_templates/default.md .gitlab/merge_request_templates/Bug.md", ".gitlab/merge_request_templates/default.md .gitlab/merge_request_templates/Bug.md"},
		"gitlab: none by default":                            {GitLabTemplates, ".gitlab/merge_request_templates/Bug.md .gitlab/merge_request_templates/notes.txt", " .gitlab/merge_request_templates/Bug.md"},
		"gitlab: issues have others":                         {GitLabTemplates, ".gitlab/issue_templates/Default.md", ""},
		"gitlab: others' places are nothing":                 {GitLabTemplates, ".github/pull_request_template.md PULL_REQUEST_TEMPLATE.md", ""},
		"gitea: the root first":                              {GiteaTemplates, ".gitea/PULL_REQUEST_TEMPLATE.md pull_request_template.yml", "pull_request_template.yml"},
		"gitea: large letters before small, md before forms": {GiteaTemplates, "pull_request_template.md PULL_REQUEST_TEMPLATE.yaml PULL_REQUEST_TEMPLATE.yml", "PULL_REQUEST_TEMPLATE.yaml"},
		"gitea: .forgejo, .gitea, .github":                   {GiteaTemplates, ".github/PULL_REQUEST_TEMPLATE.md .gitea/pull_request_template.md", ".gitea/pull_request_template.md"},
		"gitea: case counts":                                 {GiteaTemplates, "Pull_Request_Template.md", ""},
		"gitea: docs is no place":                            {GiteaTemplates, "docs/PULL_REQUEST_TEMPLATE.md", ""},
		"gitea: there is nothing to pick":                    {GiteaTemplates, ".github/PULL_REQUEST_TEMPLATE/a.md", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			byDefault, named := c.dialect.Find(strings.Fields(c.paths))
			if got := strings.Join(append([]string{byDefault}, named...), " "); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// The name of a host says whose rules count; of one that says nothing, all are
// asked in turn.
func TestTemplateDialectOfHost(t *testing.T) {
	t.Parallel()
	files := map[string]string{
		".github/pull_request_template.md": "# A", ".gitlab/merge_request_templates/Default.md": "# A", "PULL_REQUEST_TEMPLATE.md": "# A",
	}
	for host, want := range map[string]string{
		"github.com": ".github/pull_request_template.md", "acme.ghe.com": ".github/pull_request_template.md",
		"gitlab.acme.example:8443": ".gitlab/merge_request_templates/Default.md", "codeberg.org": "PULL_REQUEST_TEMPLATE.md",
		"forge.example": ".github/pull_request_template.md",
	} {
		set, err := Read(t.Context(), Query{Repo: forge.RepoName{Host: host, Owner: "acme", Name: "lib"}, Base: "main"}, fakeTrees{"acme/lib": files}, fakeSettings{})
		if err != nil || len(set.Templates) != 1 || set.Templates[0].Source.Path != want {
			t.Errorf("%s: %v, %v, want %s", host, set.Templates, err, want)
		}
	}
	delete(files, ".github/pull_request_template.md")
	delete(files, "PULL_REQUEST_TEMPLATE.md")
	if set := readSet(t, Query{}, fakeTrees{"acme/lib": files}, fakeSettings{}); len(set.Templates) != 1 || set.Templates[0].Dialect != GitLabTemplates {
		t.Errorf("a host that says nothing: %v", set.Templates)
	}
}

func TestFormTemplate(t *testing.T) {
	t.Parallel()
	set := readSet(t, Query{}, fakeTrees{"acme/lib": {".gitea/PULL_REQUEST_TEMPLATE.yaml": `name: Change
about: x
body:
  - type: markdown
    attributes:
      value: "## Thank you"
  - type: textarea
    id: what
    attributes:
      label: What and why
      description: |
        Say it --> shortly.
    validations:
      required: true
  - type: dropdown
    attributes:
      label: Kind
      options: [feature, bug]
  - type: checkboxes
    attributes:
      label: Terms
      options:
        - label: I have read the terms
          required: true
        - label: Tests added
  - type: input
    id: version
    attributes:
      value: "1.0"
`}}, fakeSettings{})
	if len(set.Templates) != 1 {
		t.Fatalf("templates %v, unread %v", set.Templates, set.Unread)
	}
	form := set.Templates[0]
	want := `1-4 h3 "What and why" content "" hints 1 required
5-8 h3 "Kind" content "" hints 1 optional
9-13 h3 "Terms" content "" hints 0 optional
  11 "I have read the terms" ticked false personal true required true
  12 "Tests added" ticked false personal false required false
14-17 h3 "version" content "1.0" hints 0 optional
`
	if d := cmp.Diff(want, outline(form.Form)); d != "" {
		t.Errorf("form (-want +got):\n%s", d)
	}
	for n, line := range map[int]int{1: 7, 11: 23, 12: 25, 14: 26} {
		if got := form.Line(n); got != line {
			t.Errorf("line %d of the form is %d of the file, want %d", n, got, line)
		}
	}
}

func TestBrokenFormTemplate(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{"no YAML": "body: [", "no fields": "name: x\n", "fields without words": "body:\n  - type: input\n"} {
		set := readSet(t, Query{}, fakeTrees{"acme/lib": {".gitea/PULL_REQUEST_TEMPLATE.yml": text}}, fakeSettings{})
		if name == "fields without words" {
			if len(set.Templates) != 1 || len(set.Templates[0].Form.Sections) != 0 {
				t.Errorf("%s: %v", name, set.Templates)
			}
			continue
		}
		if len(set.Templates) != 0 || len(set.Unread) == 0 {
			t.Errorf("%s: templates %v, unread %v", name, set.Templates, set.Unread)
		}
	}
}

func TestTemplateVariables(t *testing.T) {
	t.Parallel()
	tm := Template{Dialect: GitLabTemplates, Form: ParseForm("# What\n%{first_commit}\n# %{unknown} 100%{}")}
	got := tm.WithVariables(map[string]string{"first_commit": "Mend %{unknown}"})
	if want := "# What\nMend %{unknown}\n# %{unknown} 100%{}"; got.Form.Text != want || got.Form.Sections[0].Content != "Mend %{unknown}" {
		t.Errorf("got %q, want %q", got.Form.Text, want)
	}
	tm.Dialect = GitHubTemplates
	if got := tm.WithVariables(map[string]string{"first_commit": "x"}); got.Form.Text != tm.Form.Text {
		t.Errorf("another dialect has no variables: %q", got.Form.Text)
	}
}

func FuzzFormTemplate(f *testing.F) {
	f.Add("body:\n  - type: input\n    attributes: {label: x}\n")
	f.Fuzz(func(t *testing.T, text string) {
		form, err := newFormTemplate(&Source{}, "x.yml", []byte(text))
		if err != nil {
			return
		}
		for _, s := range form.Form.Sections {
			if s.Level > 0 && s.Required && s.Optional {
				t.Errorf("%q is required and may be left out", s.Heading)
			}
		}
	})
}
