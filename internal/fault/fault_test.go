package fault

import (
	"errors"
	"io"
	"testing"
)

func TestJoinIsErrorsJoin(t *testing.T) {
	t.Parallel()
	if err := Join(nil, nil); err != nil {
		t.Errorf("two times nil is %v", err)
	}
	err := Join(nil, io.EOF, io.ErrNoProgress)
	if !errors.Is(err, io.EOF) || !errors.Is(err, io.ErrNoProgress) || err.Error() != errors.Join(io.EOF, io.ErrNoProgress).Error() {
		t.Errorf("got %v", err)
	}
}
