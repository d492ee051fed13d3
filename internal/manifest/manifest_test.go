package manifest

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

const full = `{
  "title": "auth-lib",
  "motivation": "Validate tokens once",
  "contributions": ["Features"],
  "skills": ["Go"],
  "owner-of-this": {"kept": [1, true]},
  "isrc": {
    "schema": 1, "kind": "library", "owner": "group:default/identity",
    "governance": 2, "sharing": "internal",
    "scope": {"accepts": ["validation rules"], "declines": ["user interfaces"]},
    "contribute": {
      "mode": "fork", "base": "main",
      "issueRequired": true,
      "rfcOverLines": 400, "extensionPoint": "plugins/", "verify": ["make test"], "bulk": "ask"
    },
    "slo": {"firstResponse": "2bd", "decision": "10bd"},
    "warrantyDays": 30,
    "provides": [{"capability": "token-validation", "version": "2.3.0", "contract": "api/openapi.yaml"}],
    "requires": [{"capability": "secrets-store", "version": ">=1.2"}],
    "support": {"channel": "#auth", "onCall": "consumer"},
    "rules": {
      "sign-off": {"strength": "should", "why": "the bot accepts an agreement instead"}
    }
  }
}`

func TestParse(t *testing.T) {
	t.Parallel()
	got, problems := Parse([]byte(full))
	if len(problems) > 0 {
		t.Errorf("problems: %v", problems)
	}
	want := &Manifest{
		Title: "auth-lib", Motivation: "Validate tokens once", Contributions: []string{"Features"}, Skills: []string{"Go"},
		Unknown: map[string]json.RawMessage{"owner-of-this": json.RawMessage(`{"kept": [1, true]}`)},
		Isrc: &Isrc{
			Schema: 1, Kind: "library", Owner: "group:default/identity", Governance: GovernanceContributions, Sharing: "internal",
			Scope: Scope{Accepts: []string{"validation rules"}, Declines: []string{"user interfaces"}},
			Contribute: Contribute{
				Mode: "fork", Base: "main", IssueRequired: true, RFCOverLines: 400,
				ExtensionPoint: "plugins/", Verify: []string{"make test"}, Bulk: "ask",
			},
			SLO: SLO{FirstResponse: "2bd", Decision: "10bd"}, WarrantyDays: 30,
			Provides: []Provided{{Capability: "token-validation", Version: "2.3.0", Contract: "api/openapi.yaml"}},
			Requires: []Required{{Capability: "secrets-store", Version: ">=1.2"}},
			Support:  Support{Channel: "#auth", OnCall: "consumer"},
			Rules:    map[string]Correction{"sign-off": {Strength: "should", Why: "the bot accepts an agreement instead"}},
		},
	}
	if d := cmp.Diff(want, got, cmpopts.IgnoreUnexported(Manifest{})); d != "" {
		t.Errorf("manifest (-want +got):\n%s", d)
	}
	for key, line := range map[string]int{"title": 2, "isrc": 7, "isrc.contribute.issueRequired": 13, "isrc.rules.sign-off": 22, "isrc.provides[0].version": 18, "nothing": 0} {
		if got := got.Line(key); got != line {
			t.Errorf("line of %s is %d, want %d", key, got, line)
		}
	}
}

