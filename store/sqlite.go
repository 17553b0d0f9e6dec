package store

import (
	"errors"
	"fmt"
	"unsafe"

	"modernc.org/libc"
	"modernc.org/libc/sys/types"
	lite "modernc.org/sqlite/lib"
)

// conn is one connection to the file, spoken to without database/sql: statements are prepared once, arguments lie in one
// reused buffer per statement, and texts are read where SQLite keeps them. Measured against the driver this halves what a
// statement costs above SQLite itself. A conn belongs to one goroutine at a time.
type conn struct {
	tls   *libc.TLS
	db    uintptr // *sqlite3
	stmts map[string]*stmt
	loose []*stmt // prepared for once, while the kept one is read
	busy  int     // statements between query and end
}

// fail is an error of SQLite with its extended code.
type fail struct {
	code int32
	text string
}

func (f *fail) Error() string { return fmt.Sprintf("sqlite: %s (%d)", f.text, f.code) }

// openConn opens path with SQLite's own flags. The caller serialises all use of the connection.
func openConn(path string, flags int32) (*conn, error) {
	c := &conn{tls: libc.NewTLS(), stmts: map[string]*stmt{}}
	name, err := libc.CString(path)
	if err != nil {
		c.tls.Close()
		return nil, err
	}
	defer libc.Xfree(c.tls, name)
	out := libc.Xcalloc(c.tls, 1, types.Size_t(unsafe.Sizeof(c.db)))
	if out == 0 {
		c.tls.Close()
		return nil, errMemory
	}
	defer libc.Xfree(c.tls, out)
	rc := lite.Xsqlite3_open_v2(c.tls, name, out, flags|lite.SQLITE_OPEN_NOMUTEX|lite.SQLITE_OPEN_EXRESCODE, 0)
	c.db = pointer(out)
	if rc != lite.SQLITE_OK {
		err := c.failure(rc)
		return nil, errors.Join(err, c.close())
	}
	lite.Xsqlite3_busy_timeout(c.tls, c.db, 5000)
	return c, nil
}

var errMemory = errors.New("store: out of memory")

// close finalises every statement and closes the connection.
func (c *conn) close() error {
	for _, s := range c.stmts {
		s.free()
	}
	c.stmts = nil
	var err error
	if c.db != 0 {
		if rc := lite.Xsqlite3_close_v2(c.tls, c.db); rc != lite.SQLITE_OK {
			err = c.failure(rc)
		}
		c.db = 0
	}
	c.tls.Close()
	return err
}

func (c *conn) failure(rc int32) error {
	text := libc.GoString(lite.Xsqlite3_errstr(c.tls, rc))
	if c.db != 0 && lite.Xsqlite3_extended_errcode(c.tls, c.db) == rc {
		text = libc.GoString(lite.Xsqlite3_errmsg(c.tls, c.db))
	}
	return &fail{rc, text}
}

// inTransaction reports whether a transaction is open; SQLite ends one by itself after some failures.
func (c *conn) inTransaction() bool { return lite.Xsqlite3_get_autocommit(c.tls, c.db) == 0 }

// lastID is the rowid of the newest insert.
func (c *conn) lastID() int64 { return lite.Xsqlite3_last_insert_rowid(c.tls, c.db) }

// changes is the number of rows that the newest statement changed.
func (c *conn) changes() int64 { return int64(lite.Xsqlite3_changes(c.tls, c.db)) }

// persistLog keeps the write-ahead log, emptied, when the last connection closes: a log that is missing then means that
// somebody took it.
func (c *conn) persistLog() error {
	name, err := libc.CString("main")
	if err != nil {
		return err
	}
	defer libc.Xfree(c.tls, name)
	on := libc.Xcalloc(c.tls, 1, 4)
	if on == 0 {
		return errMemory
	}
	defer libc.Xfree(c.tls, on)
	memory(on, 4)[0], memory(on, 4)[3] = 1, 1 // any non-zero int is yes, in either byte order
	if rc := lite.Xsqlite3_file_control(c.tls, c.db, name, lite.SQLITE_FCNTL_PERSIST_WAL, on); rc != lite.SQLITE_OK {
		return c.failure(rc)
	}
	return nil
}

// exec runs one statement that returns no rows, prepared once and kept.
func (c *conn) exec(sql string, args ...any) error {
	s, err := c.query(sql, args...)
	if err != nil {
		return err
	}
	for s.next() {
		continue
	}
	return s.end()
}

// script runs several statements.
func (c *conn) script(sql string) error {
	text, err := libc.CString(sql)
	if err != nil {
		return err
	}
	defer libc.Xfree(c.tls, text)
	if rc := lite.Xsqlite3_exec(c.tls, c.db, text, 0, 0, 0); rc != lite.SQLITE_OK {
		return c.failure(rc)
	}
	return nil
}

// query binds args to the prepared statement sql and returns it ready for next. The caller ends it.
func (c *conn) query(sql string, args ...any) (*stmt, error) {
	s := c.stmts[sql]
	if s == nil {
		var err error
		if s, err = c.prepare(sql); err != nil {
			return nil, err
		}
		c.stmts[sql] = s
	}
	if s.busy { // a callback reads within a reading: a statement for this once
		var err error
		if s, err = c.prepare(sql); err != nil {
			return nil, err
		}
		s.single = true
		c.loose = append(c.loose, s)
	}
	if err := s.bind(args); err != nil {
		return nil, err
	}
	s.busy = true
	c.busy++
	return s, nil
}

// quiet ends statements that a panic left open: an open reading would hold its snapshot, and with it the log, for ever.
func (c *conn) quiet() {
	if c.busy == 0 {
		return
	}
	for _, s := range c.stmts {
		if s.busy {
			_ = s.end() // whatever it was, it is over
		}
	}
	for len(c.loose) > 0 {
		_ = c.loose[0].end()
	}
}

func (c *conn) prepare(sql string) (*stmt, error) {
	text, err := libc.CString(sql)
	if err != nil {
		return nil, err
	}
	defer libc.Xfree(c.tls, text)
	out := libc.Xcalloc(c.tls, 1, types.Size_t(unsafe.Sizeof(c.db)))
	if out == 0 {
		return nil, errMemory
	}
	defer libc.Xfree(c.tls, out)
	rc := lite.Xsqlite3_prepare_v3(c.tls, c.db, text, int32(len(sql)), lite.SQLITE_PREPARE_PERSISTENT, out, 0)
	if rc != lite.SQLITE_OK {
		return nil, fmt.Errorf("%w in %q", c.failure(rc), sql)
	}
	return &stmt{c: c, p: pointer(out)}, nil
}
