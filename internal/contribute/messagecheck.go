package contribute

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/isrc-dev/isrc/internal/disk"
	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/git"
	"github.com/isrc-dev/isrc/internal/rule"
)

// MessageReview is one message held against what the project asks of messages.
type MessageReview struct {
	*Place
	Message      string // as git will keep it
	Requirements []rule.Requirement
	Findings     []rule.Finding
	// Remembered is true when the requirements are those of an earlier check,
	// which may have asked the forge, too.
	Remembered bool
}

// rememberedMessages is what a review leaves for hooks: what its project asks
// of messages, at one commit of the base.
type rememberedMessages struct {
	Version      int             `json:"version"`
	By           string          `json:"by"` // name and version of isrc
	Base         string          `json:"base"`
	Requirements json.RawMessage `json:"requirements"`
}

//go:noinline
func messagesPath(repo *git.Repo) string {
	return filepath.Join(repo.GitDir(), "isrc", "messages.json")
}

// remember keeps what is asked of messages. It only saves time, so that what
// goes wrong is no failure.
func (r *Review) remember(by string) {
	data, err := rule.EncodeMessages(r.Requirements)
	if err != nil || r.Pull != nil || r.Event != nil {
		return
	}
	raw, err := json.Marshal(rememberedMessages{Version: 1, By: by, Base: r.BaseRev, Requirements: data})
	path := messagesPath(r.Repo)
	if err == nil && os.MkdirAll(filepath.Dir(path), 0o700) == nil {
		_ = disk.WriteFile(path, raw, 0o600) // the next hook reads the guidelines itself
	}
}

// ReviewMessage judges a message that is being written, by what lies here: no
// forge is asked and nothing is fetched. by is the name and version of isrc.
func (p *Place) ReviewMessage(ctx context.Context, tool *git.Tool, message, by string) (*MessageReview, error) {
	m := &MessageReview{Place: p}
	if err := p.Refresh(ctx, nil); err != nil {
		return nil, err
	}
	var who rule.Person
	comment := ""
	if tool != nil {
		id, err := tool.Identity(ctx, p.Dir)
		if err != nil && !errors.Is(err, git.ErrNoIdentity) {
			return nil, err
		}
		who = rule.Person{Name: id.Name, Email: id.Email}
	}
	if c, ok, err := p.Repo.Config(ctx, "core.commentChar"); err == nil && ok {
		comment = c
	}
	m.Message = rule.CleanMessage(message, comment)
	if m.Requirements, m.Remembered = recall(p, by); !m.Remembered {
		r := &Review{Place: p}
		if err := r.read(ctx, nil); err != nil {
			return nil, err
		}
		r.remember(by)
		m.Requirements = rule.OfMessages(r.Requirements)
	}
	m.Findings = rule.JudgeMessage(m.Requirements, m.Message, who)
	return m, nil
}

// recall reads what an earlier review left, if it was of the same base.
func recall(p *Place, by string) ([]rule.Requirement, bool) {
	data, err := os.ReadFile(messagesPath(p.Repo))
	if err != nil {
		return nil, false
	}
	var kept rememberedMessages
	if json.Unmarshal(data, &kept) != nil || kept.Version != 1 || kept.By != by || kept.Base != p.BaseRev {
		return nil, false
	}
	reqs, err := rule.DecodeMessages(kept.Requirements)
	return reqs, err == nil
}

// Pushed is one line of what git tells a pre-push hook.
type Pushed struct {
	LocalRef, LocalSHA, RemoteRef, RemoteSHA string
}

// ParsePushed reads what git tells a pre-push hook. A branch that is deleted
// has nothing to judge and is left out.
func ParsePushed(input string) ([]Pushed, error) {
	var out []Pushed
	for _, line := range lines(input) {
		var p Pushed
		if line == "" {
			continue
		}
		if n, err := fmt.Sscan(line, &p.LocalRef, &p.LocalSHA, &p.RemoteRef, &p.RemoteSHA); n != 4 || err != nil {
			return nil, fault.Errorf("git says %q to the hook, which is not understood", line)
		}
		if p.LocalRef != "(delete)" {
			out = append(out, p)
		}
	}
	return out, nil
}
