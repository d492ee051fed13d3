package term

import (
	"bytes"
	"errors"
	"strings"
	"testing"
)

func asked(width int, answers string) (*Streams, *bytes.Buffer) {
	var said bytes.Buffer
	return &Streams{In: strings.NewReader(answers), Err: &said, InTTY: true, OutTTY: true, ErrTTY: true, Width: width}, &said
}

func TestAQuestionIsBrokenAtBlanks(t *testing.T) {
	t.Parallel()
	s, said := asked(40, "y\n")
	if err := s.Confirm("Replace your commits on fix in newcomer/lib by the rebased ones?", "--yes", true); err != nil {
		t.Fatal(err)
	}
	if got, want := said.String(), "Replace your commits on fix in\nnewcomer/lib by the rebased ones? [Y/n] "; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestWhatDoesNotFitIsAskedForAgain(t *testing.T) {
	t.Parallel()
	small := func(answer string) bool { return answer == "small" }
	for name, c := range map[string]struct {
		answers, want string
		wrong         int
		err           error
	}{
		"at once":           {"small\n", "small", 0, nil},
		"after a wrong one": {"huge\n\nsmall\n", "small", 2, nil},
		"never":             {"a\nb\nc\n", "", 3, ErrNoAnswer},
		"left":              {"huge\n", "", 1, ErrNoAnswer},
	} {
		t.Run(name, func(t *testing.T) {
			s, said := asked(80, c.answers)
			got, err := s.InputThat("How big", "--section", small, "Please answer with: small.")
			if got != c.want || !errors.Is(err, c.err) {
				t.Errorf("got %q, %v", got, err)
			}
			if n := strings.Count(said.String(), "Please answer with: small."); n != c.wrong {
				t.Errorf("said %q", said.String())
			}
		})
	}
}
