package alipay

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"suanpan/app/pay"
	"suanpan/payments"
	"suanpan/payments/sandbox/alipaybox"
)

// hub takes notifications as a store hub would.
type hub struct {
	mu    sync.Mutex
	p     *Provider
	deaf  bool
	got   []pay.Observation
	wrong []error
}

func (h *hub) take(_ string, body []byte) (string, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	o, err := h.p.VerifyNotify(nil, body)
	switch {
	case h.deaf:
		return "", errors.New("nobody listens")
	case err != nil:
		h.wrong = append(h.wrong, err)
	default:
		h.got = append(h.got, o)
	}
	_, answer := h.p.AckNotify(err)
	return string(answer), nil
}

func newHub(t testing.TB, mode bool) (*rig, *hub) {
	h := &hub{}
	r := newRig(t, func(o *alipaybox.Options) { o.Push, o.Certificates = h.take, mode })
	s := r.settings(t)
	s.NotifyURL = "https://hub.example/alipay"
	r.p = r.provider(t, s)
	h.p = r.p
	return r, h
}

// shown puts a code on the screen.
func (r *rig) shown(t testing.TB, id string) pay.Attempt {
	t.Helper()
	a := r.attempt(id, "", 1310)
	a.Flow = pay.ByQR
	o, err := r.p.Present(context.Background(), a)
	a, _ = pay.Step(a, pay.Answered(pay.BySubmit, o, err, r.clock.now(), r.clock.now()))
	if a.State != pay.AwaitingPayer {
		t.Fatal(o, err)
	}
	return a
}

func TestANotificationPaysAndIsThankedFor(t *testing.T) {
	for _, mode := range []bool{false, true} {
		r, h := newHub(t, mode)
		a := r.shown(t, "notify")
		if err := r.Scan(a.QR, true); err != nil {
			t.Fatal(err)
		}
		r.Deliver()
		if len(h.got) != 1 || len(h.wrong) != 0 {
			t.Fatalf("%d came, %v", len(h.got), h.wrong)
		}
		a, _ = pay.Step(a, pay.Observed(pay.ByNotify, h.got[0], r.clock.now(), r.clock.now()))
		if a.State != pay.Succeeded || a.ProviderTxn == "" {
			t.Errorf("%s by %s", a.State, h.got[0])
		}
		r.clock.advance(48 * time.Hour)
		r.Deliver()
		if len(h.got) != 1 {
			t.Errorf("sent again although it was thanked for: %d", len(h.got))
		}
	}
}

func TestANotificationIsSentAgainForADay(t *testing.T) {
	r, h := newHub(t, false)
	h.deaf = true
	a := r.shown(t, "deaf")
	if err := r.Scan(a.QR, true); err != nil {
		t.Fatal(err)
	}
	for range 24 {
		r.clock.advance(time.Hour)
		r.Deliver()
	}
	h.deaf = false
	r.clock.advance(time.Hour)
	if r.Deliver(); len(h.got) != 1 { // the seventh and last time, with the time at which it was first said
		t.Errorf("%d, %v", len(h.got), h.wrong)
	}
}

func TestNotificationsThatComeTwiceOrLateOrFirst(t *testing.T) {
	r, h := newHub(t, false)
	r.play(t, "dup_notify(2)")
	a := r.shown(t, "twice")
	r.Scan(a.QR, true)
	if r.Deliver(); len(h.got) != 3 {
		t.Errorf("%d", len(h.got))
	}
	r.play(t, "reorder_notify")
	b := r.shown(t, "order")
	r.Scan(b.QR, false)
	r.Scan(b.QR, true)
	if o, err := r.p.Cancel(context.Background(), b.Ref()); err != nil || o.Outcome != pay.Accepted {
		t.Fatal(o, err)
	}
	r.Deliver()
	last := h.got[len(h.got)-2:]
	if last[0].Outcome != pay.Closed || last[1].Outcome != pay.Success {
		t.Errorf("%v", last)
	}
	r.play(t, "notify_before_response")
	n := len(h.got)
	r.p.Submit(context.Background(), r.attempt("first", r.FreshCode(), 100), nil)
	if len(h.got) != n+1 {
		t.Error("it did not come")
	}
}

