package stripeterminal

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"suanpan/app/money"
	"suanpan/app/pay"
	"suanpan/payments"
	"suanpan/payments/sandbox/stripebox"
)

// clock is a virtual clock that both sides read.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

type rig struct {
	*stripebox.Box
	t      testing.TB
	clock  *clock
	log    *safeLog
	p      *Provider
	seq    int64
	settle error // what the shop says to a number that it should keep
}

type safeLog struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *safeLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *safeLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func newRig(t testing.TB, change func(*stripebox.Options)) *rig {
	t.Helper()
	r := &rig{t: t, clock: &clock{at: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)}, log: &safeLog{}}
	o := stripebox.Options{Faults: true, Now: r.clock.now, Wait: func(context.Context, time.Duration) {}}
	if change != nil {
		change(&o)
	}
	var err error
	if r.Box, err = stripebox.Start(context.Background(), o); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Box.Close() })
	r.p = r.provider(r.form())
	return r
}

func (r *rig) form() Form {
	s := r.Settings()
	return Form{BaseURL: s.BaseURL, Training: true, Key: s.Key, Reader: s.Reader, Currency: s.Currency, Webhook: s.Webhook}
}

func (r *rig) provider(f Form) *Provider {
	r.t.Helper()
	s, err := Parse(f)
	if err != nil {
		r.t.Fatal(err)
	}
	o := s.Client()
	o.Now, o.Log, o.Timeout, o.Roots = r.clock.now, slog.New(slog.NewTextHandler(r.log, nil)), 5*time.Second, x509.NewCertPool()
	o.Roots.AppendCertsFromPEM([]byte(r.Settings().Root))
	p, err := New(s, payments.NewClient(o))
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(p.client.Close)
	return p
}

func (r *rig) play(words ...string) {
	r.t.Helper()
	if err := r.Play(words, 1); err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) attempt(minor int64) pay.Attempt {
	r.seq++
	a := pay.NewAttempt(r.p, pay.Plan{ID: fmt.Sprint("attempt ", r.seq), Seq: r.seq, Amount: money.Of(minor, "EUR"), Flow: pay.ByCard, At: r.clock.now()})
	a, _ = pay.Step(a, pay.Event{Kind: pay.Submitted, At: r.clock.now()})
	return a
}

func (r *rig) submit(a pay.Attempt) (pay.Attempt, pay.Observation) {
	r.t.Helper()
	begun := r.clock.now()
	o, err := r.p.Submit(context.Background(), a, func(_ context.Context, o pay.Observation) error {
		a, _ = pay.Step(a, pay.Observed(pay.BySubmit, o, begun, r.clock.now()))
		return r.settle
	})
	a, _ = pay.Step(a, pay.Answered(pay.BySubmit, o, err, begun, r.clock.now()))
	return a, o
}

// run does what is due until the attempt rests.
func (r *rig) run(a pay.Attempt, most time.Duration) pay.Attempt {
	r.t.Helper()
	end := r.clock.now().Add(most)
	for range 200 {
		due, ok := pay.Next(a, r.p.Timing(pay.ByCard))
		if !ok || due.At.After(end) || a.State == pay.NeedsReview {
			return a
		}
		if wait := due.At.Sub(r.clock.now()); wait > 0 {
			r.clock.advance(wait)
		}
		if e, is := due.Event(r.clock.now()); is {
			a, _ = pay.Step(a, e)
		}
		begun := r.clock.now()
		r.clock.advance(30 * time.Millisecond) // each call takes its time
		switch due.Do {
		case pay.DoQuery:
			o, err := r.p.Query(context.Background(), a.Ref())
			a, _ = pay.Step(a, pay.Answered(pay.ByQuery, o, err, begun, r.clock.now()))
		case pay.DoCapture:
			o, err := r.p.Capture(context.Background(), a.Ref(), a.Amount)
			a, _ = pay.Step(a, pay.Answered(pay.ByCapture, o, err, begun, r.clock.now()))
		case pay.DoCancel:
			o, err := r.p.Cancel(context.Background(), a.Ref())
			a, _ = pay.Step(a, pay.Answered(pay.ByCancel, o, err, begun, r.clock.now()))
		}
	}
	r.t.Fatalf("does not rest: %s %s %s %s %+v", a.State, a.WireCode, a.WireMsg, a.ProviderState, r.Journal()[max(0, len(r.Journal())-6):])
	return a
}

func (r *rig) expect(a pay.Attempt, state pay.State, net int64) {
	r.t.Helper()
	if got := r.Net(a.No); a.State != state || got != net {
		r.t.Errorf("%s (%s) with %d in the terminal's books, want %s with %d", a.State, a.Reason, got, state, net)
	}
}

