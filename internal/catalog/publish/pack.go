package publish

import (
	"bytes"
	"errors"
	"io"

	"github.com/klauspost/compress/zstd"
	"github.com/opencontainers/go-digest"

	"github.com/isrc-dev/isrc/internal/fault"
)

// packer packs chunks. The same bytes become the same packed ones: there is no
// time in them, and one goroutine makes them.
type packer struct{ enc *zstd.Encoder }

func newPacker() (*packer, error) {
	// A window of more than a chunk finds nothing more, and costs memory in each packer.
	enc, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedBetterCompression), zstd.WithEncoderConcurrency(1), zstd.WithEncoderCRC(false),
		zstd.WithWindowSize(chunkMost), zstd.WithLowerEncoderMem(true))
	if err != nil {
		return nil, fault.Errorf("begin to pack: %w", err)
	}
	return &packer{enc: enc}, nil
}

func (p *packer) pack(data []byte) (Chunk, []byte) {
	packed := p.enc.EncodeAll(data, make([]byte, 0, len(data)/2))
	return Chunk{
		Digest: digest.FromBytes(packed), Size: int64(len(packed)),
		Content: digest.FromBytes(data), Length: int64(len(data)),
	}, packed
}

var errDamaged = errors.New("not what its digest says")

// unpack gives the bytes of a chunk, if they are what the chunk says. No more is
// unpacked than the chunk has.
func unpack(packed []byte, c Chunk) ([]byte, error) {
	if int64(len(packed)) != c.Size || digest.FromBytes(packed) != c.Digest {
		return nil, errDamaged
	}
	dec, err := zstd.NewReader(bytes.NewReader(packed), zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(largestChunk), zstd.WithDecoderLowmem(true))
	if err != nil {
		return nil, fault.Errorf("begin to unpack: %w", err)
	}
	defer dec.Close()
	data := make([]byte, 0, c.Length+bytes.MinRead+1) // never grown
	into := bytes.NewBuffer(data)
	if _, err := io.Copy(into, io.LimitReader(dec, c.Length+1)); err != nil {
		return nil, fault.Errorf("unpack: %w", err)
	}
	if int64(into.Len()) != c.Length || digest.FromBytes(into.Bytes()) != c.Content {
		return nil, errDamaged
	}
	return into.Bytes(), nil
}
