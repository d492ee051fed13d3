package publish

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"

	"github.com/isrc-dev/isrc/internal/catalog/estate"
	"github.com/isrc-dev/isrc/internal/catalog/index"
	"github.com/isrc-dev/isrc/internal/catalog/publish/registrytest"
)

// laptop fetches what is published, and checks that it has exactly that.
type laptop struct {
	t     *testing.T
	w     *world
	store *index.Store
}

func newLaptop(t *testing.T, w *world) *laptop {
	return &laptop{t, w, &index.Store{Dir: filepath.Join(t.TempDir(), "catalog")}}
}

func (l *laptop) pull(from Place) Pulled {
	l.t.Helper()
	p, err := Pull(l.t.Context(), *l.w.o, l.store, from, estate.Now(), false)
	if err != nil {
		l.t.Fatal(err)
	}
	if _, sum, err := digestOf(l.t.Context(), p.Info.Path); err != nil || p.Outline != nil && sum != p.Outline.Digest {
		l.t.Fatalf("the catalog is %s (%v), and published is %s", sum, err, p.Outline.Digest)
	}
	return p
}

func TestAChangeSendsWhatChanged(t *testing.T) {
	t.Parallel()
	for name, private := range map[string]int{"nothing left out": 0, "a tenth left out": 10} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, registrytest.Options{}, Credential{})
			c, to := newCompany(t, 600, private), w.place("acme/catalog:main")
			push := func() Pushed {
				t.Helper()
				p, err := Push(t.Context(), *w.o, c.store, to, Choice{}, false)
				if err != nil {
					t.Fatal(err)
				}
				return p
			}
			first := push()
			if first.Outline.Format != format || first.Sent.Uploaded != first.Sent.Chunks {
				t.Fatalf("the first push sent %+v in format %d", first.Sent, first.Outline.Format)
			}
			always, late := newLaptop(t, w), newLaptop(t, w)
			always.pull(to)
			late.pull(to)
			for range 3 {
				c.change(100) // 6 repositories
				next := push()
				t.Logf("%d bytes sent, then %d", first.Sent.Bytes, next.Sent.Bytes)
				if next.Sent.Bytes > first.Sent.Bytes/8 {
					t.Errorf("a change of a hundredth sent %d bytes, all of it %d", next.Sent.Bytes, first.Sent.Bytes)
				}
				if got := always.pull(to); got.Bytes != next.Sent.Bytes || got.Reused != 0 {
					t.Errorf("%d bytes were sent, and a machine that has all before fetched %d", next.Sent.Bytes, got.Bytes)
				}
			}
			if got := late.pull(to); got.Bytes > first.Sent.Bytes/2 || got.Fetched < 3 {
				t.Errorf("a machine that missed three pushes fetched %d bytes in %d chunks", got.Bytes, got.Fetched)
			}
			if got := newLaptop(t, w).pull(to); got.Bytes <= first.Sent.Bytes {
				t.Errorf("a new machine fetched %d bytes, and all before the change were %d", got.Bytes, first.Sent.Bytes)
			}
		})
	}
}

func TestAMachineThatFetchesCrawlsAndPublishesSendsAPatch(t *testing.T) {
	t.Parallel()
	w := newWorld(t, registrytest.Options{}, Credential{})
	c, to := newCompany(t, 120, 0), w.place("acme/catalog:main")
	if _, err := Push(t.Context(), *w.o, c.store, to, Choice{}, false); err != nil {
		t.Fatal(err)
	}
	job := newLaptop(t, w) // as a job has it that begins with an empty disk
	job.pull(to)
	c.store = job.store
	c.change(100)
	p, err := Push(t.Context(), *w.o, c.store, to, Choice{}, true)
	if err != nil || p.State != WouldPublish || len(p.Outline.Patches) != 1 {
		t.Fatalf("got %+v, %v of a dry run", p, err)
	}
	if p, err = Push(t.Context(), *w.o, c.store, to, Choice{}, false); err != nil || len(p.Outline.Patches) != 1 {
		t.Errorf("got %+v, %v", p, err)
	}
}

