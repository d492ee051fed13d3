package heap

import (
	"syscall"
	"unsafe"
)

const (
	// chunk is how much the heap grows by at a time, in bytes, and where what it
	// grows by ends: what lies behind is not reserved yet.
	chunk = 4 << 20
	// piece is what the kernel is asked for at once, in bytes: it changes nothing
	// else of the process's memory until it is through.
	piece = 256 << 10
	// madvPopulateWrite is MADV_POPULATE_WRITE of madvise(2), since Linux 5.14.
	madvPopulateWrite = 23
)

var _ = take()

// take has the kernel hand out what lies behind the first thing on the heap, beside
// the rest of the start, instead of page by page when each is written first: every
// second interruption of a start is that. It is a wish: an older kernel changes
// nothing.
func take() *[64]byte {
	first := new([64]byte)
	at := uintptr(unsafe.Pointer(first)) &^ (piece - 1)
	end := at&^(chunk-1) + chunk
	go func() {
		for ; at < end; at += piece {
			_, _, _ = syscall.RawSyscall(syscall.SYS_MADVISE, at, piece, madvPopulateWrite)
		}
	}()
	return first
}
