package command

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/isrc-dev/isrc/internal/forge/sandbox"
)

// What a hostile hand writes into a field: escape sequences that clear the
// screen, set the title and write the clipboard, text that reads backwards, a
// command to a CI runner, and lines that look like ours.
const poison = "\x1b[2J\x1b[31m\x1b]0;owned\x07\x1b]52;c;b3duZWQ=\x07\u202eevil\u2066\u200b\x9b31m\r\n::error file=a::owned\n##[group]owned\nisrc: error: owned\b\x00\x7f"

// worldOf is what a script's forge holds: the company, or a hostile one for
// the scripts that are called so.
func worldOf(env *testscript.Env) *sandbox.World {
	switch name := filepath.Base(env.WorkDir); {
	case strings.Contains(name, "hostile"):
		return hostileWorld()
	case strings.Contains(name, "thousand"):
		return sandbox.Estate(1300, 1)
	case strings.Contains(name, "public"):
		w := *sandbox.Acme()
		w.Repos, w.Anonymous = slices.Clone(w.Repos), true
		for i, r := range w.Repos { // others share what it points to
			public := *r
			public.Visibility = "public"
			w.Repos[i] = &public
		}
		return &w
	case strings.Contains(name, "policy"):
		w := *sandbox.Acme()
		w.Repos = slices.Clone(w.Repos)
		r := w.AddRepo("platform/old-pipelines", nil)
		r.Archived = true
		return &w
	}
	return moreRepos(filepath.Join(env.WorkDir, ".world"))
}

// moreRepos adds to the company what a script brings along as files of the form
// .world/OWNER/NAME/FILE; nil when it brings nothing.
func moreRepos(dir string) *sandbox.World {
	names, _ := filepath.Glob(filepath.Join(dir, "*", "*"))
	if len(names) == 0 {
		return nil
	}
	w := *sandbox.Acme()
	w.Repos = slices.Clone(w.Repos)
	for _, root := range names {
		files := map[string]string{}
		_ = filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() {
				return err
			}
			data, err := os.ReadFile(path)
			rel, _ := filepath.Rel(root, path)
			files[filepath.ToSlash(rel)] = string(data)
			return err
		})
		w.AddRepo(filepath.Base(filepath.Dir(root))+"/"+filepath.Base(root), files)
	}
	return &w
}

// hostileWorld has one repository in which every field is poisoned.
func hostileWorld() *sandbox.World {
	w := sandbox.NewWorld("hostile")
	r := w.AddRepo("platform/trap", map[string]string{
		"README.md":                        "# trap\n\n" + poison + "\n",
		"CONTRIBUTING.md":                  "# Contributing\n\nEvery commit must be signed off (`git commit -s`) " + strings.ReplaceAll(poison, "\n", " ") + ".\n\n" + poison + "\n\nRun `make test \x1b[31m\u202e`.\n\nBranch names must start with `fix/`\x1b[2J.\n",
		"CODEOWNERS":                       "* @platform/\x1b[31mowned\n",
		".github/PULL_REQUEST_TEMPLATE.md": "## What \x1b[2J\u202echanges\n\n" + poison + "\n\n## Checks\n\n- [ ] I have run the tests \x1b]0;owned\x07\n",
		".github/workflows/title.yml":      "name: \"title \\e[31m\\u202E\"\non: [pull_request]\njobs:\n  title:\n    name: \"::error::owned\\e[2J\"\n    runs-on: ubuntu-latest\n    steps:\n      - uses: amannn/action-semantic-pull-request@v5\n        env: {GITHUB_TOKEN: x}\n",
		"innersource.json":                 `{"title":"trap","description":"\u001b[2Jowned","isrc":{"schema":1,"owner":"\u001b[31mowned\u202e","support":{"channel":"#\u001b[2Jowned\r\n::error::owned"}}}`,
	})
	r.Description = "Token validation " + poison
	r.Language = "Go\x1b[31m"
	r.Topics = []string{"token", "validation"}
	r.Access = map[string]string{"platform-lead": "admin"}
	r.Rulesets = []sandbox.Ruleset{{Name: "main \x1b[2J" + poison, Rules: []sandbox.Rule{
		{Type: "pull_request"},
		{Type: "commit_message_pattern", Parameters: map[string]any{"name": poison, "operator": "regex", "negate": false, "pattern": "\x1b[31m|^[a-z]"}},
		{Type: "required_status_checks", Parameters: map[string]any{"required_status_checks": []map[string]any{{"context": "gate " + poison}}}},
	}}}
	r.Checks = []sandbox.Check{{Name: "DCO", Kind: "dco", App: "dco"}}
	r.History = []sandbox.Commit{
		{By: "platform-lead", Age: sandbox.Days(300), Message: "feat: begin"},
		{By: "platform-lead", Age: sandbox.Days(100), Message: "feat: owned \x1b[2J\u202e\n\n::error::owned\n\x1b]0;owned\x07"},
	}
	huge := strings.Repeat("owned\x1b[2J ", 1<<20/10)
	r.Labels = []sandbox.Label{{Name: "help wanted \x1b[31m", Color: "b60205", Description: poison}}
	r.Issues = []sandbox.Issue{
		{Number: 1, By: "platform-lead", Age: sandbox.Days(9), Title: "Reject " + poison + " tokens", Body: poison, Labels: []string{"help wanted"}},
		{Number: 2, By: "platform-lead", Age: sandbox.Days(8), Title: huge, Body: huge, Labels: []string{"help wanted"}},
		{Number: 3, By: "platform-lead", Age: sandbox.Days(8), Title: "--upload-pack=/bin/sh $(touch owned) `touch owned`; ../../../etc/passwd", Labels: []string{"good first issue"}},
	}
	r.Pulls = []sandbox.Pull{{Number: 4, By: "platform-lead", Age: sandbox.Days(7), Branch: "open-\u202eevil", Title: "feat: " + poison, Body: poison, Reviews: []sandbox.Review{{By: "platform-lead", State: "COMMENTED", Age: sandbox.Days(6), Body: poison}}}}
	r.Releases = []sandbox.Release{{Tag: "v1.0.0", Name: poison, Body: poison, By: "platform-lead", Age: sandbox.Days(20)}}
	return w
}

