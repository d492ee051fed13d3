package insight

import (
	"strings"
	"testing"
	"time"

	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/manifest"
)

func moment(t *testing.T, s string) time.Time {
	t.Helper()
	at, err := time.Parse("Mon 2006-01-02 15:04", s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func TestASpanEndsOnABusinessDay(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ from, span, want string }{
		{"Mon 2026-03-02 09:00", "2bd", "Wed 2026-03-04 09:00"},
		{"Fri 2026-03-06 15:00", "2bd", "Tue 2026-03-10 15:00"},
		{"Thu 2026-03-05 15:00", "1bd", "Fri 2026-03-06 15:00"},
		{"Sat 2026-03-07 15:00", "1bd", "Tue 2026-03-10 00:00"},
		{"Fri 2026-03-06 15:00", "10bd", "Fri 2026-03-20 15:00"},
		{"Fri 2026-03-06 15:00", "2d", "Sun 2026-03-08 15:00"},
		{"Fri 2026-03-06 15:00", "4h", "Fri 2026-03-06 19:00"},
		{"Fri 2026-03-06 15:00", "1w", "Fri 2026-03-13 15:00"},
	} {
		got, err := Due(moment(t, c.from), c.span)
		if err != nil || !got.Equal(moment(t, c.want)) {
			t.Errorf("%s after %s: got %s, %v, want %s", c.span, c.from, got.Format("Mon 2006-01-02 15:04"), err, c.want)
		}
	}
	for _, bad := range []string{"", "bd", "0bd", "2", "2x", "-1d", "99999999999999999999d"} {
		if at, err := Due(now, bad); err == nil {
			t.Errorf("%q ends at %s", bad, at)
		}
	}
}

func TestWhatADismissedReviewOrALostAccountLeaves(t *testing.T) {
	t.Parallel()
	opened := moment(t, "Mon 2026-02-16 09:00")
	f := forge.Followed{Pull: forge.Pull{Author: author, State: forge.PullOpen, CreatedAt: opened}}
	f.Reviews = []forge.Review{{Author: reviewer, State: "dismissed", Body: "no", At: opened.Add(time.Hour)}}
	if got := Stand(f); got.Who != WaitsForThem || got.Why != "waiting for a reply" {
		t.Errorf("a review that was taken back leaves %+v", got)
	}
	f.Checks = []forge.Check{{Name: "a", State: "failure"}}
	if got := Stand(f).Why; got != "check a fails" {
		t.Errorf("one check: %q", got)
	}
	f.Checks = append(f.Checks, forge.Check{Name: "b", State: "failure"}, forge.Check{Name: "c", State: "failure"})
	if got := Stand(f).Why; got != "checks a and 2 more fail" {
		t.Errorf("three checks: %q", got)
	}
}

func TestPromisesAreHeldAgainstWhatHappened(t *testing.T) {
	t.Parallel()
	slo := manifest.SLO{FirstResponse: "2bd", Decision: "10bd"}
	open := func(opened string) forge.Followed {
		return forge.Followed{Pull: forge.Pull{Author: author, State: forge.PullOpen, CreatedAt: moment(t, opened)}}
	}
	answered := open("Mon 2026-02-16 09:00")
	answered.Reviews = []forge.Review{{Author: reviewer, At: moment(t, "Tue 2026-02-17 09:00")}}
	late := open("Mon 2026-02-23 09:00")
	late.Comments = []forge.Comment{{Author: reviewer, At: moment(t, "Fri 2026-02-27 09:00")}}
	draft := open("Mon 2026-02-02 09:00")
	draft.Draft = true
	ready := open("Mon 2026-02-02 09:00")
	at := moment(t, "Fri 2026-02-27 09:00")
	ready.ReadyAt = &at
	for _, c := range []struct {
		name     string
		f        forge.Followed
		kind     string
		state    string
		due      string
		promised int
	}{
		{"nobody answered in time", open("Mon 2026-02-23 09:00"), "first-response", PromiseBroken, "Wed 2026-02-25 09:00", 2},
		{"there is time left over a weekend", open("Fri 2026-02-27 09:00"), "first-response", PromiseDue, "Tue 2026-03-03 09:00", 2},
		{"answered, and the decision is due", answered, "decision", PromiseDue, "Mon 2026-03-02 09:00", 2},
		{"answered too late", late, "first-response", PromiseBroken, "Wed 2026-02-25 09:00", 2},
		{"a draft is promised nothing", draft, "", "", "", 0},
		{"it counts from when a draft became ready", ready, "first-response", PromiseDue, "Tue 2026-03-03 09:00", 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			all := Promises(slo, c.f, now)
			got := Pressing(all)
			if len(all) != c.promised {
				t.Errorf("got %d promises, want %d", len(all), c.promised)
			}
			if c.kind == "" {
				if got != nil {
					t.Errorf("got %+v, want none", got)
				}
				return
			}
			if got == nil || got.Kind != c.kind || got.State != c.state || !got.Due.Equal(moment(t, c.due)) {
				t.Errorf("got %+v, want %s, %s, %s", got, c.kind, c.state, c.due)
			}
		})
	}
	if all := Promises(manifest.SLO{FirstResponse: "soon"}, open("Mon 2026-02-23 09:00"), now); all != nil {
		t.Errorf("what cannot be read is promised: %+v", all)
	}
}

func TestChangesAskedAreToldInTheirFirstWords(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		"Please name the claim.":                        "Please name the claim.",
		"\n> return err\n\n## Two things\n\n1. name it": "Two things",
		"<!-- bot -->\n```go\nx\n```":                   "x",
		"":                                              "",
	} {
		if got := FirstLine(body); got != want {
			t.Errorf("%q: got %q, want %q", body, got, want)
		}
	}
}

func TestTheFailingLinesOfALog(t *testing.T) {
	t.Parallel()
	stamp := func(lines ...string) string {
		return "2026-03-02T09:00:00.1234567Z " + strings.Join(lines, "\n2026-03-02T09:00:00.1234567Z ") + "\n"
	}
	for _, c := range []struct{ name, log, want string }{
		{"a test that fails among those that pass", stamp(
			"##[group]Run go test ./...", "\x1b[36;1mgo test ./...\x1b[0m", "##[endgroup]", "ok  \tacme/keys\t0.01s", "--- FAIL: TestExpiry (0.00s)", "    validate_test.go:31: got nil, want ErrNoExpiry",
			"FAIL", "##[error]Process completed with exit code 1.", "##[group]Post job", "error: not this"),
			"--- FAIL: TestExpiry (0.00s)|    validate_test.go:31: got nil, want ErrNoExpiry|FAIL"},
		{"what the runner marked", stamp("noise", "##[error]validate.go:12:2: undefined: ErrNoExpiry", "more", "##[error]Process completed with exit code 2."), "validate.go:12:2: undefined: ErrNoExpiry"},
		{"nothing looks like a failure", stamp("one", "two", "three", "four", "five", "##[error]Process completed with exit code 3."), "two|three|four|five"},
		{"no marks at all", "a\nb\nerror: it broke\nc\n", "error: it broke|c"},
		{"an empty log", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, l := range FailingLines(c.log, 4) {
				got = append(got, l.Text)
			}
			if strings.Join(got, "|") != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
