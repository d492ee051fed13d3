package rule

import (
	"encoding/json"
	"fmt"
	"path"
	"strings"

	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
)

// PathParams is one restriction on the files of a change; exactly one field is
// set.
type PathParams struct {
	Paths      []string `json:"paths,omitempty"`      // patterns that may not be touched
	Extensions []string `json:"extensions,omitempty"` // "*.jar"
	MaxLength  int      `json:"maxLength,omitempty"`  // of a path, in characters
	MaxSize    int64    `json:"maxSize,omitempty"`    // of a file, in MB; file-size judges it
}

func paths() *Rule {
	return &Rule{
		ID: "paths",
		Doc: `The change touches no path, adds no kind of file and no path so long that a ruleset of the forge forbids it.

Patterns are read as Ruby's fnmatch does with FNM_PATHNAME, which GitHub uses: ` + "`*` and `?`" + ` stay within a folder, ` + "`**/`" + ` is any number of folders.
Paths may not be deleted or renamed either; kinds of files and lengths bind only what is there afterwards. Such rulesets bind forks, too.

With ` + "`.github/workflows/*`" + ` restricted, ` + "`.github/workflows/ci.yml`" + ` is rejected and ` + "`.github/workflows/parts/ci.yml`" + ` accepted; with ` + "`*.jar`" + `, so are ` + "`lib/a.jar` and `a.jar.md`.",
		Derive: func(set *Reading) []Requirement {
			var out []Requirement
			for _, r := range branchRules(set) {
				if p, ok := pathParams(r); ok && p.MaxSize == 0 {
					out = append(out, fromRuleset(r, p.text(), p.text(), p))
				}
			}
			return out
		},
		Check: checkPaths,
	}
}

func pathParams(r forge.Rule) (PathParams, bool) {
	var in struct {
		Paths      []string `json:"restricted_file_paths"`
		Extensions []string `json:"restricted_file_extensions"`
		MaxLength  int      `json:"max_file_path_length"`
		MaxSize    int64    `json:"max_file_size"`
	}
	if json.Unmarshal(r.Parameters, &in) != nil {
		return PathParams{}, false
	}
	var p PathParams
	switch r.Type {
	case "file_path_restriction":
		p.Paths = in.Paths
	case "file_extension_restriction":
		p.Extensions = in.Extensions
	case "max_file_path_length":
		p.MaxLength = in.MaxLength
	case "max_file_size":
		p.MaxSize = in.MaxSize
	}
	ok := len(p.Paths) > 0 || len(p.Extensions) > 0 || p.MaxLength > 0 || p.MaxSize > 0
	return p, ok
}

func (p PathParams) text() string {
	switch {
	case len(p.Paths) > 0:
		return "no change to " + strings.Join(p.Paths, ", ")
	case len(p.Extensions) > 0:
		return "no files " + strings.Join(p.Extensions, ", ")
	case p.MaxLength > 0:
		return fmt.Sprintf("paths of at most %d characters", p.MaxLength)
	}
	return sizeText(p.MaxSize << 20)
}

func checkPaths(req Requirement, change *Change) []Finding {
	p := req.Params.(PathParams)
	forbidden, err := p.compile()
	if err != nil {
		return []Finding{{Verdict: Unknown, Message: err.Error()}}
	}
	var at []Place
	for _, f := range change.Files {
		if why := forbidden(f); why != "" {
			at = append(at, Place{Path: f.Path, What: why})
		}
	}
	switch {
	case len(at) > 0:
		return []Finding{{Verdict: Broken, At: at, Message: plural(len(at), "file breaks", "files break") + " it"}}
	case len(change.Files) == 0:
		return []Finding{{Verdict: Later, Message: "no files are changed yet"}}
	}
	return []Finding{{Verdict: Met, Message: "no file breaks it"}}
}

// compile makes a test that answers why a file is forbidden, or "".
func (p PathParams) compile() (func(File) string, error) {
	var tests []func(string) bool
	for _, pattern := range append(append([]string{}, p.Paths...), p.Extensions...) {
		if len(p.Extensions) > 0 && !strings.ContainsAny(pattern, "*?") {
			pattern = "*." + strings.TrimPrefix(pattern, ".")
		}
		re, err := fnmatch(pattern)
		if err != nil {
			return nil, fault.Errorf("the pattern %q cannot be read: %w", pattern, err)
		}
		tests = append(tests, re.MatchString)
	}
	return func(f File) string {
		if f.Status == Deleted && len(p.Paths) == 0 {
			return ""
		}
		if p.MaxLength > 0 {
			n := length(f.Path, unitRunes)
			return unless(n <= p.MaxLength, fmt.Sprintf("its path has %d characters", n))
		}
		for _, name := range []string{f.Path, f.OldPath} {
			if len(p.Extensions) > 0 {
				if name != f.Path {
					continue
				}
				name = path.Base(name)
			}
			for _, test := range tests {
				if name != "" && test(name) {
					return "it is restricted"
				}
			}
		}
		return ""
	}, nil
}
