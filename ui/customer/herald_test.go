package customer_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"suanpan/app"
	"suanpan/app/catalog"
	"suanpan/app/money"
	"suanpan/app/pay"
	"suanpan/app/pay/paytest"
	"suanpan/assets"
	"suanpan/store"
	"suanpan/ui/customer"
)

// Whatever the wire does, each sentence is about money that the provider has at that moment, and each such payment is spoken
// of once. The seed is in the name of the case.
func TestTheVoiceSpeaksOfNothingButProvenMoney(t *testing.T) {
	for seed := range uint64(8) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			db, err := store.Open(t.Context(), t.TempDir(), store.Options{})
			if err != nil {
				t.Fatal(err)
			}
			synctest.Test(t, func(t *testing.T) { faultyDay(t, db, seed) })
			if err := db.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

// shared is one row of random numbers for the goroutines of all calls.
type shared struct {
	mu   sync.Mutex
	dice *rand.Rand
}

func (s *shared) IntN(n int) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.dice.IntN(n)
}

func faultyDay(t *testing.T, db *store.Store, seed uint64) {
	dice := &shared{dice: rand.New(rand.NewPCG(seed, 7))}
	faults := paytest.Faults()
	m := &paytest.Model{Name: "wechatpay", Can: pay.Caps{Merchant: "m", Currencies: []money.Currency{"CNY"}, Flows: []pay.Flow{pay.ByCode}, PartialRefund: true},
		Times: pay.Timing{FirstQuery: 2 * time.Second, Every: 2 * time.Second, SlowAfter: 30 * time.Second, SlowEvery: 5 * time.Second, Deadline: time.Minute,
			CancelBackoff: []time.Duration{5 * time.Second}, CancelWindow: time.Hour, NotFoundGap: 5 * time.Second, NotFoundCount: 2, Sweep: time.Minute, Decide: time.Minute},
		Now: time.Now, Wait: func(_ context.Context, d time.Duration) { <-time.After(d) }}
	m.Wire = func(op, _ string) paytest.Wire {
		if op == "submit" || dice.IntN(4) == 0 {
			return paytest.Wire{There: time.Duration(dice.IntN(3000)) * time.Millisecond, Fault: faults[dice.IntN(len(faults))]}
		}
		return paytest.Wire{}
	}
	m.Payer = func(string, pay.Flow) paytest.Payer {
		return paytest.Payer{After: time.Duration(dice.IntN(20)) * time.Second, Declines: dice.IntN(4) == 0, Never: dice.IntN(6) == 0}
	}
	words, err := assets.Load()
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	shop, err := app.New(ctx, app.Params{Store: db, Clock: clock{}, Words: words.In, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Providers: []pay.Provider{m}})
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{}, 2)
	day := &faulty{t: t, shop: shop, model: m, spoken: map[string]int{}}
	h := customer.Herald{Shop: shop, Words: words.In, Now: time.Now, Locale: func() string { return "en" }, Say: day.hear}
	go func() { shop.Run(ctx); done <- struct{}{} }()
	go func() { h.Run(ctx); done <- struct{}{} }()
	day.trade(ctx)
	synctest.Wait()
	day.mu.Lock()
	for _, id := range day.payments {
		p, err := shop.Payment(ctx, id)
		text := sentence(p)
		if n := day.spoken[text]; err != nil || n > 1 || (n == 1) != (p.State == pay.Succeeded) {
			t.Errorf("%q spoken %d times, and it is %s (%v)", text, n, p.State, err)
		}
		delete(day.spoken, text)
	}
	if len(day.spoken) > 0 {
		t.Errorf("spoken of nothing: %v", day.spoken)
	}
	day.mu.Unlock()
	stop()
	<-done
	<-done
}

// faulty is a day on which the wire fails as the dice say.
type faulty struct {
	t        *testing.T
	shop     *app.Shop
	model    *paytest.Model
	mu       sync.Mutex
	payments []string
	spoken   map[string]int
}

// sentence is what may be said about a payment; every one of the day has a sum of its own.
func sentence(p app.Payment) string {
	return "WeChat Pay received " + money.Of(p.Minor, "CNY").Decimal() + " yuan"
}

// hear proves at the moment of speech that the provider has the money.
func (d *faulty) hear(_, text string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.spoken[text]++
	for _, id := range d.payments {
		a, _, err := d.shop.Trail(context.Background(), id)
		if err != nil || sentence(app.Payment{Minor: a.Amount.Minor}) != text {
			continue
		}
		if net, _ := d.model.NetOf(a.No); net != a.Amount.Minor || a.State != pay.Succeeded {
			d.t.Errorf("%q, but the provider has %d and it is %s", text, net, a.State)
		}
	}
	return true
}

// trade sells twelve times, each time for another sum, and cancels now and then.
func (d *faulty) trade(ctx context.Context) {
	t, shop := d.t, d.shop
	t.Helper()
	must := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	_, err := shop.Setup(ctx, app.Setup{Template: "retail", Name: "小店", Currency: "CNY", Locale: "en"})
	must(err)
	_, err = shop.Login(ctx, "1", "1234")
	must(err)
	_, err = shop.OpenShift(ctx, 0)
	must(err)
	for n := range 12 {
		_, err := shop.PutItems(ctx, []catalog.Item{{SKU: fmt.Sprint(n), Name: "x", Price: money.Price(10_000 * (101 + n))}})
		must(err)
		b, err := shop.AddItem(ctx, "", app.Add{SKU: fmt.Sprint(n), Qty: money.One})
		must(err)
		p, err := shop.Tender(ctx, app.TenderAsk{Order: b.Order.ID, Code: pay.Hide(fmt.Sprintf("1345678901234567%02d", n))})
		must(err)
		d.mu.Lock()
		d.payments = append(d.payments, p.ID)
		d.mu.Unlock()
		time.Sleep(time.Duration(n%4) * 10 * time.Second)
		if n%3 == 2 {
			_, _ = shop.CancelPayment(ctx, p.ID) // refused where it is decided already
		}
		_, err = shop.NewOrder(ctx, app.Begin{})
		must(err)
	}
	time.Sleep(10 * time.Minute)
}
