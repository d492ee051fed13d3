package guideline

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func blocksOf(name, text string) []string {
	d := ParseDocument(&Source{Kind: KindProse, Path: name}, DocContributing, []byte(text))
	var out []string
	for _, b := range d.Blocks {
		line := fmt.Sprintf("%d %s %s", b.Line, b.Kind, strings.Join(strings.Fields(b.Text), " "))
		for _, l := range b.Links {
			line += " -> " + l.Target
		}
		out = append(out, line)
	}
	return out
}

func TestReStructuredTextIsRead(t *testing.T) {
	t.Parallel()
	got := blocksOf("CONTRIBUTING.rst", `=====
Title
=====

Sign every commit with `+"``-s``"+`, see `+"`the page <dco.rst>`_ and :doc:`More <docs/commits>`"+`.

Commits
-------

Write them like this::

  feat: add

.. note:: Titles must
   be short.

.. a comment
   that nobody reads

.. code-block:: sh
   :linenos:

   make test

Sub
~~~

* Keep :ref:`+"`changes <x>`"+` small.
`)
	want := []string{
		"2 heading Title", "5 paragraph Sign every commit with `-s`, see the page and More. -> dco.rst -> docs/commits.rst",
		"7 heading Commits", "10 paragraph Write them like this:", "12 code feat: add", "14 paragraph Titles must be short.",
		"23 code make test", "25 heading Sub", "28 item Keep changes small.",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("blocks (-want +got):\n%s", d)
	}
}

func TestAsciiDocIsRead(t *testing.T) {
	t.Parallel()
	got := blocksOf("CONTRIBUTING.adoc", `= Title
:toc:

== Signing

// hidden
Sign off, see link:docs/dco.adoc[the page], xref:more.adoc[more] or https://x.example/a[the web].

[source,sh]
----
git commit -s
== not a heading
----

////
Commits must be unread.
////

____
Somebody else said so.
____

NOTE: Titles must be short.

. one
** two
`)
	want := []string{
		"1 heading Title", "4 heading Signing",
		"7 paragraph Sign off, see the page, more or the web. -> docs/dco.adoc -> more.adoc -> https://x.example/a",
		"11 code git commit -s == not a heading", "20 quote Somebody else said so.", "23 paragraph NOTE: Titles must be short.",
		"25 item one", "26 item two",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("blocks (-want +got):\n%s", d)
	}
}

func TestAlertsAreThePagesOwnWords(t *testing.T) {
	t.Parallel()
	got := blocksOf("CONTRIBUTING.md", "> [!IMPORTANT]\n> Sign every commit.\n\n> **Note:** Be kind.\n\n> Commits must be eaten, somebody said.\n")
	want := []string{"1 paragraph Sign every commit.", "4 paragraph Note: Be kind.", "6 quote Commits must be eaten, somebody said."}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("blocks (-want +got):\n%s", d)
	}
	d := ParseDocument(&Source{Path: "x.md"}, DocContributing, []byte("> [!IMPORTANT]\n> Sign every commit.\n"))
	if s := readSentences(&d); len(s) != 1 || s[0].Line != 2 || s[0].Text != "Sign every commit." {
		t.Errorf("sentences %+v", s)
	}
}

