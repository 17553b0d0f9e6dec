package order

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"suanpan/app/catalog"
	"suanpan/app/money"
)

// Refusal says why a change was refused and, where a smaller figure would have done, the largest one. It wraps one of the
// sentinels of this package.
type Refusal struct {
	Err  error
	Line int    // the line in question, 0 for the order
	Why  string // for the log; people read the words of the code
	// The largest value that is allowed; at most one is set.
	MinorMax *int64
	QtyMax   *money.Qty
	PriceMax *money.Price
}

// Error names the line, the sentinel and the largest allowed value.
func (r *Refusal) Error() string {
	var b strings.Builder
	if r.Line != 0 {
		fmt.Fprintf(&b, "line %d: ", r.Line)
	}
	b.WriteString(r.Err.Error())
	if r.Why != "" {
		b.WriteString(": " + r.Why)
	}
	switch {
	case r.MinorMax != nil:
		fmt.Fprintf(&b, ": at most %d minor units", *r.MinorMax)
	case r.QtyMax != nil:
		fmt.Fprintf(&b, ": at most %s", *r.QtyMax)
	case r.PriceMax != nil:
		fmt.Fprintf(&b, ": at most %s", r.PriceMax.Decimal("CNY"))
	}
	return b.String()
}

// Unwrap returns the sentinel.
func (r *Refusal) Unwrap() error { return r.Err }

// New starts an empty open order.
func New(id ID, rules Rules, at time.Time) *Order {
	return &Order{ID: id, State: Open, Rules: rules, Lines: []Line{}, Next: 1, Made: at, Changed: at}
}

// Check answers money.ErrCurrency or money.ErrRounding when the rules cannot be used.
func (r Rules) Check() error {
	if !r.Currency.Known() {
		return fmt.Errorf("%w: %q", money.ErrCurrency, r.Currency)
	}
	return r.Rounding.Check()
}

// Clone returns a copy that shares nothing with o. The verbs below change their receiver, so that a caller works on a
// clone, saves it, and only then lets go of the old one. A verb that answers an error has changed nothing.
func (o *Order) Clone() *Order {
	c := *o
	c.Lines = make([]Line, len(o.Lines))
	for i := range o.Lines {
		c.Lines[i] = o.Lines[i].clone()
	}
	c.Tenders = slices.Clone(o.Tenders)
	c.FixedRounding = copied(o.FixedRounding)
	return &c
}

func (l Line) clone() Line {
	l.Taxes = slices.Clone(l.Taxes)
	l.Modifiers = slices.Clone(l.Modifiers)
	l.Fixed = copied(l.Fixed)
	if l.Exact != nil {
		e := l.Exact.clone()
		l.Exact = &e
	}
	return l
}

func copied[T any](p *T) *T {
	if p == nil {
		return nil
	}
	v := *p
	return &v
}

// Line returns the line with the number no. The pointer is into o.
func (o *Order) Line(no int) (*Line, bool) {
	for i := range o.Lines {
		if o.Lines[i].No == no {
			return &o.Lines[i], true
		}
	}
	return nil, false
}

// Like returns the number of the line onto which one more l may be counted (same item, unit, price and wishes, nothing
// special agreed), or 0.
func (o *Order) Like(l Line) int {
	for i := len(o.Lines) - 1; i >= 0; i-- {
		h := &o.Lines[i]
		if h.SKU == l.SKU && h.Unit == l.Unit && h.Factor == l.Factor && h.Price == l.Price && h.Seat == l.Seat && h.Course == l.Course &&
			h.Note == l.Note && h.Name == l.Name && h.Override == l.Override && h.Tare == l.Tare && h.Of == 0 && l.Of == 0 &&
			(h.Qty < 0) == (l.Qty < 0) && h.Fixed == nil && l.Fixed == nil && h.Exact == nil && l.Exact == nil && h.Discount.Zero() && l.Discount.Zero() &&
			!catalog.Weighed(h.Unit) && slices.Equal(h.Taxes, l.Taxes) && slices.Equal(h.Modifiers, l.Modifiers) {
			return h.No
		}
	}
	return 0
}