func TestAPaymentIsPaidOnce(t *testing.T) {
	r := newRig(t, nil)
	a, o := r.submit(r.attempt(1999))
	if a.State != pay.AwaitingPayer || o.ProviderTxn == "" {
		t.Fatalf("%s %s", a.State, o)
	}
	a = r.run(a, time.Hour)
	r.expect(a, pay.Succeeded, 1999)
	o, err := r.p.Query(context.Background(), a.Ref())
	if err != nil || !o.Verified || o.OwnNo != a.No || o.Amount != a.Amount || o.Merchant != stripebox.Reader || o.Refunds {
		t.Errorf("%+v %v", o, err)
	}
	keys := map[string]int{}
	for _, e := range r.Journal() {
		if e.Method == "POST" {
			keys[e.Code]++
			if e.Code != "suanpan-"+a.No+"-intent" && e.Code != "suanpan-"+a.No+"-process" {
				t.Errorf("%s under the key %q", e.Op, e.Code)
			}
		}
	}
	if len(keys) != 2 {
		t.Errorf("%v", keys)
	}
}

func TestEveryFaultEndsInWhatIsTrue(t *testing.T) {
	for _, tc := range []struct {
		faults string
		first  pay.State // after the submit
		rests  pay.State
		net    int64
	}{
		{"later(40s)", pay.AwaitingPayer, pay.Succeeded, 1310},
		{"never", pay.AwaitingPayer, pay.Canceled, 0},
		{"never stop_ignored", pay.AwaitingPayer, pay.Canceled, 0},
		{"never pay_wins_cancel_race", pay.AwaitingPayer, pay.Refunding, 1310}, // late money, on its way back
		{"decline", pay.AwaitingPayer, pay.Failed, 0},
		{"payer_cancels", pay.AwaitingPayer, pay.Failed, 0},
		{"decline cancel:drop_before*1", pay.AwaitingPayer, pay.Failed, 0},
		{"decline cancel:commit_then_drop*1", pay.AwaitingPayer, pay.Failed, 0},
		{"reader_error(terminal_reader_busy)", pay.Failed, pay.Failed, 0},
		{"reader_timeout_lies never", pay.Failed, pay.Failed, 0},
		{"reader_timeout_lies cancel:drop_before*1", pay.AwaitingPayer, pay.Succeeded, 1310},
		{"drop_before", pay.AwaitingPayer, pay.Failed, 0},
		{"html_captive_portal", pay.AwaitingPayer, pay.Failed, 0},
		{"too_many", pay.AwaitingPayer, pay.Failed, 0},
		{"commit_then_drop", pay.AwaitingPayer, pay.Succeeded, 1310},
		{"commit_then_500", pay.AwaitingPayer, pay.Succeeded, 1310},
		{"commit_then_409", pay.AwaitingPayer, pay.Succeeded, 1310},
		{"slow_body", pay.AwaitingPayer, pay.Succeeded, 1310},
		{"create:drop_before", pay.InDoubt, pay.Canceled, 0},
		{"create:commit_then_drop", pay.InDoubt, pay.Failed, 0},
		{"create:commit_then_500", pay.InDoubt, pay.Failed, 0},
		{"create:commit_then_409", pay.InDoubt, pay.Failed, 0},
		{"create:slow_body", pay.InDoubt, pay.Failed, 0},
		{"create_500", pay.InDoubt, pay.Canceled, 0},
		{"create:html_captive_portal", pay.InDoubt, pay.Canceled, 0},
		{"reader_500", pay.AwaitingPayer, pay.Succeeded, 1310},
		{"reader_500 decline", pay.AwaitingPayer, pay.Canceled, 0},
		{"query:drop_before*3", pay.AwaitingPayer, pay.Succeeded, 1310},
		{"query:slow_body*3", pay.AwaitingPayer, pay.Succeeded, 1310},
		{"other_order*3", pay.AwaitingPayer, pay.Succeeded, 1310},
		{"live*3", pay.AwaitingPayer, pay.Succeeded, 1310},
		{"wrong_amount", pay.AwaitingPayer, pay.NeedsReview, 1310},
		{"never cancel:commit_then_500*2", pay.AwaitingPayer, pay.Canceled, 0},
		{"never cancel:too_many*3", pay.AwaitingPayer, pay.Failed, 0},
		// nothing that Stripe says can be believed: it ends with a person, not with a verdict
		{"query:other_order", pay.AwaitingPayer, pay.CancelPending, 1310},
		{"query:live", pay.AwaitingPayer, pay.CancelPending, 1310},
		{"query:commit_then_500", pay.AwaitingPayer, pay.CancelPending, 1310},
	} {
		t.Run(tc.faults, func(t *testing.T) {
			r := newRig(t, nil)
			r.play(tc.faults)
			a, o := r.submit(r.attempt(1310))
			if a.State != tc.first {
				t.Errorf("submit says %s (%s), it became %s", o, o.Msg, a.State)
			}
			r.expect(r.run(a, 20*time.Minute), tc.rests, tc.net)
		})
	}
}

