package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"suanpan/app"
	"suanpan/app/money"
	"suanpan/app/pay"
	"suanpan/payments"
	"suanpan/payments/sandbox"
	"suanpan/payments/wechatpay"
	"suanpan/store"
)

// desk makes the real provider and seals with the real vault, whose key lies in a file.
type desk struct {
	vault payments.Vault
	play  *player
}

func newDesk(t *testing.T) desk {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "vault.key"), bytes.Repeat([]byte{7}, 32), 0o600); err != nil {
		t.Fatal(err)
	}
	v, err := payments.OpenVault(dir, dir, "")
	if err != nil {
		t.Fatal(err)
	}
	return desk{vault: v}
}

func (d desk) Kinds() []app.ProviderKind {
	return []app.ProviderKind{{ID: "wechatpay", Region: "cn", Fields: wechatpay.Fields(), Rehearsal: true}}
}

func (d desk) Seal(ask app.SealAsk) ([]byte, app.Made, error) {
	var given, before map[string]any
	if err := json.Unmarshal(ask.Settings, &given); err != nil {
		return nil, app.Made{}, err
	}
	if ask.Kept != nil {
		old, err := d.vault.Open(payments.Use{Provider: ask.Provider}, ask.Kept)
		if err != nil {
			return nil, app.Made{}, err
		}
		if err := json.Unmarshal(old, &before); err != nil {
			return nil, app.Made{}, err
		}
	}
	if given["private_key"] == nil {
		given["private_key"] = before["private_key"]
	}
	doc, _ := json.Marshal(given)
	was, _ := json.Marshal(before)
	m, err := made(doc)
	if err != nil {
		return nil, m, err
	}
	m.Same = bytes.Equal(doc, was)
	sealed, err := d.vault.Seal(payments.Use{Provider: ask.Provider}, doc)
	return sealed, m, err
}

func (d desk) Open(name string, sealed []byte) (app.Made, error) {
	settings, err := d.vault.Open(payments.Use{Provider: name}, sealed)
	if err != nil {
		return app.Made{}, err
	}
	return made(settings)
}

// Rehearse plays against the box that the settings lead to, which makes its clock jump instead of waiting.
func (d desk) Rehearse(_ context.Context, name string, sealed []byte) (app.Rehearsal, error) {
	m, err := d.Open(name, sealed)
	if err != nil {
		return app.Rehearsal{}, err
	}
	return app.Rehearsal{Provider: m.Provider, Where: "stand-in", Own: true, Code: func() pay.Secret { return pay.Hide(d.play.box.FreshCode()) },
		Sleep: func(_ context.Context, seconds int) error {
			d.play.ahead.Add(int64(time.Duration(seconds) * time.Second))
			return nil
		}, Close: func() error { return nil }}, nil
}

func made(settings json.RawMessage) (app.Made, error) {
	var form wechatpay.Form
	if err := json.Unmarshal(settings, &form); err != nil {
		return app.Made{}, err
	}
	s, err := wechatpay.Parse(form)
	if err != nil {
		return app.Made{}, err
	}
	p, err := wechatpay.New(s, payments.NewClient(payments.Options{}))
	m := app.Made{Provider: p, Host: "127.0.0.1", Place: app.PlaceLoopback, Keys: []string{form.Serial}, Shown: map[string]string{"mch_id": form.MchID, "private_key": "kept"}}
	if !form.Training {
		m.Host, m.Place = "api.mch.weixin.qq.com", app.PlaceListed
	}
	if form.BaseURL == "https://pay.example" {
		m.Host, m.Place = "pay.example", app.PlaceForeign
	}
	return m, err
}

// player is the stand-in of a test, with its clock.
type player struct {
	box   *sandbox.Server
	ahead atomic.Int64
}

// contracted is a box and a form that reaches it.
func contracted(t *testing.T, d *desk) wechatpay.Form {
	t.Helper()
	k, err := keys()
	if err != nil {
		t.Fatal(err)
	}
	d.play = &player{}
	d.play.box, err = sandbox.Start(context.Background(), sandbox.Options{Keys: k, Now: func() time.Time { return time.Now().Add(time.Duration(d.play.ahead.Load())) }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.play.box.Close() })
	w := d.play.box.WechatSettings()
	return wechatpay.Form{BaseURL: w.BaseURL, Training: true, AppID: w.AppID, MchID: w.MchID, Serial: w.Serial, PrivateKey: w.PrivateKey, PublicKeyID: w.PublicKeyID, PublicKey: w.PublicKey}
}

func document(form wechatpay.Form) []byte {
	b, _ := json.Marshal(form)
	return b
}

func codeOf(_ any, err error) string {
	if err == nil {
		return ""
	}
	code, _, _ := app.Explain(err)
	return code
}

