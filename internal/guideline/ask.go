package guideline

import (
	"regexp"
	"strings"

	"github.com/isrc-dev/isrc/internal/lazy"
	"github.com/isrc-dev/isrc/internal/manifest"
)

// How a project takes contributions.
const (
	TakesPullRequests = "pull-requests"
	TakesIssuesOnly   = "issues-only"
	TakesIssueFirst   = "issue-first"
	TakesElsewhere    = "elsewhere" // by another way than this forge's pull requests
	TakesUnknown      = "unknown"
)

type askPatterns struct{ refuses, elsewhere, issuesOnly, issueFirst, welcomes, channel, chat, list, other, pulls *regexp.Regexp }

var askPattern = lazy.Value(func() *askPatterns {
	re := func(s string) *regexp.Regexp { return regexp.MustCompile(`(?i)` + s) }
	return &askPatterns{
		refuses: re(`\b(do not|don['’]t|does not|doesn['’]t|cannot|can['’]t|not) (currently |yet )?(accept|take|merge|open to)\w* (any |external |outside )?(code )?(pull requests?|contributions?|PRs?|patches)\b`),
		elsewhere: re(`\b(pull requests?|PRs|merge requests?|patches)\b( \w+){0,3} (through|via|on|at|in|against) (github|gitlab|bitbucket|this mirror|here)\b.{0,20}\b(are|get|will be|will not be|won['’]t be) (\w+ )?(ignored|closed|rejected|declined|deleted|accepted|reviewed|monitored|considered|processed|merged|looked at)\b` +
			`|\b(do not|don['’]t|never) (open|send|submit|file|create|make|use) (any )?(pull requests?|PRs|merge requests?) (here|on (github|gitlab|bitbucket|this mirror)|(to|against|in) this (repo|repository|mirror|project))\b` +
			`|\b(repo|repository|github|project|this) is (just |only |merely )?an? (official )?read[- ]only (\w+ )?mirror\b`),
		issuesOnly: re(`(^\W*|\b(accept|take|welcome|handle|want|through|via|as|by)s? (\w+ ){0,2})(issues|bug reports)( and \w+)? only\b|\bonly (accept|take)s? (issues|bug reports)`),
		issueFirst: re(`\b(open|create|file|raise|start with|submit) (an|a|the) (new |github )?(issue|ticket|bug)s?\b.{0,60}\b(first|before)\b|\bfile (bugs|issues) first\b|\bbefore (you )?(open|start|submit|send|work|writ|begin|creat)\w*.{0,80}\b(issue|ticket)\b|\b(issue|ticket)s? first\b`),
		welcomes:   re(`\b(open|send|submit|create|make|raise) (us )?(a|your|the) (pull request|PR|merge request|patch)\b|\b(pull requests?|PRs?|contributions?|patches) (are|is) (very |always |most )?welcome\b|\bwe (welcome|love|accept|take|appreciate) .{0,30}\b(contributions?|pull requests?|PRs?)\b`),
		channel:    re("(?:^|[\\s(`])(#[a-z][a-z0-9_-]{2,})\\b"),
		chat:       re(`\b(slack|channel|chat|ask|help|discord|teams|zulip|irc|matrix|mattermost|questions?|support)\b`),
		other:      re(`\b(abuse|security|vulnerabilit\w+|conduct|legal|press|sales)\b`),
		pulls:      re(`\b(pull requests?|PRs?|merge requests?|patch(es)?)\b`),
		list:       re(`\b(mailing list|list|e-?mail|questions?|support|contact)\b.*?\b([a-z0-9._+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+)\b`),
	}
})

// Owner is the team that answers for the repository, and where that was read:
// manifest, catalog-info.yaml, else the CODEOWNERS line for everything.
func (s *Set) Owner() (owner string, said Quote, ok bool) {
	if m := s.Manifest; m != nil && m.Isrc != nil && m.Isrc.Owner != "" {
		return m.Isrc.Owner, s.manifestQuote("isrc.owner", m.Isrc.Owner), true
	}
	if c := s.Config(ToolCatalog); c != nil {
		if v := c.Root.At("spec", "owner"); v.Kind == KindString && v.Text != "" {
			return v.Text, c.Quote(v.Line, "owner: "+v.Text), true
		}
	}
	if r, ok := s.Owners.Everything(); ok {
		return strings.Join(r.Owners, " "), s.Owners.Quote(r), true
	}
	return "", Quote{}, false
}

