package git

import (
	"bytes"
	"compress/zlib"
	"crypto/sha1"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-git/go-git/v5/plumbing"
)

// packed builds a pack by hand, so that it can lie.
type packed struct {
	bytes.Buffer
}

func newPacked(count uint32) *packed {
	p := &packed{}
	p.WriteString("PACK")
	_ = binary.Write(&p.Buffer, binary.BigEndian, uint32(2))
	_ = binary.Write(&p.Buffer, binary.BigEndian, count)
	return p
}

// add writes an object that claims a size.
func (p *packed) add(kind plumbing.ObjectType, size int, prefix, data []byte) *packed {
	first := byte(kind)<<4 | byte(size&15)
	for size >>= 4; size > 0; size >>= 7 {
		p.WriteByte(first | 0x80)
		first = byte(size & 127)
	}
	p.WriteByte(first)
	p.Write(prefix)
	z := zlib.NewWriter(&p.Buffer)
	_, _ = z.Write(data)
	_ = z.Close()
	return p
}

func (p *packed) reader() *bytes.Reader {
	sum := sha1.Sum(p.Bytes())
	return bytes.NewReader(append(p.Bytes(), sum[:]...))
}

func TestPacksAreUnpackedAsGitMakesThem(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.repo("lib")
	text := strings.Repeat("a long line that is the same in each\n", 200)
	for i := range 12 {
		w.commit("lib", "again", "big.txt", text+strings.Repeat("x", i)+"\n")
	}
	for _, format := range [][]string{{"--delta-base-offset"}, {}} {
		args := append([]string{"pack-objects", "--all", "--stdout", "--quiet", "--depth=50"}, format...)
		pack, err := w.tool.RunInput(ctx(t), w.path("lib"), strings.NewReader(""), args...)
		if err != nil {
			t.Fatal(err)
		}
		m := newMemory()
		if err := m.unpack(strings.NewReader(pack)); err != nil {
			t.Fatal(err)
		}
		all := strings.Fields(w.git("lib", "cat-file", "--batch-all-objects", "--batch-check=%(objectname)"))
		if len(all) != len(m.objects) {
			t.Errorf("%d objects, want %d", len(m.objects), len(all))
		}
		for _, id := range all {
			if m.size(plumbing.NewHash(id)) < 0 {
				t.Errorf("%v: %s is missing", format, id)
			}
		}
	}
}

func TestHostilePacksAreRefused(t *testing.T) {
	t.Parallel()
	blob := plumbing.BlobObject
	unknown := bytes.Repeat([]byte{7}, 20)
	zeros := make([]byte, 1<<20)
	// A delta of 7 bytes that would unfold into 16 MiB by copying its base again and again.
	unfold := append([]byte{10}, binary.AppendUvarint(nil, 1<<40)...)
	tests := []struct {
		name string
		pack *packed
		want error
	}{
		{"nothing", &packed{}, nil},
		{"another file", func() *packed { p := &packed{}; p.WriteString("<html>"); return p }(), nil},
		{"more objects than there can be", newPacked(1 << 31), &TooLargeError{}},
		{"fewer objects than it says", newPacked(2).add(blob, 1, nil, []byte("a")), nil},
		{"an object that is longer than it says", newPacked(1).add(blob, 10, nil, zeros), nil},
		{"an object that is shorter than it says", newPacked(1).add(blob, 1<<20, nil, []byte("a")), nil},
		{"an object that says it is huge", newPacked(1).add(blob, 1<<40, nil, zeros), &TooLargeError{}},
		{"a kind of object that is not known", newPacked(1).add(5, 1, nil, []byte("a")), nil},
		{"a difference from nothing", newPacked(1).add(plumbing.REFDeltaObject, 3, unknown, []byte{1, 1, 0}), nil},
		{"a difference that unfolds", newPacked(2).add(blob, 10, nil, []byte("0123456789")).add(plumbing.REFDeltaObject, len(unfold), idOf("0123456789"), unfold), &TooLargeError{}},
		{"a difference that is cut short", newPacked(2).add(blob, 10, nil, []byte("0123456789")).add(plumbing.REFDeltaObject, 1, idOf("0123456789"), []byte{10}), nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m := newMemory()
			err := m.unpack(tt.pack.reader())
			if err == nil {
				t.Fatal("it was taken")
			}
			var large *TooLargeError
			if tt.want != nil && !errors.As(err, &large) {
				t.Errorf("got %v, want it to be too large", err)
			}
		})
	}
}

func idOf(s string) []byte {
	id := plumbing.ComputeHash(plumbing.BlobObject, []byte(s))
	return id[:]
}

