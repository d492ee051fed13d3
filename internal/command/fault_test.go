package command

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"
)

// faultCase is one request of a flow, struck by one fault.
type faultCase struct {
	flow    faultFlow
	command int // in the flow
	request asking
	fault   string
	row     int
	outcome string // what the table says
	wrong   string
}

// faultCases makes each flow once without a fault, and gives every request that
// it makes, each once for the same command, with every fault.
func faultCases(t *testing.T) (cases []*faultCase) {
	t.Helper()
	seen := map[string]bool{}
	row := -1
	for _, flow := range faultFlows() {
		s := newFaultScene(t, flow)
		for i, c := range flow.commands {
			if code := s.run(c); code != 0 {
				t.Fatalf("%s, %s without a fault: exit %d\n%s", flow.name, c, code, s.said)
			}
			all := s.door.recorded()
			slices.SortStableFunc(all, func(a, b asking) int { return strings.Compare(a.pattern(), b.pattern()) }) // some are made at once
			for _, a := range all {
				key := fmt.Sprint(strings.TrimSuffix(flow.commandName(i), " --exec"), a.pattern())
				if seen[key] {
					continue
				}
				seen[key] = true
				row++
				for _, f := range a.faults() {
					cases = append(cases, &faultCase{flow: flow, command: i, request: a, fault: f, row: row})
				}
			}
		}
		if wrong := s.verdict(); wrong != "" {
			t.Fatalf("%s without a fault: %s", flow.name, wrong)
		}
	}
	return cases
}

func (f faultFlow) commandName(i int) string {
	name, _, _ := strings.Cut(f.commands[i], " ")
	switch {
	case strings.Contains(f.commands[i], "--exec"):
		name += " --exec"
	case name == "submit" && strings.Contains(strings.Join(f.commands[:i], " "), "submit"):
		name += " again"
	}
	return name
}

// faults are those that a request can meet: an answer that has no ETag cannot
// be stale, and the git program's transfers have a matrix of their own.
func (a asking) faults() []string {
	switch {
	case a.git:
		return []string{fault500, faultReset, faultRedirect}
	case strings.Contains(a.path, ".git/"):
		return slices.DeleteFunc(allFaults(), func(f string) bool { return f == faultStale })
	case a.method != "GET":
		return slices.DeleteFunc(allFaults(), func(f string) bool { return f == faultStale })
	}
	return allFaults()
}

// seldom are cases of which every fourth is enough, but for the table: look-ups of
// isrc's own over git, by faults that go-git takes as it takes the others.
func (c *faultCase) seldom() bool {
	lookUp := !c.request.git && strings.Contains(c.request.path, ".git/")
	return lookUp && slices.Contains([]string{fault500, fault403, faultTimeout, faultCut}, c.fault) && !*update && os.Getenv("ISRC_FAULT_CUTS") == ""
}

func (a asking) pattern() string {
	p := regexp.MustCompile(`\b(platform|newcomer)/(lib|open)\b`).ReplaceAllString(a.path, "$1/REPO")
	p = strings.ReplaceAll(strings.TrimPrefix(p, "/api/v3"), "newcomer/", "FORK/")
	p = strings.ReplaceAll(p, "platform/", "OWNER/")
	return asking{method: a.method, path: p, git: a.git}.String()
}

// strike lets a request fail for as long as the command is run, then once, and
// then no more; after that the flow goes to its end.
func (c *faultCase) strike(s *faultScene) (outcome, wrong string) {
	for _, command := range c.flow.commands[:c.command] {
		if code := s.run(command); code != 0 {
			return "", fmt.Sprintf("%s before the fault: exit %d\n%s", command, code, s.said)
		}
	}
	command := c.flow.commands[c.command]
	const always = 1 << 30
	var codes []string
	for _, times := range []int{always, 1, 0} {
		s.door.arm(c.request, c.fault, times)
		code := s.run(command)
		met := s.door.disarm()
		switch {
		case times == always && met == 0:
			return "", "the request was never made"
		case code != 0 && code != exitUnavailable, code != 0 && times == 0, code != 0 && met == 0:
			return "", fmt.Sprintf("struck %d times, exit %d\n%s", met, code, s.said)
		case times > 0 && met > 0:
			codes = append(codes, fmt.Sprint(code))
		}
		if code == 0 {
			break
		}
	}
	for _, command := range c.flow.commands[c.command+1:] {
		if code := s.run(command); code != 0 {
			return "", fmt.Sprintf("%s after the fault: exit %d\n%s", command, code, s.said)
		}
	}
	s.trap.files(nil, s.dir+"/home", s.dir+"/work", s.dir+"/tmp")
	return strings.Join(codes, ", "), s.verdict()
}

