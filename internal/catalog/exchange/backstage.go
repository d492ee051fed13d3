package exchange

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/isrc-dev/isrc/internal/catalog"
	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
)

// maxBackstage bounds a file of entities, in bytes: YAML has to be read whole.
const maxBackstage = 64 << 20

// backstage reads the entities of one or more YAML documents, or of a JSON array
// as Backstage's own API answers. Those of one repository become one record.
func (x *reader) backstage(in *bufio.Reader) error {
	data, err := io.ReadAll(io.LimitReader(in, maxBackstage+1))
	if err != nil {
		return fault.Errorf("read %s: %w", x.Name, err)
	}
	if len(data) > maxBackstage {
		x.refuse(1, fmt.Sprintf("it is larger than %d bytes", maxBackstage))
		return nil
	}
	entities, err := x.entities(string(data))
	if err != nil {
		return err
	}
	return x.takeEntities(entities)
}

// entity is a thing in a Backstage catalog.
type entity struct {
	node *yaml.Node
	line int
	kind string
	repo forge.RepoName // zero when it does not say where it lies
}

// entities reads all documents of a file. One with a mistake takes no other with
// it.
func (x *reader) entities(text string) ([]entity, error) {
	var out []entity
	for _, part := range documents(text) {
		dec := yaml.NewDecoder(strings.NewReader(part.text))
		for {
			if err := x.ctx.Err(); err != nil {
				return nil, err
			}
			var doc yaml.Node
			err := dec.Decode(&doc)
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				x.refuse(part.line+yamlLine(err), "it is no YAML: "+yamlMistake(err))
				break
			}
			shift(&doc, part.line)
			for _, n := range listedIn(&doc) {
				if e, ok := x.entity(n); ok {
					out = append(out, e)
				}
			}
		}
	}
	return out, nil
}

// listedIn are the entities of a document: it is one, a list of them, or an
// object that holds the list.
func listedIn(doc *yaml.Node) []*yaml.Node {
	if len(doc.Content) == 0 {
		return nil
	}
	n := doc.Content[0]
	if kind := str(n, "kind"); kind == "" || kind == "List" {
		if list := field(n, "items"); list != nil && list.Kind == yaml.SequenceNode {
			n = list
		}
	}
	if n.Kind == yaml.SequenceNode {
		return n.Content
	}
	return []*yaml.Node{n}
}

func (x *reader) entity(n *yaml.Node) (entity, bool) {
	if n.Kind == yaml.ScalarNode && n.Value == "" {
		return entity{}, false // an empty document
	}
	e := entity{node: n, line: n.Line, kind: strings.ToLower(str(n, "kind"))}
	if e.kind == "" || str(n, "metadata", "name") == "" {
		x.refuse(n.Line, "it is no entity: it has no kind, or no metadata.name")
		return e, false
	}
	if strings.Contains(str(n, "metadata", "name"), "{{") {
		x.note(n.Line, "passed over: it is the pattern of an entity, whose name is filled in later")
		return e, false
	}
	e.repo = x.location(field(n, "metadata", "annotations"))
	return e, true
}

// location is the repository that annotations of an entity name.
// A slug that people wrote says more than where the entity's own file lies, but
// not on which host.
func (x *reader) location(annotations *yaml.Node) forge.RepoName {
	at := x.address(annotations)
	for _, slug := range []struct{ key, host string }{{"github.com/project-slug", "github.com"}, {"gitlab.com/project-slug", "gitlab.com"}} {
		name, host := str(annotations, slug.key), slug.host
		if strings.Count(name, "/") != 1 {
			continue // none, or a project in a group of a group, which is no HOST/OWNER/NAME
		}
		switch { // companies write the same key for their own host
		case !at.IsZero():
			host = at.Host
		case x.Host != "" && host == "github.com":
			host = x.Host
		}
		if repo, err := forge.ParseRepo(name, host); err == nil {
			return repo
		}
	}
	return at
}

// address is the repository that an address in the annotations leads to.
func (x *reader) address(annotations *yaml.Node) forge.RepoName {
	for _, key := range []string{"backstage.io/source-location", "backstage.io/managed-by-location", "backstage.io/managed-by-origin-location", "backstage.io/view-url", "backstage.io/edit-url"} {
		address := strings.TrimPrefix(str(annotations, key), "url:")
		if !strings.Contains(address, "://") {
			continue // a file beside it
		}
		if repo, err := forge.ParseRepo(address, x.Host); err == nil {
			return repo
		}
	}
	return forge.RepoName{}
}

