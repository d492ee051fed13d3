package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/isrc-dev/isrc/internal/contribute"
	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/progress"
	"github.com/isrc-dev/isrc/internal/term"
	"github.com/isrc-dev/isrc/internal/workflow"
)

// bulk is one change on its way to several repositories. Each has a journal of
// its own; this holds nothing that is not in them or on the forge.
type bulk struct {
	app   *app
	o     *contributeOptions
	items []*bulkItem
	sites map[string]*contribute.Site

	mu   sync.Mutex
	done int
}

func (a *app) contributeBulk(ctx context.Context, o *contributeOptions) error {
	if _, err := o.after(a, nil); err != nil {
		return err // a patch that cannot be read, before anything is looked up
	}
	names, err := a.selected(ctx, &o.bulk)
	if err != nil {
		return err
	}
	b := &bulk{app: a, o: o, sites: map[string]*contribute.Site{}}
	base := a.path(firstOf(o.dir, bulkFolder(firstOf(o.branch, o.submit.title))))
	for _, n := range names {
		it := &bulkItem{Repository: a.named(n), Directory: filepath.Join(base, n.Owner, n.Name), Branch: orNull(o.branch)}
		b.items = append(b.items, it)
		if err := b.signIn(ctx, it); err != nil {
			return err
		}
	}
	if err := b.each(ctx, "looking at earlier ones", b.items, b.lookBack); err != nil {
		return err
	}
	declined := b.declined()
	stopped := o.bulk.maxDeclined > 0 && declined >= o.bulk.maxDeclined
	if !stopped {
		if err = b.goes(ctx); errors.Is(err, term.ErrDeclined) {
			return err
		}
	}
	b.leave()
	if shown := a.show(&o.output, b.items, func(s *term.Streams) error { return showBulk(s, b.items) }); shown != nil || err != nil {
		return fault.Join(err, shown)
	}
	if stopped {
		return &exitError{
			code: exitNotPermitted, err: fault.Errorf("%s declined, so no more are opened", pluralOf(declined, "of its pull requests was", "of its pull requests were")),
			hint: "read why; --max-declined N goes on all the same",
		}
	}
	return b.verdict()
}

