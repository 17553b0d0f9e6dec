package bench_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"testing"
	"time"

	"suanpan/app"
	"suanpan/app/report"
	"suanpan/assets"
	"suanpan/store"
	"suanpan/store/bench"
)

// yearClock stands in the year that is read.
type yearClock struct{}

func (yearClock) Now() time.Time { return time.Date(2025, 12, 31, 12, 0, 0, 0, time.UTC) }

// BenchmarkYear reads a year of 2,000,000 sales of 2,000 articles from the totals: the figures and every breakdown but that by
// article, then that one too. The totals are those of 1,100 sales a day, folded and counted five times: as many rows as the year
// itself would have, without its journal.
func BenchmarkYear(b *testing.B) {
	ctx := context.Background()
	s, err := store.Open(ctx, b.TempDir(), store.Options{Sync: "OFF"})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = s.Close() })
	words, err := assets.Load()
	if err != nil {
		b.Fatal(err)
	}
	shop, err := app.New(ctx, app.Params{Store: s, Clock: yearClock{}, Words: words.In, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Files: store.Files{}})
	if err != nil {
		b.Fatal(err)
	}
	if _, err := shop.Setup(ctx, app.Setup{Template: "retail", Name: "店", Currency: "CNY"}); err != nil {
		b.Fatal(err)
	}
	if _, err := shop.Login(ctx, "1", "1234"); err != nil {
		b.Fatal(err)
	}
	const days, sales, times = 365, 1100, 5
	for day := range days {
		if err := s.Update(ctx, func(tx app.Tx) error { return tx.AddTotals(foldedDay(b, day, sales, times)) }); err != nil {
			b.Fatal(err)
		}
	}
	ask := app.ReportAsk{From: "2025-01-01", To: "2025-12-31", By: []report.By{report.Day, report.Hour, report.Category, report.Person, report.Tender, report.Tax, report.Discount, report.Margin, report.Fees}}
	for _, c := range []struct {
		name string
		by   []report.By
	}{{"figures", ask.By}, {"items", []report.By{report.Item}}} {
		b.Run(c.name, func(b *testing.B) {
			ask := ask
			ask.By, ask.Limit = c.by, 50
			for b.Loop() {
				r, err := shop.Report(ctx, ask)
				if err != nil || r.Figures.SaleCount != days*sales*times {
					b.Fatal(r.Figures, err)
				}
			}
		})
	}
}

// foldedDay is what a day's sales fold to, each counted so many times.
func foldedDay(b *testing.B, day, sales, times int) (out []app.Delta) {
	date := time.Date(2025, 1, 1, 8, 0, 0, 0, time.UTC).AddDate(0, 0, day)
	for n := range sales {
		o := bench.Basket(day*sales+n, 2000)
		o.Made = date.Add(time.Duration(n) * 30 * time.Second)
		_, f, err := bench.Pay(o, int64(n+1))
		if err != nil {
			b.Fatal(err)
		}
		e, err := app.Fold(f)
		if err != nil {
			b.Fatal(fmt.Errorf("day %d: %w", day, err))
		}
		for _, d := range e.Totals {
			d.N *= int64(times)
			d.Minor *= int64(times)
			out = append(out, d)
		}
	}
	return out
}
