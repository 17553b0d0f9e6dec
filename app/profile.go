package app

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"suanpan/app/pay"
	"suanpan/app/shift"
)

// Settings under which sealed provider settings lie: what takes money, and what waits to.
const (
	liveSettings    = "providers"
	draftSettings   = "provider_drafts"
	profileSettings = "provider_profiles"
)

// ProviderState says how far a provider's newest settings have come (N14).
type ProviderState string

// The states.
const (
	ProviderDraft     ProviderState = "draft"
	ProviderTested    ProviderState = "tested"    // the provider answered and knows us
	ProviderAccepted  ProviderState = "accepted"  // pay, query, refund, reverse and bill passed
	ProviderLive      ProviderState = "live"      // offered at the till
	ProviderSuspended ProviderState = "suspended" // by a person, or because the contract lapsed
)

// contractWarnDays is how long ahead the end of a contract is said.
const contractWarnDays = 30

// Contract is with whom a shop has agreed that money is taken, and until when. Days are "2026-11-22", both included.
type Contract struct {
	Institution string `json:"institution"`
	Licence     string `json:"licence"` // of the institution, for payments
	Number      string `json:"number"`
	From        string `json:"from,omitempty"`
	Until       string `json:"until,omitempty"` // open where empty
}

// wrong names the first field that a real profile cannot do without.
func (c Contract) wrong() string {
	for _, f := range []struct{ name, text string }{{"institution", c.Institution}, {"licence", c.Licence}, {"number", c.Number}, {"from", c.From}} {
		if strings.TrimSpace(f.text) == "" {
			return f.name
		}
	}
	return c.malformed()
}

func (c Contract) malformed() string {
	for _, f := range []struct{ name, day string }{{"from", c.From}, {"until", c.Until}} {
		if _, err := time.Parse(time.DateOnly, f.day); f.day != "" && err != nil {
			return f.name
		}
	}
	if c.Until != "" && c.Until < c.From {
		return "until"
	}
	return ""
}

// holds reports whether the contract covers the day.
func (c Contract) holds(day string) bool { return c.From <= day && (c.Until == "" || day <= c.Until) }

// Profile is a provider as the shop knows it, without its secrets. Everything but secrets survives JSON.
type Profile struct {
	Provider string            `json:"provider"`
	Pending  bool              `json:"pending"` // settings wait that do not take money yet
	Merchant string            `json:"merchant"`
	Host     string            `json:"host"`
	Place    Place             `json:"place"`
	Static   bool              `json:"static,omitempty"` // shows codes that no machine confirms: there is nothing to rehearse
	Contract Contract          `json:"contract"`
	Shown    map[string]string `json:"settings"` // a secret that is there is "kept"
	Keys     []string          `json:"key_prints,omitempty"`
	Test     *ProviderTest     `json:"test,omitempty"`
	Accepted *Acceptance       `json:"acceptance,omitempty"`
	Serving  *Serving          `json:"serving,omitempty"` // what takes money now; nil where nothing does
	By       string            `json:"by,omitempty"`
	Since    time.Time         `json:"since,omitzero"`
}

// Serving is what was put live, by whom and when.
type Serving struct {
	Merchant  string    `json:"merchant"`
	Host      string    `json:"host"`
	Contract  Contract  `json:"contract"`
	By        string    `json:"by,omitempty"`
	Approved  string    `json:"approved_by,omitempty"`
	Since     time.Time `json:"since,omitzero"`
	Suspended string    `json:"suspended,omitempty"` // the reason that a person gave
	Lapsed    string    `json:"lapsed,omitempty"`    // the last day of the contract, once its end is in the journal
}

// ProfileInfo is a profile with what follows from it today.
type ProfileInfo struct {
	Profile
	State    ProviderState `json:"state"`
	Live     bool          `json:"live"`                // offered at the till, be it with earlier settings
	DaysLeft *int          `json:"days_left,omitempty"` // of the contract, once its end is near
	Lapsed   bool          `json:"lapsed,omitempty"`
	Sandbox  bool          `json:"sandbox,omitempty"` // a stand-in of demo or training
}

func dayOf(now time.Time) string { return now.Format(time.DateOnly) }

// serves reports whether new money may be taken. A provider without a profile was set up before there were any.
func (p *Profile) serves(now time.Time) bool {
	return p == nil || p.Serving != nil && p.Serving.Suspended == "" && p.Serving.Contract.holds(dayOf(now))
}

func (p *Profile) state(now time.Time) ProviderState {
	switch {
	case p.Pending && p.Test != nil && p.Test.OK && p.Accepted != nil && p.Accepted.OK:
		return ProviderAccepted
	case p.Pending && p.Test != nil && p.Test.OK:
		return ProviderTested
	case p.Pending:
		return ProviderDraft
	case p.serves(now):
		return ProviderLive
	}
	return ProviderSuspended
}

