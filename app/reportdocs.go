package app

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"suanpan/app/money"
	"suanpan/app/report"
)

// DocumentsAsk asks which documents a number of a report is made of.
type DocumentsAsk struct {
	By    report.By `json:"by,omitempty"`  // every document of the period where empty
	Key   string    `json:"key,omitempty"` // of the row
	From  string    `json:"from"`
	To    string    `json:"to,omitempty"`
	After string    `json:"after,omitempty"` // Next of the page before
	Limit int       `json:"limit,omitempty"` // up to 500, 100 where zero
}

// ReportDocument is a document with what it adds to the number that was asked about. For fees it is a payment that came in;
// No is then its own number.
type ReportDocument struct {
	SaleRow
	Day   string    `json:"day"`
	Qty   money.Qty `json:"qty,omitempty"` // thousandths; of items and categories
	Minor int64     `json:"amount"`        // as report.Row.Minor
}

// Documents is one page of them, newest day first.
type Documents struct {
	Rows []ReportDocument `json:"rows"`
	Next string           `json:"next,omitempty"` // asks for the page behind this one; empty at the end
}

// drill is a walk through the documents of a period.
type drill struct {
	s   *Shop
	v   View
	ask DocumentsAsk
	out Documents
}

// ReportDocuments lists the documents behind a row of a report, found by the same fold that made the number: their amounts
// add up to it. Days on which nothing was added are passed over unread. It needs the permission to see the ledger.
func (s *Shop) ReportDocuments(ctx context.Context, ask DocumentsAsk) (Documents, error) {
	dims := []report.By{}
	if ask.By != "" {
		dims = append(dims, ask.By)
	}
	p, err := ReportAsk{By: dims, From: ask.From, To: ask.To}.period()
	if err != nil {
		return Documents{}, err
	}
	if err := s.reads(ctx); err != nil {
		return Documents{}, err
	}
	if ask.Limit <= 0 || ask.Limit > 500 {
		ask.Limit = 100
	}
	if ask.By == report.Day { // its row is the whole day
		if report.IsDay(ask.Key) && p.Has(ask.Key) {
			p = report.Period{From: ask.Key, To: ask.Key}
		}
		ask.By, ask.Key = "", ""
	}
	return view(ctx, s, func(v View) (Documents, error) {
		d := &drill{s: s, v: v, ask: ask, out: Documents{Rows: []ReportDocument{}}}
		lastDay, lastSeq, err := cursor(ask.After)
		if err != nil {
			return Documents{}, err
		}
		for _, day := range p.Days() {
			if lastDay != "" && day > lastDay {
				continue
			}
			before := int64(0)
			if day == lastDay {
				before = lastSeq
			}
			if more, err := d.day(ctx, day, before); err != nil || !more {
				return d.out, err
			}
		}
		return d.out, nil
	})
}

// cursor reads a cursor: a day, and the entry before which it goes on.
func cursor(after string) (day string, seq int64, err error) {
	if after == "" {
		return "", 0, nil
	}
	day, n, _ := strings.Cut(after, "/")
	if seq, err = strconv.ParseInt(n, 10, 64); err != nil || !report.IsDay(day) {
		return "", 0, refuse("period_invalid", err, "after", after)
	}
	return day, seq, nil
}

// totals are the scope and the keys whose deltas count for the row that was asked about.
func (d *drill) totals(day string) (scope string, keys []string) {
	scope, k := dayScope+day, d.ask.Key
	switch d.ask.By {
	case report.Hour:
		return scope, []string{"sale:" + k, "refund:" + k}
	case report.Item:
		return itemsScope + day, []string{"sku:" + k}
	case report.Margin:
		return scope, []string{"cost:" + k}
	case report.Fees:
		return scope, []string{"gross:" + k, "fee:" + k}
	}
	return scope, []string{string(d.ask.By) + ":" + k}
}

// day lists one day's documents below an entry (0: all); false when the page is full.
func (d *drill) day(ctx context.Context, day string, before int64) (bool, error) {
	scope, keys := d.totals(day)
	if d.ask.By != "" {
		any := false
		for _, key := range keys {
			t, err := d.v.Total(scope, key)
			if err != nil {
				return false, err
			}
			any = any || t.N != 0 || t.Minor != 0
		}
		if !any {
			return true, nil // what came to nothing is not looked for
		}
	}
	rows, err := d.s.dayRows(d.v, day)
	if err != nil {
		return false, err
	}
	if d.ask.By == report.Fees {
		if rows, err = d.payments(day); err != nil {
			return false, err
		}
	}
	for _, row := range rows {
		if before > 0 && row.Seq >= before {
			continue
		}
		if err := ctx.Err(); err != nil {
			return false, err
		}
		one, ok, err := d.look(row, day, scope, keys)
		if err != nil {
			return false, err
		}
		if !ok {
			continue
		}
		if len(d.out.Rows) == d.ask.Limit {
			last := d.out.Rows[len(d.out.Rows)-1]
			d.out.Next = fmt.Sprintf("%s/%d", last.Day, last.Seq)
			return false, nil
		}
		d.out.Rows = append(d.out.Rows, one)
	}
	return true, nil
}

// dayRows are the finished documents of a business day, newest first.
func (s *Shop) dayRows(v View, day string) (out []SaleRow, err error) {
	ids, err := v.Shelf(shiftShelf).Find("day:"+day, 1000)
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		rows, err := v.SalesIn(SalesQuery{Shift: id})
		if err != nil {
			return nil, err
		}
		out = append(out, rows...)
	}
	slices.SortFunc(out, func(a, b SaleRow) int { return int(b.Seq - a.Seq) })
	return out, nil
}

// look folds the fact behind a row and takes out what it adds to the number.
func (d *drill) look(row SaleRow, day, scope string, keys []string) (ReportDocument, bool, error) {
	one := ReportDocument{SaleRow: row, Day: day, Minor: row.Total}
	if strings.Trim(row.Label, "+0123456789 -") == "" {
		one.Label = masked(row.Label)
	}
	if d.ask.By == "" {
		return one, true, nil
	}
	f, err := d.v.Fact(row.Seq)
	if err != nil {
		return one, false, err
	}
	e, err := Fold(f)
	if err != nil {
		return one, false, err
	}
	sums := report.Sums{}
	found := false
	for _, t := range e.Totals {
		if t.Scope == scope && slices.Contains(keys, t.Key) {
			sums.Add(t.Key, t.N, t.Minor)
			found = true
		}
	}
	for _, r := range sums.Rows(d.ask.By) {
		one.Minor, one.Qty = r.Minor, r.Qty
	}
	return one, found, nil
}
