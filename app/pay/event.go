package pay

import (
	"errors"
	"time"
)

// EventKind names what happened to an attempt. The text is stored with the observation log.
type EventKind string

// The events of an attempt. Those from ObsUnknown to CancelRefused and Mismatch and ProviderRefunded are not chosen by the
// caller: Step works them out from the observation (Judge).
const (
	Submitted        EventKind = "submit"
	NotSent          EventKind = "not_sent"
	ObsUnknown       EventKind = "obs.unknown"
	ObsPending       EventKind = "obs.pending"
	ObsNotFound      EventKind = "obs.notfound"
	ObsAuthorized    EventKind = "obs.authorized"
	ObsSuccess       EventKind = "obs.success"
	ObsDeclined      EventKind = "obs.declined"
	ObsClosed        EventKind = "obs.closed"
	CancelOK         EventKind = "cancel_ok"      // taken; proves nothing
	CancelRefused    EventKind = "cancel_refused" // definite
	Mismatch         EventKind = "mismatch"       // verified and our number, but another amount or currency
	ProviderRefunded EventKind = "provider_refund"
	CancelSent       EventKind = "cancel_sent" // committed before Cancel is called
	CashierCancel    EventKind = "cashier_cancel"
	Deadline         EventKind = "deadline"
	WindowOver       EventKind = "window_over" // the provider's time for cancelling is over
	Startup          EventKind = "startup"
	PolicyAccept     EventKind = "policy_accept"
	PolicyRefund     EventKind = "policy_refund"
	RefundDone       EventKind = "refund_done"    // the row of the late refund is paid
	RefundFailed     EventKind = "refund_failed"  // the row of the late refund is abnormal or rejected
	ManualConfirm    EventKind = "manual_confirm" // a person saw the money of a static code
	Resolve          EventKind = "resolve"        // a manager ends a review
)

// Events lists every kind of event.
func Events() []EventKind {
	return []EventKind{Submitted, NotSent, ObsUnknown, ObsPending, ObsNotFound, ObsAuthorized, ObsSuccess, ObsDeclined,
		ObsClosed, CancelOK, CancelRefused, Mismatch, ProviderRefunded, CancelSent, CashierCancel, Deadline, WindowOver,
		Startup, PolicyAccept, PolicyRefund, RefundDone, RefundFailed, ManualConfirm, Resolve}
}

// observed reports whether k is a judgement on an observation.
func (k EventKind) observed() bool {
	switch k {
	case ObsUnknown, ObsPending, ObsNotFound, ObsAuthorized, ObsSuccess, ObsDeclined, ObsClosed, CancelOK, CancelRefused,
		Mismatch, ProviderRefunded:
		return true
	}
	return false
}

// Via says which call or message brought an observation.
type Via string

// The ways.
const (
	BySubmit  Via = "submit"
	ByQuery   Via = "query"
	ByCancel  Via = "cancel"
	ByCapture Via = "capture"
	ByRefund  Via = "refund" // the request, not its query
	ByNotify  Via = "notify"
	ByBill    Via = "bill"
)

// Event is something that happened, with the till's time. Only the fields that its kind names are read.
type Event struct {
	Kind  EventKind   `json:"kind"`
	At    time.Time   `json:"at"`             // till clock, when it became known
	Begun time.Time   `json:"begun,omitzero"` // till clock, when the question was asked; for observations
	Via   Via         `json:"via,omitempty"`
	Obs   Observation `json:"obs,omitzero"`

	OrderOpen bool   `json:"order_open,omitempty"` // PolicyAccept: the order still wants this money
	To        State  `json:"to,omitempty"`         // Resolve: Succeeded, Canceled or Refunding
	Settling  bool   `json:"settling,omitempty"`   // observation: the peer waits to hear that it is durable, and may take it back if it does not
	Aside     bool   `json:"aside,omitempty"`      // CashierCancel: something else was paid instead, so this money is not wanted any more
	Staff     string `json:"staff,omitempty"`      // CashierCancel, ManualConfirm, Resolve: who
	Note      string `json:"note,omitempty"`       // ManualConfirm: reference; Resolve: reason
}

// Observed wraps an observation that arrived by itself (a notification, a line of a bill) or was asked for at begun.
func Observed(via Via, obs Observation, begun, at time.Time) Event {
	return Event{Kind: ObsUnknown, Via: via, Obs: obs, Begun: begun, At: at} // Step judges the kind
}

// Answered wraps what a provider's method returned. ErrNotSent becomes NotSent on a submit or refund and doubt elsewhere;
// any other error is a fault of the provider's code and proves nothing, so it is doubt as well.
func Answered(via Via, obs Observation, err error, begun, at time.Time) Event {
	if err == nil {
		return Observed(via, obs, begun, at)
	}
	doubt := Observation{Msg: err.Error()}
	if errors.Is(err, ErrNotSent) && (via == BySubmit || via == ByRefund) {
		return Event{Kind: NotSent, Via: via, Obs: doubt, Begun: begun, At: at}
	}
	return Observed(via, doubt, begun, at)
}

// EffectKind names something that must follow a step.
type EffectKind string

// The effects. Those above CallSubmit belong into the transaction that saves the attempt (Durable); the others follow it.
const (
	Post           EffectKind = "post"            // the tender is paid: ledger entry, once
	PostLate       EffectKind = "post_late"       // money arrived that belongs to no sale: clearing against a liability
	Unpost         EffectKind = "unpost"          // take back the entry of PostLate: the money is not there or belongs to the sale
	OpenRefund     EffectKind = "open_refund"     // a refund row over the whole amount under LateRefundNo; retry the row if it exists
	ProviderRefund EffectKind = "provider_refund" // a row with source "provider": the provider gave money back unasked
	CounterPost    EffectKind = "counter_post"    // a refund is paid: counter-entry, once, and the receipt
	TellAttempt    EffectKind = "tell_attempt"    // step the attempt with Effect.Event
	Review         EffectKind = "review"          // open or extend the review item
	Watch          EffectKind = "watch"           // match against the bank statement later
	Note           EffectKind = "note"            // audit entry
	CallSubmit     EffectKind = "submit"
	CallQuery      EffectKind = "query"
	CallCancel     EffectKind = "cancel"
	CallCapture    EffectKind = "capture"
	CallRefund     EffectKind = "refund"
	AskRefund      EffectKind = "query_refund"
	StopCancel     EffectKind = "stop_cancel" // drop the cancel timer
	Alarm          EffectKind = "alarm"       // tell people loudly
	OfferNew       EffectKind = "offer_new"   // show the reason and offer a new attempt
	Accept         EffectKind = "accept"      // decide without a person: PolicyAccept if the order is open, else PolicyRefund
)

// Effect is one consequence of a step.
type Effect struct {
	Kind   EffectKind `json:"kind"`
	Reason Reason     `json:"reason,omitempty"`
	Event  EventKind  `json:"event,omitempty"` // TellAttempt
	Now    bool       `json:"now,omitempty"`   // CallQuery: at once, not after the interval
}

// Durable reports whether the effect belongs into the transaction that saves the attempt.
func (e Effect) Durable() bool {
	switch e.Kind {
	case Post, PostLate, Unpost, OpenRefund, ProviderRefund, CounterPost, TellAttempt, Review, Watch, Note:
		return true
	}
	return false
}
