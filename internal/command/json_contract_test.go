package command

import (
	"io"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"

	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/term"
)

// results are what the commands answer. A command that takes --json and is not
// here fails the test.
func results() map[string]any {
	return map[string]any{
		"isrc find": []found{}, "isrc show": card{}, "isrc help-wanted": []wantedIssue{}, "isrc contribute": contribution{}, "isrc propose": proposed{}, "isrc forks": []forkRow{}, "isrc finish": finished{}, "isrc forks clean": []forkRow{}, "isrc check": checked{}, "isrc owners": owning{}, "isrc submit": submitted{},
		"isrc status": []standing{}, "isrc sync": synced{}, "isrc abandon": abandoned{}, "isrc auth login": signedIn{}, "isrc auth status": []signedIn{},
		"isrc version": versionResult{}, "isrc config list": []setting{}, "isrc config get": setting{}, "isrc config set": written{},
		"isrc config unset": written{}, "isrc config path": configPath{}, "isrc doctor": []probed{}, "isrc setup": setupResult{},
		"isrc catalog crawl": crawled{}, "isrc catalog update": updatedCatalog{}, "isrc catalog merge": merged{},
		"isrc manifest check": manifestChecked{}, "isrc catalog status": catalogState{}, "isrc catalog needs": []needed{}, "isrc catalog overlaps": []overlap{},
		"isrc catalog import": imported{}, "isrc catalog push": pushedCatalog{}, "isrc catalog pull": pulledCatalog{},
		"isrc hook install": []hookState{}, "isrc hook uninstall": []hookState{}, "isrc hook status": []hookState{},
	}
}

func testRoot() *cobra.Command {
	s := &term.Streams{In: strings.NewReader(""), Out: io.Discard, Err: io.Discard, Width: 80}
	return newRoot(newApp(Invocation{Streams: s, Now: time.Now}))
}

func everyCommand(c *cobra.Command, do func(*cobra.Command)) {
	do(c)
	for _, sub := range c.Commands() {
		everyCommand(sub, do)
	}
}

func TestEveryResultKeepsTheJSONContract(t *testing.T) {
	t.Parallel()
	known := results()
	everyCommand(testRoot(), func(c *cobra.Command) {
		if c.Flags().Lookup("json") == nil {
			return
		}
		sample, ok := known[c.CommandPath()]
		if !ok {
			t.Errorf("%s takes --json, and its result is not among those that are looked at", c.CommandPath())
			return
		}
		delete(known, c.CommandPath())
		walkResult(t, c.CommandPath(), reflect.TypeOf(sample), map[reflect.Type]bool{})
	})
	walkResult(t, "isrc contribute --repos", reflect.TypeFor[bulkItem](), map[reflect.Type]bool{})
	for path := range known {
		t.Errorf("%s takes no --json", path)
	}
}

var camelCase = regexp.MustCompile(`^[a-z][a-zA-Z0-9]*$`)

// walkResult looks at every field that can be reached from a result.
func walkResult(t *testing.T, at string, typ reflect.Type, seen map[reflect.Type]bool) {
	t.Helper()
	for typ.Kind() == reflect.Slice || typ.Kind() == reflect.Pointer || typ.Kind() == reflect.Map {
		typ = typ.Elem()
	}
	if typ.Kind() != reflect.Struct || seen[typ] {
		return
	}
	seen[typ] = true
	if typ == reflect.TypeFor[time.Time]() {
		t.Errorf("%s is a time.Time; times are RFC 3339 text or null", at)
		return
	}
	for i := range typ.NumField() {
		f := typ.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous && name == "" {
			walkResult(t, at, f.Type, seen)
			continue
		}
		if !f.IsExported() || name == "-" {
			continue
		}
		place := at + " " + typ.Name() + "." + name
		switch {
		case !camelCase.MatchString(name):
			t.Errorf("%s (%s): its name is not camelCase", place, f.Name)
		case strings.Contains(options, "omit"):
			t.Errorf("%s: unknown is null, never left out", place)
		case strings.HasSuffix(name, "At") != (f.Type == reflect.TypeFor[*string]() && isTimeName(f.Name, name)):
			t.Errorf("%s: a time ends in At and is a *string, and nothing else ends so", place)
		}
		walkResult(t, place, f.Type, seen)
	}
}

// isTimeName tells a field that holds a time by the words people use for one.
func isTimeName(field, name string) bool {
	for _, w := range []string{"since", "published", "expires", "created", "pushed", "updated", "merged", "closed", "until", "when", "built", "crawled", "seen", "firstat", "lastat"} {
		if strings.Contains(strings.ToLower(field+" "+name), w) {
			return true
		}
	}
	return false
}

func TestListsAreNeverNull(t *testing.T) {
	t.Parallel()
	for path, sample := range results() {
		plain, err := project(reflect.Zero(reflect.TypeOf(sample)).Interface(), nil)
		if err != nil {
			t.Fatal(err)
		}
		wantLists(t, path, plain, reflect.TypeOf(sample))
	}
	one := project1(t, []standing{{}, {}})
	if got := len(one.([]any)); got != 2 {
		t.Errorf("a list of two has %d elements", got)
	}
}

func project1(t *testing.T, v any) any {
	t.Helper()
	plain, err := project(v, nil)
	if err != nil {
		t.Fatal(err)
	}
	return plain
}

func wantLists(t *testing.T, at string, plain any, typ reflect.Type) {
	t.Helper()
	switch typ.Kind() {
	case reflect.Slice:
		if list, ok := plain.([]any); !ok || list == nil {
			t.Errorf("%s: an empty list is written as %v", at, plain)
		}
	case reflect.Struct:
		m, _ := plain.(map[string]any)
		for i := range typ.NumField() {
			f := typ.Field(i)
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			if f.Anonymous && name == "" {
				wantLists(t, at, plain, f.Type)
			} else if name != "" && name != "-" {
				wantLists(t, at+"."+name, m[name], f.Type)
			}
		}
	}
}

func TestARepositoryHasItsFiveNames(t *testing.T) {
	t.Parallel()
	want := []string{"host", "fullName", "owner", "name", "url"}
	for _, sample := range []any{repository{}, found{}, card{}, forkResult{}} {
		have := jsonFields(sample)
		for _, name := range want {
			if !slices.Contains(have, name) {
				t.Errorf("%T has no field %s", sample, name)
			}
		}
	}
	got := project1(t, repositoryOf(forge.RepoName{Host: "h.example", Owner: "o", Name: "n"}, ""))
	if diff := cmp.Diff(map[string]any{"host": "h.example", "fullName": "o/n", "owner": "o", "name": "n", "url": "https://h.example/o/n"}, got); diff != "" {
		t.Error(diff)
	}
}
