package workflow

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"strconv"
	"testing"
)

// update writes the table of the crash matrix anew: go test -update.
var update = flag.Bool("update", false, "write the generated files")

// TestMain lets the test binary be the process that is killed: with a role in
// its environment it plays that instead of running tests.
func TestMain(m *testing.M) {
	role, dir := os.Getenv("WORKFLOW_ROLE"), os.Getenv("WORKFLOW_DIR")
	switch role {
	case "":
		os.Exit(m.Run())
	case "contribute", "contribute blindly":
		at, _ := strconv.Atoi(os.Getenv("WORKFLOW_AT"))
		s := &scene{dir: dir, killAt: at, blind: role == "contribute blindly"}
		exit(s.play(context.Background()))
	case "full disk":
		exit(fullDisk(dir))
	}
}

func exit(err error) {
	if err != nil {
		os.Stderr.WriteString(err.Error() + "\n")
		os.Exit(1)
	}
	os.Exit(0)
}

// raw makes JSON of anything.
func raw(v any) json.RawMessage {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return b
}

// counted is a kind that counts what it does.
type counted struct {
	did, looked, released int
	there                 bool // the effect is in the world
	err                   error
	kept                  string
}

func (c *counted) kind(name string) Kind {
	return Kind{
		Name: name,
		Observe: func(context.Context, Ins) (json.RawMessage, bool, error) {
			c.looked++
			return raw("seen"), c.there, c.err
		},
		Do: func(_ context.Context, ins Ins) (json.RawMessage, error) {
			c.did++
			if c.err != nil {
				return nil, c.err
			}
			c.there = true
			return raw(map[string]any{"in": ins.In, "of": ins.Of}), nil
		},
		Release: func(context.Context, json.RawMessage) (string, error) {
			c.released++
			if c.err != nil {
				return "", c.err
			}
			return c.kept, nil
		},
	}
}

var errWorld = errors.New("the world does not answer")

func create(t *testing.T, dir string, steps ...Step) *Journal {
	t.Helper()
	j, err := Create(dir, Header{Tool: "isrc 0.1", Upstream: "acme/auth-lib", Branch: "fix-398"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { j.Close() })
	if err := j.Append(steps...); err != nil {
		t.Fatal(err)
	}
	return j
}

// reopen does what the next process does.
func reopen(t *testing.T, j *Journal) *Journal {
	t.Helper()
	dir, run := j.dir, j.State().Run
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := Open(dir, run)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { again.Close() })
	return again
}
