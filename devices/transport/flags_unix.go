//go:build unix

package transport

import (
	"os"
	"syscall"
)

// openFlags: non-blocking, so that the run time polls and deadlines work; and a device file never becomes our terminal.
const openFlags = syscall.O_NONBLOCK | syscall.O_NOCTTY

// lock takes the lock file f, or answers at once that another has it. It goes with the file.
func lock(f *os.File) error { return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) }
