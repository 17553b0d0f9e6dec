package app

import (
	"context"
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

// Opening is how a shift begins: the float in minor units, and how it was counted where it was.
type Opening struct {
	Float  int64           `json:"float"`
	Pieces map[int64]int64 `json:"pieces,omitempty"` // by denomination, see Denominations; they make the float
}

// OpenShift opens the current drawer's shift with a float in minor units (X30). The business date is fixed here (X9).
func (s *Shop) OpenShift(ctx context.Context, float int64) (shift.Shift, error) {
	return s.OpenShiftBy(ctx, Opening{Float: float})
}

// OpenShiftBy is OpenShift with the float counted by denomination.
func (s *Shop) OpenShiftBy(ctx context.Context, in Opening) (shift.Shift, error) {
	var params any = in
	if in.Pieces == nil {
		params = in.Float
	}
	return change(ctx, s, "shift.open", params, func(t *turn) (shift.Shift, error) {
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
		if in.Float < 0 || in.Float > money.MaxMinor {
			return shift.Shift{}, refuse("amount_invalid", nil, "amount", in.Float)
		}
		if err := t.clockBack(); err != nil {
			return shift.Shift{}, err
		}
		if sum, ok := Tally(conf.Currency, in.Pieces); in.Pieces != nil && (!ok || sum != in.Float) {
			return shift.Shift{}, refuse("count_missing", shift.ErrCount)
		}
		sh, err := t.beginShift(t.staff, in)
		if err != nil {
			return shift.Shift{}, err
		}
		if _, err := t.fact(factOpened, sh, moved(ledger.Cash(sh.Drawer), ledger.Float, in.Float, conf.Currency)...); err != nil {
			return shift.Shift{}, err
		}
		return sh, t.putShift(sh)
	})
}

// beginShift makes the next shift of the drawer at hand; from now on the change belongs to it.
func (t *turn) beginShift(who shift.Staff, in Opening) (shift.Shift, error) {
	conf := t.s.config()
	drawer := t.drawer()
	numbering := conf.numbering(drawer)
	n, err := t.Next("shift")
	if err != nil {
		return shift.Shift{}, err
	}
	next, err := t.Total("series", series(numbering))
	if err != nil {
		return shift.Shift{}, err
	}
	sh := shift.Shift{ID: NewID(), No: n, Drawer: drawer, Staff: who.ID, Name: who.Name, Day: shift.BusinessDay(t.now.Local(), conf.Cutover),
		Currency: conf.Currency, Float: in.Float, Pieces: in.Pieces, Opened: t.now.Truncate(time.Millisecond), Before: next.N, Series: numbering}
	t.shift = &sh
	return sh, nil
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
		delete(t.s.drawers, sh.Drawer)
		if sh.Open() {
			t.s.drawers[sh.Drawer] = &sh
		}
		t.s.shift = t.s.drawers[t.s.drawer]
	})
	t.tell(Event{Kind: ShiftChanged})
	b := rawJSON(sh)
	found := []string{fmt.Sprintf("no:%08d", sh.No), "day:" + sh.Day}
	if sh.Open() {
		found = append(found, openShift+sh.Drawer)
	}
	if sh.Drawer == t.s.config().Till {
		if err := t.PutSetting("shift", b); err != nil {
			return err
		}
	}
	return t.ShelfTx(shiftShelf).Put(sh.ID, b, found...)
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