func TestManyObjectsTogetherAreBounded(t *testing.T) {
	t.Parallel()
	const each = 1 << 20
	zeros := make([]byte, each)
	p := newPacked(5)
	for range 5 {
		p.add(plumbing.BlobObject, each, nil, zeros)
	}
	m := newMemory()
	m.most = 4 * each
	var large *TooLargeError
	if err := m.unpack(p.reader()); !errors.As(err, &large) {
		t.Errorf("a pack of %d bytes that unfolds into %d: got %v", p.Len(), 5*each, err)
	}
}

func TestHostileTreesAreRefused(t *testing.T) {
	t.Parallel()
	id := strings.Repeat("\x01", 20)
	for name, tree := range map[string]string{
		"cut short":             "100644 a\x00short",
		"without an end":        "100644 a",
		"a way up":              "40000 ..\x00" + id,
		"a folder in a name":    "100644 a/b\x00" + id,
		"no name":               "100644 \x00" + id,
		"a mode that is none":   "777 a\x00" + id,
		"a mode without a name": "100644\x00" + id,
	} {
		if e, err := parseTree([]byte(tree)); err == nil {
			t.Errorf("%s: got %v", name, e)
		}
	}
}

// A tree whose folders all are the same two unfolds without end.
func TestATreeThatUnfoldsIsNotWalkedForEver(t *testing.T) {
	t.Parallel()
	m := newMemory()
	id := m.put(plumbing.BlobObject, []byte("x"))
	entry := func(mode, name string, id plumbing.Hash) string { return mode + " " + name + "\x00" + string(id[:]) }
	tree := m.put(plumbing.TreeObject, []byte(entry("100644", "f", id)))
	for range 12 {
		var b strings.Builder
		for _, name := range "abcdefghij" {
			b.WriteString(entry("40000", string(name), tree))
		}
		tree = m.put(plumbing.TreeObject, []byte(b.String()))
	}
	files := newTree(ctx(t), &remoteObjects{memory: m}, tree)
	if err := files.Prefetch(ctx(t), func(string, int64) bool { return false }); err == nil {
		t.Error("a million million files were visited")
	}
}

func FuzzUnpack(f *testing.F) {
	f.Add(newPacked(1).add(plumbing.BlobObject, 1, nil, []byte("a")).Bytes())
	f.Add(newPacked(2).add(plumbing.BlobObject, 10, nil, []byte("0123456789")).
		add(plumbing.REFDeltaObject, 4, idOf("0123456789"), []byte{10, 5, 0x90, 5}).Bytes())
	f.Fuzz(func(t *testing.T, b []byte) {
		_ = newMemory().unpack(bytes.NewReader(b)) // must neither panic nor use much memory
	})
}

func FuzzParse(f *testing.F) {
	f.Add("1 .M N... 100644 100644 100644 a b c d\x00")
	f.Add("2 R. N... 1 2 3 a b R100 new\x00old\x00? x\x00")
	f.Add("tree a\nauthor x <y> 1 +0000\ncommitter x <y> 1 +0000\n\nm")
	f.Fuzz(func(t *testing.T, s string) {
		_, _ = parseStatus(s)
		_, _ = parseBatch(s)
		_, _ = parseRaw("id", s)
		_, _ = parseTree([]byte(s))
		_, _ = parsePush(s, "refs/heads/x")
		_, _ = parseStatus("1 " + s)
		_ = redact(s)
		_ = classify("u", &CommandError{Stderr: s})
	})
}

// Opening must survive whatever stands in the files of a git folder.
func FuzzOpen(f *testing.F) {
	f.Add("[core]\n\tbare = false\n[extensions]\n\tworktreeConfig = true\n", "ref: refs/heads/main\n", "")
	f.Add("[remote \"o\"]\n\turl = x\n\tpromisor = yes\n", "0123456789012345678901234567890123456789\n", "abc")
	f.Fuzz(func(t *testing.T, config, head, shallow string) {
		dir := t.TempDir()
		for _, sub := range []string{"objects", "refs"} {
			if err := os.MkdirAll(filepath.Join(dir, ".git", sub), 0o755); err != nil {
				t.Fatal(err)
			}
		}
		for name, text := range map[string]string{"config": config, "HEAD": head, "shallow": shallow} {
			if err := os.WriteFile(filepath.Join(dir, ".git", name), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		r, err := Open(dir)
		if err != nil {
			return
		}
		defer r.Close()
		_, _, _, _ = r.Head()
		_, _ = r.Branches()
		_, _ = r.Remotes(t.Context())
		_, _, _ = r.Config(t.Context(), "remote.o.url")
		_, _ = r.Commits(t.Context(), "", "HEAD", 3)
	})
}
