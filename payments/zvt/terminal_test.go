package zvt_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"suanpan/app/money"
	"suanpan/app/pay"
	"suanpan/payments/zvt"
)

// planned is a committed attempt.
func planned(r *rig, p pay.Provider, id string) pay.Attempt {
	a := pay.NewAttempt(p, pay.Plan{ID: id, Tender: id, Till: "till1", Amount: money.Of(1999, "EUR"), Flow: pay.ByCard, At: r.clock.Now()})
	a, _ = pay.Step(a, pay.Event{Kind: pay.Submitted, At: r.clock.Now()})
	return a
}

func nothing(context.Context, pay.Observation) error { return nil }

// tapped calls look for everything that the till writes.
type tapped struct {
	io.ReadWriteCloser
	look func([]byte)
}

func (w tapped) Write(b []byte) (int, error) {
	w.look(b)
	return w.ReadWriteCloser.Write(b)
}

// A commit that takes long asks the terminal for patience (84 9C 00) and is acknowledged when the terminal comes again.
func TestASlowCommitBuysTime(t *testing.T) {
	r := newRig(t)
	var mu sync.Mutex
	patience, acked := make(chan struct{}), false
	asked := 0
	written := false
	p := r.provider(t, "tcp:192.168.0.2:20007", func(ctx context.Context, a string) (io.ReadWriteCloser, error) {
		wire, err := r.dial(ctx, a)
		return tapped{wire, func(b []byte) {
			mu.Lock()
			defer mu.Unlock()
			if bytes.Equal(b, []byte{0x84, 0x9C, 0x00}) {
				if asked++; asked == 3 {
					close(patience)
				}
			}
			if asked > 0 && bytes.Equal(b, []byte{0x80, 0, 0}) && !acked {
				if acked = true; !written {
					t.Error("acknowledged before it was written down")
				}
			}
		}}, err
	})
	a := planned(r, p, "slow")
	o, err := p.Submit(context.Background(), a, func(_ context.Context, o pay.Observation) error {
		if o.Code == "040F" {
			<-patience
			mu.Lock()
			written = true
			mu.Unlock()
		}
		return nil
	})
	mu.Lock()
	defer mu.Unlock()
	if err != nil || o.Outcome != pay.Success || asked < 3 || r.box.Charges() != 1 || r.box.Net("") != 1999 {
		t.Errorf("%s %v: asked for patience %d times, %d charges, net %d", o, err, asked, r.box.Charges(), r.box.Net(""))
	}
}

// The caller stops waiting; the terminal does not stop, and what it says is written down all the same.
func TestACallerWhoStopsWaitingStopsNoPayment(t *testing.T) {
	r := newRig(t)
	if err := r.box.Play([]string{"never"}, 0); err != nil {
		t.Fatal(err)
	}
	p := r.provider(t, "tcp:192.168.0.2:20007", r.dial)
	ctx, stop := context.WithCancel(context.Background())
	end := make(chan pay.Observation, 1)
	o, err := p.Submit(ctx, planned(r, p, "patience"), func(_ context.Context, o pay.Observation) error {
		switch {
		case o.Code == "04FF0A":
			stop()
		case o.Outcome == pay.Success:
			end <- o
		}
		return nil
	})
	if err != nil || o.Outcome != pay.Pending {
		t.Fatalf("%s %v", o, err)
	}
	r.box.Do("insert")
	if o := <-end; o.Outcome != pay.Success || r.box.Net("") != 1999 {
		t.Errorf("%s, net %d", o, r.box.Net(""))
	}
}

func TestADayIsClosedWithItsTotals(t *testing.T) {
	r := newRig(t)
	p := r.provider(t, "tcp:192.168.0.2:20007", r.dial)
	ctx := context.Background()
	var last pay.Attempt
	for i, card := range []string{"girocard", "visa", "visa"} {
		if err := r.box.Play([]string{"card(" + card + ")"}, 0); err != nil {
			t.Fatal(err)
		}
		last = planned(r, p, string(rune('a'+i)))
		o, err := p.Submit(ctx, last, nothing)
		if err != nil || o.Outcome != pay.Success {
			t.Fatal(o, err)
		}
		last, _ = pay.Step(last, pay.Answered(pay.BySubmit, o, err, r.clock.Now(), r.clock.Now()))
	}
	var closer pay.DayCloser = p
	day, err := closer.EndOfDay(ctx)
	if err != nil || day.Total != money.Of(3*1999, "EUR") || !day.Agrees || day.First != "0001" || day.Last != "0003" || len(day.Cards) != 2 ||
		day.Cards[1] != (pay.CardTotal{Card: "visa", Count: 2, Total: money.Of(2*1999, "EUR")}) || day.Slip == "" {
		t.Errorf("%+v %v", day, err)
	}
	_, row, err := pay.StartRefund(last, nil, pay.RefundPlan{ID: "after", Amount: last.Amount, At: r.clock.Now()})
	if err != nil {
		t.Fatal(err)
	}
	// No reversal reaches behind the end of the day: the payer shows the card again.
	if o, err := p.Refund(ctx, row); err != nil || pay.JudgeRefund(row, o) != pay.ObsSuccess || r.box.Net("") != 2*1999 {
		t.Errorf("%s %v, net %d", o, err, r.box.Net(""))
	}
	if again, err := closer.EndOfDay(ctx); err != nil || again.Total.Minor != 0 {
		t.Errorf("%+v %v", again, err)
	}
}

