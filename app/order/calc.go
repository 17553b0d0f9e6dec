package order

import (
	"math/big"

	"suanpan/app/catalog"
	"suanpan/app/money"
)

// Calc is the one calculation (X23). It is pure: the same order always gives the same Sum, and the parts of a Sum always
// add up (Check). In this order: price × quantity rounded once, line discount, basket discount spread over the lines by
// largest remainder, tax, rounding (X25).
//
// Lines below zero are worked out as their positive image and then negated, so that a return mirrors a sale to the last
// minor unit. Lines with Exact figures are taken over as they are.
func Calc(o *Order) Sum {
	s := Sum{Lines: make([]LineSum, len(o.Lines)), Taxes: []TaxSum{}}
	var sold, back []int
	for i := range o.Lines {
		l := &o.Lines[i]
		switch {
		case l.Exact != nil:
			s.Lines[i] = l.Exact.clone()
			s.Lines[i].Line = l.No
		case l.Qty < 0:
			back = append(back, i)
			s.Lines[i] = value(l, o.Rules.Currency)
		default:
			sold = append(sold, i)
			s.Lines[i] = value(l, o.Rules.Currency)
		}
	}
	// An exchange has both kinds of lines: the discount is on what is bought. A pure return mirrors the discount.
	if len(sold) > 0 {
		spread(o, s.Lines, sold)
	} else {
		spread(o, s.Lines, back)
	}
	for _, side := range [][]int{sold, back} {
		if !o.Rules.TaxPerLine {
			tax(o, s.Lines, side)
			continue
		}
		for i := range side {
			tax(o, s.Lines, side[i:i+1])
		}
	}
	for _, i := range back {
		s.Lines[i].negate()
	}
	s.total(o)
	s.round(o)
	s.settle(o)
	return s
}

// value works out the positive image of a line before basket discount and tax.
func value(l *Line, c money.Currency) LineSum {
	gross := abs(l.Price.Times(l.Qty, c).Minor)
	if l.Fixed != nil {
		gross = abs(*l.Fixed)
	}
	return LineSum{Line: l.No, Gross: gross, Discount: l.Discount.of(gross, c)}
}

// of returns what d takes off base ≥ 0: at least nothing, at most all of it.
func (d Discount) of(base int64, c money.Currency) int64 {
	off := d.Minor
	if d.Rate != 0 {
		off = d.Rate.Of(money.Of(base, c)).Minor
	}
	return min(max(off, 0), base)
}

// spread shares the basket discount out over the given lines, by what is left of each, and never more than that.
func spread(o *Order, lines []LineSum, which []int) {
	if o.Discount.Zero() || len(which) == 0 {
		return
	}
	left := make([]int64, len(which))
	var base int64
	for n, i := range which {
		left[n] = lines[i].Gross - lines[i].Discount
		base += left[n]
	}
	shares, _ := money.Spread(o.Discount.of(base, o.Rules.Currency), left, left)
	for n, i := range which {
		lines[i].Share = shares[n]
	}
}

// key tells taxes apart. The rate is part of it: an order held over a change of rates may carry one code at two rates.
type key struct {
	code string
	rate money.Rate
}

// tax fills in net, tax and total of the given lines (positive images) with one rounding per rate over all of them. One
// line at a time is rounding per line, all lines together is rounding per receipt (X24, S15).
func tax(o *Order, lines []LineSum, which []int) {
	var keys []key
	at := map[key][]int{}
	for _, i := range which {
		s := &lines[i]
		s.Net = s.Gross - s.Discount - s.Share // with tax included, the tax is taken out of it below
		s.Total = s.Net
		if taxes := o.Lines[i].Taxes; len(taxes) > 0 {
			s.Taxes = make([]TaxSum, len(taxes))
			for n, t := range taxes {
				s.Taxes[n] = TaxSum{Code: t.Code, Name: t.Name, Rate: t.Rate}
				k := key{t.Code, t.Rate}
				if at[k] == nil {
					keys = append(keys, k)
				}
				at[k] = append(at[k], i)
			}
		}
	}
	for _, k := range keys {
		if o.Rules.TaxIncluded {
			taxInside(o, lines, at[k], k)
		} else {
			taxOnTop(o, lines, at[k], k)
		}
	}
	for _, i := range which {
		s := &lines[i]
		if o.Rules.TaxIncluded {
			s.Net = s.Total - s.Tax
		} else {
			s.Total = s.Net + s.Tax
		}
		for n := range s.Taxes {
			s.Taxes[n].Net = s.Net
		}
	}
}

