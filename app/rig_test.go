package app_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"suanpan/app"
	"suanpan/app/pay"
	"suanpan/assets"
	"suanpan/payments"
	"suanpan/payments/sandbox"
	"suanpan/payments/wechatpay"
	"suanpan/store"
)

// keys and words are made once: two RSA pairs for every test would be most of the suite's time.
var (
	keys  = sync.OnceValues(sandbox.NewKeys)
	words = sync.OnceValues(assets.Load)
)

var quiet = slog.New(slog.NewTextHandler(io.Discard, nil))

// noon is when every test's day begins.
var noon = time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC)

// ticking is a clock that goes on by a millisecond each time it is read.
type ticking struct{ n atomic.Int64 }

func (c *ticking) Now() time.Time { return noon.Add(time.Duration(c.n.Add(1)) * time.Millisecond) }

// bubble is the virtual clock of testing/synctest, which begins in the year 2000.
type bubble struct{ began time.Time }

func (b bubble) Now() time.Time { return noon.Add(time.Since(b.began)) }

var errPower = errors.New("test: the power is off")

// gate stands between shop and store: it cuts the power, and fails what a test wants to fail.
type gate struct {
	app.Store
	mu   sync.RWMutex // a reader is inside; powerOff waits for all of them
	off  atomic.Bool
	fail func(op string) error // asked before every write ("observe", "order" …) and at "commit" and "committed"; nil is calm
}

func (g *gate) View(ctx context.Context, fn func(app.View) error) error {
	g.mu.RLock()
	defer g.mu.RUnlock()
	if g.off.Load() {
		return errPower
	}
	return g.Store.View(ctx, fn)
}

func (g *gate) Update(ctx context.Context, fn func(app.Tx) error) error {
	g.mu.RLock()
	defer g.mu.RUnlock()
	if g.off.Load() {
		return errPower
	}
	err := g.Store.Update(ctx, func(tx app.Tx) error {
		if err := fn(gated{tx, g}); err != nil {
			return err
		}
		return g.ask("commit")
	})
	if err == nil {
		err = g.ask("committed")
	}
	return err
}

// failing sets what fails while the till's own goroutines are at work.
func (g *gate) failing(fail func(op string) error) {
	g.mu.Lock()
	g.fail = fail
	g.mu.Unlock()
}

func (g *gate) ask(op string) error {
	if g.fail == nil {
		return nil
	}
	err := g.fail(op)
	if errors.Is(err, errPower) {
		g.off.Store(true)
	}
	return err
}

// rig is a till on a real folder, with a real provider that speaks to a sandbox in this process.
type rig struct {
	t       testing.TB
	dir     string
	clock   app.Clock
	port    *port
	models  []pay.Provider // instead of a port
	porters porters        // with models in a bubble
	gate    *gate
	shop    *app.Shop
	stop    context.CancelFunc
	runs    sync.WaitGroup
	nudges  atomic.Int64
}

// newRig opens an empty folder. Inside a bubble, port must have been made outside of it; nil has no provider.
func newRig(t testing.TB, clock app.Clock, p *port) *rig {
	t.Helper()
	r := &rig{t: t, dir: t.TempDir(), clock: clock, port: p}
	if p != nil {
		p.clock = clock
	}
	r.open()
	t.Cleanup(r.close)
	return r
}

