package order

import (
	"suanpan/app/catalog"
	"suanpan/app/money"
)

// Own is what a line amounts to on a basket or a display: its value after its own discount, before its share of the basket
// discount and before tax that is not in the price. Minor units.
func (s LineSum) Own() int64 { return s.Gross - s.Discount }

// Pieces counts what is on the order by SKU; a measured line is one piece whatever it weighs. A nil order has none.
func (o *Order) Pieces() map[string]money.Qty {
	out := map[string]money.Qty{}
	if o == nil {
		return out
	}
	for i := range o.Lines {
		l := &o.Lines[i]
		if catalog.Weighed(l.Unit) {
			out[l.SKU] += money.One
		} else {
			out[l.SKU] += l.Qty
		}
	}
	return out
}
