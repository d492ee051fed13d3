package catalog

import (
	"regexp"

	"github.com/isrc-dev/isrc/internal/manifest"
)

// judgeReadme judges what README says.
func (x *reading) judgeReadme(v map[string]verdict) {
	if x.readme == nil {
		all := x.file(x.readmeAt, "no README")
		v[pointReadme] = all
		if all.state == PointMet { // it is there, and was not told
			all = unknown("the forge did not tell what is in it")
		}
		v[pointPurpose], v[pointStart] = all, all
		v[pointHelp] = x.help(all)
		return
	}
	p, at := x.readme, x.readmeAt.path
	if len(p.text(200)) < 40 {
		v[pointReadme] = missing("hardly a word in it", at)
	} else {
		v[pointReadme] = met("with text", at)
	}
	v[pointPurpose] = p.verdict(at, p.purpose(), "no prose before its first section, nor a section on what it is")
	v[pointStart] = p.verdict(at, p.said(startQuestion(), nil), "no section on installing or using it")
	v[pointHelp] = x.help(p.verdict(at, p.said(helpQuestion(), nil), "no section on where to ask, or who the owners are"))
}

// help looks beyond README for whom to ask.
func (x *reading) help(readme verdict) verdict {
	if readme.state == PointMet {
		return readme
	}
	if x.supportAt.path != "" {
		return met("SUPPORT", x.supportAt.path)
	}
	if s := x.contributing.said(helpQuestion(), nil); s != nil {
		return met(s.text, place(x.contributingAt.path, s.line))
	}
	if x.record.Ask != "" {
		return met(x.record.Ask, "")
	}
	return readme
}

// verdict is met where a page says something, missing where it does not, and
// unknown where it cannot be told: the rules read English, and the forge tells
// the beginning of a long page only.
func (p *prosePage) verdict(at string, s *saying, none string) verdict {
	switch {
	case s != nil:
		return met(s.text, place(at, s.line))
	case p.foreign:
		return unknown("it does not seem to be in English")
	case p.partial:
		return unknown("only its beginning was read")
	}
	return missing(none, at)
}

// judgeContributing judges what is said on contributing: in CONTRIBUTING, in
// README's sections on development, and in the manifest.
func (x *reading) judgeContributing(v map[string]verdict) {
	v[pointContributing] = x.saysHow()
	v[pointBuild] = x.asked(buildQuestion(), readinessWords().developing, "how to build")
	v[pointTest] = x.asked(testQuestion(), readinessWords().developing, "how to test")
	v[pointSubmit] = x.asked(submitQuestion(), readinessWords().involved, "how to submit a change")
	v[pointAnswerTime] = x.asked(answerQuestion(), readinessWords().involved, "how long an answer takes")
	m := x.manifest
	if m == nil || m.Isrc == nil {
		return
	}
	if verify := m.Isrc.Contribute.Verify; len(verify) > 0 && v[pointTest].state != PointMet {
		v[pointTest] = met(firstWords(verify[0]), place(manifest.FileName, m.Line("isrc.contribute.verify")))
	}
	if slo := m.Isrc.SLO; slo.FirstResponse != "" && v[pointAnswerTime].state != PointMet {
		v[pointAnswerTime] = met("first response: "+slo.FirstResponse, place(manifest.FileName, m.Line("isrc.slo.firstResponse")))
	} else if slo.Decision != "" && v[pointAnswerTime].state != PointMet {
		v[pointAnswerTime] = met("decision: "+slo.Decision, place(manifest.FileName, m.Line("isrc.slo.decision")))
	}
}

// saysHow judges whether anybody says how to contribute.
func (x *reading) saysHow() verdict {
	at := x.contributingAt.path
	if x.contributing != nil {
		if s := x.contributing.contributes(true, true); s != nil {
			return met(s.text, place(at, s.line))
		}
	}
	if x.readme != nil {
		if s := x.readme.contributes(false, x.contributingAt.path != ""); s != nil {
			return met(s.text, place(x.readmeAt.path, s.line))
		}
	}
	if m := x.manifest; m != nil && m.Line("isrc.contribute") > 0 {
		return met("contribute", place(manifest.FileName, m.Line("isrc.contribute")))
	}
	switch {
	case x.contributing != nil:
		return missing("nothing but headings in it", at)
	case x.contributingAt.path != "":
		return met("it is there; the forge did not tell what is in it", at)
	case !x.contributingAt.known:
		return unknown(whyUnlisted)
	}
	return missing("no CONTRIBUTING in .github, the root or docs", "")
}

// asked puts a question to the pages on contributing: CONTRIBUTING, and the
// sections of README under such headings. What README says elsewhere, of
// installing for one, is for users.
func (x *reading) asked(q question, sections *regexp.Regexp, what string) verdict {
	at := x.contributingAt.path
	if s := x.contributing.said(q, nil); s != nil {
		return met(s.text, place(at, s.line))
	}
	if s := x.readme.said(q, sections); s != nil {
		return met(s.text, place(x.readmeAt.path, s.line))
	}
	switch c := x.contributing; {
	case c != nil && c.pointer() != "":
		return unknown("it points to " + firstWords(c.pointer()))
	case c != nil:
		return c.verdict(at, nil, "it does not say "+what)
	case x.contributingAt.path != "":
		return unknown("the forge did not tell what is in it")
	case !x.contributingAt.known:
		return unknown(whyUnlisted)
	case x.readme != nil:
		return x.readme.verdict("", nil, "nobody says "+what)
	case x.readmeAt.path != "":
		return unknown("the forge did not tell what is in README")
	}
	return missing("nobody says "+what, "")
}
