package command

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/isrc-dev/isrc/internal/contribute"
)

func (a *app) submitText(o *submitOptions) (contribute.SubmitOptions, error) {
	t := contribute.SubmitOptions{Title: o.title, Template: o.template, Ticks: o.ticks, Draft: o.draft, Via: contribute.Via(o.via), ForkOrg: o.forkOrg, ForkName: o.forkName, Again: o.again, NoReRequest: o.noAsk, Sections: map[string]string{}}
	if o.bodyFile != "" {
		body, err := a.readText(o.bodyFile)
		if err != nil {
			return t, fmt.Errorf("--body-file: %w", err)
		}
		t.Body = &body
	}
	for _, s := range o.sections {
		heading, file, ok := strings.Cut(s, "=")
		if !ok || heading == "" || file == "" {
			return t, usagef("--section takes HEADING=FILE, not %q", s)
		}
		text, err := a.readText(file)
		if err != nil {
			return t, fmt.Errorf("--section %s: %w", heading, err)
		}
		t.Sections[heading] = text
	}
	return t, nil
}

// maxText bounds what is read as a pull request's text; GitHub takes 65,536
// characters.
const maxText = 1 << 20

func (a *app) readText(file string) (string, error) {
	if file == "-" {
		data, err := io.ReadAll(io.LimitReader(a.io.In, maxText))
		return string(data), err
	}
	f, err := os.Open(a.path(file))
	if err != nil {
		return "", &usageError{err: err}
	}
	defer f.Close() //nolint:errcheck // read only
	data, err := io.ReadAll(io.LimitReader(f, maxText))
	return string(data), err
}
