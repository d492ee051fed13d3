package rule

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/isrc-dev/isrc/internal/guideline"
)

// How a tool looks for a header.
const (
	headerText    = "text"    // these words, in any comment
	headerStart   = "start"   // the file begins with exactly these bytes
	headerPattern = "pattern" // a regular expression of RE2
	headerLoose   = "loose"   // any licence or copyright, as addlicense looks for it
	headerREUSE   = "reuse"   // tags for copyright and licence, or a file beside it
	headerUnread  = "unread"  // a text that isrc does not know
)

// LicenceParams says how new files begin.
type LicenceParams struct {
	How        string    `json:"how"`
	Header     string    `json:"header,omitempty"` // the text or the pattern
	Owner      string    `json:"owner,omitempty"`  // of the copyright, for {{ AUTHOR }} and the like
	Paths      []string  `json:"paths,omitempty"`  // patterns of files that need it; none: all
	Ignore     []string  `json:"ignore,omitempty"`
	Suffixes   []string  `json:"suffixes,omitempty"` // of names that need it; none: all
	NoSuffixes []string  `json:"noSuffixes,omitempty"`
	Comments   bool      `json:"comments,omitempty"` // comments may stand before it
	Code       bool      `json:"code,omitempty"`     // only files of code
	Part       bool      `json:"part,omitempty"`     // Header is not all of it
	Files      hookFiles `json:"files"`
}

const licenceText = "a licence header in new files"

func licenceHeader() *Rule {
	return &Rule{
		ID: "licence-header",
		Doc: `New files begin with the project's licence header. Files that were there before are not judged.

Each tool reads in its own way. **license-eye** (` + "`.licenserc.yaml`" + `) wants the words of ` + "`content`" + `, or what ` + "`pattern`" + ` matches, in any comment, in what ` + "`paths`" + ` names and ` + "`paths-ignore`" + ` does not.
**conform** wants the very bytes at the start. **goheader** of golangci-lint wants its template in Go files. **addlicense** is content with any copyright or licence in the first 1,000 bytes, and passes over generated files; **copywrite** looks in the same way where it only plans, and passes over ` + "`header_ignore`" + ` of ` + "`.copywrite.hcl`" + `.
**REUSE** wants a copyright and an ` + "`SPDX-License-Identifier`" + ` in the file, in ` + "`FILE.license`" + ` beside it, or in ` + "`REUSE.toml`" + `. The hook ` + "`insert-license`" + ` and prose with the header in a code block are read, too.
Any year will do: who wrote a header last year broke nothing. It must hold where a step runs the tool; a configuration alone only asks.

Accepted: ` + "`// SPDX-License-Identifier: Apache-2.0`" + ` where that is the header, after ` + "`#!/bin/sh`" + ` as well. Rejected: a new file without it.`,
		Derive: deriveLicence,
		Check:  checkLicence,
		merge:  mergeLicence,
	}
}

// mergeLicence joins what is said of the same text, and prose to what a tool
// says more exactly.
func mergeLicence(reqs []Requirement) []Requirement { return absorbProse(reqs) }

func checkLicence(req Requirement, change *Change) []Finding {
	p := req.Params.(LicenceParams)
	if len(change.Files) == 0 {
		return []Finding{{Verdict: Later, Message: "no files are changed yet"}}
	}
	has, err := p.judge(change)
	if err != nil {
		return []Finding{{Verdict: Unknown, Message: err.Error()}}
	}
	wants := p.wants()
	var without []*File
	var at, unsure []Place
	n := 0
	for i := range change.Files {
		f := &change.Files[i]
		if f.Status != Added || f.Size == 0 && f.Head == "" && len(f.AddedLines) == 0 && !f.LinesCut || !wants(f) {
			continue
		}
		n++
		switch ok, known := has(f); {
		case !known:
			unsure = append(unsure, Place{Path: f.Path})
		case !ok:
			without = append(without, f)
			at = append(at, Place{Path: f.Path, Line: 1})
		}
	}
	switch {
	case len(at) > 0:
		return []Finding{{Verdict: Broken, At: at, Message: plural(len(at), "new file has", "new files have") + " no licence header as it is asked for", Fix: p.licenceFix(without, change)}}
	case len(unsure) > 0:
		return []Finding{{Verdict: Unknown, At: unsure, Message: "whether the header is the right one is not known"}}
	case n == 0:
		return []Finding{{Verdict: Met, Message: "no new file needs one"}}
	}
	return []Finding{{Verdict: Met, Message: plural(n, "new file has it", "new files have it")}}
}

