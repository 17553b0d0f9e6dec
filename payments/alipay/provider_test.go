package alipay

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"suanpan/app/money"
	"suanpan/app/pay"
	"suanpan/app/pay/paytest"
	"suanpan/payments"
	"suanpan/payments/sandbox/alipaybox"
)

// clock is a virtual clock that both sides read.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func newClock() *clock { return &clock{at: time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// keys are made once: the key pairs of every test would be most of the suite's time.
var keys = sync.OnceValues(alipaybox.NewKeys)

type rig struct {
	*alipaybox.Box
	clock *clock
	log   *lockedBuffer
	p     *Provider
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func newRig(t testing.TB, change func(*alipaybox.Options)) *rig {
	t.Helper()
	k, err := keys()
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{clock: newClock(), log: &lockedBuffer{}}
	o := alipaybox.Options{Keys: k, Now: r.clock.now, Faults: true, Wait: func(context.Context, time.Duration) {}}
	if change != nil {
		change(&o)
	}
	if r.Box, err = alipaybox.Start(context.Background(), o); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Box.Close() })
	r.p = r.provider(t, r.settings(t))
	return r
}

func (r *rig) form() Form {
	s := r.Settings()
	return Form{BaseURL: s.BaseURL, Training: true, Mode: s.Mode, AppID: s.AppID, SellerID: s.SellerID, PrivateKey: s.PrivateKey,
		AlipayKey: s.AlipayKey, AppCert: s.AppCert, AlipayCert: s.AlipayCert, RootCert: s.RootCert}
}

func (r *rig) settings(t testing.TB) Settings {
	t.Helper()
	s, err := Parse(r.form())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (r *rig) provider(t testing.TB, s Settings) *Provider {
	t.Helper()
	o := payments.Options{Now: r.clock.now, Log: slog.New(slog.NewTextHandler(r.log, nil)), Timeout: 5 * time.Second}
	if root := r.Settings().Root; root != "" {
		o.Roots = x509.NewCertPool()
		o.Roots.AppendCertsFromPEM([]byte(root))
	}
	files := o
	files.BodyLimit = BillMax
	p, err := New(s, payments.NewClient(o), payments.NewClient(files))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.client.Close)
	t.Cleanup(p.files.Close)
	return p
}

func (r *rig) charges(no string) (n int) {
	lines, _ := r.Movements("")
	for _, l := range lines {
		if l.No == no && l.Kind == "pay" {
			n++
		}
	}
	return n
}

// play speaks the suite's words, which are WeChat's where the two differ.
func (r *rig) play(t testing.TB, words ...string) {
	t.Helper()
	var ours []string
	for _, w := range words {
		w = strings.ReplaceAll(w, "decline(NOTENOUGH)", "decline(ACQ.BUYER_BALANCE_NOT_ENOUGH)")
		w = strings.ReplaceAll(w, "decline(NO_AUTH)", "decline(ACQ.ILLEGAL_AUTH_CODE)")
		if !strings.Contains(w, "stale_ts") {
			ours = append(ours, w)
		}
	}
	if err := r.Play(ours, 1); err != nil {
		t.Fatal(err)
	}
}

func harnessOf(t *testing.T, change func(*alipaybox.Options)) paytest.Harness {
	r := newRig(t, change)
	dead := r.settings(t)
	dead.BaseURL = "http://127.0.0.1:1"
	return paytest.Harness{
		Provider: r.p, Dead: r.provider(t, dead), Flow: pay.ByCode, Amount: money.Of(1310, "CNY"), Code: r.FreshCode,
		Now: r.clock.now, Advance: r.clock.advance, Fault: func(words ...string) { r.play(t, words...) },
		Charges: r.charges, Net: r.Net, Kept: func() string { return r.log.String() + fmt.Sprintf("%+v", r.Journal()) },
		Without: []string{"stale_ts", "PAYERROR"}, Scan: func(qr string) error { return r.Scan(qr, true) },
	}
}

func harness(t *testing.T) paytest.Harness { return harnessOf(t, nil) }

