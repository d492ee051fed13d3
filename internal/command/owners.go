package command

import (
	"context"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/isrc-dev/isrc/internal/contribute"
	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/guideline"
	"github.com/isrc-dev/isrc/internal/rule"
	"github.com/isrc-dev/isrc/internal/term"
)

// owning is what owners answers.
type owning struct {
	Repository *repository     `json:"repository"` // null for a folder that belongs to no forge
	Base       string          `json:"base"`
	BaseFrom   string          `json:"baseFrom"`
	BaseCommit *string         `json:"baseCommit"`
	File       *string         `json:"file"`       // null when there is none
	Dialect    *string         `json:"dialect"`    // github, gitlab or gitea
	Required   *bool           `json:"required"`   // the merge waits for owners; null when that is not known
	RequiredBy *string         `json:"requiredBy"` // who sees to that
	Paths      []ownedPath     `json:"paths"`
	Problems   []ownersProblem `json:"problems"`
	Unread     []unread        `json:"unread"`
	Notes      []string        `json:"notes"`
}

type ownedPath struct {
	Path  string      `json:"path"`
	Owned bool        `json:"owned"`
	Lines []ownerLine `json:"lines"` // that decide, in the order of the file
}

type ownerLine struct {
	Owners    []string `json:"owners"` // none: this line gives the path to nobody
	Line      int      `json:"line"`
	Pattern   string   `json:"pattern"`
	Section   *string  `json:"section"` // of GitLab
	Optional  bool     `json:"optional"`
	Approvals int      `json:"approvals"`
	Text      string   `json:"text"`
}

type ownersProblem struct {
	Line    *int   `json:"line"`
	Text    string `json:"text"`
	Why     string `json:"why"`
	Skipped bool   `json:"skipped"` // the line says nothing
	Forge   bool   `json:"forge"`   // the forge says so
}

type ownersOptions struct {
	base, repo, dir string
	output          output
}

func newOwners(a *app) *cobra.Command {
	o := &ownersOptions{}
	cmd := &cobra.Command{
		Use:   "owners [path...]",
		Short: "See who must approve which files",
		Long: `Owners says who owns files: which line of CODEOWNERS decides, in the dialect
of the forge (GitHub, GitLab, or Gitea and Forgejo), and whether the merge waits
for them. Without a path it looks at the files that the change here touches.

The file is read at the base, as the forge does. A repository that is not cloned
(-R) and a plain folder (--repo-dir) need paths; they count from the root there,
and from the current folder in a clone.`,
		Example: `  isrc owners
  isrc owners internal/auth/token.go docs/
  isrc owners -R identity/auth-lib go.mod
  isrc owners --repo-dir ./unpacked go.mod
  isrc owners --json paths --jq '.paths[] | select(.owned | not) | .path'`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error { return a.owners(cmd.Context(), o, args) },
	}
	f := cmd.Flags()
	f.StringVar(&o.base, "base", "", "read the file of this `BASE`: a branch, HOST/OWNER/NAME:BRANCH, or a revision")
	f.StringVarP(&o.repo, "repo", "R", "", "the `REPOSITORY` that the change goes to, or whose paths are meant")
	f.StringVar(&o.dir, "repo-dir", "", "read the folder `DIR` and nothing else: no forge, and no git unless it is a clone")
	addOutput(cmd, &o.output, owning{})
	exits(cmd, exitNotFound, exitUnavailable)
	return cmd
}

func (a *app) owners(ctx context.Context, o *ownersOptions, args []string) error {
	from := a.inv.Dir
	if o.dir != "" && o.repo != "" {
		return usagef("--repo-dir and --repo exclude each other: a folder is read as it is")
	}
	read, err := a.readOwners(ctx, o, len(args) > 0)
	if err != nil {
		return err
	}
	root := ""
	if o.dir == "" && o.repo == "" && read.Place != nil {
		root = read.Dir
	}
	paths, err := rootedPaths(args, root, from)
	if err != nil {
		return err
	}
	if len(args) == 0 && read.Change != nil {
		for _, f := range read.Change.Files {
			paths = append(paths, f.Path)
			if f.OldPath != "" && f.OldPath != f.Path {
				paths = append(paths, f.OldPath)
			}
		}
	}
	if len(paths) == 0 {
		return &usageError{err: fault.Errorf("owners: no path is given, and no change is here that touches files"), hint: "isrc owners PATH"}
	}
	result := describeOwners(read, paths)
	if result.Repository != nil {
		*result.Repository = a.named(read.Upstream)
	}
	return a.show(&o.output, result, func(s *term.Streams) error { return showOwners(s, result) })
}