func TestReservedMoneyIsBookedOnceOrGivenBack(t *testing.T) {
	for _, book := range []bool{true, false} {
		r := newRig(t)
		two := func(s *zvt.Settings) { s.TwoStep = true }
		p := r.provider(t, "tcp:192.168.0.2:20007", r.dial, two)
		ctx, now := context.Background(), r.clock.Now
		a := planned(r, p, "two steps")
		o, err := p.Submit(ctx, a, nothing)
		a, _ = pay.Step(a, pay.Answered(pay.BySubmit, o, err, now(), now()))
		if a.State != pay.Reserved || r.box.Net("") != 0 {
			t.Fatalf("%s %s, net %d", a.State, o, r.box.Net(""))
		}
		if !book {
			a, _ = pay.Step(a, pay.Event{Kind: pay.CashierCancel, At: now()})
			if o, err = p.Cancel(ctx, a.Ref()); err != nil || o.Outcome != pay.Closed {
				t.Errorf("%s %v", o, err)
			}
			if o, err = p.Query(ctx, a.Ref()); pay.Judge(a, pay.ByQuery, o) != pay.ObsClosed || err != nil || r.box.Net("") != 0 {
				t.Errorf("given back: %s %v", o, err)
			}
			continue
		}
		for _, p := range []*zvt.Provider{p, r.provider(t, "tcp:192.168.0.2:20007", r.dial, two)} { // the second one forgot the first call
			o, err = p.Capture(ctx, a.Ref(), a.Amount)
			if err != nil || pay.Judge(a, pay.ByCapture, o) != pay.ObsSuccess || r.box.Net("") != 1999 {
				t.Errorf("booked: %s %v, net %d", o, err, r.box.Net(""))
			}
		}
	}
}

func TestATerminalThatSaysNothingIsGivenUpInTime(t *testing.T) {
	r := newRig(t)
	near, far := net.Pipe()
	defer far.Close()
	go io.Copy(io.Discard, far)
	p := r.provider(t, "tcp:192.168.0.2:20007", func(context.Context, string) (io.ReadWriteCloser, error) { return near, nil },
		func(s *zvt.Settings) { s.Timers.T3 = 30 * time.Millisecond })
	if o, err := p.Submit(context.Background(), planned(r, p, "silent"), nothing); !errors.Is(err, pay.ErrNotSent) {
		t.Errorf("%s %v", o, err)
	}
}

func TestSettingsThatNoTerminalHasAreRefused(t *testing.T) {
	for why, f := range map[string]zvt.Form{
		"no address": {}, "another wire": {Address: "usb:/dev/usb/lp0"}, "no port": {Address: "tcp:192.168.0.2"},
		"password": {Address: "tcp:192.168.0.2:20007", Password: "12345"}, "terminal": {Address: "tcp:192.168.0.2:20007", TerminalID: "12"},
		"currency": {Address: "tcp:192.168.0.2:20007", Currencies: "XXX"}, "loopback": {Address: "tcp:127.0.0.1:20007"},
		"training beyond": {Address: "tcp:192.168.0.2:20007", Training: true},
	} {
		if _, err := zvt.Parse(f); !errors.Is(err, zvt.ErrSettings) {
			t.Errorf("%s: %v", why, err)
		}
	}
	if _, err := zvt.Parse(zvt.Form{Address: "serial:/dev/ttyS0?9600,8N2", Currencies: "EUR, CHF"}); err != nil {
		t.Error(err)
	}
}

func TestATerminalIsAskedHowItIs(t *testing.T) {
	r := newRig(t)
	p := r.provider(t, "tcp:192.168.0.2:20007", r.dial)
	for _, c := range p.Test(context.Background()) {
		if !c.OK {
			t.Errorf("%+v", c)
		}
	}
	if text, err := p.Diagnose(context.Background()); err != nil || text == "" {
		t.Errorf("%q %v", text, err)
	}
	if err := p.LogOff(context.Background()); err != nil {
		t.Error(err)
	}
	other := r.provider(t, "tcp:192.168.0.2:20007", r.dial, func(s *zvt.Settings) { s.TerminalID = "11111111" })
	if o, err := other.Submit(context.Background(), planned(r, other, "foreign"), nothing); err != nil || o.Outcome == pay.Success || r.box.Net("") != 0 {
		t.Errorf("another terminal took the money: %s %v", o, err)
	}
}
