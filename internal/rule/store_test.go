package rule

import (
	"path/filepath"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/rogpeppe/go-internal/txtar"
)

func TestRequirementsOfMessagesSurviveBeingStored(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob("testdata/*/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, name := range names {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		_, set, _ := readFixture(t, archive)
		want := OfMessages(Derive(set))
		data, err := EncodeMessages(want)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got, err := DecodeMessages(data)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for _, r := range got {
			seen[r.Rule.ID] = true
		}
		if d := cmp.Diff(want, got, cmp.Exporter(func(reflect.Type) bool { return true }), cmpopts.IgnoreUnexported(Requirement{}), cmpopts.IgnoreFields(Requirement{}, "Rule"), cmpopts.EquateEmpty()); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
	}
	for id := range messageParams() {
		if !seen[id] {
			t.Errorf("no fixture asks for %s", id)
		}
	}
	if _, err := DecodeMessages([]byte(`[{"rule": "paths", "params": {}}]`)); err == nil {
		t.Error("a rule that judges no messages is read")
	}
}
