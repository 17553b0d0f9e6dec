// Package store keeps the shop in one SQLite file and implements app.Store, and app.Files for what people name.
//
// A folder holds shop.db with its write-ahead log, shop.heads (ends of the journal as they were seen), shop.lock (who owns
// the folder, how to reach that process) and shop.mark
// (that a shop was made here, and whether it was closed in order), so that a file that vanished is noticed and never
// replaced by an empty one. SQLite is modernc.org/sqlite, called through its library directly (sqlite.go says why).
//
// One connection writes, each transaction fsync'd (WAL, synchronous=FULL) before Update returns; others read snapshots.
package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"suanpan/app"
)

// Names inside the folder.
const (
	fileName = "shop.db"
	lockName = "shop.lock"
	markName = "shop.mark"
)

// Options change how a shop is opened; the zero value is right for trading.
type Options struct {
	Sync    string // "FULL" where empty; the power-cut harness proves itself with "NORMAL"
	Readers int    // connections that read at the same time; 3 where zero

	Doubtful bool // open it to look at, although its newest facts do not follow each other: for verify, which says why

	scripts []script // the embedded schema where nil; tests bring others
}

// Store is one open shop. Its methods may be called from several goroutines.
type Store struct {
	dir     string
	opt     Options
	owner   *owner
	turn    chan struct{} // held by the one who writes
	w       *tx           // the writer
	doubt   error         // after a failed commit: nothing is written until the shop is opened anew
	readers chan *view    // nil where not opened yet
	closed  chan struct{}
	heads   sync.Mutex // held while shop.heads is written
}

var _ app.Store = (*Store)(nil)

// Open opens the shop in dir, making the folder and an empty shop where there is none. It owns the folder until Close.
// Errors wrap app.ErrOwned (with the owner's process id), ErrForeign, ErrDamaged or ErrFull, and say what was found.
func Open(ctx context.Context, dir string, opt Options) (*Store, error) {
	if opt.scripts == nil {
		var err error
		if opt.scripts, err = embedded(); err != nil {
			return nil, err
		}
	}
	if opt.Readers <= 0 {
		opt.Readers = 3
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, disk(fmt.Errorf("store: %w", err))
	}
	o, err := claim(dir)
	if err != nil {
		return nil, fmt.Errorf("store: %s: %w", dir, err)
	}
	s := &Store{dir: dir, opt: opt, owner: o, turn: make(chan struct{}, 1), readers: make(chan *view, opt.Readers), closed: make(chan struct{})}
	if err := s.open(ctx); err != nil {
		return nil, fmt.Errorf("store: %s: %w", dir, errors.Join(err, o.release()))
	}
	return s, nil
}

func (s *Store) open(ctx context.Context) error {
	path := filepath.Join(s.dir, fileName)
	if err := prepareFile(s.dir, s.opt.scripts); err != nil {
		return disk(err)
	}
	c, err := openWriter(path, s.opt.Sync)
	if err != nil {
		return translate(err)
	}
	s.w = newTx(c)
	err = func() error {
		if err := migrate(c, s.opt.scripts); err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := s.w.load(); err != nil {
			return err
		}
		if s.opt.Doubtful {
			return nil
		}
		return check(&s.w.view)
	}()
	if err == nil {
		err = mark(s.dir, opened)
	}
	if err != nil {
		return errors.Join(translate(err), c.close())
	}
	for range s.opt.Readers {
		s.readers <- nil
	}
	return nil
}

// Dir is the folder.
func (s *Store) Dir() string { return s.dir }

// View runs fn on one snapshot of the shop. It waits while every reader is taken.
func (s *Store) View(ctx context.Context, fn func(app.View) error) error {
	var v *view
	select {
	case v = <-s.readers:
	case <-s.closed:
		return errClosed
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { s.readers <- v }()
	if v == nil {
		c, err := openReader(filepath.Join(s.dir, fileName))
		if err != nil {
			return translate(err)
		}
		v = &view{c: c}
	}
	if err := v.c.exec("BEGIN"); err != nil {
		return translate(err)
	}
	defer func() {
		v.c.quiet()
		if v.c.exec("COMMIT") != nil && v.c.inTransaction() {
			_ = v.c.exec("ROLLBACK") // ends reading; there is nothing to lose
		}
	}()
	return translate(fn(v))
}

var errClosed = errors.New("store: closed")

// Update runs fn in the one writing transaction and commits what it did. fn must not call Update. See app.Store for what
// the errors promise. ctx is heeded while waiting for the turn, not after: a commit is never abandoned half way.
func (s *Store) Update(ctx context.Context, fn func(app.Tx) error) error {
	select {
	case s.turn <- struct{}{}:
	case <-s.closed:
		return errClosed
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-s.turn }()
	if s.doubt != nil {
		return s.doubt
	}
	if s.w == nil {
		return errClosed
	}
	if err := s.w.begin(); err != nil {
		return translate(err)
	}
	committed := false
	defer func() {
		if !committed {
			s.rollback()
		}
	}()
	if err := fn(s.w); err != nil {
		return translate(err)
	}
	if err := s.w.flush(); err != nil {
		return translate(err)
	}
	if err := s.w.c.exec("COMMIT"); err != nil {
		return s.uncommitted(err)
	}
	committed = true
	s.w.committed()
	return nil
}

// uncommitted says what a failed COMMIT means. A full disk and a busy file refuse the commit frame, so nothing happened.
// After any other failure the frame may have reached the disk and be found when the file is opened again.
func (s *Store) uncommitted(err error) error {
	switch code(err) {
	case codeFull, codeBusy:
		return translate(err)
	}
	s.doubt = fmt.Errorf("%w: %w", app.ErrDoubt, err)
	return s.doubt
}

func (s *Store) rollback() {
	s.w.abandon()
	s.w.c.quiet()
	if !s.w.c.inTransaction() {
		return
	}
	if err := s.w.c.exec("ROLLBACK"); err != nil && s.doubt == nil {
		s.doubt = fmt.Errorf("%w: %w", app.ErrDoubt, err)
	}
}

// Integrity runs SQLite's own check of the whole file and returns what it found, one sentence each: seconds per gigabyte,
// while selling goes on. It finds damage that no row shows; what rows say is proven by the shop's Verify.
func (s *Store) Integrity(ctx context.Context) (found []string, err error) {
	err = s.View(ctx, func(v app.View) error {
		found, err = v.(*view).integrity()
		return err
	})
	return found, err
}

// Close waits for what is running, closes the file in order and gives up the folder.
func (s *Store) Close() error {
	s.turn <- struct{}{}
	defer func() { <-s.turn }()
	if s.w == nil {
		return nil
	}
	close(s.closed)
	var errs []error
	for range s.opt.Readers {
		if v := <-s.readers; v != nil {
			errs = append(errs, v.c.close())
		}
	}
	end := s.w.head
	errs = append(errs, s.w.c.close())
	s.w = nil
	if errors.Join(errs...) == nil && s.doubt == nil {
		errs = append(errs, s.lastWord(end), mark(s.dir, shut))
	}
	errs = append(errs, s.owner.release())
	return errors.Join(errs...)
}
