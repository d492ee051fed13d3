package command

import (
	"context"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/isrc-dev/isrc/internal/config"
	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/git"
)

// probeMachine looks at what needs no network.
func (a *app) probeMachine(ctx context.Context, c *config.Config, settingsErr error, hosts []string) []probed {
	return inParallel(
		func(context.Context) []probed {
			return []probed{
				probedFine("isrc", "%s (%s/%s, %s)", version(), runtime.GOOS, runtime.GOARCH, runtime.Version()),
				a.probeSettings(c, settingsErr),
				probeFolders(c.Dirs),
			}
		},
		bounded(func(context.Context) probed { return a.probeGit(settingsErr) }),
		bounded(func(ctx context.Context) probed { return a.probeIdentity(ctx, settingsErr) }),
		func(context.Context) []probed { return []probed{a.probeProxy(), probeReach(c, hosts)} },
	)(ctx)
}

func (a *app) probeSettings(c *config.Config, err error) probed {
	const name = "settings"
	if err != nil {
		remedy := "$EDITOR " + shellWord(a.dirs().UserFile())
		if word, _, ok := strings.Cut(err.Error(), ": "); ok && a.inv.Getenv(word) != "" {
			remedy = "unset " + word // the error of a variable begins with its name
		}
		return probedBroken(exitUsage, name, remedy, "%s", err)
	}
	var files []string
	user := c.Dirs.UserFile()
	for _, dir := range slices.Concat(c.Dirs.System, []string{c.Dirs.Config}) {
		file := filepath.Join(dir, filepath.Base(user))
		if _, err := os.Stat(file); err == nil {
			files = append(files, file)
		}
	}
	if len(c.Warnings) > 0 {
		return probedDoubtful(name, "$EDITOR "+shellWord(user), "%s", strings.Join(c.Warnings, "; "))
	}
	if len(files) == 0 {
		return probedFine(name, "no file of settings; yours would be %s", user)
	}
	return probedFine(name, "%s", strings.Join(files, ", "))
}

// probeFolders tries whether isrc can keep what it has to keep. It makes no
// folder: of one that is not there, the nearest above it counts.
func probeFolders(d config.Dirs) probed {
	const name = "folders"
	for _, dir := range []string{d.Config, d.State, d.Cache, d.Data} {
		if err := writable(dir); err != nil {
			return probedBroken(exitFailed, name, "ls -ld "+shellWord(dir), "%s cannot be written: %v", dir, err)
		}
	}
	return probedFine(name, "runs in %s, cache in %s", d.State, d.Cache)
}

func writable(dir string) error {
	for {
		info, err := os.Stat(dir)
		switch {
		case err == nil && !info.IsDir():
			return fault.Errorf("%s is not a folder", dir)
		case err == nil:
			f, err := os.CreateTemp(dir, ".isrc-doctor-*")
			if err != nil {
				return cause(err)
			}
			return fault.Join(f.Close(), os.Remove(f.Name()))
		case !errors.Is(err, fs.ErrNotExist):
			return cause(err)
		}
		up := filepath.Dir(dir)
		if up == dir {
			return cause(err)
		}
		dir = up
	}
}

// cause is an error of a path without the path.
//
//go:noinline
func cause(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}

// minGit is the first git that takes settings from variables, which is how
// isrc hands it a token and a CA for one run.
const minGitMajor, minGitMinor = 2, 31

func (a *app) probeGit(settingsErr error) probed {
	const name = "git"
	if settingsErr != nil {
		return probedUntried("the settings cannot be read", name)[0]
	}
	t, err := a.tool()
	switch {
	case errors.Is(err, git.ErrNoGit):
		return probedBroken(exitUsage, name, "isrc config set git.binary /path/to/git", "%s", err)
	case err != nil:
		return probedBroken(exitFailed, name, "git version", "%s", err)
	case !t.AtLeast(minGitMajor, minGitMinor):
		return probedDoubtful(name, "git version", "%s at %s is older than %d.%d: isrc cannot give it a token or a CA", t.Version, t.Path, minGitMajor, minGitMinor)
	}
	return probedFine(name, "%s, %s", t.Version, t.Path)
}

