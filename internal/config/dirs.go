package config

import (
	"path/filepath"
	"strings"
)

// Dirs are the folders of this user and system. Each of the user's own ends in
// isrc; nothing says that they exist.
type Dirs struct {
	Config string   // the user's settings
	System []string // the system's settings, most important first
	Cache  string   // may be lost at any time
	State  string   // runs
	Data   string   // catalogs
}

// UserFile is the file that Set writes.
//
//go:noinline
func (d Dirs) UserFile() string { return filepath.Join(d.Config, fileName) }

const fileName = "config.yaml"

// NewDirs finds the folders by the XDG variables, and where they are not set by
// the conventions of goos. On macOS the dotted folders are used, as git and
// other command line tools do.
func NewDirs(goos string, getenv func(string) string, home string) Dirs {
	user := func(variable string, fallback ...string) string {
		if v := getenv(variable); filepath.IsAbs(v) {
			return filepath.Join(v, "isrc")
		}
		return filepath.Join(append(fallback, "isrc")...)
	}
	if goos == "windows" {
		roaming, local := getenv("APPDATA"), getenv("LOCALAPPDATA")
		if roaming == "" {
			roaming = filepath.Join(home, "AppData", "Roaming")
		}
		if local == "" {
			local = filepath.Join(home, "AppData", "Local")
		}
		d := Dirs{
			Config: user("XDG_CONFIG_HOME", roaming),
			Cache:  user("XDG_CACHE_HOME", local, "cache"),
			State:  user("XDG_STATE_HOME", local, "state"),
			Data:   user("XDG_DATA_HOME", local, "data"),
		}
		if p := getenv("PROGRAMDATA"); p != "" {
			d.System = []string{filepath.Join(p, "isrc")}
		}
		return d
	}
	d := Dirs{
		Config: user("XDG_CONFIG_HOME", home, ".config"),
		Cache:  user("XDG_CACHE_HOME", home, ".cache"),
		State:  user("XDG_STATE_HOME", home, ".local", "state"),
		Data:   user("XDG_DATA_HOME", home, ".local", "share"),
	}
	system := getenv("XDG_CONFIG_DIRS")
	if system == "" {
		system = "/etc/xdg"
	}
	for _, dir := range strings.Split(system, ":") {
		if filepath.IsAbs(dir) {
			d.System = append(d.System, filepath.Join(dir, "isrc"))
		}
	}
	return d
}
