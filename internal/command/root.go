package command

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/spf13/cobra"

	"github.com/isrc-dev/isrc/internal/fault"
)

// synonyms are words that people bring from other tools; each names ours.
var synonyms = map[string]string{
	"search": "find", "view": "show", "info": "show", "clone": "contribute", "fork": "contribute",
	"pr": "submit", "create": "submit", "push": "submit", "open": "show --web", "lint": "check", "issue": "propose",
	"update": "status", "login": "auth login", "logout": "auth logout",
}

// topCommand is a command directly below isrc.
type topCommand struct {
	group, name string
	build       func(*app) *cobra.Command
}

// topCommands lists them in the order of help.
func topCommands() []topCommand {
	return []topCommand{
		{"way", "find", newFind}, {"way", "help-wanted", newHelpWanted}, {"way", "show", newShow},
		{"way", "propose", newPropose}, {"way", "contribute", newContribute}, {"way", "check", newCheck},
		{"way", "owners", newOwners}, {"way", "submit", newSubmit}, {"way", "status", newStatus}, {"way", "sync", newSync}, {"way", "finish", newFinish}, {"way", "abandon", newAbandon},
		{"owners", "catalog", newCatalog}, {"owners", "forks", newForks}, {"owners", "manifest", newManifest},
		{"setup", "setup", newSetup}, {"setup", "auth", newAuth}, {"setup", "config", newConfig},
		{"setup", "hook", newHook}, {"setup", "doctor", newDoctor},
		{"more", "demo", newDemo}, {"more", "completion", newCompletion}, {"more", "version", newVersion},
	}
}

// newRoot assembles the commands. Where the first of the arguments is the name of
// one, which is how nearly every call begins, that one is assembled alone: the
// others, with their flags and texts, would take a tenth of the time to start.
func newRoot(a *app, args ...string) *cobra.Command {
	root := &cobra.Command{
		Use:   "isrc",
		Short: "Contribute to what another team owns",
		Long: `isrc carries you from "somebody here must have built this" to "merged":
it finds the repository, shows what its owners ask, checks your change
against their rules before anybody else sees it, opens the pull request
and follows it.`,
		SilenceErrors: true, SilenceUsage: true,
		Args:              unknownCommand,
		CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true},
		RunE: func(cmd *cobra.Command, _ []string) error {
			a.welcome()
			return nil
		},
	}
	root.SetOut(a.io.Out)
	root.SetErr(a.io.Err)
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return &usageError{err: fault.Errorf("%s: %w", c.CommandPath(), err), hint: c.CommandPath() + " --help"}
	})
	f := root.PersistentFlags()
	f.StringVar(&a.flags.host, "host", "", "the forge to talk to, e.g. github.com or `HOST[:PORT]` of your company's")
	_ = root.RegisterFlagCompletionFunc("host", a.completeValues("host"))
	f.BoolVar(&a.flags.noInput, "no-input", false, "never ask; a missing answer is an error")
	f.StringVar(&a.flags.debug, "debug", "", "write `WHAT` is done to stderr: api, git or all")
	f.Lookup("debug").NoOptDefVal = "all"
	f.StringVarP(&a.flags.dir, "directory", "C", "", "run as if started in `DIR`")
	root.PersistentPreRunE = func(cmd *cobra.Command, _ []string) error { return a.globals(cmd) }
	root.AddGroup(
		&cobra.Group{ID: "way", Title: "From found to merged:"},
		&cobra.Group{ID: "owners", Title: "For owners:"},
		&cobra.Group{ID: "setup", Title: "Set up:"},
		&cobra.Group{ID: "more", Title: "More:"},
	)
	all := topCommands()
	if named := slices.IndexFunc(all, func(t topCommand) bool { return len(args) > 0 && t.name == args[0] }); named >= 0 {
		all = all[named : named+1]
	}
	for _, t := range all {
		c := t.build(a)
		c.GroupID = t.group
		root.AddCommand(c)
	}
	if len(all) > 1 {
		root.AddCommand(helpTopics()...)
	}
	root.SetHelpCommand(newHelp())
	root.SetHelpCommandGroupID("more")
	root.SetUsageFunc(a.usage)
	root.SetHelpFunc(a.help)
	for _, c := range root.Commands() {
		finish(c)
	}
	if len(args) > 0 && strings.HasPrefix(args[0], cobra.ShellCompRequestCmd) {
		a.completeRest(root)
	}
	return root
}

