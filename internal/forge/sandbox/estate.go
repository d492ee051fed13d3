package sandbox

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// Estate is a company of n repositories, the same for the same seed: forks,
// archived, private and empty ones, guidelines and owners, issues that welcome
// help, pull requests with reviews. Nothing of it lies on disk until git asks.
// newcomer reads what is internal or public; auditor, who runs the site,
// everything. The organisations are Organisations(n).
func Estate(n int, seed uint64) *World {
	e := &estate{r: rand.New(rand.NewPCG(seed, 0x5eed)), words: estateWords(), w: NewWorld(fmt.Sprintf("estate-%d-%d", n, seed)), taken: map[string]bool{}}
	e.w.Orgs = nil
	e.w.Accounts = append(e.w.Accounts, Account{Login: "auditor", Name: "Auditor", Email: "auditor@acme.example", Admin: true},
		Account{Login: "renovate-robot", Name: "Renovate Robot", Email: "renovate-robot@acme.example", Bot: true})
	for _, login := range Organisations(n) {
		e.organisation(login)
	}
	for i := range n {
		e.repository(i)
	}
	return e.w
}

// Organisations are those of an Estate of n repositories: one for each 800 or
// so, at most twelve. The first holds about half of the repositories.
func Organisations(n int) []string {
	names := []string{"commerce", "identity", "platform", "payments", "logistics", "insight", "mobility", "energy", "media", "health", "travel", "research"}
	return names[:min(len(names), 1+n/800)]
}

type estate struct {
	r     *rand.Rand
	w     *World
	words words
	taken map[string]bool
	roots []*Repo // what may be forked
}

//go:noinline
func (e *estate) chance(percent int) bool { return e.r.IntN(100) < percent }

func pick[T any](e *estate, list []T) T { return list[e.r.IntN(len(list))] }

// some picks up to n different words.
func (e *estate) some(list []string, n int) []string {
	var out []string
	for range n {
		if w := pick(e, list); !containsFold(out, w) {
			out = append(out, w)
		}
	}
	return out
}

// organisation adds one with its teams and their people, who are named by role.
func (e *estate) organisation(login string) {
	o := Org{Login: login, Name: titleWords(login), Description: "Builds what " + login + " needs", Owners: []string{login + "-lead"}}
	e.account(login + "-lead")
	for _, slug := range e.words.teams {
		t := Team{Slug: slug, Name: titleWords(slug)}
		for n := range 2 + e.r.IntN(4) {
			who := fmt.Sprintf("%s-%s-%d", login, slug, n+1)
			e.account(who)
			t.Members = append(t.Members, who)
		}
		o.Teams = append(o.Teams, t)
	}
	e.w.Orgs = append(e.w.Orgs, o)
}

func (e *estate) account(login string) {
	if !e.taken["@"+login] {
		e.taken["@"+login] = true
		e.w.AddAccount(login)
	}
}

func (e *estate) repository(i int) {
	org := &e.w.Orgs[0]
	if e.chance(50) {
		org = &e.w.Orgs[e.r.IntN(len(e.w.Orgs))]
	}
	team := pick(e, org.Teams)
	domain, thing, kind := pick(e, e.words.domains), pick(e, e.words.things), pick(e, e.words.kinds)
	name := domain + "-" + thing
	if e.chance(40) {
		name += "-" + kind
	}
	if e.taken[org.Login+"/"+name] {
		name = fmt.Sprintf("%s-%d", name, i)
	}
	e.taken[org.Login+"/"+name] = true
	if len(e.roots) > 10 && e.chance(5) {
		e.fork(org, name)
		return
	}
	lang := pick(e, e.words.languages)
	r := &Repo{
		Owner: org.Login, Name: name, Language: lang.name, Stars: e.r.IntN(5) * e.r.IntN(20), Watchers: e.r.IntN(15),
		Description: fmt.Sprintf("%s for %s %s", titleWords(kind), domain, thing),
		Topics:      append(e.some(e.words.domains, 1+e.r.IntN(3)), strings.ToLower(lang.name)),
		Created:     Days(200 + e.r.IntN(2500)),
		Visibility:  e.visibility(), Archived: e.chance(6), NoForking: e.chance(2), Template: e.chance(1), Empty: i%200 == 199,
		Access: map[string]string{"@" + team.Slug: pick(e, []string{"admin", "maintain", "push"})},
	}
	e.w.Repos = append(e.w.Repos, r)
	if r.Empty {
		return
	}
	if e.chance(70) {
		r.License = pick(e, []string{"Apache-2.0", "MIT", "BSD-3-Clause", "MPL-2.0"})
	}
	e.files(r, org, team, lang, domain, thing)
	e.happenings(r, org, team, domain, thing)
	if r.Visibility != "private" && !r.NoForking {
		e.roots = append(e.roots, r)
	}
}

