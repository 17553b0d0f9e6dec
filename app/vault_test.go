package app_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"suanpan/app"
	"suanpan/payments"
	"suanpan/store"
)

// shutSafe is the real vault of a folder, shut until somebody knows the passphrase.
type shutSafe struct {
	*desk
	folder string
}

func (s shutSafe) Vault() app.VaultState {
	if s.vault == nil {
		return app.VaultState{Home: "passphrase", Why: "vault_passphrase"}
	}
	return app.VaultState{Home: string(s.vault.Home()), Open: true, Warn: s.vault.Home().Warn()}
}

func (s shutSafe) Unlock(_ context.Context, passphrase string) error {
	v, err := payments.OpenVault(s.folder, s.folder, passphrase)
	if err != nil {
		return &app.Error{Code: "vault_wrong", Err: err}
	}
	s.vault = v
	return nil
}

func (s shutSafe) Protect(_ context.Context, old, passphrase string) error {
	v, err := payments.SealVault(s.folder, old, passphrase)
	if err != nil {
		return &app.Error{Code: "vault_wrong", Err: err}
	}
	s.vault = v
	return nil
}

// Open is refused while the vault is shut.
func (s shutSafe) Open(name string, sealed []byte) (app.Made, error) {
	if s.vault == nil {
		return app.Made{}, &app.Error{Code: "vault_passphrase"}
	}
	return s.desk.Open(name, sealed)
}

// Seal is refused while the vault is shut.
func (s shutSafe) Seal(ask app.SealAsk) ([]byte, app.Made, error) {
	if s.vault == nil {
		return nil, app.Made{}, &app.Error{Code: "vault_passphrase"}
	}
	return s.desk.Seal(ask)
}

// TestAShutVaultStopsPaymentsAndNotCash is N10: the keystore does not open, payments are off, the cash sale is on.
func TestAShutVaultStopsPaymentsAndNotCash(t *testing.T) {
	ctx, d := context.Background(), newDesk(t)
	form := contracted(t, &d)
	key, folder, data := make([]byte, 32), t.TempDir(), t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "vault.key"), key, 0o600); err != nil {
		t.Fatal(err)
	}
	v, err := payments.OpenVault(folder, folder, "")
	if err != nil {
		t.Fatal(err)
	}
	d.vault = v
	must := func(_ any, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	box := shutSafe{&d, folder}
	now := &calendar{at: time.Now()}
	s, shop := openedWith(t, data, now, func(p *app.Params) { p.Desk, p.Safe, p.Training = box, box, true })
	must(shop.Setup(ctx, app.Setup{Template: "retail", Name: "小店", Currency: "CNY"}))
	must(shop.Login(ctx, "1", "1234"))
	must(shop.PutStaff(ctx, app.StaffPut{ID: "1", Name: "店长", Roles: []string{"manager"}, PIN: "2580"}))
	must(shop.PutProvider(ctx, app.ProviderPut{Provider: "wechatpay", Settings: document(form)}))
	must(shop.TestProfile(ctx, "wechatpay"))
	must(shop.Accept(ctx, "wechatpay", nil))
	must(shop.GoLive(ctx, "wechatpay"))
	if got := codeOf(shop.ProtectVault(ctx, "", "short")); got != "vault_short" {
		t.Error(got)
	}
	if info, err := shop.ProtectVault(ctx, "", "correct horse battery"); err != nil || info.Home != "passphrase" || info.Warn {
		t.Fatal(info, err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}

	d.vault = nil // the till is started again
	s, shop = openedWith(t, data, now, func(p *app.Params) { p.Desk, p.Safe, p.Training = box, box, true })
	defer s.Close()
	if got := codeOf(shop.UnlockVault(ctx, "correct horse battery")); got != "not_signed_on" {
		t.Error(got)
	}
	must(shop.Login(ctx, "1", "2580"))
	info, ok := shop.Vault()
	if !ok || info.Open || info.Why != "vault_passphrase" || len(info.Off) != 1 || info.Off[0] != "wechatpay" {
		t.Error(info)
	}
	if got := strings.Join(shop.Methods(), " "); got != "cash" {
		t.Errorf("offers %s", got)
	}
	must(shop.OpenShift(ctx, 20000))
	must(shop.PutItems(ctx, goods()))
	b, err := shop.AddItem(ctx, "", app.Add{SKU: goods()[0].SKU})
	must(b, err)
	if got := codeOf(shop.Tender(ctx, app.TenderAsk{Method: "wechatpay"})); got != "vault_passphrase" {
		t.Errorf("a payment with a shut vault: %s", got)
	}
	if got := codeOf(shop.Tender(ctx, app.TenderAsk{Method: "qr"})); got != "vault_passphrase" {
		t.Errorf("a code of ours with a shut vault: %s", got)
	}
	if got := codeOf(shop.PutProvider(ctx, app.ProviderPut{Provider: "wechatpay", Settings: document(form)})); got == "" {
		t.Error("settings are taken while the vault is shut")
	}
	if _, err := shop.Tender(ctx, app.TenderAsk{Method: "cash"}); err != nil {
		t.Errorf("cash stands still: %v", err)
	}
	if got := codeOf(shop.UnlockVault(ctx, "wrong")); got != "vault_wrong" || len(shop.Methods()) != 1 {
		t.Error(got)
	}
	info, err = shop.UnlockVault(ctx, "correct horse battery")
	if err != nil || !info.Open || len(info.Off) != 0 || strings.Join(shop.Methods(), " ") != "cash wechatpay" {
		t.Error(info, err, shop.Methods())
	}
	if test, err := shop.TestProvider(ctx, "wechatpay"); err != nil || !test.OK {
		t.Error(test, err)
	}
}

func openedWith(t *testing.T, dir string, clock app.Clock, set func(*app.Params)) (*store.Store, *app.Shop) {
	t.Helper()
	s, err := store.Open(context.Background(), dir, store.Options{Sync: "OFF"})
	if err != nil {
		t.Fatal(err)
	}
	p := params(t, s, desk{}, clock)
	set(&p)
	shop, err := app.New(context.Background(), p)
	if err != nil {
		t.Fatal(err)
	}
	return s, shop
}
