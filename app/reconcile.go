package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"strings"
	"time"

	"suanpan/app/ledger"
	"suanpan/app/pay"
	"suanpan/app/reconcile"
	"suanpan/app/shift"
)

// Shelves of reconciliation. A work item's key is made of what it is about, so that running again finds it again.
const (
	runShelf     = "reconcile.run"
	itemShelf    = "reconcile.item"
	strayShelf   = "reconcile.stray"
	loadingShelf = "reconcile.loading"
)

// BillAsk names a bill: of a provider, of one of its days, fetched or brought.
type BillAsk struct {
	Provider string       `json:"provider"`
	Day      pay.Day      `json:"day"`            // of the provider's zone; yesterday there where empty
	Kind     pay.BillKind `json:"kind,omitempty"` // trade where empty
	Path     string       `json:"path,omitempty"` // of a file that a person brought; fetched where empty
}

// Run is one comparison of a bill with our books, as it was found. It is never changed but for being superseded.
type Run struct {
	ID        string                    `json:"run"`
	Provider  string                    `json:"provider"`
	Merchant  string                    `json:"merchant"`
	Day       pay.Day                   `json:"day"`            // the provider's
	Shop      string                    `json:"business_day"`   // the till's when it was run: another axis
	Kind      pay.BillKind              `json:"kind"`           //
	Hash      string                    `json:"hash"`           // of the bill's bytes, sha256
	Said      string                    `json:"said,omitempty"` // the hash that the provider gave
	Imported  bool                      `json:"imported,omitempty"`
	At        time.Time                 `json:"at"`
	Staff     string                    `json:"staff"`
	Rows      int                       `json:"rows"`
	Counts    map[reconcile.Class]int64 `json:"counts"`
	Ours      reconcile.Side            `json:"ours"`
	Theirs    reconcile.Side            `json:"theirs"`
	Fee       int64                     `json:"fee"`     // what the bill proves, minor units, rounded once
	Net       int64                     `json:"net"`     // paid − back − fee, theirs
	Booked    int64                     `json:"booked"`  // of Fee, in the ledger for this day
	Payouts   int64                     `json:"payouts"` // that a fund bill names
	Replaces  string                    `json:"replaces,omitempty"`
	Newer     string                    `json:"superseded_by,omitempty"`
	Followed  bool                      `json:"followed"` // everything that could be asked was asked
	Unchanged bool                      `json:"-"`        // this very bill was taken before
}

func (r Run) prefix() string { return fmt.Sprintf("%s/%s/%s/", r.Provider, r.Day, r.Kind) }

// Progress hears how far a reconciliation is. stage is fetch, read or match; rows so far. It must not block.
type Progress func(stage string, rows int)

// Reconcile fetches or opens the bill that ask names and compares it with our attempts, payment by payment (X19). The bill is
// kept and read whole before anything is booked: one that is cut off, contradicts itself, or speaks for another merchant or
// day is refused and changes nothing. The same bytes again answer the run that they made. Other bytes for the same day are a
// new run, which supersedes the one before; its items keep their owner. progress may be nil.
func (s *Shop) Reconcile(ctx context.Context, ask BillAsk, progress Progress) (Run, error) {
	if progress == nil {
		progress = func(string, int) {}
	}
	if err := s.may(ctx, shift.Reconcile); err != nil {
		return Run{}, err
	}
	p := s.provider(ask.Provider)
	if p == nil {
		return Run{}, s.absent(ask.Provider)
	}
	reader, ok := p.(pay.BillReader)
	if !ok {
		return Run{}, refuse("no_bill", nil, "provider", ask.Provider)
	}
	if ask.Kind == "" {
		ask.Kind = pay.TradeBill
	}
	zone := s.billZone(ask.Provider)
	if ask.Day == "" {
		ask.Day = pay.Day(s.p.Clock.Now().In(zone).AddDate(0, 0, -1).Format(time.DateOnly))
	}
	begins, err := time.ParseInLocation(time.DateOnly, string(ask.Day), zone)
	if err != nil {
		return Run{}, refuse("bad_params", err, "why", "day")
	}
	if !s.take("reconcile") {
		return Run{}, refuse("reconcile_busy", nil)
	}
	defer s.leave("reconcile")
	if err := s.sweepBills(ctx); err != nil {
		return Run{}, s.fault(err)
	}
	r := Run{ID: NewID(), Provider: ask.Provider, Merchant: p.Caps().Merchant, Day: ask.Day, Kind: ask.Kind, Imported: ask.Path != ""}
	source, err := s.billSource(ctx, p, ask, &r)
	if err != nil {
		return Run{}, err
	}
	r.Hash, err = s.keepBill(ctx, r.ID, source, func(n int) { progress("fetch", n) })
	if err = errors.Join(err, source.Close()); err != nil {
		return Run{}, s.drop(ctx, r.ID, refuseBill(err))
	}
	if old, ok, err := s.sameRun(ctx, r); ok || err != nil {
		if err = s.drop(ctx, r.ID, err); err == nil && !old.Followed {
			old, err = s.follow(ctx, p, old)
		}
		old.Unchanged = true
		return old, err
	}
	c := comparison{s: s, reader: reader, run: &r, from: begins, to: begins.AddDate(0, 0, 1), zone: zone, progress: progress}
	if err := c.compare(ctx); err != nil {
		return Run{}, s.drop(ctx, r.ID, err)
	}
	if r, err = c.book(ctx, ask); err != nil {
		return Run{}, s.drop(ctx, r.ID, err)
	}
	return s.follow(ctx, p, r)
}

