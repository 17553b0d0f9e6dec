package app_test

import (
	"encoding/json"
	"fmt"
	"testing/synctest"

	"pgregory.net/rapid"

	"suanpan/app"
	"suanpan/app/ledger"
	"suanpan/app/money"
	"suanpan/app/order"
	"suanpan/app/pay"
)

// wallet takes all or a part through the provider, from payers who pay at once or refuse.
func (m *machine) wallet(t *rapid.T) {
	ask := app.TenderAsk{Method: "wechatpay", Wait: 20e9, Code: pay.Hide(codes[rapid.SampledFrom([]string{"pays", "pays", "poor", "expired"}).Draw(t, "payer")])}
	if rapid.Bool().Draw(t, "some") {
		ask.Minor = new(rapid.Int64Range(1, 5000).Draw(t, "amount"))
	}
	p, err := m.shop.Tender(m.ctx, ask)
	if m.may(err) && !p.State.Final() {
		t.Fatal("not decided: ", p)
	}
}

func (m *machine) refund(t *rapid.T) {
	rows, err := m.shop.Sales(m.ctx, app.SalesQuery{})
	m.must(err)
	if len(rows) == 0 {
		return
	}
	row := rapid.SampledFrom(rows).Draw(t, "sale")
	ask := app.RefundAsk{Sale: row.ID, Reason: "坏了", Restock: rapid.Bool().Draw(t, "restock")}
	if rapid.Bool().Draw(t, "some lines") {
		sold, err := m.shop.GetSale(m.ctx, row.ID)
		m.must(err)
		ask.Lines = map[int]money.Qty{}
		for _, l := range sold.Doc.Order.Lines {
			if rapid.Bool().Draw(t, "this one") {
				ask.Lines[l.No] = money.Qty(rapid.Int64Range(1, max(1, int64(l.Qty))).Draw(t, "qty"))
			}
		}
	}
	before := m.back(row.ID)
	got, err := m.shop.Refund(m.ctx, ask)
	if !m.may(err) {
		return
	}
	if left := row.Total + before + got.Total; row.Total >= 0 && left < 0 {
		t.Fatalf("%s of %d: %d went back before, now %d", row.No, row.Total, before, got.Total)
	}
	m.slip(t, got)
}

// back is what refunds took back of a sale.
func (m *machine) back(id string) (minor int64) {
	s, err := m.shop.GetSale(m.ctx, id)
	m.must(err)
	for _, r := range s.Refunds {
		minor += r.Total
	}
	return minor
}

func (m *machine) loose(t *rapid.T) {
	ask := app.LooseAsk{SKU: rapid.SampledFrom([]string{"tea", "pen", "gum", "apple", "water"}).Draw(t, "sku"), Qty: money.Qty(rapid.Int64Range(1, 3000).Draw(t, "qty")), Reason: "坏了", Person: "王"}
	got, err := m.shop.RefundLoose(m.ctx, ask)
	if m.may(err) {
		m.slip(t, got)
	}
}

// shiftOver closes the shift and opens the next. The Z is what the X said.
func (m *machine) shiftOver(t *rapid.T) {
	x, err := m.shop.X(m.ctx)
	m.must(err)
	off := rapid.Int64Range(0, 500).Draw(t, "counted")
	z, err := m.shop.CloseShift(m.ctx, app.Count{Counted: map[string]int64{order.Cash: max(0, x.Expected[order.Cash]+off-200)}})
	m.must(err)
	if a, b := text(x), text(z.Figures); a != b {
		t.Fatalf("the X said %s\nthe Z says %s", a, b)
	}
	_, err = m.shop.OpenShift(m.ctx, 10000)
	m.must(err)
}

// restart drops the till where it stands; what comes back is what was there.
func (m *machine) restart(t *rapid.T) {
	before, x, current := state(m.rig.t, m.shop), m.report(), m.shop.Current()
	m.powerOff()
	m.open()
	_, err := m.shop.Login(m.ctx, "1", "1234")
	m.must(err)
	if after := state(m.rig.t, m.shop); after != before && !m.slow { // slow payers may answer at once after a start
		t.Fatalf("after the restart:\n%s\nbefore:\n%s", after, before)
	}
	if again := m.report(); again != x && !m.slow {
		t.Fatalf("after the restart:\n%s\nbefore:\n%s", again, x)
	}
	if current != "" {
		if b, err := m.shop.Basket(current); err != nil || b.Order.State == order.Held || m.slow {
			return
		}
		_, err := m.shop.Recall(m.ctx, current)
		m.must(err)
	}
}

func (m *machine) report() string {
	x, err := m.shop.X(m.ctx)
	m.must(err)
	return text(x)
}

