package command

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"
)

// onceEach is the verdict on a world that holds what one command makes.
const onceEach = "each effect once"

// killStory is a command that is killed at each of its points. Its rows share a
// machine and a forge: what one leaves behind would show in the next.
type killStory struct {
	name  string
	setup func(*killScene)
	// ready gives the command something to do, for the nth time.
	ready func(s *killScene, n int)
	dir   func(n int) string
	args  func(n int) []string
	steps []string // whose points are rows, with a star for a number
	torn  []string // those that are tried with half a line at the end, too
	more  []killing
	// verdict says what is wrong after the nth time, nothing when all is well.
	verdict func(s *killScene, n int) []string
}

type killRow struct {
	command, step, kind, where string
	verdicts                   [2]string
}

// play makes the command once without a crash, which gives its points, and then
// once for each row.
func (y killStory) play(t *testing.T) (rows []killRow) {
	t.Helper()
	s := newKillScene(t)
	y.setup(s)
	n := 1
	y.ready(s, n)
	points := filepath.Join(s.dir, "points")
	if err := s.isrc(y.dir(n), y.args(n), "TEST_POINTS="+points); err != nil {
		t.Fatalf("without a crash: %v", err)
	}
	if wrong := y.verdict(s, n); len(wrong) > 0 {
		t.Fatalf("without a crash: %s", strings.Join(wrong, ", "))
	}
	passed, err := os.ReadFile(points)
	if err != nil && len(y.steps) > 0 {
		t.Fatal(err)
	}
	try := func(step string, k killing, torn bool) string {
		n++
		y.ready(s, n)
		return y.once(s, k, n, torn)
	}
	var seen []string
	for line := range strings.Lines(string(passed)) {
		point := strings.TrimSpace(line)
		step, _, _ := strings.Cut(point, ": ")
		if !slices.Contains(y.steps, step) || slices.Contains(seen, point) {
			continue
		}
		seen = append(seen, point)
		k := killing{point: point}
		row := killRow{command: y.name, step: strings.TrimSuffix(step, "-*"), kind: s.kindOf(step), where: k.String(), verdicts: [2]string{try(step, k, false), "–"}}
		if slices.Contains(y.torn, step) {
			row.verdicts[1] = try(step, k, true)
		}
		rows = append(rows, row)
	}
	for _, k := range y.more {
		rows = append(rows, killRow{command: y.name, where: k.String(), verdicts: [2]string{try("", k, false), "–"}})
	}
	for _, step := range y.steps {
		if !slices.ContainsFunc(seen, func(p string) bool { return strings.HasPrefix(p, step+": ") }) {
			t.Errorf("%s passes no point of %s", y.name, step)
		}
	}
	s.trap.files(nil, s.dir+"/home", s.dir+"/work", s.dir+"/tmp")
	return rows
}

// once kills the command, lets the same one go on, and looks at the world.
func (y killStory) once(s *killScene, k killing, n int, torn bool) string {
	if err := s.die(k, y.dir(n), y.args(n)); err != nil {
		return err.Error()
	}
	if torn {
		if err := s.tear(); err != nil {
			return err.Error()
		}
	}
	if err := s.isrc(y.dir(n), y.args(n)); err != nil {
		return err.Error()
	}
	s.forge.SetListingLag(0)
	if wrong := y.verdict(s, n); len(wrong) > 0 {
		return strings.Join(wrong, ", ")
	}
	return onceEach
}

// TestEveryCommandMayBeKilled kills the commands that change something, beside
// those that internal/contribute kills, everywhere, and lets the same command go
// on. The page docs/reliability.md takes its table from here.
func TestEveryCommandMayBeKilled(t *testing.T) {
	if testing.Short() || underRace {
		t.Skip("left out with -short, and under the race detector: what dies are processes of their own, for half a minute")
	}
	t.Parallel()
	all := killStories()
	rows := make([][]killRow, len(all))
	var g errgroup.Group
	g.SetLimit(2)
	for i, y := range all {
		g.Go(func() error {
			t.Run(y.name, func(t *testing.T) { rows[i] = y.play(t) })
			return nil
		})
	}
	_ = g.Wait() // the functions answer nil
	var b strings.Builder
	b.WriteString("| command | step | kind | killed | after the next command | the same with a torn last line |\n|---|---|---|---|---|---|\n")
	for _, r := range slices.Concat(rows...) {
		for _, v := range r.verdicts {
			if v != onceEach && v != "–" {
				t.Errorf("%s, %s killed %s: %s", r.command, r.step, r.where, v)
			}
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s |\n", r.command, r.step, r.kind, r.where, r.verdicts[0], r.verdicts[1])
	}
	if t.Failed() || slices.ContainsFunc(rows, func(r []killRow) bool { return r == nil }) {
		return // or only some were asked for
	}
	file := filepath.Join("testdata", "kill-matrix.md")
	if *update {
		if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), b.String()); d != "" {
		t.Errorf("%s is stale (-update):\n%s", file, d)
	}
}
