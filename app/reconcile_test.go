package app_test

import (
	"context"
	"strings"
	"testing"

	"suanpan/app"
	"suanpan/app/money"
	"suanpan/app/pay"
	"suanpan/app/reconcile"
)

func TestADayThatAgreesIsAgreedOnceOnly(t *testing.T) {
	b := newBooked(t)
	for n := range int64(3) {
		b.sell(n + 1)
	}
	r := b.run(app.BillAsk{})
	if r.Counts[reconcile.Agreed] != 3 || len(r.Counts) != 1 || r.Rows != 3 || !r.Followed || r.Net != r.Theirs.Paid || r.Shop != "2026-11-22" {
		t.Fatalf("%+v", r)
	}
	was := b.entries()
	again := b.run(app.BillAsk{})
	if !again.Unchanged || again.ID != r.ID || b.entries() != was {
		t.Errorf("the same bill again: %+v, %d entries of %d", again, b.entries(), was)
	}
	if _, err := b.CloseShift(context.Background(), app.Count{Counted: map[string]int64{"cash": 0}}); err != nil {
		t.Error(err)
	}
}

func TestABillThatIsRefusedChangesNothing(t *testing.T) {
	b := newBooked(t)
	b.sell(1)
	b.sell(2)
	whole := b.wallet.truth()
	was := b.entries()
	for name, text := range map[string]string{
		"cut off":       whole[:len(whole)-12],
		"foreign":       strings.Replace(whole, walletMerchant, "m-2", 1),
		"contradictory": strings.Replace(whole, "sum,2,", "sum,3,", 1),
		"empty":         "",
	} {
		_, err := b.Reconcile(context.Background(), app.BillAsk{Provider: walletID, Day: "2026-11-22", Path: b.file(text)}, nil)
		if code(err) != "bill_refused" || b.entries() != was {
			t.Errorf("%s: %v", name, err)
		}
	}
	if list, err := b.WorkItems(context.Background(), app.ItemQuery{}); err != nil || len(list) != 0 {
		t.Error(list, err)
	}
	if r := b.run(app.BillAsk{Path: b.file(whole)}); r.Counts[reconcile.Agreed] != 2 || !r.Imported {
		t.Errorf("%+v", r)
	}
}

func TestEveryDifferenceIsWorkForSomebody(t *testing.T) {
	b, ctx := newBooked(t), context.Background()
	if _, err := b.PutFees(ctx, reconcile.FeeTable{Provider: walletID, Rounding: money.HalfUp, Return: reconcile.ReturnShare, Rules: []reconcile.FeeRule{
		{ID: "contract", From: "2026-01-01", Rate: 6000}}}); err != nil {
		t.Fatal(err)
	}
	for n := range int64(5) {
		b.sell(n + 1)
	}
	l := b.wallet.lines
	fields := strings.Split(l[1], ",")
	fields[3] = "777"
	l[1] = strings.Join(fields, ",")
	b.wallet.bill = func() string {
		return sealed([]string{l[0], l[1], l[2], l[2], b.wallet.line("paid", "stranger", "", 500, 3_000), strings.Replace(l[3], ",0,2026", ",900000,2026", 1)})
	}
	r := b.run(app.BillAsk{})
	want := map[reconcile.Class]int64{reconcile.OursOnly: 1, reconcile.AmountDiffers: 1, reconcile.Twice: 1, reconcile.TheirsOnly: 1, reconcile.FeeDiffers: 2}
	for class, n := range want {
		if r.Counts[class] != n {
			t.Errorf("%s: %d, want %d", class, r.Counts[class], n)
		}
	}
	if b.wallet.queries != 1 {
		t.Errorf("%d questions about what the bill lacks", b.wallet.queries)
	}
	fee := int64(0)
	if facts, err := b.Facts(ctx, 0, 1000); err == nil {
		for _, f := range facts {
			for _, p := range f.Postings {
				if p.Account == "fees:"+walletID {
					fee += p.Minor
				}
			}
		}
	}
	if fee != r.Fee || fee != 90 {
		t.Errorf("fees in the books: %d, in the run %d", fee, r.Fee)
	}
	if _, err := b.PutStaff(ctx, app.StaffPut{ID: "7", Name: "阿七", Roles: []string{"cashier"}, PIN: "7412"}); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Login(ctx, "7", "7412"); err != nil {
		t.Fatal(err)
	}
	if _, err := b.CloseShift(ctx, app.Count{Counted: map[string]int64{"cash": 0}}); code(err) != "needs_approval" {
		t.Errorf("the day ended over differences: %v", err)
	}
	if _, err := b.Reconcile(ctx, app.BillAsk{Provider: walletID, Day: "2026-11-22"}, nil); code(err) != "needs_approval" {
		t.Errorf("a cashier compared a bill: %v", err)
	}
	if _, err := b.Login(ctx, "1", "1234"); err != nil {
		t.Fatal(err)
	}
	b.settleAll(t)
	b.wallet.bill = nil
	b.wallet.lines = append([]string{}, l[0], l[2], l[3])
	newer := b.run(app.BillAsk{})
	if newer.Replaces != r.ID || newer.Unchanged {
		t.Errorf("%+v", newer)
	}
	runs, err := b.Runs(ctx, "2026-11-22", walletID)
	if err != nil || len(runs) != 2 || runs[0].Newer != newer.ID {
		t.Errorf("%+v %v", runs, err)
	}
	b.entries()
}

