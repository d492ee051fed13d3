package git

import "context"

// Transfers bring commits here and send them away.
type Transfers interface {
	Clone(context.Context, CloneOptions) error
	// Fetch brings branches of a remote, a name or an address, into the
	// repository, as refspecs say; without any those of the remote's settings.
	Fetch(ctx context.Context, dir, remote string, refspecs ...string) error
	Push(ctx context.Context, dir, remote, local, branch string, o PushOptions) (PushResult, error)
	// DeleteRemote deletes a branch of a remote that is still at a commit.
	DeleteRemote(ctx context.Context, dir, remote, branch, sha string) error
}

// Checkouts write into the files of a clone.
type Checkouts interface {
	CreateBranch(ctx context.Context, dir, name, start string) error
	Switch(ctx context.Context, dir, name string) error
	DeleteBranch(ctx context.Context, dir, name, sha string) error
	Status(ctx context.Context, dir string) ([]StatusEntry, error)
	CommitAll(ctx context.Context, dir string, o CommitOptions) (string, error)
}

// Settings write into the configuration of a clone, whose comments stay.
type Settings interface {
	AddRemote(ctx context.Context, dir, name, url string) error
	RemoveRemote(ctx context.Context, dir, name string) error
	SetConfig(ctx context.Context, dir, key, value string) error
	UnsetConfig(ctx context.Context, dir, key string) error
	// Identity is who commits here; without a name and email ErrNoIdentity.
	Identity(ctx context.Context, dir string) (Identity, error)
}

// Work is what a contribution does to a clone and what the git program and
// Builtin both promise; contract_test.go holds them to it. What only the
// program can, Builtin's documentation lists.
type Work interface {
	Transfers
	Checkouts
	Settings
}

var (
	_ Work = (*Tool)(nil)
	_ Work = (*Builtin)(nil)
)
