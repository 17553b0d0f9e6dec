package tender_test

import (
	"context"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"suanpan/app/money"
	"suanpan/app/pay"
)

// wallet is a provider that answers after a while: the peer of a test.
type wallet struct {
	id    string
	flows []pay.Flow
	after time.Duration
	first pay.Observation
	then  func(n int) pay.Observation // n-th query
	calls *calls
}

type calls struct{ submits, queries, cancels int }

func (w *wallet) ID() string { return w.id }
func (w *wallet) Caps() pay.Caps {
	return pay.Caps{Merchant: "m", Currencies: []money.Currency{"CNY"}, Flows: w.flows}
}
func (w *wallet) Timing(pay.Flow) pay.Timing {
	return pay.Timing{FirstQuery: 5 * time.Second, Every: 5 * time.Second, SlowEvery: 10 * time.Second, SlowAfter: time.Minute,
		Deadline: 5 * time.Minute, CancelBackoff: []time.Duration{5 * time.Second}, CancelWindow: time.Hour, NotFoundGap: 5 * time.Second,
		NotFoundCount: 2, Sweep: time.Minute, Decide: time.Hour}
}
func (w *wallet) Submit(ctx context.Context, a pay.Attempt, _ pay.Settle) (pay.Observation, error) {
	w.calls.submits++
	<-time.After(w.after)
	return w.answer(w.first, a.No, a.Amount), nil
}
func (w *wallet) Present(ctx context.Context, a pay.Attempt) (pay.Observation, error) {
	w.calls.submits++
	return w.answer(w.first, a.No, a.Amount), nil
}
func (w *wallet) Query(ctx context.Context, r pay.Ref) (pay.Observation, error) {
	w.calls.queries++
	o := w.then(w.calls.queries)
	return w.answer(o, r.No, r.Amount), nil
}
func (w *wallet) Cancel(context.Context, pay.Ref) (pay.Observation, error) {
	w.calls.cancels++
	return pay.Observation{Outcome: pay.Accepted, Verified: true, Merchant: "m"}, nil
}

func (w *wallet) answer(o pay.Observation, no string, a money.Amount) pay.Observation {
	o.OwnNo = no
	o.Verified, o.Merchant, o.Amount = o.Outcome != pay.Unknown, "m", a
	return o
}

func TestEnterThreeTimesSellsForExactCash(t *testing.T) {
	day(t, func(c *till) {
		c.open("32.91")
		c.sees("Due", "¥32.91", "[Take cash ¥32.91]")
		c.picture("pad")
		c.press(fyne.KeyReturn)
		if c.went != nil || c.shop.Current() == "" {
			c.t.Fatal("the first Enter must take nothing")
		}
		c.press(fyne.KeyReturn)
		c.sees("Paid", "A-000001", "[Next customer]")
		c.press(fyne.KeyReturn)
		if len(c.went) != 1 || c.went[0] != "next " {
			c.t.Fatalf("went %q", c.went)
		}
	})
}

func TestChangeIsShownInTheLargestLetters(t *testing.T) {
	day(t, func(c *till) {
		c.open("32.91")
		c.write("a")
		c.write("50")
		c.sees("[Take cash ¥50.00]")
		c.press(fyne.KeyReturn)
		c.sees("Change", "¥17.09")
		c.picture("change")
	})
}

func TestANoteKeyIsOneTap(t *testing.T) {
	day(t, func(c *till) {
		c.open("32.91")
		c.tap("¥20")
		c.sees("¥12.91", "Hand cash back")
		c.picture("part")
		c.tap("Hand cash back")
		c.sees("¥32.91", "Nothing taken yet")
		c.tap("Exact")
		c.sees("Paid")
	})
}

