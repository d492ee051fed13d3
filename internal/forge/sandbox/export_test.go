package sandbox

// LoadAcme reads the embedded company anew, to measure that.
func LoadAcme() (*World, error) { return readWorld("acme", acmeFiles, "acme") }
