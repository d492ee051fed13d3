package rule

import (
	"encoding/json"
	"reflect"

	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/guideline"
)

// messageParams are the rules that a message alone can be judged by, each with
// the type of its parameters.
func messageParams() map[string]reflect.Type {
	header := reflect.TypeFor[HeaderParams]()
	return map[string]reflect.Type{
		"sign-off": reflect.TypeFor[SignOffParams](), "email": reflect.TypeFor[EmailParams](),
		"commit-header": header, "type-and-scope": header, "header-length": header, "header-minimum": header, "subject-case": header,
		"subject-end": header, "line-length": header, "message-body": header, "blank-line": header, "breaking-change": header, "imperative": header,
		"ticket": reflect.TypeFor[TicketParams](), "trailers": reflect.TypeFor[TrailerParams](), "message": reflect.TypeFor[PatternParams](),
	}
}

// OfMessages are the requirements that need nothing but a message and who
// writes it. A commit that is to be melted into another is not among what they
// judge: it may be made, and not stay.
func OfMessages(reqs []Requirement) []Requirement {
	var out []Requirement
	for _, r := range reqs {
		if _, ok := messageParams()[r.Rule.ID]; ok {
			out = append(out, r)
		}
	}
	return out
}

// stored is a requirement as it is written.
type stored struct {
	Rule     string            `json:"rule"`
	Params   json.RawMessage   `json:"params"`
	Strength Strength          `json:"strength"`
	Said     []guideline.Quote `json:"said"`
	Enforcer Enforcer          `json:"enforcer"`
	Text     string            `json:"text"`
}

// EncodeMessages writes the requirements of OfMessages, so that a hook need not
// read a project's guidelines for each message.
func EncodeMessages(reqs []Requirement) ([]byte, error) {
	out := []stored{}
	for _, r := range OfMessages(reqs) {
		if got, want := reflect.TypeOf(r.Params), messageParams()[r.Rule.ID]; got != want {
			return nil, fault.Errorf("the rule %s has parameters of type %v", r.Rule.ID, got)
		}
		params, err := json.Marshal(r.Params)
		if err != nil {
			return nil, err
		}
		out = append(out, stored{Rule: r.Rule.ID, Params: params, Strength: r.Strength, Said: r.Said, Enforcer: r.Enforcer, Text: r.Text})
	}
	return json.Marshal(out)
}

// DecodeMessages reads what EncodeMessages wrote. A rule that is not known, or
// was written by another version, is an error: then the guidelines are read.
func DecodeMessages(data []byte) ([]Requirement, error) {
	var all []stored
	if err := json.Unmarshal(data, &all); err != nil {
		return nil, err
	}
	rules := map[string]*Rule{}
	for _, r := range All() {
		rules[r.ID] = r
	}
	out := make([]Requirement, 0, len(all))
	for _, s := range all {
		kind, ok := messageParams()[s.Rule]
		if !ok || rules[s.Rule] == nil {
			return nil, fault.Errorf("the rule %q judges no messages", s.Rule)
		}
		params := reflect.New(kind)
		if err := json.Unmarshal(s.Params, params.Interface()); err != nil {
			return nil, fault.Errorf("the rule %s: %w", s.Rule, err)
		}
		out = append(out, Requirement{Rule: rules[s.Rule], Params: params.Elem().Interface(), Strength: s.Strength, Said: s.Said, Enforcer: s.Enforcer, Text: s.Text})
	}
	return out, nil
}
