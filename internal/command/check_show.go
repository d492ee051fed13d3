package command

import (
	"github.com/isrc-dev/isrc/internal/term"
)

// showChecked writes the reports that were asked for, then the result in the
// face that was chosen. code is what the command will exit with.
func (a *app) showChecked(o *checkOptions, c *checked, code int) error {
	if err := a.writeReports(o.reports, c, code); err != nil {
		return err
	}
	return a.show(&o.output, c, func(s *term.Streams) error {
		switch {
		case o.pr == "all":
			showPulls(s, c.Repository.FullName, c.Pulls)
			return nil
		case o.format == formatMarkdown:
			_, err := s.Out.Write(markdownOf(c))
			(&reviewText{Streams: s}).asides(c)
			return err
		case o.requirements:
			return showRequirementList(s, c, o.verbose)
		}
		if err := showReview(s, c, o); err != nil {
			return err
		}
		if o.format == formatGitHub {
			return annotate(s.Out, c, o.strict)
		}
		return nil
	})
}
