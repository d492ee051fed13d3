package guideline

import (
	"slices"
	"strings"
	"testing"
)

func TestParseHCL(t *testing.T) {
	v, err := ParseHCL([]byte("# of us\nschema_version = 1 // the first\n\nproject \"a\" {\n  license = \"MIT\"\n  /* two\n  lines */\n  header_ignore = [\n    \"**/*.tf\", # not these\n    \"a\\\"b\",\n  ]\n  on = true\n}\n" +
		"project {\n  computed = \"${name}\"\n  named = other\n}\n"))
	if err != nil {
		t.Fatal(err)
	}
	project := v.At("project")
	if got := project.At("header_ignore").Strings(); !slices.Equal(got, []string{"**/*.tf", `a"b`}) {
		t.Errorf("header_ignore is %q", got)
	}
	if v.At("schema_version").Kind != KindNumber || project.At("license").Text != "MIT" || project.At("license").Line != 5 || !project.At("on").Bool(false) || project.At("on").Line != 12 {
		t.Errorf("got %+v", v)
	}
	if project.At("computed").Kind != KindCode || project.At("named").Kind != KindCode {
		t.Errorf("what is computed is taken for read: %+v", project)
	}
}

func TestParseHCLRefuses(t *testing.T) {
	for _, src := range []string{"a {", "a = [", "a = [\"b\"", "a = \"b", "}", "= 1", "a b c", "a = [for x in y : z]{", "a = {\n b = 1\n}", strings.Repeat("a {\n", 40), "a = " + strings.Repeat("[", 40), strings.Repeat("a = [1,2,3,4,5,6,7,8,9]\n", 5000)} {
		if v, err := ParseHCL([]byte(src)); err == nil {
			t.Errorf("%.40q is read as %.200v", src, v)
		}
	}
}

func FuzzParseHCL(f *testing.F) {
	f.Add("a {\n b = [\"c\", 1]\n}\n/* x")
	f.Add("a = \"${b}\" # c\nd \"e\" f {}")
	f.Fuzz(func(t *testing.T, src string) {
		if v, err := ParseHCL([]byte(src)); err == nil && v.Kind != KindMap {
			t.Errorf("%q is a %s", src, v.Kind)
		}
	})
}
