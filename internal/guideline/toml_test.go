package guideline

import "testing"

func TestTOMLKeepsLines(t *testing.T) {
	t.Parallel()
	v, err := ParseTOML([]byte("a = 1\n[tool.x]\nname = \"n\" # why\nlist = [\n  \"one\",\n  \"two\",\n]\n[[type]]\nname = 'feat'\n[[type]]\nname = 'fix'\nin = {a.b = true}\n"))
	if err != nil {
		t.Fatal(err)
	}
	if got := v.At("tool", "x", "name"); got.Text != "n" || got.Line != 3 {
		t.Errorf("name is %+v", got)
	}
	if got := v.At("tool", "x", "list"); len(got.List) != 2 || got.List[1].Line != 6 || got.List[1].Text != "two" {
		t.Errorf("list is %+v", got)
	}
	types := v.At("type")
	if len(types.List) != 2 || types.List[1].At("name").Text != "fix" || !types.List[1].At("in", "a", "b").Bool(false) {
		t.Errorf("types are %+v", types)
	}
}

func TestTOMLThatIsNone(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"a = ", "[x", "a = 1\na = 2", "a = 1\n[a.b]\nc = 2"} {
		if v, err := ParseTOML([]byte(bad)); err == nil {
			t.Errorf("%q is read as %+v", bad, v)
		}
	}
}

func FuzzParseTOML(f *testing.F) {
	f.Add([]byte("a = 1\n[tool.x]\nlist = [\"one\"]\n[[t]]\nx.y = {z = 1}\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		v, _ := ParseTOML(data)
		_ = v.String()
	})
}
