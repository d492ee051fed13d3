package crawl

import (
	"fmt"
	"sync"
	"time"

	"github.com/isrc-dev/isrc/internal/progress"
)

// meter tells a person who waits how far a crawl is, how fast, and for how long
// it will go on.
type meter struct {
	sink   progress.Sink
	now    func() time.Time
	host   string
	owners int

	mu    sync.Mutex
	begun time.Time
	read  int            // repositories
	of    map[string]int // by owner: how many there are to read, as far as that is known
}

func newMeter(o Options) *meter {
	m := &meter{sink: o.Sink, now: o.Now, host: o.Host, owners: len(o.Owners), begun: o.Now(), of: map[string]int{}}
	m.sink.Send(progress.Event{Phase: progress.Started, Task: "crawl", Message: "crawling " + m.host})
	return m
}

// page notes what came. total is how many the owner has to be read, 0 unknown.
func (m *meter) page(owner string, n, total int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.read += n
	m.of[owner] = total
	e := progress.Event{Phase: progress.Running, Task: "crawl", Current: int64(m.read), Unit: "repositories"}
	all := 0
	for _, t := range m.of {
		all += t
	}
	took := m.now().Sub(m.begun)
	e.Message = fmt.Sprintf("crawling %s: %d repositories", m.host, m.read)
	if all >= m.read && len(m.of) == m.owners {
		e.Message, e.Total = fmt.Sprintf("crawling %s: %d of %d repositories", m.host, m.read, all), int64(all)
	}
	if rate := float64(m.read) / took.Seconds(); took > time.Second && rate > 0 {
		e.Message += fmt.Sprintf(", %.0f a second", rate)
		if left := time.Duration(float64(all-m.read) / rate * float64(time.Second)); e.Total > 0 && left > 0 {
			e.Message += fmt.Sprintf(", about %s left", short(left))
		}
	}
	if e.Total == 0 {
		e.Current = 0 // the message says it
	}
	m.sink.Send(e)
}

func (m *meter) done() { m.sink.Send(progress.Event{Phase: progress.Done, Task: "crawl"}) }

// short writes a span of time as people say it.
func short(d time.Duration) string {
	switch {
	case d < 90*time.Second:
		return fmt.Sprintf("%d s", max(int(d.Seconds()), 1))
	case d < 90*time.Minute:
		return fmt.Sprintf("%d min", int(d.Minutes()+0.5))
	}
	return fmt.Sprintf("%.1f h", d.Hours())
}
