package guideline

import (
	"regexp"
	"regexp/syntax"
	"strings"

	"github.com/isrc-dev/isrc/internal/lazy"
)

// maxOwnerPattern bounds a regular expression, which costs memory to compile.
const maxOwnerPattern = 1000

var giteaOwner = lazy.Pattern(`^@?[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)?$`)

// parseGitea reads the dialect of Gitea and Forgejo: a regular expression for
// the whole path, and its owners. Names that it does not take are dropped, and
// a line without any other says nothing.
func (o *Owners) parseGitea(text string) {
	n := 0
	for line := range strings.Lines(text) {
		n++
		line = strings.TrimRight(line, "\r\n")
		tokens := splitGiteaOwners(line)
		if len(tokens) == 0 {
			continue
		}
		if o.full(n) {
			break
		}
		r := OwnerRule{Line: n, Text: line, Approvals: 1}
		r.Pattern, r.Negated = strings.CutPrefix(tokens[0], "!")
		for _, name := range tokens[1:] {
			if giteaOwner().MatchString(name) {
				r.Owners = append(r.Owners, "@"+strings.TrimPrefix(name, "@"))
			} else {
				o.problem(n, line, name+" is neither an account nor a team", false)
			}
		}
		if len(r.Owners) == 0 {
			o.problem(n, line, "nobody is named", true)
			continue
		}
		if why := r.compileGitea(); why != "" {
			o.problem(n, line, why, true)
			continue
		}
		o.Rules = append(o.Rules, r)
	}
}

// splitGiteaOwners takes a line apart at blanks. A backslash keeps any
// character, itself included, and "#" begins a comment wherever it stands.
func splitGiteaOwners(line string) []string {
	var tokens []string
	var token strings.Builder
	flush := func() {
		if token.Len() > 0 {
			tokens = append(tokens, token.String())
			token.Reset()
		}
	}
	escaped := false
	for _, c := range strings.TrimSpace(line) {
		switch {
		case escaped && c == '\t':
			token.WriteByte(' ')
			escaped = false
		case escaped:
			token.WriteRune(c)
			escaped = false
		case c == '\\':
			escaped = true
		case c == '#':
			flush()
			return tokens
		case c == ' ' || c == '\t':
			flush()
		default:
			token.WriteRune(c)
		}
	}
	flush()
	return tokens
}

// compileGitea answers why the line says nothing, or "". The anchors bind as
// they are written: with "a|b", "^" holds for a alone.
func (r *OwnerRule) compileGitea() string {
	if len(r.Pattern) > maxOwnerPattern {
		return "the regular expression is too long"
	}
	re, err := regexp.Compile("^" + r.Pattern + "$")
	if err != nil {
		return "the regular expression cannot be read"
	}
	begin, end := fixedEnds(r.Pattern)
	negated := r.Negated
	r.match = func(p *ownedPath) bool {
		fits := strings.HasPrefix(p.whole, begin) && strings.HasSuffix(p.whole, end) && re.MatchString(p.whole)
		return fits != negated
	}
	if folder := strings.LastIndexByte(begin, '/'); folder > 0 && !negated {
		r.keys = []ownerKey{{keyPrefix, begin[:folder]}}
	}
	return ""
}

// fixedEnds are texts with which every path begins and ends that an expression
// matches: most lines are told from most paths by them, without the expression.
func fixedEnds(pattern string) (begin, end string) {
	tree, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return "", ""
	}
	tree = tree.Simplify()
	parts := []*syntax.Regexp{tree}
	if tree.Op == syntax.OpConcat {
		parts = tree.Sub
	}
	fixed := func(re *syntax.Regexp) string {
		if re.Op != syntax.OpLiteral || re.Flags&syntax.FoldCase != 0 {
			return ""
		}
		return string(re.Rune)
	}
	return fixed(parts[0]), fixed(parts[len(parts)-1])
}
