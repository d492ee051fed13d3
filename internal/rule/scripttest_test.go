package rule

import (
	"strings"
	"testing"

	"github.com/isrc-dev/isrc/internal/guideline"
)

func titleStep(run, script string) *guideline.Step {
	s := &guideline.Step{
		Run: run, RunLine: 10,
		Env: map[string]guideline.Input{
			"TITLE":   {Value: "${{ github.event.pull_request.title }}"},
			"BOTH":    {Value: "${{ github.event.pull_request.title }} ${{ github.head_ref }}"},
			"PATTERN": {Value: `^[A-Z]+-[0-9]+: .+`},
		},
	}
	if script != "" {
		s.Uses, s.With = "actions/github-script", map[string]guideline.Input{"script": {Value: script, Line: 9}}
	}
	return s
}

// verdictOf says in words what was read of a script.
func verdictOf(t scriptTest, ok bool) string {
	if !ok {
		return "not read"
	}
	out := "wants "
	if t.forbids {
		out = "forbids "
	}
	out += t.pattern
	if t.flags != "" {
		out += " /" + t.flags
	}
	if t.sometimes {
		out += " sometimes"
	}
	return out
}

func TestShellTest(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ in, want string }{
		"an if that fails when it does not match":     {"if [[ ! \"$TITLE\" =~ ^feat: ]]; then\n  echo no\n  exit 1\nfi", "wants ^feat:"},
		"a not before the test":                       {"if ! [[ $TITLE =~ ^feat: ]]\nthen exit 1; fi", "wants ^feat:"},
		"an if that fails when it matches":            {"if [[ \"$TITLE\" =~ ^WIP ]]; then\n  exit 1\nfi", "forbids ^WIP"},
		"an else that fails":                          {"if [[ \"$TITLE\" =~ ^feat: ]]; then\n  echo fine\nelse\n  echo bad; exit 1\nfi", "wants ^feat:"},
		"the end fails":                               {"if [[ \"$TITLE\" =~ ^feat: ]]; then\n  exit 0\nfi\necho bad\nexit 1", "wants ^feat:"},
		"an if that only says something":              {"if [[ \"$TITLE\" =~ ^feat: ]]; then\n  echo \"kind=feature\" >> \"$GITHUB_OUTPUT\"\nfi", "not read"},
		"an if with another condition":                {"if [[ ! \"$TITLE\" =~ ^feat: ]] && [[ $A == b ]]; then exit 1; fi", "not read"},
		"an if within another":                        {"if [[ $A == b ]]; then\nif [[ ! \"$TITLE\" =~ ^feat: ]]; then exit 1; fi\nfi", "not read"},
		"a test in a function":                        {"check() {\n[[ \"$TITLE\" =~ ^feat: ]] || exit 1\n}\ncheck", "not read"},
		"an elif":                                     {"if [[ \"$TITLE\" =~ ^feat: ]]; then\n:\nelif true; then\nexit 1\nfi", "not read"},
		"or":                                          {"[[ \"$TITLE\" =~ ^feat: ]] || exit 1", "wants ^feat:"},
		"or with braces":                              {"[[ \"$TITLE\" =~ ^feat: ]] || {\n  echo no\n  exit 1\n}", "wants ^feat:"},
		"or with braces on a line":                    {"[[ $TITLE =~ ^feat: ]] || { echo \"no; no\"; exit 1; }", "wants ^feat:"},
		"or that goes on":                             {"[[ \"$TITLE\" =~ ^feat: ]] || echo no", "not read"},
		"and":                                         {"[[ \"$TITLE\" =~ ^WIP ]] && exit 1", "forbids ^WIP"},
		"and that ends well":                          {"[[ \"$TITLE\" =~ ^feat: ]] && exit 0\nexit 1", "wants ^feat:"},
		"alone, under bash -e":                        {"[[ \"$TITLE\" =~ ^feat: ]]\necho fine", "wants ^feat:"},
		"alone without -e":                            {"set +e\n[[ \"$TITLE\" =~ ^feat: ]]\necho fine", "not read"},
		"a pattern in a variable":                     {"re='^feat: .+$'\n[[ \"$TITLE\" =~ $re ]] || exit 1", "wants ^feat: .+$"},
		"a pattern in a variable with double quotes":  {"re=\"^feat\\\\([a-z]+\\\\): .+$\"\n[[ \"$TITLE\" =~ $re ]] || exit 1", `wants ^feat\([a-z]+\): .+$`},
		"a pattern in the environment":                {"[[ \"$TITLE\" =~ $PATTERN ]] || exit 1", "wants ^[A-Z]+-[0-9]+: .+"},
		"a pattern that is put together":              {"types='feat|fix'\nre=\"^($types): \"\n[[ \"$TITLE\" =~ $re ]] || exit 1", "not read"},
		"a quoted pattern is a text":                  {`[[ "$TITLE" =~ "a.b" ]] || exit 1`, `wants a\.b`},
		"an escaped blank":                            {`[[ "$TITLE" =~ ^feat:\ .+ ]] || exit 1`, "wants ^feat: .+"},
		"classes of POSIX":                            {`[[ "$TITLE" =~ ^[[:alpha:]_\d-]+: ]] || exit 1`, `wants ^[a-zA-Z_\\d-]+:`},
		"what POSIX does not know":                    {`[[ "$TITLE" =~ ^\d+ ]] || exit 1`, "not read"},
		"whatever the case":                           {"shopt -s nocasematch\n[[ \"$TITLE\" =~ ^feat ]] || exit 1", "wants ^feat /i"},
		"grep":                                        {`echo "$TITLE" | grep -qE '^feat(\([a-z]+\))?: '`, `wants ^feat(\([a-z]+\))?: `},
		"grep with basic expressions":                 {`echo "$TITLE" | grep '^feat\(ure\)\?(x)'`, `wants ^feat(ure)?\(x\)`},
		"grep with Perl's":                            {`printf '%s\n' "$TITLE" | grep -Pq '^(?!WIP)\d+' || exit 1`, `wants ^(?!WIP)\d+`},
		"grep for a text":                             {`echo "$TITLE" | grep -qF '[core]'`, `wants \[core\]`},
		"grep for what must not be":                   {`if echo "$TITLE" | grep -qi 'wip'; then exit 1; fi`, "forbids wip /i"},
		"grep -v":                                     {`echo "$TITLE" | grep -qv WIP`, "forbids WIP"},
		"grep that is not quiet":                      {`echo "$TITLE" | grep -E '^feat' > /dev/null 2>&1 || exit 1`, "wants ^feat"},
		"grep of a here string":                       {`if ! grep -qE '^feat' <<< "$TITLE"; then exit 1; fi`, "wants ^feat"},
		"grep of a pipe with something between":       {`echo "$TITLE" | tr A-Z a-z | grep -qE '^feat'`, "not read"},
		"grep whose result is kept":                   {`n=$(echo "$TITLE" | grep -cE '^feat')`, "not read"},
		"grep for whole words":                        {`echo "$TITLE" | grep -qw feat`, "not read"},
		"a variable of a variable":                    {"T=\"$TITLE\"\n[[ $T =~ ^feat ]] || exit 1", "wants ^feat"},
		"a variable with more in it":                  {`[[ "$BOTH" =~ ^feat ]] || exit 1`, "not read"},
		"a variable that is set twice":                {"T=$TITLE\nT=x\n[[ $T =~ ^feat ]] || exit 1", "not read"},
		"the event's file":                            {"T=$(jq -r .pull_request.title \"$GITHUB_EVENT_PATH\")\n[[ $T =~ ^feat ]] || exit 1", "wants ^feat"},
		"the expression itself":                       {`[[ "${{ github.event.pull_request.title }}" =~ ^feat ]] || exit 1`, "wants ^feat"},
		"two tests":                                   {"[[ $TITLE =~ ^feat ]] || exit 1\n[[ $TITLE =~ x$ ]] || exit 1", "not read"},
		"bots go free":                                {"if [[ $ACTOR == 'dependabot[bot]' ]]; then\n  exit 0\nfi\n[[ $TITLE =~ ^feat ]] || exit 1", "wants ^feat"},
		"others go free, too":                         {"if [[ $LABELS == *skip* ]]; then\n  exit 0\nfi\n[[ $TITLE =~ ^feat ]] || exit 1", "wants ^feat sometimes"},
		"what stands in a comment":                    {"# [[ $TITLE =~ ^fix ]] || exit 1\n[[ $TITLE =~ ^feat ]] || exit 1 # [[ $TITLE =~ ^docs ]]", "wants ^feat"},
		"another thing is tested":                     {"[[ $OTHER =~ ^feat ]] || exit 1", "not read"},
		"a quotation that is never closed":            {"echo 'x\n[[ $TITLE =~ ^feat ]] || exit 1", "not read"},
		"an expression of the runner in the pattern":  {`[[ "$TITLE" =~ ${{ vars.PATTERN }} ]] || exit 1`, "not read"},
		"a bracket expression that is never closed":   {`echo "$TITLE" | grep -qE '^[feat'`, "not read"},
		"the outcome is what a later step looks at":   {"if [[ ! $TITLE =~ ^feat ]]; then\n  echo \"bad=1\" >> $GITHUB_OUTPUT\nfi", "not read"},
		"a failure in a nested if is no sure failure": {"if [[ ! $TITLE =~ ^feat ]]; then\n  if [[ $STRICT ]]; then\n exit 1\n fi\nfi", "not read"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := verdictOf(shellTest(titleStep(c.in, ""), lookTitle)); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestJSTest(t *testing.T) {
	t.Parallel()
	title := "const title = context.payload.pull_request.title;\n"
	for name, c := range map[string]struct{ in, want string }{
		"a literal":                     {title + "if (!/^feat: .+/i.test(title)) {\n  core.setFailed('no');\n}", "wants ^feat: .+ /i"},
		"without a name":                {"if (!/^feat\\/x/.test(context.payload.pull_request.title)) { throw new Error('no') }", "wants ^feat/x"},
		"a named expression":            {title + "const re = /^(feat|fix): [a-z]{3,}/;\nif (!re.test(title)) core.setFailed('no')", "wants ^(feat|fix): [a-z]{3,}"},
		"match":                         {title + "if (!title.match(/^feat/)) {\n core.setFailed(`no {`)\n}", "wants ^feat"},
		"a constructed one":             {title + "const re = new RegExp('^feat\\\\d', 'u');\nif (!re.test(title)) { core.setFailed('no') }", `wants ^feat\d /u`},
		"a result with a name":          {title + "const ok = /^feat/.test(title);\nif (!ok) {\n  core.setFailed('no');\n}", "wants ^feat"},
		"a negated result":              {title + "const bad = !/^feat/.test(title);\nif (bad) {\n  core.setFailed('no');\n}", "wants ^feat"},
		"it must not match":             {title + "if (/^WIP/.test(title)) {\n  core.setFailed('no');\n}", "forbids ^WIP"},
		"else":                          {title + "if (/^feat/.test(title)) { core.info('ok') } else { core.setFailed('no') }", "wants ^feat"},
		"it returns, or fails":          {title + "if (/^feat/.test(title)) return;\ncore.setFailed('no')", "wants ^feat"},
		"another condition":             {title + "if (!/^feat/.test(title) && !draft) { core.setFailed('no') }", "not read"},
		"it only sets a label":          {title + "if (/^feat/.test(title)) { github.rest.issues.addLabels({}) }", "not read"},
		"two tests":                     {title + "if (!/^feat/.test(title)) { throw 1 }\nif (!/x$/.test(title)) { throw 1 }", "not read"},
		"within another condition":      {title + "if (strict) {\n if (!/^feat/.test(title)) { throw 1 }\n}", "not read"},
		"something else is tested":      {"if (!/^feat/.test(context.ref)) { throw 1 }", "not read"},
		"the pull request has a name":   {"const pr = context.payload.pull_request;\nif (!/^feat/.test(pr.title)) { throw 1 }", "wants ^feat"},
		"taken apart":                   {"const { title, body } = context.payload.pull_request;\nif (!/^feat/.test(title)) { throw 1 }", "wants ^feat"},
		"from the environment":          {"const t = process.env.TITLE\nif (!/^feat/.test(t)) { throw 1 }", "wants ^feat"},
		"bots go free":                  {title + "if (context.actor === 'dependabot[bot]') { return }\nif (!/^feat/.test(title)) { throw 1 }", "wants ^feat"},
		"others go free, too":           {title + "if (labels.includes('skip')) { return }\nif (!/^feat/.test(title)) { throw 1 }", "wants ^feat sometimes"},
		"a comment":                     {title + "// if (!/^fix/.test(title)) { throw 1 }\nif (!/^feat/.test(title)) { throw 1 }", "wants ^feat"},
		"a pattern that is not literal": {title + "const re = new RegExp(`^${x}`);\nif (!re.test(title)) { throw 1 }", "not read"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := verdictOf(jsTest(titleStep("", c.in), lookTitle)); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func FuzzScriptTest(f *testing.F) {
	f.Add("if [[ ! \"$TITLE\" =~ ^feat: ]]; then\n  exit 1\nfi")
	f.Add("const t = context.payload.pull_request.title;\nif (!/x/.test(t)) { throw 1 }")
	f.Fuzz(func(t *testing.T, script string) {
		for _, s := range []*guideline.Step{titleStep(script, ""), titleStep("", script+" ")} {
			for _, test := range []func(*guideline.Step, look) (scriptTest, bool){shellTest, jsTest} {
				got, ok := test(s, lookTitle)
				if ok && (got.line < 9 || got.line > 12+strings.Count(script, "\n")) {
					t.Errorf("line %d", got.line)
				}
			}
		}
	})
}
