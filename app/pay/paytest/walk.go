package paytest

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"suanpan/app/pay"
)

// Walk runs whole tenders against the peer with faults, crashes and impatient people drawn at random, and then compares
// the till's books with the peer's. A failing run prints its own short form.
func Walk(t *testing.T, fresh func(t *testing.T) Harness) {
	n := 0
	rapid.Check(t, func(rt *rapid.T) {
		n++
		w := &walk{rt: rt, h: fresh(t), tender: fmt.Sprint("tender", n)}
		w.h.Fault(rapid.SliceOfN(rapid.SampledFrom(wildFaults()), 0, 6).Draw(rt, "faults")...)
		for range rapid.IntRange(1, 3).Draw(rt, "attempts") {
			w.attempt()
		}
		w.h.Fault()
		w.calm()
		w.check()
	})
}

func wildFaults() []string {
	return []string{
		"any:commit_then_drop%40", "any:drop_before%40", "any:commit_then_500%40", "any:slow_body%30", "any:unsigned_200%40",
		"any:unsigned_400%40", "any:bad_sig%40", "any:wrong_serial%30", "any:stale_ts%30", "any:tampered_amount%40",
		"any:other_order%30", "any:html_captive_portal%30", "any:wrong_amount%10", "202_userpaying(1,SUCCESS)%60",
		"202_userpaying(0,never)%60", "202_userpaying(1,PAYERROR)%50", "reverse_refused(2)", "reverse_late(20s)*1", "reverse_late(90s)*1", "reverse_lies%50",
		"202_userpaying(0,never)", "pay_wins_cancel_race", "pay_wins_cancel_race%50", "refund_abnormal%20", "decline(NOTENOUGH)%30", "decline(WHO_KNOWS)%30",
	}
}

// walk is a till whose memory is what it last committed.
type walk struct {
	rt      *rapid.T
	h       Harness
	tender  string
	tries   []pay.Attempt
	row     map[string]pay.Refund // late refunds by attempt
	ledger  map[string]int64      // by own number of the attempt
	proven  map[string]bool
	settled string // the attempt that paid the order
	story   []string
}

func (w *walk) attempt() {
	if pay.MayStart(w.tries, "") != nil || w.settled != "" {
		return
	}
	code := ""
	if w.h.Code != nil {
		code = w.h.Code()
	}
	a := pay.NewAttempt(w.h.Provider, pay.Plan{ID: fmt.Sprint(w.tender, "-", len(w.tries)), Tender: w.tender, Till: "till1", Title: "店",
		Amount: w.h.Amount, Flow: w.h.Flow, Code: pay.Hide(code), At: w.h.Now()})
	w.tries = append(w.tries, a)
	i := len(w.tries) - 1
	w.commit(i, pay.Event{Kind: pay.Submitted, At: w.h.Now()})
	if w.crash(i, "after the commit, before the call") {
		w.patience(i)
		return
	}
	p := w.h.Provider
	if rapid.IntRange(0, 9).Draw(w.rt, "line") == 0 {
		p = w.h.Dead
	}
	begun := w.h.Now()
	o, err := submit(p, w.tries[i])
	if !w.crash(i, "after the call, before its commit") {
		w.commit(i, pay.Answered(pay.BySubmit, o, err, begun, w.h.Now()))
	}
	w.patience(i)
}

// patience runs timers, with a person who may interfere, for a while.
func (w *walk) patience(i int) {
	for range rapid.IntRange(0, 25).Draw(w.rt, "patience") {
		if rapid.IntRange(0, 8).Draw(w.rt, "cashier") == 0 {
			w.commit(i, pay.Event{Kind: pay.CashierCancel, At: w.h.Now()})
		}
		if w.h.Scan != nil && w.tries[i].QR != "" && rapid.IntRange(0, 12).Draw(w.rt, "payer") == 0 {
			_ = w.h.Scan(w.tries[i].QR) // too late, perhaps
		}
		if !w.once(i, 10*time.Minute) {
			return
		}
	}
}

// once does the next thing that is due within the horizon.
func (w *walk) once(i int, horizon time.Duration) bool {
	a := w.tries[i]
	due, ok := pay.Next(a, w.h.Provider.Timing(a.Flow))
	if !ok || due.At.Sub(w.h.Now()) > horizon {
		return false
	}
	if wait := due.At.Sub(w.h.Now()); wait > 0 {
		w.h.Advance(wait)
	}
	if a.State == pay.LateSuccess && due.Do == pay.DoDecide {
		w.decide(i)
		return true
	}
	if e, isEvent := due.Event(w.h.Now()); isEvent {
		w.commit(i, e)
		if w.crash(i, "after "+string(e.Kind)) {
			return true
		}
	}
	begun := w.h.Now()
	var o pay.Observation
	var err error
	via := pay.ByQuery
	switch due.Do {
	case pay.DoQuery:
		o, err = w.h.Provider.Query(context.Background(), w.tries[i].Ref())
	case pay.DoCancel:
		via = pay.ByCancel
		o, err = w.h.Provider.(pay.Canceler).Cancel(context.Background(), w.tries[i].Ref())
	default:
		return true
	}
	if !w.crash(i, "after "+string(via)) {
		w.commit(i, pay.Answered(via, o, err, begun, w.h.Now()))
	}
	return true
}

