package catalog

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/guideline"
	"github.com/isrc-dev/isrc/internal/manifest"
)

// TeamName is the name of a team as a catalog writes it: "acme/identity" for
// @acme/identity, "identity" for group:default/identity. It is "" for what
// names a person, an address, or nothing: people come and go, a team answers.
func TeamName(ref string) string {
	ref = strings.TrimSpace(ref)
	if kind, rest, ok := strings.Cut(ref, ":"); ok {
		if !strings.EqualFold(kind, "group") && !strings.EqualFold(kind, "team") {
			return ""
		}
		ref = strings.TrimSpace(rest)
	}
	name, account := strings.CutPrefix(ref, "@")
	switch {
	case strings.HasPrefix(name, "@"): // a role of GitLab
		return ""
	case account && !strings.Contains(name, "/"), strings.ContainsAny(name, "@\n"), len(name) > 200:
		return ""
	}
	return strings.Trim(strings.TrimPrefix(name, "default/"), "/ ")
}

// TeamSlug is what tells teams apart where some sources name their
// organisation and some do not: the last part of the name, in lower case, with
// dashes for blanks.
func TeamSlug(name string) string {
	name = strings.ToLower(name[strings.LastIndexByte(name, '/')+1:])
	return strings.Join(strings.Fields(name), "-")
}

// teamOf is who answers for a repository: what its manifest says, else its
// catalog-info.yaml, else the line of its CODEOWNERS for everything, else the
// one team that has admin or maintain. It is nil when nobody says it. Known is
// false where one of those could not be read.
func teamOf(t *profileTree, m *manifest.Manifest, owners *guideline.Owners) (team *Team, known bool) {
	if m != nil && m.Isrc != nil {
		if name := TeamName(m.Isrc.Owner); name != "" {
			return &Team{Name: name, From: place(manifest.FileName, m.Line("isrc.owner"))}, true
		}
	}
	info := t.find([]string{""}, func(base string) bool { return base == "catalog-info.yaml" || base == "catalog-info.yml" })
	if text, told, _ := t.text(info.path); told {
		if ref, line := specOwner(text); TeamName(ref) != "" {
			return &Team{Name: TeamName(ref), From: place(info.path, line)}, true
		}
	}
	if r, ok := owners.Everything(); ok {
		for _, o := range r.Owners {
			if name := TeamName(o); name != "" {
				return &Team{Name: name, From: place(owners.Source.Path, r.Line)}, true
			}
		}
	}
	if name, permission := grantedTeam(t.profile.Teams); name != "" {
		return &Team{Name: t.profile.Owner + "/" + name, From: "team with " + permission}, true
	}
	return nil, info.known && t.profile.Teams != nil
}

// grantedTeam is the one team that may settle everything in a repository.
// Several say nothing, and neither do those that may so everywhere.
func grantedTeam(teams []forge.Team) (slug, permission string) {
	n := 0
	for _, team := range teams {
		p := strings.ToLower(team.Permission)
		if p != "admin" && p != "maintain" || slices.Contains(everywhere(), strings.ToLower(team.Slug)) {
			continue
		}
		n++
		slug, permission = team.Slug, p
	}
	if n != 1 {
		return "", ""
	}
	return slug, permission
}

// everywhere are names of teams that hold rights in all repositories of an
// organisation, and answer for none of them.
func everywhere() []string {
	return []string{
		"admin", "admins", "administrators", "org-admin", "org-admins", "github-admin", "github-admins", "owners", "org-owners", "everyone", "all",
		"all-members", "members", "employees", "staff", "security-managers", "bots", "ci", "ci-bots", "automation",
	}
}

// codeOwners reads the file by which the forge asks for reviews; nil when there
// is none, or the forge did not tell what is in it.
func codeOwners(t *profileTree) (owners *guideline.Owners, at foundFile) {
	dialect := guideline.OwnersDialectOf(t.profile.Host, func(name string) bool {
		return t.folders[strings.ToLower(name)] || t.find([]string{parent(name)}, func(base string) bool { return base == name[strings.LastIndexByte(name, '/')+1:] }).path != ""
	})
	at.known = true
	for _, name := range dialect.Paths() {
		dir := parent(name)
		// GitHub and its like want these names as they are spelled.
		f := t.find([]string{dir}, func(base string) bool { return base == "CODEOWNERS" })
		at.known = at.known && f.known
		if f.path == "" {
			continue
		}
		at.path = f.path
		if text, told, _ := t.text(f.path); told {
			owners = guideline.ParseOwners(&guideline.Source{Kind: guideline.KindOwners, Path: f.path}, []byte(text), dialect)
		}
		return owners, at
	}
	return nil, at
}

func parent(name string) string {
	return strings.ToLower(name[:max(0, strings.LastIndexByte(name, '/'))])
}

// InfoTeam is the team that a catalog-info.yaml names, "" for none.
func InfoTeam(text string) string {
	owner, _ := specOwner(text)
	return TeamName(owner)
}

// specOwner is the owner that a catalog-info.yaml names, with its line: of the
// first component in it, else of the first entity that has one.
func specOwner(text string) (owner string, line int) {
	dec := yaml.NewDecoder(bytes.NewReader([]byte(text)))
	for range 100 { // entities in one file
		var doc yaml.Node
		if err := dec.Decode(&doc); err != nil {
			if errors.Is(err, io.EOF) {
				break
			}
			return owner, line // what stands before the mistake is still said
		}
		if len(doc.Content) == 0 {
			continue
		}
		o := yamlField(yamlField(doc.Content[0], "spec"), "owner")
		if o == nil || o.Kind != yaml.ScalarNode || TeamName(o.Value) == "" {
			continue
		}
		kind := yamlField(doc.Content[0], "kind")
		component := kind != nil && strings.EqualFold(kind.Value, "Component")
		if owner == "" || component {
			owner, line = o.Value, o.Line
		}
		if component {
			break
		}
	}
	return owner, line
}

// yamlField is the value of a key in a mapping, nil when it has none.
func yamlField(n *yaml.Node, key string) *yaml.Node {
	if n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}

//go:noinline
func place(path string, line int) string {
	if line <= 0 {
		return path
	}
	return path + ":" + strconv.Itoa(line)
}
