package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"time"

	"suanpan/app/money"
	"suanpan/app/pay"
)

// script is one run.
type script struct {
	s    *Shop
	r    Rehearsal
	p    pay.Provider
	tell func(Acceptance)
	out  Acceptance
	paid pay.Attempt
}

// errStep ends a step with a word; errSkip says that the provider cannot.
type errStep struct {
	why string
	err error
}

func (e *errStep) Error() string { return e.why }
func (e *errStep) Unwrap() error { return e.err }

var errSkip = errors.New("app: the provider has no such ability")

func (r *script) do(ctx context.Context) {
	r.out = Acceptance{Provider: r.p.ID(), Merchant: r.p.Caps().Merchant, Where: r.r.Where, Own: r.r.Own, OK: true, At: r.s.p.Clock.Now()}
	steps := []struct {
		name string
		do   func(context.Context, *AcceptStep) error
	}{{"pay", r.pay}, {"query", r.query}, {"refund", r.refund}, {"reverse", r.reverse}, {"bill", r.bill}}
	for _, s := range steps {
		r.out.Steps = append(r.out.Steps, AcceptStep{Name: s.name, State: StepWaiting})
	}
	for i, s := range steps {
		step := &r.out.Steps[i]
		if !r.out.OK && s.name != "bill" { // what stands on a failed step proves nothing
			step.State, step.Why = StepSkipped, "after_failure"
			continue
		}
		step.State = StepRunning
		r.show()
		begun := r.s.p.Clock.Now()
		within, end := context.WithTimeout(ctx, acceptStepTime)
		err := s.do(within, step)
		end()
		step.MS = r.s.p.Clock.Now().Sub(begun).Milliseconds()
		var why *errStep
		switch {
		case err == nil:
			step.State = StepOK
		case errors.Is(err, errSkip):
			step.State, step.Why = StepSkipped, "no_ability"
		case errors.As(err, &why):
			step.State, step.Why, r.out.OK = StepFailed, why.why, false
			if why.err != nil {
				step.Note = why.err.Error()
			}
		default:
			step.State, step.Why, step.Note, r.out.OK = StepFailed, "not_sent", err.Error(), false
		}
		r.show()
	}
}

func (r *script) show() {
	if r.tell != nil {
		c := r.out
		c.Steps = append([]AcceptStep(nil), r.out.Steps...)
		r.tell(c)
	}
}

// sleep waits between questions.
func (r *script) sleep(ctx context.Context, seconds int) error {
	if r.r.Sleep != nil {
		return r.r.Sleep(ctx, seconds)
	}
	rest(ctx, time.Duration(seconds)*time.Second)
	return ctx.Err()
}

// keep adds an answer to the evidence.
func (step *AcceptStep) keep(o pay.Observation) {
	if o.ProviderTxn != "" {
		step.Txn = o.ProviderTxn
	}
	step.Code = o.Code
	raw := o.Raw
	sum := sha256.Sum256(raw)
	text := string(raw[:min(len(raw), evidenceMax)])
	step.Evidence = append(step.Evidence, fmt.Sprintf("%s sha256:%s %s", o, hex.EncodeToString(sum[:8]), text))
}

func (r *script) flow() (pay.Flow, bool) {
	c := r.p.Caps()
	for _, f := range []struct {
		flow pay.Flow
		can  bool
	}{{pay.ByCode, r.r.Code != nil}, {pay.ByCard, true}, {pay.ByQR, r.r.Scan != nil}} {
		if c.Offers(f.flow) && f.can {
			return f.flow, true
		}
	}
	return "", false
}