func (p *Profile) info(now time.Time) ProfileInfo {
	out := ProfileInfo{Profile: *p, State: p.state(now), Live: p.serves(now)}
	c := p.Contract
	if p.Serving != nil {
		c = p.Serving.Contract
	}
	if end, err := time.ParseInLocation(time.DateOnly, c.Until, now.Location()); err == nil {
		today, _ := time.ParseInLocation(time.DateOnly, dayOf(now), now.Location())
		if days := int((end.Sub(today) + 12*time.Hour) / (24 * time.Hour)); days <= contractWarnDays {
			out.DaysLeft, out.Lapsed = &days, days < 0
		}
	}
	return out
}

func readProfiles(v View) (map[string]*Profile, error) {
	all := map[string]*Profile{}
	doc, ok, err := v.Setting(profileSettings)
	if err != nil || !ok {
		return all, err
	}
	return all, json.Unmarshal(doc, &all)
}

// ProviderKinds lists what can be set up.
func (s *Shop) ProviderKinds() []ProviderKind {
	if s.p.Desk == nil {
		return []ProviderKind{}
	}
	return s.p.Desk.Kinds()
}

// Profiles lists the providers that are set up or being set up; in demo and training with stand-ins, those.
func (s *Shop) Profiles(context.Context) []ProfileInfo {
	now := s.p.Clock.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	out := []ProfileInfo{}
	for _, name := range slices.Sorted(maps.Keys(s.profiles)) {
		out = append(out, s.profiles[name].info(now))
	}
	for _, p := range s.p.Providers {
		if s.profiles[p.ID()] == nil {
			out = append(out, ProfileInfo{Profile: Profile{Provider: p.ID(), Merchant: p.Caps().Merchant}, State: ProviderLive, Live: true, Sandbox: s.p.Sandbox != nil})
		}
	}
	return out
}

// ProviderPut is what a person entered about a provider.
type ProviderPut struct {
	Provider string          `json:"provider"`
	Settings json.RawMessage `json:"-"` // a secret left empty stays as it was
	Contract Contract        `json:"contract"`
}

// PutProvider keeps settings as a draft; secrets go in and never come out. What takes money goes on with its own settings
// until the draft is put live. The first manager's template PIN must have been changed before.
func (s *Shop) PutProvider(ctx context.Context, in ProviderPut) (ProfileInfo, error) {
	if s.p.Desk == nil || s.sandbox() != nil {
		return ProfileInfo{}, refuse("sandbox_only", nil)
	}
	if name := in.Contract.malformed(); name != "" {
		return ProfileInfo{}, refuse("contract_invalid", nil, "field", name)
	}
	kept, err := view(ctx, s, func(v View) ([]byte, error) { return kept(v, in.Provider) })
	if err != nil {
		return ProfileInfo{}, err
	}
	sealed, made, err := s.p.Desk.Seal(SealAsk{in.Provider, in.Settings, kept})
	if err != nil {
		return ProfileInfo{}, badSettings(in.Provider, err)
	}
	sum := sha256.Sum256(in.Settings) // the key tells other settings apart, and keeps none
	return change(ctx, s, "provider.put", [3]any{in.Provider, sum[:], in.Contract}, func(t *turn) (ProfileInfo, error) {
		if err := t.need(shift.EditShop); err != nil {
			return ProfileInfo{}, err
		}
		boss, err := getStaff(t, "1")
		if err != nil {
			return ProfileInfo{}, err
		}
		if boss.Initial {
			return ProfileInfo{}, refuse("change_first_pin", nil)
		}
		return t.putDraft(in, sealed, made, kept != nil)
	})
}

// badSettings says which field is wrong, where the desk knows.
func badSettings(provider string, err error) error {
	var e *Error
	var f *FieldError
	switch {
	case errors.As(err, &e):
		return e
	case errors.As(err, &f):
		return refuse("provider_field", err, "provider", provider, "field", f.Field, "why", f.Why)
	}
	return refuse("provider_invalid", err, "provider", provider, "why", err.Error())
}

// kept are the newest sealed settings of a provider.
func kept(v View, provider string) ([]byte, error) {
	for _, name := range []string{draftSettings, liveSettings} {
		all, err := sealedProviders(v, name)
		if err != nil || all[provider] != nil {
			return all[provider], err
		}
	}
	return nil, nil
}

