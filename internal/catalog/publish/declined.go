package publish

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"oras.land/oras-go/v2/registry/remote/errcode"
)

// Decline is why a registry does not take what is published.
type Decline string

// The reasons.
const (
	NoRepository Decline = "no repository" // it makes none by itself
	TagStays     Decline = "the tag stays" // immutable, locked, protected
	UnknownType  Decline = "unknown type"  // of the artifact
	TooLarge     Decline = "too large"     // for it, or for what stands before it
	NoWriting    Decline = "no writing"    // read-only, or a mirror
	OtherDecline Decline = "other"
)

// DeclinedError says that a registry, which knows who asks, does not take what is
// published there.
type DeclinedError struct {
	Host, Repository, Tag string

	Why    Decline
	Size   int // bytes of what was sent
	Status int // of HTTP
	Said   string
}

func (e *DeclinedError) Error() string {
	why := e.Host + " refuses it"
	switch e.Why {
	case NoRepository:
		why = e.Host + " has no repository " + e.Repository + ", and makes none by itself"
	case TagStays:
		why = e.Host + " lets nobody overwrite the tag " + e.Tag
	case UnknownType:
		why = e.Host + " takes no artifacts of the type " + mediaOutline
	case TooLarge:
		why = fmt.Sprintf("%s takes nothing as large as %d bytes at once", e.Host, e.Size)
	case NoWriting:
		why = e.Host + " takes nothing, as a mirror or a registry that is being tended"
	}
	why += ": it answers " + status(e.Status)
	if e.Said != "" {
		why += " (" + e.Said + ")"
	}
	return why
}

// declined judges a refusal by its status and, where that says little, by the
// words of the registries that are known to give it.
func (a *artifact) declined(code int, said string, size int, tagged bool) error {
	e := &DeclinedError{Host: a.host, Repository: a.place.ref.Repository, Tag: a.place.ref.Reference, Size: size, Status: code, Said: said, Why: OtherDecline}
	switch {
	case code == http.StatusRequestEntityTooLarge:
		e.Why = TooLarge
	case tagged && stays(said):
		e.Why = TagStays
	case code == http.StatusMethodNotAllowed:
		e.Why = NoWriting
	case tagged && speaksOf(said, "media type", "mediatype", "artifact type", "artifacttype", errcode.ErrorCodeManifestInvalid):
		e.Why = UnknownType
	case code == http.StatusNotFound:
		e.Why = NoRepository
	}
	return e
}

// stays tells whether a registry says that a tag may not be overwritten: those of
// Amazon, Azure, Docker, Google, Harbor, JFrog, Quay and Sonatype each have words
// of their own for it, and five different codes.
func stays(said string) bool {
	return speaksOf(said, "immutab", "overwrit", "already exist", "does not allow updating", "disallowed", "locked", "protected tag")
}

func speaksOf(said string, words ...string) bool {
	said = strings.ToLower(said)
	return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(said, strings.ToLower(w)) })
}

//go:noinline
func status(code int) string {
	return strings.TrimSpace(strconv.Itoa(code) + " " + http.StatusText(code))
}

// words are what a registry says, for people.
func words(all errcode.Errors) string {
	var said []string
	for _, e := range all {
		said = append(said, e.Code)
		if e.Message != "" {
			said = append(said, e.Message)
		}
		switch d := e.Detail.(type) {
		case string:
			said = append(said, d)
		case map[string]any:
			if m, ok := d["message"].(string); ok {
				said = append(said, m)
			}
		}
	}
	return printable(strings.Join(slices.DeleteFunc(said, func(s string) bool { return s == "" }), ": "))
}

// said is what an answer says of an error, with a colon before it, "" for
// nothing that a registry would say. It ends the answer.
func said(resp *http.Response) string {
	defer discard(resp)
	raw, err := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
	var answer struct{ Errors errcode.Errors }
	if err != nil || json.Unmarshal(raw, &answer) != nil || len(answer.Errors) == 0 {
		return ""
	}
	return ": " + words(answer.Errors)
}
