package main

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const thing = `{"name":"a","example":1,"made":"2026-03-02T09:00:00Z"}`

// asked is a GET that was answered with JSON.
func asked(path string, status int, body string) Exchange {
	return Exchange{
		Method: "GET", Path: apiPrefix + path, Status: status, ResponseBody: []byte(body),
		RequestHeader:  http.Header{"Accept": {"application/vnd.github+json"}},
		ResponseHeader: http.Header{"Content-Type": {"application/json; charset=utf-8"}},
	}
}

func posted(status int, body string) Exchange {
	e := asked("/things", status, "")
	e.Method, e.RequestBody = "POST", []byte(body)
	return e
}

func load(t *testing.T, exchanges ...Exchange) *Description {
	t.Helper()
	d, err := Load("tiny", filepath.Join("testdata", "tiny.json"), exchanges)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestAnExchangeIsHeldAgainstTheDescription(t *testing.T) {
	t.Parallel()
	spoilt := asked("/things/a", 200, "{")
	spoilt.Fault = "truncate"
	raw := asked("/things/a", 200, "plain")
	raw.RequestHeader.Set("Accept", "application/vnd.github.raw")
	raw.ResponseHeader.Set("Content-Type", "application/vnd.github.raw; charset=utf-8")
	rawJSON := asked("/things/a", 200, thing)
	rawJSON.RequestHeader.Set("Accept", "application/vnd.github.raw+json")
	rawButJSON := asked("/things/a", 200, thing)
	rawButJSON.RequestHeader.Set("Accept", "application/vnd.github.raw")
	for _, c := range []struct {
		name     string
		exchange Exchange
		want     string // of the first violation; "" for none
	}{
		{"a true answer", asked("/things/a", 200, thing), ""},
		{"a reference with a slash", asked("/things/a/b", 200, thing), ""},
		{"an answer spoilt on purpose", spoilt, ""},
		{"a required field is missing", asked("/things/a", 200, `{"name":"a","made":"2026-03-02T09:00:00Z"}`), `GET /things/{ref} /example: property "example" is missing`},
		{"a field has another type", asked("/things/a", 200, strings.Replace(thing, `"a"`, "7", 1)), "GET /things/{ref} /name: value must be a string"},
		{"a field deep inside has another type", asked("/things/a", 200, strings.Replace(thing, `{`, `{"inside":{"name":"b","example":"x","made":"2026-03-02T09:00:00Z"},`, 1)), "GET /things/{ref} /inside/example: value must be an integer"},
		{"a time is none", asked("/things/a", 200, strings.Replace(thing, "2026-03-02T09:00:00Z", "today", 1)), "GET /things/{ref} /made:"},
		{"an address is none", asked("/things/a", 200, strings.Replace(thing, "{", `{"url":"/a",`, 1)), "GET /things/{ref} /url:"},
		{"an answer fits both of overlapping alternatives", asked("/things/a", 200, strings.Replace(thing, "{", `{"owner":{"login":"b","id":1},`, 1)), ""},
		{"a list's element is wrong", asked("/things/a/parts", 200, "["+thing+`,{"name":"a"}]`), "GET /things/{ref}/parts /*/example:"},
		{"the description has no such path", asked("/others", 200, "{}"), "GET /others : the description has no such operation"},
		{"a status that is not listed", asked("/things/a", 201, thing), "GET /things/{ref} : the operation lists no answer 201"},
		{"a refusal in the form of errors", asked("/things/a", 404, `{"message":"Not Found"}`), ""},
		{"a refusal in another form", asked("/things/a", 404, `{"error":"Not Found"}`), `GET /things/{ref} /message:`},
		{"an unchanged answer with a body", asked("/things/a", 304, thing), "GET /things/{ref} : an answer 304 has no body"},
		{"an answer without JSON", asked("/things/a", 200, "<html>"), "GET /things/{ref} : the body is no JSON"},
		{"a file as it is", raw, ""},
		{"JSON where a file was asked for", rawButJSON, "GET /things/{ref} : application/vnd.github.raw was asked for"},
		{"JSON asked for by a suffix", rawJSON, ""},
		{"a parameter", asked("/things/a?page=2", 200, thing), ""},
		{"an unknown parameter", asked("/things/a?pages=2", 200, thing), "GET /things/{ref} ?pages: the operation has no such parameter"},
		{"a parameter of another type", asked("/things/a?page=two", 200, thing), "GET /things/{ref} ?page: value must be an integer"},
		{"a request with its body", posted(204, `{"name":"a"}`), ""},
		{"a request that lacks a field was accepted", posted(204, `{}`), "POST /things request/name:"},
		{"a request that lacks its body was accepted", posted(204, ``), "POST /things request: the body is missing"},
		{"a wrong request was refused", posted(400, ``), "POST /things : the body is no JSON"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := ""
			if found := load(t, c.exchange).Judge(c.exchange); len(found) > 0 {
				got = found[0].Operation + " " + found[0].Field + ": " + found[0].Reason
			}
			if c.want == "" && got != "" || !strings.HasPrefix(got, c.want) {
				t.Errorf("got %q, want it to begin with %q", got, c.want)
			}
		})
	}
}

