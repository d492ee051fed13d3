package command

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/git"
	"github.com/isrc-dev/isrc/internal/manifest"
	"github.com/isrc-dev/isrc/internal/order"
	"github.com/isrc-dev/isrc/internal/term"
)

// maxManifest bounds the manifest that is read, in bytes.
const maxManifest = 1 << 20

// manifestChecked is what manifest check answers.
type manifestChecked struct {
	Path     string            `json:"path"`
	Title    *string           `json:"title"`
	Owner    *string           `json:"owner"`
	Verdict  string            `json:"verdict"` // met or broken
	Problems []manifestProblem `json:"problems"`
	Rules    []ruleCorrection  `json:"rules"`
}

type manifestProblem struct {
	Line     int    `json:"line"`
	Key      string `json:"key"`      // with dots, "" for the whole file
	Severity string `json:"severity"` // error or warning
	Message  string `json:"message"`
}

// ruleCorrection is what owners say of one rule.
type ruleCorrection struct {
	Rule     string  `json:"rule"`
	Strength *string `json:"strength"` // must, should, may or off
	Why      *string `json:"why"`
}

func newManifest(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "manifest",
		Short: "Look after what you declare about your repository",
		Long: `A manifest is innersource.json in the root of a repository: the fields of SAP's
InnerSource portal, and an isrc object in which owners say how they take
contributions, how fast they answer, what they offer and need, and where isrc
reads their rules wrongly. docs/innersource.schema.json describes it, for
editors that complete and check JSON.`,
		Example: "  isrc manifest check",
	}
	cmd.AddCommand(newManifestCheck(a))
	return cmd
}

func newManifestCheck(a *app) *cobra.Command {
	o, strict := &output{}, false
	cmd := &cobra.Command{
		Use:   "check [PATH]",
		Short: "Say what is wrong in an innersource.json, line by line",
		Long: `Check reads a manifest as isrc does for contributors: values that are none, keys
that are misspelt, rules that do not exist, paths that lead nowhere, statements
that contradict each other. PATH is the file or the folder it lies in; without
it the repository that you stand in. It needs no network.`,
		Example: `  isrc manifest check
  isrc manifest check ../auth-lib --strict
  isrc manifest check --json problems --jq '.problems[] | "\(.line): \(.message)"'`,
		Args: maxArgs(1),
		RunE: func(_ *cobra.Command, args []string) error { return a.checkManifest(args, strict, o) },
	}
	cmd.Flags().BoolVar(&strict, "strict", false, "warnings count too")
	addOutput(cmd, o, manifestChecked{})
	exits(cmd, exitBroken, exitNotFound)
	return cmd
}

func maxArgs(n int) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) > n {
			return usagef("%q is one argument too many", args[n])
		}
		return nil
	}
}

func (a *app) checkManifest(args []string, strict bool, o *output) error {
	path := a.manifestPath(args)
	data, err := readBounded(path, maxManifest)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return &exitError{code: exitNotFound, err: fault.Errorf("check the manifest: there is no %s", path), hint: "isrc manifest check PATH/TO/innersource.json\nisrc manifest --help says what belongs into one"}
	case err != nil:
		return fault.Errorf("check the manifest: %w", err)
	}
	m, problems := manifest.Parse(data)
	result := manifestChecked{Path: path, Verdict: "met", Problems: []manifestProblem{}, Rules: []ruleCorrection{}}
	if m != nil {
		problems = append(problems, manifest.Lint(m, manifest.Around{Rules: ruleIDs(), Files: os.DirFS(filepath.Dir(path))})...)
		order.StableBy(problems, func(a, b manifest.Problem) int { return a.Line - b.Line })
		result.Title = orNull(m.Title)
		if m.Isrc != nil {
			result.Owner = orNull(m.Isrc.Owner)
		}
		result.Rules = correctionsOf(m)
	}
	for _, p := range problems {
		result.Problems = append(result.Problems, manifestProblem{Line: p.Line, Key: p.Key, Severity: string(p.Severity), Message: p.Message})
		if p.Severity == manifest.Wrong || strict {
			result.Verdict = "broken"
		}
	}
	if err := a.show(o, result, func(s *term.Streams) error { showManifest(s, result); return nil }); err != nil {
		return err
	}
	if result.Verdict == "broken" {
		return &exitError{code: exitBroken}
	}
	return nil
}

// manifestPath is the file that an argument names, or the manifest of the
// repository around the current folder.
func (a *app) manifestPath(args []string) string {
	if len(args) == 0 {
		dir := a.inv.Dir
		if repo, err := git.Open(dir); err == nil {
			dir = repo.Root()
		}
		return filepath.Join(dir, manifest.FileName)
	}
	path := a.path(args[0])
	info, err := os.Stat(path)
	if err == nil && info.IsDir() {
		return filepath.Join(path, manifest.FileName)
	}
	return path
}

func readBounded(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(data)) > limit {
		err = fault.Errorf("%s is larger than %d bytes", path, limit)
	}
	return data, err
}

// correctionsOf lists corrections in the order of the rules.
func correctionsOf(m *manifest.Manifest) []ruleCorrection {
	out := []ruleCorrection{}
	if m.Isrc == nil {
		return out
	}
	for _, id := range ruleIDs() {
		if c, ok := m.Isrc.Rules[id]; ok {
			out = append(out, ruleCorrection{Rule: id, Strength: orNull(c.Strength), Why: orNull(c.Why)})
		}
	}
	return out
}

func showManifest(s *term.Streams, r manifestChecked) {
	for _, p := range r.Problems {
		sign, tone := s.Sym(term.SymBroken), term.Bad
		if p.Severity == string(manifest.Warning) {
			sign, tone = s.Sym(term.SymUnknown), term.Warn
		}
		place := fmt.Sprintf("%s:%d", filepath.Base(r.Path), p.Line)
		head := fmt.Sprintf("%s %s  ", s.Paint(tone, fmt.Sprintf("%-2s", sign)), s.Paint(term.Strong, term.Line(place)))
		text := p.Message
		if p.Key != "" {
			text = p.Key + ": " + text
		}
		for i, line := range term.Wrap(term.Line(text), max(s.Width-len(place)-5, 8)) {
			if i > 0 {
				head = pad(len(place) + 5)
			}
			fmt.Fprintln(s.Out, head+line)
		}
	}
	for _, c := range r.Rules {
		if c.Strength == nil {
			continue
		}
		why := ""
		if c.Why != nil {
			why = ": " + *c.Why
		}
		fmt.Fprintf(s.Out, "%s %s is %s for contributors%s\n", s.Sym(term.SymArrow), c.Rule, term.Line(*c.Strength), term.Line(why))
	}
	if len(r.Problems) == 0 {
		fmt.Fprintf(s.Out, "%s %s says what isrc understands\n", s.Paint(term.Good, s.Sym(term.SymOK)), term.Line(filepath.Base(r.Path)))
		return
	}
	fmt.Fprintf(s.Out, "\n%s\n", plural(len(r.Problems), "problem"))
}
