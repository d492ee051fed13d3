package command

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
)

// usage writes the part of a command's help that follows its description: how
// it is called, examples, the commands below it, flags and exit codes. It takes
// the place of cobra's template, which would keep every method of every type in
// the program.
func (a *app) usage(cmd *cobra.Command) error {
	var b, examples strings.Builder
	b.WriteString("Usage:")
	if cmd.Runnable() {
		b.WriteString("\n  " + cmd.UseLine())
	}
	if cmd.HasAvailableSubCommands() {
		b.WriteString("\n  " + cmd.CommandPath() + " [command]")
	}
	if cmd.HasExample() { // to be pasted, and so in one piece
		examples.WriteString(a.io.Fold(b.String()) + "\n\nExamples:\n" + cmd.Example)
		b.Reset()
	}
	if cmd.HasAvailableSubCommands() {
		usageCommands(&b, cmd)
	}
	if cmd.HasAvailableLocalFlags() {
		b.WriteString("\n\nFlags:\n" + flagUsages(cmd.LocalFlags().FlagUsages()))
	}
	if cmd.HasAvailableInheritedFlags() {
		b.WriteString("\n\nFlags of every command:\n" + flagUsages(cmd.InheritedFlags().FlagUsages()))
	}
	if codes := cmd.Annotations["exits"]; codes != "" {
		b.WriteString("\n\nExit codes (0 done, 1 failed, 2 wrong usage):\n" + codes)
	}
	if cmd.HasHelpSubCommands() {
		b.WriteString("\n\nTopics:")
		for _, c := range cmd.Commands() {
			if c.IsAdditionalHelpTopicCommand() {
				fmt.Fprintf(&b, "\n  %-12s %s", c.Name(), c.Short)
			}
		}
	}
	if cmd.HasAvailableSubCommands() {
		b.WriteString("\n\n" + cmd.CommandPath() + " [command] --help says more about a command.")
	}
	_, err := io.WriteString(cmd.OutOrStderr(), examples.String()+a.io.Fold(b.String())+"\n")
	return err
}

// help writes what a command is for, and how it is called.
func (a *app) help(cmd *cobra.Command, _ []string) {
	about := strings.TrimSpace(firstOf(cmd.Long, cmd.Short))
	if cmd.IsAdditionalHelpTopicCommand() { // some are to be copied, such as a Makefile
		fmt.Fprintf(cmd.OutOrStdout(), "%s\n\n", about)
		return
	}
	fmt.Fprintf(cmd.OutOrStdout(), "%s\n\n", a.io.Reflow(about))
	if cmd.Runnable() || cmd.HasSubCommands() {
		fmt.Fprint(cmd.OutOrStdout(), cmd.UsageString())
	}
}

// usageCommands lists the commands below one, by group where there are groups.
func usageCommands(b *strings.Builder, cmd *cobra.Command) {
	list := func(title string, in func(*cobra.Command) bool) {
		b.WriteString("\n\n" + title)
		for _, c := range cmd.Commands() {
			if in(c) {
				fmt.Fprintf(b, "\n  %-*s  %s", c.NamePadding(), c.Name(), c.Short)
			}
		}
	}
	shown := func(c *cobra.Command) bool { return c.IsAvailableCommand() || c.Name() == "help" }
	if len(cmd.Groups()) == 0 {
		list("Commands:", shown)
	}
	for _, g := range cmd.Groups() {
		list(g.Title, func(c *cobra.Command) bool { return c.GroupID == g.ID && shown(c) })
	}
}

//go:noinline
func flagUsages(text string) string { return strings.TrimRight(text, " \t\n") }
