package wechatpay

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"suanpan/app/money"
	"suanpan/app/pay"
	"suanpan/payments/sandbox"
)

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
