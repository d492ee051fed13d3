package command

import (
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/isrc-dev/isrc/internal/git"
	"github.com/isrc-dev/isrc/internal/term"
	"github.com/isrc-dev/isrc/internal/workflow"
)

// knownClone is a clone of the repository that a command names: that of the last
// contribution to it. Where it names none, it is the clone that the user is in. nil
// where there is none: a key press asks no network.
func (a *app) knownClone(cmd *cobra.Command, args []string) *git.Repo {
	name, dir := "", a.inv.Dir
	if f := cmd.Flags().Lookup("repo"); f != nil {
		name = f.Value.String()
	}
	if len(args) > 0 && strings.Contains(args[0], "/") {
		name = args[0]
	}
	if name != "" {
		dir = ""
		runs, _, err := workflow.List(a.runsDir())
		if err != nil {
			return nil
		}
		latest := ""
		for _, st := range runs {
			if st.Clone != "" && st.Run > latest && strings.HasSuffix("/"+strings.ToLower(st.Upstream), "/"+strings.ToLower(name)) {
				dir, latest = st.Clone, st.Run
			}
		}
	}
	if dir == "" {
		return nil
	}
	r, err := git.Open(dir)
	if err != nil {
		return nil
	}
	return r
}

// completeBase offers the branches that a clone knows of its remotes: of the
// upstream where it has a remote of that name.
func (a *app) completeBase(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	r := a.knownClone(cmd, args)
	if r == nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	defer r.Close() //nolint:errcheck // read only
	all, err := r.Refs("refs/remotes/upstream/")
	if err == nil && len(all) == 0 {
		all, err = r.Refs("refs/remotes/origin/")
	}
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var out []string
	for name := range all {
		if name != "HEAD" && strings.HasPrefix(name, typed) {
			out = append(out, term.Line(name))
		}
	}
	slices.Sort(out)
	return out[:min(len(out), mostCompleted)], cobra.ShellCompDirectiveNoFileComp
}

// completeSparse offers the folders of the repository, one level at a time.
func (a *app) completeSparse(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	const how = cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
	r := a.knownClone(cmd, args)
	if r == nil {
		return nil, how
	}
	defer r.Close() //nolint:errcheck // read only
	tree, err := r.FS(cmd.Context(), "HEAD")
	if err != nil {
		return nil, how
	}
	at, _ := path.Split(typed)
	entries, err := fs.ReadDir(tree, path.Clean("./"+at))
	if err != nil {
		return nil, how // nor where a folder was not fetched
	}
	var out []string
	for _, e := range entries {
		if name := at + e.Name(); e.IsDir() && strings.HasPrefix(name, typed) && len(out) < mostCompleted {
			out = append(out, term.Line(name)+"/")
		}
	}
	return out, how
}
