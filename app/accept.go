package app

import (
	"context"
	"time"

	"suanpan/app/shift"
)

// Acceptance is one run of the script that a provider must pass before it takes money (N14).
type Acceptance struct {
	Provider string       `json:"provider"`
	Merchant string       `json:"merchant"`
	Where    string       `json:"where"` // "stand-in", or the host of the provider's test environment
	Own      bool         `json:"own"`   // the peer checked this merchant's own numbers and key
	OK       bool         `json:"ok"`
	At       time.Time    `json:"at"`
	Steps    []AcceptStep `json:"steps"`
}

// AcceptStep is one step of the script with its evidence: numbers and bytes of the provider's answers after scrubbing.
type AcceptStep struct {
	Name     string   `json:"name"` // pay, query, refund, reverse, bill
	State    string   `json:"state"`
	Why      string   `json:"why,omitempty"` // of skipped and failed: a word of "accept.why.<why>"
	Note     string   `json:"note,omitempty"`
	OwnNo    string   `json:"own_no,omitempty"`
	Txn      string   `json:"provider_txn,omitempty"`
	Code     string   `json:"code,omitempty"`
	MS       int64    `json:"ms"`
	Evidence []string `json:"evidence,omitempty"`
}

// States of a step.
const (
	StepWaiting = "waiting"
	StepRunning = "running"
	StepOK      = "ok"
	StepSkipped = "skipped" // the provider has no such ability
	StepFailed  = "failed"
)

// The script's limits.
const (
	acceptMinor    = 100 // of the currency's minor units: what the script pays
	acceptAsks     = 20  // questions until a step is given up
	acceptPause    = 1   // seconds between them
	evidenceMax    = 2048
	acceptStepTime = 2 * time.Minute
)

// Accept runs the script with the newest settings of a provider; tell hears each change and must not wait. Money is only
// played with: the peer is a stand-in or the provider's own test environment. The outcome is a fact with its evidence.
func (s *Shop) Accept(ctx context.Context, provider string, tell func(Acceptance)) (Acceptance, error) {
	if s.p.Desk == nil || s.sandbox() != nil {
		return Acceptance{}, refuse("sandbox_only", nil)
	}
	if i := s.Info(); i.Staff == nil || !i.Staff.May(shift.EditShop) {
		return Acceptance{}, refuse("needs_approval", shift.ErrDenied, "act", string(shift.EditShop))
	}
	p, sealed, err := s.openNewest(ctx, provider)
	if err != nil {
		return Acceptance{}, err
	}
	r := Rehearsal{Provider: p, Where: "nobody", Close: func() error { return nil }}
	if !static(p) {
		if r, err = s.p.Desk.Rehearse(ctx, provider, sealed); err != nil {
			return Acceptance{}, refuse("no_rehearsal", err, "provider", provider, "why", err.Error())
		}
	}
	defer func() {
		if err := r.Close(); err != nil {
			s.p.Log.Error("rehearsal", "provider", provider, "err", err)
		}
	}()
	run := &script{s: s, r: r, p: r.Provider, tell: tell}
	run.do(ctx)
	out := run.out
	if ctx.Err() != nil {
		return out, refuse("canceled", ctx.Err())
	}
	_, err = s.prove(ctx, provider, sealed, "provider.rehearsed", out, func(p *Profile) {
		brief := out
		brief.Steps = nil
		for _, step := range out.Steps { // the evidence lies in the journal
			step.Evidence = nil
			brief.Steps = append(brief.Steps, step)
		}
		p.Accepted = &brief
	})
	return out, err
}
