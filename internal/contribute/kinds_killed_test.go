//go:build !windows

package contribute_test

import (
	"strings"
	"testing"

	"github.com/isrc-dev/isrc/internal/contribute"
	"github.com/isrc-dev/isrc/internal/workflow"
)

// everyKindIsKilled wants a row in one of the tables for each kind of step that
// there is, so that a new one is not forgotten.
func everyKindIsKilled(t testing.TB, points []crashRow, commands string) {
	t.Helper()
	rows := map[string]int{}
	for _, r := range points {
		rows[r.Kind]++
	}
	for line := range strings.Lines(commands) {
		if cells := strings.Split(line, "|"); len(cells) > 4 {
			rows[strings.TrimSpace(cells[3])]++
		}
	}
	site := &contribute.Site{}
	kinds := []string{workflow.KindPause}
	for _, k := range site.Engine().Kinds {
		kinds = append(kinds, k.Name)
	}
	for _, k := range kinds {
		if rows[k] == 0 {
			t.Errorf("no row of docs/reliability.md kills a step of the kind %s", k)
		}
	}
}

// A kind without a row must be seen.
func TestAKindThatIsNotKilledIsSeen(t *testing.T) {
	t.Parallel()
	site := &contribute.Site{}
	table := "| command | step | kind | killed |\n"
	for _, k := range append(site.Engine().Kinds, workflow.Kind{Name: workflow.KindPause}) {
		if k.Name != "review/v1" {
			table += "| a | b | " + k.Name + " | c |\n"
		}
	}
	said := &saying{TB: t}
	everyKindIsKilled(said, nil, table)
	if len(said.all) != 1 || !strings.Contains(said.all[0], "%s") {
		t.Errorf("got %q", said.all)
	}
}

// saying keeps what a test would be told.
type saying struct {
	testing.TB
	all []string
}

func (s *saying) Helper() {}

func (s *saying) Errorf(format string, _ ...any) { s.all = append(s.all, format) }
