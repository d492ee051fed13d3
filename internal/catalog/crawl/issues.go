package crawl

import (
	"context"
	"strings"
	"time"
	"unicode"

	"github.com/isrc-dev/isrc/internal/catalog"
	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/order"
)

// IssueSource is a Source that finds the issues of an owner that changed. An
// issue is no push, so an incremental crawl would see its repository only with
// the next walk.
type IssueSource interface {
	ChangedIssues(context.Context, forge.ChangedIssuesQuery) (forge.ChangedIssues, error)
}

// What a crawl asks of changed issues.
const (
	// issuesOverlap is for clocks that differ, and for what a forge takes to find
	// an issue that has changed.
	issuesOverlap = time.Hour
	// mostChanged is how many may have changed for all of them to be read; of more,
	// those with a label by which issues ask for help.
	mostChanged    = 300
	mostIssuePages = 20
	mostLabelsText = 220 // bytes, of the labels of a question
)

// issuesRead is one answer about issues that changed.
type issuesRead struct {
	Since  time.Time  `json:"since"` // from when on the next question asks
	Labels []string   `json:"labels,omitempty"`
	Of     []issuesOf `json:"of,omitempty"`
	Cost   int        `json:"cost,omitempty"` // requests
	Pages  int        `json:"pages"`          // answers so far
	Done   bool       `json:"done,omitempty"`
	Unread bool       `json:"unread,omitempty"` // it did not come to its end
}

// issuesOf is what became of issues of one repository, in the order in which
// they changed.
type issuesOf struct {
	Key string             `json:"key"`
	Now []catalog.IssueNow `json:"now"`
}

// wantsIssues tells whether issues are still to be asked for: a walk reads them
// with the repositories.
func (w *walk) wantsIssues() bool {
	_, can := w.c.source.(IssueSource)
	return can && w.at.Mode == ModeIncremental && !w.issues.Done
}

// issuesFrom is up to when issues were known before this crawl.
func (w *walk) issuesFrom() time.Time {
	if from := w.h.From.Issues; !from.IsZero() {
		return from
	}
	return w.h.From.FullAt.Add(-issuesOverlap).Truncate(time.Second)
}

// issuesSince is from when on issues are asked for.
func (w *walk) issuesSince() time.Time {
	if w.issues.Pages > 0 {
		return w.issues.Since
	}
	return w.issuesFrom()
}

// issuesUntil is up to when they are known after this crawl.
func (w *walk) issuesUntil() time.Time {
	switch {
	case w.at.Mode == ModeFull, w.issues.Done && !w.issues.Unread:
		begun := w.begun // the clock of this machine may be ahead
		if begun.IsZero() {
			begun = w.h.StartedAt
		}
		return begun.Add(-issuesOverlap).Truncate(time.Second)
	case w.issues.Pages > 0:
		return w.issues.Since
	}
	return w.issuesFrom()
}

func (w *walk) noteIssues(l *issuesRead) {
	w.issues = *l
	w.o.Requests += l.Cost
	for _, of := range l.Of {
		for _, now := range of.Now {
			w.o.issues = take(w.o.issues, of.Key, now)
		}
	}
}

// askIssues asks for the next issues that changed; nil when all came. That a
// search fails stops no crawl: the next one asks from there.
func (w *walk) askIssues(ctx context.Context) (*line, error) {
	source, _ := w.c.source.(IssueSource)
	if !w.wantsIssues() {
		return nil, nil
	}
	q := forge.ChangedIssuesQuery{Owner: w.o.Name, Since: w.issuesSince(), Labels: w.issues.Labels}
	var got forge.ChangedIssues
	err := w.c.patiently(ctx, func() (err error) {
		got, err = source.ChangedIssues(ctx, q)
		return err
	})
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		w.c.o.Sink.Note("crawl", fault.Errorf("issues of %s are as they were: %w", w.o.Name, err).Error())
		return &line{Issues: &issuesRead{Since: q.Since, Pages: w.issues.Pages + 1, Done: true, Unread: true}}, nil
	}
	read, err := w.readIssues(ctx, &got, q.Since, q.Labels)
	if err != nil {
		return nil, err
	}
	read.Cost = 1
	return &line{Issues: read}, nil
}

