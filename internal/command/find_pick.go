package command

import (
	"context"
	"fmt"
	"strings"

	"github.com/isrc-dev/isrc/internal/term"
)

// What can be done with an answer that was picked.
const (
	pickShow       = "show"
	pickContribute = "contribute"
)

// pick lets a person choose an answer and goes on with it.
func (a *app) pick(ctx context.Context, rows []found) error {
	a.progress.Clear()
	items := make([]term.PickItem, len(rows))
	for i, r := range rows {
		items[i] = term.PickItem{Title: r.FullName, Detail: firstOf(r.Description, r.Title)}
	}
	at, action, err := term.Pick(ctx, a.io, items, term.PickOptions{
		Question: "which repository?", Flag: "the repository's name to isrc show",
		Actions: []string{pickShow, pickContribute},
		Preview: func(i int) string { return a.preview(&rows[i]) },
	})
	if err != nil {
		return err
	}
	name := a.typed(rows[at].repository)
	a.say("isrc %s %s", action, name) // what to type the next time
	if action == pickContribute {
		return a.contribute(ctx, &contributeOptions{via: "auto"}, name)
	}
	return a.showRepo(ctx, &showOptions{}, name)
}

// preview is what is told of an answer while it is under the cursor.
func (a *app) preview(r *found) string {
	var b strings.Builder
	line := func(label, text string) {
		if text != "" {
			fmt.Fprintf(&b, "%s%s\n", label, text)
		}
	}
	line("", r.FullName)
	line("", firstOf(r.Description, r.Title))
	b.WriteString("\n")
	line("", strings.Join(joinNonEmpty(r.Language, r.License), " "+a.io.Sym(term.SymDot)+" "))
	if r.Team != nil {
		line("owner: ", r.Team.Name)
	}
	line("topics: ", strings.Join(r.Topics, ", "))
	line("provides: ", strings.Join(r.Provides, ", "))
	facts := findScreen{now: a.inv.Now(), live: r.HelpWanted == nil}.facts(r)
	line("", strings.Join(facts, "\n"))
	if r.record != nil && r.record.Excerpt != "" {
		line("\n", r.record.Excerpt)
	}
	if len(r.Reasons) > 0 {
		line("\nwhy here: ", strings.Join(r.Reasons, "; "))
	}
	return b.String()
}

func joinNonEmpty(words ...string) []string {
	var out []string
	for _, w := range words {
		if w != "" {
			out = append(out, w)
		}
	}
	return out
}
