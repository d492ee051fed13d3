package command

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/isrc-dev/isrc/internal/order"
)

// generatedBy is the first line of each page that this file renders.
const generatedBy = "<!-- Generated from the code by `go generate ./internal/command`. Change the code, not this page. -->\n"

// docPages renders the reference: one page for each command, and the topics
// that are tables. It gives the content by the path below docs/.
func docPages(root *cobra.Command) map[string]string {
	pages := map[string]string{
		"exit-codes.md":  exitCodesPage(root),
		"environment.md": environmentPage(),
		"output.md":      outputPage(root),
		"rules.md":       rulesPage(),
	}
	for _, c := range documented(root) {
		pages["commands/"+pageName(c)] = commandPage(c)
	}
	return pages
}

// documented lists a command and all below it that people call, in the order
// of their names.
func documented(c *cobra.Command) []*cobra.Command {
	all := []*cobra.Command{c}
	subs := slices.Clone(c.Commands())
	order.By(subs, func(a, b *cobra.Command) int { return strings.Compare(a.Name(), b.Name()) })
	for _, s := range subs {
		if s.IsAvailableCommand() {
			all = append(all, documented(s)...)
		}
	}
	return all
}

// pageName is the file of a command: isrc-auth-login.md.
func pageName(c *cobra.Command) string {
	return strings.ReplaceAll(c.CommandPath(), " ", "-") + ".md"
}

func link(c *cobra.Command) string { return fmt.Sprintf("[%s](%s)", c.CommandPath(), pageName(c)) }

func commandPage(c *cobra.Command) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n# %s\n\n%s.\n", generatedBy, c.CommandPath(), c.Short)
	if c.Runnable() && (!c.HasAvailableSubCommands() || !c.HasParent()) {
		fmt.Fprintf(&b, "\n%s", fenced("", c.UseLine()))
	}
	if c.Long != "" {
		fmt.Fprintf(&b, "\n%s\n", prose(c.Long))
	}
	if c.Example != "" {
		fmt.Fprintf(&b, "\n## Examples\n\n%s", fenced("", unindent(c.Example)))
	}
	b.WriteString(subcommands(c))
	if !c.HasParent() {
		b.WriteString("\n## Topics\n\n")
		for _, t := range helpTopics() {
			fmt.Fprintf(&b, "- [%s](../%s.md): %s\n", t.Name(), t.Name(), t.Short)
		}
	}
	b.WriteString(flagList("Flags", c.NonInheritedFlags()))
	b.WriteString(flagList("Flags of every command", c.InheritedFlags()))
	if codes := exitRows(c); len(codes) > 0 && !c.HasAvailableSubCommands() {
		b.WriteString("\n## Exit codes\n\n")
		for _, row := range codes {
			fmt.Fprintf(&b, "- `%d`: %s\n", row.code, row.meaning)
		}
		b.WriteString("\nAll of them: [exit codes](../exit-codes.md).\n")
	}
	if fields := fieldsOf(c); len(fields) > 0 {
		fmt.Fprintf(&b, "\n## JSON fields\n\n`%s`\n\nHow to ask for them: [output](../output.md).\n", strings.Join(fields, "`, `"))
	}
	if c.HasParent() {
		fmt.Fprintf(&b, "\nPart of %s.\n", link(c.Parent()))
	}
	return b.String()
}

func subcommands(c *cobra.Command) string {
	var b strings.Builder
	list := func(title string, keep func(*cobra.Command) bool) {
		first := true
		for _, s := range c.Commands() {
			if !s.IsAvailableCommand() || !keep(s) {
				continue
			}
			if first {
				fmt.Fprintf(&b, "\n## %s\n\n", strings.TrimSuffix(title, ":"))
			}
			first = false
			fmt.Fprintf(&b, "- %s: %s\n", link(s), s.Short)
		}
	}
	if len(c.Groups()) == 0 {
		list("Commands", func(*cobra.Command) bool { return true })
	}
	for _, g := range c.Groups() {
		list(g.Title, func(s *cobra.Command) bool { return s.GroupID == g.ID })
	}
	return b.String()
}

func flagList(title string, flags *pflag.FlagSet) string {
	var b strings.Builder
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Hidden || f.Name == "help" {
			return
		}
		value, usage := pflag.UnquoteUsage(f)
		name := "--" + f.Name
		switch {
		case f.NoOptDefVal != "" && f.Value.Type() != "bool":
			name += "[=" + value + "]"
		case value != "":
			name += " " + value
		}
		if f.Shorthand != "" {
			name = "-" + f.Shorthand + ", " + name
		}
		fmt.Fprintf(&b, "- `%s`: %s%s\n", name, escaped(usage), defaultText(f))
	})
	if b.Len() == 0 {
		return ""
	}
	return "\n## " + title + "\n\n" + b.String()
}

