package command

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/isrc-dev/isrc/internal/contribute"
	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/git"
	"github.com/isrc-dev/isrc/internal/guideline"
	"github.com/isrc-dev/isrc/internal/term"
)

// wished is what the forge was asked for a pull request, and what became of it.
type wished struct {
	What    string  `json:"what"`     // review, ready or draft
	Who     *string `json:"reviewer"` // LOGIN or ORG/TEAM
	Outcome string  `json:"outcome"`  // planned, done or refused
	Why     *string `json:"why"`      // the forge's words
}

func (w wished) text() string {
	switch {
	case w.Who != nil:
		return "a review by " + *w.Who
	case w.What == "ready":
		return "ready for review"
	}
	return "a draft again"
}

// wishes are what is asked of the forge once the pull request is there. They are
// no steps of the run: to ask again changes nothing.
type wishes struct {
	reviews []contribute.Wish
	stage   *contribute.Wish
	asked   bool // the forge has answered
}

func (o *submitOptions) wishes() (*wishes, error) {
	w := &wishes{}
	seen := map[string]bool{}
	for _, text := range o.reviews {
		who, err := contribute.ReadReviewer(text)
		if err != nil {
			return nil, err
		}
		if key := strings.ToLower(who); !seen[key] {
			seen[key] = true
			w.reviews = append(w.reviews, contribute.Wish{Who: who})
		}
	}
	if o.ready || o.stage && o.draft {
		w.stage = &contribute.Wish{Draft: o.draft}
	}
	return w, nil
}

// mayBe refuses before anything is done whom no forge would ask, and leaves out a
// stage that the pull request has, or is opened with.
func (w *wishes) mayBe(upstream forge.RepoName, existing *forge.Pull) error {
	if w.stage != nil && (existing == nil || existing.Draft == w.stage.Draft) {
		w.stage = nil
	}
	return contribute.MayAsk(w.reviews, upstream)
}

func (w *wishes) carry(ctx context.Context, site *contribute.Site, repo forge.RepoName, number int) error {
	w.asked = true
	if w.stage != nil {
		if err := site.SetStage(ctx, repo, number, w.stage); err != nil {
			return err
		}
	}
	return site.AskReviewers(ctx, repo, number, w.reviews)
}

// wish takes over what was asked, or is going to be.
func (p *submitted) wish(w *wishes) {
	p.Asked = []wished{}
	add := func(what string, who *string, x contribute.Wish) {
		outcome := "planned"
		switch {
		case x.Refused != "":
			outcome = "refused"
		case w.asked:
			outcome = "done"
		}
		p.Asked = append(p.Asked, wished{What: what, Who: who, Outcome: outcome, Why: orNull(x.Refused)})
	}
	if w.stage != nil {
		add(map[bool]string{true: "draft", false: "ready"}[w.stage.Draft], nil, *w.stage)
		if w.asked && w.stage.Refused == "" {
			p.Draft = w.stage.Draft
		}
	}
	for _, x := range w.reviews {
		add("review", &x.Who, x)
	}
}

// wishesRefused is the end of a submission that came to its pull request and not
// to all that was asked besides.
func (p *submitted) wishesRefused() error {
	var all []string
	for _, w := range p.Asked {
		if w.Outcome == "refused" {
			all = append(all, w.text()+" ("+*w.Why+")")
		}
	}
	if len(all) == 0 {
		return nil
	}
	return &exitError{code: exitPartly, err: errors.New("the forge refused " + strings.Join(all, "; ")), hint: "the pull request is there: " + *p.URL + "; tell them in a comment"}
}

func showWishes(s *term.Streams, all []wished) {
	for _, w := range all {
		if w.Outcome == "done" {
			fmt.Fprintf(s.Err, "%s asked for: %s\n", s.Paint(term.Good, s.Sym(term.SymOK)), term.Line(w.text()))
		}
	}
}

// completeReviewers offers whom the CODEOWNERS of the clone here names.
func (a *app) completeReviewers(_ *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
	const none = cobra.ShellCompDirectiveNoFileComp
	repo, err := git.Open(a.inv.Dir)
	if err != nil {
		return nil, none
	}
	defer repo.Close()                                  //nolint:errcheck // read only
	last := typed[strings.LastIndexByte(typed, ',')+1:] // of several the last is completed
	lead := strings.TrimSuffix(typed, last)
	var out []string
	for _, who := range ownersNamed(repo.Root()) {
		if strings.HasPrefix(strings.ToLower(who), strings.ToLower(strings.TrimPrefix(last, "@"))) {
			out = append(out, lead+term.Line(who))
		}
	}
	return out, none
}

// ownersNamed are the people and teams of the first CODEOWNERS file of a clone.
func ownersNamed(root string) []string {
	var out []string
	for _, name := range guideline.GitHubOwners.Paths() {
		data, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
		if err != nil || len(data) > maxText {
			continue
		}
		for _, r := range guideline.ParseOwners(&guideline.Source{Path: name}, data, guideline.GitHubOwners).Rules {
			for _, who := range r.Owners {
				if who = strings.TrimPrefix(who, "@"); !strings.Contains(who, "@") && !slices.Contains(out, who) {
					out = append(out, who)
				}
			}
		}
		break
	}
	return out
}
