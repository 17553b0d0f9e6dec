package wechatpay

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"suanpan/app/money"
	"suanpan/app/pay"
	"suanpan/app/pay/paytest"
	"suanpan/payments/sandbox"
)

func TestTheSuiteInEveryMode(t *testing.T) {
	for name, change := range map[string]func(*sandbox.Options){
		"platform certificates": func(o *sandbox.Options) { o.Mode = sandbox.ModeCertificate },
		"both":                  func(o *sandbox.Options) { o.Mode = sandbox.ModeMixed },
		"a service provider":    func(o *sandbox.Options) { o.Partner = true },
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, change) // its platform key takes a moment to make
			a := r.sold(t, "mode "+name, 1310)
			if a.Merchant != r.p.Caps().Merchant || (name == "a service provider") != (a.Merchant == "1900000777") {
				t.Error(a.Merchant)
			}
			r.clock.advance(20 * time.Second)
			if o, err := r.p.Cancel(context.Background(), a.Ref()); err != nil || o.Outcome != pay.Accepted {
				t.Fatal(o, err)
			}
			if o, err := r.p.Query(context.Background(), a.Ref()); err != nil || o.Outcome != pay.Closed || !o.Verified {
				t.Fatal(o, err)
			}
			b := r.sold(t, "mode refund "+name, 1310)
			_, row, err := pay.StartRefund(b, nil, pay.RefundPlan{ID: "mode ref " + name, Amount: money.Of(310, "CNY"), At: r.clock.now()})
			if err != nil {
				t.Fatal(err)
			}
			for range 2 {
				if o, err := r.p.Refund(context.Background(), row); err != nil || pay.JudgeRefund(row, o) == pay.ObsUnknown {
					t.Fatal(o, err)
				}
			}
			r.clock.advance(24 * time.Hour)
			if lines, sum, err := r.fetched(t, "2026-11-22", pay.TradeBill); err != nil || sum.Rows != 3 || len(lines) != 3 {
				t.Error(sum, err)
			}
			for _, lie := range []string{"bad_sig", "wrong_serial", "unsigned_200"} {
				if err := r.Script(sandbox.Wechat, []string{"query:" + lie}, 1); err != nil {
					t.Fatal(err)
				}
				if o, err := r.p.Query(context.Background(), a.Ref()); err != nil || o.Verified || o.Outcome != pay.Unknown {
					t.Errorf("%s: %s %v", lie, o, err)
				}
			}
		})
	}
}

func TestTheWholeSuiteForAServiceProvider(t *testing.T) {
	paytest.Run(t, func(t *testing.T) paytest.Harness {
		return harnessOf(t, newRig(t, func(o *sandbox.Options) { o.Partner = true }))
	})
}

func TestCertificatesAreFetchedWhenTheyAreNewAndTrustedByTheAPIv3Key(t *testing.T) {
	r := newRig(t, func(o *sandbox.Options) { o.Mode = sandbox.ModeCertificate })
	fetched := func() (n int) {
		for _, e := range r.Journal() {
			if e.Op == "certificates" {
				n++
			}
		}
		return n
	}
	r.sold(t, "cert 1", 100)
	r.sold(t, "cert 2", 100)
	if n := fetched(); n != 1 {
		t.Errorf("fetched %d times", n)
	}
	r.clock.advance(2 * time.Minute)
	if err := r.RotateCertificate(); err != nil {
		t.Fatal(err)
	}
	r.sold(t, "cert 3", 100)
	if n := fetched(); n != 2 {
		t.Errorf("after the change fetched %d times", n)
	}
	if err := r.Script(sandbox.Wechat, []string{"query:wrong_serial"}, 1); err != nil {
		t.Fatal(err)
	}
	for range 20 { // a stranger's serial is no reason for a storm
		if o, _ := r.p.Query(context.Background(), pay.Ref{No: "x"}); o.Verified {
			t.Fatal(o)
		}
	}
	if n := fetched(); n > 3 {
		t.Errorf("a stranger made us fetch %d times", n)
	}
	f := r.form()
	f.KeyV3 = strings.Repeat("x", 32)
	s, err := Parse(f)
	if err != nil {
		t.Fatal(err)
	}
	wrong := r.provider(t, s)
	before, _ := r.Statement(sandbox.Wechat, "")
	if _, err := wrong.Submit(context.Background(), r.attempt("cert 4", r.FreshCode(), 100), nil); !errors.Is(err, pay.ErrNotSent) {
		t.Errorf("with another APIv3 key: %v", err)
	}
	if after, _ := r.Statement(sandbox.Wechat, ""); len(after) != len(before) {
		t.Error("money moved though no answer could be proven")
	}
	modern := newRig(t, nil) // a merchant since 2024 has no certificates
	f = modern.form()
	f.Mode, f.PublicKey, f.PublicKeyID = "certificate", "", ""
	if s, err = Parse(f); err != nil {
		t.Fatal(err)
	}
	if _, err := modern.provider(t, s).Submit(context.Background(), modern.attempt("cert 5", modern.FreshCode(), 100), nil); !errors.Is(err, pay.ErrNotSent) || !strings.Contains(err.Error(), "public key") {
		t.Error(err)
	}
}

