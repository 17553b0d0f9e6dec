package order

import "suanpan/app/money"

// slice returns the figures of the stretch from…to (thousandths, 0 ≤ from ≤ to ≤ whole) of a line whose whole quantity is
// whole. Each figure is the difference of two shares counted from zero, so that stretches laid end to end always add up to
// the line, however it is cut, and no stretch has the opposite sign. l may be of either sign.
func (s LineSum) slice(from, to, whole money.Qty, included bool) LineSum {
	up := func(v int64) int64 { return share(v, to, whole) - share(v, from, whole) }
	// The complement's rounding: with a discount of one kind, value and discount of whole pieces give price × pieces again.
	down := func(v int64) int64 { return share(v, whole-from, whole) - share(v, whole-to, whole) }
	value := s.Net
	if included {
		value = s.Total
	}
	p := LineSum{Line: s.Line, Discount: down(s.Discount), Share: down(s.Share), Taxes: make([]TaxSum, len(s.Taxes))}
	value = up(value)
	p.Gross = value + p.Discount + p.Share
	for i, t := range s.Taxes {
		p.Taxes[i] = t
		p.Taxes[i].Tax = down(t.Tax)
		p.Tax += p.Taxes[i].Tax
	}
	if p.Net, p.Total = value, value+p.Tax; included {
		p.Net, p.Total = value-p.Tax, value
	}
	for i := range p.Taxes {
		p.Taxes[i].Net = p.Net
	}
	return p
}

// share returns v × part / whole, rounded half away from zero.
func share(v int64, part, whole money.Qty) int64 {
	if part == whole {
		return v
	}
	return money.Of(v, "").Share(int64(part), int64(whole)).Minor
}

// purse says what a sale's total comes to when only some of its lines are kept, rounding included. It is how the rounding
// of one sale is shared out over successive returns, or over the parts of a split: every payable amount is a difference of
// two of its answers, hence a whole number of rounding units, and all of them together are the sale's total.
type purse struct {
	rules   Rules
	exact   int64 // Σ line totals
	total   int64 // with rounding
	rounded bool  // whether rounding has any part in it
}

func newPurse(o *Order, s Sum) purse {
	p := purse{rules: o.Rules, exact: s.Total - s.Rounding, total: s.Total}
	r := o.Rules.Rounding
	p.rounded = s.Rounding != 0 || o.FixedRounding != nil || (r.Mode != money.None && (!r.CashOnly || o.allCash(p.exact, p.total)))
	return p
}

// kept returns the rounded total when lines worth exact are kept.
func (p purse) kept(exact int64) int64 {
	switch {
	case exact == p.exact:
		return p.total
	case exact == 0 || !p.rounded:
		return exact
	}
	r := exact + p.rules.Rounding.Apply(money.Of(exact, p.rules.Currency)).Minor
	if p.total >= 0 && exact > 0 && exact < p.exact {
		r = min(r, p.total)
	}
	if p.total <= 0 && exact < 0 && exact > p.exact {
		r = max(r, p.total)
	}
	return r
}
