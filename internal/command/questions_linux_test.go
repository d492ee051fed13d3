package command

import (
	"bytes"
	"context"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/isrc-dev/isrc/internal/forge/sandbox"
	"github.com/isrc-dev/isrc/internal/term"
)

// question is one that isrc asks, and how a test comes to it.
type question struct {
	scene  func(*questioned)
	dir    string   // below the folder of the scene
	args   string   // HOST stands for the forge's
	env    []string // beside that of the scene
	before []string // the questions that come before, each with its answer
	asks   string   // what shows that it waits
	wrong  string   // an answer that is none, "" where any is one
	says   string   // what is said to it
	other  string   // an answer that stops, or Enter where that is the one; "-" for none
	stops  int      // the exit code of that
	right  string   // the answer that goes on
	after  []string // what is asked then, each with its answer
	exit   int
}

const (
	enter   = "\n"
	yesNo   = "Please answer y or n."
	aNumber = "Please answer with a number"
)

// questions has a row for every place in the code that asks.
func questions() map[string]question {
	contributed := func(s *questioned) { s.run(exitDone, "contribute platform/lib --branch fix --dir lib --yes") }
	submitted := func(s *questioned) {
		contributed(s)
		s.commit("lib", "Mend it")
		s.run(exitDone, "-C lib submit --yes")
	}
	const contribute = "contribute platform/lib --branch fix --dir lib"
	const form = "propose platform/forms --title Grip"
	return map[string]question{
		"contribute_run.go agree":         {args: contribute, asks: "Go on? [Y/n] ", wrong: "maybe", says: yesNo, other: "n", stops: exitInterrupted, right: enter},
		"contribute_resume.go unfinished": {scene: twoRuns, args: "contribute platform/lib", asks: "Which one goes on? [1] ", wrong: "9", says: aNumber, other: "-", right: "2"},
		"abandon.go agreeToEnd":           {scene: contributed, dir: "lib", args: "abandon", asks: "[y/N] ", wrong: "perhaps", says: yesNo, other: enter, stops: exitInterrupted, right: "y"},
		"abandon.go agreeToEnd 2":         {scene: submitted, dir: "lib", args: "abandon", before: []string{"[y/N] ", "y"}, asks: "Close its pull request", wrong: "perhaps", says: yesNo, other: "-", right: enter},
		"forks_clean.go cleanFork":        {scene: whenDeclined, args: "forks clean --lose newcomer/lib", asks: "and lose 1 commit of fix? [y/N] ", wrong: "perhaps", says: yesNo, other: enter, stops: exitDone, right: "y"},
		"sync.go mayReplace":              {scene: whenBehind, dir: "lib", args: "sync", asks: "by the rebased ones? [Y/n] ", wrong: "perhaps", says: yesNo, other: "-", right: enter},
		"finish.go mayDelete":             {scene: whenMerged, dir: "lib", args: "finish", asks: "newcomer/lib? [Y/n] ", wrong: "perhaps", says: yesNo, other: "n", stops: exitDone, right: enter},
		"finish.go mayDelete 2":           {scene: whenDeclined, dir: "lib", args: "finish --remove", asks: "newcomer/lib? [y/N] ", wrong: "perhaps", says: yesNo, other: enter, stops: exitDone, right: "y"},
		"check_run.go runCommands":        {scene: contributed, dir: "lib", args: "check --run", asks: "[y/N] ", wrong: "perhaps", says: yesNo, other: enter, stops: exitInterrupted, right: "y"},
		"bulk_run.go agree":               {scene: listed, args: "contribute --repos repos.txt --exec 'echo mended > mended.txt' --title Mend", asks: "Open up to 1 pull request in this repository? [y/N] ", wrong: "perhaps", says: yesNo, other: enter, stops: exitInterrupted, right: "y"},
		"submit_run.go moveCommits":       {scene: onMain, dir: "lib", args: "submit --repo platform/lib", asks: "Name of a branch to move them to: ", other: enter, stops: exitInterrupted, right: "moved"},

		"propose.go askTitle":        {args: "propose platform/lib", asks: "in one line: ", other: enter, stops: exitUsage, right: "Grip", after: []string{"leaves it out): ", "", "Open it? [Y/n] ", ""}},
		"propose.go takeSimilar":     {scene: similar, args: "propose platform/lib --title Grip", asks: "Open yours beside them? [1] ", wrong: "3", says: aNumber, other: "-", right: enter},
		"propose.go askSections":     {args: "propose platform/lib --title Grip", asks: "Why, in a line or two (Enter leaves it out): ", other: "-", right: "It slips", after: []string{"Open it? [Y/n] ", ""}},
		"propose.go askField 2":      {args: "propose platform/sizes --title Grip", asks: "How big (one of: small, large): ", wrong: "huge", says: "Please answer with one of: small, large.", other: "-", right: "Small", after: []string{"Open it? [Y/n] ", ""}},
		"propose.go fillProposal":    {args: form + " --section Why=why.txt", scene: reasons, asks: "I have looked [y/N] ", wrong: "perhaps", says: yesNo, other: enter, stops: exitInterrupted, right: "y", after: []string{"Open it? [Y/n] ", ""}},
		"propose.go askField":        {args: form + " --tick 'I have looked'", before: []string{"Why: ", ""}, asks: "Why: ", other: enter, stops: exitUsage, right: "It slips", after: []string{"Open it? [Y/n] ", ""}},
		"propose.go agreeToProposal": {args: form + " --tick 'I have looked' --section Why=why.txt", scene: reasons, asks: "Open it? [Y/n] ", wrong: "perhaps", says: yesNo, other: "n", stops: exitInterrupted, right: enter},

		"setup.go setupArgument":        {args: "setup --dry-run", asks: "URL of your company's file [", other: "-", right: enter},
		"setup_ask.go askForHost":       {args: "setup 127.0.0.1:1 --orgs platform", asks: "(Enter to go on without): ", wrong: "no proxy", says: "isrc: ", other: "-", right: enter, exit: exitUnavailable},
		"setup_ask.go askForHost 2":     {args: "setup HOST", asks: "(Enter: all that you can see): ", other: "-", right: "platform"},
		"setup.go offerLogin":           {args: "setup HOST --scheme http --orgs platform", scene: setUpOnce, env: []string{"ISRC_TOKEN="}, asks: "Sign in now? [Y/n] ", wrong: "perhaps", says: yesNo, other: "n", stops: exitSignIn, right: enter, after: []string{"paste it): ", ""}, exit: exitSignIn},
		"setup_file.go agreeToSettings": {args: "setup company.yaml", scene: companyFile, asks: "[Y/n] ", wrong: "perhaps", says: yesNo, other: "n", stops: exitInterrupted, right: enter},
		"auth_device.go offerPage":      {scene: byCode, args: "auth login", env: []string{"ISRC_TOKEN=", "BROWSER=true"}, asks: "Open it in a browser here? [Y/n] ", wrong: "perhaps", says: yesNo, other: "-", right: enter},
		"auth.go readToken":             {args: "auth login", env: []string{"ISRC_TOKEN="}, asks: "while you paste it): ", other: enter, stops: exitInterrupted, right: "ghp_nonsense", exit: exitSignIn},

		"find_pick.go pick":    {args: "find lib --pick", asks: "Esc cancel", other: "\x1b", stops: exitInterrupted, right: "\r"},
		"pick.go pickByNumber": {args: "find lib --pick", env: []string{"TERM=dumb"}, asks: "which repository? [1] ", wrong: "9", says: aNumber, other: "-", right: enter},
	}
}

