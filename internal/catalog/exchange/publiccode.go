package exchange

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/isrc-dev/isrc/internal/catalog"
	"github.com/isrc-dev/isrc/internal/forge"
)

// publicCode reads a publiccode.yml. Its url says which repository it speaks of;
// where it was found in another one, that one is a fork of it.
func (x *reader) publicCode(data []byte) error {
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		x.refuse(yamlLine(err), "it is no YAML: "+yamlMistake(err))
		return nil
	}
	if len(doc.Content) == 0 || doc.Content[0].Kind != yaml.MappingNode {
		x.refuse(1, "it holds no keys")
		return nil
	}
	n := doc.Content[0]
	x.notePublicKinds(n)
	speaksOf, err := forge.ParseRepo(str(n, "url"), x.Host)
	repo := x.Repo
	if repo.IsZero() {
		if str(n, "url") == "" {
			x.refuse(lineOf(n, "url"), "it has no url of a repository: give --repo")
			return nil
		}
		if err != nil {
			x.refuse(lineOf(n, "url"), fmt.Sprintf("its url names no repository (%v): give --repo", err))
			return nil
		}
		repo = speaksOf
	}
	r := &catalog.Record{Host: repo.Host, Owner: repo.Owner, Name: repo.Name}
	if err == nil && !speaksOf.Equal(repo) {
		r.Fork, r.Source = true, speaksOf.FullName()
	}
	describePublicCode(r, n, x.Host)
	return x.take(r, 1)
}

// notePublicKinds says what cannot be read where it stands, and so is passed over.
func (x *reader) notePublicKinds(n *yaml.Node) {
	if v := field(n, "publiccodeYmlVersion"); v == nil || v.Kind != yaml.ScalarNode || v.Value == "" {
		x.note(lineOf(n, "publiccodeYmlVersion"), "it has no publiccodeYmlVersion: it may be something else")
	}
	for _, want := range []struct {
		kind yaml.Kind
		name string
		keys [][]string
	}{
		{yaml.ScalarNode, "a text", [][]string{{"name"}, {"url"}, {"softwareType"}, {"logo"}, {"landingURL"}, {"softwareVersion"}, {"releaseDate"}, {"developmentStatus"}, {"legal", "license"}, {"maintenance", "type"}}},
		{yaml.SequenceNode, "a list", [][]string{{"dependsOn", "open"}, {"dependsOn", "proprietary"}, {"dependsOn", "hardware"}}},
		{yaml.MappingNode, "an object", [][]string{{"description"}, {"legal"}, {"maintenance"}, {"dependsOn"}}},
	} {
		for _, key := range want.keys {
			if v := field(n, key...); v != nil && v.Kind != want.kind && v.Tag != "!!null" && v.Kind != yaml.AliasNode {
				x.note(v.Line, fmt.Sprintf("passed over: %s ought to be %s", strings.Join(key, "."), want.name))
			}
		}
	}
	if day := str(n, "releaseDate"); day != "" {
		if _, err := time.Parse(time.DateOnly, day); err != nil {
			x.note(lineOf(n, "releaseDate"), fmt.Sprintf("passed over: releaseDate %q is no day of the form 2006-01-02", day))
		}
	}
}

func describePublicCode(r *catalog.Record, n *yaml.Node, host string) {
	r.Title, r.Kind, r.Logo = str(n, "name"), str(n, "softwareType"), str(n, "logo")
	r.License = str(n, "legal", "license")
	for _, c := range list(n, "categories") {
		r.Topics = addText(r.Topics, c)
	}
	describePublicWords(r, field(n, "description"))
	for _, base := range list(n, "isBasedOn") {
		if repo, err := forge.ParseRepo(base, host); err == nil && r.Source == "" {
			r.Source = repo.FullName()
		}
	}
	for _, kind := range []string{"open", "proprietary", "hardware"} {
		for _, d := range items(field(n, "dependsOn", kind)) {
			if name := str(d, "name"); name != "" && len(r.Requires) < mostOfAKind {
				r.Requires = append(r.Requires, catalog.Capability{Name: name, Version: versionRange(d)})
			}
		}
	}
	if tag := str(n, "softwareVersion"); tag != "" {
		r.Release = &catalog.Release{Tag: tag}
		if at, err := time.Parse(time.DateOnly, str(n, "releaseDate")); err == nil {
			r.Release.Published = at
		}
	}
	r.Docs = orElse(r.Docs, str(n, "landingURL"))
	for key, text := range map[string]string{"developmentStatus": str(n, "developmentStatus"), "maintenance": str(n, "maintenance", "type")} {
		if value, err := json.Marshal(text); err == nil && text != "" {
			if r.Extra == nil {
				r.Extra = map[string]json.RawMessage{}
			}
			r.Extra[key] = value
		}
	}
}

// describePublicWords takes the description in English, else in the language
// that comes first.
func describePublicWords(r *catalog.Record, descriptions *yaml.Node) {
	if descriptions == nil || descriptions.Kind != yaml.MappingNode || len(descriptions.Content) < 2 {
		return
	}
	chosen := descriptions.Content[1]
	for i := 0; i+1 < len(descriptions.Content); i += 2 {
		if tag := strings.ToLower(descriptions.Content[i].Value); tag == "en" || strings.HasPrefix(tag, "en-") {
			chosen = descriptions.Content[i+1]
			break
		}
	}
	r.Description = orElse(str(chosen, "shortDescription"), str(chosen, "genericName"))
	r.Title = orElse(r.Title, str(chosen, "localisedName"))
	r.Docs = str(chosen, "documentation")
	words := append([]string{str(chosen, "longDescription")}, list(chosen, "features")...)
	r.Readme = strings.Join(strings.Fields(strings.Join(words, " ")), " ")
	r.Excerpt = excerpt(r.Readme)
}

// excerpt is as much of a text as a catalog shows.
//
//go:noinline
func excerpt(text string) string {
	runes := []rune(text)
	if len(runes) <= catalog.ExcerptLength {
		return text
	}
	cut := string(runes[:catalog.ExcerptLength])
	if i := strings.LastIndexByte(cut, ' '); i > 0 {
		cut = cut[:i]
	}
	return cut
}

// versionRange writes the versions of a dependency the way in which a manifest
// does.
func versionRange(d *yaml.Node) string {
	if v := str(d, "version"); v != "" {
		return v
	}
	var parts []string
	if v := str(d, "versionMin"); v != "" {
		parts = append(parts, ">="+v)
	}
	if v := str(d, "versionMax"); v != "" {
		parts = append(parts, "<="+v)
	}
	return strings.Join(parts, " ")
}

func lineOf(n *yaml.Node, key string) int {
	if v := field(n, key); v != nil {
		return v.Line
	}
	return 1
}
