package rule

import (
	"crypto/sha1" //nolint:gosec // the form of Gerrit's identifiers, no secret
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/isrc-dev/isrc/internal/guideline"
	"github.com/isrc-dev/isrc/internal/lazy"
)

// TrailerParams says which trailer is asked for.
type TrailerParams struct {
	Key string `json:"key,omitempty"` // such as Change-Id
	// Begins is what commitlint compares with the beginning of the trailers that
	// git interpret-trailers prints; "" looks for Key in the last paragraph.
	Begins string `json:"begins,omitempty"`
	Never  bool   `json:"never,omitempty"`
	// URL: the trailer need not be there, but where it is it names a whole URL.
	URL bool `json:"url,omitempty"`
	All bool `json:"all,omitempty"` // messages, too, that commitlint leaves alone
}

const trailersDoc = `Commit messages end in the trailers that the project asks for, such as Change-Id or Refs. What a trailer is follows git: lines "Key: value" in the last paragraph, which is not the title; other lines may stand between them only if git itself wrote one of the trailers (Signed-off-by, "cherry picked from commit") and at least a quarter are trailers; lines that begin with a blank continue the one above.

| who asks | what passes |
|---|---|
| commitlint trailer-exists | git interpret-trailers prints a trailer that begins with the text; it stops at a line "---" |
| prose that names a trailer for every commit | the last paragraph has it |
| prose that wants a whole URL in a trailer | where the trailer is, its value is a URL |

Accepted where "Refs:" is asked for:

    Reject tokens without expiry

    They would be valid for ever.

    Refs: https://forge.example/acme/lib/issues/12

Rejected: the same line followed by another paragraph. Sign-offs and the disclosure of AI are rules of their own; a trailer that states something personal (Reviewed-by, Tested-by) is never added by isrc, a Change-Id is.`

func trailers() *Rule {
	return &Rule{ID: "trailers", Doc: trailersDoc, Derive: deriveTrailers, Check: checkTrailers, merge: mergeTrailers}
}

func deriveTrailers(set *Reading) []Requirement {
	var out []Requirement
	if c := set.Config(guideline.ToolCommitlint); c != nil {
		out = append(out, commitlintTrailer(set, c)...)
	}
	return append(out, proseTrailers(set)...)
}

func commitlintTrailer(set *Reading, c *guideline.Config) []Requirement {
	r, why := readLintRule("trailer-exists", c.Root.At("rules", "trailer-exists"))
	if why != "" || r.Level <= 0 || r.Text == "" || !r.Never && strings.HasPrefix(strings.ToLower(r.Text), "signed-off-by") {
		return nil
	}
	key, _, _ := strings.Cut(r.Text, ":")
	p := TrailerParams{Key: key, Begins: r.Text, Never: r.Never, All: !c.Root.At("defaultIgnores").Bool(true)}
	reqs := fromTool(set, c, r.Line, "trailer-exists "+r.Text, p.text(), p, p.obeyed)
	for i := range reqs {
		if r.Level == 1 {
			reqs[i].Strength, reqs[i].Enforcer.Blocking = Should, false
		}
	}
	return reqs
}

type trailerPatterns struct{ span, every, unless, url *regexp.Regexp }

var trailerPattern = lazy.Value(func() *trailerPatterns {
	re := regexp.MustCompile
	return &trailerPatterns{
		span:   re(`^([A-Z][A-Za-z]*(?:-[A-Za-z]+)*)(:| *:.*)?$`),
		every:  re(`(?i)\b(every|each|all)\b.{0,40}\b(commits?|messages?|patch(es)?)\b|\bcommit messages? (must|should|needs?|have to|has to)\b`),
		unless: re(`(?i)\b(if|when|where|unless|in case|optional\w*|may|can|for example|e\.g\.)\b`),
		url:    re(`(?i)\b(full|whole|complete)\b( \w+)? (url|link)s?\b`),
	}
})

// personal are the trailers that state what somebody did, and those that other
// rules ask for.
func personal(key string) bool {
	return strings.HasSuffix(strings.ToLower(key), "-by") || strings.EqualFold(key, "BREAKING-CHANGE")
}

// proseTrailers reads sentences that name a trailer in a code span: one that
// every commit has to have, or one whose value has a form.
func proseTrailers(set *Reading) []Requirement {
	p := trailerPattern()
	var out []Requirement
	for _, s := range said(set, func(s guideline.Sentence) bool { return len(s.Spans) > 0 }) {
		for _, span := range s.Spans[:min(len(s.Spans), maxQuotes)] {
			m := p.span.FindStringSubmatch(strings.TrimSpace(span))
			if m == nil || personal(m[1]) || m[2] == "" && !strings.Contains(m[1], "-") {
				continue
			}
			params := TrailerParams{Key: m[1]}
			switch {
			case p.url.MatchString(s.Text) && m[2] != "":
				params.URL = true
			case !p.every.MatchString(s.Text) || p.unless.MatchString(s.Text) || s.Modality == guideline.Optional:
				continue
			}
			obeyed := params.obeyed
			if params.URL {
				obeyed = nil // who has none has it right, and shows nothing
			}
			out = append(out, fromProse(set, []guideline.Sentence{s}, params.text(), params, obeyed))
		}
	}
	return out
}

