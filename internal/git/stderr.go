package git

import (
	"bytes"
	"strconv"
	"strings"

	"github.com/isrc-dev/isrc/internal/lazy"
	"github.com/isrc-dev/isrc/internal/progress"
)

// maxStderr bounds what is kept of what git and the server say, in bytes.
const maxStderr = 256 << 10

// meter matches git's progress, as written by its progress.c:
// "Receiving objects:  43% (430/1000), 1.2 MiB | 3 MiB/s".
var meter = lazy.Pattern(`^(?:remote: )?([A-Z][a-z]+(?: [a-z]+)*):\s+(?:(\d+)% \((\d+)/(\d+)\)(?:, [\d.]+ [KMGi]*(?:B|bytes) \| ([\d.]+ [KMGi]*(?:B|bytes)/s))?|(\d+))`)

// colour matches the sequences with which git colours what servers say where
// the user's settings ask for that always.
var colour = lazy.Pattern("\x1b\\[[0-9;]*[mK]")

// stderrReader takes standard error apart while it arrives: progress goes to
// the sink, everything else is kept.
type stderrReader struct {
	task    string
	sink    progress.Sink
	metered func() // is told of every line of progress
	line    []byte
	kept    bytes.Buffer
}

func (r *stderrReader) Write(p []byte) (int, error) {
	for _, c := range p {
		if c != '\n' && c != '\r' {
			if len(r.line) < 8<<10 {
				r.line = append(r.line, c)
			}
			continue
		}
		r.take()
	}
	return len(p), nil
}

func (r *stderrReader) take() {
	line := string(r.line)
	if strings.Contains(line, "\x1b") {
		line = colour().ReplaceAllString(line, "")
	}
	r.line = r.line[:0]
	if m := meter().FindStringSubmatch(line); m != nil {
		if r.metered != nil {
			r.metered()
		}
		r.report(m)
		return
	}
	if strings.TrimSpace(line) != "" && r.kept.Len() < maxStderr {
		r.kept.WriteString(strings.TrimRight(line, " "))
		r.kept.WriteByte('\n')
	}
}

func (r *stderrReader) report(m []string) {
	if r.task == "" {
		return
	}
	current, _ := strconv.ParseInt(m[3]+m[6], 10, 64)
	total, _ := strconv.ParseInt(m[4], 10, 64)
	verb, unit, _ := strings.Cut(strings.ToLower(m[1]), " ")
	r.sink.Send(progress.Event{
		Phase: progress.Running, Task: r.task, Message: strings.TrimSpace(verb + " " + unit),
		Current: current, Total: total, Unit: unit, Rate: m[5],
	})
}

// String gives what was kept, the last unfinished line included.
func (r *stderrReader) String() string {
	r.take()
	return r.kept.String()
}

// remoteLines gives what the server said through git.
func remoteLines(stderr string) []string {
	var lines []string
	for line := range strings.Lines(stderr) {
		if s, ok := strings.CutPrefix(line, "remote:"); ok {
			if s = strings.TrimSpace(s); s != "" {
				lines = append(lines, s)
			}
		}
	}
	return lines
}
