package guideline

// Command is a command that owners name for building or testing. It is shown,
// never run unless the user says so.
type Command struct {
	Purpose string // "build", "test", "lint" or "format"
	Text    string
	Said    Quote
}

// How a project takes contributions.
const (
	TakesPullRequests = "pull-requests"
	TakesIssuesOnly   = "issues-only"
	TakesIssueFirst   = "issue-first"
	TakesUnknown      = "unknown"
)

// Commands are the commands that CONTRIBUTING and README name in code spans
// and code blocks, and those that the manifest names.
func (s *Set) Commands() []Command { return nil }

// Owner is the team that answers for the repository, and where that was read:
// manifest, catalog-info.yaml, else the CODEOWNERS line for everything.
func (s *Set) Owner() (owner string, said Quote, ok bool) { return "", Quote{}, false }

// Channel is where to ask.
func (s *Set) Channel() (channel string, said Quote, ok bool) { return "", Quote{}, false }

// TakesContributions says how contributions are taken, and who says so.
func (s *Set) TakesContributions() (mode string, said Quote) { return TakesUnknown, Quote{} }
