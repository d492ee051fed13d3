package command

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/isrc-dev/isrc/internal/config"
	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
)

// setupHost sets up one host.
func (a *app) setupHost(ctx context.Context, o *setupOptions, name string) (*setupResult, error) {
	host := forge.NormalizeHost(name)
	c, err := a.fileSettings()
	if err != nil {
		return nil, err
	}
	if o.scheme == "http" && !loopbackHost(host) {
		return nil, usagef("plain http is for loopback addresses only, not for %s", host)
	}
	wanted := o.wanted(a, host, c)
	if err := a.rehearse(wanted); err != nil {
		return nil, err
	}
	if !o.dryRun && !o.yes && a.io.CanPrompt() {
		more, err := a.askForHost(ctx, o, host, c)
		if err != nil {
			return nil, err
		}
		wanted = append(wanted, more...)
	}
	result := &setupResult{File: a.dirs().UserFile(), Hosts: []string{host}, Changes: []changed{}, Warnings: []string{}, Checks: []probed{}}
	if err := a.writeWanted(result, wanted, o.dryRun); err != nil {
		return nil, err
	}
	if c.Host != "" && c.Host != host && !o.usual {
		result.Warnings = append(result.Warnings, fmt.Sprintf("the default host stays %s; --default makes it %s", c.Host, host))
	}
	return result, a.testSetUp(ctx, o, result)
}

// fileSettings are what files alone say: setup changes them, and no variable
// or flag of this one call must decide about that.
func (a *app) fileSettings() (*config.Config, error) {
	opts := a.configOptions()
	opts.Getenv = func(string) string { return "" }
	c, err := config.Load(opts)
	if err != nil {
		return nil, &usageError{err: err}
	}
	return c, nil
}

// loopbackHost tells whether a host, with or without a port, is this machine.
func loopbackHost(host string) bool {
	name := (&url.URL{Host: host}).Hostname()
	ip := net.ParseIP(name)
	return name == "localhost" || ip != nil && ip.IsLoopback()
}

// wanted are the settings that the flags ask for. The host becomes the default
// one where there is none, and is named in any case: a host that is named in a
// file is one that tokens may go to.
func (o *setupOptions) wanted(a *app, host string, c *config.Config) [][2]string {
	var out [][2]string
	set := func(key, value string) {
		if value != "" {
			out = append(out, [2]string{key, a.settingValue(key, value)})
		}
	}
	usual := o.usual || c.Host == ""
	if usual {
		set("host", host)
	}
	prefix := "hosts." + host + "."
	scheme := o.scheme
	if scheme == "" && !usual && !c.Configured(host) {
		scheme = "https"
	}
	set(prefix+"scheme", scheme)
	set(prefix+"apiUrl", o.apiURL)
	set(prefix+"caFile", o.caFile)
	set(prefix+"proxy", o.proxy)
	set(prefix+"clientCert", o.clientCert)
	set(prefix+"clientKey", o.clientKey)
	set(prefix+"orgs", o.orgs)
	set(prefix+"user", o.user)
	return out
}

// rehearse writes the settings into a copy of the user's file, so that a wrong
// one leaves the file itself as it was, and holds the certificates to what a
// connection needs.
func (a *app) rehearse(wanted [][2]string) error {
	dir, err := os.MkdirTemp("", "isrc-setup-")
	if err != nil {
		return fault.Errorf("try the settings: %w", err)
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a copy
	opts := a.configOptions()
	content, err := readIfThere(opts.Dirs.UserFile())
	if err != nil {
		return fault.Errorf("read the settings: %w", err)
	}
	opts.Dirs.Config = dir
	if err := os.WriteFile(opts.Dirs.UserFile(), content, 0o600); err != nil {
		return fault.Errorf("try the settings: %w", err)
	}
	trial := config.Host{Name: "this host"}
	for _, kv := range wanted {
		if err := config.Set(opts, kv[0], kv[1]); err != nil {
			return &usageError{err: err}
		}
		switch kv[0][strings.LastIndexByte(kv[0], '.')+1:] {
		case "caFile":
			trial.CAFile = kv[1]
		case "clientCert":
			trial.ClientCert = kv[1]
		case "clientKey":
			trial.ClientKey = kv[1]
		}
	}
	for _, file := range []*string{&trial.CAFile, &trial.ClientCert, &trial.ClientKey} {
		*file = expandHome(*file, opts.Home)
	}
	_, err = a.transport(trial)
	return err
}

// expandHome resolves a path that a shell did not, as after --ca-file=~/x.
func expandHome(path, home string) string {
	if rest, ok := strings.CutPrefix(path, "~/"); ok && home != "" {
		return filepath.Join(home, rest)
	}
	return path
}

// writeWanted writes what differs, and notes it.
func (a *app) writeWanted(result *setupResult, wanted [][2]string, dryRun bool) error {
	opts := a.configOptions()
	before, err := a.fileSettings()
	if err != nil {
		return err
	}
	for _, kv := range wanted {
		old, _ := before.Setting(kv[0])
		now := expandHome(kv[1], opts.Home)
		if old.Origin != config.FromUser {
			old.Value = ""
		}
		if strings.HasSuffix(kv[0], ".orgs") {
			now = asList(now)
		}
		if old.Value == now {
			continue
		}
		result.Changes = append(result.Changes, newChange(old.Key, old.Value, now))
		if dryRun {
			continue
		}
		if err := config.Set(opts, kv[0], kv[1]); err != nil {
			return settingError(err)
		}
	}
	result.Outcome = outcomeOf(result.Changes, dryRun)
	return nil
}

// asList joins names, however they are separated, as settings are shown.
func asList(names string) string {
	return strings.Join(strings.FieldsFunc(names, func(r rune) bool { return r == ',' || r == ' ' }), ",")
}

func outcomeOf(changes []changed, dryRun bool) string {
	switch {
	case len(changes) == 0:
		return setupExisting
	case dryRun:
		return setupPlanned
	}
	return setupWritten
}
