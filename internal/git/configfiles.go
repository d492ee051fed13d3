package git

import (
	"os"
	"path/filepath"
	"strings"
)

// maxIncludes bounds how deep configuration files include each other.
const maxIncludes = 5

// configFiles are the user's and the repository's settings, the strongest
// first, for reading them without git. Included files count; of the conditions
// on them only gitdir is known.
type configFiles []rawConfig

// settings reads the configuration that counts in a folder.
func (b *Builtin) settings(dir string) configFiles {
	var gitDir string
	var all configFiles
	if r, err := Open(dir); err == nil {
		gitDir = r.gitDir
		all = b.include(all, filepath.Join(r.commonDir, "config"), gitDir, 0)
		_ = r.Close() // read only
	}
	home := b.env("HOME")
	if global := b.env("GIT_CONFIG_GLOBAL"); global != "" {
		all = b.include(all, global, gitDir, 0)
	} else if home != "" {
		xdg := b.env("XDG_CONFIG_HOME")
		if xdg == "" {
			xdg = filepath.Join(home, ".config")
		}
		all = b.include(all, filepath.Join(home, ".gitconfig"), gitDir, 0)
		all = b.include(all, filepath.Join(xdg, "git", "config"), gitDir, 0)
	}
	if b.env("GIT_CONFIG_NOSYSTEM") == "" {
		all = b.include(all, "/etc/gitconfig", gitDir, 0)
	}
	return all
}

// include adds a file, and before it those that it includes: they usually stand
// at its end, where the last one counts.
func (b *Builtin) include(all configFiles, file, gitDir string, depth int) configFiles {
	c, err := readConfig(file)
	if err != nil || depth > maxIncludes {
		return all // git would complain; here the setting is missing
	}
	for _, s := range c.Section("includeIf").Subsections {
		if b.applies(s.Name, file, gitDir) {
			all = b.include(all, b.expand(s.Option("path"), file), gitDir, depth+1)
		}
	}
	for _, o := range c.Section("include").Options {
		if strings.EqualFold(o.Key, "path") {
			all = b.include(all, b.expand(o.Value, file), gitDir, depth+1)
		}
	}
	return append(all, c)
}

// applies judges "gitdir:PATTERN", where a pattern without wildcards that ends
// in a slash means all below.
func (b *Builtin) applies(condition, file, gitDir string) bool {
	fold := false
	pattern, ok := strings.CutPrefix(condition, "gitdir:")
	if !ok {
		pattern, fold = strings.CutPrefix(condition, "gitdir/i:")
	}
	if !ok && !fold || gitDir == "" {
		return false
	}
	below := strings.HasSuffix(pattern, "/")
	pattern = filepath.ToSlash(b.expand(pattern, file))
	at := filepath.ToSlash(gitDir)
	if real, err := filepath.EvalSymlinks(gitDir); err == nil {
		at = filepath.ToSlash(real)
	}
	if fold {
		pattern, at = strings.ToLower(pattern), strings.ToLower(at)
	}
	if below {
		return strings.HasPrefix(at+"/", strings.TrimSuffix(pattern, "/")+"/")
	}
	matched, err := filepath.Match(pattern, at)
	return err == nil && matched
}

// expand resolves a path of a configuration file.
func (b *Builtin) expand(path, file string) string {
	if rest, ok := strings.CutPrefix(path, "~/"); ok {
		return filepath.Join(b.env("HOME"), rest)
	}
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(filepath.Dir(file), path)
}

//go:noinline
func (all configFiles) get(key string) string {
	for _, c := range all {
		if v, ok := c.get(key); ok {
			return v
		}
	}
	return ""
}

// hooks names the hooks that git would run here.
func (b *Builtin) hooks(r *Repo, names ...string) []string {
	dir := b.settings(r.Root()).get("core.hooksPath")
	if dir == "" {
		dir = filepath.Join(r.commonDir, "hooks")
	} else if dir = b.expand(dir, ""); !filepath.IsAbs(dir) {
		dir = filepath.Join(r.Root(), dir)
	}
	var found []string
	for _, n := range names {
		if info, err := os.Stat(filepath.Join(dir, n)); err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0 {
			found = append(found, n)
		}
	}
	return found
}
