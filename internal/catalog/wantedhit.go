package catalog

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/isrc-dev/isrc/internal/forge"
)

// HelpWantedHit is an open issue that welcomes help, with its repository and
// what makes it easy or hard to begin with.
type HelpWantedHit struct {
	HelpWanted
	Host        string   `json:"host"`
	Owner       string   `json:"owner"`
	Name        string   `json:"name"`
	Description string   `json:"description,omitempty"`
	Language    string   `json:"language,omitempty"`
	Class       string   `json:"class,omitempty"` // SizeClass: "small", "medium", "large" or "" when no size is stated
	Ready       *bool    `json:"ready,omitempty"` // nil: not known
	Answers     *Answers `json:"answers,omitempty"`
	// Score is Total(Terms): the easier to begin with for somebody who is new, the
	// higher.
	Score   float64  `json:"score"`
	Terms   []Term   `json:"terms"`
	Matched []string `json:"matched,omitempty"` // words that matched, in lower case, for marking
}

// RepoName is the repository of the issue.
func (h *HelpWantedHit) RepoName() forge.RepoName {
	return forge.RepoName{Host: h.Host, Owner: h.Owner, Name: h.Name}
}

// Whys are the reasons in words, in the order of the terms.
func (h *HelpWantedHit) Whys() []string { return Hit{Terms: h.Terms}.Whys() }

// HelpWantedFound is what a search for such issues answers.
type HelpWantedFound struct {
	Hits     []HelpWantedHit
	Total    int // before the limit
	Searched int // issues in the catalog that welcome help
	Widened  bool
}

// The filters that only a search for issues knows, besides those of
// Qualifiers. A skill filter is one of them, too, where it asks for the issue's.
const (
	FilterSize     = "size"     // small, medium or large: see SizeClass
	FilterNewcomer = "newcomer" // marked for newcomers
	FilterFree     = "free"     // nobody is assigned
)

// The classes of an issue's size.
const (
	SizeSmall  = "small"  // up to four hours
	SizeMedium = "medium" // up to two days
	SizeLarge  = "large"
)

// SizeClass is how much work the owners expect, in three classes; "" when they
// do not say it. Hours count before letters.
func (h *HelpWanted) SizeClass() string {
	if h.Hours != nil {
		switch {
		case *h.Hours <= 4:
			return SizeSmall
		case *h.Hours <= 16:
			return SizeMedium
		}
		return SizeLarge
	}
	switch strings.ToUpper(strings.TrimSpace(h.Size)) {
	case "XXS", "XS", "S", "TINY", "SMALL", "LOW", "EASY", "1", "2":
		return SizeSmall
	case "M", "MEDIUM", "3", "5":
		return SizeMedium
	case "":
		return ""
	}
	return SizeLarge
}

// Ease says how easy an issue is to begin with for somebody who is new, as of
// now: what the issue says of itself, how its owners answer, and how ready their
// repository is; then, as factors, whether somebody has it already, its age and
// the repository's. What is not known counts as a little less than the middle.
func Ease(r *Record, h *HelpWanted, now time.Time) []Term {
	terms := []Term{newcomerTerm(h), sizeTerm(h), answerTerm(r), readyTerm(r)}
	if h.Taken {
		terms = append(terms, timesTerm("taken", 0.25, "somebody is assigned to it"))
	}
	terms = append(terms, ageTerm(h, now))
	if r.Archived {
		return append(terms, timesTerm("archived", 0.1, "the repository is archived"))
	}
	if idle := daysSince(r.PushedAt, now); !r.PushedAt.IsZero() && idle > 90 {
		terms = append(terms, timesTerm("pushed", fading(idle-90, 640, 0.5), fmt.Sprintf("last push %s ago", days(idle))))
	}
	return terms
}

func newcomerTerm(h *HelpWanted) Term {
	if h.Newcomer {
		return plusTerm("newcomer", 3, "marked for newcomers")
	}
	return plusTerm("newcomer", 0, "")
}

