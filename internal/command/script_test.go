package command

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/forge/sandbox"
	"github.com/isrc-dev/isrc/internal/workflow"
)

// clock is when the scripts happen.
var clock = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"isrc": func() { os.Exit(scripted()) }})
}

// scripted is isrc as scripts run it: the real command with a clock that begins
// at a fixed time, and with a place to die where a script asks for one.
func scripted() int {
	inv, err := system(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	inv.Now, inv.Sleep = scriptClock()
	inv.Typing = tooLong // on a busy machine nothing is read in a moment
	if file := os.Getenv("TEST_KEYRING"); file != "" {
		if err := keyringOf(file); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
	}
	ctx := untilEnded()
	kill, hold := os.Getenv("TEST_KILL_AT"), os.Getenv("TEST_HOLD_AT")
	inv.Trace = func(p workflow.Point) {
		passed(p)
		switch {
		case atPoint(p, kill):
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		case atPoint(p, hold):
			held(ctx)
		}
	}
	return Run(ctx, inv)
}

// scriptClock begins at a fixed time when the script does, as its forge's does, so
// that no command is before the one it follows. To sleep moves it on at once: what
// waits for minutes is told so and need not be waited for.
func scriptClock() (now func() time.Time, sleep func(context.Context, time.Duration) error) {
	begun, slept := time.Now(), atomic.Int64{}
	if t, err := time.Parse(time.RFC3339Nano, os.Getenv("TEST_BEGUN")); err == nil {
		begun = t
	}
	now = func() time.Time { return clock.Add(time.Since(begun) + time.Duration(slept.Load())) }
	return now, func(ctx context.Context, d time.Duration) error {
		slept.Add(int64(d))
		return ctx.Err()
	}
}

func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("..", "..", "testdata", "script"),
		RequireExplicitExec: true,
		Setup:               setUp,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"forge":    forgeCommand,
			"exit":     exitCommand,
			"expand":   expandCommand,
			"hold":     holdCommand,
			"resume":   resumeCommand,
			"safe":     safeCommand,
			"newer":    newerCommand,
			"esc":      escCommand,
			"poison":   poisonCommand,
			"mode":     modeCommand,
			"registry": registryCommand,
			"catalog":  catalogCommand,
		},
		Condition: condition,
	})
}

// condition knows what a script may ask of this machine.
func condition(name string) (bool, error) {
	if name != "smalldisk" {
		return false, fmt.Errorf("no such condition")
	}
	return exec.Command("unshare", "-Urm", "mount", "-t", "tmpfs", "-o", "size=40k", "tmpfs", os.TempDir()).Run() == nil, nil
}

type forgeKey struct{}

// newcomersGit is what git knows of the user. Tests are over before there is
// anything to tidy up: git asks itself after most commands whether there is, by
// another two processes, and newer ones go on in the background, where they change
// folders that a test looks at.
const newcomersGit = "[user]\n\tname = New Comer\n\temail = newcomer@acme.example\n[maintenance]\n\tauto = false\n[gc]\n\tauto = 0\n"

