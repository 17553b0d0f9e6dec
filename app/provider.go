package app

import (
	"context"
	"crypto/sha256"
	"encoding/json"

	"suanpan/app/pay"
	"suanpan/app/shift"
)

// Desk makes providers out of settings and seals their secrets; wire.go hands it in. The shop keeps the sealed bytes.
type Desk interface {
	// Seal checks settings and answers them sealed, with the provider they make.
	Seal(provider string, settings json.RawMessage) (sealed []byte, p pay.Provider, err error)
	Open(provider string, sealed []byte) (pay.Provider, error)
}

// Trial starts the stand-in providers of demo and training; wire.go hands it in.
type Trial func() ([]pay.Provider, Sandbox)

// ProviderInfo is a configured provider as people may see it.
type ProviderInfo struct {
	Provider string   `json:"provider"`
	Merchant string   `json:"merchant"`
	Sandbox  bool     `json:"sandbox,omitempty"`
	Flows    []string `json:"flows"`
}

// ProviderTest is what asking a provider showed.
type ProviderTest struct {
	Provider  string      `json:"provider"`
	OK        bool        `json:"ok"`
	LatencyMS int64       `json:"latency_ms"`
	Checks    []pay.Check `json:"checks"`
}

// PutProvider configures a provider; its secrets go in and never come out. The first manager's template PIN must have been
// changed before.
func (s *Shop) PutProvider(ctx context.Context, provider string, settings json.RawMessage) ([]ProviderInfo, error) {
	if s.p.Desk == nil || s.sandbox() != nil {
		return nil, refuse("sandbox_only", nil)
	}
	sealed, made, err := s.p.Desk.Seal(provider, settings)
	if err != nil {
		return nil, refuse("provider_invalid", err, "provider", provider, "why", err.Error())
	}
	sum := sha256.Sum256(settings) // the key tells other settings apart, and keeps none
	return change(ctx, s, "provider.put", [2]any{provider, sum[:]}, func(t *turn) ([]ProviderInfo, error) {
		if err := t.need(shift.EditShop); err != nil {
			return nil, err
		}
		boss, err := getStaff(t, "1")
		if err != nil {
			return nil, err
		}
		if boss.Initial {
			return nil, refuse("change_first_pin", nil)
		}
		all, err := sealedProviders(t)
		if err != nil {
			return nil, err
		}
		all[provider] = sealed
		if err := t.PutSetting("providers", rawJSON(all)); err != nil {
			return nil, err
		}
		if _, err := t.fact("provider.put", map[string]string{"provider": provider, "merchant": made.Caps().Merchant}); err != nil {
			return nil, err
		}
		list := []pay.Provider{made}
		for _, p := range s.providers() {
			if p.ID() != provider {
				list = append(list, p)
			}
		}
		t.after = append(t.after, func() { s.p.Providers = list })
		t.tell(Event{Kind: SettingsChanged})
		return inform(list, false), nil
	})
}

func sealedProviders(v View) (map[string][]byte, error) {
	all := map[string][]byte{}
	doc, ok, err := v.Setting("providers")
	if err != nil || !ok {
		return all, err
	}
	return all, json.Unmarshal(doc, &all)
}

// arm makes the shop's providers when it is opened or set up: the stand-ins where this is a demo, else what was configured.
// A provider that cannot be opened (its keyring is locked) is left out and logged: cash is not affected (N10).
func (s *Shop) arm(v View, conf Config) error {
	if s.p.Trial != nil && (conf.Template == "demo" || s.p.AlwaysTrial) {
		list, box := s.p.Trial()
		s.p.Providers, s.p.Sandbox = list, box
		return nil
	}
	if s.p.Desk == nil || v == nil { // a shop that was just made has none
		return nil
	}
	all, err := sealedProviders(v)
	if err != nil {
		return err
	}
	for name, sealed := range all {
		p, err := s.p.Desk.Open(name, sealed)
		if err != nil {
			s.p.Log.Error("provider is off", "provider", name, "err", err)
			continue
		}
		s.p.Providers = append(s.p.Providers, p)
	}
	return nil
}

// Providers lists what this till can take money with, without secrets.
func (s *Shop) Providers(context.Context) []ProviderInfo {
	s.mu.Lock()
	defer s.mu.Unlock()
	return inform(s.p.Providers, s.p.Sandbox != nil)
}

func inform(list []pay.Provider, sandbox bool) []ProviderInfo {
	out := []ProviderInfo{}
	for _, p := range list {
		info := ProviderInfo{Provider: p.ID(), Merchant: p.Caps().Merchant, Sandbox: sandbox}
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

// TestProvider tries a provider's settings without moving money (N4).
func (s *Shop) TestProvider(ctx context.Context, id string) (ProviderTest, error) {
	p := s.provider(id)
	if p == nil {
		return ProviderTest{}, refuse("method_unavailable", nil, "method", id)
	}
	out := ProviderTest{Provider: id, OK: true}
	tester, ok := p.(pay.Tester)
	if !ok {
		return out, refuse("method_unavailable", nil, "method", id)
	}
	begun := s.p.Clock.Now()
	out.Checks = tester.Test(ctx)
	out.LatencyMS = s.p.Clock.Now().Sub(begun).Milliseconds()
	for _, c := range out.Checks {
		out.OK = out.OK && c.OK
	}
	return out, nil
}

func (s *Shop) sandbox() Sandbox {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.p.Sandbox
}

// SandboxScript, SandboxAccounts and SandboxStatement steer the stand-in providers of demo and training.
func (s *Shop) SandboxScript(provider string, faults []string, seed int64) error {
	if s.sandbox() == nil {
		return refuse("no_sandbox", nil)
	}
	if err := s.sandbox().Script(provider, faults, seed); err != nil {
		return refuse("bad_params", err, "why", err.Error())
	}
	return nil
}

// SandboxAccounts shows the stand-in payers.
func (s *Shop) SandboxAccounts() (any, error) {
	if s.sandbox() == nil {
		return nil, refuse("no_sandbox", nil)
	}
	return s.sandbox().Accounts()
}

// SandboxStatement shows a stand-in provider's own books.
func (s *Shop) SandboxStatement(provider, date string) (any, error) {
	if s.sandbox() == nil {
		return nil, refuse("no_sandbox", nil)
	}
	return s.sandbox().Statement(provider, date)
}
