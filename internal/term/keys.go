package term

import (
	"context"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/muesli/cancelreader"
	xterm "golang.org/x/term"

	"github.com/isrc-dev/isrc/internal/fault"
)

// keysOf gives what is typed, key by key and without showing it, until end is
// called, which leaves the terminal as it was.
func keysOf(ctx context.Context, in *os.File) (typed <-chan []byte, end func() error, err error) {
	before, err := xterm.MakeRaw(int(in.Fd()))
	if err != nil {
		return nil, nil, fault.Errorf("look at the terminal: %w", err)
	}
	// What is typed after the end is for whoever asks next: the reading must end.
	reader, err := cancelreader.NewReader(in)
	if err != nil {
		return nil, nil, fault.Join(fault.Errorf("read from the terminal: %w", err), xterm.Restore(int(in.Fd()), before))
	}
	keys, ended := make(chan []byte), make(chan struct{})
	go func() {
		defer close(ended)
		defer close(keys)
		readChunks(ctx, reader, keys)
	}()
	return keys, func() error {
		if reader.Cancel() {
			for range keys { //nolint:revive // what arrives too late is nobody's
			}
			<-ended
		}
		return fault.Join(reader.Close(), xterm.Restore(int(in.Fd()), before))
	}, nil
}

// readChunks passes on what is typed, as it arrives.
func readChunks(ctx context.Context, from io.Reader, to chan<- []byte) {
	for {
		b := make([]byte, 256)
		n, err := from.Read(b)
		if n > 0 {
			select {
			case to <- b[:n]:
			case <-ctx.Done():
				return
			}
		}
		if err != nil || n == 0 {
			return
		}
	}
}

// hiddenLine asks for a line and reads it without showing it. The library's way does not end at
// Ctrl-D, nor where the terminal is gone.
func (s *Streams) hiddenLine(in *os.File, label string) (line string, err error) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	typed, end, err := keysOf(ctx, in)
	if err != nil {
		return "", err
	}
	defer func() { err = fault.Join(err, end()) }()
	io.WriteString(s.Err, label) // from here on nothing that is typed shows
	var text []byte
	for {
		select {
		case b, ok := <-typed:
			if !ok {
				return "", ErrNoAnswer
			}
			for _, c := range b {
				var over, left bool
				if text, over, left = typeHidden(text, c); left {
					return "", ErrNoAnswer
				} else if over {
					return strings.TrimSpace(string(text)), nil
				}
			}
		case <-s.Interrupted:
			return "", ErrNoAnswer
		}
	}
}

// typeHidden is what a key does to a line that is not shown: it is over with
// Enter, and left with Ctrl-C, Ctrl-\ and, while it is empty, Ctrl-D.
func typeHidden(text []byte, c byte) (after []byte, over, left bool) {
	const longest = 64 * 1024
	switch {
	case c == '\r', c == '\n':
		return text, true, false
	case c == 0x03, c == 0x1c, c == 0x04 && len(text) == 0:
		return text, false, true
	case c == 0x7f, c == 0x08:
		_, last := utf8.DecodeLastRune(text)
		return text[:len(text)-last], false, false
	case c == 0x15, c == 0x17: // Ctrl-U, Ctrl-W
		return nil, false, false
	case c < ' ', len(text) >= longest:
		return text, false, false
	}
	return append(text, c), false, false
}
