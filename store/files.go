package store

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"

	"suanpan/app"
)

// Files opens what people name. It implements app.Files; the zero value is ready.
type Files struct{}

var _ app.Files = Files{}

// Open opens a file to read.
func (Files) Open(path string) (io.ReadCloser, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, disk(err)
	}
	return f, nil
}

// Create returns a writer whose Close puts the file in its place, whole and on disk. When a write or the Close fails,
// nothing is put there and what was there stays.
func (Files) Create(path string) (io.WriteCloser, error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return nil, disk(err)
	}
	return &whole{f: f, path: path}, nil
}

// whole is a file written beside its place.
type whole struct {
	f    *os.File
	path string
	err  error
	done bool
}

// Write writes; its first error makes Close keep the old file.
func (w *whole) Write(p []byte) (int, error) {
	n, err := w.f.Write(p)
	if err != nil && w.err == nil {
		w.err = disk(err)
	}
	return n, err
}

// Close syncs, closes and renames. A second Close does nothing.
func (w *whole) Close() error {
	if w.done {
		return w.err
	}
	w.done = true
	if w.err == nil {
		w.err = disk(w.f.Sync())
	}
	w.err = errors.Join(w.err, disk(w.f.Close()))
	if w.err == nil {
		w.err = disk(os.Rename(w.f.Name(), w.path))
	}
	if w.err != nil {
		return errors.Join(w.err, os.Remove(w.f.Name()))
	}
	return syncDir(filepath.Dir(w.path))
}

// Abort leaves what was there and drops what was written.
func (w *whole) Abort() error {
	if w.done {
		return nil
	}
	w.done = true
	return errors.Join(disk(w.f.Close()), os.Remove(w.f.Name()))
}

// syncDir makes names in dir durable; Windows keeps them without being asked.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return disk(err)
	}
	return disk(errors.Join(d.Sync(), d.Close()))
}
