package app

import (
	"time"

	"suanpan/app/pay"
	"suanpan/app/reconcile"
)

// Movements reads what providers moved for us, one row for each payment and refund that left the till. The store keeps them
// with every PutAttempt, from Attempt.Movements.
type Movements interface {
	MovementByNo(no string) (reconcile.Ours, bool, error)
	MovementByTxn(provider, txn string, refund bool) (reconcile.Ours, bool, error)
	// MovementsIn visits those of a provider with standing Moved, from ≤ time < to, in order of time.
	MovementsIn(provider string, from, to time.Time, each func(reconcile.Ours) error) error
}

// Bills reads the parts of kept bills, from 0; false behind the last.
type Bills interface {
	BillPart(bill string, n int) ([]byte, bool, error)
}

// BillsTx keeps bills. A part is never changed.
type BillsTx interface {
	PutBillPart(bill string, n int, body []byte) error
	DropBill(bill string) error
}

// Movements are what the attempt and its refunds moved or may have moved; what never left the till is none.
func (a Attempt) Movements() []reconcile.Ours {
	if a.No == "" || a.State == pay.Created {
		return nil
	}
	out := make([]reconcile.Ours, 1, 1+len(a.Backs))
	out[0] = reconcile.Ours{No: a.No, Attempt: a.ID, Txn: a.ProviderTxn, Provider: a.Provider, Merchant: a.Merchant, Amount: a.Amount,
		Standing: standing(a.State), State: string(a.State), At: a.paidAt(), Flow: a.Flow, Fee: a.expectedFee()}
	for _, r := range a.Backs {
		if r.No == "" {
			continue
		}
		out = append(out, reconcile.Ours{No: r.No, Refund: true, Attempt: a.ID, Txn: r.ProviderTxn, Provider: r.Provider, Merchant: r.Merchant, Amount: r.Amount,
			Standing: refundStanding(r.State), State: string(r.State), At: r.ChangedAt, Flow: a.Flow, Fee: reconcile.NoFee})
	}
	return out
}

func (a Attempt) paidAt() time.Time {
	if a.PaidAt.IsZero() {
		return a.ChangedAt
	}
	return a.PaidAt
}

// expectedFee is the fee that was expected when the money came, minor units.
func (a Attempt) expectedFee() int64 {
	if a.Fee == nil || !a.Fee.Known {
		return reconcile.NoFee
	}
	return a.Fee.Minor
}

func standing(s pay.State) reconcile.Standing {
	switch s {
	case pay.Succeeded, pay.LateSuccess, pay.Refunding, pay.Refunded:
		return reconcile.Moved
	case pay.Created, pay.Canceled, pay.Failed:
		return reconcile.Nothing
	}
	return reconcile.Doubtful
}

func refundStanding(s pay.RefundState) reconcile.Standing {
	switch s {
	case pay.RefundPaid:
		return reconcile.Moved
	case pay.RefundRejected:
		return reconcile.Nothing
	}
	return reconcile.Doubtful
}
