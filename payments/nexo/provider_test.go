package nexo

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"suanpan/app/money"
	"suanpan/app/pay"
	"suanpan/payments"
	"suanpan/payments/sandbox/nexobox"
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
	*nexobox.Box
	t     testing.TB
	clock *clock
	log   *safeLog
	p     *Provider
	seq   int64
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

func newRig(t testing.TB, change func(*nexobox.Options)) *rig {
	t.Helper()
	r := &rig{t: t, clock: &clock{at: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)}, log: &safeLog{}}
	o := nexobox.Options{Faults: true, Now: r.clock.now, Wait: func(context.Context, time.Duration) {}}
	if change != nil {
		change(&o)
	}
	var err error
	if r.Box, err = nexobox.Start(context.Background(), o); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Box.Close() })
	r.p = r.provider(r.form())
	return r
}

func (r *rig) form() Form {
	s := r.Settings()
	return Form{Address: s.Address, Training: true, Environment: s.Environment, POIID: s.POIID, SaleID: s.SaleID, Root: s.Root,
		KeyIdentifier: s.KeyIdentifier, KeyVersion: json.Number(s.KeyVersion), Passphrase: s.Passphrase, Currency: s.Currency}
}

func (r *rig) provider(f Form) *Provider {
	r.t.Helper()
	s, err := Parse(f)
	if err != nil {
		r.t.Fatal(err)
	}
	o := s.Client()
	o.Now, o.Log, o.Timeout = r.clock.now, slog.New(slog.NewTextHandler(r.log, nil)), 5*time.Second
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
	o, err := r.p.Submit(context.Background(), a, nil)
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
		switch due.Do {
		case pay.DoQuery:
			o, err := r.p.Query(context.Background(), a.Ref())
			a, _ = pay.Step(a, pay.Answered(pay.ByQuery, o, err, begun, r.clock.now()))
		case pay.DoCancel:
			o, err := r.p.Cancel(context.Background(), a.Ref())
			a, _ = pay.Step(a, pay.Answered(pay.ByCancel, o, err, begun, r.clock.now()))
		}
	}
	r.t.Fatal("does not rest")
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
	r.expect(a, pay.Succeeded, 1999)
	if !o.Verified || o.OwnNo != a.No || o.Amount != a.Amount || o.Merchant != nexobox.POIID || a.ProviderTxn == "" || a.Memo == "" {
		t.Errorf("%+v", o)
	}
}

