package command

import (
	"os"
	"testing"
)

// wholeCampaign tells whether the tests that try a thing in hundreds of ways do so
// in all of them, as `.ci/run` has it by ISRC_CAMPAIGN=whole, and as tables for the
// documentation need it (-update). Otherwise they take samples: the suite that
// everybody runs has to end within minutes, and what runs at the same time, which
// is what the race detector looks at, does not differ from case to case.
func wholeCampaign() bool {
	return !testing.Short() && !underRace && (*update || os.Getenv("ISRC_CAMPAIGN") == "whole")
}
