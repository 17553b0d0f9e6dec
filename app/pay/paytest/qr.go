package paytest

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"suanpan/app/pay"
)

// RunQR is the suite for providers of codes that we show and the payer scans. Harness.Scan is needed; Harness.Code is not.
func RunQR(t *testing.T, fresh func(t *testing.T) Harness) {
	parts := []struct {
		name string
		run  func(*till)
	}{
		{"a code is shown and paid once", qrPaid},
		{"a code that nobody scans is closed and proven so", qrUnpaid},
		{"what was closed cannot be paid", qrClosed},
		{"a cashier who gives up gets proof", qrGivesUp},
		{"a refused close is repeated", func(u *till) { u.h.Fault("reverse_refused(3)"); qrUnpaid(u) }},
		{"a close that lies is found out", func(u *till) { u.h.Fault("reverse_lies*2"); qrUnpaid(u) }},
		{"money that wins the race is late money", qrRace},
		{"a restart asks and never presents again", qrRestart},
		{"nothing sent is no doubt", notSent},
		{"a request that never arrived is closed as such", lostBefore},
		{"the same own number is one order", qrRepeated},
		{"a signed refusal declines", qrDeclined},
		{"another amount is a review", qrOtherAmount},
		{"refunds in parts add up", refundParts},
		{"secrets are kept nowhere", secrets},
	}
	for _, lie := range []string{"commit_then_drop", "commit_then_500", "slow_body", "unsigned_200", "unsigned_400", "bad_sig",
		"wrong_serial", "stale_ts", "tampered_amount"} {
		parts = append(parts, struct {
			name string
			run  func(*till)
		}{"an answer worth nothing shows no code: " + lie, func(u *till) { qrWorthless(u, lie) }})
	}
	for _, p := range parts {
		t.Run(p.name, func(t *testing.T) { p.run(newTill(t, fresh(t))) })
	}
}

// scan is a payer who pays what is on the screen.
func (u *till) scan() {
	u.t.Helper()
	if u.a.QR == "" {
		u.t.Fatalf("no code is shown in %s", u.a.State)
	}
	if err := u.h.Scan(u.a.QR); err != nil {
		u.t.Fatal(err)
	}
}

func qrPaid(u *till) {
	u.begin("qr paid")
	if o := u.send(u.h.Provider); o.Outcome != pay.Pending || u.a.State != pay.AwaitingPayer || !u.a.PaidAt.IsZero() {
		u.t.Fatalf("%s %s", o, u.a.State)
	}
	u.run(20 * time.Second)
	if u.a.State != pay.AwaitingPayer {
		u.t.Fatalf("unscanned, it became %s", u.a.State)
	}
	u.scan()
	u.run(soon)
	u.expect(pay.Succeeded, 1, u.h.Amount.Minor)
	if u.a.ProviderTxn == "" {
		u.t.Error("no number of the provider")
	}
}

func qrUnpaid(u *till) {
	u.begin("qr unpaid")
	u.send(u.h.Provider)
	begun := u.h.Now()
	u.run(30 * time.Minute)
	u.expect(pay.Canceled, 0, 0)
	if took := u.h.Now().Sub(begun); took > 2*u.h.Provider.Timing(u.h.Flow).Deadline {
		u.t.Errorf("closed after %s", took)
	}
}

func qrClosed(u *till) {
	qrUnpaid(u)
	if u.h.Scan(u.a.QR) == nil {
		u.t.Error("the code can still be paid")
	}
	u.expect(pay.Canceled, 0, 0)
}

func qrGivesUp(u *till) {
	u.begin("qr cashier")
	u.send(u.h.Provider)
	u.h.Advance(3 * time.Second)
	u.step(pay.Event{Kind: pay.CashierCancel, At: u.h.Now()})
	if u.a.State != pay.CancelPending {
		u.t.Fatal(u.a.State)
	}
	u.run(soon)
	u.expect(pay.Canceled, 0, 0)
}

