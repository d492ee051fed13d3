package config

import "errors"

var errStub = errors.New("not written yet")

// NewDirs finds the folders by the conventions of goos.
func NewDirs(goos string, getenv func(string) string, home string) Dirs { return Dirs{} }

// Load reads all layers. No file is written, none need exist.
func Load(o LoadOptions) (*Config, error) { return nil, errStub }

// Settings lists what is in force, sorted by key.
func (c *Config) Settings() []Setting { return nil }

// Setting looks one up.
func (c *Config) Setting(key string) (Setting, bool) { return Setting{}, false }

// HostFor is what is configured for a host, or its bare name.
func (c *Config) HostFor(name string) Host { return Host{Name: name} }

// Set writes a setting into the user's file.
func Set(o LoadOptions, key, value string) error { return errStub }

// Unset takes a setting out of the user's file.
func Unset(o LoadOptions, key string) error { return errStub }

// Change is one setting that Merge would write, or wrote.
type Change struct{ Key, Old, New string }

// Merge writes what a company's file says into the user's file.
func Merge(o LoadOptions, source string, content []byte, dryRun bool) (changes []Change, warnings []string, err error) {
	return nil, nil, errStub
}
