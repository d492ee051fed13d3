package command

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/isrc-dev/isrc/internal/config"
	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/term"
)

// setting is one setting as config list, get, set and unset answer it.
type setting struct {
	Key          string  `json:"key"`
	Value        *string `json:"value"`        // null when it is not set; the elements of a list are joined by commas
	Origin       string  `json:"origin"`       // default, system, user, environment or flag
	OriginDetail *string `json:"originDetail"` // a file with its line, a variable, or a flag
}

func settingOf(s config.Setting) setting {
	return setting{Key: s.Key, Value: orNull(s.Value), Origin: string(s.Origin), OriginDetail: orNull(s.OriginDetail)}
}

// from says for people where a setting comes from.
func (s setting) from() string {
	if s.OriginDetail != nil {
		return *s.OriginDetail
	}
	return s.Origin
}

// written is what config set and unset answer: the setting that is in force
// now, and what happened to the file.
type written struct {
	setting
	File    string `json:"file"`
	Outcome string `json:"outcome"` // written, or existing when the file said so already

	inFile string // what your file says, which a variable may cover
}

func newConfig(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "config",
		Short: "See and change settings, and where each comes from",
		Long: `Settings come from the system's file, your file, the environment and flags; the
later ones win. The settings are:

` + settingsText() + `
HOST is a host name, with its port if it has one. Tokens are no settings:
isrc auth login keeps them where they belong.`,
		Example: `  isrc config list
  isrc config set orgs platform,identity
  isrc config set hosts.git.example.com.caFile ~/acme-ca.pem`,
	}
	cmd.AddCommand(newConfigList(a), newConfigGet(a), newConfigSet(a), newConfigUnset(a), newConfigPath(a))
	return cmd
}

func settingsText() string {
	var b strings.Builder
	for _, s := range settingTable() {
		b.WriteString(hanging(fmt.Sprintf("  %-25s ", s.Key), s.Meaning))
	}
	return b.String()
}

func newConfigList(a *app) *cobra.Command {
	o := &output{}
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List settings with their values and origins",
		Example: "  isrc config list\n  isrc config list --jq '.[] | select(.origin == \"user\") | .key'",
		Args:    exactArgs(0, ""),
		RunE: func(*cobra.Command, []string) error {
			c, err := a.settings()
			if err != nil {
				return err
			}
			rows := []setting{}
			for _, s := range c.Settings() {
				rows = append(rows, settingOf(s))
			}
			return a.show(o, rows, func(s *term.Streams) error {
				showWarnings(a, c.Warnings)
				return showSettings(s, rows)
			})
		},
	}
	addOutput(cmd, o, []setting{})
	return cmd
}

func showSettings(s *term.Streams, rows []setting) error {
	t := s.NewTable(1)
	for _, r := range rows {
		tone := term.Plain
		if r.Origin == string(config.FromDefault) {
			tone = term.Dim
		}
		value := ""
		if r.Value != nil {
			value = *r.Value
		} else if s.OutTTY {
			value = s.Sym(term.SymDash)
		}
		t.Row(term.Cell{Text: r.Key, Tone: tone}, term.Cell{Text: value, Tone: tone}, term.Cell{Text: r.from(), Tone: term.Dim})
	}
	return t.Write(s.Out)
}

func showWarnings(a *app, warnings []string) {
	for _, w := range warnings {
		a.say("isrc: warning: %s", term.Line(w))
	}
}

func newConfigGet(a *app) *cobra.Command {
	o := &output{}
	cmd := &cobra.Command{
		Use:   "get <key>",
		Short: "Print the value of one setting",
		Long: `Get prints the value that is in force, whichever file, variable or flag it comes
from (--json origin,originDetail says which), and nothing for a setting that is
not set.`,
		Example:           "  isrc config get host\n  isrc config get hosts.git.example.com.caFile --json value,originDetail",
		Args:              exactArgs(1, "the key of a setting"),
		ValidArgsFunction: a.completeKeys,
		RunE: func(_ *cobra.Command, args []string) error {
			c, err := a.settings()
			if err != nil {
				return err
			}
			found, ok := c.Setting(args[0])
			if !ok {
				return unknownKey(args[0])
			}
			row := settingOf(found)
			return a.show(o, row, func(s *term.Streams) error {
				if row.Value == nil {
					a.say("isrc: %s is not set", row.Key)
					return nil
				}
				_, err := fmt.Fprintln(s.Out, term.Line(*row.Value))
				return err
			})
		},
	}
	addOutput(cmd, o, setting{})
	return cmd
}

