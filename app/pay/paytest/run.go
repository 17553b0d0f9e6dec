package paytest

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"suanpan/app/money"
	"suanpan/app/pay"
)

const soon = 10 * time.Minute

// Run is the suite for providers of scanned payer's codes. Each part gets a fresh harness.
func Run(t *testing.T, fresh func(t *testing.T) Harness) {
	parts := []struct {
		name string
		run  func(*till)
	}{
		{"a payment is paid once", paid},
		{"a password is waited for", password},
		{"a password that never comes is cancelled and proven so", neverTyped},
		{"a payer who gives up is a refusal", gaveUp},
		{"a signed refusal declines", declined},
		{"an unsigned refusal declines nothing", unsignedRefusal},
		{"nothing sent is no doubt", notSent},
		{"a request that never arrived is closed as such", lostBefore},
		{"the same own number charges once", repeated},
		{"another amount is a review", otherAmount},
		{"a restart asks and never sends again", restart},
		{"a cashier who gives up gets proof", cashierGivesUp},
		{"a refused cancel is repeated", cancelRefused},
		{"a cancel that lies is found out", cancelLies},
		{"money that wins the race is late money", raceLost},
		{"refunds in parts add up", refundParts},
		{"a refund whose answer is lost is given once", refundLost},
		{"a refund that cannot reach the payer is a job for people", refundAbnormal},
		{"a refund above the payment is refused", refundTooMuch},
		{"secrets are kept nowhere", secrets},
	}
	for _, lie := range []string{"commit_then_drop", "commit_then_500", "slow_body", "unsigned_200", "unsigned_400", "bad_sig",
		"wrong_serial", "stale_ts", "tampered_amount", "other_order"} {
		parts = append(parts, struct {
			name string
			run  func(*till)
		}{"paid, and the answer is worth nothing: " + lie, func(u *till) { worthless(u, lie) }})
	}
	for _, lie := range []string{"query:bad_sig", "query:unsigned_400", "query:other_order", "query:tampered_amount", "query:drop_before"} {
		parts = append(parts, struct {
			name string
			run  func(*till)
		}{"every query is worth nothing: " + lie, func(u *till) { blind(u, lie) }})
	}
	for _, p := range parts {
		t.Run(p.name, func(t *testing.T) { p.run(newTill(t, fresh(t))) })
	}
}

func paid(u *till) {
	u.begin("paid")
	o := u.send(u.h.Provider)
	u.expect(pay.Succeeded, 1, u.h.Amount.Minor)
	if !o.Verified || o.ProviderTxn == "" || o.OwnNo != u.a.No || o.Merchant != u.h.Provider.Caps().Merchant || o.Amount != u.h.Amount {
		u.t.Errorf("observation is not whole: %+v", o)
	}
	u.step(pay.Observed(pay.ByNotify, o, u.h.Now(), u.h.Now()))
	u.expect(pay.Succeeded, 1, u.h.Amount.Minor)
}

func password(u *till) {
	u.h.Fault("202_userpaying(2,SUCCESS)")
	u.begin("password")
	if o := u.send(u.h.Provider); o.Outcome != pay.Pending || u.a.State != pay.AwaitingPayer {
		u.t.Fatalf("%s %s", o, u.a.State)
	}
	u.run(soon)
	u.expect(pay.Succeeded, 1, u.h.Amount.Minor)
}

func neverTyped(u *till) {
	u.h.Fault("202_userpaying(0,never)")
	u.begin("never")
	u.send(u.h.Provider)
	begun := u.h.Now()
	u.run(soon)
	u.expect(pay.Canceled, 0, 0)
	if took := u.h.Now().Sub(begun); took > 2*u.h.Provider.Timing(u.h.Flow).Deadline {
		u.t.Errorf("cancelled after %s", took)
	}
}

func gaveUp(u *till) {
	u.h.Fault("202_userpaying(1,PAYERROR)")
	u.begin("gave up")
	u.send(u.h.Provider)
	u.run(soon)
	if slices.Contains(u.h.Without, "PAYERROR") {
		u.expect(pay.Canceled, 0, 0)
		return
	}
	u.expect(pay.Failed, 0, 0)
}

func declined(u *till) {
	u.h.Fault("decline(NOTENOUGH)")
	u.begin("declined")
	u.send(u.h.Provider)
	u.expect(pay.Failed, 0, 0)
	if u.a.Reason != pay.NoFunds {
		u.t.Errorf("reason %q", u.a.Reason)
	}
	u.h.Fault("decline(SOMETHING_NEW)")
	u.begin("new code")
	if u.send(u.h.Provider); u.a.State != pay.InDoubt {
		u.t.Errorf("an unlisted code made it %s", u.a.State)
	}
}

