package guideline

import (
	"context"
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
)

// IssueForms is what a repository offers to whoever opens an issue.
type IssueForms struct {
	Forms    []IssueForm // in the order in which a forge lists them: by file name
	Blank    bool        // an issue without a form may be opened
	Contacts []Contact   // where else to go: a chat, a forum, another repository
	Unread   []Unread
}

// IssueForm is a text, or a form with fields, that a new issue begins with.
type IssueForm struct {
	Template
	Label  string   // how the forge lists it: "Feature request"
	About  string   // what it is for, in one line
	Title  string   // what the title of the issue begins with
	Labels []string // that the issue gets
	// Assignees, Type and Projects are set on the issue too; a project is
	// OWNER/NUMBER. (https://docs.github.com/communities/using-templates-to-encourage-useful-issues-and-pull-requests/syntax-for-issue-forms)
	Assignees []string
	Type      string
	Projects  []string
	Fields    bool // a form with fields: what is filled in is all that is sent
}

// Contact is a page that a repository points to instead of an issue.
type Contact struct{ Name, URL, About string }

// maxIssueForms bounds how many forms of one repository are read.
const maxIssueForms = 60

// ReadIssueForms reads the forms for new issues of a repository, or those of its
// organisation where it has none of its own: a repository with any file in its
// folder of forms takes nothing from its organisation.
// (https://docs.github.com/communities/setting-up-your-project-for-healthy-contributions)
func ReadIssueForms(ctx context.Context, q Query, trees Trees) (*IssueForms, error) {
	own, found, err := issueFormsOf(ctx, q, q.Repo, q.Ref, trees)
	if err != nil {
		return nil, fault.Errorf("read the issue forms of %s: %w", q.Repo.FullName(), err)
	}
	if found || strings.EqualFold(q.Repo.Name, ".github") {
		return own, nil
	}
	org := forge.RepoName{Host: q.Repo.Host, Owner: q.Repo.Owner, Name: ".github"}
	theirs, found, err := issueFormsOf(ctx, q, org, "", trees)
	var missing *forge.NotFoundError
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case errors.As(err, &missing) || errors.Is(err, fs.ErrNotExist):
	case err != nil:
		own.Unread = append(own.Unread, Unread{What: "defaults of the organisation in " + org.String(), Why: err.Error()})
	case found:
		return theirs, nil
	}
	return own, nil
}

// issueFormsOf reads the forms of one repository; found says that it has some,
// or settings for them.
func issueFormsOf(ctx context.Context, q Query, repo forge.RepoName, ref string, trees Trees) (*IssueForms, bool, error) {
	fsys, commit, err := trees.Tree(ctx, repo, ref)
	if err != nil {
		return nil, false, err
	}
	f := newFiles(fsys, commit, blobURL(q, repo, commit))
	paths, legacy := issueFormPaths(f)
	prefetch(ctx, f, append(slices.Clone(paths), legacy))
	out := &IssueForms{Blank: true}
	for _, name := range paths {
		if isChooser(name) {
			out.chooser(f, name)
			continue
		}
		out.add(f, name)
	}
	if legacy != "" && len(out.Forms) == 0 {
		out.add(f, legacy)
	}
	return out, len(paths) > 0 || legacy != "", nil
}

// issueFormDirs are where forges keep the forms of issues, in order: GitHub,
// Gitea and Forgejo, GitLab.
func issueFormDirs() []string {
	return []string{".github/ISSUE_TEMPLATE", ".forgejo/ISSUE_TEMPLATE", ".gitea/ISSUE_TEMPLATE", ".gitlab/issue_templates"}
}

// issueFormPaths are the forms of the first folder that has some, with its
// settings, and the single form of the older kind.
func issueFormPaths(f *files) (paths []string, legacy string) {
	for _, dir := range issueFormDirs() {
		parent, folder := path.Split(dir)
		sub, ok := f.subdir(path.Clean(parent), folder)
		if !ok {
			continue
		}
		for _, name := range f.list(sub) {
			if ext := strings.ToLower(path.Ext(name)); (ext == ".md" || ext == ".yml" || ext == ".yaml") && len(paths) < maxIssueForms {
				paths = append(paths, name)
			}
		}
		if len(paths) > 0 {
			break
		}
	}
	legacy, _ = f.find(communityDirs(), isNamed("issue_template", "issue-template"))
	return paths, legacy
}

func isChooser(name string) bool {
	base := strings.ToLower(path.Base(name))
	return base == "config.yml" || base == "config.yaml"
}

// chooser reads the settings of the page on which a form is chosen.
func (x *IssueForms) chooser(f *files, name string) {
	data, err := f.read(name)
	if err == nil {
		var root Value
		if root, err = ParseYAML(data); err == nil {
			x.Blank = root.At("blank_issues_enabled").Bool(true)
			for _, c := range root.At("contact_links").List {
				if len(x.Contacts) < maxIssueForms {
					x.Contacts = append(x.Contacts, Contact{Name: c.At("name").Text, URL: c.At("url").Text, About: c.At("about").Text})
				}
			}
			return
		}
	}
	x.Unread = append(x.Unread, Unread{What: name, Why: err.Error()})
}

