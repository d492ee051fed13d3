package catalog

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Words, as the catalog's index and its queries see them. The full text index
// cuts text at whatever is no letter and no digit, drops case and diacritics,
// and stems; so "auth-lib" is found by auth and by lib without any help. What is
// done here is what it cannot do: take identifiers apart (authLib2 is also auth,
// lib and 2), join the parts of names (auth-lib is also authlib), and set the
// signs of scripts that write no spaces apart. The index and the query must go
// through the same functions, or they miss each other.

// Words gives the words of a text as they are written: the longest runs of
// letters, digits and marks.
func Words(text string) []string {
	var out []string
	EachWord(text, func(w string) { out = append(out, w) })
	return out
}

// EachWord visits the words of a text in their order: see Words.
func EachWord(text string, visit func(string)) {
	start := -1
	for i := 0; i < len(text); {
		b, size := text[i], 1
		is := wordByte(b)
		if b >= utf8.RuneSelf {
			var c rune
			c, size = utf8.DecodeRuneInString(text[i:])
			is = wordRune(c) && (start >= 0 || !unicode.IsMark(c)) // a mark of its own, as emoji have, is no word
		}
		if is && start < 0 {
			start = i
		}
		if !is && start >= 0 {
			visit(text[start:i])
			start = -1
		}
		i += size
	}
	if start >= 0 {
		visit(text[start:])
	}
}

// wordByte is wordRune for ASCII.
func wordByte(b byte) bool {
	return 'a' <= b|0x20 && b|0x20 <= 'z' || '0' <= b && b <= '9'
}

func wordRune(c rune) bool {
	if c < utf8.RuneSelf {
		return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
	}
	return unicode.IsLetter(c) || unicode.IsDigit(c) || unicode.IsMark(c)
}

// Fold writes a word the way in which words are compared: lower case, without
// the diacritics of Latin letters.
func Fold(word string) string {
	upper := false
	for i := range len(word) {
		if word[i] >= utf8.RuneSelf {
			return foldRunes(word)
		}
		upper = upper || 'A' <= word[i] && word[i] <= 'Z'
	}
	if upper {
		return strings.ToLower(word)
	}
	return word
}

// foldRunes is Fold for words that are not written in ASCII.
func foldRunes(word string) string {
	return strings.Map(func(c rune) rune {
		if c < utf8.RuneSelf {
			if 'A' <= c && c <= 'Z' {
				c += 'a' - 'A'
			}
			return c
		}
		if unicode.Is(unicode.Mn, c) {
			return -1
		}
		return plain(unicode.ToLower(c))
	}, word)
}

// accented are letters after the plain one that the index reads them as.
const accented = "aàáâãäåāăąǎ cçćĉċč dďđ eèéêëēĕėęě gĝğġģ hĥħ iìíîïĩīĭįǐ jĵ kķ lĺļľ nñńņň oòóôõöōŏőǒ rŕŗř sśŝşšș tţťț uùúûüũūŭůűųǔ wŵ yýÿŷ zźżž"

func plain(c rune) rune {
	if c > 'ț' {
		return c
	}
	at := strings.IndexRune(accented, c)
	if at < 0 {
		return c
	}
	return rune(accented[strings.LastIndexByte(accented[:at], ' ')+1])
}

// Parts takes an identifier apart where its case changes and where digits
// begin or end, in lower case: "authLib2" is auth, lib, 2 and "HTTPServer" is
// http, server. A single letter stays with what follows it ("oauth2" is oauth,
// 2; "x509Cert" is x509, cert). A word of one part has none.
func Parts(word string) []string {
	if !mixed(word) {
		return nil
	}
	return cutParts(word)
}

func cutParts(word string) []string {
	var parts []string
	start := 0
	runes := []rune(word)
	for i := 1; i <= len(runes); i++ {
		if i < len(runes) && (!border(runes, i) || i-start == 1 && unicode.IsLetter(runes[start])) {
			continue
		}
		parts = append(parts, Fold(string(runes[start:i])))
		start = i
	}
	if len(parts) < 2 {
		return nil
	}
	return parts
}

// border tells whether a part begins at runes[i].
func border(runes []rune, i int) bool {
	before, here := runes[i-1], runes[i]
	switch {
	case unicode.IsMark(here):
		return false
	case unicode.IsDigit(before) != unicode.IsDigit(here):
		return true
	case unicode.IsLower(before) && unicode.IsUpper(here):
		return true
	case unicode.IsUpper(before) && unicode.IsUpper(here):
		return i+1 < len(runes) && unicode.IsLower(runes[i+1])
	}
	return false
}

// Spread sets the signs of scripts that write no spaces (Han, Hiragana,
// Katakana) apart, so that each is a word and a run of them a phrase, writes the
// wide letters that are typed between these as the usual ones, and spells out
// what signs alone tell apart: see spelled.
func Spread(text string) string {
	if !mayBeUnspaced(text) {
		return spelled(text)
	}
	text = spelled(strings.Map(narrow, text))
	if !strings.ContainsFunc(text, unspaced) {
		return text
	}
	var b strings.Builder
	for _, c := range text {
		if unspaced(c) {
			b.WriteByte(' ')
			b.WriteRune(c)
			b.WriteByte(' ')
			continue
		}
		b.WriteRune(c)
	}
	return b.String()
}

