// Package manifest reads what owners declare about a repository in
// innersource.json: the fields of SAP's InnerSource portal as they are, and an
// isrc object with what contributors need to know. It finds no files and asks
// no forge; it must not know how a declaration is judged. Begin with Parse.
package manifest

import "encoding/json"

// FileName is where a manifest lies, in the root of its repository.
const FileName = "innersource.json"

// Manifest is one innersource.json. Every field may be missing.
type Manifest struct {
	Title         string
	Motivation    string
	Contributions []string
	Skills        []string
	Logo          string
	Docs          string
	Language      string
	License       string
	Topics        []string
	Isrc          *Isrc // nil when the file has no isrc object
	// Unknown keeps the keys that are not known here, as they were written.
	Unknown map[string]json.RawMessage

	lines map[string]int
}

// Isrc is the isrc object of a manifest.
type Isrc struct {
	Schema       int
	Kind         string // "library", "service", …
	Owner        string // a team, written as the company writes teams
	Governance   Governance
	Sharing      string // "public", "internal", "restricted" or "closed"
	Scope        Scope
	Contribute   Contribute
	SLO          SLO
	WarrantyDays int
	Provides     []Provided
	Requires     []Required
	Support      Support
	Rules        map[string]Correction // rule ID → what its owners say of it
	Policies     []string              // policies that apply, such as "policy:company/default@v4"
	Unknown      map[string]json.RawMessage
}

// Governance is a level of the InnerSource pattern of that name; 0 is not said.
type Governance int

// The governance levels.
const (
	GovernanceUnsaid        Governance = 0
	GovernanceIssuesOnly    Governance = 1
	GovernanceContributions Governance = 2
	GovernanceSharedWrite   Governance = 3
	GovernanceShared        Governance = 4
)

// Scope is what owners would take and what they would not.
type Scope struct {
	Accepts  []string
	Declines []string
}

// Contribute is how owners want contributions to come.
type Contribute struct {
	Mode           string // "fork", "branch", "auto", "issues-only" or "" when not said
	Base           string // branch that pull requests go to
	IssueRequired  bool
	RFCOverLines   int      // changed lines above which a proposal comes first; 0 is never
	ExtensionPoint string   // path where extensions are welcome
	Verify         []string // commands that must succeed
	Bulk           string   // whether changes made for many repositories at once are welcome
}

// SLO is how fast owners promise to answer, such as "2bd" (business days).
type SLO struct {
	FirstResponse string
	Decision      string
}

// Provided is a capability that the repository offers.
type Provided struct {
	Capability string
	Version    string
	Contract   string // path of its interface description
}

// Required is a capability that the repository needs.
type Required struct {
	Capability string
	Version    string
}

// Support is where to ask.
type Support struct {
	Channel string
	OnCall  string
}

// Correction is how owners correct isrc's reading of one rule.
type Correction struct {
	Strength string // "must", "should", "may" or "off"
	Why      string
}

// Line is where a key stands, 0 when it does not. Keys inside objects are
// joined with dots: "isrc.contribute.base".
func (m *Manifest) Line(key string) int {
	if m == nil {
		return 0
	}
	return m.lines[key]
}
