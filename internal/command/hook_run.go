package command

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/isrc-dev/isrc/internal/contribute"
	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/git"
	"github.com/isrc-dev/isrc/internal/guideline"
	"github.com/isrc-dev/isrc/internal/rule"
	"github.com/isrc-dev/isrc/internal/term"
)

// maxMessageFile bounds a message that is read, in bytes.
const maxMessageFile = 1 << 20

// skipHooks is set for every git that isrc runs itself: what isrc does was
// checked by isrc.
const skipHooks = "ISRC_SKIP_HOOKS"

func newHookRun(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use: "run HOOK [ARGUMENT…]", Short: "Do what a hook does; git calls it",
		Hidden: true,
		Example: `  isrc hook run commit-msg .git/COMMIT_EDITMSG
  isrc hook run pre-push origin https://git.example.com/identity/auth-lib.git`,
		DisableFlagParsing: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 || !slices.Contains(hookNames(), args[0]) {
				return &usageError{err: errors.New("isrc hook run: which hook?"), hint: "the hooks are: " + strings.Join(hookNames(), ", ")}
			}
			if a.inv.Getenv(skipHooks) != "" {
				return nil
			}
			if args[0] == "pre-push" {
				return a.hookPush(cmd.Context())
			}
			if len(args) < 2 {
				return usagef("isrc hook run commit-msg: it takes the file of the message")
			}
			return a.hookMessage(cmd.Context(), a.path(args[1]))
		},
	}
	exits(cmd, exitBroken)
	return cmd
}

// hookMessage judges the message in a file. Where nothing can be judged, the
// commit is not stopped.
func (a *app) hookMessage(ctx context.Context, file string) error {
	data, err := readBounded(file, maxMessageFile)
	if err != nil {
		return fault.Errorf("read the message: %w", err)
	}
	place, tool, err := a.place(ctx, placeOptions{})
	if err != nil {
		return a.letPass(err)
	}
	if merging(place.Repo) {
		return nil // a merge has its own message
	}
	review, err := place.ReviewMessage(ctx, tool, string(data), "isrc "+version())
	if err != nil {
		return a.letPass(err)
	}
	if !a.sayBroken(review.Findings, "the message", firstOf(place.Upstream.FullName(), "the project")) {
		return nil
	}
	a.say("isrc: your message is kept: git commit --edit --file=%s", shellWord(file))
	a.say("isrc: to commit it as it is: git commit --no-verify")
	return &exitError{code: exitBroken}
}

func merging(repo *git.Repo) bool {
	_, err := os.Lstat(filepath.Join(repo.GitDir(), "MERGE_HEAD"))
	return err == nil
}

// letPass says why nothing was judged. A first commit, or a clone of nothing,
// has nothing to be judged by, and that is not worth a word.
func (a *app) letPass(err error) error {
	if errors.Is(err, contribute.ErrNoCommit) || errors.Is(err, contribute.ErrNoBase) || errors.Is(err, context.Canceled) {
		return nil
	}
	a.say("isrc: not checked: %s", term.Line(a.redact.text(err.Error())))
	return nil
}

// sayBroken says what is broken, and answers whether something that must hold
// is.
func (a *app) sayBroken(findings []rule.Finding, what, whose string) bool {
	blocks, said := false, false
	aside := *a.io
	aside.Out = a.io.Err
	text := &reviewText{Streams: &aside}
	for _, strength := range []rule.Strength{rule.Must, rule.Should} {
		for _, f := range findings {
			if f.Verdict != rule.Broken || f.Requirement == nil || f.Requirement.Strength != strength {
				continue
			}
			if !said {
				a.say("isrc: %s breaks what %s asks:", what, term.Line(whose))
				said = true
			}
			blocks = blocks || strength == rule.Must
			f.Fix = nil // the last line says how
			one := findingOf(&guideline.Set{}, f)
			text.finding(&one)
		}
	}
	return blocks
}

// textRules judge the text of a pull request, which a push does not send.
func textRules() []string {
	return []string{"title", "single-commit", "template", "release-note", "linked-issue", "labels", "base-branch", "issue-first"}
}

// hookPush judges what git is about to push, as git tells it on standard input.
func (a *app) hookPush(ctx context.Context) error {
	input, err := a.readInput(ctx, maxMessageFile)
	if err != nil {
		return fault.Errorf("read what is pushed: %w", err)
	}
	pushed, err := contribute.ParsePushed(string(input))
	if err != nil {
		return a.letPass(err)
	}
	blocks := false
	for _, p := range pushed {
		broken, err := a.judgePushed(ctx, p)
		if err != nil {
			return a.letPass(err)
		}
		blocks = blocks || broken
	}
	if !blocks {
		return nil
	}
	a.say("isrc: isrc check says more, isrc check --fix mends what it can; to push as it is: git push --no-verify")
	return &exitError{code: exitBroken}
}

// judgePushed judges one branch. The base itself, and tags, are their owners'
// matter.
func (a *app) judgePushed(ctx context.Context, p contribute.Pushed) (bool, error) {
	branch, ok := strings.CutPrefix(p.RemoteRef, "refs/heads/")
	if !ok {
		return false, nil
	}
	place, _, err := a.place(ctx, placeOptions{})
	if err != nil {
		return false, err
	}
	if branch == place.Base {
		return false, nil
	}
	if place.Head != p.LocalSHA {
		place.Head, place.Run, place.Branch = p.LocalSHA, nil, branch
	}
	if err := place.Refresh(ctx, nil); err != nil {
		return false, err
	}
	review, err := place.Review(ctx, nil, nil, contribute.ReviewOptions{})
	if err != nil {
		return false, err
	}
	findings := slices.DeleteFunc(review.Findings, func(f rule.Finding) bool { return slices.Contains(textRules(), f.Rule) })
	return a.sayBroken(findings, "the branch "+term.Line(branch), firstOf(place.Upstream.FullName(), "the project")), nil
}
