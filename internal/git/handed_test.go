package git

import (
	"strings"
	"testing"
)

func TestOnlyCommandsThatRunNothingInheritCredentials(t *testing.T) {
	t.Parallel()
	for args, want := range map[string]bool{
		"ls-remote -- https://h/x.git":                            true,
		"fetch --progress origin":                                 true,
		"-c gc.auto=0 -c maintenance.auto=false fetch --progress": true,
		"clone --progress --no-checkout -- https://h/x.git into":  true,
		"clone --progress -- https://h/x.git into":                false, // checks out
		"push --quiet -- origin a:b":                              false,
		"-c gc.auto=0 checkout --force":                           false,
		"-c fetch":                                                false,
		"":                                                        false,
	} {
		if got := runsNothing(strings.Fields(args)); got != want {
			t.Errorf("git %s: got %v, want %v", args, got, want)
		}
	}
}
