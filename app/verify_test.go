package app_test

import (
	"context"
	"os"
	"testing"

	"suanpan/store"
)

// BenchmarkVerify recomputes the shop in SUANPAN_BENCH_DIR, made by store/bench/fill.
func BenchmarkVerify(b *testing.B) {
	dir := os.Getenv("SUANPAN_BENCH_DIR")
	if dir == "" {
		b.Skip("names no shop: make one with store/bench/fill")
	}
	s, err := store.Open(context.Background(), dir, store.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close() // only read
	shop := (&rig{t: b, clock: &ticking{}}).again(s)
	rows := int64(0)
	for b.Loop() {
		p, err := shop.Verify(context.Background(), nil)
		if err != nil {
			b.Fatal(err)
		}
		if !p.OK {
			b.Fatalf("entry %d: %s", p.BrokenAt, p.Why)
		}
		rows += p.Rows
	}
	b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "rows/s")
}