func qrRace(u *till) {
	u.h.Fault("pay_wins_cancel_race")
	u.begin("qr race")
	u.send(u.h.Provider)
	u.step(pay.Event{Kind: pay.CashierCancel, At: u.h.Now()})
	u.run(time.Minute)
	if u.a.State != pay.LateSuccess || u.effects[pay.Alarm] == 0 {
		u.t.Fatalf("%s\n%s", u.a.State, strings.Join(u.events, "\n"))
	}
	u.step(pay.Event{Kind: pay.PolicyRefund, At: u.h.Now()})
	if row := u.runRefund(pay.LateRefund(u.a, u.h.Now())); row.State != pay.RefundPaid {
		u.t.Fatalf("late refund is %s", row.State)
	}
	u.step(pay.Event{Kind: pay.RefundDone, At: u.h.Now()})
	u.expect(pay.Refunded, 1, 0)
}

func qrRestart(u *till) {
	u.begin("qr restart")
	stored := u.store()
	o := u.send(u.h.Provider) // the payer sees the code, and the power fails before it is recorded
	u.a = stored
	u.step(pay.Event{Kind: pay.Startup, At: u.h.Now()})
	if u.a.State != pay.InDoubt {
		u.t.Fatalf("resumed as %s", u.a.State)
	}
	if err := u.h.Scan(o.QR); err != nil {
		u.t.Fatal(err)
	}
	u.run(soon)
	u.expect(pay.Succeeded, 1, u.h.Amount.Minor)
}

// qrWorthless: the order exists, but nobody may see a code that is not proven to be ours.
func qrWorthless(u *till, lie string) {
	if slices.Contains(u.h.Without, lie) {
		return
	}
	u.h.Fault(lie)
	u.begin(lie)
	o := u.send(u.h.Provider)
	if u.a.State != pay.InDoubt || o.Outcome != pay.Unknown || u.a.QR != "" || o.QR != "" {
		u.t.Fatalf("%s made it %s and shows %q", o, u.a.State, u.a.QR)
	}
	u.run(30 * time.Minute)
	u.expect(pay.Canceled, 0, 0)
}

func qrRepeated(u *till) {
	u.begin("qr repeated")
	sent := u.a
	first := u.send(u.h.Provider)
	o, err := u.h.Provider.(pay.Presenter).Present(context.Background(), sent)
	if err != nil || o.Outcome == pay.Declined || (o.QR != "" && o.QR != first.QR) {
		u.t.Errorf("a repeat says %s %v", o, err)
	}
	u.scan()
	u.run(soon)
	u.expect(pay.Succeeded, 1, u.h.Amount.Minor)
}

func qrDeclined(u *till) {
	u.h.Fault("decline(NO_AUTH)")
	u.begin("qr declined")
	u.send(u.h.Provider)
	u.expect(pay.Failed, 0, 0)
	u.h.Fault("decline(SOMETHING_NEW)")
	u.begin("qr new code")
	if u.send(u.h.Provider); u.a.State != pay.InDoubt {
		u.t.Errorf("an unlisted code made it %s", u.a.State)
	}
}

func qrOtherAmount(u *till) {
	u.h.Fault("query:wrong_amount")
	u.begin("qr other amount")
	u.send(u.h.Provider)
	u.scan()
	u.run(10 * time.Second)
	if u.a.State != pay.NeedsReview || u.effects[pay.Alarm] == 0 {
		u.t.Errorf("another amount made it %s", u.a.State)
	}
}

// store is the attempt as it comes back from disk.
func (u *till) store() pay.Attempt {
	u.t.Helper()
	text, err := json.Marshal(u.a)
	if err != nil {
		u.t.Fatal(err)
	}
	var back pay.Attempt
	if err := json.Unmarshal(text, &back); err != nil {
		u.t.Fatal(err)
	}
	return back
}