// may checks a permission before something long begins; the change at its end checks again.
func (s *Shop) may(ctx context.Context, act shift.Act) error {
	_, err := change(WithKey(ctx, ""), s, "may", nil, func(t *turn) (bool, error) { return true, t.need(act) })
	return err
}

// billSource opens the bytes of the bill and notes what they claim to be.
func (s *Shop) billSource(ctx context.Context, p pay.Provider, ask BillAsk, r *Run) (io.ReadCloser, error) {
	if ask.Path != "" {
		if s.p.Files == nil {
			return nil, refuse("file", nil, "path", ask.Path)
		}
		f, err := s.p.Files.Open(ask.Path)
		if err != nil {
			return nil, refuse("file", err, "path", ask.Path)
		}
		return f, nil
	}
	b, ok := p.(pay.Biller)
	if !ok {
		return nil, refuse("no_bill", nil, "provider", ask.Provider)
	}
	source, meta, err := b.Bill(ctx, ask.Day, ask.Kind)
	if err != nil {
		return nil, refuse("bill_unavailable", err, "provider", ask.Provider, "day", string(ask.Day), "why", err.Error())
	}
	r.Said = meta.Hash
	if (meta.Merchant != "" && meta.Merchant != r.Merchant) || (meta.Day != "" && meta.Day != ask.Day) {
		return nil, errors.Join(refuse("bill_refused", pay.ErrBill, "why", fmt.Sprintf("%s %s", meta.Merchant, meta.Day)), source.Close())
	}
	return source, nil
}

// refuseBill says that a bill was refused whole, and why, unless the reason is ours or the person's.
func refuseBill(err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, ErrFull) || errors.Is(err, ErrDoubt) {
		return err
	}
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return refuse("bill_refused", err, "why", strings.TrimPrefix(err.Error(), pay.ErrBill.Error()+": "))
}

// sameRun finds the run that the very same bytes made, when it is the newest of its day.
func (s *Shop) sameRun(ctx context.Context, r Run) (old Run, found bool, err error) {
	old, err = view(ctx, s, func(v View) (Run, error) { return newest(v, r) })
	return old, err == nil && old.ID != "" && old.Hash == r.Hash && old.Merchant == r.Merchant, err
}

// newest is the run that stands for a provider's day, the zero Run where there is none.
func newest(v View, like Run) (Run, error) {
	var out Run
	err := v.Shelf(runShelf).List(like.prefix(), 0, func(_ string, doc json.RawMessage) error {
		var r Run
		if err := json.Unmarshal(doc, &r); err != nil {
			return err
		}
		if r.Newer == "" {
			out = r
		}
		return nil
	})
	return out, err
}

// comparison is one bill on its way into the books.
type comparison struct {
	s        *Shop
	reader   pay.BillReader
	run      *Run
	from, to time.Time
	zone     *time.Location
	progress Progress
	found    reconcile.Result
}

// compare reads the bill twice: once to the end, to know that it is whole, and once to match it, against one snapshot.
func (c *comparison) compare(ctx context.Context) error {
	r := c.run
	meta := pay.BillMeta{Merchant: r.Merchant, Day: r.Day, Hash: r.Said}
	sum, err := c.read(ctx, "read", meta, func(pay.BillLine) error { return nil })
	if err != nil {
		return refuseBill(err)
	}
	r.Rows = sum.Rows
	_, err = view(ctx, c.s, func(v View) (bool, error) {
		opt := reconcile.Options{From: c.from, To: c.to, Currency: c.s.config().Currency}
		tables, err := feeTables(v)
		if err != nil {
			return false, err
		}
		if table, ok := tables[r.Provider]; ok {
			opt.Fee = comparing(v, table, c.zone)
		}
		strays, err := straysOf(v, r.Provider, r.Day)
		if err != nil {
			return false, err
		}
		opt.Stray = func(no string, refund bool) bool { return strays[reconcile.Stray{No: no, Refund: refund}] }
		var index reconcile.Index = booksOf{v, *r, c.from, c.to}
		if r.Kind == pay.FundBill {
			index = noBooks{}
		}
		m := reconcile.New(index, opt)
		take := m.Line
		if r.Kind == pay.FundBill {
			take = func(l pay.BillLine) error { // money that moved is compared by the trade bill; here its way to the bank counts
				if l.Kind != pay.LinePayout {
					return nil
				}
				return m.Line(l)
			}
		}
		if _, err := c.read(ctx, "match", meta, take); err != nil {
			return false, refuseBill(err)
		}
		c.found, err = m.Finish()
		if errors.Is(err, reconcile.ErrStrange) {
			return false, refuseBill(err)
		}
		return true, err
	})
	r.Counts, r.Ours, r.Theirs = c.found.Counts, c.found.Ours, c.found.Theirs
	r.Fee, r.Payouts = reconcile.Round(r.Theirs.Fee, c.s.config().Currency), r.Theirs.Payouts
	r.Net = r.Theirs.Paid - r.Theirs.Back - r.Fee
	return err
}

