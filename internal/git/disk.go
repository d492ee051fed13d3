package git

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/go-git/go-billy/v5/osfs"
	"github.com/go-git/go-git/v5/config"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/cache"
	"github.com/go-git/go-git/v5/storage/filesystem"
	"github.com/go-git/go-git/v5/storage/filesystem/dotgit"
)

// diskStore is go-git's storage made fit for repositories that others write
// to while they are open.
type diskStore struct {
	*filesystem.Storage
	packs string    // the folder of packs
	seen  time.Time // when it had last changed
}

func newDiskStore(gitDir, commonDir string, cached cache.FileSize) *diskStore {
	files := dotgit.NewRepositoryFilesystem(osfs.New(gitDir), osfs.New(commonDir))
	s := &diskStore{packs: filepath.Join(commonDir, "objects", "pack")}
	s.Storage = filesystem.NewStorageWithOptions(files, cache.NewObjectLRU(cached), filesystem.Options{
		KeepDescriptors:      true,
		LargeObjectThreshold: maxObject, // larger ones are not read into memory
		AlternatesFS:         osfs.New("/"),
	})
	s.changed()
	return s
}

// Config answers an empty configuration. go-git refuses to open sparse and
// partial clones because of theirs, and needs none for reading.
func (s *diskStore) Config() (*config.Config, error) { return config.NewConfig(), nil }

// changed says whether packs came or went since it was last asked.
func (s *diskStore) changed() bool {
	info, err := os.Stat(s.packs)
	if err != nil || info.ModTime().Equal(s.seen) {
		return false
	}
	s.seen = info.ModTime()
	return true
}

// missing says whether an object that was not found is worth another look:
// go-git reads the list of packs once, and git fetches into new ones.
func (s *diskStore) missing(err error) bool {
	gone := errors.Is(err, plumbing.ErrObjectNotFound) || errors.Is(err, dotgit.ErrPackfileNotFound) || errors.Is(err, fs.ErrNotExist)
	if !gone || !s.changed() {
		return false
	}
	s.Reindex()
	return true
}

// EncodedObject reads an object.
func (s *diskStore) EncodedObject(kind plumbing.ObjectType, id plumbing.Hash) (plumbing.EncodedObject, error) {
	o, err := s.Storage.EncodedObject(kind, id)
	if s.missing(err) {
		return s.Storage.EncodedObject(kind, id)
	}
	return o, err
}

// EncodedObjectSize gives the length of an object.
func (s *diskStore) EncodedObjectSize(id plumbing.Hash) (int64, error) {
	n, err := s.Storage.EncodedObjectSize(id)
	if s.missing(err) {
		return s.Storage.EncodedObjectSize(id)
	}
	return n, err
}

// HasEncodedObject answers nil for an object that is here.
func (s *diskStore) HasEncodedObject(id plumbing.Hash) error {
	err := s.Storage.HasEncodedObject(id)
	if s.missing(err) {
		return s.Storage.HasEncodedObject(id)
	}
	return err
}

// indexBytes is how large the indexes of all packs are together.
func indexBytes(commonDir string) int64 {
	names, _ := filepath.Glob(filepath.Join(commonDir, "objects", "pack", "*.idx")) // the pattern is sound
	var total int64
	for _, name := range names {
		if info, err := os.Stat(name); err == nil {
			total += info.Size()
		}
	}
	return total
}
