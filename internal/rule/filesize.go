package rule

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/isrc-dev/isrc/internal/guideline"
	"github.com/isrc-dev/isrc/internal/lazy"
)

// SizeParams is how large a file may be.
type SizeParams struct {
	Max   int64     `json:"max"`             // bytes
	Added bool      `json:"added,omitempty"` // only new files are looked at
	Files hookFiles `json:"files"`
}

func fileSize() *Rule {
	return &Rule{
		ID: "file-size",
		Doc: `No file is larger than the project takes.

Read from rulesets (` + "`max_file_size`" + `, in MB), from pre-commit's ` + "`check-added-large-files`" + ` (500 KB unless ` + "`--maxkb`" + ` says otherwise, sizes rounded up to whole KB,
new files only unless ` + "`--enforce-all`" + ` is given; on a fresh checkout it sees nothing without that, so only then it must hold) and from prose with a number and a unit.
What Git LFS keeps counts as the few bytes of its pointer.

With a limit of 10 MB a file of 10,485,760 bytes is accepted, and one of 10,485,761 is rejected.`,
		Derive: deriveFileSize,
		Check:  checkFileSize,
		merge:  absorbProse,
	}
}

func sizeText(bytes int64) string {
	if bytes >= 1<<20 && bytes%(1<<20) == 0 {
		return fmt.Sprintf("files of at most %d MB", bytes>>20)
	}
	return fmt.Sprintf("files of at most %d KB", bytes>>10)
}

// defaultLargeKB is what check-added-large-files takes without an argument.
const defaultLargeKB = 500

func deriveFileSize(set *Reading) []Requirement {
	var out []Requirement
	for _, r := range branchRules(set) {
		if p, ok := pathParams(r); ok && p.MaxSize > 0 {
			out = append(out, fromRuleset(r, p.text(), p.text(), SizeParams{Max: p.MaxSize << 20}))
		}
	}
	for _, h := range hooksNamed(set, "check-added-large-files") {
		p := SizeParams{Max: defaultLargeKB << 10, Added: true, Files: h.files}
		if kb, ok := h.option("--maxkb"); ok {
			n, err := strconv.ParseInt(kb, 10, 40)
			if err != nil || n <= 0 {
				continue
			}
			p.Max = n << 10
		}
		all := strings.Contains(strings.Join(h.args, " "), "--enforce-all")
		p.Added = !all
		for _, req := range h.asks(set, sizeText(p.Max), p) {
			if !all { // without staged files it looks at none
				req.Strength = Should
			}
			out = append(out, req)
		}
	}
	if p, sentences := sizeProse(set); len(sentences) > 0 {
		out = append(out, fromProse(set, sentences, sizeText(p.Max), p, nil))
	}
	return out
}

var sizePattern = lazy.Pattern(`(?i)\b(?:files?|images?|binar(?:y|ies)|assets?|blobs?)\b.{0,60}?\b(?:(?:larger|bigger|greater|more) than|over|above|exceed(?:s|ing)?)\s+(\d{1,6})\s?(kb|kib|mb|mib)\b|\bfiles?\b.{0,40}?\b(?:(?:smaller|less) than|under|below|at most|up to)\s+(\d{1,6})\s?(kb|kib|mb|mib)\b`)

func sizeProse(set *Reading) (SizeParams, []guideline.Sentence) {
	var p SizeParams
	sentences := said(set, func(s guideline.Sentence) bool {
		m := sizePattern().FindStringSubmatch(s.Text)
		if m == nil || strings.Contains(strings.ToLower(s.Text), "upload") {
			return false
		}
		n, err := strconv.ParseInt(m[1]+m[3], 10, 40)
		if err != nil || n == 0 {
			return false
		}
		n <<= 10
		if strings.HasPrefix(strings.ToLower(m[2]+m[4]), "m") {
			n <<= 10
		}
		if p.Max != 0 && p.Max != n {
			return false
		}
		p.Max = n
		return true
	})
	return p, sentences
}

func checkFileSize(req Requirement, change *Change) []Finding {
	p := req.Params.(SizeParams)
	picked := p.Files.picker()
	var at, unsure []Place
	for _, f := range change.Files {
		if f.Status == Deleted || p.Added && f.Status != Added {
			continue
		}
		if ok, known := picked(f.Path); !ok && known {
			continue
		}
		switch {
		case f.Size < 0:
			unsure = append(unsure, Place{Path: f.Path, What: "its size is not known"})
		case f.Size > p.Max:
			at = append(at, Place{Path: f.Path, What: fmt.Sprintf("it has %d bytes", f.Size)})
		}
	}
	switch {
	case len(at) > 0:
		return []Finding{{Verdict: Broken, At: at, Message: plural(len(at), "file is too large", "files are too large")}}
	case len(unsure) > 0:
		return []Finding{{Verdict: Unknown, At: unsure, Message: "the size of some files is not known"}}
	case len(change.Files) == 0:
		return []Finding{{Verdict: Later, Message: "no files are changed yet"}}
	}
	return []Finding{{Verdict: Met, Message: "no file is too large"}}
}
