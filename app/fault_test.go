package app_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"suanpan/app"
	"suanpan/app/catalog"
	"suanpan/app/money"
	"suanpan/app/order"
	"suanpan/app/pay"
)

// step is one verb of a day whose disk fails.
type step struct {
	name string
	do   func(ctx context.Context, s *app.Shop) error
}

// kept makes a step of a verb whose answer does not matter.
func kept[T any](name string, do func(context.Context, *app.Shop) (T, error)) step {
	return step{name, func(ctx context.Context, s *app.Shop) error { _, err := do(ctx, s); return err }}
}

// steps is a day with every verb that writes, in an order in which each succeeds.
func steps() []step {
	sold := ""
	scan := kept("scan", func(ctx context.Context, s *app.Shop) (app.Basket, error) {
		return s.Scan(ctx, "", "6901234567892", money.One)
	})
	cash := kept("tender cash", func(ctx context.Context, s *app.Shop) (app.Payment, error) {
		return s.Tender(ctx, app.TenderAsk{Method: order.Cash, Minor: new(int64(2000))})
	})
	complete := step{"complete", func(ctx context.Context, s *app.Shop) error {
		got, err := s.Complete(ctx, "")
		sold = got.No
		return err
	}}
	return []step{
		kept("staff", func(ctx context.Context, s *app.Shop) (any, error) {
			return s.PutStaff(ctx, app.StaffPut{ID: "2", Name: "小李", Roles: []string{"cashier"}, PIN: "2580"})
		}),
		kept("items", func(ctx context.Context, s *app.Shop) (int, error) { return s.PutItems(ctx, goods()) }),
		kept("taxes", func(ctx context.Context, s *app.Shop) (int, error) {
			return s.PutTaxes(ctx, []catalog.Tax{{Code: "3", Rate: 30000}})
		}),
		kept("device", func(ctx context.Context, s *app.Shop) (any, error) {
			return s.PutDevice(ctx, app.Device{ID: "receipt", Kind: "printer", Address: "virtual:"})
		}),
		kept("configure", func(ctx context.Context, s *app.Shop) (app.Config, error) {
			conf := s.Info().Config
			conf.Footer = []string{"谢谢"}
			return s.Configure(ctx, conf)
		}),
		kept("receive", func(ctx context.Context, s *app.Shop) (string, error) {
			return s.ReceiveStock(ctx, []app.StockLine{{SKU: "tea", Qty: 5000}})
		}),
		kept("open shift", func(ctx context.Context, s *app.Shop) (any, error) { return s.OpenShift(ctx, 10000) }),
		scan,
		kept("add", func(ctx context.Context, s *app.Shop) (app.Basket, error) {
			return s.AddItem(ctx, "", app.Add{SKU: "shirt", Price: new(price("80")), Reason: "样品"})
		}),
		kept("set", func(ctx context.Context, s *app.Shop) (app.Basket, error) {
			return s.SetLine(ctx, "", 1, app.Set{Qty: new(qty("2")), Discount: &order.Discount{Rate: 100000, Reason: "会员"}})
		}),
		kept("discount", func(ctx context.Context, s *app.Shop) (app.Basket, error) {
			return s.DiscountOrder(ctx, "", order.Discount{Minor: 100, Reason: "会员"})
		}),
		kept("remove", func(ctx context.Context, s *app.Shop) (app.Basket, error) {
			return s.RemoveLine(ctx, "", 2, "不要了")
		}),
		kept("undo", func(ctx context.Context, s *app.Shop) (app.Basket, error) { b, _, err := s.Undo(ctx); return b, err }),
		kept("hold", func(ctx context.Context, s *app.Shop) (app.Basket, error) { return s.Hold(ctx, "", "张") }),
		kept("recall", func(ctx context.Context, s *app.Shop) (app.Basket, error) {
			list, err := s.Unfinished(ctx)
			if err != nil || len(list) == 0 {
				return app.Basket{}, errors.Join(errors.New("nothing is held"), err)
			}
			return s.Recall(ctx, list[0].ID)
		}),
		cash,
		kept("take back", func(ctx context.Context, s *app.Shop) (app.Basket, error) {
			b, err := s.Basket("")
			if err != nil {
				return b, err
			}
			return s.TakeBack(ctx, "", b.Order.Tenders[0].ID)
		}),
		kept("void", func(ctx context.Context, s *app.Shop) (app.Basket, error) { return s.VoidOrder(ctx, "", "走了") }),
		kept("new", func(ctx context.Context, s *app.Shop) (app.Basket, error) { return s.NewOrder(ctx, app.Begin{}) }),
		scan, cash, complete,
		kept("refund", func(ctx context.Context, s *app.Shop) (app.Sale, error) {
			return s.Refund(ctx, app.RefundAsk{Sale: sold, Reason: "坏了", Restock: true})
		}),
		kept("loose", func(ctx context.Context, s *app.Shop) (app.Sale, error) {
			return s.RefundLoose(ctx, app.LooseAsk{SKU: "pen", Qty: money.One, Reason: "坏了", Person: "王"})
		}),
		kept("print", func(ctx context.Context, s *app.Shop) (any, error) { return s.Print(ctx, app.PrintAsk{Sale: sold}) }),
		step{"drawer", func(ctx context.Context, s *app.Shop) error { return s.OpenDrawer(ctx, "换零钱") }},
		kept("cash move", func(ctx context.Context, s *app.Shop) (*int64, error) { return s.MoveCash(ctx, -500, "买水") }),
		kept("count", func(ctx context.Context, s *app.Shop) (string, error) {
			doc, _, err := s.CountStock(ctx, []app.StockLine{{SKU: "tea", Qty: 4000}})
			return doc, err
		}),
		kept("close shift", func(ctx context.Context, s *app.Shop) (any, error) {
			return s.CloseShift(ctx, app.Count{Counted: map[string]int64{order.Cash: 9000}})
		}),
	}
}

