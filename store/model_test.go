package store_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"suanpan/app"
	"suanpan/app/ledger"
	"suanpan/app/money"
	"suanpan/app/order"
	"suanpan/store"
)

// model is a shop in plain maps.
type model struct {
	series map[string]int64
	totals map[[2]string]app.Delta
	lines  map[order.ID]map[int]int64
	facts  int
}

func (m model) clone() model {
	c := model{maps.Clone(m.series), maps.Clone(m.totals), map[order.ID]map[int]int64{}, m.facts}
	for id, lines := range m.lines {
		c.lines[id] = maps.Clone(lines)
	}
	return c
}

// act does one thing to the shop and to the model.
func act(rt *rapid.T, tx app.Tx, m *model) error {
	pick := func(name string, n int) int { return rapid.IntRange(0, n-1).Draw(rt, name) }
	id := order.ID(fmt.Sprint("o", pick("order", 4)))
	switch pick("act", 4) {
	case 0:
		name := fmt.Sprint("series", pick("series", 3))
		n, err := tx.Next(name)
		m.series[name]++
		if err == nil && n != m.series[name] {
			return fmt.Errorf("%s gave %d, want %d", name, n, m.series[name])
		}
		return err
	case 1:
		m.facts++
		var e app.Entry
		for range pick("deltas", 6) {
			d := app.Delta{Scope: fmt.Sprint("s", pick("scope", 2)), Key: fmt.Sprint("k", pick("key", 3)), N: int64(pick("n", 9)) - 4, Minor: int64(pick("minor", 900)) - 450}
			e.Totals = append(e.Totals, d)
			k := [2]string{d.Scope, d.Key}
			had := m.totals[k]
			m.totals[k] = app.Delta{Scope: d.Scope, Key: d.Key, N: had.N + d.N, Minor: had.Minor + d.Minor}
		}
		return tx.Append(fact(m.facts), e)
	case 2:
		delete(m.lines, id)
		return tx.DropOrder(id)
	default:
		o, err := tx.Order(id)
		if errors.Is(err, order.ErrNotFound) {
			o, err = order.New(id, order.Rules{Currency: "CNY"}, noon), nil
		}
		if err != nil {
			return err
		}
		if m.lines[id] == nil {
			m.lines[id] = map[int]int64{}
		}
		no, qty := pick("line", 5)+1, int64(pick("qty", 5))*1000
		o.Lines = slices.DeleteFunc(o.Lines, func(l order.Line) bool { return l.No == no })
		delete(m.lines[id], no)
		if qty > 0 {
			o.Lines = append(o.Lines, order.Line{No: no, Qty: money.Qty(qty)})
			m.lines[id][no] = qty
		}
		return tx.PutOrder(o, no)
	}
}

// same compares everything.
func same(v app.View, m *model) error {
	n := 0
	var last [32]byte
	err := v.Facts(0, 0, func(f *ledger.Fact) error {
		n++
		err := f.Follows(int64(n), last)
		last = f.Hash
		return err
	})
	if err != nil || n != m.facts {
		return fmt.Errorf("%d facts, want %d; %w", n, m.facts, err)
	}
	totals := map[[2]string]app.Delta{}
	if err := v.EachTotal(func(d app.Delta) error {
		totals[[2]string{d.Scope, d.Key}] = d
		return nil
	}); err != nil {
		return err
	}
	if !maps.Equal(totals, m.totals) {
		return fmt.Errorf("totals %v, want %v", totals, m.totals)
	}
	orders, err := v.OpenOrders()
	if err != nil || len(orders) != len(m.lines) {
		return fmt.Errorf("%d orders, want %d; %w", len(orders), len(m.lines), err)
	}
	for _, o := range orders {
		lines := map[int]int64{}
		for _, l := range o.Lines {
			lines[l.No] = int64(l.Qty)
		}
		if !maps.Equal(lines, m.lines[o.ID]) {
			return fmt.Errorf("order %s has %v, want %v", o.ID, lines, m.lines[o.ID])
		}
	}
	return nil
}

// TestTheShopAgreesWithPlainMaps runs acts in transactions of which some fail, and opens the shop anew now and then.
func TestTheShopAgreesWithPlainMaps(t *testing.T) {
	boom := errors.New("boom")
	rapid.Check(t, func(rt *rapid.T) {
		dir, ctx := t.TempDir(), context.Background()
		s, err := store.Open(ctx, dir, store.Options{Sync: "OFF"})
		if err != nil {
			t.Fatal(err)
		}
		m := model{map[string]int64{}, map[[2]string]app.Delta{}, map[order.ID]map[int]int64{}, 0}
		for range rapid.IntRange(1, 6).Draw(rt, "transactions") {
			next := m.clone()
			err := s.Update(ctx, func(tx app.Tx) error {
				for range rapid.IntRange(1, 10).Draw(rt, "acts") {
					if err := act(rt, tx, &next); err != nil {
						return err
					}
				}
				if rapid.IntRange(0, 3).Draw(rt, "fails") == 0 {
					return boom
				}
				return nil
			})
			switch {
			case err == nil:
				m = next
			case !errors.Is(err, boom):
				t.Fatal(err)
			}
			if rapid.IntRange(0, 3).Draw(rt, "reopens") == 0 {
				if err := s.Close(); err != nil {
					t.Fatal(err)
				}
				if s, err = store.Open(ctx, dir, store.Options{Sync: "OFF"}); err != nil {
					t.Fatal(err)
				}
			}
			if err := s.View(ctx, func(v app.View) error { return same(v, &m) }); err != nil {
				rt.Error(err)
			}
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
}