func (w *walk) decide(i int) {
	kind := pay.PolicyRefund
	if pay.MayAccept(w.tries[i], w.settled == "") == nil {
		kind = pay.PolicyAccept
	}
	w.commit(i, pay.Event{Kind: kind, OrderOpen: w.settled == "", At: w.h.Now()})
}

// commit is one transaction: the step, and every durable effect.
func (w *walk) commit(i int, e pay.Event) {
	was := w.tries[i]
	a, fx := pay.Step(was, e)
	w.tries[i] = a
	w.story = append(w.story, fmt.Sprintf("%s %s + %s/%s %s %s = %s", w.h.Now().Format("15:04:05"), was.State, e.Kind, e.Via, e.Obs.Outcome, e.Obs.Code, a.State))
	if w.ledger == nil {
		w.ledger, w.proven, w.row = map[string]int64{}, map[string]bool{}, map[string]pay.Refund{}
	}
	if e.Obs.Verified && e.Obs.Outcome == pay.Success && e.Obs.OwnNo == a.No && e.Obs.Amount == a.Amount {
		w.proven[a.No] = true
	}
	if was.State == pay.Succeeded && a.State != pay.Succeeded {
		w.fail("paid became %s", a.State)
	}
	for _, f := range fx {
		switch f.Kind {
		case pay.Post:
			w.ledger[a.No] += a.Amount.Minor
			if w.settled != "" {
				w.fail("the order is paid twice: %s and %s", w.settled, a.No)
			}
			w.settled = a.No
		case pay.PostLate:
			w.ledger[a.No] += a.Amount.Minor
		case pay.Unpost:
			w.ledger[a.No] -= a.Amount.Minor
		case pay.OpenRefund:
			w.open(a)
		case pay.Review:
			if f.Reason == pay.Unlisted {
				w.fail("unlisted: %s in %s", e.Kind, was.State)
			}
		}
	}
}

func (w *walk) open(a pay.Attempt) {
	if r, ok := w.row[a.No]; ok {
		w.row[a.No], _ = pay.StepRefund(r, pay.Event{Kind: pay.RefundRetry, At: w.h.Now()})
		return
	}
	w.row[a.No] = pay.LateRefund(a, w.h.Now())
}

// crash forgets everything that was not committed, now and then.
func (w *walk) crash(i int, where string) bool {
	if rapid.IntRange(0, 14).Draw(w.rt, "crash "+where) != 0 {
		return false
	}
	text, err := json.Marshal(w.tries[i])
	if err != nil {
		w.fail("%v", err)
	}
	var back pay.Attempt
	if err := json.Unmarshal(text, &back); err != nil {
		w.fail("%v", err)
	}
	w.tries[i] = back
	w.h.Advance(time.Duration(rapid.IntRange(0, 120).Draw(w.rt, "down for")) * time.Second)
	w.commit(i, pay.Event{Kind: pay.Startup, At: w.h.Now()})
	return true
}

// calm is the rest of the day: the line is good again, and everything open is brought to its end.
func (w *walk) calm() {
	for i := range w.tries {
		for n := 0; w.tries[i].State.Open(); n++ {
			if n > 300 {
				w.fail("%s is still %s", w.tries[i].No, w.tries[i].State)
			}
			if w.tries[i].State == pay.Refunding {
				w.giveBack(i)
				continue
			}
			if !w.once(i, 8*24*time.Hour) {
				w.fail("nothing moves %s", w.tries[i].State)
			}
		}
	}
}

func (w *walk) giveBack(i int) {
	a := w.tries[i]
	r := w.row[a.No]
	due, ok := pay.NextRefund(r, w.h.Provider.Timing(a.Flow))
	if !ok { // abnormal: people pay the money out in another way
		w.fail("late refund rests in %s while %s is %s", r.State, a.No, a.State)
	}
	if wait := due.At.Sub(w.h.Now()); wait > 0 {
		w.h.Advance(wait)
	}
	giver, via := w.h.Provider.(pay.Refunder), pay.ByRefund
	ask := giver.Refund
	if due.Do == pay.DoAskRefund {
		via, ask = pay.ByQuery, giver.QueryRefund
	}
	begun := w.h.Now()
	o, err := ask(context.Background(), r)
	r, fx := pay.StepRefund(r, pay.Answered(via, o, err, begun, w.h.Now()))
	w.row[a.No] = r
	w.story = append(w.story, fmt.Sprintf("  refund + %s = %s", o, r.State))
	for _, f := range fx {
		switch f.Kind {
		case pay.CounterPost:
			w.ledger[a.No] -= r.Amount.Minor
		case pay.TellAttempt:
			w.commit(i, pay.Event{Kind: f.Event, At: w.h.Now()})
		}
	}
}

// check compares the books, when whatever was still under way has arrived.
func (w *walk) check() {
	w.h.Advance(time.Hour)
	for _, a := range w.tries {
		if got := w.h.Net(a.No); got != w.ledger[a.No] {
			w.fail("%s is %s: the peer's books hold %d, ours %d", a.No, a.State, got, w.ledger[a.No])
		}
		if n := w.h.Charges(a.No); n > 1 {
			w.fail("%s was charged %d times", a.No, n)
		}
		if a.State == pay.Succeeded && !w.proven[a.No] {
			w.fail("%s was never proven", a.No)
		}
	}
}

func (w *walk) fail(format string, args ...any) {
	w.rt.Helper()
	for _, line := range w.story {
		w.rt.Log(line)
	}
	w.rt.Fatalf(format, args...)
}
