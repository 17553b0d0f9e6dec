package app

import (
	"context"
	"strings"

	"suanpan/app/ledger"
	"suanpan/app/order"
	"suanpan/app/pay"
	"suanpan/app/shift"
)

// PaidOtherwise is a refund that the provider cannot bring to the payer, given back by a person.
type PaidOtherwise struct {
	Payment string `json:"payment"`
	Refund  string `json:"refund"` // its own number or id
	How     string `json:"how"`    // cash: out of this drawer; bank: a transfer
	Reason  string `json:"reason"`
}

// RefundOtherwise ends a refund that cannot reach the payer (REFUND_ABNORMAL): somebody gave the money back in cash or by
// transfer. It is recorded as done by hand. Cash leaves the drawer of the open shift.
func (s *Shop) RefundOtherwise(ctx context.Context, ask PaidOtherwise) (Payment, error) {
	return change(ctx, s, "pay.refund_otherwise", ask, func(t *turn) (Payment, error) {
		if err := t.need(shift.PayOther); err != nil {
			return Payment{}, err
		}
		if strings.TrimSpace(ask.Reason) == "" {
			return Payment{}, refuse("reason_missing", nil)
		}
		a, err := t.Attempt(ask.Payment)
		if err != nil {
			return Payment{}, err
		}
		i := a.backBy(ask.Refund)
		if i < 0 || a.Backs[i].State != pay.RefundAbnormal {
			return Payment{}, refuse("not_abnormal", ErrNoPayment, "refund", ask.Refund)
		}
		switch ask.How {
		case order.Cash:
			if t.shift == nil {
				return Payment{}, refuse("no_shift", shift.ErrNone)
			}
			r := a.Backs[i]
			body := cashMove{Minor: -r.Amount.Minor, Reason: strings.TrimSpace(ask.Reason), By: t.by}
			if _, err := t.fact(factCash, body, moved(ledger.Cash(t.shift.Drawer), ledger.CashInOut, -r.Amount.Minor, r.Amount.Currency)...); err != nil {
				return Payment{}, err
			}
			t.tell(Event{Kind: ShiftChanged})
		case ledger.Bank:
		default:
			return Payment{}, refuse("bad_params", nil, "why", "how is cash or bank")
		}
		a, err = t.stepRefund(a, i, pay.Event{Kind: pay.OperatorPaid, At: t.now, Staff: t.who(), Note: ask.How})
		return paymentOf(a), err
	})
}

// backBy finds a refund row by own number or id; −1 when there is none.
func (a Attempt) backBy(ref string) int {
	for i, r := range a.Backs {
		if r.No == ref || r.ID == ref {
			return i
		}
	}
	return -1
}
