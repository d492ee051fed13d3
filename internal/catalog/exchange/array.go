package exchange

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/isrc-dev/isrc/internal/catalog"
)

// counting remembers where lines begin, as far ahead as a decoder has read, and
// refuses to read on when one entry does not end.
type counting struct {
	in       io.Reader
	read     int64   // bytes
	newlines []int64 // offsets that were not asked past yet
	line     int     // lines that ended before those
	from     int64   // where the entry began that is read
}

var errLongEntry = fmt.Errorf("an entry is longer than %d bytes", maxEntry)

func (c *counting) Read(p []byte) (int, error) {
	if c.read-c.from > maxEntry {
		return 0, errLongEntry
	}
	n, err := c.in.Read(p)
	for i := range n {
		if p[i] == '\n' {
			c.newlines = append(c.newlines, c.read+int64(i))
		}
	}
	c.read += int64(n)
	return n, err
}

// lineAt is the line of an offset. Offsets must not go back.
func (c *counting) lineAt(offset int64) int {
	n, _ := slices.BinarySearch(c.newlines, offset)
	c.line += n
	c.newlines = slices.Delete(c.newlines, 0, n)
	return c.line + 1
}

// array reads the entries of a JSON array one after the other. A single object
// is taken for an array of one.
func (x *reader) array(in *bufio.Reader, entry func(raw []byte, line int) error) error {
	c := &counting{in: in}
	dec := json.NewDecoder(c)
	first, err := firstByte(in)
	if err == nil && first == '[' {
		_, err = dec.Token()
	}
	if err != nil {
		return x.syntax(c, dec, err)
	}
	for first == '{' || dec.More() {
		if err := x.ctx.Err(); err != nil {
			return err
		}
		var raw json.RawMessage
		err := dec.Decode(&raw)
		if errors.Is(err, io.EOF) && first == '{' {
			return nil
		}
		if err != nil {
			return x.syntax(c, dec, err)
		}
		end := dec.InputOffset()
		line := c.lineAt(end - int64(len(raw)))
		c.from = end
		if err := entry(raw, line); err != nil {
			return err
		}
	}
	if _, err := dec.Token(); err != nil {
		return x.syntax(c, dec, err)
	}
	return nil
}

// firstByte is the first one that is no blank; it stays to be read.
func firstByte(in *bufio.Reader) (byte, error) {
	for {
		b, err := in.ReadByte()
		if err != nil {
			return 0, err
		}
		if !bytes.ContainsRune([]byte(" \t\r\n"), rune(b)) {
			return b, in.UnreadByte()
		}
	}
}

func (x *reader) syntax(c *counting, dec *json.Decoder, err error) error {
	var syntax *json.SyntaxError
	offset := dec.InputOffset()
	why := err.Error()
	switch {
	case errors.As(err, &syntax):
		offset = max(offset, syntax.Offset)
		why = "it is no JSON: " + why
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		offset, why = c.read, "it ends too early"
	case !errors.Is(err, errLongEntry):
		return fmt.Errorf("read %s: %w", x.Name, err)
	}
	return &SyntaxError{Place: x.place(c.lineAt(offset)), Why: why}
}

// ourEntry reads one of our records.
func (x *reader) ourEntry(raw []byte, line int) error {
	r := &catalog.Record{}
	if err := json.Unmarshal(raw, r); err != nil {
		x.refuse(line, mistake(err))
		return nil
	}
	return x.take(r, line)
}

// mistake is an error of reading JSON in words for its author.
func mistake(err error) string {
	var kind *json.UnmarshalTypeError
	if errors.As(err, &kind) {
		return fmt.Sprintf("%s is a %s, and ought to be of another kind", orThis(kind.Field), kind.Value)
	}
	return "it is no JSON: " + err.Error()
}

func orThis(field string) string {
	if field == "" {
		return "it"
	}
	return field
}

// lines reads JSON Lines. A line that is wrong takes no other with it.
func (x *reader) lines(in *bufio.Reader) error {
	for line := 1; ; line++ {
		if err := x.ctx.Err(); err != nil {
			return err
		}
		text, long, err := readLine(in)
		if err != nil && !errors.Is(err, io.EOF) {
			return fmt.Errorf("read %s: %w", x.Name, err)
		}
		switch {
		case long:
			x.refuse(line, errLongEntry.Error())
		case len(bytes.TrimSpace(text)) > 0:
			if err := x.ourEntry(text, line); err != nil {
				return err
			}
		}
		if err != nil {
			return nil //nolint:nilerr // it was the end of the file: others were answered above
		}
	}
}

// readLine reads up to the end of a line; of one that is too long nothing is
// kept.
func readLine(in *bufio.Reader) (text []byte, long bool, err error) {
	for {
		part, err := in.ReadSlice('\n')
		if len(text)+len(part) > maxEntry {
			text, long = nil, true
		}
		if !long {
			text = append(text, part...)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return text, long, err
		}
	}
}
