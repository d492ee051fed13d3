package command

import (
	"fmt"
	"io"
	"strings"

	"github.com/isrc-dev/isrc/internal/term"
)

// annotate writes findings as workflow commands, which GitHub's runner turns
// into annotations of the job and of the lines in question. What must hold comes
// first: a step shows ten of a kind and no more.
func annotate(w io.Writer, c *checked, strict bool) error {
	for _, f := range byStrength(c.Findings) {
		level := annotationLevel(f, strict)
		if level == "" {
			continue
		}
		for _, line := range annotations(f, level) {
			if _, err := fmt.Fprintln(w, line); err != nil {
				return err
			}
		}
	}
	return nil
}

// annotationLevel is the firmness of a finding in GitHub's words, "" for what
// needs no annotation.
func annotationLevel(f finding, strict bool) string {
	switch {
	case f.Verdict == "unknown" && strict:
		return "error"
	case f.Verdict == "unknown":
		return "notice"
	case f.Verdict != "broken":
		return ""
	case f.Strength == "must" || strict && f.Strength == "should":
		return "error"
	case f.Strength == "should":
		return "warning"
	}
	return "notice"
}

// maxAnnotated is how many lines of files one finding annotates.
const maxAnnotated = 10

// annotations has one command for each line of a file, and one for a finding
// that is not about files.
func annotations(f finding, level string) []string {
	title := fmt.Sprintf("%s (%s)", f.Rule, f.Strength)
	text := annotationText(f)
	var out []string
	for _, at := range f.At {
		if at.Path == nil || len(out) == maxAnnotated {
			continue
		}
		where := "file=" + commandProperty(term.Line(*at.Path))
		if at.Line != nil {
			where += fmt.Sprintf(",line=%d", *at.Line)
		}
		out = append(out, fmt.Sprintf("::%s %s,title=%s::%s", level, where, commandProperty(title), commandData(text)))
	}
	if len(out) == 0 {
		out = append(out, fmt.Sprintf("::%s title=%s::%s", level, commandProperty(title), commandData(text)))
	}
	return out
}

func annotationText(f finding) string {
	lines := []string{firstOf(f.Message, f.Text)}
	if isGate(&f) && !strings.Contains(f.Message, f.Text) {
		lines[0] = f.Text + ": " + lines[0]
	}
	for i, at := range f.At {
		if at.Path != nil {
			continue
		}
		if i == 5 {
			lines = append(lines, fmt.Sprintf("and %d more", len(f.At)-5))
			break
		}
		if text := locationText(at); text != "" {
			lines = append(lines, text)
		}
	}
	for i, q := range citable(f.Requirement) {
		if i < 2 {
			lines = append(lines, citation(q))
		}
	}
	if f.Requirement.Enforcer != nil {
		lines = append(lines, "enforced by "+*f.Requirement.Enforcer)
	}
	if f.Fix != nil && f.Fix.Refused == nil && f.Verdict == "broken" {
		lines = append(lines, "mend: "+f.Fix.Command)
	}
	for i, l := range lines {
		lines[i] = term.Line(l)
	}
	return strings.Join(lines, "\n")
}

// commandData escapes the text of a workflow command as the runner reads it.
func commandData(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(s)
}

// commandProperty escapes a value between the colons of a workflow command.
func commandProperty(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C").Replace(s)
}
