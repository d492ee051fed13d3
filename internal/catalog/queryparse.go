package catalog

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// What a query may hold; more is cut off, since nobody types it. The values of one
// filter may come from the settings: all organisations of a company.
const (
	mostQueryBytes  = 64 << 10
	mostQueryWords  = 256
	mostFilters     = 64
	mostFilterValue = 500
)

// ParseQuery reads what somebody typed: words, "phrases", qualifiers as
// name:value, and any of them after a hyphen for what is not wanted. An argument
// with spaces, whose quotes a shell took away, is read as words, unless it is a
// qualifier's value beside other arguments. The error is a *QueryError.
func ParseQuery(args []string) (Query, error) {
	var q Query
	size, open := 0, false
	for _, arg := range args {
		arg = clean(arg)
		if size += len(arg) + 1; size > mostQueryBytes {
			break
		}
		if whole, ok := wholeValue(arg, len(args) > 1); ok {
			if err := q.addFilter(whole.name, whole.not, []string{whole.value}); err != nil {
				return Query{}, err
			}
			open = false
			continue
		}
		for l := (lexer{rest: arg}); ; {
			t, ok := l.next()
			if !ok {
				break
			}
			took, err := q.add(t)
			if err != nil {
				return Query{}, err
			}
			open = took && !t.quoted && l.rest == ""
		}
	}
	if n := len(q.Words); open && n > 0 && !q.Words[n-1].Not {
		q.Words[n-1].Open = true
	}
	return q, nil
}

// Add takes a qualifier with one or more values between commas, as a flag gives
// it. The error is a *QueryError.
func (q *Query) Add(name, value string) error {
	return q.addFilter(name, false, splitValues(clean(value)))
}

// token is a part of a query as it was typed.
type token struct {
	text   string
	name   string // of a qualifier; "" for a word
	values []string
	not    bool
	quoted bool
}

type lexer struct {
	rest string
	not  bool // NOT stood before
}

func (l *lexer) next() (token, bool) {
	l.rest = strings.TrimLeftFunc(l.rest, unicode.IsSpace)
	if l.rest == "" {
		return token{}, false
	}
	t := token{not: l.not}
	l.not = false
	if len(l.rest) > 1 && l.rest[0] == '-' && !isSpace(l.rest[1]) {
		t.not, l.rest = true, l.rest[1:]
	}
	if l.rest[0] == '"' {
		t.text, t.quoted = l.quotation(), true
		return t, true
	}
	raw := l.raw()
	if name, rest, ok := cutQualifier(raw); ok && rest != "" {
		t.text, t.name, t.values = raw, name, splitValues(rest)
		return t, true
	}
	if raw == "NOT" && strings.TrimSpace(l.rest) != "" {
		l.not = true
		return l.next()
	}
	t.text = strings.Join(strings.Fields(strings.ReplaceAll(raw, `"`, "")), " ")
	return t, true
}

// quotation reads up to the closing quote, or to the end where there is none.
func (l *lexer) quotation() string {
	text, rest, _ := strings.Cut(l.rest[1:], `"`)
	l.rest = rest
	return strings.Join(strings.Fields(text), " ")
}

// raw reads up to a space that stands in no quotation.
func (l *lexer) raw() string {
	quoted := false
	for i, r := range l.rest {
		switch {
		case r == '"':
			quoted = !quoted
		case unicode.IsSpace(r) && !quoted:
			raw := l.rest[:i]
			l.rest = l.rest[i:]
			return raw
		}
	}
	raw := l.rest
	l.rest = ""
	return raw
}

// cutQualifier takes name:value apart. An address (https://…) and names of C++
// and Rust (std::vector) are none.
func cutQualifier(raw string) (name, rest string, ok bool) {
	name, rest, ok = strings.Cut(raw, ":")
	if !ok || name == "" || strings.HasPrefix(rest, ":") || strings.HasPrefix(rest, "//") {
		return "", "", false
	}
	for i, r := range name {
		if !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || i > 0 && (r == '-' || r == '_')) {
			return "", "", false
		}
	}
	return name, rest, true
}

// splitValues takes values apart at commas outside of quotes.
func splitValues(s string) []string {
	var out []string
	var b strings.Builder
	quoted := false
	for _, r := range s {
		switch {
		case r == '"':
			quoted = !quoted
		case r == ',' && !quoted:
			out = append(out, b.String())
			b.Reset()
		default:
			b.WriteRune(r)
		}
	}
	return append(out, b.String())
}

type wholeFilter struct {
	name, value string
	not         bool
}

