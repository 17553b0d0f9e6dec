package order_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"suanpan/app/catalog"
	"suanpan/app/money"
	"suanpan/app/order"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

var (
	vat13 = catalog.Tax{Code: "13", Name: "VAT", Rate: 130000}
	vat9  = catalog.Tax{Code: "9", Name: "VAT", Rate: 90000}
	local = catalog.Tax{Code: "local", Name: "local", Rate: 10250}
	free  = catalog.Tax{Code: catalog.Exempt}
)

func drawRules(t *rapid.T) order.Rules {
	r := order.Rules{
		Currency:    rapid.SampledFrom([]money.Currency{"JPY", "CNY", "KWD"}).Draw(t, "currency"),
		TaxIncluded: rapid.Bool().Draw(t, "included"),
		TaxPerLine:  rapid.Bool().Draw(t, "per line"),
	}
	r.Rounding.Mode = rapid.SampledFrom([]money.Mode{money.None, money.Down, money.Up, money.HalfUp, money.HalfDown, money.HalfFive}).Draw(t, "mode")
	if r.Rounding.Mode != money.None {
		r.Rounding.Unit = rapid.SampledFrom([]int64{2, 10, 50, 100}).Draw(t, "unit")
		r.Rounding.CashOnly = rapid.Bool().Draw(t, "cash only")
	}
	return r
}

func drawDiscount(t *rapid.T, base int64) order.Discount {
	switch rapid.IntRange(0, 3).Draw(t, "discount kind") {
	case 0:
		return order.Discount{Rate: money.Rate(rapid.Int64Range(1, int64(money.Whole)).Draw(t, "rate"))}
	case 1:
		return order.Discount{Minor: rapid.Int64Range(0, base).Draw(t, "off")}
	}
	return order.Discount{}
}

func drawTaxes(t *rapid.T) []catalog.Tax {
	return rapid.SampledFrom([][]catalog.Tax{nil, {vat13}, {vat13}, {vat9}, {free}, {vat13, local}, {vat9, local}, {local, vat13, vat9}}).Draw(t, "taxes")
}

func drawLine(t *rapid.T, r order.Rules) order.Line {
	l := order.Line{SKU: "a", Qty: money.Pieces(rapid.Int64Range(1, 9).Draw(t, "pieces")), Taxes: drawTaxes(t)}
	if rapid.Bool().Draw(t, "weighed") {
		l.Unit, l.Qty = "kg", money.Qty(rapid.Int64Range(1, 20_000).Draw(t, "qty"))
	}
	l.Price = money.Price(rapid.Int64Range(0, 2_000_000).Draw(t, "price"))
	if rapid.IntRange(0, 5).Draw(t, "label") == 0 {
		l.Fixed = new(rapid.Int64Range(0, 50_000).Draw(t, "fixed"))
	}
	base := l.Price.Times(l.Qty, r.Currency).Minor
	if l.Fixed != nil {
		base = *l.Fixed
	}
	l.Discount = drawDiscount(t, base)
	return l
}

// drawOrder makes an open order as a cashier could.
func drawOrder(t *rapid.T) *order.Order {
	o := order.New("o", drawRules(t), noon)
	for range rapid.IntRange(1, 8).Draw(t, "lines") {
		if _, err := o.Add(drawLine(t, o.Rules)); err != nil {
			t.Fatal(err)
		}
	}
	var left int64
	for _, l := range order.Calc(o).Lines {
		left += l.Gross - l.Discount
	}
	if err := o.SetBasketDiscount(drawDiscount(t, left)); err != nil {
		t.Fatal(err)
	}
	return o
}

// settled pays o in full and closes it.
func settled(t *rapid.T, o *order.Order) (*order.Order, order.Sum) {
	o = o.Clone()
	method := rapid.SampledFrom([]string{order.Cash, "wechatpay"}).Draw(t, "method")
	o.Tenders = []order.Tender{{Method: method, Minor: order.DueBy(o, method).Minor, State: order.Succeeded}}
	o.State = order.Settled
	s := order.Calc(o)
	if s.Due != 0 || s.Change != 0 {
		t.Fatalf("paid what was due by %s, and due is %d, change %d: %+v", method, s.Due, s.Change, s)
	}
	return o, s
}

func checkSum(t *rapid.T, s order.Sum) {
	if err := order.Check(s); err != nil {
		t.Fatalf("%v: %+v", err, s)
	}
}

