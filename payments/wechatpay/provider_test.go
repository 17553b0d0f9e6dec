package wechatpay

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"suanpan/app/money"
	"suanpan/app/pay"
	"suanpan/app/pay/paytest"
	"suanpan/payments"
	"suanpan/payments/sandbox"
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

// keys are made once: two RSA pairs for every test would be most of the suite's time.
var keys = sync.OnceValues(sandbox.NewKeys)

type rig struct {
	*sandbox.Server
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

func newRig(t testing.TB, change func(*sandbox.Options)) *rig {
	t.Helper()
	k, err := keys()
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{clock: newClock(), log: &lockedBuffer{}}
	o := sandbox.Options{Keys: k, Now: r.clock.now, Faults: true, Wait: func(context.Context, time.Duration) {}}
	if change != nil {
		change(&o)
	}
	if r.Server, err = sandbox.Start(context.Background(), o); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Server.Close() })
	r.p = r.provider(t, r.settings(t))
	return r
}

func (r *rig) form() Form {
	w := r.WechatSettings()
	f := Form{BaseURL: w.BaseURL, Training: true, AppID: w.AppID, MchID: w.MchID, Serial: w.Serial, PrivateKey: w.PrivateKey,
		Mode: w.Mode, KeyV3: w.KeyV3, SubMchID: w.SubMchID, NotifyURL: w.NotifyURL}
	if w.Mode == "public_key" {
		f.PublicKeyID, f.PublicKey = w.PublicKeyID, w.PublicKey
	}
	if w.SubMchID != "" {
		f.Role = "partner"
	}
	return f
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
	if root := r.WechatSettings().Root; root != "" {
		o.Roots = x509.NewCertPool()
		o.Roots.AppendCertsFromPEM([]byte(root))
	}
	p, err := New(s, payments.NewClient(o))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.client.Close)
	return p
}

func (r *rig) money(no string) (charges int, net int64) {
	lines, _ := r.Statement(sandbox.Wechat, "")
	for _, l := range lines {
		if l.No == no {
			net += l.Minor
			if l.Kind == "pay" {
				charges++
			}
		}
	}
	return charges, net
}

func harness(t *testing.T) paytest.Harness { return harnessOf(t, newRig(t, nil)) }

func harnessOf(t *testing.T, r *rig) paytest.Harness {
	dead := r.settings(t)
	dead.BaseURL = "http://127.0.0.1:1"
	return paytest.Harness{
		Provider: r.p, Dead: r.provider(t, dead), Flow: pay.ByCode, Amount: money.Of(1310, "CNY"), Code: r.FreshCode,
		Now: r.clock.now, Advance: r.clock.advance,
		Fault: func(words ...string) {
			if err := r.Script(sandbox.Wechat, words, 1); err != nil {
				t.Fatal(err)
			}
		},
		Charges: func(no string) int { n, _ := r.money(no); return n },
		Net:     func(no string) int64 { _, net := r.money(no); return net },
		Kept: func() string {
			return r.log.String() + fmt.Sprintf("%+v", r.Journal())
		},
	}
}

func TestTheSuiteOfAllProviders(t *testing.T) { paytest.Run(t, harness) }

func qrHarness(t *testing.T) paytest.Harness {
	r := newRig(t, nil)
	h := harnessOf(t, r)
	h.Flow, h.Code = pay.ByQR, nil
	h.Scan = func(qr string) error { return r.PayQR(qr, sandbox.PayerPays) }
	return h
}

func TestTheSuiteOfCodesThatWeShow(t *testing.T) { paytest.RunQR(t, qrHarness) }

func (r *rig) attempt(id, code string, minor int64) pay.Attempt {
	a := pay.NewAttempt(r.p, pay.Plan{ID: id, Amount: money.Of(minor, "CNY"), Flow: pay.ByCode, Code: pay.Hide(code), Title: "店", At: r.clock.now()})
	a, _ = pay.Step(a, pay.Event{Kind: pay.Submitted, At: r.clock.now()})
	return a
}

func TestSettingsAreCheckedAtTheStart(t *testing.T) {
	r := newRig(t, nil)
	for name, change := range map[string]func(*Form){
		"no app id":            func(f *Form) { f.AppID = "" },
		"a foreign character":  func(f *Form) { f.MchID = "19000\n0109" },
		"a quote in a serial":  func(f *Form) { f.Serial = `A"B` },
		"no key":               func(f *Form) { f.PrivateKey = "" },
		"a public key instead": func(f *Form) { f.PrivateKey = f.PublicKey },
		"no id of the key":     func(f *Form) { f.PublicKeyID = "" },
		"the sandbox, live":    func(f *Form) { f.Training = false },
		"the world, training":  func(f *Form) { f.BaseURL = Host },
		"no https":             func(f *Form) { f.Training, f.BaseURL = false, "http://api.mch.weixin.qq.com" },
	} {
		f := r.form()
		change(&f)
		s, err := Parse(f)
		if err == nil {
			_, err = New(s, r.p.client)
		}
		if err == nil {
			t.Errorf("%s passes", name)
			continue
		}
		if strings.Contains(err.Error(), "PRIVATE KEY") {
			t.Errorf("%s shows a key: %v", name, err)
		}
	}
}

