package main

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"strings"
	"testing"
	"time"

	"crypto/x509/pkix"

	"github.com/zalando/go-keyring"

	"suanpan/app"
	"suanpan/assets"
	"suanpan/payments/alipay"
	"suanpan/payments/emvqr"
	"suanpan/payments/nexo"
	"suanpan/payments/sandbox"
	"suanpan/payments/stripeterminal"
	"suanpan/payments/wechatpay"
	"suanpan/payments/zvt"
	"suanpan/store"
)

// merchantKey is a key that a merchant has made, in every form that people paste.
type merchantKey struct{ pkcs8, pkcs1, bare, public, cert string }

func newMerchantKey(t *testing.T) merchantKey {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	armour := func(kind string, der []byte) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
	}
	der, _ := x509.MarshalPKCS8PrivateKey(key)
	half, _ := x509.MarshalPKIXPublicKey(&key.PublicKey)
	paper := &x509.Certificate{SerialNumber: big.NewInt(77), Subject: pkix.Name{CommonName: "merchant"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	cert, err := x509.CreateCertificate(rand.Reader, paper, paper, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return merchantKey{armour("PRIVATE KEY", der), armour("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(key)), base64.StdEncoding.EncodeToString(der),
		armour("PUBLIC KEY", half), armour("CERTIFICATE", cert)}
}

// entered are the settings of a real merchant by kind of provider, as a person enters them: nothing of it is a stand-in's.
func entered(t *testing.T, k merchantKey) map[string]map[string]any {
	t.Helper()
	other := newMerchantKey(t)
	root, err := sandbox.NewAuthority("Terminals of the institution")
	if err != nil {
		t.Fatal(err)
	}
	return map[string]map[string]any{
		"wechatpay": {"app_id": "wx0123456789abcdef", "mch_id": "1609999999", "serial": strings.Repeat("5A", 20), "private_key": k.pkcs1,
			"public_key_id": "PUB_KEY_ID_0116099999992026112200000000000001", "public_key": other.public},
		"alipay": {"mode": "key", "app_id": "2021009999999999", "seller_id": "2088999999999999", "private_key": newMerchantKey(t).bare, "alipay_key": other.public},
		"nexo": {"address": "192.168.7.20:8443", "environment": "live", "poi_id": "P400Plus-275479597", "sale_id": "lane-9", "root": string(root.PEM),
			"key_identifier": "shop-key", "key_version": 3, "passphrase": "a passphrase of the shop", "currency": "CNY"},
		"stripe": {"key": "rk_live_" + strings.Repeat("a1B2", 8), "reader": "tmr_ShopReader77", "currency": "CNY"},
		"zvt":    {"address": "tcp:192.168.7.21:20007", "password": "123456", "terminal_id": "54321098", "currencies": "CNY"},
	}
}

// TestEveryKindIsRehearsedWithTheMerchantsOwnNumbers runs the acceptance script of a real shop over every kind of provider.
func TestEveryKindIsRehearsedWithTheMerchantsOwnNumbers(t *testing.T) {
	keyring.MockInitWithError(errors.New("no keyring here"))
	k := newMerchantKey(t)
	forms := entered(t, k)
	certified := newMerchantKey(t)
	theirs, err := alipayTrialKeys(t)
	if err != nil {
		t.Fatal(err)
	}
	forms["alipay/certificate"] = map[string]any{"mode": "certificate", "app_id": "2021008888888888", "seller_id": "2088888888888888", "private_key": certified.pkcs8,
		"app_cert": certified.cert, "alipay_cert": theirs.AlipayCert, "root_cert": theirs.RootCert}
	forms["stripe/reserve"] = map[string]any{"key": "rk_test_" + strings.Repeat("c3D4", 8), "reader": "tmr_ShopReader78", "currency": "CNY", "capture": "manual"}
	want := map[string]string{
		"stripe/reserve": "ok ok ok ok skipped",
		wechatpay.ID:     "ok ok ok ok ok", alipay.ID: "ok ok ok ok ok", "alipay/certificate": "ok ok ok ok ok",
		nexo.ID: "ok ok ok ok skipped", stripeterminal.ID: "ok ok ok ok skipped", zvt.ID: "ok ok ok ok skipped", emvqr.ID: "",
	}
	for name := range kinds() {
		if _, known := want[name]; !known {
			t.Errorf("%s is not rehearsed here", name)
		}
	}
	for name, form := range forms {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			kind, _, _ := strings.Cut(name, "/")
			shop := realShop(t)
			doc, _ := json.Marshal(form)
			p, err := shop.PutProvider(context.Background(), app.ProviderPut{Provider: kind, Settings: doc})
			if err != nil {
				t.Fatal(err, errors.Unwrap(err))
			}
			got, err := shop.Accept(context.Background(), kind, nil)
			if err != nil {
				t.Fatal(err, errors.Unwrap(err))
			}
			var states []string
			for _, step := range got.Steps {
				states = append(states, step.State)
				if step.State == app.StepFailed {
					t.Errorf("%s: %s %s %v", step.Name, step.Why, step.Note, step.Evidence)
				}
				if step.State == app.StepSkipped && step.Why != "no_ability" {
					t.Errorf("%s is skipped because %q", step.Name, step.Why)
				}
			}
			if s := strings.Join(states, " "); s != want[name] || !got.OK || !got.Own || got.Where != "stand-in" || got.Merchant != p.Merchant {
				t.Errorf("%s, own %v, %s instead of %s", s, got.Own, got.Merchant, p.Merchant)
			}
		})
	}
}

// alipayTrialKeys are Alipay's own certificates as it hands them to a merchant.
func alipayTrialKeys(t *testing.T) (form alipay.Form, err error) {
	k := newMerchantKey(t)
	doc, _ := json.Marshal(alipay.Form{Mode: alipay.CertificateMode, AppID: "1", SellerID: "2", PrivateKey: k.pkcs8, AppCert: k.cert})
	up, err := alipayTrial(t.Context(), tryout{as: doc})
	if err != nil {
		return form, err
	}
	defer up.book.Close()
	return strict[alipay.Form](up.settings)
}

// realShop is a till as the roof builds it, set up and not for practice, with somebody signed on who may change it.
func realShop(t *testing.T) *app.Shop {
	t.Helper()
	ctx := context.Background()
	s, err := store.Open(ctx, t.TempDir(), store.Options{Sync: "OFF"})
	if err != nil {
		t.Fatal(err)
	}
	words, err := assets.Load()
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	keys := &desk{safe: &safe{folder: s.Dir()}, job: job{log: log}}
	shop, err := app.New(ctx, app.Params{Store: s, Files: store.Files{}, Clock: wall{}, Words: words.In, Log: log, Desk: keys, Safe: keys})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	for _, do := range []func() (any, error){
		func() (any, error) {
			return shop.Setup(ctx, app.Setup{Template: "retail", Name: "小店", Currency: "CNY"})
		},
		func() (any, error) { return shop.Login(ctx, "1", "1234") },
		func() (any, error) {
			return shop.PutStaff(ctx, app.StaffPut{ID: "1", Name: "店长", Roles: []string{"manager"}, PIN: "2580"})
		},
	} {
		if _, err := do(); err != nil {
			t.Fatal(fmt.Errorf("set up: %w", err))
		}
	}
	return shop
}
