package fault

import "fmt"

// Errorf is fmt.Errorf, without the hundred bytes in each of the eight hundred
// places that call it: the compiler writes its body out there.
//
//go:noinline
func Errorf(format string, args ...any) error { return fmt.Errorf(format, args...) }
