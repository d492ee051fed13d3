package sandbox

import (
	"sort"
	"strings"
)

func searchIssues(c *call) (answer, error) {
	q, err := c.searchText(issueQualifiers)
	if err != nil {
		return answer{}, err
	}
	list := c.issuesFound(q)
	by, ascending := c.searchOrder(q)
	sort.SliceStable(list, func(x, y int) bool {
		a, b := list[x], list[y]
		if ascending {
			a, b = b, a
		}
		return a.before(b, by)
	})
	return found(c, list, func(h issueHit) obj {
		there := *c
		there.repo, there.perm = h.r, c.f.may(c.user, h.r)
		o := there.issueObject(h.i)
		o["score"], o["body"] = h.score, h.i.body
		return o
	}, obj{"search_type": "lexical"})
}

// issueHit is an issue or pull request that a search found.
type issueHit struct {
	r     *repository
	i     *issue
	score float64
}

// issuesFound is everything that the caller may see and the query matches.
func (c *call) issuesFound(q searchQuery) []issueHit {
	var list []issueHit
	for _, r := range c.f.state.order {
		if !c.f.sees(c.x, r) {
			continue
		}
		for _, i := range r.sorted() {
			if !c.matchesIssue(q, r, i) {
				continue
			}
			if s := q.score(i.searchFields(q.values("in"))); s > 0 && i.listed() {
				list = append(list, issueHit{r, i, s})
			}
		}
	}
	return list
}

// before tells which of two comes first, the newest of equals.
func (a issueHit) before(b issueHit, by string) bool {
	switch by {
	case "created":
		return a.i.created.After(b.i.created)
	case "updated":
		return a.i.updated.After(b.i.updated)
	case "comments":
		return len(a.i.comments) > len(b.i.comments)
	}
	if a.score != b.score {
		return a.score > b.score
	}
	return a.i.created.After(b.i.created)
}

func (i *issue) searchFields(in []string) map[string]float64 {
	wanted := strings.Split(strings.Join(in, ","), ",")
	out := map[string]float64{}
	add := func(name, text string, weight float64) {
		if text = strings.ToLower(text); len(in) == 0 || containsFold(wanted, name) {
			out[text] = max(out[text], weight)
		}
	}
	add("title", i.title, 4)
	add("body", i.body, 1)
	for _, x := range i.comments {
		add("comments", x.body, 0.5)
	}
	return out
}

func (c *call) matchesIssue(q searchQuery, r *repository, i *issue) bool {
	places, inPlace := 0, false
	for _, t := range q.terms {
		if t.value == "@me" && c.user != nil {
			t.value = c.user.Login
		}
		if t.name == "org" || t.name == "user" || t.name == "repo" {
			ok := t.name == "repo" && strings.EqualFold(t.value, r.fullName()) || t.name != "repo" && strings.EqualFold(t.value, r.owner.Login)
			if t.negated && ok {
				return false
			}
			if !t.negated {
				places++
				inPlace = inPlace || ok
			}
			continue
		}
		if ok, known := i.matches(t, r); known && ok == t.negated {
			return false
		}
	}
	return places == 0 || inPlace
}

// matches judges one qualifier.
func (i *issue) matches(t term, r *repository) (ok, known bool) {
	is := func(u *user) bool { return u != nil && strings.EqualFold(u.Login, t.value) }
	switch t.name {
	case "is", "type", "state":
		return i.is(strings.ToLower(t.value), r)
	case "author":
		return is(i.author), true
	case "assignee":
		return i.assignedTo(t.value), true
	case "label":
		for _, one := range strings.Split(t.value, ",") {
			if i.hasLabels([]string{strings.Trim(one, `"`)}) {
				return true, true
			}
		}
		return false, true
	case "updated":
		return inRange(i.updated, t.value), true
	case "created":
		return inRange(i.created, t.value), true
	case "closed":
		return !i.closed.IsZero() && inRange(i.closed, t.value), true
	case "archived":
		return r.archived == (t.value == "true"), true
	case "draft":
		return i.pull != nil && i.pull.draft == (t.value == "true"), true
	case "no":
		return t.value == "assignee" && len(i.assignees) == 0 || t.value == "label" && len(i.labels) == 0, true
	case "commenter":
		return i.commentedBy(t.value), true
	case "reviewed-by":
		return i.reviewedBy(t.value), true
	case "review-requested":
		return i.pull != nil && i.pull.askedFor(t.value), true
	case "involves", "mentions":
		mentioned := strings.Contains(strings.ToLower(i.body), "@"+strings.ToLower(t.value))
		if t.name == "mentions" {
			return mentioned, true
		}
		return mentioned || is(i.author) || i.assignedTo(t.value) || i.commentedBy(t.value), true
	}
	return false, false
}

func (i *issue) is(what string, r *repository) (ok, known bool) {
	switch what {
	case "pr", "pull-request":
		return i.pull != nil, true
	case "issue":
		return i.pull == nil, true
	case "open", "closed":
		return i.state == what, true
	case "merged":
		return i.pull != nil && !i.pull.merged.IsZero(), true
	case "unmerged":
		return i.pull != nil && i.pull.merged.IsZero(), true
	case "draft":
		return i.pull != nil && i.pull.draft, true
	case "public", "private", "internal":
		return r.visibility == what, true
	}
	return false, false
}

func (i *issue) commentedBy(login string) bool {
	for _, x := range i.comments {
		if strings.EqualFold(x.author.Login, login) {
			return true
		}
	}
	return i.reviewedBy(login)
}

func (i *issue) reviewedBy(login string) bool {
	if i.pull == nil {
		return false
	}
	for _, v := range i.pull.reviews {
		if strings.EqualFold(v.author.Login, login) {
			return true
		}
	}
	return false
}

// askedFor tells whether a review is wanted from somebody, or from a team of
// theirs.
func (p *pull) askedFor(login string) bool {
	for _, u := range p.requested {
		if strings.EqualFold(u.Login, login) {
			return true
		}
	}
	for _, t := range p.teams {
		if containsFold(t.Members, login) {
			return true
		}
	}
	return false
}
