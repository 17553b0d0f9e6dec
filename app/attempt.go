package app

import (
	"fmt"
	"slices"

	"suanpan/app/ledger"
	"suanpan/app/order"
	"suanpan/app/pay"
	"suanpan/app/shift"
)

// begin plans an attempt for an order and commits it, as sent: only after the commit may it leave (Shop.submit). The caller
// saves the order.
func (t *turn) begin(p pay.Provider, o *order.Order, plan pay.Plan) (Attempt, error) {
	if !p.Caps().Takes(o.Rules.Currency) {
		return Attempt{}, refuse("currency_refused", nil, "method", p.ID(), "currency", string(o.Rules.Currency))
	}
	if t.s.occupied(p, "") != "" {
		return Attempt{}, refuse("terminal_busy", nil, "method", p.ID())
	}
	conf := t.s.config()
	plan.Order, plan.Tender, plan.Till, plan.Shift, plan.Title, plan.At = string(o.ID), string(o.ID), conf.Till, t.shift.ID, conf.Shop, t.now
	a := Attempt{Staff: t.staff.ID, Attempt: pay.NewAttempt(p, plan)}
	var err error
	if a.Seq, err = t.Next("attempt"); err != nil {
		return a, err
	}
	a.Attempt, _ = pay.Step(a.Attempt, pay.Event{Kind: pay.Submitted, At: t.now})
	if err := t.PutAttempt(a); err != nil {
		return a, err
	}
	body := map[string]any{"payment": a.ID, "order": a.Order, "provider": a.Provider, "own_no": a.No, "amount": a.Amount}
	if a.Offer != "" {
		body["offer"] = a.Offer
	}
	if _, err := t.fact("payment.submitted", body); err != nil {
		return a, err
	}
	o.State = order.Paying
	t.tellPayment(a)
	return a, nil
}

// tellPayment tells that an attempt changed, and its offer with it.
func (t *turn) tellPayment(a Attempt) {
	t.tell(Event{Kind: PaymentChanged, Order: order.ID(a.Order), Payment: a.ID})
	if a.Offer == "" {
		return
	}
	t.tell(Event{Kind: OfferChanged, Order: order.ID(a.Order), Offer: a.Offer})
	t.after = append(t.after, func() {
		if t.s.codes[a.Offer] != nil {
			go t.s.chargeCode(t.s.codes[a.Offer])
		}
	})
}

// step moves an attempt, saves it, and carries out in the same transaction every effect that belongs there (pay.Effect).
// Calls are not made here: they follow from the saved attempt.
func (t *turn) step(a Attempt, e pay.Event) (Attempt, error) {
	was := a.State
	next, effects := pay.Step(a.Attempt, e)
	a.Attempt = next
	if a.State != was {
		if err := t.expectFee(&a); err != nil {
			return a, err
		}
		if _, err := t.fact("payment.state", map[string]any{"payment": a.ID, "from": was, "to": a.State, "event": e.Kind, "reason": a.Reason, "staff": e.Staff, "note": e.Note}); err != nil {
			return a, err
		}
	}
	if err := t.PutAttempt(a); err != nil {
		return a, err
	}
	t.tellPayment(a)
	t.after = append(t.after, t.s.poke)
	if a.State == pay.Succeeded && was != a.State && a.Offer != "" {
		if err := t.won(a); err != nil {
			return a, err
		}
	}
	for _, fx := range effects {
		var err error
		if a, err = t.effect(a, fx); err != nil {
			return a, fmt.Errorf("payment %s: %s: %w", a.ID, fx.Kind, err)
		}
	}
	if a.State != was && a.State.Final() && a.State != pay.Succeeded {
		return a, t.release(a)
	}
	return a, nil
}

// release opens an order again that waited for this attempt alone: nothing was taken, so its lines may change.
func (t *turn) release(a Attempt) error {
	o, _ := t.stillOpen(a)
	if o == nil || o.State != order.Paying || len(o.Tenders) > 0 {
		return nil
	}
	if other, err := t.pending(o.ID); err != nil || other != nil {
		return err
	}
	o.State = order.Open
	_, err := t.save(o, 0, headOnly)
	return err
}

func (t *turn) effect(a Attempt, fx pay.Effect) (Attempt, error) {
	switch fx.Kind {
	case pay.Post:
		return a, t.captured(a)
	case pay.PostLate:
		_, err := t.fact(factLate, about(a, fx), t.move(a, clearing(a), ledger.Deposit+":late", a.Amount.Minor)...)
		return a, err
	case pay.Unpost:
		_, err := t.fact(factUnlate, about(a, fx), t.move(a, ledger.Deposit+":late", clearing(a), a.Amount.Minor)...)
		return a, err
	case pay.OpenRefund:
		r := pay.LateRefund(a.Attempt, t.now)
		if i := a.back(r.ID); i >= 0 {
			return t.stepRefund(a, i, pay.Event{Kind: pay.RefundRetry, At: t.now})
		}
		a.Backs = append(a.Backs, r)
		return a, t.PutAttempt(a)
	case pay.Watch:
		if _, err := t.fact("payment.watch", about(a, fx)); err != nil {
			return a, err
		}
		return a, t.watching(a)
	case pay.ProviderRefund, pay.Review, pay.Note, pay.Alarm:
		_, err := t.fact("payment."+ledger.Kind(fx.Kind), about(a, fx))
		return a, err
	case pay.Accept:
		open, err := t.wants(a)
		if err != nil {
			return a, err
		}
		kind := pay.PolicyRefund
		if open && pay.MayAccept(a.Attempt, true) == nil {
			kind = pay.PolicyAccept
		}
		return t.step(a, pay.Event{Kind: kind, At: t.now, OrderOpen: open})
	}
	return a, nil
}

