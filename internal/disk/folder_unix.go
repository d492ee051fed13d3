//go:build !windows

package disk

import (
	"os"

	"github.com/isrc-dev/isrc/internal/fault"
)

// SyncFolder makes the new names in a folder durable. Without it a crash may
// leave the file that was there before.
func SyncFolder(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	if err := fault.Join(f.Sync(), f.Close()); err != nil {
		return fault.Errorf("flush %s: %w", dir, err)
	}
	return nil
}
