package app

import (
	"context"
	"errors"
	"strings"

	"suanpan/app/catalog"
	"suanpan/app/money"
	"suanpan/app/order"
	"suanpan/app/shift"
)

// Set changes one line; nil fields stay.
type Set struct {
	Qty      *money.Qty      `json:"qty,omitempty"`
	Price    *money.Price    `json:"price,omitempty"`
	Reason   string          `json:"reason,omitempty"` // of the price
	Discount *order.Discount `json:"discount,omitempty"`
	Note     *string         `json:"note,omitempty"`
}

// SetLine changes quantity, price, discount or note of a line.
func (s *Shop) SetLine(ctx context.Context, id order.ID, no int, set Set) (Basket, error) {
	return change(ctx, s, "basket.set", [3]any{id, no, set}, func(t *turn) (Basket, error) {
		o, err := t.edit(id, false)
		if err != nil {
			return Basket{}, err
		}
		line, ok := o.Line(no)
		if !ok {
			return Basket{}, refuse("no_line", order.ErrLine, "line", no)
		}
		before := order.Calc(o)
		if set.Qty != nil {
			if err := o.SetQty(no, *set.Qty); err != nil {
				return Basket{}, err
			}
		}
		if set.Price != nil {
			item, err := t.Item(line.SKU)
			if err != nil && !errors.Is(err, catalog.ErrNotFound) {
				return Basket{}, err
			}
			changed := *line
			if err := t.override(&changed, item, *set.Price, set.Reason); err != nil {
				return Basket{}, err
			}
			if err := o.SetPrice(no, changed.Price, changed.Override); err != nil {
				return Basket{}, err
			}
		}
		if set.Discount != nil {
			if err := t.discount(*set.Discount, grossOf(before, no)); err != nil {
				return Basket{}, err
			}
			d := *set.Discount
			d.Staff, d.By = t.staff.ID, t.by
			if err := o.SetDiscount(no, d); err != nil {
				return Basket{}, err
			}
		}
		if set.Note != nil {
			line, _ := o.Line(no)
			line.Note = strings.TrimSpace(*set.Note)
		}
		t.remembering(o.ID)
		return t.save(o, no, no)
	})
}

func grossOf(sum order.Sum, no int) int64 {
	for _, l := range sum.Lines {
		if l.Line == no {
			return l.Gross
		}
	}
	return 0
}

// discount checks permission: above the person's limit somebody with more than a cashier's rights must approve.
func (t *turn) discount(d order.Discount, base int64) error {
	if d.Zero() {
		return nil
	}
	if d.Rate < 0 || d.Minor < 0 || d.Rate > money.Whole || (d.Rate != 0 && d.Minor != 0) {
		return refuse("discount_invalid", order.ErrDiscount, "max", "100%")
	}
	if err := t.need(shift.Discount); err != nil {
		return err
	}
	most := t.discountCap()
	limit := most.Of(money.Of(base, t.s.config().Currency)).Minor
	if d.Rate > most || d.Minor > limit {
		return t.need(shift.Override)
	}
	return nil
}

// DiscountOrder puts a discount on the whole order; a zero one takes it off.
func (s *Shop) DiscountOrder(ctx context.Context, id order.ID, d order.Discount) (Basket, error) {
	return change(ctx, s, "basket.discount", [2]any{id, d}, func(t *turn) (Basket, error) {
		o, err := t.edit(id, false)
		if err != nil {
			return Basket{}, err
		}
		if err := t.discount(d, order.Calc(o).Subtotal); err != nil {
			return Basket{}, err
		}
		d.Staff, d.By = t.staff.ID, t.by
		if err := o.SetBasketDiscount(d); err != nil {
			return Basket{}, err
		}
		t.remembering(o.ID)
		return t.save(o, 0, headOnly)
	})
}

// headOnly names no line: PutOrder writes the head alone.
const headOnly = -1

// RemoveLine voids a line before payment, with a trace (R3).
func (s *Shop) RemoveLine(ctx context.Context, id order.ID, no int, reason string) (Basket, error) {
	return change(ctx, s, "basket.remove", [3]any{id, no, reason}, func(t *turn) (Basket, error) {
		o, err := t.edit(id, false)
		if err != nil {
			return Basket{}, err
		}
		if err := t.need(shift.VoidLine); err != nil {
			return Basket{}, err
		}
		line, ok := o.Line(no)
		if !ok {
			return Basket{}, refuse("no_line", order.ErrLine, "line", no)
		}
		gone := *line
		if err := o.Remove(no); err != nil {
			return Basket{}, err
		}
		if _, err := t.fact("line.voided", map[string]any{"order": o.ID, "line": gone, "reason": reason, "approved": t.by}); err != nil {
			return Basket{}, err
		}
		t.remembering(o.ID)
		return t.save(o, no, no)
	})
}