// Add puts l on the order and returns its number; the No in l is ignored. The quantity must not be zero, and below zero
// only on a return.
func (o *Order) Add(l Line) (no int, err error) {
	if err := o.editable(); err != nil {
		return 0, err
	}
	if len(o.Lines) >= LinesMax {
		return 0, &Refusal{Err: ErrFull, Why: fmt.Sprintf("at most %d", LinesMax)}
	}
	if l.Exact != nil || l.Of != 0 {
		return 0, &Refusal{Err: ErrFixed, Why: "lines of a return come from ReturnLines"}
	}
	l = l.clone()
	l.No = max(o.Next, 1)
	if err := o.fits(&l); err != nil {
		return 0, err
	}
	if err := o.grants(&l, l.Discount); err != nil {
		return 0, err
	}
	o.thaw()
	o.Lines = append(o.Lines, l)
	o.Next = l.No + 1
	return l.No, nil
}

// SetQty changes the quantity of a line. A line that carries its own amount (a price-wins label, a return) refuses with
// ErrFixed.
func (o *Order) SetQty(no int, q money.Qty) error {
	l, err := o.change(no)
	if err != nil {
		return err
	}
	if l.Fixed != nil {
		return &Refusal{Err: ErrFixed, Line: no, Why: "the label's amount decides"}
	}
	next := *l
	next.Qty = q
	if err := o.fits(&next); err != nil {
		return err
	}
	if err := o.grants(&next, next.Discount); err != nil {
		return err
	}
	o.thaw()
	l.Qty = q
	return nil
}

// SetPrice overrides the unit price of a line, with a reason (X28). The catalogue price stays in List; setting it again
// ends the override. The floor price is the caller's to check. A price-wins label gives up its amount.
func (o *Order) SetPrice(no int, p money.Price, reason string) error {
	l, err := o.change(no)
	if err != nil {
		return err
	}
	next := l.clone()
	if next.Override == "" {
		next.List = next.Price
	}
	next.Price, next.Fixed = p, nil
	if p == next.List {
		next.List, next.Override = 0, ""
	} else if next.Override = strings.TrimSpace(reason); next.Override == "" {
		return &Refusal{Err: ErrReason, Line: no, Why: "price override"}
	}
	if err := o.fits(&next); err != nil {
		return err
	}
	if err := o.grants(&next, next.Discount); err != nil {
		return err
	}
	o.thaw()
	next.Exact = nil
	*l = next
	return nil
}

// SetDiscount sets a line's own discount; the zero Discount takes it away. More than the line's value is refused with
// ErrDiscount and the largest allowed amount.
func (o *Order) SetDiscount(no int, d Discount) error {
	l, err := o.change(no)
	if err != nil {
		return err
	}
	if err := o.grants(l, d); err != nil {
		return err
	}
	o.thaw()
	l.Discount = d
	return nil
}

// SetBasketDiscount sets the discount on the whole order; the zero Discount takes it away. Later, when lines have gone, a
// discount above what is left takes off what is left.
func (o *Order) SetBasketDiscount(d Discount) error {
	if err := o.editable(); err != nil {
		return err
	}
	trial := o.Clone()
	trial.thaw()
	trial.Discount = Discount{}
	var sold, back int64
	for i, s := range Calc(trial).Lines {
		switch left := s.Gross - s.Discount; {
		case trial.Lines[i].Exact != nil:
		case left > 0:
			sold += left
		default:
			back -= left
		}
	}
	if sold == 0 {
		sold = back
	}
	if err := d.within(sold, 0); err != nil {
		return err
	}
	o.thaw()
	o.Discount = d
	return nil
}

