package rule

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/dlclark/regexp2"

	"github.com/isrc-dev/isrc/internal/fault"
)

// judge answers why a title fails, or "". An error means that the judge's
// pattern cannot be evaluated here.
func (p TitleParams) judge(title string) (why string, err error) {
	title = bounded(title)
	switch p.Judge {
	case judgePattern:
		return p.judgePattern(title)
	case judgeChecker:
		if p.hasPrefix(p.Prefixes, title) {
			return "", nil
		}
		if p.Pattern != "" {
			return p.matches(title)
		}
		return fmt.Sprintf("%q begins with none of %s", shown(title), strings.Join(p.Prefixes, ", ")), nil
	case judgeLint:
		return strings.Join(p.Lint.lint(title), "; "), nil
	case judgeTypes:
		return p.judgeTypes(title)
	case judgeSemantic:
		return p.judgeSemantic(title)
	}
	return "", fault.Errorf("how %s judges titles is not known", p.By)
}

// judgePattern judges a title by everything that is given: pattern, length and
// prefixes.
func (p TitleParams) judgePattern(title string) (string, error) {
	if p.Pattern != "" {
		if why, err := p.matches(title); why != "" || err != nil {
			return why, err
		}
	}
	n := length(title, unitUTF16)
	switch {
	case n < p.Min:
		return fmt.Sprintf("%q has %d characters, fewer than %d", shown(title), n, p.Min), nil
	case p.Max > 0 && n > p.Max:
		return fmt.Sprintf("%q has %d characters, more than %d", shown(title), n, p.Max), nil
	case len(p.Prefixes) > 0 && !p.hasPrefix(p.Prefixes, title):
		return fmt.Sprintf("%q begins with none of %s", shown(title), strings.Join(p.Prefixes, ", ")), nil
	case p.hasPrefix(p.NotPrefixes, title):
		return fmt.Sprintf("%q begins with what is not allowed: %s", shown(title), strings.Join(p.NotPrefixes, ", ")), nil
	}
	return "", nil
}

func (p TitleParams) matches(title string) (string, error) {
	test, err := jsMatch(p.Pattern, p.Flags)
	if err != nil {
		return "", err
	}
	ok, err := test(title)
	switch {
	case err != nil || ok != p.Forbids:
		return "", err
	case p.Forbids:
		return fmt.Sprintf("%q matches %s, which is not allowed", shown(title), firstLine(p.Pattern)), nil
	}
	return fmt.Sprintf("%q does not match %s", shown(title), firstLine(p.Pattern)), nil
}

//go:noinline
func (p TitleParams) hasPrefix(prefixes []string, title string) bool {
	return slices.ContainsFunc(prefixes, func(prefix string) bool {
		if p.Fold {
			return strings.HasPrefix(strings.ToLower(title), strings.ToLower(prefix))
		}
		return strings.HasPrefix(title, prefix)
	})
}

// judgeTypes judges as the actions do that only look for a type: it must be one
// of a list of words. Some want a pattern to match the title, too.
func (p TitleParams) judgeTypes(title string) (string, error) {
	h, err := p.parse(strings.TrimLeft(title, " \t"))
	switch {
	case err != nil:
		return "", err
	case h.Type == "":
		return fmt.Sprintf("%q has no type", shown(title)), nil
	case !slices.Contains(p.types(), h.Type):
		return fmt.Sprintf("the type %q is none of %s", shown(h.Type), strings.Join(p.types(), ", ")), nil
	case p.Pattern != "":
		return p.matches(title)
	}
	for _, s := range splitTrim(h.Scope, ",") {
		if len(p.Scopes) > 0 && !slices.Contains(p.Scopes, s) {
			return fmt.Sprintf("the scope %q is none of %s", shown(s), strings.Join(p.Scopes, ", ")), nil
		}
	}
	return "", nil
}

