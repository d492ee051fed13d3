package index

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/isrc-dev/isrc/internal/catalog"
)

// fullRecord has something in every member.
func fullRecord(t *testing.T) *catalog.Record {
	t.Helper()
	r := &catalog.Record{}
	fill(reflect.ValueOf(r).Elem(), 1)
	r.Excerpt = "über <b>\"quoted\"\\ \t\n\u2028 end"
	r.Extra = map[string]json.RawMessage{"x": json.RawMessage(`{"deep":[1,null,{"a":"]"}]}`)}
	r.CreatedAt, r.PushedAt = time.Date(2024, 2, 29, 23, 59, 59, 123, time.UTC), time.Date(2024, 2, 9, 23, 0, 1, 0, time.UTC)
	r.SeenAt = time.Date(2024, 2, 9, 23, 0, 1, 0, time.FixedZone("", 3600))
	return r
}

func fill(v reflect.Value, n int) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(fmt.Sprint("text ", n))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(-n))
	case reflect.Float64:
		v.SetFloat(float64(n) + 0.25)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), n+1)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 3, 3))
		for i := range 3 {
			fill(v.Index(i), n+i)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Field(i); f.CanSet() {
				fill(f, n+i)
			}
		}
	}
}

func TestRecordsAreReadWithoutPackageJSON(t *testing.T) {
	t.Parallel()
	for name, r := range map[string]*catalog.Record{"full": fullRecord(t), "empty": {}} {
		plain, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		want, got := &catalog.Record{}, &catalog.Record{}
		if err := json.Unmarshal(plain, want); err != nil {
			t.Fatal(err)
		}
		if !(&reader{rest: plain}).all(recordShape(), reflect.ValueOf(got).Elem()) {
			t.Errorf("%s: package json has to read it", name)
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: read as\n%+v\nwant\n%+v", name, got, want)
		}
		r.Extra = nil
		if plain, err = json.Marshal(r); err != nil {
			t.Fatal(err)
		}
		if !(&reader{rest: plain}).all(recordShape(), reflect.Value{}) {
			t.Errorf("%s: package json has to read it over", name)
		}
	}
}

// TestWhatIsReadIsReadAlike holds what is taken against package json, in texts that are
// damaged in all ways.
func TestWhatIsReadIsReadAlike(t *testing.T) {
	t.Parallel()
	r := fullRecord(t)
	r.Extra = nil // which is not read over
	whole, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, 2))
	bytes := []byte("\"\\{}[]:,0019-+.eEtfnu /\x00\x1f\xffä")
	taken := 0
	for range 60_000 {
		b := append([]byte(nil), whole...)
		for range 1 + random.IntN(2) {
			at, c := random.IntN(len(b)), bytes[random.IntN(len(bytes))]
			switch random.IntN(4) {
			case 0:
				b = append(b[:at], b[at+1:]...)
			case 1:
				b = append(b[:at], append([]byte{c}, b[at:]...)...)
			case 2:
				from := random.IntN(len(whole))
				b = append(b[:at], append(append([]byte(nil), whole[from:min(len(whole), from+random.IntN(40))]...), b[at:]...)...)
			default:
				b[at] = c
			}
		}
		got, want := &catalog.Record{}, &catalog.Record{}
		read := (&reader{rest: b}).all(recordShape(), reflect.ValueOf(got).Elem())
		over := (&reader{rest: b}).all(recordShape(), reflect.Value{})
		if !read && !over {
			continue
		}
		taken++
		if err := json.Unmarshal(b, want); err != nil {
			t.Fatalf("read (%v) or read over (%v) what package json does not: %v\n%s", read, over, err, b)
		}
		if key, err := wholeKey(b); err != nil || key != want.Key() {
			t.Fatalf("its key is %q, %v, want %q\n%s", key, err, want.Key(), b)
		}
		if read && !reflect.DeepEqual(got, want) {
			t.Fatalf("read as\n%+v\nwant\n%+v\n%s", got, want, b)
		}
	}
	if taken < 1000 {
		t.Errorf("%d texts were taken: this tests nothing", taken)
	}
}

func BenchmarkWholeRecord(b *testing.B) {
	plain, err := json.Marshal(&catalog.Record{
		Host: "github.com", Owner: "acme", Name: "payments-api", Description: "Settles payments", Topics: []string{"payments", "api"}, SeenAt: time.Now().UTC().Truncate(time.Second),
		Participation: make([]int, 52), Excerpt: "The service\nthat settles payments.", Activity: &catalog.Activity{Score: 12, Terms: make([]catalog.Term, 6)}, Readiness: &catalog.Readiness{Points: make([]catalog.Point, 20)},
	})
	if err != nil {
		b.Fatal(err)
	}
	for name, read := range map[string]func() error{
		"json":  func() error { return json.Unmarshal(plain, &catalog.Record{}) },
		"whole": func() error { _, err := wholeOf(plain); return err },
		"over":  func() error { _, err := wholeKey(plain); return err },
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := read(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