// ciCommand is a line that a CI runner would carry out.
var ciCommand = regexp.MustCompile(`(?m)^\s*(::[a-z-]+.*::|##\[|##vso\[)`)

// safeCommand runs isrc and wants that nothing it writes moves the cursor,
// reorders text, commands a CI runner, or is endless: safe CODE isrc ARGS...
func safeCommand(ts *testscript.TestScript, neg bool, args []string) {
	exitCommand(ts, neg, args)
	for _, stream := range []string{"stdout", "stderr"} {
		text := ts.ReadFile(stream)
		if why := unsafe(text); why != "" {
			ts.Fatalf("%v: %s %s", args[1:], stream, why)
		}
	}
}

func unsafe(text string) string {
	if len(text) > 64<<10 {
		return fmt.Sprintf("has %d bytes", len(text))
	}
	if !utf8.ValidString(text) {
		return "is no UTF-8"
	}
	for i, r := range text {
		if r != '\n' && r != '\t' && (unicode.IsControl(r) || invisibleToEyes(r)) {
			return fmt.Sprintf("has %U at byte %d: %q", r, i, text[max(0, i-60):min(len(text), i+20)])
		}
	}
	if m := ciCommand.FindString(text); m != "" {
		return fmt.Sprintf("has a line that commands a CI runner: %q", m)
	}
	if n := strings.Count("\n"+text, "\nisrc: error: owned"); n > 0 {
		return "has a line that is not ours"
	}
	return ""
}

func invisibleToEyes(r rune) bool { return unicode.Is(unicode.Cf, r) || r == 0x2028 || r == 0x2029 }

// escCommand is safe isrc with escapes in its arguments, written as Go writes
// them: esc CODE ARGS...
func escCommand(ts *testscript.TestScript, neg bool, args []string) {
	out := []string{args[0], "isrc"}
	for _, a := range args[1:] {
		plain, err := strconv.Unquote(`"` + a + `"`)
		ts.Check(err)
		out = append(out, plain)
	}
	safeCommand(ts, neg, out)
}

// poisonCommand adds what a hostile hand writes to files: poison FILE...
func poisonCommand(ts *testscript.TestScript, _ bool, args []string) {
	for _, name := range args {
		text := ts.ReadFile(name) + strings.ReplaceAll(poison, "\x00", "")
		ts.Check(os.WriteFile(ts.MkAbs(name), []byte(text), 0o600))
	}
}

// newerCommand makes the journals here look as a newer isrc writes them: the
// format number of the first line is higher than what this isrc reads.
func newerCommand(ts *testscript.TestScript, _ bool, _ []string) {
	paths, err := filepath.Glob(filepath.Join(ts.Getenv("HOME"), ".local", "state", "isrc", "runs", "*.jsonl"))
	ts.Check(err)
	if len(paths) == 0 {
		ts.Fatalf("there is no journal")
	}
	for _, p := range paths {
		data, err := os.ReadFile(p)
		ts.Check(err)
		newer := bytes.Replace(data, []byte(`"version":1`), []byte(`"version":9`), 1)
		if bytes.Equal(newer, data) {
			ts.Fatalf("%s has no version", p)
		}
		ts.Check(os.WriteFile(p, newer, 0o600))
	}
}
