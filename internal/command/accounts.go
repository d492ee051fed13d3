package command

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/isrc-dev/isrc/internal/auth"
	"github.com/isrc-dev/isrc/internal/config"
	"github.com/isrc-dev/isrc/internal/contribute"
	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/workflow"
)

// accountsAsked is how many accounts of one host are asked for what is theirs.
const accountsAsked = 8

// asker is an account of a host that is asked for what is its own.
type asker struct {
	host  string
	login string           // "" is the one that counts here anyway
	alone bool             // it was asked for by name, and no other is
	repos []forge.RepoName // that are asked about, nil for all
	only  map[string]bool  // organisations in lower case that are left to other accounts
	orgs  []string         // that the account is for
}

func (w *asker) String() string {
	if w.login == "" {
		return w.host
	}
	return w.login + "@" + w.host
}

// askersOn are the accounts on a host whose contributions are the reader's own:
// the one that counts here, and all others that the settings name. Whoever asks
// for one account (ISRC_ACCOUNT) gets that one.
func (a *app) askersOn(ctx context.Context, host string) ([]*asker, []string, error) {
	c, err := a.settings()
	if err != nil {
		return nil, nil, err
	}
	host = forge.NormalizeHost(host)
	all := c.AccountsOn(host)
	chosen, err := a.source(c).Account(host)
	first := &asker{host: host, only: map[string]bool{}, alone: chosen.Origin == auth.AccountVariable}
	if err != nil || len(all) == 0 || first.alone {
		return []*asker{first}, nil, a.ambiguous(err)
	}
	if user := c.HostFor(host).User; user != "" {
		all = append(all, config.Account{Login: user, Host: host})
	}
	mine, signedIn := a.whoHere(ctx, host)
	askers := []*asker{first}
	seen := map[string]bool{strings.ToLower(firstOf(mine, chosen.Login)): true}
	for _, x := range all {
		if key := strings.ToLower(x.Login); !seen[key] {
			seen[key] = true
			askers = append(askers, &asker{host: host, login: x.Login, orgs: x.Orgs})
			for _, o := range x.Orgs {
				first.only[strings.ToLower(o)] = true
			}
		}
	}
	if !signedIn && chosen.Login == "" && len(askers) > 1 {
		askers = askers[1:] // the others are all there are
	}
	if n := len(askers) - accountsAsked; n > 0 {
		return askers[:accountsAsked], []string{fmt.Sprintf("of the accounts on %s %d were asked and %d were not: ISRC_ACCOUNT=LOGIN asks one", host, accountsAsked, n)}, nil
	}
	return askers, nil, nil
}

// whoHere is the login of the account that counts here, "" where it is not known;
// signedIn is false where there is no token at all.
func (a *app) whoHere(ctx context.Context, host string) (login string, signedIn bool) {
	site, err := a.site(ctx, host)
	if err == nil {
		login, err = site.Login(ctx)
	}
	var none *forge.SignInError
	return login, !errors.As(err, &none) || none.Refused
}

// askersFor are those for repositories that were named: of each the account that
// is for it.
func (a *app) askersFor(names []forge.RepoName) ([]*asker, error) {
	var askers []*asker
	at := map[string]int{}
	for _, name := range names {
		login, err := a.accountFor(name)
		if err != nil {
			return nil, err
		}
		key := strings.ToLower(login) + "@" + name.Host
		if _, ok := at[key]; !ok {
			at[key] = len(askers)
			askers = append(askers, &asker{host: name.Host, login: login})
		}
		w := askers[at[key]]
		w.repos = append(w.repos, name)
	}
	return askers, nil
}

// accountFor is the login of the account that is for a repository, "" where that
// is the one that counts here anyway.
func (a *app) accountFor(name forge.RepoName) (string, error) {
	usual, err := a.accountOf(forge.RepoName{Host: name.Host}, a.inv.Dir)
	if err != nil {
		return "", err
	}
	chosen, err := a.accountOf(name, a.inv.Dir)
	if err != nil || strings.EqualFold(usual, chosen) {
		return "", err
	}
	return chosen, nil
}

// accountOf is the login of the account that is for the owner of a repository, a
// folder or its host, "" where nothing says which.
func (a *app) accountOf(name forge.RepoName, dir string) (string, error) {
	c, err := a.settings()
	if err != nil {
		return "", err
	}
	source := a.source(c)
	source.Owner, source.Dir = name.Owner, dir
	account, err := source.Account(name.Host)
	return account.Login, a.ambiguous(err)
}

