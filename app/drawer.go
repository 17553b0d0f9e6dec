package app

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"sort"
	"strings"
	"time"

	"suanpan/app/ledger"
	"suanpan/app/money"
	"suanpan/app/order"
	"suanpan/app/shift"
)

const shiftShelf = "shifts"

// cashMove is the body of a movement of cash without a sale.
type cashMove struct {
	Minor  int64  `json:"amount"`
	Reason string `json:"reason"`
	By     string `json:"approved,omitempty"`
}

// OpenShift opens the drawer's shift with a float in minor units (X30). The business date is fixed here (X9).
func (s *Shop) OpenShift(ctx context.Context, float int64) (shift.Shift, error) {
	return change(ctx, s, "shift.open", float, func(t *turn) (shift.Shift, error) {
		if err := t.need(shift.Sell); err != nil {
			return shift.Shift{}, err
		}
		if err := t.trading(); err != nil {
			return shift.Shift{}, err
		}
		conf := s.config()
		if t.shift != nil {
			return shift.Shift{}, refuse("shift_already_open", shift.ErrOpen, "shift", t.shift.ID)
		}
		if float < 0 || float > money.MaxMinor {
			return shift.Shift{}, refuse("amount_invalid", nil, "amount", float)
		}
		n, err := t.Next("shift")
		if err != nil {
			return shift.Shift{}, err
		}
		next, err := t.Total("series", series(conf.Numbering()))
		if err != nil {
			return shift.Shift{}, err
		}
		sh := shift.Shift{ID: NewID(), No: n, Drawer: conf.Till, Staff: t.staff.ID, Name: t.staff.Name, Day: shift.BusinessDay(t.now.Local(), conf.Cutover),
			Currency: conf.Currency, Float: float, Opened: t.now.Truncate(time.Millisecond), Before: next.N, Series: conf.Numbering()}
		t.shift = &sh
		if _, err := t.fact(factOpened, sh, moved(ledger.Cash(sh.Drawer), ledger.Float, float, conf.Currency)...); err != nil {
			return shift.Shift{}, err
		}
		return sh, t.putShift(sh)
	})
}

// moved posts minor from one account to another; nothing for zero.
func moved(to, from string, minor int64, c money.Currency) []ledger.Posting {
	if minor == 0 {
		return nil
	}
	return []ledger.Posting{{Account: to, Minor: minor, Currency: c}, {Account: from, Minor: -minor, Currency: c}}
}

// putShift stores the shift, and the cache follows.
func (t *turn) putShift(sh shift.Shift) error {
	t.after = append(t.after, func() {
		t.s.shift = nil
		if sh.Open() {
			t.s.shift = &sh
		}
	})
	t.tell(Event{Kind: ShiftChanged})
	b := rawJSON(sh)
	if err := t.PutSetting("shift", b); err != nil {
		return err
	}
	return t.ShelfTx(shiftShelf).Put(sh.ID, b, fmt.Sprintf("no:%08d", sh.No), "day:"+sh.Day)
}

// MoveCash puts cash in (positive) or takes it out (negative), minor units, with a reason (X31). The answer is the expected
// cash for those who may see it. A refusal never reveals it.
func (s *Shop) MoveCash(ctx context.Context, minor int64, reason string) (drawer *int64, err error) {
	return change(ctx, s, "shift.cash", cashMove{Minor: minor, Reason: reason}, func(t *turn) (*int64, error) {
		if err := t.need(shift.CashMove); err != nil {
			return nil, err
		}
		conf := s.config()
		switch {
		case t.shift == nil:
			return nil, refuse("no_shift", shift.ErrNone)
		case minor == 0 || minor > money.MaxMinor || minor < -money.MaxMinor:
			return nil, refuse("amount_invalid", nil, "amount", minor)
		case strings.TrimSpace(reason) == "":
			return nil, refuse("reason_missing", nil)
		case max(minor, -minor) > *t.limits().Cash:
			if err := t.need(shift.OpenDrawer); err != nil {
				return nil, refuse("above_cap", shift.ErrCap, "cap", *t.limits().Cash, "act", string(shift.OpenDrawer))
			}
		}
		body := cashMove{Minor: minor, Reason: strings.TrimSpace(reason), By: t.by}
		if _, err := t.fact(factCash, body, moved(ledger.Cash(t.shift.Drawer), ledger.CashInOut, minor, conf.Currency)...); err != nil {
			return nil, err
		}
		t.tell(Event{Kind: ShiftChanged})
		if !t.staff.May(shift.SeeCash) {
			return nil, nil
		}
		x, err := t.s.figures(t, *t.shift, true)
		if err != nil {
			return nil, err
		}
		cash := x.Expected[order.Cash]
		return &cash, nil
	})
}