// agree looks at everything that must be one figure.
func (m *machine) agree(t *rapid.T) {
	if m.slow {
		synctest.Wait()
	}
	proof, err := m.shop.Verify(m.ctx, nil)
	if err != nil || !proof.OK {
		t.Fatal(proof, err)
	}
	b := book{accounts: map[string]int64{}, stock: map[string]int64{}, shift: map[string]int64{}, tenders: map[string]int64{}, series: map[string]int64{}}
	open := m.shop.Info().Shift
	for _, f := range m.facts() {
		if err := ledger.Balanced(f.Postings); err != nil {
			t.Fatal(err)
		}
		if err := b.enter(f, open.ID); err != nil {
			t.Fatalf("entry %d: %v", f.Seq, err)
		}
	}
	x, err := m.shop.X(m.ctx)
	m.must(err)
	var tenders, taxes int64
	for method, minor := range x.Tenders {
		tenders += minor
		if b.tenders[method] != minor {
			t.Fatalf("X says %s %d, the documents %d", method, minor, b.tenders[method])
		}
	}
	for _, tax := range x.Taxes {
		taxes += tax.Tax
	}
	for what, pair := range map[string][2]int64{
		"takings and tenders":              {x.Sales - x.Refunds, tenders},
		"takings and their parts":          {x.Sales - x.Refunds, x.Net + taxes + x.Rounding},
		"takings of X and of documents":    {x.Sales - x.Refunds, b.shift["total"]},
		"sales account of shift and X":     {x.Net, -b.shift["sales:retail"]},
		"rounding of shift and X":          {x.Rounding, -b.shift["rounding"]},
		"cash account and expected cash":   {b.accounts["cash:A"], x.Expected[order.Cash]},
		"documents of the shift":           {x.SaleCount + x.RefundCount, b.shift["n"]},
		"deposits of orders and baskets":   {-b.accounts["deposit:orders"], m.captured()},
		"captured less refunds and claims": {b.accounts["clearing:wechatpay"], b.tenders0 + m.captured() - b.accounts["deposit:refunds"] - b.accounts["deposit:late"]},
	} {
		if pair[0] != pair[1] {
			t.Fatalf("%s: %d and %d", what, pair[0], pair[1])
		}
	}
	for sku, want := range b.stock {
		if got, err := m.shop.StockLevel(m.ctx, sku); err != nil || int64(got) != want {
			t.Fatalf("stock of %s is %s, its documents make %s (%v)", sku, got, money.Qty(want), err)
		}
	}
}

// captured is what providers brought in for orders that are not settled.
func (m *machine) captured() (minor int64) {
	list, err := m.shop.Unfinished(m.ctx)
	m.must(err)
	for _, h := range append(list, app.Held{ID: m.shop.Current()}) {
		b, err := m.shop.Basket(h.ID)
		if err != nil || h.ID == "" {
			continue
		}
		for _, t := range b.Order.Tenders {
			if t.Method != order.Cash {
				minor += t.Minor
			}
		}
	}
	return minor
}

// book adds the journal up by itself, from the bodies as anybody could read them.
type book struct {
	accounts, stock, shift, tenders, series map[string]int64
	tenders0                                int64 // through providers, of all documents, refunds taken off
}

func (b *book) enter(f ledger.Fact, open string) error {
	for _, p := range f.Postings {
		b.accounts[p.Account] += p.Minor
		if f.Shift == open && (f.Kind == "sale" || f.Kind == "refund") {
			b.shift[p.Account] += p.Minor
		}
	}
	switch f.Kind {
	case "stock.moved":
		var move struct {
			Lines []struct {
				SKU   string `json:"sku"`
				Delta int64  `json:"delta"`
			} `json:"lines"`
		}
		if err := json.Unmarshal(f.Body, &move); err != nil {
			return err
		}
		for _, l := range move.Lines {
			b.stock[l.SKU] += l.Delta
		}
	case "sale", "refund":
		var d app.Document
		if err := json.Unmarshal(f.Body, &d); err != nil {
			return err
		}
		return b.document(f, &d, open)
	}
	return nil
}

func (b *book) document(f ledger.Fact, d *app.Document, open string) error {
	b.series[d.Till]++
	if want := fmt.Sprintf("%s-%06d", d.Till, b.series[d.Till]); d.No != want {
		return fmt.Errorf("number %s, want %s", d.No, want)
	}
	var paid int64
	for _, t := range d.Order.Tenders {
		paid += t.Minor
		if t.Method != order.Cash {
			b.tenders0 += t.Minor
		}
		if f.Shift == open {
			b.tenders[t.Method] += t.Minor
		}
	}
	if paid != d.Sum.Total || d.Sum.Due != 0 {
		return fmt.Errorf("%s: total %d, paid %d, due %d", d.No, d.Sum.Total, paid, d.Sum.Due)
	}
	if calc := text(order.Calc(d.Order)); calc != text(d.Sum) {
		return fmt.Errorf("%s: stored %s, the calculation says %s", d.No, text(d.Sum), calc)
	}
	if f.Shift == open {
		b.shift["total"] += d.Sum.Total
		b.shift["n"]++
	}
	for _, l := range d.Order.Lines {
		if d.Kind == "refund" && !d.Restock {
			continue
		}
		factor := int64(max(l.Factor, 0))
		if factor == 0 {
			factor = 1000
		}
		b.stock[l.SKU] -= int64(l.Qty) * factor / 1000
	}
	return nil
}
