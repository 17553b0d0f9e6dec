package store

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"filippo.io/age"

	lite "modernc.org/sqlite/lib"
)

// OpenCopy unpacks a copy into the folder dir, which must be empty or new, and opens it as a shop of its own, so that it can
// be proven. The caller closes it and removes the folder. The copy's own state is not changed.
func OpenCopy(ctx context.Context, r io.Reader, keys []age.Identity, dir string, progress func(done, all int64)) (*Store, Manifest, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, Manifest{}, disk(err)
	}
	if n, err := size(filepath.Join(dir, fileName)); err != nil || n >= 0 {
		return nil, Manifest{}, errors.Join(err, fmt.Errorf("store: %s is not empty", dir))
	}
	m, err := settle(ctx, r, keys, dir, progress)
	if err != nil {
		return nil, m, err
	}
	if err := putInPlace(dir); err != nil {
		return nil, m, err
	}
	s, err := Open(ctx, dir, Options{})
	return s, m, err
}

// Restore puts a copy in the place of the shop in dir. What was there is moved, never deleted, into a folder beside it, whose
// name is answered ("" where there was nothing). A shop here that can be read and has facts that the copy lacks is ErrNewer
// and stays: it must be moved away by hand by somebody who knows why. A damaged one is no obstacle. Nothing is changed
// before the copy has been decrypted, proven against its sum, opened and checked by SQLite.
func Restore(ctx context.Context, r io.Reader, keys []age.Identity, dir string, now time.Time, progress func(done, all int64)) (m Manifest, aside string, err error) {
	if dir, err = filepath.Abs(dir); err != nil {
		return m, "", err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return m, "", disk(err)
	}
	hold, err := claim(dir)
	if err != nil {
		return m, "", fmt.Errorf("store: %s: %w", dir, err)
	}
	defer func() { err = errors.Join(err, hold.release()) }()
	if m, err = settle(ctx, r, keys, dir, progress); err != nil {
		return m, "", err
	}
	if seq, ok := lastFact(dir); ok && seq > m.Seq {
		return m, "", errors.Join(fmt.Errorf("%w: it has %d facts, the backup %d", ErrNewer, seq, m.Seq), os.Remove(fresh(dir)))
	}
	if aside, err = moveAside(dir, now); err != nil {
		return m, aside, err
	}
	return m, aside, putInPlace(dir)
}

func fresh(dir string) string { return filepath.Join(dir, fileName+".new") }

// settle unpacks the copy beside its place and proves it.
func settle(ctx context.Context, r io.Reader, keys []age.Identity, dir string, progress func(done, all int64)) (m Manifest, err error) {
	path := fresh(dir)
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return m, disk(err)
	}
	m, err = unpack(ctx, r, keys, f, progress)
	if err == nil {
		err = disk(f.Sync())
	}
	err = errors.Join(err, f.Close())
	if err == nil {
		err = proveFile(path, m)
	}
	if err != nil {
		return m, errors.Join(err, os.Remove(path))
	}
	return m, nil
}

// proveFile opens a file that nobody else knows and asks SQLite and the journal whether it is what the manifest says.
func proveFile(path string, m Manifest) error {
	c, err := openConn(path, lite.SQLITE_OPEN_READWRITE)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrBackupBad, err)
	}
	v := &view{c: c}
	err = func() error {
		seq, head, err := v.Head()
		if err != nil {
			return err
		}
		if seq != m.Seq || hex.EncodeToString(head[:]) != m.Head {
			return fmt.Errorf("its journal ends at fact %d, not at %d", seq, m.Seq)
		}
		found, err := v.integrity()
		if err == nil && len(found) > 0 {
			err = errors.New(found[0])
		}
		return err
	}()
	if err = errors.Join(err, c.close()); err != nil {
		return fmt.Errorf("%w: %w", ErrBackupBad, err)
	}
	for _, tail := range []string{"-wal", "-shm"} {
		if err := os.Remove(path + tail); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return disk(err)
		}
	}
	return nil
}

// lastFact is the last fact of the shop in dir; false where there is none, or none that is sound from end to end.
func lastFact(dir string) (int64, bool) {
	path := filepath.Join(dir, fileName)
	length, err := size(path)
	if err != nil || length <= 0 {
		return 0, false
	}
	scripts, err := embedded()
	if err != nil || header(path, length, 1, true, scripts) != nil {
		return 0, false
	}
	c, err := openReader(path)
	if err != nil {
		return 0, false
	}
	v := &view{c: c}
	seq, _, err := v.Head()
	if err == nil {
		err = check(v)
	}
	if err == nil {
		var found []string
		if found, err = v.integrity(); len(found) > 0 {
			err = errors.New(found[0])
		}
	}
	return seq, errors.Join(err, c.close()) == nil
}

// moveAside moves what belongs to the shop in dir into a folder of its own.
func moveAside(dir string, now time.Time) (string, error) {
	var there []string
	for _, name := range []string{fileName, fileName + "-wal", fileName + "-shm", fileName + "-journal", markName, headsName} {
		n, err := size(filepath.Join(dir, name))
		if err != nil {
			return "", disk(err)
		}
		if n >= 0 {
			there = append(there, name)
		}
	}
	if len(there) == 0 {
		return "", nil
	}
	aside := filepath.Join(dir, "before-restore-"+now.UTC().Format("20060102-150405"))
	if err := os.Mkdir(aside, 0o700); err != nil {
		return "", disk(err)
	}
	for _, name := range there {
		if err := os.Rename(filepath.Join(dir, name), filepath.Join(aside, name)); err != nil {
			return aside, disk(err)
		}
	}
	return aside, syncDir(dir)
}

// putInPlace gives the proven file its name. From then on a shop is here.
func putInPlace(dir string) error {
	if err := os.Rename(fresh(dir), filepath.Join(dir, fileName)); err != nil {
		return disk(err)
	}
	if err := mark(dir, shut); err != nil {
		return err
	}
	return syncDir(dir)
}
