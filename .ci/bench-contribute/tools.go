package main

import (
	"fmt"
	"strings"
)

// tool is one way to the same end, as a person would type it. REPO, BRANCH, HOST,
// TOKEN, API and ISRC stand for themselves in the environment of its shell.
type tool struct {
	name, end string // end: "clone", "ready" or "pull"; "request" is a single one
	home      string
	script    string
}

// By hand: the address has the token in it, which is the fastest way for git to
// know it, and leaves it in the clone's configuration.
const (
	gitFork   = `curl -sSf -o /dev/null -X POST -H "Authorization: token $TOKEN" "$API/repos/platform/$REPO/forks"` + "\n"
	gitClone  = `git clone -q --filter=blob:none "https://x:$TOKEN@$HOST/platform/$REPO.git" work` + "\n"
	gitBranch = `cd work
git remote rename origin upstream
git remote add origin "https://x:$TOKEN@$HOST/newcomer/$REPO.git"
git switch -q --no-track -c "$BRANCH" upstream/main
`
	gitChange = `echo "$BRANCH" >>README.md
git commit -qam "fix: $BRANCH"
`
	gitPull = `git push -q -u origin "$BRANCH"
curl -sSf -o /dev/null -X POST -H "Authorization: token $TOKEN" -d "{\"title\":\"fix: $BRANCH\",\"head\":\"newcomer:$BRANCH\",\"base\":\"main\",\"body\":\"One line.\"}" "$API/repos/platform/$REPO/pulls"
`
	ghFork   = `gh repo fork "$HOST/platform/$REPO" --clone --remote=true -- -q --filter=blob:none` + "\n"
	ghBranch = `cd "$REPO"
git switch -q --no-track -c "$BRANCH" upstream/main
`
	// "gh pr create" writes by GraphQL, which the sandbox only reads by.
	ghPull = `git push -q -u origin "$BRANCH"
gh api "repos/platform/$REPO/pulls" -f title="fix: $BRANCH" -f body='One line.' -f base=main -f head="newcomer:$BRANCH" --silent
`
)

// tools are all ways, those of gh only where it is installed.
func tools(gh bool) []tool {
	all := []tool{
		{"request", "request", "git", `curl -sSf -o /dev/null -H "Authorization: token $TOKEN" "$API/repos/platform/$REPO"`},
		{"clone", "clone", "git", gitClone},
		{"isrc", "ready", "isrc", `"$ISRC" contribute "platform/$REPO" --branch "$BRANCH" --new --yes`},
		{"git", "ready", "git", gitFork + gitClone + gitBranch},
		{"isrc", "pull", "isrc", `"$ISRC" contribute "platform/$REPO" --branch "$BRANCH" --new --yes --exec "echo $BRANCH >>README.md" --title "fix: $BRANCH"`},
		{"git", "pull", "git", gitFork + gitClone + gitBranch + gitChange + gitPull},
	}
	if gh {
		all = append(all,
			tool{"gh", "ready", "gh", ghFork + ghBranch},
			tool{"gh", "pull", "gh", ghFork + ghBranch + gitChange + ghPull})
	}
	return all
}

func (t tool) title() string { return t.name + " " + t.end }

// environment is what a shell of that tool sees: a home of its own, and nothing of the user's.
func (b *bench) environment(t tool, repo, branch string) []string {
	home := b.home(t.home)
	return append(b.path(),
		"HOME="+home, "XDG_CONFIG_HOME="+home+"/config", "XDG_STATE_HOME="+home+"/state", "XDG_CACHE_HOME="+home+"/cache", "XDG_DATA_HOME="+home+"/data",
		"REPO="+repo, "BRANCH="+branch, "HOST="+b.forge.host, "TOKEN="+b.forge.token, "API=https://"+b.forge.host+"/api/v3", "ISRC="+b.isrc,
		"SSL_CERT_FILE="+b.forge.ca, "GIT_SSL_CAINFO="+b.forge.ca, "CURL_CA_BUNDLE="+b.forge.ca,
		"ISRC_HOST="+b.forge.host, "ISRC_TOKEN="+b.forge.token, "ISRC_NO_INPUT=1", "NO_COLOR=1",
		"GH_HOST="+b.forge.host, "GH_ENTERPRISE_TOKEN="+b.forge.token, "GH_PROMPT_DISABLED=1", "GH_NO_UPDATE_NOTIFIER=1",
		"GIT_CONFIG_NOSYSTEM=1", "GIT_TERMINAL_PROMPT=0", "LC_ALL=C.UTF-8")
}

// gitconfig is what git is told in the home of a tool. gh signs git in by itself.
func gitconfig(home, host string) string {
	var s strings.Builder
	s.WriteString("[user]\n\tname = New Comer\n\temail = newcomer@acme.example\n[init]\n\tdefaultBranch = main\n")
	if home == "gh" {
		fmt.Fprintf(&s, "[credential \"https://%s\"]\n\thelper = !gh auth git-credential\n", host)
	}
	return s.String()
}
