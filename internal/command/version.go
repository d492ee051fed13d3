package command

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/term"
)

// buildVersion is set by the linker in releases (-X); it is a variable for that
// reason alone.
var buildVersion string

// version is what this program calls itself: the release, the module's version,
// or "dev".
func version() string {
	if buildVersion != "" {
		return buildVersion
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return strings.TrimPrefix(info.Main.Version, "v")
	}
	return "dev"
}

type versionResult struct {
	Version string `json:"version"`
	Go      string `json:"go"`
	System  string `json:"system"`
}

func newVersion(a *app) *cobra.Command {
	var require string
	o := &output{}
	cmd := &cobra.Command{
		Use:     "version",
		Short:   "Say which isrc this is, or whether it is new enough",
		Example: "  isrc version\n  isrc version --require '>=0.2'",
		Args:    exactArgs(0, ""),
		RunE: func(*cobra.Command, []string) error {
			if require != "" {
				ok, err := satisfies(version(), require)
				if err != nil {
					return err
				}
				if !ok {
					return &exitError{code: exitFailed, err: fault.Errorf("isrc %s is not %s", version(), require), hint: "update isrc"}
				}
			}
			v := versionResult{Version: version(), Go: runtime.Version(), System: runtime.GOOS + "/" + runtime.GOARCH}
			return a.show(o, v, func(s *term.Streams) error {
				_, err := fmt.Fprintf(s.Out, "isrc %s (%s, %s)\n", v.Version, v.System, v.Go)
				return err
			})
		},
	}
	cmd.Flags().StringVar(&require, "require", "", "fail unless the version fits this `CONDITION`, such as '>=0.2'")
	addOutput(cmd, o, versionResult{})
	return cmd
}

// satisfies compares a version with a condition: an operator of >=, >, <=, <, =
// and up to three numbers. A development build fits every condition.
func satisfies(have, condition string) (bool, error) {
	rest := strings.TrimLeft(condition, "><= ")
	op := strings.TrimSpace(condition[:len(condition)-len(rest)])
	want, err := numbers(rest)
	if err != nil || (op != "" && !strings.Contains(" >= > <= < = == ", " "+op+" ")) {
		return false, usagef("--require takes a condition such as '>=0.2', not %q", condition)
	}
	if have == "dev" {
		return true, nil
	}
	core, _, _ := strings.Cut(strings.TrimPrefix(have, "v"), "+")
	core, pre, _ := strings.Cut(core, "-")
	got, err := numbers(core)
	if err != nil {
		return true, nil //nolint:nilerr // a build without a number is a development build
	}
	c := 0
	for i := range want {
		if got[i] != want[i] {
			c = got[i] - want[i]
			break
		}
	}
	if c == 0 && pre != "" {
		c = -1 // 1.2.0-rc.1 comes before 1.2.0
	}
	switch op {
	case ">=", "":
		return c >= 0, nil
	case ">":
		return c > 0, nil
	case "<=":
		return c <= 0, nil
	case "<":
		return c < 0, nil
	}
	return c == 0, nil
}

func numbers(text string) (n [3]int, err error) {
	parts := strings.Split(strings.TrimPrefix(strings.TrimSpace(text), "v"), ".")
	if len(parts) > 3 {
		return n, fault.Errorf("too many numbers")
	}
	for i, p := range parts {
		if n[i], err = strconv.Atoi(p); err != nil || n[i] < 0 {
			return n, fault.Errorf("%q is no number", p)
		}
	}
	return n, nil
}
