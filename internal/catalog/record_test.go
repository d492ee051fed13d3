package catalog

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"
)

// fill gives every field below a value something that is not its zero value.
func fill(v reflect.Value, random *rand.Rand) {
	switch v.Interface().(type) {
	case time.Time:
		v.Set(reflect.ValueOf(time.Unix(random.Int64N(4e9), random.Int64N(1e9)).UTC()))
		return
	case json.RawMessage:
		v.Set(reflect.ValueOf(json.RawMessage(fmt.Sprintf(`{"a":[%d,null,"<&>\u2028"]}`, random.IntN(1000)))))
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), random)
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i), random)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1+random.IntN(3), 4))
		for i := range v.Len() {
			fill(v.Index(i), random)
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for range 1 + random.IntN(3) {
			key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
			fill(key, random)
			fill(value, random)
			v.SetMapIndex(key, value)
		}
	case reflect.String:
		v.SetString(fmt.Sprintf("wörd \"<&>\u2028\x01 %d", random.IntN(1e6)))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(1 + random.Int64N(1<<53))
	case reflect.Float64:
		v.SetFloat(random.Float64() + 0.001)
	default:
		panic("a record has a kind of field that is not known here: " + v.Kind().String())
	}
}

// empty makes what fill made false, zero and nil in places, by chance.
func empty(v reflect.Value, random *rand.Rand) {
	for i := range v.NumField() {
		f := v.Field(i)
		switch {
		case random.IntN(3) == 0:
			f.SetZero()
		case f.Kind() == reflect.Pointer && f.Elem().Kind() != reflect.Struct && random.IntN(2) == 0:
			f.Elem().SetZero() // known to be none
		}
	}
}

func TestRecordsLoseNothingAsJSON(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(3, 4))
	for n := range 200 {
		for _, sample := range []any{&Record{}, &PullEvent{}} {
			v := reflect.ValueOf(sample).Elem()
			fill(v, random)
			if n%2 == 1 {
				empty(v, random)
			}
			text, err := json.Marshal(sample)
			if err != nil {
				t.Fatal(err)
			}
			back := reflect.New(v.Type())
			if err := json.Unmarshal(text, back.Interface()); err != nil {
				t.Fatal(err)
			}
			again, err := json.Marshal(back.Interface())
			if err != nil {
				t.Fatal(err)
			}
			if string(again) != string(text) {
				t.Fatalf("%T: what comes back differs:\n%s\n%s", sample, text, again)
			}
			for i := range v.NumField() {
				if got, want := back.Elem().Field(i).Interface(), v.Field(i).Interface(); !reflect.DeepEqual(got, want) && v.Type().Field(i).Name != "Extra" { // whose values are compacted
					t.Fatalf("%T.%s: got %#v, want %#v", sample, v.Type().Field(i).Name, got, want)
				}
			}
		}
	}
}
