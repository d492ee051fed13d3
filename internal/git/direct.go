package git

import (
	"context"
	"crypto/x509"
	"errors"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/format/pktline"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp/capability"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp/sideband"
	"github.com/go-git/go-git/v5/plumbing/transport"
	githttp "github.com/go-git/go-git/v5/plumbing/transport/http"

	"github.com/isrc-dev/isrc/internal/fault"
)

// Limits of one answer of a server.
const (
	maxAnswer   = 512 << 20 // bytes on the wire
	maxWants    = 20_000    // objects asked for by id in one request
	uploadAgent = "git/isrc"
)

// errNoFilter says that a server sends only whole commits.
var errNoFilter = errors.New("the server does not leave out files when asked to")

// errNoIDs says that a server gives nothing by its id.
var errNoIDs = errors.New("the server does not give files by their ids")

// directSource speaks to the server through go-git's transport.
type directSource struct {
	url     string
	wire    *bounded
	client  transport.Transport
	auth    transport.AuthMethod
	session transport.UploadPackSession
	adv     *packp.AdvRefs
	saw     func(url string, branches int)
}

// direct prepares the direct way. The client is built here rather than
// installed, because go-git's registry of protocols is global.
func (r *Reader) direct(address string) (*directSource, error) {
	if !isHTTP(address) {
		return nil, fault.Errorf("read %s: %w", redact(address), ErrNoGit)
	}
	next := r.Transport
	if next == nil {
		next = http.DefaultTransport
	}
	wire := &bounded{next: next, stall: r.stall}
	if u, err := url.Parse(address); err == nil {
		wire.home = u.Host
	}
	d := &directSource{url: address, wire: wire, saw: r.saw, client: githttp.NewClient(&http.Client{Transport: wire})}
	if r.Auth != nil && mayCarry(address) {
		if user, pass, ok := r.Auth(address); ok {
			d.auth = &githttp.BasicAuth{Username: user, Password: pass}
		}
	}
	return d, nil
}

// mayCarry says whether credentials may be sent to an address: encrypted, or
// without leaving this machine.
func mayCarry(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return strings.EqualFold(u.Scheme, "https") || u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}

// advertised asks, once, what the server has and can.
func (d *directSource) advertised(ctx context.Context) (*packp.AdvRefs, error) {
	if d.adv != nil {
		return d.adv, nil
	}
	endpoint, err := transport.NewEndpoint(d.url)
	if err != nil {
		return nil, err
	}
	if d.session, err = d.client.NewUploadPackSession(endpoint, d.auth); err != nil {
		return nil, err
	}
	if d.adv, err = d.session.AdvertisedReferencesContext(ctx); err != nil {
		return nil, d.failure(err)
	}
	return d.adv, nil
}

func (d *directSource) refs(ctx context.Context) (Refs, error) {
	out := Refs{Hashes: make(map[string]string)}
	adv, err := d.advertised(ctx)
	if errors.Is(err, ErrEmpty) {
		return out, nil
	}
	if err != nil {
		return out, err
	}
	for name, id := range adv.References {
		out.Hashes[name] = id.String()
	}
	if adv.Head != nil {
		out.Hashes["HEAD"] = adv.Head.String()
	}
	for _, s := range adv.Capabilities.Get(capability.SymRef) {
		if to, ok := strings.CutPrefix(s, "HEAD:refs/heads/"); ok {
			out.Head = to
		}
	}
	d.saw(d.url, out.branches())
	return out, nil
}

func (d *directSource) commits(ctx context.Context, m *memory, ref string, depth int, filter string) (plumbing.Hash, error) {
	refs, err := d.refs(ctx)
	if err != nil {
		return plumbing.ZeroHash, err
	}
	id, err := refs.find(redact(d.url), ref)
	if err != nil {
		return plumbing.ZeroHash, err
	}
	if !d.can("filter") {
		return plumbing.ZeroHash, errNoFilter
	}
	if filter == filterFiles && !d.givesIDs() {
		return plumbing.ZeroHash, errNoIDs
	}
	req := d.request(id)
	req.Depth, req.Filter = packp.DepthCommits(depth), packp.Filter(filter)
	if err := fault.Join(req.Capabilities.Set("filter"), req.Capabilities.Set(capability.Shallow)); err != nil {
		return plumbing.ZeroHash, err
	}
	if err := d.receive(ctx, m, req); err != nil {
		return plumbing.ZeroHash, err
	}
	return m.peel(id)
}

// fetch asks for all ids in one request, unless they are very many.
func (d *directSource) fetch(ctx context.Context, m *memory, ids []plumbing.Hash) error {
	if _, err := d.advertised(ctx); err != nil {
		return err
	}
	if !d.givesIDs() {
		return errNoIDs
	}
	for len(ids) > 0 {
		n := min(len(ids), maxWants)
		if err := d.receive(ctx, m, d.request(ids[:n]...)); err != nil {
			return err
		}
		ids = ids[n:]
	}
	return nil
}

func (d *directSource) givesIDs() bool {
	return d.can(capability.AllowReachableSHA1InWant) || d.can("allow-any-sha1-in-want")
}

func (d *directSource) can(c capability.Capability) bool { return d.adv.Capabilities.Supports(c) }