// wants makes a test of which files need a header.
func (p LicenceParams) wants() func(*File) bool {
	picked := p.Files.picker()
	suffixed := func(suffixes []string, name string) bool {
		return slices.ContainsFunc(suffixes, func(s string) bool { return strings.HasSuffix(name, s) })
	}
	return func(f *File) bool {
		if f.Binary && p.How != headerREUSE || p.Code && !codePattern().MatchString(f.Path) || p.Code && isGenerated(*f) {
			return false
		}
		if p.How == headerLoose && (!commented(f.Path) || isMarked(f)) {
			return false
		}
		if len(p.Suffixes) > 0 && !suffixed(p.Suffixes, f.Path) || suffixed(p.NoSuffixes, f.Path) {
			return false
		}
		if len(p.Paths) > 0 && !pathMatches(p.Paths, f.Path) || pathMatches(p.Ignore, f.Path) {
			return false
		}
		ok, _ := picked(f.Path)
		return ok
	}
}

func isMarked(f *File) bool {
	_, marked := generatedMark(f.Head)
	return marked
}

// pathMatches tells whether a path is named by a pattern, or lies in a folder
// that is.
//
//go:noinline
func pathMatches(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		pattern = strings.TrimSuffix(strings.TrimPrefix(pattern, "./"), "/")
		if pattern == name || strings.HasPrefix(name, pattern+"/") {
			return true
		}
		ok, err := doublestar.Match(pattern, name)
		if err == nil && !ok && !strings.Contains(pattern, "/") {
			ok, err = doublestar.Match(pattern, path.Base(name))
		}
		return err == nil && ok
	})
}

// judge makes a test of whether a file has the header.
func (p LicenceParams) judge(change *Change) (func(*File) (has, known bool), error) {
	switch p.How {
	case headerLoose:
		return func(f *File) (bool, bool) { return looseHeader(f.Head), !f.LinesCut || f.Head != "" }, nil
	case headerStart:
		return func(f *File) (bool, bool) { return p.startsWith(f.Head), f.Head != "" }, nil
	case headerREUSE:
		return func(f *File) (bool, bool) { return hasTags(f, change), f.Binary || f.Head != "" }, nil
	case headerUnread:
		return func(f *File) (bool, bool) { return false, f.Head != "" && !looseHeader(f.Head) }, nil
	}
	pattern := p.Header
	if p.How == headerText {
		pattern = p.textPattern()
	}
	if len(pattern) > 4*maxPattern {
		return nil, errPatternSlow
	}
	re, err := regexp.Compile(`(?is)` + pattern)
	if err != nil {
		return nil, err
	}
	return func(f *File) (bool, bool) {
		return re.MatchString(plainText(f.Head)) || re.MatchString(f.Head), f.Head != ""
	}, nil
}

// looseHeader is what addlicense is content with.
func looseHeader(head string) bool {
	const looked = 1000
	head = strings.ToLower(head[:min(len(head), looked)])
	return strings.Contains(head, "copyright") || strings.Contains(head, "mozilla public") || strings.Contains(head, "spdx-license-identifier")
}

func (p LicenceParams) startsWith(head string) bool {
	want := yearPattern().ReplaceAllString(strings.TrimSpace(p.Header), "2000")
	head = yearPattern().ReplaceAllString(head, "2000")
	for {
		if strings.HasPrefix(head, want) {
			return true
		}
		line, rest, more := strings.Cut(head, "\n")
		line = strings.TrimSpace(line)
		if !p.Comments || !more || line != "" && !strings.HasPrefix(line, "//") && !strings.HasPrefix(line, "#") {
			return false
		}
		head = rest
	}
}

// hasTags tells whether a file says its copyright and licence as REUSE wants.
func hasTags(f *File, change *Change) bool {
	tagged := func(head string) bool {
		lower := strings.ToLower(head)
		return strings.Contains(lower, "spdx-license-identifier:") && (strings.Contains(lower, "spdx-filecopyrighttext:") || strings.Contains(lower, "copyright"))
	}
	if tagged(f.Head) {
		return true
	}
	return slices.ContainsFunc(change.Files, func(o File) bool { return o.Path == f.Path+".license" && o.Status != Deleted && tagged(o.Head) })
}

// fromLicenceConfig is fromConfig for a tool that nobody is seen to run.
//
//go:noinline
func fromLicenceConfig(c *guideline.Config, line int, words string, p LicenceParams) Requirement {
	req := fromConfig(c, line, words, licenceText, p)
	req.Strength = Should
	return req
}
