package rule

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/isrc-dev/isrc/internal/guideline"
)

const templateText = `<!-- thank you -->
## What and why (required)

<!-- say it -->

## Type of change

- [ ] Bug fix
- [ ] New feature

## Checklist

<!-- all of it -->
- [ ] All commits are signed off
- [ ] I have read CONTRIBUTING.md

## Notes (optional)
`

func templateOf(text string) guideline.Template {
	return guideline.Template{Name: "x.md", Form: guideline.ParseForm(text)}
}

func TestFillTemplate(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		draft     Draft
		sections  map[string]string
		ticks     []string
		want      string
		unfilled  []string
		unticked  []string
		wantError string
	}{
		"nothing given keeps the template": {
			want:     templateText,
			unfilled: []string{"What and why (required)"},
			unticked: []string{"Bug fix", "New feature", "All commits are signed off", "I have read CONTRIBUTING.md"},
		},
		"the body goes where the template wants a description": {
			draft: Draft{Body: "Tokens live for ever.\n\nNow they do not."}, ticks: []string{"bug fix", "signed off", "I have read CONTRIBUTING.md"},
			want: `<!-- thank you -->
## What and why (required)

Tokens live for ever.

Now they do not.

## Type of change

- [x] Bug fix
- [ ] New feature

## Checklist

<!-- all of it -->
- [x] All commits are signed off
- [x] I have read CONTRIBUTING.md

## Notes (optional)
`,
		},
		"sections by heading, and by a part of it": {
			sections: map[string]string{"what and why": "A.", "Notes": "B.", "checklist": "C."},
			want: `<!-- thank you -->
## What and why (required)

A.

## Type of change

- [ ] Bug fix
- [ ] New feature

## Checklist

C.

- [ ] All commits are signed off
- [ ] I have read CONTRIBUTING.md

## Notes (optional)

B.
`,
			unticked: []string{"Bug fix", "New feature", "All commits are signed off", "I have read CONTRIBUTING.md"},
		},
		"a body beside a given description goes above": {
			draft: Draft{Body: "Hello."}, sections: map[string]string{"what and why": "A."}, ticks: []string{"New feature"},
			want: `Hello.

<!-- thank you -->
## What and why (required)

A.

## Type of change

- [ ] Bug fix
- [x] New feature

## Checklist

<!-- all of it -->
- [ ] All commits are signed off
- [ ] I have read CONTRIBUTING.md

## Notes (optional)
`,
			unticked: []string{"All commits are signed off", "I have read CONTRIBUTING.md"},
		},
		"a body that follows the template is completed": {
			draft: Draft{Body: "## What and why\n\nMine.\n\n## Type of change\n\n- [x] Bug fix\n- [ ] New feature\n"}, ticks: []string{"read contributing"},
			want: `## What and why

Mine.

## Type of change

- [x] Bug fix
- [ ] New feature

## Checklist

<!-- all of it -->
- [ ] All commits are signed off
- [x] I have read CONTRIBUTING.md
`,
			unticked: []string{"All commits are signed off"},
		},
		"no such section":   {sections: map[string]string{"screenshots": "x"}, wantError: `the template has no section "screenshots"; it has "What and why (required)", "Type of change", "Checklist", "Notes (optional)"`},
		"no such box":       {ticks: []string{"docs updated"}, wantError: `the template has no box "docs updated"; it has "Bug fix", "New feature", "All commits are signed off", "I have read CONTRIBUTING.md"`},
		"a box of several":  {ticks: []string{"e"}, wantError: `the template has no box "e"`},
		"an empty tick":     {ticks: []string{" "}, wantError: `the template has no box " "`},
		"an empty section":  {sections: map[string]string{"": "x"}, wantError: `the template has no section ""`},
		"part of a section": {sections: map[string]string{"e": "x"}, wantError: `the template has no section "e"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body, unfilled, unticked, err := FillTemplate(templateOf(templateText), c.draft, c.sections, c.ticks)
			if c.wantError != "" {
				var missing *MissingPartError
				if !errors.As(err, &missing) || !strings.HasPrefix(err.Error(), c.wantError) {
					t.Errorf("error %v, want %s", err, c.wantError)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(c.want, body); d != "" {
				t.Errorf("body (-want +got):\n%s", d)
			}
			var sections, boxes []string
			for _, s := range unfilled {
				sections = append(sections, s.Heading)
			}
			for _, b := range unticked {
				boxes = append(boxes, b.Text)
			}
			if d := cmp.Diff(c.unfilled, sections); d != "" {
				t.Errorf("unfilled (-want +got):\n%s", d)
			}
			if d := cmp.Diff(c.unticked, boxes); d != "" {
				t.Errorf("unticked (-want +got):\n%s", d)
			}
		})
	}
}

// Filling a body again changes nothing: submit may be repeated.
func TestFillTemplateTwice(t *testing.T) {
	t.Parallel()
	once, _, _, err := FillTemplate(templateOf(templateText), Draft{Body: "Tokens live."}, nil, []string{"Bug fix"})
	if err != nil {
		t.Fatal(err)
	}
	twice, _, _, err := FillTemplate(templateOf(templateText), Draft{Body: once}, nil, []string{"Bug fix"})
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(once, twice); d != "" {
		t.Errorf("body (-once +twice):\n%s", d)
	}
}

func TestFillTemplateWithoutHeadings(t *testing.T) {
	t.Parallel()
	body, unfilled, unticked, err := FillTemplate(templateOf("<!-- say it -->\n"), Draft{Body: "It is better."}, nil, nil)
	if err != nil || len(unfilled)+len(unticked) > 0 {
		t.Errorf("open: %v %v, %v", unfilled, unticked, err)
	}
	if want := "It is better.\n\n<!-- say it -->\n"; body != want {
		t.Errorf("body %q, want %q", body, want)
	}
}

func TestVerifiedBoxes(t *testing.T) {
	t.Parallel()
	boxes := []Box{
		{Text: "All commits are signed off (DCO)"}, {Text: "I have signed off my commits", Personal: true},
		{Text: "The title follows Conventional Commits"}, {Text: "An issue is linked"}, {Text: "The branch is rebased"}, {Text: "Docs are updated"},
	}
	got := VerifiedBoxes(boxes, []Finding{
		{Rule: "sign-off", Verdict: Met}, {Rule: "title", Verdict: Met}, {Rule: "title", Verdict: Broken},
		{Rule: "linked-issue", Verdict: Later}, {Rule: "up-to-date", Verdict: Met},
	})
	if d := cmp.Diff([]string{"All commits are signed off (DCO)", "The branch is rebased"}, got); d != "" {
		t.Errorf("verified (-want +got):\n%s", d)
	}
}

func FuzzFillTemplate(f *testing.F) {
	f.Add(templateText, "x", "What", "Bug fix")
	f.Add("# A\n```\n# B\n", "# A\n- [ ] c", "A", "c")
	f.Fuzz(func(t *testing.T, template, body, section, box string) {
		tm := templateOf(template)
		once, _, _, err := FillTemplate(tm, Draft{Body: body}, map[string]string{section: "text"}, []string{box})
		if err == nil && !strings.Contains(strings.ToLower(once), "[x]") {
			t.Errorf("nothing is ticked in %q", once)
		}
	})
}
