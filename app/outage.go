package app

import (
	"context"
	"encoding/json"
	"time"

	"suanpan/app/pay"
	"suanpan/app/shift"
)

// A provider that proves again and again that our key or our requests are wrong takes no new money: every further payment would
// fail as well, and its own doubts could not be asked about. What is open goes on being asked about.
const (
	outShelf   = "provider.out"
	faultsMost = 3 // proven faults of set-up in a row
)

// Outage is why a provider is out of service, and since when.
type Outage struct {
	Reason pay.Reason `json:"reason"` // bad_signature, bad_request
	Since  time.Time  `json:"since"`
}

// outages is what the shop knows of its providers' health; the shop's mu guards it.
type outages struct {
	row map[string]int // faults in a row, by provider
	out map[string]Outage
}

// heardOf counts what an answer says about the set-up. Only a proven answer counts, in both directions.
func (t *turn) heardOf(provider string, o pay.Observation) error {
	if !o.Verified {
		return nil
	}
	s := t.s
	s.mu.Lock()
	_, out := s.ill.out[provider]
	n := s.ill.row[provider] + 1
	if o.Reason != pay.BadSignature && o.Reason != pay.BadRequest {
		n = 0
	}
	s.ill.row[provider] = n
	s.mu.Unlock()
	if out || n < faultsMost {
		return nil
	}
	outage := Outage{o.Reason, t.now.Truncate(time.Millisecond)}
	if err := t.ShelfTx(outShelf).Put(provider, rawJSON(outage)); err != nil {
		return err
	}
	if _, err := t.fact("provider.out", map[string]any{"provider": provider, "reason": o.Reason, "code": o.Code}); err != nil {
		return err
	}
	t.after = append(t.after, func() { s.ill.out[provider] = outage })
	t.tell(Event{Kind: SettingsChanged})
	return nil
}

// readOutages reads who was out of service when the shop stopped.
func (t *turn) readOutages() error {
	return t.Shelf(outShelf).List("", 0, func(name string, doc json.RawMessage) error {
		var o Outage
		if err := json.Unmarshal(doc, &o); err != nil || o.Since.IsZero() {
			return err
		}
		t.after = append(t.after, func() { t.s.ill.out[name] = o })
		return nil
	})
}

// BackInService tries a provider that is out of service and lets it take money again if every check of the test is passed. The
// test is answered either way.
func (s *Shop) BackInService(ctx context.Context, provider string) (ProviderTest, error) {
	if err := s.may(ctx, shift.EditShop); err != nil {
		return ProviderTest{}, err
	}
	test, err := s.TestProvider(ctx, provider)
	if err != nil || !test.OK {
		return test, err
	}
	_, err = change(WithKey(ctx, ""), s, "provider.back", provider, func(t *turn) (bool, error) {
		if err := t.need(shift.EditShop); err != nil {
			return false, err
		}
		s.mu.Lock()
		_, out := s.ill.out[provider]
		s.mu.Unlock()
		if !out {
			return false, nil
		}
		if err := t.ShelfTx(outShelf).Put(provider, rawJSON(Outage{})); err != nil {
			return false, err
		}
		t.after = append(t.after, func() {
			delete(s.ill.out, provider)
			delete(s.ill.row, provider)
		})
		t.tell(Event{Kind: SettingsChanged})
		_, err := t.fact("provider.back", map[string]any{"provider": provider, "checks": test.Checks, "staff": t.who()})
		return true, err
	})
	return test, err
}
