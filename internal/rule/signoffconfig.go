package rule

import (
	"regexp"
	"strings"
	"sync"

	"github.com/isrc-dev/isrc/internal/guideline"
)

// toolRuns knows how workflows run the tools whose configurations can ask for
// something of commits.
var toolRuns = sync.OnceValue(func() map[string]*regexp.Regexp {
	re := func(name string) *regexp.Regexp {
		return regexp.MustCompile(`(?im)(^|[\s;&|(/"'])` + name + `(["'@:]|\s+[a-z-]|$)`)
	}
	return map[string]*regexp.Regexp{
		guideline.ToolConform:    re(`conform`),
		guideline.ToolGitlint:    re(`gitlint`),
		guideline.ToolCommitlint: re(`commitlint`),
		guideline.ToolCommitted:  re(`committed`),
	}
})

// runsTool finds the steps that run a tool on the commits of a pull request.
func runsTool(set *Reading, tool string) []guideline.Gate {
	re := toolRuns()[tool]
	var out []guideline.Gate
	for _, g := range set.Gates() {
		uses := strings.ToLower(g.Step.Uses)
		action := uses != "" && strings.Contains(uses, tool)
		script := re.MatchString(g.Step.Run) && !onlyInstalls(g.Step.Run, re) && !set.looksAt(g.Step, lookTitle)
		if action || script {
			out = append(out, g)
		}
	}
	return out
}

func onlyInstalls(script string, tool *regexp.Regexp) bool {
	for _, line := range strings.Split(script, "\n") {
		if tool.MatchString(line) && !strings.Contains(line, "install") && !strings.Contains(line, " add ") && !strings.Contains(line, "go get") {
			return false
		}
	}
	return true
}

// fromTool makes requirements of what a configuration asks of commits: as firm
// as whoever runs the tool makes it. Where nobody is seen to, history that does
// otherwise shows that it binds nobody; obeyed judges a merged message, and nil
// says that history cannot tell.
func fromTool(set *Reading, c *guideline.Config, line int, words, text string, params any, obeyed func(string) bool) []Requirement {
	req := fromConfig(c, line, words, text, params)
	runs := runsTool(set, c.Tool)
	if len(runs) == 0 {
		if obeyed == nil {
			req.Strength = Should
		} else if _, agrees := history(set, obeyed); len(set.History) >= minHistory && !agrees {
			req.Strength = Should
		}
		return []Requirement{req}
	}
	req.Strength = May
	var out []Requirement
	for _, g := range runs {
		run := fromGate(g, 0, "runs "+c.Tool, text, params)
		if stronger(run.Strength, req.Strength) {
			req.Strength = run.Strength
		}
		out = append(out, run)
	}
	return append(out, req)
}

// signOffConfigs reads the tools whose configurations can ask for the line.
func signOffConfigs(set *Reading) []Requirement {
	var out []Requirement
	add := func(c *guideline.Config, line int, words string, d SignOffDialect) []Requirement {
		d.By = c.Source.Path
		return fromTool(set, c, line, words, signOffText, SignOffParams{Dialects: []SignOffDialect{d}}, func(m string) bool {
			return judgeWords(&Commit{Message: m}) == ""
		})
	}
	if c := set.Config(guideline.ToolConform); c != nil {
		for _, policy := range c.Root.At("policies").List {
			if dco := policy.At("spec", "dco"); policy.At("type").Text == "commit" && dco.Bool(false) {
				out = append(out, add(c, dco.Line, "dco: true", SignOffDialect{Name: dialectConform})...)
			}
		}
	}
	if c := set.Config(guideline.ToolGitlint); c != nil {
		if contrib, ok := gitlintSigns(c); ok {
			out = append(out, add(c, contrib.Line, "contrib="+contrib.Text, SignOffDialect{Name: dialectGitlint, Leaves: readGitlintLeaves(c)})...)
		}
	}
	c := set.Config(guideline.ToolCommitlint)
	if c == nil {
		return out
	}
	for _, name := range []string{"signed-off-by", "trailer-exists"} {
		r, why := readLintRule(name, c.Root.At("rules", name))
		if why != "" || r.Level <= 0 || r.Never || !strings.HasPrefix(strings.ToLower(r.Text), "signed-off-by") {
			continue
		}
		d := SignOffDialect{Name: dialectLastLine, Pattern: r.Text, All: !c.Root.At("defaultIgnores").Bool(true)}
		if name == "trailer-exists" {
			d.Name = dialectTrailer
		}
		reqs := add(c, r.Line, name, d)
		for i := range reqs {
			if r.Level == 1 {
				reqs[i].Strength, reqs[i].Enforcer.Blocking = Should, false
			}
		}
		out = append(out, reqs...)
	}
	return out
}

// gitlintSigns tells whether the contributed rule is switched on, and not
// ignored at once.
func gitlintSigns(c *guideline.Config) (guideline.Value, bool) {
	contrib := c.Root.At("general", "contrib")
	return contrib, gitlintNames(contrib) && !gitlintNames(c.Root.At("general", "ignore"))
}

func gitlintNames(list guideline.Value) bool {
	for _, name := range strings.Split(list.Text, ",") {
		if n := strings.TrimSpace(name); n == "CC1" || n == "contrib-body-requires-signed-off-by" {
			return true
		}
	}
	return false
}

// readGitlintLeaves are the kinds of messages that gitlint leaves alone.
func readGitlintLeaves(c *guideline.Config) []string {
	var out []string
	for _, kind := range gitlintLeaves() {
		v := strings.ToLower(c.Root.At("general", "ignore-"+kind+"-commits").Text)
		if v != "false" && v != "no" && v != "0" && v != "off" {
			out = append(out, kind)
		}
	}
	return out
}
