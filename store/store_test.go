package store_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"suanpan/app"
	"suanpan/app/catalog"
	"suanpan/app/ledger"
	"suanpan/app/order"
	"suanpan/store"
)

func open(t testing.TB, dir string) *store.Store {
	t.Helper()
	s, err := store.Open(context.Background(), dir, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func update(t testing.TB, s *store.Store, fn func(app.Tx) error) {
	t.Helper()
	if err := s.Update(context.Background(), fn); err != nil {
		t.Fatal(err)
	}
}

func look(t testing.TB, s *store.Store, fn func(app.View) error) {
	t.Helper()
	if err := s.View(context.Background(), fn); err != nil {
		t.Fatal(err)
	}
}

var noon = time.Date(2026, 9, 1, 12, 0, 0, 0, time.UTC)

// fact is a small balanced fact with number n in its id.
func fact(n int) *ledger.Fact {
	return &ledger.Fact{ID: fmt.Sprintf("01990000-0000-7000-8000-%012d", n), At: noon.Add(time.Duration(n) * time.Second), Kind: "sale", Staff: "amy",
		Shift: "s1", Body: fmt.Appendf(nil, `{"n":%d,"text":"青岛啤酒"}`, n),
		Postings: []ledger.Posting{{Account: "cash:till1", Minor: int64(n), Currency: "CNY"}, {Account: "sales:retail", Minor: -int64(n), Currency: "CNY"}}}
}

func TestWhatIsCommittedIsThereAfterReopening(t *testing.T) {
	dir := t.TempDir()
	s, err := store.Open(context.Background(), dir, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for n := 1; n <= 5; n++ {
		update(t, s, func(tx app.Tx) error {
			no, err := tx.Next("receipt")
			if err != nil {
				return err
			}
			row := &app.SaleRow{ID: fmt.Sprint("o", n), No: fmt.Sprintf("T1-%06d", no), At: noon, Kind: "sale", Shift: "s1", Staff: "amy", Total: int64(n)}
			return tx.Append(fact(n), app.Entry{Sale: row, Totals: []app.Delta{{Scope: "account", Key: "cash", N: 1, Minor: int64(n)}, {Scope: "account", Key: "cash", N: 1}}})
		})
	}
	boom := errors.New("boom")
	err = s.Update(context.Background(), func(tx app.Tx) error {
		if err := tx.Append(fact(6), app.Entry{}); err != nil {
			return err
		}
		return boom
	})
	if !errors.Is(err, boom) {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, dir)
	look(t, s, func(v app.View) error {
		var prev [32]byte
		n := int64(0)
		err := v.Facts(0, 0, func(f *ledger.Fact) error {
			n++
			if err := f.Follows(n, prev); err != nil {
				return err
			}
			prev = f.Hash
			return nil
		})
		if err != nil || n != 5 {
			t.Errorf("%d facts, %v", n, err)
		}
		d, err := v.Total("account", "cash")
		if d.N != 10 || d.Minor != 15 {
			t.Errorf("total %+v", d)
		}
		return err
	})
}

func TestSmoke(t *testing.T) {
	s := open(t, t.TempDir())
	update(t, s, func(tx app.Tx) error {
		for i, name := range []string{"可口可乐 500ml", "农夫山泉矿泉水", "Lay's Potato Chips", "青岛啤酒"} {
			if err := tx.PutItem(catalog.Item{SKU: fmt.Sprint("A", i), Name: name, Barcodes: []string{fmt.Sprint("690123456789", i)}, Category: "x"}); err != nil {
				return err
			}
		}
		return tx.PutOrder(&order.Order{ID: "o1", State: order.Open, Lines: []order.Line{{No: 1, SKU: "A0"}, {No: 2, SKU: "A1"}}})
	})
	for _, q := range []string{"kkkl", "泉", "矿泉", "potato", "chip", "a1", "6901234567893", "67891", "可乐 500", "qdpj", "ot"} {
		look(t, s, func(v app.View) error {
			items, err := v.SearchItems(q, 10)
			t.Log(q, len(items), items)
			return err
		})
	}
	look(t, s, func(v app.View) error {
		o, err := v.OpenOrders()
		t.Log(o[0].Lines)
		return err
	})
}
