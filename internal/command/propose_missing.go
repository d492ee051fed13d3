package command

import (
	"errors"
	"strconv"
	"strings"

	"github.com/isrc-dev/isrc/internal/contribute"
	"github.com/isrc-dev/isrc/internal/fault"
)

// unfilled is the refusal that names all that a proposal lacks, and the flags that
// give it, for whoever cannot be asked; nil when nothing is missing.
func unfilled(o *proposeOptions, plan *contribute.ProposalPlan) error {
	flags, demanded, lists := "", "", ""
	if strings.TrimSpace(o.title) == "" {
		flags = " --title 'what you want to change'"
	}
	for _, heading := range plan.Missing {
		demanded += ", " + strconv.Quote(heading)
		if plan.Used.IsBox(heading) {
			flags += " --tick " + shellWord(heading)
			continue
		}
		flags += " --section " + shellWord(heading+"=FILE")
		for _, s := range plan.Used.Form.Sections {
			if s.Heading == heading && len(s.Options) > 0 {
				lists += "\n" + strconv.Quote(heading) + " takes one of: " + strings.Join(s.Options, ", ")
			}
		}
	}
	if flags == "" {
		return nil
	}
	if plan.Used == nil && plan.Bare() {
		flags += " --body-file FILE"
	}
	err := errors.New("a proposal needs a title")
	if demanded != "" {
		err = fault.Errorf("the form %s of %s demands %s", plan.Used.Name, plan.Upstream.FullName(), demanded[2:])
	}
	return &usageError{err: err, hint: flags[1:] + lists}
}
