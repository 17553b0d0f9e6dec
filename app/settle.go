package app

import (
	"context"
	"fmt"
	"strings"
	"time"

	"suanpan/app/device"
	"suanpan/app/ledger"
	"suanpan/app/order"
	"suanpan/app/receipt"
	"suanpan/app/shift"
)

// Sale is a finished document with what became of it.
type Sale struct {
	SaleRow
	Doc      *Document      `json:"document"`
	Refunds  []SaleRow      `json:"refunds,omitempty"`
	Returned map[int]string `json:"returned,omitempty"` // quantity taken back, by line of the sale
	State    string         `json:"state"`              // paid, partly_refunded, refunded; on a refund: processing, done, failed
}

// Complete settles the order, the current one where id is empty: number, fact, postings, stock, receipt and drawer in one
// transaction (X1). It is refused while anything is due or a payment is open.
func (s *Shop) Complete(ctx context.Context, id order.ID) (Sale, error) {
	return change(ctx, s, "sale.complete", id, func(t *turn) (Sale, error) {
		if err := t.need(shift.Sell); err != nil {
			return Sale{}, err
		}
		if id != "" {
			if done, err := t.Sale(string(id)); err == nil && done.Kind == "sale" {
				return sale(t, done.ID) // it settled already, perhaps by itself (S13): the answer is the same sale
			}
		}
		if t.shift == nil {
			return Sale{}, refuse("no_shift", shift.ErrNone)
		}
		o, err := t.open(id, false)
		if err != nil {
			return Sale{}, err
		}
		return t.settle(o)
	})
}

// settle finishes an order inside a change.
func (t *turn) settle(o *order.Order) (Sale, error) {
	if len(o.Lines) == 0 {
		return Sale{}, refuse("order_empty", nil)
	}
	if a, err := t.pending(o.ID); err != nil || a != nil {
		return Sale{}, orElse(err, refuse("payment_open", nil, "order", string(o.ID)))
	}
	sum := order.Calc(o)
	if sum.Due != 0 {
		return Sale{}, refuse("still_due", nil, "due", sum.Due)
	}
	kind := "sale"
	if o.Return {
		kind = "refund"
	}
	t.shiftOf(o)
	o.State, o.Shift, o.Changed = order.Settled, t.shift.ID, t.now
	return t.issue(&Document{Kind: kind, Order: o, Sum: sum, Restock: o.Return, By: t.by})
}

// issue gives the document its number and writes everything that belongs to it. A document whose stored parts do not add up
// is not committed (X23).
func (t *turn) issue(d *Document) (Sale, error) {
	if err := t.trading(); err != nil {
		return Sale{}, err
	}
	if err := order.Check(d.Sum); err != nil {
		return Sale{}, err
	}
	if d.Sum.Paid != d.Sum.Total {
		return Sale{}, fmt.Errorf("%w: tenders make %d of %d", order.ErrParts, d.Sum.Paid, d.Sum.Total)
	}
	conf := t.s.config()
	numbering := conf.Numbering()
	if t.shift.Drawer != conf.Till {
		numbering = t.shift.Numbering()
	}
	n, err := t.Next(series(numbering))
	if err != nil {
		return Sale{}, err
	}
	d.No, d.Day, d.At, d.Till, d.Drawer, d.Cashier = receiptNo(numbering, n), t.shift.Day, t.now.Truncate(time.Millisecond), numbering, t.shift.Drawer, t.staff.Name
	kind := factSale
	if d.Kind == "refund" {
		kind = factRefund
	}
	var extra []receipt.Row
	for _, m := range t.s.p.Modes {
		if m.Name() == d.Order.Source.Mode {
			if extra, err = m.Settled(t.Tx, d.Order); err != nil {
				return Sale{}, err
			}
		}
	}
	f, err := t.fact(kind, d, d.core().postings()...)
	if err != nil {
		return Sale{}, err
	}
	if err := t.valued(d); err != nil {
		return Sale{}, err
	}
	if err := t.DropOrder(d.Order.ID); err != nil {
		return Sale{}, err
	}
	if err := t.paper(d, extra); err != nil {
		return Sale{}, err
	}
	t.orders[d.Order.ID] = nil
	t.tell(Event{Kind: OrderClosed, Order: d.Order.ID})
	t.tell(Event{Kind: SaleSettled, Order: d.Order.ID, Sale: string(d.Order.ID)})
	return Sale{SaleRow: row(f, d), Doc: d, State: "paid"}, nil
}

func row(f *ledger.Fact, d *Document) SaleRow {
	var e Entry
	e.document(f, d.core())
	return *e.Sale
}

// receiptNo is the till's letters and a number that sorts: A-000123.
func receiptNo(till string, n int64) string { return fmt.Sprintf("%s-%06d", till, n) }

// paper queues the drawer and then the receipt (X47). Both are rows of this transaction; nothing is printed here.
func (t *turn) paper(d *Document, extra []receipt.Row) error {
	conf := t.s.config()
	for _, tender := range d.Order.Tenders {
		if tender.Method == order.Cash && tender.State == order.Succeeded {
			if err := t.queue(device.Job{Kind: device.Drawer, Ref: string(d.Order.ID)}); err != nil {
				return err
			}
			break
		}
	}
	doc := t.s.slip(d, receipt.Sale)
	slips, err := t.cardSlips(d.Order)
	if err != nil {
		return err
	}
	doc.Extra = append(slips, extra...)
	page := receipt.Layout(doc, t.s.words(conf.Locale), t.s.columns(), t.s.second()...)
	job := device.Job{Kind: device.Paper, Page: page, Ref: string(d.Order.ID)}
	if !conf.AutoPrint {
		job.State, job.Reason = device.Cancelled, "not_asked"
	}
	return t.queue(job)
}

// GetSale reads a finished document by id or by receipt number.
func (s *Shop) GetSale(ctx context.Context, ref string) (Sale, error) {
	return view(ctx, s, func(v View) (Sale, error) { return sale(v, ref) })
}

func sale(v View, ref string) (Sale, error) {
	row, err := v.Sale(ref)
	if err != nil {
		if row, err = v.SaleByNo(strings.ToUpper(strings.TrimSpace(ref))); err != nil {
			return Sale{}, refuse("sale_not_found", ErrNoSale, "sale", ref)
		}
	}
	d, _, err := document(v, row)
	if err != nil {
		return Sale{}, err
	}
	out := Sale{SaleRow: row, Doc: d, State: "paid"}
	if row.Kind == "refund" {
		out.State, err = refundState(v, d)
		return out, err
	}
	if out.Refunds, err = v.Refunds(row.ID); err != nil || len(out.Refunds) == 0 {
		return out, err
	}
	already, err := returned(v, out.Refunds)
	if err != nil {
		return out, err
	}
	out.Returned, out.State = map[int]string{}, "partly_refunded"
	for no, q := range already {
		out.Returned[no] = q.String()
	}
	if len(order.Whole(d.Order, already)) == 0 {
		out.State = "refunded"
	}
	return out, nil
}

// Sales lists finished documents, newest first. Numbers of members are masked (X42); they are found whole.
func (s *Shop) Sales(ctx context.Context, q SalesQuery) ([]SaleRow, error) {
	if q.Limit <= 0 || q.Limit > 500 {
		q.Limit = 100
	}
	return view(ctx, s, func(v View) ([]SaleRow, error) {
		rows, err := v.SalesIn(q)
		for i := range rows {
			if strings.Trim(rows[i].Label, "+0123456789 -") == "" { // a telephone or card number, and not a table's name
				rows[i].Label = masked(rows[i].Label)
			}
		}
		return rows, err
	})
}
