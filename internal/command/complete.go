package command

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/isrc-dev/isrc/internal/catalog/index"
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

// completeFromCatalog stays silent about a catalog that cannot be read: nobody
// wants a message in the middle of a line that is being typed.
func (a *app) completeFromCatalog(ctx context.Context, typed string) []string {
	dir, err := a.catalogDir()
	if err != nil || typed == "" {
		return nil
	}
	if ctx == nil {
		ctx = context.Background()
	}
	defer a.quick()()
	cat, err := (&index.Store{Dir: dir}).Open(ctx)
	if err != nil {
		return nil
	}
	defer leave(cat)
	names, err := cat.Complete(ctx, typed, mostCompleted)
	if err != nil {
		return nil
	}
	return names
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
