package guideline

import (
	"strings"

	"github.com/rhysd/actionlint"
)

// Truth is how a condition stands to what is known.
type Truth int

// The truths, the weakest last. Open depends on the change and is settled once
// that is known; Unclear depends on what only the run itself knows.
const (
	False Truth = iota
	True
	Open
	Unclear
)

// Condition says when a step runs: the filters of its workflow and every "if"
// on the way to it.
type Condition struct {
	Paths       []string // of the trigger; empty is any
	PathsIgnore []string
	Ifs         []If
	moment      moment
}

// If is one condition, with its place.
type If struct {
	Text  string
	Line  int
	given map[string]string // inputs of the called workflow or action
}

// Moment is what is known of a change when conditions are judged; nil is
// nothing yet.
type Moment struct {
	Paths  []string // that the change touches
	Head   string   // its branch
	Fork   bool     // it comes from a fork
	Draft  bool
	Title  string
	Body   string
	Labels []string
	Login  string // of its author, "" when not known
}

// moment is what is known without the change.
type moment struct {
	event string
	types []string
	repo  string // OWNER/NAME
	base  string
	head  string // of a push
}

// Judge tells whether the step runs, and why not when it does not.
func (c *Condition) Judge(m *Moment) (Truth, string) {
	if m != nil && !c.touched(m.Paths) {
		return False, "the change touches none of " + c.Filter()
	}
	out := True
	for _, cond := range c.Ifs {
		t := judgeExpr(cond, &facts{moment: c.moment, change: m})
		if t == False {
			return False, "it runs only if " + strings.Join(strings.Fields(unwrap(cond.Text)), " ")
		}
		if t > out {
			out = t
		}
	}
	if out == True && m == nil && len(c.Paths)+len(c.PathsIgnore) > 0 {
		out = Open
	}
	return out, ""
}

// Filter says which paths the workflow looks at, "" when at all.
func (c *Condition) Filter() string {
	switch {
	case len(c.Paths) > 0:
		return quotedList(c.Paths)
	case len(c.PathsIgnore) > 0:
		return "the paths other than " + quotedList(c.PathsIgnore)
	}
	return ""
}

func quotedList(list []string) string {
	const most = 4
	more := ""
	if len(list) > most {
		list, more = list[:most], ", …"
	}
	return "`" + strings.Join(list, "`, `") + "`" + more
}

// touched applies the filters as the forge does: one file that is not filtered
// away is enough.
func (c *Condition) touched(paths []string) bool {
	if len(c.Paths)+len(c.PathsIgnore) == 0 {
		return true
	}
	for _, p := range paths {
		if len(c.Paths) > 0 && filtered(c.Paths, p) || len(c.Paths) == 0 && !filtered(c.PathsIgnore, p) {
			return true
		}
	}
	return false
}

func unwrap(expr string) string {
	expr = strings.TrimSpace(expr)
	if inner, ok := strings.CutPrefix(expr, "${{"); ok && strings.Index(expr, "}}") == len(expr)-2 {
		return strings.TrimSpace(strings.TrimSuffix(inner, "}}"))
	}
	return expr
}

// maxExpr bounds an expression, in bytes; maxOps bounds how many operators and
// brackets it has, because parsing and judging go as deep.
const (
	maxExpr = 8 << 10
	maxOps  = 400
)

// judgeExpr judges an expression. One that cannot be read is unclear.
func judgeExpr(cond If, f *facts) Truth {
	text := unwrap(cond.Text)
	if text == "" {
		return True
	}
	ops := strings.Count(text, "(") + strings.Count(text, "!") + strings.Count(text, "[") + strings.Count(text, "&&") + strings.Count(text, "||")
	if len(text) > maxExpr || ops > maxOps || strings.Contains(text, "${{") {
		return Unclear
	}
	node, err := actionlint.NewExprParser().Parse(actionlint.NewExprLexer(text + "}}"))
	if err != nil {
		return Unclear
	}
	f.given = cond.given
	return f.value(node).truth()
}
