package git

import (
	"context"
	"errors"
	"slices"
	"strings"
)

// SigningError says that a commit was not made because it could not be signed.
// Nothing is lost: what was to be committed lies where it lay.
type SigningError struct {
	Asked  string // what wants a signature: "commit.gpgsign in FILE"
	Format string // openpgp, ssh or x509
	Err    error
}

func (e *SigningError) Error() string {
	s := "git could not sign the commit, as " + e.Asked + " asks"
	if why := signerSaid(e.Err); why != "" {
		s += ": " + why
	}
	return s
}

// Unwrap gives what git said.
func (e *SigningError) Unwrap() error { return e.Err }

// unsigned gives a failure of git its type where it was the signer that failed,
// and finds out which setting asks for it.
func (t *Tool) unsigned(ctx context.Context, c command, err error) error {
	var e *CommandError
	if !errors.As(err, &e) || !slices.Contains([]string{"commit", "am", "merge", "rebase", "commit-tree"}, verbOf(c.args)) {
		return err
	}
	text := ownWords(e.Stderr)
	has := func(words string) bool { return strings.Contains(text, words) }
	if !has("failed to sign the data") && !has("gpg.format") && !has("gpg.ssh.defaultkeycommand") && (!has("failed to write commit object") || has("insufficient permission")) {
		return err
	}
	q := t.quiet()
	out, failed := q.Run(ctx, c.dir, "config", "--show-origin", "--type=bool", "--get", "commit.gpgsign")
	from, value, _ := strings.Cut(strings.TrimSpace(out), "\t")
	signed := &SigningError{Asked: "commit.gpgsign in " + strings.TrimSuffix(strings.TrimPrefix(from, "file:"), ":"), Err: err}
	if failed != nil || value != "true" {
		if !slices.Contains(c.args, "-S") {
			return err
		}
		signed.Asked = "-S"
	}
	if out, err := q.Run(ctx, c.dir, "config", "--get", "gpg.format"); err == nil {
		signed.Format = strings.TrimSpace(out)
	}
	return signed
}

// signerSaid is the line in which git or the signer says what went wrong.
func signerSaid(err error) string {
	var e *CommandError
	if !errors.As(err, &e) {
		return ""
	}
	for line := range strings.Lines(e.Stderr) {
		line = strings.TrimSpace(line)
		for _, before := range []string{"error: ", "fatal: ", "Enter passphrase: "} {
			line = strings.TrimPrefix(line, before)
		}
		if line != "" && !strings.HasPrefix(line, "Rebasing (") && !strings.HasPrefix(line, "hint:") {
			return strings.TrimSuffix(line, "?")
		}
	}
	return ""
}
