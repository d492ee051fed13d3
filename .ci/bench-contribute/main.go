// Bench-contribute compares isrc with git by hand and with gh, on one forge, in one
// run: from nothing to a branch that is ready for a change, and on to the pull
// request.
//
//	bench-contribute run -isrc PROGRAM -serve PROGRAM [-runs SHARE] [-repos small,middle,large] [-only TITLE,…] FIGURES.jsonl
//	bench-contribute table FIGURES.jsonl
//
// The programs take turns, so that a slow minute of the machine meets all of them.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// bench is one run of everything.
type bench struct {
	dir    string // removed at the end
	isrc   string
	forge  *forge
	proxy  *proxy
	serial int
	out    *json.Encoder
}

type options struct {
	isrc, serve, repos, only string
	share                    float64
}

func main() {
	var err error
	switch {
	case len(os.Args) > 1 && os.Args[1] == "run":
		err = run(os.Args[2:])
	case len(os.Args) == 4 && os.Args[1] == "watch":
		err = watch(os.Args[2], os.Args[3])
	case len(os.Args) == 3 && os.Args[1] == "table":
		err = table(os.Args[2])
	default:
		err = errors.New("usage: bench-contribute run|table …")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench-contribute:", err)
		os.Exit(1)
	}
}

func run(args []string) (err error) {
	set := flag.NewFlagSet("run", flag.ContinueOnError)
	o := options{}
	set.StringVar(&o.isrc, "isrc", "", "the program")
	set.StringVar(&o.serve, "serve", "", "the program that is the forge")
	set.StringVar(&o.repos, "repos", "small,middle,large", "which repositories")
	set.StringVar(&o.only, "only", "", "only these, such as 'isrc ready,clone clone'")
	set.Float64Var(&o.share, "runs", 1, "this share of the usual number of runs")
	if err := set.Parse(args); err != nil {
		return err
	}
	if set.NArg() != 1 || o.isrc == "" || o.serve == "" {
		return errors.New("run needs -isrc, -serve and a file for the figures")
	}
	file, err := os.Create(set.Arg(0))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	dir, err := os.MkdirTemp("", "bench-contribute-*")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	program, err := filepath.Abs(o.isrc)
	if err != nil {
		return err
	}
	b := &bench{dir: dir, isrc: program, out: json.NewEncoder(file)}
	return b.all(o)
}

// all measures each repository at each distance.
func (b *bench) all(o options) (err error) {
	var wanted []shape
	var names []string
	for _, s := range shapes() {
		if slices.Contains(strings.Split(o.repos, ","), s.name) {
			wanted, names = append(wanted, s), append(names, s.name)
		}
	}
	if err := b.open(o.serve, names); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.forge.close(), b.proxy.ln.Close()) }()
	_, missing := exec.LookPath("gh")
	all := slices.DeleteFunc(tools(missing == nil), func(t tool) bool {
		return o.only != "" && !slices.Contains(strings.Split(o.only, ","), t.title())
	})
	for _, s := range wanted {
		began := time.Now()
		if err := b.make(s); err != nil {
			return fmt.Errorf("make the repository %s: %w", s.name, err)
		}
		fmt.Fprintf(os.Stderr, "%s: made in %.1f s\n", s.name, time.Since(began).Seconds())
		if err := b.measure(s, all, max(1, int(float64(s.runs)*o.share+0.5))); err != nil {
			return err
		}
		fmt.Fprintf(os.Stderr, "%s: measured after %.0f s\n", s.name, time.Since(began).Seconds())
		if err := os.RemoveAll(b.forge.bare(s.name)); err != nil {
			return err
		}
	}
	return nil
}

// open starts the forge behind the proxy and makes a home for each tool.
func (b *bench) open(serve string, repos []string) (err error) {
	if b.proxy, err = newProxy(); err != nil {
		return err
	}
	_, port, _ := strings.Cut(b.proxy.ln.Addr().String(), ":")
	if err := os.Mkdir(filepath.Join(b.dir, "forge"), 0o755); err != nil {
		return err
	}
	if b.forge, err = startForge(serve, filepath.Join(b.dir, "forge"), "localhost:"+port, repos); err != nil {
		return err
	}
	b.proxy.to = b.forge.addr
	go b.proxy.serve()
	for _, home := range []string{"git", "gh", "isrc"} {
		if err := os.MkdirAll(b.home(home), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(b.home(home)+"/.gitconfig", []byte(gitconfig(home, b.forge.host)), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// make lets the forge lay the repository out, and fills it.
func (b *bench) make(s shape) error {
	first := tool{home: "git", script: `git ls-remote "https://x:$TOKEN@$HOST/platform/$REPO.git"`}
	if got, err := b.once(first, s.name, 0, false); err != nil || got.Failed != "" {
		return errors.Join(err, errors.New(got.Failed))
	}
	return s.fill(b.forge.bare(s.name))
}

// measure lets the tools take turns, first at no distance and then at 80 ms. The
// first turn of each is watched for memory and not timed.
func (b *bench) measure(s shape, all []tool, runs int) error {
	for _, trip := range []time.Duration{0, 80 * time.Millisecond} {
		for n := range runs + 1 {
			if n == 0 && trip > 0 {
				continue
			}
			for _, t := range all {
				got, err := b.once(t, s.name, trip, n == 0)
				if err != nil {
					return err
				}
				if got.Failed != "" {
					fmt.Fprintf(os.Stderr, "%s %s: %s\n", s.name, t.title(), got.Failed)
				}
				if err := b.out.Encode(got); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (b *bench) home(name string) string { return filepath.Join(b.dir, "home-"+name) }

func (b *bench) path() []string { return []string{"PATH=" + os.Getenv("PATH"), "TMPDIR=" + b.dir} }
