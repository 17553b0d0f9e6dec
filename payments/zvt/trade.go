package zvt

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"suanpan/app/money"
	"suanpan/app/pay"
)

// Submit implements pay.Provider: 06 01, or 06 22 where the settings say two steps. The dialogue outlives ctx; what it comes
// to is then told to settle.
//
// Three things are written down, in this order: the terminal's last receipt before anything is asked of it; the new receipt
// before the terminal is told that we have it (commit before acknowledgement); that it is paid, after the terminal has
// ended the dialogue. A till that dies between them asks for the last receipt and finds what the terminal holds true.
func (p *Provider) Submit(ctx context.Context, a pay.Attempt, settle pay.Settle) (pay.Observation, error) {
	if settle == nil {
		settle = func(context.Context, pay.Observation) error { return nil }
	}
	p.mu.Lock()
	done, again := p.ended[a.No]
	p.mu.Unlock()
	if again {
		return done, nil
	}
	switch {
	case a.Flow != pay.ByCard:
		return pay.Observation{}, fmt.Errorf("zvt %s: flow %s: %w", a.No, a.Flow, pay.ErrNotSent)
	case !p.s.takes(a.Amount.Currency) || a.Amount.Minor <= 0 || a.Amount.Minor > 999_999_999_999:
		return pay.Observation{}, fmt.Errorf("zvt %s: cannot take %s: %w", a.No, a.Amount, pay.ErrNotSent)
	}
	if err := p.take(ctx); err != nil {
		return pay.Observation{}, fmt.Errorf("zvt %s: %w: %w", a.No, err, pay.ErrNotSent)
	}
	if other := p.barred(a.No); other != "" {
		p.leave()
		return pay.Observation{}, fmt.Errorf("zvt %s: payment %s is in doubt at this terminal: %w", a.No, other, pay.ErrNotSent)
	}
	l, err := p.open(ctx)
	if err != nil {
		p.leave()
		p.forget()
		return pay.Observation{}, fmt.Errorf("zvt %s: %w: %w", a.No, err, pay.ErrNotSent)
	}
	mine := &live{no: a.No, abort: make(chan struct{}), obs: p.pending(a.No, "", "")}
	p.mu.Lock()
	p.live = mine
	p.mu.Unlock()
	heard := make(chan pay.Observation) // unbuffered: either the caller takes it, or settle does
	go func() {
		o := p.pay(context.WithoutCancel(ctx), l, a, mine, settle)
		select {
		case heard <- o:
		case <-ctx.Done():
			if o.Outcome != pay.Unknown {
				_ = settle(context.WithoutCancel(ctx), o) // where the disk fails, the next query finds it again
			}
		}
	}()
	select {
	case o := <-heard:
		return o, nil
	case <-ctx.Done():
		return p.pending(a.No, "", "still at the terminal"), nil
	}
}

func (p *Provider) pending(no, code, words string) pay.Observation {
	return pay.Observation{Outcome: pay.Pending, Verified: true, OwnNo: no, Merchant: p.s.merchant(), Code: code, Msg: words}
}

// pay runs the dialogue on an open link and gives back the turn.
func (p *Provider) pay(ctx context.Context, l *link, a pay.Attempt, mine *live, settle pay.Settle) (o pay.Observation) {
	defer func() {
		l.close()
		proven := o.Verified && o.Outcome != pay.Unknown
		if proven {
			p.keep(a.No, o)
		} else {
			p.forget()
		}
		p.doubt(a.No, !proven)
		p.mu.Lock()
		p.live = nil
		p.mu.Unlock()
		p.leave()
	}()
	m := memo{Held: p.s.TwoStep}
	var err error
	if m.Before, err = p.baseline(l); err != nil {
		return p.unsent(a, err)
	}
	first := p.pending(a.No, "", "")
	first.Memo = m.String()
	if err := settle(ctx, first); err != nil {
		return p.unsent(a, err)
	}
	select {
	case <-mine.abort:
		return p.unsent(a, errors.New("given up before it was sent"))
	default:
	}
	var telling sync.WaitGroup
	defer telling.Wait() // no word of it comes after its end
	shown := ""
	d := dialogue{link: l, t: p.s.Timers, abort: mine.abort, heard: func(code byte, words string) {
		o := p.pending(a.No, "04FF"+literal(code), words)
		p.mu.Lock()
		mine.obs = o
		p.mu.Unlock()
		if shown != o.Code+o.Msg {
			shown = o.Code + o.Msg
			telling.Go(func() { _ = settle(ctx, o) }) // words for the cashier: the terminal does not wait for them
		}
	}}
	d.judge = func(ctx context.Context, f fields) error {
		o, err := p.judge(a, f, m)
		if err != nil {
			return err
		}
		return settle(ctx, o)
	}
	command := apdu{cmdAuthorize, p.amount(a.Amount)}
	if p.s.TwoStep {
		command.ctrl = cmdReserve
	}
	command.data = append(command.data, p.mirror(m.Before)...)
	return p.conclude(a, d.run(command), m)
}

