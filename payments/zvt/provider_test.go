package zvt_test

import (
	"context"
	"errors"
	"io"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"suanpan/app/money"
	"suanpan/app/pay"
	"suanpan/app/pay/paytest"
	"suanpan/payments/sandbox/zvtbox"
	"suanpan/payments/zvt"
)

// clock is virtual: it runs with the wall and is pushed ahead.
type clock struct {
	base  time.Time
	ahead atomic.Int64
}

func newClock() *clock { return &clock{base: time.Now()} }

func (c *clock) Now() time.Time          { return time.Now().Add(time.Duration(c.ahead.Load())) }
func (c *clock) Advance(d time.Duration) { c.ahead.Add(int64(d)) }

func quick() zvt.Timers {
	return zvt.Timers{T1: 200 * time.Millisecond, T2: 5 * time.Second, T3: 5 * time.Second, T4: 20 * time.Second, Commit: 40 * time.Millisecond}
}

// rig is a terminal and a way to it.
type rig struct {
	box   *zvtbox.Terminal
	clock *clock
	dial  zvt.Dial
}

func newRig(t *testing.T) *rig {
	t.Helper()
	r := &rig{clock: newClock()}
	var err error
	r.box, err = zvtbox.New(zvtbox.Options{Ack: 5 * time.Second, Repeat: 10 * time.Millisecond, Now: r.clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.box.Close() })
	r.dial = func(context.Context, string) (io.ReadWriteCloser, error) {
		near, far := net.Pipe()
		go r.box.Serve(far, false)
		return near, nil
	}
	return r
}

func (r *rig) provider(t *testing.T, address string, dial zvt.Dial, change ...func(*zvt.Settings)) *zvt.Provider {
	t.Helper()
	s := zvt.Settings{Address: address, TerminalID: "68001234", Timers: quick(), Now: r.clock.Now}
	for _, c := range change {
		c(&s)
	}
	p, err := zvt.New(s, dial)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func (r *rig) card(t *testing.T, address string) paytest.Card {
	fresh := func() pay.Provider {
		return r.provider(t, address, func(ctx context.Context, a string) (io.ReadWriteCloser, error) { return r.dial(ctx, a) })
	}
	nobody := func(context.Context, string) (io.ReadWriteCloser, error) { return nil, errors.New("nobody listens") }
	return paytest.Card{
		Harness: paytest.Harness{
			Provider: fresh(), Dead: r.provider(t, address, nobody), Flow: pay.ByCard, Amount: money.Of(1999, "EUR"), Now: r.clock.Now, Advance: r.clock.Advance,
			Fault: func(words ...string) {
				t.Helper()
				if err := r.box.Play(words, 0); err != nil {
					t.Fatal(err)
				}
			},
			Charges: func(string) int { return r.box.Charges() }, Net: func(string) int64 { return r.box.Net("") },
		},
		Restart: fresh, Number: zvtbox.CardNumber(),
	}
}

func TestATerminalOnTCP(t *testing.T) {
	paytest.RunCard(t, func(t *testing.T) paytest.Card { return newRig(t).card(t, "tcp:127.0.0.1:20007") })
}
