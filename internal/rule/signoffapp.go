package rule

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"github.com/isrc-dev/isrc/internal/lazy"
)

// judgeDCOApp: one of the lines has a name and an address of author or
// committer, not necessarily of the same one of them, and the author's address
// is one that could receive mail.
func judgeDCOApp(c *Commit) string {
	return judgeIdentity(c, signOffs(c.Message, jsLine, true), func(p Person) bool {
		return (sameLower(p.Name, c.Author.Name) || sameLower(p.Name, c.Committer.Name)) &&
			(sameLower(p.Email, c.Author.Email) || sameLower(p.Email, c.Committer.Email))
	}, badAddress(c))
}

// judgeTim: the DCO app as it was, which did not forgive blanks at the end of
// the line.
func judgeTim(c *Commit) string {
	return judgeIdentity(c, signOffs(c.Message, jsLine, false), func(p Person) bool {
		return (sameLower(p.Name, c.Author.Name) || sameLower(p.Name, c.Committer.Name)) &&
			(sameLower(p.Email, c.Author.Email) || sameLower(p.Email, c.Committer.Email))
	}, badAddress(c))
}

// judgeDCO2: name and address are both those of the author, or both those of
// the committer, and both have addresses.
func judgeDCO2(c *Commit) string {
	bad := ""
	switch {
	case !rfcAddress(c.Committer.Email):
		bad = fmt.Sprintf("the committer's address %q is none", c.Committer.Email)
	case !rfcAddress(c.Author.Email):
		bad = fmt.Sprintf("the author's address %q is none", c.Author.Email)
	}
	return judgeIdentity(c, signOffs(c.Message, func(r rune) bool { return r == '\n' }, true), func(p Person) bool {
		return samePerson(p, c.Author) || samePerson(p, c.Committer)
	}, bad)
}

// judgeAuthor: a line of the body that begins with the words, in their case,
// names the author exactly.
func judgeAuthor(c *Commit) string {
	var found []Person
	for i, line := range messageLines(c.Message) {
		rest, ok := strings.CutPrefix(line, "Signed-off-by:")
		if !ok || i == 0 {
			continue
		}
		if m := signOffWords().pair.FindStringSubmatch(strings.Trim(rest, " ")); m != nil {
			found = append(found, Person{m[1], m[2]})
			if !signOffWords().loose.MatchString(m[2]) {
				return fmt.Sprintf("the address %q of a Signed-off-by line is none", m[2])
			}
		}
	}
	return judgeIdentity(c, found, func(p Person) bool { return p == c.Author }, "")
}

func badAddress(c *Commit) string {
	email, who := c.Author.Email, "author"
	if email == "" {
		email, who = c.Committer.Email, "committer"
	}
	return unless(plainAddress(email), fmt.Sprintf("the %s's address %q is none", who, email))
}

func judgeIdentity(c *Commit, found []Person, same func(Person) bool, bad string) string {
	if len(found) == 0 {
		return withWords(c, "no line is written as \"Signed-off-by: NAME <ADDRESS>\"")
	}
	if bad != "" {
		return bad
	}
	for _, p := range found {
		if same(p) {
			return ""
		}
	}
	return fmt.Sprintf("signed off as %s <%s>, but the commit is by %s <%s>", found[0].Name, found[0].Email, c.Author.Name, c.Author.Email)
}

type signOffTexts struct{ line, pair, loose, individual, third, plain *regexp.Regexp }

var signOffWords = lazy.Value(func() *signOffTexts {
	re := regexp.MustCompile
	const mail = "[-!#$%&'*+/0-9=?A-Z^_a-z{|}~]"
	return &signOffTexts{
		line:       re(`(?i)^Signed-off-by: (.*) <(.*)>$`),
		pair:       re(`(.*) <(.*)>`),
		loose:      re(`^\S+@\S+\.\S+`),
		individual: re(`(?i)^I, (.*) <(.*)>, hereby add my Signed-off-by to this commit: (.*)$`),
		third:      re(`(?i)^On behalf of (.*) <(.*)>, I, (.*) <(.*)>, hereby add my Signed-off-by to this commit: (.*)$`),
		// an address with a domain below a top-level domain of two letters or more
		plain: re("^" + mail + "(?:\\.?(?:" + mail + "|`))*@[a-zA-Z0-9](?:-*\\.?[a-zA-Z0-9])*\\.[a-zA-Z](?:-?[a-zA-Z0-9])+$"),
	}
})