func TestEveryFaultEndsInWhatIsTrue(t *testing.T) {
	for _, tc := range []struct {
		faults string
		first  pay.State // after the submit
		rests  pay.State
		net    int64
	}{
		{"decline", pay.Failed, pay.Failed, 0},
		{"decline(InvalidCard)", pay.Failed, pay.Failed, 0},
		{"decline(SomethingNew)", pay.InDoubt, pay.CancelPending, 0},
		{"decline(UnreachableHost)", pay.InDoubt, pay.Failed, 0},
		{"payer_cancels", pay.Failed, pay.Failed, 0},
		{"partial(500)", pay.NeedsReview, pay.NeedsReview, 500},
		{"drop_before", pay.InDoubt, pay.Canceled, 0},
		{"html_captive_portal", pay.InDoubt, pay.Canceled, 0},
		{"hangup", pay.Succeeded, pay.Succeeded, 1310},
		{"hangup later(30s)", pay.AwaitingPayer, pay.Succeeded, 1310},
		{"hangup never", pay.AwaitingPayer, pay.Failed, 0},
		{"hangup never abort_ignored*2", pay.AwaitingPayer, pay.Failed, 0},
		{"hangup never pay_wins_cancel_race", pay.AwaitingPayer, pay.Refunding, 1310}, // late money, on its way back
		{"hangup later(30s) query:drop_before*1", pay.InDoubt, pay.Succeeded, 1310},
		{"commit_then_drop", pay.Succeeded, pay.Succeeded, 1310},
		{"commit_then_500", pay.Succeeded, pay.Succeeded, 1310},
		{"plain", pay.Succeeded, pay.Succeeded, 1310},
		{"wrong_key", pay.Succeeded, pay.Succeeded, 1310},
		{"bad_hmac", pay.Succeeded, pay.Succeeded, 1310},
		{"bad_padding", pay.Succeeded, pay.Succeeded, 1310},
		{"tampered", pay.Succeeded, pay.Succeeded, 1310},
		{"wrong_header", pay.Succeeded, pay.Succeeded, 1310},
		{"other_question", pay.Succeeded, pay.Succeeded, 1310},
		{"other_order", pay.InDoubt, pay.Succeeded, 1310},
		{"wrong_amount", pay.NeedsReview, pay.NeedsReview, 1310},
		{"in_progress*3 commit_then_drop", pay.AwaitingPayer, pay.Succeeded, 1310},
		// nothing that the terminal says can be believed: it ends with a person, not with a verdict
		{"commit_then_drop query:bad_hmac", pay.InDoubt, pay.CancelPending, 1310},
		{"commit_then_drop query:plain", pay.InDoubt, pay.CancelPending, 1310},
		{"commit_then_drop query:other_order", pay.InDoubt, pay.CancelPending, 1310},
		{"commit_then_drop query:other_question", pay.InDoubt, pay.CancelPending, 1310},
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

// The answer is cut after each of its bytes. Whatever is cut, the status knows better.
func TestACutAtAnyByteOfTheAnswerIsRecovered(t *testing.T) {
	whole := 2700 // of the answer with its header; beyond it nothing is cut any more
	step := 1
	if testing.Short() {
		step = 97
	}
	r := newRig(t, nil)
	for n := 0; n < whole; n += step {
		r.play(fmt.Sprintf("cut(%d)", n))
		a, o := r.submit(r.attempt(int64(100 + n%50)))
		if a.State != pay.Succeeded || r.Net(a.No) != a.Amount.Minor {
			t.Fatalf("cut at %d: %s %s, %d in the books", n, a.State, o, r.Net(a.No))
		}
	}
	// without the question at once, too: what the shop's own timer does
	for n := 0; n < whole; n += 211 {
		r.play(fmt.Sprintf("cut(%d) query:drop_before*1", n))
		a, _ := r.submit(r.attempt(100))
		if a = r.run(a, 20*time.Minute); a.State != pay.Succeeded || r.Net(a.No) != 100 {
			t.Fatalf("cut at %d: %s", n, a.State)
		}
	}
}

func TestARestartAsksUnderTheSameNumber(t *testing.T) {
	r := newRig(t, nil)
	r.play("hangup later(10s) query:drop_before*1")
	a := r.attempt(700)
	r.submit(a) // and the power fails
	doc, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	var back pay.Attempt
	if err := json.Unmarshal(doc, &back); err != nil {
		t.Fatal(err)
	}
	r.clock.advance(time.Minute)
	r.p = r.provider(r.form())
	back, _ = pay.Step(back, pay.Event{Kind: pay.Startup, At: r.clock.now()})
	r.expect(r.run(back, time.Hour), pay.Succeeded, 700)
	sent := 0
	for _, e := range r.Journal() {
		if e.Op == "pay" {
			sent++
		}
	}
	if sent != 1 {
		t.Errorf("%d payments were sent", sent)
	}
}

func TestATerminalThatHasForgottenProvesNothing(t *testing.T) {
	r := newRig(t, nil)
	a := r.attempt(700)
	a.SubmittedAt = r.clock.now()
	r.clock.advance(forgets - time.Minute)
	if o, err := r.p.Query(context.Background(), a.Ref()); err != nil || o.Outcome != pay.NotFound {
		t.Errorf("%s %v", o, err)
	}
	r.clock.advance(2 * time.Minute)
	if o, err := r.p.Query(context.Background(), a.Ref()); err != nil || o.Outcome != pay.Unknown {
		t.Errorf("%s %v", o, err)
	}
}

func TestServiceIDsAreShortAndNew(t *testing.T) {
	r := newRig(t, nil)
	seen := map[string]bool{}
	other := r.form()
	other.SaleID = "till-2"
	second := r.provider(other)
	for i := range 3000 {
		for _, id := range []string{r.p.paymentID(int64(i+1), "x"), second.paymentID(int64(i+1), "x"), refundID(fmt.Sprint(i)), r.p.freshID(), r.p.paymentID(0, fmt.Sprint(i))} {
			if len(id) != 10 || strings.Trim(id, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" || seen[id] {
				t.Fatalf("%q", id)
			}
			seen[id] = true
		}
	}
	if again := refundID("a"); r.p.paymentID(7, "x") != r.p.paymentID(7, "y") || again != refundID("a") {
		t.Error("a number changes")
	}
	// the count was lost and begins anew: the old answer is not taken for the new payment's
	a, _ := r.submit(r.attempt(500))
	r.seq = 0
	again := r.attempt(500)
	again.No = "another"
	again, o := r.submit(again)
	if again.State != pay.InDoubt || a.State != pay.Succeeded {
		t.Errorf("%s %s %s", a.State, again.State, o)
	}
}

func TestOnePaymentAtATime(t *testing.T) {
	r := newRig(t, nil)
	r.p.busy.Lock()
	if _, err := r.p.Submit(context.Background(), r.attempt(5), nil); !errors.Is(err, pay.ErrNotSent) {
		t.Error(err)
	}
	r.p.busy.Unlock()
	r.play("hangup never")
	first, _ := r.submit(r.attempt(5))
	second, _ := r.submit(r.attempt(6))
	if first.State != pay.AwaitingPayer || second.State != pay.Failed || second.Reason != pay.Busy {
		t.Errorf("%s, %s %s", first.State, second.State, second.Reason)
	}
}