func TestFormsThatContradictThemselves(t *testing.T) {
	r := newRig(t, nil)
	for name, change := range map[string]func(*Form){
		"no such mode":            func(f *Form) { f.Mode = "sm2" },
		"no such role":            func(f *Form) { f.Role = "bank" },
		"a partner of nobody":     func(f *Form) { f.Role = "partner" },
		"a merchant's merchant":   func(f *Form) { f.SubMchID = "1900000777" },
		"certificates, no key":    func(f *Form) { f.Mode, f.KeyV3 = "certificate", "" },
		"half an APIv3 key":       func(f *Form) { f.KeyV3 = "short" },
		"notify with a query":     func(f *Form) { f.NotifyURL = "https://shop.example/?x" },
		"notify in the clear":     func(f *Form) { f.NotifyURL = "http://shop.example/" },
		"a partner's key, live":   func(f *Form) { f.Role, f.SubMchID, f.Training, f.BaseURL = "partner", "1900000777", false, Host },
		"an odd merchant of them": func(f *Form) { f.Role, f.SubMchID = "partner", "19\n" },
	} {
		f := r.form()
		change(&f)
		s, err := Parse(f)
		if err == nil {
			_, err = New(s, r.p.client)
		}
		if !errors.Is(err, ErrSettings) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzSealed(f *testing.F) {
	key := []byte(strings.Repeat("k", 32))
	f.Add("AEAD_AES_256_GCM", "123456789012", "transaction", "AAAA")
	f.Add("AEAD_AES_256_GCM", "short", "transaction", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
	f.Fuzz(func(t *testing.T, algorithm, nonce, associated, text string) {
		if plain, err := (sealed{algorithm, nonce, associated, text}).open(key); err == nil {
			t.Fatalf("noise opens as %q", plain)
		}
		body, _ := json.Marshal(map[string]any{"data": []any{map[string]any{"serial_no": nonce, "encrypt_certificate": sealed{algorithm, nonce, associated, text}}}})
		if _, err := openCertificates(body, key); err == nil {
			t.Fatal("noise is a certificate")
		}
	})
}

func TestARefundThatCannotReachThePayerGoesToTheMerchant(t *testing.T) {
	r := newRig(t, nil)
	a := r.sold(t, "abnormal", 1310)
	if err := r.Script(sandbox.Wechat, []string{"refund_abnormal"}, 1); err != nil {
		t.Fatal(err)
	}
	_, row, err := pay.StartRefund(a, nil, pay.RefundPlan{ID: "abnormal ref", Amount: money.Of(310, "CNY"), At: r.clock.now()})
	if err != nil {
		t.Fatal(err)
	}
	o, err := r.p.Refund(context.Background(), row)
	if err != nil || o.Outcome != pay.Accepted {
		t.Fatal(o, err)
	}
	if _, err := r.p.RefundToMerchant(context.Background(), row); !errors.Is(err, pay.ErrNotSent) {
		t.Errorf("without its number: %v", err)
	}
	row.ProviderTxn = o.ProviderTxn
	if o, err = r.p.RefundToMerchant(context.Background(), row); err != nil || o.Outcome != pay.Refused {
		t.Errorf("while it is on its way: %s %v", o, err)
	}
	ask := func() pay.Outcome {
		o, err := r.p.QueryRefund(context.Background(), row)
		if err != nil {
			t.Fatal(err)
		}
		return o.Outcome
	}
	for range 3 {
		ask()
	}
	if got := ask(); got != pay.Abnormal {
		t.Fatal(got)
	}
	if o, err = r.p.RefundToMerchant(context.Background(), row); err != nil || o.Outcome != pay.Accepted || o.OwnNo != row.No {
		t.Fatal(o, err)
	}
	ask()
	if got := ask(); got != pay.Success {
		t.Error(got)
	}
}

func TestAWrongKeyOfOursIsAFaultOfSetUpOnEveryCall(t *testing.T) {
	r := newRig(t, nil)
	good := r.sold(t, "config", 1310)
	s := r.settings(t)
	s.Serial = "ABCDEF"
	p, ctx := r.provider(t, s), context.Background()
	row := pay.Refund{No: "ref0001", PaymentNo: good.No, Paid: good.Amount, Amount: good.Amount, ProviderTxn: "1"}
	qr := pay.Attempt{No: "own0001", Flow: pay.ByQR, Amount: good.Amount}
	ref, shown := good.Ref(), good.Ref()
	shown.Flow = pay.ByQR
	for name, call := range map[string]func() (pay.Observation, error){
		"submit":       func() (pay.Observation, error) { return p.Submit(ctx, r.attempt("config 2", r.FreshCode(), 1), nil) },
		"present":      func() (pay.Observation, error) { return p.Present(ctx, qr) },
		"query":        func() (pay.Observation, error) { return p.Query(ctx, ref) },
		"reverse":      func() (pay.Observation, error) { return p.Cancel(ctx, ref) },
		"close":        func() (pay.Observation, error) { return p.Cancel(ctx, shown) },
		"refund":       func() (pay.Observation, error) { return p.Refund(ctx, row) },
		"refund query": func() (pay.Observation, error) { return p.QueryRefund(ctx, row) },
		"abnormal":     func() (pay.Observation, error) { return p.RefundToMerchant(ctx, row) },
	} {
		o, err := call()
		if err != nil || o.Reason != pay.BadSignature || !o.Verified || o.Outcome == pay.Success || o.Outcome == pay.Closed {
			t.Errorf("%s: %s %q %v", name, o, o.Reason, err)
		}
	}
}
