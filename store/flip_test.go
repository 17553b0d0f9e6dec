//go:build linux

package store

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"suanpan/app"
	"suanpan/app/ledger"

	lite "modernc.org/sqlite/lib"
)

// span is a piece of the file that belongs to a row.
type span struct {
	from, to int
	unread   int // place of a byte without meaning: the type of seq, which SQLite reads from the row number instead (§2.3)
}

// rowsOf lists the bytes of all rows of a table: each cell's row number and record, as the SQLite file format §1.6 lays
// them out. Records here fit into their page.
func rowsOf(file []byte, root int) (out []span) {
	const page = 4096
	at := (root - 1) * page
	head, kind := at, file[at]
	if root == 1 {
		head, kind = at+100, file[at+100]
	}
	cells, first := int(binary.BigEndian.Uint16(file[head+3:])), head+8
	if kind == 5 || kind == 2 {
		first = head + 12
		out = append(out, rowsOf(file, int(binary.BigEndian.Uint32(file[head+8:])))...)
	}
	for i := range cells {
		cell := at + int(binary.BigEndian.Uint16(file[first+2*i:]))
		if kind == 5 || kind == 2 {
			out = append(out, rowsOf(file, int(binary.BigEndian.Uint32(file[cell:])))...)
			cell += 4
		}
		if kind == 5 {
			continue // only a row number to steer by
		}
		n, w := varint(file[cell:])
		start := cell + w
		if kind == 13 {
			_, w := varint(file[start:])
			out = append(out, span{start, start + w + n, start + w + 1})
		} else {
			out = append(out, span{start, start + n, -1})
		}
	}
	return out
}

// varint reads SQLite's own, highest bits first.
func varint(b []byte) (n, width int) {
	for i := range 9 {
		n = n<<7 | int(b[i]&0x7f)
		if b[i] < 0x80 {
			return n, i + 1
		}
	}
	return n, 9
}

// verify looks at journal, totals and index as suanpan verify does: the chain, and what it folds to.
func verify(path string) (err error) {
	c, err := openConn(path, lite.SQLITE_OPEN_READONLY)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.close()) }()
	v := &view{c: c}
	head, hash, err := v.Head()
	if err != nil {
		return err
	}
	var last [32]byte
	want := map[string]app.Delta{}
	n := int64(0)
	err = v.Facts(0, 0, func(f *ledger.Fact) error {
		if err := f.Follows(n+1, last); err != nil {
			return err
		}
		n, last = n+1, f.Hash
		for _, p := range f.Postings {
			d := want[p.Account]
			want[p.Account] = app.Delta{Scope: "account", Key: p.Account, N: d.N + 1, Minor: d.Minor + p.Minor}
		}
		return nil
	})
	if err != nil || n != head || last != hash {
		return errors.Join(err, fmt.Errorf("%d facts of %d", n, head))
	}
	if err := v.EachTotal(func(d app.Delta) error {
		if want[d.Key] != d {
			return fmt.Errorf("total %+v, want %+v", d, want[d.Key])
		}
		delete(want, d.Key)
		return nil
	}); err != nil || len(want) > 0 {
		return errors.Join(err, fmt.Errorf("%d totals missing", len(want)))
	}
	row := 0
	err = v.EachSale(0, func(r app.SaleRow) error {
		if row++; r != rowFor(row) {
			return fmt.Errorf("index row %+v", r)
		}
		return nil
	})
	if row != int(n) {
		err = errors.Join(err, fmt.Errorf("%d index rows", row))
	}
	return err
}

func rowFor(n int) app.SaleRow {
	return app.SaleRow{Seq: int64(n), ID: fmt.Sprintf("01990000-0000-7000-9000-%012d", n), No: fmt.Sprintf("T1-%06d", n), At: noon.Add(time.Duration(n) * time.Minute),
		Kind: "sale", Shift: "s1", Staff: "amy", Total: int64(n), Label: "桌 7"}
}

// TestEveryFlippedBitIsFound flips 1,000 bits in rows of the journal, the index and the totals, one at a time.
func TestEveryFlippedBitIsFound(t *testing.T) {
	dir := t.TempDir()
	s := reopen(t, dir)
	err := s.Update(context.Background(), func(tx app.Tx) error {
		for n := 1; n <= 60; n++ {
			row, f := rowFor(n), testFact(n)
			var e app.Entry
			for _, p := range f.Postings {
				e.Totals = append(e.Totals, app.Delta{Scope: "account", Key: p.Account, N: 1, Minor: p.Minor})
			}
			e.Sale = &row
			if err := tx.Append(f, e); err != nil {
				return err
			}
		}
		return nil
	})
	if err := errors.Join(err, s.Close()); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, fileName)
	c, err := openConn(path, lite.SQLITE_OPEN_READONLY)
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var rows []span
	for _, table := range []string{"fact", "posting", "sale", "total"} {
		root, err := number(c, "SELECT rootpage FROM sqlite_schema WHERE name = ?1", table)
		if err != nil {
			t.Fatal(err)
		}
		some := rowsOf(file, int(root))
		for len(some) < 500 && table == "total" { // two rows: as often as the others
			some = append(some, some...)
		}
		rows = append(rows, some...)
	}
	if err := errors.Join(c.close(), verify(path)); err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(file[rows[0].from:rows[0].to], []byte("青岛啤酒")) {
		t.Fatal("the rows were not found in the file")
	}
	flip(t, path, file, rows)
}

func flip(t *testing.T, path string, file []byte, rows []span) {
	seed := uint64(time.Now().UnixNano())
	rng := rand.New(rand.NewPCG(seed, 2))
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	missed := 0
	for range 1000 {
		r := rows[rng.IntN(len(rows))]
		at, bit := r.from+rng.IntN(r.to-r.from), rng.IntN(8)
		if at == r.unread {
			continue
		}
		if _, err := f.WriteAt([]byte{file[at] ^ 1<<bit}, int64(at)); err != nil {
			t.Fatal(err)
		}
		if verify(path) == nil {
			missed++
			t.Errorf("seed %d: bit %d of byte %d, in %q", seed, bit, at-r.from, file[r.from:r.to])
		}
		if _, err := f.WriteAt(file[at:at+1], int64(at)); err != nil {
			t.Fatal(err)
		}
	}
	if err := verify(path); err != nil {
		t.Fatal("after putting every bit back:", err)
	}
	t.Logf("%d of 1000 found", 1000-missed)
}