func unsignedRefusal(u *till) {
	u.h.Fault("unsigned_400*1")
	u.begin("unsigned")
	if u.send(u.h.Provider); u.a.State != pay.InDoubt {
		u.t.Fatalf("an unsigned refusal made it %s", u.a.State)
	}
	u.run(soon)
	u.expect(pay.Succeeded, 1, u.h.Amount.Minor)
}

// worthless: money moved, and the answer proves nothing. Only a query may say so.
func worthless(u *till, lie string) {
	if slices.Contains(u.h.Without, lie) {
		return
	}
	u.h.Fault(lie)
	u.begin(lie)
	if o := u.send(u.h.Provider); u.a.State != pay.InDoubt || (o.Outcome != pay.Unknown && o.Outcome != pay.Success) {
		u.t.Fatalf("%s made it %s", o, u.a.State)
	}
	u.run(soon)
	u.expect(pay.Succeeded, 1, u.h.Amount.Minor)
}

// blind: no query ever proves anything; the attempt must end without a verdict taken from them.
func blind(u *till, lie string) {
	u.h.Fault("commit_then_drop", lie)
	u.begin(lie)
	u.send(u.h.Provider)
	u.run(soon)
	if u.a.State != pay.CancelPending {
		u.t.Errorf("blind, it became %s", u.a.State)
	}
	u.h.Fault()
	u.run(2 * time.Hour)
	u.expect(pay.Canceled, 1, 0)
}

func notSent(u *till) {
	u.begin("not sent")
	u.send(u.h.Dead)
	u.expect(pay.Failed, 0, 0)
	if u.a.Reason != pay.NothingSent {
		u.t.Errorf("reason %q", u.a.Reason)
	}
}

func lostBefore(u *till) {
	u.h.Fault("drop_before")
	u.begin("lost")
	if u.send(u.h.Provider); u.a.State != pay.InDoubt {
		u.t.Fatalf("a broken connection made it %s", u.a.State)
	}
	u.run(soon)
	u.expect(pay.Canceled, 0, 0)
	if u.a.Reason != pay.NeverArrived {
		u.t.Errorf("reason %q", u.a.Reason)
	}
}

func repeated(u *till) {
	u.begin("repeated")
	sent := u.a
	u.send(u.h.Provider)
	o, err := u.h.Provider.Submit(context.Background(), sent, nil)
	if err != nil || o.Outcome == pay.Declined {
		u.t.Errorf("a repeat says %s %v", o, err)
	}
	u.step(pay.Answered(pay.BySubmit, o, err, u.h.Now(), u.h.Now()))
	u.expect(pay.Succeeded, 1, u.h.Amount.Minor)
}

func otherAmount(u *till) {
	u.h.Fault("any:wrong_amount")
	u.begin("other amount")
	u.send(u.h.Provider)
	if u.a.State != pay.NeedsReview || u.effects[pay.Alarm] == 0 {
		u.t.Errorf("another amount made it %s", u.a.State)
	}
}

func restart(u *till) {
	u.h.Fault("202_userpaying(1,SUCCESS)")
	u.begin("restart")
	stored := u.store()
	u.send(u.h.Provider) // the power fails before the answer is recorded
	u.a = stored
	u.step(pay.Event{Kind: pay.Startup, At: u.h.Now()})
	if u.a.State != pay.InDoubt || !u.a.Code.Empty() {
		u.t.Fatalf("resumed as %s", u.a.State)
	}
	u.run(soon)
	u.expect(pay.Succeeded, 1, u.h.Amount.Minor)
}

func cashierGivesUp(u *till) {
	u.h.Fault("202_userpaying(0,never)")
	u.begin("cashier")
	u.send(u.h.Provider)
	u.h.Advance(3 * time.Second)
	u.step(pay.Event{Kind: pay.CashierCancel, At: u.h.Now()})
	if u.a.State != pay.CancelPending {
		u.t.Fatal(u.a.State)
	}
	u.run(soon)
	u.expect(pay.Canceled, 0, 0)
}

func cancelRefused(u *till) {
	u.h.Fault("202_userpaying(0,never)", "reverse_refused(3)")
	u.begin("refused")
	u.send(u.h.Provider)
	u.run(soon)
	u.expect(pay.Canceled, 0, 0)
	if u.a.Undo.Sent < 4 {
		u.t.Errorf("%d cancels", u.a.Undo.Sent)
	}
}

