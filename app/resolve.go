package app

import (
	"context"

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
		who := t.staff.ID
		if t.by != "" {
			who = t.by
		}
		a, err = t.step(a, pay.Event{Kind: pay.Resolve, At: t.now, To: to, Staff: who, Note: reason})
		return paymentOf(a), err
	})
}
