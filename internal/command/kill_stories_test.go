package command

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/isrc-dev/isrc/internal/forge/sandbox"
	"github.com/isrc-dev/isrc/internal/workflow"
)

func killStories() []killStory {
	return []killStory{roundStory(), wishStory(), draftStory(), syncStory(), bulkStory(), remoteStory(), finishStory(), proposeStory(), cleanStory()}
}

func fixed[T any](v T) func(int) T { return func(int) T { return v } }

type killedPull struct {
	Number    int
	State     string
	Draft     bool
	Head      struct{ SHA, Ref string }
	Reviewers []struct{ Login string } `json:"requested_reviewers"`
}

// pullAt wants one pull request of a branch, open, at the commit that is here and
// in the repository that it was pushed to.
func (s *killScene) pullAt(upstream, to, branch, dir string) (p killedPull, wrong []string) {
	var pulls []killedPull
	var ref struct{ Object struct{ SHA string } }
	if err := s.ask("/repos/"+upstream+"/pulls?state=all&per_page=100", &pulls); err != nil {
		return p, []string{err.Error()}
	}
	pulls = slices.DeleteFunc(pulls, func(p killedPull) bool { return p.Head.Ref != branch })
	if len(pulls) != 1 || pulls[0].State != "open" {
		return p, []string{fmt.Sprintf("%d pull requests of %s", len(pulls), branch)}
	}
	if err := s.ask("/repos/"+to+"/git/ref/heads/"+branch, &ref); err != nil {
		return p, []string{err.Error()}
	}
	if at, err := s.in(dir, "rev-parse", "refs/heads/"+branch); err != nil || at != pulls[0].Head.SHA || at != ref.Object.SHA {
		wrong = append(wrong, fmt.Sprintf("%s is at %s here, at %s there, and at %s in the pull request: %v", branch, at, ref.Object.SHA, pulls[0].Head.SHA, err))
	}
	return pulls[0], wrong
}

// commits wants so many commits on top of the upstream's main.
func (s *killScene) commits(dir, branch string, want int) []string {
	if n, err := s.in(dir, "rev-list", "--count", "refs/remotes/upstream/main..refs/heads/"+branch); err != nil || n != fmt.Sprint(want) {
		return []string{fmt.Sprintf("%s has %s commits, not %d: %v", branch, n, want, err)}
	}
	return nil
}

func roundBegun(s *killScene) {
	s.must("", "contribute", "platform/lib", "--branch", "fix", "--dir", "lib", "--yes")
	s.change("lib", "first")
	s.must("lib", "submit", "--yes")
}

// roundStory is submit again, as the answer to a review.
func roundStory() killStory {
	return killStory{
		name: "submit, a round of review", setup: roundBegun, dir: fixed("lib"), args: fixed([]string{"submit", "--yes"}),
		ready: func(s *killScene, n int) {
			s.as("platform-lead", "POST", "/repos/platform/lib/pulls/1/reviews", `{"event":"REQUEST_CHANGES","body":"Once more."}`)
			s.change("lib", fmt.Sprint("round-", n))
		},
		steps: []string{"push-*", "pull-*", "review-*"}, torn: []string{"review-*"},
		more: []killing{
			{name: "before the forge asks the reviewer", method: "POST", path: "/requested_reviewers"},
			{name: "before it reads that the reviewer was asked", method: "POST", path: "/requested_reviewers", after: true},
		},
		verdict: func(s *killScene, n int) []string {
			p, wrong := s.pullAt("platform/lib", "newcomer/lib", "fix", "lib")
			if len(p.Reviewers) != 1 || p.Reviewers[0].Login != "platform-lead" {
				wrong = append(wrong, fmt.Sprintf("asked to look again: %v", p.Reviewers))
			}
			return slices.Concat(wrong, s.commits("lib", "fix", n+1), s.sound("lib"))
		},
	}
}

