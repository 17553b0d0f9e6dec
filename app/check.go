package app

import (
	"context"
	"time"

	"suanpan/app/pay"
)

// ToCheck is one thing that is not decided: a payment, or one refund of it.
type ToCheck struct {
	Payment
	Refund string          `json:"refund,omitempty"`       // the row's id; then Minor is what goes back
	Back   pay.RefundState `json:"refund_state,omitempty"` // its state
	Next   pay.Act         `json:"next,omitempty"`         // what is done by itself; empty: a person, or nothing before the payer
	At     time.Time       `json:"next_at,omitzero"`
}

// ToCheckList is the "to check" list with what is done next and when, oldest first: open payments, and refunds under way (X15, X17).
func (s *Shop) ToCheckList(ctx context.Context) ([]ToCheck, error) {
	open, err := view(ctx, s, func(v View) ([]Attempt, error) { return v.OpenAttempts() })
	if err != nil {
		return nil, err
	}
	var out []ToCheck
	for _, a := range open {
		var next []due
		if p := s.provider(a.Provider); p != nil { // one that is configured no more asks nothing
			next = dues(a, p.Timing(a.Flow))
		}
		if a.State.Open() || a.Unacked {
			c := ToCheck{Payment: paymentOf(a)}
			c.Next, c.At = soonest(next, "")
			out = append(out, c)
		}
		for _, r := range a.Backs {
			if !r.State.Open() {
				continue
			}
			c := ToCheck{Payment: paymentOf(a), Refund: r.ID, Back: r.State}
			c.Minor, c.Since, c.Reason, c.Words = r.Amount.Minor, r.Made, string(r.Reason), r.WireMsg
			c.Next, c.At = soonest(next, r.ID)
			out = append(out, c)
		}
	}
	return out, nil
}

// soonest is what comes next about an attempt (empty) or one of its refunds.
func soonest(list []due, refund string) (do pay.Act, at time.Time) {
	for _, d := range list {
		if d.refund == refund && (at.IsZero() || d.At.Before(at)) {
			do, at = d.Do, d.At
		}
	}
	return do, at
}