// questioned is one forge and one machine on which a question is asked.
type questioned struct {
	t     *testing.T
	forge *sandbox.Forge
	dir   string
	path  string // what comes before PATH
	isrc  string
}

func newQuestioned(t *testing.T) *questioned {
	t.Helper()
	isrc, err := exec.LookPath("isrc")
	if err != nil {
		t.Fatal(err)
	}
	s := &questioned{t: t, dir: t.TempDir(), isrc: isrc}
	w, begun := sandbox.NewWorld("questions"), time.Now()
	w.AddRepo("platform/lib", map[string]string{"README.md": "# lib\n", "CONTRIBUTING.md": "# Contributing\n\nRun the tests with `make test`.\n", "Makefile": "test:\n\t@true\n"})
	w.AddRepo("platform/forms", map[string]string{"README.md": "# forms\n", ".github/ISSUE_TEMPLATE/change.yml": changeForm})
	w.AddRepo("platform/sizes", map[string]string{"README.md": "# sizes\n", ".github/ISSUE_TEMPLATE/change.yml": sizeForm})
	if err := os.Mkdir(filepath.Join(s.dir, ".forge"), 0o700); err != nil {
		t.Fatal(err)
	}
	if s.forge, err = sandbox.Start(t.Context(), sandbox.Options{Dir: filepath.Join(s.dir, ".forge"), World: w, Now: func() time.Time { return clock.Add(time.Since(begun)) }}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.forge.Close() })
	s.write(".home/.config/isrc/config.yaml", fmt.Sprintf("host: %q\nhosts:\n  %q:\n    scheme: http\n", s.forge.Host(), s.forge.Host()))
	s.write(".home/.gitconfig", newcomersGit)
	return s
}

