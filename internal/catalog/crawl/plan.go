package crawl

import (
	"context"
	"errors"

	"github.com/isrc-dev/isrc/internal/forge"
)

// Planned is how an owner would be crawled.
type Planned struct {
	Owner    string
	Mode     Mode
	Why      string
	Total    int // repositories there are
	Requests int // about how many it takes; of an incremental crawl, where nothing has changed
	Err      error
}

// Plan says how a crawl would go through the owners. It asks for one repository
// of each and writes nothing.
func Plan(ctx context.Context, source Source, o Options) []Planned {
	var all []Planned
	c := &crawler{o: o, source: source, batch: newBatch(o)}
	for _, name := range unique(o.Owners) {
		p := Planned{Owner: name}
		p.Mode, p.Why, _ = decide(o, name, o.Now())
		q := forge.ProfileQuery{Owner: name, First: 1, QuarterEnd: o.Now(), Changed: func(forge.Repo) bool { return false }}
		page, err := c.askPage(ctx, q, c.rest())
		if errors.Is(err, forge.ErrUnsupported) && !c.rest() {
			c.useREST(err)
			page, err = c.askPage(ctx, q, true)
		}
		p.Total, p.Err = page.Total, err
		pages := (page.Total + c.batch.now() - 1) / c.batch.now()
		switch {
		case p.Mode == ModeIncremental && c.rest():
			p.Requests = 4 // who was pushed to, how many there are, who changed, which issues changed
		case p.Mode == ModeIncremental:
			p.Requests = 2 // the issues come along
		case c.rest():
			p.Requests = pages + 8*page.Total
		default:
			p.Requests = 2*pages + 1
		}
		all = append(all, p)
	}
	return all
}
