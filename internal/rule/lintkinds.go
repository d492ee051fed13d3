package rule

import (
	"fmt"
	"strings"
	"sync"
)

// lintKind is what a LintRule of a name means.
type lintKind struct {
	id     string                              // the rule of ours that it belongs to, "" when that rule reads it itself
	asks   func(LintRule) string               // what is asked, for people
	breaks func(LintRule, *lintMessage) string // what a message does against it, "" when nothing
}

// lintKinds are all rules on messages by their names: commitlint's, and those
// into which other tools are translated.
var lintKinds = sync.OnceValue(func() map[string]lintKind {
	out := map[string]lintKind{}
	for _, kinds := range []map[string]lintKind{
		formKinds(), lengthKinds(), caseKinds(), endKinds(), layoutKinds(), referenceKinds(), patternKinds(), toolKinds(),
	} {
		for name, k := range kinds {
			out[name] = k
		}
	}
	return out
})

// The parts of a message, by the names that rules use for them.
func (m *lintMessage) part(name string) string {
	switch name {
	case "header":
		return m.Text
	case "type":
		return m.Type
	case "scope":
		return m.Scope
	case "subject":
		return m.Subject
	case "body":
		return m.Body
	case "footer":
		return m.Footer
	}
	return ""
}

// formKinds: the parts of a header and their values.
func formKinds() map[string]lintKind {
	return map[string]lintKind{
		"type-empty":    emptyKind("commit-header", "type"),
		"subject-empty": emptyKind("commit-header", "subject"),
		"scope-empty":   emptyKind("header-minimum", "scope"),
		"body-empty":    emptyKind("message-body", "body"),
		"footer-empty":  emptyKind("message-body", "footer"),
		"type-enum":     {"type-and-scope", asksEnum("type"), breaksTypeEnum},
		"scope-enum":    {"type-and-scope", asksEnum("scope"), breaksScopeEnum},
		"scope-delimiter-style": {"type-and-scope", func(r LintRule) string {
			return "scopes separated by " + strings.Join(scopeDelimiters(r.Words), " ")
		}, breaksDelimiters},
	}
}

func emptyKind(id, part string) lintKind {
	return lintKind{id, func(r LintRule) string {
		if r.Never {
			return "a " + part
		}
		return "no " + part
	}, func(r LintRule, m *lintMessage) string {
		if part == "type" && r.Never && m.formless() {
			return "it is not of the form " + m.form()
		}
		if part == "subject" && r.Never && m.formless() {
			return ""
		}
		return r.judge(m.part(part) == "", "it has no "+part, "it has a "+part)
	}}
}

func asksEnum(part string) func(LintRule) string {
	return func(r LintRule) string {
		switch {
		case len(r.Words) == 0:
			return "no " + part + " is allowed"
		case r.Never:
			return part + " none of " + strings.Join(r.Words, ", ")
		}
		return part + " one of " + strings.Join(r.Words, ", ")
	}
}

func lengthKinds() map[string]lintKind {
	out := map[string]lintKind{}
	for _, part := range []string{"header", "type", "scope", "subject"} {
		out[part+"-max-length"] = maxKind("header-length", part)
		out[part+"-min-length"] = minKind("header-minimum", part)
	}
	for _, part := range []string{"body", "footer"} {
		out[part+"-max-length"] = maxKind("message-body", part)
		out[part+"-min-length"] = minKind("message-body", part)
		out[part+"-max-line-length"] = lineKind(part)
	}
	return out
}

func maxKind(id, part string) lintKind {
	return lintKind{id, func(r LintRule) string {
		return fmt.Sprintf("%s of at most %d %s", part, r.Number, unitName(r.Unit))
	}, func(r LintRule, m *lintMessage) string {
		n := length(m.part(part), r.Unit)
		return unless(n <= r.Number, fmt.Sprintf("the %s has %d %s, more than %d", part, n, unitName(r.Unit), r.Number))
	}}
}

func minKind(id, part string) lintKind {
	return lintKind{id, func(r LintRule) string {
		return fmt.Sprintf("%s of at least %d %s", part, r.Number, unitName(r.Unit))
	}, func(r LintRule, m *lintMessage) string {
		value := m.part(part)
		n := length(value, r.Unit)
		return unless(value == "" && part != "header" || n >= r.Number, fmt.Sprintf("the %s has %d %s, fewer than %d", part, n, unitName(r.Unit), r.Number))
	}}
}

// lineKind: a line with a link may be as long as the link makes it, unless the
// tool makes no such exception.
func lineKind(part string) lintKind {
	return lintKind{"line-length", func(r LintRule) string {
		return fmt.Sprintf("%s lines of at most %d %s", part, r.Number, unitName(r.Unit))
	}, func(r LintRule, m *lintMessage) string {
		for _, line := range strings.Split(m.part(part), "\n") {
			line = strings.TrimSuffix(line, "\r")
			if n := length(line, r.Unit); n > r.Number && (r.NoLinks || !lintPattern().link.MatchString(line)) {
				return fmt.Sprintf("a line of the %s has %d %s, more than %d", part, n, unitName(r.Unit), r.Number)
			}
		}
		return ""
	}}
}

