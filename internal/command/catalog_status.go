package command

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"

	"github.com/spf13/cobra"

	"github.com/isrc-dev/isrc/internal/catalog/index"
	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/term"
)

// catalogState is what catalog status answers.
type catalogState struct {
	State      string  `json:"state"` // ready, none, damaged or other-version
	Why        *string `json:"why"`   // of damaged and other-version
	Path       *string `json:"path"`
	Generation *string `json:"generation"`
	Schema     *int    `json:"schema"`
	Records    *int    `json:"records"`
	Events     *int    `json:"events"` // of pull requests
	Bytes      *int64  `json:"bytes"`
	BuiltAt    *string `json:"builtAt"`
	CrawledAt  *string `json:"crawledAt"`
	Source     *string `json:"source"`     // what it was made from
	UpdateFrom *string `json:"updateFrom"` // what isrc catalog update would pull
	Recovered  *string `json:"recovered"`  // what was damaged, and what is used in its place
	Verified   *bool   `json:"verified"`   // null when that was not asked
}

type catalogStatusOptions struct {
	verify bool
	output output
}

func newCatalogStatus(a *app) *cobra.Command {
	o := &catalogStatusOptions{}
	cmd := &cobra.Command{
		Use:   "status",
		Short: "See what catalog is here, how old it is, and whether it is whole",
		Example: `  isrc catalog status
  isrc catalog status --verify
  isrc catalog status --json crawledAt --jq .crawledAt`,
		Args: exactArgs(0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error { return a.catalogStatus(cmd.Context(), o) },
	}
	cmd.Flags().BoolVar(&o.verify, "verify", false, "read all of it and say whether it is as it was written")
	addOutput(cmd, &o.output, catalogState{})
	exits(cmd)
	return cmd
}

func (a *app) catalogStatus(ctx context.Context, o *catalogStatusOptions) error {
	dir, err := a.catalogDir()
	if err != nil {
		return err
	}
	c, err := a.settings()
	if err != nil {
		return err
	}
	state := &catalogState{UpdateFrom: orNull(c.Catalog.Source)}
	failed := a.readState(ctx, &index.Store{Dir: dir}, state, o.verify)
	if err := a.show(&o.output, state, func(s *term.Streams) error { return showCatalogState(s, state, a) }); err != nil {
		return err
	}
	return failed
}

// readState fills a state in; the error is what the command ends with.
func (a *app) readState(ctx context.Context, store *index.Store, state *catalogState, verify bool) error {
	cat, err := store.Open(ctx)
	if err == nil {
		defer cat.Close()
		state.fill(cat.Info())
		if !verify {
			return nil
		}
		if _, err = store.Verify(ctx, a.sink()); err == nil {
			whole := true
			state.Verified = &whole
			return nil
		}
	}
	var damaged *index.DamagedError
	var schema *index.SchemaError
	switch {
	case errors.Is(err, index.ErrNone):
		state.State = "none"
		return nil
	case errors.As(err, &schema):
		state.State = "other-version"
	case errors.As(err, &damaged):
		state.State = "damaged"
		if verify {
			whole := false
			state.Verified = &whole
		}
	default:
		return fault.Errorf("open the catalog: %w", err)
	}
	state.Why = orNull(err.Error())
	return &exitError{code: exitFailed}
}

func (state *catalogState) fill(info index.Info) {
	state.State = "ready"
	state.Path, state.Generation, state.Source = orNull(info.Path), orNull(info.ID), orNull(info.Source)
	state.Schema, state.Records, state.Events = &info.Schema, &info.Records, &info.Events
	state.Recovered = orNull(info.Recovered)
	state.BuiltAt, state.CrawledAt = moment(info.BuiltAt), moment(info.CrawledAt)
	if at, err := os.Stat(info.Path); err == nil {
		size := at.Size()
		state.Bytes = &size
	}
}

func showCatalogState(s *term.Streams, c *catalogState, a *app) error {
	if c.State == "none" {
		fmt.Fprintln(s.Out, "There is no catalog here: find asks the forge's own search.")
		next := "isrc catalog update"
		if a.isFirstTime(guessedHost) {
			next = "isrc setup HOST"
		}
		fmt.Fprintln(s.Out, s.Paint(term.Strong, next))
		return nil
	}
	whole := *s
	whole.Width = math.MaxInt32 // sentences are broken here, and a path that is cut leads nowhere
	t := whole.NewTable(-1)
	row := func(name, value string) {
		lines := []string{value}
		if s.OutTTY {
			lines = term.Wrap(term.Line(value), max(s.Width-len("  pull requests  "), 20))
		}
		for _, l := range lines {
			if l != "" {
				t.Row(term.Cell{Text: name, Tone: term.Dim}, term.Cell{Text: l})
			}
			name = ""
		}
	}
	row("state", c.State)
	if c.Why != nil {
		row("why", *c.Why)
	}
	if c.Recovered != nil {
		row("recovered", *c.Recovered)
	}
	if c.Records != nil {
		row("repositories", thousands(*c.Records))
		row("pull requests", thousands(*c.Events))
		row("schema", fmt.Sprint(*c.Schema))
	}
	at := func(t *string) string {
		if t == nil {
			return ""
		}
		return *t + "  " + sinceMoment(*t, a.inv.Now())
	}
	row("crawled", at(c.CrawledAt))
	row("built", at(c.BuiltAt))
	row("made from", textOf(c.Source))
	row("updated from", textOf(c.UpdateFrom))
	row("file", textOf(c.Path))
	if c.Bytes != nil {
		row("size", sizeText(*c.Bytes))
	}
	if c.Verified != nil && *c.Verified {
		row("verified", "all of it is as it was written")
	}
	if err := t.Write(s.Out); err != nil {
		return err
	}
	if c.State != "ready" {
		fmt.Fprintln(s.Out, s.Paint(term.Strong, "isrc catalog update"))
	}
	return nil
}