// open opens store and shop on the folder and takes up what was left there.
func (r *rig) open() {
	r.t.Helper()
	var s *store.Store
	var err error
	r.outside(func() { s, err = store.Open(context.Background(), r.dir, store.Options{Sync: "OFF"}) })
	if err != nil {
		r.t.Fatal(err)
	}
	r.gate = &gate{Store: s}
	r.shop = r.again(r.gate)
	if err := r.shop.Resume(context.Background()); err != nil {
		r.t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	r.stop = stop
	r.runs.Go(func() { r.shop.Run(ctx) })
}

// again makes another shop of what lies in the store.
func (r *rig) again(s app.Store) *app.Shop {
	r.t.Helper()
	w, err := words()
	if err != nil {
		r.t.Fatal(err)
	}
	p := app.Params{Store: s, Files: store.Files{}, Clock: r.clock, Words: w.In, Log: quiet, Version: "test", Schema: 1, Nudge: func() { r.nudges.Add(1) }}
	if r.port != nil {
		p.AlwaysTrial, p.Trial = true, func() ([]pay.Provider, app.Sandbox) { return []pay.Provider{r.port}, r.port }
	}
	if r.models != nil {
		p.AlwaysTrial, p.Trial = true, func() ([]pay.Provider, app.Sandbox) { return r.models, nil }
	}
	shop, err := app.New(context.Background(), p)
	if err != nil {
		r.t.Fatal(err)
	}
	return shop
}

// outside runs fn beyond the bubble, where waiting for a socket does not hold up virtual time.
func (r *rig) outside(fn func()) {
	switch {
	case r.port != nil:
		r.port.at.Store(r.clock.Now().UnixNano())
		r.port.out(fn)
	case r.porters != nil:
		r.porters.out(fn)
	default:
		fn()
	}
}

func (r *rig) close() {
	if r.gate == nil {
		return
	}
	r.stop()
	r.runs.Wait()
	r.outside(func() {
		if err := r.gate.Store.Close(); err != nil {
			r.t.Error(err)
		}
	})
	r.gate = nil
}

// powerOff drops shop and store as they are: what is on the disk at this moment is all that is left.
func (r *rig) powerOff() {
	r.t.Helper()
	g := r.gate
	g.mu.Lock()
	g.off.Store(true)
	left := r.t.TempDir()
	for _, name := range []string{"shop.db", "shop.db-wal", "shop.mark"} {
		b, err := os.ReadFile(filepath.Join(r.dir, name))
		if err == nil {
			err = os.WriteFile(filepath.Join(left, name), b, 0o600)
		}
		if err != nil {
			r.t.Fatal(err)
		}
	}
	g.mu.Unlock()
	r.close()
	r.dir = left
}

// whole is a provider that can do everything a wallet can.
type whole interface {
	pay.Provider
	pay.Canceler
	pay.Refunder
}

// port is a real provider's client in front of its stand-in. Its calls run on goroutines outside of any bubble.
type port struct {
	book  sandbox.Book
	fresh func() string // a payer's code that was never used
	clock app.Clock
	real  whole
	at    atomic.Int64 // the till's clock, which the sandbox follows
	porters
	calls atomic.Int64
}

type porter struct {
	in  chan func()
	out chan struct{}

	asked chan pay.Observation // to be settled inside, while a call is under way outside
	said  chan error
}

// porters run what must not happen inside a bubble; make them outside of it.
type porters chan porter

func newPorters(t testing.TB, n int) porters {
	all := make(porters, n)
	for range n {
		one := porter{make(chan func()), make(chan struct{}), make(chan pay.Observation), make(chan error)}
		all <- one
		go func() {
			for fn := range one.in {
				fn()
				one.out <- struct{}{}
			}
		}()
		t.Cleanup(func() { close(one.in) })
	}
	return all
}

func (p porters) out(fn func()) {
	one := <-p
	one.in <- fn
	<-one.out
	p <- one
}

// newPort is WeChat Pay. It must be called outside of the bubble.
func newPort(t testing.TB) *port {
	t.Helper()
	p := emptyPort(t)
	k, err := keys()
	if err != nil {
		t.Fatal(err)
	}
	box, err := sandbox.Start(context.Background(), sandbox.Options{Keys: k, Faults: true, Now: p.now, PasswordAbove: 1 << 40, Wait: func(context.Context, time.Duration) {}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = box.Close() })
	p.book, p.fresh = box, box.FreshCode
	w := box.WechatSettings()
	settings, err := wechatpay.Parse(wechatpay.Form{BaseURL: w.BaseURL, Training: true, AppID: w.AppID, MchID: w.MchID, Serial: w.Serial,
		PrivateKey: w.PrivateKey, PublicKeyID: w.PublicKeyID, PublicKey: w.PublicKey, NotifyURL: w.NotifyURL})
	if err != nil {
		t.Fatal(err)
	}
	p.real, err = wechatpay.New(settings, payments.NewClient(payments.Options{Now: p.now, Timeout: 10 * time.Second}))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// emptyPort has goroutines outside of the bubble, and nobody to speak to yet.
func emptyPort(t testing.TB) *port {
	t.Helper()
	p := &port{porters: newPorters(t, 12)}
	p.at.Store(noon.UnixNano())
	return p
}

func (p *port) now() time.Time { return time.Unix(0, p.at.Load()) }
