//go:build !windows

package command

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"
)

// twice is a pair of commands that are started at the same time.
type twice struct {
	name   string
	before []string
	a, b   string
	after  []string // what leads to the one pull request
}

func allTwice() []twice {
	begin := "cd work; isrc contribute platform/lib --branch fix --dir lib --yes"
	commit := "cd work/lib; echo mended > 1.txt; git add 1.txt; git commit --quiet -m Mend"
	submit := "cd work/lib; isrc submit --yes"
	return []twice{
		{name: "contribute and contribute", a: begin, b: begin, after: []string{begin, commit, submit}},
		{name: "submit and submit", before: []string{begin, commit}, a: submit, b: submit, after: []string{submit}},
		{name: "contribute and abandon", before: []string{"!fork-ready: before started is written", begin}, a: begin, b: "cd work; isrc abandon --yes $(isrc status --json run --jq '.[].run')", after: []string{begin, commit, submit}},
		{name: "submit and sync", before: []string{begin, commit, "upstream goes on"}, a: submit, b: "cd work/lib; isrc sync --yes", after: []string{"cd work/lib; isrc sync --yes", submit}},
		{name: "sync and sync", before: []string{begin, commit, "upstream goes on"}, a: "cd work/lib; isrc sync --yes", b: "cd work/lib; isrc sync --yes", after: []string{submit}},
		{name: "contribute and forks clean", before: []string{begin}, a: begin, b: "cd work; isrc forks clean platform/lib --yes", after: []string{begin, commit, submit}},
	}
}

// twiceTries is how often each pair is started; ISRC_FAULT_TWICE sets it.
func twiceTries(t *testing.T) int {
	t.Helper()
	if n, err := strconv.Atoi(os.Getenv("ISRC_FAULT_TWICE")); err == nil {
		return n
	}
	if !wholeCampaign(t) {
		return 1
	}
	return 2
}

// both starts the two commands, one of them a moment later, and answers their
// codes and what they said.
func (s *faultScene) both(x twice, r *rand.Rand) (codes [2]int, said [2]string) {
	delay := time.Duration(r.IntN(60)) * time.Millisecond
	first := r.IntN(2)
	var wg sync.WaitGroup
	for i, line := range []string{x.a, x.b} {
		wg.Go(func() {
			if i != first {
				time.Sleep(delay)
			}
			var out bytes.Buffer
			cmd := s.shell(line)
			cmd.Stdout, cmd.Stderr = &out, &out
			_ = cmd.Run()
			codes[i], said[i] = cmd.ProcessState.ExitCode(), out.String()
		})
	}
	wg.Wait()
	return codes, said
}

// meet lets the two meet once and looks at the world afterwards.
func (x twice) meet(t *testing.T, r *rand.Rand) string {
	t.Helper()
	s := newMachine(t, x.name)
	kill := ""
	for _, line := range x.before {
		if at, ok := strings.CutPrefix(line, "!"); ok {
			kill = at
			continue
		}
		s.step(t, line, kill)
		kill = ""
	}
	codes, said := s.both(x, r)
	for i, code := range codes {
		gone := code == exitNotFound && strings.Contains(x.b, "abandon") // what it worked on was taken away
		if code != exitDone && code != exitNotReached && !gone {
			t.Errorf("exit %d of %v\n%s\nthe other said:\n%s", code, []string{x.a, x.b}[i], said[i], said[1-i])
		}
		if code == exitNotReached && !strings.Contains(said[i], "isrc: hint: ") {
			t.Errorf("nothing is said of what to do:\n%s", said[i])
		}
	}
	for _, line := range x.after {
		s.step(t, line, "")
	}
	if wrong := s.verdict(); wrong != "" {
		t.Errorf("%s, after exits %v: %s\n%s\n%s", x.name, codes, wrong, said[0], said[1])
	}
	slices.Sort(codes[:])
	return fmt.Sprintf("%d and %d", codes[0], codes[1])
}

// step carries out one command that has to go through, or dies where it is told.
func (s *faultScene) step(t *testing.T, line, kill string) {
	t.Helper()
	if line == "upstream goes on" {
		s.must(t, line)
		return
	}
	cmd := s.shell(line)
	if kill != "" {
		cmd.Env = append(cmd.Env, "TEST_KILL_AT="+kill)
	}
	if code := s.sh(cmd); code != 0 && kill == "" {
		t.Fatalf("%s: exit %d\n%s", line, code, s.said)
	}
}

// TestCampaignTwoAtOnce starts pairs of commands on one contribution, and in one clone,
// at the same time and again and again.
func TestCampaignTwoAtOnce(t *testing.T) {
	t.Parallel()
	seed, _ := cutSeed(t)
	t.Logf("ISRC_FAULT_SEED=%d", seed)
	var g errgroup.Group
	g.SetLimit(runtime.NumCPU())
	rows := make([]string, len(allTwice()))
	for i, x := range allTwice() {
		g.Go(func() error {
			t.Run(strings.ReplaceAll(x.name, " ", "_"), func(t *testing.T) {
				r := rand.New(rand.NewPCG(seed, uint64(i)))
				var ends []string
				for range twiceTries(t) {
					ends = append(ends, x.meet(t, r))
				}
				slices.Sort(ends)
				rows[i] = fmt.Sprintf("| %s | %s |\n", x.name, strings.Join(slices.Compact(ends), "; "))
			})
			return nil
		})
	}
	_ = g.Wait() // the functions answer nil
	if wholeCampaign(t) && !t.Failed() {
		holdTable(t, "twice-matrix.md", "| at once | exit codes |\n|---|---|\n"+strings.Join(rows, ""), 2)
	}
}
