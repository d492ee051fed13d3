package index

import (
	"hash/fnv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/isrc-dev/isrc/internal/catalog"
)

// mostReadme bounds what of a README is indexed: 32 KiB of text say what a
// repository is about.
const mostReadme = 32 << 10

// document is a record taken apart into what the tables keep of it. It shares
// nothing with the record that could change.
type document struct {
	key, name string
	source    string // the key of the repository a fork comes from, or ""
	plain     []byte // the record as JSON
	body      []byte // compressed
	facts     facts
	labels    []label
	text      [wordColumns]string
	terms     []term // of text
	length    int    // words of text
	readme    int64  // hash of the README, 0 when it is not given
	excerpt   string
	counts    []count
	wanted    []wanted
}

// label is a value by which records are filtered.
type label struct {
	kind  int
	value string // folded
	shown string
}

// wanted is the text of an issue that welcomes help.
type wanted struct {
	title, labels, skills, repository string
	flags                             int64
	ease                              float64
}

// documentOf takes a record apart, but for its body.
func documentOf(r *catalog.Record) (*document, error) {
	plain, err := plainBody(r)
	if err != nil {
		return nil, err
	}
	d := &document{key: r.Key(), name: strings.ToLower(r.Name), plain: plain, excerpt: excerpt(r), facts: factsOf(r), labels: labelsOf(r), wanted: wantedOf(r)}
	if r.Fork && r.Source != "" {
		d.source = strings.ToLower(r.Host + "/" + r.Source)
		if d.source == d.key {
			d.source = ""
		}
	}
	readme := searchedReadme(r.Readme)
	if readme != "" {
		d.readme = readmeHash(readme)
	} else {
		readme = r.Excerpt
	}
	raw := textOf(r, readme)
	for i, text := range raw {
		switch i {
		case columnName, columnTopics, columnProvides:
			for _, line := range strings.Split(text, "\n") {
				d.text[i] += catalog.IndexedName(line) + "\n"
			}
		default:
			d.text[i] = catalog.Indexed(text)
		}
	}
	d.terms, d.length = termsOf(&d.text)
	if r.Archived {
		d.text[columnAbout] += "\n" + markArchived
	}
	d.counts = countWords(raw, d.excerpt)
	return d, nil
}

// searchedReadme is as much of a README as is searched.
func searchedReadme(text string) string {
	if len(text) > mostReadme {
		return strings.ToValidUTF8(text[:mostReadme], "")
	}
	return text
}

// readmeHash is never 0, which stands for no README.
func readmeHash(searched string) int64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(searched))
	return int64(h.Sum64() | 1)
}

// markArchived is a word in about of archived records, by which a search leaves
// them out without a look at facts. Nobody can type it: U+E000 is for private
// use, which the index takes for a letter and catalog.Words does not.
const markArchived = "\ue000archived"

// textOf gives the searched text of a record, by column; several values in one
// column stand on lines of their own, so that no phrase runs across them.
func textOf(r *catalog.Record, readme string) [wordColumns]string {
	about := []string{r.Owner, r.Language, r.Kind}
	if r.Team != nil {
		about = append(about, r.Team.Name)
	}
	return [wordColumns]string{
		columnName: r.Name, columnTopics: strings.Join(r.Topics, "\n"), columnTitle: r.Title,
		columnDescription: strings.TrimSpace(r.Description + "\n" + r.Motivation),
		columnSkills:      strings.Join(indexedSkills(r), "\n"), columnProvides: strings.Join(names(r.Provides), "\n"),
		columnAbout: strings.Join(about, "\n"), columnReadme: readme,
	}
}

func names(of []catalog.Capability) []string {
	var out []string
	for _, c := range of {
		out = append(out, c.Name)
	}
	return out
}

// skillsOf are the skills of a record and of its issues that welcome help.
//
//go:noinline
func skillsOf(r *catalog.Record) []string {
	return append(append([]string(nil), r.Skills...), r.StatedSkills()...)
}

// indexedSkills are those by whose words a record is found: those of its issues
// as they were when its README was read.
func indexedSkills(r *catalog.Record) []string {
	if n := len(r.IssueSkills); n > 0 {
		return append(append([]string(nil), r.Skills...), r.IssueSkills[:n-1]...)
	}
	return skillsOf(r)
}

