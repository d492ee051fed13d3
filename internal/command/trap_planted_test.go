package command

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestTheTrapFindsWhatIsPlanted puts the secret into each channel once: a trap
// that sees nothing there would find every command sound.
func TestTheTrapFindsWhatIsPlanted(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, place string
		plant       func(*trap, *planted)
	}{
		{"standard output", "the output of", func(x *trap, p *planted) { p.isrc("echo " + p.secret) }},
		{"standard error", "says", func(x *trap, p *planted) { p.isrc("echo nothing; echo 'no: " + p.basic() + "' >&2") }},
		{"a file of HOME", "home/.config/isrc/x", func(x *trap, p *planted) { p.write("home/.config/isrc/x", "kept: "+p.secret) }},
		{"a temporary file", "tmp/x", func(x *trap, p *planted) { p.write("tmp/x", "\x00"+p.secret+"\x00") }},
		{"the git configuration of a clone", "work/clone/.git/config", func(x *trap, p *planted) {
			p.write("work/clone/.git/config", "[remote \"origin\"]\n\turl = https://x:"+p.secret+"@host/x.git\n")
		}},
		{"a journal", "runs/1.jsonl", func(x *trap, p *planted) {
			p.write("home/.local/state/isrc/runs/1.jsonl", `{"event":"failed","error":"remote: `+p.basic()+`"}`)
		}},
		{"a cached answer", "cache/isrc/http/a.json", func(x *trap, p *planted) {
			p.write("home/.cache/isrc/http/a.json", fmt.Sprintf(`{"Body":%q}`, base64.StdEncoding.EncodeToString([]byte(`{"message":"`+p.secret+`"}`))))
		}},
		{"the name of a file", "the name of a file", func(x *trap, p *planted) { p.write("work/"+p.secret, "") }},
		{"a link", "the link", func(x *trap, p *planted) { p.must(os.Symlink("/x/"+p.secret, filepath.Join(p.dir, "work", "link"))) }},
		{"the arguments of a process", "the cmdline of a process", func(x *trap, p *planted) { p.start(nil, "sh", p.secret) }},
		{"the environment of a process", "the environ of a process", func(x *trap, p *planted) { p.start([]string{"SECRET=" + p.secret}) }},
		{"what a program is given that ends at once", "git.log", func(x *trap, p *planted) {
			p.git(nil, "-c", "http.extraHeader=Authorization: Basic "+p.basic(), "version")
		}},
		{"the environment of a program that ends at once", "git.log", func(x *trap, p *planted) { p.git([]string{"ISRC_TOKEN=" + p.secret}, "version") }},
		{"credentials sent to a stranger", "the credentials that a stranger was sent", func(x *trap, p *planted) { p.send("/", "", "Authorization", "Basic of something else") }},
		{"a header sent to a stranger", "the headers of a request", func(x *trap, p *planted) { p.send("/", "", "Referer", "https://x:"+p.secret+"@h/") }},
		{"an address that a stranger was asked for", "the address of a request", func(x *trap, p *planted) { p.send("/"+url.PathEscape(p.secret), "") }},
		{"a body sent to a stranger", "the body of a request", func(x *trap, p *planted) { p.send("/", "access_token="+p.secret) }},
		{"an escaped form", "the body of a request", func(x *trap, p *planted) { p.send("/", "t="+percent(p.secret)) }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := &planted{t: t, dir: t.TempDir(), secret: "ghp_" + rand.Text()} // another test's trap sees its processes, too
			x := newTrap(t, p.secret)
			var mu sync.Mutex // a stranger tells, too
			var found []string
			x.fail = func(place, _ string) { mu.Lock(); defer mu.Unlock(); found = append(found, place) }
			p.trap, p.stranger = x, x.stranger("a stranger", false).URL
			for _, dir := range []string{"home", "work", "tmp"} {
				p.must(os.MkdirAll(filepath.Join(p.dir, dir), 0o700))
			}
			p.log = record(t, filepath.Join(p.dir, "bin"), "git", "exec true")
			p.write("bin/git.log", "")
			stop := func() {}
			if strings.HasSuffix(tt.place, "of a process") {
				stop = x.watch()
			}
			tt.plant(x, p)
			if p.running != nil {
				for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline) && !x.found(); {
					time.Sleep(5 * time.Millisecond)
				}
				p.must(p.running.Process.Kill())
				_ = p.running.Wait() // it was killed
			}
			stop()
			x.files(nil, filepath.Join(p.dir, "home"), filepath.Join(p.dir, "work"), filepath.Join(p.dir, "tmp"))
			log, err := os.ReadFile(p.log)
			p.must(err)
			x.look("git.log", string(log))
			mu.Lock()
			defer mu.Unlock()
			if len(found) != 1 || !strings.Contains(found[0], tt.place) {
				t.Errorf("found in %q, want one place like %q", found, tt.place)
			}
		})
	}
}

// found tells whether anything was caught by now.
func (x *trap) found() bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return len(x.caught) > 0
}

func percent(s string) string {
	out := ""
	for _, b := range []byte(s) {
		out += fmt.Sprintf("%%%02x", b)
	}
	return out
}

// planted is a machine on which a secret is put somewhere.
type planted struct {
	t                  *testing.T
	trap               *trap
	secret             string
	dir, stranger, log string
	running            *exec.Cmd
}

// basic is the secret as it is sent to sign in.
func (p *planted) basic() string {
	return base64.StdEncoding.EncodeToString([]byte("whoever-it-is:" + p.secret))
}

func (p *planted) must(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}

func (p *planted) write(name, text string) {
	p.t.Helper()
	path := filepath.Join(p.dir, filepath.FromSlash(name))
	p.must(os.MkdirAll(filepath.Dir(path), 0o700))
	p.must(os.WriteFile(path, []byte(text), 0o600))
}

// isrc is a program in place of isrc, looked at as the canary looks at isrc.
func (p *planted) isrc(script string) {
	p.t.Helper()
	file := filepath.Join(p.t.TempDir(), "isrc")
	p.must(writeProgram(file, "#!/bin/sh\n"+script+"\n", 0o700))
	c := &canary{person: &person{t: p.t, dir: p.dir, env: []string{"PATH=" + filepath.Dir(file) + ":" + os.Getenv("PATH")}}, trap: p.trap, program: file}
	c.isrc("version")
}

// start runs a program that waits until it is killed.
func (p *planted) start(env []string, args ...string) {
	p.t.Helper()
	p.running = exec.Command("sh", append([]string{"-c", "read word"}, args...)...)
	p.running.Env = append([]string{"PATH=" + os.Getenv("PATH")}, env...)
	in, err := p.running.StdinPipe()
	p.must(err)
	p.t.Cleanup(func() { _ = in.Close() })
	p.must(p.running.Start())
}

func (p *planted) git(env []string, args ...string) {
	p.t.Helper()
	cmd := exec.Command(filepath.Join(p.dir, "bin", "git"), args...)
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH")}, env...)
	p.must(cmd.Run())
}

func (p *planted) send(path, body string, header ...string) {
	p.t.Helper()
	req, err := http.NewRequest(http.MethodPost, p.stranger+path, strings.NewReader(body))
	p.must(err)
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	p.must(err)
	p.must(resp.Body.Close())
}
