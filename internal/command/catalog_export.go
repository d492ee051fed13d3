package command

import (
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/isrc-dev/isrc/internal/catalog"
	"github.com/isrc-dev/isrc/internal/catalog/exchange"
	"github.com/isrc-dev/isrc/internal/catalog/index"
	"github.com/isrc-dev/isrc/internal/disk"
	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/progress"
)

type exportOptions struct {
	format string
	orgs   []string
	public bool
	to     string
}

func newCatalogExport(a *app) *cobra.Command {
	o := &exportOptions{}
	cmd := &cobra.Command{
		Use:   "export",
		Short: "Write your catalog as a file for other tools",
		Long: `Export writes what the catalog knows, one repository after the other, to the
standard output or to the file that --to names:

  repos.json   an array as SAP's InnerSource portal reads it, the most active
               first: the portal shows them in the order of the file
  jsonl        records of isrc, one on each line; catalog import reads them back
  json         the same as one array
  csv          a table with a row for each repository

The file is yours: it holds every repository that you could see when the catalog
was made, private ones too, and how many those are is said. --public-only leaves
out all that is not public, or not known to be. A FILE that ends in .gz is
packed.

In a table, cells that a spreadsheet would run as a formula begin with an
apostrophe; it is UTF-8 without a mark, which Excel reads by Data > From
Text/CSV. Of a README the catalog keeps only its beginning, so the words
behind it are not exported. In repos.json weekly commits are left out where
only their sum is known.`,
		Example: `  isrc catalog export --to repos.json
  isrc catalog export --format csv --org identity > identity.csv
  isrc catalog export --to catalog.jsonl.gz`,
		Args: exactArgs(0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error { return a.catalogExport(cmd.Context(), o) },
	}
	f := cmd.Flags()
	f.StringVar(&o.format, "format", "", "write this `FORMAT` ("+formatNames(exchange.Writable())+"; default: by the name of the file, else repos.json)")
	f.StringSliceVar(&o.orgs, "org", nil, "repositories of these `ORGANISATIONS` only")
	f.BoolVar(&o.public, "public-only", false, "leave out what is not known to be public")
	f.StringVar(&o.to, "to", "", "write this `FILE`")
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(formatCompletions(exchange.Writable()), cobra.ShellCompDirectiveNoFileComp))
	exits(cmd, exitNotFound, exitInterrupted)
	return cmd
}

func (a *app) catalogExport(ctx context.Context, o *exportOptions) error {
	format, err := formatOf(o.format, exchange.Writable())
	if err != nil {
		return err
	}
	if format == "" {
		format = formatByName(o.to)
	}
	cat, err := a.needCatalog(ctx, "export")
	if err != nil {
		return err
	}
	defer cat.Close()
	n := exported{}
	if o.to == "" {
		err = a.writeExport(ctx, a.io.Out, cat, o, format, &n)
	} else {
		// Nobody else may read it: it may name what is private.
		err = disk.Write(a.path(o.to), 0o600, func(w io.Writer) error {
			if !strings.EqualFold(filepath.Ext(o.to), ".gz") {
				return a.writeExport(ctx, w, cat, o, format, &n)
			}
			packed := gzip.NewWriter(w)
			if err := a.writeExport(ctx, packed, cat, o, format, &n); err != nil {
				return err
			}
			return packed.Close()
		})
	}
	if err != nil {
		return fault.Errorf("export: %w", err)
	}
	a.say("isrc: %s", n.words(o, format))
	return nil
}

// formatByName is the format that a file's name tells, else that of the portal.
func formatByName(name string) exchange.Format {
	switch ext := filepath.Ext(strings.TrimSuffix(strings.ToLower(name), ".gz")); {
	case ext == ".csv":
		return exchange.CSV
	case ext == ".jsonl", ext == ".ndjson":
		return exchange.JSONLines
	}
	return exchange.SAP
}

// exported counts what was written and what was left out.
type exported struct{ written, private, unsaid, left int }

func (n exported) words(o *exportOptions, f exchange.Format) string {
	out := fmt.Sprintf("wrote %s as %s", pluralOf(n.written, "repository", "repositories"), f)
	if o.to != "" {
		out += " to " + o.to
	}
	if n.private > 0 {
		out += fmt.Sprintf("; %d of them not public (--public-only leaves them out)", n.private)
	}
	if n.unsaid > 0 {
		out += fmt.Sprintf("; of %d it is not known whether they are public", n.unsaid)
	}
	if n.left > 0 {
		out += fmt.Sprintf("; %d left out that are not known to be public", n.left)
	}
	return out
}

func (a *app) writeExport(ctx context.Context, to io.Writer, cat *index.Catalog, o *exportOptions, f exchange.Format, n *exported) error {
	w, err := exchange.NewWriter(to, f)
	if err != nil {
		return err
	}
	total := int64(cat.Info().Records)
	each := cat.Each
	if f == exchange.SAP {
		each = cat.EachByActivity
	}
	err = each(ctx, func(r *catalog.Record) error {
		if len(o.orgs) > 0 && !slices.ContainsFunc(o.orgs, func(org string) bool { return strings.EqualFold(org, r.Owner) }) {
			return nil
		}
		switch {
		case o.public && r.Visibility != "public":
			n.left++
			return nil
		case r.Visibility == "":
			n.unsaid++
		case r.Visibility != "public":
			n.private++
		}
		if n.written++; n.written%1000 == 0 {
			a.sink().Send(progress.Event{Phase: progress.Running, Task: "export", Message: "writing", Current: int64(n.written), Total: total, Unit: "records"})
		}
		return w.Put(r)
	})
	if err != nil {
		return err
	}
	return w.Close()
}
