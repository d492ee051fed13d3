package term

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestHelpFitsTheTerminal(t *testing.T) {
	t.Parallel()
	const flags = "Flags:\n      --base BRANCH   the BRANCH of the repository that it goes to\n  -y, --yes           do not ask"
	for name, c := range map[string]struct {
		width int
		text  string
		want  string
	}{
		"wide enough":          {80, flags, flags},
		"the second column":    {48, flags, "Flags:\n      --base BRANCH   the BRANCH of the\n                      repository that it goes to\n  -y, --yes           do not ask"},
		"no room for a second": {40, flags, "Flags:\n      --base BRANCH\n          the BRANCH of the repository\n          that it goes to\n  -y, --yes           do not ask"},
		"one column":           {20, "  what each of them is for", "  what each of them\n  is for"},
		"a paragraph":          {30, "Contribute looks up who you are to a\nrepository and\nmore.\n\n  a table  stays", "Contribute looks up who you\nare to a repository and more.\n\n  a table  stays"},
	} {
		t.Run(name, func(t *testing.T) {
			s := &Streams{OutTTY: true, Width: c.width}
			if diff := cmp.Diff(c.want, s.Reflow(c.text)); diff != "" {
				t.Error(diff)
			}
			if got := (&Streams{Width: c.width}).Reflow(c.text); got != c.text {
				t.Errorf("away from a terminal it becomes %q", got)
			}
		})
	}
}
