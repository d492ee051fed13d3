package command

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"strings"

	"github.com/isrc-dev/isrc/internal/rule"
	"github.com/isrc-dev/isrc/internal/term"
)

// homePage is where isrc is found, for programs that show its reports.
const homePage = "https://github.com/isrc-dev/isrc"

// The parts of SARIF 2.1.0 that a review needs, with the names of the standard
// (https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html).
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool        sarifTool         `json:"tool"`
		Invocations []sarifInvocation `json:"invocations"`
		Provenance  []sarifProvenance `json:"versionControlProvenance,omitempty"`
		Automation  sarifAutomation   `json:"automationDetails"`
		ColumnKind  string            `json:"columnKind"`
		Results     []sarifResult     `json:"results"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name           string      `json:"name"`
		Version        string      `json:"version"`
		InformationURI string      `json:"informationUri"`
		Rules          []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID            string      `json:"id"`
		Short         sarifText   `json:"shortDescription"`
		Full          sarifText   `json:"fullDescription"`
		Help          sarifText   `json:"help"`
		HelpURI       string      `json:"helpUri"`
		Configuration sarifConfig `json:"defaultConfiguration"`
	}
	sarifConfig struct {
		Level string `json:"level"`
	}
	sarifText struct {
		Text     string `json:"text"`
		Markdown string `json:"markdown,omitempty"`
	}
	sarifInvocation struct {
		Successful    bool                `json:"executionSuccessful"`
		ExitCode      int                 `json:"exitCode"`
		Notifications []sarifNotification `json:"toolExecutionNotifications,omitempty"`
	}
	sarifNotification struct {
		Level   string     `json:"level"`
		Message sarifText  `json:"message"`
		Rule    *sarifRef  `json:"associatedRule,omitempty"`
		Where   []sarifLoc `json:"locations,omitempty"`
	}
	sarifRef struct {
		ID    string `json:"id"`
		Index int    `json:"index"`
	}
	sarifProvenance struct {
		Repository string `json:"repositoryUri"`
		Revision   string `json:"revisionId,omitempty"`
		Branch     string `json:"branch,omitempty"`
	}
	sarifAutomation struct {
		ID string `json:"id"`
	}
	sarifResult struct {
		RuleID       string            `json:"ruleId"`
		RuleIndex    int               `json:"ruleIndex"`
		Kind         string            `json:"kind"`
		Level        string            `json:"level"`
		Message      sarifText         `json:"message"`
		Locations    []sarifLoc        `json:"locations,omitempty"`
		Related      []sarifLoc        `json:"relatedLocations,omitempty"`
		Fingerprints map[string]string `json:"partialFingerprints"`
	}
	sarifLoc struct {
		ID       *int           `json:"id,omitempty"`
		Physical *sarifPhysical `json:"physicalLocation,omitempty"`
		Logical  []sarifLogical `json:"logicalLocations,omitempty"`
		Message  *sarifText     `json:"message,omitempty"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   *sarifRegion  `json:"region,omitempty"`
	}
	sarifArtifact struct {
		URI  string `json:"uri"`
		Base string `json:"uriBaseId,omitempty"`
	}
	sarifRegion struct {
		StartLine   int `json:"startLine"`
		StartColumn int `json:"startColumn,omitempty"`
	}
	sarifLogical struct {
		Name string `json:"name"`
		Full string `json:"fullyQualifiedName"`
		Kind string `json:"kind"`
	}
)

// sarifOf renders a review as SARIF. What is broken is a result; what could not
// be read is a notification of the invocation, since nothing was found out about
// it; what is met or comes later is left out, for readers of SARIF show every
// result as an alarm.
func sarifOf(c *checked, code int) ([]byte, error) {
	rules, index := sarifRules(c)
	run := sarifRun{
		Tool:        sarifTool{sarifDriver{Name: "isrc", Version: version(), InformationURI: homePage, Rules: rules}},
		Invocations: []sarifInvocation{{Successful: true, ExitCode: code, Notifications: sarifUnknown(c, index)}},
		Automation:  sarifAutomation{ID: "isrc/check/"}, ColumnKind: "unicodeCodePoints", Results: []sarifResult{},
	}
	if c.Repository != nil && c.Repository.URL != "" {
		p := sarifProvenance{Repository: c.Repository.URL}
		if c.Head != nil {
			p.Revision = *c.Head
		}
		if c.Branch != nil {
			p.Branch = *c.Branch
		}
		run.Provenance = []sarifProvenance{p}
	}
	seen, root := map[string]int{}, sarifRoot(c)
	for _, f := range byStrength(c.Findings) {
		if f.Verdict == "broken" {
			run.Results = append(run.Results, sarifResults(f, index[f.Rule], seen, root)...)
		}
	}
	var b bytes.Buffer
	err := writeJSON(&b, sarifLog{Schema: "https://json.schemastore.org/sarif-2.1.0.json", Version: "2.1.0", Runs: []sarifRun{run}}, true)
	return b.Bytes(), err
}

// sarifRules describes the rules that the project asks something by.
func sarifRules(c *checked) ([]sarifRule, map[string]int) {
	asked := map[string]string{}
	note := func(id, strength string) {
		if asked[id] == "" || strength == "must" {
			asked[id] = strength
		}
	}
	for _, r := range c.Requirements {
		note(r.Rule, r.Strength)
	}
	for _, f := range c.Findings {
		note(f.Rule, f.Strength)
	}
	out, index := []sarifRule{}, map[string]int{}
	for _, r := range rule.All() {
		if asked[r.ID] == "" {
			continue
		}
		index[r.ID] = len(out)
		out = append(out, sarifRule{
			ID: r.ID, Short: sarifText{Text: r.Summary()}, Full: sarifText{Text: r.Doc}, Help: sarifText{Text: r.Doc, Markdown: r.Doc},
			HelpURI: homePage + "/blob/main/docs/rules.md#" + r.ID, Configuration: sarifConfig{sarifLevel(asked[r.ID])},
		})
	}
	return out, index
}

