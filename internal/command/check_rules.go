package command

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/isrc-dev/isrc/internal/rule"
)

// registerRules completes a flag that takes rules separated by commas, each with
// what it asks in one line.
func registerRules(cmd *cobra.Command, flag string) {
	_ = cmd.RegisterFlagCompletionFunc(flag, func(_ *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
		done := ""
		if i := strings.LastIndexByte(typed, ','); i >= 0 {
			done, typed = typed[:i+1], typed[i+1:]
		}
		given := strings.Split(done, ",")
		var out []string
		for _, r := range rule.All() {
			if strings.HasPrefix(r.ID, typed) && !slices.Contains(given, r.ID) {
				out = append(out, done+r.ID+"\t"+r.Summary())
			}
		}
		return out, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
	})
}
