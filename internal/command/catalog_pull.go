package command

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/isrc-dev/isrc/internal/catalog/publish"
	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/term"
)

// pulledCatalog is what catalog pull answers.
type pulledCatalog struct {
	From              string  `json:"from"`
	State             string  `json:"state"` // fetched, unchanged, would-fetch
	Repositories      *int    `json:"repositories"`
	Events            *int    `json:"events"`
	Bytes             *int64  `json:"bytes"` // of the generation; null where it was not asked for
	FetchedChunks     int     `json:"fetchedChunks"`
	FetchedBytes      int64   `json:"fetchedBytes"`
	ReusedChunks      int     `json:"reusedChunks"`      // that were on this machine already
	CrawledAt         *string `json:"crawledAt"`         // when the published catalog's forges were last read
	PreviousCrawledAt *string `json:"previousCrawledAt"` // the same of the catalog before
}

type pullOptions struct {
	dryRun bool
	output output
}

func newCatalogPull(a *app) *cobra.Command {
	o := &pullOptions{}
	cmd := &cobra.Command{
		Use:   "pull [source]",
		Short: "Fetch the catalog that your company publishes",
		Long: `Pull fetches the catalog that somebody published with isrc catalog push and puts
it in the place of this machine's. The source is a tag in an OCI registry
(oci://REGISTRY/PATH:TAG), an https:// address, or a folder; without one it is
the setting catalog.source.

Only what is new is fetched, and nothing where nothing changed. An interrupted
pull goes on where it stopped. The catalog is switched once all of it is here
and is what its digests say; until then, and when that fails, find goes on with
the old one.

Pull signs in to a registry as docker and podman do, with what docker login has
kept, or with ISRC_REGISTRY_USER and ISRC_REGISTRY_PASSWORD.`,
		Example: `  isrc catalog pull
  isrc catalog pull oci://registry.example.com/innersource/catalog:latest
  isrc catalog pull https://intranet.example.com/catalog/ --dry-run`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 {
				return &usageError{err: fault.Errorf("%s: %q is one argument too many", cmd.CommandPath(), args[1]), hint: cmd.UseLine()}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			source := ""
			if len(args) == 1 {
				source = args[0]
			}
			r, err := a.pullCatalog(cmd.Context(), source, o.dryRun)
			if err != nil {
				return err
			}
			return a.show(&o.output, r, func(s *term.Streams) error { return a.showPulled(s, r) })
		},
	}
	cmd.Flags().BoolVar(&o.dryRun, "dry-run", false, "say what would be fetched, and change nothing")
	addOutput(cmd, &o.output, pulledCatalog{})
	exits(cmd, exitSignIn, exitNotPermitted, exitNotFound, exitUnavailable, exitNotReached)
	return cmd
}

// pullCatalog fetches the catalog from a source, "" for the one in the settings.
func (a *app) pullCatalog(ctx context.Context, source string, dryRun bool) (pulledCatalog, error) {
	c, err := a.settings()
	if err != nil {
		return pulledCatalog{}, err
	}
	if source == "" {
		source = c.Catalog.Source
	}
	if source == "" {
		return pulledCatalog{}, &usageError{
			err:  fault.Errorf("no source is named, and the settings have none"),
			hint: "isrc config set catalog.source oci://REGISTRY/PATH:TAG",
		}
	}
	from, err := publish.ParsePlace(source, a.inv.Dir)
	if err != nil {
		return pulledCatalog{}, err
	}
	store, err := a.catalogStore()
	if err != nil {
		return pulledCatalog{}, err
	}
	carry, err := a.carrying(from)
	if err != nil {
		return pulledCatalog{}, err
	}
	p, err := publish.Pull(ctx, carry, store, from, a.inv.Now(), dryRun)
	if err != nil {
		return pulledCatalog{}, fault.Errorf("fetch the catalog from %s: %w", from, err)
	}
	return pulledOf(from, p), nil
}

func pulledOf(from publish.Place, p publish.Pulled) pulledCatalog {
	r := pulledCatalog{From: from.String(), State: string(p.State), FetchedChunks: p.Fetched, FetchedBytes: p.Bytes, ReusedChunks: p.Reused}
	if p.Before != nil {
		r.PreviousCrawledAt = moment(p.Before.CrawledAt)
	}
	switch {
	case p.Outline != nil:
		r.Repositories, r.Events, r.Bytes, r.CrawledAt = &p.Outline.Records, &p.Outline.Events, &p.Outline.Size, moment(p.Outline.Crawled)
	case p.Before != nil:
		r.Repositories, r.Events, r.CrawledAt = &p.Before.Records, &p.Before.Events, moment(p.Before.CrawledAt)
	}
	return r
}

func (a *app) showPulled(s *term.Streams, r pulledCatalog) error {
	what := "the catalog"
	if r.Repositories != nil {
		what = "a catalog of " + repositories(*r.Repositories)
	}
	if age := a.readAgo(r.CrawledAt); age != "" {
		what += ", read " + age
	}
	switch r.State {
	case string(publish.Unchanged):
		fmt.Fprintf(s.Out, "Nothing new at %s: %s\n", r.From, what)
		return nil
	case string(publish.WouldFetch):
		fmt.Fprintf(s.Out, "Would fetch %s from %s\n", what, r.From)
	default:
		fmt.Fprintf(s.Out, "Fetched %s from %s\n", what, r.From)
	}
	fmt.Fprintf(s.Out, "  %s in %s; %s were here already\n", bytesOf(r.FetchedBytes), plural(r.FetchedChunks, "chunk"), plural(r.ReusedChunks, "chunk"))
	return nil
}