// judgeSemantic judges as amannn/action-semantic-pull-request does. Types and
// scopes are patterns that must match as a whole; a scope may be several,
// separated by commas; a pattern for the subject must match all of it.
func (p TitleParams) judgeSemantic(title string) (string, error) {
	h, err := p.parse(oneLine(title))
	if err != nil {
		return "", err
	}
	types := p.types()
	switch {
	case h.Type == "":
		return fmt.Sprintf("%q has no type", shown(title)), nil
	case h.Subject == "":
		return fmt.Sprintf("%q has no subject", shown(title)), nil
	}
	if ok, err := anyWhole(types, h.Type); err != nil || !ok && !p.AnyType {
		return fmt.Sprintf("the type %q is none of %s", shown(h.Type), strings.Join(types, ", ")), err
	}
	if why, err := p.judgeScopes(h.Scope); why != "" || err != nil {
		return why, err
	}
	if p.SubjectPattern == "" {
		return "", nil
	}
	re, err := jsPattern(p.SubjectPattern, "")
	if err != nil {
		return "", err
	}
	m, err := re.FindStringMatch(h.Subject)
	switch {
	case err != nil:
		return "", errors.New("the pattern for subjects takes too long")
	case m == nil || m.String() != h.Subject:
		return p.subjectError(h), nil
	}
	return "", nil
}

func (p TitleParams) subjectError(h Header) string {
	if p.SubjectPatternError == "" {
		return fmt.Sprintf("the subject %q does not match %s", shown(h.Subject), p.SubjectPattern)
	}
	return strings.NewReplacer("{subject}", h.Subject, "{title}", h.Text).Replace(p.SubjectPatternError)
}

func (p TitleParams) judgeScopes(scope string) (string, error) {
	if scope == "" {
		if p.RequireScope {
			return "it has no scope", nil
		}
		return "", nil
	}
	for _, s := range strings.Split(scope, ",") {
		s = strings.TrimSpace(s)
		if len(p.Scopes) > 0 {
			if ok, err := anyWhole(p.Scopes, s); err != nil || !ok {
				return fmt.Sprintf("the scope %q is none of %s", shown(s), strings.Join(p.Scopes, ", ")), err
			}
		}
		if ok, err := anyWhole(p.DisallowScopes, s); err != nil || ok {
			return fmt.Sprintf("the scope %q is not allowed", shown(s)), err
		}
	}
	return "", nil
}

// anyWhole tells whether one of the patterns matches all of a text. Most are
// plain words and need no engine.
func anyWhole(patterns []string, text string) (bool, error) {
	if slices.Contains(patterns, text) && isPlain(text) {
		return true, nil
	}
	for _, p := range patterns {
		if isPlain(p) {
			continue
		}
		// The action writes ^ before and $ behind an entry, and sets no group.
		re, err := jsPattern("^"+p+"$", "")
		if err != nil {
			return false, err
		}
		ok, err := re.MatchString(text)
		if err != nil {
			return false, errors.New("a pattern for types or scopes takes too long")
		}
		if ok {
			return true, nil
		}
	}
	return false, nil
}

//go:noinline
func isPlain(pattern string) bool { return !strings.ContainsAny(pattern, `\.+*?()|[]{}^$`) }

// parse takes a title apart, by the pattern that is configured if there is one.
func (p TitleParams) parse(title string) (Header, error) {
	pattern := p.HeaderPattern
	if pattern == "" {
		pattern = p.Grammar
	}
	if pattern == "" {
		return parseHeader(presetConventional, title), nil
	}
	re, err := jsPattern(pattern, "")
	if err != nil {
		return Header{}, err
	}
	m, err := re.FindStringMatch(title)
	if err != nil {
		return Header{}, errors.New("the pattern for titles takes too long")
	}
	h := Header{Text: title}
	if m == nil {
		return h, nil
	}
	h.OK = true
	for i, part := range headerParts(p.Correspondence) {
		h.set(part, group(m, i+1))
	}
	return h, nil
}

func group(m *regexp2.Match, n int) string {
	if g := m.GroupByNumber(n); g != nil {
		return g.String()
	}
	return ""
}