// Remove takes a line off. Its number is not used again.
func (o *Order) Remove(no int) error {
	if _, err := o.change(no); err != nil {
		return err
	}
	o.thaw()
	o.Lines = slices.DeleteFunc(o.Lines, func(l Line) bool { return l.No == no })
	return nil
}

// editable answers ErrClosed or ErrBusy unless the order is open.
func (o *Order) editable() error {
	switch o.State {
	case Open, "":
		return nil
	case Held, Paying:
		return &Refusal{Err: ErrBusy, Why: string(o.State)}
	}
	return &Refusal{Err: ErrClosed, Why: string(o.State)}
}

// change returns the line no for changing. Lines of a return keep the figures of their sale.
func (o *Order) change(no int) (*Line, error) {
	if err := o.editable(); err != nil {
		return nil, err
	}
	l, ok := o.Line(no)
	if !ok {
		return nil, &Refusal{Err: ErrLine, Line: no}
	}
	if l.Of != 0 {
		return nil, &Refusal{Err: ErrFixed, Line: no, Why: "it takes back a line of a sale; make the return anew"}
	}
	return l, nil
}

// fits answers the refusal that l deserves by itself: quantity, price and value within the limits.
func (o *Order) fits(l *Line) error {
	limit := func(err error, why string) error { return &Refusal{Err: err, Line: l.No, Why: why} }
	switch size := max(l.Qty, -l.Qty); {
	case l.Qty == 0:
		return limit(ErrQuantity, "zero")
	case l.Qty < 0 && !o.Return:
		return limit(ErrQuantity, "below zero on a sale")
	case size > QtyMax || size < 0:
		return &Refusal{Err: ErrQuantity, Line: l.No, QtyMax: new(QtyMax)}
	case l.Factor < 0:
		return limit(ErrQuantity, "unit factor below zero")
	case l.Price < 0:
		return limit(ErrPrice, "below zero")
	case l.Price > PriceMax:
		return &Refusal{Err: ErrPrice, Line: l.No, PriceMax: new(PriceMax)}
	}
	for i, t := range l.Taxes {
		if t.Rate < 0 || t.Rate > money.Whole || slices.ContainsFunc(l.Taxes[:i], func(u catalog.Tax) bool { return u.Code == t.Code }) {
			return limit(ErrPrice, "tax "+t.Code+" at "+t.Rate.Percent()+" %, or twice")
		}
	}
	if v := value(l, o.Rules.Currency).Gross; v > ValueMax || v < 0 {
		return &Refusal{Err: ErrPrice, Line: l.No, Why: "value of the line", MinorMax: new(ValueMax)}
	}
	return nil
}

func (o *Order) grants(l *Line, d Discount) error {
	return d.within(value(l, o.Rules.Currency).Gross, l.No)
}

// within answers ErrDiscount unless d is one kind of discount and takes at most base.
func (d Discount) within(base int64, line int) error {
	switch {
	case d.Rate != 0 && d.Minor != 0:
		return &Refusal{Err: ErrDiscount, Line: line, Why: "by rate or by amount, not both"}
	case d.Rate < 0 || d.Minor < 0:
		return &Refusal{Err: ErrDiscount, Line: line, Why: "below zero", MinorMax: &base}
	case d.Rate > money.Whole || d.Minor > base:
		return &Refusal{Err: ErrDiscount, Line: line, MinorMax: &base}
	}
	return nil
}

// thaw lets go of the figures that a split or merge took over: what is changed from here on is calculated anew. Lines of
// a return stay as they are.
func (o *Order) thaw() {
	back := false
	for i := range o.Lines {
		if o.Lines[i].Of != 0 {
			back = true
		} else {
			o.Lines[i].Exact = nil
		}
	}
	if !back {
		o.FixedRounding = nil
	}
}

// Refused returns the Refusal inside err, if there is one.
func Refused(err error) (*Refusal, bool) {
	var r *Refusal
	ok := errors.As(err, &r)
	return r, ok
}
