package rule

import (
	"testing"

	"github.com/isrc-dev/isrc/internal/guideline"
)

func TestATemplateWithoutHeadingsIsTakenOnce(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"Fixes #\n\n- [ ] I have read it\n", "Thanks! Say what changes.\n"} {
		template := guideline.Template{Form: guideline.ParseForm(text)}
		first, _, _, err := FillTemplate(template, Draft{}, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		again, _, _, err := FillTemplate(template, Draft{Body: first}, nil, nil)
		if err != nil || again != first {
			t.Errorf("got %q (%v), want %q", again, err, first)
		}
	}
}
