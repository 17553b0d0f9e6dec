package store

import (
	"slices"
	"unsafe"

	"modernc.org/libc"
	"modernc.org/libc/sys/types"
	lite "modernc.org/sqlite/lib"
)

// stmt is one prepared statement. Texts and blobs that are bound lie in mem until the next bind.
type stmt struct {
	c      *conn
	p      uintptr // *sqlite3_stmt
	mem    uintptr
	room   int
	busy   bool
	single bool // freed at its end
	err    error
}

// bind sets the arguments: int64, int, bool, string, []byte or nil.
func (s *stmt) bind(args []any) error {
	if err := s.reserve(args); err != nil {
		return err
	}
	at := s.mem
	c, p := s.c, s.p
	for i, a := range args {
		n := int32(i + 1)
		var rc int32
		switch v := a.(type) {
		case int64:
			rc = lite.Xsqlite3_bind_int64(c.tls, p, n, v)
		case int:
			rc = lite.Xsqlite3_bind_int64(c.tls, p, n, int64(v))
		case bool:
			bit := int64(0)
			if v {
				bit = 1
			}
			rc = lite.Xsqlite3_bind_int64(c.tls, p, n, bit)
		case string:
			copy(memory(at, len(v)), v)
			rc = lite.Xsqlite3_bind_text(c.tls, p, n, at, int32(len(v)), 0)
			at += uintptr(len(v)) + 1
		case []byte:
			copy(memory(at, len(v)), v)
			rc = lite.Xsqlite3_bind_blob(c.tls, p, n, at, int32(len(v)), 0)
			at += uintptr(len(v)) + 1
		case nil:
			rc = lite.Xsqlite3_bind_null(c.tls, p, n)
		default:
			panic("store: bind takes int64, int, bool, string, []byte or nil") // naming the type would move every argument to the heap
		}
		if rc != lite.SQLITE_OK {
			return c.failure(rc)
		}
	}
	return nil
}

// reserve makes mem large enough for every text and blob in args.
func (s *stmt) reserve(args []any) error {
	need := 1
	for _, a := range args {
		switch v := a.(type) {
		case string:
			need += len(v) + 1
		case []byte:
			need += len(v) + 1
		}
	}
	if need <= s.room {
		return nil
	}
	libc.Xfree(s.c.tls, s.mem)
	s.room = max(need+need/2, 64)
	if s.mem = libc.Xmalloc(s.c.tls, types.Size_t(s.room)); s.mem == 0 {
		s.room = 0
		return errMemory
	}
	return nil
}

// next steps to the next row and reports whether there is one.
func (s *stmt) next() bool {
	switch rc := lite.Xsqlite3_step(s.c.tls, s.p); rc {
	case lite.SQLITE_ROW:
		return true
	case lite.SQLITE_DONE:
		return false
	default:
		s.err = s.c.failure(rc)
		return false
	}
}

// end makes the statement ready for its next use and returns the error that stopped it.
func (s *stmt) end() error {
	err := s.err
	s.err, s.busy = nil, false
	s.c.busy--
	if s.single {
		s.c.loose = slices.DeleteFunc(s.c.loose, func(o *stmt) bool { return o == s })
		s.free()
		return err
	}
	lite.Xsqlite3_reset(s.c.tls, s.p) // repeats the error of the step
	return err
}

// one steps once and reports whether there was a row; read its columns, then end.
func (s *stmt) one() (bool, error) {
	if s.next() {
		return true, nil
	}
	return false, s.end()
}

func (s *stmt) int64(col int) int64 { return lite.Xsqlite3_column_int64(s.c.tls, s.p, int32(col)) }

func (s *stmt) int(col int) int { return int(s.int64(col)) }

func (s *stmt) text(col int) string { return string(s.raw(col)) }

// raw is the bytes of a text or blob where SQLite keeps them: valid until the next step.
func (s *stmt) raw(col int) []byte {
	p := lite.Xsqlite3_column_blob(s.c.tls, s.p, int32(col))
	n := lite.Xsqlite3_column_bytes(s.c.tls, s.p, int32(col))
	if p == 0 || n == 0 {
		return nil
	}
	return memory(p, int(n))
}

// blob is a copy of raw.
func (s *stmt) blob(col int) []byte { return append([]byte{}, s.raw(col)...) }

// any is a copy of the value, of the type in which it is stored.
func (s *stmt) any(col int) any {
	switch lite.Xsqlite3_column_type(s.c.tls, s.p, int32(col)) {
	case lite.SQLITE_INTEGER:
		return s.int64(col)
	case lite.SQLITE_TEXT:
		return s.text(col)
	case lite.SQLITE_NULL:
		return nil
	}
	return s.blob(col)
}

// are reports whether the columns of the row have these types: i integer, t text, b blob. A flipped bit may turn a text into
// a blob of the same bytes, which no hash of the bytes finds.
func (s *stmt) are(types string) bool {
	for col := range len(types) {
		want := int32(lite.SQLITE_INTEGER)
		switch types[col] {
		case 't':
			want = lite.SQLITE_TEXT
		case 'b':
			want = lite.SQLITE_BLOB
		}
		if lite.Xsqlite3_column_type(s.c.tls, s.p, int32(col)) != want {
			return false
		}
	}
	return true
}

func (s *stmt) free() {
	lite.Xsqlite3_finalize(s.c.tls, s.p)
	libc.Xfree(s.c.tls, s.mem)
	s.p, s.mem, s.room = 0, 0, 0
}

// memory is n bytes that SQLite's own allocator keeps at p, outside Go's heap.
func memory(p uintptr, n int) []byte {
	return unsafe.Slice((*byte)(*(*unsafe.Pointer)(unsafe.Pointer(&p))), n)
}

// pointer reads the pointer that SQLite wrote at p.
func pointer(p uintptr) uintptr {
	return **(**uintptr)(unsafe.Pointer(&p))
}
