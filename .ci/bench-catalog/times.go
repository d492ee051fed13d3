package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// Figures are what a command took over all lines and runs, in milliseconds and
// MiB. Slowest is the line with the largest median.
type Figures struct {
	Label   string  `json:"label"`
	Records int     `json:"records,omitempty"`
	Lines   int     `json:"lines"`
	Runs    int     `json:"runs"` // of each line
	P50     float64 `json:"p50ms"`
	P95     float64 `json:"p95ms"`
	Max     float64 `json:"maxms"`
	CPU     float64 `json:"cpuP50ms"`
	RSS     float64 `json:"maxRSSMiB"`
	Size    float64 `json:"sizeMiB,omitempty"` // on disk, of what was made
	Failed  int     `json:"failed,omitempty"`
	Slowest string  `json:"slowest,omitempty"`
}

type sample struct {
	wall, cpu, rss float64
	failed         bool
}

func times(args []string) error {
	set := flag.NewFlagSet("times", flag.ContinueOnError)
	o := options{}
	set.IntVar(&o.runs, "runs", 5, "runs of each line")
	set.IntVar(&o.warm, "warm", 1, "runs of each line that are not counted, first")
	set.BoolVar(&o.cold, "cold", false, "drop the page cache before each run (needs root)")
	labels := set.String("label", "", "what the figures of each command are called, between commas")
	records := set.Int("records", 0, "how many records were searched")
	made := set.String("made", "", "a file or folder that the command makes, whose size counts")
	if err := set.Parse(args); err != nil {
		return err
	}
	rest := set.Args()
	if len(rest) < 2 {
		return errors.New("times needs a file of lines and a command")
	}
	lines, err := readLines(rest[0])
	if err != nil {
		return err
	}
	commands, names := split(rest[1:]), strings.Split(*labels, ",")
	if len(commands) != len(names) {
		return fmt.Errorf("%d commands and %d labels", len(commands), len(names))
	}
	taken, err := measure(commands, lines, o)
	if err != nil {
		return err
	}
	size, err := sizeOf(*made)
	if err != nil {
		return err
	}
	out := json.NewEncoder(os.Stdout)
	for i, byLine := range taken {
		f := sum(byLine, lines)
		f.Label, f.Records, f.Runs, f.Size = names[i], *records, o.runs, size
		if err := out.Encode(f); err != nil {
			return err
		}
	}
	return nil
}

type options struct {
	runs, warm int
	cold       bool
}

// split parts commands at "--".
func split(args []string) [][]string {
	commands := [][]string{nil}
	for _, a := range args {
		if a == "--" {
			commands = append(commands, nil)
			continue
		}
		commands[len(commands)-1] = append(commands[len(commands)-1], a)
	}
	return commands
}

// measure gives samples by command and line. It goes run by run over all lines,
// and through all commands for each line: so a slow minute of the machine meets
// all of them.
func measure(commands [][]string, lines []string, o options) ([][][]sample, error) {
	taken := make([][][]sample, len(commands))
	for i := range taken {
		taken[i] = make([][]sample, len(lines))
	}
	for run := range o.warm + o.runs {
		for i, line := range lines {
			for j, command := range commands {
				s, err := once(command, line, o.cold)
				if err != nil {
					return nil, err
				}
				if run >= o.warm {
					taken[j][i] = append(taken[j][i], s)
				}
			}
		}
	}
	return taken, nil
}

// sum makes figures of samples by line.
func sum(byLine [][]sample, lines []string) Figures {
	f := Figures{Lines: len(lines)}
	var walls, cpus []float64
	worst := -1.0
	for i, samples := range byLine {
		var mine []float64
		for _, s := range samples {
			mine, cpus = append(mine, s.wall), append(cpus, s.cpu)
			f.RSS = max(f.RSS, s.rss)
			if s.failed {
				f.Failed++
			}
		}
		walls = append(walls, mine...)
		if m := quantile(mine, 0.5); m > worst {
			worst, f.Slowest = m, fmt.Sprintf("%.1f ms: %s", m, firstField(lines[i]))
		}
	}
	f.P50, f.P95, f.Max, f.CPU, f.RSS = quantile(walls, 0.5), quantile(walls, 0.95), slices.Max(walls), quantile(cpus, 0.5), round(f.RSS)
	return f
}

// once starts the command and waits for it. Its output goes to a file: a program
// that sees /dev/null may leave its work undone, as grep does.
func once(command []string, line string, cold bool) (s sample, err error) {
	if cold {
		if err := dropCaches(); err != nil {
			return s, err
		}
	}
	query, sql, _ := strings.Cut(line, "\t")
	args := make([]string, len(command))
	for i, a := range command {
		args[i] = strings.ReplaceAll(strings.ReplaceAll(a, "{sql}", sql), "{}", query)
	}
	cmd := exec.Command(args[0], args[1:]...)
	out, err := os.CreateTemp("", "bench-catalog-*")
	if err != nil {
		return s, err
	}
	defer os.Remove(out.Name())
	defer out.Close()
	cmd.Stdout = out
	began := time.Now()
	err = cmd.Run()
	s.wall = ms(time.Since(began))
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return s, err
	}
	used, known := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	if !known {
		return s, errors.New("this system does not tell what a process used")
	}
	s.cpu = ms(cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime())
	s.rss = float64(used.Maxrss) / 1024
	s.failed = err != nil
	return s, nil
}

func dropCaches() error {
	syscall.Sync()
	return os.WriteFile("/proc/sys/vm/drop_caches", []byte("3\n"), 0o200)
}

// sizeOf is what a file or folder takes, in MiB.
func sizeOf(path string) (float64, error) {
	if path == "" {
		return 0, nil
	}
	total := int64(0)
	err := filepath.WalkDir(path, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			total += info.Size()
		}
		return err
	})
	return round(float64(total) / (1 << 20)), err
}

func ms(d time.Duration) float64 { return round(float64(d) / float64(time.Millisecond)) }

func round(x float64) float64 { return float64(int64(x*100+0.5)) / 100 }

func firstField(line string) string {
	query, _, _ := strings.Cut(line, "\t")
	return query
}

// quantile is the smallest value that a share q of all values does not exceed.
func quantile(of []float64, q float64) float64 {
	sorted := slices.Sorted(slices.Values(of))
	if len(sorted) == 0 {
		return 0
	}
	return sorted[min(int(q*float64(len(sorted))), len(sorted)-1)]
}

func readLines(name string) ([]string, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var out []string
	for s := bufio.NewScanner(f); s.Scan(); {
		if s.Text() != "" {
			out = append(out, s.Text())
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("%s has no lines", name)
	}
	return out, nil
}
