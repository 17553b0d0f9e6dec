package pay

import (
	"strings"
	"testing"
	"time"

	"suanpan/app/money"
)

func refundSaid(r Refund, k EventKind, at time.Time) Event {
	o := Observation{Verified: true, OwnNo: r.No, Merchant: r.Merchant, Amount: r.Amount}
	switch k {
	case ObsUnknown:
		o.Outcome = Unknown
	case ObsPending:
		o.Outcome = Accepted
	case ObsNotFound:
		o.Outcome = NotFound
	case ObsSuccess:
		o.Outcome = Success
	case ObsDeclined:
		o.Outcome = Declined
	case ObsAbnormal:
		o.Outcome = Abnormal
	case Mismatch:
		o.Outcome, o.Amount = Success, money.Of(1, "CNY")
	}
	return Event{Kind: k, Via: ByQuery, Obs: o, Begun: at, At: at}
}

const refundGrid = `
not_sent       = = = = = =
obs.unknown    REFUND_UNKNOWN = = = = =
obs.pending    REFUND_PROCESSING REFUND_PROCESSING = REFUND_PROCESSING = =
obs.notfound   = REFUND_REQUESTED = = = =
obs.success    REFUNDED REFUNDED REFUNDED REFUNDED = REFUNDED
obs.declined   REFUND_FAILED REFUND_FAILED REFUND_FAILED REFUND_FAILED = =
obs.abnormal   REFUND_ABNORMAL REFUND_ABNORMAL REFUND_ABNORMAL = = =
mismatch       = = = = = =
startup        REFUND_UNKNOWN = = = = =
refund_retry   ! ! ! REFUND_PROCESSING = REFUND_REQUESTED
operator_paid  ! REFUNDED ! REFUNDED = =
operator_not   ! REFUND_FAILED ! ! = =
`

func TestEveryPairOfRefundStateAndEventIsListed(t *testing.T) {
	seen := 0
	for _, line := range strings.Split(strings.TrimSpace(refundGrid), "\n") {
		cells := strings.Fields(line)
		if k := RefundEvents()[seen]; string(k) != cells[0] {
			t.Fatalf("line %d is %s, want %s", seen, cells[0], k)
		}
		for i, s := range RefundStates() {
			want, review := RefundState(cells[i+1]), cells[i+1] == "!"
			if want == "=" || review {
				want = s
			}
			r := LateRefund(attempt(Refunding), noon)
			r.State = s
			got, fx := StepRefund(r, refundSaid(r, EventKind(cells[0]), noon))
			if got.State != want || has(fx, Review, Unlisted) != review {
				t.Errorf("%s + %s became %s %v, want %s", s, cells[0], got.State, fx, want)
			}
			if done := got.State == RefundPaid && s != RefundPaid; has(fx, CounterPost, "") != done {
				t.Errorf("%s + %s: counter-entry %v", s, cells[0], fx)
			}
		}
		seen++
	}
	if seen != len(RefundEvents()) {
		t.Fatalf("%d of %d events listed", seen, len(RefundEvents()))
	}
}

func TestALateRefundTellsItsAttempt(t *testing.T) {
	a := attempt(LateSuccess)
	a, _ = Step(a, Event{Kind: PolicyRefund, At: noon})
	r := LateRefund(a, noon)
	if r.No != LateRefund(a, noon.Add(time.Hour)).No || len(r.No) > 32 || r.No == a.No {
		t.Errorf("own number %s", r.No)
	}
	failed, fx := StepRefund(r, refundSaid(r, ObsAbnormal, noon))
	if failed.State != RefundAbnormal || !tells(fx, RefundFailed) {
		t.Errorf("abnormal: %v", fx)
	}
	_, fx = StepRefund(r, refundSaid(r, ObsSuccess, noon))
	if !tells(fx, RefundDone) {
		t.Errorf("paid: %v", fx)
	}
	if a, _ = Step(a, Event{Kind: RefundDone, At: noon}); a.State != Refunded {
		t.Errorf("attempt is %s", a.State)
	}
}

func tells(fx []Effect, k EventKind) bool {
	for _, e := range fx {
		if e.Kind == TellAttempt && e.Event == k {
			return true
		}
	}
	return false
}

func TestPartialRefundsKeepTheProvidersPause(t *testing.T) {
	a := attempt(Succeeded)
	a, first, err := StartRefund(a, nil, RefundPlan{ID: "r1", Amount: money.Of(100, "CNY"), Gap: time.Minute, At: noon})
	if err != nil {
		t.Fatal(err)
	}
	if due, ok := NextRefund(first, wallet); !ok || due.Do != DoRefund || !due.At.Equal(noon) {
		t.Errorf("first: %v", due)
	}
	_, second, err := StartRefund(a, []Refund{first}, RefundPlan{ID: "r2", Amount: money.Of(100, "CNY"), Gap: time.Minute, At: noon.Add(time.Second)})
	if due, ok := NextRefund(second, wallet); err != nil || !ok || !due.At.Equal(noon.Add(time.Minute)) {
		t.Errorf("second: %v %v", due, err)
	}
	if _, _, err := StartRefund(a, []Refund{first, second}, RefundPlan{ID: "r3", Amount: money.Of(1200, "CNY"), At: noon}); err == nil {
		t.Error("more than is left was promised")
	}
}

func TestOwnNumbers(t *testing.T) {
	if no := OwnNo("0199a0b2-c3d4-7e5f-8a6b-7c8d9e0f1a2b"); no != "0199a0b2c3d47e5f8a6b7c8d9e0f1a2b" {
		t.Error(no)
	}
	for _, id := range []string{"", "x", "a-b", "ab-", "0199A0B2-c3d4-7e5f-8a6b-7c8d9e0f1a2b", strings.Repeat("中", 40)} {
		no := OwnNo(id)
		if len(no) != 32 || strings.Trim(no, "0123456789abcdefghijklmnopqrstuvwxyz") != "" || no != OwnNo(id) {
			t.Errorf("%q: %q", id, no)
		}
	}
	if OwnNo("a-b") == OwnNo("ab-") {
		t.Error("two ids share a number")
	}
}
