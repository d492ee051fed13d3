package rule

import (
	"github.com/isrc-dev/isrc/internal/guideline"
	"github.com/isrc-dev/isrc/internal/lazy"
)

var titleMerge = lazy.Pattern(`(?i)\bduring (a |the )?merge|\bwhen (we |you |they )?(squash|merg)\w*|\bsquash\w*\b`)

// specGrammar is what the specification of Conventional Commits asks of a
// header; it says nothing of which types there are.
const specGrammar = `^([\w-]+)(?:\(([^()]*)\))?!?:\s+(\S.*)$`

// proseTitle reads what prose asks of titles, or of the commit that a squash
// makes of them. "You may optionally prefix the title" asks for nothing that
// should hold.
func proseTitle(set *Reading) []Requirement {
	pat := proseHeaderPattern()
	sentences := spoken(set, func(s guideline.Sentence) bool {
		ofTitle := pat.title.MatchString(s.Text)
		about := ofTitle || titleMerge().MatchString(s.Text) && !s.ByOwners
		return about && pat.conventional.MatchString(s.Text)
	})
	if len(sentences) == 0 {
		return nil
	}
	p := TitleParams{Judge: judgeSemantic, By: "prose", AnyType: true, Grammar: specGrammar}
	for _, s := range sentences {
		if words := typeWords(s.Spans); words != nil {
			p.Types, p.AnyType = words, false
		}
	}
	obeyed := func(message string) bool {
		why, err := p.judge(oneLine(message))
		return err == nil && why == ""
	}
	return []Requirement{fromProse(set, sentences, p.text(), p, obeyed)}
}
