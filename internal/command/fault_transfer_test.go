package command

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"
)

// transfer is one direction of one of git's conversations with the forge.
type transfer struct {
	command string
	what    string
	in      string
	is      func(r *http.Request, body string) bool
	skip    int      // so many of its kind pass before the first one that is cut
	before  []string // commands that lead to it
	// goesOn says that the command ends with 0 all the same: it did without, or
	// found that what it sent has arrived.
	goesOn bool
	anew   bool // each time there is a new commit to send
	// waits says that git waits for ever where an answer ends as if it were whole:
	// its two halves wait for each other.
	waits bool
}

// cutRow is a line of the table.
type cutRow struct {
	way string
	transfer
	cuts  []*cutting
	codes map[int]int
}

// asksFor knows when the references of a repository are asked for, and takes
// those who ask by name.
func asksFor(repo, service, agent string) func(*http.Request, string) bool {
	return func(r *http.Request, body string) bool {
		at := strings.HasSuffix(r.URL.Path, repo+".git/info/refs") && r.URL.Query().Get("service") == service
		at = at || strings.HasSuffix(r.URL.Path, repo+".git/"+service) && strings.Contains(body, "command=ls-refs")
		return at && strings.HasPrefix(r.UserAgent(), agent)
	}
}

// carries knows the conversation itself. word tells those apart that go by the
// same address.
func carries(repo, service, word string) func(*http.Request, string) bool {
	return func(r *http.Request, body string) bool {
		return strings.HasSuffix(r.URL.Path, repo+".git/"+service) && strings.Contains(body, word) && !strings.Contains(body, "filter tree") && !strings.Contains(body, "shallow\n000ddeepen 1\n0015filter")
	}
}

// The addresses of the flow, and the two services of git.
const (
	cutUpstream = "/platform/lib"
	cutFork     = "/newcomer/lib"
	uploadPack  = "git-upload-pack"
	receivePack = "git-receive-pack"
)

// transfers are cut in this order, each so often as was asked for.
func transfers(agent string) []transfer {
	begun := []string{cutLine("contribute"), "commit 1", "upstream goes on"}
	fetched := cutLine("sync")
	all := []transfer{
		{command: "contribute", what: "clone: the answer with the history", in: cutAnswer, is: carries(cutUpstream, uploadPack, "command=fetch")},
		{command: "contribute", what: "clone: the references", in: cutAnswer, is: asksFor(cutUpstream, uploadPack, agent)},
		{command: "contribute", what: "clone: the answer with the files", in: cutAnswer, is: carries(cutUpstream, uploadPack, "command=fetch"), skip: 1},
		{command: "sync", what: "fetch: the references", in: cutAnswer, is: asksFor(cutUpstream, uploadPack, agent), before: begun},
		{command: "sync", what: "fetch: the answer with the history", in: cutAnswer, is: carries(cutUpstream, uploadPack, "command=fetch")},
	}
	if agent == "go-git/" {
		fetched = cutLine("check")
		all = []transfer{
			{command: "contribute", what: "clone: the answer with the last commit", in: cutAnswer, is: carries(cutUpstream, uploadPack, "deepen 1")},
			{command: "contribute", what: "clone: the references", in: cutAnswer, is: asksFor(cutUpstream, uploadPack, agent)},
			{command: "check", what: "fetch: the references", in: cutAnswer, is: asksFor(cutUpstream, uploadPack, agent), before: begun, goesOn: true},
			{command: "check", what: "fetch: the answer with the history", in: cutAnswer, is: carries(cutUpstream, uploadPack, "have "), goesOn: true},
		}
	}
	return append(all,
		transfer{command: "submit", what: "push: the references", in: cutAnswer, is: asksFor(cutFork, receivePack, agent), before: []string{fetched}},
		transfer{command: "submit", what: "push: the request", in: cutRequest, is: carries(cutFork, receivePack, "PACK"), goesOn: true, anew: true},
		transfer{command: "submit", what: "push: the answer", in: cutAnswer, is: carries(cutFork, receivePack, "PACK"), goesOn: true, anew: true, waits: agent == "git/"},
	)
}

