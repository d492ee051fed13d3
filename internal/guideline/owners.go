package guideline

// Owners is a CODEOWNERS file.
type Owners struct {
	Source  *Source
	Rules   []OwnerRule
	Invalid []OwnerProblem
}

// OwnerRule is a line that gives owners to paths. No owners means that nobody
// owns what an earlier line gave away.
type OwnerRule struct {
	Pattern string
	Owners  []string
	Line    int
	Text    string
	match   func(path string) bool
}

// OwnerProblem is a line that a forge skips.
type OwnerProblem struct {
	Line int
	Text string
	Why  string
}

// Of is the rule that decides about a path: the last one that matches.
func (o *Owners) Of(path string) (OwnerRule, bool) {
	if o == nil {
		return OwnerRule{}, false
	}
	for i := len(o.Rules) - 1; i >= 0; i-- {
		if o.Rules[i].match(path) {
			return o.Rules[i], true
		}
	}
	return OwnerRule{}, false
}
