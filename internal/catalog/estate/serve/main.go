// Serve puts a made-up company on a sandbox forge, and waits for Ctrl-C:
//
//	go run ./internal/catalog/estate/serve -n 10000 -seed 1 -home /tmp/somebody
//
// The forge has the repositories that estate/generate writes for the same seed,
// with their READMEs. The settings of somebody who works there are written to
// the folder home, and what must be in the environment to its file env.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/isrc-dev/isrc/internal/catalog"
	"github.com/isrc-dev/isrc/internal/catalog/estate"
	"github.com/isrc-dev/isrc/internal/forge/sandbox"
)

func main() {
	n := flag.Int("n", 1000, "how many repositories")
	seed := flag.Uint64("seed", 1, "the same seed makes the same company")
	home := flag.String("home", "", "the folder for settings; it is made")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := serve(ctx, estate.New(*seed, *n), *home); err != nil {
		fmt.Fprintln(os.Stderr, "serve:", err)
		os.Exit(1) //nolint:gocritic // nothing is left to be stopped
	}
}

func serve(ctx context.Context, e *estate.Estate, home string) (err error) {
	if home == "" {
		return errors.New("-home is missing")
	}
	dir := filepath.Join(home, "forge")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := sandbox.Start(ctx, sandbox.Options{Dir: dir, World: world(e)})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	settings := fmt.Sprintf("host: %q\nhosts:\n  %q:\n    scheme: http\n    orgs: [%s]\n", f.Host(), f.Host(), strings.Join(e.Orgs(), ", "))
	if err := os.MkdirAll(filepath.Join(home, ".config", "isrc"), 0o700); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(home, ".config", "isrc", "config.yaml"), []byte(settings), 0o600); err != nil {
		return err
	}
	env := fmt.Sprintf("ISRC_HOST=%s\nISRC_TOKEN=%s\nFORGE_URL=%s\n", f.Host(), f.Token("newcomer"), f.URL())
	if err := os.WriteFile(filepath.Join(home, "env"), []byte(env), 0o600); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}

// world is the company as the sandbox takes it. Forks stand as repositories of
// their own: a search does not ask where they come from.
func world(e *estate.Estate) *sandbox.World {
	w := sandbox.NewWorld("estate")
	w.Orgs = nil
	isOrg, known := map[string]bool{}, map[string]bool{}
	for _, name := range e.Orgs() {
		isOrg[name] = true
		w.Orgs = append(w.Orgs, sandbox.Org{Login: name, Name: name})
	}
	for r := range e.Records() {
		if !isOrg[r.Owner] && !known[r.Owner] {
			known[r.Owner] = true
			w.AddAccount(r.Owner)
		}
		w.Repos = append(w.Repos, repository(r))
	}
	return w
}

func repository(r *catalog.Record) *sandbox.Repo {
	repo := &sandbox.Repo{
		Owner: r.Owner, Name: r.Name, Description: r.Description, Language: r.Language, License: r.License, Topics: r.Topics,
		Visibility: "internal", DefaultBranch: r.DefaultBranch, Stars: r.Stars, Archived: r.Archived,
		Created: sandbox.Days(int(estate.Now().Sub(r.CreatedAt).Hours() / 24)),
	}
	if r.Readme != "" {
		repo.Files = []sandbox.File{{Path: "README.md", Data: r.Readme}}
	}
	return repo
}