// readIssues takes an answer in. What comes after it is asked for from the time
// of the last one on, so that it does not matter how much a search tells.
func (w *walk) readIssues(ctx context.Context, got *forge.ChangedIssues, since time.Time, labels []string) (*issuesRead, error) {
	r := &issuesRead{Since: since, Labels: labels, Pages: w.issues.Pages + 1}
	if got.Total > mostChanged && labels == nil {
		var err error
		r.Labels, err = w.labels(ctx)
		return r, err
	}
	last, sorted := since, true
	for i := range got.Issues {
		issue := &got.Issues[i]
		if !strings.EqualFold(issue.Repo.Owner, w.o.Name) || !strings.EqualFold(issue.Repo.Host, w.o.Host) {
			continue
		}
		sorted = sorted && !issue.UpdatedAt.Before(last)
		last = later(last, issue.UpdatedAt)
		r.Of = take(r.Of, keyOf(issue.Repo), catalog.IssueNowOf(issue))
	}
	switch {
	case got.Told >= got.Total:
		r.Done = true
	case !sorted, !last.After(since), r.Pages >= mostIssuePages:
		r.Done, r.Unread = true, true
		w.c.o.Sink.Note("crawl", w.o.Name+" has more issues that changed than could be read; the next crawls go on")
	}
	if sorted {
		r.Since = last.UTC().Truncate(time.Second)
	}
	return r, nil
}

// repo is the repository of issues.
func (o issuesOf) repo(host string) forge.RepoName {
	rest := strings.TrimPrefix(o.Key, strings.ToLower(host)+"/")
	owner, name, _ := strings.Cut(rest, "/")
	return forge.RepoName{Host: host, Owner: owner, Name: name}
}

// take adds what became of an issue.
func take(all []issuesOf, key string, now catalog.IssueNow) []issuesOf {
	for i := range all {
		if all[i].Key == key {
			all[i].Now = append(all[i].Now, now)
			return all
		}
	}
	return append(all, issuesOf{Key: key, Now: []catalog.IssueNow{now}})
}

// labels are those by which issues of this owner ask for help: the usual ones,
// and those that the catalog has seen, the most frequent first.
func (w *walk) labels(ctx context.Context) ([]string, error) {
	count := map[string]int{
		"help wanted": 1 << 20, "good first issue": 1 << 19, "help-wanted": 1 << 18, "good-first-issue": 1 << 17, "up for grabs": 1 << 16, "gig": 1 << 15,
	}
	if w.c.o.Known != nil {
		err := w.c.o.Known.Each(ctx, func(r *catalog.Record) error {
			if !strings.EqualFold(r.Owner, w.o.Name) || !strings.EqualFold(r.Host, w.o.Host) {
				return nil
			}
			for _, h := range r.HelpWanted {
				for _, l := range h.Labels {
					if asks, _ := forge.AsksForHelp(l); asks && !strings.ContainsFunc(l, notInLabel) {
						count[strings.ToLower(l)]++
					}
				}
			}
			return nil
		})
		if err != nil {
			return nil, fault.Errorf("read the catalog: %w", err)
		}
	}
	all := make([]string, 0, len(count))
	for l := range count {
		all = append(all, l)
	}
	order.By(all, func(a, b string) int {
		if count[a] != count[b] {
			return count[b] - count[a]
		}
		return strings.Compare(a, b)
	})
	size, n := 0, 0
	for _, l := range all {
		if size += len(l) + 3; size > mostLabelsText {
			break
		}
		n++
	}
	return all[:n], nil
}

// notInLabel are the characters with a meaning in a search, and those that a
// server may refuse.
func notInLabel(r rune) bool { return r == '"' || r == ',' || r == '\\' || !unicode.IsPrint(r) }

// issues gives repositories that this crawl did not read what became of their
// issues.
func (a *applying) issues(o *Owner) error {
	for _, l := range o.issues {
		if o.final[l.Key] > 0 {
			continue
		}
		r, err := get(a.w, l.Key)
		if err != nil {
			return err
		}
		if r == nil || !r.UpdateHelpWanted(l.Now) {
			continue
		}
		o.Tally.Changed++
		if err := a.w.Put(r); err != nil {
			return err
		}
	}
	return nil
}
