package command

import (
	"errors"

	"github.com/spf13/cobra"

	"github.com/isrc-dev/isrc/internal/contribute"
)

// cloneFlags say what kind of clone is made.
type cloneFlags struct {
	full      bool
	shallow   int
	sparse    []string
	reference string
	modules   bool
}

func (o *cloneFlags) add(cmd *cobra.Command) {
	f := cmd.Flags()
	f.BoolVar(&o.full, "full", false, "clone all files of all commits")
	f.IntVar(&o.shallow, "shallow", 0, "clone only the last `COMMITS` of the base branch; older ones come when they are needed")
	f.Lookup("shallow").NoOptDefVal = "1"
	f.StringArrayVar(&o.sparse, "sparse", nil, "check out only this `FOLDER` and what lies beside the way to it (repeat it for more)")
	f.StringVar(&o.reference, "reference", "", "copy what this `CLONE` on this machine has, instead of fetching it; it may go away later")
	f.BoolVar(&o.modules, "submodules", false, "fetch the submodules too; otherwise they stay empty")
	_ = cmd.MarkFlagDirname("reference")
}

func (o *cloneFlags) validate() error {
	switch {
	case o.full && o.shallow != 0:
		return usagef("--full and --shallow exclude each other")
	case o.shallow < 0:
		return usagef("--shallow takes a number of commits")
	case o.reference != "" && o.shallow != 0:
		return &usageError{err: errors.New("--reference and --shallow exclude each other"), hint: "--reference alone: with it a whole history costs little"}
	}
	return nil
}

func (o *cloneFlags) set() bool {
	return o.full || o.shallow != 0 || len(o.sparse) > 0 || o.reference != "" || o.modules
}

// wish is what the flags ask for. alone says that there is no git program.
func (o *cloneFlags) wish(a *app, alone bool) contribute.CloneWish {
	w := contribute.CloneWish{Depth: o.shallow, Sparse: o.sparse, Reference: a.path(o.reference), Submodules: o.modules, Alone: alone}
	switch {
	case o.full:
		w.Kind = contribute.Full
	case o.shallow > 0, alone: // without a git program there is no other kind
		w.Kind = contribute.Shallow
	}
	return w
}

// onlyGit names a flag that takes the git program, "" when none was given.
func (o *cloneFlags) onlyGit() string {
	switch {
	case o.full:
		return "--full"
	case len(o.sparse) > 0:
		return "--sparse"
	case o.reference != "":
		return "--reference"
	case o.modules:
		return "--submodules"
	}
	return ""
}
