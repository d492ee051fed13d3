package catalog

import (
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/lazy"
)

// Bounds on what is read of one issue.
const (
	mostHelpWanted = 200      // issues of one repository
	mostIssueBody  = 16 << 10 // bytes of an issue's text
	mostSkills     = 20       // of one issue
)

// HelpWantedOf are the open issues whose labels ask for help, in their order.
// Skills, size and hours are what labels and the issue's text state; nothing is
// derived from the repository.
func HelpWantedOf(issues []forge.Issue) []HelpWanted {
	var out []HelpWanted
	for i := range issues {
		issue := &issues[i]
		if issue.IsPull || issue.State == "closed" || len(out) == mostHelpWanted {
			continue
		}
		if h, ok := helpWanted(issue); ok {
			out = append(out, h)
		}
	}
	return out
}

func helpWanted(issue *forge.Issue) (HelpWanted, bool) {
	h := HelpWanted{
		Number: issue.Number, Title: issue.Title, URL: issue.URL, Labels: issue.Labels,
		Taken: len(issue.Assignees) > 0, CreatedAt: issue.CreatedAt.UTC(),
	}
	asks := false
	for _, label := range issue.Labels {
		help, newcomer := forge.AsksForHelp(label)
		h.Newcomer = h.Newcomer || newcomer || forge.LabelIsOneOf(label, easyLabels())
		asks = asks || help
		if forge.LabelIsOneOf(label, takenLabels()) {
			h.Taken = true
		}
		h.state(label)
	}
	if !asks {
		return h, false
	}
	h.read(issue.Body)
	return h, true
}

// easyLabels say that an issue is easy, but not that help is wanted with it.
func easyLabels() []string {
	return []string{"beginner", "beginners", "newcomer", "newbie", "starter", "easy", "easy fix", "easyfix", "entry level", "onboarding", "trivial", "junior"}
}

func takenLabels() []string {
	return []string{"taken", "claimed", "in progress", "wip", "assigned", "work in progress", "being worked on"}
}

type issuePatterns struct{ skill, size, sized, bodySkills, bodySize, duration *regexp.Regexp }

var issuePattern = lazy.Value(func() *issuePatterns {
	re := func(s string) *regexp.Regexp { return regexp.MustCompile(`(?i)` + s) }
	return &issuePatterns{
		skill: re(`^\W{0,4}(?:skills?|lang(?:uage)?|tech(?:nology)?|stack)\s*[:/=]\s*(\S.{0,60})$`),
		size:  re(`^\W{0,4}(size|effort|estimated?|estimation|est|time|duration|hours|t-?shirt(?: size)?|complexity)\s*[:/= _-]\s*(\S.{0,30})$`),
		// a size that stands alone
		sized:      re(`^(?:xxs|xs|xl|xxl|xxxl|\d{1,3}\s?(?:h|hrs?|hours?|d|days?|weeks?))$`),
		bodySkills: re(`^[\s>*_#-]*(?:required |needed |useful )?skills?(?: (?:required|needed|wanted))?[\s*_]*:[\s*_]*(\S.{0,300})$`),
		bodySize:   re(`^[\s>*_#-]*(?:size|effort|estimated? ?(?:effort|time|size|duration|hours)?|estimation|time ?(?:estimate|needed|required|commitment))[\s*_]*:[\s*_]*(\S.{0,60})$`),
		duration:   re(`(?:^|[^\w.,])(?:(\d{1,4}(?:[.,]\d{1,2})?)\s*(?:-|–|to|bis)\s*)?(\d{1,4}(?:[.,]\d{1,2})?|an?|one|two|three|four|five|half an?|half a)\s*-?\s*(minutes?|mins?|hours?|hrs?|h|(?:business |working |person[- ])?days?|d|pd|weeks?|wks?|w)\b`),
	}
})

// state takes what a label states of skills and size.
func (h *HelpWanted) state(label string) {
	label = strings.TrimSpace(forge.WithoutShortcodes(label))
	if len(label) > 100 {
		return
	}
	p := issuePattern()
	if m := p.skill.FindStringSubmatch(label); m != nil {
		h.addSkills(m[1])
		return
	}
	if m := p.size.FindStringSubmatch(label); m != nil {
		if text := m[2]; strings.EqualFold(m[1], "hours") && strings.Trim(text, "0123456789.") == "" {
			h.sized(text + " hours")
		} else {
			h.sized(text)
		}
	} else if p.sized.MatchString(label) {
		h.sized(label)
	}
}