//go:noinline
func (s *Set) manifestQuote(key, text string) Quote {
	line := s.Manifest.Line(key)
	return Quote{Source: s.ManifestSource, Line: line, EndLine: line, Text: text}
}

// Channel is where to ask: the manifest's support channel, else a channel or a
// mailing list that a sentence of SUPPORT, CONTRIBUTING or README names.
func (s *Set) Channel() (channel string, said Quote, ok bool) {
	if m := s.Manifest; m != nil && m.Isrc != nil && m.Isrc.Support.Channel != "" {
		return m.Isrc.Support.Channel, s.manifestQuote("isrc.support.channel", m.Isrc.Support.Channel), true
	}
	p := askPattern()
	for _, kind := range []string{DocSupport, DocContributing, DocReadme, DocLinked} {
		for i := range s.Documents {
			if s.Documents[i].Kind != kind {
				continue
			}
			for _, sentence := range sentencesWith(&s.Documents[i], true, mayName, p.names) {
				if m := p.channel.FindStringSubmatch(sentence.Text); m != nil && p.chat.MatchString(sentence.Text+strings.Join(sentence.Headings, " ")) {
					return m[1], sentence.Quote(), true
				}
				if m := p.list.FindStringSubmatch(sentence.Text); m != nil && !p.other.MatchString(sentence.Text) {
					return m[2], sentence.Quote(), true
				}
			}
		}
	}
	return "", Quote{}, false
}

// TakesContributions says how contributions are taken, and who says so: the
// manifest, else the sentence of prose that is most restrictive.
func (s *Set) TakesContributions() (mode string, said Quote) {
	if mode, said, ok := s.declaredMode(); ok {
		return mode, said
	}
	p := askPattern()
	mode = TakesUnknown
	var weak Quote
	for i := range s.Documents {
		d := &s.Documents[i]
		if d.Kind == DocSupport {
			continue
		}
		may := maySayTake
		if d.Kind == DocContributing {
			may = mayTake
		}
		for _, sentence := range sentencesWith(d, d.Kind == DocReadme, may, p.takes) {
			switch {
			case (p.refuses.MatchString(sentence.Text) || p.issuesOnly.MatchString(sentence.Text)) && !conditional(sentence.Text):
				return TakesIssuesOnly, sentence.Quote()
			case p.turnsAway(sentence.Text):
				return TakesElsewhere, sentence.Quote()
			case sentence.Negated:
			case mode != TakesIssueFirst && p.issueFirst.MatchString(sentence.Text) && sentence.Modality != Optional && !aboutBugs(sentence):
				mode, said = TakesIssueFirst, sentence.Quote()
			case mode == TakesUnknown && p.welcomes.MatchString(sentence.Text):
				mode, said = TakesPullRequests, sentence.Quote()
			case weak.Source == nil && d.Kind == DocContributing && p.pulls.MatchString(sentence.Text):
				weak = sentence.Quote()
			}
		}
	}
	if mode == TakesUnknown && weak.Source != nil {
		mode, said = TakesPullRequests, weak // who says how pull requests are made takes them
	}
	if _, review, ok := s.Gerrit(); ok && !namesPulls(said.Text) {
		return TakesElsewhere, review
	}
	return mode, said
}

// names and takes tell whether a sentence has any of the patterns for what is
// asked: few have one.
func (p *askPatterns) names(text string) bool {
	return mayName(text) && (p.channel.MatchString(text) || p.list.MatchString(text))
}

func (p *askPatterns) takes(text string) bool {
	return mayTake(text) && (p.elsewhere.MatchString(text) || p.refuses.MatchString(text) || p.issuesOnly.MatchString(text) || p.issueFirst.MatchString(text) ||
		p.welcomes.MatchString(text) || p.pulls.MatchString(text))
}

// turnsAway tells whether a sentence says that pull requests lead to nothing
// here, as a mirror of a project that is reviewed in Gerrit does. "Pull requests
// on GitHub are reviewed weekly" is the contrary.
func (p *askPatterns) turnsAway(text string) bool {
	m := p.elsewhere.FindString(text)
	if m == "" || conditional(text) || hasAny(strings.ToLower(text), " after ", " when ", "stale", "inactiv") {
		return false
	}
	return hasAny(strings.ToLower(m), "not", "n't", "n’t", "never", "mirror", "ignored", "closed", "rejected", "declined", "deleted")
}

