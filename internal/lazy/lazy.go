// Package lazy makes values when they are first asked for: patterns and tables
// that most runs of the program never use. Any package may import it.
package lazy

import (
	"regexp"
	"sync"
)

// Value is sync.OnceValue with its code in the program once instead of once for
// each call, as long as T is a pointer: all pointers share their code.
//
//go:noinline
func Value[T any](build func() T) func() T { return sync.OnceValue(build) }

// Pattern compiles an expression when it is first used. It panics then, if the
// expression is wrong.
//
//go:noinline
func Pattern(expression string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })
}