func (t *turn) putDraft(in ProviderPut, sealed []byte, made Made, known bool) (ProfileInfo, error) {
	if training := t.s.config().Training; training != (made.Place == PlaceLoopback) {
		if training {
			return ProfileInfo{}, refuse("training_shop", nil, "host", made.Host)
		}
		return ProfileInfo{}, refuse("training_only", nil, "host", made.Host)
	}
	profiles, err := readProfiles(t)
	if err != nil {
		return ProfileInfo{}, err
	}
	for name, other := range profiles { // keys of two never mix (N14)
		for _, key := range made.Keys {
			if name != in.Provider && slices.Contains(other.Keys, key) {
				return ProfileInfo{}, refuse("key_shared", nil, "provider", name)
			}
		}
	}
	p := profiles[in.Provider]
	if p == nil {
		p = &Profile{Provider: in.Provider}
		if p.Serving, err = t.servedBefore(in.Provider); err != nil {
			return ProfileInfo{}, err
		}
		if p.Serving != nil {
			p.Merchant = p.Serving.Merchant
		}
	}
	merchant := made.Provider.Caps().Merchant
	if known && p.Merchant != merchant && t.s.keeps(in) {
		return ProfileInfo{}, refuse("provider_keys_needed", nil, "merchant", merchant)
	}
	p.Contract, p.By, p.Since = in.Contract, t.staff.ID, t.now
	body := map[string]any{"provider": in.Provider, "merchant": merchant, "host": made.Host, "contract": in.Contract}
	if made.Same && known { // only the contract is new: what was proven stays so
		if p.Serving != nil && !p.Pending {
			p.Serving.Contract, p.Serving.Lapsed = in.Contract, ""
		}
		return t.keepProfile(profiles, p, "provider.contract", body)
	}
	p.Pending, p.Test, p.Accepted = true, nil, nil
	p.Merchant, p.Host, p.Place, p.Shown, p.Keys = merchant, made.Host, made.Place, made.Shown, made.Keys
	p.Static = static(made.Provider)
	body["key_prints"] = made.Keys
	if err := t.putSealed(draftSettings, in.Provider, sealed); err != nil {
		return ProfileInfo{}, err
	}
	return t.keepProfile(profiles, p, "provider.put", body)
}

// static reports whether no machine confirms any of a provider's payments.
func static(p pay.Provider) bool {
	for _, f := range p.Caps().Flows {
		if f != pay.ByStatic {
			return false
		}
	}
	return true
}

// servedBefore is what takes money without a profile: it was set up before there were any.
func (t *turn) servedBefore(provider string) (*Serving, error) {
	all, err := sealedProviders(t, liveSettings)
	if err != nil || all[provider] == nil {
		return nil, err
	}
	out := &Serving{}
	if p := t.s.provider(provider); p != nil {
		out.Merchant = p.Caps().Merchant
	}
	return out, nil
}

// keeps reports whether an ask leaves a secret to be kept.
func (s *Shop) keeps(in ProviderPut) bool {
	var given map[string]any
	_ = json.Unmarshal(in.Settings, &given) // the desk has read it already
	for _, k := range s.p.Desk.Kinds() {
		for _, f := range k.Fields {
			if text, _ := given[f.Name].(string); k.ID == in.Provider && f.Secret() && text == "" {
				return true
			}
		}
	}
	return false
}

// putSealed keeps sealed settings; nil takes them away.
func (t *turn) putSealed(setting, provider string, sealed []byte) error {
	all, err := sealedProviders(t, setting)
	if err != nil {
		return err
	}
	all[provider] = sealed
	if sealed == nil {
		delete(all, provider)
	}
	return t.PutSetting(setting, rawJSON(all))
}

// keepProfile writes a profile with the fact of what was done to it, and shows it after the commit.
func (t *turn) keepProfile(profiles map[string]*Profile, p *Profile, kind string, body any) (ProfileInfo, error) {
	profiles[p.Provider] = p
	if err := t.PutSetting(profileSettings, rawJSON(profiles)); err != nil {
		return ProfileInfo{}, err
	}
	if _, err := t.fact(ledgerKind(kind), body); err != nil {
		return ProfileInfo{}, err
	}
	t.after = append(t.after, func() { t.s.profiles = profiles })
	t.tell(Event{Kind: SettingsChanged})
	return p.info(t.now), nil
}

// openNewest makes the provider of the newest settings.
func (s *Shop) openNewest(ctx context.Context, provider string) (pay.Provider, []byte, error) {
	if s.p.Desk == nil {
		return nil, nil, refuse("method_unavailable", nil, "method", provider)
	}
	sealed, err := view(ctx, s, func(v View) ([]byte, error) { return kept(v, provider) })
	if err != nil {
		return nil, nil, err
	}
	if sealed == nil {
		return nil, nil, refuse("method_unavailable", nil, "method", provider)
	}
	made, err := s.p.Desk.Open(provider, sealed)
	if err != nil {
		return nil, nil, badSettings(provider, err)
	}
	return made.Provider, sealed, nil
}