// request asks for objects. Thin packs and several acknowledgements are left
// out, since there is nothing here to build upon.
func (d *directSource) request(ids ...plumbing.Hash) *packp.UploadPackRequest {
	req := packp.NewUploadPackRequest()
	req.Wants = append(req.Wants, ids...)
	for _, c := range []capability.Capability{capability.Sideband64k, capability.OFSDelta, capability.NoProgress} {
		if d.can(c) {
			_ = req.Capabilities.Set(c) // takes no argument, so cannot fail
		}
	}
	if d.can(capability.Agent) {
		_ = req.Capabilities.Set(capability.Agent, uploadAgent)
	}
	return req
}

func (d *directSource) receive(ctx context.Context, m *memory, req *packp.UploadPackRequest) error {
	res, err := d.session.UploadPack(ctx, req)
	if err != nil {
		return d.failure(err)
	}
	defer res.Close()
	var pack io.Reader = res
	if req.Capabilities.Supports(capability.Sideband64k) {
		pack = sideband.NewDemuxer(sideband.Sideband64k, res)
	}
	if err := m.unpack(pack); err != nil {
		return d.failure(err)
	}
	return nil
}

// failure gives a failure of the transport its type.
func (d *directSource) failure(err error) error {
	at := redact(d.url)
	var hidden *plumbing.UnexpectedError // does not unwrap
	if errors.As(err, &hidden) {
		err = hidden.Err
	}
	if broke := d.wire.reason(); broke != nil {
		if !strings.Contains(err.Error(), broke.Error()) {
			broke = fault.Join(err, broke)
		}
		err = broke
	}
	var status *githttp.Err
	var said *pktline.ErrorLine
	var large *TooLargeError
	var file *fs.PathError
	var network *url.Error
	var unknown x509.UnknownAuthorityError
	var name x509.HostnameError
	var invalid x509.CertificateInvalidError
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case errors.Is(err, transport.ErrEmptyRemoteRepository):
		return ErrEmpty
	case strings.Contains(err.Error(), " object-format=sha256"): // in an advertisement that could not be read
		d.saw(d.url, strange)
		return errSHA256()
	case d.wire.led() != "": // what another host says is not said of this repository
		if page := d.wire.page.Load(); page != nil {
			err = page
		}
		return &UnavailableError{URL: at, Err: ledAway(d.wire.led(), err)}
	case errors.Is(err, transport.ErrAuthenticationRequired):
		return &AuthError{URL: at, Err: err}
	case errors.Is(err, transport.ErrAuthorizationFailed):
		return &AuthError{URL: at, Forbidden: true, Remote: d.refusal(err.Error()), Err: transport.ErrAuthorizationFailed}
	case errors.As(err, &status) && status.StatusCode() == http.StatusUnavailableForLegalReasons:
		return &AuthError{URL: at, Forbidden: true, Remote: d.refusal(status.Reason), Err: err}
	case errors.Is(err, transport.ErrRepositoryNotFound):
		return &NotFoundError{URL: at, Err: err}
	case errors.As(err, &unknown), errors.As(err, &name), errors.As(err, &invalid):
		return &UnavailableError{URL: at, Certificate: true, Err: err}
	case errors.As(err, &status) && (status.StatusCode() >= 500 || status.StatusCode() == http.StatusTooManyRequests):
		return &UnavailableError{URL: at, Err: err}
	case errors.As(err, &status) && status.StatusCode() == http.StatusGone:
		return &NotFoundError{URL: at, Err: err}
	case errors.As(err, &network), errors.Is(err, errStalled):
		return &UnavailableError{URL: at, Err: err}
	case d.wire.page.Load() != nil:
		return d.wire.page.Load().stands(at)
	case errors.As(err, &status), errors.As(err, &said), errors.As(err, &large), errors.As(err, &file), isDiskFull(err):
		return err
	}
	// What is left is an answer that is not git's, or not all of one. The library
	// has no type for most of it.
	return &UnavailableError{URL: at, Err: err}
}

// refusal is what a server says with a refusal, as git shows it: of an answer in
// plain text its lines, of a page the title.
func (d *directSource) refusal(said string) []string {
	if page := d.wire.page.Load(); page != nil && page.Title != "" {
		return []string{page.Title}
	}
	if !d.wire.words.Load() {
		return nil
	}
	var lines []string
	for line := range strings.Lines(strings.TrimPrefix(said, transport.ErrAuthorizationFailed.Error()+": ")) {
		if line = strings.TrimSpace(line); line != "" && len(lines) < maxRefusal {
			lines = append(lines, line[:min(len(line), pageHead)])
		}
	}
	return lines
}

// maxRefusal is how many lines of a refusal are kept.
const maxRefusal = 20

// find gives the object that a name stands for: an id, a full name, a branch,
// a tag, or nothing for the default branch.
func (r Refs) find(url, ref string) (plumbing.Hash, error) {
	if len(r.Hashes) == 0 {
		return plumbing.ZeroHash, ErrEmpty
	}
	if isSHA(ref) {
		return plumbing.NewHash(ref), nil
	}
	names := []string{"HEAD"}
	if ref != "" && ref != "HEAD" {
		names = []string{ref, "refs/heads/" + ref, "refs/tags/" + ref}
	}
	for _, name := range names {
		if id, ok := r.Hashes[name]; ok {
			return plumbing.NewHash(id), nil
		}
	}
	if ref == "" {
		ref = "default branch"
	}
	return plumbing.ZeroHash, &NotFoundError{URL: url, Ref: ref}
}