// setUp gives each script a forge, a home and a git configuration of its own.
func setUp(env *testscript.Env) error {
	dir := filepath.Join(env.WorkDir, ".forge")
	if err := errors.Join(renewPrograms(env.WorkDir), os.MkdirAll(dir, 0o755)); err != nil {
		return err
	}
	begun := time.Now()
	record, err := recorder(env)
	if err != nil {
		return err
	}
	f, err := sandbox.Start(context.Background(), sandbox.Options{Dir: dir, Now: func() time.Time { return clock.Add(time.Since(begun)) }, World: worldOf(env), Record: record})
	if err != nil {
		return err
	}
	env.Values[forgeKey{}], env.Values[holdKey{}] = f, make([]*aHold, 1)
	env.Values[connectorKey{}] = &connector{}
	env.Values[secondKey{}] = &second{}
	env.Values[registryKey{}] = &aRegistry{}
	env.Values[keyringKey{}] = &aKeyring{}
	env.Defer(func() { _ = f.Close() })
	home := filepath.Join(env.WorkDir, ".home")
	if err := os.MkdirAll(home, 0o755); err != nil {
		return err
	}
	gitconfig := filepath.Join(home, ".gitconfig")
	if err := os.WriteFile(gitconfig, []byte(newcomersGit+"[init]\n\tdefaultBranch = main\n[advice]\n\tdetachedHead = false\n"), 0o600); err != nil {
		return err
	}
	config := filepath.Join(home, ".config", "isrc")
	if err := os.MkdirAll(config, 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(config, "config.yaml"), []byte(fmt.Sprintf("host: %q\nhosts:\n  %q:\n    scheme: http\n", f.Host(), f.Host())), 0o600); err != nil {
		return err
	}
	env.Setenv("HOME", home)
	env.Setenv("XDG_CONFIG_HOME", "")
	env.Setenv("XDG_CONFIG_DIRS", filepath.Join(home, "none"))
	env.Setenv("GIT_CONFIG_GLOBAL", gitconfig)
	env.Setenv("GIT_CONFIG_NOSYSTEM", "1")
	env.Setenv("TEST_BEGUN", begun.Format(time.RFC3339Nano))
	env.Setenv("GIT_AUTHOR_DATE", clock.Format(time.RFC3339))
	env.Setenv("GIT_COMMITTER_DATE", clock.Format(time.RFC3339))
	env.Setenv("LANG", "C.UTF-8")
	env.Setenv("GORACE", os.Getenv("GORACE"))
	action, err := filepath.Abs(filepath.Join("..", "..", ".github", "actions", "check"))
	if err != nil {
		return err
	}
	env.Setenv("ACTION", action)
	env.Setenv("FORGE_URL", f.URL())
	env.Setenv("FORGE_HOST", f.Host())
	env.Setenv("ISRC_TOKEN", f.Token("newcomer"))
	return nil
}

// writeProgram writes a file that a test runs, or that a program runs which it
// starts. Nothing is started while the file is open: until it is the other program,
// a child would have it open, too, and what is open for writing cannot be run.
func writeProgram(name, text string, perm os.FileMode) error {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	return os.WriteFile(name, []byte(text), perm)
}

// renewPrograms writes the programs of a script anew, which testscript wrote while
// other scripts started processes.
func renewPrograms(dir string) error {
	return filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil || !strings.HasPrefix(string(text), "#!") {
			return err
		}
		return errors.Join(os.Remove(path), writeProgram(path, string(text), info.Mode().Perm()))
	})
}

