package command

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/isrc-dev/isrc/internal/catalog"
	"github.com/isrc-dev/isrc/internal/term"
)

// overlap is a group of repositories that do the same.
type overlap struct {
	Repositories []overlapRepo `json:"repositories"` // most active first
	Shared       []string      `json:"shared"`       // the rarest term first
	Similarity   float64       `json:"similarity"`   // from 0 to 1
}

type overlapRepo struct {
	repository
	Description string  `json:"description"`
	Language    string  `json:"language"`
	Team        *string `json:"team"`
	Stars       int     `json:"stars"`
	PushedAt    *string `json:"pushedAt"`
}

type overlapsOptions struct {
	org    string
	limit  int
	output output
}

func newCatalogOverlaps(a *app) *cobra.Command {
	o := &overlapsOptions{}
	cmd := &cobra.Command{
		Use:   "overlaps",
		Short: "See repositories that do the same without being forks of each other",
		Long: `Overlaps lists groups of repositories whose names, topics, descriptions and
READMEs share telling terms although none was made from another: work that may
have been done twice. The shared terms are shown, so that a coincidence is seen
as one. Forks and copies are left out, and archived repositories too.`,
		Example: `  isrc catalog overlaps
  isrc catalog overlaps --org payments
  isrc find --like payments/ledger-client`,
		Args: exactArgs(0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error { return a.catalogOverlaps(cmd.Context(), o) },
	}
	cmd.Flags().StringVar(&o.org, "org", "", "only groups with a repository of this `ORGANISATION`")
	cmd.Flags().IntVarP(&o.limit, "limit", "L", 20, "at most `N` groups")
	addOutput(cmd, &o.output, []overlap{})
	exits(cmd, exitNotFound)
	return cmd
}

func (a *app) catalogOverlaps(ctx context.Context, o *overlapsOptions) error {
	cat, err := a.needCatalog(ctx, "catalog overlaps")
	if err != nil {
		return err
	}
	defer cat.Close()
	groups, err := cat.Overlaps(ctx, o.org, max(o.limit, 1), a.sink())
	if err != nil {
		return catalogTrouble(err)
	}
	rows := make([]overlap, 0, len(groups))
	for i := range groups {
		rows = append(rows, overlapOf(&groups[i]))
	}
	return a.show(&o.output, rows, func(s *term.Streams) error { return showOverlaps(s, rows, o.org) })
}

func overlapOf(g *catalog.Overlap) overlap {
	row := overlap{Repositories: []overlapRepo{}, Shared: nonNil(g.Shared), Similarity: g.Similarity}
	for i := range g.Repos {
		h := &g.Repos[i]
		r := overlapRepo{repository: repositoryOf(h.RepoName(), h.URL), Description: h.Description, Language: h.Language, Stars: h.Stars, PushedAt: moment(h.PushedAt)}
		if h.Team != nil {
			r.Team = orNull(h.Team.Name)
		}
		row.Repositories = append(row.Repositories, r)
	}
	return row
}

func showOverlaps(s *term.Streams, rows []overlap, org string) error {
	if len(rows) == 0 {
		where := "the catalog"
		if org != "" {
			where = "the catalog that concerns " + term.Line(org)
		}
		s.Tell(fmt.Sprintf("Nothing in %s does the same twice, as far as names, topics, descriptions and READMEs tell.", where))
		return nil
	}
	if !s.OutTTY {
		t := s.NewTable(-1)
		for i, g := range rows {
			for _, r := range g.Repositories {
				t.Row(term.Cell{Text: fmt.Sprint(i + 1)}, term.Cell{Text: r.FullName}, term.Cell{Text: fmt.Sprintf("%.2f", g.Similarity)}, term.Cell{Text: strings.Join(g.Shared, ",")}, term.Cell{Text: r.Description})
			}
		}
		return t.Write(s.Out)
	}
	for i, g := range rows {
		if i > 0 {
			fmt.Fprintln(s.Out)
		}
		head := fmt.Sprintf("%.0f %% alike: %s", g.Similarity*100, strings.Join(g.Shared, ", "))
		for _, l := range term.Wrap(term.Line(head), s.Width) {
			fmt.Fprintln(s.Out, s.Paint(term.Strong, l))
		}
		t, under := s.NewTable(3), []string{}
		for _, r := range g.Repositories {
			if s.Width < narrow {
				t.Row(term.Cell{Text: r.FullName})
				under = append(under, term.Line(strings.Join(joinNonEmpty(r.Language, textOf(r.Team), r.Description), " "+s.Sym(term.SymDot)+" ")))
				continue
			}
			t.Row(term.Cell{Text: r.FullName}, term.Cell{Text: r.Language}, term.Cell{Text: textOf(r.Team), Tone: term.Dim}, term.Cell{Text: r.Description, Tone: term.Dim})
		}
		if err := writeWithUnder(s, t, under); err != nil {
			return err
		}
	}
	return nil
}
