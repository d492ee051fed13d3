package rule

import (
	"strings"
	"unicode/utf8"
)

// refers tells whether a line refers to an issue. Behind words such as "closes"
// begins a sentence of its own, and one that holds a link refers to nothing.
func (p Grammar) refers(line string, token bool) bool {
	if !p.mayRefer(line) {
		return false
	}
	for _, s := range p.sentences(line, token) {
		if p.hasIssue(s) {
			return true
		}
	}
	return false
}

// mayRefer looks for a prefix of issues, which most lines lack.
func (p Grammar) mayRefer(line string) bool {
	for _, prefix := range p.prefixes() {
		if prefix == "#" && strings.IndexByte(line, '#') >= 0 || prefix != "#" && strings.Contains(strings.ToLower(line), strings.ToLower(prefix)) {
			return true
		}
	}
	return false
}

// sentences are the parts of a line behind the actions, each up to the next
// action, and what lies between them. Before version 21 actions could be parts
// of words, and what lay between them did not count beside any.
func (p Grammar) sentences(line string, token bool) []string {
	var out []string
	from := 0
	for i := 0; i < len(line); {
		begin := p.behindAction(line, i, token)
		if begin < 0 {
			i++
			continue
		}
		end := begin
		for end < len(line) && !p.actionAt(line, end) {
			end++
		}
		if !p.Before21 {
			out = append(out, line[from:i])
		}
		out = append(out, line[begin:end])
		i, from = end, end
	}
	if p.Before21 && out != nil {
		return out
	}
	return append(out, line[from:])
}

func (p Grammar) actionAt(line string, at int) bool {
	for _, a := range p.actions() {
		if p.isAction(line, at, a) {
			return true
		}
	}
	return false
}

// isAction tells whether a word stands in a line, as a whole word since version
// 21.
func (p Grammar) isAction(line string, at int, action string) bool {
	end := at + len(action)
	if end > len(line) || !strings.EqualFold(line[at:end], action) {
		return false
	}
	return p.Before21 || (at == 0 || !isWordByte(line[at-1])) && (end == len(line) || !isWordByte(line[end]))
}

// behindAction is where the text behind an action and blanks begins, or -1. The
// action of a token may have a colon.
func (p Grammar) behindAction(line string, at int, token bool) int {
	for _, a := range p.actions() {
		if !p.isAction(line, at, a) {
			continue
		}
		rest := line[at+len(a):]
		if token && !p.Before21 {
			rest = strings.TrimPrefix(rest, ":")
		}
		if text := strings.TrimLeftFunc(rest, isSpaceJS); len(text) < len(rest) {
			return len(line) - len(text)
		}
	}
	return -1
}

// hasIssue tells whether "#12" or the like stands in a text that holds no link.
func (p Grammar) hasIssue(s string) bool {
	if footerPattern().link.MatchString(s) {
		return false
	}
	for _, prefix := range p.prefixes() {
		for at := 0; prefix != "" && at+len(prefix) < len(s); at++ {
			if strings.EqualFold(s[at:at+len(prefix)], prefix) && p.begins(s, at) && p.isIssue(s[at+len(prefix):]) {
				return true
			}
		}
	}
	return false
}

// begins tells whether a prefix may stand where it does: at the beginning of a
// word, or behind the name of a repository.
func (p Grammar) begins(s string, at int) bool {
	return p.Before21 || at == 0 || !isNameByte(s[at-1]) || !isNameByte(s[at])
}

// isIssue tells whether a text begins with what names an issue: since version
// 21 there is a digit in it.
func (p Grammar) isIssue(s string) bool {
	rest := strings.TrimLeftFunc(s, isIssueRune)
	name := s[:len(s)-len(rest)]
	if name == "" || !p.Before21 && !strings.ContainsAny(name, "0123456789") {
		return false
	}
	ends := ",;)]"
	if !p.Before21 {
		ends += "."
	}
	next, _ := utf8.DecodeRuneInString(rest)
	return rest == "" || isSpaceJS(next) || strings.ContainsRune(ends, next)
}

func isIssueRune(r rune) bool { return r < utf8.RuneSelf && (r == '-' || isWordByte(byte(r))) }

func isWordByte(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// isNameByte tells whether a character can be one of a repository's name.
func isNameByte(c byte) bool { return isWordByte(c) || c == '-' || c == '.' || c == '/' }
