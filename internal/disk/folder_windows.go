package disk

// SyncFolder does nothing: NTFS journals names itself, and a folder cannot be
// opened for flushing.
func SyncFolder(string) error { return nil }
