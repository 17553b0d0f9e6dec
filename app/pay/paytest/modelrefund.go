package paytest

import (
	"context"

	"suanpan/app/pay"
)

// Refund gives back once per own number.
func (m *Model) Refund(ctx context.Context, r pay.Refund) (pay.Observation, error) {
	return m.call(ctx, "refund", r.PaymentNo, func() pay.Observation {
		e := m.book[r.PaymentNo]
		o := m.say(r.No, nil, pay.Declined)
		o.Amount = r.Amount
		if e == nil || e.state != taken {
			return o
		}
		if m.Gone {
			o.Outcome = pay.Abnormal
			return o
		}
		if _, known := e.refunds[r.No]; known {
			o.Outcome = pay.Success
			return o
		}
		left := e.amount.Minor - r.Amount.Minor
		for _, back := range e.refunds {
			left -= back.Minor
		}
		if left >= 0 {
			e.refunds[r.No] = r.Amount
			o.Outcome = pay.Accepted
		}
		return o
	})
}

// QueryRefund asks for the truth about a refund.
func (m *Model) QueryRefund(ctx context.Context, r pay.Refund) (pay.Observation, error) {
	return m.call(ctx, "refund_query", r.PaymentNo, func() pay.Observation {
		o := m.say(r.No, nil, pay.NotFound)
		o.Amount = r.Amount
		if e := m.book[r.PaymentNo]; e != nil {
			if _, known := e.refunds[r.No]; known {
				o.Outcome = pay.Success
			} else if m.Gone {
				o.Outcome = pay.Abnormal
			}
		}
		return o
	})
}
