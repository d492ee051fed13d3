package term

import (
	"io"
	"net/url"
	"os/exec" // the user's own browser, which only the system knows how to start

	"github.com/cli/browser"

	"github.com/isrc-dev/isrc/internal/fault"
)

// Browse opens a page in the user's browser: the named program, else the
// system's. Only http and https pages are opened.
func (s *Streams) Browse(program, page string) error {
	u, err := url.Parse(page)
	if err != nil || (u.Scheme != "https" && u.Scheme != "http") {
		return fault.Errorf("open %q: it is no web page", Line(page))
	}
	if program != "" {
		cmd := exec.Command(program, u.String())
		cmd.Stdout, cmd.Stderr = s.Err, s.Err
		return cmd.Run()
	}
	browser.Stdout, browser.Stderr = io.Discard, io.Discard
	return browser.OpenURL(u.String())
}
