// Package exchange reads and writes the files by which catalogs of other tools
// and ours exchange records: SAP's repos.json, innersource.json, Backstage's
// catalog-info.yaml, publiccode.yml, and JSON and CSV of our own. It finds no
// files and asks no forge. Begin with Read and NewWriter.
package exchange

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
	"time"

	"github.com/isrc-dev/isrc/internal/catalog"
	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
)

// Format is a kind of file.
type Format string

// The formats. CSV is only written, the files that speak of one repository are
// only read.
const (
	SAP        Format = "repos.json"        // an array, as SAP's InnerSource portal reads it
	JSON       Format = "json"              // an array of our records
	JSONLines  Format = "jsonl"             // our records, one on each line
	CSV        Format = "csv"               // a table of our records
	Manifest   Format = "innersource.json"  // what the owners of one repository declare
	Backstage  Format = "catalog-info.yaml" // entities of a Backstage catalog
	PublicCode Format = "publiccode.yml"    // what a public body declares of its software
)

// Readable are the formats that Read knows.
//
//go:noinline
func Readable() []Format { return []Format{SAP, JSON, JSONLines, Manifest, Backstage, PublicCode} }

// Writable are the formats that NewWriter knows.
func Writable() []Format { return []Format{SAP, JSON, JSONLines, CSV} }

// Options says how a file is read.
type Options struct {
	Format Format // "" is guessed
	Name   string // of the file, for guessing and for places
	Host   string // on which repositories lie for which the file names no host
	// Repo is the repository that a file speaks of when it does not say it itself:
	// an innersource.json never does.
	Repo forge.RepoName
	Now  time.Time
	// Begun, if it is set, is told the format before the first record is read.
	Begun func(Format)
}

// Refusal is an entry of a file that no record was made of.
type Refusal struct {
	Place string // NAME:LINE
	Why   string
}

// Taker takes what is read, one after the other.
type Taker interface {
	Take(*catalog.Record) error
	Refuse(Refusal)
	// Note is told what was passed over, or was not understood in an entry that
	// was taken all the same.
	Note(Refusal)
}

// maxEntry bounds one entry of a file, in bytes. The largest that a forge's API
// answers for a repository have some ten thousand.
const maxEntry = 4 << 20

// utf16 are the two ways in which a file of UTF-16 begins.
const utf16 = "\xff\xfe\xfe\xff"

// Read reads a file entry by entry, packed with gzip or not, so that a file of any
// length fits into memory, and says which format it was. An entry that is wrong is refused; an
// error is only what makes the rest unreadable, or what the taker answers.
func Read(ctx context.Context, r io.Reader, o Options, to Taker) (Format, error) {
	in := bufio.NewReaderSize(r, 64<<10)
	if mark, err := in.Peek(2); err == nil && string(mark) == "\x1f\x8b" {
		unpacked, err := gzip.NewReader(in)
		if err != nil {
			return "", &UnknownFormatError{Name: o.Name, Why: "is packed with gzip, and cannot be unpacked: " + err.Error()}
		}
		in = bufio.NewReaderSize(unpacked, 64<<10)
	}
	if mark, err := in.Peek(2); err == nil && (string(mark) == utf16[:2] || string(mark) == utf16[2:]) {
		return "", &UnknownFormatError{Name: o.Name, Why: "is written in UTF-16: save it as UTF-8"}
	}
	if bom, err := in.Peek(3); err == nil && string(bom) == "\xef\xbb\xbf" {
		if _, err := in.Discard(3); err != nil {
			return "", err
		}
	}
	if o.Format == "" {
		head, err := in.Peek(32 << 10)
		if err != nil && !errors.Is(err, io.EOF) {
			return "", fault.Errorf("read %s: %w", o.Name, err)
		}
		format, ok := Guess(o.Name, head)
		switch {
		case !ok && len(bytes.TrimSpace(head)) == 0:
			return "", &UnknownFormatError{Name: o.Name, Why: "is empty"}
		case !ok:
			return "", &UnknownFormatError{Name: o.Name}
		}
		o.Format = format
	}
	if o.Begun != nil {
		o.Begun(o.Format)
	}
	x := &reader{ctx: ctx, Options: o, to: to}
	err := x.read(in)
	return o.Format, err
}

// UnknownFormatError is a file of which it cannot be told what it is, or why it
// cannot be read at all.
type UnknownFormatError struct{ Name, Why string }

func (e *UnknownFormatError) Error() string {
	if e.Why != "" {
		return e.Name + " " + e.Why
	}
	return e.Name + " is in no format that is known: say which with --format"
}

// SyntaxError is where a file can be read no further.
type SyntaxError struct{ Place, Why string }

func (e *SyntaxError) Error() string { return e.Place + ": " + e.Why }

// reader is a file while it is read.
type reader struct {
	Options
	ctx context.Context
	to  Taker
}