func caseKinds() map[string]lintKind {
	out := map[string]lintKind{}
	for part, id := range map[string]string{
		"type": "type-and-scope", "scope": "type-and-scope", "subject": "subject-case", "header": "subject-case", "body": "message-body",
	} {
		out[part+"-case"] = lintKind{id, func(r LintRule) string {
			if r.Never {
				return part + " not in " + strings.Join(r.cases(), ", ")
			}
			return part + " in " + strings.Join(r.cases(), " or ")
		}, func(r LintRule, m *lintMessage) string { return lintCase(r, part, m.part(part)) }}
	}
	return out
}

func endKinds() map[string]lintKind {
	asks := func(part string) func(LintRule) string {
		return func(r LintRule) string {
			if r.Never {
				return fmt.Sprintf("no %s at the end of the %s", r.stop(), part)
			}
			return fmt.Sprintf("%s at the end of the %s", r.stop(), part)
		}
	}
	return map[string]lintKind{
		"subject-full-stop": {"subject-end", asks("header"), breaksSubjectStop},
		"header-full-stop":  {"subject-end", asks("header"), func(r LintRule, m *lintMessage) string { return r.endsIn("header", m.Text) }},
		"body-full-stop": {"message-body", asks("body"), func(r LintRule, m *lintMessage) string {
			if m.Body == "" {
				return ""
			}
			return r.endsIn("body", m.Body)
		}},
		"header-trim": {"subject-end", func(LintRule) string { return "no blanks around the header" }, func(_ LintRule, m *lintMessage) string {
			return unless(m.Text == trimJS(m.Text), "the header has blanks around it")
		}},
	}
}

func layoutKinds() map[string]lintKind {
	return map[string]lintKind{
		"body-leading-blank": {"blank-line", func(r LintRule) string { return r.whether("a blank line before the body") },
			func(r LintRule, m *lintMessage) string {
				if m.Body == "" {
					return ""
				}
				return r.judge(m.line(1) == "", "a blank line stands before the body", "no blank line stands before the body")
			}},
		"footer-leading-blank": {"blank-line", func(r LintRule) string { return r.whether("a blank line before the footer") },
			func(r LintRule, m *lintMessage) string {
				if m.Footer == "" {
					return ""
				}
				return r.judge(m.beforeFooter() == "", "a blank line stands before the footer", "no blank line stands before the footer")
			}},
		"breaking-change-exclamation-mark": {"breaking-change", func(r LintRule) string {
			if r.Never {
				return `"!" or BREAKING CHANGE, not both`
			}
			return `"!" and BREAKING CHANGE together`
		}, func(r LintRule, m *lintMessage) string {
			if m.Text == "" && m.Footer == "" {
				return ""
			}
			together := lintPattern().bang.MatchString(m.Text) == lintPattern().breaking.MatchString(m.Footer)
			return r.judge(together, `"!" and BREAKING CHANGE must not stand together, nor both be missing`, `"!" in the header and BREAKING CHANGE in the footer do not stand together`)
		}},
		"subject-exclamation-mark": {"breaking-change", func(r LintRule) string { return r.whether(`a "!" in the header`) },
			func(r LintRule, m *lintMessage) string {
				if m.Text == "" {
					return ""
				}
				return r.judge(lintPattern().bang.MatchString(m.Text), `the header has a "!"`, `the header has no "!"`)
			}},
	}
}

func referenceKinds() map[string]lintKind {
	return map[string]lintKind{
		"references-empty": {"ticket", func(r LintRule) string {
			if r.Never {
				return "a reference to an issue"
			}
			return "no reference to an issue"
		}, func(r LintRule, m *lintMessage) string {
			return r.judge(!m.reference, "no issue is referred to", "an issue is referred to")
		}},
		"signed-off-by":  {"", nil, breaksSignedOff},
		"trailer-exists": {"", nil, breaksTrailer},
	}
}

// patternKinds: regular expressions on the message and its parts.
func patternKinds() map[string]lintKind {
	kind := func(what string, text func(*lintMessage) string) lintKind {
		return lintKind{"commit-header", func(r LintRule) string {
			if r.Never {
				return "commit " + what + " that does not match " + oneLine(r.Text)
			}
			return "commit " + what + " that matches " + oneLine(r.Text)
		}, func(r LintRule, m *lintMessage) string {
			return lintMatch(r, what, text(m))
		}}
	}
	return map[string]lintKind{
		"message-pattern": kind("message", func(m *lintMessage) string { return strings.Join(m.lines, "\n") }),
		"header-pattern":  kind("header", func(m *lintMessage) string { return m.Text }),
		"subject-pattern": kind("subject", func(m *lintMessage) string { return m.Subject }),
		"body-pattern":    kind("body", func(m *lintMessage) string { return m.Body }),
	}
}

// whether writes a rule that asks for something, or forbids it.
//
//go:noinline
func (r LintRule) whether(what string) string {
	if r.Never {
		return strings.Replace("no "+what, "no a ", "no ", 1)
	}
	return what
}

func unitName(unit string) string {
	if unit == unitBytes {
		return "bytes"
	}
	return "characters"
}
