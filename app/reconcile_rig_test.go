package app_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"suanpan/app"
	"suanpan/app/money"
	"suanpan/app/pay"
	"suanpan/store"
)

// billing is a provider that keeps its books in memory and writes bills in a form of its own: a line for each movement, and one
// that sums them up. It pays at once.
type billing struct {
	mu      sync.Mutex
	clock   app.Clock
	taken   map[string]int64 // by own number
	back    map[string]int64
	bill    func() string // what the next bill says; the truth where nil
	lines   []string
	queries int
	hang    bool // answers nothing
}

const walletID, walletMerchant = "testwallet", "m-1"

func (w *billing) ID() string { return walletID }
func (w *billing) Caps() pay.Caps {
	return pay.Caps{Merchant: walletMerchant, Currencies: []money.Currency{"CNY"}, Flows: []pay.Flow{pay.ByCode, pay.ByQR, pay.ByCard}, PartialRefund: true, Bills: []pay.BillKind{pay.TradeBill}}
}
func (w *billing) Timing(f pay.Flow) pay.Timing {
	return pay.Timing{FirstQuery: time.Hour, Every: time.Hour, SlowAfter: time.Hour, SlowEvery: time.Hour, Deadline: time.Hour, MinCancelAge: time.Hour,
		CancelBackoff: []time.Duration{time.Hour}, CancelWindow: 24 * time.Hour, NotFoundGap: time.Minute, NotFoundCount: 2, Sweep: time.Minute, Decide: time.Hour}
}

func (w *billing) Submit(_ context.Context, a pay.Attempt, _ pay.Settle) (pay.Observation, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.hang {
		return pay.Observation{}, nil
	}
	w.taken[a.No] = a.Amount.Minor
	w.lines = append(w.lines, w.line("paid", a.No, "", a.Amount.Minor, 0))
	return w.said(a.No, a.Amount), nil
}

func (w *billing) said(no string, amount money.Amount) pay.Observation {
	return pay.Observation{Outcome: pay.Success, Verified: true, OwnNo: no, Merchant: walletMerchant, ProviderTxn: "T" + no, Amount: amount, ProviderAt: w.clock.Now()}
}

func (w *billing) line(kind, no, refund string, minor, fee int64) string {
	return fmt.Sprintf("%s,%s,%s,%d,%d,%s", kind, no, refund, minor, fee, w.clock.Now().Format(time.RFC3339))
}

func (w *billing) Query(_ context.Context, r pay.Ref) (pay.Observation, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.queries++
	if n, ok := w.taken[r.No]; ok {
		return w.said(r.No, money.Of(n, "CNY")), nil
	}
	return pay.Observation{Outcome: pay.NotFound, Verified: true, OwnNo: r.No, Merchant: walletMerchant}, nil
}

func (w *billing) Refund(_ context.Context, r pay.Refund) (pay.Observation, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, again := w.back[r.No]; !again {
		w.back[r.No] = r.Amount.Minor
		w.lines = append(w.lines, w.line("refund", r.PaymentNo, r.No, r.Amount.Minor, 0))
	}
	return w.said(r.No, r.Amount), nil
}

func (w *billing) QueryRefund(_ context.Context, r pay.Refund) (pay.Observation, error) {
	return w.said(r.No, r.Amount), nil
}

// truth is the bill of everything that happened.
func (w *billing) truth() string { return sealed(w.lines) }

// sealed adds the line that sums a bill up.
func sealed(lines []string) string {
	sum := int64(0)
	for _, l := range lines {
		var n int64
		if _, err := fmt.Sscan(strings.Split(l, ",")[3], &n); err != nil {
			panic(err)
		}
		sum += n
	}
	return walletMerchant + "\n" + strings.Join(lines, "\n") + fmt.Sprintf("\nsum,%d,%d\n", len(lines), sum)
}

func (w *billing) Bill(_ context.Context, day pay.Day, kind pay.BillKind) (io.ReadCloser, pay.BillMeta, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	text := w.truth()
	if w.bill != nil {
		text = w.bill()
	}
	return io.NopCloser(strings.NewReader(text)), pay.BillMeta{Merchant: walletMerchant, Day: day, Format: "test"}, nil
}

