package guideline

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/isrc-dev/isrc/internal/lazy"
)

// maxNeeded is how many targets that a target needs are read with it.
const maxNeeded = 6

// target reads the recipe of a target of make, and those of the targets that it
// needs.
func (c *caller) target(step Step, name string) []Step {
	if strings.HasPrefix(name, "-") || strings.Contains(name, "=") || !judging(name) {
		return nil
	}
	for _, file := range []string{"GNUmakefile", "Makefile", "makefile"} {
		text, at, ok := c.readScript(step.dir, file)
		if !ok {
			continue
		}
		var out []Step
		line, recipe, needs := recipeOf(text, name)
		for _, n := range needs[:min(len(needs), maxNeeded)] {
			if l, r, _ := recipeOf(text, n); r != "" {
				out = append(out, scriptStep(c.root.source(KindWorkflow, at), step, r, l))
			}
		}
		if recipe != "" {
			out = append(out, scriptStep(c.root.source(KindWorkflow, at), step, recipe, line))
		}
		return out
	}
	return nil
}

// recipeOf finds the recipe of a target, the line on which it begins, and what
// the target needs. What make would write otherwise ("@", "$$") is written as
// the shell sees it.
func recipeOf(makefile, target string) (int, string, []string) {
	lines := strings.Split(makefile, "\n")
	var needs []string
	vars := makeVariables(makefile)
	for i, l := range lines {
		names, rest, ok := strings.Cut(l, ":")
		if !ok || strings.HasPrefix(l, "\t") || strings.HasPrefix(l, ".PHONY") || strings.HasPrefix(rest, "=") || !slices.Contains(strings.Fields(names), target) {
			continue
		}
		rest, _, _ = strings.Cut(rest, "#")
		needs = append(needs, strings.Fields(strings.TrimPrefix(rest, ":"))...)
		var recipe []string
		for _, r := range lines[i+1:] {
			command, isRecipe := strings.CutPrefix(r, "\t")
			if !isRecipe {
				break
			}
			recipe = append(recipe, strings.ReplaceAll(expanded(vars, strings.TrimLeft(command, "@-+")), "$$", "$"))
		}
		if recipe != nil {
			return i + 2, strings.Join(recipe, "\n"), needs
		}
	}
	return 0, "", needs
}

type makePatterns struct{ use, set *regexp.Regexp }

var makePattern = lazy.Value(func() *makePatterns {
	return &makePatterns{
		use: regexp.MustCompile(`\$[({]([A-Za-z_]\w*)[)}]`),
		set: regexp.MustCompile(`(?m)^([A-Za-z_]\w*)[ \t]*[:?]?=[ \t]*([^\n#]{1,200}?)[ \t]*$`),
	}
})

// makeVariables are the variables that a Makefile sets to plain words.
func makeVariables(makefile string) map[string]string {
	out := map[string]string{"CURDIR": "."}
	for _, m := range makePattern().set.FindAllStringSubmatch(makefile, 200) {
		if !strings.Contains(m[2], "$(shell") {
			out[m[1]] = m[2]
		}
	}
	return out
}

// maxNested is how many variables may stand within each other.
const maxNested = 4

// expanded writes the values of variables into a line; what is computed stays as
// it is.
func expanded(vars map[string]string, line string) string {
	for range maxNested {
		if len(line) > 2000 || !strings.Contains(line, "$") {
			break
		}
		line = makePattern().use.ReplaceAllStringFunc(line, func(m string) string {
			if value, ok := vars[m[2:len(m)-1]]; ok {
				return value
			}
			return m
		})
	}
	return line
}

// packageScript reads a script of package.json.
func (c *caller) packageScript(step Step, name string) (Step, bool) {
	if !judging(name) {
		return Step{}, false
	}
	text, at, ok := c.readScript(step.dir, "package.json")
	if !ok {
		return Step{}, false
	}
	key := path.Join(at, name)
	v, known := c.packages[key]
	if !known {
		root, err := ParseScript([]byte(text))
		if err == nil {
			v = root.At("scripts", name)
		}
		c.packages[key] = v
	}
	if v.Kind != KindString {
		return Step{}, false
	}
	return scriptStep(c.root.source(KindWorkflow, at), step, v.Text, v.Line), true
}
