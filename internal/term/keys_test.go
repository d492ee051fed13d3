package term

import "testing"

func TestALineThatIsNotShownIsEdited(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		keys, want string
		over, left bool
	}{
		"typed":                    {"ghp_a\r", "ghp_a", true, false},
		"the last one taken out":   {"abé\x7f\x7fc\r", "ac", true, false},
		"begun anew":               {"wrong\x15right\n", "right", true, false},
		"nothing to take out":      {"\x7f\r", "", true, false},
		"Ctrl-C":                   {"abc\x03", "abc", false, true},
		"Ctrl-D at the beginning":  {"\x04", "", false, true},
		"Ctrl-D in the middle":     {"a\x04b\r", "ab", true, false},
		"other control characters": {"a\x01\x00b\r", "ab", true, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var text []byte
			var over, left bool
			for i := 0; i < len(c.keys) && !over && !left; i++ {
				text, over, left = typeHidden(text, c.keys[i])
			}
			if string(text) != c.want || over != c.over || left != c.left {
				t.Errorf("%q, over %v, left %v; want %q, %v, %v", text, over, left, c.want, c.over, c.left)
			}
		})
	}
}