// wholeValue sees a qualifier whose quotes a shell took away: team:Core
// Services. Standing alone it could as well be a whole query that was quoted.
func wholeValue(arg string, others bool) (wholeFilter, bool) {
	if !strings.Contains(strings.TrimSpace(arg), " ") || strings.Contains(arg, `"`) {
		return wholeFilter{}, false
	}
	rest, not := strings.CutPrefix(arg, "-")
	name, value, ok := cutQualifier(rest)
	row, known := qualifierNamed(name)
	if !ok || !known || row.Kind != KindName || value == "" || isSpace(value[0]) {
		return wholeFilter{}, false
	}
	for _, part := range strings.Fields(value) {
		if _, rest, ok := cutQualifier(strings.TrimPrefix(part, "-")); ok && rest != "" {
			return wholeFilter{}, false
		}
	}
	value = strings.TrimSpace(value)
	if !others && !(row.Name == "language" && spacedLanguage(value)) {
		return wholeFilter{}, false
	}
	return wholeFilter{name: name, value: value, not: not}, true
}

// add takes a token in; took tells whether it became a word.
func (q *Query) add(t token) (took bool, err error) {
	if t.name != "" {
		return false, q.addFilter(t.name, t.not, t.values)
	}
	if t.text == "" || len(q.Words) >= mostQueryWords {
		return false, nil
	}
	q.Words = append(q.Words, Word{Text: t.text, Phrase: t.quoted, Not: t.not})
	return true, nil
}

func (q *Query) addFilter(name string, not bool, values []string) error {
	row, ok := qualifierNamed(name)
	if !ok {
		return unknownQualifier(name, values)
	}
	f := Filter{Name: row.Name, Not: not}
	for _, text := range values {
		if text = strings.TrimSpace(text); text == "" {
			continue
		}
		v, err := row.parse(text)
		if err != nil {
			return err
		}
		if !slices.Contains(f.Any, v) && len(f.Any) < mostFilterValue {
			f.Any = append(f.Any, v)
		}
	}
	if len(f.Any) == 0 {
		return &QueryError{At: row.Name + ":", Problem: "has no value", Accepts: row.Accepts()}
	}
	q.merge(row, f)
	return nil
}

// merge adds a filter. Of what a repository has only one of, one value is
// enough; so it is with who may see it.
func (q *Query) merge(row Qualifier, f Filter) {
	for i, have := range q.Filters {
		if have.Name == f.Name && !f.Not && !have.Not && (!row.All || allVisibility(have) && allVisibility(f)) {
			for _, v := range f.Any {
				if !slices.Contains(have.Any, v) && len(have.Any) < mostFilterValue {
					q.Filters[i].Any = append(q.Filters[i].Any, v)
				}
			}
			return
		}
	}
	if len(q.Filters) < mostFilters {
		q.Filters = append(q.Filters, f)
	}
}

func allVisibility(f Filter) bool {
	if f.Name != "is" {
		return false
	}
	for _, v := range f.Any {
		if v.Text != "public" && v.Text != "internal" && v.Text != "private" {
			return false
		}
	}
	return true
}

func unknownQualifier(name string, values []string) error {
	var names []string
	for _, row := range Qualifiers() {
		names = append(names, row.Name)
	}
	e := &QueryError{At: name + ":" + strings.Join(values, ","), Problem: "there is no qualifier " + name + ":", Nearest: nearestName(strings.ToLower(name), names)}
	if e.Nearest != "" {
		e.Nearest += ":"
		return e
	}
	e.Accepts = "there are " + strings.Join(names, ", ") + "; in double quotes it is looked for as a phrase"
	return e
}

// parse reads one value.
func (q Qualifier) parse(text string) (Value, error) {
	bad := func(problem string) error {
		return &QueryError{At: q.Name + ":" + text, Problem: problem, Accepts: q.Accepts()}
	}
	switch q.Kind {
	case KindChoice:
		value := choiceSpellings(q.Name, strings.ToLower(text))
		if !slices.Contains(q.values(), value) {
			return Value{}, &QueryError{At: q.Name + ":" + text, Problem: "no such value", Accepts: q.Accepts(), Nearest: nearestName(value, q.values())}
		}
		return Value{Text: value}, nil
	case KindNumber:
		r, ok := parseRange(text)
		if !ok {
			return Value{}, bad("no number")
		}
		return Value{Text: text, Number: r}, nil
	case KindTime:
		s, ok := parseSpan(text)
		if !ok {
			return Value{}, bad("no time")
		}
		return Value{Text: text, Time: s}, nil
	}
	return Value{Text: text}, nil
}

// clean makes typed text valid: no control characters, one kind of quotes.
func clean(s string) string {
	if len(s) > mostQueryBytes {
		s = s[:mostQueryBytes]
	}
	s = strings.ToValidUTF8(s, " ")
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case r == '“' || r == '”' || r == '„' || r == '«' || r == '»':
			return '"'
		case r == utf8.RuneError || unicode.IsControl(r) || unicode.Is(unicode.Cf, r):
			return -1
		}
		return r
	}, s)
}

func isSpace(b byte) bool { return b == ' ' || b == '\t' }
