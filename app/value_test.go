package app_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"suanpan/app"
	"suanpan/app/member"
	"suanpan/app/money"
	"suanpan/app/order"
	"suanpan/app/pay"
	"suanpan/app/receipt"
)

func pint(n int64) *int64 { return &n }

// carded is a till with a member W01 and 100.00 + 10.00 on the card.
func carded(t testing.TB) (*app.Shop, app.Holding) {
	t.Helper()
	shop, ctx := coded(t), context.Background()
	conf := shop.Info().Config
	conf.Value = member.Rules{Gifts: []member.Step{{From: 10000, Gift: 1000}}, GiftDays: 30}
	if _, err := shop.Configure(ctx, conf); err != nil {
		t.Fatal(err)
	}
	h, err := shop.PutCard(ctx, app.CardPut{No: "W01", Name: "王", Phone: "13800138000"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := shop.LoadValue(ctx, app.LoadAsk{Card: "W01", Minor: 10000}); err != nil {
		t.Fatal(err)
	}
	return shop, h
}

// basket puts a SKU n times on a new basket.
func basket(t testing.TB, shop *app.Shop, sku string, n int64) order.ID {
	t.Helper()
	b, err := shop.NewOrder(context.Background(), app.Begin{})
	if err == nil {
		b, err = shop.AddItem(context.Background(), b.Order.ID, app.Add{SKU: sku, Qty: money.Pieces(n)})
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Order.ID
}

// account is the balance of an account of the ledger, from its postings.
func account(t testing.TB, shop *app.Shop, name string) (sum int64) {
	t.Helper()
	for after := int64(0); ; {
		facts, err := shop.Facts(context.Background(), after, 1000)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range facts {
			after = f.Seq
			for _, p := range f.Postings {
				if p.Account == name {
					sum += p.Minor
				}
			}
		}
		if len(facts) == 0 {
			return sum
		}
	}
}

func TestStoredValueIsALiabilityInTwoPartsAndGoesBackAsItCame(t *testing.T) {
	shop, _ := carded(t)
	ctx := context.Background()
	h, err := shop.ValueOf(ctx, member.Member, "13800138000", pay.Secret{})
	if err != nil || h.Principal != 10000 || h.Bonus != 1000 {
		t.Fatalf("%+v %v", h, err)
	}
	if a, b, c := account(t, shop, "deposit:members"), account(t, shop, "deposit:bonus"), account(t, shop, "sales:retail"); a != -10000 || b != -1000 || c != 0 {
		t.Errorf("members %d, bonus %d, sales %d", a, b, c)
	}
	x, err := shop.X(ctx)
	if err != nil || x.Sales != 0 || x.Tenders["cash"] != 10000 || len(x.Loads) != 1 || x.Loads[0].Minor != 10000 || x.Expected["cash"] != 10000 {
		t.Errorf("%+v %v", x, err)
	}
	o := basket(t, shop, "shirt", 1) // 99.00
	if _, err := shop.AddItem(ctx, o, app.Add{SKU: "tea"}); err != nil {
		t.Fatal(err)
	}
	p, err := shop.Tender(ctx, app.TenderAsk{Order: o, Method: "member", Card: "w01"}) // 112.10 due, 110.00 there
	if err != nil || p.Minor != 11000 || p.State != pay.Succeeded {
		t.Fatalf("%+v %v", p, err)
	}
	if _, err := shop.Tender(ctx, app.TenderAsk{Order: o, Method: "member", Card: "W01"}); code(err) != "card_empty" {
		t.Error(err)
	}
	if _, err := shop.VoidOrder(ctx, o, "x"); code(err) != "captured" {
		t.Error(err)
	}
	if _, err := shop.Tender(ctx, app.TenderAsk{Order: o, Method: order.Cash}); err != nil {
		t.Fatal(err)
	}
	sold, err := shop.Complete(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := shop.Refund(ctx, app.RefundAsk{Sale: sold.ID, Lines: map[int]money.Qty{2: money.One}, Reason: "r"}); err != nil {
		t.Fatal(err)
	}
	h, err = shop.ValueOf(ctx, member.Member, "W01", pay.Secret{})
	if err != nil || h.Principal+h.Bonus != 1310 || h.Bonus != 119 { // 13.10 × 10/110
		t.Errorf("%+v %v", h, err)
	}
	if _, err := shop.Refund(ctx, app.RefundAsk{Sale: sold.ID, Reason: "r"}); err != nil {
		t.Fatal(err)
	}
	if h, err = shop.ValueOf(ctx, member.Member, "W01", pay.Secret{}); err != nil || h.Principal != 10000 || h.Bonus != 1000 {
		t.Errorf("%+v %v", h, err)
	}
	proven(t, shop)
}

func TestAShortBalanceIsOfferedAndNotForced(t *testing.T) {
	shop, _ := carded(t)
	ctx := context.Background()
	o := basket(t, shop, "shirt", 2)
	if _, err := shop.Tender(ctx, app.TenderAsk{Order: o, Method: "member", Card: "W01", Minor: pint(15000)}); code(err) != "balance_short" {
		t.Error(err)
	}
	for want, ask := range map[string]app.TenderAsk{
		"card_not_found": {Order: o, Method: "member", Card: "W02"}, "card_missing": {Order: o, Method: "member"}, "account_not_found": {Order: o, Method: "account", Card: "K"},
		"above_due": {Order: o, Method: "member", Card: "W01", Minor: pint(99900)},
	} {
		if _, err := shop.Tender(ctx, ask); code(err) != want {
			t.Errorf("%s: %v", want, err)
		}
	}
	p, err := shop.Tender(ctx, app.TenderAsk{Order: o, Method: "member", Card: "W01", Minor: pint(5000)})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := shop.TakeBack(ctx, o, p.ID); err != nil {
		t.Fatal(err)
	}
	h, err := shop.ValueOf(ctx, member.Member, "W01", pay.Secret{})
	if err != nil || h.Principal != 10000 || h.Bonus != 1000 || account(t, shop, "deposit:orders") != 0 {
		t.Errorf("%+v %v", h, err)
	}
	proven(t, shop)
}

func TestAGiftCardIsItsCodeAndTheCodeIsNowhere(t *testing.T) {
	shop, ctx := coded(t), context.Background()
	made, err := shop.PutCard(app.WithKey(ctx, "k"), app.CardPut{Kind: member.Voucher})
	if err != nil || len(made.Code) != 19 || strings.Contains(made.No, made.Code[:4]) {
		t.Fatalf("%+v %v", made, err)
	}
	if again, err := shop.PutCard(app.WithKey(ctx, "k"), app.CardPut{Kind: member.Voucher}); err != nil || again.ID != made.ID || again.Code != "" {
		t.Errorf("%+v %v", again, err)
	}
	b, err := shop.NewOrder(ctx, app.Begin{})
	if err != nil {
		t.Fatal(err)
	}
	if b, err = shop.AddLoad(ctx, b.Order.ID, app.LoadAsk{Kind: member.Voucher, Card: made.ID, Minor: 5000}); err != nil || b.Sum.Due != 5000 || b.Sum.Tax != 0 {
		t.Fatal(b, err)
	}
	if _, err := shop.Tender(ctx, app.TenderAsk{Order: b.Order.ID, Method: "voucher", Code: pay.Hide(made.Code)}); code(err) != "value_by_value" {
		t.Error(err)
	}
	if _, err := shop.Tender(ctx, app.TenderAsk{Order: b.Order.ID, Method: order.Cash}); err != nil {
		t.Fatal(err)
	}
	sold, err := shop.Complete(ctx, b.Order.ID)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := shop.Refund(ctx, app.RefundAsk{Sale: sold.ID, Reason: "r"}); code(err) != "value_not_returned" {
		t.Error(err)
	}
	o := basket(t, shop, "tea", 1)
	p, err := shop.Tender(ctx, app.TenderAsk{Order: o, Method: "voucher", Code: pay.Hide(strings.ToLower(made.Code))})
	if err != nil || p.Minor != 1310 {
		t.Fatal(p, err)
	}
	if _, err := shop.Complete(ctx, o); err != nil {
		t.Fatal(err)
	}
	if account(t, shop, "deposit:vouchers") != -3690 {
		t.Error("vouchers", account(t, shop, "deposit:vouchers"))
	}
	facts, err := shop.Facts(ctx, 0, 1000)
	for _, f := range facts {
		if plain := member.Plain(made.Code); strings.Contains(string(f.Body), made.Code) || strings.Contains(string(f.Body), plain) {
			t.Errorf("%s has the code", f.Kind)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := shop.PutCard(ctx, app.CardPut{Card: made.ID, Blocked: true}); err != nil {
		t.Fatal(err)
	}
	if _, err := shop.Tender(ctx, app.TenderAsk{Order: basket(t, shop, "tea", 1), Method: "voucher", Code: pay.Hide(made.Code)}); code(err) != "card_blocked" {
		t.Error(err)
	}
	if _, err := shop.PutCard(ctx, app.CardPut{Kind: member.Voucher, Code: pay.Hide(made.Code)}); code(err) != "card_no_taken" {
		t.Error(err)
	}
	proven(t, shop)
}

func TestOnAccountHasALimitAndASignature(t *testing.T) {
	shop, ctx := coded(t), context.Background()
	c, err := shop.PutAccount(ctx, member.Customer{No: "K1", Name: "酒店", Limit: 20000, Days: 30, Signers: []string{"Wang"}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := shop.Login(ctx, "2", "2580"); err != nil {
		t.Fatal(err)
	}
	if _, err := shop.PutAccount(ctx, member.Customer{No: "K2", Name: "x"}); code(err) != "needs_approval" {
		t.Error(err)
	}
	var last app.Sale
	for n, signed := range []string{"Wang", "Li", "wang", "Wang"} { // 99.00 each
		o := basket(t, shop, "shirt", 1)
		ask := app.TenderAsk{Order: o, Method: "account", Card: "k1", Signed: signed}
		_, err := shop.Tender(ctx, ask)
		switch {
		case signed == "Li":
			if code(err) != "signature_missing" {
				t.Error(err)
			}
			continue
		case n == 3:
			if code(err) != "needs_approval" {
				t.Fatal(err)
			}
			by, err2 := shop.Approve(ctx, "1", "1234")
			if err2 != nil {
				t.Fatal(err2)
			}
			_, err = shop.Tender(by, ask)
		}
		if err != nil {
			t.Fatal(err)
		}
		if last, err = shop.Complete(ctx, o); err != nil {
			t.Fatal(err)
		}
	}
	list, err := shop.Accounts(ctx, "酒")
	if err != nil || len(list) != 1 || list[0].Balance != 29700 || len(list[0].Open) != 3 || list[0].Ages[0] != 29700 {
		t.Fatalf("%+v %v", list, err)
	}
	if _, err := shop.SettleAccount(ctx, app.SettleAsk{Customer: "K1", Minor: 29701}); code(err) != "above_balance" {
		t.Error(err)
	}
	if _, err := shop.SettleAccount(ctx, app.SettleAsk{Customer: "K1", Minor: 15000}); err != nil { // one payment, several bills
		t.Fatal(err)
	}
	st, err := shop.AccountStatement(ctx, "K1", time.Time{}, time.Time{})
	if err != nil || st.End != 14700 || st.Balance != 14700 || len(st.Lines) != 4 || len(st.Open) != 2 || st.Open[0].Left != 4800 || st.Lines[0].No == "" {
		t.Fatalf("%+v %v", st, err)
	}
	if account(t, shop, "account:"+c.ID) != 14700 {
		t.Error("the ledger says", account(t, shop, "account:"+c.ID))
	}
	if _, err := shop.Refund(ctx, app.RefundAsk{Sale: last.ID, Reason: "r"}); err != nil {
		t.Fatal(err)
	}
	if st, err = shop.AccountStatement(ctx, "K1", time.Time{}, time.Time{}); err != nil || st.End != 4800 || st.Balance != 4800 {
		t.Errorf("%+v %v", st, err)
	}
	job, err := shop.PrintStatement(ctx, "K1", time.Time{}, time.Time{})
	if err != nil || !strings.Contains(receipt.Plain(job.Page, 48), "48.00") {
		t.Error(receipt.Plain(job.Page, 48), err)
	}
	proven(t, shop)
}

// TestWhateverHappensToCardsTheirBalancesAreThePostings plays loads, spending, taking back, refunds, charges and settlements
// and compares cards and accounts with the ledger after each.
func TestWhateverHappensToCardsTheirBalancesAreThePostings(t *testing.T) {
	fewer(t, 8)
	rapid.Check(t, func(rt *rapid.T) {
		w := &purser{T: rt, ctx: context.Background(), shop: coded(t)}
		w.begin()
		rt.Repeat(map[string]func(*rapid.T){"": w.agree, "load": w.load, "load on a basket": w.loadBasket, "spend": w.spend, "spend2": w.spend, "charge": w.charge,
			"settle": w.settle, "take back": w.takeBack, "refund": w.refund, "expire": w.expire})
		proven(t, w.shop)
	})
}
