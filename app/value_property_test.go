package app_test

import (
	"context"

	"pgregory.net/rapid"

	"suanpan/app"
	"suanpan/app/member"
	"suanpan/app/money"
	"suanpan/app/order"
	"suanpan/app/pay"
)

// purser is one random history of cards and accounts.
type purser struct {
	*rapid.T
	ctx   context.Context
	shop  *app.Shop
	cards []app.Holding
	sales []string
}

func (w *purser) must(err error) {
	if err != nil {
		w.Fatal(err)
	}
}

// may fails on anything but a refusal.
func (w *purser) may(err error) bool {
	if c := code(err); c == "internal" {
		w.Fatal(err)
	}
	return err == nil
}

func (w *purser) begin() {
	conf := w.shop.Info().Config
	conf.Value = member.Rules{Gifts: []member.Step{{From: 5000, Gift: 777}}, GiftDays: rapid.SampledFrom([]int{0, 1}).Draw(w.T, "days"),
		First: rapid.SampledFrom([]member.First{member.PrincipalFirst, member.BonusFirst, member.Shared}).Draw(w.T, "first")}
	_, err := w.shop.Configure(w.ctx, conf)
	w.must(err)
	for _, put := range []app.CardPut{{No: "1"}, {No: "2"}, {Kind: member.Voucher}} {
		h, err := w.shop.PutCard(w.ctx, put)
		w.must(err)
		w.cards = append(w.cards, h)
	}
	for _, no := range []string{"K1", "K2"} {
		_, err := w.shop.PutAccount(w.ctx, member.Customer{No: no, Name: no, Limit: 30000})
		w.must(err)
	}
}

func (w *purser) card(t *rapid.T) app.Holding { return rapid.SampledFrom(w.cards).Draw(t, "card") }

func (w *purser) load(t *rapid.T) {
	c := w.card(t)
	_, err := w.shop.LoadValue(w.ctx, app.LoadAsk{Kind: c.Kind, Card: c.ID, Minor: rapid.Int64Range(-1, 9000).Draw(t, "minor")})
	w.may(err)
}

func (w *purser) loadBasket(t *rapid.T) {
	c := w.card(t)
	b, err := w.shop.AddLoad(w.ctx, "", app.LoadAsk{Kind: c.Kind, Card: c.ID, Minor: rapid.Int64Range(1, 9000).Draw(t, "minor")})
	if w.may(err) {
		w.finish(t, b.Order.ID)
	}
}

// finish pays the rest in cash and completes, mostly.
func (w *purser) finish(t *rapid.T, id order.ID) {
	if rapid.IntRange(0, 4).Draw(t, "leave it open") == 0 {
		return
	}
	_, err := w.shop.Tender(w.ctx, app.TenderAsk{Order: id, Method: order.Cash})
	w.may(err)
	sold, err := w.shop.Complete(w.ctx, id)
	if w.may(err) {
		w.sales = append(w.sales, sold.ID)
	}
}

// goods puts something on the current basket, and answers it.
func (w *purser) goods(t *rapid.T) (order.ID, bool) {
	b, err := w.shop.AddItem(w.ctx, "", app.Add{SKU: rapid.SampledFrom([]string{"tea", "pen", "shirt"}).Draw(t, "sku"), Qty: money.Pieces(rapid.Int64Range(1, 3).Draw(t, "n"))})
	if !w.may(err) {
		return "", false
	}
	return b.Order.ID, true
}

func (w *purser) amount(t *rapid.T) *int64 {
	if rapid.Bool().Draw(t, "all") {
		return nil
	}
	return pint(rapid.Int64Range(1, 6000).Draw(t, "amount"))
}

func (w *purser) spend(t *rapid.T) {
	id, ok := w.goods(t)
	if !ok {
		return
	}
	c := w.card(t)
	ask := app.TenderAsk{Order: id, Method: string(c.Kind), Card: c.ID, Minor: w.amount(t)}
	_, err := w.shop.Tender(w.ctx, ask)
	w.may(err)
	w.finish(t, id)
}

func (w *purser) charge(t *rapid.T) {
	id, ok := w.goods(t)
	if !ok {
		return
	}
	_, err := w.shop.Tender(w.ctx, app.TenderAsk{Order: id, Method: "account", Card: rapid.SampledFrom([]string{"K1", "K2"}).Draw(t, "who"), Signed: "W", Minor: w.amount(t)})
	w.may(err)
	w.finish(t, id)
}

func (w *purser) settle(t *rapid.T) {
	ask := app.SettleAsk{Customer: rapid.SampledFrom([]string{"K1", "K2"}).Draw(t, "who"), Minor: rapid.Int64Range(0, 5000).Draw(t, "minor")}
	if rapid.Bool().Draw(t, "at once") {
		_, err := w.shop.SettleAccount(w.ctx, ask)
		w.may(err)
		return
	}
	b, err := w.shop.AddSettlement(w.ctx, "", ask)
	if w.may(err) {
		w.finish(t, b.Order.ID)
	}
}

func (w *purser) takeBack(t *rapid.T) {
	b, err := w.shop.Basket("")
	if err != nil || len(b.Order.Tenders) == 0 {
		return
	}
	_, err = w.shop.TakeBack(w.ctx, b.Order.ID, rapid.SampledFrom(b.Order.Tenders).Draw(t, "tender").ID)
	w.may(err)
}

func (w *purser) refund(t *rapid.T) {
	if len(w.sales) == 0 {
		return
	}
	ask := app.RefundAsk{Sale: rapid.SampledFrom(w.sales).Draw(t, "sale"), Reason: "r"}
	if rapid.Bool().Draw(t, "one line") {
		ask.Lines = map[int]money.Qty{1: money.One}
	}
	_, err := w.shop.Refund(w.ctx, ask)
	w.may(err)
}

func (w *purser) expire(*rapid.T) {
	_, _, err := w.shop.ExpireValue(w.ctx)
	w.must(err)
}

// agree compares what cards and accounts say with the ledger's accounts.
func (w *purser) agree(*rapid.T) {
	var members, vouchers, bonus, owed int64
	for _, c := range w.cards {
		h, err := w.shop.ValueOf(w.ctx, c.Kind, c.ID, pay.Secret{})
		w.must(err)
		for _, l := range h.Lots {
			switch {
			case l.Minor < 0:
				w.Fatalf("below zero: %+v", h)
			case l.Part == member.Bonus:
				bonus += l.Minor
			case c.Kind == member.Voucher:
				vouchers += l.Minor
			default:
				members += l.Minor
			}
		}
	}
	list, err := w.shop.Accounts(w.ctx, "")
	w.must(err)
	for _, a := range list {
		owed += a.Balance
		st, err := w.shop.AccountStatement(w.ctx, a.No, a.Made, a.Made)
		w.must(err)
		if got := st.Balance; got != a.Balance {
			w.Fatalf("%s: %d and %d", a.No, got, a.Balance)
		}
	}
	books := map[string]int64{}
	facts, err := w.shop.Facts(w.ctx, 0, 1000)
	w.must(err)
	for _, f := range facts {
		for _, p := range f.Postings {
			name := p.Account
			if len(name) > 8 && name[:8] == "account:" {
				name = "account"
			}
			books[name] += p.Minor
		}
	}
	if len(facts) == 1000 {
		return
	}
	if -books["deposit:members"] != members || -books["deposit:vouchers"] != vouchers || -books["deposit:bonus"] != bonus || books["account"] != owed {
		w.Fatalf("members %d, vouchers %d, bonus %d, owed %d; the books say %v", members, vouchers, bonus, owed, books)
	}
}
