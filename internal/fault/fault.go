// Package fault makes and joins errors, where the standard functions would be
// written out by the compiler in each place. Any package may import it.
package fault

import "errors"

// Join is errors.Join, without its four hundred bytes in each place that calls
// it.
//
//go:noinline
func Join(errs ...error) error { return errors.Join(errs...) }