func (x *IssueForms) add(f *files, name string) {
	form, err := readIssueForm(f, name)
	if err != nil {
		x.Unread = append(x.Unread, Unread{What: name, Why: err.Error()})
		return
	}
	x.Forms = append(x.Forms, form)
}

func readIssueForm(f *files, name string) (IssueForm, error) {
	data, err := f.read(name)
	if err != nil {
		return IssueForm{}, err
	}
	src := f.source(KindTemplate, name)
	stem := strings.TrimSuffix(path.Base(name), path.Ext(name))
	form := IssueForm{Label: stem}
	if ext := strings.ToLower(path.Ext(name)); ext == ".yml" || ext == ".yaml" {
		if form.Template, err = newFormTemplate(src, path.Base(name), data); err != nil {
			return form, err
		}
		root, err := ParseYAML(data)
		form.Fields = true
		form.facts(root, "description")
		return form, err
	}
	form.Template = newTemplate(src, path.Base(name), false, data)
	if form.LineOffset > 0 {
		front := strings.Join(strings.Split(strings.ReplaceAll(string(data), "\r\n", "\n"), "\n")[1:form.LineOffset-1], "\n")
		if root, err := ParseYAML([]byte(front)); err == nil {
			form.facts(root, "about") // what cannot be read is a line of text above the form
		}
	}
	return form, nil
}

// facts takes what a form says of itself.
func (x *IssueForm) facts(root Value, about string) {
	if name := strings.TrimSpace(root.At("name").Text); name != "" {
		x.Label = name
	}
	x.About, x.Title, x.Type = strings.TrimSpace(root.At(about).Text), root.At("title").Text, strings.TrimSpace(root.At("type").Text)
	x.Labels, x.Assignees, x.Projects = wordsOf(root.At("labels")), wordsOf(root.At("assignees")), wordsOf(root.At("projects"))
}

// wordsOf reads a list, or words with commas, each once and a hundred at most.
func wordsOf(v Value) []string {
	all := v.Strings()
	if v.Kind == KindString {
		all = strings.Split(v.Text, ",")
	}
	var out []string
	for _, w := range all {
		if w = strings.TrimSpace(w); w != "" && !slices.Contains(out, w) && len(out) < 100 {
			out = append(out, w)
		}
	}
	return out
}

// ForProposal picks the form for a change that is proposed, nil when none is for
// that: forms for bugs, questions and security are for something else.
func (x *IssueForms) ForProposal() *IssueForm {
	best, most := -1, 0
	for i, f := range x.Forms {
		if n := f.proposes(); n > most {
			best, most = i, n
		}
	}
	if best < 0 && len(x.Forms) == 1 && x.Forms[0].proposes() == 0 {
		best = 0 // the only one, and for nothing in particular
	}
	if best < 0 {
		return nil
	}
	return &x.Forms[best]
}

// proposes weighs how far a form is meant for proposals; below 0 it is meant for
// something else. Its name says more than its description.
func (x *IssueForm) proposes() int {
	score := 0
	for _, text := range []struct {
		words  string
		weight int
	}{
		{x.Name + " " + x.Label, 3}, {x.About, 1}, {strings.Join(x.Labels, " "), 2},
	} {
		words := strings.FieldsFunc(strings.ToLower(text.words), func(r rune) bool { return (r < 'a' || r > 'z') && r < 0x80 })
		for i, w := range words {
			w = strings.TrimSuffix(w, "s")
			switch {
			case slices.Contains([]string{"proposal", "propose", "rfc", "contribution", "enhancement", "feature", "improvement", "idea", "change", "adr", "design", "suggestion"}, w):
				score += text.weight * (3 - min(i, 1)) / 2
			case slices.Contains([]string{"bug", "crash", "question", "security", "vulnerability", "support", "incident", "regression", "flake", "flaky", "release", "access"}, w):
				score -= 2 * text.weight
			}
		}
	}
	return score
}

// Find is the form with a name, in any case and with or without its ending.
func (x *IssueForms) Find(name string) *IssueForm {
	for i, f := range x.Forms {
		stem := strings.TrimSuffix(f.Name, path.Ext(f.Name))
		if strings.EqualFold(f.Name, name) || strings.EqualFold(stem, name) || strings.EqualFold(f.Label, name) {
			return &x.Forms[i]
		}
	}
	return nil
}

// Names are the names by which forms are picked.
func (x *IssueForms) Names() []string {
	out := make([]string, 0, len(x.Forms))
	for _, f := range x.Forms {
		out = append(out, strings.TrimSuffix(f.Name, path.Ext(f.Name)))
	}
	return out
}

// IsBox tells whether a text is one of the form's boxes.
func (x *IssueForm) IsBox(text string) bool {
	for _, s := range x.Form.Sections {
		for _, b := range s.Boxes {
			if b.Text == text {
				return true
			}
		}
	}
	return false
}
