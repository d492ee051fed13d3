package heap

import (
	"syscall"
	"unsafe"
)

const (
	// ahead is what a short command takes until it ends, in bytes.
	ahead = 4 << 20
	// madvPopulateWrite is MADV_POPULATE_WRITE of madvise(2), since Linux 5.14.
	madvPopulateWrite = 23
)

var _ = take()

// take has the kernel hand out what lies behind the first thing on the heap, all at
// once and beside the rest of the start, instead of page by page when each is
// written first: every second interruption of a start is that. It is a wish: an
// older kernel, and memory that is not reserved yet, change nothing.
func take() *[64]byte {
	first := new([64]byte)
	page := uintptr(unsafe.Pointer(first)) &^ uintptr(syscall.Getpagesize()-1)
	go func() { _, _, _ = syscall.RawSyscall(syscall.SYS_MADVISE, page, ahead, madvPopulateWrite) }()
	return first
}
