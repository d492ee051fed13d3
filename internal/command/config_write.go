package command

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/isrc-dev/isrc/internal/config"
	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/term"
)

func newConfigSet(a *app) *cobra.Command {
	o := &output{}
	cmd := &cobra.Command{
		Use:   "set <key> <value>",
		Short: "Write a setting into your file",
		Long: `Set checks the value and writes it into your own file, whose comments and order
stay as they are. A value that is there already changes nothing.`,
		Example:           "  isrc config set host git.example.com\n  isrc config set hosts.git.example.com.proxy http://proxy.example.com:3128",
		Args:              exactArgs(2, "a key or its value"),
		ValidArgsFunction: a.completeKeys,
		RunE: func(_ *cobra.Command, args []string) error {
			return a.changeSetting(o, args[0], func(key string) error {
				return config.Set(a.configOptions(), key, a.settingValue(key, args[1]))
			})
		},
	}
	addOutput(cmd, o, written{})
	return cmd
}

func newConfigUnset(a *app) *cobra.Command {
	o := &output{}
	cmd := &cobra.Command{
		Use:               "unset <key>",
		Short:             "Take a setting out of your file",
		Example:           "  isrc config unset pager",
		Args:              exactArgs(1, "the key of a setting"),
		ValidArgsFunction: a.completeKeys,
		RunE: func(_ *cobra.Command, args []string) error {
			return a.changeSetting(o, args[0], func(key string) error { return config.Unset(a.configOptions(), key) })
		},
	}
	addOutput(cmd, o, written{})
	return cmd
}

// changeSetting changes the user's file and shows the setting as it is then in
// force: a stronger layer may still cover what was written.
func (a *app) changeSetting(o *output, key string, change func(key string) error) error {
	known, ok := (&config.Config{}).Setting(key)
	if !ok {
		return unknownKey(key)
	}
	file := a.dirs().UserFile()
	before, err := readIfThere(file)
	if err != nil {
		return fault.Errorf("read the settings: %w", err)
	}
	if err := change(known.Key); err != nil {
		return settingError(err)
	}
	after, err := readIfThere(file)
	if err != nil {
		return fault.Errorf("read the settings: %w", err)
	}
	c, err := config.Load(a.configOptions())
	if err != nil {
		return &usageError{err: err}
	}
	now, _ := c.Setting(known.Key)
	files, err := a.fileSettings()
	if err != nil {
		return err
	}
	said, _ := files.Setting(known.Key)
	result := written{setting: settingOf(now), File: file, Outcome: "written", inFile: said.Value}
	if bytes.Equal(before, after) {
		result.Outcome = "existing"
	}
	return a.show(o, result, func(s *term.Streams) error { return showWritten(s, result) })
}

// settingError gives a value that is refused the exit code of wrong usage; what
// fails on disk keeps its own.
func settingError(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return &usageError{err: err}
}

func showWritten(s *term.Streams, w written) error {
	how := "written to " + w.File
	if w.Outcome == "existing" {
		how = "already so in " + w.File
	}
	value := firstOf(term.Line(w.inFile), "not set")
	if _, err := fmt.Fprintf(s.Out, "%s %s: %s (%s)\n", s.Paint(term.Good, s.Sym(term.SymOK)), w.Key, value, how); err != nil {
		return err
	}
	if w.Value != nil && *w.Value != w.inFile {
		fmt.Fprintf(s.Err, "In force is %s, from %s.\n", term.Line(*w.Value), term.Line(w.from()))
	}
	return nil
}

func readIfThere(file string) ([]byte, error) {
	content, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return content, err
}

// settingValue resolves a path as the user wrote it, which -C may have moved.
func (a *app) settingValue(key, value string) string {
	name := key[strings.LastIndexByte(key, '.')+1:]
	if slices.Contains([]string{"caFile", "clientCert", "clientKey"}, name) && !strings.HasPrefix(value, "~/") {
		return a.path(value)
	}
	return value
}
