package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Sample is one run. Times are in milliseconds, memory in MiB.
type Sample struct {
	Tool   string  `json:"tool"`
	End    string  `json:"end"`
	Repo   string  `json:"repo"`
	Trip   int     `json:"tripms"`
	Wall   float64 `json:"wallms"`
	CPU    float64 `json:"cpums"` // of the program and all its children
	API    int     `json:"api"`
	Git    int     `json:"git"`
	Conns  int64   `json:"connections"`
	Out    int64   `json:"bytesOut"`
	In     int64   `json:"bytesIn"`
	Memory bool    `json:"memory,omitempty"` // a run that was watched, whose time does not count
	Most   float64 `json:"largestMiB"`       // the largest process
	Whole  float64 `json:"treeMiB,omitempty"`
	Failed string  `json:"failed,omitempty"`
}

// once runs a tool in an empty folder, after its fork was deleted.
func (b *bench) once(t tool, repo string, trip time.Duration, watch bool) (s Sample, err error) {
	b.serial++
	branch := fmt.Sprintf("change-%d", b.serial)
	dir := filepath.Join(b.dir, "work")
	if err := errors.Join(os.RemoveAll(dir), os.Mkdir(dir, 0o755), b.forge.forget(repo), b.unlearn()); err != nil {
		return s, err
	}
	if _, _, err := b.forge.requests(); err != nil {
		return s, err
	}
	b.proxy.count()
	b.proxy.setTrip(trip)
	s, err = watched(b.environment(t, repo, branch), dir, t.script, watch)
	if err != nil {
		return s, err
	}
	s.Tool, s.End, s.Repo, s.Trip = t.name, t.end, repo, int(trip.Milliseconds())
	s.Out, s.In, s.Conns = b.proxy.count()
	s.API, s.Git, err = b.forge.requests()
	return s, err
}

// unlearn lets isrc forget what it was answered before, but not who it is: that is
// asked once in a token's life.
func (b *bench) unlearn() error {
	cache := filepath.Join(b.home("isrc"), "cache", "isrc")
	return errors.Join(os.RemoveAll(filepath.Join(cache, "settings")), os.RemoveAll(filepath.Join(cache, "http")))
}

// watched runs a script by a process of its own that measures it: what a process
// held before it became another program counts as that program's memory, so the
// one that starts it must be small.
func watched(env []string, dir, script string, memory bool) (s Sample, err error) {
	self, err := os.Executable()
	if err != nil {
		return s, err
	}
	cmd := exec.Command(self, "watch", script, strconv.FormatBool(memory))
	cmd.Dir, cmd.Env, cmd.Stderr = dir, env, os.Stderr
	out, err := cmd.Output()
	if err == nil {
		err = json.Unmarshal(out, &s)
	}
	return s, err
}

// watch is that process.
func watch(script, memory string) error {
	s := Sample{Memory: memory == "true"}
	log, err := os.CreateTemp("", "log-*")
	if err != nil {
		return err
	}
	defer os.Remove(log.Name())
	defer log.Close()
	cmd := exec.Command("sh", "-ec", script)
	cmd.Stdout, cmd.Stderr = log, log
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return err
	}
	if s.Memory {
		stop, peak := make(chan struct{}), make(chan float64)
		go func() { peak <- watchTree(cmd.Process.Pid, stop) }()
		err = cmd.Wait()
		close(stop)
		s.Whole = <-peak
	} else {
		err = cmd.Wait()
	}
	s.Wall = ms(time.Since(began))
	if err != nil {
		said, _ := os.ReadFile(log.Name())
		s.Failed = err.Error() + ": " + strings.TrimSpace(string(said))
	}
	used, known := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	if !known {
		return errors.New("this system does not tell what a process used")
	}
	s.CPU, s.Most = ms(cmd.ProcessState.UserTime()+cmd.ProcessState.SystemTime()), float64(used.Maxrss)/1024
	return json.NewEncoder(os.Stdout).Encode(s)
}

// watchTree looks every few milliseconds what a process and all below it hold, and
// gives the most, in MiB. Pages that several share are divided among them.
func watchTree(pid int, stop <-chan struct{}) float64 {
	most := 0.0
	for {
		most = max(most, treeMemory(pid))
		select {
		case <-stop:
			return most
		case <-time.After(3 * time.Millisecond):
		}
	}
}

func treeMemory(pid int) float64 {
	proc := "/proc/" + strconv.Itoa(pid)
	total := 0.0
	rollup, _ := os.ReadFile(proc + "/smaps_rollup") // gone meanwhile: nothing
	for line := range strings.Lines(string(rollup)) {
		if f := strings.Fields(line); len(f) > 1 && f[0] == "Pss:" {
			kib, _ := strconv.ParseFloat(f[1], 64)
			total = kib / 1024
		}
	}
	tasks, _ := filepath.Glob(proc + "/task/*/children")
	for _, task := range tasks {
		children, _ := os.ReadFile(task)
		for child := range strings.FieldsSeq(string(children)) {
			if id, err := strconv.Atoi(child); err == nil {
				total += treeMemory(id)
			}
		}
	}
	return total
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
