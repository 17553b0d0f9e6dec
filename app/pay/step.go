package pay

import "time"

// Step is the whole machine: what an attempt becomes by an event, and what must follow. It is pure; the till's time is in
// the event. A pair of state and event that no rule knows keeps the state and opens a review (reason Unlisted).
// Observations are judged here (Judge), whatever kind the caller gave them.
func Step(a Attempt, e Event) (Attempt, []Effect) {
	if e.Kind != Submitted {
		a.Code = Secret{}
	}
	if e.Kind == CashierCancel && e.Aside {
		a.Aside = true
	}
	if e.Kind.observed() {
		e.Kind = Judge(a, e.Via, e.Obs)
		a.hear(e)
	}
	was := a.State
	fx := a.move(e)
	if a.State != was {
		a.ChangedAt = e.At
	}
	return a, fx
}

func (a *Attempt) move(e Event) []Effect {
	switch a.State {
	case Created:
		return a.created(e)
	case Submitting, AwaitingPayer, InDoubt:
		return a.waiting(e)
	case Reserved:
		return a.reserved(e)
	case CancelPending:
		return a.cancelling(e)
	case LateSuccess:
		return a.late(e)
	case Refunding:
		return a.refunding(e)
	case NeedsReview:
		return a.reviewed(e)
	case Succeeded:
		return a.succeeded(e)
	case Canceled, Failed:
		if e.Kind == ObsSuccess {
			return a.surprise(e, false)
		}
		return nil
	case Refunded:
		return nil
	}
	return unlisted()
}

// hear keeps what a judged observation teaches, whatever the state.
func (a *Attempt) hear(e Event) {
	o := e.Obs
	a.Asked.At = e.At
	a.Asked.Fresh = e.Via == ByQuery
	a.Answered = a.Answered || (e.Via == BySubmit && !e.Settling)
	gone := e.Kind == ObsNotFound && a.landed(e.Begun)
	if e.Via == ByQuery {
		a.Asked.Queries++
		a.Asked.Now, a.Asked.Absent = false, gone
	}
	if o.Code != "" || o.Msg != "" {
		a.WireCode, a.WireMsg = o.Code, o.Msg
	}
	switch e.Kind {
	case ObsUnknown:
		return // nothing in it may be believed
	case ObsNotFound:
		if !gone {
			return // what is still on its way cannot be missed
		}
		if a.Absences.Count == 0 || e.At.Sub(a.Absences.At) >= a.NotFoundGap {
			a.Absences = Absences{a.Absences.Count + 1, e.At}
		}
	case CancelOK, CancelRefused:
	default:
		a.Absences = Absences{}
	}
	if e.Kind == ObsSuccess {
		a.Asked.PaidAsOf = e.Begun
	}
	for _, kept := range []struct {
		to   *string
		from string
	}{{&a.ProviderTxn, o.ProviderTxn}, {&a.ProviderState, o.ProviderState}, {&a.QR, o.QR}, {&a.Memo, o.Memo}, {&a.Slip, o.Slip}} {
		if kept.from != "" {
			*kept.to = kept.from
		}
	}
}

// flight is how long a request may be on its way after its sender is gone.
const flight = time.Minute

// landed reports whether the request of the submit had arrived, or never will, when a question was asked at begun: a provider
// that does not know a number whose request is still on its way proves nothing.
func (a *Attempt) landed(begun time.Time) bool {
	return a.Answered || begun.Sub(a.SubmittedAt) >= flight
}

func (a *Attempt) created(e Event) []Effect {
	switch e.Kind {
	case Submitted:
		a.State, a.SubmittedAt = Submitting, e.At
		return []Effect{{Kind: CallSubmit}}
	case CashierCancel, Startup:
		a.State, a.Reason = Canceled, NothingSent
		return []Effect{{Kind: OfferNew, Reason: NothingSent}}
	}
	return unlisted()
}