// readOwners reads the guidelines where they are wanted, and the change unless
// paths are given.
func (a *app) readOwners(ctx context.Context, o *ownersOptions, paths bool) (*contribute.Review, error) {
	c := &checkOptions{base: o.base, repo: o.repo, dir: o.dir}
	if o.dir != "" {
		if err := a.enterDir(c); err != nil {
			return nil, err
		}
	}
	switch {
	case o.dir != "" && c.requirements:
		return a.askedOfFolder(ctx, c)
	case o.repo != "" && paths:
		return a.askedOfRepository(ctx, c)
	case o.dir == "" && paths:
		return a.askedHere(ctx, c)
	}
	review, _, err := a.review(ctx, placeOptions{repo: o.repo, base: o.base, local: o.dir != ""})
	return review, err
}

// rootedPaths makes paths of the repository of those that were given: from the
// current folder in a clone, whose root is not "", and from the root elsewhere.
func rootedPaths(args []string, root, from string) ([]string, error) {
	var out []string
	for _, arg := range args {
		rel := arg
		if root != "" {
			abs := arg
			if !filepath.IsAbs(abs) {
				abs = filepath.Join(from, arg)
			}
			var err error
			if rel, err = filepath.Rel(unlinked(root), unlinked(abs)); err != nil {
				return nil, usagef("%s: %v", arg, err)
			}
		}
		p := path.Clean(strings.TrimPrefix(filepath.ToSlash(rel), "/"))
		if !fs.ValidPath(p) || p == "." {
			return nil, usagef("%q is no path in the repository", arg)
		}
		if strings.HasSuffix(filepath.ToSlash(arg), "/") {
			p += "/" // something in that folder
		}
		out = append(out, p)
	}
	return out, nil
}

// unlinked follows the links on the way to a path as far as it exists.
func unlinked(p string) string {
	if dir, err := filepath.EvalSymlinks(filepath.Dir(p)); err == nil {
		return filepath.Join(dir, filepath.Base(p))
	}
	return p
}

func describeOwners(r *contribute.Review, paths []string) *owning {
	asked := describeAsked(r.Place, r.Guidelines, nil)
	out := &owning{
		Repository: asked.Repository, Base: asked.Base, BaseFrom: asked.BaseFrom, BaseCommit: asked.BaseCommit,
		Paths: []ownedPath{}, Problems: []ownersProblem{}, Unread: []unread{}, Notes: asked.Notes,
	}
	for _, u := range asked.Unread {
		if strings.HasSuffix(u.What, "CODEOWNERS") || strings.HasPrefix(u.What, "files of ") || strings.HasPrefix(u.What, "rules ") {
			out.Unread = append(out.Unread, u)
		}
	}
	out.requiredBy(r)
	o := r.Guidelines.Owners
	if o != nil {
		dialect := string(o.Dialect)
		out.File, out.Dialect = &o.Source.Path, &dialect
	}
	slices.Sort(paths)
	for _, p := range slices.Compact(paths) {
		out.Paths = append(out.Paths, ownedBy(o, p))
	}
	out.addProblems(o, r.Change)
	return out
}

// requiredBy says whether a rule makes the merge wait for owners. Rules that
// were not read leave that open.
func (w *owning) requiredBy(r *contribute.Review) {
	if r.Guidelines.Rules == nil {
		return
	}
	required := false
	for _, req := range r.Requirements {
		if p, ok := req.Params.(rule.OwnersParams); ok && p.Required {
			required = true
			w.RequiredBy = orNull(req.Enforcer.Name)
		}
	}
	w.Required = &required
}

func ownedBy(o *guideline.Owners, p string) ownedPath {
	out := ownedPath{Path: p, Lines: []ownerLine{}}
	for _, r := range o.Of(p) {
		l := ownerLine{Owners: nonNil(r.Owners), Line: r.Line, Pattern: r.Pattern, Optional: r.Optional, Approvals: r.Approvals, Text: strings.TrimSpace(r.Text)}
		if len(o.Sections) > 0 {
			l.Section = orNull(o.Sections[r.Section].Name)
		}
		out.Owned = out.Owned || len(r.Owners) > 0
		out.Lines = append(out.Lines, l)
	}
	return out
}

// addProblems adds what is wrong with the file, by itself and as the forge sees
// it.
func (w *owning) addProblems(o *guideline.Owners, change *rule.Change) {
	if o == nil {
		return
	}
	for _, p := range o.Problems {
		w.Problems = append(w.Problems, ownersProblem{Line: lineOrNull(p.Line), Text: strings.TrimSpace(p.Text), Why: p.Why, Skipped: p.Skipped})
	}
	if change == nil {
		return
	}
	errs, _ := change.Facts[rule.OwnersFactName].Value.([]rule.OwnersError)
	for _, e := range errs {
		w.Problems = append(w.Problems, ownersProblem{Line: lineOrNull(e.Line), Text: e.Kind, Why: e.Message, Forge: true})
	}
}

func lineOrNull(n int) *int {
	if n <= 0 {
		return nil
	}
	return &n
}
