package paytest

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"suanpan/app/pay"
)

// Card is the harness of a card terminal. Charges and Net of the embedded harness answer for the whole terminal: it knows no
// own numbers of ours.
type Card struct {
	Harness
	Restart func() pay.Provider // the same terminal, met by a program that remembers nothing
	Number  string              // the card number that the fault "unmasked" shows
	// Alive reports whether the program still runs; nil means always. Nothing is written down by one that does not.
	Alive func() bool
}

// RunCard is the suite for card terminals. Each part gets a fresh harness.
func RunCard(t *testing.T, fresh func(t *testing.T) Card) {
	for _, p := range []struct {
		name string
		run  func(*cardTill)
	}{
		{"a payment is paid once", func(u *cardTill) { cardPaid(u) }},
		{"in single bytes", func(u *cardTill) { cardPaid(u, "fragment") }},
		{"in joined packets", func(u *cardTill) { cardPaid(u, "join") }},
		{"a status that comes again changes nothing", func(u *cardTill) { cardPaid(u, "dup_status") }},
		{"a lost acknowledgement is given again", func(u *cardTill) { cardPaid(u, "lost_ack*1") }},
		{"the bank refuses", func(u *cardTill) { cardRefused(u, "decline", pay.OtherReason) }},
		{"the card cannot be read", func(u *cardTill) { cardRefused(u, "unreadable", pay.CardUnreadable) }},
		{"the payer gives up", func(u *cardTill) { cardRefused(u, "abort", pay.PayerRefused) }},
		{"the terminal fails", func(u *cardTill) { cardRefused(u, "system_error", pay.OtherReason) }},
		{"the terminal is busy", func(u *cardTill) { cardRefused(u, "refuse(83)", pay.NothingSent) }},
		{"another amount is not taken", func(u *cardTill) { cardRefused(u, "wrong_amount", pay.Mismatched) }},
		{"an acknowledgement that is never heard is no money", cardDeaf},
		{"nothing sent is no doubt", cardNotSent},
		{"a cashier who gives up stops the terminal", cardGivenUp},
		{"a payer who is faster than the cashier has paid", cardRace},
		{"a payment whose end is lost is found again", func(u *cardTill) { cardFound(u, false) }},
		{"a restart asks and never sends again", func(u *cardTill) { cardFound(u, true) }},
		{"a payment that never arrived is closed as such", cardLost},
		{"what cannot be written down is not taken", cardUnwritten},
		{"the same own number charges once", cardTwice},
		{"one payment is never taken for another", cardOthers},
		{"a payment goes back whole", cardReversed},
		{"refunds in parts add up", cardParts},
		{"a refund whose end is lost is given once", cardRefundLost},
		{"card numbers are kept nowhere", cardNumbers},
	} {
		t.Run(p.name, func(t *testing.T) {
			h := fresh(t)
			p.run(&cardTill{till: newTill(t, h.Harness), h: h, p: h.Provider})
		})
	}
}

// cardTill is a till whose terminal speaks while Submit is under way.
type cardTill struct {
	*till
	h     Card
	p     pay.Provider
	lock  sync.Mutex
	disk  []byte                 // the attempt as it was last written
	full  func(pay.Attempt) bool // the disk fails for what would be this attempt
	heard chan struct{}          // closed at the first words of the terminal
	once  sync.Once
	log   strings.Builder
}

var errDisk = errors.New("paytest: the disk is full")

func (u *cardTill) step(e pay.Event) error {
	u.lock.Lock()
	defer u.lock.Unlock()
	if u.h.Alive != nil && !u.h.Alive() {
		return errDisk
	}
	if next, _ := pay.Step(u.a, e); u.full != nil && u.full(next) {
		return errDisk
	}
	u.till.step(e)
	text, err := json.Marshal(u.a)
	if err != nil {
		return err
	}
	obs, err := json.Marshal(e.Obs)
	u.log.Write(text)
	u.log.Write(obs)
	u.log.WriteString(string(e.Obs.Raw))
	u.disk = text
	return err
}

