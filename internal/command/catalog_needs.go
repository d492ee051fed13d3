package command

import (
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/isrc-dev/isrc/internal/catalog"
	"github.com/isrc-dev/isrc/internal/config"
	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/term"
)

// needed is one row of what was looked for in vain.
type needed struct {
	Query   string   `json:"query"` // as it was last typed
	Times   int      `json:"times"`
	FirstAt *string  `json:"firstAt"` // days, no hours
	LastAt  *string  `json:"lastAt"`
	Nearest []string `json:"nearest"` // topics that were offered instead
}

type needsOptions struct {
	file   string
	days   int
	output output
}

func newCatalogNeeds(a *app) *cobra.Command {
	o := &needsOptions{}
	cmd := &cobra.Command{
		Use:   "needs",
		Short: "See what people looked for and did not find",
		Long: `Needs counts the searches that found nothing, the most frequent first: what is
looked for and not there is what several teams are about to build.

A search is noted only for who opted in (isrc config set catalog.needs on, or a
FILE that a team shares): the words and the day, and nobody's name.`,
		Example: `  isrc config set catalog.needs /srv/shared/isrc-needs.jsonl
  isrc catalog needs --days 30`,
		Args: exactArgs(0, ""),
		RunE: func(*cobra.Command, []string) error { return a.catalogNeeds(o) },
	}
	cmd.Flags().StringVar(&o.file, "file", "", "read this `FILE` instead of the one that catalog.needs names")
	cmd.Flags().IntVar(&o.days, "days", 90, "count the searches of the last `N` days; 0 counts all")
	addOutput(cmd, &o.output, []needed{})
	return cmd
}

// needsFile is where searches that find nothing are noted, "" nowhere.
func needsFile(c *config.Config) string {
	switch strings.ToLower(c.Catalog.Needs) {
	case "", "off", "false", "no", "0":
		return ""
	case "on", "true", "yes", "1":
		return filepath.Join(c.Dirs.State, "needs.jsonl")
	}
	return c.Catalog.Needs
}

func (a *app) catalogNeeds(o *needsOptions) error {
	c, err := a.settings()
	if err != nil {
		return err
	}
	file := needsFile(c)
	if o.file != "" {
		file = a.path(o.file)
	}
	if file == "" {
		return &usageError{err: fault.Errorf("no searches are noted: the setting catalog.needs is off"), hint: "isrc config set catalog.needs on"}
	}
	if o.days < 0 {
		return usagef("--days counts days: %d is none", o.days)
	}
	var since time.Time
	if o.days > 0 {
		since = a.inv.Now().UTC().AddDate(0, 0, -o.days).Truncate(24 * time.Hour)
	}
	needs, skipped, err := catalog.ReadNeeds(file, since)
	if err != nil {
		return err
	}
	if skipped > 0 {
		a.say("isrc: %s in %s could not be read and were left out", pluralOf(skipped, "line", "lines"), file)
	}
	rows := make([]needed, 0, len(needs))
	for _, n := range needs {
		rows = append(rows, needed{Query: n.Query, Times: n.Times, FirstAt: moment(n.First), LastAt: moment(n.Last), Nearest: nonNil(n.Nearest)})
	}
	return a.show(&o.output, rows, func(s *term.Streams) error { return showNeeds(s, rows, file) })
}

func showNeeds(s *term.Streams, rows []needed, file string) error {
	if len(rows) == 0 {
		s.Tell(fmt.Sprintf("Nobody looked in vain for anything, as far as %s tells.", term.Line(file)))
		return nil
	}
	t := s.NewTable(1)
	for _, r := range rows {
		last := ""
		if r.LastAt != nil {
			last, _, _ = strings.Cut(*r.LastAt, "T")
		}
		t.Row(term.Cell{Text: strconv.Itoa(r.Times) + s.Twin("×")}, term.Cell{Text: r.Query, Tone: term.Strong}, term.Cell{Text: last}, term.Cell{Text: strings.Join(r.Nearest, ", "), Tone: term.Dim})
	}
	return t.Write(s.Out)
}