// wishStory is submit with what it asks besides, which is no step of the run: killed
// on the way, it asks again, and the forge is as if it had been asked once.
func wishStory() killStory {
	return killStory{
		name: "submit, ready and with a reviewer", setup: roundBegun, dir: fixed("lib"), args: fixed([]string{"submit", "--ready", "--reviewer", "platform-lead", "--yes"}),
		ready: func(s *killScene, n int) {
			s.must("lib", "submit", "--draft", "--yes")
			s.as("platform-lead", "DELETE", "/repos/platform/lib/pulls/1/requested_reviewers", `{"reviewers":["platform-lead"]}`)
			s.change("lib", fmt.Sprint("wish-", n))
		},
		more: []killing{
			{name: "before the forge marks it ready", method: "POST", path: "/graphql", skip: 1},
			{name: "before it reads that it is ready", method: "POST", path: "/graphql", skip: 1, after: true},
			{name: "before the forge asks the reviewer", method: "POST", path: "/requested_reviewers"},
			{name: "before it reads that the reviewer was asked", method: "POST", path: "/requested_reviewers", after: true},
		},
		verdict: func(s *killScene, n int) []string {
			p, wrong := s.pullAt("platform/lib", "newcomer/lib", "fix", "lib")
			if p.Draft || len(p.Reviewers) != 1 || p.Reviewers[0].Login != "platform-lead" {
				wrong = append(wrong, fmt.Sprintf("a draft: %v, asked for a review: %v", p.Draft, p.Reviewers))
			}
			return slices.Concat(wrong, s.commits("lib", "fix", n+1), s.sound("lib"))
		},
	}
}

// draftStory takes a pull request back to a draft, along with a commit.
func draftStory() killStory {
	return killStory{
		name: "submit, a draft again", setup: roundBegun, dir: fixed("lib"), args: fixed([]string{"submit", "--draft", "--yes"}),
		ready: func(s *killScene, n int) {
			s.must("lib", "submit", "--ready", "--yes")
			s.change("lib", fmt.Sprint("draft-", n))
		},
		more: []killing{
			{name: "before the forge makes it a draft", method: "POST", path: "/graphql", skip: 1},
			{name: "before it reads that it is a draft", method: "POST", path: "/graphql", skip: 1, after: true},
		},
		verdict: func(s *killScene, n int) []string {
			p, wrong := s.pullAt("platform/lib", "newcomer/lib", "fix", "lib")
			if !p.Draft {
				wrong = append(wrong, "it is no draft")
			}
			return slices.Concat(wrong, s.commits("lib", "fix", n+1), s.sound("lib"))
		},
	}
}

// syncStory is a rebase onto a base that has moved, pushed, and the fork's copy
// of the base.
func syncStory() killStory {
	return killStory{
		name: "sync", setup: roundBegun, dir: fixed("lib"), args: fixed([]string{"sync", "--yes"}),
		ready: func(s *killScene, n int) {
			name := fmt.Sprint("on-", n)
			if err := s.forge.Push(s.t.Context(), "platform/lib", "platform-lead", "Go "+name, map[string]string{name + ".md": "on\n"}); err != nil {
				s.t.Fatal(err)
			}
		},
		steps: []string{"sync", "push-*"},
		more: []killing{
			{name: "before the forge gets the fork's base", method: "POST", path: "/newcomer/lib.git/git-receive-pack", skip: 1},
			{name: "before it reads that the fork's base was taken", method: "POST", path: "/newcomer/lib.git/git-receive-pack", skip: 1, after: true},
		},
		verdict: func(s *killScene, n int) []string {
			_, wrong := s.pullAt("platform/lib", "newcomer/lib", "fix", "lib")
			var theirs, mine struct{ Object struct{ SHA string } }
			if err := s.ask("/repos/platform/lib/git/ref/heads/main", &theirs); err != nil {
				wrong = append(wrong, err.Error())
			}
			if err := s.ask("/repos/newcomer/lib/git/ref/heads/main", &mine); err != nil || mine != theirs {
				wrong = append(wrong, fmt.Sprintf("the fork's main is at %s, not %s: %v", mine.Object.SHA, theirs.Object.SHA, err))
			}
			if behind, err := s.in("lib", "rev-list", "--count", "refs/heads/fix.."+theirs.Object.SHA); err != nil || behind != "0" {
				wrong = append(wrong, fmt.Sprintf("fix is %s behind: %v", behind, err))
			}
			left, _ := filepath.Glob(filepath.Join(s.dir, "work/lib/.git/isrc/fix/sync.json*"))
			doing, _ := filepath.Glob(filepath.Join(s.dir, "work/lib/.git/rebase-*"))
			if len(left)+len(doing) > 0 {
				wrong = append(wrong, fmt.Sprintf("half done: %v %v", left, doing))
			}
			return slices.Concat(wrong, s.commits("lib", "fix", 1), s.sound("lib"))
		},
	}
}

