package index

import (
	"encoding/json"
	"fmt"
	"sync"

	"github.com/klauspost/compress/zstd"

	"github.com/isrc-dev/isrc/internal/catalog"
)

// excerptRunes is how much of a README is kept to be shown.
const excerptRunes = 300

// mostBody bounds a record's JSON: what a forge says of one repository is never
// so much, what a hostile file says may be.
const mostBody = 1 << 20

// coder writes and reads the bodies of records: JSON, compressed with a
// dictionary of what such JSON consists of, with a checksum. It may be used by
// several goroutines at once.
type coder struct {
	enc func() (*zstd.Encoder, error)
	dec func() (*zstd.Decoder, error)
}

// dictionaryID stands in each frame, so that a body that was written with
// another dictionary is refused rather than misread.
const dictionaryID = 0x69730001

func newCoder() *coder {
	return &coder{
		enc: sync.OnceValues(func() (*zstd.Encoder, error) {
			return zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(2),
				zstd.WithEncoderCRC(true), zstd.WithWindowSize(64<<10), zstd.WithEncoderDictRaw(dictionaryID, []byte(dictionary)))
		}),
		dec: sync.OnceValues(func() (*zstd.Decoder, error) {
			return zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
				zstd.WithDecoderMaxMemory(mostBody), zstd.WithDecoderDictRaw(dictionaryID, []byte(dictionary)))
		}),
	}
}

// encode gives the body of a record, without its README.
func (c *coder) encode(r *catalog.Record) ([]byte, error) {
	short := *r
	short.Excerpt, short.Readme = excerpt(r), ""
	b, err := json.Marshal(&short)
	if err != nil {
		return nil, fmt.Errorf("write the record of %s: %w", r.Key(), err)
	}
	if len(b) > mostBody {
		return nil, fmt.Errorf("write the record of %s: it has %d bytes of %d at most", r.Key(), len(b), mostBody)
	}
	enc, err := c.enc()
	if err != nil {
		return nil, err
	}
	return enc.EncodeAll(b, nil), nil
}

// decode reads a body. Its errors mean damage.
func (c *coder) decode(body []byte) (*catalog.Record, error) {
	dec, err := c.dec()
	if err != nil {
		return nil, err
	}
	b, err := dec.DecodeAll(body, nil)
	if err != nil {
		return nil, err
	}
	r := &catalog.Record{}
	if err := json.Unmarshal(b, r); err != nil {
		return nil, err
	}
	return r, nil
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
