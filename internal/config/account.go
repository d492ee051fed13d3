package config

import (
	"strings"

	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/order"
)

// Account is one of several logins on a host, and what it is for.
type Account struct {
	Login         string // in lower case
	Host          string // normalized
	Orgs          []string
	Dirs          []string // absolute; each stands for all below it too
	Email         string   // that its commits bear, "" when not said
	TokenVariable string   // of the environment, "" for a token that isrc keeps
}

// Setting is the key of one of the account's settings.
//
//go:noinline
func (a Account) Setting(name string) string {
	return key{host: a.Host, login: a.Login, field: field{name: name}}.String()
}

// AccountsOn are the accounts that are configured for a host.
func (c *Config) AccountsOn(host string) []Account {
	var all []Account
	for _, a := range c.Accounts {
		if a.Host == forge.NormalizeHost(host) {
			all = append(all, a)
		}
	}
	return all
}

// fillAccounts writes the accounts' values into the struct.
func (c *Config) fillAccounts(keys map[string]key) {
	seen := map[string]bool{}
	for _, k := range keys {
		name := k.login + "@" + k.host
		if k.login == "" || seen[name] {
			continue
		}
		seen[name] = true
		of := func(setting string) []string { return c.values["accounts."+name+"."+setting].list }
		c.Accounts = append(c.Accounts, Account{
			Login: k.login, Host: k.host, Orgs: of("orgs"), Dirs: of("dirs"),
			Email: first(value{list: of("email")}), TokenVariable: first(value{list: of("tokenVariable")}),
		})
	}
	order.By(c.Accounts, func(a, b Account) int {
		if n := strings.Compare(a.Host, b.Host); n != 0 {
			return n
		}
		return strings.Compare(a.Login, b.Login)
	})
}
