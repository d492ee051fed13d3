package auth

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/zalando/go-keyring"
)

// ErrNoSecret says that a keyring works and holds nothing for a host.
var ErrNoSecret = errors.New("nothing stored")

var (
	errNoKeyring = errors.New("there is no keyring")
	// ErrLocked says that there is a keyring and that it is locked.
	ErrLocked = errors.New("the keyring is locked")
	errSlow   = errors.New("the keyring did not answer within " + patience.String())
)

// Keyring keeps secrets by host. ErrNoSecret says that a working keyring has
// none; any other error says that it does not work.
type Keyring interface {
	Get(host string) (string, error)
	Set(host, secret string) error
	Delete(host string) error
}

// SystemKeyring is the keyring of the operating system. On a machine without
// one every question fails at once; on one whose keyring is locked it may wait
// for a person, which is why nobody here waits for it for long.
func SystemKeyring() Keyring { return systemKeyring{} }

// service is the name under which other programs show what isrc keeps.
const service = "isrc"

type systemKeyring struct{}

func (systemKeyring) Get(host string) (string, error) {
	s, err := keyring.Get(service, host)
	return s, ours(err)
}

func (systemKeyring) Set(host, secret string) error { return ours(keyring.Set(service, host, secret)) }

func (systemKeyring) Delete(host string) error { return ours(keyring.Delete(service, host)) }

func ours(err error) error {
	switch {
	case errors.Is(err, keyring.ErrNotFound):
		return ErrNoSecret
	case err != nil && strings.Contains(err.Error(), "failed to unlock"): // go-keyring has no value for it
		return ErrLocked
	}
	return err
}

// keyring asks the keyring, and leaves it alone when it does not answer: there
// is no way to call the question back, so its goroutine stays until the answer
// comes or the program ends.
func (s Source) keyring(ctx context.Context, ask func(Keyring) error) error {
	if s.Keyring == nil {
		return errNoKeyring
	}
	done := make(chan error, 1)
	go func() { done <- ask(s.Keyring) }()
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return errSlow
	}
}
