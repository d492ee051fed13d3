package github

import (
	"context"

	"github.com/isrc-dev/isrc/internal/forge"
)

// stageDocument asks whether a pull request is a draft, and for its id, by which
// alone that is changed.
func stageDocument() document {
	return document{"stage", `query Stage($owner: String!, $name: String!, $number: Int!) {
  repository(owner: $owner, name: $name) {
    pullRequest(number: $number) {
      id
      isDraft
    }
  }
}`}
}

func readyDocument() document {
	return document{"ready", `mutation Ready($id: ID!) {
  markPullRequestReadyForReview(input: {pullRequestId: $id}) {
    pullRequest {
      isDraft
    }
  }
}`}
}

func draftDocument() document {
	return document{"draft", `mutation Draft($id: ID!) {
  convertPullRequestToDraft(input: {pullRequestId: $id}) {
    pullRequest {
      isDraft
    }
  }
}`}
}

// SetDraft makes an open pull request a draft, or marks it ready for review. One
// that is so already is left alone. REST cannot do it: a host without GraphQL is
// forge.ErrUnsupported.
func (c *Client) SetDraft(ctx context.Context, r forge.RepoName, number int, draft bool) error {
	id, is, err := c.stage(ctx, r, number)
	if err != nil || is == draft {
		return err
	}
	d, doing := readyDocument(), "marking "+pullNoun(r, number)+" ready for review"
	if draft {
		d, doing = draftDocument(), "making "+pullNoun(r, number)+" a draft"
	}
	var done map[string]any
	said, err := c.ask(ctx, d, map[string]any{"id": id}, doing, &done)
	if err == nil && len(said.errors) > 0 {
		err = c.graphRefusal(said, doing, said.errors)
	}
	if err != nil { // asked twice, it may be so by now
		if _, now, again := c.stage(ctx, r, number); again == nil && now == draft {
			return nil
		}
	}
	return err
}

func (c *Client) stage(ctx context.Context, r forge.RepoName, number int) (id string, draft bool, err error) {
	var found struct {
		Repository struct {
			PullRequest *struct {
				ID      string
				IsDraft bool
			}
		}
	}
	said, err := c.ask(ctx, stageDocument(), map[string]any{"owner": r.Owner, "name": r.Name, "number": number}, pullNoun(r, number), &found)
	if err != nil {
		return "", false, err
	}
	p := found.Repository.PullRequest
	if p == nil || p.ID == "" {
		return "", false, c.graphRefusal(said, pullNoun(r, number), said.errors)
	}
	return p.ID, p.IsDraft, nil
}
