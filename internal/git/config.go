package git

import (
	"bufio"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	format "github.com/go-git/go-git/v5/plumbing/format/config"

	"github.com/isrc-dev/isrc/internal/fault"
)

// maxConfig bounds a configuration file, in bytes.
const maxConfig = 4 << 20

// rawConfig is one configuration file as it stands, without what it includes.
type rawConfig struct{ *format.Config }

func readConfig(name string) (rawConfig, error) {
	c := rawConfig{format.New()}
	f, err := os.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return c, nil
	}
	if err != nil {
		return c, err
	}
	defer f.Close()
	in := bufio.NewReader(io.LimitReader(f, maxConfig))
	if err := format.NewDecoder(in).Decode(c.Config); err != nil {
		return c, fault.Errorf("read %s: %w", name, err)
	}
	return c, nil
}

// config reads the repository's own file as it is now.
func (r *Repo) config() (rawConfig, error) {
	return readConfig(filepath.Join(r.commonDir, "config"))
}

// supported refuses what would make reading wrong. The names are those of
// git's documentation, repository-version.
func (c rawConfig) supported() error {
	for _, o := range c.Section("extensions").Options {
		name, value := strings.ToLower(o.Key), strings.ToLower(o.Value)
		switch name {
		case "objectformat":
			if value != "sha1" {
				return &UnsupportedError{What: value + " object ids"}
			}
		case "refstorage":
			if value != "files" {
				return &UnsupportedError{What: value + " reference storage"}
			}
		case "noop", "noop-v1", "partialclone", "worktreeconfig", "preciousobjects", "relativeworktrees":
		default:
			return &UnsupportedError{What: "the extension " + name}
		}
	}
	return nil
}

// promisor names the remote from which missing objects come, or "".
func (c rawConfig) promisor() string {
	for _, s := range c.Section("remote").Subsections {
		if isTrue(s.Option("promisor")) {
			return s.Name
		}
	}
	return c.Section("extensions").Option("partialclone")
}

func isTrue(s string) bool {
	switch strings.ToLower(s) {
	case "true", "yes", "on", "1":
		return true
	}
	return false
}

// Config gives the value of a key such as "commit.gpgsign", or false when it
// is not set. With Tool it comes from all of git's sources; without, from the
// repository's own file alone.
func (r *Repo) Config(ctx context.Context, key string) (string, bool, error) {
	if r.Tool == nil {
		return r.OwnConfig(key)
	}
	out, err := r.Tool.Run(ctx, r.Root(), "config", "--get", "--", key)
	var e *CommandError
	if errors.As(err, &e) && e.ExitCode == 1 { // git-config(1): not set
		return "", false, nil
	}
	return strings.TrimSuffix(out, "\n"), err == nil, wrap(err, "read the setting %s", key)
}

// OwnConfig gives the value of a key from the repository's own file alone, where
// SetConfig writes, or false when it is not set there. It starts no process.
func (r *Repo) OwnConfig(key string) (string, bool, error) {
	c, err := r.config()
	if err != nil {
		return "", false, err
	}
	value, ok := c.get(key)
	return value, ok, nil
}

func (c rawConfig) get(key string) (string, bool) {
	section, rest, ok := strings.Cut(key, ".")
	if !ok || !c.HasSection(section) {
		return "", false
	}
	s := c.Section(section)
	if dot := strings.LastIndexByte(rest, '.'); dot >= 0 {
		if !s.HasSubsection(rest[:dot]) {
			return "", false
		}
		sub := s.Subsection(rest[:dot])
		return sub.Option(rest[dot+1:]), sub.HasOption(rest[dot+1:])
	}
	return s.Option(rest), s.HasOption(rest)
}

// BranchSettings gives a setting of every branch that has it, from the
// repository's own file.
func (r *Repo) BranchSettings(key string) (map[string]string, error) {
	c, err := r.config()
	if err != nil {
		return nil, err
	}
	all := map[string]string{}
	for _, s := range c.Section("branch").Subsections {
		if s.HasOption(key) {
			all[s.Name] = s.Option(key)
		}
	}
	return all, nil
}