func TestOnlyAlipaysWordForUsAndForNowCounts(t *testing.T) {
	r, h := newHub(t, false)
	a := r.shown(t, "lies")
	r.Scan(a.QR, true)
	honest := r.Notification(a.No, false)
	if o, err := r.p.VerifyNotify(nil, honest); err != nil || o.Outcome != pay.Success || o.Merchant != r.p.Caps().Merchant || o.Amount != a.Amount {
		t.Fatal(o, err)
	}
	if o, err := r.p.VerifyNotify(nil, r.Notification(a.No, true)); err != nil || o.Outcome != pay.Success {
		t.Error("the service market's variant:", err)
	}
	for _, lie := range []string{"bad_sig", "unsigned_200", "tampered_amount", "wrong_serial"} {
		r.play(t, "notify:"+lie)
		if o, err := r.p.VerifyNotify(nil, r.Notification(a.No, false)); !errors.Is(err, ErrNotify) || o.Outcome != pay.Unknown || o.Verified {
			t.Errorf("%s: %s %v", lie, o, err)
		}
	}
	r.play(t)
	change := func(f func(url.Values)) []byte {
		v, _ := url.ParseQuery(string(honest))
		f(v)
		return []byte(v.Encode())
	}
	for name, body := range map[string][]byte{
		"a field more":  change(func(v url.Values) { v.Set("x", "y") }),
		"a field less":  change(func(v url.Values) { v.Del("subject") }),
		"a field twice": append(honest, "&app_id=1"...),
		"no form":       []byte("%zz"),
		"too long":      []byte(strings.Repeat("a", notifyMax+1)),
		"SHA-1":         change(func(v url.Values) { v.Set("sign_type", "RSA") }),
		"nothing":       nil,
	} {
		if _, err := r.p.VerifyNotify(nil, body); !errors.Is(err, ErrNotify) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, s := range map[string]func(*Settings){"another app": func(s *Settings) { s.AppID = "2021" }, "another seller": func(s *Settings) { s.SellerID = "2088" }} {
		other := r.p.s
		s(&other)
		if _, err := r.provider(t, other).VerifyNotify(nil, honest); !errors.Is(err, ErrNotify) {
			t.Errorf("%s: %v", name, err)
		}
	}
	r.clock.advance(25*time.Hour + time.Second)
	if _, err := r.p.VerifyNotify(nil, honest); !errors.Is(err, ErrNotify) {
		t.Errorf("yesterday's: %v", err)
	}
	r.clock.advance(-26 * time.Hour)
	if _, err := r.p.VerifyNotify(nil, honest); !errors.Is(err, ErrNotify) {
		t.Errorf("tomorrow's: %v", err)
	}
	_ = h
}

// bare is a provider without a wire, for parsers.
func bare(t testing.TB) *Provider {
	t.Helper()
	k, err := payments.ParsePublicKey(armour("PUBLIC KEY", fuzzKey))
	if err != nil {
		t.Fatal(err)
	}
	return &Provider{s: Settings{AppID: "2021000000000001", SellerID: "2088000000000001", Verifier: Key{k}}, client: payments.NewClient(payments.Options{})}
}

// fuzzKey belongs to nobody any more: its private half was never kept.
const fuzzKey = "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA150rR17sYMTxkQv+QHI4CfJF2i6mWaq+MvraIK55nET4fRCrhkieW18jG5Wmr73dDq" +
	"Prc8zpWeiPc7eluurjKXFCmNNA9K8Z9RJOkr8KIZKnll+/l73Z65MAwJoBoaeV5D+6aJBEAaJTv+rchOOxvzoLv2Zs65x7b5eHOKh14cVHAQxt" +
	"S28WdR5NiMFJyln9t1jJKPXp10qO5lYRhaKMp6eNBqAfPyTLlYFyuthR1WVVDvJoUQwAu2FlWX3jvFmCPyhEqZ/dFy5ATGIjZztkgldgkju2S4" +
	"ViAlT8i9xWuMwk5hpSFdM9ys9Rjg+jsBOrecMHHCxf5v+Dyl7BnHEsLQIDAQAB"

func FuzzNotify(f *testing.F) {
	p := bare(f)
	f.Add([]byte("app_id=2021000000000001&charset=utf-8&sign_type=RSA2&sign=AAAA&out_trade_no=x&total_amount=1.00"))
	f.Add([]byte("a=1&a=2"))
	f.Fuzz(func(t *testing.T, body []byte) {
		if o, err := p.VerifyNotify(nil, body); err == nil || o.Verified {
			t.Fatal("noise is proven")
		}
	})
}

func FuzzAnswer(f *testing.F) {
	p := bare(f)
	f.Add([]byte(`{"alipay_trade_pay_response":{"code":"10000","out_trade_no":"x","total_amount":"1.00"},"sign":"AAAA"}`))
	f.Add([]byte(`{"code":"10000","out_trade_no":"x","trade_status":"TRADE_SUCCESS","total_amount":13.10,"retry_flag":"N"}`))
	f.Add([]byte(`{"error_response":{"code":"40001","sub_code":"isv.missing-method"}}`))
	f.Add([]byte(`{"code":"40004","sub_code":"ACQ.TRADE_NOT_EXIST","x":"\/\\"}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		if _, _, err := proven(p.s.Verifier, body, "alipay_trade_pay_response"); err == nil {
			t.Fatal("noise is proven")
		}
		a := p.read(payments.Response{Status: 200, Body: body}, call{method: "alipay.trade.pay"})
		if o := a.submitted("2088"); o.Outcome != pay.Unknown || o.Verified {
			t.Fatalf("unproven, it became %s", o)
		}
		a = answer{status: 200, verified: true, signed: unslash(body), wire: wireHead{Code: "10000"}}
		for _, o := range []pay.Observation{a.submitted("2088"), a.queried("2088"), a.presented("2088", "x"), a.canceled("2088", "x"),
			a.refundQueried("2088", pay.Refund{No: "r", PaymentNo: "x"})} {
			if o.Amount.Minor < 0 || (o.Outcome == pay.Accepted && o.OwnNo != "x") || len(o.QR) > 1<<20 {
				t.Fatalf("%+v", o)
			}
		}
	})
}
