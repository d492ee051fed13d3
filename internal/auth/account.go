package auth

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/isrc-dev/isrc/internal/config"
	"github.com/isrc-dev/isrc/internal/forge"
)

// AccountVariable chooses the account of one command: LOGIN, or LOGIN@HOST
// where it is for that host alone.
const AccountVariable = "ISRC_ACCOUNT"

// Account is which of several accounts counts for a question, and why.
type Account struct {
	Login  string // "" leaves it to whichever token there is
	Why    string // for people: "it is for the organisation acme"
	Origin string // where that stands: FILE:LINE or a variable
	Email  string // that its commits bear, "" when not said

	variable string // that holds its token
	firm     bool   // a token of which nobody knows the account will not do
}

// AmbiguousError says that two accounts are for the same thing.
type AmbiguousError struct {
	Host   string
	Why    string
	Logins []string
}

func (e *AmbiguousError) Error() string {
	return "several accounts on " + e.Host + " would do (" + strings.Join(e.Logins, ", ") + "): of each the settings say that " + e.Why
}

// Account chooses by what is asked and by nothing that another program can
// change meanwhile: the variable ISRC_ACCOUNT, the owner of the repository
// (s.Owner), the folder (s.Dir; the deepest one that is configured counts), and
// the user that is configured for the host.
func (s Source) Account(host string) (Account, error) {
	host = forge.NormalizeHost(host)
	if login := s.asked(host); login != "" {
		a := Account{Login: login, Why: AccountVariable + " asks for it", Origin: AccountVariable, firm: true}
		for _, c := range s.settings().AccountsOn(host) {
			if strings.EqualFold(c.Login, login) {
				a.Email, a.variable = c.Email, c.TokenVariable
			}
		}
		return a, nil
	}
	for _, rule := range []func(config.Account) (why, setting string, weight int){s.byOwner, s.byFolder} {
		a, err := s.chosenBy(host, rule)
		if err != nil || a.Login != "" {
			return a, err
		}
	}
	user := s.settings().HostFor(host).User
	if user == "" {
		return Account{}, nil
	}
	a := Account{Login: user, Why: "it is the usual one on " + host}
	if said, ok := s.settings().Setting("hosts." + host + ".user"); ok {
		a.Origin = said.OriginDetail
	}
	for _, c := range s.settings().AccountsOn(host) {
		if strings.EqualFold(c.Login, user) {
			a.Email, a.variable = c.Email, c.TokenVariable
		}
	}
	return a, nil
}

// asked is the account that the variable names for a host.
func (s Source) asked(host string) string {
	login, of, _ := strings.Cut(strings.TrimSpace(s.env(AccountVariable)), "@")
	if of != "" && forge.NormalizeHost(of) != host {
		return ""
	}
	return login
}

// chosenBy takes the account for which a rule weighs most.
func (s Source) chosenBy(host string, rule func(config.Account) (string, string, int)) (Account, error) {
	var best Account
	var most int
	var same []string
	for _, c := range s.settings().AccountsOn(host) {
		why, setting, weight := rule(c)
		if weight == 0 || weight < most {
			continue
		}
		if weight > most {
			same = nil
		}
		same, most = append(same, c.Login), weight
		best = Account{Login: c.Login, Why: why, Email: c.Email, variable: c.TokenVariable, firm: true}
		if said, ok := s.settings().Setting(c.Setting(setting)); ok {
			best.Origin = said.OriginDetail
		}
	}
	if len(same) > 1 {
		return Account{}, &AmbiguousError{Host: host, Why: best.Why, Logins: same}
	}
	return best, nil
}

// byOwner is for repositories of an organisation, and for an account's own.
func (s Source) byOwner(c config.Account) (why, setting string, weight int) {
	switch {
	case s.Owner == "":
		return "", "", 0
	case strings.EqualFold(s.Owner, c.Login):
		return "the repository is its own", "orgs", 2
	case slices.ContainsFunc(c.Orgs, func(o string) bool { return strings.EqualFold(o, s.Owner) }):
		return "it is for the organisation " + s.Owner, "orgs", 1
	}
	return "", "", 0
}

// byFolder weighs by the depth of the folder.
func (s Source) byFolder(c config.Account) (why, setting string, weight int) {
	for _, dir := range c.Dirs {
		if n := len(real(dir)); n > weight && s.Dir != "" && within(real(s.Dir), real(dir)) {
			why, weight = "it is for the folder "+dir, n
		}
	}
	return why, "dirs", weight
}

// real follows links, because the folder that one stands in was reached by
// some; a folder that is not there yet keeps its name.
func real(dir string) string {
	if r, err := filepath.EvalSymlinks(dir); err == nil {
		return r
	}
	return filepath.Clean(dir)
}

func within(dir, root string) bool {
	rel, err := filepath.Rel(root, dir)
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}

// mayBe tells whether a token of somebody, or of nobody knows whom, is one of
// the account.
//
//go:noinline
func (a Account) mayBe(user string) bool {
	return a.Login == "" || strings.EqualFold(user, a.Login) || user == "" && !a.firm
}

// of is the login that git is told, so that it gets the token t too; "" where
// it finds the same one without.
//
//go:noinline
func (a Account) of(t Token) string {
	if !a.firm || !strings.EqualFold(t.User, a.Login) {
		return ""
	}
	return a.Login
}

// fromVariable takes the token from the variable that the account's settings
// name.
func (s Source) fromVariable() (Token, []string, error) {
	name := s.account.variable
	if name == "" {
		return Token{}, nil, nil
	}
	value, err := checked(s.env(name), name)
	if err != nil || value == "" {
		return Token{}, []string{fmt.Sprintf("%s, which the settings of %s name, is not set", name, s.account.Login)}, err
	}
	return Token{Value: value, Origin: name, User: s.account.Login}, nil, nil
}