// X reports the open shift; nothing is closed. Expected cash is left out for those who may not see it before counting.
func (s *Shop) X(ctx context.Context) (shift.Figures, error) {
	i := s.Info()
	if i.Shift == nil {
		return shift.Figures{}, refuse("no_shift", shift.ErrNone)
	}
	if i.Staff == nil {
		return shift.Figures{}, refuse("not_signed_on", nil)
	}
	see := i.Staff.May(shift.SeeCash)
	return view(ctx, s, func(v View) (shift.Figures, error) { return s.figures(v, *i.Shift, see) })
}

// figures reads the totals of a shift: their cost does not grow with its sales.
func (s *Shop) figures(v View, sh shift.Shift, see bool) (shift.Figures, error) {
	f := shift.Figures{Shift: sh.ID, Day: sh.Day, Currency: sh.Currency, Float: sh.Float, Tenders: map[string]int64{}, Taxes: []shift.TaxFigure{}}
	totals, err := v.Totals("shift:" + sh.ID)
	if err != nil {
		return f, err
	}
	f.SaleCount, f.Sales = totals["sale"].N, totals["sale"].Minor
	f.RefundCount, f.Refunds = totals["refund"].N, -totals["refund"].Minor
	f.Net, f.Discounts, f.Rounding = totals["net"].Minor, totals["discount"].Minor, totals["rounding"].Minor
	f.Voids, f.Drawer = totals["void"].N, totals["drawer"].N
	f.CashIn, f.CashOut = totals["cash_in"].Minor, totals["cash_out"].Minor
	f.Fees = fees(totals)
	for key, d := range totals {
		if method, ok := strings.CutPrefix(key, "tender:"); ok {
			f.Tenders[method] = d.Minor
		}
		for prefix, to := range map[string]*[]shift.Apart{"by_hand:": &f.ByHand, "to_verify:": &f.ToVerify, "loaded:": &f.Loads} {
			if method, ok := strings.CutPrefix(key, prefix); ok {
				*to = append(*to, shift.Apart{Method: method, Count: d.N, Minor: d.Minor})
			}
		}
		if rest, ok := strings.CutPrefix(key, "tax:"); ok {
			code, rate, _ := strings.Cut(rest, ":")
			r, err := money.ParseRate(rate)
			if err != nil {
				return f, err
			}
			f.Taxes = append(f.Taxes, shift.TaxFigure{Code: code, Rate: r, Net: d.N, Tax: d.Minor})
		}
	}
	byMethod(f.ByHand)
	byMethod(f.ToVerify)
	byMethod(f.Loads)
	sort.Slice(f.Taxes, func(a, b int) bool { return f.Taxes[a].Rate > f.Taxes[b].Rate })
	if n := f.SaleCount + f.RefundCount; n > 0 {
		f.First, f.Last = receiptNo(sh.Numbering(), sh.Before+1), receiptNo(sh.Numbering(), sh.Before+n)
	}
	if see {
		f.Expected = expected(f)
	}
	return f, s.carried(v, &f)
}

// expected is what should be there: float + cash kept after change + in − out − cash refunds, which are negative tenders
// already (X33).
func expected(f shift.Figures) map[string]int64 {
	out := map[string]int64{}
	for m, v := range f.Tenders {
		out[m] = v
	}
	out[order.Cash] += f.Float + f.CashIn - f.CashOut
	return out
}