func TestWhatMayNotBeToldAnyMoreIsInNoPatch(t *testing.T) {
	t.Parallel()
	w := newWorld(t, registrytest.Options{}, Credential{})
	c, to := newCompany(t, 120, 0), w.place("acme/catalog:main")
	secret := *c.repos[7]
	secret.Description = "Zanzibarometer of the treasury"
	open := secret
	c.put(append(c.repos[:0:0], &open))
	push := func() *Outline {
		t.Helper()
		p, err := Push(t.Context(), *w.o, c.store, to, Choice{}, false)
		if err != nil {
			t.Fatal(err)
		}
		return p.Outline
	}
	telling := func(o *Outline) (found bool) {
		t.Helper()
		for _, ch := range o.all() {
			w.reg.Blobs(func(b map[string][]byte) {
				data, err := unpack(b[ch.Digest.String()], ch)
				if err != nil {
					t.Fatal(err)
				}
				found = found || bytes.Contains(data, []byte("zanzibaromet"))
			})
		}
		return found
	}
	if !telling(push()) {
		t.Fatal("the repository is not published")
	}
	c.change(100)
	if o := push(); len(o.Patches) != 1 || !telling(o) {
		t.Fatalf("%d patches after a change", len(o.Patches))
	}
	secret.Visibility = "private"
	c.put(append(c.repos[:0:0], &secret))
	if o := push(); len(o.Patches) != 0 || telling(o) {
		t.Errorf("%d patches, and the repository that went private is told: %v", len(o.Patches), telling(o))
	}
	// A part of it may be told later, but what was told of all of it stays behind.
	open.Visibility = "internal"
	c.put(append(c.repos[:0:0], &open))
	if o := push(); !telling(o) {
		t.Error("the repository is not told again")
	}
	secret.Sharing = "restricted"
	c.put(append(c.repos[:0:0], &secret))
	if o := push(); len(o.Patches) != 0 || telling(o) {
		t.Errorf("%d patches, and all of a restricted repository is told: %v", len(o.Patches), telling(o))
	}
	c.change(100)
	if o := push(); len(o.Patches) != 1 {
		t.Errorf("%d patches where a restricted repository stays as it is", len(o.Patches))
	}
}

func TestPatchesEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(t, registrytest.Options{}, Credential{})
	c, to := newCompany(t, 120, 0), w.place("acme/catalog:main")
	longest := 0
	for i := range patchesAndGone + 3 {
		if i == 2 {
			_, err := c.store.Update(t.Context(), index.UpdateOptions{At: c.at}, func(u *index.Writer) error { return u.Delete(c.repos[3].Key()) })
			if err != nil {
				t.Fatal(err)
			}
		} else if i > 0 {
			c.put(c.repos[i+10 : i+10])
		}
		p, err := Push(t.Context(), *w.o, c.store, to, Choice{}, false)
		if err != nil {
			t.Fatal(err)
		}
		longest = max(longest, len(p.Outline.Patches))
	}
	if longest != patchesAndGone {
		t.Errorf("the longest row has %d patches", longest)
	}
	if files, err := os.ReadDir(publishedFolder(c.store)); err != nil || len(files) != keptFiles {
		t.Errorf("%d published generations are kept, %v", len(files), err)
	}
}

func TestAPatchOfWhatIsNotThereIsNotUsed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, registrytest.Options{}, Credential{})
	c, to := newCompany(t, 120, 0), w.place("acme/catalog:main")
	if _, err := Push(t.Context(), *w.o, c.store, to, Choice{}, false); err != nil {
		t.Fatal(err)
	}
	l := newLaptop(t, w)
	l.pull(to)
	// The machine believes that it has what it has not.
	m := lastPull(l.store)
	c.change(100)
	second, err := Push(t.Context(), *w.o, c.store, to, Choice{}, false)
	if err != nil || len(second.Outline.Patches) != 1 {
		t.Fatalf("%+v, %v", second, err)
	}
	other := newCompany(t, 130, 0)
	c2, err := other.store.Current(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	l.store, m.Generation = other.store, c2.ID
	if err := m.write(l.store); err != nil {
		t.Fatal(err)
	}
	l.pull(to)
	// A registry that cleared chunks away gets all again.
	w.reg.Blobs(func(b map[string][]byte) {
		delete(b, second.Outline.Chunks[0].Digest.String())
	})
	c.change(90)
	third, err := Push(t.Context(), *w.o, c.store, to, Choice{}, false)
	if err != nil || len(third.Outline.Patches) != 0 {
		t.Errorf("%+v, %v", third.Outline.Patches, err)
	}
	newLaptop(t, w).pull(to)
}