// bulkFolder names the folder of the clones after the change.
func bulkFolder(title string) string {
	words := strings.FieldsFunc(strings.ToLower(title), func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') })
	return strings.Join(words[:min(len(words), 6)], "-")
}

// each works on several repositories at a time. What fails is noted with its
// repository; only an interruption ends the rest.
func (b *bulk) each(ctx context.Context, what string, items []*bulkItem, do func(context.Context, *bulkItem) error) error {
	b.done = 0
	g := new(errgroup.Group)
	g.SetLimit(b.o.bulk.jobs)
	for _, it := range items {
		g.Go(func() error {
			if ctx.Err() == nil {
				it.note(b.app, do(ctx, it))
			}
			b.mu.Lock()
			defer b.mu.Unlock()
			b.done++
			b.app.sink().Send(progress.Event{Phase: progress.Running, Task: "bulk", Message: what, Current: int64(b.done), Total: int64(len(items)), Unit: "repositories"})
			return nil
		})
	}
	_ = g.Wait() // none of them fails
	return ctx.Err()
}

// note keeps why a repository failed.
func (it *bulkItem) note(a *app, err error) {
	switch {
	case err == nil:
	case errors.Is(err, context.Canceled):
		it.Outcome = bulkLeft
	default:
		it.Outcome, it.Error, it.err = bulkFailed, a.itemError(err), err
	}
}

// signIn finds the account that is for the repository; several may be in one
// bulk.
func (b *bulk) signIn(ctx context.Context, it *bulkItem) error {
	site, err := b.app.siteOf(ctx, it.name())
	if err != nil {
		return err
	}
	if it.account, err = b.app.siteKeyOf(it.name()); err != nil {
		return err
	}
	b.sites[it.account] = site
	return nil
}

func (it *bulkItem) name() forge.RepoName {
	return forge.RepoName{Host: it.Repository.Host, Owner: it.Repository.Owner, Name: it.Repository.Name}
}

// lookBack finds what became of an earlier pull request of the same change.
func (b *bulk) lookBack(ctx context.Context, it *bulkItem) error {
	site := b.sites[it.account]
	run, err := site.RunIn(it.name(), it.Directory)
	if err != nil || run == nil {
		return err
	}
	opened := contribute.Opened(*run)
	if opened == nil {
		if run.Ended == bulkUnchanged {
			it.Outcome = bulkUnchanged
		}
		return nil
	}
	pull, err := site.Forge.Pull(ctx, opened.Upstream, opened.Number)
	if err != nil {
		return fault.Errorf("look up pull request #%d of %s: %w", opened.Number, opened.Upstream.FullName(), err)
	}
	it.take(&opened.URL, opened.Number, run)
	switch pull.State {
	case forge.PullMerged:
		it.Outcome = bulkMerged
	case forge.PullDeclined:
		it.Outcome = bulkDeclined
	default:
		it.Outcome = contribute.PullExisting
	}
	return nil
}

func (it *bulkItem) take(url *string, number int, run *workflow.State) {
	it.URL, it.Number = url, &number
	if run != nil {
		it.Branch, it.Run = &run.Branch, &run.Run
	}
}

// declined counts the pull requests of this change that were declined.
func (b *bulk) declined() int {
	n := 0
	for _, it := range b.items {
		if it.Outcome == bulkDeclined {
			n++
		}
	}
	return n
}

// goes carries out one round after the other until as many pull requests are
// opened as one go may open: what fails, or changes nothing, leaves room.
func (b *bulk) goes(ctx context.Context) error {
	what, do := "contributing", b.carry
	if b.o.dryRun {
		what, do = "planning", b.plan
	} else if todo := b.choose(len(b.items)); len(todo) > 0 {
		if err := b.agree(todo); err != nil {
			return err
		}
	}
	for {
		opened := 0
		for _, it := range b.items {
			if it.Outcome == contribute.PullCreated || it.Outcome == bulkPlanned {
				opened++
			}
		}
		todo := b.choose(b.o.bulk.limit - opened)
		if len(todo) == 0 {
			return nil
		}
		if err := b.each(ctx, what, todo, do); err != nil {
			return err
		}
	}
}

// choose takes what is still to be done, at most so many.
func (b *bulk) choose(most int) []*bulkItem {
	var todo []*bulkItem
	for _, it := range b.items {
		if it.Outcome == "" && len(todo) < most {
			todo = append(todo, it)
		}
	}
	return todo
}

// leave says of what was not reached that it was left.
func (b *bulk) leave() {
	for _, it := range b.items {
		if it.Outcome == "" {
			it.Outcome = bulkLeft
		}
	}
}

func (b *bulk) agree(todo []*bulkItem) error {
	a := b.app
	if b.o.yes || !a.io.CanPrompt() {
		return nil
	}
	a.progress.Clear()
	for _, it := range todo {
		fmt.Fprintf(a.io.Err, "  %s\n", term.Line(it.Repository.FullName))
	}
	fmt.Fprintf(a.io.Err, "\nIn each: %s, then a pull request %q.\n", term.Line(b.o.change().Title), term.Line(b.o.submit.title))
	where := "this repository"
	if len(todo) > 1 {
		where = fmt.Sprintf("these %d repositories", len(todo))
	}
	question := fmt.Sprintf("Open up to %s in %s?", pluralOf(min(len(todo), b.o.bulk.limit), "pull request", "pull requests"), where)
	return a.io.Confirm(question, "--yes", false)
}

// plan looks up and decides, and changes nothing.
func (b *bulk) plan(ctx context.Context, it *bulkItem) error {
	child, o := b.child(it)
	site := child.sites[it.account]
	req, err := o.request(child, site, it.name())
	if err != nil {
		return err
	}
	sit, err := site.Look(ctx, req)
	if err == nil {
		err = sit.TakesBulk()
	}
	if err != nil {
		return err
	}
	plan, err := contribute.Decide(sit)
	if err != nil {
		return err
	}
	via := string(plan.Via)
	it.Outcome, it.Via, it.Branch = bulkPlanned, &via, &plan.Branch
	return nil
}

// carry brings the change to one repository, or goes on with it.
func (b *bulk) carry(ctx context.Context, it *bulkItem) error {
	child, o := b.child(it)
	var result *contribution
	o.collect = func(c *contribution) { result = c }
	err := child.contribute(ctx, o, it.name().String())
	if errors.Is(err, contribute.ErrNoCommit) {
		if same, undoErr := b.unchanged(ctx, child, it); same || undoErr != nil {
			return undoErr
		}
	}
	if err != nil {
		return err
	}
	if result == nil || result.Pull == nil || result.Pull.URL == nil {
		return fault.Errorf("contribute to %s: it ended without a pull request", it.Repository.FullName)
	}
	it.Outcome, it.Via, it.Branch, it.Run = result.Pull.Outcome, &result.Via, &result.Branch, result.Run
	it.URL, it.Number = result.Pull.URL, result.Pull.Number
	return nil
}

// unchanged ends the run of a repository in which the command changed nothing,
// and takes back the clone that was made for it.
func (b *bulk) unchanged(ctx context.Context, child *app, it *bulkItem) (bool, error) {
	site := child.sites[it.account]
	run, err := site.RunIn(it.name(), it.Directory)
	if err != nil || run == nil {
		return false, err
	}
	if !slices.ContainsFunc(run.Steps, func(s workflow.StepState) bool {
		return (s.ID == "exec" || s.ID == "apply") && s.Status == workflow.Failed
	}) {
		return false, nil
	}
	j, err := workflow.Open(child.runsDir(), run.Run)
	if err != nil {
		return false, err
	}
	_, err = site.Engine().Undo(ctx, j, false)
	if err == nil {
		err = j.End(bulkUnchanged)
	}
	it.Outcome = bulkUnchanged
	return true, fault.Join(err, j.Close())
}

// child is an app for one repository beside others: it shares settings, secrets
// and clients, and has a folder and streams of its own.
func (b *bulk) child(it *bulkItem) (*app, *contributeOptions) {
	a := b.app
	inv := a.inv
	inv.Streams = &term.Streams{In: strings.NewReader(""), Out: io.Discard, Err: io.Discard, Width: 80, NoInput: true}
	child := newApp(inv)
	child.flags, child.redact, child.settings, child.tool = a.flags, a.redact, a.settings, a.tool
	for account, s := range b.sites {
		own := *s
		own.Sink, own.Seen = func(progress.Event) {}, &contribute.Seen{}
		child.sites[account] = &own
		if client, ok := s.Forge.(forgeClient); ok && account == it.account {
			child.clients[s.Host] = client
		}
	}
	o := *b.o
	o.bulk, o.dir, o.yes, o.output, o.one = bulkOptions{}, it.Directory, true, output{}, true
	o.submit.sections, o.submit.ticks, o.submit.despite = slices.Clone(o.submit.sections), slices.Clone(o.submit.ticks), slices.Clone(o.submit.despite)
	return child, &o
}

// verdict is how the whole ends: what failed was told in the report.
func (b *bulk) verdict() error {
	failed, done := []*bulkItem{}, 0
	for _, it := range b.items {
		switch it.Outcome {
		case bulkFailed:
			failed = append(failed, it)
		case bulkLeft:
		default:
			done++
		}
	}
	for _, it := range failed {
		b.app.say("isrc: %s: %s", it.Repository.FullName, it.Error.Message)
		for _, h := range hintLines(textOf(it.Error.Hint)) {
			b.app.say("isrc: hint: %s", h)
		}
	}
	switch {
	case len(failed) == 0:
		return nil
	case done > 0:
		return &exitError{code: exitPartly}
	}
	return &exitError{code: b.app.judge(failed[0].err).code}
}
