package auth

import (
	"bytes"
	"context"
	"os"
	"os/exec" // gh and git keep logins that only they can read
	"slices"
	"strings"
	"time"

	"github.com/isrc-dev/isrc/internal/fault"
)

// Command is a program to run.
type Command struct {
	Name  string
	Args  []string
	Stdin string
	Set   []string // NAME=VALUE, on top of the environment
	Unset []string // names taken out of the environment
}

// Runner runs a program and gives what it wrote to its standard output.
type Runner func(context.Context, Command) ([]byte, error)

// Exec runs a program without a terminal. What it writes to standard error is
// dropped: it may hold what must not be shown, and its failure means no more
// than that the next place is asked.
func Exec(ctx context.Context, c Command) ([]byte, error) {
	cmd := exec.CommandContext(ctx, c.Name, c.Args...)
	cmd.Stdin = strings.NewReader(c.Stdin)
	for _, kv := range os.Environ() {
		name, _, _ := strings.Cut(kv, "=")
		if !slices.Contains(c.Unset, name) {
			cmd.Env = append(cmd.Env, kv)
		}
	}
	cmd.Env = append(cmd.Env, c.Set...)
	out := &bounded{most: 64 << 10}
	cmd.Stdout = out
	cmd.WaitDelay = time.Second // a helper's child may hold the pipe
	detach(cmd)
	if err := cmd.Run(); err != nil {
		return nil, fault.Errorf("run %s: %w", c.Name, err)
	}
	return out.Bytes(), nil
}

// bounded keeps the beginning of what is written.
type bounded struct {
	bytes.Buffer
	most int
}

func (b *bounded) Write(p []byte) (int, error) {
	if rest := b.most - b.Len(); rest > 0 {
		b.Buffer.Write(p[:min(rest, len(p))])
	}
	return len(p), nil
}