const sizeForm = `name: Size
description: How large is it?
body:
  - type: dropdown
    attributes: {label: How big, options: [small, large]}
    validations: {required: true}
`

const changeForm = `name: Change
description: What should it do that it does not?
body:
  - type: textarea
    attributes: {label: Why}
    validations: {required: true}
  - type: checkboxes
    attributes:
      label: Before
      options:
        - {label: I have looked, required: true}
`

func (s *questioned) write(name, text string) {
	s.t.Helper()
	path := filepath.Join(s.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		s.t.Fatal(err)
	}
	if err := writeProgram(path, text, 0o700); err != nil {
		s.t.Fatal(err)
	}
}

func (s *questioned) env() []string {
	home := filepath.Join(s.dir, ".home")
	return []string{
		"PATH=" + s.path + os.Getenv("PATH"), "HOME=" + home, "LANG=C.UTF-8", "TERM=xterm", "XDG_CONFIG_DIRS=" + filepath.Join(home, "none"), "XDG_CACHE_HOME=" + filepath.Join(s.dir, ".cache"),
		"GIT_CONFIG_GLOBAL=" + filepath.Join(home, ".gitconfig"), "GIT_CONFIG_NOSYSTEM=1", "GIT_TERMINAL_PROMPT=0", "ISRC_TOKEN=" + s.forge.TokenWith("newcomer", "repo", "read:org", "workflow", "delete_repo"),
	}
}

// run carries out what comes before a question, in this process.
func (s *questioned) run(want int, line string) {
	s.t.Helper()
	var said bytes.Buffer
	args := strings.Fields(strings.ReplaceAll(line, "HOST", s.forge.Host()))
	code := Run(context.Background(), Invocation{
		Args: args, Env: s.env(), Dir: s.dir, Streams: &term.Streams{In: strings.NewReader(""), Out: &said, Err: &said, Width: 80}, Now: func() time.Time { return clock }, Self: s.isrc,
	})
	if code != want {
		s.t.Fatalf("isrc %s: exit code %d, want %d\n%s", line, code, want, said.String())
	}
}

func (s *questioned) git(dir string, args ...string) string {
	s.t.Helper()
	cmd := exec.Command("git", append([]string{"-C", filepath.Join(s.dir, dir)}, args...)...)
	cmd.Env = s.env()
	out, err := cmd.CombinedOutput()
	if err != nil {
		s.t.Fatalf("git %v: %v\n%s", args, err, out)
	}
	return string(out)
}

func (s *questioned) commit(dir, message string) {
	s.t.Helper()
	s.git(dir, "commit", "--quiet", "--allow-empty", "-m", message)
}