// taxOnTop adds the tax k to the lines of which: rate × the sum of their nets, shared by largest remainder.
func taxOnTop(o *Order, lines []LineSum, which []int, k key) {
	nets := make([]int64, len(which))
	var base int64
	for n, i := range which {
		nets[n] = lines[i].Net
		base += nets[n]
	}
	due := k.rate.Of(money.Of(base, o.Rules.Currency)).Minor
	for n, part := range money.Allocate(due, nets) {
		lines[which[n]].add(k, part)
	}
}

// taxInside takes the tax k out of the lines of which. On a line that carries the rates r1…rn, the tax at r1 is
// total × r1 / (1 + r1 + … + rn). The sum over the lines is rounded once and shared by largest remainder; no line gives
// more than it has.
func taxInside(o *Order, lines []LineSum, which []int, k key) {
	weights, limits := make([]int64, len(which)), make([]int64, len(which))
	bases := map[int64]int64{} // value by the sum of all rates on the line
	var order []int64
	for n, i := range which {
		all := int64(money.Whole) + int64(rates(o.Lines[i].Taxes))
		if _, seen := bases[all]; !seen {
			order = append(order, all)
		}
		bases[all] += lines[i].Total
		limits[n] = lines[i].Total - lines[i].Tax
		// Lines may differ in their other rates: weigh by their own tax, in thousandths of a minor unit.
		weights[n] = money.Of(lines[i].Total, o.Rules.Currency).Share(int64(k.rate)*1000, all).Minor
	}
	parts, _ := money.Spread(inside(k.rate, order, bases), weights, limits)
	for n, part := range parts {
		lines[which[n]].add(k, part)
	}
}

// inside returns Σ bases[d] × rate / d, rounded once, half away from zero. All numbers are zero or above.
func inside(rate money.Rate, dens []int64, bases map[int64]int64) int64 {
	if len(dens) == 1 {
		return money.Of(bases[dens[0]], "").Share(int64(rate), dens[0]).Minor
	}
	sum := new(big.Rat)
	for _, d := range dens {
		n := new(big.Int).Mul(big.NewInt(bases[d]), big.NewInt(int64(rate)))
		sum.Add(sum, new(big.Rat).SetFrac(n, big.NewInt(d)))
	}
	sum.Add(sum, big.NewRat(1, 2))
	return new(big.Int).Quo(sum.Num(), sum.Denom()).Int64()
}

func rates(taxes []catalog.Tax) money.Rate {
	var sum money.Rate
	for _, t := range taxes {
		sum += t.Rate
	}
	return sum
}

// add books part of the tax k on the line.
func (s *LineSum) add(k key, part int64) {
	for n := range s.Taxes {
		if s.Taxes[n].Code == k.code && s.Taxes[n].Rate == k.rate {
			s.Taxes[n].Tax += part
			s.Tax += part
			return
		}
	}
}

func (s *LineSum) negate() {
	s.Gross, s.Discount, s.Share = -s.Gross, -s.Discount, -s.Share
	s.Net, s.Tax, s.Total = -s.Net, -s.Tax, -s.Total
	for n := range s.Taxes {
		s.Taxes[n].Net, s.Taxes[n].Tax = -s.Taxes[n].Net, -s.Taxes[n].Tax
	}
}

func (s LineSum) clone() LineSum {
	s.Taxes = append([]TaxSum(nil), s.Taxes...)
	return s
}

// total adds the lines up.
func (s *Sum) total(o *Order) {
	at := map[key]int{}
	for i, l := range s.Lines {
		s.Subtotal += l.Gross
		s.Discount += l.Discount + l.Share
		s.Net += l.Net
		s.Tax += l.Tax
		s.Total += l.Total
		s.Items += o.Lines[i].pieces()
		for _, t := range l.Taxes {
			k := key{t.Code, t.Rate}
			n, seen := at[k]
			if !seen {
				n = len(s.Taxes)
				at[k] = n
				s.Taxes = append(s.Taxes, TaxSum{Code: t.Code, Name: t.Name, Rate: t.Rate})
			}
			s.Taxes[n].Net += t.Net
			s.Taxes[n].Tax += t.Tax
		}
	}
}

// pieces is the line's quantity, or one where it is a weight or a length.
func (l *Line) pieces() money.Qty {
	if l.Qty%money.One == 0 && !catalog.Weighed(l.Unit) {
		return l.Qty
	}
	if l.Qty < 0 {
		return -money.One
	}
	return money.One
}

func abs(n int64) int64 {
	if n < 0 {
		return -n
	}
	return n
}
