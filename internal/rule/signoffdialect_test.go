package rule

import "testing"

// TestSignOffDialects holds each enforcer's reading to its own table: the same
// commit passes here and fails there.
func TestSignOffDialects(t *testing.T) {
	t.Parallel()
	ada, bob := Person{"Ada Acme", "ada@acme.example"}, Person{"Bob Acme", "bob@acme.example"}
	const line = "Signed-off-by: Ada Acme <ada@acme.example>"
	by := func(message string) Commit { return Commit{Author: ada, Committer: ada, Message: message, Parents: 1} }
	twoBy := func(message string) Commit { return Commit{Author: ada, Committer: bob, Message: message, Parents: 1} }
	as := func(p Person, message string) Commit {
		return Commit{Author: p, Committer: p, Message: message, Parents: 1}
	}
	merge := func(message string) Commit { return Commit{Author: ada, Committer: ada, Message: message, Parents: 2} }
	none := by("Reject tokens\n\nBecause.\n")
	good := by("Reject tokens\n\n" + line + "\n")
	app := []SignOffDialect{{Name: dialectDCOApp}, {Name: dialectDCO2}, {Name: dialectTim}}
	apps := app[:2]
	only := func(names ...string) []SignOffDialect {
		var out []SignOffDialect
		for _, n := range names {
			d := SignOffDialect{Name: n}
			switch n {
			case dialectJQ, dialectGrep, dialectNoMerges, dialectRuleset:
				d.Pattern = "^Signed-off-by: .+ <.+>$"
			case dialectLastLine, dialectTrailer:
				d.Pattern = "Signed-off-by:"
			case dialectGitlint:
				d.Leaves = gitlintLeaves()
			}
			out = append(out, d)
		}
		return out
	}
	all := only(dialectDCOApp, dialectDCO2, dialectTim, dialectAuthor, dialectAction, dialectProse, dialectJQ, dialectGrep, dialectNoMerges,
		dialectRuleset, dialectConform, dialectGitlint, dialectLastLine, dialectTrailer, dialectProw, dialectGitLab)
	for _, c := range []struct {
		name   string
		of     []SignOffDialect
		commit Commit
		passes bool
	}{
		{"a line at the end", all, good, true},
		{"no line", all, none, false},
		{"the words in a sentence", all, by("x\n\nWe want Signed-off-by lines.\n"), false},

		{"name of the author, address of the committer", only(dialectDCOApp, dialectTim), twoBy("x\n\nSigned-off-by: Ada Acme <bob@acme.example>\n"), true},
		{"name of the author, address of the committer", only(dialectDCO2, dialectAuthor), twoBy("x\n\nSigned-off-by: Ada Acme <bob@acme.example>\n"), false},
		{"the committer's line", apps, twoBy("x\n\nSigned-off-by: Bob Acme <bob@acme.example>\n"), true},
		{"the committer's line", only(dialectAuthor), twoBy("x\n\nSigned-off-by: Bob Acme <bob@acme.example>\n"), false},
		{"a third person's line", app, twoBy("x\n\nSigned-off-by: Eve <eve@acme.example>\n"), false},
		{"a third person's line", only(dialectProse, dialectGrep, dialectConform, dialectGitlint, dialectProw, dialectGitLab, dialectTrailer), twoBy("x\n\nSigned-off-by: Eve <eve@acme.example>\n"), true},
		{"a third person's line before the author's", app, by("x\n\nSigned-off-by: Eve <eve@acme.example>\n" + line + "\n"), true},
		{"a co-author's trailer beside it", all[:10], by("x\n\nCo-authored-by: Eve <eve@acme.example>\n" + line + "\n"), true},
		{"only a co-author's trailer", all, by("x\n\nCo-authored-by: Ada Acme <ada@acme.example>\n"), false},

		{"small letters", only(dialectDCOApp, dialectDCO2, dialectTim, dialectProse, dialectGitlint, dialectProw), by("x\n\nsigned-off-by: ada acme <ADA@acme.example>\n"), true},
		{"small letters", only(dialectAuthor, dialectGrep, dialectJQ, dialectConform, dialectLastLine, dialectTrailer, dialectGitLab), by("x\n\nsigned-off-by: Ada Acme <ada@acme.example>\n"), false},
		{"blanks behind the line", only(dialectDCOApp, dialectDCO2, dialectAuthor, dialectConform, dialectProw, dialectGitLab), by("x\n\n" + line + "  \t\n"), true},
		{"blanks behind the line", only(dialectTim, dialectGrep), by("x\n\n" + line + "  \n"), false},
		{"two blanks before the name", app, by("x\n\nSigned-off-by:  Ada Acme <ada@acme.example>\n"), false},
		{"blanks before the line", app, by("x\n\n  " + line + "\n"), false},
		{"blanks before the line", only(dialectConform, dialectGitLab), by("x\n\n  " + line + "\n"), true},
		{"words behind the address", only(dialectDCOApp, dialectDCO2, dialectTim, dialectGrep, dialectConform), by("x\n\n" + line + " (at work)\n"), false},
		{"no blank before the address", app, by("x\n\nSigned-off-by: Ada Acme<ada@acme.example>\n"), false},
		{"lines of another system", only(dialectDCOApp, dialectDCO2, dialectTim, dialectGrep, dialectConform), by("x\r\n\r\n" + line + "\r\n"), true},

		{"in the middle of the message", only(dialectDCOApp, dialectDCO2, dialectGrep, dialectConform, dialectGitlint, dialectProw, dialectGitLab), by("x\n\n" + line + "\n\nAnd more.\n"), true},
		{"in the middle of the message", only(dialectLastLine, dialectTrailer), by("x\n\n" + line + "\n\nAnd more.\n"), false},
		{"before another trailer", only(dialectTrailer), by("x\n\n" + line + "\nFixes: 12\n"), true},
		{"before another trailer", only(dialectLastLine), by("x\n\n" + line + "\nFixes: 12\n"), false},
		{"before what git cherry-pick adds", only(dialectLastLine, dialectTrailer), by("x\n\n" + line + "\n(cherry picked from commit 12)\n"), true},
		{"before a comment", only(dialectLastLine, dialectTrailer), by("x\n\n" + line + "\n# a comment\n"), true},
		{"below a line of dashes", only(dialectTrailer), by("x\n\nprose\n---\n\n" + line + "\n"), false},
		{"as the title", only(dialectGitlint, dialectTrailer, dialectAuthor), by(line + "\n"), false},
		{"as the title", apps, by(line + "\n"), true},
		{"no address", only(dialectProse, dialectGitlint, dialectProw, dialectLastLine, dialectTrailer), by("x\n\nSigned-off-by: Ada\n"), true},
		{"no address", only(dialectDCOApp, dialectGrep, dialectConform, dialectGitLab), by("x\n\nSigned-off-by: Ada\n"), false},
		{"nothing behind the words", only(dialectProw, dialectGitlint), by("x\n\nSigned-off-by:\n"), true},
		{"nothing behind the words", only(dialectProse, dialectGitLab), by("x\n\nSigned-off-by:\n"), false},

		{"a merge commit", only(dialectDCOApp, dialectDCO2, dialectTim, dialectAuthor, dialectJQ, dialectNoMerges, dialectGitlint, dialectProw, dialectProse), merge("Join main"), true},
		{"a merge commit", only(dialectGrep, dialectRuleset, dialectConform, dialectGitLab, dialectLastLine), merge("Join main"), false},
		{"a merge as git names it", only(dialectLastLine, dialectTrailer), merge("Merge branch 'main' into fix"), true},
		{"a revert", only(dialectLastLine, dialectTrailer, dialectGitlint), by("Revert \"x\"\n\nThis reverts commit 12.\n"), true},
		{"a revert", only(dialectDCOApp, dialectDCO2, dialectConform, dialectGrep, dialectProw), by("Revert \"x\"\n\nThis reverts commit 12.\n"), false},
		{"a fixup", only(dialectLastLine, dialectGitlint), by("fixup! x"), true},
		{"a fixup", only(dialectDCOApp, dialectProw), by("fixup! x"), false},

		{"an app's commit", only(dialectDCOApp, dialectDCO2, dialectTim, dialectProse), as(Person{"updates[bot]", "12+updates[bot]@users.noreply.github.com"}, "x"), true},
		{"an app's commit", only(dialectGrep, dialectConform, dialectProw), as(Person{"updates[bot]", "12+updates[bot]@users.noreply.github.com"}, "x"), false},
		{"a name like an app's", apps, as(Person{"updates[bot]", "me@acme.example"}, "x"), false},
		{"a host without a domain", only(dialectDCOApp, dialectTim), as(Person{"Ada", "ada@laptop"}, "x\n\nSigned-off-by: Ada <ada@laptop>\n"), false},
		{"a host without a domain", only(dialectDCO2), as(Person{"Ada", "ada@laptop"}, "x\n\nSigned-off-by: Ada <ada@laptop>\n"), true},
		{"an address that is none", apps, as(Person{"Ada", "ada at acme"}, "x\n\nSigned-off-by: Ada <ada at acme>\n"), false},
		{"the forge's address for the web", apps, as(Person{"Ada", "12+ada@users.noreply.github.com"}, "x\n\nSigned-off-by: Ada <12+ada@users.noreply.github.com>\n"), true},
		{"the forge's address in the commit, the own one in the line", apps, as(Person{"Ada", "12+ada@users.noreply.github.com"}, "x\n\nSigned-off-by: Ada <ada@acme.example>\n"), false},
		{"a name of another script", apps, as(Person{"Άδα ΝΙΚΟΣ", "ada@acme.example"}, "x\n\nSigned-off-by: άδα Νικος <ada@acme.example>\n"), true},
		{"letters that only look alike", apps, as(Person{"İpek", "i@acme.example"}, "x\n\nSigned-off-by: ipek <i@acme.example>\n"), false},
		{"a name with brackets", apps, as(Person{"Ada <Acme>", "ada@acme.example"}, "x\n\nSigned-off-by: Ada <Acme> <ada@acme.example>\n"), true},
	} {
		for _, d := range c.of {
			t.Run(d.Name+"/"+c.name, func(t *testing.T) {
				t.Parallel()
				judge := signOffJudgeOf(d).judge
				if judge == nil {
					t.Fatal("no judge")
				}
				if why := judge(&c.commit); (why == "") != c.passes {
					t.Errorf("%q: got %q, want it to pass: %v", c.commit.Message, why, c.passes)
				}
			})
		}
	}
}

func TestAddresses(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]struct{ plain, rfc bool }{
		"ada@acme.example":                {true, true},
		"ada+tag@sub.acme.example":        {true, true},
		"ada@laptop":                      {false, true},
		"ada@acme.e":                      {false, true},
		"ada@[10.0.0.1]":                  {false, true},
		`"ada lovelace"@acme.example`:     {false, true},
		"ädä@acme.example":                {false, true},
		"":                                {false, false},
		"ada":                             {false, false},
		"ada@":                            {false, false},
		"@acme.example":                   {false, false},
		"ada..b@acme.example":             {false, false},
		".ada@acme.example":               {false, false},
		"ada@acme..example":               {false, false},
		"ada@-acme.example":               {false, false},
		"ada b@acme.example":              {false, false},
		"x[bot]@users.noreply.github.com": {false, true},
	} {
		if got := plainAddress(address); got != want.plain {
			t.Errorf("plainAddress(%q) = %v, want %v", address, got, want.plain)
		}
		if got := rfcAddress(address); got != want.rfc {
			t.Errorf("rfcAddress(%q) = %v, want %v", address, got, want.rfc)
		}
	}
}
