package command

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/isrc-dev/isrc/internal/catalog/index"
	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/term"
)

// updatedCatalog is what catalog update answers.
type updatedCatalog struct {
	Did       string         `json:"did"`       // fetched, unchanged, crawled, would-fetch or would-crawl
	Catalog   *generation    `json:"catalog"`   // that is here now; null for none
	CrawledAt *string        `json:"crawledAt"` // when its forges were last read
	Pull      *pulledCatalog `json:"pull"`
	Crawl     *crawled       `json:"crawl"`
}

type updateOptions struct {
	dryRun bool
	output output
}

func newCatalogUpdate(a *app) *cobra.Command {
	o := &updateOptions{}
	cmd := &cobra.Command{
		Use:   "update",
		Short: "Bring the catalog up to date",
		Long: `Update does what keeps this machine's catalog young: it fetches the one that
your company publishes, where the setting catalog.source names it (as isrc
catalog pull does), and crawls the configured organisations only where there is
none (as isrc catalog crawl does). What is up to date already costs next to
nothing.`,
		Example: `  isrc catalog update
  isrc catalog update --dry-run`,
		Args: exactArgs(0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error { return a.catalogUpdate(cmd.Context(), o) },
	}
	cmd.Flags().BoolVar(&o.dryRun, "dry-run", false, "say what would be done, and change nothing")
	addOutput(cmd, &o.output, updatedCatalog{})
	exits(cmd, exitSignIn, exitNotPermitted, exitNotFound, exitUnavailable, exitNotReached, exitPartly, exitInterrupted)
	return cmd
}

func (a *app) catalogUpdate(ctx context.Context, o *updateOptions) error {
	c, err := a.settings()
	if err != nil {
		return err
	}
	r := &updatedCatalog{}
	if c.Catalog.Source != "" {
		pulled, err := a.pullCatalog(ctx, "", o.dryRun)
		if err != nil {
			return err
		}
		r.Pull, r.Did = &pulled, pulled.State
	} else if err = a.updateByCrawl(ctx, o, r); r.Crawl == nil {
		return err
	}
	if lost := a.describeUpdated(ctx, r); lost != nil {
		return fault.Join(err, lost)
	}
	return fault.Join(a.show(&o.output, r, func(s *term.Streams) error { return a.showUpdated(s, r) }), err)
}

// updateByCrawl crawls; r.Crawl stays nil where there is nothing to show.
func (a *app) updateByCrawl(ctx context.Context, o *updateOptions, r *updatedCatalog) error {
	c, err := a.newCrawling(ctx, &crawlOptions{dryRun: o.dryRun, share: 25})
	var usage *usageError
	if errors.As(err, &usage) {
		return &usageError{
			err:  fault.Errorf("there is nothing to update from: neither catalog.source nor organisations are configured"),
			hint: "isrc setup HOST   # asks for both, or takes your company's file\nisrc config set catalog.source oci://REGISTRY/PATH:TAG\nisrc config set orgs NAME,…",
		}
	}
	if err != nil {
		return err
	}
	r.Did = "crawled"
	if o.dryRun {
		r.Did = "would-crawl"
	}
	r.Crawl, err = c.run(ctx)
	return err
}

// describeUpdated adds which catalog there is now.
func (a *app) describeUpdated(ctx context.Context, r *updatedCatalog) error {
	dir, err := a.catalogDir()
	if err != nil {
		return err
	}
	info, err := (&index.Store{Dir: dir}).Current(context.WithoutCancel(ctx))
	if errors.Is(err, index.ErrNone) {
		return nil
	}
	if err != nil {
		return err
	}
	r.Catalog, r.CrawledAt = generationOf(info), moment(info.CrawledAt)
	return nil
}

func (a *app) showUpdated(s *term.Streams, r *updatedCatalog) error {
	if r.Pull != nil {
		return a.showPulled(s, *r.Pull)
	}
	return showCrawled(s, r.Crawl)
}
