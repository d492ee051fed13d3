package command

import (
	"fmt"
	"time"

	"github.com/isrc-dev/isrc/internal/forge"
)

// ago says how long something is past, in the coarsest unit that is still
// useful.
//
//go:noinline
func ago(d time.Duration) string {
	if d < time.Minute {
		return "just now"
	}
	return span(d) + " ago"
}

// span says how long something takes or has taken.
func span(d time.Duration) string {
	switch {
	case d < time.Minute:
		return "under a minute"
	case d < time.Hour:
		return plural(int(d.Minutes()), "minute")
	case d < 22*time.Hour:
		return plural(int(d.Hours()), "hour")
	case d < 60*24*time.Hour:
		return plural(max(int(d.Hours()/24+0.25), 1), "day")
	case d < 2*365*24*time.Hour:
		return plural(int(d.Hours()/24/30), "month")
	}
	return plural(int(d.Hours()/24/365), "year")
}

//go:noinline
func plural(n int, noun string) string { return pluralOf(n, noun, noun+"s") }

//go:noinline
func pluralOf(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// repository is how every result names a repository in JSON.
type repository struct {
	Host     string `json:"host"`
	FullName string `json:"fullName"`
	Owner    string `json:"owner"`
	Name     string `json:"name"`
	URL      string `json:"url"`
}

func repositoryOf(n forge.RepoName, url string) repository {
	if url == "" {
		url = "https://" + n.String()
	}
	return repository{Host: n.Host, FullName: n.FullName(), Owner: n.Owner, Name: n.Name, URL: url}
}

// moment is a time in JSON: RFC 3339 in UTC, null when it is not known.
func moment(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	s := t.UTC().Format(time.RFC3339)
	return &s
}

//go:noinline
func momentOf(t *time.Time) *string {
	if t == nil {
		return nil
	}
	return moment(*t)
}

// textOf is a text that may be null.
func textOf(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// sinceMoment says how long ago a time of a result was.
func sinceMoment(text string, now time.Time) string {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return ""
	}
	return ago(max(now.Sub(t), 0))
}

// sizeText writes a number of bytes for people, in units of 1,000.
func sizeText(n int64) string {
	switch {
	case n < 1000:
		return fmt.Sprintf("%d B", n)
	case n < 1_000_000:
		return fmt.Sprintf("%.1f kB", float64(n)/1e3)
	case n < 1_000_000_000:
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	}
	return fmt.Sprintf("%.1f GB", float64(n)/1e9)
}

// thousands writes a count so that it can be read: 41,208.
func thousands(n int) string {
	text := fmt.Sprint(n)
	for i := len(text) - 3; i > 0 && text[i-1] != '-'; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// countOf is pluralOf for numbers that may be large.
//
//go:noinline
func countOf(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return thousands(n) + " " + many
}

// nonNil lets an empty list be [] in JSON.
func nonNil(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

// hoursText says how long a number of hours is.
//
//go:noinline
func hoursText(h float64) string { return span(time.Duration(h * float64(time.Hour))) }
