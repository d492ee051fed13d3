package disk

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
)

// deadProcess gives the number of a process that is no more.
func deadProcess(t *testing.T) int {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^$")
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
	return cmd.Process.Pid
}

func TestTheLockOfADeadProcessIsWaitedFor(t *testing.T) {
	t.Parallel()
	dead := deadProcess(t)
	for name, c := range map[string]struct {
		holder    int
		givenBack int // at this pause; 0: never
		held      bool
		pauses    int
	}{
		"a child of a dead process still has it":       {holder: dead, givenBack: 3, pauses: 3},
		"a child of a dead process keeps it":           {holder: dead, held: true, pauses: lockTries},
		"a living process is not waited for":           {holder: os.Getpid(), held: true},
		"a holder that has not yet said its name is":   {givenBack: 1, pauses: 1},
		"nobody has it, whatever the file says of him": {holder: -1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "r.lock")
			holding := openLock(t, path)
			if c.holder != -1 {
				if err := tryLock(holding); err != nil {
					t.Fatal(err)
				}
			}
			if c.holder != 0 {
				if _, err := holding.WriteString(strconv.Itoa(c.holder)); err != nil {
					t.Fatal(err)
				}
			}
			pauses := 0
			pid, err := take(openLock(t, path), func() {
				if pauses++; pauses == c.givenBack {
					if err := unlock(holding); err != nil {
						t.Error(err)
					}
				}
			})
			if errors.Is(err, errHeld) != c.held || !c.held && err != nil || c.held && pid != c.holder || pauses != c.pauses {
				t.Errorf("got %d, %v after %d pauses", pid, err, pauses)
			}
		})
	}
}

func openLock(t *testing.T, path string) *os.File {
	t.Helper()
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func TestALockIsHeldByOne(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "lock")
	lock, err := Take(path)
	if err != nil {
		t.Fatal(err)
	}
	var held *HeldError
	if _, err := Take(path); !errors.As(err, &held) || held.PID != os.Getpid() || held.Path != path {
		t.Errorf("got %v, want that this process holds it", err)
	}
	if err := lock.Release(); err != nil {
		t.Fatal(err)
	}
	again, err := Take(path)
	if err != nil {
		t.Fatalf("a lock that was given back is not free: %v", err)
	}
	if err := again.Release(); err != nil {
		t.Error(err)
	}
	if _, err := Take(filepath.Join(path, "below")); err == nil || errors.As(err, &held) {
		t.Errorf("got %v, want that there is no such folder", err)
	}
}
