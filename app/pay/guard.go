package pay

import (
	"errors"
	"fmt"

	"suanpan/app/money"
)

// Errors of the guards.
var (
	ErrAttemptOpen = errors.New("pay: an earlier attempt for this tender is still open")
	ErrNothingPaid = errors.New("pay: attempt is not paid")
	ErrOverRefund  = errors.New("pay: refunds above the amount paid")
	ErrAmount      = errors.New("pay: amount must be above zero, in the attempt's currency")
	ErrMayBeUndone = errors.New("pay: a cancel under way could still take the money back")
	ErrOrderClosed = errors.New("pay: the order does not want this money any more")
	ErrTimingWrong = errors.New("pay: timing cannot be used")
)

// Judge says what an observation is to an attempt (G1): only a verified statement about our own number, our merchant and our
// amount counts for what it says. Everything else is doubt, except that another amount under our own number is a Mismatch.
func Judge(a Attempt, via Via, o Observation) EventKind {
	switch {
	case !o.Verified:
		return ObsUnknown
	case o.OwnNo != "" && o.OwnNo != a.No:
		return ObsUnknown // about somebody else's order
	case o.Merchant != "" && o.Merchant != a.Merchant:
		return ObsUnknown
	}
	switch o.Outcome {
	case Pending:
		return ObsPending
	case NotFound:
		return ObsNotFound
	case Declined:
		return ObsDeclined
	case Closed:
		if o.OwnNo == "" {
			return ObsUnknown
		}
		return ObsClosed
	case Authorized, Success:
		return judgeMoney(a, o)
	case Accepted, Refused:
		if via != ByCancel {
			return ObsUnknown
		}
		if o.Outcome == Refused {
			return CancelRefused
		}
		return CancelOK
	}
	return ObsUnknown
}

// judgeMoney compares the order's total and not what the payer paid after coupons.
func judgeMoney(a Attempt, o Observation) EventKind {
	switch {
	case o.OwnNo == "" || o.Merchant == "" || o.Amount == (money.Amount{}):
		return ObsUnknown
	case o.Amount != a.Amount:
		return Mismatch
	case o.Outcome == Authorized:
		return ObsAuthorized
	case o.Refunds && a.Refunds == 0:
		return ProviderRefunded
	}
	return ObsSuccess
}

// MayStart is G3: it refuses a new attempt while another one for the same tender is wanted, except in the same offer (empty:
// none), where the first to be paid wins and sets the others aside. A manager may override it, with a reason: what is open
// is then set aside by a CashierCancel with Aside, recorded by the caller.
func MayStart(others []Attempt, offer string) error {
	for _, a := range others {
		if a.Wanted() && (offer == "" || a.Offer != offer) {
			return fmt.Errorf("attempt %s is %s: %w", a.No, a.State, ErrAttemptOpen)
		}
	}
	return nil
}

// Wanted reports whether the attempt may still bring money that its order waits for. Late money on its way back is not, and
// neither is an attempt that was set aside because something else was paid.
func (a Attempt) Wanted() bool { return a.State.Open() && a.State != Refunding && !a.Aside }

// Refundable is what G4 leaves of an attempt: the amount paid less its refunds, open ones included.
func Refundable(a Attempt, rows []Refund) money.Amount {
	left := money.Of(0, a.Amount.Currency)
	if a.State != Succeeded && a.State != LateSuccess && a.State != Refunding {
		return left
	}
	left = a.Amount
	for _, r := range rows {
		if r.State.Open() || r.State == RefundPaid {
			left = left.Sub(r.Amount)
		}
	}
	return left
}

// MayAccept is G5: late money may be kept only if the order is still open and nothing can take the money back, that is, no
// cancel was ever sent, or each one that was sent got a definite refusal and a question asked after that was answered "paid". A
// cancel whose answer was lost may take effect at any later time, whatever was said to the ones after it.
func MayAccept(a Attempt, orderOpen bool) error {
	switch {
	case !orderOpen, a.Aside:
		return ErrOrderClosed
	case a.Undo.Sent == 0:
		return nil
	case a.Undo.Refusals == a.Undo.Sent && a.Asked.PaidAsOf.After(a.Undo.RefusedAt):
		return nil
	}
	return ErrMayBeUndone
}
