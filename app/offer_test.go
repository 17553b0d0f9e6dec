package app_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"suanpan/app"
	"suanpan/app/money"
	"suanpan/app/pay"
	"suanpan/app/pay/paytest"
)

// patience is a provider's timing for tests with models: short, and of the same shape as a real one.
func patience() pay.Timing {
	return pay.Timing{FirstQuery: 3 * time.Second, Every: 3 * time.Second, SlowAfter: 30 * time.Second, SlowEvery: 10 * time.Second, Deadline: 2 * time.Minute,
		CancelBackoff: []time.Duration{5 * time.Second, 10 * time.Second, 20 * time.Second, time.Minute}, CancelWindow: 24 * time.Hour,
		NotFoundGap: 5 * time.Second, NotFoundCount: 3, Sweep: time.Minute, Decide: 10 * time.Minute}
}

func asleep(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}

// model is a provider with books of its own; nobody pays unless the test says so.
func model(name string, clock app.Clock, flows ...pay.Flow) *paytest.Model {
	return &paytest.Model{Name: name, Can: pay.Caps{Merchant: name + "1", Currencies: []money.Currency{"CNY"}, Flows: flows, PartialRefund: true}, Times: patience(),
		Now: clock.Now, Wait: asleep}
}

// counter is a till with modelled providers, in a bubble, with one tea on the counter.
type counter struct {
	*rig
	ctx                  context.Context
	card, wallet, alipay *paytest.Model
}

func (c *counter) all() []*paytest.Model { return []*paytest.Model{c.card, c.wallet, c.alipay} }

func atCounter(t *testing.T, play func(*counter)) {
	t.Helper()
	out := newPorters(t, 1)
	synctest.Test(t, func(t *testing.T) {
		clock := bubble{time.Now()}
		c := &counter{ctx: context.Background(), card: model("terminal", clock, pay.ByCard), wallet: model("wechatpay", clock, pay.ByCode, pay.ByQR),
			alipay: model("alipay", clock, pay.ByCode, pay.ByQR)}
		c.rig = &rig{t: t, dir: t.TempDir(), clock: clock, models: []pay.Provider{c.card, c.wallet, c.alipay}, porters: out}
		c.open()
		defer c.close()
		_, err := c.shop.Setup(c.ctx, app.Setup{Template: "retail", Name: "小店", Currency: "CNY"})
		c.must(err)
		_, err = c.shop.Login(c.ctx, "1", "1234")
		c.must(err)
		_, err = c.shop.PutItems(c.ctx, goods())
		c.must(err)
		_, err = c.shop.OpenShift(c.ctx, 10000)
		c.must(err)
		_, err = c.shop.Scan(c.ctx, "", "6901234567892", money.One)
		c.must(err)
		play(c)
		time.Sleep(5 * time.Minute) // what was sent is answered by then
	})
}

func (c *counter) must(err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
}

func (c *counter) offer() app.Offer {
	c.t.Helper()
	o, err := c.shop.Offer(c.ctx, app.OfferAsk{})
	c.must(err)
	time.Sleep(time.Second)
	return c.offered(o.ID)
}

func (c *counter) offered(id string) app.Offer {
	c.t.Helper()
	o, err := c.shop.Offered(c.ctx, id)
	c.must(err)
	return o
}

// way finds one way of an offer.
func (c *counter) way(o app.Offer, method string, flow pay.Flow) app.OfferWay {
	c.t.Helper()
	for _, w := range o.Ways {
		if w.Method == method && w.Flow == flow {
			return w
		}
	}
	c.t.Fatalf("no %s by %s in %+v", method, flow, o)
	return app.OfferWay{}
}

// clearing sums what the providers owe by our books.
func (c *counter) clearing() (sum int64) {
	for _, m := range c.all() {
		sum += c.account("clearing:" + m.Name)
	}
	return sum
}

func (c *counter) account(name string) int64 {
	var d app.Delta
	c.must(c.gate.Store.View(c.ctx, func(v app.View) (err error) { d, err = v.Total("account", name+" CNY"); return err }))
	return d.Minor
}

