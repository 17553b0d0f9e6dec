package order_test

import (
	"errors"
	"fmt"
	"testing"

	"suanpan/app/catalog"
	"suanpan/app/money"
	"suanpan/app/order"
)

func sale(r order.Rules, lines ...order.Line) *order.Order {
	o := order.New("o", r, noon)
	for _, l := range lines {
		if _, err := o.Add(l); err != nil {
			panic(err)
		}
	}
	return o
}

func piece(price money.Price, taxes ...catalog.Tax) order.Line {
	return order.Line{SKU: "a", Qty: money.One, Price: price, Taxes: taxes}
}

var (
	cny = order.Rules{Currency: "CNY", TaxIncluded: true}
	usd = order.Rules{Currency: "USD"}
)

// line is what the tables below say of a line: gross discount share net tax total.
func line(l order.LineSum) string {
	return fmt.Sprintf("%d %d %d %d %d %d", l.Gross, l.Discount, l.Share, l.Net, l.Tax, l.Total)
}

func TestKnownSums(t *testing.T) {
	perLine := func(r order.Rules) order.Rules { r.TaxPerLine = true; return r }
	for _, c := range []struct {
		name  string
		order *order.Order
		off   order.Discount
		lines []string
		sum   string // net tax rounding total
	}{
		{"included", sale(cny, piece(113000, vat13)), order.Discount{}, []string{"1130 0 0 1000 130 1130"}, "1000 130 0 1130"},
		{"on top", sale(usd, piece(100000, vat13)), order.Discount{}, []string{"1000 0 0 1000 130 1130"}, "1000 130 0 1130"},
		{"exempt", sale(cny, piece(113000, free)), order.Discount{}, []string{"1130 0 0 1130 0 1130"}, "1130 0 0 1130"},
		{"two taxes on the same net", sale(usd, piece(100000, vat13, local)), order.Discount{}, []string{"1000 0 0 1000 140 1140"}, "1000 140 0 1140"},
		{"two taxes inside", sale(cny, piece(114025, vat13, local)), order.Discount{}, []string{"1140 0 0 1000 140 1140"}, "1000 140 0 1140"},
		{"per line", sale(perLine(usd), piece(1500, vat13), piece(1500, vat13), piece(1500, vat13)), order.Discount{},
			[]string{"15 0 0 15 2 17", "15 0 0 15 2 17", "15 0 0 15 2 17"}, "45 6 0 51"},
		{"per receipt", sale(usd, piece(1100, vat13), piece(1100, vat13), piece(1100, vat13)), order.Discount{},
			[]string{"11 0 0 11 2 13", "11 0 0 11 1 12", "11 0 0 11 1 12"}, "33 4 0 37"},
		{"basket rate is rounded once", sale(cny, piece(3300), piece(3300), piece(3400)), order.Discount{Rate: 100000},
			[]string{"33 0 3 30 0 30", "33 0 3 30 0 30", "34 0 4 30 0 30"}, "90 0 0 90"},
		{"line, then basket", sale(cny, order.Line{Qty: money.Pieces(2), Price: 50000, Discount: order.Discount{Rate: 500000}}, piece(50000)),
			order.Discount{Minor: 100}, []string{"1000 500 50 450 0 450", "500 0 50 450 0 450"}, "900 0 0 900"},
		{"weighed", sale(cny, order.Line{Qty: 313, Unit: "kg", Price: 399000}), order.Discount{}, []string{"1249 0 0 1249 0 1249"}, "1249 0 0 1249"},
		{"label", sale(cny, order.Line{Qty: 313, Unit: "kg", Price: 399000, Fixed: new(int64(1250))}), order.Discount{}, []string{"1250 0 0 1250 0 1250"}, "1250 0 0 1250"},
		{"yen", sale(order.Rules{Currency: "JPY", TaxIncluded: true}, piece(1080000, catalog.Tax{Code: "8", Rate: 80000})), order.Discount{},
			[]string{"108 0 0 100 8 108"}, "100 8 0 108"},
		{"dinar", sale(order.Rules{Currency: "KWD"}, piece(12345, vat13)), order.Discount{}, []string{"1235 0 0 1235 161 1396"}, "1235 161 0 1396"},
		{"抹分", sale(order.Rules{Currency: "CNY", Rounding: money.Rounding{Unit: 10, Mode: money.Down}}, piece(131700)), order.Discount{},
			[]string{"1317 0 0 1317 0 1317"}, "1317 0 -7 1310"},
		{"see fen, take jiao", sale(order.Rules{Currency: "CNY", Rounding: money.Rounding{Unit: 10, Mode: money.Up}}, piece(131100)), order.Discount{},
			[]string{"1311 0 0 1311 0 1311"}, "1311 0 9 1320"},
	} {
		if err := c.order.SetBasketDiscount(c.off); err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		s := order.Calc(c.order)
		for i, want := range c.lines {
			if got := line(s.Lines[i]); got != want {
				t.Errorf("%s: line %d is %s, want %s", c.name, i+1, got, want)
			}
		}
		if got := fmt.Sprintf("%d %d %d %d", s.Net, s.Tax, s.Rounding, s.Total); got != c.sum {
			t.Errorf("%s: sum is %s, want %s", c.name, got, c.sum)
		}
		if err := order.Check(s); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestCashRoundingIsForCashAlone(t *testing.T) {
	chf := order.Rules{Currency: "CHF", Rounding: money.Rounding{Unit: 5, Mode: money.HalfUp, CashOnly: true}}
	o := sale(chf, piece(100200)) // 10.02
	paid := func(parts ...any) order.Sum {
		c := o.Clone()
		for i := 0; i < len(parts); i += 2 {
			c.Tenders = append(c.Tenders, order.Tender{Method: parts[i].(string), Minor: int64(parts[i+1].(int)), State: order.Succeeded})
		}
		return order.Calc(c)
	}
	if due := order.CashDue(o).Minor; due != 1000 {
		t.Errorf("cash due %d", due)
	}
	if due := order.DueBy(o, "card").Minor; due != 1002 {
		t.Errorf("card due %d", due)
	}
	for _, c := range []struct {
		name                  string
		sum                   order.Sum
		rounding, due, change int64
	}{
		{"nothing yet", paid(), 0, 1002, 0},
		{"card", paid("card", 1002), 0, 0, 0},
		{"cash", paid(order.Cash, 1000), -2, 0, 0},
		{"part in cash", paid(order.Cash, 500), 0, 502, 0},
		{"cash in two parts", paid(order.Cash, 500, order.Cash, 500), -2, 0, 0},
		{"cash and card", paid(order.Cash, 500, "card", 502), 0, 0, 0},
		{"too much", paid(order.Cash, 1100), -2, 0, 100},
	} {
		if c.sum.Rounding != c.rounding || c.sum.Due != c.due || c.sum.Change != c.change {
			t.Errorf("%s: %+v", c.name, c.sum)
		}
	}
	o.Tenders = []order.Tender{{Method: order.Cash, Minor: 500, State: order.Succeeded}, {Method: "card", Minor: 502, State: "DECLINED"}}
	if due := order.CashDue(o).Minor; due != 500 {
		t.Errorf("cash due after a part in cash and a declined card: %d", due)
	}
	o.Tenders[1].State = order.Succeeded
	o.Tenders[1].Minor = 100
	if due := order.CashDue(o).Minor; due != 402 {
		t.Errorf("cash due after a card: %d", due)
	}
}

func TestChangeIsWhatTheCashTenderSays(t *testing.T) {
	o := sale(cny, piece(131000))
	o.Tenders = []order.Tender{{Method: order.Cash, Minor: 1310, Given: 2000, Change: 690, State: order.Succeeded}}
	if s := order.Calc(o); s.Paid != 1310 || s.Due != 0 || s.Change != 690 {
		t.Errorf("%+v", s)
	}
}

func TestRefusalsNameTheLimit(t *testing.T) {
	o := sale(cny, piece(100000), piece(50000))
	full := func(d order.Discount) func(*order.Order) error {
		return func(o *order.Order) error { return o.SetDiscount(1, d) }
	}
	basket := func(d order.Discount) func(*order.Order) error {
		return func(o *order.Order) error { return o.SetBasketDiscount(d) }
	}
	add := func(l order.Line) func(*order.Order) error {
		return func(o *order.Order) error { _, err := o.Add(l); return err }
	}
	for _, c := range []struct {
		name string
		act  func(*order.Order) error
		is   error
		most int64 // -1: none
	}{
		{"line discount", full(order.Discount{Minor: 1001}), order.ErrDiscount, 1000},
		{"line discount below zero", full(order.Discount{Minor: -1}), order.ErrDiscount, 1000},
		{"line rate above all", full(order.Discount{Rate: 1_000_001}), order.ErrDiscount, 1000},
		{"both kinds", full(order.Discount{Rate: 1, Minor: 1}), order.ErrDiscount, -1},
		{"basket discount", basket(order.Discount{Minor: 1501}), order.ErrDiscount, 1500},
		{"zero quantity", func(o *order.Order) error { return o.SetQty(1, 0) }, order.ErrQuantity, -1},
		{"below zero on a sale", func(o *order.Order) error { return o.SetQty(1, -1000) }, order.ErrQuantity, -1},
		{"absurd quantity", func(o *order.Order) error { return o.SetQty(1, order.QtyMax+1) }, order.ErrQuantity, int64(order.QtyMax)},
		{"no such line", func(o *order.Order) error { return o.SetQty(9, 1000) }, order.ErrLine, -1},
		{"price below zero", func(o *order.Order) error { return o.SetPrice(1, -1, "x") }, order.ErrPrice, -1},
		{"absurd price", func(o *order.Order) error { return o.SetPrice(1, order.PriceMax+1, "x") }, order.ErrPrice, int64(order.PriceMax)},
		{"no reason", func(o *order.Order) error { return o.SetPrice(1, 1, " ") }, order.ErrReason, -1},
		{"value of the line", add(order.Line{Qty: order.QtyMax, Price: order.PriceMax}), order.ErrPrice, order.ValueMax},
		{"tax twice", add(piece(1, vat13, vat13)), order.ErrPrice, -1},
		{"return line by hand", add(order.Line{Qty: money.One, Of: 1}), order.ErrFixed, -1},
		{"remove twice", func(o *order.Order) error { _ = o.Remove(2); return o.Remove(2) }, order.ErrLine, -1},
		{"held", func(o *order.Order) error { o.State = order.Held; return o.SetQty(1, 2000) }, order.ErrBusy, -1},
		{"settled", func(o *order.Order) error { o.State = order.Settled; return o.SetQty(1, 2000) }, order.ErrClosed, -1},
		{"split nothing off", func(o *order.Order) error { _, err := o.Split(nil); return err }, order.ErrQuantity, -1},
		{"split too much", func(o *order.Order) error { _, err := o.Split([]order.Part{{Line: 1, Qty: 1001}}); return err }, order.ErrQuantity, 1000},
		{"split everything", func(o *order.Order) error {
			_, err := o.Split([]order.Part{{Line: 1, Qty: 1000}, {Line: 2, Qty: 1000}})
			return err
		}, order.ErrQuantity, -1},
		{"split after money", func(o *order.Order) error {
			o.Tenders = []order.Tender{{Method: order.Cash, Minor: 1, State: order.Succeeded}}
			_, err := o.Split([]order.Part{{Line: 1, Qty: 500}})
			return err
		}, order.ErrBusy, -1},
		{"merge of currencies", func(o *order.Order) error { _, err := o.Merge(sale(usd, piece(1))); return err }, order.ErrRules, -1},
	} {
		before := o.Clone()
		err := c.act(before)
		r, ok := order.Refused(err)
		if !errors.Is(err, c.is) || !ok {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		most := int64(-1)
		switch {
		case r.MinorMax != nil:
			most = *r.MinorMax
		case r.QtyMax != nil:
			most = int64(*r.QtyMax)
		case r.PriceMax != nil:
			most = int64(*r.PriceMax)
		}
		if most != c.most || r.Error() == "" {
			t.Errorf("%s: largest allowed is %d, want %d (%v)", c.name, most, c.most, err)
		}
	}
}

func TestAnOverrideSurvivesSplitAndMerge(t *testing.T) {
	o := sale(cny, order.Line{SKU: "a", Qty: money.Pieces(4), Price: 100000}, piece(50000))
	if err := o.SetPrice(1, 80000, "damaged"); err != nil {
		t.Fatal(err)
	}
	parts, err := o.Split([]order.Part{{Line: 1, Qty: money.Pieces(1)}})
	if err != nil {
		t.Fatal(err)
	}
	merged, err := parts[1].Merge(parts[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range append(parts, merged) {
		l := p.Lines[0]
		if l.Price != 80000 || l.List != 100000 || l.Override != "damaged" {
			t.Errorf("%+v", l)
		}
	}
	if err := o.SetPrice(1, 100000, ""); err != nil || o.Lines[0].Override != "" || o.Lines[0].List != 0 {
		t.Errorf("back to the list price: %v %+v", err, o.Lines[0])
	}
}

func TestAReturnAboveWhatIsLeftSaysWhatWasReturned(t *testing.T) {
	o := sale(cny, order.Line{SKU: "a", Name: "可乐", Qty: money.Pieces(3), Price: 100000})
	o.Tenders = []order.Tender{{Method: order.Cash, Minor: 3000, State: order.Succeeded}}
	if _, err := order.ReturnLines(o, order.Calc(o), nil, order.Whole(o, nil)); !errors.Is(err, order.ErrBusy) {
		t.Errorf("not settled: %v", err)
	}
	o.State = order.Settled
	sum := order.Calc(o)
	already := map[int]money.Qty{1: money.Pieces(2)}
	_, err := order.ReturnLines(o, sum, already, map[int]money.Qty{1: money.Pieces(2)})
	r, ok := order.Refused(err)
	if !errors.Is(err, order.ErrReturned) || !ok || *r.QtyMax != money.One || r.Line != 1 {
		t.Fatal(err)
	}
	if want := "line 1: order: more than was sold and not yet returned: a 可乐: sold 3, returned 2, asked 2: at most 1"; err.Error() != want {
		t.Error(err)
	}
	for name, want := range map[string]map[int]money.Qty{"unknown": {7: 1000}, "nothing": {}, "negative": {1: -1000}} {
		if _, err := order.ReturnLines(o, sum, already, want); err == nil {
			t.Errorf("%s line went through", name)
		}
	}
	back, err := order.ReturnLines(o, sum, already, order.Whole(o, already))
	if err != nil || order.Calc(back).Total != -1000 || back.Lines[0].Of != 1 || back.ReturnOf != "o" {
		t.Errorf("%+v, %v", back, err)
	}
	if err := back.SetQty(1, -2000); !errors.Is(err, order.ErrFixed) {
		t.Errorf("a line of a return was changed: %v", err)
	}
	// An exchange: something is bought with what comes back.
	if _, err := back.Add(piece(250000)); err != nil || order.Calc(back).Total != 1500 {
		t.Errorf("%v %+v", err, order.Calc(back))
	}
}

func TestLikeFindsWhereOneMoreMayBeCounted(t *testing.T) {
	o := sale(cny, piece(100000), order.Line{SKU: "b", Unit: "kg", Qty: 1000, Price: 1}, order.Line{SKU: "c", Qty: 1000, Price: 5000, Discount: order.Discount{Minor: 1}})
	if o.Like(piece(100000)) != 1 || o.Like(piece(90000)) != 0 || o.Like(order.Line{SKU: "b", Unit: "kg", Qty: 500, Price: 1}) != 0 || o.Like(order.Line{SKU: "c", Qty: 1000, Price: 5000}) != 0 {
		t.Error("like")
	}
}

func TestSumsThatDoNotAddUpAreRefused(t *testing.T) {
	good := order.Calc(sale(cny, piece(113000, vat13), piece(50000, vat9)))
	for name, spoil := range map[string]func(*order.Sum){
		"total":    func(s *order.Sum) { s.Total++ },
		"rounding": func(s *order.Sum) { s.Rounding++ },
		"tax":      func(s *order.Sum) { s.Tax++ },
		"rate":     func(s *order.Sum) { s.Taxes[0].Tax++ },
		"no rate":  func(s *order.Sum) { s.Taxes = s.Taxes[1:] },
		"line":     func(s *order.Sum) { s.Lines = s.Lines[1:] },
		"line tax": func(s *order.Sum) { s.Lines[0].Tax++ },
		"net":      func(s *order.Sum) { s.Lines[0].Net++ },
		"gross":    func(s *order.Sum) { s.Lines[0].Gross++; s.Subtotal++ },
		"share":    func(s *order.Sum) { s.Discount++ },
	} {
		s := good
		s.Taxes = append([]order.TaxSum(nil), good.Taxes...)
		s.Lines = append([]order.LineSum(nil), good.Lines...)
		spoil(&s)
		if err := order.Check(s); !errors.Is(err, order.ErrParts) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func BenchmarkCalc(b *testing.B) {
	for _, n := range []int{5, 200} {
		for _, r := range []order.Rules{cny, {Currency: "CNY", TaxIncluded: true, TaxPerLine: true}} {
			o := order.New("o", r, noon)
			for i := range n {
				l := piece(money.Price(12300+100*i), vat13)
				if i%4 == 3 {
					l.Taxes = []catalog.Tax{vat9}
				}
				if _, err := o.Add(l); err != nil {
					b.Fatal(err)
				}
			}
			o.Discount = order.Discount{Rate: 50000}
			b.Run(fmt.Sprintf("%dlines/perline=%v", n, r.TaxPerLine), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					order.Calc(o)
				}
			})
		}
	}
}
