package index

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
)

// How a mapped file is going to be read, as madvise(2) has it.
const (
	hereAndThere = syscall.MADV_RANDOM
	fromEndToEnd = syscall.MADV_NORMAL
)

// advise tells the kernel how a file that SQLite has mapped is going to be read. Of
// a file that is not in memory it reads around each page as much as the device
// wants, up to some MiB: a search of a tenth of a second, which a few hundred pages
// answer. It is a wish: whatever goes wrong changes no answer.
func advise(path string, how int) {
	maps, err := os.ReadFile("/proc/self/maps") // proc_pid_maps(5)
	if err != nil {
		return
	}
	name := []byte("/" + filepath.Base(path))
	for line := range bytes.Lines(maps) {
		if !bytes.HasSuffix(bytes.TrimSuffix(line, []byte("\n")), name) {
			continue
		}
		addresses, _, _ := bytes.Cut(line, []byte(" "))
		from, to, _ := bytes.Cut(addresses, []byte("-"))
		first, err := strconv.ParseUint(string(from), 16, 64)
		if err != nil {
			continue
		}
		if end, err := strconv.ParseUint(string(to), 16, 64); err == nil {
			_, _, _ = syscall.RawSyscall(syscall.SYS_MADVISE, uintptr(first), uintptr(end-first), uintptr(how))
		}
	}
}