// baseline is the terminal's last receipt number, from memory or from the terminal.
func (p *Provider) baseline(l *link) (string, error) {
	p.mu.Lock()
	last := p.last
	p.mu.Unlock()
	if last != "" {
		return last, nil
	}
	f, err := p.repeat(l)
	if err != nil {
		return "", err
	}
	if last = f.receipt(); last == "" {
		last = noReceipt
	}
	p.remember(last)
	return last, nil
}

func (p *Provider) remember(last string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.last = last
}

// unsent is the end of a payment of which no byte left: a refusal, not a doubt.
func (p *Provider) unsent(a pay.Attempt, why error) pay.Observation {
	p.forget()
	return pay.Observation{Outcome: pay.Declined, Verified: true, OwnNo: a.No, Merchant: p.s.merchant(), Reason: pay.NothingSent, Msg: why.Error()}
}

// errMoney refuses a status that speaks of other money, or of another terminal.
var errMoney = errors.New("zvt: the status speaks of another amount or terminal")

// judge turns a status that says "paid" into what must be on the disk before it is acknowledged.
func (p *Provider) judge(a pay.Attempt, f fields, m memo) (pay.Observation, error) {
	if v, ok := f.minor(); ok && v != a.Amount.Minor {
		return pay.Observation{}, errMoney
	}
	if !p.ours(f) || f.receipt() == "" {
		return pay.Observation{}, errMoney
	}
	m = p.found(m, f)
	o := p.pending(a.No, "040F", f.card())
	o.ProviderTxn, o.Memo, o.Raw, o.ProviderState = key(f), m.String(), f.kept(), "status 00"
	return o, nil
}

// found is the memo of a payment whose receipt is known.
func (p *Provider) found(m memo, f fields) memo {
	m.Receipt, m.Trace, m.Day = f.receipt(), f.trace(), p.day(f)
	return m
}

// conclude says what an ended dialogue proves.
func (p *Provider) conclude(a pay.Attempt, e ending, m memo) pay.Observation {
	o := p.observe(a.No, a.Amount.Currency, e.status)
	o.Slip = e.text()
	code, told := e.status.result()
	switch {
	case e.paid():
		m = p.found(m, e.status) // the judge may be writing still where the line broke: it has a memo of its own
		o.Outcome, o.Memo, o.Amount = pay.Success, m.String(), a.Amount
		if p.s.TwoStep {
			o.Outcome = pay.Authorized
		}
		p.mu.Lock()
		p.closed = false
		p.mu.Unlock()
		p.remember(m.Receipt)
		return o
	case errors.Is(e.err, errRefused):
		o.Outcome, o.Verified, o.Reason, o.Msg = pay.Declined, true, pay.Busy, e.err.Error()
		p.forget()
		return o
	case e.err != nil, e.acked:
		o.Outcome, o.Msg = pay.Unknown, "no end"
		if e.err != nil {
			o.Msg = e.err.Error()
		}
		return o
	case told && code != resultOK:
		o.Outcome, o.Reason, o.Amount = pay.Declined, reasonOf(code), money.Amount{}
	case e.aborted:
		o.Outcome, o.Verified, o.Reason = pay.Declined, true, reasonOf(e.code)
		o.Code, o.ProviderState = literal(e.code), "abort "+literal(e.code)
	}
	switch {
	case errors.Is(e.refused, errMoney):
		o.Reason = pay.Mismatched
	case e.refused != nil:
		o.Reason, o.Msg = pay.OtherReason, "reversed: it could not be written down"
	}
	p.mu.Lock()
	p.last = "" // a refused payment may have used up a receipt number
	p.mu.Unlock()
	return o
}
