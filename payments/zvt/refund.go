package zvt

import (
	"context"
	"errors"
	"fmt"

	"suanpan/app/money"
	"suanpan/app/pay"
)

// single runs one command in a dialogue of its own. An error says that the terminal did not begin, or that it is not known
// how it ended (ending.err is then the same).
func (p *Provider) single(ctx context.Context, a apdu, judge func(context.Context, fields) error) (ending, error) {
	if err := p.take(ctx); err != nil {
		return ending{}, fmt.Errorf("%w: %w", err, pay.ErrNotSent)
	}
	defer p.leave()
	l, err := p.open(ctx)
	if err != nil {
		p.forget()
		return ending{}, fmt.Errorf("%w: %w", err, pay.ErrNotSent)
	}
	defer l.close()
	d := dialogue{link: l, t: p.s.Timers, judge: judge}
	e := d.run(a)
	if e.err != nil {
		p.forget()
	}
	return e, e.err
}

// Refund implements pay.Refunder. The whole of a payment that the terminal's day still holds is reversed by its receipt
// number (06 30): the terminal itself does that once only. Anything else is a refund (06 31), for which the payer shows the
// card; it names no payment, so that after a crash only a person can say whether it was given.
func (p *Provider) Refund(ctx context.Context, r pay.Refund) (pay.Observation, error) {
	p.mu.Lock()
	done, again := p.ended[r.No]
	p.mu.Unlock()
	if again {
		return done, nil
	}
	if !p.s.takes(r.Amount.Currency) || r.Amount.Minor <= 0 || r.Amount.Minor > r.Paid.Minor {
		return pay.Observation{Outcome: pay.Declined, Verified: true, OwnNo: r.No, Merchant: p.s.merchant(), Reason: pay.OverLimit}, nil
	}
	m := parseMemo(r.Memo)
	if p.reversible(r, m) {
		command := append(p.password(), 0x87)
		receipt, _ := pack(m.Receipt)
		return p.giveBack(ctx, r, apdu{cmdReverse, append(command, receipt...)})
	}
	return p.giveBack(ctx, r, apdu{cmdRefund, append(p.password(), p.amount(r.Amount)...)})
}

// reversible reports whether 06 30 can undo the payment: whole, on its own day, before the day was closed here.
func (p *Provider) reversible(r pay.Refund, m memo) bool {
	b, ok := pack(m.Receipt)
	p.mu.Lock()
	defer p.mu.Unlock()
	return ok && len(b) == 2 && r.Amount == r.Paid && !p.closed && m.Day == p.s.Now().In(p.s.Zone).Format("2006-01-02")
}

// giveBack runs a reversal or refund and remembers what was the last receipt before it.
func (p *Provider) giveBack(ctx context.Context, r pay.Refund, command apdu) (pay.Observation, error) {
	if other := p.barred(r.No); other != "" {
		return pay.Observation{}, fmt.Errorf("zvt refund %s: payment %s is in doubt at this terminal: %w", r.No, other, pay.ErrNotSent)
	}
	if err := p.take(ctx); err != nil {
		return pay.Observation{}, fmt.Errorf("zvt refund %s: %w: %w", r.No, err, pay.ErrNotSent)
	}
	result := make(chan pay.Observation, 1)
	go func() { // a caller that stops waiting does not stop the terminal
		defer p.leave()
		result <- p.giving(context.WithoutCancel(ctx), r, command)
	}()
	select {
	case o := <-result:
		if o.Reason == pay.NothingSent {
			return pay.Observation{}, fmt.Errorf("zvt refund %s: %s: %w", r.No, o.Msg, pay.ErrNotSent)
		}
		return o, nil
	case <-ctx.Done():
		return pay.Observation{Msg: "still at the terminal"}, nil
	}
}

// giving holds the turn.
func (p *Provider) giving(ctx context.Context, r pay.Refund, command apdu) pay.Observation {
	nothing := func(err error) pay.Observation {
		p.forget()
		return pay.Observation{Reason: pay.NothingSent, Msg: err.Error()}
	}
	l, err := p.open(ctx)
	if err != nil {
		return nothing(err)
	}
	defer l.close()
	last, err := p.baseline(l)
	if err != nil {
		return nothing(err)
	}
	p.mu.Lock()
	p.before[r.No] = last
	p.mu.Unlock()
	e := (&dialogue{link: l, t: p.s.Timers, judge: func(_ context.Context, f fields) error {
		if v, ok := f.minor(); ok && v != r.Amount.Minor {
			return errMoney
		}
		return nil
	}}).run(command)
	o := p.observe(r.No, r.Amount.Currency, e.status)
	o.Slip = e.text()
	code, told := e.status.result()
	switch {
	case e.paid():
		o.Outcome, o.Amount = pay.Success, r.Amount
	case errors.Is(e.err, errRefused):
		o.Outcome, o.Verified, o.Reason, o.Msg = pay.Declined, true, pay.NotAllowed, e.err.Error()
	case e.err != nil, e.acked:
		p.forget()
		return pay.Observation{Msg: fmt.Sprint("no end: ", e.err)}
	case told && code != resultOK:
		o.Outcome, o.Reason, o.Amount = pay.Declined, pay.NotRefunded, money.Amount{}
	case e.aborted:
		o.Outcome, o.Verified, o.Reason, o.Code = pay.Declined, true, pay.NotRefunded, literal(e.code)
	}
	p.remember("")
	if o.Verified && o.Outcome == pay.Success {
		p.keep(r.No, o)
	}
	return o
}

