package sandbox

import (
	"path"
	"slices"
	"sort"
	"strings"
	"unicode/utf8"
)

const (
	repoQualifiers  = " org user repo topic language archived in is fork stars license visibility sort "
	issueQualifiers = " org user repo is type state author assignee label involves review-requested commenter mentions reviewed-by in archived draft no sort updated created closed "
)

// maxFound is how many results a search shows at most, as on GitHub.
const maxFound = 1000

// found answers a search: the count of all, a page of the first thousand.
func found[T any](c *call, list []T, build func(T) obj, extra obj) (answer, error) {
	if (c.number("page", 1)-1)*min(c.number("per_page", 30), 100) >= maxFound {
		return answer{}, unprocessable("Only the first 1000 search results are available")
	}
	o := fields("total_count", len(list), "incomplete_results", c.x.fault != nil && c.x.fault.Kind == FaultIncomplete, "items", each(paginate(c, list[:min(len(list), maxFound)]), build))
	for k, v := range extra {
		o[k] = v
	}
	return ok(o)
}

// mostSearched is how many characters of words GitHub searches for; qualifiers and
// operators do not count.
const mostSearched = 256

// searchText reads what is searched for, with these qualifiers.
func (c *call) searchText(known string) (searchQuery, error) {
	text := c.query.Get("q")
	if strings.TrimSpace(text) == "" {
		return searchQuery{}, invalid(fields("resource", "Search", "field", "q", "code", "missing"))
	}
	q := parseQuery(text, known)
	if utf8.RuneCountInString(strings.Join(slices.Concat(q.words, q.not), " ")) > mostSearched {
		return searchQuery{}, invalid(fieldError("Search", "q", "invalid", "The search is longer than 256 characters."))
	}
	return q, c.checkScope(q)
}

func searchRepositories(c *call) (answer, error) {
	q, err := c.searchText(repoQualifiers)
	if err != nil {
		return answer{}, err
	}
	list, scores := c.reposFound(q)
	return found(c, list, func(r *repository) obj {
		o := c.f.repository(r, c.user)
		o["score"] = scores[r]
		return o
	}, nil)
}

// reposFound is everything that the caller may see and the query matches, the
// best first, with what each was worth.
func (c *call) reposFound(q searchQuery) ([]*repository, map[*repository]float64) {
	scores := map[*repository]float64{}
	var list []*repository
	for _, r := range c.f.state.order {
		if !c.f.sees(c.x, r) || !q.matchesRepo(r) {
			continue
		}
		if s := q.score(r.searchFields(q.values("in"))); s > 0 {
			scores[r] = s
			list = append(list, r)
		}
	}
	by, ascending := c.searchOrder(q)
	sort.SliceStable(list, func(i, j int) bool {
		a, b := list[i], list[j]
		if ascending {
			a, b = b, a
		}
		switch by {
		case "stars":
			return a.spec.Stars > b.spec.Stars
		case "updated":
			return a.pushed.After(b.pushed)
		case "forks":
			return len(c.f.forksOf(a)) > len(c.f.forksOf(b))
		}
		if scores[a] != scores[b] {
			return scores[a] > scores[b]
		}
		return a.spec.Stars > b.spec.Stars
	})
	return list, scores
}

// searchOrder reads how to sort, from the parameters or from the query.
func (c *call) searchOrder(q searchQuery) (by string, ascending bool) {
	by, ascending = c.query.Get("sort"), c.query.Get("order") == "asc"
	if v := q.values("sort"); by == "" && len(v) > 0 {
		by, ascending = strings.TrimSuffix(strings.TrimSuffix(v[0], "-asc"), "-desc"), strings.HasSuffix(v[0], "-asc")
	}
	return by, ascending
}

// checkScope refuses a search in what does not exist, as GitHub does.
func (c *call) checkScope(q searchQuery) error {
	asked, known := 0, 0
	for _, t := range q.terms {
		switch {
		case t.negated:
		case t.name == "org" || t.name == "user":
			asked++
			if t.value == "@me" || c.f.state.user(t.value) != nil {
				known++
			}
		case t.name == "repo":
			asked++
			owner, name, _ := strings.Cut(t.value, "/")
			if r := c.f.state.repo(owner, name); r != nil && c.f.may(c.user, r) >= permPull {
				known++
			}
		}
	}
	if asked > 0 && known == 0 {
		return invalid(fieldError("Search", "q", "invalid",
			"The listed users and repositories cannot be searched either because the resources do not exist or you do not have permission to view them."))
	}
	return nil
}

func (q searchQuery) matchesRepo(r *repository) bool {
	places, inPlace, forks := 0, false, false
	for _, t := range q.terms {
		var ok bool
		switch t.name {
		case "org", "user", "repo":
			ok = strings.EqualFold(t.value, r.owner.Login) || t.name == "repo" && strings.EqualFold(t.value, r.fullName())
			if !t.negated {
				places++
				inPlace = inPlace || ok
				continue
			}
		case "fork":
			forks = t.value == "true" || t.value == "only"
			if t.value == "only" && r.parent == nil {
				return false
			}
			continue
		case "topic":
			ok = containsFold(r.spec.Topics, t.value)
		case "language":
			ok = strings.EqualFold(r.spec.Language, t.value)
		case "license":
			ok = strings.EqualFold(r.spec.License, t.value)
		case "archived":
			ok = (t.value == "true") == r.archived
		case "visibility", "is":
			ok = strings.EqualFold(t.value, r.visibility)
		default:
			continue
		}
		if ok == t.negated {
			return false
		}
	}
	return (places == 0 || inPlace) && (forks || r.parent == nil)
}

// searchFields are the texts in which words are looked for, with weights.
func (r *repository) searchFields(in []string) map[string]float64 {
	all := map[string]struct {
		text   string
		weight float64
	}{
		"name":        {r.name, 10},
		"description": {r.description, 4},
		"topics":      {strings.Join(r.spec.Topics, " "), 6},
		"readme":      {r.readme(), 1},
	}
	wanted := strings.Split(strings.Join(in, ","), ",")
	out := map[string]float64{}
	for name, x := range all {
		if len(in) == 0 || containsFold(wanted, name) {
			text := strings.ToLower(x.text)
			out[text] = max(out[text], x.weight)
		}
	}
	return out
}

// readme is the seeded README's text.
func (r *repository) readme() string {
	for _, x := range r.spec.Files {
		if strings.HasPrefix(strings.ToLower(path.Base(x.Path)), "readme") && strings.Count(x.Path, "/") == 0 {
			return x.Data
		}
	}
	return ""
}
