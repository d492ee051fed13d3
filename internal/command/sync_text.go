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
	if r.forkOnly {
		return showForkSynced(s, r)
	}
	switch r.Outcome {
	case "planned":
		s.Print(fmt.Sprintf("Would bring %s up to date with %s%s: %s (%s)", branch, base, behind, r.How, term.Line(r.Why)))
	case "conflicts":
		if len(r.Conflicts) == 0 {
			s.Print(fmt.Sprintf("%s a %s of %s onto %s is half done, and no file conflicts", s.Paint(term.Warn, s.Sym(term.SymUnknown)), r.How, branch, base))
			break
		}
		s.Print(fmt.Sprintf("%s %s conflicts with %s in %s:", s.Paint(term.Bad, s.Sym(term.SymBroken)), branch, base, plural(len(r.Conflicts), "file")))
	case "aborted":
		fmt.Fprintf(s.Out, "%s %s is as it was before\n", good, branch)
	case "updated":
		if did != "" {
			s.Print(fmt.Sprintf("%s %s is %s %s (%s)", good, branch, did, base, term.Line(r.Why)))
		}
	default:
		s.Print(fmt.Sprintf("%s %s has all of %s", good, branch, base))
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
		s.Print(fmt.Sprintf("%s pushed; your commits there are replaced by the rebased ones", good))
	case "planned":
		fmt.Fprintln(s.Out, "Would push the branch.")
	case "planned-force":
		fmt.Fprintln(s.Out, "Would ask, and replace your pushed commits by the rebased ones.")
	case "kept":
		fmt.Fprintln(s.Out, "not pushed: isrc submit does")
	}
	return showForkSynced(s, r)
}

// showForkSynced writes what became of the fork's copy of the base.
func showForkSynced(s *term.Streams, r *synced) error {
	base, good := term.Line(r.Base), s.Paint(term.Good, s.Sym(term.SymOK))
	if f := r.Fork; f != nil {
		name := term.Line(f.Repository.FullName)
		switch f.Outcome {
		case contribute.SyncCurrent:
			if r.forkOnly {
				s.Print(fmt.Sprintf("%s %s of your fork %s has all of it", good, base, name))
			}
		case contribute.SyncUpdated:
			s.Print(fmt.Sprintf("%s %s of your fork %s is up to date", good, base, name))
		case "planned":
			s.Print(fmt.Sprintf("Would keep %s of your fork %s up to date, without force.", base, name))
		case contribute.SyncDiverged, contribute.SyncKept:
			s.Print(fmt.Sprintf("%s %s of your fork %s stays as it is: %s", s.Paint(term.Warn, s.Sym(term.SymUnknown)), base, name, term.Line(textOf(f.Why))))
		}
	}
	return nil
}
