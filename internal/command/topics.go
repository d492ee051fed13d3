package command

import (
	_ "embed"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/isrc-dev/isrc/internal/rule"
)

// makefile is what `isrc help make` prints and docs/make.md shows.
//
//go:embed isrc.mk
var makefile string

// helpTopics are pages of help that belong to no command: cobra shows a
// command without anything to run as one.
func helpTopics() []*cobra.Command {
	return []*cobra.Command{
		{Use: "exit-codes", Short: "What each exit code means", Long: exitCodesText()},
		{Use: "environment", Short: "The variables that count", Long: environmentText()},
		{Use: "queries", Short: "Words, phrases and filters that find understands", Long: queriesText()},
		{Use: "rules", Short: "What isrc can read and judge, rule by rule", Long: rulesText()},
		{Use: "output", Short: "Text, JSON, colour and questions", Long: outputText},
		{Use: "make", Short: "A Makefile to include: check, contribute, gate", Long: makefile},
	}
}

// newHelp is cobra's help command with topics among its completions, and with
// an error where there is no such page.
func newHelp() *cobra.Command {
	pages := func(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
		at, rest, err := cmd.Root().Find(args)
		if err != nil || len(rest) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		var out []string
		for _, c := range at.Commands() {
			if !c.Hidden && strings.HasPrefix(c.Name(), typed) {
				out = append(out, c.Name()+"\t"+c.Short)
			}
		}
		return out, cobra.ShellCompDirectiveNoFileComp
	}
	return &cobra.Command{
		Use:               "help [command | topic]",
		Short:             "Help about a command or a topic",
		Example:           "  isrc help contribute\n  isrc help exit-codes",
		ValidArgsFunction: pages,
		RunE: func(cmd *cobra.Command, args []string) error {
			at, rest, err := cmd.Root().Find(args)
			if err != nil {
				return &usageError{err: err, hint: "isrc help"}
			}
			if len(rest) > 0 {
				return unknownCommand(at, rest)
			}
			at.InitDefaultHelpFlag()
			return at.Help()
		},
	}
}

func exitCodesText() string {
	var b strings.Builder
	b.WriteString("Every command of isrc ends with one of these codes.\n\n")
	for _, row := range exitTable {
		lead := fmt.Sprintf("  %3d  %-14s ", row.Code, row.Name)
		b.WriteString(hanging(lead, row.Meaning))
	}
	b.WriteString(`
A pause that was planned (isrc contribute waits for your change) is no failure
and ends with 0. With 7 trying later can succeed; with 2 to 6 it cannot before
something is changed. The help of a command says with which codes it can end.
`)
	return b.String()
}

func rulesText() string {
	var b strings.Builder
	b.WriteString("isrc reads these kinds of requirements out of what a project says, and judges a\nchange by them. Their names go with check --only, --skip and --fix, with submit\n--despite, and into isrc.rules of a manifest, where owners correct a reading.\n\n")
	for _, r := range rule.All() {
		b.WriteString(hanging(fmt.Sprintf("  %-22s ", r.ID), r.Summary()))
	}
	b.WriteString("\ndocs/rules.md says of each what exactly it accepts and rejects.\n")
	return b.String()
}

func environmentText() string {
	var b strings.Builder
	b.WriteString("isrc reads these variables of the environment and no others; git, gh and other\nprograms that it runs read their own.\n")
	for _, group := range environmentTable() {
		fmt.Fprintf(&b, "\n%s\n", group.Title)
		for _, v := range group.List {
			b.WriteString(hanging(fmt.Sprintf("  %-24s ", v.Name), v.Meaning))
		}
	}
	return b.String()
}

// topicWidth is the width of help topics, which do not know their terminal.
const topicWidth = 80

// hanging writes a text behind its lead, with the lines that follow under its
// beginning.
func hanging(lead, text string) string {
	var b strings.Builder
	line := lead
	for _, word := range strings.Fields(text) {
		if len(line)+len(word) > topicWidth && strings.TrimSpace(line) != "" && line != lead {
			b.WriteString(strings.TrimRight(line, " ") + "\n")
			line = strings.Repeat(" ", len(lead))
		}
		line += word + " "
	}
	return b.String() + strings.TrimRight(line, " ") + "\n"
}

const outputText = `The result of a command goes to standard output; everything else (progress,
questions, remarks, errors) goes to standard error. So this works:

  url=$(isrc submit --json url --jq .url)

JSON
  --json FIELDS     the result as JSON with these fields, separated by commas
  --json all        with all of them; --json alone lists their names
  --jq EXPR         filter it by a jq expression; texts are printed without quotes
  --template T      write it by a Go template, with join, json, truncate,
                    tablerow and timeago

Names of fields are for good: they are added, not renamed or removed. Lists are
arrays, also when empty. Times are RFC 3339 in UTC. What is not known is null,
never 0, "" or left out. Words that stand for a choice (a verdict, an outcome, a
state) are lower case. A repository is {host, fullName, owner, name, url}.

Text
  Rows of a list are separated by tabs where the output is no terminal, so that
  cut and awk can read them. Where the locale is not UTF-8, symbols are ASCII:
  ok, no, ? and > . Colour only underlines what the text says; NO_COLOR turns it
  off and CLICOLOR_FORCE on. What others wrote is shown without control
  characters.

Questions
  isrc asks only where input and output are terminals, CI is not set, and neither
  --yes nor --no-input nor ISRC_NO_INPUT is given. Elsewhere a missing answer is
  an error (exit code 2) that names the flag to give. Nothing ever waits for
  input in a script.

Errors
  isrc: error: what was being done, to what, and why it failed
  isrc: hint: a command to paste, or what to do

  The exit code says which kind of error it is: isrc help exit-codes.
`
