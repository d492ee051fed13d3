//go:build !windows

package command

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sync/errgroup"
)

// spot is something that is written, where it lies, and the command that does.
type spot struct {
	what   string
	dir    string // of the scene; "" writes nothing and is given a home of its own
	before []string
	run    string
	fine   bool   // the command does without
	kill   string // point at which the last command before is killed
	full   bool   // a full disk makes sense
}

// writtenPlaces are all that isrc writes to.
func writtenPlaces() []spot {
	begin := "cd work; isrc contribute platform/lib --branch fix --dir lib --yes"
	commit := "cd work/lib; echo mended > 1.txt; git add 1.txt; git commit --quiet -m Mend"
	apply := begin + " --apply ../change.patch --title Mend"
	return []spot{
		{what: "the journal of a new run", dir: "home/.local/state/isrc", run: begin, full: true},
		{what: "the journal of a run that goes on", dir: "home/.local/state/isrc", before: []string{begin, commit}, run: "cd work/lib; isrc submit --yes", full: true},
		{what: "the clone", dir: "work", run: begin, full: true},
		{what: "the change of --apply", dir: "work/lib", before: []string{apply}, kill: "apply: before started is written", run: begin, full: true},
		{what: "what submit writes into the clone", dir: "work/lib/.git", before: []string{begin, commit}, run: "cd work/lib; isrc submit --yes", fine: true, full: true},
		{what: "the settings", dir: "home/.config/isrc", run: "isrc config set editor vi", full: true},
		{what: "the token", dir: "home/.config/isrc", run: "isrc auth login --with-token < token", full: true},
		{what: "the catalog", dir: "home/.local/share/isrc", run: "isrc catalog import repos.json", full: true},
		{what: "the cache", dir: "home/.cache", run: begin, fine: true, full: true},
		{what: "temporary files", dir: "tmp", run: begin, fine: true},
		{what: "nothing: find", dir: "home", run: "isrc find lib --live", fine: true},
		{what: "nothing: show", dir: "home", run: "isrc show platform/lib", fine: true},
		{what: "nothing: status", dir: "home", run: "isrc status", fine: true},
		{what: "nothing: check", dir: "home", before: []string{begin, commit}, run: "cd work/lib; isrc check", fine: true},
		{what: "nothing: version", dir: "home", run: "isrc version", fine: true},
	}
}

// ordinary gives the account that tests are run as where they are run by root,
// for whom every folder can be written to.
func ordinary() *syscall.Credential {
	if os.Geteuid() != 0 {
		return nil
	}
	const nobody = 65534
	return &syscall.Credential{Uid: nobody, Gid: nobody}
}

// openFolder is a new folder that others can come to: the one of the test, unless
// a folder above it is closed to them, else one where the system keeps such things.
func openFolder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if ordinary() == nil {
		return dir
	}
	if own := filepath.Dir(dir); reachable(filepath.Dir(own)) {
		if err := os.Chmod(own, 0o755); err != nil {
			t.Fatal(err)
		}
		return dir
	}
	for _, above := range []string{"/tmp", "/var/tmp"} {
		if !reachable(above) {
			continue
		}
		dir, err := os.MkdirTemp(above, "isrc-test-")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := os.RemoveAll(dir); err != nil {
				t.Error(err)
			}
		})
		return dir
	}
	t.Fatal("no folder here can be reached by an ordinary user")
	return ""
}

// reachable tells whether everybody may go into a folder and those above it.
func reachable(dir string) bool {
	for ; ; dir = filepath.Dir(dir) {
		info, err := os.Stat(dir)
		if err != nil || info.Mode().Perm()&0o001 == 0 {
			return false
		}
		if dir == filepath.Dir(dir) {
			return true
		}
	}
}

