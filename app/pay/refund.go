package pay

import (
	"fmt"
	"time"

	"suanpan/app/money"
)

// Source says who wanted a refund.
type Source string

// The sources.
const (
	FromShop     Source = "shop"     // a return or a correction
	FromLate     Source = "late"     // late money of an attempt goes back whole
	FromProvider Source = "provider" // given back there without our asking
)

// Refund is one refund of an attempt under one own number for ever. It is a value like Attempt and survives JSON.
type Refund struct {
	ID        string       `json:"id"`
	No        string       `json:"no"`      // own number
	Attempt   string       `json:"attempt"` // its ID
	Provider  string       `json:"provider"`
	Merchant  string       `json:"merchant"`
	PaymentNo string       `json:"payment_no"` // the attempt's own number
	Payment   string       `json:"payment,omitempty"`
	Paid      money.Amount `json:"paid"`   // the attempt's amount
	Amount    money.Amount `json:"amount"` // to give back, above zero
	Source    Source       `json:"source"`
	Words     string       `json:"words,omitempty"` // reason that the payer may read
	Memo      string       `json:"memo,omitempty"`  // of the attempt, for the provider

	State       RefundState `json:"state"`
	Reason      Reason      `json:"reason,omitempty"`
	Manual      bool        `json:"manual,omitempty"`
	ProviderTxn string      `json:"provider_txn,omitempty"` // the provider's refund number
	WireCode    string      `json:"wire_code,omitempty"`
	WireMsg     string      `json:"wire_msg,omitempty"`
	Made        time.Time   `json:"made"`
	NotBefore   time.Time   `json:"not_before,omitzero"` // the provider wants a pause between refunds of one payment
	ChangedAt   time.Time   `json:"changed_at"`
	AskedAt     time.Time   `json:"asked_at,omitzero"` // when the last answer of any kind came
	Tries       int         `json:"tries,omitempty"`   // answers since the state last changed
	Now         bool        `json:"now,omitempty"`     // a query is wanted at once
}

// RefundPlan is what the shop decides about a refund.
type RefundPlan struct {
	ID     string // unique for ever, a UUIDv7
	Amount money.Amount
	Words  string
	Gap    time.Duration // Caps.RefundGap
	At     time.Time
}

// StartRefund checks G4 against the attempt's other rows and answers the attempt and the new row, to be committed together
// before Refund is called.
func StartRefund(a Attempt, rows []Refund, plan RefundPlan) (Attempt, Refund, error) {
	if a.State != Succeeded {
		return a, Refund{}, fmt.Errorf("refund of %s in %s: %w", a.No, a.State, ErrNothingPaid)
	}
	if plan.Amount.Minor <= 0 || plan.Amount.Currency != a.Amount.Currency {
		return a, Refund{}, fmt.Errorf("refund of %s: %w", a.No, ErrAmount)
	}
	if left := Refundable(a, rows); plan.Amount.Cmp(left) > 0 {
		return a, Refund{}, fmt.Errorf("refund of %s: %s of %s left: %w", a.No, plan.Amount, left, ErrOverRefund)
	}
	r := a.refund(plan.ID, FromShop, plan.Amount, plan.At)
	r.Words = plan.Words
	for _, other := range rows {
		if next := later(other.Made, other.NotBefore).Add(plan.Gap); plan.Gap > 0 && next.After(r.NotBefore) {
			r.NotBefore = next
		}
	}
	a.Refunds++
	return a, r, nil
}

// LateRefund is the row that the effect OpenRefund wants: the whole amount, under a number that is always the same. Where
// the row exists already, step it with RefundRetry instead.
func LateRefund(a Attempt, at time.Time) Refund {
	r := a.refund("late:"+a.ID, FromLate, a.Amount, at)
	r.No = LateRefundNo(a.ID)
	return r
}

func (a Attempt) refund(id string, from Source, amount money.Amount, at time.Time) Refund {
	return Refund{
		ID: id, No: OwnNo(id), Attempt: a.ID, Provider: a.Provider, Merchant: a.Merchant, PaymentNo: a.No,
		Payment: a.ProviderTxn, Paid: a.Amount, Amount: amount, Source: from, Memo: a.Memo,
		State: RefundRequested, Made: at, ChangedAt: at,
	}
}

// Events that only refund rows know.
const (
	ObsAbnormal  EventKind = "obs.abnormal"
	RefundRetry  EventKind = "refund_retry"  // a person, or the late refund's job, tries again under the same number
	OperatorPaid EventKind = "operator_paid" // a person gave the money back by other means, or saw that the terminal did
	OperatorNot  EventKind = "operator_not"  // a person saw that a refund in doubt was not given
)

// RefundEvents lists every kind of event of a refund row.
func RefundEvents() []EventKind {
	return []EventKind{NotSent, ObsUnknown, ObsPending, ObsNotFound, ObsSuccess, ObsDeclined, ObsAbnormal, Mismatch,
		Startup, RefundRetry, OperatorPaid, OperatorNot}
}

