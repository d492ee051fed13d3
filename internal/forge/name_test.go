package forge

import (
	"errors"
	"testing"
)

func TestARepositoryIsReadFromEveryWayToWriteIt(t *testing.T) {
	t.Parallel()
	for arg, want := range map[string]string{
		"identity/auth-lib":                        "git.example/identity/auth-lib",
		"other.example/identity/auth-lib":          "other.example/identity/auth-lib",
		"other.example:8443/identity/auth-lib":     "other.example:8443/identity/auth-lib",
		"https://github.com/cli/cli":               "github.com/cli/cli",
		"https://github.com/cli/cli.git":           "github.com/cli/cli",
		"https://github.com/cli/cli/pull/12/files": "github.com/cli/cli",
		"https://WWW.GitHub.com/cli/cli/":          "github.com/cli/cli",
		"http://127.0.0.1:8080/a/b":                "127.0.0.1:8080/a/b",
		"git@github.com:cli/cli.git":               "github.com/cli/cli",
		"ssh://git@git.example:22/a/b.git":         "git.example/a/b",
		"ssh://git@ssh.github.com:443/cli/cli.git": "github.com/cli/cli",
		" a/b ":                               "git.example/a/b",
		"a/.github":                           "git.example/a/.github",
		"https://git.example:443/a/b":         "git.example/a/b",
		"https://user:secret@git.example/a/b": "git.example/a/b",
		"a/b.c_d-e":                           "git.example/a/b.c_d-e",
	} {
		got, err := ParseRepo(arg, "git.example")
		if err != nil || got.String() != want {
			t.Errorf("ParseRepo(%q) = %v, %v; want %s", arg, got, err, want)
		}
	}
}

func TestWhatIsNoRepositoryIsRefused(t *testing.T) {
	t.Parallel()
	for _, arg := range []string{
		"", "a/b/c/d", "a//b", "/", "a/", "/b", "../b", "a/..", "a/b c", "a/b\x1b[2J", "file:///etc/passwd", "ext::sh -c true", "-x/y", "a/-x\n",
		"https:///a/b", "ftp://h/a/b", "https://h/a", "a/b?c=d", "git@host:/etc/passwd",
	} {
		if got, err := ParseRepo(arg, "git.example"); err == nil {
			t.Errorf("ParseRepo(%q) = %v, want an error", arg, got)
		}
	}
	if _, err := ParseRepo("auth-lib", "git.example"); !errors.Is(err, ErrBareName) {
		t.Errorf("a bare name gives %v, want ErrBareName", err)
	}
	if _, err := ParseRepo("a/b", ""); err == nil {
		t.Error("without any host there is no repository")
	}
}

func FuzzParseRepo(f *testing.F) {
	for _, s := range []string{"a/b", "https://h/a/b", "git@h:a/b.git", "h:1/a/b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, arg string) {
		got, err := ParseRepo(arg, "git.example")
		if err != nil {
			return
		}
		again, err := ParseRepo(got.String(), "other.example")
		if err != nil || !again.Equal(got) {
			t.Errorf("%q was read as %v, and that as %v (%v)", arg, got, again, err)
		}
	})
}
