package catalog

import "strings"

// Meant leaves out of prose what it says that something is not or does
// not: of "It does not send email: for that see heron" stays "It does". It knows
// some plain turns of English, and leaves what it does not understand.
func Meant(text string) string {
	if !mayDeny(text) {
		return text
	}
	var b strings.Builder
	for line := range strings.Lines(text) {
		line, end := strings.CutSuffix(line, "\n")
		for line != "" {
			sentence := line[:sentenceEnd(line)]
			line = line[len(sentence):]
			b.WriteString(meant(sentence))
		}
		if end {
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// denials begin what is denied, up to the end of the clause.
var denials = [...]string{" not ", "n't ", "unlike ", "contrast to ", "nothing to do with ", "instead of ", "rather than "}

// mayDeny looks quickly for what meant looks for.
func mayDeny(text string) bool {
	for _, d := range denials {
		if strings.Contains(text, d) {
			return true
		}
	}
	return strings.Contains(text, "or ") && strings.Contains(text, " see ") ||
		strings.Contains(text, "Not ") || strings.Contains(text, "Unlike ") || strings.Contains(text, "Nothing to do with ")
}

// sentenceEnd is behind the first sign that ends a sentence, or a part of one.
func sentenceEnd(line string) int {
	for i := range len(line) - 1 {
		if strings.IndexByte(".!?;:", line[i]) >= 0 && line[i+1] == ' ' {
			return i + 2
		}
	}
	return len(line)
}

// meant is Meant for one sentence.
func meant(sentence string) string {
	lower := " " + strings.ToLower(sentence)
	if len(lower) != len(sentence)+1 {
		return sentence // letters of other lengths
	}
	if strings.HasPrefix(lower, " for ") && strings.Contains(lower, " see ") {
		return "" // for that see heron
	}
	for _, d := range denials {
		at := strings.Index(lower, d)
		if at < 0 || strings.HasPrefix(lower[at:], " not only ") || strings.HasPrefix(lower[at:], " not just ") {
			continue
		}
		end := len(lower)
		for _, stop := range [...]string{", ", " but "} {
			if i := strings.Index(lower[at:], stop); i > 0 {
				end = min(end, at+i)
			}
		}
		begin := at
		switch words := strings.Fields(lower[:at]); {
		case len(words) == 0 || len(words) > 4:
		case words[len(words)-1] == "is" || words[len(words)-1] == "are":
			begin = 0 // logs are not collected here
		case words[len(words)-1] == "or":
			continue // whether or not
		}
		return sentence[:max(begin-1, 0)] + " " + sentence[end-1:]
	}
	return sentence
}
