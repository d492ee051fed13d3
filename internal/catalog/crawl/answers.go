package crawl

import (
	"time"

	"github.com/isrc-dev/isrc/internal/catalog"
	"github.com/isrc-dev/isrc/internal/insight"
)

// answersOver is the time over which Answers are computed: what was decided
// before says little of who answers now.
const answersOver = 365 * 24 * time.Hour

// AnswersOf computes how a repository answers from its pull events: those that
// were opened in the year before now, and older ones that are still open or
// ended in it. Machines' own are left out. It is pure.
func AnswersOf(events []catalog.PullEvent, now time.Time) *catalog.Answers {
	since := now.Add(-answersOver)
	var all []insight.Contribution
	a := &catalog.Answers{AsOf: now.UTC(), Since: since.UTC()}
	for _, e := range events {
		if e.Bot || e.Opened.Before(since) && e.Ended != nil && e.Ended.Before(since) {
			continue
		}
		all = append(all, insight.Contribution{Number: e.Number, Opened: e.Opened, First: e.First, Ended: e.Ended, Merged: e.Merged})
		switch {
		case e.Merged:
			a.Merged++
		case e.Ended != nil:
			a.Declined++
		}
		if e.Outside != nil && *e.Outside {
			a.Outside++
		}
	}
	f := insight.Summarize(all, now)
	a.FirstHours, a.Answered, a.Waiting = hours(f.Median), f.Answered, f.Waiting
	a.OldestHours, a.DecidedHours = hours(f.Oldest), hours(f.Decided)
	return a
}

func hours(d *time.Duration) *float64 {
	if d == nil {
		return nil
	}
	h := d.Hours()
	return &h
}