// accountOfRun is the one that a contribution was begun as, or else the one that
// is for its upstream and its folder.
func (a *app) accountOfRun(upstream forge.RepoName, began, clone string) string {
	if began != "" {
		return began
	}
	login, err := a.accountOf(upstream, clone)
	if err != nil {
		return ""
	}
	return login
}

// siteOfRun gives the forge of a repository as the account that a contribution
// was begun as, whose fork and pull request it has; without one, as the account
// that is for the repository. ISRC_ACCOUNT, which is given for one command, counts
// before it.
func (a *app) siteOfRun(ctx context.Context, upstream forge.RepoName, run *workflow.State) (*contribute.Site, error) {
	site, err := a.siteOf(ctx, upstream)
	if run == nil || run.Extra["account"] == "" || forge.IsBotLogin(run.Extra["account"]) || err != nil && !isSignIn(err) {
		return site, err
	}
	began, mine := run.Extra["account"], ""
	refused := err
	if err == nil {
		login, unknown := site.Login(ctx)
		if strings.EqualFold(login, began) || unknown != nil && !isSignIn(unknown) {
			return site, nil //nolint:nilerr // a forge that does not answer says so when it is asked for something
		}
		mine, refused = login, unknown
	}
	c, wrong := a.settings()
	if wrong != nil {
		return nil, wrong
	}
	if chosen, _ := a.source(c).Account(upstream.Host); chosen.Origin == auth.AccountVariable {
		if err == nil {
			a.say("isrc: going on as %s, for whom ISRC_ACCOUNT asks; it was begun as %s", chosen.Login, began)
		}
		return site, err
	}
	own, err := a.siteAs(ctx, &asker{host: upstream.Host, login: began})
	switch {
	case err != nil && refused != nil && site == nil:
		return nil, refused
	case err != nil && refused != nil:
		return site, nil // it is refused where it is used, and what was typed is kept
	case err != nil:
		return nil, notSignedInAs(err, upstream, run, mine)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.clients[upstream.Host] = clientOf(own)
	return own, nil
}

// notSignedInAs says that the account of a contribution is not here any more.
func notSignedInAs(err error, upstream forge.RepoName, run *workflow.State, mine string) error {
	var none *forge.SignInError
	if !errors.As(err, &none) {
		return err
	}
	hint := loginCommand(none)
	if mine != "" {
		hint += "\nISRC_ACCOUNT=" + shellWord(mine) + " goes on as " + mine + "; isrc contribute " + upstream.FullName() + " --new begins another one"
	}
	return &contribute.HintError{Err: fault.Errorf("the contribution on %s was begun as %s: %w", run.Branch, run.Extra["account"], err), Hint: hint}
}

// isAccount tells whether a repository belongs to an account of the settings.
func (a *app) isAccount(name forge.RepoName) bool {
	c, err := a.settings()
	return err == nil && slices.ContainsFunc(c.AccountsOn(name.Host), func(x config.Account) bool { return strings.EqualFold(x.Login, name.Owner) })
}

func (a *app) ambiguous(err error) error {
	if err == nil {
		return nil
	}
	return &usageError{err: err, hint: "ISRC_ACCOUNT=LOGIN chooses one for a command; isrc config list shows what each is for"}
}

// siteAs gives the forge on a host as one of several accounts.
func (a *app) siteAs(ctx context.Context, w *asker) (*contribute.Site, error) {
	if w.login == "" {
		return a.site(ctx, w.host)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	key := strings.ToLower(w.login) + "@" + w.host
	if s := a.sites[key]; s != nil {
		return s, nil
	}
	c, err := a.settings()
	if err != nil {
		return nil, err
	}
	named := !a.chosen(w.host, c)
	token, err := a.source(c).As(w.login, w.host).Token(ctx, w.host, named)
	if err != nil {
		return nil, err
	}
	usual, origin := a.clients[w.host], a.origins[w.host]
	s, err := a.siteWith(c, w.host, token, named)
	if err != nil {
		return nil, err
	}
	a.sites[key] = s
	if usual != nil { // the one that counts here stays so
		a.clients[w.host], a.origins[w.host] = usual, origin
	}
	return s, nil
}

// clientOf is the client that a site was made with.
func clientOf(s *contribute.Site) forgeClient {
	client, _ := s.Forge.(forgeClient)
	return client
}
