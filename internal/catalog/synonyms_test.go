package catalog

import (
	"fmt"
	"strings"
	"testing"
)

func TestSynonymsGoBothWays(t *testing.T) {
	t.Parallel()
	for word, want := range map[string]string{
		"k8s": "kubernetes", "kubernetes": "k8s", "sso": "single sign on", "auth": "authentication,authorization", "service": "svc", "nothing": "", "": "",
		"rpc": "remote procedure", "color": "colour", "anonymise": "anonymize,pseudonymise,mask", "pseudonymization": "anonymization", "login": "sign in,log in,sign on", "otel": "opentelemetry",
	} {
		if got := strings.Join(Synonyms(word), ","); got != want {
			t.Errorf("%s: got %q, want %q", word, got, want)
		}
	}
}

func TestRunsOfWordsHaveShortForms(t *testing.T) {
	t.Parallel()
	for words, want := range map[string]string{
		"single sign on": "[{sso 0 3} {login 1 2}]", "our single sign on page": "[{sso 1 3} {login 2 2}]", "single sign": "[]", "machine learning with natural language": "[{ml 0 2} {nlp 3 2}]",
		"machine": "[]", "": "[]", "kubernetes kubernetes": "[]", "+ + +": "[]",
	} {
		if got := fmt.Sprint(ShortForms(strings.Fields(words))); got != want {
			t.Errorf("%s: got %s, want %s", words, got, want)
		}
	}
}

func TestOtherEnglish(t *testing.T) {
	t.Parallel()
	for a, b := range map[string]string{
		"optimise": "optimize", "optimisation": "optimization", "serialisers": "serializers", "visualising": "visualizing", "analyse": "analyze", "analyser": "analyzer",
		"neighbour": "neighbor", "neighbours": "neighbors", "behaviour": "behavior", "colour": "color", "anonymised": "anonymized",
	} {
		if got := OtherEnglish(a); got != b {
			t.Errorf("%s: got %q, want %q", a, got, b)
		}
		if got := OtherEnglish(b); got != a {
			t.Errorf("%s: got %q, want %q", b, got, a)
		}
	}
	for _, w := range []string{"", "is", "rise", "four", "vector", "generator", "basis", "analysis", "size", "or", "our", "this", "redis"} {
		if got := OtherEnglish(w); got != "" {
			t.Errorf("%s: got %q, want nothing", w, got)
		}
	}
}
