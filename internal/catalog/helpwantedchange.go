package catalog

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"github.com/isrc-dev/isrc/internal/forge"
)

// IssueNow is what became of an issue. Wanted is nil where it asks for no help,
// or not any more.
type IssueNow struct {
	Number int         `json:"number"`
	Wanted *HelpWanted `json:"wanted,omitempty"`
}

// IssueNowOf is what an issue is now.
func IssueNowOf(i *forge.Issue) IssueNow {
	now := IssueNow{Number: i.Number}
	if all := HelpWantedOf([]forge.Issue{*i}); len(all) == 1 {
		now.Wanted = &all[0]
	}
	return now
}

// UpdateHelpWanted takes in what became of issues after the repository was read,
// in the order in which they changed, and tells whether that changed the record.
// New ones come first, and only so many are kept as are read at a time.
func (r *Record) UpdateHelpWanted(all []IssueNow) bool {
	before, skills := r.HelpWanted, r.StatedSkills()
	list := append([]HelpWanted(nil), before...)
	for _, now := range all {
		rest := make([]HelpWanted, 0, len(list)+1)
		known := false
		for i := range list {
			if list[i].Number == now.Number {
				known = true
			}
		}
		if now.Wanted != nil && !known {
			rest = append(rest, *now.Wanted)
		}
		for i := range list {
			h := &list[i]
			if h.Number == now.Number {
				h = now.Wanted
			}
			if h != nil {
				rest = append(rest, *h)
			}
		}
		list = rest
	}
	r.HelpWanted = list[:min(len(list), max(forge.MaxHelpWanted, len(before)))]
	if sameIssues(before, r.HelpWanted) {
		r.HelpWanted = before
		return false
	}
	if r.IssueSkills == nil && strings.Join(skills, "\n") != strings.Join(r.StatedSkills(), "\n") {
		r.IssueSkills = append(skills, "") // not empty: that would not be stored
	}
	return true
}

// SkillsChange tells whether a record is found by other skills than its issues
// state after what became of them: only a record that is read again, with its
// README, can be found by those.
func (r *Record) SkillsChange(all []IssueNow) bool {
	now := *r
	if !now.UpdateHelpWanted(all) {
		return false
	}
	before := r.StatedSkills()
	if n := len(r.IssueSkills); n > 0 {
		before = r.IssueSkills[:n-1]
	}
	return !slices.Equal(eachOnce(before), eachOnce(now.StatedSkills()))
}

func eachOnce(all []string) []string {
	out := make([]string, len(all))
	for i, s := range all {
		out[i] = strings.ToLower(s)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func sameIssues(a, b []HelpWanted) bool {
	x, err := json.Marshal(a)
	y, failed := json.Marshal(b)
	return err == nil && failed == nil && len(a) == len(b) && (len(a) == 0 || bytes.Equal(x, y))
}

// StatedSkills are what the issues state of skills, one after the other.
//
//go:noinline
func (r *Record) StatedSkills() []string {
	var out []string
	for i := range r.HelpWanted {
		out = append(out, r.HelpWanted[i].Skills...)
	}
	return out
}
