// Package paytest is the suite that every payment provider passes against a peer that speaks the real wire. It also holds
// the shortest till that runs an attempt as package pay asks for it.
package paytest

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"suanpan/app/money"
	"suanpan/app/pay"
)

// Harness is one provider and its peer, both on one virtual clock.
type Harness struct {
	Provider pay.Provider
	Dead     pay.Provider // the same provider, pointed to where nobody listens
	Flow     pay.Flow
	Amount   money.Amount  // an everyday amount, paid at once
	Code     func() string // a fresh payer's code; nil where the flow has none
	// Scan is a payer who scans a code that we show and pays at once; an error where it cannot be paid. ByQR only.
	Scan    func(qr string) error
	Now     func() time.Time
	Advance func(time.Duration)
	// Fault sets what goes wrong from now on, in the words of payments/sandbox; none makes the peer calm.
	Fault func(words ...string)
	// Charges and Net ask the peer's own books about an own number: how often money was taken, and what is left of it.
	Charges func(no string) int
	Net     func(no string) int64
	// Without names what this wire cannot have: "stale_ts" where an answer carries no time, "PAYERROR" where a payer who gives
	// up is not told apart from one who waits, so that the end is a cancel and no refusal.
	Without []string
	// Kept is everything that was logged so far, for the search for secrets. May be nil.
	Kept func() string
}

// till runs one attempt.
type till struct {
	t       *testing.T
	h       Harness
	a       pay.Attempt
	code    string
	events  []string
	effects map[pay.EffectKind]int
	rows    []pay.Refund
}

func newTill(t *testing.T, h Harness) *till {
	return &till{t: t, h: h, effects: map[pay.EffectKind]int{}}
}

// begin plans and commits an attempt, and does not yet send it.
func (u *till) begin(id string) {
	u.t.Helper()
	if u.h.Code != nil {
		u.code = u.h.Code()
	}
	u.a = pay.NewAttempt(u.h.Provider, pay.Plan{
		ID: id, Order: "order", Tender: "tender", Till: "till1", Title: "Suanpan 测试店", Amount: u.h.Amount, Flow: u.h.Flow,
		Code: pay.Hide(u.code), At: u.h.Now(),
	})
	u.step(pay.Event{Kind: pay.Submitted, At: u.h.Now()})
}

// send makes the one call of Submit.
func (u *till) send(p pay.Provider) pay.Observation {
	u.t.Helper()
	begun := u.h.Now()
	o, err := submit(p, u.a)
	e := pay.Answered(pay.BySubmit, o, err, begun, u.h.Now())
	u.step(e)
	return e.Obs
}

// submit makes the call that begins an attempt of either flow.
func submit(p pay.Provider, a pay.Attempt) (pay.Observation, error) {
	if a.Flow == pay.ByQR {
		return p.(pay.Presenter).Present(context.Background(), a)
	}
	return p.Submit(context.Background(), a, func(context.Context, pay.Observation) error { return nil })
}

func (u *till) step(e pay.Event) {
	u.t.Helper()
	was := u.a.State
	var fx []pay.Effect
	u.a, fx = pay.Step(u.a, e)
	kind := e.Kind
	if e.Via != "" && e.Kind != pay.NotSent {
		kind = pay.EventKind(string(e.Via) + ":" + e.Obs.Outcome.String())
	}
	u.events = append(u.events, fmt.Sprintf("%s+%s=%s", was, kind, u.a.State))
	for _, f := range fx {
		u.effects[f.Kind]++
		if f.Kind == pay.Review && f.Reason == pay.Unlisted {
			u.t.Errorf("unlisted: %s in %s", kind, was)
		}
	}
}

// run does whatever is due until the attempt rests, or until so much virtual time is over.
func (u *till) run(most time.Duration) {
	u.t.Helper()
	end := u.h.Now().Add(most)
	for range 500 {
		due, ok := pay.Next(u.a, u.h.Provider.Timing(u.a.Flow))
		if !ok || due.At.After(end) || u.a.State == pay.NeedsReview {
			return
		}
		if wait := due.At.Sub(u.h.Now()); wait > 0 {
			u.h.Advance(wait)
		}
		u.do(due)
	}
	u.t.Errorf("does not rest: %s", strings.Join(u.events, " "))
}

func (u *till) do(due pay.Due) {
	u.t.Helper()
	if e, isEvent := due.Event(u.h.Now()); isEvent {
		u.step(e)
	}
	begun := u.h.Now()
	switch due.Do {
	case pay.DoQuery:
		o, err := u.h.Provider.Query(context.Background(), u.a.Ref())
		u.step(pay.Answered(pay.ByQuery, o, err, begun, u.h.Now()))
	case pay.DoCancel:
		o, err := u.h.Provider.(pay.Canceler).Cancel(context.Background(), u.a.Ref())
		u.step(pay.Answered(pay.ByCancel, o, err, begun, u.h.Now()))
	}
}

// refund opens a row and runs it until it rests.
func (u *till) refund(id string, minor int64) pay.Refund {
	u.t.Helper()
	var r pay.Refund
	var err error
	u.a, r, err = pay.StartRefund(u.a, u.rows, pay.RefundPlan{ID: id, Amount: money.Of(minor, u.a.Amount.Currency), Words: "returned",
		Gap: u.h.Provider.Caps().RefundGap, At: u.h.Now()})
	if err != nil {
		u.t.Fatal(err)
	}
	r = u.runRefund(r)
	u.rows = append(u.rows, r)
	return r
}

func (u *till) runRefund(r pay.Refund) pay.Refund {
	u.t.Helper()
	giver := u.h.Provider.(pay.Refunder)
	for range 50 {
		due, ok := pay.NextRefund(r, u.h.Provider.Timing(u.a.Flow))
		if !ok {
			return r
		}
		if wait := due.At.Sub(u.h.Now()); wait > 0 {
			u.h.Advance(wait)
		}
		begun, via := u.h.Now(), pay.ByRefund
		ask := giver.Refund
		if due.Do == pay.DoAskRefund {
			via, ask = pay.ByQuery, giver.QueryRefund
		}
		o, err := ask(context.Background(), r)
		was := r.State
		var fx []pay.Effect
		r, fx = pay.StepRefund(r, pay.Answered(via, o, err, begun, u.h.Now()))
		u.events = append(u.events, fmt.Sprintf("%s+%s=%s", was, o, r.State))
		for _, f := range fx {
			u.effects[f.Kind]++
		}
	}
	u.t.Errorf("refund does not rest: %s", strings.Join(u.events, " "))
	return r
}

// expect compares where the attempt rests with what the peer's books say.
func (u *till) expect(state pay.State, charges int, net int64) {
	u.t.Helper()
	if u.a.State != state {
		u.t.Errorf("attempt rests in %s (%s), want %s", u.a.State, u.a.Reason, state)
	}
	if got := u.h.Charges(u.a.No); got != charges {
		u.t.Errorf("the peer charged %d times, want %d", got, charges)
	}
	if got := u.h.Net(u.a.No); got != net {
		u.t.Errorf("the peer's books hold %d, want %d", got, net)
	}
	if posts := u.effects[pay.Post]; (posts == 1) != (u.a.State == pay.Succeeded) || posts > 1 {
		u.t.Errorf("%d entries for an attempt that is %s", posts, u.a.State)
	}
	if u.t.Failed() {
		u.t.Log(strings.Join(u.events, "\n"))
	}
}