func cancelLies(u *till) {
	u.h.Fault("202_userpaying(0,never)", "reverse_lies*2")
	u.begin("lies")
	u.send(u.h.Provider)
	u.run(soon)
	u.expect(pay.Canceled, 0, 0)
	if u.a.Undo.Sent < 3 {
		u.t.Errorf("%d cancels", u.a.Undo.Sent)
	}
}

func raceLost(u *till) {
	u.h.Fault("202_userpaying(0,never)", "pay_wins_cancel_race")
	u.begin("race")
	u.send(u.h.Provider)
	u.run(2 * time.Minute)
	if u.a.State != pay.LateSuccess || u.effects[pay.Alarm] == 0 {
		u.t.Fatalf("%s\n%s", u.a.State, strings.Join(u.events, "\n"))
	}
	u.step(pay.Event{Kind: pay.PolicyRefund, At: u.h.Now()})
	row := u.runRefund(pay.LateRefund(u.a, u.h.Now()))
	if row.State != pay.RefundPaid || u.effects[pay.TellAttempt] != 1 {
		u.t.Fatalf("late refund is %s", row.State)
	}
	u.step(pay.Event{Kind: pay.RefundDone, At: u.h.Now()})
	u.expect(pay.Refunded, 1, 0)
}

func refundParts(u *till) {
	u.begin("parts")
	if u.send(u.h.Provider); u.h.Flow == pay.ByQR {
		u.scan()
		u.run(soon)
	}
	half := u.h.Amount.Minor / 2
	for i, minor := range []int64{half, u.h.Amount.Minor - half} {
		if r := u.refund(fmt.Sprint("part", i), minor); r.State != pay.RefundPaid {
			u.t.Fatalf("part %d: %s %s", i, r.State, r.WireMsg)
		}
	}
	u.expect(pay.Succeeded, 1, 0)
	if u.effects[pay.CounterPost] != 2 {
		u.t.Errorf("%d counter-entries", u.effects[pay.CounterPost])
	}
	if left := pay.Refundable(u.a, u.rows); !left.Zero() {
		u.t.Errorf("%s left", left)
	}
	o, err := u.h.Provider.(pay.Refunder).Refund(context.Background(), u.rows[0])
	if err != nil || pay.JudgeRefund(u.rows[0], o) != pay.ObsSuccess {
		u.t.Errorf("the same refund again: %s %v", o, err)
	}
	u.expect(pay.Succeeded, 1, 0)
}

func refundLost(u *till) {
	for i, lie := range []string{"refund:commit_then_drop*1", "refund:drop_before*1", "refund:bad_sig*1", "refund:unsigned_400*1", "refund:commit_then_500*1"} {
		u.h.Fault()
		u.effects = map[pay.EffectKind]int{}
		u.rows = nil
		u.begin(fmt.Sprint("refund lost", i))
		u.send(u.h.Provider)
		u.h.Fault(lie)
		if r := u.refund(fmt.Sprint("lost", i), 1); r.State != pay.RefundPaid {
			u.t.Errorf("%s: %s %s", lie, r.State, r.WireMsg)
		}
		u.expect(pay.Succeeded, 1, u.h.Amount.Minor-1)
	}
}

func refundAbnormal(u *till) {
	u.begin("abnormal")
	u.send(u.h.Provider)
	u.h.Fault("refund_abnormal")
	if r := u.refund("abnormal row", 1); r.State != pay.RefundAbnormal || u.effects[pay.Review] == 0 {
		u.t.Errorf("%s", r.State)
	}
}

func refundTooMuch(u *till) {
	u.begin("too much")
	u.send(u.h.Provider)
	r := pay.LateRefund(u.a, u.h.Now()) // a row that no guard has seen
	r.Amount = money.Of(u.h.Amount.Minor+1, u.h.Amount.Currency)
	if r = u.runRefund(r); r.State != pay.RefundRejected {
		u.t.Errorf("%s", r.State)
	}
	u.expect(pay.Succeeded, 1, u.h.Amount.Minor)
}

func secrets(u *till) {
	u.begin("secrets")
	o := u.send(u.h.Provider)
	kept, err := json.Marshal(struct {
		A pay.Attempt
		O pay.Observation
	}{u.a, o})
	if err != nil {
		u.t.Fatal(err)
	}
	all := string(kept) + string(o.Raw) + fmt.Sprintf("%+v %#v", u.a, o)
	if u.h.Kept != nil {
		all += u.h.Kept()
	}
	if u.code != "" && strings.Contains(all, u.code) {
		u.t.Error("the payer's code was kept")
	}
}
