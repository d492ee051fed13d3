package sandbox

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

const zeroSHA = "0000000000000000000000000000000000000000"

// refUpdate is one command of a push.
type refUpdate struct{ old, new, ref string }

func (u refUpdate) create() bool { return u.old == zeroSHA }
func (u refUpdate) delete() bool { return u.new == zeroSHA }

// pushRequest is the beginning of a push, before its pack.
type pushRequest struct {
	raw     []byte // as it came
	updates []refUpdate
	caps    string
}

// maxUpdates bounds how many references one push may touch.
const maxUpdates = 10_000

// readPush reads the commands of a push and leaves the pack in the reader.
func readPush(br *bufio.Reader) (*pushRequest, error) {
	p := &pushRequest{}
	for {
		line, err := readPkt(br)
		if err != nil {
			return nil, err
		}
		if line == nil {
			p.raw = append(p.raw, "0000"...)
			return p, nil
		}
		p.raw = append(p.raw, pktLine(string(line))...)
		text, caps, found := strings.Cut(string(line), "\x00")
		if found {
			p.caps = caps
		}
		text = strings.TrimSuffix(text, "\n")
		if strings.HasPrefix(text, "shallow ") {
			continue
		}
		parts := strings.SplitN(text, " ", 3)
		if len(parts) != 3 || len(parts[0]) != 40 || len(parts[1]) != 40 || len(p.updates) >= maxUpdates {
			return nil, errors.New("a push has a command that cannot be read")
		}
		p.updates = append(p.updates, refUpdate{parts[0], parts[1], parts[2]})
	}
}

// receivePack takes a push. Where rules are in force, the pack is unpacked
// aside and judged first; git receive-pack sees only what may pass.
func (f *Forge) receivePack(w *answerWriter, x *exchange, r *repository, body io.Reader) {
	br := bufio.NewReaderSize(body, 1<<16)
	p, err := readPush(br)
	if err != nil {
		// An empty request is git's probe for authentication.
		f.stream(w, x, r, bytes.NewReader([]byte("0000")), "receive-pack", "--stateless-rpc", ".")
		return
	}
	pack := io.Reader(br)
	if f.mustJudge(x, r, p) {
		tmp, err := spool(r.dir, br)
		if err != nil {
			return
		}
		defer func() { _ = tmp.Close(); _ = os.Remove(tmp.Name()) }()
		if bad := f.judgePush(x, r, p, tmp); len(bad) > 0 {
			f.declinePush(w, r, p, bad)
			return
		}
		if _, err := tmp.Seek(0, io.SeekStart); err != nil {
			return
		}
		pack = tmp
	}
	stdin := io.MultiReader(bytes.NewReader(p.raw), pack)
	if x.fault == nil {
		f.stream(w, x, r, stdin, "receive-pack", "--stateless-rpc", ".")
	} else {
		// The answer will be cut short, the push must not be.
		out, _ := f.git.run(x.r.Context(), r.dir, stdin, "receive-pack", "--stateless-rpc", ".")
		defer func() { _, _ = io.WriteString(w, out) }()
	}
	f.pushedTo(context.WithoutCancel(x.r.Context()), r, p.updates)
}

// violation is a rule that a push breaks.
type violation struct {
	ref  string
	text string
	kind string // "" is a rule of a ruleset; GH001 and so on; secret; or reason, which git itself says
}

// mustJudge tells whether anything could speak against a push.
func (f *Forge) mustJudge(x *exchange, r *repository, p *pushRequest) bool {
	f.mu.RLock()
	defer f.mu.RUnlock()
	if !x.token.has("workflow") {
		return true
	}
	for _, u := range p.updates {
		if len(f.rulesFor(r, u.ref, x.user)) > 0 {
			return true
		}
	}
	for _, name := range []string{"protected-branch", "no-new-branches", "push-protection", "file-limit", "private-email"} {
		if f.pushPolicy(r, name) {
			return true
		}
	}
	return false
}