// begin starts an attempt and answers it with what the provider said first.
func (r *script) begin(ctx context.Context, step *AcceptStep) (pay.Attempt, error) {
	flow, ok := r.flow()
	switch {
	case !ok && static(r.p):
		return pay.Attempt{}, errSkip
	case !ok:
		return pay.Attempt{}, &errStep{why: "not_playable"}
	}
	now, currency := r.s.p.Clock.Now(), r.p.Caps().Currencies
	if len(currency) == 0 {
		return pay.Attempt{}, &errStep{why: "no_currency"}
	}
	a := pay.NewAttempt(r.p, pay.Plan{ID: NewID(), Seq: now.UnixMilli() % 100_000, Order: "acceptance", Till: r.s.config().Till, Title: r.s.config().Shop,
		Amount: money.Of(acceptMinor, currency[0]), Flow: flow, At: now})
	if flow == pay.ByCode {
		a.Code = r.r.Code()
	}
	code := a.Code
	a, _ = pay.Step(a, pay.Event{Kind: pay.Submitted, At: now})
	a.Code, step.OwnNo = code, a.No
	settle := func(context.Context, pay.Observation) error { return nil }
	var o pay.Observation
	var err error
	if presenter, ok := r.p.(pay.Presenter); ok && flow == pay.ByQR {
		if o, err = presenter.Present(ctx, a); err == nil {
			err = r.r.Scan(o.QR)
		}
	} else {
		o, err = r.p.Submit(ctx, a, settle)
	}
	if err != nil {
		return a, &errStep{"not_sent", err}
	}
	step.keep(o)
	a, _ = pay.Step(a, pay.Answered(pay.BySubmit, o, nil, now, r.s.p.Clock.Now()))
	return a, nil
}

// ask questions the provider until the attempt is decided.
func (r *script) ask(ctx context.Context, step *AcceptStep, a pay.Attempt) (pay.Attempt, error) {
	for range acceptAsks {
		if a.State == pay.Succeeded || a.State.Final() || a.State == pay.NeedsReview {
			return a, nil
		}
		if err := r.sleep(ctx, acceptPause); err != nil {
			return a, &errStep{"no_answer", err}
		}
		via, begun := pay.ByQuery, r.s.p.Clock.Now()
		var o pay.Observation
		var err error
		if taker, ok := r.p.(pay.Capturer); ok && a.State == pay.Reserved {
			via = pay.ByCapture
			o, err = taker.Capture(ctx, a.Ref(), a.Amount)
		} else {
			o, err = r.p.Query(ctx, a.Ref())
		}
		if err != nil {
			return a, &errStep{"not_sent", err}
		}
		step.keep(o)
		a, _ = pay.Step(a, pay.Answered(via, o, nil, begun, r.s.p.Clock.Now()))
	}
	return a, nil
}

func (r *script) pay(ctx context.Context, step *AcceptStep) error {
	a, err := r.begin(ctx, step)
	if err != nil {
		return err
	}
	if a, err = r.ask(ctx, step, a); err != nil {
		return err
	}
	if a.State != pay.Succeeded {
		return &errStep{why: "not_paid", err: errors.New(string(a.State) + " " + string(a.Reason) + " " + a.WireCode + " " + a.WireMsg)}
	}
	r.paid, step.Txn = a, a.ProviderTxn
	return nil
}

// query asks about what was paid: the answer must be proven, and be about this payment and this merchant (N9).
func (r *script) query(ctx context.Context, step *AcceptStep) error {
	if r.paid.ID == "" {
		return errSkip
	}
	step.OwnNo = r.paid.No
	o, err := r.p.Query(ctx, r.paid.Ref())
	if err != nil {
		return &errStep{"not_sent", err}
	}
	step.keep(o)
	switch {
	case !o.Verified:
		return &errStep{"not_proven", errors.New(o.Msg)}
	case o.Outcome != pay.Success, o.OwnNo != "" && o.OwnNo != r.paid.No, o.Merchant != "" && o.Merchant != r.paid.Merchant,
		!o.Amount.Zero() && o.Amount != r.paid.Amount:
		return &errStep{why: "another_payment"}
	}
	return nil
}

func (r *script) refund(ctx context.Context, step *AcceptStep) error {
	giver, ok := r.p.(pay.Refunder)
	if !ok || r.paid.ID == "" {
		return errSkip
	}
	amount := r.paid.Amount
	if r.p.Caps().PartialRefund {
		amount.Minor /= 2
	}
	return r.giveBack(ctx, step, giver, &r.paid, amount)
}