// mayName tells whether a text may name a channel or a mailing list.
func mayName(text string) bool { return strings.ContainsAny(text, "#@") }

// mayTake tells whether a text of CONTRIBUTING may say how contributions are
// taken: each of the patterns for it needs some of these words.
func mayTake(text string) bool {
	lower := strings.ToLower(text)
	return speaksOfChanges(lower) || speaksOfIssues(lower) || strings.Contains(lower, "mirror")
}

// maySayTake is mayTake where it has to be said in so many words.
func maySayTake(text string) bool {
	lower := strings.ToLower(text)
	return speaksOfChanges(lower) && hasAny(lower, "accept", "take", "welcom", "love", "appreciate", "open", "send", "submit", "create", "make", "raise", "merge", "ignore", "mirror") ||
		strings.Contains(lower, "read-only mirror") || strings.Contains(lower, "read only mirror") || speaksOfIssues(lower)
}

func speaksOfChanges(lower string) bool {
	return hasAny(lower, "request", "contribution", "patch") || hasPR(lower)
}

func speaksOfIssues(lower string) bool {
	return hasAny(lower, "issue", "ticket", "bug") && hasAny(lower, "first", "before", "only")
}

func hasAny(text string, words ...string) bool {
	for _, w := range words {
		if strings.Contains(text, w) {
			return true
		}
	}
	return false
}

// hasPR looks for "PR" and "PRs" as words.
func hasPR(lower string) bool {
	for at := 0; ; {
		n := strings.Index(lower[at:], "pr")
		if n < 0 {
			return false
		}
		from := at + n
		at = from + 2
		if at < len(lower) && lower[at] == 's' {
			at++
		}
		if (from == 0 || !inWord(lower[from-1])) && (at == len(lower) || !inWord(lower[at])) {
			return true
		}
	}
}

// inWord tells what \b of a pattern takes for a part of a word in lower case.
func inWord(b byte) bool { return 'a' <= b && b <= 'z' || '0' <= b && b <= '9' || b == '_' }

// conditional: "we do not accept pull requests without tests" refuses nobody.
func conditional(text string) bool {
	lower := strings.ToLower(text)
	for _, word := range []string{" without ", " that ", " which ", " if ", " unless ", " for ", " until ", " to the ", " from bots"} {
		if strings.Contains(lower, word) {
			return true
		}
	}
	return false
}

// aboutBugs: sections on reporting bugs speak of issues all the time.
func aboutBugs(s Sentence) bool {
	for _, h := range s.Headings {
		h = strings.ToLower(h)
		if strings.Contains(h, "report") || strings.Contains(h, "bug") {
			return true
		}
	}
	return strings.Contains(strings.ToLower(s.Text), "search")
}

func (s *Set) declaredMode() (string, Quote, bool) {
	if s.Manifest == nil || s.Manifest.Isrc == nil {
		return "", Quote{}, false
	}
	x := s.Manifest.Isrc
	switch {
	case x.Contribute.Mode == "issues-only":
		return TakesIssuesOnly, s.manifestQuote("isrc.contribute.mode", "mode: issues-only"), true
	case x.Governance == manifest.GovernanceIssuesOnly:
		return TakesIssuesOnly, s.manifestQuote("isrc.governance", "governance: 1 (issues only)"), true
	case x.Contribute.IssueRequired:
		return TakesIssueFirst, s.manifestQuote("isrc.contribute.issueRequired", "issueRequired: true"), true
	case x.Governance >= manifest.GovernanceContributions:
		return TakesPullRequests, s.manifestQuote("isrc.governance", "governance: contributions are welcome"), true
	case x.Contribute.Mode != "":
		return TakesPullRequests, s.manifestQuote("isrc.contribute.mode", "mode: "+x.Contribute.Mode), true
	}
	return "", Quote{}, false
}

// The ways in which owners want changes to come.
const (
	WayFork   = "fork"
	WayBranch = "branch"
)

// Way is how the manifest wants changes to come: by forks, by branches, or ""
// where nobody says so.
func (s *Set) Way() (string, Quote) {
	if s.Manifest == nil || s.Manifest.Isrc == nil {
		return "", Quote{}
	}
	mode := s.Manifest.Isrc.Contribute.Mode
	if mode != WayFork && mode != WayBranch {
		return "", Quote{}
	}
	return mode, s.manifestQuote("isrc.contribute.mode", "mode: "+mode)
}