// carried names what outlives the shift: open orders and payments in doubt (X35).
func (s *Shop) carried(v View, f *shift.Figures) error {
	open, err := v.OpenAttempts()
	if err != nil {
		return err
	}
	for _, a := range open {
		if !a.State.Open() {
			continue // a refund on its way; the sale itself is certain
		}
		f.Unknown = append(f.Unknown, shift.Doubt{Payment: a.ID, Method: a.Provider, Minor: a.Amount.Minor, Order: a.Order, State: string(a.State)})
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, o := range s.orders {
		name := o.Label
		if name == "" {
			name = string(id)
		}
		if len(o.Lines) > 0 {
			f.OpenOrders = append(f.OpenOrders, name)
		}
	}
	sort.Strings(f.OpenOrders)
	return nil
}

// Count is what was counted, minor units by tender; cash must be there, the others default to what is expected.
type Count struct {
	Counted map[string]int64 `json:"counted"`
	Note    string           `json:"note,omitempty"`
}

// CloseShift counts, compares, freezes the Z and closes, in one transaction (X32, X34, X35). Any count is accepted: a
// difference is a fact and not an error; it is posted to over-short.
func (s *Shop) CloseShift(ctx context.Context, c Count) (shift.Z, error) {
	return change(ctx, s, "shift.close", c, func(t *turn) (shift.Z, error) {
		if err := t.need(shift.Close); err != nil {
			return shift.Z{}, err
		}
		if t.shift == nil {
			return shift.Z{}, refuse("no_shift", shift.ErrNone)
		}
		if _, ok := c.Counted[order.Cash]; !ok {
			return shift.Z{}, refuse("count_missing", shift.ErrCount)
		}
		if err := t.signedOff(); err != nil {
			return shift.Z{}, err
		}
		if err := t.reviewed(); err != nil {
			return shift.Z{}, err
		}
		sh := *t.shift
		f, err := s.figures(t, sh, true)
		if err != nil {
			return shift.Z{}, err
		}
		z := shift.Z{Figures: f, Counted: map[string]int64{}, Difference: map[string]int64{}, Note: strings.TrimSpace(c.Note),
			ClosedAt: t.now.Truncate(time.Millisecond), ClosedBy: t.staff.ID}
		for method, n := range c.Counted {
			if n < 0 || n > money.MaxMinor {
				return shift.Z{}, refuse("amount_invalid", nil, "amount", n)
			}
			if _, ok := f.Expected[method]; !ok && n != 0 && method != order.Cash {
				return shift.Z{}, refuse("unknown_tender", nil, "method", method)
			}
		}
		for method, want := range f.Expected {
			got, ok := c.Counted[method]
			if !ok {
				got = want
			}
			z.Counted[method], z.Difference[method] = got, got-want
		}
		if z.Number, err = t.Next("z"); err != nil {
			return shift.Z{}, err
		}
		if err := t.PutSetting("z", rawJSON(z.Number)); err != nil {
			return shift.Z{}, err
		}
		_, head, err := t.Head()
		if err != nil {
			return shift.Z{}, err
		}
		z.Head = hex.EncodeToString(head[:])
		cash := ledger.Cash(sh.Drawer)
		postings := moved(cash, ledger.OverShort, z.Difference[order.Cash], sh.Currency)
		postings = append(postings, moved("cash:safe", cash, z.Counted[order.Cash], sh.Currency)...)
		if _, err := t.fact(factClosed, z, postings...); err != nil {
			return shift.Z{}, err
		}
		sh.Closed, sh.Z = z.ClosedAt, &z
		if err := t.queuePage(s.zPage(sh), sh.ID); err != nil {
			return shift.Z{}, err
		}
		return z, t.putShift(sh)
	})
}

// Shifts lists shifts, newest first, for the office: reprinting a Z, comparing days.
func (s *Shop) Shifts(ctx context.Context, limit int) ([]shift.Shift, error) {
	return view(ctx, s, func(v View) ([]shift.Shift, error) {
		var all []shift.Shift
		err := v.Shelf(shiftShelf).List("", 100_000, func(_ string, doc json.RawMessage) error {
			var sh shift.Shift
			if err := json.Unmarshal(doc, &sh); err != nil {
				return err
			}
			all = append(all, sh)
			return nil
		})
		sort.Slice(all, func(a, b int) bool { return all[a].No > all[b].No })
		return all[:min(limit, len(all))], err
	})
}

func shiftOf(v View, id string) (shift.Shift, error) {
	var sh shift.Shift
	doc, ok, err := v.Shelf(shiftShelf).Get(id)
	if err != nil {
		return sh, err
	}
	if !ok {
		return sh, refuse("shift_not_found", shift.ErrUnknown, "shift", id)
	}
	return sh, json.Unmarshal(doc, &sh)
}
