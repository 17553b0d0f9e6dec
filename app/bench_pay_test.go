package app_test

import (
	"context"
	"crypto/x509"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"suanpan/app"
	"suanpan/app/money"
	"suanpan/app/pay"
	"suanpan/assets"
	"suanpan/payments"
	"suanpan/payments/sandbox"
	"suanpan/payments/wechatpay"
	"suanpan/store"
)

// BenchmarkWalletPayment is one payer's code from the scan to "paid" on a real disk: two durable commits, our signature, TLS over
// loopback, the provider's signature checked. What the stand-in itself took is taken off (above-p50-µs, above-p99-µs).
func BenchmarkWalletPayment(b *testing.B) {
	ctx := context.Background()
	k, err := keys()
	if err != nil {
		b.Fatal(err)
	}
	box, err := sandbox.Start(ctx, sandbox.Options{Keys: k})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = box.Close() })
	address, roots, inside := timedTLS(b, box.URL())
	w := box.WechatSettings()
	settings, err := wechatpay.Parse(wechatpay.Form{BaseURL: address, Training: true, AppID: w.AppID, MchID: w.MchID, Serial: w.Serial,
		PrivateKey: w.PrivateKey, PublicKeyID: w.PublicKeyID, PublicKey: w.PublicKey})
	if err != nil {
		b.Fatal(err)
	}
	provider, err := wechatpay.New(settings, payments.NewClient(payments.Options{Roots: roots}))
	if err != nil {
		b.Fatal(err)
	}
	shop := payingShop(b, provider)
	var whole, above []time.Duration
	for n := 0; b.Loop(); n++ {
		if _, err := shop.Scan(ctx, "", fmt.Sprint(1000+n%50), money.One); err != nil {
			b.Fatal(err)
		}
		code := pay.Hide(box.FreshCode())
		inside.Store(0)
		begun := time.Now()
		p, err := shop.Tender(ctx, app.TenderAsk{Method: "wechatpay", Code: code, Wait: 10 * time.Second})
		took := time.Since(begun)
		if err != nil || p.State != pay.Succeeded {
			b.Fatal(p, err)
		}
		whole, above = append(whole, took), append(above, took-time.Duration(inside.Load()))
		if _, err := shop.Complete(ctx, ""); err != nil {
			b.Fatal(err)
		}
	}
	for name, list := range map[string][]time.Duration{"whole": whole, "above": above} {
		slices.Sort(list)
		b.ReportMetric(float64(list[len(list)/2].Microseconds()), name+"-p50-µs")
		b.ReportMetric(float64(list[len(list)*99/100].Microseconds()), name+"-p99-µs")
	}
}

// timedTLS stands in front of a server with TLS and adds up how long the server took behind it.
func timedTLS(b *testing.B, behind string) (address string, roots *x509.CertPool, inside *atomic.Int64) {
	b.Helper()
	to, err := url.Parse(behind)
	if err != nil {
		b.Fatal(err)
	}
	inside = &atomic.Int64{}
	pass := httputil.NewSingleHostReverseProxy(to)
	front := httptest.NewTLSServer(http.HandlerFunc(func(out http.ResponseWriter, in *http.Request) {
		begun := time.Now()
		pass.ServeHTTP(out, in)
		inside.Add(int64(time.Since(begun)))
	}))
	b.Cleanup(front.Close)
	roots = x509.NewCertPool()
	roots.AddCert(front.Certificate())
	return front.URL, roots, inside
}

// payingShop is benchShop with a provider.
func payingShop(b *testing.B, p pay.Provider) *app.Shop {
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
	shop, err := app.New(ctx, app.Params{Store: s, Clock: benchClock{}, Words: words.In, Log: quiet, Files: store.Files{},
		AlwaysTrial: true, Trial: func() ([]pay.Provider, app.Sandbox) { return []pay.Provider{p}, nil }})
	if err != nil {
		b.Fatal(err)
	}
	furnish(b, shop)
	run, stop := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() { shop.Run(run); close(done) }()
	b.Cleanup(func() { stop(); <-done })
	return shop
}
