package app

import (
	"slices"
	"strings"
	"time"

	"suanpan/app/money"
	"suanpan/app/shift"
)

// Day is what a shop decides about its shifts and its people; part of Config. Amounts are minor units, and 0 asks nobody.
type Day struct {
	ReasonFrom  int64    `json:"reason_from,omitempty"`  // a count off by this much wants a reason (X32)
	ApproveFrom int64    `json:"approve_from,omitempty"` // and by this much a supervisor
	DrawerMost  int64    `json:"drawer_most,omitempty"`  // above it a pick-up is suggested (S16)
	RefundCap   int64    `json:"refund_cap,omitempty"`   // one refund without approval
	LockMinutes int      `json:"lock_minutes,omitempty"` // idle minutes until the till locks
	FourEyes    []string `json:"four_eyes,omitempty"`    // acts that want two people's approval, neither of them the asker
	Drawers     []string `json:"drawers,omitempty"`      // names of further drawers (trays) of this till, beside its own
}

const drawersMost = 12

// wrong names the first setting that cannot be meant.
func (d Day) wrong() string {
	for _, f := range []struct {
		name  string
		minor int64
	}{{"reason_from", d.ReasonFrom}, {"approve_from", d.ApproveFrom}, {"drawer_most", d.DrawerMost}, {"refund_cap", d.RefundCap}} {
		if f.minor < 0 || f.minor > money.MaxMinor {
			return f.name
		}
	}
	if d.LockMinutes < 0 || d.LockMinutes > 24*60 {
		return "lock_minutes"
	}
	for _, a := range d.FourEyes {
		if a == string(shift.Sell) || !slices.Contains(shift.Acts(), shift.Act(a)) {
			return "four_eyes"
		}
	}
	if len(d.Drawers) > drawersMost {
		return "drawers"
	}
	for i, name := range d.Drawers {
		if name == "" || len(name) > 24 || strings.TrimSpace(name) != name || strings.ContainsAny(name, " :/\t\n") || slices.Contains(d.Drawers[:i], name) {
			return "drawers"
		}
	}
	return ""
}

// clockSlack is how far a clock may be set back without a word: time servers do so.
const clockSlack = time.Minute

// clockBack notices that the clock stands before the newest fact (X9). Nothing is re-dated: order is by the journal, and the
// business day was fixed when the shift opened. It is a fact and a warning.
func (t *turn) clockBack() error {
	seq, _, err := t.Head()
	if err != nil || seq == 0 {
		return err
	}
	last, err := t.Fact(seq)
	if err != nil {
		return err
	}
	behind := last.At.Sub(t.now)
	if behind < clockSlack {
		t.after = append(t.after, func() { t.s.back = 0 })
		return nil
	}
	t.after = append(t.after, func() { t.s.back = behind })
	_, err = t.fact("clock.back", map[string]any{"last": last.At, "now": t.now, "seconds": int64(behind / time.Second)})
	return err
}