func TestPartsAddUpInEveryCombination(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := drawOrder(t)
		s := order.Calc(o)
		checkSum(t, s)
		for i, l := range s.Lines {
			if l.Discount < 0 || l.Share < 0 || l.Net < 0 || l.Tax < 0 || l.Total < 0 {
				t.Fatalf("line below zero: %+v", l)
			}
			shelf := l.Gross - l.Discount - l.Share
			if o.Rules.TaxIncluded && (l.Total != shelf || l.Net+l.Tax != shelf) {
				t.Fatalf("net and tax are not the shelf price %d: %+v", shelf, l)
			}
			if !o.Rules.TaxIncluded && l.Net != shelf {
				t.Fatalf("net is not the shelf price %d: %+v", shelf, l)
			}
			if len(o.Lines[i].Taxes) == 0 && l.Tax != 0 {
				t.Fatalf("tax on a line without: %+v", l)
			}
		}
		if s.Total < 0 {
			t.Fatalf("total below zero: %+v", s)
		}
		if r := o.Rules.Rounding; !r.CashOnly && r.Mode != money.None && s.Total%r.Unit != 0 && r.Mode != money.HalfFive {
			t.Fatalf("total %d is not in units of %d", s.Total, r.Unit)
		}
		if again := order.Calc(o.Clone()); fmt.Sprint(again) != fmt.Sprint(s) {
			t.Fatal("the same order gave another sum")
		}
	})
}

// One rounding per rate and receipt is at most half a unit from the exact tax, also when it is shared out.
func TestTaxOfAReceiptIsRoundedOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := drawOrder(t)
		o.Rules.TaxPerLine = false
		for _, tax := range order.Calc(o).Taxes {
			var num, den int64 = 0, 1
			same := true
			s := order.Calc(o)
			for i, l := range s.Lines {
				var all, mine money.Rate
				for _, lt := range o.Lines[i].Taxes {
					all += lt.Rate
					if lt.Code == tax.Code {
						mine = lt.Rate
					}
				}
				if !carries(o.Lines[i].Taxes, tax.Code) {
					continue
				}
				d := int64(money.Whole)
				base := l.Net
				if o.Rules.TaxIncluded {
					d += int64(all)
					base = l.Total
				}
				same = same && (den == 1 || den == d)
				num, den = num+base*int64(mine), d
			}
			if diff := 2 * (tax.Tax*den - num); same && (diff > den || diff < -den) {
				t.Fatalf("%s: tax %d is more than half a unit from %d/%d", tax.Code, tax.Tax, num, den)
			}
		}
	})
}

func carries(taxes []catalog.Tax, code string) bool {
	for _, t := range taxes {
		if t.Code == code {
			return true
		}
	}
	return false
}

func negative(s order.Sum) order.Sum {
	n := order.Sum{Subtotal: -s.Subtotal, Discount: -s.Discount, Net: -s.Net, Tax: -s.Tax, Rounding: -s.Rounding, Total: -s.Total}
	for _, l := range s.Lines {
		n.Lines = append(n.Lines, order.LineSum{Gross: -l.Gross, Discount: -l.Discount, Share: -l.Share, Net: -l.Net, Tax: -l.Tax, Total: -l.Total, Taxes: negatives(l.Taxes)})
	}
	n.Taxes = negatives(s.Taxes)
	return n
}

func negatives(taxes []order.TaxSum) []order.TaxSum {
	out := []order.TaxSum{}
	for _, t := range taxes {
		out = append(out, order.TaxSum{Code: t.Code, Name: t.Name, Rate: t.Rate, Net: -t.Net, Tax: -t.Tax})
	}
	return out
}

// parts leaves the figures of s that a return has to mirror.
func parts(s order.Sum) string {
	s.Items, s.Paid, s.Due, s.Change = 0, 0, 0, 0
	for i := range s.Lines {
		s.Lines[i].Line = 0
	}
	return fmt.Sprint(s)
}

func TestNegativeQuantitiesMirrorASale(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := drawOrder(t)
		m := o.Clone()
		m.Return = true
		for i := range m.Lines {
			m.Lines[i].Qty = -m.Lines[i].Qty
		}
		if got, want := parts(order.Calc(m)), parts(negative(order.Calc(o))); got != want {
			t.Fatalf("got  %s\nwant %s", got, want)
		}
	})
}

func TestAWholeReturnIsTheNegativeOfTheSale(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sale, sum := settled(t, drawOrder(t))
		back, err := order.ReturnLines(sale, sum, nil, order.Whole(sale, nil))
		if err != nil {
			t.Fatal(err)
		}
		method := sale.Tenders[0].Method
		back.Tenders = []order.Tender{{Method: method, Minor: order.DueBy(back, method).Minor, State: order.Succeeded}}
		s := order.Calc(back)
		checkSum(t, s)
		if got, want := parts(s), parts(negative(sum)); got != want {
			t.Fatalf("got  %s\nwant %s", got, want)
		}
		if s.Due != 0 {
			t.Fatalf("due after giving back: %d", s.Due)
		}
	})
}

