package index

import (
	"database/sql"
	"os"
	"strings"
	"testing"

	_ "modernc.org/sqlite"

	"github.com/isrc-dev/isrc/internal/catalog"
)

func TestStemsAreThoseOfTheIndex(t *testing.T) {
	t.Parallel()
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	for _, stmt := range []string{"CREATE VIRTUAL TABLE w USING fts5(t, tokenize='porter unicode61 remove_diacritics 2')", "CREATE VIRTUAL TABLE v USING fts5vocab(w, instance)"} {
		if _, err := db.Exec(stmt); err != nil {
			t.Fatal(err)
		}
	}
	text := stemmed
	if file := os.Getenv("ISRC_STEM_TEXT"); file != "" {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		text = string(b)
	}
	words := catalog.Words(text)
	if _, err := db.Exec("INSERT INTO w VALUES (?)", strings.Join(words, " ")); err != nil {
		t.Fatal(err)
	}
	rows, err := db.Query("SELECT term FROM v ORDER BY offset")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	n := 0
	for ; rows.Next(); n++ {
		var want string
		if err := rows.Scan(&want); err != nil {
			t.Fatal(err)
		}
		if got := catalog.Stem(catalog.Fold(words[n])); got != want {
			t.Errorf("%s: %s, the index has %s", words[n], got, want)
		}
	}
	if n != len(words) || n < 100 {
		t.Errorf("%d words, %d in the index", len(words), n)
	}
}

// TestAStemIsTheBeginningOfItsWord holds what field.has relies on.
func TestAStemIsTheBeginningOfItsWord(t *testing.T) {
	t.Parallel()
	endings := strings.Fields("s es ies sses ed eed ing ating bling izing y ational tional enci anci izer bli alli entli eli ousli ization ation ator alism iveness fulness ousness aliti iviti biliti logi icate ative alize iciti ical ful ness al ance ence er ic able ible ant ement ment ent ion sion tion ou ism ate iti ous ive ize e ll")
	words := append(strings.Fields(stemmed), endings...)
	for _, w := range strings.Fields(stemmed) {
		for _, a := range endings {
			words = append(words, w+a, w[:len(w)/2]+a)
			for _, b := range endings {
				words = append(words, w+a+b)
			}
		}
	}
	for _, w := range words {
		stem := catalog.Stem(w)
		f := field{words: []string{w}, stems: map[string]string{}}
		if stem != "" && !f.has(0, stem) {
			t.Errorf("%s is not seen to have the stem %s", w, stem)
		}
		if f.has(0, stem+"x") {
			t.Errorf("%s is taken to have the stem %s", w, stem+"x")
		}
	}
}

// stemmed has a word for each ending that the algorithm knows, and for each
// condition under which it is left alone.
const stemmed = `caresses ponies ties caress cats feed agreed plastered bled motoring sing conflated troubled sized hopping
tanned falling hissing fizzed failing filing happy sky relational conditional rational valenci hesitanci digitizer
conformabli radicalli differentli vileli analogousli vietnamization predication operator feudalism decisiveness
hopefulness callousness formaliti sensitiviti sensibiliti triplicate formative formalize electriciti electrical hopeful
goodness revival allowance inference airliner gyroscopic adjustable defensible irritant replacement adjustment dependent
adoption homologou communism activate angulariti homologous effective bowdlerize probate rate cease controlling rolling
authentication authenticate authenticated tokens token validation validate validator validating library libraries
kubernetes deploy deployed deployment deployments caching caches cached cache queues queueing apology geology
generalizations oscillators yes yellow by Übersicht Café naïve x509 utf8 s ss is us ed ing eed as ies sses y`