// giveBack refunds a part or the whole of a payment, and asks until that is decided.
func (r *script) giveBack(ctx context.Context, step *AcceptStep, giver pay.Refunder, of *pay.Attempt, amount money.Amount) error {
	a, row, err := pay.StartRefund(*of, nil, pay.RefundPlan{ID: NewID(), Amount: amount, Words: "acceptance", At: r.s.p.Clock.Now()})
	if err != nil {
		return &errStep{"refused", err}
	}
	*of, step.OwnNo = a, row.No
	o, err := giver.Refund(ctx, row)
	for range acceptAsks {
		if err != nil {
			return &errStep{"not_sent", err}
		}
		step.keep(o)
		switch {
		case o.Verified && o.Outcome == pay.Success:
			return nil
		case o.Verified && (o.Outcome == pay.Declined || o.Outcome == pay.Abnormal || o.Outcome == pay.Refused):
			return &errStep{"refused", errors.New(o.Code + " " + o.Msg)}
		}
		if err := r.sleep(ctx, acceptPause); err != nil {
			return &errStep{"no_answer", err}
		}
		o, err = giver.QueryRefund(ctx, row)
	}
	return &errStep{why: "no_answer"}
}

// reverse pays once more and takes it back at the age from which the provider allows it.
func (r *script) reverse(ctx context.Context, step *AcceptStep) error {
	canceler, ok := r.p.(pay.Canceler)
	if !ok || r.paid.ID == "" {
		return errSkip
	}
	a, err := r.begin(ctx, step)
	if err != nil {
		return err
	}
	if giver, ok := r.p.(pay.Refunder); ok && a.Flow == pay.ByCard && a.State == pay.Succeeded {
		return r.giveBack(ctx, step, giver, &a, a.Amount) // a terminal takes a finished payment back by reversing it whole
	}
	if wait := r.p.Timing(a.Flow).MinCancelAge; wait > 0 {
		step.Note = fmt.Sprint(int(wait/time.Second), " s")
		r.show()
		if err := r.sleep(ctx, int(wait/time.Second)+1); err != nil {
			return &errStep{"no_answer", err}
		}
	}
	ref := a.Ref()
	ref.Void = a.State == pay.Reserved
	o, err := canceler.Cancel(ctx, ref)
	for range acceptAsks {
		if err != nil {
			return &errStep{"not_sent", err}
		}
		step.keep(o)
		switch {
		case o.Verified && (o.Outcome == pay.Closed || o.Outcome == pay.Declined || o.Outcome == pay.NotFound):
			return nil
		case o.Verified && o.Outcome == pay.Refused:
			return &errStep{"refused", errors.New(o.Code + " " + o.Msg)}
		}
		if err := r.sleep(ctx, acceptPause); err != nil {
			return &errStep{"no_answer", err}
		}
		o, err = r.p.Query(ctx, a.Ref())
	}
	return &errStep{why: "not_reversed"}
}

// bill fetches the newest day that can have a bill, and reads it to its end: its hash and its sums must fit.
func (r *script) bill(ctx context.Context, step *AcceptStep) error {
	biller, ok := r.p.(pay.Biller)
	if !ok || len(r.p.Caps().Bills) == 0 {
		return errSkip
	}
	day := pay.Day(r.s.p.Clock.Now().Add(-24 * time.Hour).Format(time.DateOnly))
	body, meta, err := biller.Bill(ctx, day, r.p.Caps().Bills[0])
	if errors.Is(err, pay.ErrNoBill) {
		step.Note = err.Error()
		return nil
	}
	if err != nil {
		return &errStep{"no_bill", err}
	}
	rows := 0
	if reader, ok := r.p.(pay.BillReader); ok {
		var sum pay.BillSum
		if sum, err = reader.ReadBill(body, meta, func(pay.BillLine) error { return nil }); err == nil {
			rows = sum.Rows
		}
	} else {
		_, err = io.Copy(io.Discard, body)
	}
	if err = errors.Join(err, body.Close()); err != nil {
		return &errStep{"bad_bill", err}
	}
	step.Note = fmt.Sprintf("%s: %d", day, rows)
	return nil
}