func (w *billing) ReadBill(r io.Reader, meta pay.BillMeta, each func(pay.BillLine) error) (pay.BillSum, error) {
	in := bufio.NewScanner(r)
	var sum pay.BillSum
	var total int64
	if !in.Scan() || in.Text() != meta.Merchant {
		return sum, fmt.Errorf("%w: for merchant %q", pay.ErrBill, in.Text())
	}
	for in.Scan() {
		f := strings.Split(in.Text(), ",")
		if f[0] == "sum" {
			if f[1] != fmt.Sprint(sum.Rows) || f[2] != fmt.Sprint(total) {
				return sum, fmt.Errorf("%w: the summary contradicts the rows", pay.ErrBill)
			}
			return sum, nil
		}
		if f[0] == "" {
			continue
		}
		sum.Rows++
		l := pay.BillLine{Row: sum.Rows, Kind: pay.LineKind(f[0]), No: f[1], Txn: "T" + f[1], RefundNo: f[2], State: "SUCCESS", Rate: "0.60%"}
		var minor, fee int64
		if _, err := fmt.Sscan(f[3], &minor); err != nil {
			return sum, err
		}
		if _, err := fmt.Sscan(f[4], &fee); err != nil {
			return sum, err
		}
		l.Amount, l.Fee = money.Of(minor, "CNY"), pay.Micros(fee)
		l.At, _ = time.Parse(time.RFC3339, f[5])
		total += minor
		if err := each(l); err != nil {
			return sum, err
		}
	}
	return sum, fmt.Errorf("%w: cut off after %d rows", pay.ErrBill, sum.Rows)
}

// booked is a till whose one provider is the wallet.
type booked struct {
	*app.Shop
	t      testing.TB
	wallet *billing
	clock  *ticking
	dir    string
}

func newBooked(t testing.TB) *booked {
	t.Helper()
	b := &booked{t: t, clock: &ticking{}, dir: t.TempDir()}
	b.wallet = &billing{clock: b.clock, taken: map[string]int64{}, back: map[string]int64{}}
	s, err := store.Open(context.Background(), b.dir, store.Options{Sync: "OFF"})
	if err != nil {
		t.Fatal(err)
	}
	w, err := words()
	if err != nil {
		t.Fatal(err)
	}
	b.Shop, err = app.New(context.Background(), app.Params{Store: s, Files: store.Files{}, Clock: b.clock, Words: w.In, Log: quiet, Version: "test", Schema: 1,
		AlwaysTrial: true, Trial: func() ([]pay.Provider, app.Sandbox) { return []pay.Provider{b.wallet}, nil }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	ctx := context.Background()
	if _, err := b.Setup(ctx, app.Setup{Template: "retail", Name: "小店", Currency: "CNY"}); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Login(ctx, "1", "1234"); err != nil {
		t.Fatal(err)
	}
	if _, err := b.PutItems(ctx, goods()); err != nil {
		t.Fatal(err)
	}
	if _, err := b.OpenShift(ctx, 0); err != nil {
		t.Fatal(err)
	}
	return b
}

// sell sells so many pieces for the wallet and answers the payment.
func (b *booked) sell(pieces int64) app.Payment {
	b.t.Helper()
	ctx := context.Background()
	if _, err := b.Scan(ctx, "", "6901234567892", money.Pieces(pieces)); err != nil {
		b.t.Fatal(err)
	}
	p, err := b.Tender(ctx, app.TenderAsk{Method: walletID, Wait: 5 * time.Second})
	if err != nil || p.State != pay.Succeeded {
		b.t.Fatalf("%+v %v", p, err)
	}
	if _, err := b.Complete(ctx, ""); err != nil {
		b.t.Fatal(err)
	}
	return p
}

func (b *booked) run(ask app.BillAsk) app.Run {
	b.t.Helper()
	ask.Provider = walletID
	if ask.Day == "" {
		ask.Day = "2026-11-22"
	}
	r, err := b.Reconcile(context.Background(), ask, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	return r
}

func (b *booked) file(text string) string {
	b.t.Helper()
	path := filepath.Join(b.dir, "bill.csv")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		b.t.Fatal(err)
	}
	return path
}

func (b *booked) entries() int64 {
	b.t.Helper()
	p, err := b.Verify(context.Background(), nil)
	if err != nil || !p.OK {
		b.t.Fatalf("%+v %v", p, err)
	}
	return p.Entries
}