const setIdentity = `git config --global user.name "Your Name" && git config --global user.email you@example.com`

func (a *app) probeIdentity(ctx context.Context, settingsErr error) probed {
	const name = "identity"
	if settingsErr != nil {
		return probedUntried("the settings cannot be read", name)[0]
	}
	t, err := a.tool()
	if err != nil {
		return probedUntried("there is no git to ask", name)[0]
	}
	id, err := t.Identity(ctx, a.inv.Dir)
	switch {
	case errors.Is(err, git.ErrNoIdentity):
		return probedBroken(exitUsage, name, setIdentity, "git has no name and email to commit with in %s", a.inv.Dir)
	case err != nil:
		return probedUnclear(name, "git var GIT_AUTHOR_IDENT", "%s", err)
	}
	return probedFine(name, "%s <%s>%s", id.Name, id.Email, kindOfEmail(id.Email))
}

// kindOfEmail says what projects that judge addresses will see. Which of them
// a project takes is for isrc check to say.
func kindOfEmail(email string) string {
	_, domain, _ := strings.Cut(strings.ToLower(email), "@")
	switch {
	case domain == "users.noreply.github.com" || strings.Contains(domain, "noreply"):
		return ", an address that hides yours"
	case !strings.Contains(domain, ".") || strings.HasSuffix(domain, ".local") || strings.HasSuffix(domain, ".localdomain"):
		return ", an address that nobody can write to"
	}
	return ""
}

// proxyVariables are read in this order; each pair names one thing.
func proxyVariables() []string {
	return []string{"HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"}
}

func (a *app) probeProxy() probed {
	const name = "proxy"
	var set []string
	for _, v := range proxyVariables() {
		if value := a.inv.Getenv(v); value != "" {
			set = append(set, v+"="+withoutPassword(value))
		}
	}
	if len(set) == 0 {
		return probedFine(name, "none in the environment")
	}
	detail := strings.Join(set, ", ") + "; this machine itself is reached without"
	except := firstOf(a.inv.Getenv("NO_PROXY"), a.inv.Getenv("no_proxy"))
	if except != "" {
		detail += "; NO_PROXY=" + except
	}
	return probedFine(name, "%s", detail)
}

// withoutPassword writes the address of a proxy without what it is signed in
// to with.
func withoutPassword(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		if i := strings.LastIndexByte(address, '@'); i >= 0 {
			return address[i+1:]
		}
		return address
	}
	if u.User != nil {
		u.User = url.User("...")
	}
	return u.String()
}

// probeReach lists whom isrc speaks to. There is no telemetry and no update
// check, so this is all.
func probeReach(c *config.Config, hosts []string) probed {
	var all []string
	add := func(h string) {
		if h != "" && !slices.Contains(all, h) {
			all = append(all, h)
		}
	}
	for _, name := range hosts {
		conf := c.HostFor(name)
		add(conf.Name)
		add(apiHost(conf))
		if u, err := url.Parse(conf.Proxy); err == nil {
			add(u.Host)
		}
	}
	return probedFine("hosts", "isrc speaks to %s, and to nobody else", join(append(all, "hosts that you name")))
}

// apiHost is where the API of a host is asked.
func apiHost(h config.Host) string {
	if u, err := url.Parse(h.APIURL); err == nil && u.Host != "" {
		return u.Host
	}
	if h.Name == "github.com" || strings.HasSuffix(h.Name, ".ghe.com") {
		return "api." + h.Name
	}
	return h.Name
}

// join writes a list as a sentence does.
func join(words []string) string {
	if n := len(words); n > 1 {
		return strings.Join(words[:n-1], ", ") + " and " + words[n-1]
	}
	return strings.Join(words, "")
}