// cutLine gives each command of the way with its arguments.
func cutLine(command string) string {
	switch command {
	case "contribute":
		return faultFlows()[0].commands[0]
	case "check":
		return "check"
	}
	return command + " --yes"
}

// cutSeed gives the seed of the places at which transfers are cut, and how many
// places there are in each. ISRC_FAULT_SEED and ISRC_FAULT_CUTS set them.
func cutSeed(t *testing.T) (seed uint64, cuts int) {
	t.Helper()
	number := func(name string, otherwise uint64) uint64 {
		v := os.Getenv(name)
		if v == "" {
			return otherwise
		}
		n, err := strconv.ParseUint(v, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	cuts = 12
	if !wholeCampaign(t) {
		cuts = 3
	}
	return number("ISRC_FAULT_SEED", uint64(time.Now().UnixNano())), int(number("ISRC_FAULT_CUTS", uint64(cuts)))
}

// places are where a transfer is cut: at its very beginning, before its last
// byte, and anywhere between.
func places(r *rand.Rand, x transfer, n int) []*cutting {
	all := make([]*cutting, n)
	for i := range all {
		all[i] = &cutting{is: x.is, in: x.in, at: r.Float64(), way: cutWays()[r.IntN(3)]}
		if x.in == cutRequest {
			all[i].again = 1
		}
		if x.waits && all[i].way == cutWhole {
			all[i].way = cutShort
		}
	}
	all[0].at, all[n-1].at = 0, 1-1e-9
	slices.SortFunc(all, func(a, b *cutting) int { return cmp.Compare(a.at, b.at) })
	all[0].skip = x.skip
	return all
}

// TestCampaignTransfersAreCut cuts every transfer of git at random bytes, again and
// again, and wants the same command to go on.
func TestCampaignTransfersAreCut(t *testing.T) {
	t.Parallel()
	seed, cuts := cutSeed(t)
	t.Logf("ISRC_FAULT_SEED=%d ISRC_FAULT_CUTS=%d", seed, cuts)
	ways := []struct{ name, agent string }{{"git", "git/"}, {"without git", "go-git/"}}
	tables := make([][]*cutRow, len(ways))
	var g errgroup.Group
	for i, way := range ways {
		g.Go(func() error {
			t.Run(way.name, func(t *testing.T) {
				s := newFaultScene(t, faultFlow{name: "cut", repo: "platform/lib"})
				if way.agent == "go-git/" {
					s.withoutGit(t)
				}
				r := rand.New(rand.NewPCG(seed, uint64(i)))
				for _, x := range transfers(way.agent) {
					row := &cutRow{way: way.name, transfer: x, cuts: places(r, x, cuts), codes: map[int]int{}}
					tables[i] = append(tables[i], row)
					row.play(t, s)
				}
				if wrong := s.verdict(); wrong != "" {
					t.Error(wrong)
				}
			})
			return nil
		})
	}
	_ = g.Wait() // the functions answer nil
	if !wholeCampaign(t) || t.Failed() {
		return
	}
	holdTable(t, "transfer-matrix.md", cutTable(slices.Concat(tables...)), 4)
}

func cutTable(rows []*cutRow) string {
	var b strings.Builder
	b.WriteString("| git | command | what is cut | exit code | then |\n|---|---|---|---|---|\n")
	for _, row := range rows {
		var codes []string
		for _, code := range slices.Sorted(maps.Keys(row.codes)) {
			codes = append(codes, strconv.Itoa(code))
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | each effect once |\n", row.way, row.command, row.what, strings.Join(codes, " or "))
	}
	return b.String()
}

// holdTable writes a table for docs/reliability.md, or compares its first columns
// with those that are there: what may differ from run to run comes behind them.
func holdTable(t *testing.T, name, got string, columns int) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	first := func(table string) (out []string) {
		for line := range strings.Lines(table) {
			cells := strings.SplitN(line, "|", columns+1)
			out = append(out, strings.Join(cells[:min(columns, len(cells))], "|"))
		}
		return out
	}
	if d := gocmp.Diff(first(string(want)), first(got)); d != "" {
		t.Errorf("%s is stale (-update):\n%s", file, d)
	}
}

// git itself may wait for ever for the rest of an answer to a push that looks
// whole. Ctrl-C ends it, and nothing is lost.
func TestAPushThatHangsIsEnded(t *testing.T) {
	t.Parallel()
	s := newFaultScene(t, faultFlow{name: "hang", repo: "platform/lib"})
	s.must(t, cutLine("contribute"))
	s.must(t, "commit 1")
	c := &cutting{is: carries(cutFork, receivePack, "PACK"), in: cutAnswer, at: 0.5, way: cutWhole, done: make(chan struct{})}
	s.door.armCut(c)
	ctx, cancel := context.WithCancel(t.Context())
	s.ctx = ctx
	go func() {
		<-c.done
		time.Sleep(200 * time.Millisecond)
		cancel()
	}()
	code := s.run(cutLine("submit"))
	s.ctx = nil
	if code != exitInterrupted && code != exitDone { // a git that does not wait is told apart by nothing
		t.Errorf("exit %d\n%s", code, s.said)
	}
	s.must(t, cutLine("submit"))
	if wrong := s.verdict(); wrong != "" {
		t.Error(wrong)
	}
}

// withoutGit takes the git program away.
func (s *faultScene) withoutGit(t *testing.T) {
	t.Helper()
	name := filepath.Join(s.dir, "home", ".config", "isrc", "config.yaml")
	text, err := os.ReadFile(name)
	if err == nil {
		err = os.WriteFile(name, append(text, "git:\n  binary: none\n"...), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// play cuts one transfer at all of its places.
func (row *cutRow) play(t *testing.T, s *faultScene) {
	t.Helper()
	for _, command := range row.before {
		s.must(t, command)
	}
	for n, c := range row.cuts {
		if row.anew {
			s.must(t, fmt.Sprintf("commit %d-%d", n, len(s.flow.commands)))
		}
		s.door.armCut(c)
		code := s.run(cutLine(row.command))
		s.door.armCut(nil)
		s.processEnded(t)
		if c.met {
			row.codes[code]++
		}
		switch {
		case !c.met && code == exitDone && n > len(row.cuts)/2:
			return // all had come before the last cut
		case !c.met:
			t.Fatalf("%s %s: the transfer was never made (exit %d)\n%s", row.command, row.what, code, s.said)
		case code == exitDone && c.onlyFlush(): // nothing is missing
		case code != exitUnavailable && !(code == exitDone && row.goesOn):
			t.Errorf("%s %s, %v: exit %d\n%s", row.command, row.what, c, code, s.said)
		case code == exitDone && row.command == "check" && !strings.Contains(s.said, "not fetched anew"):
			t.Errorf("%s %s, %v: nothing is said\n%s", row.command, row.what, c, s.said)
		}
		if row.anew {
			s.must(t, cutLine(row.command))
			if wrong := s.verdict(); wrong != "" {
				t.Errorf("%s %s, %v: %s", row.command, row.what, c, wrong)
			}
		}
	}
}

// processEnded lets what a clone left look as if another process had left it: all
// commands of a scene are carried out in this one.
func (s *faultScene) processEnded(t *testing.T) {
	t.Helper()
	before := filepath.Join(s.dir, "work", ".isrc-clone-lib-")
	left, err := filepath.Glob(before + "*")
	for _, name := range left {
		const nobody = "99999999"
		if _, rest, ok := strings.Cut(strings.TrimPrefix(name, before), "-"); ok {
			err = errors.Join(err, os.Rename(name, before+nobody+"-"+rest))
		}
	}
	if err != nil {
		t.Fatal(err)
	}
}

// must carries out a command of the flow that nothing stands against.
func (s *faultScene) must(t *testing.T, command string) {
	t.Helper()
	s.flow.commands = append(s.flow.commands, command)
	if command == "upstream goes on" {
		if err := s.forge.Push(t.Context(), s.flow.repo, "platform-lead", "Go on", map[string]string{"other.txt": strings.Repeat("other\n", 50)}); err != nil {
			t.Fatal(err)
		}
		return
	}
	if code := s.run(command); code != 0 {
		t.Fatalf("%s: exit %d\n%s", command, code, s.said)
	}
}
