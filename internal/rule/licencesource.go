package rule

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/isrc-dev/isrc/internal/guideline"
	"github.com/isrc-dev/isrc/internal/lazy"
)

type licencePatterns struct{ eye, add, reuse, golangci, conform, planned, prose, asks *regexp.Regexp }

var licencePattern = lazy.Value(func() *licencePatterns {
	re := regexp.MustCompile
	return &licencePatterns{
		eye:      re(`(?m)^[^#\n]*\blicense-eye\b[^\n]*\bheader check\b.*$`),
		add:      re(`(?m)^[^#\n]*\baddlicense(?:@\S+)?[ \t]+[^\n]*$`),
		reuse:    re(`(?m)^[^#\n]*\breuse\b[^\n]*\blint\b.*$`),
		golangci: re(`(?m)^[^#\n]*\bgolangci-lint run\b.*$`),
		conform:  re(`(?m)^[^#\n]*\bconform enforce\b.*$`),
		planned:  re(`(?m)^[^#\n]*\bcopywrite(?:@\S+)? headers\b[^\n]*$`),
		prose:    re(`(?i)\b(licen[cs]e|copyright) (header|notice|text|block|comment|boilerplate)s?\b|\bSPDX\b|\bheader\b.{0,30}\blicen[cs]e\b`),
		asks:     re(`(?i)\b(must|should|need|needs|add|include|begin|start|have|contain|require[sd]?|place|put|carry|use)\b`),
	}
})

// licenceRunner is a step that runs a tool, and which action does.
type licenceRunner struct {
	action  func(uses string) bool
	command *regexp.Regexp
}

// asked makes requirements of a tool's configuration, and of the steps that run
// it.
func (r licenceRunner) asked(set *Reading, own []Requirement, p LicenceParams) []Requirement {
	out := own
	for _, g := range set.Gates() {
		if r.action != nil && r.action(strings.ToLower(g.Step.Uses)) {
			out = append(out, fromGate(g, 0, "uses: "+g.Step.Uses, licenceText, p))
		} else if m := r.command.FindStringIndex(g.Step.Run); m != nil {
			line := g.Step.RunLine + strings.Count(g.Step.Run[:m[0]], "\n")
			out = append(out, fromGate(g, line, strings.TrimSpace(g.Step.Run[m[0]:m[1]]), licenceText, p))
		}
	}
	return out
}

func deriveLicence(set *Reading) []Requirement {
	var out []Requirement
	for _, read := range []func(*Reading) []Requirement{licenceEye, licenceConform, licenceGoheader, licenceREUSE, licenceAddlicense, licenceCopywrite, licenceHooks} {
		out = append(out, read(set)...)
	}
	if p, sentences := licenceProse(set); len(sentences) > 0 {
		out = append(out, fromProse(set, sentences, licenceText, p, nil))
	}
	return out
}

func licenceEye(set *Reading) []Requirement {
	c := set.Config(guideline.ToolLicenceEye)
	if c == nil || c.Err != "" {
		return nil
	}
	re := licencePattern()
	run := licenceRunner{func(uses string) bool {
		return uses == "apache/skywalking-eyes" || uses == "apache/skywalking-eyes/header"
	}, re.eye}
	headers := []guideline.Value{c.Root.At("header")}
	if headers[0].Kind == guideline.KindList {
		headers = headers[0].List
	}
	var out []Requirement
	for _, h := range headers {
		if h.Kind != guideline.KindMap {
			continue
		}
		p := LicenceParams{How: headerText, Owner: h.At("license", "copyright-owner").Text, Paths: h.At("paths").Strings(), Ignore: h.At("paths-ignore").Strings()}
		switch license := h.At("license"); {
		case license.At("pattern").Text != "":
			p.How, p.Header = headerPattern, strings.Join(strings.Fields(license.At("pattern").Text), " ")
		case license.At("content").Text != "":
			p.Header = license.At("content").Text
		case license.At("spdx-id").Text == "Apache-2.0":
			p.Header, p.Part = apacheText, true
		default:
			p.How = headerUnread
		}
		out = append(out, run.asked(set, []Requirement{fromLicenceConfig(c, h.Line, "header", p)}, p)...)
	}
	return out
}

// apacheText is how the Apache License, Version 2.0 itself says it is applied;
// who owns the copyright stands before it.
const apacheText = `Licensed under the Apache License, Version 2.0 (the "License");
you may not use this file except in compliance with the License.`

func licenceConform(set *Reading) []Requirement {
	c := set.Config(guideline.ToolConform)
	if c == nil {
		return nil
	}
	var out []Requirement
	for _, policy := range c.Root.At("policies").List {
		spec := policy.At("spec")
		header := spec.At("header")
		if policy.At("type").Text != "license" || header.Text == "" {
			continue
		}
		p := LicenceParams{
			How: headerStart, Header: header.Text, Suffixes: spec.At("includeSuffixes").Strings(), NoSuffixes: spec.At("excludeSuffixes").Strings(),
			Ignore: spec.At("skipPaths").Strings(), Comments: spec.At("allowPrecedingComments").Bool(false),
		}
		if root := path.Clean(textOr(spec.At("root"), ".")); root != "." {
			p.Paths = []string{root}
		}
		run := licenceRunner{func(uses string) bool { return uses == "siderolabs/conform" || uses == "talos-systems/conform" }, licencePattern().conform}
		out = append(out, run.asked(set, []Requirement{fromLicenceConfig(c, header.Line, "header: "+oneLine(header.Text), p)}, p)...)
	}
	return out
}

