package tender_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"suanpan/app/money"
	"suanpan/app/pay"
	"suanpan/app/pay/paytest"
)

// peer is a provider with books of its own; its payers act when the test says so.
func peer(name string, flows ...pay.Flow) *paytest.Model {
	return &paytest.Model{Name: name, Can: pay.Caps{Merchant: name + "1", Currencies: []money.Currency{"CNY"}, Flows: flows, PartialRefund: true},
		Times: (&wallet{}).Timing(""), Now: time.Now, Wait: func(ctx context.Context, d time.Duration) {
			select {
			case <-time.After(d):
			case <-ctx.Done():
			}
		},
		Payer: func(_ string, f pay.Flow) paytest.Payer { return paytest.Payer{Never: f != pay.ByCode} }}
}

// own finds the own number of the newest attempt by a method.
func (c *till) own(method string) string {
	c.t.Helper()
	no := ""
	for _, p := range must(c.shop.PaymentsOf(c.env.Context, c.shop.Current())) {
		if a, _, err := c.shop.Trail(c.env.Context, p.ID); err == nil && p.Method == method {
			no = a.No
		}
	}
	return no
}

func TestOneKeyOffersEveryWayAndTheFirstToBePaidWins(t *testing.T) {
	card, wechat, ali := peer("zvt", pay.ByCard), peer("wechatpay", pay.ByCode, pay.ByQR), peer("alipay", pay.ByCode, pay.ByQR)
	day(t, func(c *till) {
		c.open("32.91")
		c.sees("[Card · QR]")
		c.picture("offer-before")
		c.press(fyne.KeyF2)
		c.pass(3 * time.Second)
		c.sees("Waiting for the customer", "0:0", "Card", "WeChat Pay: our code", "Alipay: our code", "ready for the customer", "insert, tap or swipe", "[Withdraw]", "[Cash instead]", "[Serve next]")
		c.picture("offer-waiting")
		c.tap("Alipay")
		c.picture("offer-alipay")
		if !wechat.Pay(c.own("wechatpay")) {
			t.Fatal("nobody could pay")
		}
		c.pass(10 * time.Second)
		c.sees("Paid", "A-000001")
		c.pass(time.Minute)
		c.sees("The other ways are withdrawn, and that is proven.")
		c.picture("offer-paid")
		if _, n := card.Net(); n != 0 {
			t.Fatal("the card was charged, too")
		}
	}, card, wechat, ali)
}

func TestACodeScannedDuringTheOfferIsChargedWhenTheRestIsProvenWithdrawn(t *testing.T) {
	card, wechat := peer("zvt", pay.ByCard), peer("wechatpay", pay.ByCode, pay.ByQR)
	day(t, func(c *till) {
		c.open("32.91")
		c.press(fyne.KeyF2)
		c.pass(3 * time.Second)
		c.env.Keys.Scan("6901234567892")
		c.pass(time.Second)
		if len(c.said) != 1 || c.said[0] != c.words("error.not_a_payment_code") {
			t.Fatalf("said %q", c.said)
		}
		c.env.Keys.Scan("134567890123456789")
		c.pass(300 * time.Millisecond)
		c.picture("offer-making")
		c.pass(time.Minute)
		c.sees("Paid", "A-000001")
		if net, n := wechat.Net(); n != 1 || net != 3291 {
			t.Fatalf("%d charges, %d", n, net)
		}
	}, card, wechat)
}

func TestWithdrawingSaysThatNobodyMayPayUntilItIsProven(t *testing.T) {
	card, wechat := peer("zvt", pay.ByCard), peer("wechatpay", pay.ByQR)
	wechat.Wire = func(op, _ string) paytest.Wire {
		if op == "cancel" {
			return paytest.Wire{There: 10 * time.Second}
		}
		return paytest.Wire{}
	}
	day(t, func(c *till) {
		c.open("32.91")
		c.press(fyne.KeyF2)
		c.pass(3 * time.Second)
		c.write("a") // cash
		c.pass(2 * time.Second)
		c.sees("nobody may pay", "Do not let the customer pay again", "being withdrawn, not proven yet", "Then: Cash", "(Withdraw)")
		c.not("Withdrawn, proven\n")
		c.picture("offer-withdrawing")
		c.pass(2 * time.Minute)
		c.sees("[Take cash ¥32.91]", "¥32.91")
		c.press(fyne.KeyReturn)
		c.sees("A-000001")
	}, card, wechat)
}

