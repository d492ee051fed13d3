package command

import (
	"flag"
	"os"
	"runtime"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain has twice as many tests run at once as there are processors, unless
// -parallel says otherwise: a script waits for one program after the other, and
// those for the disk and for each other.
func TestMain(m *testing.M) {
	if err := flag.Set("test.parallel", strconv.Itoa(2*runtime.GOMAXPROCS(0))); err != nil {
		panic(err)
	}
	testscript.Main(m, map[string]func(){"isrc": func() { os.Exit(scripted()) }})
}
