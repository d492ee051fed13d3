package command

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/isrc-dev/isrc/internal/catalog"
	"github.com/isrc-dev/isrc/internal/catalog/index"
	"github.com/isrc-dev/isrc/internal/term"
	"github.com/isrc-dev/isrc/internal/workflow"
)

func newCompletion(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "completion <shell>",
		Short: "Write a completion script for bash, zsh, fish or powershell",
		Example: `  source <(isrc completion bash)
  isrc completion zsh > "${fpath[1]}/_isrc"
  isrc completion fish > ~/.config/fish/completions/isrc.fish`,
		ValidArgs: []string{"bash", "zsh", "fish", "powershell"},
		Args:      exactArgs(1, "a shell: bash, zsh, fish or powershell"),
		RunE: func(cmd *cobra.Command, args []string) error {
			root := cmd.Root()
			switch args[0] {
			case "bash":
				return root.GenBashCompletionV2(a.io.Out, true)
			case "zsh":
				return root.GenZshCompletion(a.io.Out)
			case "fish":
				return root.GenFishCompletion(a.io.Out, true)
			case "powershell":
				return root.GenPowerShellCompletionWithDesc(a.io.Out)
			}
			return usagef("completion is written for bash, zsh, fish and powershell, not for %q", args[0])
		},
	}
}

// registerValues completes a flag with fixed words.
//
//go:noinline
func registerValues(cmd *cobra.Command, flag string, words ...string) {
	_ = cmd.RegisterFlagCompletionFunc(flag, func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return words, cobra.ShellCompDirectiveNoFileComp
	})
}

// mostCompleted bounds how many repositories of a catalog are offered.
const mostCompleted = 50

// completeRepos offers the repositories of earlier runs and of the catalog: what
// is known without a network, for a key press must not wait for one.
func (a *app) completeRepos(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	runs, _, err := workflow.List(a.runsDir())
	if err != nil {
		runs = nil // the catalog may know something all the same
	}
	var out []string
	seen := map[string]bool{}
	for _, st := range runs {
		_, full, _ := strings.Cut(st.Upstream, "/")
		if !seen[full] && strings.HasPrefix(full, typed) {
			seen[full] = true
			out = append(out, full)
		}
	}
	for _, full := range a.completeFromCatalog(cmd.Context(), typed) {
		if !seen[full] {
			out = append(out, full)
		}
	}
	return out, cobra.ShellCompDirectiveNoFileComp
}

// completeFromCatalog offers the names of repositories.
func (a *app) completeFromCatalog(ctx context.Context, typed string) (names []string) {
	if typed == "" {
		return nil
	}
	a.completing(ctx, func(ctx context.Context, cat *index.Catalog) (err error) {
		names, err = cat.Complete(ctx, typed, mostCompleted)
		return err
	})
	return names
}

// completionTime is how long a key press may wait.
const completionTime = 100 * time.Millisecond

// completing asks the catalog while a line is being typed. Nobody wants a message
// in the middle of it: a catalog that is not there, that cannot be read or that
// takes long knows nothing.
func (a *app) completing(ctx context.Context, ask func(context.Context, *index.Catalog) error) {
	dir, err := a.catalogDir()
	if err != nil {
		return
	}
	if ctx == nil {
		ctx = context.Background()
	}
	ctx, cancel := context.WithTimeout(ctx, cmp.Or(a.inv.Typing, completionTime))
	defer cancel()
	defer a.quick()()
	cat, err := (&index.Store{Dir: dir}).Open(ctx)
	if err != nil {
		return
	}
	defer leave(cat)
	_ = ask(ctx, cat)
}

// completeValues offers the values that a catalog has for a qualifier, the ones
// of most repositories first. Of several between commas the last is completed.
func (a *app) completeValues(name string) func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return func(cmd *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
		return a.valuesAfter(cmd.Context(), name, "", typed), cobra.ShellCompDirectiveNoFileComp
	}
}

func (a *app) valuesAfter(ctx context.Context, name, lead, typed string) []string {
	if at := strings.LastIndexByte(typed, ','); at >= 0 {
		lead, typed = lead+typed[:at+1], typed[at+1:]
	}
	var out []string
	a.completing(ctx, func(ctx context.Context, cat *index.Catalog) error {
		values, err := cat.Values(ctx, name, typed, mostCompleted)
		for _, v := range values {
			out = append(out, lead+term.Line(v))
		}
		return err
	})
	return out
}

// completeQuery offers the filters of a query and their values; only, if not
// nil, are those that the command knows. Words are free.
//
//go:noinline
func (a *app) completeQuery(only []string) func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return func(cmd *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
		name, value, isFilter := strings.Cut(typed, ":")
		var out []string
		for _, q := range catalog.Qualifiers() {
			switch {
			case only != nil && !slices.Contains(only, q.Name):
			case !isFilter && typed != "" && strings.HasPrefix(q.Name, typed):
				out = append(out, q.Name+":\t"+q.Usage)
			case !isFilter || !q.Called(name):
			case q.Kind == catalog.KindName:
				out = append(out, a.valuesAfter(cmd.Context(), q.Name, name+":", value)...)
			default:
				for _, c := range q.Choices {
					if strings.HasPrefix(c.Value, value) {
						out = append(out, name+":"+c.Value+"\t"+c.Usage)
					}
				}
			}
		}
		if isFilter {
			return out, cobra.ShellCompDirectiveNoFileComp
		}
		return out, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
	}
}

func (a *app) completeRuns(_ *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	runs, _, err := workflow.List(a.runsDir())
	if err != nil || len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var out []string
	for _, st := range runs {
		if st.Ended == "" && strings.HasPrefix(st.Run, typed) {
			out = append(out, st.Run+"\t"+st.Upstream+" "+st.Branch)
		}
	}
	return out, cobra.ShellCompDirectiveNoFileComp
}
