package guideline

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/rhysd/actionlint"
)

// exprValue is a value in an expression of a workflow. What is not known has a
// doubt; a value that is one of several, as the run comes, lists them.
type exprValue struct {
	doubt Truth // True when known, else Open or Unclear
	v     any   // nil, bool, float64, string or []string
	oneOf []string
	any   bool // whatever is asked of it, some run answers yes
}

//go:noinline
func known(v any) exprValue { return exprValue{doubt: True, v: v} }

//go:noinline
func doubtful(t Truth) exprValue { return exprValue{doubt: t} }
func ofTruth(t Truth) exprValue {
	if t == True || t == False {
		return known(t == True)
	}
	return doubtful(t)
}

//go:noinline
func (x exprValue) truth() Truth {
	switch {
	case x.any || x.oneOf != nil:
		return True
	case x.doubt != True:
		return x.doubt
	}
	switch v := x.v.(type) {
	case bool:
		return truthOf(v)
	case string:
		return truthOf(v != "")
	case float64:
		return truthOf(v != 0)
	case []string:
		return True
	}
	return False
}

func truthOf(b bool) Truth {
	if b {
		return True
	}
	return False
}

func not(t Truth) Truth {
	switch t {
	case True:
		return False
	case False:
		return True
	}
	return t
}

// value computes a node as GitHub does, as far as it is known.
func (f *facts) value(n actionlint.ExprNode) exprValue {
	switch n := n.(type) {
	case *actionlint.BoolNode:
		return known(n.Value)
	case *actionlint.IntNode:
		return known(float64(n.Value))
	case *actionlint.FloatNode:
		return known(n.Value)
	case *actionlint.StringNode:
		return known(n.Value)
	case *actionlint.NullNode:
		return known(nil)
	case *actionlint.NotOpNode:
		inner := f.value(n.Operand)
		if inner.any {
			return inner
		}
		return ofTruth(not(inner.truth()))
	case *actionlint.LogicalOpNode:
		return f.logical(n)
	case *actionlint.CompareOpNode:
		return f.compare(n)
	case *actionlint.FuncCallNode:
		return f.call(n)
	}
	if path, ok := exprPath(n); ok {
		return f.lookup(path)
	}
	return doubtful(Unclear)
}

// logical gives the value that decides, as GitHub's && and || do; what is false
// decides an "and" whatever the doubts.
func (f *facts) logical(n *actionlint.LogicalOpNode) exprValue {
	l, r := f.value(n.Left), f.value(n.Right)
	decides := False
	if n.Kind != actionlint.LogicalOpNodeKindAnd {
		decides = True
	}
	lt, rt := l.truth(), r.truth()
	switch {
	case lt == decides:
		return l
	case rt == decides && lt > True:
		return ofTruth(rt)
	case lt > True:
		return doubtful(max(lt, rt))
	}
	return r
}

func (f *facts) compare(n *actionlint.CompareOpNode) exprValue {
	l, r := f.value(n.Left), f.value(n.Right)
	var equal Truth
	switch n.Kind {
	case actionlint.CompareOpNodeKindEq:
		return ofTruth(equals(l, r))
	case actionlint.CompareOpNodeKindNotEq:
		if l.any || r.any {
			return known(true)
		}
		if l.oneOf != nil || r.oneOf != nil {
			return ofTruth(differs(l, r))
		}
		equal = equals(l, r)
		return ofTruth(not(equal))
	}
	if l.any || r.any {
		return known(true)
	}
	a, aOK := number(l)
	b, bOK := number(r)
	if l.doubt != True || r.doubt != True || !aOK || !bOK {
		return doubtful(max(l.doubt, r.doubt, Open))
	}
	switch n.Kind {
	case actionlint.CompareOpNodeKindLess:
		return known(a < b)
	case actionlint.CompareOpNodeKindLessEq:
		return known(a <= b)
	case actionlint.CompareOpNodeKindGreater:
		return known(a > b)
	}
	return known(a >= b)
}

// equals compares loosely: texts without case, and everything else as numbers
// when the kinds differ.
func equals(l, r exprValue) Truth {
	if l.any || r.any {
		return True
	}
	if r.oneOf != nil {
		l, r = r, l
	}
	if l.oneOf != nil {
		if r.doubt != True {
			return r.doubt
		}
		s, ok := r.v.(string)
		return truthOf(ok && slices.ContainsFunc(l.oneOf, func(o string) bool { return strings.EqualFold(o, s) }))
	}
	if l.doubt != True || r.doubt != True {
		return max(l.doubt, r.doubt)
	}
	ls, lok := l.v.(string)
	rs, rok := r.v.(string)
	if lok && rok {
		return truthOf(strings.EqualFold(ls, rs))
	}
	if l.v == nil && r.v == nil {
		return True
	}
	a, aOK := number(l)
	b, bOK := number(r)
	return truthOf(aOK && bOK && a == b)
}

