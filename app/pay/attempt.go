package pay

import (
	"time"

	"suanpan/app/money"
)

// Flow says who shows what to whom. Timing and abilities differ by flow.
type Flow string

// The flows.
const (
	ByCode   Flow = "code"   // the payer shows a code, we scan it (付款码)
	ByQR     Flow = "qr"     // we show a code, the payer scans it (收款码)
	ByCard   Flow = "card"   // the payer uses a terminal
	ByStatic Flow = "static" // a printed or generated code of which no machine confirms the payment
)

// Plan is what the shop decides before an attempt begins.
type Plan struct {
	ID     string       // unique for ever, a UUIDv7
	Seq    int64        // the till's running number of attempts, for protocols whose own number is short; 0 where not kept
	Order  string       // the order being paid
	Tender string       // the tender of the order; G3 looks at attempts of one tender
	Offer  string       // the set of attempts of which the first to be paid is wanted; empty outside of one
	Till   string       // device number shown to the provider
	Shift  string       // the shift in which it began
	Title  string       // what the payer reads: "Suanpan demo shop"
	Amount money.Amount // above zero
	Flow   Flow
	Code   Secret // what the payer showed; Flow ByCode only
	At     time.Time
}

// Attempt is one try to take money once, under one own number, whatever happens. It is a value: Step answers the changed
// one. Everything but Code survives JSON.
type Attempt struct {
	ID       string       `json:"id"`
	No       string       `json:"no"` // own number, OwnNo(ID)
	Seq      int64        `json:"seq,omitempty"`
	Provider string       `json:"provider"`
	Merchant string       `json:"merchant"` // whom the provider must speak for (G1)
	Flow     Flow         `json:"flow"`
	Order    string       `json:"order,omitempty"`
	Tender   string       `json:"tender,omitempty"`
	Offer    string       `json:"offer,omitempty"` // G3: attempts of one offer may be open together
	Till     string       `json:"till,omitempty"`
	Shift    string       `json:"shift,omitempty"`
	Title    string       `json:"title,omitempty"`
	Amount   money.Amount `json:"amount"`
	Code     Secret       `json:"-"` // gone after the step that follows Submitted

	CanCancel     bool          `json:"can_cancel,omitempty"` // frozen from the provider's abilities
	NotFoundCount int           `json:"not_found_count"`      // frozen from Timing
	NotFoundGap   time.Duration `json:"not_found_gap"`        // frozen from Timing, nanoseconds

	State         State     `json:"state"`
	Reason        Reason    `json:"reason,omitempty"`
	Manual        bool      `json:"manual,omitempty"`   // a person, not a machine, said that it is paid
	Forced        bool      `json:"forced,omitempty"`   // a manager ended a review
	Answered      bool      `json:"answered,omitempty"` // the submit is over: no request of ours is on its way any more
	Unacked       bool      `json:"unacked,omitempty"`  // made durable for a terminal that may not have heard so: it is asked once more
	Aside         bool      `json:"aside,omitempty"`    // its order waits for it no more: money that comes nevertheless goes back by itself
	ProviderTxn   string    `json:"provider_txn,omitempty"`
	ProviderState string    `json:"provider_state,omitempty"`
	WireCode      string    `json:"wire_code,omitempty"`
	WireMsg       string    `json:"wire_msg,omitempty"`
	QR            string    `json:"qr,omitempty"`
	Memo          string    `json:"memo,omitempty"`
	Slip          string    `json:"slip,omitempty"` // the terminal's receipt for the payer, to be printed by the shop
	Posted        Posting   `json:"posted,omitempty"`
	Refunds       int       `json:"refunds,omitempty"` // rows that we opened
	Made          time.Time `json:"made"`
	SubmittedAt   time.Time `json:"submitted_at,omitzero"`
	ChangedAt     time.Time `json:"changed_at,omitzero"` // when State last changed
	PaidAt        time.Time `json:"paid_at,omitzero"`    // provider time, else till time

	Asked    Asked    `json:"asked,omitzero"`
	Undo     Undo     `json:"undo,omitzero"`
	Absences Absences `json:"absences,omitzero"`
}

// Asked remembers the questions put to the provider, so that timers can be set again after a restart.
type Asked struct {
	Queries  int       `json:"queries,omitempty"`   // answers to queries so far, doubt included
	At       time.Time `json:"at,omitzero"`         // when the last answer of any kind came
	Fresh    bool      `json:"fresh,omitempty"`     // the last thing was a query's answer, so the next may act on it
	Absent   bool      `json:"absent,omitempty"`    // the last query was answered "not found"
	Now      bool      `json:"now,omitempty"`       // a query is wanted at once
	PaidAsOf time.Time `json:"paid_as_of,omitzero"` // when the last question was asked whose verified answer was "paid" (G5)
}

// Undo remembers the cancelling of an attempt (G5).
type Undo struct {
	Person    bool      `json:"person,omitempty"` // a person wanted it, not only the deadline
	Sent      int       `json:"sent,omitempty"`   // cancels that may have left
	SentAt    time.Time `json:"sent_at,omitzero"`
	Refused   bool      `json:"refused,omitempty"`  // the last one got a definite refusal
	Refusals  int       `json:"refusals,omitempty"` // cancels that got one; each other one may still take effect
	RefusedAt time.Time `json:"refused_at,omitzero"`
	Void      bool      `json:"void,omitempty"` // funds are reserved: void instead of cancel
	Auto      bool      `json:"auto,omitempty"` // late money may be accepted without a person: only the deadline gave up, and nothing left
}

// Absences counts answers "not found" that are at least NotFoundGap apart.
type Absences struct {
	Count int       `json:"count,omitempty"`
	At    time.Time `json:"at,omitzero"`
}

// Posting says which entry the ledger holds for an attempt.
type Posting string

// The entries.
const (
	NotPosted  Posting = ""
	PostedSale Posting = "sale"
	PostedLate Posting = "late"
)

// NewAttempt plans an attempt with p. The provider's abilities and patience are frozen into it.
func NewAttempt(p Provider, plan Plan) Attempt {
	_, cancels := p.(Canceler)
	t := p.Timing(plan.Flow)
	return Attempt{
		ID: plan.ID, No: OwnNo(plan.ID), Seq: plan.Seq, Provider: p.ID(), Merchant: p.Caps().Merchant, Flow: plan.Flow,
		Order: plan.Order, Tender: plan.Tender, Offer: plan.Offer, Till: plan.Till, Shift: plan.Shift, Title: plan.Title, Amount: plan.Amount,
		Code: plan.Code, CanCancel: cancels, NotFoundCount: t.NotFoundCount, NotFoundGap: t.NotFoundGap,
		State: Created, Made: plan.At, ChangedAt: plan.At,
	}
}

// Static reports whether no machine ever confirms the payment.
func (a Attempt) Static() bool { return a.Flow == ByStatic }

// Ref returns what a provider needs to speak about the attempt after a crash.
func (a Attempt) Ref() Ref {
	return Ref{No: a.No, Seq: a.Seq, ProviderTxn: a.ProviderTxn, Merchant: a.Merchant, Flow: a.Flow, Amount: a.Amount,
		Void: a.Undo.Void, Memo: a.Memo, SubmittedAt: a.SubmittedAt}
}

// Ref points at an attempt that the provider may know.
type Ref struct {
	No          string // own number
	Seq         int64
	ProviderTxn string // empty while unknown
	Merchant    string
	Flow        Flow
	Amount      money.Amount
	Void        bool   // Cancel: funds are reserved, so void them
	Memo        string // the provider's own note from an earlier observation
	SubmittedAt time.Time
}
