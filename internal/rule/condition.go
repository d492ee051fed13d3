package rule

import (
	"github.com/isrc-dev/isrc/internal/guideline"
)

// moment is what conditions of workflows look at.
func (c *Change) moment() *guideline.Moment {
	m := &guideline.Moment{
		Head: c.Branch, Fork: !c.Direct, Title: c.Draft.Title, Body: c.Draft.Body,
		Labels: c.Draft.Labels, Login: c.Login, Draft: c.Pull != nil && c.Pull.IsDraft,
	}
	if c.Pull != nil && c.Pull.Author != "" {
		m.Login = c.Pull.Author
	}
	for _, f := range c.Files {
		m.Paths = append(m.Paths, f.Path)
		if f.OldPath != "" {
			m.Paths = append(m.Paths, f.OldPath)
		}
	}
	return m
}

// forChange is the requirement as it is asked of a change: with its full
// strength if one of those who ask only sometimes asks now, else with that of
// those who always do. If nobody asks, it says why.
func (r *Requirement) forChange(m *guideline.Moment) (*Requirement, string) {
	if len(r.asked) == 0 {
		return r, ""
	}
	reason := ""
	for _, c := range r.asked {
		truth, why := c.Judge(m)
		if truth != guideline.False {
			return r, ""
		}
		if reason == "" {
			reason = why
		}
	}
	if r.otherwise == "" {
		return r, reason
	}
	weaker := *r
	weaker.Strength, weaker.Enforcer = r.otherwise, Enforcer{}
	return &weaker, ""
}

// joinConditions keeps, of two that ask the same, when which strength holds.
func (r *Requirement) joinConditions(o Requirement) {
	a, b := r.always(), o.always()
	r.otherwise = a
	if stronger(b, a) {
		r.otherwise = b
	}
	strongest := r.Strength
	if stronger(o.Strength, strongest) {
		strongest = o.Strength
	}
	if r.otherwise == strongest {
		r.asked, r.otherwise = nil, ""
		return
	}
	r.asked = append(r.asked[:len(r.asked):len(r.asked)], o.asked...)
}

// always is how firmly a requirement is asked of every change, "" when it is
// not.
func (r *Requirement) always() Strength {
	if len(r.asked) == 0 {
		return r.Strength
	}
	return r.otherwise
}

// Only says when a requirement is asked, in words for people; "" is always.
func (r *Requirement) Only() string {
	if len(r.asked) == 0 || r.otherwise != "" {
		return ""
	}
	for _, c := range r.asked {
		if c.Filter() == "" {
			return ""
		}
	}
	return "when the change touches " + r.asked[0].Filter()
}