// newMachine is a scene whose commands are processes of an ordinary user.
func newMachine(t *testing.T, name string) *faultScene {
	t.Helper()
	s := newFaultSceneIn(t, openFolder(t), faultFlow{name: name, repo: "platform/lib", commands: []string{"commit 1"}})
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	bin := filepath.Join(s.dir, "bin")
	for _, dir := range []string{"bin", "home/.local/state/isrc", "home/.local/share/isrc", "home/.cache"} {
		err = errors.Join(err, os.MkdirAll(filepath.Join(s.dir, dir), 0o755))
	}
	if os.Link(self, filepath.Join(bin, "isrc")) != nil {
		err = errors.Join(err, copyFile(self, filepath.Join(bin, "isrc")))
	}
	for name, text := range map[string]string{
		"home/.gitconfig": newcomersGit + "[safe]\n\tdirectory = *\n",
		"token":           s.forge.Token("newcomer") + "\n",
		"repos.json":      `[{"full_name": "platform/lib", "name": "lib", "owner": {"login": "platform"}, "html_url": "` + s.door.server.URL + `/platform/lib"}]`,
		"change.patch":    "diff --git a/1.txt b/1.txt\nnew file mode 100644\n--- /dev/null\n+++ b/1.txt\n@@ -0,0 +1 @@\n+mended\n",
	} {
		err = errors.Join(err, os.WriteFile(filepath.Join(s.dir, name), []byte(text), 0o644))
	}
	for name, mode := range map[string]os.FileMode{".": 0o755, "bin": 0o755, "bin/isrc": 0o755, "repos.json": 0o644, "change.patch": 0o644} {
		err = errors.Join(err, os.Chmod(filepath.Join(s.dir, name), mode)) // whatever the umask is
	}
	if who := ordinary(); who != nil {
		for _, dir := range []string{"home", "work", "tmp", "token"} {
			err = errors.Join(err, filepath.WalkDir(filepath.Join(s.dir, dir), func(path string, _ fs.DirEntry, err error) error {
				return errors.Join(err, os.Chown(path, int(who.Uid), int(who.Gid)))
			}))
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY, 0o755)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}

// shell is a command of the machine's user; wrapper, if any, comes before it.
func (s *faultScene) shell(line string, wrapper ...string) *exec.Cmd {
	args := append(wrapper, "sh", "-c", line)
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Dir = s.dir
	for _, kv := range s.env() {
		if path, ok := strings.CutPrefix(kv, "PATH="); ok {
			kv = "PATH=" + filepath.Join(s.dir, "bin") + ":" + path
		}
		cmd.Env = append(cmd.Env, kv)
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: ordinary()}
	return cmd
}

// sh runs a command and answers its exit code; -1 is killed.
func (s *faultScene) sh(cmd *exec.Cmd) int {
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	s.said = out.String()
	if err != nil && cmd.ProcessState == nil {
		s.said += err.Error()
		return -2
	}
	return cmd.ProcessState.ExitCode()
}

// prepare carries out what comes before.
func (p spot) prepare(t *testing.T, s *faultScene) {
	t.Helper()
	for i, line := range p.before {
		cmd := s.shell(line)
		if p.kill != "" && i == len(p.before)-1 {
			cmd.Env = append(cmd.Env, "TEST_KILL_AT="+p.kill)
		}
		if code := s.sh(cmd); code != 0 && p.kill == "" {
			t.Fatalf("%s: exit %d\n%s", line, code, s.said)
		}
	}
}

// permit lets a folder with all in it be written to, or not.
func (s *faultScene) permit(t *testing.T, dir string, may bool) {
	t.Helper()
	how := "a-w"
	if may {
		how = "u+w"
	}
	if out, err := exec.Command("chmod", "-R", how, filepath.Join(s.dir, dir)).CombinedOutput(); err != nil {
		t.Fatal(string(out))
	}
}

// unwritable runs the command while its folder cannot be written to.
func (p spot) unwritable(t *testing.T) string {
	t.Helper()
	s := newMachine(t, p.what)
	p.prepare(t, s)
	s.permit(t, p.dir, false)
	code := s.sh(s.shell(p.run))
	p.judge(t, s, code, "permission denied")
	s.permit(t, p.dir, true)
	if again := s.sh(s.shell(p.run)); again != 0 {
		t.Errorf("%s: exit %d when it can be written to again\n%s", p.run, again, s.said)
	}
	return fmt.Sprint(code)
}

// judge wants the right code, and of an error the folder and what to do.
func (p spot) judge(t *testing.T, s *faultScene, code int, reason string) {
	t.Helper()
	want := exitFailed
	if p.fine {
		want = exitDone
	}
	if code != want {
		t.Errorf("%s: exit %d, want %d\n%s", p.run, code, want, s.said)
	}
	if p.fine {
		return
	}
	for _, part := range []string{"isrc: error: ", filepath.Base(p.dir), "isrc: hint: "} {
		if !strings.Contains(s.said, part) {
			t.Errorf("%s: %q is not in what is said (%s)\n%s", p.run, part, reason, s.said)
		}
	}
}

// fillDisk mounts a small disk over a folder, in a name space of its own, and
// runs a command while it is full and once there is room.
const fillDisk = `
cp -a "$1" "$TMPDIR/kept" && mount -t tmpfs -o size=4M,mode=755 tmpfs "$1" && cp -a "$TMPDIR/kept/." "$1/" || exit 90
dd if=/dev/zero of="$1/.ballast" bs=1k 2>/dev/null
sh -c "$2"; echo "FIRST $?"
ls -A "$1" | grep -v -e '^[.]ballast$' -e '^lib$' | sed 's/^/LEFT /'
rm "$1/.ballast"
sh -c "$2"; echo "SECOND $?"
`

// crammed runs the command while the disk of its folder is full.
func (p spot) crammed(t *testing.T) string {
	t.Helper()
	s := newMachine(t, p.what)
	p.prepare(t, s)
	cmd := s.shell("", "unshare", "-Urm")
	cmd.Args = []string{"unshare", "-Urm", "sh", "-c", fillDisk, "sh", filepath.Join(s.dir, p.dir), p.run}
	if code := s.sh(cmd); code != 0 {
		t.Fatalf("exit %d\n%s", code, s.said)
	}
	first := regexp.MustCompile(`(?s)(.*)FIRST (\d+)\n(.*)SECOND (\d+)`).FindStringSubmatch(s.said)
	if first == nil {
		t.Fatal(s.said)
	}
	if first[4] != "0" {
		t.Errorf("%s: exit %s when there is room\n%s", p.run, first[4], s.said)
	}
	if p.dir == "work" && strings.Contains(first[3], "LEFT .isrc-clone") {
		t.Errorf("left behind: %s", first[3])
	}
	s.said = first[1]
	code := 0
	fmt.Sscan(first[2], &code)
	p.judge(t, s, code, "no space left")
	return first[2]
}

// TestCampaignWhatCannotBeWritten takes the folders that isrc writes to away from it: an
// ordinary user may not write there, or the disk is full.
func TestCampaignWhatCannotBeWritten(t *testing.T) {
	t.Parallel()
	small, _ := condition("smalldisk")
	var g errgroup.Group
	g.SetLimit(runtime.NumCPU())
	rows := make([]string, len(writtenPlaces()))
	for i, p := range writtenPlaces() {
		g.Go(func() error {
			t.Run(strings.ReplaceAll(p.what, " ", "_"), func(t *testing.T) {
				denied, full := p.unwritable(t), "–"
				if p.full && small && wholeCampaign(t) {
					full = p.crammed(t)
				}
				rows[i] = fmt.Sprintf("| %s | `%s` | %s | %s |\n", p.what, shortly(p.run), denied, full)
			})
			return nil
		})
	}
	_ = g.Wait() // the functions answer nil
	if small && wholeCampaign(t) && !t.Failed() {
		holdTable(t, "place-matrix.md", "| what is written | command | not writable | disk full |\n|---|---|---|---|\n"+strings.Join(rows, ""), 5)
	}
}

// shortly is the command without its folder and choices.
func shortly(line string) string {
	_, line, _ = strings.Cut("; "+line, "isrc ")
	words := strings.Fields(line)
	n := 1
	if words[0] == "config" || words[0] == "auth" || words[0] == "catalog" {
		n = 2
	}
	return strings.Join(words[:n], " ")
}
