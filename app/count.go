package app

import (
	"context"

	"suanpan/app/money"
	"suanpan/app/order"
	"suanpan/app/shift"
)

// Compared is a count beside what should be there, minor units by tender.
type Compared struct {
	Counted    map[string]int64 `json:"counted"`
	Expected   map[string]int64 `json:"expected"`
	Difference map[string]int64 `json:"difference"`  // counted minus expected
	Even       bool             `json:"even"`        // no difference anywhere
	Reason     bool             `json:"reason"`      // closing wants a reason for the difference (X32)
	Approval   bool             `json:"approval"`    // and somebody who may let it pass
	OpenOrders []string         `json:"open_orders"` // carried into the next shift, by name
	Unknown    []shift.Doubt    `json:"unknown"`     // payments in doubt, carried as well
}

// CountShift writes a count down and only then tells what was expected (X32). Nothing is closed. The count stays in the
// journal, so that a second count, made after seeing the sum, is seen too.
func (s *Shop) CountShift(ctx context.Context, c Count) (Compared, error) {
	return change(ctx, s, "shift.count", c, func(t *turn) (Compared, error) {
		if err := t.need(shift.Close); err != nil {
			return Compared{}, err
		}
		if t.shift == nil {
			return Compared{}, refuse("no_shift", shift.ErrNone)
		}
		if _, ok := c.Counted[order.Cash]; !ok {
			return Compared{}, refuse("count_missing", shift.ErrCount)
		}
		f, err := s.figures(t, *t.shift, true)
		if err != nil {
			return Compared{}, err
		}
		out := Compared{Counted: map[string]int64{}, Expected: f.Expected, Difference: map[string]int64{}, Even: true, OpenOrders: f.OpenOrders, Unknown: f.Unknown}
		for method, n := range c.Counted {
			if _, ok := f.Expected[method]; n < 0 || n > money.MaxMinor || !ok {
				return Compared{}, refuse("amount_invalid", nil, "amount", n)
			}
		}
		for method, want := range f.Expected {
			got, ok := c.Counted[method]
			if !ok {
				got = want
			}
			out.Counted[method], out.Difference[method] = got, got-want
			out.Even = out.Even && got == want
		}
		day := s.config().Day
		out.Reason, out.Approval = day.off(out.Difference, day.ReasonFrom), day.off(out.Difference, day.ApproveFrom)
		_, err = t.fact("shift.counted", out)
		return out, err
	})
}
