package guideline

import (
	"path"
	"slices"
	"strings"
)

// target reads the recipe of a target of make.
func (c *caller) target(step Step, name string) (Step, bool) {
	if strings.HasPrefix(name, "-") || strings.Contains(name, "=") || !judging(name) {
		return Step{}, false
	}
	for _, file := range []string{"GNUmakefile", "Makefile", "makefile"} {
		text, at, ok := c.readScript(step.dir, file)
		if !ok {
			continue
		}
		line, recipe := recipeOf(text, name)
		if recipe == "" {
			return Step{}, false
		}
		s := scriptStep(c.root.source(KindWorkflow, at), step, recipe, line)
		return s, true
	}
	return Step{}, false
}

// recipeOf finds the recipe of a target, and the line on which it begins. What
// make would write otherwise ("@", "$$") is written as the shell sees it.
func recipeOf(makefile, target string) (int, string) {
	lines := strings.Split(makefile, "\n")
	for i, l := range lines {
		names, _, ok := strings.Cut(l, ":")
		if !ok || strings.HasPrefix(l, "\t") || strings.HasPrefix(l, ".PHONY") || !slices.Contains(strings.Fields(names), target) {
			continue
		}
		var recipe []string
		for _, r := range lines[i+1:] {
			command, isRecipe := strings.CutPrefix(r, "\t")
			if !isRecipe {
				break
			}
			recipe = append(recipe, strings.ReplaceAll(strings.TrimLeft(command, "@-+"), "$$", "$"))
		}
		if recipe != nil {
			return i + 2, strings.Join(recipe, "\n")
		}
	}
	return 0, ""
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