// state is everything that the shop's memory repeats of the disk.
func state(t testing.TB, s *app.Shop) string {
	t.Helper()
	ctx := context.Background()
	i := s.Info()
	list, err := s.Unfinished(ctx)
	if err != nil {
		t.Fatal(err)
	}
	baskets := map[order.ID]app.Basket{}
	for _, h := range append(list, app.Held{ID: s.Current()}) {
		if b, err := s.Basket(h.ID); err == nil {
			b.Order.Changed = b.Order.Changed.UTC()
			baskets[b.Order.ID] = b
		}
	}
	taxes, err := s.Taxes(ctx)
	if err != nil {
		t.Fatal(err)
	}
	b, err := json.MarshalIndent([]any{i.Ready, i.Config, i.Shift, baskets, taxes}, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestAFailedWriteChangesNothing fails the first, second, third … write of every verb, and its commit.
func TestAFailedWriteChangesNothing(t *testing.T) {
	r := newRig(t, &ticking{}, nil)
	ctx, full := context.Background(), fmt.Errorf("test: %w", app.ErrFull)
	if _, err := r.shop.Setup(ctx, app.Setup{Template: "retail", Name: "小店", Currency: "CNY"}); err != nil {
		t.Fatal(err)
	}
	if _, err := r.shop.Login(ctx, "1", "1234"); err != nil {
		t.Fatal(err)
	}
	failures := 0
	for _, step := range steps() {
		for n := 1; ; n++ {
			left := n
			r.gate.fail = func(op string) error {
				if left--; left == 0 && op != "committed" {
					return full
				}
				return nil
			}
			before := state(t, r.shop)
			err := step.do(ctx, r.shop)
			if left > 0 || err == nil {
				r.gate.fail = nil
				if err != nil {
					t.Fatalf("%s: %v", step.name, err)
				}
				if n < 2 {
					t.Errorf("%s wrote nothing", step.name)
				}
				break
			}
			failures++
			if code, _, _ := app.Explain(err); code != "disk_full" {
				t.Errorf("%s, write %d: refused as %s: %v", step.name, n, code, err)
			}
			r.gate.fail = nil
			if after := state(t, r.shop); after != before {
				t.Fatalf("%s, write %d: memory changed:\n%s\nwas\n%s", step.name, n, after, before)
			}
			if disk := state(t, r.again(r.gate)); disk != before {
				t.Fatalf("%s, write %d: the disk says\n%s\nmemory says\n%s", step.name, n, disk, before)
			}
		}
		if memory, disk := state(t, r.shop), state(t, r.again(r.gate)); memory != disk {
			t.Fatalf("%s: the disk says\n%s\nmemory says\n%s", step.name, disk, memory)
		}
	}
	t.Logf("%d failures", failures)
	if p, err := r.shop.Verify(ctx, nil); err != nil || !p.OK {
		t.Fatal(p, err)
	}
}

// TestAnAnswerInDoubtIsFoundAgainByItsKey lets every verb commit and loses the answer; after a restart the same key finds it.
func TestAnAnswerInDoubtIsFoundAgainByItsKey(t *testing.T) {
	r := newRig(t, &ticking{}, nil)
	ctx := context.Background()
	if _, err := r.shop.Setup(ctx, app.Setup{Template: "retail", Name: "小店", Currency: "CNY"}); err != nil {
		t.Fatal(err)
	}
	if _, err := r.shop.Login(ctx, "1", "1234"); err != nil {
		t.Fatal(err)
	}
	for n, step := range steps() {
		if step.name == "recall" || step.name == "take back" || step.name == "undo" {
			if err := step.do(ctx, r.shop); err != nil && step.name != "undo" {
				t.Fatal(step.name, err)
			}
			continue // these begin with a look at what is there, or take back what only this process remembers
		}
		ctx := app.WithKey(ctx, fmt.Sprint("key ", n))
		r.gate.fail = func(op string) error {
			if op == "committed" {
				return fmt.Errorf("test: %w", app.ErrDoubt)
			}
			return nil
		}
		err := step.do(ctx, r.shop)
		if code, _, _ := app.Explain(err); code != "disk_doubt" {
			t.Fatalf("%s: %v", step.name, err)
		}
		r.gate.fail = nil
		r.shop = r.again(r.gate)
		if _, err := r.shop.Login(context.Background(), "1", "1234"); err != nil {
			t.Fatal(err)
		}
		count := entries(t, r.shop)
		if err := step.do(ctx, r.shop); err != nil {
			t.Fatalf("%s again: %v", step.name, err)
		}
		if now := entries(t, r.shop); now != count {
			t.Errorf("%s again: wrote %d entries more", step.name, now-count)
		}
	}
}

func entries(t testing.TB, s *app.Shop) int64 {
	t.Helper()
	p, err := s.Verify(context.Background(), nil)
	if err != nil || !p.OK {
		t.Fatal(p, err)
	}
	return p.Entries
}

// TestAFullDiskIsNoStormOfQuestions: news that cannot be written down are asked for again at leisure.
func TestAFullDiskIsNoStormOfQuestions(t *testing.T) {
	p := newPort(t)
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, bubble{time.Now()}, p)
		d := &day{rig: r, ctx: context.Background(), cash: map[string]string{}}
		for _, line := range [][]string{{"setup", "retail", "CNY"}, {"shift", "open", "0.00"}, {"scan", "6901234567892"}} {
			if err := d.do(line); err != nil {
				t.Fatal(line, err)
			}
		}
		r.gate.mu.Lock()
		r.gate.fail = func(op string) error {
			if op == "observe" {
				return app.ErrFull
			}
			return nil
		}
		r.gate.mu.Unlock()
		if err := d.do([]string{"tender", "wechatpay", "13.10", "wait=60s"}); err != nil {
			t.Fatal(err)
		}
		if n := p.calls.Load(); n < 3 || n > 20 {
			t.Errorf("%d calls in a minute", n)
		}
		r.gate.mu.Lock()
		r.gate.fail = nil
		r.gate.mu.Unlock()
		time.Sleep(15 * time.Second)
		if got, err := r.shop.Payment(d.ctx, d.wallet.ID); err != nil || got.State != pay.Succeeded {
			t.Error(got, err)
		}
		if charges, _ := p.charged(); charges != 1 {
			t.Errorf("%d charges", charges)
		}
	})
}
