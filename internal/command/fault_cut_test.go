package command

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/isrc-dev/isrc/internal/forge/sandbox/relay"
)

// cutting breaks one transfer of git after so many bytes.
type cutting struct {
	is   func(r *http.Request, body string) bool
	skip int // so many of its kind pass before
	// again is how often more it is cut: curl itself repeats a request to which
	// nothing was answered.
	again int
	in    string
	at    float64 // share of the bytes that pass, below 1
	way   string

	done   chan struct{} // closed when it is cut; may be nil
	met    bool
	offset int // bytes that passed
	of     int
}

// The directions of a transfer.
const (
	cutRequest = "request"
	cutAnswer  = "answer"
)

// The ways in which a connection ends before its time. After the last one the
// answer looks whole to who knows HTTP alone.
const (
	cutShort = "the connection ends before the announced length"
	cutReset = "the connection is reset"
	cutWhole = "the answer ends as if it were whole"
)

func cutWays() []string { return []string{cutShort, cutReset, cutWhole} }

func (c *cutting) String() string {
	return fmt.Sprintf("%s cut after %d of %d bytes: %s", c.in, c.offset, c.of, c.way)
}

// onlyFlush tells whether no more is missing than the packet that closes an answer
// (pkt-line 0000): what it carried has arrived whole.
func (c *cutting) onlyFlush() bool {
	return c.in == cutAnswer && c.way == cutWhole && c.of-c.offset <= len("0000")
}

// armCut cuts one transfer.
func (d *faultDoor) armCut(c *cutting) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.cut = c
}

// takeCut gives the cut that is due, once.
func (d *faultDoor) takeCut(r *http.Request, body []byte) *cutting {
	d.mu.Lock()
	defer d.mu.Unlock()
	c := d.cut
	if c == nil || !c.is(r, string(body)) {
		return nil
	}
	if c.skip > 0 {
		c.skip--
		return nil
	}
	if c.again--; c.again < 0 {
		d.cut = nil
	}
	return c
}

// cutOff lets a transfer through as far as its cut says. It answers false when
// none is due.
func (d *faultDoor) cutOff(w http.ResponseWriter, r *http.Request) bool {
	d.mu.Lock()
	idle := d.cut == nil
	d.mu.Unlock()
	if idle || !strings.Contains(r.URL.Path, ".git/") {
		return false
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	c := d.takeCut(r, body)
	if c == nil {
		return false
	}
	sent := io.Reader(bytes.NewReader(body))
	if c.in == cutRequest {
		c.of, c.offset, c.met = len(body), int(c.at*float64(len(body))), true
		sent = io.MultiReader(bytes.NewReader(body[:c.offset]), severed{})
	}
	answer, err := relay.Ask(d.forge, r, sent, len(body))
	if c.in == cutRequest {
		hangUp(w, c.way == cutReset, nil)
		return true
	}
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if answer.Code == http.StatusUnauthorized { // git asks without a token first
		d.armCut(c)
		answer.Send(w)
		return true
	}
	c.of, c.offset, c.met = len(answer.Body), int(c.at*float64(len(answer.Body))), true
	c.hangUp(w, answer)
	return true
}

type severed struct{}

func (severed) Read([]byte) (int, error) { return 0, errors.New("the connection is cut") }

// hangUp sends the beginning of an answer and ends the connection.
func (c *cutting) hangUp(w http.ResponseWriter, answer *relay.Answer) {
	if c.done != nil {
		defer close(c.done)
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "HTTP/1.1 %s\r\nContent-Type: %s\r\nConnection: close\r\n", answer.Status, answer.Header.Get("Content-Type"))
	if c.way != cutWhole {
		fmt.Fprintf(&b, "Content-Length: %d\r\n", len(answer.Body))
	}
	b.WriteString("\r\n")
	b.Write(answer.Body[:c.offset])
	hangUp(w, c.way == cutReset, b.Bytes())
}

// hangUp ends a connection after some bytes, as a server does that is stopped,
// or as a firewall does.
func hangUp(w http.ResponseWriter, hard bool, last []byte) {
	if hard && len(last) == 0 {
		reset(w)
		return
	}
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	out := bufio.NewWriter(conn)
	_, _ = out.Write(last)
	_ = out.Flush()
	if hard {
		linger(conn)
	}
	_ = conn.Close()
}
