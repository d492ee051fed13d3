package rule

import "testing"

func TestCleanMessage(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ in, comment, want string }{
		"comments go":              {"fix: a\n\n# please write\nbody  \n#end", "", "fix: a\n\nbody"},
		"another comment sign":     {"fix: a\n\n#12 is mended\n; comment", ";", "fix: a\n\n#12 is mended"},
		"nothing below scissors":   {"fix: a\n# " + scissors + "\n# Do not modify\ndiff --git a b", "#", "fix: a"},
		"blank lines are one":      {"\n\nfix: a\n\n\n\nbody\n\n", "#", "fix: a\n\nbody"},
		"carriage returns go":      {"fix: a\r\n\r\nbody\r\n", "#", "fix: a\n\nbody"},
		"nothing but comments":     {"# a\n# b\n", "#", ""},
		"auto takes the usual one": {"fix: a\n# b", "auto", "fix: a"},
	} {
		if got := CleanMessage(tt.in, tt.comment); got != tt.want {
			t.Errorf("%s: got %q, want %q", name, got, tt.want)
		}
	}
}

func TestJudgeMessageAsksNothingOfAnEmptyOne(t *testing.T) {
	t.Parallel()
	reqs := Derive(busySet(t))
	if got := JudgeMessage(reqs, " \n", Person{}); got != nil {
		t.Errorf("got %+v", got)
	}
	broken := 0
	for _, f := range JudgeMessage(reqs, "No type.", Person{Name: "newcomer", Email: "newcomer@acme.example"}) {
		if f.Verdict == Broken {
			broken++
		}
	}
	if broken == 0 {
		t.Error("nothing is found in a message that breaks rules")
	}
}
