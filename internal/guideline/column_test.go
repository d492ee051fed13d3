package guideline

import "testing"

func TestAQuotationHasAColumn(t *testing.T) {
	t.Parallel()
	f := newFiles(nil, "c1", "https://forge.example/acme/lib/blob/c1/")
	f.texts["CONTRIBUTING.md"] = "# Rules\r\n\nHello. Every **commit** must be signed.\n\tüber all\n"
	s := &Set{read: []*files{f}}
	src := f.source(KindProse, "CONTRIBUTING.md")
	for name, c := range map[string]struct {
		q    Quote
		want int
	}{
		"words as they stand":                 {Quote{Source: src, Line: 3, Text: "must be signed."}, 25},
		"words written with emphasis":         {Quote{Source: src, Line: 3, Text: "Every commit must be signed."}, 8},
		"words that stand nowhere: the line":  {Quote{Source: src, Line: 4, Text: "no such words"}, 2},
		"a heading":                           {Quote{Source: src, Line: 1, Text: "Rules"}, 3},
		"characters are counted, not bytes":   {Quote{Source: src, Line: 4, Text: "all"}, 7},
		"a line beyond the end":               {Quote{Source: src, Line: 40, Text: "Rules"}, 0},
		"a setting of the forge has no line":  {Quote{Source: &Source{Kind: KindCheck}, Text: "x"}, 0},
		"a file of another repository":        {Quote{Source: &Source{Path: "CONTRIBUTING.md", Commit: "c1", URL: "https://forge.example/acme/.github/blob/c1/CONTRIBUTING.md"}, Line: 1, Text: "Rules"}, 0},
		"a file that was not read":            {Quote{Source: f.source(KindProse, "OTHER.md"), Line: 1, Text: "Rules"}, 0},
		"several lines begin where the first": {Quote{Source: src, Line: 1, EndLine: 3, Text: "Rules\nmore"}, 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := s.Column(c.q); got != c.want {
				t.Errorf("column %d, want %d", got, c.want)
			}
		})
	}
}