// judgePush unpacks a push into a folder of its own and asks every rule.
func (f *Forge) judgePush(x *exchange, r *repository, p *pushRequest, pack io.Reader) []violation {
	ctx := x.r.Context()
	aside, err := os.MkdirTemp(filepath.Join(r.dir, "objects"), "incoming-")
	if err != nil {
		return []violation{{text: "the push cannot be unpacked: " + err.Error()}}
	}
	defer func() { _ = os.RemoveAll(aside) }()
	if err := os.Mkdir(filepath.Join(aside, "pack"), 0o755); err != nil {
		return []violation{{text: "the push cannot be unpacked: " + err.Error()}}
	}
	j := pushJudge{ctx: ctx, f: f, r: r, user: x.user, token: x.token, git: f.git.with(
		"GIT_OBJECT_DIRECTORY="+aside, "GIT_ALTERNATE_OBJECT_DIRECTORIES="+filepath.Join(r.dir, "objects"))}
	if !allDeletes(p.updates) {
		if _, err := j.git.run(ctx, r.dir, pack, "index-pack", "--stdin", "--fix-thin"); err != nil {
			return nil // git receive-pack says better what is wrong with it
		}
	}
	f.mu.RLock()
	defer f.mu.RUnlock()
	for _, u := range p.updates {
		j.update(u)
	}
	return j.found
}

func allDeletes(updates []refUpdate) bool {
	for _, u := range updates {
		if !u.delete() {
			return false
		}
	}
	return true
}

// declinePush answers a push in git's protocol: the reasons for people, then
// each reference refused.
func (f *Forge) declinePush(w *answerWriter, r *repository, p *pushRequest, bad []violation) {
	var text, report strings.Builder
	report.WriteString(pktLine("unpack ok\n"))
	for _, u := range p.updates {
		report.WriteString(pktLine("ng " + u.ref + " " + f.explain(&text, r, u.ref, bad) + "\n"))
	}
	report.WriteString("0000")
	if !strings.Contains(p.caps, "report-status") {
		return
	}
	if !strings.Contains(p.caps, "side-band-64k") {
		_, _ = io.WriteString(w, report.String())
		return
	}
	_, _ = io.WriteString(w, sideBand(2, text.String())+sideBand(1, report.String())+"0000")
}

// explain writes what GitHub says to a person about one reference, and answers
// the reason that git says.
func (f *Forge) explain(text *strings.Builder, r *repository, ref string, bad []violation) string {
	var rules, secrets []string
	reason := "push declined due to repository rule violations"
	for _, v := range bad {
		switch {
		case v.ref != "" && v.ref != ref:
		case v.kind == "reason":
			return v.text
		case v.kind == "secret":
			secrets = append(secrets, v.text)
		case v.kind == "":
			rules = append(rules, strings.ReplaceAll(v.text, "\n", "\n  "))
		default:
			text.WriteString(v.text + "\n")
			reason = map[string]string{"GH006": "protected branch hook declined", "GH007": "push declined due to email privacy restrictions"}[v.kind]
			reason = orElse(reason, "pre-receive hook declined")
		}
	}
	if len(rules)+len(secrets) == 0 {
		return reason
	}
	fmt.Fprintf(text, "error: GH013: Repository rule violations found for %s.\n", ref)
	fmt.Fprintf(text, "Review all repository rules at %s/%s/rules?ref=%s\n\n", f.URL(), r.fullName(), url.QueryEscape(ref))
	for _, x := range rules {
		fmt.Fprintf(text, "- %s\n\n", x)
	}
	if len(secrets) > 0 {
		text.WriteString("- GITHUB PUSH PROTECTION\n  —————————————————————————————————————————\n    Resolve the following violations before pushing again\n\n    - Push cannot contain secrets\n\n")
		text.WriteString("     (?) Learn how to resolve a blocked push\n     https://docs.github.com/code-security/secret-scanning/working-with-push-protection-from-the-command-line\n\n")
		for _, x := range secrets {
			fmt.Fprintf(text, "      —— Amazon AWS Access Key ID ——————————————————————————\n       locations:\n%s\n       (?) To push, remove secret from commit(s) or follow this URL to allow the secret.\n       %s/%s/security/secret-scanning/unblock-secret/2gakJr\n\n", x, f.URL(), r.fullName())
		}
	}
	return reason
}

// sideBand frames text for one of git's channels.
func sideBand(channel byte, text string) string {
	var out strings.Builder
	for len(text) > 0 {
		n := min(len(text), 60_000)
		out.WriteString(pktLine(string(channel) + text[:n]))
		text = text[n:]
	}
	return out.String()
}
