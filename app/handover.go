package app

import (
	"context"

	"suanpan/app/ledger"
	"suanpan/app/order"
	"suanpan/app/receipt"
	"suanpan/app/shift"
)

// HandOverAsk is one cashier giving the drawer to the next (X36), who stands at the same till with number and PIN, or card.
type HandOverAsk struct {
	Staff string `json:"staff"`
	PIN   string `json:"-"`
	Card  string `json:"-"`
	Count *Count `json:"count,omitempty"` // nil: the drawer goes over uncounted, with what should be in it
	Note  string `json:"note,omitempty"`
}

// HandedOver is the first cashier's frozen Z and the next one's open shift.
type HandedOver struct {
	Z     shift.Z     `json:"z"`
	Shift shift.Shift `json:"shift"`
}

// HandOver ends one cashier's turn and begins the next one's with the cash that lies in the drawer, in one transaction: broken
// off half-way, the first cashier is still responsible. Open baskets stay and payments in doubt are carried by name. The next
// person is signed on by it.
func (s *Shop) HandOver(ctx context.Context, ask HandOverAsk) (HandedOver, error) {
	next, err := s.nextCashier(ctx, ask)
	if err != nil {
		return HandedOver{}, err
	}
	ask.Staff = next.ID
	return change(ctx, s, "shift.hand_over", ask, func(t *turn) (HandedOver, error) {
		if t.staff.ID == next.ID {
			return HandedOver{}, refuse("own_hand_over", nil)
		}
		if !next.May(shift.Sell) {
			return HandedOver{}, refuse("next_may_not_sell", nil, "name", next.Name)
		}
		if err := t.trading(); err != nil {
			return HandedOver{}, err
		}
		z, err := t.handed(ask)
		if err != nil {
			return HandedOver{}, err
		}
		z.HandedTo, z.Carried = next.ID, ask.Count == nil
		was := *t.shift
		if err := t.seal(&z, moved(ledger.Cash(was.Drawer), ledger.OverShort, z.Difference[order.Cash], was.Currency)); err != nil {
			return HandedOver{}, err
		}
		first := t.staff
		t.staff = next
		sh, err := t.taken(was, next, z.Counted[order.Cash], z.Pieces)
		if err != nil {
			return HandedOver{}, err
		}
		if err := t.queuePage(t.handSlip(z, was, first, next), sh.ID); err != nil {
			return HandedOver{}, err
		}
		t.after = append(t.after, func() { c := next; s.staff = &c })
		t.tell(Event{Kind: StaffChanged})
		return HandedOver{Z: z, Shift: sh}, t.putShift(sh)
	})
}

func (s *Shop) nextCashier(ctx context.Context, ask HandOverAsk) (shift.Staff, error) {
	if ask.Card != "" {
		return s.checkCard(ctx, ask.Card)
	}
	return s.checkPIN(ctx, ask.Staff, ask.PIN)
}

// handed is the first cashier's Z: counted as at any close, or with what is expected.
func (t *turn) handed(ask HandOverAsk) (shift.Z, error) {
	if ask.Count != nil {
		c := *ask.Count
		if c.Note == "" {
			c.Note = ask.Note
		}
		return t.count(c)
	}
	if err := t.need(shift.Close); err != nil {
		return shift.Z{}, err
	}
	if t.shift == nil {
		return shift.Z{}, refuse("no_shift", shift.ErrNone)
	}
	if err := t.mayEnd(); err != nil {
		return shift.Z{}, err
	}
	f, err := t.s.figures(t, *t.shift, true)
	if err != nil {
		return shift.Z{}, err
	}
	if f.Expected[order.Cash] < 0 {
		return shift.Z{}, refuse("count_missing", shift.ErrCount) // less than nothing can only be found out by counting
	}
	return t.compare(f, Count{Note: ask.Note}), nil
}

// taken begins the next cashier's shift. The cash does not move: it is no float from the safe but what lies there.
func (t *turn) taken(was shift.Shift, next shift.Staff, float int64, pieces map[int64]int64) (shift.Shift, error) {
	drawer := t.drawer()
	sh, err := t.beginShift(next, Opening{Float: float, Pieces: pieces})
	if err != nil {
		return sh, err
	}
	if sh.Drawer != drawer || was.Drawer != drawer {
		return sh, refuse("no_shift", shift.ErrNone)
	}
	sh.From = was.ID
	t.shift = &sh
	_, err = t.fact(factOpened, sh)
	return sh, err
}

// handSlip is the paper both sign: from whom to whom, and how much lies in the drawer.
func (t *turn) handSlip(z shift.Z, was shift.Shift, first, next shift.Staff) receipt.Page {
	conf := t.s.config()
	w := t.s.words(conf.Locale)
	how := "report.was_counted"
	if z.Carried {
		how = "report.was_carried"
	}
	sum := amountEntry(w("report.in_drawer"), z.Counted[order.Cash], was.Currency)
	sum.Strong = true
	r := receipt.Report{Title: w("report.hand_over"), Shop: conf.Shop, Staff: first.Name, Till: was.Drawer, Printed: t.now.Local().Format("2006-01-02 15:04"),
		Groups: []receipt.Group{{Entries: []receipt.Entry{sum, {Label: w("report.next"), Text: next.Name}}}}, Sign: true, Signs: []string{next.Name}, Footer: []string{w(how)}}
	return receipt.LayoutReport(r, w, t.s.columns())
}

// DrawerResult is one closed shift's cash beside what was expected.
type DrawerResult struct {
	Z          int64  `json:"z"`
	Shift      string `json:"shift"`
	Drawer     string `json:"drawer"`
	Name       string `json:"name"`
	Expected   int64  `json:"expected"`
	Counted    int64  `json:"counted"`
	Difference int64  `json:"difference"`
	Carried    bool   `json:"carried,omitempty"`
}

// DrawerSummary is the cash of one business day over all drawers of this till (X34). The sums leave out nothing but what the
// list does not have.
type DrawerSummary struct {
	Day        string         `json:"day"`
	Drawers    []DrawerResult `json:"drawers"`
	Difference int64          `json:"difference"`
	Open       []string       `json:"open,omitempty"` // drawers whose shift of that day is not closed
}

// DrawerDay sums the cash differences of a business day ("2026-11-22") over several drawers, in order of Z.
func (s *Shop) DrawerDay(ctx context.Context, day string) (DrawerSummary, error) {
	i := s.Info()
	if i.Staff == nil {
		return DrawerSummary{}, refuse("not_signed_on", nil)
	}
	if !i.Staff.May(shift.SeeCash) {
		return DrawerSummary{}, refuse("needs_approval", shift.ErrDenied, "act", string(shift.SeeCash))
	}
	return view(ctx, s, func(v View) (DrawerSummary, error) { return drawerDay(v, day) })
}
