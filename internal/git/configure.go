package git

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"time"

	"github.com/isrc-dev/isrc/internal/fault"
)

// Setting is a key of git's configuration, such as "remote.pushDefault", with
// its value.
type Setting struct{ Key, Value string }

// RemoteSettings are what "git remote add" sets.
func RemoteSettings(name, url string) ([]Setting, error) {
	if err := fault.Join(checkRev(name), checkRemote(url)); err != nil {
		return nil, fault.Errorf("add remote %s: %w", name, err)
	}
	return []Setting{{"remote." + name + ".url", url}, {"remote." + name + ".fetch", "+refs/heads/*:refs/remotes/" + name + "/*"}}, nil
}

// lockAge is how old the lock of a configuration may be before its owner was
// surely killed: it is held for as long as a small file takes to be written.
const lockAge = 2 * time.Second

// Configure sets values in the configuration of a clone that isrc made itself,
// where nothing is written in a way that only git understands: all of them at
// once, under git's lock and by a rename, without starting git for each. The lock
// of a process that was killed while it did the same is taken over.
func Configure(ctx context.Context, dir string, settings ...Setting) error {
	r, err := Open(dir)
	if err != nil {
		return err
	}
	defer r.Close() //nolint:errcheck // read only
	file := filepath.Join(r.commonDir, "config")
	for {
		err = editConfig(file, func(c *configText) error { return c.setAll(settings) })
		var locked *LockedError
		if !errors.As(err, &locked) {
			return err
		}
		if held, err := os.Stat(locked.Path); err == nil && time.Since(held.ModTime()) > lockAge {
			_ = os.Remove(locked.Path)
			continue
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(lockAge / 20):
		}
	}
}

func (c *configText) setAll(settings []Setting) error {
	for _, s := range settings {
		section, sub, name, err := splitKey(s.Key)
		if err != nil {
			return err
		}
		c.set(section, sub, name, s.Value)
	}
	return nil
}