func TestMoneyThatComesBesideTheOneThatWonIsShownAndGoesBack(t *testing.T) {
	card, wechat := peer("zvt", pay.ByCard), peer("wechatpay", pay.ByQR)
	slow := false
	wechat.Wire = func(op, _ string) paytest.Wire {
		if op == "cancel" && !slow {
			slow = true
			return paytest.Wire{There: 20 * time.Second}
		}
		return paytest.Wire{}
	}
	card.Payer = func(string, pay.Flow) paytest.Payer { return paytest.Payer{After: 4 * time.Second} }
	day(t, func(c *till) {
		c.open("32.91")
		c.press(fyne.KeyF2)
		c.pass(5 * time.Second)
		wechat.Pay(c.ownOf("A-000001", "wechatpay"))
		c.pass(3 * time.Minute)
		c.sees("A-000001", "They are given back by themselves.")
		c.picture("offer-late")
		if net, _ := wechat.Net(); net != 0 {
			t.Fatalf("%d kept", net)
		}
	}, card, wechat)
}

// ownOf finds an own number when the order may be sold already.
func (c *till) ownOf(receipt, method string) string {
	c.t.Helper()
	id := c.shop.Current()
	if sale, err := c.shop.GetSale(c.env.Context, receipt); err == nil {
		id = sale.Doc.Order.ID
	}
	for _, p := range must(c.shop.PaymentsOf(c.env.Context, id)) {
		if a, _, err := c.shop.Trail(c.env.Context, p.ID); err == nil && p.Method == method {
			return a.No
		}
	}
	return ""
}

// A provider that never answers holds one goroutine of its own. What is scanned meanwhile is on the counter, and is painted,
// while the call still hangs: nothing here waits for it, and nothing is measured by time.
func TestAProviderThatHangsHoldsUpNeitherScanNorPaint(t *testing.T) {
	h := &hanging{wallet: wallet{id: "zvt", flows: []pay.Flow{pay.ByCard}, calls: &calls{}, then: func(int) pay.Observation { return pay.Observation{} }}}
	day(t, func(c *till) {
		h.release = make(chan struct{})
		c.open("32.91")
		c.press(fyne.KeyF2)
		c.sees("starting", "[Serve next]")
		first := c.shop.Current()
		c.press(fyne.KeyF6)
		if len(c.went) != 1 || c.shop.Current() == first {
			t.Fatalf("went %q", c.went)
		}
		for range 3 {
			must(c.shop.Scan(c.env.Context, "", "6901234567892", 0))
		}
		c.screen.Shown()
		c.hand.settle()
		c.sees("Due", "¥98.73", "[Take cash ¥98.73]")
		c.press(fyne.KeyReturn)
		c.press(fyne.KeyReturn)
		c.sees("Paid", "A-000001")
		if h.inside.Load() != 1 || h.back.Load() != 0 {
			t.Fatal("the call does not hang: nothing was shown")
		}
		if open := must(c.shop.OpenPayments(c.env.Context)); len(open) != 1 || open[0].Order != first {
			t.Fatalf("open: %+v", open)
		}
		close(h.release)
		c.pass(time.Second)
	}, h)
}

// hanging is a terminal that takes a call and does not answer before it is released.
type hanging struct {
	wallet
	release      chan struct{}
	inside, back atomic.Int64
}

func (h *hanging) Submit(context.Context, pay.Attempt, pay.Settle) (pay.Observation, error) {
	h.inside.Add(1)
	<-h.release
	h.back.Add(1)
	return pay.Observation{}, nil
}
