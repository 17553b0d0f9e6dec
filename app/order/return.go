package order

import (
	"fmt"

	"suanpan/app/money"
)

// ReturnLines makes the return of want (quantities above zero, by line number of the sale) out of a sale, its stored Sum
// and what earlier returns took back of each line. The lines carry negative quantities and Exact figures: taking back a
// whole line gives exactly the negative of each part, and successive returns of parts add up to the sale, rounding
// included, whatever the order and the portions.
//
// More than sold and not yet returned is refused with ErrReturned, which names what was returned and the largest quantity
// allowed. The new order has neither ID nor times; the caller gives them.
func ReturnLines(sale *Order, sum Sum, already, want map[int]money.Qty) (*Order, error) {
	if sale.State != Settled {
		return nil, &Refusal{Err: ErrBusy, Why: fmt.Sprintf("the sale is %s, not settled", sale.State)}
	}
	if len(sum.Lines) != len(sale.Lines) {
		return nil, fmt.Errorf("%w: sum of %d lines for a sale of %d", ErrParts, len(sum.Lines), len(sale.Lines))
	}
	for no := range want {
		if _, ok := sale.Line(no); !ok {
			return nil, &Refusal{Err: ErrLine, Line: no}
		}
	}
	o := &Order{State: Open, Rules: sale.Rules, Source: sale.Source, Next: 1, Member: sale.Member, Return: true, ReturnOf: sale.ID}
	before, after := sum.Total-sum.Rounding, int64(0)
	for i := range sale.Lines {
		l := &sale.Lines[i]
		if sum.Lines[i].Line != l.No {
			return nil, fmt.Errorf("%w: sum of line %d for line %d", ErrParts, sum.Lines[i].Line, l.No)
		}
		had := already[l.No]
		if had != 0 {
			before -= sum.Lines[i].slice(0, min(max(had, 0), l.Qty), l.Qty, sale.Rules.TaxIncluded).Total
		}
		q, asked := want[l.No]
		if !asked {
			continue
		}
		if err := returnable(l, had, q); err != nil {
			return nil, err
		}
		part := sum.Lines[i].slice(had, had+q, l.Qty, sale.Rules.TaxIncluded)
		after += part.Total
		o.Lines = append(o.Lines, l.taken(o.Next, q, part))
		o.Next++
	}
	if len(o.Lines) == 0 {
		return nil, &Refusal{Err: ErrQuantity, Why: "nothing to return"}
	}
	o.FixedRounding = new(int64(0)) // a return rounds as its sale did, whatever it is paid back in
	if p := newPurse(sale, sum); p.rounded {
		given := p.kept(before) - p.kept(before-after)
		o.FixedRounding = new(after - given)
	}
	return o, nil
}

// returnable answers the refusal that taking q back of l deserves, when had went back before.
func returnable(l *Line, had, q money.Qty) error {
	switch {
	case l.Qty <= 0:
		return &Refusal{Err: ErrLine, Line: l.No, Why: "it is a return itself"}
	case q <= 0:
		return &Refusal{Err: ErrQuantity, Line: l.No, Why: q.String()}
	case had < 0 || had > l.Qty:
		return fmt.Errorf("%w: line %d: %s of %s returned before", ErrParts, l.No, had, l.Qty)
	case q > l.Qty-had:
		return &Refusal{Err: ErrReturned, Line: l.No, QtyMax: new(l.Qty - had),
			Why: fmt.Sprintf("%s %s: sold %s, returned %s, asked %s", l.SKU, l.Name, l.Qty, had, q)}
	}
	return nil
}

// taken is the line no of a return that takes q of l back.
func (l *Line) taken(no int, q money.Qty, part LineSum) Line {
	t := l.clone()
	part.negate()
	part.Line = no
	t.No, t.Of, t.Qty, t.Exact = no, l.No, -q, &part
	if t.Fixed != nil {
		t.Fixed = new(part.Gross)
	}
	if t.Discount.Minor != 0 {
		t.Discount.Minor = -part.Discount
	}
	return t
}

// Whole returns what is left to take back of a sale, by line number: what ReturnLines wants for a whole return.
func Whole(sale *Order, already map[int]money.Qty) map[int]money.Qty {
	want := map[int]money.Qty{}
	for i := range sale.Lines {
		if l := &sale.Lines[i]; l.Qty-already[l.No] > 0 {
			want[l.No] = l.Qty - already[l.No]
		}
	}
	return want
}
