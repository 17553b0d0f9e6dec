package app

import (
	"bytes"
	"context"
	"slices"

	"suanpan/app/ledger"
	"suanpan/app/pay"
	"suanpan/app/shift"
)

// ProviderKeys is the act that a second person approves where the shop wants two for a change of keys.
const ProviderKeys shift.Act = "provider_keys"

// TestProfile asks the provider of the newest settings, without moving money, and writes down what it showed (N4). A provider
// out of service comes back by it, if the settings that serve pass too.
func (s *Shop) TestProfile(ctx context.Context, provider string) (ProviderTest, error) {
	test, err := s.testNewest(ctx, provider)
	s.mu.Lock()
	_, out := s.ill.out[provider]
	s.mu.Unlock()
	if err == nil && out && test.OK {
		_, err = s.BackInService(ctx, provider) // where what serves passes as well
	}
	return test, err
}

func (s *Shop) testNewest(ctx context.Context, provider string) (ProviderTest, error) {
	if s.sandbox() != nil || s.p.Desk == nil {
		return s.TestProvider(ctx, provider)
	}
	p, sealed, err := s.openNewest(ctx, provider)
	if err != nil {
		return ProviderTest{}, err
	}
	test := s.try(ctx, p)
	_, err = s.prove(ctx, provider, sealed, "provider.tested", test, func(p *Profile) { p.Test = &test })
	return test, err
}

// prove writes down what settings showed, unless they were changed meanwhile.
func (s *Shop) prove(ctx context.Context, provider string, sealed []byte, kind string, body any, set func(*Profile)) (ProfileInfo, error) {
	return change(WithKey(context.WithoutCancel(ctx), ""), s, kind, provider, func(t *turn) (ProfileInfo, error) {
		if err := t.need(shift.EditShop); err != nil {
			return ProfileInfo{}, err
		}
		now, err := kept(t, provider)
		if err != nil {
			return ProfileInfo{}, err
		}
		if !bytes.Equal(now, sealed) {
			return ProfileInfo{}, refuse("provider_changed", nil)
		}
		profiles, err := readProfiles(t)
		if err != nil {
			return ProfileInfo{}, err
		}
		p := profiles[provider]
		if p == nil { // set up before there were profiles
			p = &Profile{Provider: provider}
			if p.Serving, err = t.servedBefore(provider); err != nil {
				return ProfileInfo{}, err
			}
		}
		set(p)
		return t.keepProfile(profiles, p, kind, body)
	})
}

// GoLive puts the newest settings of a provider to work: tested, accepted, under a contract that holds, at an address of the
// institution (N14). A suspended provider without new settings goes on.
func (s *Shop) GoLive(ctx context.Context, provider string) (ProfileInfo, error) {
	if s.p.Desk == nil || s.sandbox() != nil {
		return ProfileInfo{}, refuse("sandbox_only", nil)
	}
	made, sealed, err := s.openNewest(ctx, provider)
	if err != nil {
		return ProfileInfo{}, err
	}
	return change(ctx, s, "provider.live", provider, func(t *turn) (ProfileInfo, error) {
		if err := t.need(shift.EditShop); err != nil {
			return ProfileInfo{}, err
		}
		profiles, err := readProfiles(t)
		if err != nil {
			return ProfileInfo{}, err
		}
		p := profiles[provider]
		if p == nil {
			return ProfileInfo{}, refuse("provider_not_ready", nil, "provider", provider, "state", string(ProviderDraft))
		}
		if now, err := kept(t, provider); err != nil || !bytes.Equal(now, sealed) {
			return ProfileInfo{}, orElse(err, refuse("provider_changed", nil))
		}
		if err := t.mayServe(p); err != nil {
			return ProfileInfo{}, err
		}
		approved, err := t.second()
		if err != nil {
			return ProfileInfo{}, err
		}
		if p.Pending {
			if err := t.putSealed(liveSettings, provider, sealed); err != nil {
				return ProfileInfo{}, err
			}
			if err := t.putSealed(draftSettings, provider, nil); err != nil {
				return ProfileInfo{}, err
			}
		}
		p.Pending = false
		p.Serving = &Serving{Merchant: p.Merchant, Host: p.Host, Contract: p.Contract, By: t.staff.ID, Approved: approved, Since: t.now}
		list := []pay.Provider{made}
		for _, other := range s.providers() {
			if other.ID() != provider {
				list = append(list, other)
			}
		}
		slices.SortFunc(list, func(a, b pay.Provider) int { return bytes.Compare([]byte(a.ID()), []byte(b.ID())) })
		t.after = append(t.after, func() {
			s.p.Providers, s.provided = list, s.provided+1
			delete(s.shut, provider)
		})
		return t.keepProfile(profiles, p, "provider.live", map[string]any{"provider": provider, "merchant": p.Merchant, "host": p.Host, "contract": p.Contract,
			"key_prints": p.Keys, "approved_by": approved})
	})
}