// stepRefund moves one refund row and what hangs on it.
func (t *turn) stepRefund(a Attempt, i int, e pay.Event) (Attempt, error) {
	next, effects := pay.StepRefund(a.Backs[i], e)
	was := a.Backs[i].State
	a.Backs[i] = next
	if err := t.PutAttempt(a); err != nil {
		return a, err
	}
	if next.State != was {
		if _, err := t.fact("payment.refund_state", map[string]any{"payment": a.ID, "refund": next.No, "from": was, "to": next.State, "reason": next.Reason}); err != nil {
			return a, err
		}
		t.tellPayment(a)
	}
	t.after = append(t.after, t.s.poke)
	for _, fx := range effects {
		var err error
		switch fx.Kind {
		case pay.CounterPost:
			owed := ledger.Deposit + ":refunds"
			if next.Source == pay.FromLate {
				owed = ledger.Deposit + ":late"
			}
			_, err = t.fact(factReturned, map[string]any{"payment": a.ID, "refund": next.No, "amount": next.Amount}, t.move(a, owed, givenFrom(a, e), next.Amount.Minor)...)
		case pay.TellAttempt:
			a, err = t.step(a, pay.Event{Kind: fx.Event, At: t.now})
		case pay.Review, pay.Note, pay.Alarm, pay.OfferNew:
			_, err = t.fact("payment.refund_"+ledger.Kind(fx.Kind), map[string]any{"payment": a.ID, "refund": next.No, "reason": fx.Reason})
		}
		if err != nil {
			return a, fmt.Errorf("refund %s: %s: %w", next.No, fx.Kind, err)
		}
	}
	return a, nil
}

func about(a Attempt, fx pay.Effect) map[string]any {
	return map[string]any{"payment": a.ID, "own_no": a.No, "order": a.Order, "provider": a.Provider, "amount": a.Amount, "provider_txn": a.ProviderTxn, "reason": fx.Reason}
}

// clearing is what the provider owes until it pays out.
func clearing(a Attempt) string { return ledger.Clearing + ":" + a.Provider }

func (t *turn) move(a Attempt, to, from string, minor int64) []ledger.Posting {
	return moved(to, from, minor, a.Amount.Currency)
}

// stillOpen returns the order of an attempt, when it still wants the money.
func (t *turn) stillOpen(a Attempt) (*order.Order, bool) {
	if o, ok := t.orders[order.ID(a.Order)]; ok {
		return o, o != nil && order.Calc(o).Due >= a.Amount.Minor
	}
	t.s.mu.Lock()
	o := t.s.orders[order.ID(a.Order)]
	t.s.mu.Unlock()
	if o == nil {
		return nil, false
	}
	return o.Clone(), order.Calc(o).Due >= a.Amount.Minor
}

// wants reports whether an order would take an attempt's late money: its order is open, and what is due is not expected from
// another attempt that is still open.
func (t *turn) wants(a Attempt) (bool, error) {
	o, open := t.stillOpen(a)
	if !open {
		return false, nil
	}
	list, err := t.AttemptsOf(o.ID)
	if err != nil {
		return false, err
	}
	list = slices.DeleteFunc(list, func(b Attempt) bool { return b.ID == a.ID })
	return order.Calc(expecting(o, list)).Due >= a.Amount.Minor, nil
}

// captured books proven money: the provider owes it, and the shop owes the customer until the sale is settled. The order
// gets its tender. An order that is not on the counter any more and has nothing due settles by itself (S13).
func (t *turn) captured(a Attempt) error {
	if _, err := t.fact(factCaptured, t.withFee(about(a, pay.Effect{}), a), t.move(a, clearing(a), ledger.Deposit+":orders", a.Amount.Minor)...); err != nil {
		return err
	}
	o, wants := t.stillOpen(a)
	if o == nil || !wants {
		_, err := t.fact("payment.review", about(a, pay.Effect{Reason: "order_closed"}))
		return err
	}
	o.Tenders = append(o.Tenders, order.Tender{ID: a.ID, Method: a.Provider, Minor: a.Amount.Minor, State: order.Succeeded, Ref: a.ProviderTxn})
	if _, err := t.save(o, 0, headOnly); err != nil {
		return err
	}
	t.s.mu.Lock()
	parked := t.s.current != o.ID
	t.s.mu.Unlock()
	if !parked || t.shift == nil || order.Calc(o).Due != 0 || o.State == order.Held {
		return nil
	}
	if a2, err := t.pending(o.ID); err != nil || a2 != nil {
		return err
	}
	if t.staff.ID != a.Staff { // the sale belongs to the one who made it
		who, err := getStaff(t, a.Staff)
		if err != nil {
			return err
		}
		was := t.staff
		t.staff = who
		defer func() { t.staff = was }()
	}
	if !t.staff.May(shift.Sell) {
		return nil
	}
	_, err := t.settle(o)
	return err
}
