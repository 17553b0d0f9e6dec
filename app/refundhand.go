package app

import (
	"context"
	"strings"

	"suanpan/app/ledger"
	"suanpan/app/order"
	"suanpan/app/pay"
	"suanpan/app/shift"
)

// byProvider marks a refund that a person saw the provider give.
const byProvider = "provider"

// RefundByHand is a refund that a person acts on.
type RefundByHand struct {
	Payment string `json:"payment"`
	Refund  string `json:"refund"` // its own number or id
	Given   bool   `json:"given"`  // CloseRefund: whether the terminal's journal shows it
	Reason  string `json:"reason"`
}

// row finds the refund that a person may act on, in the state that it must have.
func (t *turn) row(ask RefundByHand, in pay.RefundState, code string) (Attempt, int, error) {
	if err := t.need(shift.PayOther); err != nil {
		return Attempt{}, -1, err
	}
	if strings.TrimSpace(ask.Reason) == "" {
		return Attempt{}, -1, refuse("reason_missing", nil)
	}
	a, err := t.Attempt(ask.Payment)
	if err != nil {
		return a, -1, err
	}
	i := a.backBy(ask.Refund)
	if i < 0 || a.Backs[i].State != in {
		return a, -1, refuse(code, ErrNoPayment, "refund", ask.Refund)
	}
	return a, i, nil
}

// RetryRefund asks the provider again about a refund that could not reach the payer: it may have been brought to its end in the
// provider's own pages.
func (s *Shop) RetryRefund(ctx context.Context, ask RefundByHand) (Payment, error) {
	return change(ctx, s, "pay.refund_retry", ask, func(t *turn) (Payment, error) {
		a, err := t.tryAgain(ask)
		return paymentOf(a), err
	})
}

func (t *turn) tryAgain(ask RefundByHand) (Attempt, error) {
	a, i, err := t.row(ask, pay.RefundAbnormal, "not_abnormal")
	if err != nil {
		return a, err
	}
	if _, err := t.fact("payment.refund_by_hand", map[string]any{"payment": a.ID, "refund": a.Backs[i].No, "act": "retry", "reason": ask.Reason, "staff": t.who()}); err != nil {
		return a, err
	}
	return t.stepRefund(a, i, pay.Event{Kind: pay.RefundRetry, At: t.now, Staff: t.who(), Note: ask.Reason})
}

// RefundToMerchant brings a refund that cannot reach the payer into the shop's own account at the provider, from where people
// pay it out. What came of it is asked for afterwards, like any refund; a refusal leaves the refund as it was.
func (s *Shop) RefundToMerchant(ctx context.Context, ask RefundByHand) (Payment, error) {
	var row pay.Refund
	key := "" // a repeat with the same key must not call the provider again
	a, err := change(ctx, s, "pay.refund_to_merchant", ask, func(t *turn) (Attempt, error) {
		a, i, err := t.row(ask, pay.RefundAbnormal, "not_abnormal")
		if err != nil {
			return a, err
		}
		if _, ok := t.s.provider(a.Provider).(pay.AbnormalRefunder); !ok {
			return a, refuse("no_abnormal_refund", nil, "method", a.Provider)
		}
		row, key = a.Backs[i], a.ID
		return t.tryAgain(ask)
	})
	if err != nil || key == "" {
		return paymentOf(a), err
	}
	call, end := context.WithTimeout(context.WithoutCancel(ctx), callTime)
	defer end()
	begun := s.p.Clock.Now()
	obs, err := s.provider(a.Provider).(pay.AbnormalRefunder).RefundToMerchant(call, row)
	refused := err == nil && (obs.Outcome == pay.Refused || obs.Outcome == pay.Declined)
	if refused {
		obs.Verified = false // it refuses this way out and says nothing about the refund; the question that follows does
	}
	if err := s.observeRefund(a.ID, row.ID, pay.Answered(pay.ByRefund, obs, err, begun, s.p.Clock.Now())); err != nil {
		return paymentOf(a), s.fault(err)
	}
	if refused {
		return paymentOf(a), refuse("abnormal_refused", nil, "method", a.Provider, "why", obs.Msg)
	}
	return s.Payment(ctx, a.ID)
}

// CloseRefund ends a refund in doubt that nothing on the wire can name any more (a refund by card whose terminal knows its last
// receipt only): a person looked into the terminal's journal and says whether it was given. It is recorded as done by hand.
func (s *Shop) CloseRefund(ctx context.Context, ask RefundByHand) (Payment, error) {
	return change(ctx, s, "pay.refund_close", ask, func(t *turn) (Payment, error) {
		a, i, err := t.row(ask, pay.RefundInDoubt, "not_in_doubt")
		if err != nil {
			return Payment{}, err
		}
		if p := t.s.provider(a.Provider); p == nil || !p.Caps().LastOnly {
			return Payment{}, refuse("provider_will_say", nil, "method", a.Provider)
		}
		if _, err := t.fact("payment.refund_by_hand", map[string]any{"payment": a.ID, "refund": a.Backs[i].No, "act": "close", "given": ask.Given, "reason": ask.Reason, "staff": t.who()}); err != nil {
			return Payment{}, err
		}
		e := pay.Event{Kind: pay.OperatorNot, At: t.now, Staff: t.who(), Note: byProvider}
		if ask.Given {
			e.Kind = pay.OperatorPaid
		}
		a, err = t.stepRefund(a, i, e)
		return paymentOf(a), err
	})
}

// givenFrom is the account out of which a refund was paid: what the provider owes us, unless a person paid it otherwise.
func givenFrom(a Attempt, e pay.Event) string {
	switch {
	case e.Kind != pay.OperatorPaid, e.Note == byProvider:
		return clearing(a)
	case e.Note == order.Cash:
		return ledger.CashInOut
	}
	return ledger.Bank
}
