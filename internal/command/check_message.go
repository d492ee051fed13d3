package command

import (
	"context"
	"io"
	"strings"

	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/guideline"
	"github.com/isrc-dev/isrc/internal/rule"
)

// readInput reads standard input until its end, or until the user interrupts: a
// terminal may never end it.
func (a *app) readInput(ctx context.Context, limit int64) ([]byte, error) {
	type answer struct {
		data []byte
		err  error
	}
	done := make(chan answer, 1)
	in := io.LimitReader(a.io.In, limit)
	go func() {
		data, err := io.ReadAll(in)
		done <- answer{data, err}
	}()
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case got := <-done:
		return got.data, got.err
	}
}

// checkMessage judges one message, of a file or of standard input, by what lies
// in the clone.
func (a *app) checkMessage(ctx context.Context, o *checkOptions) error {
	var message []byte
	var err error
	if o.message == "-" {
		message, err = a.readInput(ctx, maxMessageFile)
	} else {
		message, err = readBounded(a.path(o.message), maxMessageFile)
	}
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		return &usageError{err: fault.Errorf("--commit-message: %w", err)}
	}
	place, tool, err := a.place(ctx, placeOptions{repo: o.repo, base: o.base})
	if err != nil {
		return err
	}
	review, err := place.ReviewMessage(ctx, tool, string(message), "isrc "+version())
	if err != nil {
		return err
	}
	set := &guideline.Set{}
	result := describeAsked(review.Place, set, review.Requirements)
	if result.Repository != nil {
		*result.Repository = a.named(review.Upstream)
	}
	commits := 1
	result.Commits = &commits
	findings := narrowed(review.Findings, o.only, o.skip)
	for i := range findings {
		findings[i].Fix = nil // there is no commit yet to be mended
	}
	result.judged(set, findings)
	if len(findings) == 0 && strings.TrimSpace(string(message)) == "" {
		result.Notes = append(result.Notes, "the message is empty: git would not commit it")
	}
	code := exitDone
	if rule.Blocking(findings, o.strict) {
		code = exitBroken
	}
	if err := a.showChecked(o, result, code); err != nil {
		return err
	}
	if code != exitDone {
		return &exitError{code: code}
	}
	return nil
}
