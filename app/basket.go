package app

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"suanpan/app/catalog"
	"suanpan/app/money"
	"suanpan/app/order"
	"suanpan/app/shift"
)

// Basket is an unfinished order with its calculated result. Both are copies: changing them changes nothing.
type Basket struct {
	Order *order.Order `json:"order"`
	Sum   order.Sum    `json:"sum"`
	Line  int          `json:"line,omitempty"`  // the line that the answered act touched
	Scan  catalog.Scan `json:"scan,omitzero"`   // what a scanned code was understood as
	Moved []Moved      `json:"moved,omitempty"` // on recall: prices that changed meanwhile (R2)
}

// Moved is a line whose catalogue price changed while its order was held.
type Moved struct {
	Line int         `json:"line"`
	Was  money.Price `json:"was"`
	Now  money.Price `json:"now"`
}

// Begin says for whom a new order is.
type Begin struct {
	Member string       `json:"member,omitempty"`
	Source order.Source `json:"source"`
}

// NewOrder puts an empty order on the counter. The one that was there stays open and can be recalled.
func (s *Shop) NewOrder(ctx context.Context, b Begin) (Basket, error) {
	return change(ctx, s, "basket.new", b, func(t *turn) (Basket, error) {
		if err := t.selling(); err != nil {
			return Basket{}, err
		}
		o := t.newOrder()
		o.Member = b.Member
		if b.Source.Mode != "" {
			o.Source = b.Source
		}
		return t.save(o, 0)
	})
}

// newOrder makes an order; it reaches the disk with save.
func (t *turn) newOrder() *order.Order {
	conf := t.s.config()
	o := &order.Order{ID: order.ID(NewID()), State: order.Open, Rules: conf.Rules(), Source: order.Source{Mode: "retail"},
		Next: 1, Staff: t.staff.ID, Shift: t.shift.ID, Made: t.now, Changed: t.now}
	t.after = append(t.after, func() { t.s.current, t.s.undo = o.ID, nil })
	t.tell(Event{Kind: CurrentChanged, Order: o.ID})
	return o
}

// open returns a copy of an unfinished order, the current one where id is empty. With make, a missing current one begins.
func (t *turn) open(id order.ID, make bool) (*order.Order, error) {
	t.s.mu.Lock()
	if id == "" {
		id = t.s.current
	}
	o := t.s.orders[id]
	t.s.mu.Unlock()
	switch {
	case o != nil:
		return o.Clone(), nil
	case id == "" && make:
		return t.newOrder(), nil
	case id == "":
		return nil, refuse("no_order", order.ErrNotFound)
	}
	if _, err := t.Sale(string(id)); err == nil {
		return nil, refuse("order_finished", order.ErrClosed, "order", string(id))
	}
	return nil, refuse("order_not_found", order.ErrNotFound, "order", string(id))
}

// edit returns a copy of an order whose lines may change now.
func (t *turn) edit(id order.ID, make bool) (*order.Order, error) {
	if err := t.selling(); err != nil {
		return nil, err
	}
	o, err := t.open(id, make)
	if err != nil {
		return nil, err
	}
	if o.State == order.Held {
		return nil, refuse("order_held", nil, "order", string(o.ID))
	}
	if a, err := t.pending(o.ID); err != nil || a != nil {
		return nil, orElse(err, refuse("payment_open", nil, "order", string(o.ID)))
	}
	return o, nil
}

// save stores the order with the touched lines (none: all), checks the calculation, and remembers the state before for Undo.
func (t *turn) save(o *order.Order, touched int, lines ...int) (Basket, error) {
	sum := order.Calc(o)
	if err := order.Check(sum); err != nil {
		return Basket{}, err
	}
	if len(o.Tenders) > 0 && sum.Change > changeOf(o) {
		return Basket{}, refuse("below_paid", nil, "paid", sum.Paid)
	}
	o.Changed = t.now
	if err := t.PutOrder(o, lines...); err != nil {
		return Basket{}, err
	}
	t.orders[o.ID] = o
	t.tell(Event{Kind: OrderChanged, Order: o.ID, Line: touched})
	return Basket{Order: o.Clone(), Sum: sum, Line: touched}, nil
}

// remembering lets Undo return to the order as it is now. Call it before save.
func (t *turn) remembering(id order.ID) {
	t.s.mu.Lock()
	old := t.s.orders[id]
	t.s.mu.Unlock()
	if old == nil {
		return
	}
	t.after = append(t.after, func() {
		if t.s.current == id {
			t.s.undo = append(t.s.undo, old)
			if len(t.s.undo) > 50 {
				t.s.undo = t.s.undo[1:]
			}
		}
	})
}

func changeOf(o *order.Order) (sum int64) {
	for _, t := range o.Tenders {
		if t.State == order.Succeeded {
			sum += t.Change
		}
	}
	return sum
}

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
		b.Scan = found.scan
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
		Price: item.Price, Taxes: taxes, NoStock: item.NoStock, At: t.now}
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

// discount checks permission: above the shop's cap somebody with more than a cashier's rights must approve.
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
	conf := t.s.config()
	limit := conf.DiscountCap.Of(money.Of(base, conf.Currency)).Minor
	if d.Rate > conf.DiscountCap || d.Minor > limit {
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
		moved, err := t.reprice(o)
		if err != nil {
			return Basket{}, err
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
		if o == nil || now == nil || len(now.Tenders) != len(o.Tenders) {
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

// Basket reads an unfinished order, the current one where id is empty.
func (s *Shop) Basket(id order.ID) (Basket, error) {
	s.mu.Lock()
	if id == "" {
		id = s.current
	}
	o := s.orders[id]
	s.mu.Unlock()
	if o == nil {
		return Basket{}, refuse("order_not_found", order.ErrNotFound, "order", string(id))
	}
	return Basket{Order: o.Clone(), Sum: order.Calc(o)}, nil
}

// Current names the order on the counter, empty when there is none.
func (s *Shop) Current() order.ID { s.mu.Lock(); defer s.mu.Unlock(); return s.current }

// Held is one unfinished order in the list of those that can be recalled.
type Held struct {
	ID      order.ID
	State   order.State
	Label   string
	Lines   int
	Total   int64
	Paid    int64
	Staff   string
	Changed time.Time
	Waiting bool // a payment is open on it
}

// Unfinished lists every open, held or parked order except the one on the counter, oldest first.
func (s *Shop) Unfinished(ctx context.Context) ([]Held, error) {
	open, err := view(ctx, s, func(v View) ([]Attempt, error) { return v.OpenAttempts() })
	if err != nil {
		return nil, err
	}
	waiting := map[string]bool{}
	for _, a := range open {
		waiting[a.Order] = waiting[a.Order] || a.State.Open()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Held
	for id, o := range s.orders {
		if id == s.current {
			continue
		}
		sum := order.Calc(o)
		out = append(out, Held{ID: id, State: o.State, Label: o.Label, Lines: len(o.Lines), Total: sum.Total, Paid: sum.Paid,
			Staff: o.Staff, Changed: o.Changed, Waiting: waiting[string(id)]})
	}
	sortHeld(out)
	return out, nil
}

// pending returns the attempt that is open on an order, nil when there is none.
func (t *turn) pending(id order.ID) (*Attempt, error) {
	list, err := t.AttemptsOf(id)
	if err != nil {
		return nil, err
	}
	for i := range list {
		if list[i].State.Open() {
			return &list[i], nil
		}
	}
	return nil, nil
}

func rawJSON(v any) json.RawMessage { b, _ := json.Marshal(v); return b }
