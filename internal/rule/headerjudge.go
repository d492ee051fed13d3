package rule

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/isrc-dev/isrc/internal/guideline"
	"github.com/isrc-dev/isrc/internal/order"
)

// problem is what one message does against one rule.
type problem struct{ Rule, Why string }

// place orders problems: whoever reads one line of a commit reads its header,
// so what is wrong there comes first, and body and footer come last.
func (p problem) place() int {
	switch part, _, _ := strings.Cut(p.Rule, "-"); part {
	case "body", "footer":
		return 2
	case "message", "references":
		return 1
	}
	return 0
}

func byPlace(a, b problem) int { return cmp.Compare(a.place(), b.place()) }

// compile makes all patterns once for many messages.
func (p HeaderParams) compile() HeaderParams {
	p.Grammar = p.Grammar.compile()
	p.Except = compiled(p.Except)
	p.Rules = slices.Clone(p.Rules)
	for i, r := range p.Rules {
		if strings.HasSuffix(r.Name, "-pattern") {
			if test, err := r.pattern(); err == nil {
				p.Rules[i].test = test
			}
		}
	}
	return p
}

// problems answers what breaks the rules in a message, the header first.
func (p HeaderParams) problems(message string) []problem {
	p, message = p.seen(message)
	if p.leaves(message) || strings.TrimSpace(message) == "" && !p.refusesEmpty() {
		return nil
	}
	var out []problem
	m := newLintMessage(p.Grammar, message)
	for _, r := range p.Rules {
		if why, _ := lint(r, m); why != "" && !slices.Contains(out, problem{r.Name, why}) {
			out = append(out, problem{r.Name, why})
		}
	}
	order.StableBy(out, byPlace)
	return out
}

// refusesEmpty tells whether the tool judges a message without any text like
// all others. commitlint and commit-check let it pass, and prose does not speak
// of it.
func (p HeaderParams) refusesEmpty() bool {
	switch p.Tool {
	case guideline.ToolGitlint, guideline.ToolConform, guideline.ToolCommitted, guideline.ToolCommitizen, guideline.ToolCocogitto, toolPreCommitForm:
		return true
	}
	return false
}

// lint answers in words what breaks the rules in a message.
func (p HeaderParams) lint(message string) []string { return reasons(p.problems(message)) }

//go:noinline
func reasons(problems []problem) []string {
	var out []string
	for _, p := range problems {
		out = append(out, p.Why)
	}
	return out
}

// badMessage is a commit whose message breaks rules.
type badMessage struct {
	commit   *Commit
	problems []problem
}

// checkForm judges every commit's message by one requirement.
func checkForm(req Requirement, change *Change) []Finding {
	params := req.Params.(HeaderParams).compile()
	judged := 0
	var bad []badMessage
	commits := params.reach(change.Commits)
	for i := range commits {
		c := &commits[i]
		if c.Parents > 1 {
			continue
		}
		judged++
		if found := params.problems(c.Message); len(found) > 0 {
			bad = append(bad, badMessage{c, found})
		}
	}
	switch {
	case len(bad) > 0:
		return []Finding{{Verdict: Broken, Message: brokenMessages(bad, judged), Fix: fixForm(params, bad, change), At: messagePlaces(bad)}}
	case judged == 0:
		return []Finding{{Verdict: Later, Message: "there are no commits yet"}}
	case len(params.Unread) > 0:
		return []Finding{{Verdict: Unknown, Message: strings.Join(params.Unread, "; ")}}
	}
	return []Finding{{Verdict: Met, Message: "every commit message follows it"}}
}

// brokenMessages says each kind of problem once, in the words of its first
// commit, and how many commits have it. Kinds of the same commits share that.
func brokenMessages(bad []badMessage, judged int) string {
	var kinds []problem
	has := map[string][]int{} // rule → indices of bad
	for i, b := range bad {
		for _, p := range b.problems {
			if has[p.Rule] == nil {
				kinds = append(kinds, p)
			}
			has[p.Rule] = append(has[p.Rule], i)
		}
	}
	order.StableBy(kinds, byPlace)
	said := reasons(kinds)
	for i, k := range kinds {
		if i+1 < len(kinds) && slices.Equal(has[k.Rule], has[kinds[i+1].Rule]) {
			continue
		}
		said[i] += fmt.Sprintf(" (%d of %s)", len(has[k.Rule]), plural(judged, "commit", "commits"))
	}
	return strings.Join(said, "; ")
}

// messagePlaces are the commits, those with a bad header first: a screen may
// show only some of them.
func messagePlaces(bad []badMessage) []Place {
	bad = slices.Clone(bad)
	order.StableBy(bad, func(a, b badMessage) int { return byPlace(a.problems[0], b.problems[0]) })
	var out []Place
	for _, b := range bad {
		what := ParseMessage(b.commit.Message).Header + ": " + strings.Join(reasons(b.problems), "; ")
		out = append(out, Place{Commit: b.commit.SHA, What: what})
	}
	return out
}
