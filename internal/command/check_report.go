package command

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/isrc-dev/isrc/internal/disk"
	"github.com/isrc-dev/isrc/internal/fault"
)

// report is a file that a result is written to beside standard output.
type report struct {
	kind, name, path string
	appended         bool // the runner's summary of a job, which other steps write to
}

// reportKinds are the forms in which a review is written to files.
func reportKinds() []string { return []string{"sarif", "markdown", "json"} }

// parseReports reads --report: KIND=FILE, several separated by commas.
func (a *app) parseReports(given []string) ([]report, error) {
	var out []report
	for _, g := range given {
		kind, name, ok := strings.Cut(g, "=")
		if !ok || name == "" || !slices.Contains(reportKinds(), kind) {
			return nil, usagef("--report takes KIND=FILE with one of %s, not %q", strings.Join(reportKinds(), ", "), g)
		}
		r := report{kind: kind, name: name, path: a.path(name)}
		r.appended = kind == "markdown" && r.path == a.inv.Getenv("GITHUB_STEP_SUMMARY")
		if slices.ContainsFunc(out, func(o report) bool { return o.path == r.path }) {
			return nil, usagef("--report: %s is named twice", name)
		}
		out = append(out, r)
	}
	return out, nil
}

// validateReports refuses, before anything is judged, what could not be written
// afterwards.
func (a *app) validateReports(given []string) error {
	reports, err := a.parseReports(given)
	if err != nil {
		return err
	}
	for _, r := range reports {
		dir := filepath.Dir(r.path)
		if info, err := os.Stat(dir); err != nil || !info.IsDir() {
			return &usageError{err: fault.Errorf("--report %s=%s: there is no folder %s", r.kind, r.name, dir), hint: "mkdir -p " + dir}
		}
		info, err := os.Stat(r.path)
		if err == nil && !info.Mode().IsRegular() {
			return usagef("--report %s=%s: it is there and is no regular file", r.kind, r.name)
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return usagef("--report %s=%s: %v", r.kind, r.name, err)
		}
	}
	return nil
}

// writeReports renders all reports before it writes the first one.
func (a *app) writeReports(given []string, c *checked, code int) error {
	reports, err := a.parseReports(given)
	if err != nil {
		return err
	}
	texts := make([][]byte, len(reports))
	for i, r := range reports {
		if texts[i], err = a.renderReport(r.kind, c, code); err != nil {
			return fault.Errorf("render the %s report: %w", r.kind, err)
		}
		texts[i] = []byte(a.redact.text(string(texts[i])))
	}
	for i, r := range reports {
		var err error
		if r.appended {
			err = appendTo(r.path, texts[i])
		} else {
			err = disk.WriteFile(r.path, texts[i], 0o644) // the next step of a CI may run as another user
		}
		if err != nil {
			return fault.Errorf("write the %s report: %w", r.kind, err)
		}
	}
	return nil
}

func (a *app) renderReport(kind string, c *checked, code int) ([]byte, error) {
	switch kind {
	case "markdown":
		return markdownOf(c), nil
	case "sarif":
		return sarifOf(c, code)
	}
	plain, err := project(c, nil)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = writeJSON(&b, plain, true)
	return b.Bytes(), err
}

func appendTo(path string, text []byte) error {
	f, err := os.OpenFile(filepath.Clean(path), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(append(text, '\n'))
	return fault.Join(err, f.Close())
}

func registerReports(cmd *cobra.Command) {
	_ = cmd.RegisterFlagCompletionFunc("report", func(_ *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
		if strings.Contains(typed, "=") {
			return nil, cobra.ShellCompDirectiveDefault
		}
		var out []string
		for _, k := range reportKinds() {
			out = append(out, k+"=")
		}
		return out, cobra.ShellCompDirectiveNoSpace | cobra.ShellCompDirectiveNoFileComp
	})
}
