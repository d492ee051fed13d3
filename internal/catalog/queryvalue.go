package catalog

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// Range is a range of numbers, both ends in it.
type Range struct {
	Min, Max int64
}

// Holds tells whether a number lies in the range.
func (r Range) Holds(n int64) bool { return n >= r.Min && n <= r.Max }

// Span is a range of times, in whole days of UTC: from From on, and before To. An
// end that is not given is open.
type Span struct {
	From, To Moment
}

// Moment is a day, or how long ago one was.
type Moment struct {
	At           time.Time
	Months, Days int
	Hours        int
	Ago          bool // counted back from now by Months, Days and Hours
}

// given tells whether there is a moment at all.
func (m Moment) given() bool { return m.Ago || !m.At.IsZero() }

// When is the beginning of the day as seen from now, in UTC; the zero time when
// none is given.
func (m Moment) When(now time.Time) time.Time {
	t := m.At
	if m.Ago {
		t = now.UTC().AddDate(0, -m.Months, -m.Days).Add(-time.Duration(m.Hours) * time.Hour)
	}
	return t.UTC().Truncate(day)
}

// Ends are the times a span lies between, as seen from now; the zero time is an
// open end.
func (s Span) Ends(now time.Time) (from, to time.Time) { return s.From.When(now), s.To.When(now) }

// Holds tells whether a time lies in the span as seen from now. A time that is
// not known lies in none.
func (s Span) Holds(t, now time.Time) bool {
	from, to := s.Ends(now)
	return !t.IsZero() && (from.IsZero() || !t.Before(from)) && (to.IsZero() || t.Before(to))
}

// cutOperator takes >, >=, < or <= off a value.
func cutOperator(s string) (op, rest string) {
	for _, op := range []string{">=", "<=", ">", "<"} {
		if rest, ok := strings.CutPrefix(s, op); ok {
			return op, strings.TrimSpace(rest)
		}
	}
	return "", s
}

func parseRange(text string) (Range, bool) {
	all := Range{Min: math.MinInt64, Max: math.MaxInt64}
	if low, high, ok := strings.Cut(text, ".."); ok {
		var fine bool
		if low != "*" {
			if all.Min, fine = parseNumber(low); !fine {
				return Range{}, false
			}
		}
		if high != "*" {
			if all.Max, fine = parseNumber(high); !fine {
				return Range{}, false
			}
		}
		return all, all.Min <= all.Max && (low != "*" || high != "*")
	}
	op, rest := cutOperator(text)
	n, ok := parseNumber(rest)
	switch op {
	case ">":
		all.Min = n + 1
	case ">=":
		all.Min = n
	case "<":
		all.Max = n - 1
	case "<=":
		all.Max = n
	default:
		all = Range{Min: n, Max: n}
	}
	return all, ok
}

// parseNumber reads a number that nobody has more stars than, also as 2k.
func parseNumber(s string) (int64, bool) {
	digits, thousands := strings.CutSuffix(strings.ToLower(s), "k")
	if digits == "" || len(digits) > 12 || strings.Trim(digits, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	if thousands {
		n *= 1000
	}
	return n, err == nil
}

func parseSpan(text string) (Span, bool) {
	if low, high, ok := strings.Cut(text, ".."); ok {
		var s Span
		if low != "*" {
			m, ok := parseMoment(low)
			if !ok {
				return Span{}, false
			}
			s.From = m.first
		}
		if high != "*" {
			m, ok := parseMoment(high)
			if !ok {
				return Span{}, false
			}
			s.To = m.after
		}
		return s, s.From.given() || s.To.given()
	}
	op, rest := cutOperator(text)
	m, ok := parseMoment(rest)
	if !ok {
		return Span{}, false
	}
	switch op {
	case ">":
		return Span{From: m.after}, true
	case ">=":
		return Span{From: m.first}, true
	case "<":
		return Span{To: m.first}, true
	case "<=":
		return Span{To: m.after}, true
	}
	if m.first == m.after {
		return Span{From: m.first}, true // 30d alone: since then
	}
	return Span{From: m.first, To: m.after}, true
}

// period is a moment as it was written: a day, a month or a year has a first
// moment and one after it; an instant has one for both.
type period struct {
	first, after Moment
}

func parseMoment(s string) (period, bool) {
	s = strings.ToLower(strings.TrimSpace(s))
	switch s {
	case "today", "now":
		return period{Moment{Ago: true}, Moment{Ago: true, Days: -1}}, true
	case "yesterday":
		return period{Moment{Ago: true, Days: 1}, Moment{Ago: true}}, true
	}
	for _, form := range []struct {
		layout                string
		years, months, nights int
	}{{"2006-01-02", 0, 0, 1}, {"2006-01", 0, 1, 0}, {"2006", 1, 0, 0}} {
		if t, err := time.Parse(form.layout, s); err == nil && len(s) == len(form.layout) {
			return period{Moment{At: t}, Moment{At: t.AddDate(form.years, form.months, form.nights)}}, true
		}
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02t15:04:05", "2006-01-02t15:04"} {
		if t, err := time.Parse(strings.ToUpper(layout), strings.ToUpper(s)); err == nil {
			return period{Moment{At: t}, Moment{At: t}}, true
		}
	}
	m, ok := parseAgo(s)
	return period{m, m}, ok
}

// parseAgo reads 12h, 30d, 6w, 3mo, 1y and the like. A bare m is a month: nobody
// asks for repositories of the last minutes.
func parseAgo(s string) (Moment, bool) {
	i := strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' })
	if i < 1 || i > 5 {
		return Moment{}, false
	}
	n, err := strconv.Atoi(s[:i])
	if err != nil {
		return Moment{}, false
	}
	m := Moment{Ago: true}
	switch strings.TrimSuffix(strings.TrimSpace(s[i:]), "s") {
	case "h", "hour":
		m.Hours = n
	case "d", "day":
		m.Days = n
	case "w", "wk", "week":
		m.Days = 7 * n
	case "m", "mo", "month":
		m.Months = n
	case "y", "yr", "year":
		m.Months = 12 * n
	default:
		return Moment{}, false
	}
	return m, true
}