func TestPagesAreFoundInTheirPlaces(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		repo map[string]string
		want []string
	}{
		"another name":                  {map[string]string{"Documentation/SubmittingPatches": "x"}, []string{"contributing Documentation/SubmittingPatches"}},
		"a folder of its own":           {map[string]string{"docs/contributing/README.md": "x", "HACKING/x.md": ""}, []string{"contributing docs/contributing/README.md"}},
		"HACKING, if there is no other": {map[string]string{"HACKING": "x"}, []string{"contributing HACKING"}},
		"CONTRIBUTING before HACKING":   {map[string]string{"HACKING": "x", "docs/contributing.rst": "y"}, []string{"contributing docs/contributing.rst"}},
		"a pointer is followed":         {map[string]string{".github/CONTRIBUTING.md": "See [here](../guide/start.md).", "guide/start.md": "x"}, []string{"contributing .github/CONTRIBUTING.md", "linked guide/start.md"}},
		"a folder that is pointed at":   {map[string]string{"CONTRIBUTING.md": "See [the guide](guide/).", "guide/index.md": "x"}, []string{"contributing CONTRIBUTING.md", "linked guide/index.md"}},
		"an address of this repository": {
			map[string]string{"CONTRIBUTING.md": "See [commits](https://forge.example/Acme/lib/blob/main/docs/commits.md#x), [other](https://forge.example/acme/other/blob/main/docs/commit.md).", "docs/commits.md": "x", "docs/commit.md": "no"},
			[]string{"contributing CONTRIBUTING.md", "linked docs/commits.md"},
		},
		"a policy that nothing points at": {map[string]string{"CONTRIBUTING.md": "x", "AI_POLICY.md": "y", ".github/commit-convention.md": "z"}, []string{"contributing CONTRIBUTING.md", "linked .github/commit-convention.md", "linked AI_POLICY.md"}},
		"a policy is read once":           {map[string]string{"CONTRIBUTING.md": "See [AI](AI_POLICY.md).", "AI_POLICY.md": "y"}, []string{"contributing CONTRIBUTING.md", "linked AI_POLICY.md"}},
		"conduct and forms of issues are no rules": {
			map[string]string{"CONTRIBUTING.md": "Follow the [conduct guidelines](CODE-OF-CONDUCT.md), the [build form](.github/ISSUE_TEMPLATE/build.md).", "CODE-OF-CONDUCT.md": "x", ".github/ISSUE_TEMPLATE/build.md": "y"},
			[]string{"contributing CONTRIBUTING.md"},
		},
		"out of the tree": {map[string]string{"CONTRIBUTING.md": "[commits](%2e%2e/commits.md) [commits](/../../etc/commit.md)", "commits.md": "x"}, []string{"contributing CONTRIBUTING.md"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			set := readSet(t, Query{}, fakeTrees{"acme/lib": c.repo}, nil)
			var got []string
			for _, d := range set.Documents {
				got = append(got, d.Kind+" "+d.Source.Path)
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Errorf("documents (-want +got):\n%s", d)
			}
		})
	}
}

// TestHostilePagesAreBounded: time is bounded by what is read, not by what is
// written. The bound is generous; what would be quadratic takes minutes.
// hostilePages cost a careless reader time or memory that grows with the square
// of their size, or worse.
func hostilePages() map[string]string {
	const big = 10 << 20
	return map[string]string{
		"10 MB of words":        strings.Repeat("must ", big/5),
		"one long line":         strings.Repeat("`a` [b](c) ", big/11),
		"open brackets":         strings.Repeat("[", big),
		"nested quotes":         strings.Repeat(strings.Repeat(">", 200)+" a\n", big/203),
		"nested lists":          strings.Repeat(strings.Repeat("- ", 100)+"a\n", big/202),
		"nested indentation":    strings.Repeat("  ", big/4) + "- x\n",
		"titles":                strings.Repeat("a\n-\n", big/4),
		"directives":            strings.Repeat(".. note::\n   x\n", big/15),
		"directives in depth":   deep(".. note::", 3000),
		"emphasis over lines":   strings.Repeat("*a_ `b ``c\n", big/12),
		"open links over lines": strings.Repeat("[a](\n", big/6),
		"open tags":             strings.Repeat("<a \n", big/4),
		"emphasis":              strings.Repeat("*a_ ", big/4),
		"control characters":    strings.Repeat("\x00\x1b[31m\u202e ", big/10),
		"tables":                strings.Repeat("|a", big/4) + "\n" + strings.Repeat("|-", big/4) + "\n",
		"references":            strings.Repeat("[a]: b\n[a]", big/10),
		"sentences":             strings.Repeat("A. ", big/3),
	}
}

func BenchmarkHostilePages(b *testing.B) {
	for name, text := range hostilePages() {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				d := ParseDocument(&Source{Path: "CONTRIBUTING.md"}, DocContributing, []byte(text))
				readSentences(&d)
			}
		})
	}
}

func TestHostilePagesAreBounded(t *testing.T) {
	t.Parallel()
	for name, text := range hostilePages() {
		if underRace {
			text = text[:min(len(text), 32<<10)]
		}
		for _, file := range []string{"CONTRIBUTING.md", "CONTRIBUTING.rst", "CONTRIBUTING.adoc"} {
			t.Run(name+" "+file, func(t *testing.T) {
				start := time.Now()
				d := ParseDocument(&Source{Path: file}, DocContributing, []byte(text))
				if n := len(readSentences(&d)); n > maxSentences {
					t.Errorf("%d sentences", n)
				}
				// What is not bounded takes hours; how long it does take is the
				// matter of BenchmarkHostilePages.
				if took := time.Since(start); took > 5*time.Minute {
					t.Errorf("took %v", took)
				}
			})
		}
	}
}

func deep(line string, n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.Repeat(" ", i) + line + "\n")
	}
	return b.String()
}
