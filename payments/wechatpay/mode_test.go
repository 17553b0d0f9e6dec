package wechatpay

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
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

// mailbox is a hub that takes notifications.
type mailbox struct {
	*httptest.Server
	r    *rig
	seen []pay.Observation
	errs []error
	busy int // times that it does not take one
	last struct {
		header http.Header
		body   []byte
	}
}

func (m *mailbox) ServeHTTP(w http.ResponseWriter, in *http.Request) {
	body, _ := io.ReadAll(in.Body)
	m.last.header, m.last.body = in.Header.Clone(), body
	o, err := m.r.p.VerifyNotify(in.Header, body)
	if err == nil && m.busy > 0 {
		m.busy--
		err = errors.New("busy")
	}
	if err == nil {
		m.seen = append(m.seen, o)
	} else {
		m.errs = append(m.errs, err)
	}
	status, answer := m.r.p.AckNotify(err)
	w.WriteHeader(status)
	w.Write(answer)
}

func newMailbox(t *testing.T, mode string) *mailbox {
	t.Helper()
	m := &mailbox{}
	m.Server = httptest.NewTLSServer(m)
	t.Cleanup(m.Close)
	m.r = newRig(t, func(o *sandbox.Options) {
		o.NotifyURL, o.Mode = m.URL+"/wechatpay", mode
		o.NotifyRoots = m.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
	})
	return m
}

// shown makes a native order.
func (r *rig) shown(t *testing.T, id string) (pay.Attempt, pay.Observation) {
	t.Helper()
	a := pay.NewAttempt(r.p, pay.Plan{ID: id, Amount: money.Of(1310, "CNY"), Flow: pay.ByQR, Title: "店", At: r.clock.now()})
	a, _ = pay.Step(a, pay.Event{Kind: pay.Submitted, At: r.clock.now()})
	o, err := r.p.Present(context.Background(), a)
	if err != nil || o.QR == "" {
		t.Fatal(o, err)
	}
	return a, o
}

func TestNotificationsAreProvenAndComeAgainUntilTaken(t *testing.T) {
	for _, mode := range []string{sandbox.ModePublicKey, sandbox.ModeCertificate, sandbox.ModeMixed} {
		m := newMailbox(t, mode)
		a, o := m.r.shown(t, "notify "+mode)
		if err := m.r.PayQR(o.QR, sandbox.PayerPays); err != nil {
			t.Fatal(err)
		}
		m.busy = 2
		for _, wait := range []time.Duration{0, 15 * time.Second, 15 * time.Second, 30 * time.Second} {
			m.r.clock.advance(wait)
			m.r.Notify(context.Background())
		}
		if len(m.seen) != 1 || len(m.errs) != 2 {
			t.Fatalf("%s: %v, then %v", mode, m.errs, m.seen)
		}
		got := m.seen[0]
		if pay.Judge(a, pay.ByNotify, got) != pay.ObsSuccess || got.Memo == "" || got.ProviderTxn == "" {
			t.Errorf("%s: %+v", mode, got)
		}
	}
}

func TestNotificationsInAnyOrderAndNumber(t *testing.T) {
	m := newMailbox(t, "")
	if err := m.r.Script(sandbox.Wechat, []string{"dup_notify(3)", "reorder_notify"}, 1); err != nil {
		t.Fatal(err)
	}
	first, o1 := m.r.shown(t, "order 1")
	second, o2 := m.r.shown(t, "order 2")
	for _, qr := range []string{o1.QR, o2.QR} {
		if err := m.r.PayQR(qr, sandbox.PayerPays); err != nil {
			t.Fatal(err)
		}
		m.r.clock.advance(100 * time.Millisecond)
	}
	m.r.clock.advance(4 * time.Second)
	if taken, refused := m.r.Notify(context.Background()); taken != 8 || refused != 0 {
		t.Fatal(taken, refused, m.errs)
	}
	if m.seen[0].OwnNo != second.No {
		t.Error("the order is the old one")
	}
	entries := 0
	for _, o := range m.seen {
		var fx []pay.Effect
		first, fx = pay.Step(first, pay.Observed(pay.ByNotify, o, m.r.clock.now(), m.r.clock.now()))
		for _, f := range fx {
			if f.Kind == pay.Post {
				entries++
			}
		}
	}
	if first.State != pay.Succeeded || entries != 1 {
		t.Errorf("%s, %d entries", first.State, entries)
	}
	if err := m.r.Script(sandbox.Wechat, []string{"notify_before_response"}, 1); err != nil {
		t.Fatal(err)
	}
	m.seen = nil
	early, _ := m.r.shown(t, "order 3")
	if len(m.seen) != 1 || pay.Judge(early, pay.ByNotify, m.seen[0]) != pay.ObsSuccess {
		t.Error(m.seen)
	}
}

func TestWhatIsNoNotificationIsRefused(t *testing.T) {
	m := newMailbox(t, "")
	_, o := m.r.shown(t, "odd")
	if err := m.r.PayQR(o.QR, sandbox.PayerPays); err != nil {
		t.Fatal(err)
	}
	m.r.Notify(context.Background())
	if len(m.seen) != 1 {
		t.Fatal(m.errs)
	}
	good, text := m.last.header, m.last.body
	if _, err := m.r.p.VerifyNotify(good, text); err != nil {
		t.Fatal(err)
	}
	m.r.clock.advance(301 * time.Second)
	if _, err := m.r.p.VerifyNotify(good, text); !errors.Is(err, ErrUnproven) {
		t.Errorf("five minutes later: %v", err)
	}
	m.r.clock.advance(-301 * time.Second)
	for name, change := range map[string]func(h http.Header) []byte{
		"no signature":    func(h http.Header) []byte { h.Del("Wechatpay-Signature"); return text },
		"a probe":         func(h http.Header) []byte { h.Set("Wechatpay-Signature", "WECHATPAY/SIGNTEST/AAAA"); return text },
		"another body":    func(http.Header) []byte { return append([]byte(" "), text...) },
		"another key":     func(h http.Header) []byte { h.Set("Wechatpay-Serial", "PUB_KEY_ID_0"); return text },
		"far too much":    func(http.Header) []byte { return make([]byte, noticeMost+1) },
		"another's order": func(h http.Header) []byte { h.Set("Wechatpay-Nonce", "x"); return text },
	} {
		h := good.Clone()
		body := change(h)
		if o, err := m.r.p.VerifyNotify(h, body); !errors.Is(err, ErrUnproven) || o.Outcome != pay.Unknown || o.Verified {
			t.Errorf("%s: %s %v", name, o, err)
		}
	}
	f := m.r.form()
	f.KeyV3 = strings.Repeat("y", 32)
	s, err := Parse(f)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := m.r.provider(t, s).VerifyNotify(good, text); !errors.Is(err, ErrUnproven) {
		t.Errorf("with another APIv3 key: %v", err)
	}
	for err, want := range map[error]int{nil: 204, ErrUnproven: 401, errors.New("disk"): 500} {
		if got, _ := m.r.p.AckNotify(err); got != want {
			t.Errorf("%v is answered with %d", err, got)
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
