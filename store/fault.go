package store

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"

	"suanpan/app"

	lite "modernc.org/sqlite/lib"
)

const (
	codeFull = lite.SQLITE_FULL
	codeBusy = lite.SQLITE_BUSY
)

// code is SQLite's extended code of err, or 0.
func code(err error) int32 {
	var f *fail
	if !errors.As(err, &f) {
		return 0
	}
	return f.code
}

// unique reports whether err says that a row with this key is there already.
func unique(err error) bool {
	c := code(err)
	return c == lite.SQLITE_CONSTRAINT_UNIQUE || c == lite.SQLITE_CONSTRAINT_PRIMARYKEY
}

// translate gives SQLite's failures the shop's names, by code and never by their English words.
func translate(err error) error {
	if err == nil || errors.Is(err, app.ErrFull) || errors.Is(err, app.ErrDamaged) || errors.Is(err, app.ErrDoubt) {
		return err
	}
	switch c := code(err); c & 0xff {
	case lite.SQLITE_FULL, lite.SQLITE_READONLY, lite.SQLITE_CANTOPEN, lite.SQLITE_PERM:
		return fmt.Errorf("%w: %w", app.ErrFull, err)
	case lite.SQLITE_CORRUPT, lite.SQLITE_NOTADB:
		return fmt.Errorf("%w: %w", app.ErrDamaged, err)
	case lite.SQLITE_IOERR:
		switch c {
		case lite.SQLITE_IOERR_READ, lite.SQLITE_IOERR_SHORT_READ, lite.SQLITE_IOERR_CORRUPTFS, lite.SQLITE_IOERR_DATA:
			return fmt.Errorf("%w: %w", app.ErrDamaged, err)
		}
		return fmt.Errorf("%w: %w", app.ErrFull, err)
	}
	return err
}

// disk gives the operating system's refusals the shop's names.
func disk(err error) error {
	for _, no := range []error{fs.ErrPermission, syscall.EROFS, syscall.ENOSPC} {
		if errors.Is(err, no) {
			return fmt.Errorf("%w: %w", app.ErrFull, err)
		}
	}
	return translate(err)
}
