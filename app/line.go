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

// Add is something to be put on an order by hand.
type Add struct {
	SKU       string       `json:"sku"`
	Qty       money.Qty    `json:"qty,omitempty"` // One where zero
	Price     *money.Price `json:"price,omitempty"`
	Reason    string       `json:"reason,omitempty"` // of the price
	Modifiers []string     `json:"modifiers,omitempty"`
	Seat      int          `json:"seat,omitempty"`
	Course    int          `json:"course,omitempty"`
	Note      string       `json:"note,omitempty"`
	Count     bool         `json:"count,omitempty"` // a tapped tile: counts onto the last line when that is the same thing
}

// Scan puts what code names on the order, the current one where id is empty, with quantity times (One where zero). An
// unknown code adds nothing and is refused as unknown_code, with what the grammar saw in it.
func (s *Shop) Scan(ctx context.Context, id order.ID, code string, times money.Qty) (Basket, error) {
	b, err := change(ctx, s, "basket.scan", [3]any{id, code, times}, func(t *turn) (Basket, error) {
		o, err := t.edit(id, true)
		if err != nil {
			return Basket{}, err
		}
		found, err := s.find(t, code)
		if err != nil {
			return Basket{}, err
		}
		line, err := t.line(found.item, found.unit)
		if err != nil {
			return Basket{}, err
		}
		if err := found.apply(&line, times); err != nil {
			return Basket{}, err
		}
		line.Barcode = code
		b, err := t.add(o, line)
		b.Scan, b.Warning = found.scan, found.sold.Warning
		if err == nil && b.Warning != "" {
			_, err = t.fact("label.disagrees", map[string]any{"order": o.ID, "line": b.Line, "sku": line.SKU, "code": code, "why": b.Warning})
		}
		return b, err
	})
	var e *Error
	if errors.As(err, &e) && (e.Code == "unknown_code" || e.Code == "code_invalid") {
		s.mu.Lock()
		s.tell(Event{Kind: ScanUnknown, Code: code})
		s.mu.Unlock()
	}
	return b, err
}

// AddItem puts an item on the order by hand.
func (s *Shop) AddItem(ctx context.Context, id order.ID, a Add) (Basket, error) {
	return change(ctx, s, "basket.add", [2]any{id, a}, func(t *turn) (Basket, error) {
		o, err := t.edit(id, true)
		if err != nil {
			return Basket{}, err
		}
		item, err := t.Item(a.SKU)
		if err != nil {
			return Basket{}, err
		}
		line, err := t.line(item, -1)
		if err != nil {
			return Basket{}, err
		}
		line.Qty, line.Seat, line.Course, line.Note = money.One, a.Seat, a.Course, strings.TrimSpace(a.Note)
		if a.Qty != 0 {
			line.Qty = a.Qty
		}
		if err := modify(&line, item, a.Modifiers); err != nil {
			return Basket{}, err
		}
		if a.Price != nil && *a.Price != line.Price {
			if err := t.override(&line, item, *a.Price, a.Reason); err != nil {
				return Basket{}, err
			}
		}
		if last := len(o.Lines) - 1; a.Count && last >= 0 && o.Like(line) == o.Lines[last].No {
			no := o.Lines[last].No
			if err := o.SetQty(no, o.Lines[last].Qty+line.Qty); err != nil {
				return Basket{}, err
			}
			t.remembering(o.ID)
			return t.save(o, no, no)
		}
		return t.add(o, line)
	})
}

// line makes a line of an item, or of Units[unit], with everything frozen that a later change could touch.
func (t *turn) line(item catalog.Item, unit int) (order.Line, error) {
	if item.Retired {
		return order.Line{}, refuse("item_retired", nil, "sku", item.SKU, "name", item.Name)
	}
	taxes, err := t.taxes(item)
	if err != nil {
		return order.Line{}, err
	}
	l := order.Line{SKU: item.SKU, Name: item.Name, Unit: item.Unit, Kind: item.Kind, Category: item.Category, Qty: money.One,
		Price: item.Price, Cost: item.Cost, Taxes: taxes, NoStock: item.NoStock, At: t.now}
	if unit >= 0 && unit < len(item.Units) {
		u := item.Units[unit]
		l.Price, l.Factor = u.Price, u.Factor
		if u.Name != "" {
			l.Unit = u.Name
		}
	}
	return l, nil
}

// taxes freezes the item's rates; an item without a class has the shop's default (X24).
func (t *turn) taxes(item catalog.Item) ([]catalog.Tax, error) {
	codes := item.Taxes
	if len(codes) == 0 {
		codes = []string{t.s.config().DefaultTax}
	}
	known, err := t.s.taxTable(t)
	if err != nil {
		return nil, err
	}
	var out []catalog.Tax
	for _, c := range codes {
		if c == catalog.Exempt || c == "" {
			continue
		}
		tax, ok := known[c]
		if !ok {
			return nil, refuse("unknown_tax", nil, "tax", c, "sku", item.SKU)
		}
		out = append(out, tax)
	}
	return out, nil
}

func modify(line *order.Line, item catalog.Item, codes []string) error {
	for _, code := range codes {
		found := false
		for _, m := range item.Modifiers {
			if m.Code == code {
				line.Modifiers, found = append(line.Modifiers, m), true
				line.Price += m.Price
			}
		}
		if !found {
			return refuse("unknown_modifier", nil, "modifier", code, "sku", item.SKU)
		}
	}
	return nil
}

// add puts the line on the order and saves that line alone.
func (t *turn) add(o *order.Order, line order.Line) (Basket, error) {
	no, err := o.Add(line)
	if err != nil {
		return Basket{}, err
	}
	t.remembering(o.ID)
	return t.save(o, no, no)
}

// override sets a price by hand: permission, reason and floor (X28). A price below the floor needs the higher approval.
func (t *turn) override(line *order.Line, item catalog.Item, price money.Price, reason string) error {
	if err := t.need(shift.Override); err != nil {
		return err
	}
	if strings.TrimSpace(reason) == "" {
		return refuse("reason_missing", nil)
	}
	if price < 0 {
		return refuse("price_negative", nil)
	}
	if price < item.Floor {
		if err := t.need(shift.EditItems); err != nil {
			return refuse("below_floor", shift.ErrDenied, "floor", item.Floor.Decimal(t.s.config().Currency), "act", string(shift.EditItems))
		}
	}
	if line.List == 0 {
		line.List = line.Price
	}
	line.Price, line.Override, line.Fixed = price, strings.TrimSpace(reason), nil
	_, err := t.fact("price.overridden", map[string]any{"sku": line.SKU, "list": line.List, "price": price, "reason": reason, "approved": t.by})
	return err
}