// JudgeRefund says what an observation is to a refund row, as Judge does for attempts.
func JudgeRefund(r Refund, o Observation) EventKind {
	if !o.Verified || (o.OwnNo != "" && o.OwnNo != r.No) || (o.Merchant != "" && o.Merchant != r.Merchant) {
		return ObsUnknown
	}
	switch o.Outcome {
	case NotFound:
		return ObsNotFound
	case Declined, Refused:
		return ObsDeclined
	case Accepted, Pending, Success, Closed, Abnormal:
	default:
		return ObsUnknown
	}
	switch {
	case o.OwnNo == "":
		return ObsUnknown
	case o.Amount != (money.Amount{}) && o.Amount != r.Amount:
		return Mismatch
	}
	switch o.Outcome {
	case Success:
		if o.Amount == (money.Amount{}) {
			return ObsUnknown
		}
		return ObsSuccess
	case Closed:
		return ObsDeclined
	case Abnormal:
		return ObsAbnormal
	}
	return ObsPending
}

// StepRefund is the machine of refund rows, pure like Step. Pairs that no rule knows keep the state and open a review.
func StepRefund(r Refund, e Event) (Refund, []Effect) {
	if e.Kind.observed() || e.Kind == ObsAbnormal {
		e.Kind = JudgeRefund(r, e.Obs)
		r.hear(e)
	}
	was := r.State
	fx := r.move(e)
	if r.State != was {
		r.ChangedAt, r.Tries = e.At, 0
	}
	return r, fx
}

func (r *Refund) hear(e Event) {
	r.AskedAt, r.Now = e.At, false
	r.Tries++
	if e.Obs.Code != "" || e.Obs.Msg != "" {
		r.WireCode, r.WireMsg = e.Obs.Code, e.Obs.Msg
	}
	if e.Kind != ObsUnknown && e.Obs.ProviderTxn != "" {
		r.ProviderTxn = e.Obs.ProviderTxn
	}
}

func (r *Refund) move(e Event) []Effect {
	if e.Kind == Mismatch {
		if !r.State.Open() {
			return nil
		}
		return []Effect{{Kind: Review, Reason: Mismatched}, {Kind: Alarm, Reason: Mismatched}}
	}
	switch r.State {
	case RefundRequested, RefundInDoubt, RefundProcessing, RefundAbnormal:
		return r.open(e)
	case RefundPaid:
		if e.Kind == ObsDeclined {
			return []Effect{{Kind: Review, Reason: Contradicted}}
		}
		return nil
	case RefundRejected:
		switch e.Kind {
		case RefundRetry:
			r.State, r.Reason = RefundRequested, NoReason
			return []Effect{{Kind: CallRefund}}
		case ObsSuccess: // failed can become succeeded
			return append(r.paid(), Effect{Kind: Review, Reason: Contradicted})
		}
		return nil
	}
	return unlisted()
}

func (r *Refund) open(e Event) []Effect {
	switch e.Kind {
	case ObsSuccess:
		return r.paid()
	case ObsPending:
		r.State = RefundProcessing
		return []Effect{{Kind: AskRefund}}
	case ObsDeclined:
		r.State, r.Reason = RefundRejected, orElse(e.Obs.Reason, NotRefunded)
		return r.tell(RefundFailed, Effect{Kind: OfferNew, Reason: r.Reason})
	case ObsAbnormal:
		if r.State == RefundAbnormal {
			return nil
		}
		r.State, r.Reason = RefundAbnormal, NotRefunded
		return r.tell(RefundFailed, Effect{Kind: Review, Reason: NotRefunded})
	}
	switch r.State {
	case RefundRequested:
		switch e.Kind {
		case NotSent, ObsNotFound:
			r.Tries++
			r.AskedAt = e.At
			return []Effect{{Kind: CallRefund}}
		case ObsUnknown, Startup:
			r.State, r.Now = RefundInDoubt, e.Kind == Startup
			return []Effect{{Kind: AskRefund, Now: r.Now}}
		}
	case RefundInDoubt, RefundProcessing:
		return r.doubting(e)
	case RefundAbnormal:
		switch e.Kind {
		case RefundRetry:
			r.State, r.Manual, r.Now = RefundProcessing, true, true
			return []Effect{{Kind: AskRefund, Now: true}, {Kind: Note}}
		case OperatorPaid:
			r.Manual = true
			return append(r.paid(), Effect{Kind: Note})
		case ObsUnknown, ObsNotFound, Startup, NotSent:
			return nil
		}
	}
	return unlisted()
}

func (r *Refund) doubting(e Event) []Effect {
	switch e.Kind {
	case ObsUnknown, NotSent:
		return []Effect{{Kind: AskRefund}}
	case Startup:
		r.Now = true
		return []Effect{{Kind: AskRefund, Now: true}}
	case OperatorPaid, OperatorNot:
		if r.State == RefundProcessing {
			break
		}
		r.Manual = true
		if e.Kind == OperatorPaid {
			return append(r.paid(), Effect{Kind: Note})
		}
		r.State, r.Reason = RefundRejected, Forced
		return r.tell(RefundFailed, Effect{Kind: Note, Reason: Forced})
	case ObsNotFound:
		if r.State == RefundProcessing {
			return []Effect{{Kind: Note, Reason: Contradicted}, {Kind: AskRefund}}
		}
		r.State = RefundRequested // the same number again: it refunds once, whatever happened
		return []Effect{{Kind: CallRefund}}
	}
	return unlisted()
}

func (r *Refund) paid() []Effect {
	r.State, r.Reason = RefundPaid, NoReason
	return r.tell(RefundDone, Effect{Kind: CounterPost})
}

// tell adds the news for the attempt where its late money hangs on this row.
func (r *Refund) tell(k EventKind, fx ...Effect) []Effect {
	if r.Source == FromLate {
		fx = append(fx, Effect{Kind: TellAttempt, Event: k})
	}
	return fx
}