func sizeTerm(h *HelpWanted) Term {
	stated := h.Size
	if stated == "" && h.Hours != nil {
		stated = fmt.Sprintf("%g h", *h.Hours)
	}
	switch h.SizeClass() {
	case SizeSmall:
		return plusTerm("size", 2, "small: "+stated)
	case SizeMedium:
		return plusTerm("size", 1.25, "medium: "+stated)
	case SizeLarge:
		return plusTerm("size", 0.25, "large: "+stated)
	}
	return plusTerm("size", 1, "")
}

func answerTerm(r *Record) Term {
	if r.Answers == nil || r.Answers.FirstHours == nil {
		return plusTerm("answers", 0.5, "")
	}
	hours := *r.Answers.FirstHours
	why := fmt.Sprintf("first answers in %s (median)", days(hours/24))
	if hours < 36 {
		why = fmt.Sprintf("first answers in %.0f h (median)", math.Max(1, hours))
	}
	switch {
	case hours <= 24:
		return plusTerm("answers", 1.5, why)
	case hours <= 5*24:
		return plusTerm("answers", 1, why)
	}
	return plusTerm("answers", 0.25, why)
}

func readyTerm(r *Record) Term {
	switch {
	case r.Readiness == nil:
		return plusTerm("readiness", 0.5, "")
	case r.Readiness.Ready:
		return plusTerm("readiness", 1.5*r.Readiness.Score, "ready for contributions")
	}
	return plusTerm("readiness", r.Readiness.Score, "")
}

// ageTerm takes off half over two years: what nobody did for long is often not
// wanted any more, or harder than it looks.
func ageTerm(h *HelpWanted, now time.Time) Term {
	if h.CreatedAt.IsZero() {
		return timesTerm("age", 0.8, "")
	}
	open := daysSince(h.CreatedAt, now)
	if open <= 30 {
		return timesTerm("age", 1, fmt.Sprintf("opened %s ago", days(open)))
	}
	return timesTerm("age", fading(open-30, 700, 0.5), fmt.Sprintf("open for %s", days(open)))
}

// fading falls from 1 to least over some days.
func fading(day, over, least float64) float64 {
	return math.Round((1-(1-least)*math.Min(1, day/over))*1000) / 1000
}

// AdmitsWanted tells whether an issue passes the filters that are about issues.
// An issue that states no skills is held to those of its repository, and to its
// language.
func (q Query) AdmitsWanted(r *Record, h *HelpWanted) bool {
	for _, f := range q.Filters {
		if !AboutIssues(f) {
			continue
		}
		passes := slices.ContainsFunc(f.Any, func(v Value) bool { return admitsIssue(f, v, r, h) })
		if passes == f.Not {
			return false
		}
	}
	return true
}

// AboutIssues tells whether a filter asks about an issue rather than about its
// repository.
func AboutIssues(f Filter) bool {
	return slices.Contains([]string{FilterSize, FilterNewcomer, FilterFree, "skill"}, f.Name)
}

func admitsIssue(f Filter, v Value, r *Record, h *HelpWanted) bool {
	switch f.Name {
	case FilterSize:
		return strings.EqualFold(h.SizeClass(), v.Text)
	case FilterNewcomer:
		return h.Newcomer
	case FilterFree:
		return !h.Taken
	}
	skills := h.Skills
	if len(skills) == 0 {
		skills = append([]string{r.Language}, r.Skills...)
	}
	return slices.ContainsFunc(skills, func(s string) bool {
		return slices.ContainsFunc(f.Spellings(v), func(want string) bool {
			return SameName("skill", s, want) || SameName("skill", languageAlias(foldName(s)), want)
		})
	})
}

// HitOf makes a hit of an issue, rated as of now.
func HitOf(r *Record, h *HelpWanted, now time.Time) HelpWantedHit {
	hit := HelpWantedHit{
		HelpWanted: *h, Host: r.Host, Owner: r.Owner, Name: r.Name, Description: r.Description, Language: r.Language,
		Class: h.SizeClass(), Answers: r.Answers, Terms: Ease(r, h, now),
	}
	if r.Readiness != nil {
		ready := r.Readiness.Ready
		hit.Ready = &ready
	}
	hit.Score = Total(hit.Terms)
	return hit
}
