package app

import (
	"context"
	"errors"
	"slices"
	"strings"

	"suanpan/app/pay"
	"suanpan/app/shift"
)

// DecideLate says what happens to money that came after we had given up on it, instead of waiting for the time limit: it is
// kept for its order, where no cancel can take it back any more (G5), or goes back at once.
func (s *Shop) DecideLate(ctx context.Context, id string, keep bool) (Payment, error) {
	return change(ctx, s, "pay.decide", [2]any{id, keep}, func(t *turn) (Payment, error) {
		if err := t.need(shift.Sell); err != nil {
			return Payment{}, err
		}
		a, err := t.Attempt(id)
		if err != nil {
			return Payment{}, err
		}
		if a.State != pay.LateSuccess {
			return Payment{}, refuse("not_late", nil, "state", string(a.State))
		}
		e := pay.Event{Kind: pay.PolicyRefund, At: t.now, Staff: t.staff.ID}
		if keep {
			open, err := t.wants(a)
			if err != nil {
				return Payment{}, err
			}
			if err := pay.MayAccept(a.Attempt, open); err != nil {
				return Payment{}, refuse("late_not_safe", err)
			}
			e.Kind, e.OrderOpen = pay.PolicyAccept, true
		}
		a, err = t.step(a, e)
		return paymentOf(a), err
	})
}

// ResolvePayment ends a review by a manager's word: to is SUCCEEDED, CANCELED or REFUNDING. It is recorded as forced.
func (s *Shop) ResolvePayment(ctx context.Context, id string, to pay.State, reason string) (Payment, error) {
	return change(ctx, s, "pay.resolve", [3]string{id, string(to), reason}, func(t *turn) (Payment, error) {
		if err := t.need(shift.Resolve); err != nil {
			return Payment{}, err
		}
		a, err := t.Attempt(id)
		if err != nil {
			return Payment{}, err
		}
		if a.State != pay.NeedsReview || len(reason) == 0 {
			return Payment{}, refuse("not_in_review", nil, "state", string(a.State))
		}
		if a.Aside && to == pay.Succeeded {
			return Payment{}, refuse("paid_otherwise", pay.ErrOrderClosed, "order", a.Order)
		}
		a, err = t.step(a, pay.Event{Kind: pay.Resolve, At: t.now, To: to, Staff: t.who(), Note: reason})
		return paymentOf(a), err
	})
}

// setAside takes back what may still bring money to an order, by a manager's word and with a reason, so that the customer can
// pay in another way (G3). What was set aside is withdrawn, and goes back by itself if it is paid nevertheless.
func (t *turn) setAside(ask TenderAsk) error {
	reason := strings.TrimSpace(ask.Override)
	if reason == "" {
		return nil
	}
	if err := t.selling(); err != nil {
		return err
	}
	o, err := t.open(ask.Order, false)
	if err != nil {
		return err
	}
	list, err := t.AttemptsOf(o.ID)
	if err != nil {
		return err
	}
	list = slices.DeleteFunc(list, func(a Attempt) bool { return !a.Wanted() })
	if len(list) == 0 {
		return nil
	}
	if err := t.need(shift.ChargeOver); err != nil {
		return err
	}
	var ids []string
	for _, a := range list {
		ids = append(ids, a.ID)
		if _, err := t.step(a, pay.Event{Kind: pay.CashierCancel, At: t.now, Aside: true, Staff: t.who(), Note: reason}); err != nil {
			return err
		}
	}
	_, err = t.fact("payment.override", map[string]any{"order": o.ID, "payments": ids, "reason": reason, "approved": t.by})
	return err
}

// who is the person whose word counts: the one who approved, else the one who is signed on.
func (t *turn) who() string {
	if t.by != "" {
		return t.by
	}
	return t.staff.ID
}

// reviewed refuses to end a shift over payments that want a person, unless a supervisor signs off on them by name.
func (t *turn) reviewed() error {
	open, err := t.OpenAttempts()
	if err != nil {
		return err
	}
	var ids []string
	for _, a := range open {
		if a.State == pay.NeedsReview {
			ids = append(ids, a.ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	if err := t.need(shift.InReview); err != nil {
		var e *Error
		if errors.As(err, &e) && e.Data != nil {
			e.Data["count"], e.Data["payments"] = len(ids), ids
		}
		return err
	}
	_, err = t.fact("payment.signed_off", map[string]any{"payments": ids, "approved": t.by})
	return err
}