// The verdict must be able to fail.
func TestTheVerdictOnFaultsSeesWhatIsWrong(t *testing.T) {
	t.Parallel()
	s := newFaultScene(t, faultFlows()[2])
	if code := s.run(s.flow.commands[0]); code != 0 || s.verdict() != "" {
		t.Fatalf("exit %d, %s\n%s", code, s.verdict(), s.said)
	}
	for _, c := range []struct{ name, want string }{
		{"work/lib/left.txt", "the clone holds"},
		{"work/second", "left behind"},
		{"home/.local/state/isrc/runs/torn.jsonl", "1 damaged"},
	} {
		if err := os.WriteFile(filepath.Join(s.dir, c.name), []byte("x\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := s.verdict(); !strings.Contains(got, c.want) {
			t.Errorf("%s: got %q, want %q in it", c.name, got, c.want)
		}
	}
	if said, err := s.git("commit", "--quiet", "--allow-empty", "-m", "Another"); err != nil || !strings.Contains(s.verdict(), "not at the commit") {
		t.Errorf("a commit that was not pushed: %s, %v %s", s.verdict(), err, said)
	}
}

// TestCampaignEveryRequestMayFail strikes every request of a contribution with every
// fault. The page docs/reliability.md takes its table from here. A sample of it is
// every fourth case.
func TestCampaignEveryRequestMayFail(t *testing.T) {
	t.Parallel()
	cases := faultCases(t)
	var g errgroup.Group
	g.SetLimit(2 * runtime.NumCPU())
	var mu sync.Mutex
	for i, c := range cases {
		if (!wholeCampaign(t) || c.seldom()) && i%4 != 0 {
			continue
		}
		g.Go(func() error {
			t.Run(fmt.Sprintf("%s/%s/%s", c.flow.commandName(c.command), c.request.pattern(), c.fault), func(t *testing.T) {
				c.outcome, c.wrong = c.strike(newFaultScene(t, c.flow))
				mu.Lock()
				defer mu.Unlock()
				if c.wrong != "" {
					t.Error(c.wrong)
				}
				t.Logf("exit %s", c.outcome)
			})
			return nil
		})
	}
	_ = g.Wait() // the functions answer nil
	if !wholeCampaign(t) || t.Failed() {
		return
	}
	got, file := faultTable(cases), filepath.Join("testdata", "fault-matrix.md")
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(requestsOf(string(want)), requestsOf(got)); d != "" {
		t.Errorf("%s is stale (-update):\n%s", file, d)
	}
}

// requestsOf is what a table is about. Which of the codes that are right comes
// out may differ from run to run: a library repeats some requests by itself where
// a connection was used before.
func requestsOf(table string) []string {
	var out []string
	for line := range strings.Lines(table) {
		if cells := strings.Split(line, "|"); len(cells) > 3 {
			out = append(out, strings.TrimSpace(cells[1])+" "+strings.TrimSpace(cells[2]))
		}
	}
	return out
}

func faultTable(cases []*faultCase) string {
	var b strings.Builder
	fmt.Fprintf(&b, "| command | request | %s |\n|---|---|%s\n", strings.Join(allFaults(), " | "), strings.Repeat("---|", len(allFaults())))
	rows := map[int]map[string]*faultCase{}
	last := 0
	for _, c := range cases {
		if rows[c.row] == nil {
			rows[c.row] = map[string]*faultCase{}
		}
		rows[c.row][c.fault], last = c, c.row
	}
	for n := range last + 1 {
		var first *faultCase
		var cells []string
		for _, f := range allFaults() {
			c := rows[n][f]
			if c == nil {
				cells = append(cells, "–")
				continue
			}
			first = c
			cells = append(cells, c.outcome)
		}
		fmt.Fprintf(&b, "| %s, %s | `%s` | %s |\n", first.flow.commandName(first.command), first.flow.name, first.request.pattern(), strings.Join(cells, " | "))
	}
	return b.String()
}
