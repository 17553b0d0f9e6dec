//go:build unix

package store

import (
	"errors"
	"os"
	"syscall"
)

// lock takes the exclusive lock of f without waiting and reports whether it was free.
func lock(f *os.File) (bool, error) {
	err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return false, nil
	}
	return err == nil, err
}
