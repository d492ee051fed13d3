package sandbox_test

import (
	"os/exec"
	"testing"
	"time"

	"github.com/isrc-dev/isrc/internal/forge/sandbox"
)

func TestAcmeIsSound(t *testing.T) {
	t.Parallel()
	w := sandbox.Acme()
	if len(w.Repos) < 8 || len(w.Orgs) < 6 {
		t.Fatalf("got %d repositories and %d organisations", len(w.Repos), len(w.Orgs))
	}
	b := start(t, nil)
	for _, r := range w.Repos {
		began := time.Now()
		branches := b.get("site-admin", "/repos/"+r.Owner+"/"+r.Name+"/branches?per_page=100").list(t)
		t.Logf("%s/%s made in %v, %d branches", r.Owner, r.Name, time.Since(began), len(branches))
		for _, p := range r.Pulls {
			if len(p.Files) == 0 && p.Merged == nil && p.Closed == nil {
				t.Errorf("%s/%s: open pull request %d changes nothing of its own", r.Owner, r.Name, p.Number)
			}
		}
	}
}

func TestSeededPullsHaveTheirChecks(t *testing.T) {
	t.Parallel()
	b := start(t, nil)
	for number, want := range map[string]string{"352": "DCO=success title=success build=success acme-gate=success ", "383": "DCO=success title=failure build=success acme-gate=success "} {
		sha := b.get("newcomer", "/repos/identity/auth-lib/pulls/"+number).object(t)["head"].(map[string]any)["sha"].(string)
		got := ""
		for _, x := range b.get("newcomer", "/repos/identity/auth-lib/commits/"+sha+"/check-runs").object(t)["check_runs"].([]any) {
			m := x.(map[string]any)
			got += m["name"].(string) + "=" + m["conclusion"].(string) + " "
		}
		if got != want {
			t.Errorf("#%s: got %s, want %s", number, got, want)
		}
	}
}

func TestAgesCountFromTheStart(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 5, 4, 12, 30, 0, 0, time.UTC)
	b := start(t, nil, func(o *sandbox.Options) { o.Now = func() time.Time { return now } })
	pull := b.get("newcomer", "/repos/identity/auth-lib/pulls/352").object(t)
	review := b.get("newcomer", "/repos/identity/auth-lib/pulls/352/reviews").list(t)[0]
	for _, c := range []struct {
		name string
		got  any
		days int
	}{{"opened", pull["created_at"], 131}, {"first answer", review["submitted_at"], 130}, {"merged", pull["merged_at"], 126}} {
		if want := now.AddDate(0, 0, -c.days).Format(time.RFC3339); c.got != want {
			t.Errorf("%s: got %v, want %s", c.name, c.got, want)
		}
	}
}

func TestCommitsAreTheSameAllDay(t *testing.T) {
	t.Parallel()
	day := time.Date(2026, 5, 4, 0, 0, 0, 0, time.UTC)
	tip := func(now time.Time) string {
		b := start(t, nil, func(o *sandbox.Options) { o.Now = func() time.Time { return now } })
		return b.get("newcomer", "/repos/identity/auth-lib/commits?per_page=1").list(t)[0]["sha"].(string)
	}
	morning, evening, next := tip(day.Add(time.Hour)), tip(day.Add(23*time.Hour)), tip(day.Add(25*time.Hour))
	if morning != evening {
		t.Errorf("got %s in the morning and %s in the evening", morning, evening)
	}
	if next == morning {
		t.Error("ages do not follow the day")
	}
}

func TestAuthLibIsARealModule(t *testing.T) {
	t.Parallel()
	b := start(t, nil)
	dir := b.clone("newcomer", "identity/auth-lib")
	cmd := exec.Command("go", "test", "./...")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go test: %v\n%s", err, out)
	}
}