// settleAll closes the day only after somebody has put a name to every difference.
func (b *booked) settleAll(t *testing.T) {
	t.Helper()
	ctx := context.Background()
	items, err := b.WorkItems(ctx, app.ItemQuery{Open: true})
	if err != nil || len(items) != 6 {
		t.Fatalf("%d items %v", len(items), err)
	}
	for _, i := range items {
		if _, err := b.ResolveItem(ctx, app.Settling{Item: i.ID, Outcome: app.Dispute}); code(err) != "reason_missing" {
			t.Errorf("without a reason: %v", err)
		}
		if got, err := b.ResolveItem(ctx, app.Settling{Item: i.ID, Owner: "1"}); err != nil || !got.Open() || got.Owner != "1" {
			t.Errorf("%+v %v", got, err)
		}
		if got, err := b.ResolveItem(ctx, app.Settling{Item: i.ID, Outcome: app.Dispute, Reason: "asked the bank"}); err != nil || got.Open() || got.By != "1" {
			t.Errorf("%+v %v", got, err)
		}
		if _, err := b.ResolveItem(ctx, app.Settling{Item: i.ID, Outcome: app.AcceptIt, Reason: "no"}); code(err) != "item_settled" {
			t.Errorf("twice: %v", err)
		}
	}
}

func TestMoneyThatOnlyTheBillKnowsComesBackToItsAttempt(t *testing.T) {
	for _, imported := range []bool{false, true} {
		b, ctx := newBooked(t), context.Background()
		if _, err := b.Scan(ctx, "", "6901234567892", money.One); err != nil {
			t.Fatal(err)
		}
		b.wallet.hang = true
		p, err := b.Tender(ctx, app.TenderAsk{Method: walletID})
		if err != nil {
			t.Fatal(err)
		}
		if p, err = b.CancelPayment(ctx, p.ID); err != nil {
			t.Fatal(err)
		}
		list, err := b.PaymentsOf(ctx, p.Order)
		if err != nil || len(list) != 1 || list[0].State.Final() {
			t.Fatalf("%+v %v", list, err)
		}
		no := pay.OwnNo(p.ID)
		b.wallet.taken[no] = p.Minor
		b.wallet.lines = []string{b.wallet.line("paid", no, "", p.Minor, 0)}
		ask := app.BillAsk{}
		if imported {
			ask.Path = b.file(b.wallet.truth())
		}
		r := b.run(ask)
		if r.Counts[reconcile.TheirsOnly] != 1 {
			t.Fatalf("%+v", r)
		}
		after, err := b.Payment(ctx, p.ID)
		if err != nil || (after.State != pay.Succeeded && after.State != pay.LateSuccess) {
			t.Errorf("imported %v: %+v %v", imported, after, err)
		}
		if imported != (b.wallet.queries > 0) {
			t.Errorf("imported %v: %d questions", imported, b.wallet.queries)
		}
		b.entries()
	}
}

func TestMoneyArrivesOrIsMissed(t *testing.T) {
	b, ctx := newBooked(t), context.Background()
	b.sell(1)
	r := b.run(app.BillAsk{})
	if _, err := b.PutArrival(ctx, reconcile.ArrivalRule{Provider: walletID, Days: 0, Text: []string{"WALLET"}}); err != nil {
		t.Fatal(err)
	}
	if _, err := b.PutBankFormat(ctx, reconcile.BankFormat{Name: "bank", Day: "date", Layout: "2006-01-02", Amount: "amount", Text: []string{"text"}}); err != nil {
		t.Fatal(err)
	}
	if list, err := b.Arrivals(ctx); err != nil || len(list) != 1 || list[0].Net != r.Net || list[0].Overdue {
		t.Fatalf("%+v %v", list, err)
	}
	b.clock.n.Add(36 * 3600 * 1000)
	if list, err := b.Arrivals(ctx); err != nil || len(list) != 1 || !list[0].Overdue {
		t.Fatalf("%+v %v", list, err)
	}
	if items, err := b.WorkItems(ctx, app.ItemQuery{Class: reconcile.Arrival, Open: true}); err != nil || len(items) != 1 {
		t.Fatalf("%+v %v", items, err)
	}
	file := b.file("date,amount,text\n2026-11-23,13.10,WALLET payout\n2026-11-23,-3.00,rent\n")
	got, err := b.ImportBank(ctx, file, "bank")
	if err != nil || got.New != 2 || got.Matched != 1 {
		t.Fatalf("%+v %v", got, err)
	}
	if got, err = b.ImportBank(ctx, file, "bank"); err != nil || got.New != 0 || got.Known != 2 || got.Matched != 0 {
		t.Fatalf("again: %+v %v", got, err)
	}
	if items, err := b.WorkItems(ctx, app.ItemQuery{Class: reconcile.Arrival, Open: true}); err != nil || len(items) != 0 {
		t.Errorf("%+v %v", items, err)
	}
	look, err := b.LookAt(ctx, "2026-11-22")
	if err != nil || len(look) != 1 || look[0].Arrival == nil || !look[0].Arrival.Done || look[0].Arrival.Minor != 1310 || look[0].State != app.DayAgreed {
		t.Errorf("%+v %v", look, err)
	}
	if a, seen, err := b.Trail(ctx, b.lastPayment(t)); err != nil || len(seen) == 0 || a.State != pay.Succeeded {
		t.Errorf("%+v %v", seen, err)
	}
	b.entries()
}

// lastPayment is the id of the newest payment in the journal.
func (b *booked) lastPayment(t *testing.T) string {
	t.Helper()
	rows, err := b.Sales(context.Background(), app.SalesQuery{})
	if err != nil || len(rows) == 0 {
		t.Fatal(err)
	}
	s, err := b.GetSale(context.Background(), rows[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	return s.Doc.Order.Tenders[0].ID
}
