package index

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/isrc-dev/isrc/internal/catalog"
)

// The dictionary of a generation holds pieces of its first records; once those
// are removed for good, no piece of them is left.
func TestARenewedDictionaryHoldsNothingOfWhatIsGone(t *testing.T) {
	t.Parallel()
	s := &Store{Dir: t.TempDir()}
	secret := func(r *catalog.Record) { r.Description = "qzjxsecret of the board" }
	var first []*catalog.Record
	for _, r := range some(200, "private") {
		secret(r)
		first = append(first, r)
	}
	info := update(t, s, put(append(first, some(400, "public")...)...))
	ctx := context.Background()
	db, err := writable(info.Path)
	mustDo(t, err)
	conn, err := db.Conn(ctx)
	mustDo(t, err)
	held := func() bool {
		own, err := readDictionary(ctx, conn)
		mustDo(t, err)
		if len(own) == 0 {
			t.Fatal("there is no dictionary")
		}
		return bytes.Contains(own, []byte("qzjxsecret"))
	}
	if !held() {
		t.Fatal("the test looks for nothing")
	}
	_, err = conn.ExecContext(ctx, "DELETE FROM records WHERE id <= 200")
	mustDo(t, err)
	mustDo(t, renewBodies(ctx, conn, nil))
	if held() {
		t.Error("the dictionary holds what is gone")
	}
	own, err := readDictionary(ctx, conn)
	mustDo(t, err)
	n := 0
	mustDo(t, eachBody(ctx, conn, newCoder(own), -1, func(int64, []byte) error { n++; return nil }))
	if n != 400 {
		t.Errorf("%d records can be read, want 400", n)
	}
	mustDo(t, errors.Join(conn.Close(), db.Close()))
}

func TestABodyIsReadWithItsOwnDictionaryOnly(t *testing.T) {
	t.Parallel()
	r := record("a/one", readme("text"))
	plain, err := plainBody(r)
	mustDo(t, err)
	one, other := newCoder(bytes.Clone(plain)), newCoder(bytes.Repeat([]byte("x"), len(plain)))
	body, err := one.encode(plain)
	mustDo(t, err)
	got, err := one.decode(body)
	mustDo(t, err)
	want := *r
	want.Readme, want.Excerpt = "", "text"
	if diff := cmp.Diff(&want, got); diff != "" {
		t.Error(diff)
	}
	if _, err := newCoder(nil).decode(body); err == nil {
		t.Error("a body is read without its dictionary")
	}
	if got, err := other.decode(body); err == nil {
		t.Errorf("a body is read with another dictionary: %+v", got)
	}
	for _, bad := range [][]byte{nil, {}, {0x28, 0xb5, 0x2f, 0xfd}, body[:len(body)-1], append(bytes.Clone(body), 1)} {
		if _, err := one.decode(bad); err == nil {
			t.Errorf("% x is read", bad)
		}
	}
}

// A body that would unfold to more than any record is refused.
func TestABombIsNoRecord(t *testing.T) {
	t.Parallel()
	c := newCoder(nil)
	bomb, err := c.encode(bytes.Repeat([]byte(" "), 64<<20))
	mustDo(t, err)
	if _, err := c.decode(bomb); err == nil {
		t.Errorf("%d bytes unfold to 64 MiB", len(bomb))
	}
}

// Where there is enough to count, bodies come without tables of their own.
func TestADictionarySaysHowOftenLettersCome(t *testing.T) {
	t.Parallel()
	var bodies [][]byte
	for _, r := range some(sampled, "public") {
		plain, err := plainBody(r)
		mustDo(t, err)
		bodies = append(bodies, plain)
	}
	own := makeDictionary(bodies)
	if !counted(own) || len(own) > mostDictionary {
		t.Fatalf("a dictionary of %d bytes begins with %q", len(own), own[:4])
	}
	fine, coarse := newCoder(own), newCoder(own[len(own)-mostText/2:])
	for _, c := range []*coder{fine, coarse} {
		body, err := c.encode(bodies[7])
		mustDo(t, err)
		if got, err := c.plain(body); err != nil || !bytes.Equal(got, bodies[7]) {
			t.Errorf("got %q, %v", got, err)
		}
	}
	body, err := fine.encode(bodies[7])
	mustDo(t, err)
	for _, bad := range [][]byte{own[:20], own[:60], append(bytes.Clone(own[:30]), bytes.Repeat([]byte{255}, 200)...)} {
		if got, err := newCoder(bad).decode(body); err == nil {
			t.Errorf("a body is read with a broken dictionary: %+v", got)
		}
	}
	if same := makeDictionary(slices.Repeat([][]byte{[]byte("1234")}, sampled)); counted(same) {
		t.Error("there was nothing to count")
	}
}