// forgeCommand lets a script turn the forge's knobs and act as its people.
//
//	forge fork-delay N | listing-lag N | fault METHOD PATH KIND [N [STATUS [SKIP]]]
//	forge fault METHOD PATH short-limit [N]: a secondary limit of five seconds
//	forge token LOGIN VARIABLE [SCOPE...] | expired-token LOGIN VARIABLE
//	forge as LOGIN METHOD PATH [BODY] | forge mark | forge count [api|git|page] N | forge count-all … | forge clear
//	forge asked OWNER/NAME NUMBER [LOGIN|TEAM...]: just they are asked for a review
//	forge wrote N: so many requests since the mark changed something, git's too
//	forge push OWNER/NAME LOGIN MESSAGE PATH: a commit on the default branch
//	forge fail-check OWNER/NAME NUMBER CHECK LOGFILE | forge fail-check OWNER/NAME NUMBER CHECK PATH LINE MESSAGE
//	forge end-check OWNER/NAME NUMBER CHECK CONCLUSION|STATE: so it ends, or waits
//	forge queue OWNER/NAME NUMBER POSITION [STATE]: its place in the merge queue, 0 for none
//	forge pass-checks OWNER/NAME NUMBER N: so many more checks that pass
//	forge tls: a second forge with a CA of its own, in TLS_HOST, TLS_URL and TLS_CA
//	forge corp: this forge behind an own CA and a proxy, in CORP_HOST, CORP_CA and CORP_PROXY
//	forge proxied AGENT: a program of that name went through the proxy
//	forge tls-signed N: so many requests brought the second forge a credential
func forgeCommand(ts *testscript.TestScript, neg bool, args []string) {
	f := ts.Value(forgeKey{}).(*sandbox.Forge)
	if len(args) == 0 {
		ts.Fatalf("forge does what?")
	}
	number := func(i int) int {
		n, err := strconv.Atoi(args[i])
		ts.Check(err)
		return n
	}
	switch args[0] {
	case "tls":
		startTLS(ts)
	case "corp":
		startCorp(ts, f)
	case "tls-signed":
		n := 0
		for _, e := range ts.Value(secondKey{}).(*second).Requests() {
			if e.Authorized {
				n++
			}
		}
		if n != number(1) {
			ts.Fatalf("%d requests brought a credential, want %s", n, args[1])
		}
	case "proxied":
		if c := ts.Value(connectorKey{}).(*connector); (c.by(args[1]) == 0) != neg {
			ts.Fatalf("%s asked the proxy %d times", args[1], c.by(args[1]))
		}
	case "fork-delay":
		f.SetForkDelay(number(1))
	case "push":
		ts.Check(f.Push(context.Background(), args[1], args[2], args[3], map[string]string{args[4]: args[3] + "\n"}))
	case "fail-check":
		n, err := strconv.Atoi(args[2])
		ts.Check(err)
		how := sandbox.Failure{}
		if len(args) > 5 {
			how.Path, how.Line, how.Message = args[4], number(5), args[6]
		} else {
			how.Log = ts.ReadFile(args[4])
		}
		ts.Check(f.FailCheck(args[1], n, args[3], how))
	case "end-check":
		ts.Check(f.EndCheck(args[1], number(2), args[3], args[4]))
	case "queue":
		ts.Check(f.QueuePull(args[1], number(2), number(3), strings.Join(args[4:], "")))
	case "pass-checks":
		ts.Check(f.PassChecks(args[1], number(2), number(3)))
	case "listing-lag":
		f.SetListingLag(number(1))
	case "mark": // count from here
		ts.Setenv("FORGE_MARK", strconv.Itoa(len(f.Requests())))
	case "clear":
		f.ClearFaults()
	case "fault":
		fault := sandbox.Fault{Method: args[1], Path: args[2], Kind: sandbox.FaultKind(args[3]), Count: 1000}
		if args[3] == "short-limit" {
			fault.Kind, fault.RetryAfter = sandbox.FaultSecondaryLimit, 5*time.Second
		}
		if len(args) > 4 {
			fault.Count = number(4)
		}
		if len(args) > 5 {
			fault.Status = number(5)
		}
		if len(args) > 6 {
			fault.Skip = number(6)
		}
		f.AddFault(fault)
	case "token":
		ts.Setenv(args[2], f.Token(args[1]))
		if len(args) > 3 {
			ts.Setenv(args[2], f.TokenWith(args[1], args[3:]...))
		}
	case "expired-token":
		ts.Setenv(args[2], f.ExpiredToken(args[1]))
	case "as":
		body := ""
		if len(args) > 4 {
			body = args[4]
		}
		if file, ok := strings.CutPrefix(body, "@"); ok {
			body = ts.ReadFile(file)
		}
		status := request(ts, f, args[1], args[2], args[3], body)
		if neg != (status >= 300) {
			ts.Fatalf("%s %s answered %d", args[2], args[3], status)
		}
	case "count", "count-all":
		n, from := 0, 0
		if v := ts.Getenv("FORGE_MARK"); v != "" {
			var err error
			from, err = strconv.Atoi(v)
			ts.Check(err)
		}
		for _, e := range f.Requests()[from:] {
			if e.Kind == args[1] && (args[0] == "count-all" || e.Login == "newcomer" || forge.IsBotLogin(e.Login)) {
				n++
				ts.Logf("%s %s %d", e.Method, e.Path, e.Status)
			}
		}
		if n > number(2) {
			ts.Fatalf("%d %s requests, want at most %s", n, args[1], args[2])
		}
	default:
		if !changeForge(ts, f, args) {
			ts.Fatalf("forge knows no %q", args[0])
		}
	}
}

type (
	connectorKey struct{}
	secondKey    struct{}
	second       struct{ *sandbox.Forge }
)

