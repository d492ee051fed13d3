package command

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/isrc-dev/isrc/internal/catalog/crawl"
	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/term"
)

// result says what was read; fill adds what it changed, once that is known.
func (c *crawling) result(out *crawl.Outcome) *crawled {
	r := &crawled{Host: c.host, Requests: out.Requests, Seconds: out.Took.Seconds(), Batch: &out.Batch, REST: out.REST, Shard: orNull(c.shard.String())}
	c.fill(out, r)
	return r
}

func (c *crawling) fill(out *crawl.Outcome, r *crawled) {
	r.Organisations, r.Skipped, r.Repositories = nil, nil, 0
	for _, o := range out.Owners {
		row := crawledOwner{
			Name: o.Name, Mode: string(o.Mode), Why: orNull(o.Why), Resumed: o.Resumed, Whole: o.Whole, Read: o.Seen,
			New: o.Tally.New, Changed: o.Tally.Changed, Removed: o.Tally.Removed, Unchanged: o.Tally.Unchanged,
			Kept: o.Whole && o.Mode == crawl.ModeFull && c.shard.Of == 0 && !o.Gone && o.Total > 0,
		}
		if o.Total > 0 {
			row.Total = &o.Total
		}
		if o.Err != nil && !errors.Is(o.Err, context.Canceled) {
			row.Error = c.a.itemError(fault.Errorf("crawl %s: %w", o.Name, o.Err))
		}
		r.Organisations = append(r.Organisations, row)
		r.Skipped = append(r.Skipped, skippedOf(o.Skipped)...)
		r.Repositories += o.Seen
	}
	t := out.Tally()
	r.New, r.Changed, r.Renamed, r.Removed, r.Unchanged = t.New, t.Changed, t.Renamed, t.Removed, t.Unchanged
}

func skippedOf(all []forge.Skipped) []skippedRepo {
	var out []skippedRepo
	for _, s := range all {
		name := s.Repo.FullName()
		if s.Repo.Name == "" {
			name = s.Repo.Owner
		}
		out = append(out, skippedRepo{FullName: name, Why: s.Why})
	}
	return out
}

func responsesOf(s *crawl.Swept) *responses {
	return &responses{
		Repositories: s.Repos, Pulls: s.Pulls, Outside: s.Outside, Left: s.Left, Requests: s.Requests, Seconds: s.Took.Seconds(),
		Resumed: s.Resumed, Skipped: skippedOf(s.Skipped),
	}
}

// plan says what a crawl would read. It asks the forge for one repository of
// each organisation, to know how many there are.
func (c *crawling) plan(ctx context.Context) (*crawled, error) {
	r := &crawled{Host: c.host, DryRun: true, Shard: orNull(c.shard.String())}
	before := c.client.Requests()
	begun := c.a.inv.Now()
	out := &crawl.Outcome{}
	for _, p := range crawl.Plan(ctx, c.client, c.options()) {
		row := crawledOwner{Name: p.Owner, Mode: string(p.Mode), Why: orNull(p.Why)}
		out.Owners = append(out.Owners, &crawl.Owner{Name: p.Owner, Err: p.Err})
		if p.Err != nil {
			row.Error = c.a.itemError(fault.Errorf("crawl %s: %w", p.Owner, p.Err))
		} else {
			row.Total, row.Estimate = &p.Total, &p.Requests
		}
		r.Organisations = append(r.Organisations, row)
	}
	r.Requests, r.Seconds = c.client.Requests()-before, c.a.inv.Now().Sub(begun).Seconds()
	return r, c.failures(out)
}

func showCrawled(s *term.Streams, r *crawled) error {
	if !s.OutTTY {
		return crawledRows(s, r)
	}
	width := 0
	for _, o := range r.Organisations {
		width = max(width, term.Columns(o.Name))
	}
	width = min(width, s.Width/3)
	for _, o := range r.Organisations {
		name := term.Truncate(term.Line(o.Name), width, s.Ellipsis())
		sym, tone := s.Sym(term.SymOK), term.Good
		if o.Error != nil {
			sym, tone = s.Sym(term.SymBroken), term.Bad
		} else if r.DryRun || !o.Whole {
			sym, tone = s.Sym(term.SymLater), term.Dim
		}
		head := s.Paint(tone, sym) + pad(3-term.Columns(sym)) + s.Paint(term.Strong, name) + pad(width-term.Columns(name)+2)
		for i, l := range joinFacts(wrapped(ownerFacts(r, o), s.Width-width-6), " "+s.Sym(term.SymDot)+" ", s.Width-width-6) {
			if i > 0 {
				head = pad(width + 5)
			}
			fmt.Fprintln(s.Out, head+l)
		}
	}
	showSkipped(s, r.Skipped)
	if r.Responses != nil {
		showSkipped(s, r.Responses.Skipped)
		for _, l := range term.Wrap(responsesLine(r.Responses), s.Width) {
			fmt.Fprintln(s.Out, l)
		}
	}
	for _, l := range joinFacts(footFacts(r), " "+s.Sym(term.SymDot)+" ", s.Width) {
		fmt.Fprintln(s.Out, l)
	}
	return nil
}

// wrapped breaks facts that are longer than a line.
func wrapped(facts []string, width int) []string {
	var out []string
	for _, f := range facts {
		out = append(out, term.Wrap(f, max(width, 20))...)
	}
	return out
}

