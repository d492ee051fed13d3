package command

import (
	"context"
	"fmt"
	"strings"

	"github.com/isrc-dev/isrc/internal/config"
	"github.com/isrc-dev/isrc/internal/term"
)

// askForHost tries the way to a host and asks for what it turns out to lack. A
// person who can reach it without is asked for nothing but organisations.
func (a *app) askForHost(ctx context.Context, o *setupOptions, host string, c *config.Config) ([][2]string, error) {
	var out [][2]string
	prefix := "hosts." + host + "."
	conf := a.trialHost(o, c.HostFor(host))
	for range 3 {
		question, setting := missingPart(a.tryWay(ctx, conf))
		if question == "" {
			break
		}
		answer, err := a.io.Input(question+" (Enter to go on without)", "--"+flagOf(setting), "")
		if err != nil {
			return nil, err
		}
		if answer == "" {
			break
		}
		kv := [2]string{prefix + setting, a.settingValue(setting, answer)}
		if err := a.rehearse([][2]string{kv}); err != nil {
			a.say("isrc: %s", term.Line(err.Error()))
			continue
		}
		out = append(out, kv)
		switch setting {
		case "caFile":
			conf.CAFile = expandHome(kv[1], a.configOptions().Home)
		case "proxy":
			conf.Proxy = kv[1]
		}
	}
	if o.orgs != "" || len(orgsOf(c, host)) > 0 {
		return out, nil
	}
	answer, err := a.io.Input("Organisations to search, separated by commas (Enter: all that you can see)", "--orgs", "")
	if err != nil || answer == "" {
		return out, err
	}
	kv := [2]string{prefix + "orgs", answer}
	if err := a.rehearse([][2]string{kv}); err != nil {
		return nil, err
	}
	return append(out, kv), nil
}

// trialHost is a host as the flags would have it.
func (a *app) trialHost(o *setupOptions, h config.Host) config.Host {
	home := a.configOptions().Home
	file := func(flag, was string) string {
		if flag == "" {
			return was
		}
		return expandHome(a.settingValue("caFile", flag), home)
	}
	h.Scheme, h.APIURL, h.Proxy = firstOf(o.scheme, h.Scheme), firstOf(o.apiURL, h.APIURL), firstOf(o.proxy, h.Proxy)
	h.CAFile, h.ClientCert, h.ClientKey = file(o.caFile, h.CAFile), file(o.clientCert, h.ClientCert), file(o.clientKey, h.ClientKey)
	return h
}

// tryWay looks whether a host can be reached and trusted.
func (a *app) tryWay(ctx context.Context, conf config.Host) []probed {
	t, err := a.transport(conf)
	if err != nil {
		return nil // the flags were tried before; what is set already is for the tests to judge
	}
	defer t.CloseIdleConnections()
	p := &hostProbe{a: a, conf: conf, transport: t}
	return p.probeWay(ctx)
}

// missingPart names the setting that would mend the way to a host.
func missingPart(way []probed) (question, setting string) {
	for _, l := range way {
		if l.State != stateBroken {
			continue
		}
		switch {
		case l.Name == "reachable":
			return fmt.Sprintf("It is not reached: %s.\nProxy, like http://proxy.example.com:3128", term.Line(l.Detail)), "proxy"
		case l.Remedy != nil && strings.Contains(*l.Remedy, ".caFile "):
			return fmt.Sprintf("It is not trusted: %s.\nFile of your company's CA, in PEM", term.Line(l.Detail)), "caFile"
		}
	}
	return "", ""
}

func flagOf(setting string) string {
	if setting == "caFile" {
		return "ca-file"
	}
	return setting
}