func (c *comparison) read(ctx context.Context, stage string, meta pay.BillMeta, each func(pay.BillLine) error) (pay.BillSum, error) {
	body, err := c.s.openBill(ctx, c.run.ID)
	if err != nil {
		return pay.BillSum{}, err
	}
	n := 0
	sum, err := c.reader.ReadBill(body, meta, func(l pay.BillLine) error {
		if n++; n%1000 == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
			c.progress(stage, n)
		}
		return each(l)
	})
	return sum, errors.Join(err, body.Close())
}

// book writes the run, its items, its fact and the fees that it proves, in one transaction.
func (c *comparison) book(ctx context.Context, ask BillAsk) (Run, error) {
	return change(ctx, c.s, "reconcile.run", ask, func(t *turn) (Run, error) {
		r := *c.run
		if err := t.need(shift.Reconcile); err != nil {
			return r, err
		}
		r.At, r.Staff = t.now.Truncate(time.Millisecond), t.staff.ID
		r.Shop = shift.BusinessDay(t.now.Local(), t.s.config().Cutover)
		if t.shift != nil {
			r.Shop = t.shift.Day
		}
		before, err := newest(t, r)
		if err != nil {
			return r, err
		}
		r.Replaces = before.ID
		if r.Kind == pay.TradeBill {
			r.Booked = r.Fee
		}
		body := maps.Clone(r.figures())
		if _, err := t.fact("reconcile.run", body, moved(ledger.Fees+":"+r.Provider, ledger.Clearing+":"+r.Provider, r.Booked-before.Booked, t.s.config().Currency)...); err != nil {
			return r, err
		}
		if before.ID != "" {
			before.Newer = r.ID
			if err := t.putRun(before); err != nil {
				return r, err
			}
		}
		if err := t.putItems(r, c.found); err != nil {
			return r, err
		}
		if err := t.putStrays(r, c.found.Strays); err != nil {
			return r, err
		}
		if err := t.ShelfTx(loadingShelf).Delete(r.ID); err != nil {
			return r, err
		}
		t.tell(Event{Kind: Reconciled})
		return r, t.putRun(r)
	})
}

// figures is the body of a run's fact: gross, fee and net apart, and how many of each class (B12, B13).
func (r Run) figures() map[string]any {
	return map[string]any{"run": r.ID, "provider": r.Provider, "merchant": r.Merchant, "day": r.Day, "kind": r.Kind, "hash": r.Hash, "rows": r.Rows,
		"counts": r.Counts, "gross": r.Theirs.Paid, "back": r.Theirs.Back, "fee": r.Fee, "net": r.Net, "replaces": r.Replaces, "imported": r.Imported}
}

func (t *turn) putRun(r Run) error {
	return t.ShelfTx(runShelf).Put(r.prefix()+r.ID, rawJSON(r), "day:"+string(r.Day), "run:"+r.ID)
}

// Runs lists the runs of a provider's day, oldest first; of every provider where provider is empty. Those that were superseded
// are among them, marked.
func (s *Shop) Runs(ctx context.Context, day pay.Day, provider string) ([]Run, error) {
	return view(ctx, s, func(v View) ([]Run, error) {
		keys, err := v.Shelf(runShelf).Find("day:"+string(day), 0)
		out := []Run{}
		for _, k := range keys {
			if provider != "" && !strings.HasPrefix(k, provider+"/") {
				continue
			}
			var r Run
			if _, err := get(v, runShelf, k, &r); err != nil {
				return nil, err
			}
			out = append(out, r)
		}
		return out, err
	})
}

// get reads one document; false where there is none.
func get(v View, shelf, key string, into any) (bool, error) {
	doc, ok, err := v.Shelf(shelf).Get(key)
	if err != nil || !ok {
		return false, err
	}
	return true, json.Unmarshal(doc, into)
}