// licenceGoheader reads golangci-lint's linter goheader, in the layouts of
// version 1 and 2, where it is switched on.
func licenceGoheader(set *Reading) []Requirement {
	c := set.Config(guideline.ToolGolangci)
	if c == nil {
		return nil
	}
	linters := c.Root.At("linters")
	on := slices.Contains(linters.At("enable").Strings(), "goheader") || linters.At("default").Text == "all" || linters.At("enable-all").Bool(false)
	if !on || slices.Contains(linters.At("disable").Strings(), "goheader") {
		return nil
	}
	settings := linters.At("settings", "goheader")
	if settings.Kind == guideline.KindNull {
		settings = c.Root.At("linters-settings", "goheader")
	}
	template := settings.At("template")
	p := LicenceParams{How: headerText, Header: template.Text, Suffixes: []string{".go"}}
	switch t := set.Text(settings.At("template-path").Text); {
	case template.Text != "":
	case t != nil:
		p.Header = t.Text
	case settings.Has("template-path"):
		p.How = headerUnread
	default:
		return nil // without a template it looks at nothing
	}
	for _, name := range settings.At("values", "const").Keys {
		value := settings.At("values", "const", name).Text
		re := regexp.MustCompile(`\{\{\s*` + regexp.QuoteMeta(name) + `\s*\}\}`)
		p.Header = re.ReplaceAllLiteralString(p.Header, value)
	}
	run := licenceRunner{func(uses string) bool { return uses == "golangci/golangci-lint-action" }, licencePattern().golangci}
	return run.asked(set, []Requirement{fromLicenceConfig(c, settings.Line, "goheader", p)}, p)
}

// licenceREUSE: what REUSE.toml covers needs nothing in the file.
func licenceREUSE(set *Reading) []Requirement {
	p := LicenceParams{How: headerREUSE, Ignore: []string{"LICENSES", "LICENSE", "LICENSE.*", "LICENCE", "COPYING", "COPYING.*", "REUSE.toml", ".reuse", "*.license", "*.spdx"}}
	var own []Requirement
	if c := set.Config(guideline.ToolREUSE); c != nil && c.Err == "" {
		for _, a := range c.Root.At("annotations").List {
			p.Ignore = append(p.Ignore, a.At("path").Strings()...)
		}
		own = append(own, fromLicenceConfig(c, 1, "REUSE", p))
	} else if c != nil || set.Has(".", ".reuse/") {
		return nil // which files it covers is not known
	}
	run := licenceRunner{func(uses string) bool { return uses == "fsfe/reuse-action" }, licencePattern().reuse}
	return run.asked(set, own, p)
}