func (e *estate) visibility() string {
	switch x := e.r.IntN(100); {
	case x < 10:
		return "private"
	case x < 25:
		return "public"
	}
	return "internal"
}

// fork adds one in an organisation, some commits behind.
func (e *estate) fork(org *Org, name string) {
	up := pick(e, e.roots)
	e.w.Repos = append(e.w.Repos, &Repo{
		Owner: org.Login, Name: name, ForkOf: up.Owner + "/" + up.Name, Behind: e.r.IntN(2), Created: Days(1 + e.r.IntN(150)),
	})
}

// happenings are the history, issues, pull requests and releases. One in three
// repositories is busy, the others sleep.
func (e *estate) happenings(r *Repo, org *Org, team Team, domain, thing string) {
	busy := e.r.IntN(3) == 0 && !r.Archived
	youngest, span := 100+e.r.IntN(900), 300
	commits := 1 + e.r.IntN(4)
	if busy {
		youngest, span, commits = e.r.IntN(30), 120, 4+e.r.IntN(20)
	}
	// Not everything happens at midnight: the order of a list tells.
	moment := func(days int) Age { return Days(days) + Age(e.r.IntN(24*60))*Age(60e9) }
	for n := range commits {
		days := youngest + span*(commits-n)/commits
		r.History = append(r.History, Commit{By: pick(e, team.Members), Age: moment(days), Message: pick(e, e.words.changes) + " " + thing})
	}
	r.Created = max(r.Created, r.History[0].Age+Days(2))
	number := 0
	next := func() int { number++; return number }
	for range e.r.IntN(4) {
		e.issue(r, org, next(), domain, thing, moment(1+e.r.IntN(youngest+60)))
	}
	if busy {
		for range e.r.IntN(7) {
			e.pull(r, org, team, next(), thing, youngest+e.r.IntN(90))
		}
	}
	for n := range e.r.IntN(3) {
		r.Releases = append(r.Releases, Release{Tag: fmt.Sprintf("v1.%d.0", n), By: pick(e, team.Members), Age: Days(youngest + (3-n)*20)})
	}
}

func (e *estate) issue(r *Repo, org *Org, number int, domain, thing string, age Age) {
	x := Issue{
		Number: number, By: pick(e, pick(e, org.Teams).Members), Age: age,
		Title: fmt.Sprintf("%s %s of %s", titleWords(pick(e, e.words.verbs)), pick(e, e.words.parts), thing),
		Body:  fmt.Sprintf("When working with %s, %s. See the README.", domain, pick(e, e.words.sentences)),
	}
	switch e.r.IntN(4) {
	case 0:
		x.Labels = []string{"help wanted"}
	case 1:
		x.Labels = []string{"good first issue", "help wanted", "skill: " + strings.ToLower(r.Language)}
	case 2:
		closed := age / 2
		x.Closed = &closed
	}
	r.Issues = append(r.Issues, x)
}

func (e *estate) pull(r *Repo, org *Org, team Team, number int, thing string, days int) {
	x := Pull{Number: number, Title: pick(e, e.words.changes) + " " + thing, By: pick(e, pick(e, org.Teams).Members), Age: Days(days + 3), Draft: e.chance(5)}
	if e.chance(10) {
		x.By = "renovate-robot"
	}
	if e.chance(80) {
		x.Reviews = append(x.Reviews, Review{By: pick(e, team.Members), State: pick(e, []string{"APPROVED", "COMMENTED", "CHANGES_REQUESTED"}), Age: Days(days+2) + Age(e.r.IntN(600))*Age(60e9)})
	}
	if e.chance(40) {
		x.Comments = append(x.Comments, Comment{By: pick(e, team.Members), Body: "Thank you, " + pick(e, e.words.sentences) + ".", Age: Days(days + 1)})
	}
	end := Days(days)
	switch e.r.IntN(4) {
	case 0, 1:
		x.Merged, x.MergedBy, x.Draft = &end, pick(e, team.Members), false
	case 2:
		x.Closed = &end
	}
	r.Pulls = append(r.Pulls, x)
}