// QueryRefund implements pay.Refunder: the repeated receipt (06 20). It knows a reversal by the trace number of what it undid,
// in every process; a refund by card only in the process that sent it.
func (p *Provider) QueryRefund(ctx context.Context, r pay.Refund) (pay.Observation, error) {
	p.mu.Lock()
	done, known := p.ended[r.No]
	last, mine := p.before[r.No]
	p.mu.Unlock()
	if known {
		return done, nil
	}
	f, err := p.lastReceipt(ctx)
	if err != nil {
		return pay.Observation{Msg: err.Error()}, nil
	}
	m := parseMemo(r.Memo)
	o := p.observe(r.No, r.Amount.Currency, f)
	code, _ := f.result()
	p.mu.Lock()
	owner := p.mine[key(f)]
	p.mu.Unlock()
	switch {
	case owner != "" && owner != r.No && owner != r.PaymentNo:
		return pay.Observation{Msg: "the terminal's last receipt belongs to another payment"}, nil
	case f.original() != "" && f.original() == m.Trace && code == resultOK && f.receipt() != m.Receipt:
		o.Outcome, o.Amount = pay.Success, r.Amount
		p.keep(r.No, o)
	case mine && f.receipt() == last, f.receipt() == m.Receipt && m.Receipt != "":
		o = pay.Observation{Outcome: pay.NotFound, Verified: true, OwnNo: r.No, Merchant: p.s.merchant()}
	case mine && f.original() == "" && o.Amount == r.Amount && code == resultOK:
		o.Outcome = pay.Success
		p.keep(r.No, o)
	case mine && code != resultOK:
		o.Outcome, o.Reason, o.Amount = pay.Declined, pay.NotRefunded, money.Amount{}
	default:
		o = pay.Observation{Msg: "the terminal's last receipt does not tell; look into its journal"}
	}
	return o, nil
}

// Capture implements pay.Capturer: 06 24 books a reservation. It asks first whether that has been done.
func (p *Provider) Capture(ctx context.Context, r pay.Ref, amount money.Amount) (pay.Observation, error) {
	return p.follow(ctx, r, cmdBook, amount, pay.Success)
}

// unreserve gives a reservation back (06 25).
func (p *Provider) unreserve(ctx context.Context, r pay.Ref) (pay.Observation, error) {
	return p.follow(ctx, r, cmdUnreserve, r.Amount, pay.Closed)
}

// follow acts on a reservation by its receipt number.
func (p *Provider) follow(ctx context.Context, r pay.Ref, c control, amount money.Amount, then pay.Outcome) (pay.Observation, error) {
	m := parseMemo(r.Memo)
	receipt, ok := pack(m.Receipt)
	if !ok || len(receipt) != 2 {
		return pay.Observation{Msg: "the reservation's receipt number is not known"}, nil
	}
	f, err := p.lastReceipt(ctx)
	if err != nil {
		return pay.Observation{Msg: err.Error()}, nil
	}
	if code, _ := f.result(); f.original() == m.Trace && m.Trace != "" && code == resultOK && f.receipt() != m.Receipt {
		return p.recognise(r, m, f), nil
	}
	data := append(append(p.password(), 0x87), receipt...)
	data = append(data, p.amount(amount)...)
	e, err := p.single(ctx, apdu{c, data}, nil)
	o := p.observe(r.No, amount.Currency, e.status)
	o.Slip = e.text()
	switch {
	case errors.Is(err, errRefused):
		return pay.Observation{Outcome: pay.Refused, Verified: true, OwnNo: r.No, Merchant: p.s.merchant(), Msg: err.Error()}, nil
	case err != nil:
		return pay.Observation{Msg: err.Error()}, nil
	case !e.paid():
		o.Outcome, o.Amount = pay.Unknown, money.Amount{}
		return o, nil
	}
	o.Outcome, o.Amount, o.Memo = then, amount, m.String()
	o.ProviderTxn = txn(m.Receipt, m.Trace)
	if then == pay.Closed {
		o.Amount = money.Amount{}
	}
	p.remember("")
	p.keep(r.No, o)
	return o, nil
}
