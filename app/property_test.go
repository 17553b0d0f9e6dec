package app_test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"suanpan/app"
	"suanpan/app/ledger"
	"suanpan/app/money"
	"suanpan/app/order"
)

// TestWhateverPeopleDoTheBooksAgree plays random verbs on a real store with a real wallet, and after each of them looks at
// everything that must be one figure. By hand: go test -run Whatever -rapid.checks=500 ./app
func TestWhateverPeopleDoTheBooksAgree(t *testing.T) {
	fewer(t, 12)
	p := newPort(t)
	rapid.Check(t, func(rt *rapid.T) {
		m := &machine{T: rt, rig: newRig(t, &ticking{}, p), ctx: context.Background()}
		defer m.close()
		m.begin()
		rt.Repeat(m.acts())
		m.restart(rt)
	})
}

// fewer lowers the number of checks, unless somebody has asked for a number: each check is a day with a disk under it.
func fewer(t *testing.T, checks int) {
	f := flag.Lookup("rapid.checks")
	if f.Value.String() != f.DefValue {
		return
	}
	if err := f.Value.Set(strconv.Itoa(checks)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Value.Set(f.DefValue) }) // it was its own value before
}

// acts are what people do.
func (m *machine) acts() map[string]func(*rapid.T) {
	return map[string]func(*rapid.T){
		"": m.agree, "scan": m.scan, "scan2": m.scan, "add": m.add, "set": m.set, "price": m.price, "line discount": m.lineDiscount, "discount": m.discount,
		"remove": m.remove, "undo": m.undo, "hold": m.hold, "recall": m.recall, "new": m.begins, "void": m.void,
		"cash": m.cash, "cash2": m.cash, "wallet": m.wallet, "take back": m.takeBack, "complete": m.complete, "complete2": m.complete, "refund": m.refund, "loose": m.loose,
		"move cash": m.moveCash, "stock": m.stock, "shift": m.shiftOver, "restart": m.restart, "put": m.put,
	}
}

// machine is one random day.
type machine struct {
	*rapid.T
	*rig
	ctx  context.Context
	slow bool // in a bubble, with payers and a provider who take their time
}

// may fails on anything but a refusal.
func (m *machine) may(err error) bool {
	if code, _, _ := app.Explain(err); err != nil && (code == "internal" || strings.HasPrefix(code, "disk") || strings.HasPrefix(code, "file")) {
		m.Fatalf("not a refusal: %v", err)
	}
	return err == nil
}

func (m *machine) must(err error) {
	if err != nil {
		m.Fatal(err)
	}
}

// begin makes a shop under rules that the draw decides.
func (m *machine) begin() {
	in := app.Setup{Template: "retail", Name: "小店", Currency: "CNY", TaxIncluded: new(rapid.Bool().Draw(m.T, "prices with tax")), TaxPerLine: rapid.Bool().Draw(m.T, "tax per line")}
	if rapid.Bool().Draw(m.T, "rounds") {
		mode := rapid.SampledFrom([]money.Mode{money.Down, money.Up, money.HalfUp, money.HalfDown, money.HalfFive}).Draw(m.T, "mode")
		in.Rounding = &money.Rounding{Unit: rapid.SampledFrom([]int64{10, 100}).Draw(m.T, "unit"), Mode: mode, CashOnly: rapid.Bool().Draw(m.T, "cash only")}
	}
	_, err := m.shop.Setup(m.ctx, in)
	m.must(err)
	_, err = m.shop.Login(m.ctx, "1", "1234")
	m.must(err)
	list := goods()
	list[0].Taxes = []string{"13", "6"} // one with two rates
	list[3].Taxes = []string{"exempt"}
	_, err = m.shop.PutItems(m.ctx, list)
	m.must(err)
	_, err = m.shop.OpenShift(m.ctx, 10000)
	m.must(err)
}

func (m *machine) scan(t *rapid.T) {
	code := rapid.SampledFrom([]string{"6901234567892", "6920000000012", "6920000000029", "9787100000017", "6920000000036", "6920000000043", "2112345012346", "2212345012503",
		"261234501245012501", "gum", "7777", "134567890123456789"}).Draw(t, "code")
	_, err := m.shop.Scan(m.ctx, "", code, money.Pieces(rapid.Int64Range(1, 12).Draw(t, "times")))
	m.may(err)
}

func (m *machine) add(t *rapid.T) {
	a := app.Add{SKU: rapid.SampledFrom([]string{"tea", "shirt", "pen", "gum", "book", "apple", "water"}).Draw(t, "sku"), Qty: money.Qty(rapid.Int64Range(0, 5000).Draw(t, "qty")),
		Count: rapid.Bool().Draw(t, "tile")}
	_, err := m.shop.AddItem(m.ctx, "", a)
	m.may(err)
}

// line draws a line of the counter's order, 1 where there is none.
func (m *machine) line(t *rapid.T) int {
	b, err := m.shop.Basket("")
	if err != nil || len(b.Order.Lines) == 0 {
		return 1
	}
	return rapid.SampledFrom(b.Order.Lines).Draw(t, "line").No
}

func (m *machine) setTo(t *rapid.T, s app.Set) {
	_, err := m.shop.SetLine(m.ctx, "", m.line(t), s)
	m.may(err)
}

func (m *machine) set(t *rapid.T) {
	m.setTo(t, app.Set{Qty: new(money.Qty(rapid.Int64Range(-1000, 9999).Draw(t, "qty")))})
}

