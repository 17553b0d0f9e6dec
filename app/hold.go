package app

import (
	"context"
	"errors"
	"slices"
	"strings"

	"suanpan/app/catalog"
	"suanpan/app/money"
	"suanpan/app/order"
	"suanpan/app/shift"
)

// Hold puts the order aside under a label (挂单); the counter is free for the next customer.
func (s *Shop) Hold(ctx context.Context, id order.ID, label string) (Basket, error) {
	return change(ctx, s, "basket.hold", [2]any{id, label}, func(t *turn) (Basket, error) {
		if err := t.selling(); err != nil {
			return Basket{}, err
		}
		o, err := t.open(id, false)
		if err != nil {
			return Basket{}, err
		}
		if o.State == order.Held {
			return Basket{}, refuse("order_held", nil, "order", string(o.ID))
		}
		if len(o.Lines) == 0 {
			return Basket{}, refuse("order_empty", nil)
		}
		o.State, o.Label = order.Held, strings.TrimSpace(label)
		if _, err := t.fact("order.held", map[string]any{"order": o.ID, "label": o.Label}); err != nil {
			return Basket{}, err
		}
		t.after = append(t.after, func() {
			if t.s.current == o.ID {
				t.s.current, t.s.undo = "", nil
			}
		})
		t.tell(Event{Kind: CurrentChanged})
		return t.save(o, 0, headOnly)
	})
}

// Recall brings a held or parked order back to the counter (取单). Catalogue prices are checked again: lines without an
// override take the new price, and the answer says which did (R2).
func (s *Shop) Recall(ctx context.Context, id order.ID) (Basket, error) {
	return change(ctx, s, "basket.recall", id, func(t *turn) (Basket, error) {
		if err := t.selling(); err != nil {
			return Basket{}, err
		}
		if id == "" {
			return Basket{}, refuse("no_order", order.ErrNotFound)
		}
		o, err := t.open(id, false)
		if err != nil {
			return Basket{}, err
		}
		waiting, err := t.pending(o.ID)
		if err != nil {
			return Basket{}, err
		}
		var moved []Moved
		if waiting == nil { // what a payer was asked for does not change under his hands
			if moved, err = t.reprice(o); err != nil {
				return Basket{}, err
			}
		}
		was := o.State
		if o.State == order.Held {
			o.State = order.Open
		}
		o.Label = ""
		if was == order.Held {
			if _, err := t.fact("order.recalled", map[string]any{"order": o.ID, "moved": moved}); err != nil {
				return Basket{}, err
			}
		}
		t.after = append(t.after, func() { t.s.current, t.s.undo = o.ID, nil })
		t.tell(Event{Kind: CurrentChanged, Order: o.ID})
		b, err := t.save(o, 0)
		b.Moved = moved
		return b, err
	})
}

// reprice takes over catalogue prices that changed since a line was made, as long as no money was taken.
func (t *turn) reprice(o *order.Order) ([]Moved, error) {
	if len(o.Tenders) > 0 || o.ReturnOf != "" {
		return nil, nil
	}
	var moved []Moved
	for i := range o.Lines {
		l := &o.Lines[i]
		if l.List != 0 || l.Fixed != nil || l.Exact != nil || len(l.Modifiers) > 0 || l.Qty < 0 {
			continue
		}
		item, err := t.Item(l.SKU)
		if errors.Is(err, catalog.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		now := item.Price
		if l.Factor != 0 && l.Factor != money.One {
			now = unitPrice(item, l)
		}
		if now != l.Price {
			moved = append(moved, Moved{l.No, l.Price, now})
			l.Price = now
		}
	}
	return moved, nil
}

func unitPrice(item catalog.Item, l *order.Line) money.Price {
	for _, u := range item.Units {
		if u.Barcode == l.Barcode || (u.Factor == l.Factor && u.Name == l.Unit) {
			return u.Price
		}
	}
	return l.Price
}

// VoidOrder drops an order on which nothing is captured (R3). Cash on it is named in the answer: it goes back by hand.
func (s *Shop) VoidOrder(ctx context.Context, id order.ID, reason string) (Basket, error) {
	return change(ctx, s, "basket.void", [2]any{id, reason}, func(t *turn) (Basket, error) {
		if err := t.need(shift.VoidOrder); err != nil {
			return Basket{}, err
		}
		o, err := t.open(id, false)
		if err != nil {
			return Basket{}, err
		}
		if a, err := t.pending(o.ID); err != nil || a != nil {
			return Basket{}, orElse(err, refuse("payment_open", nil, "order", string(o.ID)))
		}
		for _, tender := range o.Tenders {
			if tender.State == order.Succeeded && tender.Method != order.Cash {
				return Basket{}, refuse("captured", nil, "method", tender.Method, "amount", tender.Minor)
			}
		}
		sum := order.Calc(o)
		o.State, o.Reason = order.Voided, reason
		if _, err := t.fact("order.voided", map[string]any{"order": o, "total": sum.Total, "reason": reason, "approved": t.by}); err != nil {
			return Basket{}, err
		}
		if err := t.DropOrder(o.ID); err != nil {
			return Basket{}, err
		}
		t.orders[o.ID] = nil
		t.tell(Event{Kind: OrderClosed, Order: o.ID})
		return Basket{Order: o, Sum: sum}, nil
	})
}

// Undo takes back the last unpaid act on the current order (Ctrl+Z). It answers false when there is none.
func (s *Shop) Undo(ctx context.Context) (Basket, bool, error) {
	did := false
	b, err := change(ctx, s, "basket.undo", nil, func(t *turn) (Basket, error) {
		if err := t.selling(); err != nil {
			return Basket{}, err
		}
		s.mu.Lock()
		n := len(s.undo)
		var o *order.Order
		if n > 0 {
			o = s.undo[n-1].Clone()
		}
		now := s.orders[s.current]
		s.mu.Unlock()
		if o == nil || now == nil || !slices.Equal(now.Tenders, o.Tenders) { // money came or went meanwhile: it is not taken back by a key
			return Basket{}, nil
		}
		if a, err := t.pending(o.ID); err != nil || a != nil {
			return Basket{}, orElse(err, refuse("payment_open", nil, "order", string(o.ID)))
		}
		o.Next = max(o.Next, now.Next) // numbers are never used again
		if _, err := t.fact("order.undone", map[string]any{"order": o.ID, "lines": len(o.Lines), "before": len(now.Lines)}); err != nil {
			return Basket{}, err
		}
		did = true
		t.after = append(t.after, func() { s.undo = s.undo[:n-1] })
		return t.save(o, 0)
	})
	return b, did, err
}