// spelled writes C++, C#, F# and .NET as people write them where signs are no
// part of a word: cpp, csharp, fsharp, dotnet.
func spelled(text string) string {
	var b strings.Builder
	done := 0
	for i := 0; i < len(text); i++ {
		from, to, word := i, i+1, ""
		switch text[i] {
		case '+':
			if i > 0 && text[i-1]|0x20 == 'c' && strings.HasPrefix(text[i:], "++") {
				from, to, word = i-1, i+2, "cpp"
			}
		case '#':
			if i > 0 && (text[i-1]|0x20 == 'c' || text[i-1]|0x20 == 'f') {
				from, word = i-1, string(text[i-1]|0x20)+"sharp"
			}
		case '.':
			if len(text) >= i+4 && strings.EqualFold(text[i+1:i+4], "net") {
				to, word = i+4, "dotnet"
			}
		}
		if word == "" || from < done || !apart(text, from, to, word) {
			continue
		}
		b.WriteString(text[done:from])
		b.WriteString(" " + word + " ")
		done, i = to, to-1
	}
	if done == 0 {
		return text
	}
	return b.String() + text[done:]
}

// apart tells whether what stands between from and to is no part of a longer
// word: of an address, as in example.net or page#c. ASP.NET is two words.
func apart(text string, from, to int, word string) bool {
	before, after := byte(' '), byte(' ')
	if from > 0 {
		before = text[from-1]
	}
	if to < len(text) {
		after = text[to]
	}
	letter := func(c byte) bool { return wordByte(c) || c >= utf8.RuneSelf || c == '_' }
	if word == "dotnet" {
		asp := from >= 3 && strings.EqualFold(text[from-3:from], "asp") && (from == 3 || !letter(text[from-4]))
		return (asp || !letter(before) && before != '.' && before != '-') && !letter(after)
	}
	digit := '0' <= after && after <= '9' // C++17, C#8
	return !letter(before) && before != '.' && before != '#' && (!letter(after) || digit)
}

// mayBeUnspaced looks for the first bytes of U+3000 and of all beyond it.
func mayBeUnspaced(text string) bool {
	for i := range len(text) {
		if text[i] >= 0xE3 {
			return true
		}
	}
	return false
}

// narrow gives the usual one for a wide letter, digit or sign: ＡＷＳ is AWS.
func narrow(c rune) rune {
	if c >= '！' && c <= '～' {
		return c - '！' + '!'
	}
	return c
}

func unspaced(c rune) bool {
	return c >= 0x3040 && unicode.In(c, unicode.Han, unicode.Hiragana, unicode.Katakana)
}

// Indexed gives a text as the index takes it: as it is, and after it the parts
// of its identifiers, so that phrases in the text stay whole.
func Indexed(text string) string {
	var extra []string
	EachWord(text, func(w string) {
		extra = append(extra, Parts(w)...)
	})
	text = Spread(text)
	if len(extra) > 0 {
		text += "\n" + strings.Join(extra, " ")
	}
	return text
}

// mixed tells quickly whether a word may have parts.
func mixed(w string) bool {
	var digits, lower, upper, inner bool // inner: in upper case behind the first letter
	for i := range len(w) {
		switch b := w[i]; {
		case b >= utf8.RuneSelf:
			return mixedRunes(w)
		case '0' <= b && b <= '9':
			digits = true
		case 'A' <= b && b <= 'Z':
			upper, inner = true, inner || i > 0
		default:
			lower = true
		}
	}
	return digits && (lower || upper) || inner && lower
}

// mixedRunes is mixed for words that are not written in ASCII.
func mixedRunes(w string) bool {
	digits, letters := false, false
	for i, c := range w {
		switch {
		case unicode.IsDigit(c):
			digits = true
		case i > 0 && unicode.IsUpper(c):
			// More than capitals only, or it would be an abbreviation.
			if strings.ContainsFunc(w, unicode.IsLower) {
				return true
			}
			letters = true
		default:
			letters = true
		}
	}
	return digits && letters
}

// IndexedName is Indexed for the name of a repository, a topic or the like; it
// adds neighbouring parts joined, as people leave hyphens out ("auth-lib" is
// found as authlib).
func IndexedName(name string) string {
	var parts []string
	EachWord(name, func(w string) {
		if p := Parts(w); p != nil {
			parts = append(parts, p...)
		} else {
			parts = append(parts, Fold(w))
		}
	})
	text := Indexed(name)
	if len(parts) < 2 || len(parts) > 12 {
		return text
	}
	var joined []string
	for i := 1; i < len(parts); i++ {
		joined = append(joined, parts[i-1]+parts[i])
	}
	if len(parts) > 2 {
		joined = append(joined, strings.Join(parts, ""))
	}
	return text + "\n" + strings.Join(joined, " ")
}

// StopWord tells whether a folded English word says nothing about a subject.
func StopWord(folded string) bool {
	if len(folded) > 7 || len(folded) == 0 {
		return false
	}
	return strings.Contains(stopWords, " "+folded+" ")
}

const stopWords = " a about after all also an and any are as at be been but by can do does for from get had has have how i if in into is it its just like may me more most my no not of on one only or other our out over set should so some such than that the their them then there these they this to up us use used using via want was we what when where which who why will with you your "

// Phrasal tells whether two folded words mean together what the first one alone
// does not: "sign in", which signs nothing.
func Phrasal(verb, particle string) bool {
	return strings.Contains(phrasal, " "+verb+"+"+particle+" ")
}

const phrasal = " back+up check+in check+out drop+down fail+over fall+back hand+over log+in log+off log+on log+out look+up opt+in opt+out pay+out plug+in pop+up roll+back roll+out set+up shut+down sign+in sign+off sign+on sign+out sign+up start+up time+out top+up write+off "
