package app_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"suanpan/app"
	"suanpan/app/money"
	"suanpan/app/pay"
	"suanpan/app/pay/paytest"
)

// flood puts n attempts without an outcome into the till's books, as a long bad evening leaves them.
func (c *counter) flood(n int) {
	c.t.Helper()
	began := c.clock.Now().Add(-time.Hour)
	c.must(c.gate.Store.Update(c.ctx, func(tx app.Tx) error {
		for i := range n {
			a := pay.NewAttempt(c.wallet, pay.Plan{ID: fmt.Sprintf("flood-%06d", i), Order: fmt.Sprintf("old-%06d", i), Amount: money.Of(100, "CNY"), Flow: pay.ByQR, At: began})
			a, _ = pay.Step(a, pay.Event{Kind: pay.Submitted, At: began})
			if err := tx.PutAttempt(app.Attempt{Staff: "1", Attempt: a}); err != nil {
				return err
			}
		}
		return nil
	}))
}

// TestAfterAFloodTheTillSellsAtOnceAndAsksAtAPace begins with hundreds of attempts of which nobody knows anything.
func TestAfterAFloodTheTillSellsAtOnceAndAsksAtAPace(t *testing.T) {
	n := 500
	if testing.Short() {
		n = 200
	}
	atCounter(t, func(c *counter) {
		c.wallet.Wire = func(string, string) paytest.Wire { return paytest.Wire{There: 30 * time.Millisecond} }
		c.wallet.Payer = func(string, pay.Flow) paytest.Payer { return paytest.Payer{After: time.Second} }
		c.flood(n)
		c.close()
		c.open()
		app.SignOn(c.shop, manager())
		began := time.Now()
		_, err := c.shop.Scan(c.ctx, "", "6901234567892", oneTea)
		c.must(err)
		p, err := c.shop.Tender(c.ctx, app.TenderAsk{Method: "wechatpay", Flow: pay.ByQR, Wait: 20 * time.Second})
		c.must(err)
		if took := time.Since(began); p.State != pay.Succeeded || took > 6*time.Second {
			t.Errorf("the first customer after the flood: %s after %s", p.State, took)
		}
		c.pass(10 * time.Second)
		asked := c.wallet.Asked("query")
		if most := int(time.Since(began)/(20*time.Millisecond)) + 16; asked > most {
			t.Errorf("%d questions in the first %s", asked, time.Since(began))
		}
		c.pass(time.Duration(n)*200*time.Millisecond + 10*time.Minute)
		if list, err := c.shop.OpenPayments(c.ctx); err != nil || len(list) != 0 {
			t.Errorf("%d are still open: %v", len(list), err)
		}
	})
}

// BenchmarkStartWithTenThousandOpenAttempts is the time from opening the shop to being ready to sell.
func BenchmarkStartWithTenThousandOpenAttempts(b *testing.B) {
	m, err := prepared()
	if err != nil {
		b.Fatal(err)
	}
	w := model("wechatpay", bubble{time.Now()}, pay.ByQR)
	flooded := m.clone()
	c := &counter{rig: &rig{t: b, clock: bubble{time.Now()}, gate: &gate{Store: flooded}}, ctx: context.Background(), wallet: w}
	c.flood(10_000)
	texts, err := words()
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		b.StopTimer()
		one := flooded.clone()
		b.StartTimer()
		shop, err := app.New(context.Background(), app.Params{Store: one, Clock: bubble{time.Now()}, Words: texts.In, Log: quiet, AlwaysTrial: true,
			Trial: func() ([]pay.Provider, app.Sandbox) { return []pay.Provider{w}, nil }})
		if err != nil {
			b.Fatal(err)
		}
		if err := shop.Resume(context.Background()); err != nil {
			b.Fatal(err)
		}
	}
}