func (c *counter) net() (sum int64, charges int) {
	for _, m := range c.all() {
		n, k := m.Net()
		sum, charges = sum+n, charges+k
	}
	return sum, charges
}

func (c *counter) agree(want int64) {
	c.t.Helper()
	if net, _ := c.net(); net != want || c.clearing() != want {
		c.t.Fatalf("providers have %d, our books say %d, want %d", net, c.clearing(), want)
	}
}

func TestWhoeverPaysFirstWinsAndTheOthersAreProvenWithdrawn(t *testing.T) {
	for _, first := range []string{"terminal", "wechatpay", "alipay"} {
		t.Run(first, func(t *testing.T) {
			atCounter(t, func(c *counter) {
				c.card.Payer = func(string, pay.Flow) paytest.Payer {
					return paytest.Payer{After: 20 * time.Second, Never: first != "terminal"}
				}
				o := c.offer()
				if o.State != app.OfferWaiting || len(o.Ways) != 3 || o.Clear {
					t.Fatalf("%+v", o)
				}
				if w := c.way(o, "wechatpay", pay.ByQR); w.QR == "" || w.Say != "offer.say.qr" || w.Withdrawn {
					t.Fatalf("%+v", w)
				}
				if _, err := c.shop.Complete(c.ctx, ""); err == nil {
					t.Fatal("completed while an offer waits")
				}
				if _, err := c.shop.Tender(c.ctx, app.TenderAsk{Method: "cash"}); err == nil {
					t.Fatal("paid twice over")
				}
				switch first {
				case "wechatpay":
					c.wallet.Pay(own(c, o, first))
				case "alipay":
					c.alipay.Pay(own(c, o, first))
				}
				time.Sleep(21 * time.Second)
				if o = c.offered(o.ID); o.State != app.OfferPaid || !o.Clear {
					t.Fatalf("%+v", o)
				}
				for _, w := range o.Ways {
					if w.Withdrawn != (w.Method != first) {
						t.Errorf("%+v", w)
					}
				}
				_, err := c.shop.Complete(c.ctx, "")
				c.must(err)
				c.agree(o.Minor)
			})
		})
	}
}

func own(c *counter, o app.Offer, method string) string {
	for _, w := range o.Ways {
		if w.Method == method {
			return pay.OwnNo(w.ID)
		}
	}
	c.t.Fatal(method)
	return ""
}

func TestASecondOneThatPaysNeverthelessGetsTheMoneyBack(t *testing.T) {
	atCounter(t, func(c *counter) {
		o := c.offer()
		c.wallet.Pay(own(c, o, "wechatpay"))
		c.alipay.Pay(own(c, o, "alipay"))
		time.Sleep(3 * time.Minute)
		if o = c.offered(o.ID); o.State != app.OfferPaid || !o.Clear || o.Late != 1 {
			t.Fatalf("%+v", o)
		}
		if _, charges := c.net(); charges != 2 {
			t.Fatal(charges)
		}
		if _, err := c.shop.Complete(c.ctx, ""); err != nil {
			t.Fatal(err)
		}
		c.agree(o.Minor)
	})
}

func TestACodeIsChargedWhenTheOtherWaysAreProvenWithdrawn(t *testing.T) {
	atCounter(t, func(c *counter) {
		c.wallet.Payer = func(_ string, f pay.Flow) paytest.Payer { return paytest.Payer{Never: f != pay.ByCode} }
		c.alipay.Wire = func(op, _ string) paytest.Wire {
			if op == "cancel" {
				return paytest.Wire{There: 8 * time.Second}
			}
			return paytest.Wire{}
		}
		o := c.offer()
		o, err := c.shop.OfferCode(c.ctx, o.ID, pay.Hide("134567890123456789"))
		c.must(err)
		if o.State != app.OfferMaking || o.Code == nil || o.Code.Method != "wechatpay" {
			t.Fatalf("%+v", o)
		}
		time.Sleep(7 * time.Second)
		if o = c.offered(o.ID); o.State != app.OfferMaking || len(o.Ways) != 3 {
			t.Fatalf("charged before the others were withdrawn: %+v", o)
		}
		time.Sleep(5 * time.Second)
		if o = c.offered(o.ID); o.State != app.OfferPaid || len(o.Ways) != 4 || !o.Clear || o.Code != nil {
			t.Fatalf("%+v", o)
		}
		c.agree(o.Minor)
	})
}