// licenceAddlicense reads the command addlicense, with what it ignores.
func licenceAddlicense(set *Reading) []Requirement {
	var out []Requirement
	for _, g := range set.Gates() {
		m := licencePattern().add.FindStringIndex(g.Step.Run)
		if m == nil || !checksHeaders(g.Step.Run, g.Step.Run[m[0]:m[1]]) {
			continue
		}
		words := strings.TrimSpace(g.Step.Run[m[0]:m[1]])
		p := LicenceParams{How: headerLoose}
		p.Paths, p.Ignore = addlicenseFiles(shellWords(words))
		req := fromGate(g, g.Step.RunLine+strings.Count(g.Step.Run[:m[0]], "\n"), words, licenceText, p)
		if strings.Contains(words, "$") {
			p.Paths, req.Params = nil, LicenceParams{How: headerLoose, Ignore: p.Ignore}
			req.Strength = May // which files it is given is not known
		} else if strings.HasSuffix(words, `\`) || strings.Contains(words, "|") {
			req.Strength = Should // which files it passes over is not all in this line
		}
		out = append(out, req)
	}
	return out
}

// licenceCopywrite reads HashiCorp's tool, which looks as addlicense does, by
// itself or in a script that is given --plan. Without it the tool writes.
func licenceCopywrite(set *Reading) []Requirement {
	p := LicenceParams{How: headerLoose, Ignore: []string{".github/workflows/**", ".github/dependabot.yml", "**/node_modules/**", "**/.terraform.lock.hcl"}}
	known := true
	c := set.Config(guideline.ToolCopywrite)
	if c != nil {
		ignored := c.Root.At("project", "header_ignore")
		p.Ignore = append(p.Ignore, ignored.Strings()...)
		known = c.Err == "" && len(ignored.Strings()) == len(ignored.List) && (ignored.Kind == guideline.KindList || !c.Root.Has("project", "header_ignore"))
	}
	var out []Requirement
	for _, g := range set.Gates() {
		m := licencePattern().planned.FindStringIndex(g.Step.Run)
		if m == nil {
			continue
		}
		words := strings.TrimSpace(g.Step.Run[m[0]:m[1]])
		given := g.Step.Caller != nil && strings.Contains(g.Step.Env["1"].Value, "--plan") && strings.Contains(words, "$")
		if !given && !checksHeaders(g.Step.Run, words) {
			continue
		}
		req := fromGate(g, g.Step.RunLine+strings.Count(g.Step.Run[:m[0]], "\n"), words, licenceText, p)
		if req.Strength == Must && (!known || strings.Contains(words, "--dirPath") || strings.Contains(words, " -d")) {
			req.Strength = Should // which files it passes over is not known
		}
		if c != nil {
			req.Said = append(req.Said, c.Quote(max(1, c.Root.At("project").Line), "configuration of copywrite"))
		}
		out = append(out, req)
	}
	return out
}

// checksHeaders tells whether a script refuses what addlicense would write: by
// its own check, or by looking for a difference afterwards.
func checksHeaders(script, line string) bool {
	return strings.Contains(line, "-check") || strings.Contains(line, "--plan") || strings.Contains(script, "git diff --exit-code") || strings.Contains(script, "git diff --quiet")
}

// addlicenseFiles are the files that a command line of addlicense names, none
// for all, and the patterns that it ignores.
func addlicenseFiles(args []string) (paths, ignore []string) {
	at := slices.IndexFunc(args, func(a string) bool { return strings.Contains(a, "addlicense") })
	for i := at + 1; at >= 0 && i < len(args); i++ {
		name, value, joined := strings.Cut(strings.TrimLeft(args[i], "-"), "=")
		if !strings.HasPrefix(args[i], "-") {
			paths = append(paths, path.Clean(args[i]))
			continue
		}
		takes := slices.Contains([]string{"c", "f", "l", "y", "ignore", "skip"}, name)
		if takes && !joined && i+1 < len(args) {
			i++
			value = args[i]
		}
		switch name {
		case "ignore":
			ignore = append(ignore, value)
		case "skip":
			ignore = append(ignore, "**/*."+value)
		}
	}
	switch {
	case slices.Contains(paths, "."):
		paths = nil
	case slices.Contains(paths, "*"): // as the shell unfolds it
		paths, ignore = nil, append(ignore, ".*", ".*/**")
	}
	return paths, ignore
}

// shellWords splits a command line at blanks that stand in no quotes.
func shellWords(line string) []string {
	var out []string
	var word strings.Builder
	quote, any := rune(0), false
	for _, r := range line + " " {
		switch {
		case quote != 0 && r == quote:
			quote = 0
		case quote == 0 && (r == '"' || r == '\''):
			quote, any = r, true
		case quote == 0 && (r == ' ' || r == '\t'):
			if any {
				out = append(out, word.String())
			}
			word.Reset()
			any = false
		default:
			word.WriteRune(r)
			any = true
		}
	}
	return out
}

func licenceHooks(set *Reading) []Requirement {
	var out []Requirement
	for _, h := range hooksNamed(set, "addlicense", "insert-license", "license-eye", "reuse", "reuse-lint-file") {
		p := LicenceParams{How: headerLoose, Files: h.files}
		switch h.id {
		case "insert-license":
			name, ok := h.option("--license-filepath")
			if !ok {
				name = "LICENSE.txt"
			}
			p.How, p.Code = headerUnread, true
			if t := set.Text(name); t != nil && !t.Cut {
				p.How, p.Header = headerText, t.Text
			}
		case "reuse", "reuse-lint-file", "license-eye":
			continue // their configurations speak for them
		}
		out = append(out, h.asks(set, licenceText, p)...)
	}
	return out
}

// licenceProse finds the sentences that ask for a header, and the header in the
// code block behind them.
func licenceProse(set *Reading) (LicenceParams, []guideline.Sentence) {
	re := licencePattern()
	p := LicenceParams{How: headerText, Code: true}
	sentences := said(set, func(s guideline.Sentence) bool {
		if !re.prose.MatchString(s.Text) || !re.asks.MatchString(s.Text) {
			return false
		}
		text := headerBlock(s)
		if text == "" || p.Header != "" && p.Header != text {
			return false
		}
		p.Header = text
		return true
	})
	return p, sentences
}

// headerBlock is the code block that follows a sentence, when it reads like a
// header; or the SPDX line in the sentence itself.
func headerBlock(s guideline.Sentence) string {
	for _, span := range s.Spans {
		if _, id, ok := strings.Cut(span, "SPDX-License-Identifier:"); ok && strings.TrimSpace(id) != "" {
			return strings.TrimSpace(span[strings.Index(span, "SPDX-"):])
		}
	}
	const near = 4 // lines
	for _, b := range s.Document.Blocks {
		if b.Kind != guideline.BlockCode || b.Line < s.EndLine || b.Line > s.EndLine+near {
			continue
		}
		if looseHeader(b.Text) || strings.Contains(strings.ToLower(b.Text), "license") {
			return strings.TrimSpace(b.Text)
		}
	}
	return ""
}
