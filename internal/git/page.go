package git

import (
	"bytes"
	"errors"
	"html"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// PageError says that a page for people stands where git's answer should: the
// sign-in page of single sign-on, as a rule, or one of a proxy on the way.
type PageError struct {
	Host  string // that answered
	Title string // "" when not known; not sanitized
	Err   error  // what git said of it, nil where it was seen
}

func (e *PageError) Error() string {
	if e.Title == "" {
		return "a page of " + e.Host + " stands where git's answer should: of single sign-on, or of a proxy on the way"
	}
	return "a page of " + e.Host + " (\"" + e.Title + "\") stands where git's answer should: of single sign-on, or of a proxy on the way"
}

// Unwrap gives git's own failure.
func (e *PageError) Unwrap() error { return e.Err }

// pageHead is how much of a page is looked through for its title, and titleLength
// how much of that is told, in bytes.
const (
	pageHead    = 4 << 10
	titleLength = 100
)

// readPage takes the title from the beginning of a page, which can be read anew
// behind it.
func readPage(res *http.Response, host string) *PageError {
	head, _ := io.ReadAll(io.LimitReader(res.Body, pageHead)) // a page that breaks off is one, too
	res.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(head), res.Body), res.Body}
	low := bytes.ToLower(head)
	from := bytes.Index(low, []byte("<title>"))
	if from < 0 || len(low) != len(head) {
		return &PageError{Host: host}
	}
	title, _, _ := strings.Cut(string(head[from+len("<title>"):]), "<")
	title = strings.Join(strings.Fields(html.UnescapeString(title)), " ")
	return &PageError{Host: host, Title: strings.ToValidUTF8(title[:min(len(title), titleLength)], "")}
}

// pageSeen finds in the words of the git program that it was led to a page: it
// takes one that is not too odd for a list of references, and follows a redirect
// to one that cannot be the address of a repository. The words are in lower case.
func pageSeen(at, words string, err error) *PageError {
	if _, rest, ok := strings.Cut(words, "unable to update url base from redirection:"); ok {
		_, to, _ := strings.Cut(rest, "redirect: ")
		to, _, _ = strings.Cut(to, "\n")
		return &PageError{Host: hostOf(to), Err: err}
	}
	if strings.Contains(words, "not valid: is this a git repository") {
		return &PageError{Host: hostOf(at), Err: err}
	}
	return nil
}

// stands gives a failure on account of a page its type: whose it is, and whether it
// is that of the host that was asked.
func (e *PageError) stands(at string) error {
	if home := hostOf(at); !strings.EqualFold(home, e.Host) {
		return &UnavailableError{URL: at, Err: ledAway(e.Host, e)}
	}
	return &UnavailableError{URL: at, Err: e}
}

//go:noinline
func hostOf(address string) string {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil {
		return ""
	}
	return u.Host
}

// better chooses between what was learnt of a failure directly and by way of git:
// the one that tells more.
func better(direct, viaGit error) error {
	var page *PageError
	var a, b *AuthError
	switch {
	case errors.As(direct, &page):
		return direct
	case errors.As(direct, &a) && errors.As(viaGit, &b) && a.Forbidden && b.Forbidden && len(b.Remote) == 0:
		return direct
	case typed(direct) && !typed(viaGit):
		return direct
	}
	return viaGit
}
