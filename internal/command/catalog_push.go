package command

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/isrc-dev/isrc/internal/catalog/index"
	"github.com/isrc-dev/isrc/internal/catalog/publish"
	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/term"
	"github.com/isrc-dev/isrc/internal/workflow"
)

// pushedCatalog is what catalog push answers.
type pushedCatalog struct {
	To           string    `json:"to"`
	State        string    `json:"state"`  // published, unchanged, would-publish
	Digest       string    `json:"digest"` // of the generation
	Repositories int       `json:"repositories"`
	Shortened    int       `json:"shortened"` // of these, private ones of which only name, owner and how to ask are published
	Events       int       `json:"events"`
	LeftOut      []leftOut `json:"leftOut"`
	Bytes        int64     `json:"bytes"` // of the generation
	Chunks       int       `json:"chunks"`
	SentChunks   int       `json:"sentChunks"`
	SentBytes    int64     `json:"sentBytes"`
	CrawledAt    *string   `json:"crawledAt"`
}

// leftOut is how many repositories are not published for a reason.
type leftOut struct {
	Reason       string `json:"reason"` // private, closed, unknown-visibility
	Repositories int    `json:"repositories"`
}

type pushOptions struct {
	private bool
	dryRun  bool
	output  output
}

func newCatalogPush(a *app) *cobra.Command {
	o := &pushOptions{}
	cmd := &cobra.Command{
		Use:   "push <destination>",
		Short: "Publish the catalog for everybody in your company",
		Long: `Push publishes this machine's catalog, so that thousands of laptops share one
crawl: isrc catalog pull fetches it. The destination is a tag in an OCI registry
(oci://REGISTRY/PATH:TAG) or a folder that a web server serves (file:///PATH or
a path). What is there already is not sent again: after the first time only what
has changed is.

Published are public and internal repositories. Of a private one whose manifest
says "sharing": "restricted" only its name, its owner and how to ask are; others
are left out unless --include-private is given. One whose manifest says "closed"
is always left out, and so are the pull events of what is not published whole.

Push signs in to a registry as docker and podman do, with what docker login has
kept, or with ISRC_REGISTRY_USER and ISRC_REGISTRY_PASSWORD.`,
		Example: `  isrc catalog push oci://registry.example.com/innersource/catalog:latest
  isrc catalog push oci://registry.example.com/innersource/catalog:latest --dry-run
  isrc catalog push /srv/www/catalog`,
		Args: exactArgs(1, "where to publish the catalog"),
		RunE: func(cmd *cobra.Command, args []string) error { return a.catalogPush(cmd.Context(), o, args[0]) },
	}
	f := cmd.Flags()
	f.BoolVar(&o.private, "include-private", false, "publish private repositories whole, too")
	f.BoolVar(&o.dryRun, "dry-run", false, "say what would be published, and send nothing")
	addOutput(cmd, &o.output, pushedCatalog{})
	exits(cmd, exitSignIn, exitNotPermitted, exitNotFound, exitUnavailable, exitNotReached)
	return cmd
}

// frugalGC collects when the heap has grown by half: of 100,000 repositories that
// costs a fifteenth more of processor time, and saves 14 MiB.
const frugalGC = 50

func (a *app) catalogPush(ctx context.Context, o *pushOptions, destination string) error {
	to, err := publish.ParsePlace(destination, a.inv.Dir)
	if err != nil {
		return err
	}
	store, err := a.catalogStore()
	if err != nil {
		return err
	}
	carry, err := a.carrying(to)
	if err != nil {
		return err
	}
	// A crawl's nightly job may have no more than 128 MiB.
	defer debug.SetGCPercent(debug.SetGCPercent(frugalGC))
	p, err := publish.Push(ctx, carry, store, to, publish.Choice{Private: o.private}, o.dryRun)
	if errors.Is(err, index.ErrNone) {
		return a.noCatalog("publishing")
	}
	if err != nil {
		return fault.Errorf("publish the catalog at %s: %w", to, err)
	}
	r := pushedCatalog{
		To: to.String(), State: string(p.State), Digest: p.Outline.Digest.String(), Repositories: p.Outline.Records, Shortened: p.Shortened,
		Events: p.Outline.Events, LeftOut: []leftOut{}, Bytes: p.Outline.Size, Chunks: p.Sent.Chunks, SentChunks: p.Sent.Uploaded, SentBytes: p.Sent.Bytes,
		CrawledAt: moment(p.Outline.Crawled),
	}
	for _, l := range p.LeftOut {
		r.LeftOut = append(r.LeftOut, leftOut{Reason: string(l.Reason), Repositories: l.Count})
	}
	return a.show(&o.output, r, func(s *term.Streams) error { return showPushed(s, r) })
}

