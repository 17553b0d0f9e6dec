package app

import (
	"context"
	"fmt"
	"strings"

	"suanpan/app/ledger"
	"suanpan/app/money"
	"suanpan/app/order"
	"suanpan/app/receipt"
	"suanpan/app/shift"
)

// cashMove is the body of a movement of cash without a sale.
type cashMove struct {
	Minor   int64  `json:"amount"`
	Reason  string `json:"reason"`
	By      string `json:"approved,omitempty"`
	Slip    string `json:"slip,omitempty"`
	Bag     string `json:"bag,omitempty"`     // of a pick-up
	Witness string `json:"witness,omitempty"` // who signed with the cashier
}

// bagShelf keeps the numbers of bags that went to the safe.
const bagShelf = "bags"

// CashPut is one movement of cash: Minor positive puts in, negative takes out. A pick-up goes to the safe in a numbered bag.
type CashPut struct {
	Minor  int64  `json:"amount"`
	Reason string `json:"reason"`
	PickUp bool   `json:"pick_up,omitempty"`
	Bag    string `json:"bag,omitempty"`
}

// CashMoved is what came of it. Drawer is the expected cash, for those who may see it.
type CashMoved struct {
	Slip   string `json:"slip"`
	Drawer *int64 `json:"drawer,omitempty"`
}

// MoveCash puts cash in (positive) or takes it out (negative), minor units, with a reason (X31). The answer is the expected
// cash for those who may see it. A refusal never reveals it.
func (s *Shop) MoveCash(ctx context.Context, minor int64, reason string) (drawer *int64, err error) {
	m, err := s.PutCash(ctx, CashPut{Minor: minor, Reason: reason})
	return m.Drawer, err
}

// PutCash moves cash and prints a slip to be signed. Above the person's cap somebody must approve. A pick-up wants a bag
// number that was never used, and always a second person, whose name stands on the slip (S16).
func (s *Shop) PutCash(ctx context.Context, in CashPut) (CashMoved, error) {
	return change(ctx, s, "shift.cash", in, func(t *turn) (CashMoved, error) {
		if err := t.need(shift.CashMove); err != nil {
			return CashMoved{}, err
		}
		limit := *t.limits().Cash
		switch {
		case t.shift == nil:
			return CashMoved{}, refuse("no_shift", shift.ErrNone)
		case in.Minor == 0 || in.Minor > money.MaxMinor || in.Minor < -money.MaxMinor || in.PickUp && in.Minor > 0:
			return CashMoved{}, refuse("amount_invalid", nil, "amount", in.Minor)
		case strings.TrimSpace(in.Reason) == "" && !in.PickUp:
			return CashMoved{}, refuse("reason_missing", nil)
		case max(in.Minor, -in.Minor) > limit:
			if err := t.need(shift.OpenDrawer); err != nil {
				return CashMoved{}, refuse("above_cap", shift.ErrCap, "cap", limit, "act", string(shift.OpenDrawer))
			}
		}
		body := cashMove{Minor: in.Minor, Reason: strings.TrimSpace(in.Reason), By: t.by}
		from := ledger.CashInOut
		names := []string{}
		if in.PickUp {
			who, err := t.bag(in.Bag)
			if err != nil {
				return CashMoved{}, err
			}
			from, body.Bag, body.Witness, names = safe, strings.TrimSpace(in.Bag), who.ID, append(names, who.Name)
		}
		n, err := t.Next("slip")
		if err != nil {
			return CashMoved{}, err
		}
		body.Slip = fmt.Sprintf("S-%05d", n)
		if _, err := t.fact(factCash, body, moved(ledger.Cash(t.shift.Drawer), from, in.Minor, t.shift.Currency)...); err != nil {
			return CashMoved{}, err
		}
		if err := t.queuePage(t.cashSlip(body, in.PickUp, names), body.Slip); err != nil {
			return CashMoved{}, err
		}
		t.tell(Event{Kind: ShiftChanged})
		return t.cashMoved(body.Slip)
	})
}

