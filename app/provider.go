package app

import (
	"context"
	"encoding/json"
	"slices"

	"suanpan/app/pay"
)

// Desk makes providers out of settings and seals their secrets; wire.go hands it in. The shop keeps the sealed bytes and
// never sees a secret.
type Desk interface {
	// Kinds lists the providers that can be set up, with what each form asks.
	Kinds() []ProviderKind
	// Seal checks settings and answers them sealed. What the ask leaves empty of secrets is taken from Kept. A field that
	// cannot be used is a *FieldError.
	Seal(ask SealAsk) (sealed []byte, made Made, err error)
	Open(provider string, sealed []byte) (Made, error)
	// Rehearse starts a stand-in that knows this merchant, or reaches the provider's own test environment.
	Rehearse(ctx context.Context, provider string, sealed []byte) (Rehearsal, error)
}

// ProviderKind is one sort of provider as the form for it needs to know it. Its words are "provider.<id>" and "region.<region>".
type ProviderKind struct {
	ID        string      `json:"provider"`
	Region    string      `json:"region"`
	Fields    []pay.Field `json:"fields"`
	Hosts     []string    `json:"hosts,omitempty"` // where its institution answers; nothing else may go live
	Rehearsal bool        `json:"rehearsal"`       // there is a stand-in or a test environment
}

// SealAsk is settings on their way into the vault.
type SealAsk struct {
	Provider string
	Settings json.RawMessage
	Kept     []byte // sealed settings that give the secrets which Settings leaves empty; nil for none
}

// Made is a provider made of settings, with what may be shown of them.
type Made struct {
	Provider pay.Provider
	Shown    map[string]string // by field; a secret that is there is "kept"
	Keys     []string          // prints of the public halves of its keys
	Host     string
	Place    Place
	Same     bool // nothing differs from SealAsk.Kept
}

// Place says what sort of address a provider's settings lead to.
type Place string

// The places.
const (
	PlaceListed   Place = "listed"   // the institution's own, by the list of its kind
	PlaceTest     Place = "test"     // the institution's test environment
	PlaceLocal    Place = "local"    // a terminal in the shop's own network
	PlaceLoopback Place = "loopback" // this machine: a stand-in, for training
	PlaceForeign  Place = "foreign"
)

// FieldError says which field of a form cannot be used. Why is a word of "provider.wrong.<why>".
type FieldError struct {
	Field string
	Why   string
	Err   error
}

// Error names the field; the value stays out of it.
func (e *FieldError) Error() string { return e.Field + ": " + e.Why }

// Unwrap returns the cause.
func (e *FieldError) Unwrap() error { return e.Err }

// Rehearsal is a provider made of the entered settings that reaches a peer where no money is.
type Rehearsal struct {
	Provider pay.Provider
	Where    string                                       // "stand-in", or the host of the test environment
	Own      bool                                         // the peer checked this merchant's own numbers and key
	Code     func() pay.Secret                            // a payer's code; nil where payers show none
	Scan     func(qr string) error                        // a payer scans our code; nil where nobody can
	Sleep    func(ctx context.Context, seconds int) error // nil: the shop waits by itself
	Close    func() error
}

// Trial starts the stand-in providers of demo and training; wire.go hands it in.
type Trial func() ([]pay.Provider, Sandbox)

// ProviderInfo is a provider that this till takes money with, as people may see it.
type ProviderInfo struct {
	Provider string   `json:"provider"`
	Merchant string   `json:"merchant"`
	Sandbox  bool     `json:"sandbox,omitempty"`
	Flows    []string `json:"flows"`
	Out      *Outage  `json:"out_of_service,omitempty"` // it takes no new money until it passes a test (BackInService)
}

// ProviderTest is what asking a provider showed.
type ProviderTest struct {
	Provider  string      `json:"provider"`
	OK        bool        `json:"ok"`
	LatencyMS int64       `json:"latency_ms"`
	Checks    []pay.Check `json:"checks"`
}

func sealedProviders(v View, name string) (map[string][]byte, error) {
	all := map[string][]byte{}
	doc, ok, err := v.Setting(name)
	if err != nil || !ok {
		return all, err
	}
	return all, json.Unmarshal(doc, &all)
}

// arm makes the shop's providers when it is opened or set up: the stand-ins where this is a demo, else what was configured.
// A provider that cannot be opened (its vault is locked) is left out and logged: cash is not affected (N10).
func (s *Shop) arm(v View, conf Config) error {
	if s.p.Trial != nil && (conf.Template == "demo" || s.p.AlwaysTrial) {
		list, box := s.p.Trial()
		s.p.Providers, s.p.Sandbox, s.provided = list, box, s.provided+1
		return nil
	}
	if s.p.Desk == nil || v == nil { // a shop that was just made has none
		return nil
	}
	profiles, err := readProfiles(v)
	if err != nil {
		return err
	}
	s.profiles = profiles
	s.p.Providers, s.shut, err = s.opened(v)
	s.provided++
	return err
}

// Providers lists what this till can take money with, without secrets.
func (s *Shop) Providers(context.Context) []ProviderInfo {
	out := []ProviderInfo{}
	sandbox := s.sandbox() != nil
	for _, p := range s.serving() {
		info := ProviderInfo{Provider: p.ID(), Merchant: p.Caps().Merchant, Sandbox: sandbox}
		for _, f := range p.Caps().Flows {
			info.Flows = append(info.Flows, string(f))
		}
		s.mu.Lock()
		if o, ill := s.ill.out[p.ID()]; ill {
			info.Out = &o
		}
		s.mu.Unlock()
		out = append(out, info)
	}
	return out
}

// providers are all that are made; a suspended one still answers for payments that began with it.
func (s *Shop) providers() []pay.Provider {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.p.Providers
}

// offered are the providers that may take new money: serving, and not out of service.
func (s *Shop) offered() []pay.Provider {
	list := s.serving()
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.DeleteFunc(list, func(p pay.Provider) bool { _, ill := s.ill.out[p.ID()]; return ill })
}

// serving are the providers that are live, with a contract that holds today.
func (s *Shop) serving() []pay.Provider {
	now := s.p.Clock.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []pay.Provider
	for _, p := range s.p.Providers {
		if s.p.Sandbox != nil || s.profiles[p.ID()].serves(now) {
			out = append(out, p)
		}
	}
	return out
}

// offers reports whether new money may be taken with a provider.
func (s *Shop) offers(id string) bool {
	for _, p := range s.offered() {
		if p.ID() == id {
			return true
		}
	}
	return false
}

// TestProvider tries the provider that serves the till without moving money, and writes nothing down (N4).
func (s *Shop) TestProvider(ctx context.Context, id string) (ProviderTest, error) {
	p := s.provider(id)
	if p == nil {
		return ProviderTest{}, s.absent(id)
	}
	return s.try(ctx, p), nil
}

// try asks a provider. One that has no way of being asked has nothing to fail.
func (s *Shop) try(ctx context.Context, p pay.Provider) ProviderTest {
	out := ProviderTest{Provider: p.ID(), OK: true, Checks: []pay.Check{}}
	tester, ok := p.(pay.Tester)
	if !ok {
		return out
	}
	begun := s.p.Clock.Now()
	out.Checks = tester.Test(ctx)
	out.LatencyMS = s.p.Clock.Now().Sub(begun).Milliseconds()
	for _, c := range out.Checks {
		out.OK = out.OK && c.OK
	}
	return out
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