// read takes what the text of an issue states, in front matter or on lines of
// their own: "Skills: Go, SQL", "Estimate: 4 hours", or the heading "Skills"
// with a list below it.
func (h *HelpWanted) read(body string) {
	body = body[:min(len(body), mostIssueBody)]
	p := issuePattern()
	under, fence := "", false
	for line := range strings.Lines(body) {
		line = strings.TrimSpace(line)
		if fenceOf(line) != "" {
			fence = !fence
			continue
		}
		if fence || len(line) > 400 || line == "" {
			continue
		}
		if m := p.bodySkills.FindStringSubmatch(line); m != nil {
			h.addSkills(m[1])
			under = ""
			continue
		}
		if m := p.bodySize.FindStringSubmatch(line); m != nil {
			h.sized(m[1])
			under = ""
			continue
		}
		if title, ok := issueHeading(line); ok {
			under = title
			continue
		}
		switch under {
		case "skills":
			h.addSkills(strings.TrimLeft(line, "-*+ "))
		case "size":
			h.sized(strings.TrimLeft(line, "-*+ "))
			under = ""
		}
	}
}

// issueHeading tells what stands below a heading of an issue, as issue forms
// write it: the skills, the size, or something else.
func issueHeading(line string) (under string, ok bool) {
	title := strings.TrimLeft(line, "#")
	bare := strings.HasSuffix(line, ":") && len(line) < 40 && !strings.HasPrefix(line, "-")
	if title == line && !bare {
		return "", false
	}
	switch strings.ToLower(strings.Trim(title, " :*_")) {
	case "skill", "skills", "required skills", "skills required", "skills needed", "needed skills", "useful skills":
		return "skills", true
	case "size", "effort", "estimate", "estimated effort", "estimated time", "time estimate", "estimation", "duration":
		return "size", true
	}
	return "", true
}

// addSkills takes a list of skills apart at commas and the like. What is a
// sentence is none.
func (h *HelpWanted) addSkills(list string) {
	list = strings.NewReplacer("[", "", "]", "", `"`, "", "`", "", "*", "", " and ", ",", " or ", ",", ";", ",", " / ", ",", "|", ",", "•", ",").Replace(list)
	for skill := range strings.SplitSeq(list, ",") {
		skill = strings.Trim(strings.TrimSpace(skill), "_'.")
		if skill == "" || len(skill) > 40 || strings.Count(skill, " ") > 3 || len(h.Skills) >= mostSkills || isNothing(skill) {
			continue
		}
		if !slices.ContainsFunc(h.Skills, func(s string) bool { return strings.EqualFold(s, skill) }) {
			h.Skills = append(h.Skills, skill)
		}
	}
}

func isNothing(s string) bool {
	switch strings.ToLower(strings.Trim(s, " _.-")) {
	case "", "none", "no", "n/a", "na", "tbd", "tba", "todo", "?", "no response", "unknown", "any":
		return true
	}
	return false
}

// sized takes an estimate. The first one counts: labels are read before the
// text.
func (h *HelpWanted) sized(text string) {
	text = strings.Trim(strings.TrimSpace(text), "*_`\"'")
	if isNothing(text) || h.Size != "" {
		return
	}
	hours := hoursOf(text)
	short := strings.ToUpper(strings.TrimSpace(text))
	if hours == nil && !slices.Contains([]string{"XXS", "XS", "S", "M", "L", "XL", "XXL", "XXXL", "TINY", "SMALL", "MEDIUM", "LARGE", "HUGE", "LOW", "HIGH", "EASY", "HARD"}, short) && (len(short) > 2 || strings.Trim(short, "0123456789") != "") {
		return // no size: "size: bundle"
	}
	h.Size, h.Hours = clip(text, 40), hours
}

// hoursOf is how many working hours a duration means; of a range the longer
// end, since nobody is glad when it takes longer. A day has 8, a week 40.
func hoursOf(text string) *float64 {
	m := issuePattern().duration.FindStringSubmatch(" " + text)
	if m == nil {
		return nil
	}
	n, ok := map[string]float64{"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "half a": 0.5, "half an": 0.5}[strings.ToLower(m[2])]
	if !ok {
		v, err := strconv.ParseFloat(strings.ReplaceAll(m[2], ",", "."), 64)
		if err != nil {
			return nil
		}
		n = v
	}
	switch unit := strings.ToLower(m[3]); {
	case strings.HasPrefix(unit, "min"):
		n /= 60
	case strings.HasPrefix(unit, "h"):
	case strings.HasPrefix(unit, "w") && unit != "working days" && unit != "working day":
		n *= 40
	default:
		n *= 8
	}
	if n <= 0 || n > 10_000 {
		return nil
	}
	n = math.Round(n*100) / 100
	return &n
}
