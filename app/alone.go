package app

import (
	"slices"
	"time"

	"suanpan/app/pay"
)

// Terminals that know their last transaction and no own numbers (pay.Caps.LastOnly) can be asked only as long as nothing new
// has taken its place. So one transaction at a time is under way there, across restarts, and one receipt pays one attempt.
const (
	claimShelf  = "payment.txn"
	aloneMost   = 10 * time.Minute    // how long a doubt keeps the terminal from others, counted anew from a restart; by then people have decided
	claimedMost = 30 * 24 * time.Hour // a terminal's numbers come round again
)

// occupied names another attempt that is under way or in doubt at a provider which can name its last transaction only.
func (s *Shop) occupied(p pay.Provider, but string) string {
	if !p.Caps().LastOnly {
		return ""
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.p.Clock.Now()
	young := func(since time.Time) bool { return now.Sub(since) < aloneMost || now.Sub(s.resumed) < aloneMost }
	for id, a := range s.open {
		if a.Provider != p.ID() || id == but {
			continue
		}
		switch a.State {
		case pay.Submitting, pay.AwaitingPayer, pay.InDoubt, pay.CancelPending:
			if a.Asked.Now || young(a.ChangedAt) {
				return id
			}
		}
		if slices.ContainsFunc(a.Backs, func(r pay.Refund) bool { return r.State == pay.RefundInDoubt && (r.Now || young(r.ChangedAt)) }) {
			return id
		}
	}
	return ""
}

// claim is whose a terminal's transaction is. The first attempt that names it has it.
type claim struct {
	Payment string    `json:"payment"`
	At      time.Time `json:"at"`
}

// claimed turns an observation that names another attempt's transaction into doubt, and keeps the name for this attempt
// otherwise.
func (t *turn) claimed(a Attempt, e pay.Event) (pay.Event, error) {
	o, p := e.Obs, t.s.provider(a.Provider)
	if p == nil || !p.Caps().LastOnly || !o.Verified || o.ProviderTxn == "" || o.ProviderTxn == a.ProviderTxn {
		return e, nil
	}
	if o.Outcome != pay.Pending && o.Outcome != pay.Authorized && o.Outcome != pay.Success {
		return e, nil
	}
	key := a.Provider + "/" + a.Merchant + "/" + o.ProviderTxn
	var held claim
	ok, err := get(t, claimShelf, key, &held)
	if err != nil {
		return e, err
	}
	if ok && held.Payment != a.ID && t.now.Sub(held.At) < claimedMost {
		e.Obs = pay.Observation{Msg: "the transaction belongs to payment " + held.Payment, Code: o.Code}
		return e, nil
	}
	return e, t.ShelfTx(claimShelf).Put(key, rawJSON(claim{a.ID, t.now}))
}
