package app_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"suanpan/app"
	"suanpan/app/money"
	"suanpan/app/pay"
	"suanpan/app/reconcile"
)

func TestAMonthOfAChargeIsBookedOnce(t *testing.T) {
	b, ctx := newBooked(t), context.Background()
	b.sell(1)
	r := b.run(app.BillAsk{})
	fee := reconcile.ServiceFee{Provider: walletID, Kind: reconcile.ServiceDevice, Minor: 1500, Devices: 2, Every: 1, Day: 5, From: "2026-09"}
	for code1, bad := range map[string]reconcile.ServiceFee{"service_kind": {Provider: "x", Kind: "tea"}, "service_provider": {}, "service_day": {Provider: "x", Kind: "data", Minor: 1, Every: 1, Day: 31, From: "2026-01"},
		"service_months": {Provider: "x", Kind: "data", Minor: 1, Every: 1, Day: 1, From: "2026-02", To: "2026-01"}} {
		if _, err := b.PutService(ctx, bad); code(err) != code1 {
			t.Errorf("%s: %v", code1, err)
		}
	}
	fee, err := b.PutService(ctx, fee)
	if err != nil {
		t.Fatal(err)
	}
	got, err := b.Services(ctx)
	if err != nil || len(got.Due) != 3 || got.Due[0].Month != "2026-11" || got.Due[0].Minor != 3000 || !got.Due[0].Overdue {
		t.Fatalf("%+v %v", got, err)
	}
	if _, err := b.BookService(ctx, app.ServiceBooking{Fee: fee.ID, Month: "2026-11", Amount: 2900}); err != nil {
		t.Fatal(err)
	}
	if _, err := b.BookService(ctx, app.ServiceBooking{Fee: fee.ID, Month: "2026-11"}); code(err) != "service_booked" {
		t.Errorf("a month twice: %v", err)
	}
	if _, err := b.BookService(ctx, app.ServiceBooking{Fee: fee.ID, Month: "2026-12"}); code(err) != "service_month" {
		t.Errorf("a month to come: %v", err)
	}
	got, err = b.Services(ctx)
	if err != nil || got.Due[0].Booked.IsZero() || got.Due[0].Minor != 2900 || len(got.Costs) != 1 || got.Costs[0].Service != 2900 || got.Costs[0].Total != 2900+r.Fee || got.Costs[0].Gross != r.Theirs.Paid {
		t.Errorf("%+v %v", got, err)
	}
	b.entries()
}

func TestAStatementIsLookedAtThenTakenThenMatchedByHand(t *testing.T) {
	b, ctx := newBooked(t), context.Background()
	b.sell(1)
	r := b.run(app.BillAsk{})
	path := filepath.Join(t.TempDir(), "bank.csv")
	text := "某银行 交易明细\n交易日期,摘要,收入金额,支出金额,余额\n20261122,来账 财付通," + money.Of(r.Net-10, "CNY").Decimal() + ",,1\n20261122,房租,,500.00,2\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	seen, err := b.PreviewBank(ctx, path, reconcile.BankFormat{})
	if err != nil || seen.Why != "" || seen.Count != 2 || seen.Guess.Layout != "20060102" || seen.Guess.In != "收入金额" || seen.Lines[1].Minor != -50000 {
		t.Fatalf("%+v %v", seen, err)
	}
	wrong := seen.Guess
	wrong.Layout = "02.01.2006"
	if bad, err := b.PreviewBank(ctx, path, wrong); err != nil || bad.Why == "" || bad.Count != 0 {
		t.Errorf("%+v %v", bad, err)
	}
	f := seen.Guess
	f.Name = "bank"
	if _, err := b.PutBankFormat(ctx, f); err != nil {
		t.Fatal(err)
	}
	if got, err := b.ImportBank(ctx, path, "bank"); err != nil || got.New != 2 || got.Matched != 0 {
		t.Fatalf("%+v %v", got, err)
	}
	if again, err := b.PreviewBank(ctx, path, f); err != nil || again.Known != 2 {
		t.Errorf("%+v %v", again, err)
	}
	lines, err := b.BankLines(ctx, "", "")
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range lines {
		ask := app.BankMatch{Day: l.Day, Line: l.Hash, Provider: walletID, Days: []pay.Day{r.Day}}
		if l.Minor < 0 {
			if _, err := b.MatchBank(ctx, ask); code(err) != "bank_line" {
				t.Errorf("money that left: %v", err)
			}
			continue
		}
		got, err := b.MatchBank(ctx, ask)
		if err != nil || got.Expected != r.Net || got.Provider != walletID || got.By != "1" {
			t.Errorf("%+v %v", got, err)
		}
		if _, err := b.MatchBank(ctx, ask); code(err) != "bank_line" {
			t.Errorf("twice: %v", err)
		}
	}
	items, err := b.WorkItems(ctx, app.ItemQuery{Class: reconcile.Arrival})
	if err != nil || len(items) != 1 || items[0].Ours-items[0].Theirs != 10 {
		t.Errorf("%+v %v", items, err)
	}
	b.entries()
}