func TestEveryLieIsNoticed(t *testing.T) {
	t.Parallel()
	e := asked("/things/a", 200, thing)
	d := load(t, e)
	lies := d.lies(e)
	if len(lies) != 6 {
		t.Fatalf("got %d lies, want a missing field and another type for each of 3 fields", len(lies))
	}
	for _, l := range lies {
		if len(d.Judge(l.Exchange)) == 0 {
			t.Errorf("not noticed: %s", l.about)
		}
	}
}

func TestALyingRecordingFailsTheCommand(t *testing.T) {
	t.Parallel()
	dir, lies := t.TempDir(), t.TempDir()
	if err := write(dir, []Exchange{asked("/things/a", 200, thing)}); err != nil {
		t.Fatal(err)
	}
	describe := "tiny=" + filepath.Join("testdata", "tiny.json")
	for _, step := range []struct {
		args []string
		want string
	}{
		{[]string{"check", "-describe", describe, dir}, ""},
		{[]string{"lies", "-describe", describe, dir}, ""},
		{[]string{"lie", "-describe", describe, "-to", lies, dir}, ""},
		{[]string{"check", "-describe", describe, filepath.Join(lies, "lie-1")}, errFound.Error()},
		{[]string{"check", "-describe", describe, filepath.Join(lies, "lie-2")}, errFound.Error()},
		{[]string{"check", "-describe", describe, t.TempDir()}, "holds no recorded exchange"},
	} {
		got := ""
		if err := run(step.args, t.Output()); err != nil {
			got = err.Error()
		}
		if !strings.Contains(got, step.want) || step.want == "" && got != "" {
			t.Errorf("%s: got %q, want %q", step.args[0], got, step.want)
		}
	}
}

func TestAnAllowedDifferenceNeedsAReasonAndAUse(t *testing.T) {
	t.Parallel()
	wrong := asked("/things/a", 200, `{"name":"a","made":"2026-03-02T09:00:00Z"}`)
	d := load(t, wrong)
	list := func(text string) string {
		file := filepath.Join(t.TempDir(), "allow.txt")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	allowed, err := ReadAllowed(list("# known\ntiny | GET /things/{ref} | 200 | /example | the description is behind\n"))
	if err != nil {
		t.Fatal(err)
	}
	if err := check(t.Output(), []*Description{d}, []Exchange{wrong}, allowed); err != nil {
		t.Errorf("an allowed difference: %v", err)
	}
	allowed[0].used = 0
	if err := check(t.Output(), []*Description{d}, []Exchange{asked("/things/a", 200, thing)}, allowed); err == nil {
		t.Error("a line that nothing needs was kept")
	}
	if _, err := ReadAllowed(list("tiny | GET /things/{ref} | 200 | /example\n")); err == nil {
		t.Error("a line without a reason was taken")
	}
}