func TestSuccessiveReturnsAddUpToTheSale(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sale, sum := settled(t, drawOrder(t))
		already := map[int]money.Qty{}
		var total, tax, net, rounding int64
		for len(order.Whole(sale, already)) > 0 {
			want := map[int]money.Qty{}
			for _, l := range sale.Lines {
				if left := l.Qty - already[l.No]; left > 0 && rapid.Bool().Draw(t, "this line") {
					want[l.No] = money.Qty(rapid.Int64Range(1, int64(left)).Draw(t, "back"))
				}
			}
			if len(want) == 0 {
				want = order.Whole(sale, already)
			}
			back, err := order.ReturnLines(sale, sum, already, want)
			if err != nil {
				t.Fatal(err)
			}
			s := order.Calc(back)
			cash := back.Clone() // what it is given back in changes nothing
			cash.Tenders = []order.Tender{{Method: order.Cash, Minor: s.Total, State: order.Succeeded}}
			if paid := order.Calc(cash); paid.Total != s.Total || paid.Due != 0 {
				t.Fatalf("%d is to go back, in cash %d, of which %d is due", s.Total, paid.Total, paid.Due)
			}
			checkSum(t, s)
			for _, l := range s.Lines {
				if l.Gross > 0 || l.Discount > 0 || l.Share > 0 || l.Tax > 0 || l.Total > 0 {
					t.Fatalf("part of a return above zero: %+v", l)
				}
			}
			if s.Total > 0 {
				t.Fatalf("a return that takes money: %+v", s)
			}
			if r := sale.Rules.Rounding; sum.Rounding != 0 && sum.Total%r.Unit == 0 && r.Mode != money.HalfFive && s.Total%r.Unit != 0 {
				t.Fatalf("%d cannot be paid out in units of %d", s.Total, r.Unit)
			}
			total, tax, net, rounding = total+s.Total, tax+s.Tax, net+s.Net, rounding+s.Rounding
			for no, q := range want {
				already[no] += q
			}
		}
		if total != -sum.Total || tax != -sum.Tax || net != -sum.Net || rounding != -sum.Rounding {
			t.Fatalf("returns give %d (net %d, tax %d, rounding %d), the sale was %+v", total, net, tax, rounding, sum)
		}
	})
}

func TestSplitAndMergeKeepTotals(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := drawOrder(t)
		want := order.Calc(o)
		var moved [][]order.Part
		gone := map[int]money.Qty{}
		for range rapid.IntRange(1, 3).Draw(t, "parts") {
			var part []order.Part
			for _, l := range o.Lines[1:] {
				if left := l.Qty - gone[l.No]; left > 0 && rapid.Bool().Draw(t, "moves") {
					q := money.Qty(rapid.Int64Range(1, int64(left)).Draw(t, "so much"))
					part = append(part, order.Part{Line: l.No, Qty: q})
					gone[l.No] += q
				}
			}
			if len(part) > 0 {
				moved = append(moved, part)
			}
		}
		before := fmt.Sprint(want)
		all, err := o.Split(moved...)
		if err != nil {
			t.Fatal(err)
		}
		var total, tax, discount int64
		for _, p := range all {
			s := order.Calc(p)
			checkSum(t, s)
			total, tax, discount = total+s.Total, tax+s.Tax, discount+s.Discount
			if s.Total < 0 {
				t.Fatalf("part below zero: %+v", s)
			}
		}
		if total != want.Total || tax != want.Tax || discount != want.Discount {
			t.Fatalf("parts give %d, tax %d, discount %d, the whole was %+v", total, tax, discount, want)
		}
		merged, err := all[0].Merge(all[1:]...)
		if err != nil {
			t.Fatal(err)
		}
		s := order.Calc(merged)
		checkSum(t, s)
		if s.Total != want.Total || s.Tax != want.Tax || s.Discount != want.Discount || s.Rounding != want.Rounding {
			t.Fatalf("merged %+v, was %+v", s, want)
		}
		if fmt.Sprint(order.Calc(o)) != before {
			t.Fatal("splitting changed the order")
		}
	})
}

func TestAChangeAfterASplitIsCalculatedAnew(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := drawOrder(t)
		if len(o.Lines) < 2 {
			return
		}
		all, err := o.Split([]order.Part{{Line: 2, Qty: o.Lines[1].Qty}})
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range all {
			if _, err := p.Add(order.Line{SKU: "b", Qty: money.One, Price: 10000}); err != nil {
				t.Fatal(err)
			}
			for _, l := range p.Lines {
				if l.Exact != nil {
					t.Fatal("figures of the split outlived a change")
				}
			}
			checkSum(t, order.Calc(p))
		}
	})
}
