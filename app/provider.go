package app

import (
	"context"
	"encoding/json"

	"suanpan/app/money"
	"suanpan/app/pay"
	"suanpan/app/shift"
)

// Desk makes providers out of settings and keeps their secrets; wire.go hands it in. Settings that are read back carry no
// secrets.
type Desk interface {
	Put(ctx context.Context, provider string, settings json.RawMessage) ([]pay.Provider, error)
	List(ctx context.Context) []ProviderInfo
}

// ProviderInfo is a configured provider as people may see it.
type ProviderInfo struct {
	Provider string   `json:"provider"`
	Merchant string   `json:"merchant"`
	Sandbox  bool     `json:"sandbox,omitempty"`
	Flows    []string `json:"flows"`
}

// ProviderTest is what asking a provider showed.
type ProviderTest struct {
	Provider  string   `json:"provider"`
	OK        bool     `json:"ok"`
	LatencyMS int64    `json:"latency_ms"`
	Checks    []string `json:"checks"`
}

// PutProvider configures a provider. The first manager's template PIN must have been changed before.
func (s *Shop) PutProvider(ctx context.Context, provider string, settings json.RawMessage) ([]ProviderInfo, error) {
	if s.p.Desk == nil {
		return nil, refuse("sandbox_only", nil)
	}
	_, err := change(ctx, s, "provider.put", provider, func(t *turn) (bool, error) {
		if err := t.need(shift.EditShop); err != nil {
			return false, err
		}
		boss, err := getStaff(t, "1")
		if err != nil {
			return false, err
		}
		if boss.Initial {
			return false, refuse("change_first_pin", nil)
		}
		_, err = t.fact("provider.put", map[string]string{"provider": provider})
		return true, err
	})
	if err != nil {
		return nil, err
	}
	list, err := s.p.Desk.Put(ctx, provider, settings)
	if err != nil {
		return nil, refuse("provider_invalid", err, "why", err.Error())
	}
	s.mu.Lock()
	s.p.Providers = list
	s.tell(Event{Kind: SettingsChanged})
	s.mu.Unlock()
	return s.Providers(ctx), nil
}

// Providers lists what this till can take money with, without secrets.
func (s *Shop) Providers(ctx context.Context) []ProviderInfo {
	if s.p.Desk != nil {
		return s.p.Desk.List(ctx)
	}
	out := []ProviderInfo{}
	for _, p := range s.providers() {
		info := ProviderInfo{Provider: p.ID(), Merchant: p.Caps().Merchant, Sandbox: s.p.Sandbox != nil}
		for _, f := range p.Caps().Flows {
			info.Flows = append(info.Flows, string(f))
		}
		out = append(out, info)
	}
	return out
}

func (s *Shop) providers() []pay.Provider {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.p.Providers
}

// TestProvider asks about a payment that does not exist. A verified "not found" proves keys, clock, line and merchant.
func (s *Shop) TestProvider(ctx context.Context, id string) (ProviderTest, error) {
	p := s.provider(id)
	if p == nil {
		return ProviderTest{}, refuse("method_unavailable", nil, "method", id)
	}
	begun := s.p.Clock.Now()
	obs, err := p.Query(ctx, pay.Ref{No: pay.OwnNo(NewID()), Merchant: p.Caps().Merchant, Flow: pay.ByCode, Amount: money.Of(1, s.config().Currency), SubmittedAt: begun})
	out := ProviderTest{Provider: id, LatencyMS: s.p.Clock.Now().Sub(begun).Milliseconds()}
	switch {
	case err != nil:
		out.Checks = []string{"line: " + err.Error()}
	case !obs.Verified:
		out.Checks = []string{"signature: not proven", "answer: " + obs.Code + " " + obs.Msg}
	default:
		out.Checks = []string{"line", "signature", "answer: " + obs.Outcome.String()}
		out.OK = obs.Outcome == pay.NotFound
	}
	return out, nil
}

// SandboxScript, SandboxAccounts and SandboxStatement steer the stand-in providers of demo and training.
func (s *Shop) SandboxScript(provider string, faults []string, seed int64) error {
	if s.p.Sandbox == nil {
		return refuse("no_sandbox", nil)
	}
	if err := s.p.Sandbox.Script(provider, faults, seed); err != nil {
		return refuse("bad_params", err, "why", err.Error())
	}
	return nil
}

// SandboxAccounts shows the stand-in payers.
func (s *Shop) SandboxAccounts() (any, error) {
	if s.p.Sandbox == nil {
		return nil, refuse("no_sandbox", nil)
	}
	return s.p.Sandbox.Accounts()
}

// SandboxStatement shows a stand-in provider's own books.
func (s *Shop) SandboxStatement(provider, date string) (any, error) {
	if s.p.Sandbox == nil {
		return nil, refuse("no_sandbox", nil)
	}
	return s.p.Sandbox.Statement(provider, date)
}
