package catalog

import (
	"slices"
	"testing"
)

func TestDoersAreFoundByWhatTheyDo(t *testing.T) {
	t.Parallel()
	for word, want := range map[string]string{
		"parse": "parser", "parsing": "parser", "parser": "parse", "connect": "connector", "connector": "connect", "logging": "logger",
		"log": "", "scan": "scanner", "scanner": "scan", "parsers": "parse", "editor": "edit", "executor": "execute", "detection": "detector",
	} {
		got := Doers(word)
		if want == "" && len(got) > 0 || want != "" && !slices.Contains(got, want) {
			t.Errorf("%s: got %v, want %q", word, got, want)
		}
	}
	for _, word := range []string{"the", "access", "a"} {
		if got := Doers(word); len(got) > 0 {
			t.Errorf("%s: got %v", word, got)
		}
	}
}