func (u *cardTill) begin(id string) {
	u.heard, u.once = make(chan struct{}), sync.Once{}
	u.till.begin(id)
	u.disk, _ = json.Marshal(u.a)
}

// send makes the one call of Submit, with a settle that writes.
func (u *cardTill) send() {
	u.t.Helper()
	begun := u.h.Now()
	u.lock.Lock()
	a := u.a
	u.lock.Unlock()
	o, err := u.p.Submit(context.Background(), a, func(_ context.Context, o pay.Observation) error {
		err := u.step(pay.Answered(pay.BySubmit, o, nil, begun, u.h.Now()))
		if o.Code != "" {
			u.once.Do(func() { close(u.heard) })
		}
		return err
	})
	_ = u.step(pay.Answered(pay.BySubmit, o, err, begun, u.h.Now())) // a disk that fails here leaves a doubt
}

// rest does whatever is due until the attempt rests.
func (u *cardTill) rest(most time.Duration) {
	u.t.Helper()
	u.till.h.Provider = u.p
	u.till.run(most)
}

// reload is a new process: what was on the disk, and a provider that remembers nothing.
func (u *cardTill) reload() {
	u.t.Helper()
	u.lock.Lock()
	defer u.lock.Unlock()
	u.a = pay.Attempt{}
	if err := json.Unmarshal(u.disk, &u.a); err != nil {
		u.t.Fatal(err)
	}
	u.h.Alive, u.full = nil, nil
	u.p = u.h.Restart()
	u.till.step(pay.Event{Kind: pay.Startup, At: u.h.Now()})
}

func cardPaid(u *cardTill, words ...string) {
	u.h.Fault(words...)
	u.begin("paid")
	u.send()
	u.expect(pay.Succeeded, 1, u.h.Amount.Minor)
	if u.a.ProviderTxn == "" || u.a.Slip == "" || u.a.Memo == "" {
		u.t.Errorf("not whole: txn %q slip %q memo %q", u.a.ProviderTxn, u.a.Slip, u.a.Memo)
	}
	o, err := u.p.Query(context.Background(), u.a.Ref())
	if err != nil || pay.Judge(u.a, pay.ByQuery, o) != pay.ObsSuccess {
		u.t.Errorf("asked again: %s %v", o, err)
	}
}

func cardRefused(u *cardTill, word string, why pay.Reason) {
	u.h.Fault(word)
	u.begin("refused")
	u.send()
	u.expect(pay.Failed, u.h.Charges(""), 0)
	if u.a.Reason != why {
		u.t.Errorf("reason %q, want %q", u.a.Reason, why)
	}
	u.h.Fault()
	u.begin("after it")
	u.effects = map[pay.EffectKind]int{}
	u.send()
	u.expect(pay.Succeeded, u.h.Charges(""), u.h.Amount.Minor)
}

func cardDeaf(u *cardTill) {
	u.h.Fault("deaf")
	u.begin("deaf")
	u.send()
	u.h.Fault()
	u.rest(soon)
	if u.a.State != pay.Failed && u.a.State != pay.Canceled {
		u.t.Errorf("rests in %s", u.a.State)
	}
	u.expect(u.a.State, u.h.Charges(""), 0)
}

func cardNotSent(u *cardTill) {
	u.begin("not sent")
	u.p = u.h.Dead
	u.send()
	u.expect(pay.Failed, 0, 0)
	if u.a.Reason != pay.NothingSent {
		u.t.Errorf("reason %q", u.a.Reason)
	}
}

// underway begins a payment of which the payer takes for ever, and gives it up.
func (u *cardTill) underway() {
	u.t.Helper()
	u.begin("given up")
	done := make(chan struct{})
	go func() { defer close(done); u.send() }()
	<-u.heard
	o, err := u.p.Query(context.Background(), u.a.Ref())
	if err != nil || o.Outcome != pay.Pending {
		u.t.Errorf("asked meanwhile: %s %v", o, err)
	}
	for _, k := range []pay.EventKind{pay.CashierCancel, pay.CancelSent} {
		if err := u.step(pay.Event{Kind: k, At: u.h.Now()}); err != nil {
			u.t.Fatal(err)
		}
	}
	u.lock.Lock()
	ref := u.a.Ref()
	u.lock.Unlock()
	o, err = u.p.(pay.Canceler).Cancel(context.Background(), ref)
	_ = u.step(pay.Answered(pay.ByCancel, o, err, u.h.Now(), u.h.Now()))
	<-done
}

