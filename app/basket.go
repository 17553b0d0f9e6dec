package app

import (
	"context"
	"encoding/json"
	"time"

	"suanpan/app/catalog"
	"suanpan/app/money"
	"suanpan/app/order"
)

// Basket is an unfinished order with its calculated result. Both are copies: changing them changes nothing.
type Basket struct {
	Order *order.Order `json:"order"`
	Sum   order.Sum    `json:"sum"`
	Line  int          `json:"line,omitempty"`  // the line that the answered act touched
	Scan  catalog.Scan `json:"scan,omitzero"`   // what a scanned code was understood as
	Moved []Moved      `json:"moved,omitempty"` // on recall: prices that changed meanwhile (R2)

	Warning string `json:"warning,omitempty"` // the scanned label disagrees with the catalogue (S3): it is sold, and somebody should look
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
	t.blank = o.Clone()
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
	if o.State == order.Paying {
		o.State = order.Open // nothing is under way: lines may come and go above what was paid, and save says so again
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
	if o.State == order.Open && len(o.Tenders) > 0 {
		o.State = order.Paying
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
	if old == nil && t.blank != nil && t.blank.ID == id {
		old = t.blank
	}
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
		waiting[a.Order] = waiting[a.Order] || a.Wanted()
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

// pending returns the attempt that may still bring money to an order, nil when there is none. Late money on its way back is
// none (G3), and so is what was set aside.
func (t *turn) pending(id order.ID) (*Attempt, error) {
	list, err := t.AttemptsOf(id)
	if err != nil {
		return nil, err
	}
	for i := range list {
		if list[i].Wanted() {
			return &list[i], nil
		}
	}
	return nil, nil
}

func rawJSON(v any) json.RawMessage { b, _ := json.Marshal(v); return b }