func TestTheSuiteOfAllProviders(t *testing.T) { paytest.Run(t, harness) }

func TestTheSuiteWithCertificates(t *testing.T) {
	paytest.Run(t, func(t *testing.T) paytest.Harness {
		return harnessOf(t, func(o *alipaybox.Options) { o.Certificates = true })
	})
}

func TestTheSuiteOfShownCodes(t *testing.T) {
	paytest.RunQR(t, func(t *testing.T) paytest.Harness {
		h := harness(t)
		h.Flow, h.Code = pay.ByQR, nil
		return h
	})
}

func TestWholeTendersUnderFaultsAndCrashes(t *testing.T) { paytest.Walk(t, harness) }

func (r *rig) attempt(id, code string, minor int64) pay.Attempt {
	a := pay.NewAttempt(r.p, pay.Plan{ID: id, Amount: money.Of(minor, "CNY"), Flow: pay.ByCode, Code: pay.Hide(code), Title: "店", At: r.clock.now()})
	a, _ = pay.Step(a, pay.Event{Kind: pay.Submitted, At: r.clock.now()})
	return a
}

func TestSettingsAreCheckedAtTheStart(t *testing.T) {
	for _, mode := range []bool{false, true} {
		r := newRig(t, func(o *alipaybox.Options) { o.Certificates = mode })
		other, err := alipaybox.NewKeys()
		if err != nil {
			t.Fatal(err)
		}
		stranger := newRig(t, func(o *alipaybox.Options) { o.Certificates, o.Keys = mode, other }).form()
		wrong := map[string]func(*Form){
			"no app id":            func(f *Form) { f.AppID = "" },
			"a foreign character":  func(f *Form) { f.SellerID = "2088\n0109" },
			"no key":               func(f *Form) { f.PrivateKey = "" },
			"noise for a key":      func(f *Form) { f.PrivateKey = "!!" },
			"another mode":         func(f *Form) { f.Mode = "sm2" },
			"the sandbox, live":    func(f *Form) { f.Training = false },
			"the world, training":  func(f *Form) { f.BaseURL = Host },
			"no https":             func(f *Form) { f.Training, f.BaseURL = false, "http://openapi.alipay.com/gateway.do" },
			"a public key instead": func(f *Form) { f.PrivateKey = f.AlipayKey + f.AppCert },
		}
		if mode {
			wrong["no root"] = func(f *Form) { f.RootCert = "" }
			wrong["another app's certificate"] = func(f *Form) { f.AppCert = stranger.AppCert }
			wrong["another Alipay's certificate"] = func(f *Form) { f.AlipayCert = stranger.AlipayCert }
			wrong["noise for a certificate"] = func(f *Form) { f.AlipayCert = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----" }
		} else {
			wrong["no public key"] = func(f *Form) { f.AlipayKey = "" }
		}
		for name, change := range wrong {
			f := r.form()
			change(&f)
			s, err := Parse(f)
			if err == nil {
				_, err = New(s, r.p.client, r.p.files)
			}
			if !errors.Is(err, ErrSettings) {
				t.Errorf("%s: %v", name, err)
				continue
			}
			if key := r.form().PrivateKey; strings.Contains(err.Error(), key[len(key)/2:]) {
				t.Errorf("%s shows a key: %v", name, err)
			}
		}
	}
}

func TestWhatCannotBeSentIsNotSent(t *testing.T) {
	r := newRig(t, nil)
	for name, a := range map[string]pay.Attempt{
		"no code":      r.attempt("a", "", 100),
		"nothing":      r.attempt("b", r.FreshCode(), 0),
		"too much":     r.attempt("c", r.FreshCode(), 100_000_000_01),
		"other money":  {No: "x", Flow: pay.ByCode, Code: pay.Hide("1"), Amount: money.Of(1, "USD")},
		"another flow": {No: "x", Flow: pay.ByQR, Code: pay.Hide("1"), Amount: money.Of(1, "CNY")},
	} {
		if o, err := r.p.Submit(context.Background(), a, nil); !errors.Is(err, pay.ErrNotSent) {
			t.Errorf("%s: %s %v", name, o, err)
		}
	}
	if n := len(r.Journal()); n != 0 {
		t.Errorf("%d requests arrived", n)
	}
}

// Every row of the answer table of payments.md §5.
func TestTheTableOfAnswers(t *testing.T) {
	r := newRig(t, nil)
	for code, want := range map[string]struct {
		outcome pay.Outcome
		reason  pay.Reason
	}{
		"ACQ.PAYMENT_AUTH_CODE_INVALID":   {pay.Declined, pay.CodeInvalid},
		"ACQ.ILLEGAL_AUTH_CODE":           {pay.Declined, pay.CodeInvalid},
		"ACQ.AUTH_CODE_INVALID_OR_EXPIRE": {pay.Declined, pay.CodeExpired},
		"ACQ.BUYER_BALANCE_NOT_ENOUGH":    {pay.Declined, pay.NoFunds},
		"ACQ.SYSTEM_ERROR":                {},
		"ACQ.TRADE_HAS_SUCCESS":           {},
		"ACQ.TRADE_HAS_CLOSE":             {},
		"ACQ.TRADE_STATUS_ERROR":          {},
		"ACQ.CONTEXT_INCONSISTENT":        {},
		"ACQ.TRADE_NOT_EXIST":             {},
		"ACQ.ACCESS_FORBIDDEN":            {pay.Unknown, pay.NotAllowed},
		"ACQ.INVALID_STORE_ID":            {pay.Unknown, pay.NotAllowed},
		"isv.invalid-signature":           {pay.Unknown, pay.BadSignature},
		"isv.invalid-timestamp":           {pay.Unknown, pay.BadSignature},
		"aop.unknow-error":                {},
		"SOMETHING_NEW":                   {},
	} {
		r.play(t, "decline("+code+")")
		o, err := r.p.Submit(context.Background(), r.attempt(code, r.FreshCode(), 100), nil)
		if err != nil || !o.Verified || o.Outcome != want.outcome || o.Reason != want.reason || o.Code != code {
			t.Errorf("%s: %s %q %v", code, o, o.Reason, err)
		}
	}
	for status, want := range map[string]pay.Outcome{"TRADE_SUCCESS": pay.Success, "TRADE_FINISHED": pay.Success,
		"WAIT_BUYER_PAY": pay.Pending, "TRADE_CLOSED": pay.Closed, "TRADE_PENDING": pay.Unknown, "": pay.Unknown} {
		signed := []byte(`{"code":"10000","msg":"Success","out_trade_no":"x","total_amount":"13.10","trade_status":"` + status + `"}`)
		a := answer{status: 200, verified: true, signed: signed, wire: wireHead{Code: "10000"}}
		if o := a.queried("2088"); o.Outcome != want || o.Amount != money.Of(1310, "CNY") {
			t.Errorf("%q became %s", status, o)
		}
	}
}

func TestAYearLaterATradeIsFinishedAndStillPaid(t *testing.T) {
	r := newRig(t, nil)
	a := r.attempt("old", r.FreshCode(), 100)
	r.p.Submit(context.Background(), a, nil)
	r.clock.advance(366 * 24 * time.Hour)
	o, err := r.p.Query(context.Background(), a.Ref())
	if err != nil || o.Outcome != pay.Success || o.ProviderState != "TRADE_FINISHED" {
		t.Errorf("%s %v", o, err)
	}
	b, _ := pay.Step(a, pay.Answered(pay.ByQuery, o, err, r.clock.now(), r.clock.now()))
	o, err = r.p.Refund(context.Background(), pay.LateRefund(b, r.clock.now()))
	if err != nil || o.Outcome != pay.Declined || o.Reason != pay.Expired {
		t.Errorf("refund: %s %v", o, err)
	}
}

func TestSlashesEscapedAfterSigningAreForgiven(t *testing.T) {
	r := newRig(t, nil)
	r.play(t, "escaped_slash")
	a := r.attempt("slash", "", 100)
	a.Flow = pay.ByQR
	o, err := r.p.Present(context.Background(), a)
	if err != nil || o.Outcome != pay.Pending || !strings.HasPrefix(o.QR, "https://qr.alipay.com/bax") {
		t.Error(o, o.QR, err)
	}
	if err := r.Scan(o.QR, true); err != nil {
		t.Error(err)
	}
	if got := string(unslash([]byte(`"a\/b\\/c\"\/\u002f"`))); got != `"a/b\\/c\"/\u002f"` {
		t.Error(got)
	}
}

func TestAWrongClockIsFoundAndForgivenForSigningOnly(t *testing.T) {
	r := newRig(t, nil)
	r.play(t, "clock_skew(17m)")
	first, _ := r.p.Submit(context.Background(), r.attempt("clock 1", r.FreshCode(), 100), nil)
	if first.Outcome != pay.Unknown || first.Reason != pay.BadSignature {
		t.Errorf("first: %s %s", first, first.Reason)
	}
	second, _ := r.p.Submit(context.Background(), r.attempt("clock 2", r.FreshCode(), 100), nil)
	if second.Outcome != pay.Success || !r.p.client.Skew().Warn() {
		t.Errorf("second: %s, warns %v", second, r.p.client.Skew().Warn())
	}
}

func TestTheSettingsCanBeTriedWithoutMoney(t *testing.T) {
	r := newRig(t, nil)
	verdict := func(p *Provider) (out string) {
		for _, c := range p.Test(context.Background()) {
			out += fmt.Sprintf("%s=%v ", c.Name, c.OK)
		}
		return out
	}
	if got := verdict(r.p); got != "reach=true verify=true sign=true clock=true rights=true " {
		t.Error(got)
	}
	s := r.settings(t)
	s.AppID = "2021"
	if got := verdict(r.provider(t, s)); got != "reach=true verify=true sign=false clock=true " {
		t.Error(got)
	}
	s = r.settings(t)
	s.BaseURL = "http://127.0.0.1:1"
	if got := verdict(r.provider(t, s)); got != "reach=false verify=false sign=false clock=true " {
		t.Error(got)
	}
	if lines, _ := r.Movements(""); len(lines) != 0 {
		t.Error("a test moved money")
	}
}

func TestTLSIsCheckedBeforeAByteLeaves(t *testing.T) {
	r := newRig(t, func(o *alipaybox.Options) { o.TLS = true })
	o, err := r.p.Submit(context.Background(), r.attempt("tls 1", r.FreshCode(), 100), nil)
	if err != nil || o.Outcome != pay.Success {
		t.Fatalf("%s %v", o, err)
	}
	r.p.client.Close()
	r.play(t, "tls_wrong_host")
	if _, err := r.p.Submit(context.Background(), r.attempt("tls 2", r.FreshCode(), 100), nil); !errors.Is(err, pay.ErrNotSent) {
		t.Error(err)
	}
}

func TestEveryPayerCodeOfTheTableDoesWhatItSays(t *testing.T) {
	want := map[string]pay.Outcome{
		"0001": pay.Success, "0002": pay.Pending, "0003": pay.Pending, "0004": pay.Pending, "0005": pay.Declined, "0006": pay.Declined,
		"0007": pay.Declined, "0017": pay.Success, "0018": pay.Pending, "0019": pay.Pending, "0020": pay.Pending, "0021": pay.Success,
		"0010": pay.Success, "0016": pay.Success,
	}
	r := newRig(t, nil)
	for i, c := range alipaybox.PayerCodes() {
		for range 2 { // a code of the table works as often as one likes
			a := r.attempt(fmt.Sprint(c.Code, i, r.clock.now()), c.Code, 100)
			r.clock.advance(time.Second)
			o, err := r.p.Submit(context.Background(), a, nil)
			if err != nil || o.Outcome != want[c.Code[14:]] {
				t.Errorf("%s (%s): %s %v", c.Code, c.Does, o, err)
			}
		}
	}
}