// waiting is SUBMITTING, AWAITING_PAYER and UNKNOWN: the three differ only where the provider says nothing.
func (a *Attempt) waiting(e Event) []Effect {
	switch e.Kind {
	case ObsSuccess:
		return a.succeed(e)
	case ObsAuthorized:
		a.State = Reserved
		return []Effect{{Kind: CallCapture}}
	case ObsDeclined:
		a.State, a.Reason = Failed, orElse(e.Obs.Reason, OtherReason)
		return []Effect{{Kind: OfferNew, Reason: a.Reason}}
	case ObsClosed:
		a.State, a.Reason = Canceled, ByProvider
		return []Effect{{Kind: OfferNew, Reason: ByProvider}}
	case ObsPending:
		a.State = AwaitingPayer
		return []Effect{{Kind: CallQuery}}
	case Mismatch, ProviderRefunded:
		return a.review(e)
	case CashierCancel, Deadline:
		return a.giveUp(e)
	}
	switch a.State {
	case Submitting:
		return a.submitting(e)
	case AwaitingPayer:
		return a.awaiting(e)
	}
	return a.doubting(e)
}

func (a *Attempt) submitting(e Event) []Effect {
	switch e.Kind {
	case NotSent:
		a.State, a.Reason = Failed, NothingSent
		return []Effect{{Kind: OfferNew, Reason: NothingSent}}
	case ObsUnknown, ObsNotFound, Startup:
		if a.Static() {
			a.State = AwaitingPayer // nobody knows more than the bank statement; there is nothing to ask
			return nil
		}
		a.State = InDoubt
		if e.Kind == Startup {
			return a.ask()
		}
		return []Effect{{Kind: CallQuery}}
	}
	return unlisted()
}

func (a *Attempt) awaiting(e Event) []Effect {
	switch e.Kind {
	case ObsUnknown:
		return []Effect{{Kind: CallQuery}}
	case ObsNotFound:
		a.State = InDoubt
		return []Effect{{Kind: Note, Reason: Contradicted}, {Kind: CallQuery}}
	case Startup:
		if a.Static() {
			return nil
		}
		return a.ask()
	case ManualConfirm:
		if !a.Static() {
			break
		}
		a.State, a.Manual, a.PaidAt = Succeeded, true, e.At
		return append(a.post(PostedSale), Effect{Kind: Watch}, Effect{Kind: Note})
	}
	return unlisted()
}

func (a *Attempt) doubting(e Event) []Effect {
	switch e.Kind {
	case ObsUnknown:
		return []Effect{{Kind: CallQuery}}
	case ObsNotFound:
		if a.Absences.Count >= max(a.NotFoundCount, 1) {
			return a.giveUp(e)
		}
		return []Effect{{Kind: CallQuery}}
	case Startup:
		return a.ask()
	}
	return unlisted()
}

func (a *Attempt) reserved(e Event) []Effect {
	switch e.Kind {
	case ObsSuccess:
		return a.succeed(e)
	case ObsAuthorized:
		return []Effect{{Kind: CallCapture}}
	case ObsUnknown, ObsPending:
		return []Effect{{Kind: CallQuery}}
	case Startup:
		return a.ask()
	case CashierCancel, Deadline:
		a.Undo.Void = true
		return a.giveUp(e)
	case ObsDeclined, ObsNotFound, Mismatch, ProviderRefunded:
		return a.review(e)
	case ObsClosed:
		a.State, a.Reason = Canceled, ByProvider
		return []Effect{{Kind: OfferNew, Reason: ByProvider}}
	}
	return unlisted()
}

