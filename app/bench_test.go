package app_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"testing"
	"time"

	"suanpan/app"
	"suanpan/app/catalog"
	"suanpan/app/money"
	"suanpan/app/order"
	"suanpan/app/pay"
	"suanpan/assets"
	"suanpan/store"
)

type benchClock struct{}

func (benchClock) Now() time.Time { return time.Now() }

// benchShop is a shop with a shift open and a few goods, on a real disk.
func benchShop(b *testing.B) *app.Shop {
	b.Helper()
	ctx := context.Background()
	s, err := store.Open(ctx, b.TempDir(), store.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { s.Close() })
	words, err := assets.Load()
	if err != nil {
		b.Fatal(err)
	}
	shop, err := app.New(ctx, app.Params{Store: s, Clock: benchClock{}, Words: words.In, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Files: store.Files{}})
	if err != nil {
		b.Fatal(err)
	}
	furnish(b, shop)
	return shop
}

// furnish sets a shop up, with fifty articles and a shift.
func furnish(b *testing.B, shop *app.Shop) {
	b.Helper()
	ctx := context.Background()
	must := func(err error) {
		if err != nil {
			b.Fatal(err)
		}
	}
	_, err := shop.Setup(ctx, app.Setup{Template: "retail", Name: "店", Currency: "CNY"})
	must(err)
	_, err = shop.Login(ctx, "1", "1234")
	must(err)
	_, err = shop.OpenShift(ctx, 20000)
	must(err)
	var items []catalog.Item
	for i := range 50 {
		items = append(items, catalog.Item{SKU: fmt.Sprint(1000 + i), Name: fmt.Sprintf("商品 %d", i), Price: money.Price(25000 + i*100)})
	}
	_, err = shop.PutItems(ctx, items)
	must(err)
}

// A sale of five lines by hand, two cash tenders, settled: seven durable commits.
func BenchmarkWholeSale(b *testing.B) {
	shop, ctx := benchShop(b), context.Background()
	var settle time.Duration
	for n := 0; b.Loop(); n++ {
		for i := range 5 {
			if _, err := shop.Scan(ctx, "", fmt.Sprint(1000+(n+i*7)%50), money.One); err != nil {
				b.Fatal(err)
			}
		}
		part := int64(500)
		if _, err := shop.Tender(ctx, app.TenderAsk{Method: order.Cash, Minor: &part, Code: pay.Secret{}}); err != nil {
			b.Fatal(err)
		}
		if _, err := shop.Tender(ctx, app.TenderAsk{Method: order.Cash}); err != nil {
			b.Fatal(err)
		}
		at := time.Now()
		if _, err := shop.Complete(ctx, ""); err != nil {
			b.Fatal(err)
		}
		settle += time.Since(at)
	}
	b.ReportMetric(float64(settle.Microseconds())/float64(b.N), "settle-µs/op")
}

// One scan into a basket of two hundred lines.
func BenchmarkScanInto200Lines(b *testing.B) {
	shop, ctx := benchShop(b), context.Background()
	for i := range 200 {
		if _, err := shop.Scan(ctx, "", fmt.Sprint(1000+i%50), money.One); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		got, err := shop.Scan(ctx, "", "1007", money.One)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := shop.RemoveLine(ctx, "", got.Line, ""); err != nil {
			b.Fatal(err)
		}
	}
}