// TestAProvidersSecretsGoInAndNeverComeOut sets a provider up from its draft to the first proven payment, looks for its key
// in everything that is written or answered, and takes money with it after a restart.
func TestAProvidersSecretsGoInAndNeverComeOut(t *testing.T) {
	ctx, dir, d := context.Background(), t.TempDir(), newDesk(t)
	form := contracted(t, &d)
	settings := document(form)
	s, shop := configured(t, dir, d)
	must := func(_ any, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(shop.Setup(ctx, app.Setup{Template: "retail", Name: "小店", Currency: "CNY", Training: true}))
	must(shop.Login(ctx, "1", "1234"))
	put := func(key string, settings []byte) string {
		return codeOf(shop.PutProvider(app.WithKey(ctx, key), app.ProviderPut{Provider: "wechatpay", Settings: settings}))
	}
	if code := put("a", settings); code != "change_first_pin" {
		t.Fatal(code)
	}
	must(shop.PutStaff(ctx, app.StaffPut{ID: "1", Name: "店长", Roles: []string{"manager"}, PIN: "2580"}))
	if code := put("a", []byte(`{"app_id":"x"}`)); code != "provider_invalid" {
		t.Fatal(code)
	}
	real := form
	real.Training, real.BaseURL = false, ""
	if code := put("b", document(real)); code != "training_shop" {
		t.Fatal(code)
	}
	for range 2 { // a second press
		if code := put("a", settings); code != "" {
			t.Fatal(code)
		}
	}
	form.StoreID = "other"
	if code := put("a", document(form)); code != "key_reused" {
		t.Fatal(code)
	}
	if code := codeOf(shop.GoLive(ctx, "wechatpay")); code != "provider_not_ready" || len(shop.Methods()) != 1 {
		t.Fatal(code, shop.Methods())
	}
	if test, err := shop.TestProfile(ctx, "wechatpay"); err != nil || !test.OK {
		t.Fatal(test, err)
	}
	seen := map[string]bool{}
	ran, err := shop.Accept(ctx, "wechatpay", func(a app.Acceptance) {
		for _, step := range a.Steps {
			seen[step.Name+" "+step.State] = true
		}
	})
	if err != nil || !ran.OK || len(ran.Steps) != 5 || !seen["pay running"] || !seen["bill waiting"] {
		t.Fatalf("%+v %v %v", ran, err, seen)
	}
	for _, step := range ran.Steps[:4] {
		if step.State != app.StepOK || len(step.Evidence) == 0 {
			t.Errorf("%+v", step)
		}
	}
	must(shop.GoLive(ctx, "wechatpay"))
	if m := shop.Methods(); len(m) != 2 {
		t.Fatal(m)
	}
	must(nil, s.Close())

	secret := strings.Split(strings.TrimSpace(form.PrivateKey), "\n")[1][:40] // the first line of the key itself
	absent(t, dir, secret)

	s, shop = configured(t, dir, d)
	must(shop.Login(ctx, "1", "2580"))
	for _, v := range []any{shop.Providers(ctx), shop.Profiles(ctx), ran, shop.ProviderKinds()} {
		if b, _ := json.Marshal(v); strings.Contains(string(b), secret) {
			t.Errorf("a key is shown in %s", b)
		}
	}
	must(shop.PutItems(ctx, goods()))
	must(shop.OpenShift(ctx, 0))
	must(shop.Scan(ctx, "", "6901234567892", money.One))
	code := d.play.box.FreshCode()
	ask := app.TenderAsk{Method: "wechatpay", Code: pay.Hide(code), Wait: 20 * time.Second}
	must(shop.SuspendProvider(ctx, "wechatpay", "try"))
	if code := codeOf(shop.Tender(ctx, ask)); code != "provider_suspended" {
		t.Fatal(code)
	}
	must(shop.GoLive(ctx, "wechatpay"))
	p, err := shop.Tender(app.WithKey(ctx, "t"), ask)
	if err != nil || p.State != pay.Succeeded {
		t.Fatal(p, err)
	}
	must(shop.Complete(ctx, ""))
	must(nil, s.Close())
	absent(t, dir, code)
}

// absent looks for a secret in every file of a folder.
func absent(t *testing.T, dir, secret string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() || e.Type()&os.ModeSocket != 0 {
			return err
		}
		b, err := os.ReadFile(path)
		if bytes.Contains(b, []byte(secret)) {
			t.Errorf("a secret lies in %s", path)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// configured opens a till that makes its providers out of settings.
func configured(t *testing.T, dir string, d desk) (*store.Store, *app.Shop) {
	t.Helper()
	return openedAt(t, dir, d, bubble{time.Now()})
}

func openedAt(t *testing.T, dir string, d desk, clock app.Clock) (*store.Store, *app.Shop) {
	t.Helper()
	s, err := store.Open(context.Background(), dir, store.Options{Sync: "OFF"})
	if err != nil {
		t.Fatal(err)
	}
	shop, err := app.New(context.Background(), params(t, s, d, clock))
	if err != nil {
		t.Fatal(err)
	}
	return s, shop
}

func params(t *testing.T, s *store.Store, d desk, clock app.Clock) app.Params {
	t.Helper()
	words, err := words()
	if err != nil {
		t.Fatal(err)
	}
	return app.Params{Store: s, Files: store.Files{}, Clock: clock, Words: words.In, Log: quiet, Desk: d}
}
