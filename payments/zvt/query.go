package zvt

import (
	"context"
	"time"

	"suanpan/app/money"
	"suanpan/app/pay"
)

// Query implements pay.Provider: what the open dialogue says, else the repeated receipt (06 20).
func (p *Provider) Query(ctx context.Context, r pay.Ref) (pay.Observation, error) {
	p.mu.Lock()
	if p.live != nil && p.live.no == r.No {
		o := p.live.obs
		p.mu.Unlock()
		return o, nil
	}
	done, known := p.ended[r.No]
	p.mu.Unlock()
	if known {
		return done, nil // this process saw how it ended
	}
	none := pay.Observation{Outcome: pay.NotFound, Verified: true, OwnNo: r.No, Merchant: p.s.merchant()}
	m := parseMemo(r.Memo)
	if m.Before == "" {
		return none, nil // it is written down before anything is sent
	}
	p.doubt(r.No, true)
	f, err := p.lastReceipt(ctx)
	if err != nil {
		return pay.Observation{Msg: err.Error()}, nil
	}
	o := p.recognise(r, m, f)
	p.doubt(r.No, o.Outcome == pay.Unknown)
	if o.Outcome == pay.NotFound {
		none.Msg = o.Msg
		return none, nil
	}
	return o, nil
}

// lastReceipt asks the terminal on a connection of its own.
func (p *Provider) lastReceipt(ctx context.Context) (f fields, err error) {
	if err := p.take(ctx); err != nil {
		return f, err
	}
	defer p.leave()
	l, err := p.open(ctx)
	if err != nil {
		p.forget()
		return f, err
	}
	defer l.close()
	if f, err = p.repeat(l); err != nil {
		p.forget()
		return f, err
	}
	if p.remember(noReceipt); f.receipt() != "" {
		p.remember(f.receipt())
	}
	return f, nil
}

// recognise says what the terminal's last receipt proves about a payment.
func (p *Provider) recognise(r pay.Ref, m memo, f fields) pay.Observation {
	o := p.observe(r.No, r.Amount.Currency, f)
	receipt, at := f.receipt(), p.at(f)
	p.mu.Lock()
	owner := p.mine[key(f)]
	p.mu.Unlock()
	switch {
	case receipt == "" && m.Before == noReceipt, receipt == m.Before && receipt != m.Receipt:
		o.Outcome, o.Msg = pay.NotFound, "the terminal's last receipt is older"
		return o
	case owner != "" && owner != r.No:
		return pay.Observation{Outcome: pay.Unknown, Msg: "the terminal's last receipt belongs to another payment"}
	case m.Receipt == "" && f.original() != "":
		return pay.Observation{Outcome: pay.Unknown, Msg: "the terminal's last receipt undoes or books an earlier one"}
	case m.Receipt != "" && (receipt != m.Receipt || f.trace() != m.Trace) && (f.original() == "" || f.original() != m.Trace):
		return pay.Observation{Outcome: pay.Unknown, Msg: "the terminal's last receipt is another one"}
	case receipt == "", !at.IsZero() && at.Before(r.SubmittedAt.Add(-p.s.Slack)):
		return pay.Observation{Outcome: pay.Unknown, Msg: "the terminal's last receipt cannot be this payment's"}
	}
	code, ok := f.result()
	switch {
	case !ok:
	case code == resultOK:
		return p.recognised(r, m, f, o)
	case f.original() == "" || m.Receipt == "" || receipt == m.Receipt:
		o.Outcome, o.Reason, o.Amount = pay.Closed, pay.ByProvider, money.Amount{}
	}
	return o
}

// recognised is a last receipt that is this payment's and says "done": paid, reserved, booked, or given back.
func (p *Provider) recognised(r pay.Ref, m memo, f fields, o pay.Observation) pay.Observation {
	later := m.Receipt != "" && f.receipt() != m.Receipt && f.original() == m.Trace
	if later && m.Held && r.Void {
		return pay.Observation{Outcome: pay.Unknown, Msg: "booked or given back: the receipt does not say which"}
	}
	o.ProviderTxn, o.Refunds = txn(orText(m.Receipt, f.receipt()), orText(m.Trace, f.trace())), later && !m.Held
	m.Receipt, m.Trace = orText(m.Receipt, f.receipt()), orText(m.Trace, f.trace())
	if m.Day == "" {
		m.Day = p.day(f)
	}
	o.Outcome, o.Memo = pay.Success, m.String()
	if m.Held && !later {
		o.Outcome = pay.Authorized
	}
	if !o.Refunds && o.Verified && o.Amount == r.Amount {
		p.keep(r.No, o)
	}
	return o
}

func orText(a, b string) string {
	if a == "" {
		return b
	}
	return a
}

// day is the terminal's calendar day of a message.
func (p *Provider) day(f fields) string {
	at := p.at(f)
	if at.IsZero() {
		at = p.s.Now().In(p.s.Zone)
	}
	return at.Format("2006-01-02")
}

// Cancel implements pay.Canceler: 06 B0 into the open dialogue, 06 25 for a reservation. A payment that nobody holds open has
// nothing to abort; the query says how it ended.
func (p *Provider) Cancel(ctx context.Context, r pay.Ref) (pay.Observation, error) {
	p.mu.Lock()
	mine := p.live
	p.mu.Unlock()
	o := pay.Observation{Outcome: pay.Accepted, Verified: true, OwnNo: r.No, Merchant: p.s.merchant()}
	if mine != nil && mine.no == r.No {
		mine.once.Do(func() { close(mine.abort) })
		return o, nil
	}
	if r.Void {
		return p.unreserve(ctx, r)
	}
	if err := p.knock(ctx, cmdAbort); err != nil {
		return pay.Observation{Msg: err.Error()}, nil
	}
	return o, nil
}

// knock sends a command that is answered by 80 or 84 and no more: 06 B0 to a terminal that may still be busy with a dialogue
// that we lost, 06 02.
func (p *Provider) knock(ctx context.Context, c control) error {
	if err := p.take(ctx); err != nil {
		return err
	}
	defer p.leave()
	l, err := p.open(ctx)
	if err != nil {
		p.forget()
		return err
	}
	defer l.close()
	if err := l.send(apdu{ctrl: c}); err != nil {
		return err
	}
	wait := time.NewTimer(p.s.Timers.T3)
	defer wait.Stop()
	select {
	case _, open := <-l.in:
		if !open {
			return errLost
		}
		return nil
	case <-wait.C:
		return errSilent
	}
}