// defaultText names a default that is worth naming.
func defaultText(f *pflag.Flag) string {
	switch f.DefValue {
	case "", "false", "0", "[]", "0s":
		return ""
	}
	if strings.Contains(f.Usage, "default:") {
		return ""
	}
	return " (default: `" + f.DefValue + "`)"
}

type exitRow struct {
	code    int
	meaning string
}

// exitRows are the codes that a command can end with beside the three of every
// command, as its help lists them.
func exitRows(c *cobra.Command) []exitRow {
	var rows []exitRow
	for line := range strings.Lines(c.Annotations["exits"]) {
		var code int
		if _, err := fmt.Sscanf(line, "%d", &code); err != nil {
			continue
		}
		_, meaning, _ := strings.Cut(strings.TrimSpace(line), " ")
		rows = append(rows, exitRow{code, strings.TrimSpace(meaning)})
	}
	return rows
}

// fieldsOf names the fields of a command's JSON, as its completion does.
func fieldsOf(c *cobra.Command) []string {
	complete, ok := c.GetFlagCompletionFunc("json")
	if !ok {
		return nil
	}
	offered, _ := complete(c, nil, "")
	var fields []string
	for _, f := range offered {
		if f != "all" {
			fields = append(fields, f)
		}
	}
	return fields
}

func exitCodesPage(root *cobra.Command) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n# Exit codes\n\n", generatedBy)
	b.WriteString("Every command of isrc ends with one of these codes. They are an interface: a\nscript or a Makefile may branch on them (see [make](make.md)).\n\n")
	b.WriteString("| code | name | meaning |\n| ---: | --- | --- |\n")
	for _, row := range exitTable {
		fmt.Fprintf(&b, "| %d | %s | %s |\n", row.Code, row.Name, escaped(row.Meaning))
	}
	b.WriteString("\nAny command can end with 0, 1, 2 and 130. The others:\n\n| code | commands |\n| ---: | --- |\n")
	for _, row := range exitTable {
		var with []string
		for _, c := range documented(root) {
			if slices.ContainsFunc(exitRows(c), func(r exitRow) bool { return r.code == row.Code }) && row.Code != exitInterrupted {
				with = append(with, fmt.Sprintf("[%s](commands/%s)", c.CommandPath(), pageName(c)))
			}
		}
		if len(with) > 0 {
			fmt.Fprintf(&b, "| %d | %s |\n", row.Code, strings.Join(with, ", "))
		}
	}
	return b.String()
}

func environmentPage() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n# Environment\n\nisrc reads these variables and no others; git, gh and other programs that it\nruns read their own.\n", generatedBy)
	for _, group := range environmentTable() {
		fmt.Fprintf(&b, "\n## %s\n\n| variable | meaning |\n| --- | --- |\n", group.Title)
		for _, v := range group.List {
			fmt.Fprintf(&b, "| `%s` | %s |\n", v.Name, escaped(v.Meaning))
		}
	}
	b.WriteString("\n## Settings without a variable\n\n`isrc config set KEY VALUE` writes them, as all the others.\n\n| setting | meaning |\n| --- | --- |\n")
	for _, s := range settingTable() {
		if s.Variable == "" {
			fmt.Fprintf(&b, "| `%s` | %s |\n", s.Key, escaped(s.Meaning))
		}
	}
	return b.String()
}

func outputPage(root *cobra.Command) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n# Output\n\n%s\n## Fields of each command\n\n| command | fields |\n| --- | --- |\n", generatedBy, fenced("text", outputText))
	for _, c := range documented(root) {
		if fields := fieldsOf(c); len(fields) > 0 {
			fmt.Fprintf(&b, "| [%s](commands/%s) | `%s` |\n", c.CommandPath(), pageName(c), strings.Join(fields, "`, `"))
		}
	}
	return b.String()
}

//go:noinline
func fenced(language, text string) string {
	return "```" + language + "\n" + strings.TrimRight(text, "\n") + "\n```\n"
}

// unindent takes away the two blanks before each line of an example.
func unindent(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		b.WriteString(strings.TrimPrefix(line, "  "))
	}
	return b.String()
}

// prose makes Markdown of a help text: what is indented in it is shown as it
// is, and what stands in angle brackets is no tag.
func prose(text string) string {
	var b strings.Builder
	inside := false
	for line := range strings.Lines(strings.TrimRight(text, "\n") + "\n") {
		indented := strings.HasPrefix(line, "  ")
		if indented != inside && strings.TrimSpace(line) != "" {
			b.WriteString("```\n")
			inside = indented
		}
		switch {
		case inside && strings.TrimSpace(line) == "":
			b.WriteString("```\n")
			inside = false
			b.WriteString(line)
		case inside:
			b.WriteString(strings.TrimPrefix(line, "  "))
		default:
			b.WriteString(escaped(line))
		}
	}
	if inside {
		b.WriteString("```\n")
	}
	return strings.TrimRight(b.String(), "\n")
}

func escaped(text string) string {
	return strings.NewReplacer("<", "&lt;", "|", "\\|", "*", "\\*").Replace(text)
}
