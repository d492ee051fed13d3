package catalog

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestNeedsAreCounted(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "state", "needs.jsonl")
	day := func(d int) time.Time { return time.Date(2026, 3, d, 15, 30, 0, 0, time.UTC) }
	for _, n := range []Need{
		{At: day(1), Query: "pdf invoices", Nearest: []string{"billing"}},
		{At: day(3), Query: "Invoices PDF", Nearest: []string{"documents"}},
		{At: day(2), Query: "map tiles"},
		{At: day(1).AddDate(-1, 0, 0), Query: "long ago"},
	} {
		if err := NoteNeed(file, n); err != nil {
			t.Fatal(err)
		}
	}
	f, err := os.OpenFile(file, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	f.WriteString("{torn\n{\"version\":9,\"query\":\"of a later isrc\"}\n")
	f.Close()

	got, skipped, err := ReadNeeds(file, day(1).AddDate(0, -1, 0))
	if err != nil {
		t.Fatal(err)
	}
	midnight := func(d int) time.Time { return day(d).Truncate(24 * time.Hour) }
	want := []NeedCount{
		{Query: "Invoices PDF", Times: 2, First: midnight(1), Last: midnight(3), Nearest: []string{"documents"}},
		{Query: "map tiles", Times: 1, First: midnight(2), Last: midnight(2)},
	}
	if diff := cmp.Diff(want, got); diff != "" || skipped != 2 {
		t.Errorf("skipped %d, needs (-want +got):\n%s", skipped, diff)
	}
}

func TestNeedsThatNobodyNotedAreNone(t *testing.T) {
	t.Parallel()
	got, _, err := ReadNeeds(filepath.Join(t.TempDir(), "none"), time.Time{})
	if err != nil || len(got) != 0 {
		t.Errorf("got %v, %v", got, err)
	}
}