// jsLine tells what ends a line in JavaScript.
func jsLine(r rune) bool { return r == '\n' || r == '\r' || r == '\u2028' || r == '\u2029' }

// maxSignOffs bounds how many lines of one message are compared.
const maxSignOffs = 100

// signOffs are the persons in the lines "Signed-off-by: NAME <ADDRESS>",
// wherever in the message they stand and whatever the case of the words.
// Between words and name, and before the address, there is one blank.
func signOffs(message string, ends func(rune) bool, blanks bool) []Person {
	var out []Person
	for line := range strings.FieldsFuncSeq(bounded(message), ends) {
		if _, ok := cutFold(line, "signed-off-by: "); !ok {
			continue
		}
		if blanks {
			line = strings.TrimRightFunc(line, isSpace)
		}
		if m := signOffWords().line.FindStringSubmatch(line); m != nil && len(out) < maxSignOffs {
			out = append(out, Person{m[1], m[2]})
		}
	}
	return out
}

func isSpace(r rune) bool { return unicode.IsSpace(r) || r == '\uFEFF' }

func samePerson(a, b Person) bool { return sameLower(a.Name, b.Name) && sameLower(a.Email, b.Email) }

// sameLower compares as JavaScript and Rust write small letters: unlike simple
// folding it keeps letters apart that only look alike when capital.
func sameLower(a, b string) bool { return a == b || lowered(a) == lowered(b) }

func lowered(s string) string {
	s = strings.ToLower(strings.ReplaceAll(s, "İ", "i̇"))
	return strings.ReplaceAll(s, "ς", "σ") // a capital sigma at the end of a word becomes the first of them
}

// plainAddress tells whether the DCO app takes a text for an address: no
// quotes, no address literals, and a top-level domain.
func plainAddress(s string) bool {
	account, domain, ok := strings.Cut(s, "@")
	if !ok || len(account) > 64 || len(domain) > 255 {
		return false
	}
	for _, label := range strings.Split(domain, ".") {
		if len(label) > 63 {
			return false
		}
	}
	return signOffWords().plain.MatchString(s)
}

// rfcAddress tells whether dco2 takes a text for an address, which is what the
// standard for mail allows: also of a host without a domain, or in letters of
// any script. What apps write is taken, too.
func rfcAddress(s string) bool {
	if strings.HasSuffix(s, "[bot]@users.noreply.github.com") {
		return true
	}
	at := strings.LastIndexByte(s, '@')
	if at < 1 || at > 64 || len(s)-at-1 > 254 {
		return false
	}
	return rfcLocal(s[:at]) && rfcDomain(s[at+1:])
}

func rfcLocal(s string) bool {
	if len(s) > 2 && s[0] == '"' && s[len(s)-1] == '"' {
		return !strings.ContainsAny(s[1:len(s)-1], "\"\\\r\n")
	}
	for _, atom := range strings.Split(s, ".") {
		if atom == "" || strings.ContainsFunc(atom, func(r rune) bool {
			return r < 0x80 && !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("!#$%&'*+-/=?^_`{|}~", r)
		}) {
			return false
		}
	}
	return true
}

func rfcDomain(s string) bool {
	if strings.HasPrefix(s, "[") && strings.HasSuffix(s, "]") {
		return len(s) > 2 && !strings.ContainsAny(s[1:len(s)-1], "[]\\ ")
	}
	for _, label := range strings.Split(s, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		if strings.ContainsFunc(label, func(r rune) bool { return r < 0x80 && !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '-' }) {
			return false
		}
	}
	return true
}
