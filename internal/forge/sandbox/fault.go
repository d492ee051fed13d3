package sandbox

import (
	"strings"
	"sync"
	"time"
)

// Fault makes requests fail. It applies to those that its Method and Path
// match, after Skip of them have passed, Count times (0: for ever).
type Fault struct {
	Method string // any when empty
	// Path is a glob on the path of the request, with or without /api/v3:
	// * stands for part of one element, ** for any number of them. /graphql is
	// the GraphQL API however it is spelled.
	Path       string
	Skip       int
	Count      int
	Kind       FaultKind
	Status     int           // of FaultStatus (500 when 0), FaultHTML (502), FaultForkPolicy (422), the others that refuse (403; of GraphQL 200 for FaultPrimaryLimit and FaultSSO)
	Delay      time.Duration // waited before anything else, with every kind
	After      int           // bytes of the answer's body before it ends
	RetryAfter time.Duration // of the limits; 60 s when 0
}

// FaultKind is a way to fail.
type FaultKind string

// The ways to fail. FaultReset strikes before the request is carried out,
// FaultCut and FaultTruncate after it.
const (
	FaultStatus         FaultKind = "status"          // an error of that status, in JSON
	FaultDelay          FaultKind = "delay"           // only waits
	FaultCut            FaultKind = "cut"             // carries the request out and closes the connection
	FaultTruncate       FaultKind = "truncate"        // carries it out and answers with half the body, or After bytes
	FaultReset          FaultKind = "reset"           // resets the connection at once
	FaultSecondaryLimit FaultKind = "secondary-limit" // 403 with Retry-After
	FaultPrimaryLimit   FaultKind = "primary-limit"   // 403 or 429 with x-ratelimit-remaining: 0
	FaultSSO            FaultKind = "sso"             // 403 with X-GitHub-SSO
	FaultForkPolicy     FaultKind = "fork-policy"     // 422 or 403: the organisation forbids the fork
	FaultHTML           FaultKind = "html"            // a page where JSON is expected
	FaultSignIn         FaultKind = "sign-in"         // a sign-in page; with a status of 3xx another name of this forge leads to it
	FaultIncomplete     FaultKind = "incomplete"      // of a search: it ran out of time, and says so with what it found
)

// AddFault makes one more kind of request fail.
func (f *Forge) AddFault(x Fault) { f.faults.add(x) }

// ClearFaults lets every request pass again.
func (f *Forge) ClearFaults() { f.faults.clear() }

// faultList holds the faults in force and how often each has been met.
type faultList struct {
	mu  sync.Mutex
	all []*activeFault
}

type activeFault struct {
	Fault
	seen int
}

func (l *faultList) add(faults ...Fault) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, x := range faults {
		l.all = append(l.all, &activeFault{Fault: x})
	}
}

func (l *faultList) clear() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all = nil
}

// next gives the fault that strikes this request, or nil: the first one that
// is due. A fault counts the requests that match it and that none before it
// has struck, so two of Count 1 strike one after the other.
func (l *faultList) next(method, path string) *Fault {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, x := range l.all {
		if !x.matches(method, path) {
			continue
		}
		x.seen++
		if x.seen > x.Skip && (x.Count == 0 || x.seen <= x.Skip+x.Count) {
			return &x.Fault
		}
	}
	return nil
}

func (x *activeFault) matches(method, path string) bool {
	if x.Method != "" && !strings.EqualFold(x.Method, method) {
		return false
	}
	if x.Path == "" || glob(x.Path, path) {
		return true
	}
	if isGraphQL(path) {
		return glob(x.Path, "/graphql")
	}
	short, ok := strings.CutPrefix(path, apiPrefix)
	return ok && glob(x.Path, short)
}
