package contribute

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/isrc-dev/isrc/internal/git"
	"github.com/isrc-dev/isrc/internal/workflow"
)

// CloneKind says how much of a repository a clone holds.
type CloneKind string

// The kinds of clones. The zero value is Blobless.
const (
	Blobless CloneKind = "blobless" // all history, and the files of what is checked out
	Full     CloneKind = "full"     // everything
	Shallow  CloneKind = "shallow"  // the last commits of one branch
)

// CloneWish is how somebody wants their clone.
type CloneWish struct {
	Kind      CloneKind `json:"clone,omitempty"`
	Depth     int       `json:"depth,omitempty"`     // commits of a shallow clone; 0 is 1
	Sparse    []string  `json:"sparse,omitempty"`    // folders that are checked out; none: all
	Reference string    `json:"reference,omitempty"` // absolute folder of a clone to copy objects from
	// Submodules fetches them too.
	Submodules bool `json:"submodules,omitempty"`
	// Alone says that there is no git program, so that history is not deepened.
	Alone bool `json:"alone,omitempty"`
}

// words say for the plan what the clone will hold.
func (w CloneWish) words() string {
	said := "blobless: files come when they are needed"
	switch w.Kind {
	case Full:
		said = "full: all files of all commits"
	case Shallow:
		said = "shallow: the last commit"
		if w.Depth > 1 {
			said = fmt.Sprintf("shallow: the last %d commits", w.Depth)
		}
		if !w.Alone {
			said += "; older ones come when they are needed"
		}
	}
	if len(w.Sparse) > 0 {
		said = "only " + strings.Join(w.Sparse, ", ") + "; " + said
	}
	if w.Reference != "" {
		said += "; what " + w.Reference + " has is copied from there"
	}
	return said
}

func (w CloneWish) apply(o *git.CloneOptions) {
	o.Sparse, o.Reference = w.Sparse, w.Reference
	switch w.Kind {
	case Full:
	case Shallow:
		o.Depth, o.SingleBranch = max(w.Depth, 1), true
	default:
		o.Filter = "blob:none"
	}
}

// Same tells whether two wishes are for the same clone.
func (w CloneWish) Same(o CloneWish) bool {
	kind := func(k CloneKind) CloneKind { return CloneKind(firstOf(string(k), string(Blobless))) }
	return kind(w.Kind) == kind(o.Kind) && max(w.Depth, 1) == max(o.Depth, 1) && slices.Equal(w.Sparse, o.Sparse) && w.Submodules == o.Submodules && w.Reference == o.Reference
}

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// ClonedAs is the wish that a run made its clone by; it made none where that
// is not known.
func ClonedAs(st workflow.State) (w CloneWish, known bool) {
	step, ok := st.Step("clone")
	return w, ok && json.Unmarshal(step.In, &w) == nil
}

// parts says for the plan what of the repository lies elsewhere.
func (s *Situation) parts() string {
	switch {
	case s.Guidelines == nil || !s.Guidelines.Has(".", ".gitmodules"):
		return ""
	case s.Clone.Submodules:
		return "with its submodules; "
	}
	return "its submodules stay empty; "
}
