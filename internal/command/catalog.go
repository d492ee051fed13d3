package command

import (
	"path/filepath"

	"github.com/spf13/cobra"
)

func newCatalog(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "catalog",
		Short: "Keep the catalog of repositories that find searches",
		Long: `A catalog is an index of your company's repositories on this machine: find
searches it in the time of a key press and without a network. Most people only
type isrc catalog update, which fetches the one that their company publishes,
or crawls the configured organisations where none is published.`,
		Example: "  isrc catalog update",
	}
	cmd.AddCommand(newCatalogUpdate(a), newCatalogCrawl(a), newCatalogMerge(a))
	cmd.AddCommand(newCatalogStatus(a), newCatalogOverlaps(a), newCatalogNeeds(a))
	cmd.AddCommand(newCatalogPush(a), newCatalogPull(a))
	cmd.AddCommand(newCatalogImport(a), newCatalogExport(a))
	return cmd
}

// catalogDir is the folder of the catalog's generations.
func (a *app) catalogDir() (string, error) {
	c, err := a.settings()
	if err != nil {
		return "", err
	}
	return filepath.Join(c.Dirs.Data, "catalog"), nil
}