func sarifLevel(strength string) string {
	switch strength {
	case "must":
		return "error"
	case "should":
		return "warning"
	}
	return "note"
}

func sarifUnknown(c *checked, index map[string]int) []sarifNotification {
	var out []sarifNotification
	for _, f := range byStrength(c.Findings) {
		if f.Verdict != "unknown" {
			continue
		}
		n := sarifNotification{Level: "note", Message: sarifText{Text: annotationText(f)}, Where: sarifQuotes(f.Requirement)}
		if i, ok := index[f.Rule]; ok {
			n.Rule = &sarifRef{ID: f.Rule, Index: i}
		}
		out = append(out, n)
	}
	for _, note := range c.Notes {
		out = append(out, sarifNotification{Level: "note", Message: sarifText{Text: term.Line(note)}})
	}
	return out
}

// maxResults bounds how many places one finding is a result for.
const maxResults = 100

// sarifResults has one result for each place in a file, and one for what is seen
// in commits, in the title or in a branch.
func sarifResults(f finding, index int, seen map[string]int, root sarifLoc) []sarifResult {
	quotes := sarifQuotes(f.Requirement)
	make1 := func(locations []sarifLoc, key string) sarifResult {
		print := fingerprint(f.Rule, f.Text, key)
		seen[print]++
		return sarifResult{
			RuleID: f.Rule, RuleIndex: index, Kind: "fail", Level: sarifLevel(f.Strength), Message: sarifText{Text: annotationText(f)},
			Locations: locations, Related: quotes, Fingerprints: map[string]string{"isrc/v1": fmt.Sprintf("%s:%d", print, seen[print])},
		}
	}
	var out []sarifResult
	var elsewhere []location
	for _, at := range f.At {
		switch {
		case at.Path == nil:
			elsewhere = append(elsewhere, at)
		case len(out) < maxResults:
			out = append(out, make1([]sarifLoc{sarifFile(at)}, *at.Path+"\x00"+at.What))
		}
	}
	if len(out) == 0 {
		what := make([]string, len(elsewhere))
		for i, at := range elsewhere {
			what[i] = at.What // a commit's id changes with every mend, its words seldom
		}
		out = append(out, make1(sarifCommits(elsewhere, quotes, root), strings.Join(what, "\x00")))
	}
	return out
}

// sarifCommits names commits as logical places. Beside them stands the line that
// asks for what they lack: programs that show results want a file for each.
func sarifCommits(at []location, quotes []sarifLoc, root sarifLoc) []sarifLoc {
	loc := root
	if len(quotes) > 0 {
		loc = sarifLoc{Physical: quotes[0].Physical, Message: &sarifText{Text: "asked for here"}}
	}
	for _, l := range at {
		if l.Commit != nil && len(loc.Logical) < maxResults {
			loc.Logical = append(loc.Logical, sarifLogical{Name: fmt.Sprintf("%.7s", *l.Commit), Full: "commit " + *l.Commit, Kind: "commit"})
		}
	}
	return []sarifLoc{loc}
}

// sarifRoot stands for the whole change where no file asks for what it lacks,
// such as a ruleset: GitHub refuses a report in which one result has no file. It
// is the first page that asks for anything, else the README.
func sarifRoot(c *checked) sarifLoc {
	page := sarifPath("README.md")
	for _, f := range c.Findings {
		if quotes := sarifQuotes(f.Requirement); len(quotes) > 0 {
			page = quotes[0].Physical.Artifact
			break
		}
	}
	return sarifLoc{Physical: &sarifPhysical{Artifact: page}, Message: &sarifText{Text: "of the whole change; no file asks for it"}}
}

func sarifFile(at location) sarifLoc {
	loc := sarifLoc{Physical: &sarifPhysical{Artifact: sarifPath(*at.Path)}}
	if at.Line != nil {
		loc.Physical.Region = &sarifRegion{StartLine: *at.Line}
	}
	if at.Commit != nil {
		loc.Logical = []sarifLogical{{Name: fmt.Sprintf("%.7s", *at.Commit), Full: "commit " + *at.Commit, Kind: "commit"}}
	}
	return loc
}

//go:noinline
func sarifPath(path string) sarifArtifact {
	return sarifArtifact{URI: relativeURL(path), Base: "%SRCROOT%"}
}

// relativeURL is the address of a file relative to the root of its repository.
// A colon in it must not be taken for the end of a scheme.
func relativeURL(path string) string {
	return strings.ReplaceAll((&url.URL{Path: path}).EscapedPath(), ":", "%3A")
}

// sarifQuotes are the lines of files that ask for something.
func sarifQuotes(r requirement) []sarifLoc {
	var out []sarifLoc
	for _, q := range r.Said {
		if q.Line <= 0 || q.Path == "" {
			continue
		}
		id := len(out)
		out = append(out, sarifLoc{
			ID: &id, Message: &sarifText{Text: firstOf(shortLine(q.Text), "asked for here")},
			Physical: &sarifPhysical{Artifact: sarifPath(q.Path), Region: &sarifRegion{StartLine: q.Line, StartColumn: q.Column}},
		})
	}
	return out
}

// fingerprint is the same for the same finding in the next run, also after a
// rebase or when lines have moved.
func fingerprint(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x1f")))
	return hex.EncodeToString(sum[:16])
}
