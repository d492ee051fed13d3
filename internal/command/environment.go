package command

import "slices"

// variable is one variable of the environment that isrc reads.
type variable struct {
	Name    string
	Meaning string
	// Elsewhere says that a library or program that isrc uses reads it.
	Elsewhere bool
}

// variables are those of one purpose.
type variables struct {
	Title string
	List  []variable
}

// environmentTable lists the variables that count, in the order of the help
// topic. A test holds it to the variables that the code asks for.
func environmentTable() []variables {
	settings := []variable{}
	for _, s := range settingTable() {
		if s.Variable != "" {
			settings = append(settings, variable{Name: s.Variable, Meaning: s.Key + ": " + s.Meaning})
		}
	}
	gh := variable{Name: "GH_HOST", Meaning: "host, where ISRC_HOST does not say it"}
	return []variables{
		{"Settings (those of hosts.HOST speak of the host in ISRC_HOST)", slices.Insert(settings, 1, gh)},
		{"Tokens, the first one found", []variable{
			{Name: "ISRC_TOKEN", Meaning: "for the host in ISRC_HOST or GH_HOST, else for hosts that your settings name"},
			{Name: "GH_TOKEN", Meaning: "for github.com and *.ghe.com"},
			{Name: "GITHUB_TOKEN", Meaning: "the same; in GitHub Actions for the server that the job runs on"},
			{Name: "GH_ENTERPRISE_TOKEN", Meaning: "for a company's own server, under the conditions of ISRC_TOKEN"},
			{Name: "GITHUB_ENTERPRISE_TOKEN", Meaning: "the same"},
			{Name: "ISRC_ACCOUNT", Meaning: "LOGIN or LOGIN@HOST: who to be for this command, where you have several accounts; only a kept token of that account will do"},
			{Name: "GH_CONFIG_DIR", Meaning: "where gh keeps its logins, which are read too"},
		}},
		{"The registry of your company's catalog", []variable{
			{Name: "ISRC_REGISTRY_USER", Meaning: "who signs in; without it what docker login or podman login has kept counts"},
			{Name: "ISRC_REGISTRY_PASSWORD", Meaning: "its password or token, for the host in catalog.source, else for the one that is named"},
			{Name: "REGISTRY_AUTH_FILE", Meaning: "where podman keeps logins"},
			{Name: "DOCKER_CONFIG", Meaning: "the folder where docker keeps logins; ~/.docker"},
			{Name: "XDG_RUNTIME_DIR", Meaning: "containers/auth.json is in it, where podman keeps logins too"},
		}},
		{"Terminal", []variable{
			{Name: "NO_COLOR", Meaning: "not empty: no colour"},
			{Name: "CLICOLOR", Meaning: "0: no colour"},
			{Name: "CLICOLOR_FORCE", Meaning: "not 0: colour although the output is no terminal"},
			{Name: "TERM", Meaning: "dumb: no colour"},
			{Name: "COLUMNS", Meaning: "width, where the terminal does not say it"},
			{Name: "LC_ALL", Meaning: "the locale; without UTF-8 in it, symbols are ASCII"},
			{Name: "LC_CTYPE", Meaning: "the same, where LC_ALL is not set"},
			{Name: "LANG", Meaning: "the same, where neither is set"},
			{Name: "CI", Meaning: "not empty: never ask"},
			{Name: "BROWSER", Meaning: "program to open pages with, where the setting browser does not say it"},
		}},
		{"Network", []variable{
			{Name: "HTTPS_PROXY", Meaning: "proxy for https; lower case counts too, as in all of these"},
			{Name: "HTTP_PROXY", Meaning: "proxy for http"},
			{Name: "ALL_PROXY", Meaning: "proxy for what the other two leave open"},
			{Name: "NO_PROXY", Meaning: "hosts that are reached without one; this machine always is"},
			{Name: "SSL_CERT_FILE", Meaning: "certificate authorities in place of the system's", Elsewhere: true},
			{Name: "SSL_CERT_DIR", Meaning: "the same, a folder of them", Elsewhere: true},
			{Name: "GIT_SSL_CAINFO", Meaning: "the authorities that git trusts, for hosts without a caFile"},
		}},
		{"Git's own, which git reads; without a git program isrc does", []variable{
			{Name: "GIT_AUTHOR_NAME", Meaning: "who commits; GIT_COMMITTER_NAME counts for the committer alone"},
			{Name: "GIT_AUTHOR_EMAIL", Meaning: "with which address; GIT_COMMITTER_EMAIL for the committer alone"},
			{Name: "EMAIL", Meaning: "the address, where nothing else says it"},
			{Name: "GIT_AUTHOR_DATE", Meaning: "when a commit was written"},
			{Name: "GIT_COMMITTER_DATE", Meaning: "when it was made"},
			{Name: "GIT_CONFIG_GLOBAL", Meaning: "git's settings of yours, in place of ~/.gitconfig"},
			{Name: "GIT_CONFIG_NOSYSTEM", Meaning: "not empty: git's settings of the system do not count"},
			{Name: "GIT_SSH_COMMAND", Meaning: "the ssh that git uses; its aliases of hosts count"},
			{Name: "SSH_ASKPASS_REQUIRE", Meaning: "whether ssh asks in a window; never, where nobody can be asked"},
		}},
		{"CI", []variable{
			{Name: "GITHUB_ACTIONS", Meaning: "true: GITHUB_TOKEN belongs to GITHUB_SERVER_URL"},
			{Name: "GITHUB_SERVER_URL", Meaning: "the server that the job runs on"},
			{Name: "GITHUB_BASE_REF", Meaning: "the base of isrc check in a job of a pull request"},
			{Name: "GITHUB_EVENT_PATH", Meaning: "the event of the job, with the pull request's title and text"},
			{Name: "GITHUB_STEP_SUMMARY", Meaning: "the summary of the job, to which isrc check --report markdown=FILE appends"},
		}},
		{"Finding out what happens", []variable{
			{Name: "ISRC_SKIP_HOOKS", Meaning: "not empty: the hooks of isrc hook install judge nothing"},
			{Name: "ISRC_DEBUG", Meaning: "api, git or all: write what is done to stderr, without secrets"},
		}},
		{"Folders and programs", []variable{
			{Name: "XDG_CONFIG_HOME", Meaning: "isrc/config.yaml is in it; ~/.config"},
			{Name: "XDG_CONFIG_DIRS", Meaning: "the system's isrc/config.yaml is in one of them; /etc/xdg"},
			{Name: "XDG_STATE_HOME", Meaning: "isrc/runs is in it, the record of your contributions; ~/.local/state"},
			{Name: "XDG_CACHE_HOME", Meaning: "isrc is in it, what may be lost; ~/.cache"},
			{Name: "XDG_DATA_HOME", Meaning: "isrc is in it, catalogs; ~/.local/share"},
			{Name: "HOME", Meaning: "your folder"},
			{Name: "USERPROFILE", Meaning: "your folder on Windows"},
			{Name: "APPDATA", Meaning: "settings on Windows, where XDG_CONFIG_HOME is not set"},
			{Name: "LOCALAPPDATA", Meaning: "state, cache and data on Windows"},
			{Name: "PROGRAMDATA", Meaning: "the system's settings on Windows"},
			{Name: "PATH", Meaning: "where git and gh are looked for"},
		}},
	}
}