// takeEntities makes a record of the entities of each repository, in the order
// of the file. An entity that does not say where it lies is in the repository
// that was given, else in that of the others when they are all in one.
func (x *reader) takeEntities(all []entity) error {
	home := x.Repo
	var repos []forge.RepoName
	for _, e := range all {
		if !e.repo.IsZero() && !slices.ContainsFunc(repos, e.repo.Equal) {
			repos = append(repos, e.repo)
		}
	}
	if home.IsZero() && len(repos) == 1 {
		home = repos[0]
	}
	var passed kinds
	records, lines := map[string]*catalog.Record{}, map[string]int{}
	var order []string
	for _, e := range all {
		repo := e.repo
		if repo.IsZero() {
			repo = home
		}
		if !describes(e.kind) {
			passed.add(e)
			continue
		}
		if repo.IsZero() {
			x.refuse(e.line, fmt.Sprintf("%s %s names no repository, neither by github.com/project-slug nor by backstage.io/source-location: give --repo", e.kind, str(e.node, "metadata", "name")))
			continue
		}
		r := &catalog.Record{Host: repo.Host, Owner: repo.Owner, Name: repo.Name}
		if had, ok := records[r.Key()]; ok {
			r = had
		} else {
			records[r.Key()], lines[r.Key()] = r, e.line
			order = append(order, r.Key())
		}
		e.describe(r)
	}
	x.notePassed(passed)
	for _, key := range order {
		if err := x.take(records[key], lines[key]); err != nil {
			return err
		}
	}
	return nil
}

func describes(kind string) bool {
	return kind == "component" || kind == "api" || kind == "system" || kind == "resource" || kind == "template"
}

// describe adds what an entity says of its repository. The first component says
// what the repository is; the others add what they offer and need.
func (e entity) describe(r *catalog.Record) {
	n := e.node
	first := r.Kind == "" && e.kind == "component"
	if first || r.Title == "" && r.Description == "" && e.kind != "api" {
		r.Title = orElse(str(n, "metadata", "title"), r.Title)
		r.Description = orElse(str(n, "metadata", "description"), r.Description)
	}
	if first {
		r.Kind = str(n, "spec", "type")
		if lifecycle, err := json.Marshal(str(n, "spec", "lifecycle")); err == nil && string(lifecycle) != `""` {
			r.Extra = map[string]json.RawMessage{"lifecycle": lifecycle}
		}
	}
	if owner := field(n, "spec", "owner"); owner != nil && (first || r.Team == nil) {
		if name := catalog.TeamName(owner.Value); name != "" {
			r.Team = &catalog.Team{Name: name, From: fmt.Sprintf("%s:%d", Backstage, owner.Line)}
		}
	}
	for _, tag := range list(n, "metadata", "tags") {
		r.Topics = addText(r.Topics, tag)
	}
	e.links(r)
	for _, ref := range list(n, "spec", "providesApis") {
		r.Provides = addCapability(r.Provides, entityName(ref))
	}
	if e.kind == "api" {
		r.Provides = addCapability(r.Provides, str(n, "metadata", "name"))
	}
	for _, key := range []string{"consumesApis", "dependsOn"} {
		for _, ref := range list(n, "spec", key) {
			r.Requires = addCapability(r.Requires, entityName(ref))
		}
	}
}

// links take the address of the documentation, and of where to ask.
func (e entity) links(r *catalog.Record) {
	for _, link := range items(field(e.node, "metadata", "links")) {
		address := str(link, "url")
		what := strings.ToLower(str(link, "type") + " " + str(link, "title") + " " + str(link, "icon"))
		switch {
		case !strings.HasPrefix(address, "http://") && !strings.HasPrefix(address, "https://"):
		case r.Docs == "" && strings.Contains(what, "doc"):
			r.Docs = address
		case r.Ask == "" && (strings.Contains(what, "chat") || strings.Contains(what, "slack") || strings.Contains(what, "support") || strings.Contains(what, "teams")):
			r.Ask = address
		}
	}
}

// entityName is the name in a reference [KIND:][NAMESPACE/]NAME.
func entityName(ref string) string {
	if _, rest, ok := strings.Cut(ref, ":"); ok {
		ref = rest
	}
	return ref[strings.LastIndexByte(ref, '/')+1:]
}

func addCapability(all []catalog.Capability, name string) []catalog.Capability {
	if name == "" || len(all) >= mostOfAKind || slices.ContainsFunc(all, func(c catalog.Capability) bool { return c.Name == name }) {
		return all
	}
	return append(all, catalog.Capability{Name: name})
}

// mostOfAKind bounds lists that a file of others fills.
const mostOfAKind = 500

func addText(all []string, text string) []string {
	if text = strings.TrimSpace(text); text == "" || len(all) >= mostOfAKind || slices.ContainsFunc(all, func(s string) bool { return strings.EqualFold(s, text) }) {
		return all
	}
	return append(all, text)
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