// finish gives a command that only groups others its reaction to a word that
// is none of them.
func finish(c *cobra.Command) {
	if c.HasSubCommands() && c.Args == nil {
		c.Args = unknownCommand
		if c.RunE == nil && c.Run == nil {
			c.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
		}
	}
	for _, sub := range c.Commands() {
		finish(sub)
	}
}

// globals applies the flags that every command has. One whose --yes is given
// lets nobody ask, git and ssh included.
func (a *app) globals(cmd *cobra.Command) error {
	if yes := cmd.Flags().Lookup("yes"); yes != nil {
		a.flags.yes = yes.Value.String() == "true"
	}
	if a.flags.noInput {
		a.io.NoInput = true
	}
	if a.flags.dir != "" {
		a.inv.Dir = a.path(a.flags.dir)
	}
	return nil
}

func unknownCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	word := args[0]
	if ours, ok := synonyms[word]; ok && !cmd.HasParent() {
		return &usageError{err: fault.Errorf("isrc has no command %q", word), hint: "isrc " + ours}
	}
	near := nearest(cmd, word)
	if near == "" {
		return &usageError{err: fault.Errorf("%s has no command %q", cmd.CommandPath(), word), hint: cmd.CommandPath() + " --help"}
	}
	return &usageError{err: fault.Errorf("%s has no command %q", cmd.CommandPath(), word), hint: cmd.CommandPath() + " " + near}
}

// nearest names the subcommand that differs from the word by the fewest edits.
func nearest(cmd *cobra.Command, word string) string {
	type near struct {
		name string
		d    int
	}
	var all []near
	for _, c := range cmd.Commands() {
		if !c.Hidden {
			all = append(all, near{c.Name(), distance(word, c.Name())})
		}
	}
	if !cmd.HasParent() {
		for theirs, ours := range synonyms {
			all = append(all, near{ours, distance(word, theirs)})
		}
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].d < all[j].d || (all[i].d == all[j].d && all[i].name < all[j].name) })
	if len(all) > 0 && (all[0].d <= min(2, len(word)/2) || strings.HasPrefix(all[0].name, word)) {
		return all[0].name
	}
	for _, n := range all {
		if strings.HasPrefix(n.name, word) {
			return n.name
		}
	}
	return ""
}

// distance is the Levenshtein distance in bytes.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		diagonal := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			diagonal, row[j] = row[j], min(row[j]+1, row[j-1]+1, diagonal+cost)
		}
	}
	return row[len(b)]
}

// welcome is what bare isrc shows: a few lines to start with, and first of all
// what somebody needs who has set up nothing.
func (a *app) welcome() {
	if c, err := a.settings(); err == nil && c.Host == "" && len(c.Hosts) == 0 {
		fmt.Fprint(a.io.Out, a.io.Fold("isrc setup <host>         first: point isrc at your company's forge\n\n"))
	}
	fmt.Fprint(a.io.Out, a.io.Fold(`isrc find <words>         find a shared repository
isrc show <repo>          see what it is and what its owners ask
isrc contribute <repo>    fork or branch, and make your change
isrc submit               check it, push it, open the pull request
isrc status               see who waits for whom

isrc demo                 watch all of it on a forge of its own
isrc help                 everything else
`))
}

// exits notes in a command's help which codes it can end with beside 0, 1, 2.
func exits(cmd *cobra.Command, codes ...int) {
	var b strings.Builder
	for _, row := range exitTable {
		for _, c := range codes {
			if row.Code == c {
				fmt.Fprintf(&b, "\n  %3d  %s", row.Code, row.Meaning)
			}
		}
	}
	if cmd.Annotations == nil {
		cmd.Annotations = map[string]string{}
	}
	cmd.Annotations["exits"] = strings.TrimPrefix(b.String(), "\n")
}
