package command

import (
	"io"
	"os"
	"strings"

	"github.com/spf13/pflag"

	"github.com/isrc-dev/isrc/internal/contribute"
	"github.com/isrc-dev/isrc/internal/fault"
)

// textOptions are the words of a pull request or of an issue.
type textOptions struct {
	title    string
	bodyFile string
	sections []string
	ticks    []string
}

// flags says of what the title is, and what a part of its form is called.
func (o *textOptions) flags(f *pflag.FlagSet, of, part string) {
	f.StringVarP(&o.title, "title", "t", "", "`TITLE` "+of)
	f.StringVar(&o.bodyFile, "body-file", "", "read the body from `FILE`, - for standard input")
	f.StringArrayVar(&o.sections, "section", nil, "fill a "+part+": `HEADING=FILE`, or HEADING=- for standard input")
	f.StringArrayVar(&o.ticks, "tick", nil, "tick the box with this `TEXT`: you answer for what it says")
}

// readTexts reads the files that the words are in. Without one for the body it is
// nil.
func (a *app) readTexts(o *textOptions) (body *string, sections map[string]string, err error) {
	if o.bodyFile != "" {
		text, err := a.readText(o.bodyFile)
		if err != nil {
			return nil, nil, fault.Errorf("--body-file: %w", err)
		}
		body = &text
	}
	sections = map[string]string{}
	for _, s := range o.sections {
		heading, file, ok := strings.Cut(s, "=")
		if !ok || heading == "" || file == "" {
			return nil, nil, usagef("--section takes HEADING=FILE, not %q", s)
		}
		text, err := a.readText(file)
		if err != nil {
			return nil, nil, fault.Errorf("--section %s: %w", heading, err)
		}
		sections[heading] = text
	}
	return body, sections, nil
}

func (a *app) submitText(o *submitOptions) (contribute.SubmitOptions, error) {
	body, sections, err := a.readTexts(&o.textOptions)
	return contribute.SubmitOptions{
		Title: o.title, Body: body, Template: o.template, Sections: sections, Ticks: o.ticks, Draft: o.draft,
		Via: contribute.Via(o.via), ForkOrg: o.forkOrg, ForkName: o.forkName, Again: o.again, NoReRequest: o.noAsk,
	}, err
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