// labelsOf gives the values by which a record is filtered, each once.
func labelsOf(r *catalog.Record) []label {
	type id struct {
		kind  int
		value string
	}
	seen := map[id]bool{}
	var out []label
	add := func(kind int, shown ...string) {
		for _, s := range shown {
			value := foldLabel(s)
			if value == "" || seen[id{kind, value}] {
				continue
			}
			seen[id{kind, value}] = true
			out = append(out, label{kind: kind, value: value, shown: strings.TrimSpace(s)})
		}
	}
	add(labelHost, r.Host)
	add(labelOwner, r.Owner)
	add(labelLanguage, r.MainLanguages()...)
	add(labelLicense, r.License)
	add(labelKind, r.Kind)
	if r.Team != nil {
		add(labelTeam, r.Team.Name)
	}
	add(labelTopic, r.Topics...)
	add(labelSkill, skillsOf(r)...)
	add(labelProvides, names(r.Provides)...)
	add(labelRequires, names(r.Requires)...)
	return out
}

// foldLabel writes a value the way in which labels are compared: without case,
// accents and outer spaces. A filter must go through it as well.
func foldLabel(s string) string {
	return strings.Join(strings.Fields(strings.ToLower(catalog.Fold(s))), " ")
}

func wantedOf(r *catalog.Record) []wanted {
	out := make([]wanted, 0, len(r.HelpWanted))
	about := catalog.IndexedName(r.Name) + "\n" + strings.Join(r.Topics, "\n") + "\n" + r.Language + "\n" + r.Owner
	for i := range r.HelpWanted {
		h := &r.HelpWanted[i]
		out = append(out, wanted{
			title: catalog.Indexed(h.Title), labels: strings.Join(h.Labels, "\n"),
			skills: strings.Join(h.Skills, "\n"), repository: about,
			flags: wantedFlags(h), ease: catalog.Total(catalog.Ease(r, h, r.SeenAt)),
		})
	}
	return out
}

// count is how often a folded word stands in a record: tf weighted by where it
// stands, stored whether it stands in what the record keeps, readme whether in
// the README.
type count struct {
	word           string
	tf             int
	stored, readme bool
}

// The weight of a word in each column when the terms that tell most of a record
// are chosen; what a record is filed under tells nothing of it.
var tellWeights = [wordColumns]int{
	columnName: 8, columnTopics: 6, columnTitle: 4, columnDescription: 3, columnSkills: 2, columnProvides: 4, columnReadme: 1,
}

// counter counts the words of one record after the other.
type counter struct {
	counts []count
	at     map[string]int
}

func (k *counter) add(word string, weight int, stored, readme bool) {
	i, ok := k.at[word]
	if !ok {
		folded := catalog.Fold(word)
		if !worthKnowing(folded) {
			return
		}
		if i, ok = k.at[folded]; !ok {
			i = len(k.counts)
			k.counts = append(k.counts, count{word: folded})
			k.at[folded] = i
		}
		k.at[word] = i
	}
	c := &k.counts[i]
	c.tf += weight
	c.stored = c.stored || stored
	c.readme = c.readme || readme
}

func (k *counter) text(text string, weight int, stored, readme bool) {
	catalog.EachWord(catalog.Spread(text), func(w string) {
		k.add(w, weight, stored, readme)
		if !stored {
			return
		}
		for _, p := range catalog.Parts(w) {
			k.add(p, weight, stored, readme)
		}
	})
}

// countWords counts the words of a record. The excerpt counts as stored.
func countWords(text [wordColumns]string, excerpt string) []count {
	k := counter{at: make(map[string]int, 128), counts: make([]count, 0, 64)}
	for i, t := range text {
		if i != columnReadme {
			k.text(t, tellWeights[i], true, false)
		}
	}
	k.text(excerpt, 0, true, false)
	k.text(text[columnReadme], tellWeights[columnReadme], false, true)
	return k.counts
}

// worthKnowing tells whether a word may stand in the vocabulary: not what has no
// letters, one letter only, or more than any word.
func worthKnowing(word string) bool {
	if len(word) < 2 || len(word) > 64 {
		return false
	}
	if utf8.RuneCountInString(word) > 32 {
		return false
	}
	return strings.ContainsFunc(word, unicode.IsLetter)
}
