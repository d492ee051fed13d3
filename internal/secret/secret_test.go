package secret

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"
)

const canary = "ghp_k+4/canary==?of the\"test"

func TestASecretIsHiddenHoweverItIsWritten(t *testing.T) {
	t.Parallel()
	quoted, err := json.Marshal(map[string]string{"message": "no: " + canary})
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{
		"as it is":       "before " + canary + " after",
		"in a query":     "https://h/x?token=" + url.QueryEscape(canary) + "&more=1",
		"in a path":      "https://h/" + url.PathEscape(canary) + "/x",
		"in JSON":        string(quoted),
		"twice":          canary + canary,
		"in a header":    "Authorization: token " + canary,
		"with a newline": canary + "\n" + canary,
	}
	for _, user := range []string{"", "u", "me", "you", "newcomer", "x-access-token"} {
		for name, e := range map[string]*base64.Encoding{"std": base64.StdEncoding, "url": base64.URLEncoding, "raw": base64.RawStdEncoding} {
			texts["basic of "+user+" in "+name] = "Basic " + e.EncodeToString([]byte(user+":"+canary)) + ", as sent"
			texts["within more of "+user+" in "+name] = e.EncodeToString([]byte(user + ":" + canary + " and more"))
		}
	}
	s := Of(canary, "short")
	for name, text := range texts {
		got := s.Hide(text)
		if !strings.Contains(got, Hidden) || strings.Contains(got, "canary") || strings.Contains(got, "of") && strings.Contains(got, "test") {
			t.Errorf("%s: %q became %q", name, text, got)
		}
		for word := range strings.FieldsSeq(got) {
			if plain, err := base64.RawStdEncoding.DecodeString(strings.Trim(word, "=,")); err == nil && strings.Contains(string(plain), "anar") {
				t.Errorf("%s: %q is left in %q", name, plain, got)
			}
		}
		if b := string(s.HideBytes([]byte(text))); b != got {
			t.Errorf("%s: bytes became %q, text %q", name, b, got)
		}
	}
	if got, want := s.Hide("Basic "+base64.StdEncoding.EncodeToString([]byte("me:"+canary))+", as sent"), "Basic "+Hidden+", as sent"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestWhatIsNoSecretStays(t *testing.T) {
	t.Parallel()
	text := fmt.Sprint("short words and ", base64.StdEncoding.EncodeToString([]byte("nothing to hide")))
	for name, s := range map[string]*Set{"nil": nil, "empty": Of(), "too short": Of("short", "")} {
		if got := s.Hide(text); got != text {
			t.Errorf("%s: got %q", name, got)
		}
		if got := string(s.HideBytes([]byte(text))); got != text {
			t.Errorf("%s: got %q", name, got)
		}
	}
}
