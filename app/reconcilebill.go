package app

import (
	"bufio"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"suanpan/app/pay"
	"suanpan/app/reconcile"
)

// billPart is how much of a packed bill is written at once: one short transaction, between which selling goes on.
const billPart = 256 << 10

// billMax bounds a bill's bytes, unpacked: a provider that never ends must not fill the disk.
const billMax = 4 << 30

// keepBill packs what source gives into the store and answers the sha256 of its bytes. A file that is packed already is
// unpacked first: the hash is of what the provider wrote.
func (s *Shop) keepBill(ctx context.Context, id string, source io.Reader, progress func(bytes int)) (string, error) {
	err := s.p.Store.Update(ctx, func(tx Tx) error { return tx.ShelfTx(loadingShelf).Put(id, rawJSON(s.p.Clock.Now())) })
	if err != nil {
		return "", err
	}
	in := bufio.NewReaderSize(source, 64<<10)
	var plain io.Reader = in
	if head, _ := in.Peek(2); len(head) == 2 && head[0] == 0x1f && head[1] == 0x8b {
		if plain, err = gzip.NewReader(in); err != nil {
			return "", fmt.Errorf("%w: %w", pay.ErrBill, err)
		}
	}
	parts := &billParts{s: s, ctx: ctx, id: id}
	pack, err := gzip.NewWriterLevel(parts, gzip.BestSpeed)
	if err != nil {
		return "", err
	}
	sum := sha256.New()
	all := io.TeeReader(io.LimitReader(plain, billMax+1), sum)
	buf, total := make([]byte, 64<<10), 0
	for {
		n, err := all.Read(buf)
		if total += n; total > billMax {
			return "", fmt.Errorf("%w: larger than %d bytes", pay.ErrBill, int64(billMax))
		}
		if _, werr := pack.Write(buf[:n]); werr != nil {
			return "", werr
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return "", err
		}
		if err := ctx.Err(); err != nil {
			return "", err
		}
		progress(total)
	}
	if err := errors.Join(pack.Close(), parts.flush()); err != nil {
		return "", err
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// billParts writes parts of a bill to the store.
type billParts struct {
	s   *Shop
	ctx context.Context
	id  string
	n   int
	buf []byte
}

func (w *billParts) Write(p []byte) (int, error) {
	w.buf = append(w.buf, p...)
	for len(w.buf) >= billPart {
		if err := w.put(w.buf[:billPart]); err != nil {
			return 0, err
		}
		w.buf = append(w.buf[:0], w.buf[billPart:]...)
	}
	return len(p), nil
}

func (w *billParts) flush() error {
	if len(w.buf) == 0 {
		return nil
	}
	return w.put(w.buf)
}

func (w *billParts) put(body []byte) error {
	err := w.s.p.Store.Update(w.ctx, func(tx Tx) error { return tx.PutBillPart(w.id, w.n, body) })
	w.n++
	return err
}

// openBill reads a kept bill from its beginning. A part is read at a time.
func (s *Shop) openBill(ctx context.Context, id string) (io.ReadCloser, error) {
	return gzip.NewReader(&billReader{s: s, ctx: ctx, id: id})
}

type billReader struct {
	s    *Shop
	ctx  context.Context
	id   string
	n    int
	part []byte
}

func (r *billReader) Read(p []byte) (int, error) {
	for len(r.part) == 0 {
		err := r.s.p.Store.View(r.ctx, func(v View) error {
			var ok bool
			var err error
			if r.part, ok, err = v.BillPart(r.id, r.n); err == nil && !ok {
				err = io.EOF
			}
			return err
		})
		if err != nil {
			return 0, err
		}
		r.n++
	}
	n := copy(p, r.part)
	r.part = r.part[n:]
	return n, nil
}

// drop forgets a bill that was not taken and answers why, as the shop's own error.
func (s *Shop) drop(ctx context.Context, id string, why error) error {
	err := s.p.Store.Update(context.WithoutCancel(ctx), func(tx Tx) error {
		if err := tx.DropBill(id); err != nil {
			return err
		}
		return tx.ShelfTx(loadingShelf).Delete(id)
	})
	if why == nil && err == nil {
		return nil
	}
	return s.fault(errors.Join(why, err))
}

// sweepBills forgets bills that a crash left half way.
func (s *Shop) sweepBills(ctx context.Context) error {
	return s.p.Store.Update(ctx, func(tx Tx) error {
		var left []string
		err := tx.ShelfTx(loadingShelf).List("", 0, func(key string, _ json.RawMessage) error { left = append(left, key); return nil })
		for _, id := range left {
			err = errors.Join(err, tx.DropBill(id), tx.ShelfTx(loadingShelf).Delete(id))
		}
		return err
	})
}

// booksOf is our side of a bill, in one snapshot.
type booksOf struct {
	v        View
	run      Run
	from, to time.Time
}

func (b booksOf) mine(o reconcile.Ours, ok, refund bool) bool {
	return ok && o.Provider == b.run.Provider && o.Merchant == b.run.Merchant && o.Refund == refund
}

// ByNo implements reconcile.Index.
func (b booksOf) ByNo(no string, refund bool) (reconcile.Ours, bool, error) {
	o, ok, err := b.v.MovementByNo(no)
	return o, b.mine(o, ok, refund), err
}

// ByTxn implements reconcile.Index.
func (b booksOf) ByTxn(txn string, refund bool) (reconcile.Ours, bool, error) {
	o, ok, err := b.v.MovementByTxn(b.run.Provider, txn, refund)
	return o, b.mine(o, ok, refund), err
}

// OfDay implements reconcile.Index.
func (b booksOf) OfDay(each func(reconcile.Ours) error) error {
	return b.v.MovementsIn(b.run.Provider, b.from, b.to, func(o reconcile.Ours) error {
		if o.Merchant != b.run.Merchant {
			return nil
		}
		return each(o)
	})
}

// noBooks is our side of a bill that is not compared payment by payment.
type noBooks struct{}

func (noBooks) ByNo(string, bool) (reconcile.Ours, bool, error)  { return reconcile.Ours{}, false, nil }
func (noBooks) ByTxn(string, bool) (reconcile.Ours, bool, error) { return reconcile.Ours{}, false, nil }
func (noBooks) OfDay(func(reconcile.Ours) error) error           { return nil }