func TestCashFarAboveTheTotalIsAskedAboutOnce(t *testing.T) {
	day(t, func(c *till) {
		c.open("32.91")
		c.write("5000")
		c.press(fyne.KeyReturn)
		c.sees("So much cash?", "¥5,000.00")
		c.picture("sure")
		c.press(fyne.KeyEscape)
		c.not("So much cash?")
		c.write("5000")
		c.press(fyne.KeyReturn)
		c.press(fyne.KeyReturn)
		c.sees("¥4,967.09")
	})
}

func TestAGoodsBarcodeIsRefusedUnsent(t *testing.T) {
	w := &wallet{id: "wechatpay", flows: []pay.Flow{pay.ByCode}, calls: &calls{}}
	day(t, func(c *till) {
		c.open("32.91")
		c.env.Keys.Scan("6901234567892")
		c.pass(time.Second)
		if len(c.said) != 1 || c.said[0] != c.words("error.not_a_payment_code") {
			c.t.Fatalf("said %q", c.said)
		}
		c.picture("refused")
		if w.calls.submits != 0 {
			c.t.Fatal("something was sent")
		}
	}, w)
}

func TestAPayersCodeGoesStraightInAndTheWaitHasAClock(t *testing.T) {
	w := &wallet{id: "wechatpay", flows: []pay.Flow{pay.ByCode}, calls: &calls{}, after: time.Second, first: pay.Observation{Outcome: pay.Pending}}
	w.then = func(n int) pay.Observation {
		if n < 3 {
			return pay.Observation{Outcome: pay.Pending}
		}
		return pay.Observation{Outcome: pay.Success, ProviderTxn: "x"}
	}
	day(t, func(c *till) {
		c.open("32.91")
		c.env.Keys.Scan("134567890123456789")
		c.env.Keys.Scan("134567890123456789") // a gun that reads twice
		c.pass(500 * time.Millisecond)
		c.sees("Processing", "WeChat Pay")
		c.pass(6 * time.Second)
		c.picture("wait")
		c.sees("Waiting for the customer", "0:06", "[Serve next]", "[Ask again]")
		c.tap("Ask again")
		c.pass(20 * time.Second)
		c.sees("Paid", "A-000001")
		if w.calls.submits != 1 {
			c.t.Fatalf("%d charges", w.calls.submits)
		}
	}, w)
}

func TestAnUnknownOutcomeIsNeverCalledFailedAndTheNextIsServed(t *testing.T) {
	w := &wallet{id: "alipay", flows: []pay.Flow{pay.ByCode, pay.ByQR}, calls: &calls{}, then: func(int) pay.Observation { return pay.Observation{} }}
	day(t, func(c *till) {
		c.open("32.91")
		c.env.Keys.Scan("28123456789012345678")
		c.pass(2 * time.Second)
		c.sees("do not charge again", "¥32.91")
		c.picture("doubt")
		first := c.shop.Current()
		c.press(fyne.KeyF6)
		if len(c.went) != 1 || c.went[0] != "next " || c.shop.Current() == first {
			c.t.Fatalf("went %q", c.went)
		}
	}, w)
}

func TestOurCodeIsShownWithItsLetterAndCanBeCancelled(t *testing.T) {
	state := pay.Pending
	w := &wallet{id: "alipay", flows: []pay.Flow{pay.ByQR}, calls: &calls{}, first: pay.Observation{Outcome: pay.Pending, QR: "https://example.invalid/pay"}}
	w.then = func(int) pay.Observation { return pay.Observation{Outcome: state} }
	day(t, func(c *till) {
		c.open("32.91")
		c.sees("[Alipay code]")
		c.write("b")
		c.pass(time.Second)
		c.sees("Waiting for the customer")
		c.picture("code")
		state = pay.Closed
		c.tap(c.words("tender.cancel"))
		c.pass(time.Minute)
		c.picture("cancelled")
		c.sees("Cancelled", "[Take it another way]", "¥32.91")
		c.press(fyne.KeyReturn)
		c.press(fyne.KeyReturn)
		c.sees("A-000001")
	}, w)
}
