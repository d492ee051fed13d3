package publish

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"oras.land/oras-go/v2/registry/remote/auth"
	"oras.land/oras-go/v2/registry/remote/credentials"

	"github.com/isrc-dev/isrc/internal/fault"
)

// CredentialError says that what should know a registry's credentials failed.
type CredentialError struct {
	Host string
	Err  error
}

func (e *CredentialError) Error() string {
	return fmt.Sprintf("look for the credentials for %s: %v", e.Host, e.Err)
}

// Unwrap gives the reason.
func (e *CredentialError) Unwrap() error { return e.Err }

// Logins finds what docker login and podman login have kept, by themselves or
// with a credential helper.
type Logins struct {
	Getenv func(string) string
	Home   string
}

// helperPatience bounds how long a credential helper may take.
const helperPatience = 20 * time.Second

// files are where logins are kept, the first that knows a registry counts.
func (l Logins) files() []string {
	var all []string
	if f := l.Getenv("REGISTRY_AUTH_FILE"); f != "" {
		all = append(all, f)
	}
	switch dir := l.Getenv("DOCKER_CONFIG"); {
	case dir != "":
		all = append(all, filepath.Join(dir, "config.json"))
	case l.Home != "":
		all = append(all, filepath.Join(l.Home, ".docker", "config.json"))
	}
	if dir := l.Getenv("XDG_RUNTIME_DIR"); filepath.IsAbs(dir) {
		all = append(all, filepath.Join(dir, "containers", "auth.json"))
	}
	if l.Home != "" {
		all = append(all, filepath.Join(l.Home, ".config", "containers", "auth.json"))
	}
	return all
}

// Credential is what is kept for a registry, the zero value for nothing. A file
// or a helper that fails is an error only if no other knows the registry.
func (l Logins) Credential(ctx context.Context, host string) (Credential, error) {
	ctx, cancel := context.WithTimeout(ctx, helperPatience)
	defer cancel()
	var failed error
	for _, path := range l.files() {
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			continue
		}
		c, err := lookUp(ctx, path, host)
		if err != nil && failed == nil {
			failed = &CredentialError{Host: host, Err: err}
		}
		if err == nil && !c.IsZero() {
			return c, nil
		}
	}
	return Credential{}, failed
}

func lookUp(ctx context.Context, path, host string) (Credential, error) {
	store, err := credentials.NewStore(path, credentials.StoreOptions{})
	if err != nil {
		return Credential{}, fault.Errorf("read %s: %w", path, err)
	}
	c, err := credentials.Credential(store)(ctx, host)
	if err != nil {
		return Credential{}, fault.Errorf("as %s says: %w", path, err)
	}
	if c == auth.EmptyCredential {
		return Credential{}, nil
	}
	return Credential{User: c.Username, Password: c.Password, Identity: c.RefreshToken, Token: c.AccessToken}, nil
}
