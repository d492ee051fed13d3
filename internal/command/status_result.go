package command

import (
	"fmt"
	"time"

	"github.com/isrc-dev/isrc/internal/contribute"
	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/guideline"
	"github.com/isrc-dev/isrc/internal/insight"
	"github.com/isrc-dev/isrc/internal/manifest"
	"github.com/isrc-dev/isrc/internal/workflow"
)

// standing is one contribution as status shows it.
type standing struct {
	Repository    repository     `json:"repository"`
	Number        *int           `json:"number"`
	Title         string         `json:"title"`
	URL           *string        `json:"url"`
	State         string         `json:"state"`
	Step          *string        `json:"step"` // where an unfinished run stands
	WaitsFor      string         `json:"waitsFor"`
	WaitsForNames []string       `json:"waitsForNames"`
	Since         *string        `json:"sinceAt"`
	Why           string         `json:"why"`
	Next          *string        `json:"next"`
	Branch        *string        `json:"branch"`
	Base          *string        `json:"base"`
	Directory     *string        `json:"directory"`
	Run           *string        `json:"run"`
	Here          bool           `json:"here"`
	Author        *string        `json:"author"`
	Team          *string        `json:"team"`    // of the author, where it is known
	Outside       *bool          `json:"outside"` // the author is in another team than the owners
	Account       *string        `json:"account"` // of yours that it is seen by, null for the usual one
	Created       *string        `json:"createdAt"`
	Roles         []string       `json:"roles"` // why it waits for you as owner or reviewer
	BehindBy      *int           `json:"behindBy"`
	Conflicts     *bool          `json:"conflicts"`
	ConflictFiles []string       `json:"conflictFiles"`
	Reviews       []reviewState  `json:"reviews"`
	Threads       *[]threadState `json:"threads"` // about lines, that are open, the oldest first; null where the forge does not say
	Remarks       *remarkState   `json:"remarks"` // comments on lines, where threads is null; null when there are none
	Checks        []checkState   `json:"checks"`
	Held          []string       `json:"held"`  // workflows that wait for an owner's approval to run
	Queue         *queueSpot     `json:"queue"` // in the merge queue, else null
	Promises      []promiseState `json:"promises"`
	Blocking      *[]string      `json:"blocking"` // rules that are broken and must hold, null where it was not judged
	Error         *itemError     `json:"error"`

	err  error
	more bool // there may be more threads
}

// waitsUnknown is said of what could not be looked up.
const waitsUnknown = "unknown"

// reviewState is a reviewer's last verdict, or a request for one.
type reviewState struct {
	Reviewer string  `json:"reviewer"`
	State    string  `json:"state"` // approved, changes-asked, answered, asked or dismissed
	Since    *string `json:"sinceAt"`
	Text     *string `json:"text"` // the first line of it
}

// queueSpot is a place in a merge queue.
type queueSpot struct {
	Position *int    `json:"position"` // 1 is next
	State    *string `json:"state"`
	Since    *string `json:"sinceAt"`
}

type checkState struct {
	Name       string      `json:"name"`
	State      string      `json:"state"`
	Conclusion *string     `json:"conclusion"` // the forge's own word for how it ended
	Summary    *string     `json:"summary"`
	URL        *string     `json:"url"`
	Lines      []checkLine `json:"lines"`     // that fail, as far as they were read
	LinesFrom  *string     `json:"linesFrom"` // annotations or log

	job int64
}

type checkLine struct {
	Path *string `json:"path"`
	Line *int    `json:"line"`
	Text string  `json:"text"`
}

// promiseState is what the owners promise, and whether they kept it.
type promiseState struct {
	Kind  string  `json:"kind"` // first-response or decision
	Span  string  `json:"span"` // as a manifest writes it: 2bd
	Until *string `json:"untilAt"`
	State string  `json:"state"` // kept, due or broken
	Said  *quote  `json:"said"`  // where they promise it
}

// standingOf is a pull request seen from its author's side.
func (a *app) standingOf(f forge.Followed, run *workflow.State, here string) standing {
	number := f.Number
	r := standing{
		Repository: a.named(f.Repo), Number: &number, Title: f.Title, URL: orNull(f.URL), State: "unknown", WaitsFor: waitsUnknown,
		Branch: orNull(f.Head.Branch), Base: orNull(f.Base.Branch), Author: orNull(f.Author.Login), Created: moment(f.CreatedAt),
	}
	if run != nil {
		r.Branch, r.Directory, r.Run, r.Here = orNull(run.Branch), orNull(run.Clone), orNull(run.Run), run.Run == here
	}
	if f.Err != nil {
		r.Why, r.Error, r.err = "could not be looked up: "+f.Err.Error(), a.itemError(f.Err), f.Err
		return r
	}
	stand := insight.Stand(f)
	r.State, r.WaitsFor, r.WaitsForNames, r.Since, r.Why = stand.State, stand.Who, stand.Names, moment(stand.Since), stand.Why
	if f.State != forge.PullOpen {
		r.Next = nextEnded(&r)
		return r
	}
	if f.Mergeable != nil {
		conflicts := !*f.Mergeable
		r.Conflicts = &conflicts
	}
	r.Reviews, r.Checks, r.Held = reviewsOf(f), checksOf(f.Checks), f.Held
	r.Threads, r.more, r.Remarks = threadsOf(f.Threads), f.Threads.More, remarksOf(&f)
	if q := f.Queue; q != nil {
		r.Queue = &queueSpot{State: orNull(q.State), Since: moment(q.Since)}
		if q.Position > 0 {
			r.Queue.Position = &q.Position
		}
	}
	r.Promises = promisesOf(f, a.inv.Now())
	r.Next = orNull(nextOf(&r))
	if run != nil && contribute.SyncHalts(run.Clone, run.Branch) {
		r.Next = orNull("cd " + shellWord(run.Clone) + " && " + syncGoesOn)
	}
	return r
}

