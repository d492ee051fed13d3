package command

import (
	"os"
	"strings"
	"testing"
)

// wholeCampaign tells whether a test that tries a thing in hundreds of ways does so
// in all of them, as `.ci/run` has it by ISRC_CAMPAIGN=whole, and as tables for the
// documentation need it (-update). Otherwise it takes a sample: the suite that
// everybody runs has to end within minutes, and what runs at the same time, which
// is what the race detector looks at, does not differ from case to case.
//
// `.ci/run` finds such tests by their names, which begin with TestCampaign.
func wholeCampaign(t *testing.T) bool {
	t.Helper()
	if !strings.HasPrefix(t.Name(), "TestCampaign") {
		t.Fatalf("%s is a campaign by another name: `.ci/run` would never run it whole", t.Name())
	}
	return !testing.Short() && !underRace && (*update || os.Getenv("ISRC_CAMPAIGN") == "whole")
}