func TestARefusalNamesTheBanksReason(t *testing.T) {
	r := newRig(t, nil)
	r.play("decline(insufficient_funds)")
	a, _ := r.submit(r.attempt(5))
	if a = r.run(a, time.Hour); a.Reason != pay.NoFunds || a.WireCode != "insufficient_funds" {
		t.Errorf("%s %s", a.Reason, a.WireCode)
	}
}

func TestWhatCannotBeSentIsNotSent(t *testing.T) {
	r := newRig(t, nil)
	f := r.form()
	f.BaseURL = "https://127.0.0.1:1"
	dead := r.provider(f)
	o, err := dead.Submit(context.Background(), r.attempt(5), nil)
	if !errors.Is(err, pay.ErrNotSent) {
		t.Errorf("%s %v", o, err)
	}
	for name, a := range map[string]pay.Attempt{
		"nothing":      r.attempt(0),
		"other money":  {No: "x", Flow: pay.ByCard, Amount: money.Of(1, "USD")},
		"another flow": {No: "x", Flow: pay.ByCode, Amount: money.Of(1, "EUR")},
	} {
		if o, err := r.p.Submit(context.Background(), a, nil); !errors.Is(err, pay.ErrNotSent) {
			t.Errorf("%s: %s %v", name, o, err)
		}
	}
	o, err = stranger(t, r).Submit(context.Background(), r.attempt(5), nil) // no authority that we know
	if !errors.Is(err, pay.ErrNotSent) || len(r.Journal()) != 0 {
		t.Errorf("%s %v, %d requests arrived", o, err, len(r.Journal()))
	}
}

// stranger is a provider that does not trust the box's authority.
func stranger(t *testing.T, r *rig) *Provider {
	s, err := Parse(r.form())
	if err != nil {
		t.Fatal(err)
	}
	p, err := New(s, payments.NewClient(payments.Options{Roots: x509.NewCertPool()}))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestAnIntentWhoseNumberIsNotKeptIsNotProcessed(t *testing.T) {
	r := newRig(t, nil)
	r.settle = errors.New("disk is full")
	a, _ := r.submit(r.attempt(5))
	r.expect(r.run(a, time.Hour), pay.Failed, 0)
	for _, e := range r.Journal() {
		if e.Op == "process" {
			t.Error("it was processed")
		}
	}
}

func TestARestartLooksForTheIntentAndSendsNothingAgain(t *testing.T) {
	for _, faults := range []string{"", "commit_then_drop", "later(30s)", "decline"} {
		r := newRig(t, nil)
		r.play(faults)
		a := r.attempt(700)
		r.submit(a) // and the power fails: nothing of it was recorded
		r.clock.advance(3 * time.Second)
		a, _ = pay.Step(a, pay.Event{Kind: pay.Startup, At: r.clock.now()})
		want, net := pay.Succeeded, int64(700)
		if faults == "decline" {
			want, net = pay.Failed, 0
		}
		r.expect(r.run(a, time.Hour), want, net)
	}
}

func TestReservedFundsAreCapturedOrVoided(t *testing.T) {
	for faults, want := range map[string]struct {
		state pay.State
		net   int64
	}{
		"": {pay.Succeeded, 900}, "capture:commit_then_drop*1": {pay.Succeeded, 900}, "capture:drop_before*2": {pay.Succeeded, 900},
		"capture_500*3": {pay.Succeeded, 900}, "capture:commit_then_500*1": {pay.Succeeded, 900},
	} {
		r := newRig(t, nil)
		f := r.form()
		f.Capture = "manual"
		r.p = r.provider(f)
		r.play(faults)
		a, _ := r.submit(r.attempt(900))
		r.expect(r.run(a, time.Hour), want.state, want.net)
	}
	r := newRig(t, nil)
	f := r.form()
	f.Capture = "manual"
	r.p = r.provider(f)
	a, _ := r.submit(r.attempt(900))
	o, err := r.p.Query(context.Background(), a.Ref())
	if a, _ = pay.Step(a, pay.Answered(pay.ByQuery, o, err, r.clock.now(), r.clock.now())); a.State != pay.Reserved {
		t.Fatal(a.State)
	}
	a, _ = pay.Step(a, pay.Event{Kind: pay.CashierCancel, At: r.clock.now()})
	r.expect(r.run(a, time.Hour), pay.Canceled, 0)
}
