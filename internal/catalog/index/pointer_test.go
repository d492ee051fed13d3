package index

import (
	"context"
	"errors"
	"os"
	"testing"
)

func TestALostPointerLosesNoGeneration(t *testing.T) {
	t.Parallel()
	for name, content := range map[string]string{
		"cut short": pointerHead + "\n{\"current\":", "foreign": "hello\n", "empty": "",
		"a way out": pointerHead + "\n{\"current\":{\"id\":\"../../x\"}}\n",
		"nowhere":   pointerHead + "\n{\"current\":{\"id\":\"20260302T090000Z-00000000\"}}\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &Store{Dir: t.TempDir()}
			update(t, s, put(some(30, "a")...))
			mustDo(t, os.WriteFile(s.pointerFile(), []byte(content), 0o600))
			var broken *DamagedError
			if _, err := s.Open(context.Background()); !errors.As(err, &broken) {
				t.Fatalf("got %v, want that it is damaged", err)
			}
			info := update(t, s, put(some(1, "b")...))
			if want := 31; info.Records != want || info.Recovered == "" {
				t.Errorf("got %+v, want %d records, and why", info, want)
			}
		})
	}
}

func TestAnotherVersionsCatalogIsNamed(t *testing.T) {
	t.Parallel()
	for version, newer := range map[uint32]bool{schemaVersion + 1: true, schemaVersion - 1: false} {
		s := &Store{Dir: t.TempDir()}
		change(t, update(t, s, put(some(3, "a")...)).Path, 60, be32(version))
		var other *SchemaError
		if _, err := s.Open(context.Background()); !errors.As(err, &other) || other.Newer() != newer || other.Have != int(version) {
			t.Errorf("version %d: got %v", version, err)
		}
		info, err := s.Update(context.Background(), UpdateOptions{At: now}, put(some(1, "b")...))
		if newer && !errors.As(err, &other) {
			t.Errorf("got %v, want that a newer catalog is left alone", err)
		}
		if !newer && (err != nil || info.Records != 1 || info.Recovered == "") {
			t.Errorf("got %+v, %v; want one begun anew", info, err)
		}
	}
}
