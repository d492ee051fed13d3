package rule

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Names of facts about the user's account.
const emailsFact = "emails:"

// UserFactName is the key in Change.Facts of the account with a login.
func UserFactName(login string) string { return "user:" + login }

// KeysFactName is the key in Change.Facts of an account's signing keys.
func KeysFactName(login string) string { return "keys:" + login }

// accountFacts are the addresses of the account that is signed in, if any of
// the commits is the user's own.
//
//go:noinline
func accountFacts(change *Change) []Fact {
	if !hasOwn(change) {
		return nil
	}
	return []Fact{{Name: emailsFact, Kind: FactEmails}}
}

// hasOwn tells whether the user wrote or committed any of the commits, be it
// from a machine with another address.
//
//go:noinline
func hasOwn(change *Change) bool {
	return slices.ContainsFunc(change.Commits, func(c Commit) bool { return isUser(c.Author, change) || isUser(c.Committer, change) })
}

// account is what is known of the user's account: its login and addresses.
type account struct {
	login   string
	emails  []string
	unknown string // why the addresses are not known, "" when they are
}

//go:noinline
func accountOf(change *Change) account {
	a := account{login: change.Login}
	fact, ok := change.Facts[emailsFact]
	emails, known := fact.Value.([]string)
	switch {
	case known:
		a.emails = emails
	case !ok:
		a.unknown = "nobody looked them up"
	default:
		a.unknown = fact.Why
	}
	return a
}

// has tells whether the forge finds the account by an address.
func (a account) has(email string) bool {
	if _, login, ok := noreply(email); ok && a.login != "" && strings.EqualFold(login, a.login) {
		return true
	}
	return slices.ContainsFunc(a.emails, func(e string) bool { return strings.EqualFold(e, email) })
}

// noreply reads an address that the forge gave an account:
// ID+LOGIN@users.noreply.HOST, or LOGIN@users.noreply.HOST with an id of 0.
func noreply(email string) (id int64, login string, ok bool) {
	local, host, found := strings.Cut(email, "@")
	if !found || !strings.HasPrefix(strings.ToLower(host), "users.noreply.") {
		return 0, "", false
	}
	number, login, numbered := strings.Cut(local, "+")
	if !numbered {
		return 0, local, local != ""
	}
	id, err := strconv.ParseInt(number, 10, 64)
	return id, login, err == nil && id > 0 && login != ""
}

// ofForge tells whether the forge itself committed: what is done on its pages.
func ofForge(p Person) bool {
	return strings.HasPrefix(p.Email, "noreply@") && !strings.Contains(p.Email, "users.noreply.")
}

// strangers are the addresses in the user's own commits by which the forge does
// not find the user's account. Without the account's addresses there are none.
func (a account) strangers(change *Change) []Place {
	if a.unknown != "" {
		return nil
	}
	var out []Place
	for i := range change.Commits {
		c := &change.Commits[i]
		for _, p := range []Person{c.Author, c.Committer} {
			if !isUser(p, change) || ofForge(p) || a.has(p.Email) {
				continue
			}
			out = append(out, Place{Commit: c.SHA, What: p.Email})
			break
		}
	}
	return out
}

// fixAuthor writes the configured identity into the user's own unpushed
// commits, if the address passes; nil when it does not.
func fixAuthor(at []Place, change *Change, passes func(email string) bool) *Fix {
	if change.UserEmail == "" || change.UserName == "" || !passes(change.UserEmail) {
		return nil
	}
	commits, refused := rewritable(at, change, "some of the commits are not yours")
	return &Fix{
		Verb: fmt.Sprintf("write %s into %s", change.UserEmail, plural(max(1, len(commits)), "commit", "commits")), Kind: FixResetAuthor,
		Params: ResetAuthor{Commits: commits, Name: change.UserName, Email: change.UserEmail}, Refused: refused,
	}
}

// rewritable are the commits at some places that the user may write anew: their
// own, which nobody else has. refused says why there are none; others is what
// is said of another person's.
func rewritable(at []Place, change *Change, others string) (commits []string, refused string) {
	for i := range change.Commits {
		c := &change.Commits[i]
		switch {
		case !slices.ContainsFunc(at, func(p Place) bool { return p.Commit == c.SHA }):
		case !c.Own || !isUser(c.Author, change):
			refused = others
		case c.Pushed:
			refused = "the commits are pushed already: others may have them"
		case c.Parents > 1:
			refused = "merge commits are not rewritten"
		default:
			commits = append(commits, c.SHA)
		}
	}
	if len(commits) > 0 {
		refused = ""
	}
	return commits, refused
}
