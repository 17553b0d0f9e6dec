package pay

// late is money that came after we gave up: keep it, or give it back.
func (a *Attempt) late(e Event) []Effect {
	switch e.Kind {
	case PolicyAccept:
		if err := MayAccept(*a, e.OrderOpen); err != nil {
			return []Effect{{Kind: Note, Reason: LateSuccessRefused}}
		}
		a.State = Succeeded
		return append(a.post(PostedSale), Effect{Kind: Note})
	case PolicyRefund:
		return a.giveBack()
	case ObsClosed:
		a.State, a.Reason = Canceled, ByProvider
		return append(a.post(NotPosted), Effect{Kind: Note})
	case CancelRefused: // the last cancel was still under way when the money came
		a.refused(e)
		return a.ask()
	case Mismatch, ProviderRefunded:
		return a.review(e)
	case CashierCancel:
		if e.Aside {
			return []Effect{{Kind: Accept}}
		}
	case Startup:
		fx := []Effect{{Kind: Alarm}}
		if a.Undo.Auto || a.Aside {
			fx = append(fx, Effect{Kind: Accept})
		}
		return fx
	}
	return nil
}

func (a *Attempt) refunding(e Event) []Effect {
	switch e.Kind {
	case RefundDone:
		a.State = Refunded
		return []Effect{{Kind: Note}}
	case RefundFailed:
		a.State, a.Reason = NeedsReview, NotRefunded
		return append(a.ask(), Effect{Kind: Review, Reason: NotRefunded})
	case Mismatch, ProviderRefunded:
		return a.review(e)
	case Startup:
		return []Effect{{Kind: Alarm}}
	}
	return nil
}

func (a *Attempt) reviewed(e Event) []Effect {
	switch e.Kind {
	case ObsSuccess:
		return append(a.surprise(e, false), Effect{Kind: Review})
	case ObsClosed:
		a.State, a.Reason = Canceled, ByProvider
		return append(a.post(NotPosted), Effect{Kind: Review})
	case ObsDeclined:
		a.State, a.Reason = Failed, orElse(e.Obs.Reason, OtherReason)
		return append(a.post(NotPosted), Effect{Kind: Review})
	case Startup:
		return append(a.ask(), Effect{Kind: Alarm})
	case RefundDone: // its refund had failed, and went through after all
		a.State = Refunded
		return []Effect{{Kind: Note}}
	case Resolve:
		return a.resolve(e)
	}
	return nil
}

func (a *Attempt) resolve(e Event) []Effect {
	switch e.To {
	case Succeeded, Canceled, Refunding:
	default:
		return unlisted()
	}
	a.Forced, a.Reason = true, Forced
	switch e.To {
	case Succeeded:
		a.State = Succeeded
		if a.PaidAt.IsZero() {
			a.PaidAt = e.At
		}
		return append(a.post(PostedSale), Effect{Kind: Note, Reason: Forced})
	case Canceled:
		a.State = Canceled
		return append(a.post(NotPosted), Effect{Kind: Note, Reason: Forced})
	}
	return append(a.giveBack(), Effect{Kind: Note, Reason: Forced})
}

func (a *Attempt) succeeded(e Event) []Effect {
	switch e.Kind {
	case ObsSuccess:
		a.Unacked = a.Unacked && e.Settling
	case ObsDeclined, ObsClosed:
		a.Unacked = false
		return []Effect{{Kind: Review, Reason: Contradicted}}
	case ProviderRefunded:
		a.Refunds++
		return []Effect{{Kind: ProviderRefund}, {Kind: Review, Reason: Contradicted}}
	}
	return nil
}
