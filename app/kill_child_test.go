package app_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"suanpan/app"
	"suanpan/app/order"
	"suanpan/app/pay"
	"suanpan/app/shift"
	"suanpan/payments"
	"suanpan/payments/wechatpay"
	"suanpan/payments/zvt"
	"suanpan/store"
)

// TestMain lets the test binary be the till that TestKilledInAnyState starts, kills and starts again.
func TestMain(m *testing.M) {
	if doc := os.Getenv("SUANPAN_TILL"); doc != "" {
		if err := mortalTill([]byte(doc)); err != nil {
			fmt.Println("error", err)
			os.Exit(3)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// errand is what the child is told.
type errand struct {
	Dir    string
	Seed   uint64
	Settle bool // take up what is left and end when nothing is; otherwise trade until killed
	Clock  fastClock
	Point  string // stop here: "submit:before", "refund:after", "settle:before" …; nowhere where empty
	Nth    int    // at the n-th time
	Wechat wechatpay.Form
	ZVT    zvt.Form
}

// fastClock makes hours pass in seconds, in two processes alike.
type fastClock struct {
	Wall, Shown time.Time
	Speed       int64
}

func (c fastClock) Now() time.Time {
	return c.Shown.Add(time.Since(c.Wall) * time.Duration(c.Speed)).Truncate(time.Microsecond)
}

// brink stops the till for ever at a named point, so that it can be killed there.
type brink struct {
	mu    sync.Mutex
	point string
	left  int
}

func (b *brink) at(point string) {
	b.mu.Lock()
	hit := point == b.point
	if hit {
		b.left--
		hit = b.left == 0
	}
	b.mu.Unlock()
	if hit {
		fmt.Println("at", point)
		select {}
	}
}

// brinked is a real provider whose calls pass the brink before they leave and before their answers are heard.
type brinked struct {
	whole
	b *brink
}

func passing(b *brink, op string, call func() (pay.Observation, error)) (pay.Observation, error) {
	b.at(op + ":before")
	o, err := call()
	b.at(op + ":after")
	return o, err
}

func (p brinked) Submit(ctx context.Context, a pay.Attempt, settle pay.Settle) (pay.Observation, error) {
	return passing(p.b, "submit", func() (pay.Observation, error) {
		return p.whole.Submit(ctx, a, func(ctx context.Context, o pay.Observation) error {
			p.b.at("settle:before")
			err := settle(ctx, o)
			p.b.at("settle:after")
			return err
		})
	})
}

func (p brinked) Present(ctx context.Context, a pay.Attempt) (pay.Observation, error) {
	return passing(p.b, "submit", func() (pay.Observation, error) { return p.whole.(pay.Presenter).Present(ctx, a) })
}

func (p brinked) Query(ctx context.Context, r pay.Ref) (pay.Observation, error) {
	return passing(p.b, "query", func() (pay.Observation, error) { return p.whole.Query(ctx, r) })
}

func (p brinked) Cancel(ctx context.Context, r pay.Ref) (pay.Observation, error) {
	return passing(p.b, "cancel", func() (pay.Observation, error) { return p.whole.Cancel(ctx, r) })
}

func (p brinked) Refund(ctx context.Context, r pay.Refund) (pay.Observation, error) {
	return passing(p.b, "refund", func() (pay.Observation, error) { return p.whole.Refund(ctx, r) })
}

func (p brinked) QueryRefund(ctx context.Context, r pay.Refund) (pay.Observation, error) {
	return passing(p.b, "query_refund", func() (pay.Observation, error) { return p.whole.QueryRefund(ctx, r) })
}

// providers makes the till's real clients.
func (e errand) providers(b *brink) ([]pay.Provider, error) {
	ws, err := wechatpay.Parse(e.Wechat)
	if err != nil {
		return nil, err
	}
	w, err := wechatpay.New(ws, payments.NewClient(payments.Options{Now: e.Clock.Now, Timeout: 5 * time.Second}))
	if err != nil {
		return nil, err
	}
	zs, err := zvt.Parse(e.ZVT)
	if err != nil {
		return nil, err
	}
	zs.Now, zs.Slack = e.Clock.Now, time.Hour
	z, err := zvt.New(zs, func(ctx context.Context, address string) (io.ReadWriteCloser, error) {
		return (&net.Dialer{}).DialContext(ctx, "tcp", strings.TrimPrefix(address, "tcp:"))
	})
	return []pay.Provider{brinked{w, b}, brinked{z, b}}, err
}

// mortalTill is a whole till in a process of its own.
func mortalTill(doc []byte) error {
	var e errand
	if err := json.Unmarshal(doc, &e); err != nil {
		return err
	}
	s, err := store.Open(context.Background(), e.Dir, store.Options{Sync: "OFF"}) // what was written outlives the process; only the machine's death would not
	if err != nil {
		return err
	}
	list, err := e.providers(&brink{point: e.Point, left: e.Nth})
	if err != nil {
		return err
	}
	w, err := words()
	if err != nil {
		return err
	}
	ctx := context.Background()
	shop, err := app.New(ctx, app.Params{Store: s, Clock: e.Clock, Words: w.In, Log: quiet, AlwaysTrial: true,
		Trial: func() ([]pay.Provider, app.Sandbox) { return list, nil }})
	if err != nil {
		return err
	}
	app.SignOn(shop, shift.Staff{ID: "1", Name: "店长", Roles: []string{"manager"}})
	if err := shop.Resume(ctx); err != nil {
		return err
	}
	go shop.Run(ctx)
	go func() {
		for range time.Tick(5 * time.Millisecond) { // the runner's timers follow the wall
			app.Poke(shop)
		}
	}()
	fmt.Println("open")
	if e.Settle {
		return settleDown(ctx, shop, s)
	}
	buyer := haggler{shop: shop, rng: rand.New(rand.NewPCG(e.Seed, 7)), seed: e.Seed}
	for {
		if err := buyer.act(ctx); err != nil {
			return err
		}
		<-time.After(time.Duration(buyer.rng.IntN(12)) * time.Millisecond) // people are slower than programs
	}
}

// settleDown sweeps until nothing is open that time could end.
func settleDown(ctx context.Context, shop *app.Shop, s *store.Store) error {
	until, tick := time.Now().Add(30*time.Second), time.Tick(20*time.Millisecond)
	for ; ; <-tick {
		if _, err := shop.Sweep(ctx); err != nil {
			return err
		}
		var busy []string
		err := s.View(ctx, func(v app.View) error {
			list, err := v.OpenAttempts()
			for _, a := range list {
				if !resting(a) {
					busy = append(busy, fmt.Sprintf("%s by %s is %s, %d queries, last %q, %d cancels; refunds %+v", a.No, a.Provider, a.State, a.Asked.Queries, a.WireMsg, a.Undo.Sent, a.Backs))
				}
			}
			return err
		})
		if err != nil || len(busy) == 0 {
			return errors.Join(err, s.Close())
		}
		if time.Now().After(until) {
			return fmt.Errorf("still open: %s", busy)
		}
	}
}

// resting reports whether only a person can move an attempt: it is in review, or a refund by card cannot be named by anything
// that the terminal still says.
func resting(a app.Attempt) bool {
	if unclear(a) {
		return true
	}
	if a.State.Open() && a.State != pay.NeedsReview && a.State != pay.Refunding {
		return false
	}
	for _, r := range a.Backs {
		if r.State.Open() && r.State != pay.RefundAbnormal && !(r.Provider == "zvt" && r.State == pay.RefundInDoubt && r.Tries > 5) {
			return false
		}
	}
	return !a.Unacked
}

// unclear reports whether an attempt waits for the end of a day only because the terminal's last receipt is another's.
func unclear(a app.Attempt) bool {
	return a.Provider == "zvt" && a.State == pay.CancelPending && a.Undo.Sent > 20 && a.Asked.Queries > 100
}

// haggler does what a cashier does, in any order.
type haggler struct {
	shop   *app.Shop
	rng    *rand.Rand
	seed   uint64
	codes  int
	offers []string
}

func (w *haggler) code() pay.Secret {
	w.codes++
	return pay.Hide(fmt.Sprintf("13%010d%06d", w.seed%1e10, w.codes))
}

// act answers an error that is no refusal.
func (w *haggler) act(ctx context.Context) error {
	if b, err := w.shop.Basket(""); err != nil || b.Order == nil || len(b.Order.Lines) == 0 {
		if _, err := w.shop.Scan(ctx, "", "6901234567892", oneTea); fault(err) {
			return err
		}
	}
	var err error
	switch w.rng.IntN(14) {
	case 0, 1, 2:
		_, err = w.shop.Tender(ctx, app.TenderAsk{Code: w.code()})
	case 3:
		_, err = w.shop.Tender(ctx, app.TenderAsk{Method: "wechatpay", Flow: pay.ByQR})
	case 4, 5:
		_, err = w.shop.Tender(ctx, app.TenderAsk{Method: "card"})
	case 6, 7:
		var o app.Offer
		if o, err = w.shop.Offer(ctx, app.OfferAsk{}); err == nil {
			w.offers = append(w.offers, o.ID)
		}
	case 8:
		if n := len(w.offers); n > 0 {
			_, err = w.shop.OfferCode(ctx, w.offers[n-1], w.code())
		}
	case 9:
		if n := len(w.offers); n > 0 {
			_, err = w.shop.WithdrawOffer(ctx, w.offers[n-1])
		}
	case 10:
		list, err := w.shop.OpenPayments(ctx)
		if err == nil && len(list) > 0 {
			_, err = w.shop.CancelPayment(ctx, list[w.rng.IntN(len(list))].ID)
		}
		if fault(err) {
			return err
		}
	case 11:
		err = w.refund(ctx)
	case 12:
		_, err = w.shop.NewOrder(ctx, app.Begin{})
	default:
		_, err = w.shop.Tender(ctx, app.TenderAsk{Method: order.Cash, Override: "终端没有反应"})
	}
	if fault(err) {
		return err
	}
	if _, err = w.shop.Complete(ctx, ""); fault(err) {
		return err
	}
	return nil
}

// refund takes back a sale of this till whole.
func (w *haggler) refund(ctx context.Context) error {
	rows, err := w.shop.Sales(ctx, app.SalesQuery{Limit: 20})
	if err != nil || len(rows) == 0 {
		return err
	}
	_, err = w.shop.Refund(ctx, app.RefundAsk{Sale: rows[w.rng.IntN(len(rows))].ID, Reason: "不合适"})
	return err
}

func fault(err error) bool {
	code, _, _ := app.Explain(err)
	return err != nil && code == "internal"
}