// crawledRows is for programs that read lines.
func crawledRows(s *term.Streams, r *crawled) error {
	t := s.NewTable(-1)
	for _, o := range r.Organisations {
		state := "whole"
		switch {
		case o.Error != nil:
			state = o.Error.Message
		case r.DryRun:
			state = "planned"
		case !o.Whole:
			state = "cut short"
		}
		row := []string{o.Name, o.Mode, number(o.Read), number(o.New), number(o.Changed), number(o.Removed), number(o.Unchanged), state}
		if r.DryRun {
			row = []string{o.Name, o.Mode, orUnknown(o.Total), orUnknown(o.Estimate), state}
		}
		cells := make([]term.Cell, len(row))
		for i, text := range row {
			cells[i] = term.Cell{Text: text}
		}
		t.Row(cells...)
	}
	return t.Write(s.Out)
}

func number(n int) string { return fmt.Sprint(n) }

//go:noinline
func orUnknown(n *int) string {
	if n == nil {
		return "?"
	}
	return number(*n)
}

// ownerFacts says of an organisation what happened, the weightiest first.
func ownerFacts(r *crawled, o crawledOwner) []string {
	var facts []string
	if o.Error != nil {
		facts = append(facts, term.Line(o.Error.Message))
		if o.Read > 0 {
			facts = append(facts, repositories(o.Read)+" kept for the next time")
		}
		return facts
	}
	if r.DryRun {
		facts = append(facts, repositories(*o.Total), o.Mode, fmt.Sprintf("about %s", plural(*o.Estimate, "request")))
		return append(facts, because(o)...)
	}
	if !o.Whole {
		return []string{"cut short after " + repositories(o.Read), "not in the catalog yet: the next crawl goes on"}
	}
	if r.Shard != nil {
		return []string{fmt.Sprintf("%s, of %s there are", repositories(o.Read), orUnknown(o.Total))}
	}
	for _, c := range []struct {
		n    int
		what string
	}{{o.New, "new"}, {o.Changed, "changed"}, {o.Removed, "gone"}, {o.Unchanged, "unchanged"}} {
		if c.n > 0 {
			facts = append(facts, grouped(c.n)+" "+c.what)
		}
	}
	if len(facts) == 0 {
		facts = append(facts, "no repositories")
	}
	if o.Kept {
		facts = append(facts, fmt.Sprintf("only %s of %s came, so nothing was taken out", grouped(o.Read), grouped(*o.Total)))
	}
	return append(facts, because(o)...)
}

// because says why everything was read, and whether some of it was before.
func because(o crawledOwner) []string {
	var out []string
	if o.Why != nil && o.Mode == string(crawl.ModeFull) && *o.Why != crawl.WhyFirst && *o.Why != crawl.WhyAsked {
		out = append(out, "all read: "+*o.Why)
	}
	if o.Resumed {
		out = append(out, "went on where it had stopped")
	}
	return out
}

// repositories counts them.
//
//go:noinline
func repositories(n int) string {
	if n == 1 {
		return "1 repository"
	}
	return grouped(n) + " repositories"
}

func showSkipped(s *term.Streams, all []skippedRepo) {
	const most = 5
	for i, k := range all {
		if i == most && len(all) > most+1 {
			fmt.Fprintf(s.Out, "   and %d more were skipped (--json skipped)\n", len(all)-most)
			return
		}
		lines := term.Wrap(fmt.Sprintf("skipped %s: %s", term.Line(k.FullName), term.Line(k.Why)), s.Width-3)
		for j, l := range lines {
			if j == 2 {
				break
			}
			fmt.Fprintln(s.Out, pad(3+2*min(j, 1))+l)
		}
	}
}

func responsesLine(r *responses) string {
	text := fmt.Sprintf("Read %s pull requests of %s in %s.", grouped(r.Pulls), repositories(r.Repositories), took(r.Seconds))
	if r.Left > 0 {
		text += fmt.Sprintf(" Still due: %s; the same command goes on.", repositories(r.Left))
	}
	return text
}

// footFacts is the last line: what it cost, what there is, and what next.
func footFacts(r *crawled) []string {
	facts := []string{}
	if r.DryRun {
		total, estimate := 0, 0
		for _, o := range r.Organisations {
			if o.Error == nil {
				total, estimate = total+*o.Total, estimate+*o.Estimate
			}
		}
		return []string{fmt.Sprintf("about %s for %s", plural(estimate, "request"), repositories(total)), fmt.Sprintf("nothing was written, to learn this took %d", r.Requests)}
	}
	if r.Catalog != nil {
		facts = append(facts, repositories(r.Catalog.Records)+" in the catalog")
	}
	facts = append(facts, plural(r.Requests, "request"), took(r.Seconds))
	switch {
	case r.File != nil:
		facts = append(facts, *r.File)
	case r.Catalog != nil:
		facts = append(facts, "isrc find <words>")
	default:
		facts = append(facts, "the catalog is as it was")
	}
	return facts
}

// took writes seconds as people say them.
func took(seconds float64) string {
	d := time.Duration(seconds * float64(time.Second))
	switch {
	case d < time.Second:
		return "under a second"
	case d < 2*time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()+0.5))
	case d < 2*time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()+0.5))
	}
	return fmt.Sprintf("%.1f h", d.Hours())
}

// grouped writes a number with its thousands apart.
func grouped(n int) string {
	text := fmt.Sprint(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}