// mayServe refuses what must not take money.
func (t *turn) mayServe(p *Profile) error {
	if p.Pending && p.state(t.now) != ProviderAccepted {
		return refuse("provider_not_ready", nil, "provider", p.Provider, "state", string(p.state(t.now)))
	}
	training := t.s.config().Training
	switch {
	case p.Place == PlaceForeign, p.Place == PlaceTest, training != (p.Place == PlaceLoopback):
		return refuse("endpoint_foreign", nil, "host", p.Host)
	case training, p.Static: // a code for the shop's own account needs no contract for payments
		return t.sameMerchant(p)
	}
	if name := p.Contract.wrong(); name != "" {
		return refuse("contract_invalid", nil, "field", name)
	}
	if !p.Contract.holds(dayOf(t.now)) {
		return refuse("contract_lapsed", nil, "from", p.Contract.From, "until", p.Contract.Until)
	}
	return t.sameMerchant(p)
}

// sameMerchant refuses another merchant while payments of the one before are open: only his keys can ask about them.
func (t *turn) sameMerchant(p *Profile) error {
	if p.Serving == nil || p.Serving.Merchant == p.Merchant {
		return nil
	}
	open, err := t.OpenAttempts()
	if err != nil {
		return err
	}
	for _, a := range open {
		if a.Provider == p.Provider {
			return refuse("provider_busy", nil, "provider", p.Provider)
		}
	}
	return nil
}

// second answers who approved a change of keys, where the shop wants two for it.
func (t *turn) second() (string, error) {
	who, ok := t.other(shift.EditShop)
	switch {
	case ok:
		return who.ID, nil
	case t.s.config().TwoForKeys:
		return "", refuse("needs_approval", shift.ErrDenied, "act", string(ProviderKeys))
	}
	return "", nil
}

// SuspendProvider takes a provider off the till: no new money, while payments that began with it are followed to their end.
func (s *Shop) SuspendProvider(ctx context.Context, provider, reason string) (ProfileInfo, error) {
	if s.sandbox() != nil {
		return ProfileInfo{}, refuse("sandbox_only", nil)
	}
	return change(ctx, s, "provider.suspend", [2]string{provider, reason}, func(t *turn) (ProfileInfo, error) {
		if err := t.need(shift.EditShop); err != nil {
			return ProfileInfo{}, err
		}
		if reason == "" {
			return ProfileInfo{}, refuse("reason_missing", nil)
		}
		profiles, err := readProfiles(t)
		if err != nil {
			return ProfileInfo{}, err
		}
		p := profiles[provider]
		if p == nil {
			p = &Profile{Provider: provider}
			if p.Serving, err = t.servedBefore(provider); err != nil {
				return ProfileInfo{}, err
			}
		}
		if p.Serving == nil {
			return ProfileInfo{}, refuse("method_unavailable", nil, "method", provider)
		}
		p.Serving.Suspended = reason
		return t.keepProfile(profiles, p, "provider.suspended", map[string]string{"provider": provider, "reason": reason})
	})
}

// lapse writes down the end of contracts, once each. That they take no more money follows from the day alone.
func (s *Shop) lapse(ctx context.Context) {
	now := s.p.Clock.Now()
	s.mu.Lock()
	due := false
	for _, p := range s.profiles {
		due = due || p.lapsing(dayOf(now))
	}
	s.mu.Unlock()
	if !due {
		return
	}
	_, err := change(ctx, s, "provider.lapsed", nil, func(t *turn) (bool, error) {
		profiles, err := readProfiles(t)
		if err != nil {
			return false, err
		}
		for _, p := range profiles {
			if !p.lapsing(dayOf(t.now)) {
				continue
			}
			p.Serving.Lapsed = p.Serving.Contract.Until
			if _, err := t.keepProfile(profiles, p, "provider.suspended", map[string]string{"provider": p.Provider, "reason": "contract", "until": p.Serving.Lapsed}); err != nil {
				return false, err
			}
		}
		return true, nil
	})
	if err != nil {
		s.p.Log.Error("providers: contract ended", "err", err)
	}
}

// lapsing reports whether a contract has ended and the journal does not know.
func (p *Profile) lapsing(day string) bool {
	return p.Serving != nil && p.Serving.Contract.Until != "" && p.Serving.Contract.Until < day && p.Serving.Lapsed != p.Serving.Contract.Until
}

func ledgerKind(kind string) ledger.Kind { return ledger.Kind(kind) }
