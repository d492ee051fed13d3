package guideline

// Config is a machine-readable configuration of a tool that judges changes.
type Config struct {
	Source *Source
	Tool   string // "commitlint", "dco", "pr-title-checker", …
	Root   Value
	Err    string // why it could not be read, "" when it was
}

// ValueKind says what a Value is.
type ValueKind string

// The kinds of values.
const (
	KindNull   ValueKind = "null"
	KindBool   ValueKind = "bool"
	KindNumber ValueKind = "number"
	KindString ValueKind = "string"
	KindList   ValueKind = "list"
	KindMap    ValueKind = "map"
	KindCode   ValueKind = "code" // an expression that is not a literal
)

// Value is a value of a configuration, whatever format it was written in, with
// the line on which it stands.
type Value struct {
	Kind ValueKind
	Line int
	Text string // of a scalar
	List []Value
	Keys []string // of a map, in their order
	Map  map[string]Value
}
