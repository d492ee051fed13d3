package command

import (
	"errors"
	"fmt"
	"strings"

	"github.com/isrc-dev/isrc/internal/contribute"
	"github.com/isrc-dev/isrc/internal/fault"
)

// unfilled is the refusal that names all that a proposal lacks, and the flags that
// give it, for whoever cannot be asked; nil when nothing is missing.
func unfilled(o *proposeOptions, plan *contribute.ProposalPlan) error {
	var flags, lists []string
	if strings.TrimSpace(o.title) == "" {
		flags = append(flags, "--title 'what you want to change'")
	}
	demanded := make([]string, 0, len(plan.Missing))
	for _, heading := range plan.Missing {
		demanded = append(demanded, fmt.Sprintf("%q", heading))
		if plan.Used.IsBox(heading) {
			flags = append(flags, "--tick "+shellWord(heading))
			continue
		}
		flags = append(flags, "--section "+shellWord(heading+"=FILE"))
		for _, s := range plan.Used.Form.Sections {
			if s.Heading == heading && len(s.Options) > 0 {
				lists = append(lists, fmt.Sprintf("%q takes one of: %s", heading, strings.Join(s.Options, ", ")))
			}
		}
	}
	if len(flags) == 0 {
		return nil
	}
	if plan.Used == nil && plan.Bare() {
		flags = append(flags, "--body-file FILE")
	}
	err := errors.New("a proposal needs a title")
	if len(demanded) > 0 {
		err = fault.Errorf("the form %s of %s demands %s", plan.Used.Name, plan.Upstream.FullName(), strings.Join(demanded, ", "))
	}
	return &usageError{err: err, hint: strings.Join(append([]string{strings.Join(flags, " ")}, lists...), "\n")}
}
