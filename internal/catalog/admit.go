package catalog

import (
	"slices"
	"strings"
	"time"

	"github.com/isrc-dev/isrc/internal/forge"
)

// Admits tells whether a record passes the query's filters, whatever its words.
// What is not known of a record fails a filter that wants it, and passes one
// that does not.
func (q Query) Admits(r *Record, now time.Time) bool {
	if !q.admitsArchived(r.Archived) {
		return false
	}
	for _, f := range q.Filters {
		if f.Name != "archived" && f.admits(r, now) == f.Not {
			return false
		}
	}
	return true
}

// admitsArchived leaves archived repositories out unless they were asked for.
//
//go:noinline
func (q Query) admitsArchived(archived bool) bool {
	also, only := q.Archived()
	return also || archived == only
}

// Archived tells whether archived repositories are taken too, or alone.
//
//go:noinline
func (q Query) Archived() (also, only bool) {
	for _, f := range q.Filters {
		for _, v := range f.Any {
			if f.Name == "is" && v.Text == "archived" && !f.Not {
				also, only = len(f.Any) > 1, len(f.Any) == 1
			}
			if f.Name == "archived" {
				also, only = v.Text == "also" && !f.Not || v.Text == "no" && f.Not, v.Text == "only" && !f.Not
			}
		}
	}
	return also, only
}

//go:noinline
func (f Filter) admits(r *Record, now time.Time) bool {
	return slices.ContainsFunc(f.Any, func(v Value) bool {
		switch f.Name {
		case "updated":
			return v.Time.Holds(r.ChangedAt(), now)
		case "pushed":
			return v.Time.Holds(r.PushedAt, now)
		case "created":
			return v.Time.Holds(r.CreatedAt, now)
		case "stars":
			return v.Number.Holds(int64(r.Stars))
		case "forks":
			return v.Number.Holds(int64(r.Forks))
		case "is":
			return r.isIn(v.Text)
		case "has":
			return r.hasThing(v.Text)
		}
		return slices.ContainsFunc(f.Spellings(v), func(want string) bool {
			return slices.ContainsFunc(r.Names(f.Name), func(have string) bool { return SameName(f.Name, have, want) })
		})
	})
}

// Spellings are the names, folded, that a value of a KindName stands for.
func (f Filter) Spellings(v Value) []string {
	name := foldName(v.Text)
	switch f.Name {
	case "language":
		return []string{languageAlias(name)}
	case "topic":
		return []string{strings.ReplaceAll(strings.TrimPrefix(name, "#"), " ", "-")}
	case "team", "org":
		return []string{strings.TrimPrefix(name, "@")}
	case "skill":
		if alias := languageAlias(name); alias != name {
			return []string{name, alias}
		}
	}
	return []string{name}
}

// SameName compares a name of a record with a wanted one, folded, as a qualifier
// does. A team is found with and without its organisation, a licence without its
// version.
func SameName(qualifier, have, want string) bool {
	have = foldName(have)
	switch qualifier {
	case "team":
		have = strings.TrimPrefix(have, "@")
		_, short, _ := strings.Cut(have, "/")
		return have == want || short == want
	case "license":
		return have == want || strings.HasPrefix(have, want+"-")
	}
	return have == want
}

// foldName writes a name as names are compared: without case, accents and outer
// spaces.
func foldName(name string) string {
	return strings.Join(strings.Fields(strings.ToLower(Fold(name))), " ")
}

// Names are the names that a record has for a qualifier of KindName.
func (r *Record) Names(qualifier string) []string {
	var out []string
	switch qualifier {
	case "host":
		return []string{r.Host}
	case "org":
		return []string{r.Owner}
	case "team":
		if r.Team != nil {
			return []string{r.Team.Name}
		}
	case "language":
		return r.MainLanguages()
	case "topic":
		return r.Topics
	case "license":
		if r.License != "" {
			return []string{r.License}
		}
	case "skill":
		out = append(out, r.Skills...)
		for _, h := range r.HelpWanted {
			out = append(out, h.Skills...)
		}
	case "provides":
		for _, c := range r.Provides {
			out = append(out, c.Name)
		}
	case "requires":
		for _, c := range r.Requires {
			out = append(out, c.Name)
		}
	}
	return out
}

// MainLanguages are the languages that somebody would say a repository is
// written in: the main one, and each that makes up a fifth of it.
//
//go:noinline
func (r *Record) MainLanguages() []string {
	var out []string
	if r.Language != "" {
		out = append(out, r.Language)
	}
	total := 0
	for _, l := range r.Languages {
		total += l.Bytes
	}
	for _, l := range r.Languages {
		if l.Bytes*5 >= total && l.Bytes > 0 && l.Name != r.Language {
			out = append(out, l.Name)
		}
	}
	return out
}

// ChangedAt is when a repository changed last: its settings, or its content
// where the forge does not say more.
func (r *Record) ChangedAt() time.Time {
	if r.UpdatedAt.IsZero() {
		return r.PushedAt
	}
	return r.UpdatedAt
}

// HasManifest tells whether owners declared anything about the repository.
func (r *Record) HasManifest() bool {
	return r.Title != "" || r.Motivation != "" || r.Kind != "" || r.Sharing != "" || len(r.Contributions)+len(r.Skills)+len(r.Provides)+len(r.Requires) > 0
}

func (r *Record) isIn(state string) bool {
	switch state {
	case "ready":
		return r.Readiness != nil && r.Readiness.Ready
	case "archived":
		return r.Archived
	case "fork":
		return r.Fork
	}
	return r.Visibility == state
}

//go:noinline
func (r *Record) hasThing(thing string) bool {
	switch thing {
	case "help-wanted":
		return len(r.HelpWanted) > 0
	case "contributing":
		return r.Guidelines != ""
	case "release":
		return r.Release != nil
	case "manifest":
		return r.HasManifest()
	}
	return false
}

// FromRepo makes a record of what a forge tells of a repository in passing.
func FromRepo(r forge.Repo) Record {
	out := Record{
		Host: r.Host, Owner: r.Owner, Name: r.Name, URL: r.HTMLURL, Description: r.Description, Visibility: r.Visibility,
		Archived: r.Archived, Fork: r.Fork, AllowForking: r.AllowForking, DefaultBranch: r.DefaultBranch,
		Language: r.Language, License: r.License, Topics: r.Topics, Stars: r.Stars, Forks: r.Forks, OpenIssues: r.OpenIssues,
		CreatedAt: r.CreatedAt, UpdatedAt: r.UpdatedAt, PushedAt: r.PushedAt,
	}
	if r.Source != nil {
		out.Source = r.Source.FullName()
	} else if r.Parent != nil {
		out.Source = r.Parent.FullName()
	}
	return out
}