func TestWhatWasPublishedBeforeThereWerePatchesIsFetched(t *testing.T) {
	t.Parallel()
	const (
		outline = `{"isrcCatalog":1,"schema":1,"version":"1.2.3","created":"2026-01-02T03:04:05Z","crawled":"2026-01-02T03:04:05Z","records":7,"events":0,"size":31,` +
			`"digest":"sha256:ae70c63c214bde93ada7998999da72563480e492cea305cef2b42538ddff8d0e",` +
			`"chunks":[{"digest":"sha256:0e99381629f9323da69748004a6dda6924cb26fdc7c00a4b0efdf24c2e2f4f98","size":40,` +
			`"content":"sha256:ae70c63c214bde93ada7998999da72563480e492cea305cef2b42538ddff8d0e","length":31}]}` + "\n"
		chunk = "28b52ffd0000f900007768617420616e206561726c6965722069737263207075626c69736865640a"
	)
	packed, err := hex.DecodeString(chunk)
	if err != nil {
		t.Fatal(err)
	}
	w, dir := newWorld(t, registrytest.Options{}, Credential{}), t.TempDir()
	f := &folder{path: dir}
	if err := errors.Join(writeWhole(filepath.Join(dir, outlineName), []byte(outline)), f.put(t.Context(), Chunk{Digest: digest.FromBytes(packed)}, packed)); err != nil {
		t.Fatal(err)
	}
	from, err := ParsePlace(dir, "")
	if err != nil {
		t.Fatal(err)
	}
	if got, _, err := w.pull(from); string(got) != "what an earlier isrc published\n" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
	// Without patches it is published so today, too.
	if o, _, err := f.outline(t.Context(), ""); err != nil || o.Base != nil {
		t.Errorf("got %+v, %v", o, err)
	} else if raw, err := o.encode(); string(raw) != outline || err != nil {
		t.Errorf("it is written as\n%s (%v)\nand was\n%s", raw, err, outline)
	}
}

func TestPatchesComeBackAsTheyWere(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(5, 6))
	text := generation(t, 1, 3*patchBlock/2)
	moved := append(append(bytes.Clone(text[1<<20:]), text[:1<<20]...), "the end"...)
	spotted := bytes.Clone(text)
	for range 3000 {
		spotted[r.IntN(len(spotted))]++
	}
	for name, tt := range map[string]struct {
		old, new []byte
		most     int
	}{
		"the same":       {text, text, 200},
		"moved":          {text, moved, 300},
		"spotted":        {text, spotted, 3000 * 40},
		"shorter":        {text, text[100:5000], 100},
		"nothing before": {nil, text[:5000], 5100},
		"nothing now":    {text, nil, 0},
		"a few bytes":    {text[:5], text[:9], 20},
		"zeros":          {make([]byte, 10000), make([]byte, 20000), 100},
	} {
		var patch, got bytes.Buffer
		if err := diff(tt.old, bytes.NewReader(tt.new), bufio.NewWriter(&patch)); err != nil {
			t.Fatal(err)
		}
		if patch.Len() > tt.most {
			t.Errorf("%s: the patch has %d bytes", name, patch.Len())
		}
		raw := patch.Bytes()
		err := apply(bytes.NewReader(tt.old), int64(len(tt.old)), bytes.NewReader(raw), int64(len(tt.new)), &got)
		if err != nil || !bytes.Equal(got.Bytes(), tt.new) {
			t.Errorf("%s: %d bytes came back of %d, %v", name, got.Len(), len(tt.new), err)
		}
		for _, size := range []int64{int64(len(tt.new)) - 1, int64(len(tt.new)) + 1} {
			if err := apply(bytes.NewReader(tt.old), int64(len(tt.old)), bytes.NewReader(raw), size, io.Discard); size >= 0 && !errors.Is(err, errPatch) {
				t.Errorf("%s: %v where %d bytes are wanted", name, err, size)
			}
		}
	}
}

func FuzzApply(f *testing.F) {
	f.Add([]byte("\x03abc\x05\x00"))
	f.Add([]byte("\x00\xff\xff\xff\xff\xff\xff\xff\xff\x7f\x01"))
	f.Fuzz(func(t *testing.T, patch []byte) {
		old := strings.NewReader("what was there before")
		var got bytes.Buffer
		if err := apply(old, old.Size(), bytes.NewReader(patch), 100, &got); err == nil && got.Len() != 100 || got.Len() > 100 {
			t.Errorf("%d bytes, %v", got.Len(), err)
		}
	})
}
