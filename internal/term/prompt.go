package term

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"syscall"

	"github.com/isrc-dev/isrc/internal/fault"
)

var (
	// ErrDeclined says that a question was answered with no, or not at all.
	ErrDeclined = errors.New("declined")
	// ErrNoAnswer is the kind of it that is no no: Ctrl-D, a terminal that is gone,
	// an interrupt, or nothing but wrong answers.
	ErrNoAnswer = fault.Errorf("%w: no answer", ErrDeclined)
)

// SaidNo tells whether a question was answered with no, which is an answer.
func SaidNo(err error) bool { return errors.Is(err, ErrDeclined) && !errors.Is(err, ErrNoAnswer) }

// NoPromptError says that an answer is missing and may not be asked for.
type NoPromptError struct {
	Question string
	Flag     string // what to give instead, e.g. "--yes"
}

func (e *NoPromptError) Error() string {
	return fmt.Sprintf("%s: there is no terminal to ask on", strings.TrimRight(e.Question, "?: "))
}

// Confirm asks a yes-or-no question on the error stream; Enter takes def. It
// answers ErrDeclined for no.
func (s *Streams) Confirm(question, flag string, def bool) error {
	choices := "[y/N]"
	if def {
		choices = "[Y/n]"
	}
	for range 3 {
		answer, err := s.ask(question+" "+choices+" ", question, flag)
		if err != nil {
			return err
		}
		switch strings.ToLower(answer) {
		case "y", "yes":
			return nil
		case "n", "no", "q":
			return ErrDeclined
		case "":
			if def {
				return nil
			}
			return ErrDeclined
		}
		fmt.Fprintln(s.Err, "Please answer y or n.")
	}
	return ErrNoAnswer
}

// Input asks for one line; Enter takes def.
func (s *Streams) Input(question, flag, def string) (string, error) {
	label := question
	if def != "" {
		label += " [" + def + "]"
	}
	answer, err := s.ask(label+": ", question, flag)
	if answer == "" {
		answer = def
	}
	return answer, err
}

// InputThat asks for one line that fits, three times; wrong is said to one that
// does not.
func (s *Streams) InputThat(question, flag string, fits func(answer string) bool, wrong string) (string, error) {
	for range 3 {
		answer, err := s.Input(question, flag, "")
		if err != nil || fits(answer) {
			return answer, err
		}
		s.Tell(wrong)
	}
	return "", ErrNoAnswer
}

// Text asks for a line or more. Several come by pasting them: what follows the
// first line at once belongs to it, and then an empty line is the end.
func (s *Streams) Text(question, flag string) (string, error) {
	text, err := s.Input(question, flag, "")
	in, ok := s.In.(*os.File)
	if err != nil || !ok || !typedAhead(in) {
		return text, err
	}
	for told := false; ; {
		line, err := s.readLine()
		if err != nil {
			return "", err
		}
		more := typedAhead(in)
		if line == "" && !more {
			return strings.TrimSpace(text), nil
		}
		if text += "\n" + line; !more && !told {
			s.Tell("(several lines: an empty one ends them)")
			told = true
		}
	}
}

// Choose asks for one of several by its number.
func (s *Streams) Choose(question, flag string, options []string) (int, error) {
	if !s.CanPrompt() {
		return 0, &NoPromptError{Question: question, Flag: flag}
	}
	s.beforeQuestion()
	for i, o := range options {
		fmt.Fprintf(s.Err, "  %d  %s\n", i+1, Line(o))
	}
	for range 3 {
		answer, err := s.ask(question+" [1] ", question, flag)
		if err != nil {
			return 0, err
		}
		if answer == "" {
			return 0, nil
		}
		if n, err := strconv.Atoi(answer); err == nil && n >= 1 && n <= len(options) {
			return n - 1, nil
		}
		fmt.Fprintf(s.Err, "Please answer with a number from 1 to %d.\n", len(options))
	}
	return 0, ErrNoAnswer
}

// Secret reads one line without showing it.
func (s *Streams) Secret(question, flag string) (string, error) {
	if !s.CanPrompt() {
		return "", &NoPromptError{Question: question, Flag: flag}
	}
	s.beforeQuestion()
	f, ok := s.In.(*os.File)
	if !ok {
		fmt.Fprint(s.Err, question+": ")
		return s.readLine()
	}
	secret, err := s.hiddenLine(f, s.foldLabel(question+": "))
	fmt.Fprintln(s.Err)
	return secret, err
}

func (s *Streams) ask(label, question, flag string) (string, error) {
	if !s.CanPrompt() {
		return "", &NoPromptError{Question: question, Flag: flag}
	}
	s.beforeQuestion()
	io.WriteString(s.Err, s.foldLabel(label))
	return s.readLine()
}

// foldLabel breaks a question that is wider than the terminal at blanks; the one
// at its end stays.
func (s *Streams) foldLabel(label string) string {
	if Columns(label) <= s.Width {
		return label
	}
	return strings.Join(Wrap(label, s.Width-1), "\n") + " "
}

// beforeQuestion takes off the terminal what moves, so that the question begins
// a line.
func (s *Streams) beforeQuestion() {
	if s.asking != nil {
		s.asking()
	}
}

// readLine reads byte by byte, so that nothing behind the line is swallowed. An
// interrupt ends the wait; the read that it leaves behind ends with the process.
func (s *Streams) readLine() (string, error) {
	type read struct {
		text string
		err  error
	}
	done := make(chan read, 1)
	go func() {
		text, err := readLine(s.In)
		done <- read{text, err}
	}()
	select {
	case r := <-done:
		if errors.Is(r.err, io.EOF) || errors.Is(r.err, syscall.EIO) { // Ctrl-D, or the terminal is gone
			fmt.Fprintln(s.Err)
			r.err = ErrNoAnswer
		}
		return r.text, r.err
	case <-s.Interrupted:
		fmt.Fprintln(s.Err)
		return "", ErrNoAnswer
	}
}

func readLine(in io.Reader) (string, error) {
	var b strings.Builder
	one := make([]byte, 1)
	for b.Len() < 64*1024 {
		n, err := in.Read(one)
		if n == 1 {
			if one[0] == '\n' {
				return strings.TrimSpace(b.String()), nil
			}
			b.WriteByte(one[0])
			continue
		}
		if err != nil {
			if b.Len() > 0 {
				return strings.TrimSpace(b.String()), nil
			}
			return "", err
		}
	}
	return "", bufio.ErrTooLong
}
