package command

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/isrc-dev/isrc/internal/contribute"
	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/term"
)

// listRequirements says what is asked, and judges nothing: of the clone here, of
// a repository that is not cloned, or of a plain folder.
func (a *app) listRequirements(ctx context.Context, o *checkOptions) error {
	read := a.askedHere
	switch {
	case o.dir != "":
		read = a.askedOfFolder
	case o.repo != "":
		read = a.askedOfRepository
	}
	asked, err := read(ctx, o)
	if err != nil {
		return err
	}
	result := describeAsked(asked.Place, asked.Guidelines, asked.Requirements)
	if result.Repository != nil {
		*result.Repository = a.named(asked.Upstream)
	}
	result.Requirements = wantedRequirements(result.Requirements, placeOptions{only: o.only, skip: o.skip})
	if err := asked.Closed(); err != nil {
		_, why, _ := strings.Cut(a.redact.text(err.Error()), ": ")
		result.Closed = &closedLine{Why: why, Next: []string{}}
		if !asked.Upstream.IsZero() {
			result.Closed.Next = nonNil(a.judge(err).hints)
		}
	}
	return a.showChecked(o, result, exitDone)
}

func wantedRequirements(all []requirement, o placeOptions) []requirement {
	out := []requirement{}
	for _, r := range all {
		if wanted(r.Rule, o.only, o.skip) {
			out = append(out, r)
		}
	}
	return out
}

func (a *app) askedHere(ctx context.Context, o *checkOptions) (*contribute.Review, error) {
	place, site, err := a.standing(ctx, placeOptions{base: o.base})
	if err != nil {
		return nil, err
	}
	return place.Asked(ctx, site)
}

// askedOfRepository reads a repository as it is on its forge. Without a token
// what everybody can see is read.
func (a *app) askedOfRepository(ctx context.Context, o *checkOptions) (*contribute.Review, error) {
	name, site, err := a.repository(ctx, o.repo)
	unsigned := err
	if isSignIn(err) {
		if site, err = a.anonymously(name.Host); err != nil {
			return nil, err
		}
	}
	if err != nil {
		return nil, err
	}
	repo, err := site.Forge.Repo(ctx, name)
	var missing *forge.NotFoundError
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case errors.As(err, &missing) && unsigned == nil:
		return nil, fault.Errorf("look up %s: %w", name.FullName(), err)
	case err != nil:
		repo = forge.Repo{RepoName: name} // git may still get through
	}
	asked, readErr := site.AskedOf(ctx, repo, o.base)
	if readErr != nil {
		return nil, readErr
	}
	if asked.Guidelines.Commit == "" {
		return nil, fault.Errorf("look up %s: %w", name.FullName(), whyUnread(unsigned, err))
	}
	if err != nil {
		asked.Notes = append(asked.Notes, "the forge did not tell its default branch: "+err.Error())
	}
	if unsigned != nil {
		asked.Notes = append(asked.Notes, "read without signing in: "+unsigned.Error())
	}
	asked.BaseFrom = "the default branch"
	if o.base != "" {
		asked.BaseFrom = "--base"
	}
	return asked, nil
}

var errUnread = errors.New("its files could not be read")

// whyUnread picks the reason that its reader can do something about: the network
// before the sign-in, for without the one the other does not help.
func whyUnread(unsigned, err error) error {
	var away *forge.UnavailableError
	switch {
	case unsigned != nil && !errors.As(err, &away):
		return unsigned
	case err != nil:
		return err
	}
	return errUnread
}

// showRequirementList writes what is asked, the firmest first, with who says so.
func showRequirementList(s *term.Streams, c *checked, verbose bool) error {
	t := &reviewText{Streams: s, verbose: verbose}
	t.headline(c)
	if c.Closed != nil {
		for _, l := range term.Wrap(term.Line(c.Closed.Why), s.Width) {
			fmt.Fprintln(s.Out, s.Paint(term.Warn, l))
		}
		for _, l := range c.Closed.Next {
			fmt.Fprintln(s.Out, "  "+term.Line(l))
		}
		fmt.Fprintln(s.Out)
	}
	groups := requirementGroups(c.Requirements)
	if len(groups) == 0 {
		fmt.Fprintln(s.Out, "Nothing is asked that isrc could read.")
		t.asides(c)
		return nil
	}
	counts := []string{}
	for _, group := range groups {
		for _, r := range group.list {
			t.requirement(group.label, r)
		}
		fmt.Fprintln(s.Out)
		counts = append(counts, fmt.Sprintf("%d %s", len(group.list), group.label))
	}
	fmt.Fprintln(s.Out, strings.Join(counts, ", "))
	t.asides(c)
	return nil
}

func (t *reviewText) requirement(label string, r requirement) {
	room := max(t.Width-7, 8)
	for i, l := range term.Wrap(term.Line(r.Text), room) {
		lead := pad(7)
		if i == 0 {
			lead = t.Paint(strengthTone(label), fmt.Sprintf("%-6s ", label))
		}
		fmt.Fprintln(t.Out, lead+l)
	}
	f := finding{Requirement: r, Verdict: "met"}
	for _, line := range t.sources(&f) {
		writeDetail(t.Streams, t.Out, 7, term.Dim, line)
	}
}

// requirementGroup is what is asked with one firmness.
type requirementGroup struct {
	label string // must, should, may, or gate for what could not be read
	list  []requirement
}

// requirementGroups puts requirements in a stable order: by firmness, then as
// the rules are documented; what nobody could read stands last. What only isrc
// advises is not asked.
func requirementGroups(all []requirement) []requirementGroup {
	var out []requirementGroup
	for _, label := range []string{"must", "should", "may", "gate"} {
		g := requirementGroup{label: label}
		for _, r := range all {
			if ownAdvice(r) {
				continue
			}
			if is := r.Strength; label == "gate" && r.Rule == "gate" || is == label && r.Rule != "gate" {
				g.list = append(g.list, r)
			}
		}
		if len(g.list) > 0 {
			out = append(out, g)
		}
	}
	return out
}
