package app_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"suanpan/app"
	"suanpan/store"
)

// TestNothingGoesLiveWithoutContractAndAcceptance is a real shop: its numbers lead to the institution itself.
func TestNothingGoesLiveWithoutContractAndAcceptance(t *testing.T) {
	ctx, d := context.Background(), newDesk(t)
	form := contracted(t, &d)
	practice := document(form)
	form.Training, form.BaseURL = false, ""
	now := &calendar{at: time.Date(2026, 11, 22, 12, 0, 0, 0, time.Local)}
	s, shop := openedAt(t, t.TempDir(), d, now)
	defer s.Close()
	must := func(_ any, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(shop.Setup(ctx, app.Setup{Template: "retail", Name: "小店", Currency: "CNY"}))
	must(shop.Login(ctx, "1", "1234"))
	must(shop.PutStaff(ctx, app.StaffPut{ID: "1", Name: "店长", Roles: []string{"manager"}, PIN: "2580"}))
	must(shop.PutStaff(ctx, app.StaffPut{ID: "2", Name: "副店长", Roles: []string{"manager"}, PIN: "8642"}))
	contract := app.Contract{Institution: "财付通", Licence: "Z2000133000019", Number: "C-1", From: "2026-01-01", Until: "2026-12-01"}
	put := func(settings []byte, c app.Contract) (app.ProfileInfo, error) {
		return shop.PutProvider(ctx, app.ProviderPut{Provider: "wechatpay", Settings: settings, Contract: c})
	}
	foreign := form
	foreign.BaseURL = "https://pay.example"
	for _, c := range []struct {
		settings []byte
		contract app.Contract
		put      string
		live     string
	}{
		{practice, contract, "training_only", ""},
		{document(form), app.Contract{From: "tomorrow"}, "contract_invalid", ""},
		{document(form), app.Contract{From: "2026-02-01", Until: "2026-01-01"}, "contract_invalid", ""},
		{document(form), app.Contract{}, "", "contract_invalid"},
		{document(foreign), contract, "", "endpoint_foreign"},
		{document(form), app.Contract{Institution: "a", Licence: "b", Number: "c", From: "2025-01-01", Until: "2026-11-21"}, "", "contract_lapsed"},
	} {
		if code := codeOf(put(c.settings, c.contract)); code != c.put {
			t.Fatalf("put: %s, not %s", code, c.put)
		}
		if c.put != "" {
			continue
		}
		if code := codeOf(shop.GoLive(ctx, "wechatpay")); code != "provider_not_ready" {
			t.Fatal(code)
		}
		provenAlready(t, s, "wechatpay")
		reopened, err := app.New(ctx, params(t, s, d, now))
		must(nil, err)
		shop = reopened
		must(shop.Login(ctx, "1", "2580"))
		if code := codeOf(shop.GoLive(ctx, "wechatpay")); code != c.live {
			t.Fatalf("live: %s, not %s", code, c.live)
		}
	}
	must(put(document(form), contract)) // the same keys, another contract: what was proven stays
	conf := shop.Info().Config
	conf.TwoForKeys = true
	must(shop.Configure(ctx, conf))
	if code := codeOf(shop.GoLive(ctx, "wechatpay")); code != "needs_approval" {
		t.Fatal(code)
	}
	both, err := shop.Approve(ctx, "2", "8642")
	must(nil, err)
	live, err := shop.GoLive(both, "wechatpay")
	must(nil, err)
	if !live.Live || live.State != app.ProviderLive || live.Serving.Approved != "2" || live.DaysLeft == nil || *live.DaysLeft != 9 {
		t.Errorf("%+v", live)
	}
	now.at = time.Date(2026, 12, 1, 23, 0, 0, 0, time.Local)
	if len(shop.Methods()) != 2 {
		t.Error("the last day of the contract counts")
	}
	now.at = now.at.Add(2 * time.Hour)
	if len(shop.Methods()) != 1 || shop.Profiles(ctx)[0].State != app.ProviderSuspended {
		t.Error("a lapsed contract still takes money")
	}
	form.MchID, form.PrivateKey = "1900000999", ""
	var loose map[string]any
	_ = json.Unmarshal(document(form), &loose)
	delete(loose, "private_key")
	b, _ := json.Marshal(loose)
	if code := codeOf(put(b, contract)); code != "provider_keys_needed" {
		t.Error(code)
	}
}

// provenAlready writes into the store what test and acceptance would: the institution itself is out of reach here.
func provenAlready(t *testing.T, s *store.Store, provider string) {
	t.Helper()
	err := s.Update(context.Background(), func(tx app.Tx) error {
		doc, _, err := tx.Setting("provider_profiles")
		if err != nil {
			return err
		}
		var all map[string]*app.Profile
		if err := json.Unmarshal(doc, &all); err != nil {
			return err
		}
		all[provider].Test, all[provider].Accepted = &app.ProviderTest{OK: true}, &app.Acceptance{OK: true}
		doc, _ = json.Marshal(all)
		return tx.PutSetting("provider_profiles", doc)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// calendar is a day that a test turns.
type calendar struct{ at time.Time }

func (d *calendar) Now() time.Time { return d.at }
