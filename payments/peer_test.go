package payments

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"suanpan/app/pay"
)

func TestAPeerIsWhoItsCertificateSaysAndFromTheGivenAuthority(t *testing.T) {
	var served atomic.Int32
	s := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { served.Add(1) }))
	defer s.Close()
	own := x509.NewCertPool()
	own.AddCert(s.Certificate())
	other := errors.New("somebody else")
	yes := func(*x509.Certificate) error { return nil }
	no := func(*x509.Certificate) error { return other }
	for name, tc := range map[string]struct {
		o    Options
		want error
	}{
		"known and accepted": {Options{Roots: own, Peer: yes}, nil},
		"known and refused":  {Options{Roots: own, Peer: no}, other},
		"no authority given": {Options{Peer: yes}, pay.ErrNotSent},
		"another authority":  {Options{Roots: x509.NewCertPool(), Peer: yes}, pay.ErrNotSent},
	} {
		before := served.Load()
		_, err := ask(t, NewClient(tc.o), s.URL)
		if !errors.Is(err, tc.want) || (err != nil && !errors.Is(err, pay.ErrNotSent)) {
			t.Errorf("%s: %v", name, err)
		}
		if sent := served.Load() > before; sent != (tc.want == nil) {
			t.Errorf("%s: a request arrived: %v", name, sent)
		}
	}
}

func TestAForeignClientSendsByTheSameRules(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("X-Key", r.Header.Get("Idempotency-Key"))
		w.WriteHeader(402)
		w.Write(append([]byte("echo "), body...))
	}))
	var log bytes.Buffer
	c := NewClient(Options{Log: slog.New(slog.NewTextHandler(&log, nil))})
	foreign := &http.Client{Transport: c}
	send := func() (*http.Response, error) {
		r, _ := http.NewRequestWithContext(WithOp(context.Background(), "stripe.intent"), "POST", s.URL, strings.NewReader("a=1"))
		r.Header.Set("Idempotency-Key", "k1")
		return foreign.Do(r)
	}
	r, err := send()
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(r.Body)
	if r.StatusCode != 402 || string(body) != "echo a=1" || r.Header.Get("X-Key") != "k1" || !strings.Contains(log.String(), "stripe.intent") {
		t.Errorf("%d %q %v %s", r.StatusCode, body, r.Header, log.String())
	}
	s.Close()
	c.Close() // an idle connection that the peer closes at this moment would be doubt, rightly
	if _, err := send(); !errors.Is(err, pay.ErrNotSent) {
		t.Error(err)
	}
}

// net/http sends a request with an idempotency key again when a used connection breaks; a provider's answer to the first
// one may then be lost for good.
func TestABrokenConnectionIsNeverAnsweredBySendingAgain(t *testing.T) {
	var arrived atomic.Int32
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		if arrived.Add(1) > 1 {
			conn, _, _ := w.(http.Hijacker).Hijack()
			conn.Close()
		}
	}))
	defer s.Close()
	c := NewClient(Options{})
	for n := range 2 {
		_, err := c.Do(context.Background(), Request{Op: "test", Method: "POST", URL: s.URL,
			Header: http.Header{"Idempotency-Key": {"k"}}, Body: []byte("{}")})
		if (n == 0) != (err == nil) || (n == 1 && !errors.Is(err, ErrDoubt)) {
			t.Errorf("%d: %v", n, err)
		}
	}
	if n := arrived.Load(); n != 2 {
		t.Errorf("%d requests arrived", n)
	}
}
