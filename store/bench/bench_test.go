package bench_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"suanpan/app"
	"suanpan/app/ledger"
	"suanpan/store"
	"suanpan/store/bench"
)

// shop opens the folder in SUANPAN_BENCH_DIR, made by store/bench/fill, or a new one with 1,000 items.
func shop(b *testing.B) (*store.Store, int) {
	b.Helper()
	dir := os.Getenv("SUANPAN_BENCH_DIR")
	if dir == "" {
		dir = b.TempDir()
	}
	s, err := store.Open(context.Background(), dir, store.Options{Sync: os.Getenv("SUANPAN_BENCH_SYNC")})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := s.Close(); err != nil {
			b.Error(err)
		}
	})
	if err := bench.Fill(context.Background(), s, 1000, 0, nil); err != nil {
		b.Fatal(err)
	}
	items := int64(0)
	err = s.View(context.Background(), func(v app.View) error {
		items, err = v.CountItems()
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return s, int(items)
}

// clock measures each round by itself and reports the median and the 99th percentile.
type clock struct {
	b     *testing.B
	each  []time.Duration
	began time.Time
}

func (c *clock) start() { c.began = time.Now() }
func (c *clock) stop()  { c.each = append(c.each, time.Since(c.began)) }
func (c *clock) report() {
	slices.Sort(c.each)
	at := func(p int) float64 { return float64(c.each[len(c.each)*p/100].Nanoseconds()) / 1000 }
	c.b.ReportMetric(at(50), "p50-µs")
	c.b.ReportMetric(at(99), "p99-µs")
}

// sold counts the shop's sales.
func sold(b *testing.B, s *store.Store) int {
	n := 0
	err := s.View(context.Background(), func(v app.View) error {
		d, err := v.Total("series", "receipt")
		n = int(d.N)
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return n
}

// BenchmarkSale commits a sale of five lines and two tenders whose draft is on disk: fact, postings, totals, index, number, paper.
// Working out what is written is not measured: that is the shop's part.
func BenchmarkSale(b *testing.B) {
	s, items := shop(b)
	ctx, c, n := context.Background(), clock{b: b}, sold(b, s)
	for b.Loop() {
		o := bench.Basket(n, items)
		if err := s.Update(ctx, func(tx app.Tx) error { return tx.PutOrder(o) }); err != nil {
			b.Fatal(err)
		}
		p, err := bench.Prepare(o, int64(n+1))
		if err != nil {
			b.Fatal(err)
		}
		c.start()
		if err := s.Update(ctx, p.Commit); err != nil {
			b.Fatal(err)
		}
		c.stop()
		n++
	}
	c.report()
}

// BenchmarkScan saves the head of a draft and one line of 200, as every scan does.
func BenchmarkScan(b *testing.B) {
	s, items := shop(b)
	ctx, c := context.Background(), clock{b: b}
	o := bench.Basket(0, items)
	for len(o.Lines) < 200 {
		l := o.Lines[len(o.Lines)%5]
		l.No = o.Next
		o.Next++
		o.Lines = append(o.Lines, l)
	}
	if err := s.Update(ctx, func(tx app.Tx) error { return tx.PutOrder(o) }); err != nil {
		b.Fatal(err)
	}
	for i := 0; b.Loop(); i++ {
		line := &o.Lines[i%200]
		line.Qty += 1000
		c.start()
		if err := s.Update(ctx, func(tx app.Tx) error { return tx.PutOrder(o, line.No) }); err != nil {
			b.Fatal(err)
		}
		c.stop()
	}
	c.report()
	if err := s.Update(ctx, func(tx app.Tx) error { return tx.DropOrder(o.ID) }); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkItem looks for goods as the counter does. 20 are asked for.
func BenchmarkItem(b *testing.B) {
	s, items := shop(b)
	ctx := context.Background()
	each := func(name string, ask func(v app.View, i int) error) {
		b.Run(name, func(b *testing.B) {
			c := clock{b: b}
			for i := 0; b.Loop(); i++ {
				c.start()
				if err := s.View(ctx, func(v app.View) error { return ask(v, i) }); err != nil {
					b.Fatal(err)
				}
				c.stop()
			}
			c.report()
		})
	}
	each("barcode", func(v app.View, i int) error {
		_, _, err := v.ItemByCode(bench.Barcode(i * 7919 % items))
		return err
	})
	each("sku", func(v app.View, i int) error {
		_, err := v.Item(bench.SKU(i * 7919 % items))
		return err
	})
	for name, texts := range map[string][]string{
		"prefix":    {"康师傅", "可口可乐红烧", "Lay's", "青岛全脂", "heinzsoft", "云南白药薄荷"},
		"initials":  {"ksf", "kkkl", "nfsq", "qdpj", "ynby", "lks", "zgl"},
		"substring": {"牙膏", "巧克力", "泉", "水 1.5", "oreoorig", "ketch", "00g", "乐迷你", "膏 12支", "电池 xl", "ea", "口可", "薄荷酱油", "啤", "fee 5"},
		"digits":    {"6900", "69123", "8871", "S00012"},
		"nothing":   {"zzzz", "鑫鑫", "qqx", "海电", "x9x9x9"},
		"pages":     {"", "薄荷", "原味"},
	} {
		each(name, func(v app.View, i int) error {
			if name == "pages" {
				_, err := v.ItemsIn(texts[i%len(texts)], bench.SKU(i*7919%items), 50)
				return err
			}
			_, err := v.SearchItems(texts[i%len(texts)], 20)
			return err
		})
	}
}

// BenchmarkImport puts items in one transaction of 100,000.
func BenchmarkImport(b *testing.B) {
	for b.Loop() {
		s, err := store.Open(context.Background(), b.TempDir(), store.Options{})
		if err != nil {
			b.Fatal(err)
		}
		if err := bench.Fill(context.Background(), s, 100_000, 0, nil); err != nil {
			b.Fatal(err)
		}
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/100_000, "µs/item")
}

// BenchmarkOpen opens and closes the shop.
func BenchmarkOpen(b *testing.B) {
	dir := os.Getenv("SUANPAN_BENCH_DIR")
	if dir == "" {
		dir = b.TempDir()
	}
	for b.Loop() {
		s, err := store.Open(context.Background(), dir, store.Options{})
		if err != nil {
			b.Fatal(err)
		}
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkHistory looks for finished documents.
func BenchmarkHistory(b *testing.B) {
	s, _ := shop(b)
	n := sold(b, s)
	if err := bench.Fill(context.Background(), s, 1000, 1000, nil); err != nil {
		b.Fatal(err)
	}
	n = max(n, 1000)
	for name, q := range map[string]func(i int) app.SalesQuery{
		"newest": func(int) app.SalesQuery { return app.SalesQuery{Limit: 50} },
		"ending": func(i int) app.SalesQuery { return app.SalesQuery{Text: fmt.Sprintf("%03d", i%1000), Limit: 50} },
		"number": func(i int) app.SalesQuery { return app.SalesQuery{Text: fmt.Sprintf("A-%06d", i*7919%n+1), Limit: 50} },
		"day": func(i int) app.SalesQuery {
			day := bench.Day(i * 7919 % n)
			return app.SalesQuery{From: day, To: day.AddDate(0, 0, 1), Limit: 50}
		},
		"shift":   func(i int) app.SalesQuery { return app.SalesQuery{Shift: bench.ShiftOf(i * 7919 % n), Limit: 50} },
		"nothing": func(i int) app.SalesQuery { return app.SalesQuery{Text: "nobody", Limit: 50} },
	} {
		b.Run(name, func(b *testing.B) {
			c := clock{b: b}
			for i := 0; b.Loop(); i++ {
				c.start()
				err := s.View(context.Background(), func(v app.View) error {
					_, err := v.SalesIn(q(i))
					return err
				})
				if err != nil {
					b.Fatal(err)
				}
				c.stop()
			}
			c.report()
		})
	}
}

// BenchmarkWalk follows the chain through the newest 20,000 facts and their postings, as verify does.
func BenchmarkWalk(b *testing.B) {
	s, _ := shop(b)
	if err := bench.Fill(context.Background(), s, 1000, 2000, nil); err != nil {
		b.Fatal(err)
	}
	rows := 0
	for b.Loop() {
		err := s.View(context.Background(), func(v app.View) error {
			head, _, err := v.Head()
			if err != nil {
				return err
			}
			return v.Facts(max(0, head-20_000), 0, func(f *ledger.Fact) error {
				rows += 1 + len(f.Postings)
				return f.Follows(f.Seq, f.Prev)
			})
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "rows/s")
}
