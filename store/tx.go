package store

import (
	"crypto/sha256"

	"suanpan/app"
)

// view reads. It implements app.View on one connection within one transaction.
type view struct {
	c    *conn
	pend *pending // of the writer, to be written before the catalogue is read; nil in a reader
}

// tx is the writer. It implements app.Tx and is the same from transaction to transaction.
type tx struct {
	view
	head  place // of the journal, as committed
	now   place // of the journal, within this transaction
	forms map[form]int64
}

var (
	_ app.View = (*view)(nil)
	_ app.Tx   = (*tx)(nil)
)

// place is the end of the journal.
type place struct {
	seq  int64
	hash [sha256.Size]byte
}

func newTx(c *conn) *tx {
	return &tx{view: view{c: c, pend: newPending()}}
}

// load reads what the writer keeps in memory.
func (t *tx) load() error {
	var err error
	if t.head.seq, t.head.hash, err = t.view.Head(); err != nil {
		return err
	}
	t.forms, err = t.loadForms()
	return err
}

func (t *tx) begin() error {
	t.now = t.head
	return t.c.exec("BEGIN IMMEDIATE")
}

// committed takes over what a transaction changed in memory.
func (t *tx) committed() { t.head = t.now }

// abandon forgets it.
func (t *tx) abandon() {
	t.pend.clear()
	t.forms = nil // read again when needed
}

// flush writes what was put off.
func (t *tx) flush() error { return t.view.flush() }

func (v *view) flush() error {
	if v.pend == nil || v.pend.empty() {
		return nil
	}
	return v.pend.write(v.c, true)
}

// Next gives the next number of a series. It is used up only by the commit.
func (t *tx) Next(series string) (int64, error) {
	return number(t.c, "INSERT INTO series (name, last) VALUES (?1, 1) ON CONFLICT (name) DO UPDATE SET last = last + 1 RETURNING last", series)
}

// number runs a statement that gives one row with one number; 0 where it gives none.
func number(c *conn, sql string, args ...any) (int64, error) {
	s, err := c.query(sql, args...)
	if err != nil {
		return 0, err
	}
	n := int64(0)
	if s.next() {
		n = s.int64(0)
		for s.next() { // RETURNING is done only when stepped to its end
			continue
		}
	}
	return n, s.end()
}