func reviewsOf(f forge.Followed) []reviewState {
	var out []reviewState
	seen := map[string]bool{}
	for _, x := range insight.ChangesAsked(f) {
		state := "changes-asked"
		if x.Again || x.Answered {
			state = "answered"
		}
		seen[x.By] = true
		out = append(out, reviewState{Reviewer: x.By, State: state, Since: moment(x.At), Text: orNull(x.Text)})
	}
	for i := len(f.Reviews) - 1; i >= 0; i-- {
		v := f.Reviews[i]
		if (v.State == "approved" || v.State == "dismissed") && !seen[v.Author.Login] && v.Author.Login != f.Author.Login {
			seen[v.Author.Login] = true
			out = append(out, reviewState{Reviewer: v.Author.Login, State: v.State, Since: moment(v.At), Text: orNull(insight.FirstLine(v.Body))})
		}
	}
	for _, who := range f.Reviewers {
		if !seen[who] {
			seen[who] = true
			out = append(out, reviewState{Reviewer: who, State: "asked"})
		}
	}
	return out
}

func checksOf(all []forge.Check) []checkState {
	var out []checkState
	for _, k := range all {
		c := checkState{Name: k.Name, State: k.State, Conclusion: orNull(k.Conclusion), Summary: orNull(k.Summary), URL: orNull(k.URL), job: k.Job}
		if k.State == "failure" {
			c.lines(k.Lines, "annotations")
		}
		out = append(out, c)
	}
	return out
}

// lines keeps where a check fails.
func (c *checkState) lines(all []forge.CheckLine, from string) {
	for _, l := range all {
		line := checkLine{Path: orNull(l.Path), Text: l.Text}
		if l.Path != "" && l.Line > 0 {
			line.Line = &l.Line
		}
		c.Lines, c.LinesFrom = append(c.Lines, line), &from
	}
}

func (l checkLine) String() string {
	switch {
	case l.Path == nil:
		return l.Text
	case l.Line == nil:
		return *l.Path + ": " + l.Text
	}
	return fmt.Sprintf("%s:%d: %s", *l.Path, *l.Line, l.Text)
}

// promisesOf reads what the owners promise: in their manifest, else in what they
// say to contributors.
func promisesOf(f forge.Followed, now time.Time) []promiseState {
	slo, said := manifest.SLO{}, map[string]*quote{}
	if f.Home.Manifest != "" {
		m, _ := manifest.Parse([]byte(f.Home.Manifest))
		if m != nil && m.Isrc != nil { // what cannot be read promises nothing; isrc manifest check says why
			slo = m.Isrc.SLO
			said["first-response"] = &quote{Path: manifest.FileName, Line: m.Line("isrc.slo.firstResponse"), Text: slo.FirstResponse, Kind: guideline.KindManifest}
			said["decision"] = &quote{Path: manifest.FileName, Line: m.Line("isrc.slo.decision"), Text: slo.Decision, Kind: guideline.KindManifest}
		}
	}
	if slo == (manifest.SLO{}) && guideline.MayPromise(f.Home.Contributing) {
		d := guideline.ParseDocument(&guideline.Source{Kind: guideline.KindProse, Path: f.Home.ContributingPath}, guideline.DocContributing, []byte(f.Home.Contributing))
		p := guideline.PromiseIn(&d)
		slo = manifest.SLO{FirstResponse: p.FirstResponse, Decision: p.Decision}
		said["first-response"], said["decision"] = quoteOf(p.FirstResponseSaid), quoteOf(p.DecisionSaid)
	}
	var out []promiseState
	for _, p := range insight.Promises(slo, f, now) {
		out = append(out, promiseState{Kind: p.Kind, Span: p.Span, Until: moment(p.Due), State: p.State, Said: said[p.Kind]})
	}
	return out
}

// nextOf is the command, or else the page, with which the author goes on.
func nextOf(r *standing) string {
	page := textOf(r.URL)
	if r.WaitsFor != insight.WaitsForYou {
		return page
	}
	next := map[string]string{
		"changes-asked": "isrc submit", "answered": "isrc submit", "checks-failing": "isrc submit", "conflicts": "isrc sync", "behind": "isrc sync",
	}[r.State]
	if next == "isrc submit" && r.Conflicts != nil && *r.Conflicts {
		next = "isrc sync && isrc submit"
	}
	switch {
	case next == "" && r.Threads != nil && len(*r.Threads) > 0:
		return (*r.Threads)[0].URL
	case next == "", r.Directory == nil:
		return page
	case !r.Here:
		next = "cd " + shellWord(*r.Directory) + " && " + next
	}
	return next
}

// nextEnded is what to do after a pull request was merged or declined, as long
// as its branch is there.
func nextEnded(r *standing) *string {
	if left := untidied([]standing{*r}); left != "" {
		left = "isrc finish " + left
		return &left
	}
	return nil
}
