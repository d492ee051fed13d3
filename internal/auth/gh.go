package auth

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/isrc-dev/isrc/internal/forge"
)

// patience bounds every question to a keyring or another program.
const patience = 3 * time.Second

// GHConfigDir is where gh keeps its logins.
func GHConfigDir(goos string, getenv func(string) string, home string) string {
	switch {
	case getenv("GH_CONFIG_DIR") != "":
		return getenv("GH_CONFIG_DIR")
	case getenv("XDG_CONFIG_HOME") != "":
		return filepath.Join(getenv("XDG_CONFIG_HOME"), "gh")
	case goos == "windows" && getenv("APPDATA") != "":
		return filepath.Join(getenv("APPDATA"), "GitHub CLI")
	case home == "":
		return ""
	}
	return filepath.Join(home, ".config", "gh")
}

// ghLogin is what gh's hosts.yml says about a host. The token is missing where
// gh keeps it in the keyring.
type ghLogin struct {
	Token string `yaml:"oauth_token"`
	User  string `yaml:"user"`
	Users map[string]struct {
		Token string `yaml:"oauth_token"`
	} `yaml:"users"`
}

// ghHosts reads gh's logins; a file that is not there, or that cannot be read
// as one, has none: it is not ours to complain about.
func (s Source) ghHosts() map[string]ghLogin {
	if s.GHConfigDir == "" {
		return nil
	}
	content, err := readSmall(filepath.Join(s.GHConfigDir, "hosts.yml"))
	var raw map[string]ghLogin
	if err != nil || yaml.Unmarshal(content, &raw) != nil {
		return nil
	}
	hosts := make(map[string]ghLogin, len(raw))
	for h, login := range raw {
		hosts[forge.NormalizeHost(h)] = login
	}
	return hosts
}

// fromGH takes gh's login for a host. gh itself is asked only where its file
// says that there is a login and keeps the token elsewhere.
func (s Source) fromGH(ctx context.Context, host string, _ bool) (Token, []string, error) {
	login, ok := s.ghHosts()[host]
	if !ok {
		return Token{}, nil, nil
	}
	user, value := login.User, login.Token
	if wanted := s.account.Login; wanted != "" && !strings.EqualFold(wanted, user) {
		user, value = wanted, ""
	}
	if of := login.Users[user].Token; of != "" {
		value = of
	}
	if value == "" {
		value = s.askGH(ctx, host, user, user != login.User)
	}
	value, err := checked(value, "gh's login for "+host)
	return Token{Value: value, Origin: "gh", User: user}, nil, err
}

// askGH runs gh without the variables that hold tokens: it would answer with
// one of those, whichever host it is for.
func (s Source) askGH(ctx context.Context, host, user string, another bool) string {
	if s.Run == nil {
		return ""
	}
	name := s.env("GH_PATH")
	if name == "" {
		name = "gh"
	}
	args := []string{"auth", "token", "--hostname", host}
	if another {
		args = append(args, "--user", user)
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	out, err := s.Run(ctx, Command{
		Name: name, Args: args, Unset: append(tokenVariables(), "GH_HOST", "GH_DEBUG"),
		Set: []string{"GH_CONFIG_DIR=" + s.GHConfigDir, "GH_PROMPT_DISABLED=1", "GH_NO_UPDATE_NOTIFIER=1"},
	})
	if err != nil {
		return "" // no gh, or not signed in: the next place is asked
	}
	return string(out)
}

func tokenVariables() []string {
	return []string{"ISRC_TOKEN", "GH_TOKEN", "GITHUB_TOKEN", "GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN"}
}

// fromGit asks git's credential helpers, and nobody else: not the terminal, and
// no window.
func (s Source) fromGit(ctx context.Context, host string, _ bool) (Token, []string, error) {
	settings := s.settings()
	if s.Run == nil || s.withoutGit || settings.Git.Binary == "none" {
		return Token{}, nil, nil
	}
	name := settings.Git.Binary
	if name == "" || name == "auto" {
		name = "git"
	}
	of := settings.HostFor(host)
	question := "protocol=" + schemeOf(of) + "\nhost=" + host + "\n"
	if s.account.Login != "" {
		question += "username=" + s.account.Login + "\n"
	}
	bound, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	out, err := s.Run(bound, Command{
		Name: name, Args: []string{"-c", "credential.interactive=false", "credential", "fill"},
		Stdin: question + "\n", Set: noQuestions(), Unset: tokenVariables(),
	})
	if err != nil {
		if errors.Is(bound.Err(), context.DeadlineExceeded) && ctx.Err() == nil {
			return Token{}, []string{"git's credential helper did not answer within " + patience.String()}, nil
		}
		return Token{}, nil, nil
	}
	answer := attributes(string(out))
	value, err := checked(answer["password"], "git's credential for "+host)
	t := Token{Value: value, Origin: "git credential"}
	if u := answer["username"]; u != "x-access-token" && u != "oauth2" {
		t.User = u
	}
	if !s.account.mayBe(t.User) {
		return Token{}, nil, nil // a helper that does not heed the name
	}
	return t, nil, err
}

// noQuestions keeps git, its helpers and ssh from asking anybody.
func noQuestions() []string {
	return []string{"GIT_TERMINAL_PROMPT=0", "GIT_ASKPASS=", "SSH_ASKPASS=", "GCM_INTERACTIVE=never"}
}

// attributes reads the lines NAME=VALUE of git's credential protocol.
func attributes(s string) map[string]string {
	all := map[string]string{}
	for line := range strings.Lines(s) {
		line = strings.TrimRight(line, "\r\n")
		if line == "" {
			break
		}
		if name, value, ok := strings.Cut(line, "="); ok {
			all[name] = value
		}
	}
	return all
}
