package exchange

import (
	"bufio"
	"encoding/json"
	"io"

	"github.com/isrc-dev/isrc/internal/catalog"
	"github.com/isrc-dev/isrc/internal/fault"
)

// Writer writes records one after the other. Without Close the file is not
// whole.
type Writer struct {
	out   *bufio.Writer
	entry func(*catalog.Record) error
	end   func() error
	n     int
}

// NewWriter begins a file.
func NewWriter(out io.Writer, f Format) (*Writer, error) {
	w := &Writer{out: bufio.NewWriterSize(out, 64<<10), end: func() error { return nil }}
	switch f {
	case SAP:
		w.array(func(r *catalog.Record) any { return sapEntryOf(r) })
	case JSON:
		w.array(func(r *catalog.Record) any { return r })
	case JSONLines:
		w.entry = func(r *catalog.Record) error { return w.json(r, "\n") }
	case CSV:
		return w, w.table()
	default:
		return nil, fault.Errorf("%s is no format that can be exported", f)
	}
	return w, nil
}

// array writes the entries of a JSON array, one on each line.
func (w *Writer) array(entry func(*catalog.Record) any) {
	w.entry = func(r *catalog.Record) error {
		before := ",\n"
		if w.n == 0 {
			before = "[\n"
		}
		if _, err := w.out.WriteString(before); err != nil {
			return err
		}
		return w.json(entry(r), "")
	}
	w.end = func() error {
		end := "\n]\n"
		if w.n == 0 {
			end = "[]\n"
		}
		_, err := w.out.WriteString(end)
		return err
	}
}

func (w *Writer) json(v any, end string) error {
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	if _, err := w.out.Write(data); err != nil {
		return err
	}
	_, err = w.out.WriteString(end)
	return err
}

// Put writes a record.
func (w *Writer) Put(r *catalog.Record) error {
	if err := w.entry(r); err != nil {
		return fault.Errorf("write %s: %w", r.FullName(), err)
	}
	w.n++
	return nil
}

// Close writes the end of the file.
func (w *Writer) Close() error {
	if err := w.end(); err != nil {
		return err
	}
	return w.out.Flush()
}
