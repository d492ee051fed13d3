package github

import (
	"context"
	"errors"
	"net/url"

	gh "github.com/google/go-github/v66/github"

	"github.com/isrc-dev/isrc/internal/forge"
)

// User asks for an account by its login.
func (c *Client) User(ctx context.Context, login string) (forge.User, error) {
	var u gh.User
	if _, err := c.do(ctx, get("the account "+plain(login), "users/%s", login), &u); err != nil {
		return forge.User{}, err
	}
	return user(&u), nil
}

// SigningKeys counts the keys with which signatures of an account's commits can
// be verified: GPG keys, and SSH keys for signing. A host without SSH signing
// has none of those.
func (c *Client) SigningKeys(ctx context.Context, login string) (gpg, ssh int, err error) {
	what := "the signing keys of " + plain(login)
	keys, _, err := list[*gh.GPGKey](ctx, c, get(what, "users/%s/gpg_keys", login), "", 0)
	if err != nil {
		return 0, 0, err
	}
	signing, _, err := list[*gh.SSHSigningKey](ctx, c, get(what, "users/%s/ssh_signing_keys", login), "", 0)
	var missing *forge.NotFoundError
	if errors.As(err, &missing) || errors.Is(err, forge.ErrUnsupported) {
		err = nil
	}
	return len(keys), len(signing), err
}

// Emails lists the verified addresses of the token's account, which takes the
// scope user:email.
func (c *Client) Emails(ctx context.Context) ([]string, error) {
	all, _, err := list[*gh.UserEmail](ctx, c, get("your addresses", "user/emails"), "", 0)
	if err != nil {
		return nil, err
	}
	addresses := make([]string, 0, len(all))
	for _, e := range all {
		if e.GetVerified() && e.GetEmail() != "" {
			addresses = append(addresses, e.GetEmail())
		}
	}
	return addresses, nil
}

// OwnersErrors lists the lines of CODEOWNERS at a branch or commit that the
// forge cannot use.
func (c *Client) OwnersErrors(ctx context.Context, r forge.RepoName, ref string) ([]forge.OwnersError, error) {
	what := "errors in the code owners of " + r.FullName()
	k := get(what, "repos/%s/%s/codeowners/errors", r.Owner, r.Name)
	if ref != "" {
		k.query = url.Values{"ref": {ref}}
	}
	var all gh.CodeownersErrors
	if _, err := c.do(ctx, k, &all); err != nil {
		return nil, c.unsupported(ctx, r, what, err)
	}
	out := make([]forge.OwnersError, 0, len(all.Errors))
	for _, e := range all.Errors {
		if e != nil {
			out = append(out, forge.OwnersError{Line: e.Line, Kind: e.Kind, Message: e.Message, Path: e.Path})
		}
	}
	return out, nil
}
