package app

import (
	"context"
	"encoding/hex"
	"strings"
	"time"

	"suanpan/app/ledger"
	"suanpan/app/money"
	"suanpan/app/order"
	"suanpan/app/shift"
)

// Count is what was counted, minor units by tender; cash must be there, the others default to what is expected.
type Count struct {
	Counted map[string]int64 `json:"counted"`
	Pieces  map[int64]int64  `json:"pieces,omitempty"` // the cash by denomination, see Denominations; they make Counted's cash
	Note    string           `json:"note,omitempty"`
}

// CloseShift counts, compares, freezes the Z and closes, in one transaction (X32, X34, X35): a till that stops in the middle
// has closed nothing, and the same key closes once. Any count is accepted: a difference is a fact and not an error; it is
// posted to over-short. From the shop's limits on it wants a reason, and somebody who may let it pass.
func (s *Shop) CloseShift(ctx context.Context, c Count) (shift.Z, error) {
	return change(ctx, s, "shift.close", c, func(t *turn) (shift.Z, error) {
		z, err := t.count(c)
		if err != nil {
			return shift.Z{}, err
		}
		sh := *t.shift
		cash := ledger.Cash(sh.Drawer)
		postings := moved(cash, ledger.OverShort, z.Difference[order.Cash], sh.Currency)
		postings = append(postings, moved(safe, cash, z.Counted[order.Cash], sh.Currency)...)
		return z, t.seal(&z, postings)
	})
}

// safe is where counted cash goes.
const safe = "cash:safe"

// count checks who counts and what, and compares. The Z has no number yet.
func (t *turn) count(c Count) (shift.Z, error) {
	if err := t.need(shift.Close); err != nil {
		return shift.Z{}, err
	}
	if t.shift == nil {
		return shift.Z{}, refuse("no_shift", shift.ErrNone)
	}
	got, ok := c.Counted[order.Cash]
	if sum, whole := Tally(t.shift.Currency, c.Pieces); !ok || c.Pieces != nil && (!whole || sum != got) {
		return shift.Z{}, refuse("count_missing", shift.ErrCount)
	}
	if err := t.mayEnd(); err != nil {
		return shift.Z{}, err
	}
	f, err := t.s.figures(t, *t.shift, true)
	if err != nil {
		return shift.Z{}, err
	}
	for method, n := range c.Counted {
		if n < 0 || n > money.MaxMinor {
			return shift.Z{}, refuse("amount_invalid", nil, "amount", n)
		}
		if _, ok := f.Expected[method]; !ok && n != 0 && method != order.Cash {
			return shift.Z{}, refuse("unknown_tender", nil, "method", method)
		}
	}
	z := t.compare(f, c)
	day := t.s.config().Day
	if day.off(z.Difference, day.ReasonFrom) && z.Note == "" {
		return shift.Z{}, refuse("difference_reason", nil)
	}
	if day.off(z.Difference, day.ApproveFrom) {
		if err := t.need(shift.OverShort); err != nil {
			return shift.Z{}, err
		}
		z.Approved = t.who()
	}
	return z, nil
}

// mayEnd asks for what stands in the way of the shift's end.
func (t *turn) mayEnd() error {
	if err := t.signedOff(); err != nil {
		return err
	}
	return t.reviewed()
}

// compare puts what was counted beside what is expected.
func (t *turn) compare(f shift.Figures, c Count) shift.Z {
	z := shift.Z{Figures: f, Counted: map[string]int64{}, Difference: map[string]int64{}, Pieces: c.Pieces, Note: strings.TrimSpace(c.Note),
		ClosedAt: t.now.Truncate(time.Millisecond), ClosedBy: t.staff.ID}
	for method, want := range f.Expected {
		got, ok := c.Counted[method]
		if !ok {
			got = want
		}
		z.Counted[method], z.Difference[method] = got, got-want
	}
	return z
}

// off reports whether any difference is at least from, minor units; 0 asks nobody.
func (d Day) off(difference map[string]int64, from int64) bool {
	for _, n := range difference {
		if from > 0 && max(n, -n) >= from {
			return true
		}
	}
	return false
}

// seal numbers the Z, freezes it and closes the shift at hand.
func (t *turn) seal(z *shift.Z, postings []ledger.Posting) (err error) {
	if z.Number, err = t.Next("z"); err != nil {
		return err
	}
	if err := t.PutSetting("z", rawJSON(z.Number)); err != nil {
		return err
	}
	_, head, err := t.Head()
	if err != nil {
		return err
	}
	z.Head = hex.EncodeToString(head[:])
	if _, err := t.fact(factClosed, z, postings...); err != nil {
		return err
	}
	sh := *t.shift
	frozen := *z
	sh.Closed, sh.Z = z.ClosedAt, &frozen
	if err := t.queuePage(t.s.zPage(sh), sh.ID); err != nil {
		return err
	}
	return t.putShift(sh)
}
