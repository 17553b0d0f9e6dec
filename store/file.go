package store

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"suanpan/app"

	lite "modernc.org/sqlite/lib"
)

// pragmas of every connection. cell_size_check finds some damage before it is read as data.
const pragmas = `
PRAGMA temp_store = MEMORY;
PRAGMA cell_size_check = ON;
PRAGMA trusted_schema = OFF;
PRAGMA recursive_triggers = ON;
PRAGMA fullfsync = ON;
PRAGMA checkpoint_fullfsync = ON;
`

// openWriter opens the one connection that writes. The log is reused, not truncated, while it stays below 16 MB.
func openWriter(path, sync string) (*conn, error) {
	if sync == "" {
		sync = "FULL"
	}
	c, err := openConn(path, lite.SQLITE_OPEN_READWRITE)
	if err != nil {
		return nil, err
	}
	err = c.script("PRAGMA journal_mode = WAL; PRAGMA synchronous = " + sync + `;
PRAGMA wal_autocheckpoint = 1000; PRAGMA journal_size_limit = 16777216; PRAGMA cache_size = -65536;` + pragmas)
	if err == nil {
		err = c.persistLog()
	}
	if err != nil {
		return nil, errors.Join(err, c.close())
	}
	return c, nil
}

// openReader opens a connection that cannot write.
func openReader(path string) (*conn, error) {
	c, err := openConn(path, lite.SQLITE_OPEN_READWRITE) // a reader of a WAL file writes its index
	if err != nil {
		return nil, err
	}
	if err := c.script("PRAGMA query_only = ON; PRAGMA cache_size = -16384;" + pragmas); err != nil {
		return nil, errors.Join(err, c.close())
	}
	return c, nil
}

// prepareFile looks at what lies in dir before SQLite does, and makes an empty shop only where there never was one.
func prepareFile(dir string, scripts []script) error {
	path := filepath.Join(dir, fileName)
	state, err := readMark(dir)
	if err != nil {
		return err
	}
	wal, err := size(path + "-wal")
	if err != nil {
		return err
	}
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if trace := traces(path, state); trace != "" {
			return fmt.Errorf("%w: %s is missing, but %s is there; put the file back, or restore a backup", app.ErrDamaged, fileName, trace)
		}
		return create(dir, scripts)
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return fmt.Errorf("%w: %s is not a plain file", app.ErrForeign, fileName)
	}
	if err := header(path, info.Size(), wal, state != "", scripts); err != nil {
		return err
	}
	if state == opened && wal < 0 {
		return fmt.Errorf("%w: %s was not closed in order and its log %s-wal is gone, with the newest sales in it; put it back,"+
			" restore a backup, or remove %s to go on without them", app.ErrDamaged, fileName, fileName, markName)
	}
	return nil
}

// size is a file's length, or -1 where there is none.
func size(path string) (int64, error) {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return -1, nil
	}
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

// traces names what tells of a shop whose file is gone.
func traces(path, state string) string {
	for _, tail := range []string{"-wal", "-shm", "-journal"} {
		if n, err := size(path + tail); err != nil || n >= 0 {
			return fileName + tail
		}
	}
	if state != "" {
		return markName
	}
	return ""
}

// header reads the first 100 bytes of the file, by the SQLite file format §1.3, and refuses what is not a shop of ours.
func header(path string, length, wal int64, known bool, scripts []script) error {
	if length == 0 {
		return fmt.Errorf("%w: %s is empty; restore a backup", app.ErrDamaged, fileName)
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close() // only read
	var h [100]byte
	if _, err := io.ReadFull(f, h[:]); err != nil || !bytes.HasPrefix(h[:], []byte("SQLite format 3\x00")) {
		if known {
			return fmt.Errorf("%w: the header of %s is destroyed; restore a backup", app.ErrDamaged, fileName)
		}
		return fmt.Errorf("%w: %s is no database", app.ErrForeign, fileName)
	}
	if id := binary.BigEndian.Uint32(h[68:]); id != applicationID {
		return fmt.Errorf("%w: %s belongs to another program (application id %#x)", app.ErrForeign, fileName, id)
	}
	if v, newest := binary.BigEndian.Uint32(h[60:]), scripts[len(scripts)-1].number; int64(v) > int64(newest) {
		return fmt.Errorf("%w: %s is of version %d, this program knows %d; use the newer program", app.ErrForeign, fileName, v, newest)
	}
	page := int64(binary.BigEndian.Uint16(h[16:]))
	if page == 1 {
		page = 65536
	}
	pages := int64(binary.BigEndian.Uint32(h[28:]))
	if wal <= 0 && pages*page > length {
		return fmt.Errorf("%w: %s is cut off after %d of %d bytes; restore a backup", app.ErrDamaged, fileName, length, pages*page)
	}
	return nil
}

// create builds an empty shop beside its place and moves it there whole, so that a cut leaves either nothing or a shop.
func create(dir string, scripts []script) error {
	fresh := filepath.Join(dir, fileName+".new")
	for _, tail := range []string{"", "-wal", "-shm", "-journal"} {
		if err := os.Remove(fresh + tail); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	c, err := openConn(fresh, lite.SQLITE_OPEN_READWRITE|lite.SQLITE_OPEN_CREATE)
	if err != nil {
		return err
	}
	// Without a journal: until it is renamed, a half-made file is nobody's.
	err = c.script(fmt.Sprintf("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA application_id = %d;", applicationID))
	if err == nil {
		err = migrate(c, scripts)
	}
	if err == nil {
		err = c.script("PRAGMA journal_mode = WAL")
	}
	if err = errors.Join(err, c.close()); err != nil {
		return err
	}
	f, err := os.OpenFile(fresh, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	// The log takes the same rights.
	if err := errors.Join(f.Chmod(0o600), f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(fresh, filepath.Join(dir, fileName)); err != nil {
		return err
	}
	return syncDir(dir)
}

// States of the mark.
const (
	opened = "open"
	shut   = "closed"
)

const markText = "A Suanpan shop lives in this folder. Without " + fileName + " or its log the program refuses to start here, rather than begin\n" +
	"with an empty ledger. Remove this file only to go on with what is left.\nstate: "

// mark records that a shop is here and whether it was closed in order. It is not flushed by itself: an older mark does no
// harm, but "open" must not outlive the name of the log, so both names are made durable together.
func mark(dir, state string) error {
	if was, err := readMark(dir); err == nil && was == state {
		return nil
	}
	path := filepath.Join(dir, markName)
	if err := os.WriteFile(path+".new", []byte(markText+state+"\n"), 0o600); err != nil {
		return disk(err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		return disk(err)
	}
	if state == opened {
		return syncDir(dir)
	}
	return nil
}

// readMark is the recorded state, or "" where no shop was made yet.
func readMark(dir string) (string, error) {
	text, err := os.ReadFile(filepath.Join(dir, markName))
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	if _, state, ok := strings.Cut(string(text), "state: "); ok && strings.TrimSpace(state) == shut {
		return shut, nil
	}
	return opened, nil
}