// mergeTrailers makes one requirement of those for one trailer; who enforces it
// says how it is found.
func mergeTrailers(reqs []Requirement) []Requirement {
	var out []Requirement
next:
	for _, req := range mergeEqual(reqs) {
		p := req.Params.(TrailerParams)
		for i := range out {
			have := out[i].Params.(TrailerParams)
			if req.rank == rankProse && strings.EqualFold(have.Key, p.Key) && have.Never == p.Never && have.URL == p.URL {
				out[i].join(req)
				continue next
			}
		}
		out = append(out, req)
	}
	return out
}

func (p TrailerParams) text() string {
	switch {
	case p.Never:
		return "no trailer " + p.Key + " in any commit"
	case p.URL:
		return "a whole URL in the trailer " + p.Key
	}
	return "the trailer " + p.Key + " on every commit"
}

func (p TrailerParams) obeyed(message string) bool {
	return p.breaks(&Commit{Message: message}) == ""
}

// breaks says why a commit does not follow it, "" when it does.
func (p TrailerParams) breaks(c *Commit) string {
	switch {
	case p.Begins != "":
		if lintIgnored(c.Message) && !p.All {
			return ""
		}
		has := slices.ContainsFunc(parsedTrailers(c.Message), func(t Trailer) bool { return strings.HasPrefix(t.Key+": "+t.Value, p.Begins) })
		if p.Never {
			return unless(!has, "it has the trailer "+p.Key)
		}
		return unless(has, p.missing(c))
	case c.Parents > 1:
		return ""
	}
	values := ParseMessage(c.Message).Trailer(p.Key)
	if !p.URL {
		return unless(len(values) > 0, p.missing(c))
	}
	for _, v := range values {
		if !strings.HasPrefix(v, "https://") && !strings.HasPrefix(v, "http://") {
			return fmt.Sprintf("%s: %s is no URL", p.Key, v)
		}
	}
	return ""
}

// missing says that the trailer is not there, or that it stands where git does
// not look.
func (p TrailerParams) missing(c *Commit) string {
	for _, line := range messageLines(c.Message) {
		if rest, ok := cutFold(line, p.Key); ok && strings.HasPrefix(rest, ":") {
			return "its " + p.Key + " is not in the last paragraph, or not written as asked"
		}
	}
	return "it has no trailer " + p.Key
}

func checkTrailers(req Requirement, change *Change) []Finding {
	p := req.Params.(TrailerParams)
	if len(change.Commits) == 0 {
		return []Finding{{Verdict: Later, Message: "there are no commits yet"}}
	}
	var at []Place
	var failing []*Commit
	reason := ""
	for i := range change.Commits {
		c := &change.Commits[i]
		why := p.breaks(c)
		if why == "" {
			continue
		}
		if reason == "" {
			reason = why
		}
		failing = append(failing, c)
		at = append(at, Place{Commit: c.SHA, What: ParseMessage(c.Message).Header + ": " + why})
	}
	if len(at) == 0 {
		return []Finding{{Verdict: Met, Message: "every commit follows it"}}
	}
	return []Finding{{
		Verdict: Broken, At: at, Message: fmt.Sprintf("%s (%d of %s)", reason, len(at), plural(len(change.Commits), "commit", "commits")),
		Fix: fixTrailers(p, failing, change),
	}}
}

// fixTrailers adds what can be added without stating something for somebody: an
// identifier, or the issue that the change was begun for.
func fixTrailers(p TrailerParams, failing []*Commit, change *Change) *Fix {
	if p.Never || p.URL {
		return nil
	}
	fix := &Fix{Kind: FixRewriteMessages, Safe: strings.EqualFold(p.Key, "Change-Id")}
	var edits RewriteMessages
	for _, c := range failing {
		line := p.line(c, change)
		if line == "" {
			return nil
		}
		edit := MessageEdit{Commit: c.SHA, Trailers: []string{line}}
		mended := *c
		mended.Message = edit.Apply(c.Message)
		if p.breaks(&mended) != "" {
			return nil
		}
		switch {
		case !c.Own:
			fix.Refused = "some of the commits are not yours"
		case c.Pushed:
			fix.Refused = "the commits are pushed already: others may have them"
		case c.Parents > 1:
			fix.Refused = "merge commits are not rewritten"
		}
		edits.Edits = append(edits.Edits, edit)
	}
	fix.Verb = fmt.Sprintf("add %s to %s", p.Key, plural(len(edits.Edits), "commit", "commits"))
	fix.Params = edits
	return fix
}

// line is the trailer that a commit lacks, "" when only a person can write it.
func (p TrailerParams) line(c *Commit, change *Change) string {
	switch strings.ToLower(p.Key) {
	case "change-id":
		id := sha1.Sum([]byte(c.SHA + "\x00" + c.Author.Email + "\x00" + c.Message)) //nolint:gosec // as above
		return fmt.Sprintf("Change-Id: I%x", id)
	case "refs", "ref", "issue", "issues", "related", "related-to", "relates-to":
		if change.Issue > 0 {
			return fmt.Sprintf("%s: #%d", p.Key, change.Issue)
		}
	}
	return ""
}
