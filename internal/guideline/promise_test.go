package guideline

import (
	"strings"
	"testing"
)

func TestPromisesInProse(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"We answer within three working days.":                                                        "3bd",
		"We will review your pull request within 2 business days.":                                    "2bd",
		"A maintainer responds in 48 hours.":                                                          "48h",
		"You can expect a response within a week.":                                                    "1w",
		"You will hear from us within a couple of days.":                                              "2d",
		"Pull requests are reviewed within 2-3 days.":                                                 "3d",
		"The team reviews every PR within three (3) business days.":                                   "3bd",
		"After you open a pull request, we get back to you within one business day.":                  "1bd",
		"We respond to issues and pull requests in less than two weeks.":                              "2w",
		"All contributions must be reviewed within five workdays by a reviewer.":                      "5bd",
		"We look at every contribution within a month.":                                               "31d",
		"Our response time is at most 24h.":                                                           "24h",
		"We guarantee a first response within 4 hours.":                                               "4h",
		"Maintainers reply no later than 10 calendar days.":                                           "10d",
		"Someone from the team will triage your PR within the next two days.":                         "2d",
		"Your reviewer will answer your pull request within one working day (of their own calendar).": "1bd",
		"A maintainer looks at your pull request within **7 days**.":                                  "7d",
		"Expect maintainers to reply to new contributions within a week.":                             "1w",
		"We decide within ten working days.":                                                          "decision 10bd",
		"Pull requests are merged within a week.":                                                     "decision 1w",
		"We aim to respond within two days.":                                                          "",
		"We try to review pull requests within a week.":                                               "",
		"We usually respond within 3 days.":                                                           "",
		"Our goal is to review every PR within two business days.":                                    "",
		"It may take weeks until somebody looks at it.":                                               "",
		"You should hear back within a few days.":                                                     "",
		"You should get a review within 3 days.":                                                      "",
		"We answer within several days.":                                                              "",
		"If we do not respond within 7 days, ping us.":                                                "",
		"Pull requests without a response from the author within 14 days are closed.":                 "",
		"Please respond to our review within two weeks.":                                              "",
		"You have two weeks to respond to the review, in 14 days we take over.":                       "",
		"The author must reply to reviews within a week.":                                             "",
		"We respond to vulnerability reports within 24 hours.":                                        "",
		"We answer questions in Slack within two hours.":                                              "",
		"We triage issues within 2 days.":                                                             "",
		"We cannot promise to review within a week.":                                                  "",
		"We don't always respond within a day.":                                                       "",
		"We respond within 48 business hours.":                                                        "",
		"Once CI passes, we review within two days.":                                                  "",
		"Stale pull requests are reviewed within 30 days.":                                            "",
		"We review within 2 days and merge within 5 days.":                                            "",
		"We make a release within two weeks.":                                                         "",
		"It was reviewed two days ago.":                                                               "",
		"We review pull requests every two weeks.":                                                    "",
		"Do you review within two days?":                                                              "",
		"Reviews take place in three different time zones over five days.":                            "",
		"Please allow up to 5 business days for a review.":                                            "",
		"We do our best to answer within 3 days.":                                                     "",
		"In two weeks we want to review the roadmap.":                                                 "",
		"Nominations are reviewed within 7 days.":                                                     "",
		"Most pull requests are reviewed within a day.":                                               "",
		"We respond within " + strings.Repeat("9", 20) + " days.":                                     "",
		"Small ones are answered within two working days.":                                            "",
		"Wir antworten innerhalb von drei Tagen.":                                                     "",
		"We will respond to your pull request within two days, except during company holidays.":       "",
	} {
		d := ParseDocument(&Source{Path: "CONTRIBUTING.md"}, DocContributing, []byte("# Contributing\n\n## Review\n\n"+text+"\n"))
		p := PromiseIn(&d)
		got, said := p.FirstResponse, p.FirstResponseSaid
		if p.Decision != "" {
			got, said = strings.TrimSpace(got+" decision "+p.Decision), p.DecisionSaid
		}
		if got != want || want != "" && (said.Line != 5 || said.Text == "") {
			t.Errorf("%s\ngot %q at line %d, want %q", text, got, said.Line, want)
		}
	}
}

func TestTheLongestPromiseCountsAndOthersAreForOthers(t *testing.T) {
	t.Parallel()
	d := ParseDocument(&Source{Path: "CONTRIBUTING.md"}, DocContributing, []byte(`# Contributing

## Security

We answer within one hour.

## Reviews

- We answer within two days.
- We review pull requests within five working days.
- We decide within 30 days.
`))
	p := PromiseIn(&d)
	if p.FirstResponse != "5bd" || p.FirstResponseSaid.Line != 10 || p.Decision != "30d" || p.DecisionSaid.Line != 11 {
		t.Errorf("got %+v", p)
	}
}