// owner does something over the forge's API as the owner of everything.
func (s *questioned) owner(method, path, body string) {
	s.t.Helper()
	req, err := http.NewRequestWithContext(s.t.Context(), method, s.forge.URL()+"/api/v3/repos/platform/lib"+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("Authorization", "token "+s.forge.Token("platform-lead"))
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode >= 300 {
		s.t.Fatalf("%s %s: %s", method, path, resp.Status)
	}
}

// The scenes.

func (s *questioned) submitted() {
	s.t.Helper()
	s.run(exitDone, "contribute platform/lib --branch fix --dir lib --yes")
	s.commit("lib", "Mend it")
	s.run(exitDone, "-C lib submit")
}

func twoRuns(s *questioned) {
	s.run(exitDone, "contribute platform/lib --branch one --dir one --yes")
	s.run(exitDone, "contribute platform/lib --branch two --dir two --new --yes")
}

func whenDeclined(s *questioned) {
	s.submitted()
	s.owner(http.MethodPatch, "/pulls/1", `{"state":"closed"}`)
}

func whenMerged(s *questioned) {
	s.submitted()
	s.owner(http.MethodPut, "/pulls/1/merge", `{}`)
}

func whenBehind(s *questioned) {
	s.submitted()
	if err := s.forge.Push(s.t.Context(), "platform/lib", "platform-lead", "Go on", map[string]string{"more.md": "more\n"}); err != nil {
		s.t.Fatal(err)
	}
}

func listed(s *questioned) {
	s.write("repos.txt", "platform/lib\n")
}

func onMain(s *questioned) {
	s.run(exitDone, "contribute platform/lib --branch fix --dir lib --yes")
	s.git("lib", "checkout", "--quiet", "main")
	s.commit("lib", "Mend it")
}

func similar(s *questioned) { s.owner(http.MethodPost, "/issues", `{"title":"Grip"}`) }

func reasons(s *questioned) { s.write("why.txt", "It slips.\n") }

func setUpOnce(s *questioned) { s.run(exitDone, "setup HOST --scheme http --orgs platform") }

func byCode(s *questioned) {
	s.run(exitDone, "config set hosts.HOST.oauthClientId "+sandbox.OAuthClient)
	s.forge.PlanDevice(sandbox.DevicePlan{Login: "newcomer"})
}

func companyFile(s *questioned) { s.write("company.yaml", "orgs: [platform]\n") }

// what is everything that an interruption must leave alone: files of the user,
// branches, journals, settings, and what was asked of the forge to change.
func (s *questioned) what() string {
	s.t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(s.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, _ := filepath.Rel(s.dir, path)
		switch {
		case name == ".forge", name == ".cache":
			return fs.SkipDir
		case d.Name() == ".git" && d.IsDir():
			fmt.Fprintf(&b, "%s at %s%s", name, s.git(filepath.Dir(name), "rev-parse", "--symbolic-full-name", "HEAD"), s.git(filepath.Dir(name), "for-each-ref", "refs/heads", "refs/isrc"))
			return fs.SkipDir
		case !d.Type().IsRegular() || filepath.Ext(name) == ".lock":
			return nil
		}
		data, err := os.ReadFile(path)
		fmt.Fprintf(&b, "%s: %q\n", name, data)
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	for _, r := range s.forge.Requests() {
		if r.Method != http.MethodGet && r.Method != http.MethodHead && !strings.HasSuffix(r.Path, "/graphql") && r.Path != "/login/device/code" && !strings.HasSuffix(r.Path, "/git-upload-pack") {
			fmt.Fprintf(&b, "%s %s %d\n", r.Method, r.Path, r.Status)
		}
	}
	return b.String()
}

// at opens a terminal and comes to the question.
func (s *questioned) at(q question) (a *aTerminal, end int) {
	s.t.Helper()
	line := strings.ReplaceAll(q.args, "HOST", s.forge.Host())
	var args []string
	for i, part := range strings.Split(line, "'") {
		if i%2 == 1 {
			args = append(args, part)
		} else {
			args = append(args, strings.Fields(part)...)
		}
	}
	cmd := exec.Command(s.isrc, args...)
	cmd.Dir, cmd.Env = filepath.Join(s.dir, q.dir), append(s.env(), q.env...)
	a = openTerminal(s.t, cmd)
	return a, a.awaits(q.asks, a.talk(q.before, end))
}

// talk waits for questions and answers each.
func (a *aTerminal) talk(pairs []string, from int) (end int) {
	a.t.Helper()
	for end = from; len(pairs) > 1; pairs = pairs[2:] {
		end = a.awaits(pairs[0], end)
		a.types(pairs[1] + enter)
	}
	return end
}

// TestEveryQuestion puts every question of isrc to a person who goes away from it
// in all ways, and then answers.
func TestEveryQuestion(t *testing.T) {
	t.Parallel()
	all := questions()
	for _, at := range placesThatAsk(t) {
		q, ok := all[at]
		if !ok {
			t.Errorf("%s asks something: how to come to it belongs into questions()", at)
			continue
		}
		delete(all, at)
		t.Run(at, func(t *testing.T) {
			t.Parallel()
			s := newQuestioned(t)
			if q.scene != nil {
				q.scene(s)
			}
			s.leaves(q)
			s.answers(q)
		})
	}
	for at := range all {
		t.Errorf("%s is no place that asks", at)
	}
}

// leaves goes away from the question in every way.
func (s *questioned) leaves(q question) {
	t := s.t
	t.Helper()
	for _, way := range []struct {
		name string
		do   func(*aTerminal)
	}{
		{"Ctrl-C", func(a *aTerminal) { a.types("\x03") }},
		{"Ctrl-\\", func(a *aTerminal) { a.types("\x1c") }},
		{"Ctrl-D", func(a *aTerminal) { a.types("\x04") }},
		{"closing the terminal", (*aTerminal).hangsUp},
	} {
		before := s.what()
		a, _ := s.at(q)
		t.Log(way.name)
		way.do(a)
		if code := a.exits(); code != exitInterrupted {
			t.Errorf("%s: exit code %d\n%s", way.name, code, a.text())
		}
		if way.name != "closing the terminal" {
			if wrong := a.leftOver(); len(wrong) > 0 {
				t.Errorf("%s leaves the terminal so: %s\n%q", way.name, strings.Join(wrong, "; "), a.text())
			}
		}
		if after := s.what(); after != before {
			t.Errorf("%s changes\n%s\nto\n%s", way.name, before, after)
		}
	}
}

// answers says no, or nothing where that is a no; then something wrong, and then
// what goes on.
func (s *questioned) answers(q question) {
	t := s.t
	t.Helper()
	if q.other != "-" {
		before := s.what()
		a, _ := s.at(q)
		a.types(strings.TrimSuffix(q.other, enter))
		if q.other[0] != '\x1b' {
			a.types(enter)
		}
		if code := a.exits(); code != q.stops {
			t.Errorf("%q: exit code %d, want %d\n%s", q.other, code, q.stops, a.text())
		}
		if after := s.what(); after != before {
			t.Errorf("%q changes\n%s\nto\n%s", q.other, before, after)
		}
	}
	a, end := s.at(q)
	if q.wrong != "" {
		a.types(q.wrong + enter)
		end = a.awaits(q.asks, a.awaits(q.says, end))
	}
	a.types(strings.TrimSuffix(q.right, enter))
	if q.right != "\r" {
		a.types(enter)
	}
	a.talk(q.after, end)
	if code := a.exits(); code != q.exit {
		t.Errorf("%q: exit code %d, want %d\n%s", q.right, code, q.exit, a.text())
	}
	if wrong := a.leftOver(); len(wrong) > 0 {
		t.Errorf("the terminal is left so: %s", strings.Join(wrong, "; "))
	}
}

// placesThatAsk lists every place in the code that asks: file and function, numbered
// where a function asks more than once.
func placesThatAsk(t *testing.T) []string {
	t.Helper()
	var out []string
	for _, pattern := range []string{"*.go", "../term/*.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") || filepath.Base(name) == "prompt.go" {
				continue
			}
			file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range file.Decls {
				fn, ok := d.(*ast.FuncDecl)
				if !ok {
					continue
				}
				at := filepath.Base(name) + " " + fn.Name.Name
				n := 0
				ast.Inspect(fn, func(node ast.Node) bool {
					call, ok := node.(*ast.SelectorExpr)
					if !ok || !slices.Contains([]string{"Confirm", "Input", "InputThat", "Text", "Choose", "Secret", "Pick"}, call.Sel.Name) || !isTerminal(call.X) {
						return true
					}
					if n++; n > 1 {
						out = append(out, fmt.Sprintf("%s %d", at, n))
					} else {
						out = append(out, at)
					}
					return true
				})
			}
		}
	}
	return out
}

// isTerminal tells whether something is a terminal's streams, or the package of them.
func isTerminal(x ast.Expr) bool {
	switch x := x.(type) {
	case *ast.Ident:
		return x.Name == "s" || x.Name == "term"
	case *ast.SelectorExpr:
		return x.Sel.Name == "io"
	}
	return false
}
