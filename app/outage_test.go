package app_test

import (
	"context"
	"testing"
	"time"

	"suanpan/app"
	"suanpan/app/order"
	"suanpan/app/pay"
	"suanpan/app/shift"
	"suanpan/payments"
	"suanpan/payments/sandbox"
	"suanpan/payments/wechatpay"
)

// rekeyed is WeChat Pay whose key can be changed.
type rekeyed struct{ whole }

func (r *rekeyed) Test(ctx context.Context) []pay.Check { return r.whole.(pay.Tester).Test(ctx) }

func TestAProviderWhoseKeyIsWrongGoesOutOfServiceAndCashGoesOn(t *testing.T) {
	ctx, clock := context.Background(), &ticking{}
	k, err := keys()
	if err != nil {
		t.Fatal(err)
	}
	box, err := sandbox.Start(t.Context(), sandbox.Options{Keys: k, Now: clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	w := box.WechatSettings()
	with := func(serial string) whole {
		s, err := wechatpay.Parse(wechatpay.Form{BaseURL: w.BaseURL, Training: true, AppID: w.AppID, MchID: w.MchID, Serial: serial,
			PrivateKey: w.PrivateKey, PublicKeyID: w.PublicKeyID, PublicKey: w.PublicKey})
		if err != nil {
			t.Fatal(err)
		}
		p, err := wechatpay.New(s, payments.NewClient(payments.Options{Now: clock.Now, Timeout: 10 * time.Second}))
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	wechat := &rekeyed{with("ABCDEF")}
	r := &rig{t: t, dir: t.TempDir(), clock: clock, models: []pay.Provider{wechat}}
	r.open()
	defer func() { r.close() }()
	if err := stocked(ctx, r.shop); err != nil {
		t.Fatal(err)
	}
	charge := func() error {
		if _, err := r.shop.Scan(ctx, "", "6901234567892", oneTea); err != nil {
			t.Fatal(err)
		}
		_, err := r.shop.Tender(ctx, app.TenderAsk{Code: pay.Hide(box.FreshCode()), Wait: 10 * time.Second})
		return err
	}
	state := func() *app.Outage { return r.shop.Providers(ctx)[0].Out }
	for range 2 {
		if err := charge(); err != nil || state() != nil {
			t.Fatal("two faults are no outage: ", err)
		}
	}
	_ = charge() // the third may be refused already: its own queries count too
	if out := state(); out == nil || out.Reason != pay.BadSignature || out.Since.IsZero() {
		t.Fatalf("%+v", out)
	}
	for _, way := range r.shop.Ways() {
		if way.Method != order.Cash {
			t.Errorf("still offered: %+v", way)
		}
	}
	if code, _, _ := app.Explain(charge()); code == "internal" || code == "" {
		t.Error("a payment began: ", code)
	}
	if _, err := r.shop.Tender(ctx, app.TenderAsk{Method: order.Cash, Override: "微信支付停用"}); err != nil {
		t.Error("cash: ", err)
	}
	r.close()
	r.open()
	app.SignOn(r.shop, shift.Staff{ID: "1", Name: "店长", Roles: []string{"manager"}})
	if state() == nil {
		t.Fatal("a restart forgets it")
	}
	if test, err := r.shop.BackInService(ctx, "wechatpay"); err != nil || test.OK || state() == nil {
		t.Fatalf("the key is still wrong: %+v %v", test, err)
	}
	wechat.whole = with(w.Serial)
	if test, err := r.shop.BackInService(ctx, "wechatpay"); err != nil || !test.OK || state() != nil || len(r.shop.Ways()) < 2 {
		t.Fatalf("%+v %v", test, err)
	}
}
