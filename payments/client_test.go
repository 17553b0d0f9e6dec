package payments

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"suanpan/app/pay"
)

func ask(t *testing.T, c *Client, url string) (Response, error) {
	t.Helper()
	return c.Do(context.Background(), Request{Op: "test", Method: "POST", URL: url, Header: http.Header{}, Body: []byte("{}")})
}

func TestAnErrorSaysWhetherAByteLeft(t *testing.T) {
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	refused := "http://" + closed.Addr().String()
	closed.Close()
	strange := httptest.NewTLSServer(http.NotFoundHandler())
	defer strange.Close()
	for name, url := range map[string]string{"refused": refused, "no TLS that we know": strange.URL, "no address": "http://%zz"} {
		c := NewClient(Options{})
		if _, err := ask(t, c, url); !errors.Is(err, pay.ErrNotSent) || errors.Is(err, ErrDoubt) {
			t.Errorf("%s: %v", name, err)
		}
	}
	cut := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, _, _ := w.(http.Hijacker).Hijack()
		conn.Close()
	}))
	defer cut.Close()
	half := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "100")
		w.Write([]byte("half"))
	}))
	defer half.Close()
	long := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Write(bytes.Repeat([]byte("x"), 2000))
	}))
	defer long.Close()
	silent := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body) // only then does net/http notice that the client left
		<-r.Context().Done()
	}))
	defer silent.Close()
	for name, url := range map[string]string{"cut": cut.URL, "half a body": half.URL, "too long": long.URL, "silent": silent.URL} {
		c := NewClient(Options{BodyLimit: 1000, Timeout: 200 * time.Millisecond})
		if _, err := ask(t, c, url); !errors.Is(err, ErrDoubt) || errors.Is(err, pay.ErrNotSent) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestRedirectsAreAnswersAndNotFollowed(t *testing.T) {
	followed := false
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		followed = followed || r.URL.Path == "/elsewhere"
		http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
	}))
	defer s.Close()
	r, err := ask(t, NewClient(Options{}), s.URL)
	if err != nil || r.Status != http.StatusTemporaryRedirect || followed {
		t.Errorf("%d %v, followed %v", r.Status, err, followed)
	}
}

func TestLogsHoldNoAddressAndNoBody(t *testing.T) {
	var out bytes.Buffer
	s := httptest.NewServer(http.NotFoundHandler())
	c := NewClient(Options{Log: slog.New(slog.NewTextHandler(&out, nil))})
	ask(t, c, s.URL+"/secret-number")
	s.Close()
	ask(t, c, s.URL+"/secret-number")
	if text := out.String(); !strings.Contains(text, "op=test") || strings.Contains(text, "secret-number") {
		t.Error(text)
	}
}

func TestTheClockIsCorrectedForSigningOnly(t *testing.T) {
	server := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Date", server.Format(http.TimeFormat))
	}))
	defer s.Close()
	for _, tc := range []struct {
		behind time.Duration
		want   time.Duration
		warn   bool
	}{{0, 0, false}, {2 * time.Second, 0, false}, {10 * time.Minute, 10 * time.Minute, true}, {-time.Hour, -time.Hour, true}} {
		till := server.Add(-tc.behind)
		c := NewClient(Options{Now: func() time.Time { return till }})
		if _, err := ask(t, c, s.URL); err != nil {
			t.Fatal(err)
		}
		if got := c.SigningTime().Sub(till); (got-tc.want).Abs() > time.Second || c.Skew().Warn() != tc.warn {
			t.Errorf("%s behind: corrected by %s, warns %v", tc.behind, got, c.Skew().Warn())
		}
	}
}

func TestOnlyPlainHTTPSAddressesPass(t *testing.T) {
	for _, tc := range []struct {
		url          string
		live, school bool
	}{
		{"https://api.mch.weixin.qq.com", true, false},
		{"http://api.mch.weixin.qq.com", false, false},
		{"https://user@api.example.com", false, false},
		{"https://api.example.com?x=1", false, false},
		{"http://127.0.0.1:8080", false, true},
		{"https://[::1]:8080", false, true},
		{"127.0.0.1", false, false},
		{"", false, false},
	} {
		if err := CheckURL(tc.url, false); (err == nil) != tc.live {
			t.Errorf("live %q: %v", tc.url, err)
		}
		if err := CheckURL(tc.url, true); (err == nil) != tc.school {
			t.Errorf("training %q: %v", tc.url, err)
		}
	}
}

func TestCardNumbersAreScrubbed(t *testing.T) {
	for in, want := range map[string]string{
		`{"pan":"4111111111111111"}`:             `{"pan":"411111******1111"}`,
		"4111 1111-1111 1111 paid":               "4111 11**-**** 1111 paid",
		`{"out":"4200001234202611221234567890"}`: `{"out":"4200001234202611221234567890"}`,
		"4111111111111112":                       "4111111111111112",
		"code 134567890123456789":                "code ******************",
		"":                                       "",
	} {
		if got := string(Scrub([]byte(in), "134567890123456789", "x")); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
}

func FuzzScrub(f *testing.F) {
	f.Add([]byte(`{"pan":"4111 1111 1111 1111"}`))
	f.Fuzz(func(t *testing.T, wire []byte) {
		once := Scrub(wire)
		if len(once) != len(wire) {
			t.Fatal("length changed")
		}
		for at := 0; at < len(once); {
			if !isDigit(once[at]) {
				at++
				continue
			}
			end, digits := number(once, at)
			if len(digits) >= panMin && len(digits) <= panMax && luhn(once, digits) {
				t.Fatalf("%q is left in %q", once[at:end], once)
			}
			at = end
		}
	})
}

func TestKeysShowNothing(t *testing.T) {
	k, err := ParseKey(testKeyPEM(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x"} {
		if got := fmt.Sprintf(verb, struct{ K *Key }{k}); !strings.Contains(got, "[private key]") || len(got) > 60 {
			t.Errorf("%s: %s", verb, got)
		}
	}
	for name, text := range map[string]string{"nothing": "", "noise": "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"} {
		if _, err := ParseKey([]byte(text)); !errors.Is(err, ErrKey) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := ParsePublicKey([]byte(text)); !errors.Is(err, ErrKey) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
