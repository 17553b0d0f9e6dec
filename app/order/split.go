package order

import (
	"fmt"

	"suanpan/app/money"
)

// Part is so much of a line: Qty is above zero, whatever the sign of the line.
type Part struct {
	Line int
	Qty  money.Qty
}

// Split moves parts of an open order to new orders, one per argument. The first answer is what stays and keeps o's
// identity; the others follow in order, with neither ID nor No. The totals of all answers add up to the total of o: the
// lines carry Exact figures until somebody changes them. Overrides, discounts and notes go with their lines (X28). o itself
// does not change.
//
// Parts that take a line twice over, leave nothing behind, or are empty are refused with ErrQuantity and the largest
// quantity allowed; an order on which money has been taken refuses with ErrBusy.
func (o *Order) Split(parts ...[]Part) ([]*Order, error) {
	if err := o.divisible(); err != nil {
		return nil, err
	}
	sum := Calc(o)
	cut := map[int]money.Qty{} // already given away, by line
	out := []*Order{o.bare()}
	out[0].ID, out[0].No, out[0].Next = o.ID, o.No, o.Next
	out[0].Made, out[0].Changed = o.Made, o.Changed
	for _, part := range parts {
		made := o.bare()
		for _, p := range part {
			i, err := o.cuttable(p, cut[p.Line])
			if err != nil {
				return nil, err
			}
			made.Lines = append(made.Lines, o.cut(i, sum, cut[p.Line], cut[p.Line]+p.Qty))
			made.Lines[made.Next-1].renumber(made.Next)
			made.Next++
			cut[p.Line] += p.Qty
		}
		if len(made.Lines) == 0 {
			return nil, &Refusal{Err: ErrQuantity, Why: "an empty part"}
		}
		out = append(out, made)
	}
	for i := range o.Lines {
		l := &o.Lines[i]
		if gone := cut[l.No]; gone < size(l.Qty) {
			out[0].Lines = append(out[0].Lines, o.cut(i, sum, gone, size(l.Qty)))
		}
	}
	if len(out[0].Lines) == 0 {
		return nil, &Refusal{Err: ErrQuantity, Why: "nothing would stay behind"}
	}
	o.deal(out, sum)
	return out, nil
}

// divisible answers why o may not be split or merged.
func (o *Order) divisible() error {
	if err := o.editable(); err != nil {
		return err
	}
	return o.untouched()
}

// untouched answers ErrBusy when money has been taken on o.
func (o *Order) untouched() error {
	for _, t := range o.Tenders {
		if t.State == Succeeded {
			return &Refusal{Err: ErrBusy, Why: "money has been taken"}
		}
	}
	return nil
}

// bare returns an order like o without lines, figures and identity.
func (o *Order) bare() *Order {
	b := o.Clone()
	b.ID, b.No, b.Lines, b.Next, b.Tenders, b.FixedRounding = "", "", nil, 1, nil, nil
	return b
}

func (o *Order) cuttable(p Part, gone money.Qty) (int, error) {
	for i := range o.Lines {
		if o.Lines[i].No != p.Line {
			continue
		}
		if left := size(o.Lines[i].Qty) - gone; p.Qty <= 0 || p.Qty > left {
			return 0, &Refusal{Err: ErrQuantity, Line: p.Line, Why: p.Qty.String(), QtyMax: &left}
		}
		return i, nil
	}
	return 0, &Refusal{Err: ErrLine, Line: p.Line}
}

// cut returns the stretch from…to of line i with its Exact figures; where it is not the whole line, amounts agreed on
// the line are cut with it.
func (o *Order) cut(i int, sum Sum, from, to money.Qty) Line {
	l := o.Lines[i].clone()
	whole := size(l.Qty)
	part := sum.Lines[i].slice(from, to, whole, o.Rules.TaxIncluded)
	l.Exact = &part
	if l.Qty = to - from; o.Lines[i].Qty < 0 {
		l.Qty = -l.Qty
	}
	if l.Fixed != nil {
		l.Fixed = new(part.Gross)
	}
	if l.Discount.Minor != 0 {
		l.Discount.Minor = abs(part.Discount)
	}
	return l
}

// deal shares out what belongs to the whole order: basket discount by amount, and the rounding.
func (o *Order) deal(out []*Order, sum Sum) {
	p := newPurse(o, sum)
	var exact int64
	for _, made := range out {
		var own, shares int64
		for i := range made.Lines {
			own += made.Lines[i].Exact.Total
			shares += made.Lines[i].Exact.Share
		}
		if p.rounded {
			made.FixedRounding = new(p.kept(exact+own) - p.kept(exact) - own)
		}
		if made.Discount.Minor != 0 {
			made.Discount.Minor = abs(shares)
			if shares == 0 {
				made.Discount = Discount{}
			}
		}
		exact += own
	}
}

// Merge returns o with the lines of the others behind its own. The total is the sum of the totals until somebody changes
// the order. Different currencies, tax settings or rounding refuse with ErrRules, money already taken with ErrBusy, too
// many lines with ErrFull. None of the given orders changes.
func (o *Order) Merge(others ...*Order) (*Order, error) {
	if err := o.divisible(); err != nil {
		return nil, err
	}
	m := o.Clone()
	m.Lines, m.Next, m.FixedRounding, m.Discount = nil, max(o.Next, 1), nil, Discount{}
	var rounding, shares int64
	rounded, alike := false, true
	for n, from := range append([]*Order{o}, others...) {
		if err := from.joinable(); err != nil {
			return nil, err
		}
		if from.Rules != o.Rules || from.Return != o.Return || from.ReturnOf != o.ReturnOf {
			return nil, &Refusal{Err: ErrRules, Why: fmt.Sprintf("%s and %s", o.ID, from.ID)}
		}
		if len(m.Lines)+len(from.Lines) > LinesMax {
			return nil, &Refusal{Err: ErrFull, Why: fmt.Sprintf("at most %d", LinesMax)}
		}
		sum := Calc(from)
		p := newPurse(from, sum)
		rounded, rounding = rounded || p.rounded, rounding+sum.Rounding
		for i := range from.Lines {
			l := from.cut(i, sum, 0, size(from.Lines[i].Qty))
			if n > 0 {
				l.renumber(m.Next)
				m.Next++
			}
			shares += abs(l.Exact.Share)
			m.Lines = append(m.Lines, l)
		}
		if m.Member == "" {
			m.Member = from.Member
		}
		if m.Discount.Zero() && !from.Discount.Zero() {
			m.Discount = from.Discount
		}
		alike = alike && from.Discount.Rate == o.Discount.Rate && from.Discount.Minor == 0
	}
	if rounded {
		m.FixedRounding = &rounding
	}
	// One rate on all of them stays a rate; anything else becomes the amount that was taken off.
	if !alike {
		m.Discount.Rate, m.Discount.Minor = 0, shares
	}
	if m.Discount.Zero() {
		m.Discount = Discount{}
	}
	return m, nil
}

// joinable answers why from may not go into another order; unlike the receiver it may be held.
func (o *Order) joinable() error {
	if o.State == Held {
		return o.untouched()
	}
	return o.divisible()
}

func (l *Line) renumber(no int) {
	l.No = no
	l.Exact.Line = no
}

func size(q money.Qty) money.Qty {
	if q < 0 {
		return -q
	}
	return q
}
