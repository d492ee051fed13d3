package main

import (
	"bufio"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"strings"
)

// forge is the sandbox in a process of its own, so that what it uses is not taken
// for what the programs use.
type forge struct {
	cmd   *exec.Cmd
	in    io.WriteCloser
	out   *bufio.Reader
	dir   string
	addr  string // where it listens
	host  string // what it is called: the proxy's address
	token string
	ca    string
}

func startForge(serve, dir, public string, repos []string) (*forge, error) {
	cmd := exec.Command(serve, "-dir", dir, "-public", public, "-repos", strings.Join(repos, ","))
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	f := &forge{cmd: cmd, in: in, out: bufio.NewReader(out), dir: dir}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	fields := map[string]*string{"ADDR": &f.addr, "HOST": &f.host, "TOKEN": &f.token, "CA": &f.ca}
	for {
		line, err := f.out.ReadString('\n')
		if err != nil {
			return nil, fmt.Errorf("the forge says nothing of itself: %w", err)
		}
		name, value, ok := strings.Cut(strings.TrimSpace(line), "=")
		if !ok {
			return f, nil
		}
		if into := fields[name]; into != nil {
			*into = value
		}
	}
}

func (f *forge) ask(words string) (string, error) {
	if _, err := fmt.Fprintln(f.in, words); err != nil {
		return "", err
	}
	line, err := f.out.ReadString('\n')
	return strings.TrimSpace(line), err
}

// requests are those since it was last asked.
func (f *forge) requests() (api, git int, err error) {
	answer, err := f.ask("count")
	if err != nil {
		return 0, 0, err
	}
	_, err = fmt.Sscan(answer, &api, &git)
	return api, git, err
}

// forget deletes the newcomer's fork, so that the next run makes one.
func (f *forge) forget(repo string) error {
	_, err := f.ask("forget newcomer/" + repo)
	return err
}

// bare is the folder of a repository of the organisation.
func (f *forge) bare(repo string) string { return filepath.Join(f.dir, "platform", repo+".git") }

func (f *forge) close() error {
	_ = f.in.Close()
	return f.cmd.Wait()
}