func TestWhatCannotBeSentIsNotSent(t *testing.T) {
	r := newRig(t, nil)
	for name, a := range map[string]pay.Attempt{
		"no code":      r.attempt("a", "", 100),
		"nothing":      r.attempt("b", r.FreshCode(), 0),
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

func TestAWrongClockIsFoundAndForgivenForSigningOnly(t *testing.T) {
	r := newRig(t, nil)
	if err := r.Script(sandbox.Wechat, []string{"clock_skew(17m)"}, 1); err != nil {
		t.Fatal(err)
	}
	first, _ := r.p.Submit(context.Background(), r.attempt("clock 1", r.FreshCode(), 100), nil)
	if first.Outcome != pay.Declined || first.Reason != pay.BadSignature {
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
	s.Serial = "ABCDEF"
	if got := verdict(r.provider(t, s)); got != "reach=true verify=true sign=false clock=true " {
		t.Error(got)
	}
	s = r.settings(t)
	s.BaseURL = "http://127.0.0.1:1"
	if got := verdict(r.provider(t, s)); got != "reach=false verify=false sign=false clock=true " {
		t.Error(got)
	}
	lines, _ := r.Statement(sandbox.Wechat, "")
	if len(lines) != 0 {
		t.Error("a test moved money")
	}
}

func TestTLSIsCheckedBeforeAByteLeaves(t *testing.T) {
	r := newRig(t, func(o *sandbox.Options) { o.TLS = true })
	o, err := r.p.Submit(context.Background(), r.attempt("tls 1", r.FreshCode(), 100), nil)
	if err != nil || o.Outcome != pay.Success {
		t.Fatalf("%s %v", o, err)
	}
	r.p.client.Close()
	if err := r.Script(sandbox.Wechat, []string{"tls_wrong_host"}, 1); err != nil {
		t.Fatal(err)
	}
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
	for i, c := range sandbox.PayerCodes() {
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

func FuzzReadAnswer(f *testing.F) {
	r := newRig(f, nil)
	f.Add(200, []byte(`{"trade_state":"SUCCESS","out_trade_no":"x","mchid":"y","amount":{"total":1,"currency":"CNY"}}`))
	f.Add(202, []byte(`{"trade_state":"USERPAYING"}`))
	f.Add(404, []byte(`{"code":"ORDER_NOT_EXIST"}`))
	f.Add(500, []byte(`<html>`))
	s := r.settings(f)
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		for _, verified := range []bool{false, true} {
			a := answer{status: status, verified: verified, body: body, raw: body}
			for _, o := range []pay.Observation{a.submitted(s), a.queried(s, pay.ByQR), a.queried(s, pay.ByCode), a.reversed(s, "x"), a.presented(), a.closed(),
				a.refund(a.observe(), pay.Refund{PaymentNo: "x", No: "y"})} {
				if !verified && a.status != 200 && o.Outcome != pay.Unknown {
					t.Fatalf("%d unverified became %s", status, o.Outcome)
				}
				if status >= 500 && verified && o.Outcome == pay.Declined {
					t.Fatalf("%d became %s", status, o.Outcome)
				}
			}
		}
	})
	_ = r
}

func FuzzVerify(f *testing.F) {
	r := newRig(f, nil)
	f.Add("1700000000", "nonce", "PUB_KEY_ID_1", "WECHATPAY/SIGNTEST/AAAA", []byte("{}"))
	f.Add("-1", "", "", "", []byte(""))
	s := r.settings(f)
	f.Fuzz(func(t *testing.T, at, nonce, serial, signature string, body []byte) {
		h := map[string][]string{"Wechatpay-Timestamp": {at}, "Wechatpay-Nonce": {nonce}, "Wechatpay-Serial": {serial}, "Wechatpay-Signature": {signature}}
		for _, id := range []string{serial, s.Verifier.Serial()} {
			h["Wechatpay-Serial"] = []string{id}
			if verify(s.Verifier, h, body, r.clock.now()) == nil {
				t.Fatal("noise is proven")
			}
		}
	})
}

func BenchmarkPaymentOnLoopback(b *testing.B) {
	for _, secure := range []bool{false, true} {
		b.Run(fmt.Sprintf("tls=%v", secure), func(b *testing.B) {
			r := newRig(b, func(o *sandbox.Options) { o.TLS = secure })
			r.p = r.provider(b, r.settings(b))
			r.log = &lockedBuffer{}
			b.ReportAllocs()
			var took []time.Duration
			for n := 0; b.Loop(); n++ {
				begun := time.Now()
				a := r.attempt(fmt.Sprint("bench", n), "138888000000000001", 1)
				o, err := r.p.Submit(context.Background(), a, nil)
				if a, _ = pay.Step(a, pay.Answered(pay.BySubmit, o, err, a.SubmittedAt, r.clock.now())); a.State != pay.Succeeded {
					b.Fatal(o, err)
				}
				took = append(took, time.Since(begun))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
		})
	}
}

func TestWholeTendersUnderFaultsAndCrashes(t *testing.T) { paytest.Walk(t, harness) }

func TestWholeTendersWithShownCodesUnderFaultsAndCrashes(t *testing.T) { paytest.Walk(t, qrHarness) }
