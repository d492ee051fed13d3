package command

import (
	"fmt"

	"github.com/isrc-dev/isrc/internal/contribute"
	"github.com/isrc-dev/isrc/internal/term"
)

// showSynced writes what became of branch and fork.
func showSynced(s *term.Streams, r *synced) error {
	branch, base := term.Line(r.Branch), term.Line(r.Base)
	good := s.Paint(term.Good, s.Sym(term.SymOK))
	behind := ""
	if r.BehindBy != nil && *r.BehindBy > 0 {
		behind = ", " + plural(*r.BehindBy, "commit") + " behind"
	}
	did := map[string]string{contribute.HowRebase: "rebased onto", contribute.HowMerge: "merged with", contribute.HowFastForward: "moved on to"}[r.How]
	switch r.Outcome {
	case "planned":
		fmt.Fprintf(s.Out, "Would bring %s up to date with %s%s: %s (%s)\n", branch, base, behind, r.How, term.Line(r.Why))
	case "conflicts":
		fmt.Fprintf(s.Out, "%s %s conflicts with %s in %s:\n", s.Paint(term.Bad, s.Sym(term.SymBroken)), branch, base, plural(len(r.Conflicts), "file"))
	case "aborted":
		fmt.Fprintf(s.Out, "%s %s is as it was before\n", good, branch)
	case "updated":
		if did != "" {
			fmt.Fprintf(s.Out, "%s %s is %s %s (%s)\n", good, branch, did, base, term.Line(r.Why))
		}
	default:
		fmt.Fprintf(s.Out, "%s %s has all of %s\n", good, branch, base)
	}
	if r.Outcome == "planned" && len(r.Conflicts) > 0 {
		fmt.Fprintln(s.Out, "Conflicts are foreseen in:")
	}
	for _, f := range r.Conflicts {
		fmt.Fprintf(s.Out, "  %s\n", term.Line(f))
	}
	if r.Backup != nil && r.Outcome == "updated" {
		fmt.Fprintf(s.Out, "  before: %s\n  to take it back: git reset --keep %s\n", term.Line(*r.Backup), term.Line(shellWord(*r.Backup)))
	}
	switch r.Push {
	case "pushed":
		fmt.Fprintf(s.Out, "%s pushed\n", good)
	case "forced":
		fmt.Fprintf(s.Out, "%s pushed; your commits there are replaced by the rebased ones\n", good)
	case "planned":
		fmt.Fprintln(s.Out, "Would push the branch.")
	case "planned-force":
		fmt.Fprintln(s.Out, "Would ask, and replace your pushed commits by the rebased ones.")
	case "kept":
		fmt.Fprintln(s.Out, "not pushed: isrc submit does")
	}
	if f := r.Fork; f != nil {
		name := term.Line(f.Repository.FullName)
		switch f.Outcome {
		case contribute.SyncUpdated:
			fmt.Fprintf(s.Out, "%s %s of your fork %s is up to date\n", good, base, name)
		case "planned":
			fmt.Fprintf(s.Out, "Would keep %s of your fork %s up to date, without force.\n", base, name)
		case contribute.SyncDiverged, contribute.SyncKept:
			fmt.Fprintf(s.Out, "%s %s of your fork %s stays as it is: %s\n", s.Paint(term.Warn, s.Sym(term.SymUnknown)), base, name, term.Line(textOf(f.Why)))
		}
	}
	return nil
}
