package rule

import (
	"strings"
	"testing"
	"time"
)

// TestHeadersOfFixesAreWhatTheToolWants writes what a fix writes into files of
// several languages, which then have what was missing.
func TestHeadersOfFixesAreWhatTheToolWants(t *testing.T) {
	t.Parallel()
	p := LicenceParams{How: headerText, Header: "Copyright {{ YEAR }} [owner]\n\nSPDX-License-Identifier: MIT\n", Owner: "acme"}
	for name, c := range map[string]struct{ before, after string }{
		"a.go":   {"package a\n", "// Copyright 2023 acme\n//\n// SPDX-License-Identifier: MIT\n\npackage a\n"},
		"a.sh":   {"#!/bin/sh\necho\n", "#!/bin/sh\n# Copyright 2023 acme\n#\n# SPDX-License-Identifier: MIT\n\necho\n"},
		"a.py":   {"#!/usr/bin/python\n# -*- coding: utf-8 -*-\nimport os\n", "#!/usr/bin/python\n# -*- coding: utf-8 -*-\n# Copyright 2023 acme\n#\n# SPDX-License-Identifier: MIT\n\nimport os\n"},
		"a.css":  {"a {}\n", "/*\n * Copyright 2023 acme\n *\n * SPDX-License-Identifier: MIT\n */\n\na {}\n"},
		"a.html": {"<!DOCTYPE html>\n<p>\n", "<!DOCTYPE html>\n<!--\n  Copyright 2023 acme\n\n  SPDX-License-Identifier: MIT\n-->\n\n<p>\n"},
		"a.xml":  {"<?xml version=\"1.0\"?>\n<a/>\n", "<?xml version=\"1.0\"?>\n<!--\n  Copyright 2023 acme\n\n  SPDX-License-Identifier: MIT\n-->\n\n<a/>\n"},
		"a.sql":  {"select 1;\n", "-- Copyright 2023 acme\n--\n-- SPDX-License-Identifier: MIT\n\nselect 1;\n"},
	} {
		change := &Change{
			Commits: []Commit{{Parents: 1, Message: "x", When: time.Unix(1_700_000_000, 0)}},
			Files:   []File{{Path: name, Status: Added, Size: 9, Head: c.before}},
		}
		got := checkLicence(Requirement{Params: p}, change)
		if got[0].Verdict != Broken || got[0].Fix == nil {
			t.Errorf("%s: got %+v, want a fix", name, got)
			continue
		}
		edit := got[0].Fix.Params.(WriteFiles).Files[0]
		lines := strings.SplitAfter(c.before, "\n")
		after := strings.Join(lines[:edit.After], "") + edit.Text + strings.Join(lines[edit.After:], "")
		if after != c.after {
			t.Errorf("%s becomes:\n%s", name, after)
		}
		change.Files[0].Head = after
		if got := checkLicence(Requirement{Params: p}, change); got[0].Verdict != Met {
			t.Errorf("%s: mended, it is still %+v", name, got)
		}
	}
}

// A header whose words are not all known, or that is written for another
// language, is not written.
func TestHeadersThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	for name, p := range map[string]LicenceParams{
		"an owner who is not known": {How: headerText, Header: "Copyright {{ YEAR }} [owner]"},
		"a part of the text":        {How: headerText, Header: apacheText, Part: true},
		"a pattern":                 {How: headerPattern, Header: `Copyright \d+`},
		"another language":          {How: headerText, Header: "# Copyright 2020 acme"},
	} {
		change := &Change{Commits: []Commit{{When: time.Unix(1_700_000_000, 0)}}, Files: []File{{Path: "a.go", Status: Added, Size: 9, Head: "package a\n"}}}
		if got := checkLicence(Requirement{Params: p}, change); got[0].Verdict != Broken || got[0].Fix != nil {
			t.Errorf("%s: got %+v", name, got[0])
		}
	}
}
