package rule

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRemediationCommit(t *testing.T) {
	t.Parallel()
	ada := Person{"Ada Acme", "ada@acme.example"}
	params := SignOffParams{Dialects: []SignOffDialect{{Name: dialectDCOApp}}, Remediation: true}
	const sha = "1f0c5f2e9b1d4c6a8e7f00112233445566778899"
	change := &Change{UserName: ada.Name, UserEmail: ada.Email, Commits: []Commit{
		{SHA: sha, Author: ada, Committer: ada, Message: "x\n", Parents: 1, Own: true, Pushed: true},
	}}
	fix := checkSignOff(Requirement{Params: params}, change)[0].Fix
	want := &Fix{Verb: "add a remediation commit for 1 commit", Kind: FixRemediate, Safe: true, Params: Remediate{
		Message: "DCO Remediation Commit for Ada Acme <ada@acme.example>\n\n" +
			"I, Ada Acme <ada@acme.example>, hereby add my Signed-off-by to this commit: " + sha + "\n\n" +
			"Signed-off-by: Ada Acme <ada@acme.example>\n",
	}}
	if d := cmp.Diff(want, fix); d != "" {
		t.Errorf("fix (-want +got):\n%s", d)
	}
	change.Commits = append(change.Commits, Commit{SHA: "2", Author: ada, Committer: ada, Message: want.Params.(Remediate).Message, Parents: 1})
	if got := checkSignOff(Requirement{Params: params}, change)[0]; got.Verdict != Met {
		t.Errorf("with the commit: %+v", got)
	}
	change.UserName = "Ada"
	change.Commits = change.Commits[:1]
	if got := checkSignOff(Requirement{Params: params}, change)[0].Fix; got.Kind == FixRemediate {
		t.Errorf("under another name than the commit's: %+v", got)
	}
}