func (t *turn) cashMoved(slip string) (CashMoved, error) {
	out := CashMoved{Slip: slip}
	if !t.staff.May(shift.SeeCash) {
		return out, nil
	}
	x, err := t.s.figures(t, *t.shift, true)
	if err != nil {
		return out, err
	}
	cash := x.Expected[order.Cash]
	out.Drawer = &cash
	return out, nil
}

// bag checks the second signature and writes the bag's number down, which must be new.
func (t *turn) bag(number string) (shift.Staff, error) {
	number = strings.ToUpper(strings.TrimSpace(number))
	if number == "" || len(number) > 40 {
		return shift.Staff{}, refuse("bag_missing", nil)
	}
	_, used, err := t.Shelf(bagShelf).Get(number)
	if err != nil {
		return shift.Staff{}, err
	}
	if used {
		return shift.Staff{}, refuse("bag_used", nil, "bag", number)
	}
	who, ok := t.other(shift.Sell)
	if !ok {
		return shift.Staff{}, refuse("needs_approval", shift.ErrDenied, "act", string(shift.SecondSign))
	}
	return who, t.ShelfTx(bagShelf).Put(number, rawJSON(map[string]any{"shift": t.shift.ID, "at": t.now}))
}

// cashSlip is the paper of a movement, to be signed by the cashier and, on a pick-up, by the second person.
func (t *turn) cashSlip(m cashMove, pickUp bool, signs []string) receipt.Page {
	conf := t.s.config()
	w, c := t.s.words(conf.Locale), t.shift.Currency
	title := "report.cash_in"
	switch {
	case pickUp:
		title = "report.pick_up"
	case m.Minor < 0:
		title = "report.cash_out"
	}
	sum := amountEntry(w("report.amount"), max(m.Minor, -m.Minor), c)
	sum.Strong = true
	g := receipt.Group{Entries: []receipt.Entry{sum}}
	for _, e := range []receipt.Entry{{Label: w("report.reason"), Text: m.Reason}, {Label: w("report.bag"), Text: m.Bag}, {Label: w("report.approved"), Text: m.By}} {
		if e.Text != "" {
			g.Entries = append(g.Entries, e)
		}
	}
	r := receipt.Report{Title: w(title), Shop: conf.Shop, Number: m.Slip, Staff: t.staff.Name, Till: t.shift.Drawer, Printed: t.now.Local().Format("2006-01-02 15:04"),
		Groups: []receipt.Group{g}, Sign: true, Signs: signs}
	return receipt.LayoutReport(r, w, t.s.columns())
}

// PickUpHint says whether the drawer holds more than the shop wants in it. Suggested is how much to take, whole largest notes
// above the float; only for those who may see the expected cash.
type PickUpHint struct {
	Due       bool   `json:"due"`
	Most      int64  `json:"most"` // what the shop lets lie in a drawer
	Suggested *int64 `json:"suggested,omitempty"`
}

// PickUpDue looks whether a pick-up is due (S16). It costs one read of the shift's totals.
func (s *Shop) PickUpDue(ctx context.Context) (PickUpHint, error) {
	i := s.Info()
	h := PickUpHint{Most: i.Config.DrawerMost}
	if i.Shift == nil || h.Most == 0 {
		return h, nil
	}
	return view(ctx, s, func(v View) (PickUpHint, error) {
		x, err := s.figures(v, *i.Shift, true)
		if err != nil {
			return h, err
		}
		cash := x.Expected[order.Cash]
		if h.Due = cash > h.Most; h.Due && i.Staff != nil && i.Staff.May(shift.SeeCash) {
			note := Denominations(i.Shift.Currency)[0]
			take := max((cash-i.Shift.Float)/note*note, 0)
			h.Suggested = &take
		}
		return h, nil
	})
}