func cardGivenUp(u *cardTill) {
	u.h.Fault("never")
	u.underway()
	u.rest(soon)
	u.expect(pay.Failed, 0, 0)
}

func cardRace(u *cardTill) {
	u.h.Fault("never", "pay_wins_cancel_race")
	u.underway()
	if u.a.State != pay.LateSuccess {
		u.t.Fatalf("%s\n%s", u.a.State, strings.Join(u.events, "\n"))
	}
	u.h.Fault()
	if err := u.step(pay.Event{Kind: pay.PolicyRefund, At: u.h.Now()}); err != nil {
		u.t.Fatal(err)
	}
	if r := u.runRefund(pay.LateRefund(u.a, u.h.Now())); r.State != pay.RefundPaid {
		u.t.Fatalf("late refund is %s %s", r.State, r.WireMsg)
	}
	_ = u.step(pay.Event{Kind: pay.RefundDone, At: u.h.Now()})
	u.expect(pay.Refunded, 1, 0)
}

func cardFound(u *cardTill, restart bool) {
	u.h.Fault("cut_after_ack*1")
	u.begin("found")
	u.send()
	if u.a.State.Final() {
		u.t.Fatalf("a lost end made it %s", u.a.State)
	}
	if restart {
		u.reload()
	}
	u.rest(soon)
	u.expect(pay.Succeeded, 1, u.h.Amount.Minor)
}

func cardLost(u *cardTill) {
	u.h.Fault("drop_before*1")
	u.begin("lost")
	u.send()
	u.rest(soon)
	u.expect(pay.Canceled, 0, 0)
	if u.a.Reason != pay.NeverArrived {
		u.t.Errorf("reason %q", u.a.Reason)
	}
}

func cardUnwritten(u *cardTill) {
	u.begin("unwritten")
	u.full = func(next pay.Attempt) bool { return next.ProviderTxn != "" && next.State == pay.AwaitingPayer }
	u.send()
	u.full = nil
	u.rest(soon)
	u.expect(pay.Failed, 0, 0)
}

func cardTwice(u *cardTill) {
	u.begin("twice")
	sent := u.a
	u.send()
	o, err := u.p.Submit(context.Background(), sent, nil)
	if err != nil || o.Outcome != pay.Success {
		u.t.Errorf("again: %s %v", o, err)
	}
	u.expect(pay.Succeeded, 1, u.h.Amount.Minor)
}

// cardOthers: two payments of the same amount, the first of which never arrived.
func cardOthers(u *cardTill) {
	u.begin("earlier")
	u.send()
	u.expect(pay.Succeeded, 1, u.h.Amount.Minor)
	u.h.Fault("drop_before*1")
	u.effects = map[pay.EffectKind]int{}
	u.begin("lost")
	u.send()
	lost := u.a
	u.begin("too soon")
	if u.send(); u.a.State != pay.Failed || u.a.Reason != pay.NothingSent {
		u.t.Errorf("a payment began while another was in doubt: %s %s", u.a.State, u.a.Reason)
	}
	u.a = lost
	u.rest(soon)
	u.expect(pay.Canceled, 1, u.h.Amount.Minor)
	lost = u.a
	u.begin("next")
	u.effects = map[pay.EffectKind]int{}
	u.send()
	u.expect(pay.Succeeded, 2, 2*u.h.Amount.Minor)
	for range 2 {
		o, err := u.p.Query(context.Background(), lost.Ref())
		if err != nil || pay.Judge(lost, pay.ByQuery, o) == pay.ObsSuccess {
			u.t.Errorf("the lost one is %s %v", o, err)
		}
	}
}
