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
	"github.com/isrc-dev/isrc/internal/fault"
)

// counting remembers where lines begin, as far ahead as a decoder has read, and
// refuses to read on when one entry does not end.
type counting struct {
	in       io.Reader
	read     int64   // bytes
	newlines []int64 // offsets that were not asked past yet
	line     int     // lines that ended before those
	from     int64   // where the entry began that is read
	base     int64   // where the value began that is decoded
}

var errLongEntry = fault.Errorf("an entry is longer than %d bytes", maxEntry)

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
// is taken for an array of one, unless it holds the array, as what a search
// answers does. Several may follow each other, as pages that were put together.
func (x *reader) array(in *bufio.Reader, entry func(raw []byte, line int) error) error {
	c := &counting{in: in}
	rest := bufio.NewReader(c)
	for n := 0; ; n++ {
		first, skipped, err := firstByte(rest)
		c.base += skipped
		if n > 0 && errors.Is(err, io.EOF) {
			return nil
		}
		head, _ := rest.Peek(4 << 10)
		dec := json.NewDecoder(rest)
		switch {
		case err != nil:
			return x.syntax(c, dec, err)
		case first == '[', first == '{' && holdsList(head):
			err = x.listed(c, dec, entry)
		case first == '{':
			err = x.one(c, dec, entry)
		default:
			err = &SyntaxError{Place: x.place(c.lineAt(c.base)), Why: fmt.Sprintf("%q stands where a list or an object ought to begin", first)}
		}
		if err != nil {
			return err
		}
		c.base += dec.InputOffset()
		rest = bufio.NewReader(io.MultiReader(dec.Buffered(), rest))
	}
}

// listKeys are the keys under which answers hold their list.
func listKeys() []string {
	return []string{"items", "repositories", "repos", "projects", "entities", "data"}
}

// holdsList tells whether an object, of which only the beginning may be there,
// is one with a list under a key of listKeys.
func holdsList(head []byte) bool {
	dec := json.NewDecoder(bytes.NewReader(head))
	if _, err := dec.Token(); err != nil {
		return false
	}
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return false
		}
		if name, ok := key.(string); ok && slices.Contains(listKeys(), name) {
			value, err := dec.Token()
			return err == nil && value == json.Delim('[')
		}
		var other json.RawMessage
		if dec.Decode(&other) != nil {
			return false
		}
	}
	return false
}

// listed reads an array, or an object that holds one.
func (x *reader) listed(c *counting, dec *json.Decoder, entry func(raw []byte, line int) error) error {
	token, err := dec.Token()
	inside := err == nil && token == json.Delim('{')
	if inside {
		if err = passTo(dec, listKeys()); err == nil {
			_, err = dec.Token()
		}
	}
	if err != nil {
		return x.syntax(c, dec, err)
	}
	for dec.More() {
		if err := x.one(c, dec, entry); err != nil {
			return err
		}
	}
	if _, err = dec.Token(); err == nil && inside {
		if err = passTo(dec, nil); err == nil {
			_, err = dec.Token()
		}
	}
	if err != nil {
		return x.syntax(c, dec, err)
	}
	return nil
}

// passTo passes over members of an object, up to the value of one of some keys
// or to its end.
func passTo(dec *json.Decoder, keys []string) error {
	for dec.More() {
		token, err := dec.Token()
		if err != nil {
			return err
		}
		if key, ok := token.(string); ok && slices.Contains(keys, key) {
			return nil
		}
		var other json.RawMessage
		if err := dec.Decode(&other); err != nil {
			return err
		}
	}
	return nil
}

// one reads an entry.
func (x *reader) one(c *counting, dec *json.Decoder, entry func(raw []byte, line int) error) error {
	if err := x.ctx.Err(); err != nil {
		return err
	}
	var raw json.RawMessage
	if err := dec.Decode(&raw); err != nil {
		return x.syntax(c, dec, err)
	}
	end := c.base + dec.InputOffset()
	line := c.lineAt(end - int64(len(raw)))
	c.from = end
	return entry(raw, line)
}

// firstByte is the first one that is no blank, and how many blanks stand before
// it; it stays to be read.
func firstByte(in *bufio.Reader) (b byte, skipped int64, err error) {
	for ; ; skipped++ {
		b, err := in.ReadByte()
		if err != nil {
			return 0, skipped, err
		}
		if !bytes.ContainsRune([]byte(" \t\r\n"), rune(b)) {
			return b, skipped, in.UnreadByte()
		}
	}
}

func (x *reader) syntax(c *counting, dec *json.Decoder, err error) error {
	var syntax *json.SyntaxError
	offset := c.base + dec.InputOffset()
	why := err.Error()
	switch {
	case errors.As(err, &syntax):
		offset = max(offset, c.base+syntax.Offset)
		why = "it is no JSON: " + why
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		offset, why = c.read, "it ends too early"
	case !errors.Is(err, errLongEntry):
		return fault.Errorf("read %s: %w", x.Name, err)
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
		article := "a"
		if kind.Value == "array" || kind.Value == "object" {
			article = "an"
		}
		return fmt.Sprintf("%s is %s %s, and ought to be of another kind", orThis(kind.Field), article, kind.Value)
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
			return fault.Errorf("read %s: %w", x.Name, err)
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
