package manifest

import (
	"errors"
	"fmt"
	"slices"

	"github.com/isrc-dev/isrc/internal/order"
)

// SchemaVersion is the newest version of the isrc object that is known here.
const SchemaVersion = 1

// Severity says how much a problem matters.
type Severity string

// The severities.
const (
	Wrong   Severity = "error"   // the value is not used
	Warning Severity = "warning" // it is used, but may not mean what was meant
)

// Problem is something in a manifest that its owners should look at.
type Problem struct {
	Line     int
	Key      string // with dots, "" for the whole file
	Message  string
	Severity Severity
}

// Parse reads an innersource.json. What is wrong becomes a problem with its
// line, and the rest is still read; the manifest is nil only when nothing could
// be.
func Parse(data []byte) (*Manifest, []Problem) {
	root, problems, err := parseNode(data)
	if err != nil {
		p := Problem{Message: err.Error(), Severity: Wrong}
		var at *lineError
		if errors.As(err, &at) {
			p.Line = at.line
		}
		return nil, []Problem{p}
	}
	if root.kind != "object" {
		return nil, []Problem{{Line: root.line, Message: "it is no JSON object but " + article(root.kind), Severity: Wrong}}
	}
	m := &Manifest{lines: map[string]int{}}
	f := fields{node: root, lines: m.lines, problems: &problems}
	f.text("title", &m.Title)
	f.text("motivation", &m.Motivation)
	f.texts("contributions", &m.Contributions)
	f.texts("skills", &m.Skills)
	f.text("logo", &m.Logo)
	f.text("docs", &m.Docs)
	f.text("language", &m.Language)
	f.text("license", &m.License)
	f.texts("topics", &m.Topics)
	if sub, ok := f.object("isrc"); ok {
		m.Isrc = parseIsrc(sub)
	}
	m.Unknown = f.rest()
	order.StableBy(problems, func(a, b Problem) int { return a.Line - b.Line })
	return m, problems
}

func parseIsrc(f fields) *Isrc {
	x := &Isrc{}
	f.number("schema", &x.Schema)
	if x.Schema > SchemaVersion {
		f.problem("schema", Warning, fmt.Sprintf("schema %d is newer than %d, which is known here: some of it may be missed", x.Schema, SchemaVersion))
	}
	f.text("kind", &x.Kind)
	f.text("owner", &x.Owner)
	level := 0
	f.number("governance", &level)
	if level < 0 || level > int(GovernanceShared) {
		f.problem("governance", Wrong, "it is a level from 1 (issues only) to 4 (shared ownership)")
		level = 0
	}
	x.Governance = Governance(level)
	f.word("sharing", &x.Sharing, "public", "internal", "restricted", "closed")
	if sub, ok := f.object("scope"); ok {
		sub.texts("accepts", &x.Scope.Accepts)
		sub.texts("declines", &x.Scope.Declines)
		sub.unknown()
	}
	if sub, ok := f.object("contribute"); ok {
		parseContribute(sub, &x.Contribute)
	}
	if sub, ok := f.object("slo"); ok {
		sub.span("firstResponse", &x.SLO.FirstResponse)
		sub.span("decision", &x.SLO.Decision)
		sub.unknown()
	}
	f.number("warrantyDays", &x.WarrantyDays)
	for _, sub := range f.objects("provides") {
		var p Provided
		sub.text("capability", &p.Capability)
		sub.text("version", &p.Version)
		sub.text("contract", &p.Contract)
		sub.unknown()
		x.Provides = append(x.Provides, p)
	}
	for _, sub := range f.objects("requires") {
		var r Required
		sub.text("capability", &r.Capability)
		sub.text("version", &r.Version)
		sub.unknown()
		x.Requires = append(x.Requires, r)
	}
	if sub, ok := f.object("support"); ok {
		sub.text("channel", &x.Support.Channel)
		sub.text("onCall", &x.Support.OnCall)
		sub.unknown()
	}
	parseRules(f, x)
	f.unknown()
	x.Unknown = f.rest()
	return x
}

func parseContribute(f fields, c *Contribute) {
	f.word("mode", &c.Mode, "auto", "fork", "branch", "issues-only")
	f.text("base", &c.Base)
	f.truth("issueRequired", &c.IssueRequired)
	f.number("rfcOverLines", &c.RFCOverLines)
	f.text("extensionPoint", &c.ExtensionPoint)
	f.texts("verify", &c.Verify)
	if n := f.node.fields["bulk"]; n != nil && n.kind == "bool" { // what no and yes are in YAML
		answer := false
		f.truth("bulk", &answer)
		c.Bulk = map[bool]string{false: "no", true: "yes"}[answer]
	} else {
		f.text("bulk", &c.Bulk)
	}
	f.unknown()
}

// parseRules reads corrections of rules, or, where a list of policies was
// written instead, those.
func parseRules(f fields, x *Isrc) {
	if n, ok := f.node.fields["rules"]; ok && n.kind == "array" {
		f.texts("rules", &x.Policies)
		return
	}
	sub, ok := f.object("rules")
	if !ok {
		return
	}
	x.Rules = map[string]Correction{}
	for _, id := range slices.Clone(sub.node.keys) { // reading takes keys away
		rule, ok := sub.object(id)
		if !ok {
			continue
		}
		var c Correction
		rule.word("strength", &c.Strength, "must", "should", "may", "off")
		rule.text("why", &c.Why)
		rule.unknown()
		if c.Strength == "" {
			rule.problem("strength", Warning, "without a strength nothing is corrected")
		}
		if c.Why == "" {
			rule.problem("why", Warning, "contributors will want to know why")
		}
		x.Rules[id] = c
	}
}
