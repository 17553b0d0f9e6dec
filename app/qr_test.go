package app_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"suanpan/app"
	"suanpan/app/money"
	"suanpan/app/pay"
	"suanpan/payments/sandbox"
)

// shown rings one article up and shows a code for it.
func shown(t *testing.T, r *rig) app.Payment {
	t.Helper()
	ctx := context.Background()
	for _, do := range []func() (any, error){
		func() (any, error) {
			return r.shop.Setup(ctx, app.Setup{Template: "retail", Name: "小店", Currency: "CNY"})
		},
		func() (any, error) { return r.shop.Login(ctx, "1", "1234") },
		func() (any, error) { return r.shop.PutItems(ctx, goods()) },
		func() (any, error) { return r.shop.OpenShift(ctx, 0) },
		func() (any, error) { return r.shop.Scan(ctx, "", "6901234567892", money.One) },
	} {
		if _, err := do(); err != nil {
			t.Fatal(err)
		}
	}
	p, err := r.shop.Tender(ctx, app.TenderAsk{Method: "wechatpay", Wait: time.Second})
	if err != nil || p.State != pay.AwaitingPayer || p.QR == "" {
		t.Fatalf("%+v %v", p, err)
	}
	return p
}

// pays is the payer with a phone in front of the screen.
func (r *rig) pays(qr, how string) (err error) {
	r.outside(func() { err = r.port.book.(*sandbox.Server).PayQR(qr, how) })
	return err
}

func (r *rig) state(t *testing.T, id string) pay.State {
	t.Helper()
	p, err := r.shop.Payment(context.Background(), id)
	if err != nil {
		t.Fatal(err)
	}
	return p.State
}

// TestACodeOnOurScreenIsPaidClosedOrLate runs the flow in which the payer scans our code through shop, store and real client.
func TestACodeOnOurScreenIsPaidClosedOrLate(t *testing.T) {
	for name, part := range map[string]func(t *testing.T, r *rig, p app.Payment){
		"paid after a while": func(t *testing.T, r *rig, p app.Payment) {
			time.Sleep(40 * time.Second)
			if got := r.state(t, p.ID); got != pay.AwaitingPayer {
				t.Fatal(got)
			}
			if err := r.pays(p.QR, sandbox.PayerPays); err != nil {
				t.Fatal(err)
			}
			time.Sleep(4 * time.Second)
			if got := r.state(t, p.ID); got != pay.Succeeded {
				t.Fatal(got)
			}
			if _, err := r.shop.Complete(context.Background(), ""); err != nil {
				t.Fatal(err)
			}
		},
		"nobody scans": func(t *testing.T, r *rig, p app.Payment) {
			time.Sleep(10 * time.Minute)
			if got := r.state(t, p.ID); got != pay.Canceled {
				t.Fatal(got)
			}
			if r.pays(p.QR, sandbox.PayerPays) == nil {
				t.Error("it can still be paid")
			}
		},
		"the cashier takes cash instead": func(t *testing.T, r *rig, p app.Payment) {
			if _, err := r.shop.CancelPayment(context.Background(), p.ID); err != nil {
				t.Fatal(err)
			}
			time.Sleep(2 * time.Second)
			if got := r.state(t, p.ID); got != pay.Canceled {
				t.Fatal(got)
			}
			if _, err := r.shop.Tender(context.Background(), app.TenderAsk{Method: "cash"}); err != nil {
				t.Fatal(err)
			}
		},
		"paid in the moment of closing": func(t *testing.T, r *rig, p app.Payment) {
			if err := r.pays(p.QR, sandbox.PayerLate); err != nil {
				t.Fatal(err)
			}
			if _, err := r.shop.CancelPayment(context.Background(), p.ID); err != nil {
				t.Fatal(err)
			}
			time.Sleep(2 * time.Second)
			if got := r.state(t, p.ID); got != pay.LateSuccess {
				t.Fatal(got)
			}
			time.Sleep(time.Hour) // nobody decides: it goes back
			if got := r.state(t, p.ID); got != pay.Refunded {
				t.Fatal(got)
			}
		},
		"the power fails while it is shown": func(t *testing.T, r *rig, p app.Payment) {
			r.powerOff()
			r.open()
			if err := r.pays(p.QR, sandbox.PayerPays); err != nil {
				t.Fatal(err)
			}
			time.Sleep(10 * time.Second)
			if got := r.state(t, p.ID); got != pay.Succeeded {
				t.Fatal(got)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			port := newPort(t)
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t, bubble{time.Now()}, port)
				defer r.close()
				p := shown(t, r)
				part(t, r, p)
				charges, net := port.charged()
				if want := r.state(t, p.ID); (want == pay.Succeeded) != (net == p.Minor) || charges > 1 {
					t.Errorf("%s, and the provider charged %d times and keeps %d", want, charges, net)
				}
			})
		})
	}
}
