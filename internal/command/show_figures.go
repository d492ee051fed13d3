package command

import (
	"context"
	"fmt"

	"github.com/isrc-dev/isrc/internal/catalog"
	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/term"
)

// figures are what find ranks by beside the words, of one repository.
type figures struct {
	From     string     `json:"from"` // catalog or forge
	SeenAt   *string    `json:"seenAt"`
	Activity *int       `json:"activity"` // the Repository Activity Score
	Terms    []termRow  `json:"activityTerms"`
	Ready    *bool      `json:"ready"`
	Share    *float64   `json:"readiness"` // from 0 to 1
	Points   []pointRow `json:"readinessPoints"`
	record   *catalog.Record
}

func figuresOf(r *catalog.Record, from string) *figures {
	f := &figures{From: from, SeenAt: moment(r.SeenAt), Terms: []termRow{}, Points: []pointRow{}, record: r}
	if a := r.Activity; a != nil {
		f.Activity, f.Terms = &a.Score, termRows(a.Terms)
	}
	if d := r.Readiness; d != nil {
		f.Ready, f.Share, f.Points = &d.Ready, &d.Score, pointRows(d.Points)
	}
	return f
}

// readFigures takes the figures from the catalog; only where it has none, and
// they were asked for, the forge is.
func (a *app) readFigures(ctx context.Context, client forgeClient, repo forge.Repo, c *card, asked bool) error {
	cat, err := a.openCatalog(ctx)
	if err != nil {
		return err
	}
	if cat != nil {
		defer cat.Close()
		if r, err := cat.Get(ctx, repo.RepoName); err == nil {
			c.Figures = figuresOf(r, "catalog")
			return nil
		}
	}
	if !asked {
		return nil
	}
	now := a.inv.Now()
	p, err := client.ProfileREST(ctx, forge.Profile{Repo: repo}, forge.ProfileOptions{QuarterEnd: now})
	if err != nil {
		return err
	}
	c.Figures = figuresOf(catalog.FromProfile(p, now), "forge")
	return nil
}

// showFigures explains the figures.
func showFigures(s *term.Streams, f *figures) {
	from := "as the forge tells it now"
	if f.From == "catalog" {
		from = "as of the catalog"
	}
	fmt.Fprintln(s.Out)
	fmt.Fprintln(s.Out, "What find ranks by, "+from)
	explainRecord(s, f.record)
}
