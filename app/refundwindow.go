package app

import (
	"strings"

	"suanpan/app/order"
	"suanpan/app/shift"
)

// windows takes out what a provider does not give back any more because too much time has passed. That part goes another
// way, out of the drawer, only where it was asked for by name, with a reason and a second person's word (X17).
func (t *turn) windows(left []source, attempts map[string]Attempt, ask RefundAsk, owed int64) ([]source, error) {
	late, method, rest := int64(0), "", int64(0)
	for i, src := range left {
		if a, ok := attempts[src.attempt]; ok && src.minor > 0 && t.tooOld(a) {
			late, method = late+src.minor, src.method
			left[i].minor = 0
		}
		rest += left[i].minor
	}
	if late == 0 {
		return left, nil
	}
	cash := &left[len(left)-1]
	if ask.Tenders[order.Cash] <= cash.minor {
		if rest < owed {
			return nil, refuse("past_refund_window", nil, "method", method, "amount", late)
		}
		return left, nil
	}
	if err := t.need(shift.PayOther); err != nil {
		return nil, err
	}
	body := map[string]any{"sale": ask.Sale, "method": method, "amount": ask.Tenders[order.Cash], "reason": strings.TrimSpace(ask.Reason), "approved": t.by}
	if _, err := t.fact("refund.other_way", body); err != nil {
		return nil, err
	}
	cash.minor += late
	return left, nil
}

// tooOld reports whether the provider's time for refunds of an attempt is over.
func (t *turn) tooOld(a Attempt) bool {
	p := t.s.provider(a.Provider)
	if p == nil {
		return false
	}
	window := p.Caps().RefundWindow
	return window > 0 && t.now.After(a.PaidAt.Add(window))
}