// startTLS starts a second forge, whose certificate is signed by a CA that
// nobody knows.
func startTLS(ts *testscript.TestScript) {
	dir := ts.MkAbs(".tls")
	ts.Check(os.MkdirAll(dir, 0o755))
	begun := time.Now()
	f, err := sandbox.Start(context.Background(), sandbox.Options{Dir: dir, TLS: true, Now: func() time.Time { return clock.Add(time.Since(begun)) }})
	ts.Check(err)
	ts.Defer(func() { _ = f.Close() })
	f.Token("newcomer") // known to it from here on
	ts.Value(secondKey{}).(*second).Forge = f
	ts.Setenv("TLS_HOST", f.Host())
	ts.Setenv("TLS_URL", f.URL())
	ts.Setenv("TLS_CA", f.CAFile())
}

// startCorp puts the forge behind a host with a name, to which only a proxy
// leads.
func startCorp(ts *testscript.TestScript, f *sandbox.Forge) {
	ca := ts.MkAbs(".corp-ca.pem")
	cert, err := certify(ca, corpName)
	ts.Check(err)
	front, err := startFront(cert, behind(f, nil, nil))
	ts.Check(err)
	ts.Defer(front.close)
	address, stop, err := ts.Value(connectorKey{}).(*connector).listen("127.0.0.1:" + front.port)
	ts.Check(err)
	ts.Defer(stop)
	ts.Setenv("CORP_HOST", corpName)
	ts.Setenv("CORP_CA", ca)
	ts.Setenv("CORP_PROXY", address)
}

func request(ts *testscript.TestScript, f *sandbox.Forge, login, method, path, body string) int {
	req, err := http.NewRequest(method, f.URL()+"/api/v3"+path, strings.NewReader(body))
	ts.Check(err)
	req.Header.Set("Authorization", "token "+f.Token(login))
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	ts.Check(err)
	ts.Check(resp.Body.Close())
	return resp.StatusCode
}

// exitCommand runs a program and wants one exit code: exit CODE PROGRAM ARGS...
func exitCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exit CODE PROGRAM ARGS...")
	}
	err := ts.Exec(args[1], args[2:]...)
	got := 0
	if err != nil {
		var coded interface{ ExitCode() int }
		if !errors.As(err, &coded) {
			ts.Fatalf("run %v: %v", args[1:], err)
		}
		got = coded.ExitCode()
	}
	if fmt.Sprint(got) != args[0] {
		ts.Fatalf("%v: exit code %d, want %s", args[1:], got, args[0])
	}
}

// expandCommand replaces $VARIABLES in files: expand FILE...
func expandCommand(ts *testscript.TestScript, _ bool, args []string) {
	for _, name := range args {
		path := ts.MkAbs(name)
		data, err := os.ReadFile(path)
		ts.Check(err)
		ts.Check(os.WriteFile(path, []byte(os.Expand(string(data), ts.Getenv)), 0o600))
	}
}

// modeCommand wants the permissions of a file: mode 600 FILE.
func modeCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: mode OCTAL FILE")
	}
	info, err := os.Stat(ts.MkAbs(args[1]))
	ts.Check(err)
	if got := fmt.Sprintf("%o", info.Mode().Perm()); got != args[0] {
		ts.Fatalf("%s has mode %s, want %s", args[1], got, args[0])
	}
}

// recorder keeps every REST exchange of the suite when ISRC_RECORD names a
// folder, for checking the sandbox against GitHub's published description.
func recorder(env *testscript.Env) (func(sandbox.Exchange), error) {
	dir := os.Getenv("ISRC_RECORD")
	if dir == "" {
		return nil, nil
	}
	return sandbox.RecordTo(dir, filepath.Base(env.WorkDir))
}

func TestExitTableIsWhole(t *testing.T) {
	t.Parallel()
	var codes []int
	for _, row := range exitTable {
		codes = append(codes, row.Code)
		if row.Name == "" || row.Meaning == "" {
			t.Errorf("exit code %d has no name or meaning", row.Code)
		}
	}
	if want := []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 130}; !slices.Equal(codes, want) {
		t.Errorf("the exit codes are %v, want %v", codes, want)
	}
}