// differs tells whether some run sees another value.
func differs(l, r exprValue) Truth {
	if r.oneOf != nil {
		l, r = r, l
	}
	if r.doubt != True {
		return r.doubt
	}
	s, _ := r.v.(string)
	return truthOf(slices.ContainsFunc(l.oneOf, func(o string) bool { return !strings.EqualFold(o, s) }))
}

func number(x exprValue) (float64, bool) {
	switch v := x.v.(type) {
	case nil:
		return 0, true
	case bool:
		if v {
			return 1, true
		}
		return 0, true
	case float64:
		return v, true
	case string:
		if strings.TrimSpace(v) == "" {
			return 0, true
		}
		n, err := strconv.ParseFloat(strings.TrimSpace(v), 64)
		return n, err == nil
	}
	return 0, false
}

// call computes the functions that tell something of a change.
func (f *facts) call(n *actionlint.FuncCallNode) exprValue {
	args := make([]exprValue, len(n.Args))
	for i, a := range n.Args {
		args[i] = f.value(a)
	}
	switch name := strings.ToLower(n.Callee); name {
	case "always", "success":
		return known(true)
	case "failure", "cancelled":
		return known(false)
	case "contains", "startswith", "endswith":
		if len(args) == 2 {
			return ofTruth(search(name, args[0], args[1]))
		}
	case "join":
		if len(args) > 0 {
			return join(args)
		}
	case "fromjson":
		if s, ok := last(args).v.(string); ok && last(args).doubt == True {
			return fromJSON(s)
		}
	}
	return doubtful(Unclear)
}

func join(args []exprValue) exprValue {
	list, ok := args[0].v.([]string)
	if !ok || args[0].doubt != True {
		return doubtful(max(args[0].doubt, Open))
	}
	sep := ","
	if s, ok := last(args).v.(string); ok && len(args) > 1 {
		sep = s
	}
	return known(strings.Join(list, sep))
}

func last(args []exprValue) exprValue {
	if len(args) == 0 {
		return exprValue{doubt: Unclear}
	}
	return args[len(args)-1]
}

func fromJSON(s string) exprValue {
	var list []string
	if json.Unmarshal([]byte(s), &list) == nil {
		return known(list)
	}
	var v any
	if json.Unmarshal([]byte(s), &v) != nil {
		return doubtful(Unclear)
	}
	switch v.(type) {
	case nil, bool, float64, string:
		return known(v)
	}
	return doubtful(Unclear)
}

// search looks for a text in another, or in a list. A person's login never
// looks like a bot's.
func search(how string, in, what exprValue) Truth {
	if in.any || what.any {
		return True
	}
	if list, ok := in.v.([]string); ok && what.oneOf != nil {
		return truthOf(slices.ContainsFunc(what.oneOf, func(o string) bool { return slices.Contains(list, o) }))
	}
	if in.oneOf != nil || what.oneOf != nil {
		return Unclear
	}
	if in.doubt != True || what.doubt != True {
		return max(in.doubt, what.doubt)
	}
	needle, _ := what.v.(string)
	needle = strings.ToLower(needle)
	if list, ok := in.v.([]string); ok {
		return truthOf(slices.ContainsFunc(list, func(s string) bool { return strings.EqualFold(s, needle) }))
	}
	text, _ := in.v.(string)
	text = strings.ToLower(text)
	switch how {
	case "startswith":
		return truthOf(strings.HasPrefix(text, needle))
	case "endswith":
		return truthOf(strings.HasSuffix(text, needle))
	}
	return truthOf(strings.Contains(text, needle))
}

// exprPath is the path of a look-up: "github.event.pull_request.labels.*.name".
func exprPath(n actionlint.ExprNode) (string, bool) {
	switch n := n.(type) {
	case *actionlint.VariableNode:
		return strings.ToLower(n.Name), true
	case *actionlint.ObjectDerefNode:
		p, ok := exprPath(n.Receiver)
		return p + "." + strings.ToLower(n.Property), ok
	case *actionlint.ArrayDerefNode:
		p, ok := exprPath(n.Receiver)
		return p + ".*", ok
	case *actionlint.IndexAccessNode:
		p, ok := exprPath(n.Operand)
		key, isText := n.Index.(*actionlint.StringNode)
		if !isText {
			return "", false
		}
		return p + "." + strings.ToLower(key.Value), ok
	}
	return "", false
}
