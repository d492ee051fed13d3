package term

import "os"

// typedAhead does not look where a look would take what was typed.
func typedAhead(*os.File) bool { return false }

// suspend does nothing where programs are not stopped from the keyboard.
func suspend() {}
