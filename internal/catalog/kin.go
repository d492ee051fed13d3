package catalog

import "strings"

// Kin tells whether two folded words that have one stem are forms of one word:
// validate and validation, token and tokens. Porter's stems also take together
// what only grew from one root, and that would be the worse answer: accessibility
// for access, important for import, authorization for author; sm for sms.
func Kin(a, b string) bool {
	if a == b {
		return true
	}
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(a) < 3 {
		return b == a+"s" && strings.Contains(counted, " "+a+" ")
	}
	if x, y := derived(a), derived(b); x != y {
		return false
	}
	return root(a) == root(b)
}

// derived tells by its ending what a word was made for: "iz" for what makes
// something so, "al" for a quality, "" for a thing or what is done. A search asks
// it a thousand times.
func derived(word string) string {
	word = strings.TrimSuffix(word, "s")
	if strings.HasSuffix(word, "ment") {
		return ""
	}
	for _, ending := range [...]string{"ize", "ized", "izing", "izer", "ization", "ise", "ised", "ising", "iser", "isation"} {
		if len(word) > len(ending)+2 && strings.HasSuffix(word, ending) {
			return "iz"
		}
	}
	for _, ending := range [...]string{
		"al", "ally", "ality", "ive", "ively", "ivity", "able", "ably", "ible", "ibly", "ability", "ibility", "ic", "ical",
		"ance", "ence", "ant", "ent", "antly", "ently", "ous", "ously", "ful", "ness", "ism", "ist",
	} {
		if len(word) > len(ending)+2 && strings.HasSuffix(word, ending) {
			return "al"
		}
	}
	return ""
}

// root tells words apart that no ending tells apart; what stands in no group has
// none of its own.
func root(word string) string {
	at := strings.Index(strangers, " "+word+" ")
	if at < 0 {
		return ""
	}
	begin := strings.LastIndexByte(strangers[:at], '|') + 1
	group, _, _ := strings.Cut(strangers[begin:], "|")
	return group
}

// strangers are words that have their stem in common with others that mean
// something else.
const strangers = " product products | customer customers | container containers containerized | public publicly | express expresses expressed | experiment experiments experimentation | terminal terminals | import imports imported importing importer | project projects projected | news | meter meters metering | station stations | process processes processed processing | community communities | organ organs | object objects | formation formations | media "

// counted are the words of two letters of which there is a plural. What else of
// three letters has a stem of two is a word of its own: ios, sms, dns, ide.
const counted = " cd cv db ec ip id mr os pc pr qr tv ui vm "
