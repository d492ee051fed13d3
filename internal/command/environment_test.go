package command

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/isrc-dev/isrc/internal/config"
)

// notForPeople are variables that the code writes, or reads back from itself,
// with the reason why the table does not name them.
func notForPeople() map[string]string {
	return map[string]string{
		"ISRC_CREDENTIAL_HOST":    "isrc tells its own credential helper through it",
		"ISRC_CREDENTIAL_PIPE":    "isrc tells its own credential helper through it",
		"GH_DEBUG":                "taken out of gh's environment",
		"GH_PATH":                 "taken out of gh's environment",
		"GIT_TERMINAL_PROMPT":     "set for git, and honoured where it is set",
		"GIT_CONFIG_COUNT":        "set for git, behind what is set",
		"GIT_CONFIG_KEY_":         "set for git, behind what is set",
		"GIT_CONFIG_VALUE_":       "set for git, behind what is set",
		"GIT_HTTP_LOW_SPEED_TIME": "set for git, and honoured where it is set",
		"GIT_AUTHOR_IDENT":        "a name of git var, not a variable",
		"ISRC_":                   "how a hint begins that sets a variable",
	}
}

var (
	looksLikeVariable = regexp.MustCompile(`^[A-Z][A-Z0-9]*(_[A-Z0-9]*)*$`)
	environmentName   = regexp.MustCompile(`^(ISRC|GH|GITHUB|XDG|GIT|SSL|LC|CLICOLOR)_|^(HTTPS?|ALL|NO)_PROXY$|^(CLICOLOR|NO_COLOR|LANG|TERM|COLUMNS|PAGER|EDITOR|VISUAL|BROWSER|CI)$`)
	asksEnvironment   = regexp.MustCompile(`(?i)^(getenv|lookupenv|env)$`)
)

// asked finds the variables that the code asks for: literals given to whatever
// is called Getenv, and literals that have the name of a variable.
func asked(t *testing.T) (sure, named map[string]string) {
	t.Helper()
	sure, named = map[string]string{}, map[string]string{}
	for _, top := range []string{"../../internal", "../../cmd"} {
		err := filepath.WalkDir(top, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.Contains(path, "sandbox") {
				return err
			}
			if strings.HasSuffix(path, filepath.Join("command", "environment.go")) || strings.HasSuffix(path, filepath.Join("command", "settings_table.go")) {
				return nil // the table itself
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			ast.Inspect(file, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.CallExpr:
					if len(n.Args) > 0 && asksEnvironment.MatchString(lastName(n.Fun)) {
						if name := literal(n.Args[0]); looksLikeVariable.MatchString(name) {
							sure[name] = path
						}
					}
				case *ast.BasicLit:
					if name := literal(n); looksLikeVariable.MatchString(name) {
						named[name] = path
					}
				}
				return true
			})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return sure, named
}

func lastName(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	}
	return ""
}

func literal(e ast.Expr) string {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return ""
	}
	s, err := strconv.Unquote(lit.Value)
	if err != nil {
		return ""
	}
	return s
}

func TestTheEnvironmentTableIsWhatTheCodeAsksFor(t *testing.T) {
	t.Parallel()
	sure, named := asked(t)
	if len(sure) < 10 {
		t.Fatalf("only %d variables were found in the code; the search is broken", len(sure))
	}
	table := map[string]variable{}
	for _, group := range environmentTable() {
		for _, v := range group.List {
			if _, twice := table[v.Name]; twice {
				t.Errorf("%s stands twice in the table", v.Name)
			}
			if v.Meaning == "" {
				t.Errorf("%s has no meaning", v.Name)
			}
			table[v.Name] = v
		}
	}
	skip := notForPeople()
	for name, path := range sure {
		_, skipped := skip[name]
		if _, ok := table[name]; !ok && !skipped {
			t.Errorf("%s asks for %s, which environmentTable does not name", path, name)
		}
	}
	for name, path := range named {
		_, skipped := skip[name]
		if _, ok := table[name]; !ok && !skipped && environmentName.MatchString(name) {
			t.Errorf("%s names the variable %s, which environmentTable does not", path, name)
		}
	}
	for name, v := range table {
		if _, ok := named[name]; !ok && !v.Elsewhere {
			t.Errorf("environmentTable names %s, for which nothing asks", name)
		}
	}
}

func TestTheTableOfSettingsIsThatOfTheConfiguration(t *testing.T) {
	t.Parallel()
	want := settingKeys(nil, "HOST", "LOGIN@HOST")
	got := map[string]bool{}
	for _, s := range settingTable() {
		got[s.Key] = true
		checkVariable(t, s.Key, s.Variable)
	}
	for _, k := range want {
		if !got[k] {
			t.Errorf("settingTable does not name %s", k)
		}
		delete(got, k)
	}
	if len(got) > 0 {
		t.Errorf("settingTable names %v, which are no settings", got)
	}
}

// checkVariable sets a variable and looks whether the setting comes from it.
func checkVariable(t *testing.T, key, variable string) {
	t.Helper()
	if variable == "" {
		return
	}
	values := map[string]string{"ISRC_API_URL": "https://127.0.0.1/api", "ISRC_SCHEME": "http", "ISRC_PROXY": "http://proxy.example:1", "ISRC_NO_INPUT": "true"}
	value := firstOf(values[variable], "127.0.0.1")
	env := map[string]string{"ISRC_HOST": "127.0.0.1", variable: value}
	home := t.TempDir()
	getenv := func(name string) string { return env[name] }
	c, err := config.Load(config.LoadOptions{Getenv: getenv, Home: home, Dirs: config.NewDirs("linux", func(string) string { return "" }, home)})
	if err != nil {
		t.Errorf("%s: %v", variable, err)
		return
	}
	s, ok := c.Setting(strings.Replace(key, "HOST", "127.0.0.1", 1))
	if !ok || s.Origin != config.FromEnvironment || s.OriginDetail != variable {
		t.Errorf("with %s set, %s comes from %s %s", variable, key, s.Origin, s.OriginDetail)
	}
}

func TestTheNearestKeyIsNamed(t *testing.T) {
	t.Parallel()
	got := map[string]string{}
	want := map[string]string{
		"hots": "host", "org": "orgs", "binary": "git.binary", "git.bin": "git.binary", "noinput2": "noInput", "cafile": "hosts.HOST.caFile",
		"hosts.git.example.com.prox": "hosts.git.example.com.proxy", "hosts.git.example.com:8443.apiURI": "hosts.git.example.com:8443.apiUrl",
		"colour": "", "hosts.git.example.com.colour": "",
	}
	for word := range want {
		got[word] = nearestKey(word)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
