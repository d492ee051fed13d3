package catalog

import "strings"

// Doers are the words that stand for who does what a folded word says, or for
// what is done by whom it names, where no stem takes them together: parser and
// parse, connector and connect, logging and logger.
func Doers(word string) []string {
	if len(word) < 4 || len(word) > 20 || StopWord(word) {
		return nil
	}
	single := strings.TrimSuffix(word, "s")
	if base, ok := strings.CutSuffix(single, "er"); ok {
		return deeds(base)
	}
	if base, ok := strings.CutSuffix(single, "or"); ok && !strings.HasSuffix(base, "at") { // the stem knows -ator
		return deeds(base)
	}
	if strings.HasSuffix(word, "ss") || len(word) > 12 {
		return nil
	}
	base := single
	for _, ending := range []string{"ing", "ed", "ion"} {
		if b, ok := strings.CutSuffix(word, ending); ok && len(b) > 2 {
			base = b
			break
		}
	}
	base = strings.TrimSuffix(base, "e")
	out := []string{base + "er", base + "or"}
	if n := len(base); n > 2 && base[n-1] != base[n-2] && stemmer(base).short() {
		out = append(out, base+base[n-1:]+"er")
	}
	return out
}

// deeds are what somebody does who is called so without the ending.
func deeds(base string) []string {
	if len(base) < 3 || !stemmer(base).vowel() {
		return nil
	}
	out := []string{base, base + "e"}
	if n := len(base); base[n-1] == base[n-2] {
		out = append(out, base[:n-1])
	}
	return out
}
