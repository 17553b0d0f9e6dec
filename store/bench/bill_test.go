package bench_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"suanpan/app"
	"suanpan/app/money"
	"suanpan/app/pay"
	"suanpan/app/reconcile"
	"suanpan/assets"
	"suanpan/store"
)

// BenchmarkBill compares a bill with as many attempts in a shop on disk, from the first byte fetched to everything booked. The
// number of rows is SUANPAN_BILL_ROWS, 10,000 where empty; SUANPAN_BILL_DIR keeps the filled shop for the next time. It reports
// seconds and the peak of resident memory, both of the comparison alone:
//
//	SUANPAN_BILL_ROWS=1000000 go test -run - -bench Bill$ -benchtime 1x -timeout 60m ./store/bench
func BenchmarkBill(b *testing.B) {
	rows := 10_000
	if n, err := strconv.Atoi(os.Getenv("SUANPAN_BILL_ROWS")); err == nil {
		rows = n
	}
	dir := os.Getenv("SUANPAN_BILL_DIR")
	if dir == "" {
		dir = b.TempDir()
	}
	ctx, noon := context.Background(), time.Date(2026, 11, 21, 4, 0, 0, 0, time.UTC)
	s, err := store.Open(ctx, dir, store.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	w, err := assets.Load()
	if err != nil {
		b.Fatal(err)
	}
	p := &printer{rows: rows, at: noon}
	shop, err := app.New(ctx, app.Params{Store: s, Clock: still{noon.AddDate(0, 0, 1)}, Words: w.In, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Version: "bench",
		AlwaysTrial: true, Trial: func() ([]pay.Provider, app.Sandbox) { return []pay.Provider{p}, nil }})
	if err != nil {
		b.Fatal(err)
	}
	if _, err := shop.Setup(ctx, app.Setup{Template: "retail", Name: "bench", Currency: "CNY"}); err == nil {
		fillAttempts(b, s, p)
	}
	if _, err := shop.Login(ctx, "1", "1234"); err != nil {
		b.Fatal(err)
	}
	if _, err := shop.PutFees(ctx, reconcile.FeeTable{Provider: p.ID(), Rounding: money.HalfUp, Return: reconcile.ReturnShare,
		Rules: []reconcile.FeeRule{{ID: "a", From: "2026-01-01", Rate: 6000}}}); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		p.salt = time.Now().Nanosecond() // another file each time
		forgetPeak()
		begun := time.Now()
		r, err := shop.Reconcile(ctx, app.BillAsk{Provider: p.ID(), Day: "2026-11-21"}, nil)
		if err != nil {
			b.Fatal(err)
		}
		if r.Counts[reconcile.Agreed] != int64(rows-3) || r.Counts[reconcile.OursOnly] != 1 || r.Counts[reconcile.AmountDiffers] != 1 || r.Counts[reconcile.FeeDiffers] != 1 {
			b.Fatalf("%+v", r.Counts)
		}
		b.ReportMetric(time.Since(begun).Seconds(), "s/bill")
		b.ReportMetric(peakMB(), "peak-MB")
	}
}

type still struct{ at time.Time }

func (s still) Now() time.Time { return s.at }

// printer is a provider that only has bills: row n is the payment n, but for one that it lacks and two that differ.
type printer struct {
	rows, salt int
	at         time.Time
}

func (p *printer) ID() string { return "billbench" }
func (p *printer) Caps() pay.Caps {
	return pay.Caps{Merchant: "1900000109", Currencies: []money.Currency{"CNY"}, Flows: []pay.Flow{pay.ByCode}, Bills: []pay.BillKind{pay.TradeBill}}
}
func (p *printer) Timing(pay.Flow) pay.Timing { return pay.Timing{} }
func (p *printer) Submit(context.Context, pay.Attempt, pay.Settle) (pay.Observation, error) {
	return pay.Observation{}, pay.ErrNotSent
}
func (p *printer) Query(context.Context, pay.Ref) (pay.Observation, error) {
	return pay.Observation{}, nil
}

