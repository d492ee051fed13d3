package command

import (
	"maps"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// tooLong is how long nothing takes that works, however busy the machine is.
const tooLong = 3 * time.Minute

type scriptCommand = func(*testscript.TestScript, bool, []string)

// realScripts runs the scripts of a folder for which a stand-in for a program of
// this system is not enough, with commands of their own.
func realScripts(t *testing.T, folder string, own map[string]scriptCommand) {
	t.Helper()
	commands := map[string]scriptCommand{"exit": exitCommand, "expand": expandCommand, "forge": forgeCommand, "catalog": catalogCommand}
	maps.Copy(commands, own)
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("..", "..", "testdata", folder), RequireExplicitExec: true, Setup: setUp, Cmds: commands,
	})
}

// aStage is a test, or a script, in which programs are started.
type aStage interface {
	Check(error)
	Fatalf(string, ...any)
	Defer(func())
}

// testStage is the stage of a test that is no script.
type testStage struct{ *testing.T }

func (s testStage) Defer(end func()) { s.Cleanup(end) }

func (s testStage) Check(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// serve starts a program that cannot choose a port itself on one that was free a
// moment ago, and waits until it listens. Where somebody was faster, the program
// ends, and another port is tried. What it says goes to a file.
func serve(ts aStage, log string, program func(port string) *exec.Cmd) (port string) {
	for range 5 {
		port = freePort(ts)
		out, err := os.Create(log)
		ts.Check(err)
		cmd := program(port)
		cmd.Stdout, cmd.Stderr = out, out
		ts.Check(cmd.Start())
		ended := make(chan struct{})
		go func() {
			_ = cmd.Wait() // its log tells
			close(ended)
		}()
		if listens("127.0.0.1:"+port, ended) {
			ts.Defer(func() { _ = cmd.Process.Kill(); <-ended; _ = out.Close() })
			return port
		}
		_ = cmd.Process.Kill()
		<-ended
		ts.Check(out.Close())
	}
	said, err := os.ReadFile(log)
	ts.Check(err)
	ts.Fatalf("nothing listens: %s", strings.TrimSpace(string(said)))
	return ""
}

func freePort(ts aStage) string {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	_, port, err := net.SplitHostPort(ln.Addr().String())
	ts.Check(err)
	ts.Check(ln.Close())
	return port
}

// listens waits until somebody listens, or the program has ended: one of others
// does not say when it is ready.
func listens(address string, ended <-chan struct{}) bool {
	for end := time.Now().Add(tooLong); time.Now().Before(end); {
		c, err := net.Dial("tcp", address)
		if err == nil {
			_ = c.Close()
		}
		select {
		case <-ended:
			return false
		case <-time.After(50 * time.Millisecond): // between two looks
			if err == nil {
				return true
			}
		}
	}
	return false
}
