package crawl

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/progress"
)

// How long a crawl waits for a forge that limits it or does not answer. The
// client has waited on its own before.
const (
	longestLimit = 70 * time.Minute // the primary limit is lifted every hour
	mostLimits   = 24               // in a row
	mostFailures = 4                // in a row, each with a longer pause
	firstPause   = 2 * time.Second
)

// page asks for a page, first with what has worked. A server that complains is
// asked for half as much; one that limits is waited for; one that fails is asked
// again after a pause.
func (c *crawler) page(ctx context.Context, q forge.ProfileQuery, limit int) (forge.ProfilePage, error) {
	limits, failures := 0, 0
	for size := min(limit, c.batch.now()); ; {
		q.First = size
		rest := c.rest() // another owner's request may find it out meanwhile
		page, err := c.askPage(ctx, q, rest)
		if err == nil {
			c.batch.worked(size)
			return page, nil
		}
		if ctx.Err() != nil {
			return page, ctx.Err()
		}
		switch {
		case errors.Is(err, forge.ErrUnsupported) && !rest:
			c.useREST(err)
			continue
		case errors.Is(err, forge.ErrTooMuch):
			if smaller := c.batch.complained(size); smaller > 0 {
				size = smaller
				continue
			}
		}
		if again, waited := c.again(ctx, err, &failures, &limits); !again {
			return page, fault.Join(err, waited)
		}
	}
}

// askPage asks by GraphQL, or by REST where there is none.
func (c *crawler) askPage(ctx context.Context, q forge.ProfileQuery, rest bool) (forge.ProfilePage, error) {
	if rest {
		return c.source.ProfilesREST(ctx, q)
	}
	return c.source.Profiles(ctx, q)
}

// passing tells an error that may pass from one that will not: a host that
// nothing leads to is not asked again and again.
func passing(err error) bool {
	var (
		down    *forge.UnavailableError
		refused *net.OpError
		unknown *net.DNSError
	)
	switch {
	case !errors.As(err, &down), errors.As(err, &unknown):
		return false
	case errors.As(err, &refused) && refused.Op == "dial":
		return false
	}
	return true
}

// wait lets a limit pass.
func (c *crawler) wait(ctx context.Context, l *forge.RateLimitError) error {
	d := max(l.Until.Sub(c.o.Now()), time.Second)
	c.o.Sink.Send(progress.Event{
		Phase: progress.Waiting, Task: "crawl", Wait: d,
		Message: fmt.Sprintf("%s limits requests: waiting until %s", c.o.Host, l.Until.Local().Format("15:04")),
	})
	return c.o.Sleep(ctx, d)
}

func (c *crawler) pause(ctx context.Context, d time.Duration) error {
	c.o.Sink.Send(progress.Event{Phase: progress.Waiting, Task: "crawl", Wait: d, Message: fmt.Sprintf("%s does not answer: waiting %s", c.o.Host, short(d))})
	return c.o.Sleep(ctx, d)
}

// patiently asks until there is an answer: a limit is waited for, and a host
// that fails is asked again after a pause.
func (c *crawler) patiently(ctx context.Context, ask func() error) error {
	for failures, limits := 0, 0; ; {
		err := ask()
		if err == nil || ctx.Err() != nil {
			return fault.Join(err, ctx.Err())
		}
		if again, waited := c.again(ctx, err, &failures, &limits); !again {
			return fault.Join(err, waited)
		}
	}
}

// again waits as an error wants it, and tells whether to ask once more.
func (c *crawler) again(ctx context.Context, err error, failures, limits *int) (bool, error) {
	var limited *forge.RateLimitError
	if errors.As(err, &limited) {
		if *limits++; *limits > mostLimits || limited.Until.Sub(c.o.Now()) > longestLimit {
			return false, nil
		}
		waited := c.wait(ctx, limited)
		return waited == nil, waited
	}
	if *failures++; *failures >= mostFailures || !passing(err) {
		return false, nil
	}
	waited := c.pause(ctx, firstPause<<(*failures-1))
	return waited == nil, waited
}
