package command

import (
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// completion offers what may stand at a place that is being typed.
type completion = cobra.CompletionFunc

// completeRest decides for the flags and arguments that have no completion of
// their own, by the word that help has for their value: a shell would offer the
// names of files for all of them. It is asked only while something is completed.
func (a *app) completeRest(cmd *cobra.Command) {
	if cmd.ValidArgsFunction == nil && len(cmd.ValidArgs) == 0 && !cmd.HasSubCommands() {
		cmd.ValidArgsFunction = a.completeArgument(cmd.Use)
	}
	cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
		if f.Value.Type() == "bool" {
			return
		}
		if _, own := cmd.GetFlagCompletionFunc(f.Name); own || f.Annotations[cobra.BashCompSubdirsInDir] != nil {
			return
		}
		word, _ := pflag.UnquoteUsage(f)
		complete, known := a.completeNamed(word)
		switch {
		case f.Name == "base":
			complete = a.completeBase
		case f.Name == "sparse": // a folder there, not here
			complete = a.completeSparse
		case !known:
			complete = noFiles
		}
		_ = cmd.RegisterFlagCompletionFunc(f.Name, complete) // it has none
	})
	for _, sub := range cmd.Commands() {
		a.completeRest(sub)
	}
}

// completeArgument is for what follows a command, as its line of use names it.
func (a *app) completeArgument(use string) completion {
	_, args, _ := strings.Cut(strings.ToLower(use), " ")
	switch {
	case strings.Contains(args, "contribution"):
		return a.completeRuns
	case strings.Contains(args, "file"), strings.Contains(args, "path"), strings.Contains(args, "source"), strings.Contains(args, "destination"):
		return files
	}
	return noFiles
}

// completeNamed is for a flag's value by its name in help; known is false for a
// name that nobody has decided about.
func (a *app) completeNamed(word string) (complete completion, known bool) {
	switch word {
	case "FILE", "PATCH", "QUERY", "HEADING=FILE", "KIND=FILE": // QUERY is a file of names, or words
		return files, true
	case "DIR", "FOLDER", "CLONE":
		return folders, true
	case "ORGANISATION", "ORGANISATIONS":
		return a.completeValues("org"), true
	case "REPOSITORY":
		return a.completeRepos, true
	case "N", "NUMBER", "PERCENT", "PART", "TIME", "WHEN", "RANGE", "CONDITION", // figures
		"TITLE", "TEXT", "MESSAGE", "COMMAND", "EXPR", "TEMPLATE", // a person's own words
		"NAME", "BRANCH", "BASE", "FORK", "LOGIN", "SCOPES", "LABEL", "FORM", "COMMITS", "RULES", "URL": // only the forge knows, or git
		return noFiles, true
	}
	return nil, false
}

func noFiles(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveNoFileComp
}

func files(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveDefault
}

func folders(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveFilterDirs
}