func TestACodeIsNotChargedWhenAnotherWayIsPaidMeanwhile(t *testing.T) {
	atCounter(t, func(c *counter) {
		c.wallet.Payer = func(_ string, f pay.Flow) paytest.Payer { return paytest.Payer{Never: f != pay.ByCode} }
		c.alipay.Wire = func(op, _ string) paytest.Wire {
			if op == "cancel" {
				return paytest.Wire{Fault: paytest.PayWins}
			}
			return paytest.Wire{}
		}
		o := c.offer()
		o, err := c.shop.OfferCode(c.ctx, o.ID, pay.Hide("134567890123456789"))
		c.must(err)
		time.Sleep(5 * time.Second)
		o = c.offered(o.ID)
		if o.State != app.OfferLate {
			t.Fatalf("%+v", o)
		}
		p, err := c.shop.DecideLate(c.ctx, own2(c, o, pay.LateSuccess), true)
		if err != nil || p.State != pay.Succeeded {
			t.Fatal(p, err)
		}
		time.Sleep(2 * time.Minute)
		if o = c.offered(o.ID); o.State != app.OfferPaid || !o.Clear || o.Code == nil || o.Code.Failed != "offer_paid" {
			t.Fatalf("%+v", o)
		}
		if _, charges := c.net(); charges != 1 {
			t.Fatal(charges)
		}
		c.agree(o.Minor)
	})
}

func own2(c *counter, o app.Offer, s pay.State) string {
	for _, w := range o.Ways {
		if w.State == s {
			return w.ID
		}
	}
	c.t.Fatalf("no %s in %+v", s, o)
	return ""
}

func TestAnOfferThatIsGivenUpIsProvenOverAndTheBasketOpensAgain(t *testing.T) {
	atCounter(t, func(c *counter) {
		o := c.offer()
		o, err := c.shop.WithdrawOffer(c.ctx, o.ID)
		c.must(err)
		if o.State != app.OfferWithdrawing || o.Clear {
			t.Fatalf("%+v", o)
		}
		time.Sleep(5 * time.Second)
		if o = c.offered(o.ID); o.State != app.OfferOver || !o.Clear {
			t.Fatalf("%+v", o)
		}
		_, err = c.shop.Scan(c.ctx, "", "6901234567892", money.One)
		c.must(err)
		c.agree(0)
	})
}

// TestAPowerCutInTheMiddleOfAnOfferIsFinishedAtStart cuts at every write from the moment at which a way wins.
func TestAPowerCutInTheMiddleOfAnOfferIsFinishedAtStart(t *testing.T) {
	for cut := range 60 {
		atCounter(t, func(c *counter) {
			o := c.offer()
			var n atomic.Int64
			c.gate.failing(func(string) error {
				if n.Add(1) == int64(cut)+1 {
					return errPower
				}
				return nil
			})
			c.wallet.Pay(own(c, o, "wechatpay"))
			if cut%2 == 1 {
				c.alipay.Pay(own(c, o, "alipay"))
			}
			time.Sleep(30 * time.Second)
			c.powerOff()
			time.Sleep(time.Minute)
			c.open()
			time.Sleep(30 * time.Minute)
			if o = c.offered(o.ID); o.State != app.OfferPaid || !o.Clear {
				t.Fatalf("cut %d: %+v", cut, o)
			}
			c.agree(o.Minor)
		})
	}
}

// pass lets virtual time go by.
func (c *counter) pass(d time.Duration) { time.Sleep(d) }