// cancelling repeats query and cancel until one of them is proof. Which of the two comes next is in Next.
func (a *Attempt) cancelling(e Event) []Effect {
	switch e.Kind {
	case CancelSent:
		a.Undo.Sent++
		a.Undo.SentAt, a.Undo.Refused = e.At, false
		a.Asked.Fresh, a.Asked.Now = false, false
		return []Effect{{Kind: CallCancel}}
	case CancelRefused:
		a.refused(e)
		return a.ask()
	case CancelOK, Startup:
		return a.ask()
	case ObsAuthorized:
		a.Undo.Void = true
		return []Effect{{Kind: CallCancel}}
	case ObsPending, ObsUnknown:
		if e.Via == ByCancel {
			return a.ask()
		}
		return []Effect{{Kind: CallCancel}}
	case ObsNotFound:
		if a.Absences.Count < 2 {
			return []Effect{{Kind: CallQuery}}
		}
		a.State, a.Reason = Canceled, NeverArrived
		return []Effect{{Kind: StopCancel}, {Kind: OfferNew, Reason: NeverArrived}}
	case ObsClosed:
		a.State, a.Reason = Canceled, ByCashier
		return []Effect{{Kind: StopCancel}, {Kind: OfferNew, Reason: ByCashier}}
	case ObsDeclined:
		a.State, a.Reason = Failed, orElse(e.Obs.Reason, OtherReason)
		return []Effect{{Kind: StopCancel}, {Kind: OfferNew, Reason: a.Reason}}
	case ObsSuccess:
		return append([]Effect{{Kind: StopCancel}}, a.surprise(e, !a.Undo.Person && a.Undo.Sent == 0)...)
	case CashierCancel:
		a.Undo.Person = true
		return nil
	case Deadline:
		return nil
	case WindowOver, Mismatch, ProviderRefunded:
		return a.review(e)
	}
	return unlisted()
}

// refused counts a definite refusal of a cancel.
func (a *Attempt) refused(e Event) {
	a.Undo.Refused, a.Undo.RefusedAt = true, e.At
	a.Undo.Refusals = min(a.Undo.Refusals+1, a.Undo.Sent)
}

// succeed is the only way to Succeeded by a machine's word; Judge has seen to G1.
func (a *Attempt) succeed(e Event) []Effect {
	a.State, a.Reason, a.PaidAt, a.Unacked = Succeeded, NoReason, paidAt(e), e.Settling
	return a.post(PostedSale)
}

// surprise is money that came after we gave up.
func (a *Attempt) surprise(e Event, auto bool) []Effect {
	a.State, a.PaidAt, a.Undo.Auto, a.Unacked = LateSuccess, paidAt(e), auto, e.Settling
	fx := []Effect{{Kind: Alarm}}
	if auto || a.Aside {
		fx = append(fx, Effect{Kind: Accept})
	}
	return fx
}

func (a *Attempt) giveUp(e Event) []Effect {
	if a.Static() {
		a.State, a.Reason = Canceled, ByCashier
		return []Effect{{Kind: Watch}, {Kind: OfferNew, Reason: ByCashier}}
	}
	a.State, a.Reason = CancelPending, ByCashier
	a.Undo.Person = a.Undo.Person || e.Kind == CashierCancel
	a.Absences = Absences{}
	return a.ask()
}

func (a *Attempt) giveBack() []Effect {
	fx := a.post(PostedLate)
	if a.State != Refunding {
		a.Refunds++
	}
	a.State = Refunding
	return append(fx, Effect{Kind: OpenRefund}, Effect{Kind: CallRefund})
}

func (a *Attempt) review(e Event) []Effect {
	a.Reason = Contradicted
	switch e.Kind {
	case Mismatch:
		a.Reason = Mismatched
	case WindowOver:
		a.Reason = WindowClosed
	}
	a.State = NeedsReview
	return append(a.ask(), Effect{Kind: Review, Reason: a.Reason}, Effect{Kind: Alarm, Reason: a.Reason})
}

// ask wants a query at once.
func (a *Attempt) ask() []Effect {
	a.Asked.Now, a.Asked.Fresh = true, false
	return []Effect{{Kind: CallQuery, Now: true}}
}

// post brings the ledger to hold entry p for this attempt and answers what that takes. A sale's entry never goes away.
func (a *Attempt) post(p Posting) []Effect {
	if a.Posted == p || a.Posted == PostedSale {
		return nil
	}
	var fx []Effect
	if a.Posted == PostedLate {
		fx = append(fx, Effect{Kind: Unpost})
	}
	switch a.Posted = p; p {
	case PostedSale:
		fx = append(fx, Effect{Kind: Post})
	case PostedLate:
		fx = append(fx, Effect{Kind: PostLate})
	}
	return fx
}

func unlisted() []Effect { return []Effect{{Kind: Review, Reason: Unlisted}} }

func paidAt(e Event) time.Time {
	if !e.Obs.ProviderAt.IsZero() {
		return e.Obs.ProviderAt
	}
	return e.At
}

func orElse(r, other Reason) Reason {
	if r == NoReason {
		return other
	}
	return r
}
