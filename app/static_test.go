package app_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"suanpan/app"
	"suanpan/app/catalog"
	"suanpan/app/order"
	"suanpan/app/pay"
	"suanpan/app/reconcile"
	"suanpan/payments/emvqr"
	"suanpan/store"
)

// coded is a till with a static code and no line to anybody. A second person, cashier 2, may sign on.
func coded(t testing.TB) *app.Shop {
	t.Helper()
	p, err := emvqr.New(emvqr.Form{Scheme: "unionpay", Key: "1234567812345678123456789012345", Name: "SUANPAN", City: "BEIJING", Country: "CN", Currency: "CNY"})
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	db, err := store.Open(ctx, t.TempDir(), store.Options{Sync: "OFF"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	w, err := words()
	if err != nil {
		t.Fatal(err)
	}
	shop, err := app.New(ctx, app.Params{Store: db, Files: store.Files{}, Clock: &ticking{}, Words: w.In, Log: quiet, AlwaysTrial: true,
		Trial: func() ([]pay.Provider, app.Sandbox) { return []pay.Provider{p}, nil }})
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range []error{
		second(shop.Setup(ctx, app.Setup{Template: "retail", Name: "小店", Currency: "CNY", Locale: "en"})), second(shop.Login(ctx, "1", "1234")),
		second(shop.PutItems(ctx, goods())), second(shop.OpenShift(ctx, 0)),
		second(shop.PutStaff(ctx, app.StaffPut{ID: "2", Name: "Li", Roles: []string{"cashier"}, PIN: "2580"})),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return shop
}

func second[T any](_ T, err error) error { return err }

// code answers why something was refused.
func code(err error) string {
	if err == nil {
		return ""
	}
	c, _, _ := app.Explain(err)
	return c
}

// show puts one tea on a new basket and shows the code for it.
func show(t testing.TB, shop *app.Shop) app.Payment {
	t.Helper()
	ctx := context.Background()
	b, err := shop.NewOrder(ctx, app.Begin{})
	if err == nil {
		_, err = shop.Scan(ctx, b.Order.ID, "6901234567892", 1000)
	}
	if err != nil {
		t.Fatal(err)
	}
	events, stop := shop.Watch()
	defer stop()
	p, err := shop.Tender(ctx, app.TenderAsk{Order: b.Order.ID, Method: "emvqr"})
	for err == nil && p.State == pay.Submitting {
		<-events
		p, err = shop.Payment(ctx, p.ID)
	}
	if err != nil || p.State != pay.AwaitingPayer || p.QR == "" || p.Flow != pay.ByStatic {
		t.Fatalf("%+v %v", p, err)
	}
	return p
}

func proven(t testing.TB, shop *app.Shop) {
	t.Helper()
	if p, err := shop.Verify(context.Background(), nil); err != nil || !p.OK {
		t.Fatalf("%+v %v", p, err)
	}
}

func TestAStaticCodeIsPaidByTwoLooksAndThenByTheBank(t *testing.T) {
	shop, ctx := coded(t), context.Background()
	p := show(t, shop)
	if p.Ref != "A000001" {
		t.Errorf("the reference is %q", p.Ref)
	}
	if job, err := shop.PrintCode(ctx, p.ID); err != nil || len(job.Page.Rows) == 0 {
		t.Error(err)
	}
	if _, err := shop.ConfirmPayment(ctx, app.Confirm{Payment: p.ID}); code(err) != "reference_missing" {
		t.Error(err)
	}
	for _, look := range []string{"0815", "0816"} { // another reference is another first look
		if p, err := shop.ConfirmPayment(ctx, app.Confirm{Payment: p.ID, Reference: look}); err != nil || p.State != pay.AwaitingPayer || p.Looked != look {
			t.Fatal(p, err)
		}
	}
	if _, err := shop.Complete(ctx, p.Order); err == nil {
		t.Error("one look settled a sale")
	}
	got, err := shop.ConfirmPayment(ctx, app.Confirm{Payment: p.ID, Reference: " 0816 "})
	if err != nil || got.State != pay.Succeeded || !got.Manual {
		t.Fatal(got, err)
	}
	if _, err := shop.ConfirmPayment(ctx, app.Confirm{Payment: p.ID, Reference: "0816"}); code(err) != "not_by_hand" {
		t.Error(err)
	}
	sold, err := shop.Complete(ctx, p.Order)
	if err != nil {
		t.Fatal(err)
	}
	x, err := shop.X(ctx)
	if err != nil || len(x.ByHand) != 1 || x.ByHand[0].Minor != 1310 || len(x.ToVerify) != 0 || x.Tenders["emvqr"] != 1310 {
		t.Errorf("%+v %v", x, err)
	}
	items, err := shop.BankItems(ctx, app.BankToVerify)
	if err != nil || len(items) != 1 || items[0].Ref != "A000001" || items[0].Reference != "0816" || items[0].Unseen {
		t.Fatalf("%+v %v", items, err)
	}
	if _, err := shop.DecideBankItem(ctx, p.ID, app.BankMatched, "", ""); code(err) != "reason_missing" {
		t.Error(err)
	}
	if b, err := shop.DecideBankItem(ctx, p.ID, app.BankMatched, "2026-11-22 #4", ""); err != nil || b.State != app.BankMatched {
		t.Error(b, err)
	}
	if _, err := shop.DecideBankItem(ctx, p.ID, app.BankMissing, "", "x"); code(err) != "bank_item_decided" {
		t.Error(err)
	}
	back, err := shop.Refund(ctx, app.RefundAsk{Sale: sold.ID, Reason: "broken"}) // no machine took it, none gives it back
	if err != nil || back.Doc.Order.Tenders[0].Method != order.Cash || back.State != "done" {
		t.Errorf("%+v %v", back, err)
	}
	if _, err := shop.Refund(ctx, app.RefundAsk{Sale: sold.ID, Reason: "again"}); err == nil {
		t.Error("it went back twice")
	}
	proven(t, shop)
}

func TestWithoutALineASaleEndsAsToVerify(t *testing.T) {
	shop, ctx := coded(t), context.Background()
	if _, err := shop.Login(ctx, "2", "2580"); err != nil {
		t.Fatal(err)
	}
	p := show(t, shop)
	ask := app.Confirm{Payment: p.ID, Unseen: true}
	if _, err := shop.ConfirmPayment(ctx, ask); code(err) != "needs_approval" {
		t.Fatal(err)
	}
	by, err := shop.Approve(ctx, "1", "1234")
	if err != nil {
		t.Fatal(err)
	}
	if p, err := shop.ConfirmPayment(by, ask); err != nil || p.State != pay.Succeeded {
		t.Fatal(p, err)
	}
	if _, err := shop.Complete(ctx, p.Order); err != nil {
		t.Fatal(err)
	}
	z, err := shop.CloseShift(ctx, app.Count{Counted: map[string]int64{"cash": 0}})
	if err != nil || len(z.ToVerify) != 1 || z.ToVerify[0].Minor != 1310 || len(z.ByHand) != 0 {
		t.Errorf("%+v %v", z, err)
	}
	proven(t, shop)
}

func TestASecondPersonLooksWhereTheShopWantsOne(t *testing.T) {
	shop, ctx := coded(t), context.Background()
	conf := shop.Info().Config
	conf.TwoLook = true
	if _, err := shop.Configure(ctx, conf); err != nil {
		t.Fatal(err)
	}
	if _, err := shop.Login(ctx, "2", "2580"); err != nil {
		t.Fatal(err)
	}
	p := show(t, shop)
	ask := app.Confirm{Payment: p.ID, Reference: "77"}
	if p, err := shop.ConfirmPayment(ctx, ask); err != nil || p.State != pay.AwaitingPayer {
		t.Fatal(p, err)
	}
	if _, err := shop.ConfirmPayment(ctx, ask); code(err) != "needs_approval" {
		t.Fatal("the same person looked twice", err)
	}
	by, err := shop.Approve(ctx, "1", "1234")
	if err != nil {
		t.Fatal(err)
	}
	if p, err := shop.ConfirmPayment(by, ask); err != nil || p.State != pay.Succeeded {
		t.Fatal(p, err)
	}
}

func TestACodeThatWasGivenUpStaysUnderWatch(t *testing.T) {
	shop, ctx := coded(t), context.Background()
	p := show(t, shop)
	if p, err := shop.CancelPayment(ctx, p.ID); err != nil || p.State != pay.Canceled {
		t.Fatal(p, err)
	}
	items, err := shop.BankItems(ctx, app.BankWatch)
	if err != nil || len(items) != 1 {
		t.Fatal(items, err)
	}
	if _, err := shop.Tender(ctx, app.TenderAsk{Order: p.Order, Method: order.Cash}); err != nil {
		t.Fatal(err)
	}
	if _, err := shop.Complete(ctx, p.Order); err != nil {
		t.Fatal(err)
	}
	if b, err := shop.DecideBankItem(ctx, p.ID, app.BankMatched, "#9", ""); err != nil || b.State != app.BankMatched {
		t.Fatal(b, err)
	}
	proven(t, shop)
}

func TestTheTableOfPayerCodesIsTheShopsAndHasNoOverlap(t *testing.T) {
	shop, ctx := coded(t), context.Background()
	conf := shop.Info().Config
	conf.Wallets = append(catalog.DefaultWallets(), catalog.WalletCode{Wallet: "emvqr", First: "12", Last: "13", DigitsMin: 18, DigitsMax: 18})
	if _, err := shop.Configure(ctx, conf); code(err) != "wallet_codes_invalid" {
		t.Error("two rows may claim one code", err)
	}
	conf.Wallets[3].DigitsMin = 13
	if _, err := shop.Configure(ctx, conf); code(err) != "wallet_codes_invalid" {
		t.Error("a row may claim an EAN", err)
	}
	conf.Wallets = []catalog.WalletCode{{Wallet: "bank", First: "77", Last: "77", DigitsMin: 20, DigitsMax: 20}}
	if _, err := shop.Configure(ctx, conf); err != nil {
		t.Fatal(err)
	}
	if _, err := shop.Scan(ctx, "", "77000000000000000000", 1000); code(err) != "payment_code_here" {
		t.Error("a payer's code was taken outside of Pay", err)
	}
	if _, err := shop.AddItem(ctx, "", app.Add{SKU: "tea"}); err != nil {
		t.Fatal(err)
	}
	for scanned, want := range map[string]string{"77000000000000000000": "method_unavailable", "134567890123456789": "not_a_payment_code", "6901234567892": "not_a_payment_code"} {
		if _, err := shop.Tender(ctx, app.TenderAsk{Code: pay.Hide(scanned)}); code(err) != want {
			t.Errorf("%s: %v", scanned, err)
		}
	}
}

func TestTheBankStatementFindsPaymentsByNumberAmountAndTime(t *testing.T) {
	shop, ctx := coded(t), context.Background()
	var shown []app.Payment
	for n := range 5 {
		p := show(t, shop)
		shown = append(shown, p)
		var err error
		if n == 4 {
			_, err = shop.CancelPayment(ctx, p.ID)
		} else if _, err = shop.ConfirmPayment(ctx, app.Confirm{Payment: p.ID, Unseen: true}); err == nil {
			_, err = shop.Complete(ctx, p.Order)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if _, err := shop.PutBankFormat(ctx, reconcile.BankFormat{Name: "b", Day: "day", Layout: "2006-01-02", Amount: "amount", Text: []string{"text"}}); err != nil {
		t.Fatal(err)
	}
	// The first as it was; the second with another amount; the third weeks later; the fourth only alike; the fifth was given up.
	file := filepath.Join(t.TempDir(), "bank.csv")
	if err := os.WriteFile(file, []byte("day,amount,text\n2026-11-22,13.10,Ref a000001 Li\n2026-11-22,13.00,A000002\n2026-12-30,13.10,A000003\n"+
		"2026-11-22,13.10,A0000041\n2026-11-23,13.10,\"from Wang, A000005\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, want := range []int{2, 0} { // again changes nothing
		if got, err := shop.ImportBank(ctx, file, "b"); err != nil || got.Codes != want {
			t.Fatalf("%+v %v", got, err)
		}
	}
	items, err := shop.BankItems(ctx, app.BankMatched)
	if err != nil || len(items) != 2 || items[0].Payment != shown[0].ID || items[1].Payment != shown[4].ID || !items[1].Late {
		t.Fatalf("%+v %v", items, err)
	}
	if a, b, c := account(t, shop, "bank"), account(t, shop, "clearing:emvqr"), account(t, shop, "deposit:late"); a != 2620 || b != 3930 || c != -1310 {
		t.Errorf("bank %d, clearing %d, late %d", a, b, c)
	}
	if _, err := shop.DecideBankItem(ctx, shown[1].ID, app.BankMissing, "", "asked the payer"); err != nil {
		t.Fatal(err)
	}
	if b, err := shop.DecideBankItem(ctx, shown[1].ID, app.BankMatched, "found by hand", ""); err != nil || b.Late {
		t.Error(b, err)
	}
	proven(t, shop)
}
