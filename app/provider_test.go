package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
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
type desk struct{ vault payments.Vault }

func newDesk(t *testing.T) desk {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "vault.key"), bytes.Repeat([]byte{7}, 32), 0o600); err != nil {
		t.Fatal(err)
	}
	v, err := payments.OpenVault(dir, dir)
	if err != nil {
		t.Fatal(err)
	}
	return desk{v}
}

func (d desk) Seal(name string, settings json.RawMessage) ([]byte, pay.Provider, error) {
	p, err := made(settings)
	if err != nil {
		return nil, nil, err
	}
	sealed, err := d.vault.Seal(payments.Use{Provider: name}, settings)
	return sealed, p, err
}

func (d desk) Open(name string, sealed []byte) (pay.Provider, error) {
	settings, err := d.vault.Open(payments.Use{Provider: name}, sealed)
	if err != nil {
		return nil, err
	}
	return made(settings)
}

func made(settings json.RawMessage) (pay.Provider, error) {
	var form wechatpay.Form
	if err := json.Unmarshal(settings, &form); err != nil {
		return nil, err
	}
	s, err := wechatpay.Parse(form)
	if err != nil {
		return nil, err
	}
	return wechatpay.New(s, payments.NewClient(payments.Options{}))
}

// TestAProvidersSecretsGoInAndNeverComeOut configures a real provider, looks for its key in everything that is written, and
// takes money with it after a restart.
func TestAProvidersSecretsGoInAndNeverComeOut(t *testing.T) {
	ctx, dir, d := context.Background(), t.TempDir(), newDesk(t)
	k, err := keys()
	if err != nil {
		t.Fatal(err)
	}
	box, err := sandbox.Start(ctx, sandbox.Options{Keys: k})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = box.Close() })
	w := box.WechatSettings()
	form := wechatpay.Form{BaseURL: w.BaseURL, Training: true, AppID: w.AppID, MchID: w.MchID, Serial: w.Serial, PrivateKey: w.PrivateKey, PublicKeyID: w.PublicKeyID, PublicKey: w.PublicKey, NotifyURL: w.NotifyURL}
	settings, err := json.Marshal(form)
	if err != nil {
		t.Fatal(err)
	}

	s, shop := configured(t, dir, d)
	must := func(_ any, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(shop.Setup(ctx, app.Setup{Template: "retail", Name: "小店", Currency: "CNY"}))
	must(shop.Login(ctx, "1", "1234"))
	put := func(key string, settings []byte) string {
		_, err := shop.PutProvider(app.WithKey(ctx, key), "wechatpay", settings)
		if err == nil {
			return ""
		}
		code, _, _ := app.Explain(err)
		return code
	}
	if code := put("a", settings); code != "change_first_pin" {
		t.Fatal(code)
	}
	must(shop.PutStaff(ctx, app.StaffPut{ID: "1", Name: "店长", Roles: []string{"manager"}, PIN: "2580"}))
	if code := put("a", []byte(`{"app_id":"x"}`)); code != "provider_invalid" {
		t.Fatal(code)
	}
	for range 2 { // a second press
		if code := put("a", settings); code != "" {
			t.Fatal(code)
		}
	}
	form.StoreID = "other"
	other, _ := json.Marshal(form)
	if code := put("a", other); code != "key_reused" {
		t.Fatal(code)
	}
	must(nil, s.Close())

	secret := strings.Split(strings.TrimSpace(w.PrivateKey), "\n")[1][:40] // the first line of the key itself
	absent(t, dir, secret)

	s, shop = configured(t, dir, d)
	must(shop.Login(ctx, "1", "2580"))
	if b, _ := json.Marshal(shop.Providers(ctx)); !strings.Contains(string(b), w.MchID) || strings.Contains(string(b), secret) {
		t.Errorf("providers are shown as %s", b)
	}
	must(shop.PutItems(ctx, goods()))
	must(shop.OpenShift(ctx, 0))
	must(shop.Scan(ctx, "", "6901234567892", money.One))
	code := box.FreshCode()
	p, err := shop.Tender(app.WithKey(ctx, "t"), app.TenderAsk{Method: "wechatpay", Code: pay.Hide(code), Wait: 20 * time.Second})
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
	words, err := words()
	if err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(context.Background(), dir, store.Options{Sync: "OFF"})
	if err != nil {
		t.Fatal(err)
	}
	shop, err := app.New(context.Background(), app.Params{Store: s, Files: store.Files{}, Clock: bubble{time.Now()}, Words: words.In, Log: quiet, Desk: d})
	if err != nil {
		t.Fatal(err)
	}
	return s, shop
}
