package command

import (
	"github.com/isrc-dev/isrc/internal/catalog"
)

// found is one row of find's answer.
type found struct {
	repository
	Title         string     `json:"title"`
	Description   string     `json:"description"`
	Language      string     `json:"language"`
	Topics        []string   `json:"topics"`
	Skills        []string   `json:"skills"`
	Provides      []string   `json:"provides"`
	Team          *teamRow   `json:"team"` // who answers for it
	Stars         int        `json:"stars"`
	Archived      bool       `json:"archived"`
	Fork          bool       `json:"fork"`
	Visibility    *string    `json:"visibility"`
	License       string     `json:"license"`
	CreatedAt     *string    `json:"createdAt"`
	UpdatedAt     *string    `json:"updatedAt"`
	PushedAt      *string    `json:"pushedAt"`
	Contributions *string    `json:"contributions"` // pull-requests, issue-first, issues-only, elsewhere
	Ready         *bool      `json:"ready"`         // nothing is missing that a contributor cannot do without
	Readiness     *float64   `json:"readiness"`     // from 0 to 1
	Activity      *int       `json:"activity"`      // the Repository Activity Score
	AnsweredHours *float64   `json:"answeredHours"` // median from opening to the first answer
	DecidedHours  *float64   `json:"decidedHours"`  // median from opening to merge or decline
	Decided       *int       `json:"decided"`       // how many that median is of
	Merged        *int       `json:"merged"`        // how many of those were merged
	Outside       *int       `json:"outside"`       // pull requests from other teams
	OpenPulls     *int       `json:"openPulls"`
	HelpWanted    *int       `json:"helpWanted"` // open issues that welcome help
	Copies        []string   `json:"copies"`     // forks and copies that matched too
	Missing       []string   `json:"missing"`    // words that it does not have
	Matches       int        `json:"matches"`    // repositories that match in all; the same in each row
	Complete      bool       `json:"complete"`   // all of them were ranked; a forge's search tells the first 1,000
	Score         float64    `json:"score"`
	Reasons       []string   `json:"reasons"`
	Terms         []termRow  `json:"terms"` // of the score: those that add, then those that multiply
	ActivityTerms []termRow  `json:"activityTerms"`
	Points        []pointRow `json:"readinessPoints"`
	mark          []string   // words to mark
	record        *catalog.Record
}

type teamRow struct {
	Name string `json:"name"`
	From string `json:"from"` // where that was read
}

func rowsOf(hits []catalog.Hit) []found {
	rows := make([]found, len(hits))
	for i := range hits {
		rows[i] = rowOf(&hits[i])
	}
	return rows
}

func rowOf(h *catalog.Hit) found {
	r := found{
		repository: repositoryOf(h.RepoName(), h.URL), Title: h.Title, Description: h.Description, Language: h.Language, Topics: nonNil(h.Topics), Skills: nonNil(h.Skills),
		Provides: []string{}, Stars: h.Stars, Archived: h.Archived, Fork: h.Fork, Visibility: orNull(h.Visibility), License: h.License,
		CreatedAt: moment(h.CreatedAt), UpdatedAt: moment(h.UpdatedAt), PushedAt: moment(h.PushedAt), Contributions: orNull(h.Mode),
		OpenPulls: h.OpenPulls, Copies: nonNil(h.Copies), Missing: nonNil(h.Missing), Score: h.Score, Reasons: nonNil(h.Whys()), Terms: termRows(h.Terms),
		ActivityTerms: []termRow{}, Points: []pointRow{}, mark: h.Matched, record: &h.Record,
	}
	for _, p := range h.Provides {
		r.Provides = append(r.Provides, p.Name)
	}
	if h.Team != nil {
		r.Team = &teamRow{Name: h.Team.Name, From: h.Team.From}
	}
	if h.Forge == nil {
		n := len(h.HelpWanted)
		r.HelpWanted = &n
	}
	if s := h.Activity; s != nil {
		r.Activity, r.ActivityTerms = &s.Score, termRows(s.Terms)
	}
	if s := h.Readiness; s != nil {
		r.Ready, r.Readiness, r.Points = &s.Ready, &s.Score, pointRows(s.Points)
	}
	if s := h.Answers; s != nil {
		decided := s.Merged + s.Declined
		r.AnsweredHours, r.DecidedHours, r.Decided, r.Merged, r.Outside = s.FirstHours, s.DecidedHours, &decided, &s.Merged, &s.Outside
	}
	return r
}