func (p *printer) no(n int) string   { return fmt.Sprintf("019a0b2cc3d47e5f8a6b%012x", n) }
func (p *printer) minor(n int) int64 { return int64(1000 + n%7919) }
func (p *printer) fee(n int) int64   { return (p.minor(n)*6 + 500) / 1000 }
func (p *printer) when(n int) time.Time {
	return p.at.Add(time.Duration(n%40_000_000) * time.Millisecond)
}

// Bill writes the rows as they are read, about 180 bytes each as WeChat's.
func (p *printer) Bill(_ context.Context, day pay.Day, _ pay.BillKind) (io.ReadCloser, pay.BillMeta, error) {
	r, w := io.Pipe()
	go func() {
		out := bufio.NewWriter(w)
		fmt.Fprintf(out, "bill,%d\n", p.salt)
		for n := range p.rows {
			minor, fee := p.minor(n), p.fee(n)*10_000
			switch n {
			case 0:
				continue
			case 1:
				minor++
			case 2:
				fee += 20_000
			}
			fmt.Fprintf(out, "`%s,`wx1234567890abcdef,`1900000109,`42000020%s,`%s,`oUpF8uMuAJO_M2pxb1Q9zNjWeS6o,`MICROPAY,`SUCCESS,`OTHERS,`CNY,`%d,`%d,`0.60%%\n",
				p.when(n).Format(time.RFC3339), p.no(n)[12:], p.no(n), minor, fee)
		}
		w.CloseWithError(errors.Join(out.Flush(), io.EOF))
	}()
	return r, pay.BillMeta{Merchant: "1900000109", Day: day}, nil
}

func (p *printer) ReadBill(r io.Reader, _ pay.BillMeta, each func(pay.BillLine) error) (pay.BillSum, error) {
	in := bufio.NewScanner(r)
	in.Scan()
	var sum pay.BillSum
	for in.Scan() {
		f := strings.Split(in.Text(), ",")
		minor, err := strconv.ParseInt(f[10][1:], 10, 64)
		if err != nil {
			return sum, err
		}
		fee, err := strconv.ParseInt(f[11][1:], 10, 64)
		if err != nil {
			return sum, err
		}
		at, err := time.Parse(time.RFC3339, f[0][1:])
		if err != nil {
			return sum, err
		}
		sum.Rows++
		if err := each(pay.BillLine{Row: sum.Rows, Kind: pay.LinePaid, Txn: f[3][1:], No: f[4][1:], State: f[7][1:], Channel: f[8][1:], Amount: money.Of(minor, "CNY"),
			Fee: pay.Micros(fee), At: at, Rate: f[12][1:]}); err != nil {
			return sum, err
		}
	}
	return sum, in.Err()
}

// fillAttempts writes as many paid attempts as the bill has rows.
func fillAttempts(b *testing.B, s *store.Store, p *printer) {
	const together = 2000
	for first := 0; first < p.rows; first += together {
		err := s.Update(context.Background(), func(tx app.Tx) error {
			for n := first; n < min(first+together, p.rows); n++ {
				at := p.when(n)
				a := app.Attempt{Staff: "1", Attempt: pay.Attempt{ID: p.no(n), No: p.no(n), Provider: p.ID(), Merchant: "1900000109", Flow: pay.ByCode, Order: p.no(n), Title: "bench",
					Amount: money.Of(p.minor(n), "CNY"), State: pay.Succeeded, ProviderTxn: "42000020" + p.no(n)[12:], Made: at, SubmittedAt: at, ChangedAt: at, PaidAt: at}}
				if err := tx.PutAttempt(a); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

// forgetPeak makes the kernel count the peak from here on; elsewhere than on Linux it does nothing.
func forgetPeak() { _ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0o200) }

// peakMB is the most memory that was resident at once; 0 where the system does not say.
func peakMB() float64 {
	text, _ := os.ReadFile("/proc/self/status")
	for _, line := range strings.Split(string(text), "\n") {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			n, _ := strconv.ParseFloat(strings.Fields(rest)[0], 64)
			return n / 1024
		}
	}
	return 0
}
