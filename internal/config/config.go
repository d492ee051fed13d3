// Package config reads isrc's settings from the system's file, the user's file,
// the environment and flags into one struct, and knows of each where it came
// from. It must not know what a setting is used for, and it writes nothing but
// the user's file. Begin with Load and keys.go.
package config

// Config is the settings in force.
type Config struct {
	Host     string          // "" when nothing names one
	Orgs     []string        // organisations of Host
	Hosts    map[string]Host // by normalized name
	Git      Git
	Editor   string
	Pager    string
	Browser  string
	NoInput  bool
	Warnings []string // what was found but not understood
	Dirs     Dirs
}

// Git is what concerns the git program.
type Git struct {
	Binary string // "auto", "none" or a path
}

// Host is what a person configured for one host.
type Host struct {
	Name          string
	APIURL        string
	Scheme        string
	CAFile        string
	Proxy         string
	ClientCert    string
	ClientKey     string
	Orgs          []string
	User          string
	OAuthClientID string
}

// Dirs are the folders of this user and system.
type Dirs struct {
	Config string   // the user's settings
	System []string // the system's settings, most important first
	Cache  string
	State  string
	Data   string
}

// LoadOptions is the world that Load looks at.
type LoadOptions struct {
	Getenv func(string) string // nil is os.Getenv
	Flags  map[string]string   // setting → value, only those given
	Home   string              // "" is the user's
	Dirs   Dirs                // zero is NewDirs
}

// Origin says which layer a setting came from.
type Origin string

// The layers, from the weakest to the strongest.
const (
	FromDefault     Origin = "default"
	FromSystem      Origin = "system"
	FromUser        Origin = "user"
	FromEnvironment Origin = "environment"
	FromFlag        Origin = "flag"
)

// Setting is one setting with where it came from.
type Setting struct {
	Key          string
	Value        string
	Origin       Origin
	OriginDetail string // a file with its line, or a variable, or a flag
}