func (x *reader) read(in *bufio.Reader) error {
	switch x.Format {
	case SAP:
		return x.array(in, x.sapEntry)
	case JSON:
		return x.array(in, x.ourEntry)
	case JSONLines:
		return x.lines(in)
	case Manifest:
		return x.whole(in, x.manifestFile)
	case Backstage:
		return x.backstage(in)
	case PublicCode:
		return x.whole(in, x.publicCode)
	}
	return fault.Errorf("%s is no format that can be imported", x.Format)
}

//go:noinline
func (x *reader) place(line int) string { return fmt.Sprintf("%s:%d", x.Name, line) }

func (x *reader) note(line int, why string) {
	x.to.Note(Refusal{Place: x.place(line), Why: why})
}

func (x *reader) refuse(line int, why string) {
	x.to.Refuse(Refusal{Place: x.place(line), Why: why})
}

// take hands a record on, with where it came from.
func (x *reader) take(r *catalog.Record, line int) error {
	if err := x.ctx.Err(); err != nil {
		return err
	}
	if _, err := forge.ParseRepo(r.Host+"/"+r.Owner+"/"+r.Name, ""); err != nil {
		x.refuse(line, "it names no repository: "+err.Error())
		return nil //nolint:nilerr // the others are read all the same
	}
	if r.From == "" {
		r.From = string(x.Format)
	}
	if r.SeenAt.IsZero() {
		r.SeenAt = x.Now.UTC()
	}
	return x.to.Take(r)
}

// whole reads a file that is one entry.
func (x *reader) whole(in io.Reader, entry func([]byte) error) error {
	data, err := io.ReadAll(io.LimitReader(in, maxEntry+1))
	if err != nil {
		return fault.Errorf("read %s: %w", x.Name, err)
	}
	if len(data) > maxEntry {
		x.refuse(1, fmt.Sprintf("it is larger than %d bytes", maxEntry))
		return nil
	}
	return entry(data)
}

// Guess tells the format of a file by its name, and where that does not say it,
// by how the file begins.
func Guess(name string, head []byte) (Format, bool) {
	base := strings.TrimSuffix(strings.ToLower(path.Base(strings.ReplaceAll(name, `\`, "/"))), ".gz")
	switch {
	case base == "innersource.json":
		return Manifest, true
	case base == "catalog-info.yaml", base == "catalog-info.yml":
		return Backstage, true
	case base == "publiccode.yml", base == "publiccode.yaml":
		return PublicCode, true
	}
	head = bytes.TrimSpace(head)
	if strings.HasSuffix(base, ".jsonl") || strings.HasSuffix(base, ".ndjson") {
		if line, _, _ := bytes.Cut(head, []byte("\n")); bytes.HasPrefix(line, []byte("{")) && ofForge(line) {
			return SAP, true // what a forge answered, one on each line
		}
		return JSONLines, true
	}
	switch {
	case bytes.HasPrefix(head, []byte("[")):
		return guessArray(head), true
	case bytes.HasPrefix(head, []byte("{")):
		return guessObject(head), true
	case hasKey(head, "publiccodeYmlVersion:"):
		return PublicCode, true
	case hasKey(head, "apiVersion:") && hasKey(head, "kind:"):
		return Backstage, true
	}
	return "", false
}

// guessArray looks which keys come first: either may stand inside a value of the
// other.
func guessArray(head []byte) Format {
	if bytes.Contains(head, []byte(`"apiVersion"`)) {
		return Backstage
	}
	if !ofForge(head) && bytes.Contains(head, []byte(`"host"`)) {
		return JSON
	}
	return SAP
}

// ofForge tells whether a forge's keys come before ours.
func ofForge(head []byte) bool {
	ours := bytes.Index(head, []byte(`"host"`))
	for _, key := range []string{`"full_name"`, `"html_url"`, `"_InnerSourceMetadata"`, `"nameWithOwner"`, `"fullName"`, `"path_with_namespace"`} {
		if at := bytes.Index(head, []byte(key)); at >= 0 && (ours < 0 || at < ours) {
			return true
		}
	}
	return false
}

func guessObject(head []byte) Format {
	line, _, _ := bytes.Cut(head, []byte("\n"))
	switch {
	case bytes.Contains(line, []byte(`"host":`)) && bytes.Contains(line, []byte(`"name":`)):
		return JSONLines
	case bytes.Contains(head, []byte(`"apiVersion"`)) && bytes.Contains(head, []byte(`"kind"`)):
		return Backstage
	case ofForge(head):
		return SAP
	}
	return Manifest
}

// hasKey tells whether a line of a YAML file begins with a key.
func hasKey(head []byte, key string) bool {
	return bytes.HasPrefix(head, []byte(key)) || bytes.Contains(head, []byte("\n"+key))
}
