package app_test

import (
	"context"
	"encoding/json"
	"time"

	"suanpan/app"
	"suanpan/app/catalog"
	"suanpan/app/device"
	"suanpan/app/ledger"
	"suanpan/app/order"
	"suanpan/app/pay"
)

// ferried runs one call of the provider outside. Contexts stay inside: their timers belong to the bubble.
func ferried(p *port, call func(context.Context) (pay.Observation, error)) (obs pay.Observation, err error) {
	p.calls.Add(1)
	p.at.Store(p.clock.Now().UnixNano())
	p.out(func() { obs, err = call(context.Background()) })
	return obs, err
}

func (p *port) ID() string                   { return p.real.ID() }
func (p *port) Caps() pay.Caps               { return p.real.Caps() }
func (p *port) Timing(f pay.Flow) pay.Timing { return p.real.Timing(f) }

// Submit hands what the provider wants settled in the middle of its dialogue back into the bubble, and the answer out again.
func (p *port) Submit(ctx context.Context, a pay.Attempt, settle pay.Settle) (obs pay.Observation, err error) {
	p.calls.Add(1)
	p.at.Store(p.clock.Now().UnixNano())
	one := <-p.porters
	one.in <- func() {
		obs, err = p.real.Submit(context.Background(), a, func(_ context.Context, o pay.Observation) error {
			one.asked <- o
			return <-one.said
		})
	}
	for {
		select {
		case o := <-one.asked:
			one.said <- settle(ctx, o)
		case <-one.out:
			p.porters <- one
			return obs, err
		}
	}
}

// Present is asked for only where the real provider's Caps say that it shows codes.
func (p *port) Present(_ context.Context, a pay.Attempt) (pay.Observation, error) {
	return ferried(p, func(ctx context.Context) (pay.Observation, error) { return p.real.(pay.Presenter).Present(ctx, a) })
}

func (p *port) Query(_ context.Context, r pay.Ref) (pay.Observation, error) {
	return ferried(p, func(ctx context.Context) (pay.Observation, error) { return p.real.Query(ctx, r) })
}

func (p *port) Cancel(_ context.Context, r pay.Ref) (pay.Observation, error) {
	return ferried(p, func(ctx context.Context) (pay.Observation, error) { return p.real.Cancel(ctx, r) })
}

func (p *port) Refund(_ context.Context, r pay.Refund) (pay.Observation, error) {
	return ferried(p, func(ctx context.Context) (pay.Observation, error) { return p.real.Refund(ctx, r) })
}

func (p *port) QueryRefund(_ context.Context, r pay.Refund) (pay.Observation, error) {
	return ferried(p, func(ctx context.Context) (pay.Observation, error) { return p.real.QueryRefund(ctx, r) })
}

// Script, Accounts and Statement make the port an app.Sandbox.
func (p *port) Script(_ string, faults []string, seed int64) (err error) {
	p.out(func() { err = p.book.Play(faults, uint64(seed)) })
	return err
}

func (p *port) Accounts() (any, error) { return p.book.Balances(), nil }

func (p *port) Statement(_, date string) (any, error) { return p.book.Movements(date) }

// charged answers how often the provider took money, and what it has left of it.
func (p *port) charged() (charges int, net int64) {
	p.at.Store(p.clock.Now().UnixNano())
	p.out(func() {
		lines, _ := p.book.Movements("")
		for _, l := range lines {
			net += l.Minor
			if l.Kind == "pay" {
				charges++
			}
		}
	})
	return charges, net
}

// gated asks the gate before every write of a transaction.
type gated struct {
	app.Tx
	g *gate
}

func (x gated) PutItem(i catalog.Item) error {
	return first(x.g.ask("item"), func() error { return x.Tx.PutItem(i) })
}
func (x gated) PutTax(t catalog.Tax) error {
	return first(x.g.ask("tax"), func() error { return x.Tx.PutTax(t) })
}
func (x gated) PutSetting(name string, doc json.RawMessage) error {
	return first(x.g.ask("setting"), func() error { return x.Tx.PutSetting(name, doc) })
}
func (x gated) PutOrder(o *order.Order, lines ...int) error {
	return first(x.g.ask("order"), func() error { return x.Tx.PutOrder(o, lines...) })
}
func (x gated) DropOrder(id order.ID) error {
	return first(x.g.ask("drop"), func() error { return x.Tx.DropOrder(id) })
}
func (x gated) Append(f *ledger.Fact, e app.Entry) error {
	return first(x.g.ask("fact"), func() error { return x.Tx.Append(f, e) })
}
func (x gated) PutAttempt(a app.Attempt) error {
	return first(x.g.ask("attempt"), func() error { return x.Tx.PutAttempt(a) })
}
func (x gated) Observe(id string, at time.Time, o pay.Observation) error {
	return first(x.g.ask("observe"), func() error { return x.Tx.Observe(id, at, o) })
}
func (x gated) PutJob(j *device.Job) error {
	return first(x.g.ask("job"), func() error { return x.Tx.PutJob(j) })
}
func (x gated) PutOnce(key string, d app.Done) error {
	return first(x.g.ask("once"), func() error { return x.Tx.PutOnce(key, d) })
}
func (x gated) Next(series string) (n int64, err error) {
	err = first(x.g.ask("next"), func() error { n, err = x.Tx.Next(series); return err })
	return n, err
}
func (x gated) ShelfTx(name string) app.ShelfTx { return shelved{x.Tx.ShelfTx(name), x.g} }

type shelved struct {
	app.ShelfTx
	g *gate
}

func (s shelved) Put(key string, doc json.RawMessage, secondary ...string) error {
	return first(s.g.ask("shelf"), func() error { return s.ShelfTx.Put(key, doc, secondary...) })
}

func first(err error, then func() error) error {
	if err != nil {
		return err
	}
	return then()
}