func TestParseKeepsGoing(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		in    string
		title string
		want  []Problem
	}{
		"a value of the wrong kind is left out": {
			"{\"title\": \"x\",\n\"skills\": \"Go\"}", "x",
			[]Problem{{2, "skills", "it ought to be an array and is a string", Wrong}},
		},
		"a list with something else in it keeps the rest": {
			"{\"title\": \"x\", \"topics\": [\"a\",\n 1]}", "x",
			[]Problem{{2, "topics", "it ought to hold strings only", Wrong}},
		},
		"a mode that is not known": {
			"{\"title\": \"x\", \"isrc\": {\"contribute\": {\n\"mode\": \"mail\"}}}", "x",
			[]Problem{{2, "isrc.contribute.mode", `"mail" is none of auto, fork, branch, issues-only`, Wrong}},
		},
		"a key of ours that is misspelt": {
			"{\"title\": \"x\", \"isrc\": {\n\"ovner\": \"identity\"}}", "x",
			[]Problem{{2, "isrc.ovner", "this key is not known", Warning}},
		},
		"a level of governance that does not exist": {
			"{\"title\": \"x\", \"isrc\": {\"governance\": 9}}", "x",
			[]Problem{{1, "isrc.governance", "it is a level from 1 (issues only) to 4 (shared ownership)", Wrong}},
		},
		"a time that is none": {
			"{\"title\": \"x\", \"isrc\": {\"slo\": {\"firstResponse\": \"soon\"}}}", "x",
			[]Problem{{1, "isrc.slo.firstResponse", `"soon" is no time such as 4h, 3d, 2bd (business days) or 1w`, Wrong}},
		},
		"a newer schema": {
			"{\"title\": \"x\", \"isrc\": {\"schema\": 7}}", "x",
			[]Problem{{1, "isrc.schema", "schema 7 is newer than 1, which is known here: some of it may be missed", Warning}},
		},
		"a key twice": {
			"{\"title\": \"x\",\n\"title\": \"y\"}", "y",
			[]Problem{{2, "title", "the key stands here a second time; this one counts", Warning}},
		},
		"a correction without a reason": {
			"{\"title\": \"x\", \"isrc\": {\"rules\": {\"title\": {\"strength\": \"off\"}}}}", "x",
			[]Problem{{1, "isrc.rules.title.why", "contributors will want to know why", Warning}},
		},
		"something behind the object": {
			"{\"title\": \"x\"}\n{}", "x",
			[]Problem{{2, "", "something stands behind the object", Warning}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m, got := Parse([]byte(c.in))
			if d := cmp.Diff(c.want, got); d != "" {
				t.Errorf("problems (-want +got):\n%s", d)
			}
			if m == nil || m.Title != c.title {
				t.Errorf("manifest %+v, want the title %q", m, c.title)
			}
		})
	}
}

func TestParseEveryCorrection(t *testing.T) {
	t.Parallel()
	m, _ := Parse([]byte(`{"isrc": {"rules": {
		"sign-off": {"strength": "off", "why": "x"}, "title": {"strength": "may", "why": "y"}, "gate": {"strength": "should", "why": "z"}}}}`))
	want := map[string]Correction{
		"sign-off": {Strength: "off", Why: "x"}, "title": {Strength: "may", Why: "y"}, "gate": {Strength: "should", Why: "z"},
	}
	if d := cmp.Diff(want, m.Isrc.Rules); d != "" {
		t.Errorf("rules (-want +got):\n%s", d)
	}
}

func TestParsePolicies(t *testing.T) {
	t.Parallel()
	m, problems := Parse([]byte(`{"isrc": {"rules": ["policy:company/default@v4"]}}`))
	if len(problems) > 0 || m.Isrc.Rules != nil || len(m.Isrc.Policies) != 1 {
		t.Errorf("got %+v with problems %v, want one policy", m.Isrc, problems)
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		in   string
		line int
		want string
	}{
		"no JSON":          {"{\n\"title\": x}", 2, "it is no JSON"},
		"an early end":     {"{\n\"title\":", 2, "it ends too early"},
		"nothing":          {"", 1, "it ends too early"},
		"no object":        {"[1]", 1, "it is no JSON object but an array"},
		"a deep nest":      {strings.Repeat("[", 5000) + strings.Repeat("]", 5000), 1, "it holds too much"},
		"too many values":  {"[" + strings.Repeat("1,", 30_000) + "1]", 1, "it holds too much"},
		"too many bytes":   {`"` + strings.Repeat("x", maxBytes) + `"`, 0, "it is larger than"},
		"a key of no text": {"{1: 2}", 1, "it is no JSON"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m, problems := Parse([]byte(c.in))
			if m != nil || len(problems) != 1 {
				t.Fatalf("got %v, %v", m, problems)
			}
			if p := problems[0]; p.Line != c.line || !strings.HasPrefix(p.Message, c.want) || p.Severity != Wrong {
				t.Errorf("problem %+v, want %q on line %d", p, c.want, c.line)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(full))
	f.Add([]byte(`{"isrc":{"rules":{"x":null}}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, problems := Parse(data)
		if m == nil && len(problems) == 0 {
			t.Error("neither a manifest nor a problem")
		}
	})
}

func TestARefusalOfBulkMayBeATruthValue(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{`false`: "no", `true`: "yes", `"ask"`: "ask"} {
		m, problems := Parse([]byte(`{"isrc": {"schema": 1, "contribute": {"bulk": ` + text + `}}}`))
		if m == nil || m.Isrc == nil || m.Isrc.Contribute.Bulk != want {
			t.Errorf("bulk %s: got %+v, %v", text, m, problems)
		}
	}
}