// withReason writes why something is asked for.
func withReason(s *killScene) {
	if err := os.WriteFile(filepath.Join(s.dir, "work", "why.txt"), []byte("It is asked for.\n"), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// proposeStory opens an issue; its journal has that one step.
func proposeStory() killStory {
	subjects := strings.Fields("caching retries logging metrics tracing backoff limits quotas pooling batching paging sorting merging hashing signing sealing packing")
	return killStory{
		name: "propose", setup: withReason, ready: func(*killScene, int) {}, dir: fixed(""),
		args: func(n int) []string {
			return []string{"propose", "platform/lib", "--title", "Add " + subjects[n], "--body-file", "why.txt", "--anyway", "--yes"}
		},
		steps: []string{"issue"}, torn: []string{"issue"},
		more: []killing{
			{name: "before the forge gets the issue", method: "POST", path: "/issues"},
			{name: "before it reads that the issue is open", method: "POST", path: "/issues", after: true},
			{name: "before it reads that the issue is open, and the forge's list lags", method: "POST", path: "/issues", after: true, lag: 2},
		},
		verdict: func(s *killScene, n int) []string {
			var issues []struct {
				Title string
				User  struct{ Login string }
			}
			wrong := s.sound()
			if err := s.ask("/repos/platform/lib/issues?state=all&per_page=100", &issues); err != nil {
				wrong = append(wrong, err.Error())
			}
			if len(issues) != n {
				wrong = append(wrong, fmt.Sprintf("%d issues, not %d: %v", len(issues), n, issues))
			}
			all, _, err := workflow.List(s.runs())
			if err != nil || len(all) != n || slices.ContainsFunc(all, func(st workflow.State) bool { return st.Ended == "" }) {
				wrong = append(wrong, fmt.Sprintf("%d proposals in journals, or one goes on: %v", len(all), err))
			}
			return wrong
		},
	}
}

// finishStory tidies up after a merge.
func finishStory() killStory {
	dir := func(n int) string { return fmt.Sprint("done-", n) }
	return killStory{
		name: "finish", dir: dir, args: fixed([]string{"finish", "--yes"}), setup: func(*killScene) {},
		ready: func(s *killScene, n int) {
			s.must("", "contribute", "platform/open", "--branch", dir(n), "--dir", dir(n), "--new", "--yes")
			s.change(dir(n), dir(n))
			s.must(dir(n), "submit", "--yes")
			s.as("platform-lead", "PUT", fmt.Sprintf("/repos/platform/open/pulls/%d/merge", n), `{}`)
		},
		more: []killing{
			{name: "before the forge deletes the branch", method: "POST", path: "/git-receive-pack"},
			{name: "before it reads that the branch is deleted", method: "POST", path: "/git-receive-pack", after: true},
			{name: "after git switch", git: "switch"},
			{name: "after git branch -D, before the journal is ended", git: "branch -D"},
		},
		verdict: func(s *killScene, n int) []string {
			var refs []struct{ Name string }
			wrong := s.sound(dir(n))
			if err := s.ask("/repos/platform/open/branches", &refs); err != nil || len(refs) != 1 || refs[0].Name != "main" {
				wrong = append(wrong, fmt.Sprintf("the branches there are %v: %v", refs, err))
			}
			if here, err := s.in(dir(n), "branch", "--format=%(HEAD)%(refname:short)"); err != nil || here != "*main" {
				wrong = append(wrong, fmt.Sprintf("the branches here are %q: %v", here, err))
			}
			all, _, err := workflow.List(s.runs())
			if err != nil || len(all) != n || slices.ContainsFunc(all, func(st workflow.State) bool { return st.Ended != "merged" }) {
				wrong = append(wrong, fmt.Sprintf("%d journals, or one that is not ended: %v", len(all), err))
			}
			return wrong
		},
	}
}

// cleanStory deletes two forks, and keeps one that holds a commit.
func cleanStory() killStory {
	fork := func(s *killScene, name, of string) {
		if err := s.forge.AddRepo(&sandbox.Repo{Owner: "newcomer", Name: name, ForkOf: of, Created: sandbox.Days(300)}); err != nil {
			s.t.Fatal(err)
		}
	}
	gone := func(n int) []string { return []string{fmt.Sprint("a-", n), fmt.Sprint("b-", n)} }
	return killStory{
		name: "forks clean", dir: fixed(""), args: fixed([]string{"forks", "clean", "--yes"}),
		setup: func(s *killScene) {
			fork(s, "kept", "platform/open")
			if err := s.forge.Push(s.t.Context(), "newcomer/kept", "newcomer", "Mine alone", map[string]string{"mine.md": "mine\n"}); err != nil {
				s.t.Fatal(err)
			}
		},
		ready: func(s *killScene, n int) {
			for _, name := range gone(n) {
				fork(s, name, "platform/lib")
			}
		},
		more: []killing{
			{name: "before the forge deletes the first", method: "DELETE", path: "-2"},
			{name: "before it reads that the first is deleted", method: "DELETE", path: "-3", after: true},
			{name: "between the two", method: "DELETE", path: "-4", skip: 1},
			{name: "before it reads that the second is deleted", method: "DELETE", path: "-5", skip: 1, after: true},
		},
		verdict: func(s *killScene, n int) []string {
			var mine []struct{ Name string }
			wrong := s.sound()
			if err := s.ask("/users/newcomer/repos", &mine); err != nil || len(mine) != 1 || mine[0].Name != "kept" {
				wrong = append(wrong, fmt.Sprintf("the forks are %v: %v", mine, err))
			}
			return wrong
		},
	}
}

// remoteStory contributes in a clone of the fork, to which the upstream is added.
func remoteStory() killStory {
	dir := func(n int) string { return fmt.Sprint("fork-", n) }
	return killStory{
		name: "contribute in a clone of the fork", dir: dir,
		args: func(n int) []string {
			return []string{"contribute", "platform/lib", "--branch", dir(n), "--new", "--yes"}
		},
		setup: func(s *killScene) {
			if err := s.forge.AddRepo(&sandbox.Repo{Owner: "newcomer", Name: "lib", ForkOf: "platform/lib", Created: sandbox.Days(300)}); err != nil {
				s.t.Fatal(err)
			}
		},
		ready: func(s *killScene, n int) {
			at := strings.Replace(s.door.server.URL, "http://", "http://newcomer:"+s.forge.Token("newcomer")+"@", 1)
			if said, err := s.in("", "clone", "--quiet", at+"/newcomer/lib.git", dir(n)); err != nil {
				s.t.Fatal(said)
			}
			if said, err := s.in(dir(n), "remote", "set-url", "origin", s.door.server.URL+"/newcomer/lib.git"); err != nil {
				s.t.Fatal(said)
			}
		},
		steps: []string{"remote"}, torn: []string{"remote"},
		verdict: func(s *killScene, n int) []string {
			wrong := s.sound(dir(n))
			if remotes, err := s.in(dir(n), "remote"); err != nil || remotes != "origin\nupstream" {
				wrong = append(wrong, fmt.Sprintf("the remotes are %q: %v", remotes, err))
			}
			if at, err := s.in(dir(n), "config", "--get-all", "remote.upstream.url"); err != nil || at != s.door.server.URL+"/platform/lib.git" {
				wrong = append(wrong, fmt.Sprintf("upstream is %q: %v", at, err))
			}
			if fetches, err := s.in(dir(n), "config", "--get-all", "remote.upstream.fetch"); err != nil || strings.Count(fetches, "\n") != 0 {
				wrong = append(wrong, fmt.Sprintf("upstream fetches %q: %v", fetches, err))
			}
			if current, err := s.in(dir(n), "branch", "--show-current"); err != nil || current != dir(n) {
				wrong = append(wrong, fmt.Sprintf("on %q: %v", current, err))
			}
			return slices.Concat(wrong, s.commits(dir(n), dir(n), 0))
		},
	}
}

// bulkStory brings one change to three repositories, and dies with the first done
// and the last not begun.
func bulkStory() killStory {
	names := []string{"a", "b", "c"}
	title := func(n int) string { return fmt.Sprint("bulk-", n) }
	return killStory{
		name: "contribute --repos", dir: fixed(""),
		setup: func(s *killScene) {
			list := ""
			for _, name := range names {
				list += "platform/" + name + "\n"
				if err := s.forge.AddRepo(&sandbox.Repo{Owner: "platform", Name: name, Created: sandbox.Days(300), Files: []sandbox.File{{Path: "README.md", Data: "# " + name + "\n"}}}); err != nil {
					s.t.Fatal(err)
				}
			}
			if err := os.WriteFile(filepath.Join(s.dir, "work", "repos.txt"), []byte(list), 0o600); err != nil {
				s.t.Fatal(err)
			}
		},
		ready: func(*killScene, int) {},
		args: func(n int) []string {
			jobs := "1"
			if n == 2 {
				jobs = "3"
			}
			return []string{"contribute", "--repos", "repos.txt", "--title", title(n), "--branch", title(n), "--dir", title(n), "--jobs", jobs, "--yes",
				"--exec", `echo half > half.txt; case "$PWD" in */platform/*/b) rm "$TMPDIR/../deadly" 2>&- && kill -9 $PPID;; esac; rm half.txt; echo mended > ` + title(n) + `.txt`}
		},
		more: []killing{
			{name: "before it reads that the second of three at a time is open", method: "POST", path: "/pulls", skip: 1, after: true},
			{name: "before the forge gets the second pull request", method: "POST", path: "/pulls", skip: 1},
			{name: "before it reads that the second pull request is open", method: "POST", path: "/pulls", skip: 1, after: true},
			{name: "by the command, in the second", exec: true},
		},
		verdict: func(s *killScene, n int) (wrong []string) {
			for _, name := range names {
				dir := filepath.Join(title(n), "platform", name)
				_, w := s.pullAt("platform/"+name, "newcomer/"+name, title(n), dir)
				wrong = append(wrong, slices.Concat(w, s.commits(dir, title(n), 1), s.sound(dir))...)
				var forks []struct{ Name string }
				if err := s.ask("/repos/platform/"+name+"/forks", &forks); err != nil || len(forks) != 1 {
					wrong = append(wrong, fmt.Sprintf("the forks of %s are %v: %v", name, forks, err))
				}
			}
			if all, _, err := workflow.List(s.runs()); err != nil || len(all) != n*len(names) {
				wrong = append(wrong, fmt.Sprintf("%d journals: %v", len(all), err))
			}
			return wrong
		},
	}
}