// unknownKey refuses what is not a setting and names the one that is nearest.
func unknownKey(key string) error {
	last := strings.ToLower(key[strings.LastIndexByte(key, '.')+1:])
	if slices.Contains([]string{"token", "password", "secret", "oauth_token", "oauthtoken", "pat"}, last) {
		return &usageError{err: fault.Errorf("%q is not a setting: tokens are kept apart from settings", key), hint: "isrc auth login"}
	}
	hint := "isrc config --help lists them"
	if near := nearestKey(key); near != "" {
		hint = "the nearest one is " + near
	}
	return &usageError{err: fault.Errorf("there is no setting %q", key), hint: hint}
}

// configPath is what config path answers.
type configPath struct {
	Path   string   `json:"path"`
	Exists bool     `json:"exists"`
	System []string `json:"system"` // the system's files, the most important first, whether there or not
}

func newConfigPath(a *app) *cobra.Command {
	o := &output{}
	cmd := &cobra.Command{
		Use:     "path",
		Short:   "Say where your file of settings is",
		Example: "  $EDITOR \"$(isrc config path)\"",
		Args:    exactArgs(0, ""),
		RunE: func(*cobra.Command, []string) error {
			p := configPath{Path: a.dirs().UserFile(), System: []string{}}
			_, err := os.Stat(p.Path)
			p.Exists = err == nil
			for _, dir := range a.dirs().System {
				p.System = append(p.System, filepath.Join(dir, filepath.Base(p.Path)))
			}
			return a.show(o, p, func(s *term.Streams) error {
				_, err := fmt.Fprintln(s.Out, p.Path)
				return err
			})
		},
	}
	addOutput(cmd, o, configPath{})
	return cmd
}

// configOptions is the world that settings are read from and written to.
func (a *app) configOptions() config.LoadOptions {
	return config.LoadOptions{Getenv: a.inv.Getenv, Home: firstOf(a.inv.Getenv("HOME"), a.inv.Getenv("USERPROFILE")), Dirs: a.dirs()}
}

// completeKeys offers the keys of settings, and for config set the values of
// those that have only few.
func (a *app) completeKeys(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	if len(args) == 1 && cmd.Name() == "set" {
		return completeValue(args[0])
	}
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	c, err := a.settings()
	if err != nil {
		c = nil // a file that cannot be read must not stop a key press
	}
	var named []string
	rest, ok := strings.CutPrefix(typed, "hosts.")
	if account, is := strings.CutPrefix(typed, "accounts."); is && strings.Contains(account, "@") {
		rest, ok = account, true
	}
	if ok {
		if i := strings.LastIndexByte(rest, '.'); i > 0 {
			named = append(named, rest[:i])
		}
	}
	var out []string
	for _, k := range settingKeys(c, named...) {
		if strings.HasPrefix(strings.ToLower(k), strings.ToLower(typed)) {
			out = append(out, k)
		}
	}
	return out, cobra.ShellCompDirectiveNoFileComp
}

func completeValue(key string) ([]string, cobra.ShellCompDirective) {
	switch name := strings.ToLower(key[strings.LastIndexByte(key, '.')+1:]); name {
	case "scheme":
		return []string{"https", "http"}, cobra.ShellCompDirectiveNoFileComp
	case "noinput":
		return []string{"true", "false"}, cobra.ShellCompDirectiveNoFileComp
	case "cafile", "clientcert", "clientkey":
		return nil, cobra.ShellCompDirectiveDefault
	case "binary":
		return []string{"auto", "none"}, cobra.ShellCompDirectiveDefault
	}
	return nil, cobra.ShellCompDirectiveNoFileComp
}
