package app_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"suanpan/app"
	"suanpan/app/money"
	"suanpan/app/order"
)

// opened is a till that is ready to sell, without providers.
func opened(t testing.TB) *rig {
	t.Helper()
	r, ctx := newRig(t, &ticking{}, nil), context.Background()
	if _, err := r.shop.Setup(ctx, app.Setup{Template: "retail", Name: "小店", Currency: "CNY"}); err != nil {
		t.Fatal(err)
	}
	if _, err := r.shop.Login(ctx, "1", "1234"); err != nil {
		t.Fatal(err)
	}
	if _, err := r.shop.PutItems(ctx, goods()); err != nil {
		t.Fatal(err)
	}
	if _, err := r.shop.OpenShift(ctx, 0); err != nil {
		t.Fatal(err)
	}
	return r
}

// TestManyHandsAtOnce: window, other face and a kiosk sell into their own orders at the same time; the numbers have no gap
// and the books agree.
func TestManyHandsAtOnce(t *testing.T) {
	r, ctx := opened(t), context.Background()
	const hands, sales = 6, 8
	var all sync.WaitGroup
	for hand := range hands {
		all.Go(func() {
			for n := range sales {
				if err := sell(ctx, r.shop, fmt.Sprint(hand, " ", n)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Go(func() {
		for range 20 {
			if p, err := r.shop.Verify(ctx, nil); err != nil || !p.OK {
				t.Error(p, err)
			}
			if _, err := r.shop.X(ctx); err != nil {
				t.Error(err)
			}
		}
	})
	all.Wait()
	rows, err := r.shop.Sales(ctx, app.SalesQuery{Limit: 500})
	if err != nil || len(rows) != hands*sales {
		t.Fatal(len(rows), err)
	}
	for i, row := range rows {
		if want := fmt.Sprintf("A-%06d", hands*sales-i); row.No != want {
			t.Errorf("%s stands where %s belongs", row.No, want)
		}
	}
	if q, err := r.shop.StockLevel(ctx, "tea"); err != nil || q != money.Pieces(-2*hands*sales) {
		t.Error(q, err)
	}
	if list, err := r.shop.Unfinished(ctx); err != nil || len(list) != 0 {
		t.Error(list, err)
	}
}

// sell does one sale from the first scan to its number, each act pressed twice.
func sell(ctx context.Context, s *app.Shop, name string) error {
	b, err := s.NewOrder(app.WithKey(ctx, name+" new"), app.Begin{})
	if err != nil {
		return err
	}
	id := b.Order.ID
	for range 2 {
		if _, err := s.Scan(app.WithKey(ctx, name+" scan"), id, "6901234567892", money.Pieces(2)); err != nil {
			return err
		}
	}
	for range 2 {
		if _, err := s.Tender(app.WithKey(ctx, name+" cash"), app.TenderAsk{Order: id, Method: order.Cash}); err != nil {
			return err
		}
	}
	for range 2 {
		if _, err := s.Complete(ctx, id); err != nil {
			return err
		}
	}
	return nil
}

// TestOneOrderUnderManyHands: every scan counts, whoever makes it, and the money is taken once.
func TestOneOrderUnderManyHands(t *testing.T) {
	r, ctx := opened(t), context.Background()
	b, err := r.shop.NewOrder(ctx, app.Begin{})
	if err != nil {
		t.Fatal(err)
	}
	id := b.Order.ID
	var all sync.WaitGroup
	for range 5 {
		all.Go(func() {
			for range 20 {
				if _, err := r.shop.Scan(ctx, id, "6920000000029", money.One); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if b, err := r.shop.Basket(id); err != nil || len(b.Order.Lines) != 100 || b.Sum.Total != 19900 {
		t.Fatal(len(b.Order.Lines), b.Sum.Total, err)
	}
	taken := 0
	var mu sync.Mutex
	for range 4 {
		all.Go(func() {
			_, err := r.shop.Tender(ctx, app.TenderAsk{Order: id, Method: order.Cash})
			code, _, _ := app.Explain(err)
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				taken++
			} else if code != "nothing_due" {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if taken != 1 {
		t.Errorf("taken %d times", taken)
	}
}

// TestNewsComeAfterTheFact: whoever hears of a change can read it, and who falls behind is told to read everything.
func TestNewsComeAfterTheFact(t *testing.T) {
	r, ctx := opened(t), context.Background()
	news, stop := r.shop.Watch()
	idle, stopIdle := r.shop.Watch()
	defer stopIdle()
	b, err := r.shop.Scan(ctx, "", "6901234567892", money.One)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[app.EventKind]bool{}
	for len(news) > 0 {
		e := <-news
		seen[e.Kind] = true
		if e.Kind == app.OrderChanged {
			if got, err := r.shop.Basket(e.Order); err != nil || got.Order.ID != b.Order.ID || e.Line != 1 {
				t.Error(e, err)
			}
		}
	}
	if !seen[app.OrderChanged] || !seen[app.CurrentChanged] {
		t.Error(seen)
	}
	if _, err := r.shop.Scan(ctx, "", "7777", money.One); err == nil {
		t.Error("an unknown code was sold")
	}
	if e := <-news; e.Kind != app.ScanUnknown || e.Code != "7777" {
		t.Error(e)
	}
	stop()
	for range 600 { // two events each, and nobody reads
		if _, err := r.shop.AddItem(ctx, "", app.Add{SKU: "pen", Count: true}); err != nil {
			t.Fatal(err)
		}
		if _, _, err := r.shop.Undo(ctx); err != nil {
			t.Fatal(err)
		}
	}
	last := app.Event{}
	for len(idle) > 0 {
		last = <-idle
	}
	if last.Kind != app.Refresh {
		t.Errorf("the last event is %v", last)
	}
}

// TestSettingsThatNoTillCouldWorkWith are refused by name.
func TestSettingsThatNoTillCouldWorkWith(t *testing.T) {
	r, ctx := opened(t), context.Background()
	good := r.shop.Info().Config
	for field, change := range map[string]func(*app.Config){
		"shop": func(c *app.Config) { c.Shop = "  " }, "columns": func(c *app.Config) { c.Columns = 7 }, "discount_cap": func(c *app.Config) { c.DiscountCap = 2_000_000 },
		"cutover": func(c *app.Config) { c.Cutover = 25 * 3600e9 }, "cash_cap": func(c *app.Config) { c.CashCap = -1 }, "notes": func(c *app.Config) { c.Notes = []int64{0} },
		"weighed": func(c *app.Config) { c.Weighed = "both" }, "loose_days": func(c *app.Config) { c.LooseDays = -1 },
	} {
		bad := good
		change(&bad)
		_, err := r.shop.Configure(ctx, bad)
		if code, data, _ := app.Explain(err); code != "settings_invalid" || data["field"] != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	same := good
	same.Currency, same.Till, same.Template = "JPY", "Z", "clinic" // never change
	if got, err := r.shop.Configure(ctx, same); err != nil || got.Currency != "CNY" || got.Till != "A" || got.Template != "retail" {
		t.Error(got, err)
	}
}
