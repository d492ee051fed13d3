package workflow

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// scene is a whole contribution in a small world on disk: a forge that keeps
// forks and pull requests, and a clone with a branch. It dies where it is told.
type scene struct {
	dir    string
	killAt int // the point at which the process dies, counted from 1; 0: nowhere
	count  int
	points []Point
	blind  bool // its kinds cannot look whether an effect is there
}

func (s *scene) world(name string) string { return filepath.Join(s.dir, "world", name) }

// reach is called at every point.
func (s *scene) reach(p Point) {
	s.count++
	s.points = append(s.points, p)
	if s.count == s.killAt {
		die()
	}
}

// play goes from nothing, or from whatever an earlier process left, to the
// end, the way commands do: one run is found or begun, then taken through its
// pause to the pull request.
func (s *scene) play(ctx context.Context) error {
	if err := os.MkdirAll(s.world("."), 0o700); err != nil {
		return err
	}
	j, err := s.begin()
	if err != nil || j == nil {
		return err
	}
	defer j.Close()
	e := &Engine{Kinds: s.kinds(), Trace: s.reach}
	err = e.Run(ctx, j)
	var paused *PausedError
	if errors.As(err, &paused) {
		s.reach(Point{"edit", "at the pause"})
		if err = j.Resume(); err != nil {
			return err
		}
		s.reach(Point{"edit", "after the pause was passed"})
		err = nil
	}
	if err != nil {
		return err
	}
	if _, ok := j.State().Step("pull"); !ok {
		pull := Step{ID: "pull", Kind: "pull/v1", Title: "open the pull request", Uses: map[string]string{"fork": "fork", "branch": "branch"}}
		if err := j.Append(pull); err != nil {
			return err
		}
		s.reach(Point{"pull", "after the plan was extended"})
	}
	if err := e.Run(ctx, j); err != nil {
		return err
	}
	s.reach(Point{"pull", "before the end is written"})
	if err := j.End("submitted"); err != nil {
		return err
	}
	s.reach(Point{"pull", "after the end is written"})
	return nil
}

// begin opens the one unfinished run or makes one; nil when it is finished.
func (s *scene) begin() (*Journal, error) {
	runs, damaged, err := List(filepath.Join(s.dir, "runs"))
	if err != nil || len(damaged) > 0 || len(runs) > 1 {
		return nil, fmt.Errorf("%d runs, %v damaged: %w", len(runs), damaged, err)
	}
	var j *Journal
	if len(runs) == 1 {
		if runs[0].Ended != "" {
			return nil, nil
		}
		j, err = Open(filepath.Join(s.dir, "runs"), runs[0].Run)
	} else {
		j, err = Create(filepath.Join(s.dir, "runs"), Header{Tool: "test", Upstream: "acme/lib", Branch: "fix"})
		s.reach(Point{"", "after the journal was created"})
	}
	if err != nil || len(j.State().Steps) > 0 {
		return j, err
	}
	edit, err := PauseStep("edit", "make your change", "edit and commit", "isrc submit")
	if err != nil {
		return nil, err
	}
	err = j.Append(
		Step{ID: "fork", Kind: "fork/v1", Title: "fork acme/lib", In: raw("acme/lib")},
		Step{ID: "clone", Kind: "clone/v1", Title: "clone the fork", Uses: map[string]string{"fork": "fork"}},
		Step{ID: "branch", Kind: "branch/v1", Title: "create branch fix", In: raw("fix"), Uses: map[string]string{"clone": "clone"}},
		edit,
	)
	s.reach(Point{"", "after the plan was written"})
	return j, err
}

func (s *scene) kinds() []Kind {
	all := []Kind{
		{Name: "fork/v1", Do: s.post("fork", "forks"), Observe: s.find("forks")},
		{Name: "clone/v1", Do: s.clone, Observe: s.exists("clone")},
		{Name: "branch/v1", Do: s.branch, Observe: s.exists("clone/branch")},
		{Name: "pull/v1", Do: s.post("pull", "pulls"), Observe: s.find("pulls")},
	}
	if s.blind {
		for i := range all {
			all[i].Observe = nil
		}
	}
	return all
}

// post is an effect that a second call repeats, as on a forge.
func (s *scene) post(step, where string) func(context.Context, Ins) (json.RawMessage, error) {
	return func(_ context.Context, ins Ins) (json.RawMessage, error) {
		f, err := os.OpenFile(s.world(where), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		s.reach(Point{step, "before the request"})
		if _, err := fmt.Fprintln(f, "made"); err != nil {
			return nil, err
		}
		s.reach(Point{step, "the answer is lost"})
		return raw("newcomer/lib"), nil
	}
}

func (s *scene) find(where string) func(context.Context, Ins) (json.RawMessage, bool, error) {
	return func(context.Context, Ins) (json.RawMessage, bool, error) {
		b, err := os.ReadFile(s.world(where))
		if errors.Is(err, fs.ErrNotExist) {
			return nil, false, nil
		}
		return raw("newcomer/lib"), len(b) > 0, err
	}
}

func (s *scene) exists(where string) func(context.Context, Ins) (json.RawMessage, bool, error) {
	return func(context.Context, Ins) (json.RawMessage, bool, error) {
		_, err := os.Stat(s.world(where))
		if errors.Is(err, fs.ErrNotExist) {
			return nil, false, nil
		}
		return raw(where), true, err
	}
}

// clone works beside its target and renames.
func (s *scene) clone(_ context.Context, ins Ins) (json.RawMessage, error) {
	if string(ins.Of["fork"]) != `"newcomer/lib"` {
		return nil, fmt.Errorf("the fork is %s", ins.Of["fork"])
	}
	tmp := s.world("clone.tmp")
	if err := os.RemoveAll(tmp); err != nil {
		return nil, err
	}
	if err := os.Mkdir(tmp, 0o700); err != nil {
		return nil, err
	}
	s.reach(Point{"clone", "half done"})
	return raw("clone"), os.Rename(tmp, s.world("clone"))
}

func (s *scene) branch(_ context.Context, ins Ins) (json.RawMessage, error) {
	f, err := os.OpenFile(s.world("clone/branch"), os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	return raw("branch"), f.Close()
}

// verdict compares the world with what one contribution makes.
func (s *scene) verdict() string {
	var wrong []string
	for _, where := range []string{"forks", "pulls"} {
		b, _ := os.ReadFile(s.world(where))
		if n := strings.Count(string(b), "made\n"); n != 1 {
			wrong = append(wrong, fmt.Sprintf("%d %s", n, where))
		}
	}
	var names []string
	entries, _ := os.ReadDir(s.world("."))
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if want := []string{"clone", "forks", "pulls"}; !slices.Equal(names, want) {
		wrong = append(wrong, fmt.Sprintf("the world holds %v", names))
	}
	if _, err := os.Stat(s.world("clone/branch")); err != nil {
		wrong = append(wrong, "no branch")
	}
	runs, damaged, err := List(filepath.Join(s.dir, "runs"))
	if err != nil || len(damaged) > 0 || len(runs) != 1 || runs[0].Ended != "submitted" {
		wrong = append(wrong, fmt.Sprintf("%d runs, %d damaged, %v", len(runs), len(damaged), err))
	}
	if len(wrong) == 0 {
		return "each effect once"
	}
	return strings.Join(wrong, ", ")
}