func showPushed(s *term.Streams, r pushedCatalog) error {
	what := fmt.Sprintf("%s and %s", repositories(r.Repositories), plural(r.Events, "pull event"))
	switch r.State {
	case string(publish.Unchanged):
		fmt.Fprintf(s.Out, "%s has this catalog already: %s\n", r.To, what)
	case string(publish.WouldPublish):
		fmt.Fprintf(s.Out, "Would publish %s at %s\n", what, r.To)
	default:
		fmt.Fprintf(s.Out, "Published %s at %s\n", what, r.To)
	}
	if r.Shortened > 0 {
		fmt.Fprintf(s.Out, "  %s with name, owner and how to ask only (sharing: restricted)\n", pluralOf(r.Shortened, "private repository", "private repositories"))
	}
	for _, l := range r.LeftOut {
		fmt.Fprintf(s.Out, "  left out: %s (%s)\n", repositories(l.Repositories), leftOutWords(l.Reason))
	}
	if r.State == string(publish.Unchanged) {
		return nil
	}
	sent := "sent"
	if r.State == string(publish.WouldPublish) {
		sent = "to send"
	}
	fmt.Fprintf(s.Out, "  %s in %s; %s in %s %s\n", bytesOf(r.Bytes), plural(r.Chunks, "chunk"), bytesOf(r.SentBytes), plural(r.SentChunks, "chunk"), sent)
	fmt.Fprintln(s.Out, "After this isrc catalog update fetches it, on any machine:")
	fmt.Fprintln(s.Out, s.Paint(term.Strong, "isrc config set catalog.source "+shellWord(r.To)))
	return nil
}

func leftOutWords(reason string) string {
	switch publish.Reason(reason) {
	case publish.Private:
		return "private"
	case publish.Closed:
		return "the manifest says sharing: closed"
	case publish.Unknown:
		return "nobody says whether it is private"
	}
	return reason
}

// bytesOf is a size for people.
func bytesOf(n int64) string {
	switch {
	case n >= 10<<20:
		return fmt.Sprintf("%d MiB", n>>20)
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
	case n >= 1<<10:
		return fmt.Sprintf("%d KiB", n>>10)
	}
	return plural(int(n), "byte")
}

//go:noinline
func (a *app) catalogStore() (*index.Store, error) {
	dir, err := a.catalogDir()
	if err != nil {
		return nil, err
	}
	return &index.Store{Dir: dir}, nil
}

// carrying is what publishing and fetching need of this machine.
func (a *app) carrying(place publish.Place) (publish.Options, error) {
	c, err := a.settings()
	if err != nil {
		return publish.Options{}, err
	}
	credential, err := a.registryLogin(place)
	if err != nil {
		return publish.Options{}, err
	}
	return publish.Options{
		Transport:  func(host string) (http.RoundTripper, error) { return a.transport(c.HostFor(host)) },
		Scheme:     func(host string) string { return schemeOf(c.HostFor(host).Scheme, c.HostFor(host).CAFile) },
		Credential: credential, Secret: a.redact.add, UserAgent: "isrc/" + version(), Version: version(),
		Sink: a.sink(), Debug: a.debugging("api"), Sleep: a.inv.Sleep,
		Trace: func(point string) {
			if a.inv.Trace != nil {
				a.inv.Trace(workflow.Point{Step: "catalog", Name: point})
			}
		},
	}, nil
}

// schemeOf is what the settings say of how a host is spoken to: who names its
// authority means https.
func schemeOf(scheme, caFile string) string {
	if scheme == "" && caFile != "" {
		return "https"
	}
	return scheme
}

// registryLogin finds the credentials for a registry or web server: those of the
// environment, else what docker login and podman login have kept. Where the
// settings name the company's catalog, those of the environment are for its host
// alone.
func (a *app) registryLogin(place publish.Place) (func(context.Context, string) (publish.Credential, error), error) {
	user, password := a.inv.Getenv("ISRC_REGISTRY_USER"), a.inv.Getenv("ISRC_REGISTRY_PASSWORD")
	if (user == "") != (password == "") {
		return nil, usagef("of ISRC_REGISTRY_USER and ISRC_REGISTRY_PASSWORD only one is set")
	}
	a.redact.add(password)
	if own := a.sourceHost(); user != "" && own != "" && place.Host() != "" && !strings.EqualFold(own, place.Host()) {
		a.say("isrc: ISRC_REGISTRY_USER and ISRC_REGISTRY_PASSWORD are for %s (catalog.source), not for %s", own, place.Host())
		user, password = "", ""
	}
	logins := publish.Logins{Getenv: a.inv.Getenv, Home: firstOf(a.inv.Getenv("HOME"), a.inv.Getenv("USERPROFILE"))}
	return func(ctx context.Context, host string) (publish.Credential, error) {
		switch {
		case user != "":
			return publish.Credential{User: user, Password: password}, nil
		case !place.IsRegistry():
			return publish.Credential{}, nil // docker's logins are for registries
		}
		return logins.Credential(ctx, host)
	}, nil
}

// sourceHost is the host of the catalog that the settings name, "" for none.
func (a *app) sourceHost() string {
	c, err := a.settings()
	if err != nil || c.Catalog.Source == "" {
		return ""
	}
	p, err := publish.ParsePlace(c.Catalog.Source, a.inv.Dir)
	if err != nil {
		return ""
	}
	return p.Host()
}

// readAgo says how long ago a moment was, "" where it is not known.
func (a *app) readAgo(at *string) string {
	if at == nil {
		return ""
	}
	t, err := time.Parse(time.RFC3339, *at)
	if err != nil {
		return ""
	}
	return ago(a.inv.Now().Sub(t))
}
