package catalog

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestIdentifiersFallIntoParts(t *testing.T) {
	t.Parallel()
	for word, want := range map[string]string{
		"authLib2":      "auth lib 2",
		"HTTPServer":    "http server",
		"parseURL":      "parse url",
		"OAuth2Client":  "oauth 2 client",
		"x509Cert":      "x509 cert",
		"utf8":          "utf 8",
		"log4j":         "log 4 j",
		"k8s":           "k8 s",
		"plain":         "",
		"ABC":           "",
		"Übergröße":     "",
		"größeÄndern":   "große andern",
		"token":         "",
		"":              "",
		"GraphQL":       "graph ql",
		"iPhone":        "",
		"S3Bucket":      "s3 bucket",
		"e\u0301clairB": "eclair b",
	} {
		if got := strings.Join(Parts(word), " "); got != want {
			t.Errorf("%s: got %q, want %q", word, got, want)
		}
	}
}

func TestWhatIsIndexedKeepsTheTextAndAddsToIt(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Use authLib2 today":   "Use authLib2 today\nauth lib 2",
		"nothing to take":      "nothing to take",
		"an ABC of HTTP":       "an ABC of HTTP",
		"認証 library":           " 認  証  library",
		"release 2 of utf8lib": "release 2 of utf8lib\nutf 8 lib",
	} {
		if got := Indexed(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
	for name, want := range map[string]string{
		"auth-lib":        "auth-lib\nauthlib",
		"authLib":         "authLib\nauth lib\nauthlib",
		"token_vault_api": "token_vault_api\ntokenvault vaultapi tokenvaultapi",
		"ledger":          "ledger",
	} {
		if got := IndexedName(name); got != want {
			t.Errorf("%q: got %q, want %q", name, got, want)
		}
	}
}

func TestWordsAreComparedWithoutCaseAndAccents(t *testing.T) {
	t.Parallel()
	got := Words("Übersicht: der Café-Karte, v2 (naïve)")
	for i := range got {
		got[i] = Fold(got[i])
	}
	if diff := cmp.Diff([]string{"ubersicht", "der", "cafe", "karte", "v2", "naive"}, got); diff != "" {
		t.Error(diff)
	}
	if !StopWord("the") || StopWord("token") || StopWord("") || StopWord("th") {
		t.Error("the list of stop words is not read as a list")
	}
}

// What tells quickly that a word has no parts may not be wrong about it.
func TestNoPartsAreMissed(t *testing.T) {
	t.Parallel()
	letters := []rune("aB2é\u0301Ü٣-")
	word := make([]rune, 5)
	n := 0
	for i := range 8 * 8 * 8 * 8 * 8 {
		for at := range word {
			word[at] = letters[i%8]
			i /= 8
		}
		for size := range len(word) + 1 {
			w := string(word[:size])
			got, want := Parts(w), cutParts(w)
			if len(want) > 0 {
				n++
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("%s: %s", w, diff)
			}
		}
	}
	if n == 0 {
		t.Error("no word had parts")
	}
}

func TestTextWithoutSpacesIsSetApart(t *testing.T) {
	t.Parallel()
	for _, c := range "\u303f\u3040\u3041ァ認\U00020000\U0001f600éz" {
		want := string(c)
		if unspaced(c) {
			want = " " + want + " "
		}
		if got := Spread(string(c)); got != want {
			t.Errorf("%U: got %q, want %q", c, got, want)
		}
	}
}

func TestLanguagesAreToldApartThatOnlySignsTellApart(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"C/C++ bindings, C++17 and C++.":  "C cpp bindings cpp 17 and cpp",
		"for C#, F# and ASP.NET (.NET 8)": "for csharp fsharp and ASP dotnet dotnet 8",
		"ＡＷＳの設定 Ｃ＃ ｎｏｄｅ．ｊｓ":               "AWS の 設 定 csharp node js",
		"c++":                                    "cpp",
		".net":                                   "dotnet",
		"libc++ c++filt example.net System.Net":  "libc c filt example net System Net",
		"https://a.example/page.c#l3 #c# .nett":  "https a example page c l3 c nett",
		"a C major, c+ and + and # and . or .ne": "a C major c and and and or ne",
	} {
		want, got := strings.Fields(want), Words(Spread(text))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", text, diff)
		}
	}
}