func (m *machine) price(t *rapid.T) {
	m.setTo(t, app.Set{Price: new(money.Price(rapid.Int64Range(0, 999_9999).Draw(t, "price"))), Reason: "改价"})
}

func drawDiscount(t *rapid.T) order.Discount {
	if rapid.Bool().Draw(t, "rate") {
		return order.Discount{Rate: money.Rate(rapid.Int64Range(0, 1_000_000).Draw(t, "off")), Reason: "会员"}
	}
	return order.Discount{Minor: rapid.Int64Range(0, 5000).Draw(t, "off"), Reason: "会员"}
}

func (m *machine) lineDiscount(t *rapid.T) { m.setTo(t, app.Set{Discount: new(drawDiscount(t))}) }

func (m *machine) discount(t *rapid.T) {
	_, err := m.shop.DiscountOrder(m.ctx, "", drawDiscount(t))
	m.may(err)
}

func (m *machine) remove(t *rapid.T) {
	_, err := m.shop.RemoveLine(m.ctx, "", m.line(t), "不要了")
	m.may(err)
}

func (m *machine) undo(*rapid.T) { _, _, err := m.shop.Undo(m.ctx); m.may(err) }

func (m *machine) hold(t *rapid.T) {
	_, err := m.shop.Hold(m.ctx, "", rapid.SampledFrom([]string{"张", "李", ""}).Draw(t, "label"))
	m.may(err)
}

func (m *machine) recall(t *rapid.T) {
	list, err := m.shop.Unfinished(m.ctx)
	m.must(err)
	if len(list) > 0 {
		_, err := m.shop.Recall(m.ctx, rapid.SampledFrom(list).Draw(t, "held").ID)
		m.may(err)
	}
}

func (m *machine) begins(*rapid.T) { _, err := m.shop.NewOrder(m.ctx, app.Begin{}); m.may(err) }

func (m *machine) void(*rapid.T) { _, err := m.shop.VoidOrder(m.ctx, "", "走了"); m.may(err) }

func (m *machine) put(t *rapid.T) {
	item := goods()[0]
	item.Price = money.Price(rapid.Int64Range(0, 50_0000).Draw(t, "new price"))
	_, err := m.shop.PutItems(m.ctx, append(goods()[1:], item))
	m.must(err)
}

func (m *machine) cash(t *rapid.T) {
	ask := app.TenderAsk{Method: order.Cash, Certain: true}
	if rapid.Bool().Draw(t, "some") {
		ask.Minor = new(rapid.Int64Range(0, 20000).Draw(t, "given"))
	}
	_, err := m.shop.Tender(m.ctx, ask)
	m.may(err)
}

func (m *machine) takeBack(*rapid.T) {
	if b, err := m.shop.Basket(""); err == nil && len(b.Order.Tenders) > 0 {
		_, err := m.shop.TakeBack(m.ctx, "", b.Order.Tenders[len(b.Order.Tenders)-1].ID)
		m.may(err)
	}
}

func (m *machine) complete(t *rapid.T) {
	before, _ := m.shop.Basket("")
	got, err := m.shop.Complete(m.ctx, "")
	if !m.may(err) {
		return
	}
	if a, b := text(before.Sum), text(got.Doc.Sum); a != b {
		t.Fatalf("the basket said %s\nthe sale says %s", a, b)
	}
	if again, err := m.shop.Complete(m.ctx, order.ID(got.ID)); err != nil || again.No != got.No {
		t.Fatal(again.No, err)
	}
	m.slip(t, got)
}

// slip holds the paper to the document: every line's amount, the total, the rounding and the number stand on it.
func (m *machine) slip(t *rapid.T, s app.Sale) {
	page, err := m.shop.Page(m.ctx, app.PrintAsk{Sale: s.ID})
	m.must(err)
	paper, err := m.shop.Bytes(page, "text")
	m.must(err)
	want := []string{s.No, money.Of(s.Total, "CNY").Decimal()}
	for _, l := range s.Doc.Sum.Lines {
		want = append(want, money.Of(l.Gross, "CNY").Decimal())
	}
	if s.Doc.Sum.Rounding != 0 {
		want = append(want, money.Of(s.Doc.Sum.Rounding, "CNY").Decimal())
	}
	for _, w := range want {
		if w = strings.TrimPrefix(w, "-"); !strings.Contains(strings.ReplaceAll(string(paper), ",", ""), w) { // the sign may stand before the currency's
			t.Fatalf("%q is not on the slip:\n%s", w, paper)
		}
	}
}

func (m *machine) moveCash(t *rapid.T) {
	_, err := m.shop.MoveCash(m.ctx, rapid.Int64Range(-3000, 3000).Draw(t, "amount"), "零钱")
	m.may(err)
}

func (m *machine) stock(t *rapid.T) {
	line := []app.StockLine{{SKU: rapid.SampledFrom([]string{"tea", "pen", "apple"}).Draw(t, "sku"), Qty: money.Qty(rapid.Int64Range(0, 9000).Draw(t, "qty"))}}
	var err error
	if rapid.Bool().Draw(t, "counts") {
		_, _, err = m.shop.CountStock(m.ctx, line)
	} else {
		_, err = m.shop.ReceiveStock(m.ctx, line)
	}
	m.may(err)
}

func text(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(err)
	}
	return string(b)
}

// facts reads the whole journal.
func (m *machine) facts() (all []ledger.Fact) {
	for after := int64(0); ; {
		some, err := m.shop.Facts(m.ctx, after, 1000)
		m.must(err)
		if len(some) == 0 {
			return all
		}
		all, after = append(all, some...), some[len(some)-1].Seq
	}
}
