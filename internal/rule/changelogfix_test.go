package rule

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestNotesGoWhereTheyBelong compares the changelog before and after.
func TestNotesGoWhereTheyBelong(t *testing.T) {
	t.Parallel()
	fix := note{kind: "fix", text: "reject empty tokens"}
	for name, c := range map[string]struct {
		note          note
		before, after string
	}{
		"behind the section's last item": {
			fix, "# Log\n\n## [Unreleased]\n\n### Added\n\n- A.\n\n### Fixed\n\n- B\n  goes on.\n\n## [1.0]\n\n### Fixed\n\n- C.\n",
			"# Log\n\n## [Unreleased]\n\n### Added\n\n- A.\n\n### Fixed\n\n- B\n  goes on.\n- Reject empty tokens.\n\n## [1.0]\n\n### Fixed\n\n- C.\n",
		},
		"in a section that is empty": {
			fix, "## Unreleased\n### Fixed\n\n## 1.0\n- C\n", "## Unreleased\n### Fixed\n\n- Reject empty tokens\n\n## 1.0\n- C\n",
		},
		"in a section of its own": {
			fix, "## [Unreleased]\n\n### Added\n\n- A\n", "## [Unreleased]\n\n### Fixed\n\n- Reject empty tokens\n\n### Added\n\n- A\n",
		},
		"in a list without sections": {
			note{kind: "feat", text: "read settings"}, "# Changes\n\n## Next\n\n* A.\n* B.\n\n## 1\n", "# Changes\n\n## Next\n\n* A.\n* B.\n* Read settings.\n\n## 1\n",
		},
		"under an empty heading": {
			note{text: "Remove the cache"}, "# Log\n\n## Unreleased\n", "# Log\n\n## Unreleased\n\n### Removed\n\n- Remove the cache\n",
		},
		"nowhere without such a heading": {fix, "# Log\n\n## 1.0\n\n- A\n", ""},
	} {
		after, lines, ok := changelogPlace(c.before, c.note)
		got := ""
		if ok {
			all := strings.SplitAfter(c.before, "\n")
			got = strings.Join(all[:after], "") + strings.Join(lines, "\n") + "\n" + strings.Join(all[after:], "")
		}
		if d := cmp.Diff(c.after, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
	}
}
