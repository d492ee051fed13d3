package index

import (
	"encoding/json"
	"sync"

	"github.com/klauspost/compress/zstd"

	"github.com/isrc-dev/isrc/internal/catalog"
	"github.com/isrc-dev/isrc/internal/fault"
)

// excerptRunes is how much of a README is kept to be shown.
const excerptRunes = 300

// mostBody bounds a record's JSON: what a forge says of one repository is never
// so much, what a hostile file says may be.
const mostBody = 1 << 20

// coder writes and reads the bodies of records: JSON, compressed with a
// dictionary, with a checksum. It may be used by several goroutines at once.
//
// The first records of a generation are written with the dictionary of this
// package; from them a better one is made, since companies repeat themselves,
// and kept in the table dictionaries. The number in each frame says which it is,
// so that a body is never read with another.
type coder struct {
	own []byte // the generation's dictionary, nil as long as there is none
	enc func() (*zstd.Encoder, error)
	dec func() (*zstd.Decoder, error)
}

// The numbers of the dictionaries, in frames and in the table.
const (
	builtIn    = 0x69730001
	generation = 0x69730002
)

// mostDictionary bounds the generation's dictionary; what is larger is refused.
// mostText is how much of it are pieces of bodies.
const (
	mostDictionary = mostText + 1<<10
	mostText       = 32 << 10
)

func newCoder(own []byte) *coder {
	return &coder{
		own: own,
		enc: sync.OnceValues(func() (*zstd.Encoder, error) {
			with := zstd.WithEncoderDictRaw(builtIn, []byte(dictionary))
			switch {
			case counted(own):
				with = zstd.WithEncoderDict(own)
			case own != nil:
				with = zstd.WithEncoderDictRaw(generation, own)
			}
			return zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(2),
				zstd.WithEncoderCRC(true), zstd.WithWindowSize(64<<10), with)
		}),
		dec: sync.OnceValues(func() (*zstd.Decoder, error) {
			options := []zstd.DOption{
				zstd.WithDecoderConcurrency(mostWorkers), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxMemory(mostBody),
				zstd.WithDecoderDictRaw(builtIn, []byte(dictionary)),
			}
			switch {
			case counted(own):
				options = append(options, zstd.WithDecoderDicts(own))
			case own != nil:
				options = append(options, zstd.WithDecoderDictRaw(generation, own))
			}
			return zstd.NewReader(nil, options...)
		}),
	}
}

// plainBody gives a record as it is kept, before it is compressed.
func plainBody(r *catalog.Record) ([]byte, error) {
	short := *r
	short.Excerpt, short.Readme = excerpt(r), ""
	b, err := json.Marshal(&short)
	if err != nil {
		return nil, fault.Errorf("write the record of %s: %w", r.Key(), err)
	}
	if len(b) > mostBody {
		return nil, fault.Errorf("write the record of %s: it has %d bytes of %d at most", r.Key(), len(b), mostBody)
	}
	return b, nil
}

// encode compresses a body.
func (c *coder) encode(plain []byte) ([]byte, error) {
	enc, err := c.enc()
	if err != nil {
		return nil, err
	}
	return enc.EncodeAll(plain, nil), nil
}

// ready prepares for bodies to be read, which takes as long as reading several.
func (c *coder) ready() { _, _ = c.dec() } // its error is that of the first body

// decode reads a body. Its errors mean damage.
func (c *coder) decode(body []byte) (*catalog.Record, error) {
	plain, err := c.plain(body)
	if err != nil {
		return nil, err
	}
	return wholeOf(plain)
}

// plain takes the compression off a body.
func (c *coder) plain(body []byte) ([]byte, error) { return c.plainIn(nil, body) }

// plainIn is plain that takes the memory of room, as far as it reaches.
func (c *coder) plainIn(room, body []byte) ([]byte, error) {
	dec, err := c.dec()
	if err != nil {
		return nil, err
	}
	return dec.DecodeAll(body, room)
}

// excerpt is the beginning of a record's README.
func excerpt(r *catalog.Record) string {
	text := r.Readme
	if text == "" {
		text = r.Excerpt
	}
	if len(text) <= excerptRunes {
		return text
	}
	n := 0
	for at := range text {
		if n++; n > excerptRunes {
			return text[:at]
		}
	}
	return text
}
