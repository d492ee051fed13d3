package disk

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

func TestAFileIsWrittenWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "settings*.yaml")
	for _, c := range []struct {
		content string
		mode    os.FileMode
	}{{"one", 0o600}, {"two", 0o644}, {"", 0o755}} {
		if err := WriteFile(path, []byte(c.content), c.mode); err != nil {
			t.Fatal(err)
		}
		holds(t, path, c.content)
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if runtime.GOOS != "windows" && info.Mode() != c.mode {
			t.Errorf("got mode %v, want %v", info.Mode(), c.mode)
		}
	}
	if err := WriteFile(path, []byte("kept"), 0o600); err != nil {
		t.Fatal(err)
	}
	broken := errors.New("it broke")
	err := Write(path, 0o600, func(w io.Writer) error {
		_, err := io.WriteString(w, "half")
		return errors.Join(err, broken)
	})
	if !errors.Is(err, broken) {
		t.Errorf("got %v, want that it broke", err)
	}
	holds(t, path, "kept")
	if err := WriteFile(filepath.Join(dir, "none", "file"), nil, 0o600); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v, want that there is no such folder", err)
	}
	taken := filepath.Join(dir, "folder")
	if err := os.MkdirAll(filepath.Join(taken, "with"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := WriteFile(taken, []byte("x"), 0o600); err == nil {
		t.Error("a folder was replaced by a file")
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 2 {
		t.Errorf("got %v, %v, want the file and the folder alone", entries, err)
	}
}

func TestWhatKilledWritersLeftIsSwept(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "a[b")
	for _, name := range []string{"current", "other"} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		killed := func(io.Writer) error { panic("killed") }
		func() {
			defer func() { _ = recover() }()
			_ = Write(filepath.Join(dir, name), 0o600, killed)
		}()
	}
	if err := os.WriteFile(filepath.Join(dir, "current"), []byte("kept"), 0o600); err != nil {
		t.Fatal(err)
	}
	Sweep(filepath.Join(dir, "current"))
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var left []string
	for _, e := range entries {
		if IsTemporary(e.Name()) {
			left = append(left, e.Name())
		}
	}
	if len(entries) != 2 || len(left) != 1 || left[0][:len(".isrc-other-")] != ".isrc-other-" {
		t.Errorf("got %v, want the file itself and what is left of the other one", entries)
	}
	holds(t, filepath.Join(dir, "current"), "kept")
	Sweep(filepath.Join(dir, "no", "folder"))
}

func holds(t *testing.T, path, want string) {
	t.Helper()
	got, err := os.ReadFile(path)
	if err != nil || string(got) != want {
		t.Errorf("got %q, %v, want %q", got, err, want)
	}
}
