// Package payments holds what providers share: the HTTP client that knows whether a byte left, the provider's clock, the
// scrubbing of what is kept, keys that do not print, and the vault in which they rest.
package payments

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"suanpan/app/pay"
)

// ErrDoubt wraps every failure after which the request may have arrived: a broken connection, a time limit, a body cut off.
var ErrDoubt = errors.New("payments: no complete answer")

// ErrURL says that an address is not one that a till may send payments to.
var ErrURL = errors.New("payments: address not allowed")

// Options set up a Client. The zero value is right for a public provider.
type Options struct {
	Timeout   time.Duration    // for the whole exchange; 30 s where zero
	BodyLimit int64            // bytes of an answer; 1 MiB where zero
	Roots     *x509.CertPool   // the system's where nil; a private authority for sandboxes and hubs
	Now       func() time.Time // the till's clock; time.Now where nil
	Log       *slog.Logger     // one line per exchange, no bodies; silent where nil
	UserAgent string           // "suanpan" where empty
	// Peer judges whose certificate answered, in place of the address: a terminal has an address of the shop's own network
	// and a name of its maker's. The certificate must come from Roots, which are needed then; no byte leaves before.
	Peer func(leaf *x509.Certificate) error
}

// Client sends requests of payment providers. It follows no redirect, uses no proxy of the environment, and never repeats
// a request of which a byte left. It is safe for concurrent use.
type Client struct {
	http  *http.Client
	long  *http.Client // the same connections, without a limit on the whole
	skew  *Skew
	limit int64
	now   func() time.Time
	log   *slog.Logger
	agent string
}

// NewClient returns a client with its own connections.
func NewClient(o Options) *Client {
	if o.Timeout <= 0 {
		o.Timeout = 30 * time.Second
	}
	if o.BodyLimit <= 0 {
		o.BodyLimit = 1 << 20
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.UserAgent == "" {
		o.UserAgent = "suanpan"
	}
	dialer := &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}
	transport := &http.Transport{
		DialContext:            dialer.DialContext,
		TLSHandshakeTimeout:    10 * time.Second,
		ResponseHeaderTimeout:  o.Timeout,
		IdleConnTimeout:        90 * time.Second,
		MaxIdleConnsPerHost:    4,
		MaxResponseHeaderBytes: 64 << 10,
		TLSClientConfig:        o.tls(),
	}
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &Client{
		http: &http.Client{Transport: transport, Timeout: o.Timeout, CheckRedirect: stay},
		long: &http.Client{Transport: transport, CheckRedirect: stay},
		skew: &Skew{}, limit: o.BodyLimit, now: o.Now, log: o.Log, agent: o.UserAgent,
	}
}

// Request is one exchange with a provider. Op names it in the log instead of the address, which may hold numbers.
type Request struct {
	Op     string
	Method string
	URL    string
	Header http.Header
	Body   []byte
}

// Response is a complete answer, whatever its status.
type Response struct {
	Status int
	Header http.Header
	Body   []byte
}

// begun is an answer before its body is read.
type begun struct {
	Response
	body io.ReadCloser
	at   time.Time
	safe bool // the peer is proven, so its clock may be learned from
}

// Do sends r once. The error wraps pay.ErrNotSent when certainly no byte left, which is when no connection was ever
// obtained (refused, no such host, TLS refused), and ErrDoubt in every other case. A status is never an error.
func (c *Client) Do(ctx context.Context, r Request) (Response, error) {
	resp, err := c.send(ctx, c.http, r)
	if err != nil {
		return Response{}, err
	}
	defer resp.body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.body, c.limit+1))
	ended := c.now()
	c.log.Info("payment call", "op", r.Op, "status", resp.Status, "bytes", len(body), "took", ended.Sub(resp.at))
	switch {
	case err != nil:
		return Response{}, fmt.Errorf("%s: answer %d: %w: %w", r.Op, resp.Status, ErrDoubt, scrubURL(err))
	case int64(len(body)) > c.limit:
		return Response{}, fmt.Errorf("%s: answer %d longer than %d bytes: %w", r.Op, resp.Status, c.limit, ErrDoubt)
	}
	if resp.safe {
		c.skew.learn(resp.Header.Get("Date"), resp.at, ended)
	}
	resp.Body = body
	return resp.Response, nil
}

// send makes the exchange up to the answer's header.
func (c *Client) send(ctx context.Context, by *http.Client, r Request) (begun, error) {
	var connected atomic.Bool
	trace := &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { connected.Store(true) }}
	req, err := http.NewRequestWithContext(httptrace.WithClientTrace(ctx, trace), r.Method, r.URL, bytes.NewReader(r.Body))
	if err != nil {
		return begun{}, fmt.Errorf("%s: %w: %w", r.Op, pay.ErrNotSent, scrubURL(err))
	}
	// net/http sends a POST again by itself only where it wrote nothing on a connection that the peer had closed.
	req.Header = r.Header.Clone()
	req.Header.Set("User-Agent", c.agent)
	if key := req.Header.Values(idempotency); len(key) > 0 {
		// Under its usual spelling net/http takes this header for leave to send a request again of which bytes have left.
		req.Header.Del(idempotency)
		req.Header[strings.ToLower(idempotency)] = key
	}
	at := c.now()
	resp, err := by.Do(req)
	if err != nil {
		c.log.Info("payment call failed", "op", r.Op, "connected", connected.Load(), "error", scrubURL(err))
		if !connected.Load() {
			return begun{}, fmt.Errorf("%s: %w: %w", r.Op, pay.ErrNotSent, scrubURL(err))
		}
		return begun{}, fmt.Errorf("%s: %w: %w", r.Op, ErrDoubt, scrubURL(err))
	}
	return begun{Response{Status: resp.StatusCode, Header: resp.Header}, resp.Body, at, resp.TLS != nil || loopback(req.URL.Hostname())}, nil
}

// idempotency is the header under which some providers take a repeat for the same request.
const idempotency = "Idempotency-Key"

type opName struct{}

// WithOp names, for the log, the exchange that a foreign client makes through RoundTrip.
func WithOp(ctx context.Context, op string) context.Context {
	return context.WithValue(ctx, opName{}, op)
}

// RoundTrip implements http.RoundTripper, so that a foreign client (stripe-go) sends by the same rules as Do: what it
// reports wraps pay.ErrNotSent or ErrDoubt, and an answer is complete or there is none.
func (c *Client) RoundTrip(r *http.Request) (*http.Response, error) {
	op, _ := r.Context().Value(opName{}).(string)
	if op == "" {
		op = "foreign"
	}
	var body []byte
	if r.Body != nil {
		var err error
		body, err = io.ReadAll(r.Body)
		if err = errors.Join(err, r.Body.Close()); err != nil {
			return nil, fmt.Errorf("%s: %w: %w", op, pay.ErrNotSent, err)
		}
	}
	answer, err := c.Do(r.Context(), Request{Op: op, Method: r.Method, URL: r.URL.String(), Header: r.Header, Body: body})
	if err != nil {
		return nil, err
	}
	return &http.Response{
		Status: http.StatusText(answer.Status), StatusCode: answer.Status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: answer.Header, Body: io.NopCloser(bytes.NewReader(answer.Body)), ContentLength: int64(len(answer.Body)), Request: r,
	}, nil
}

// tls trusts the system's roots or the given ones, and the name in the address or whom Peer accepts.
func (o Options) tls() *tls.Config {
	config := &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: o.Roots}
	if o.Peer == nil {
		return config
	}
	config.InsecureSkipVerify = true // of the address only: VerifyConnection does the rest, on resumed sessions too
	config.VerifyConnection = func(state tls.ConnectionState) error {
		if o.Roots == nil || len(state.PeerCertificates) == 0 {
			return errors.New("no authority to trust")
		}
		between := x509.NewCertPool()
		for _, c := range state.PeerCertificates[1:] {
			between.AddCert(c)
		}
		leaf := state.PeerCertificates[0]
		if _, err := leaf.Verify(x509.VerifyOptions{Roots: o.Roots, Intermediates: between}); err != nil {
			return err
		}
		return o.Peer(leaf)
	}
	return config
}

// SigningTime is the till's time corrected by the provider's clock. It is for signatures and for judging their age only;
// the ledger keeps the till's own time.
func (c *Client) SigningTime() time.Time { return c.now().Add(c.skew.Correction()) }

// Skew is the estimate of how far the till's clock is from the provider's.
func (c *Client) Skew() *Skew { return c.skew }

// Close drops idle connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// CheckURL answers ErrURL for a provider's address that is not https without user, query and fragment. In training only a
// loopback address passes, with http too; in live use a loopback address never does, so that the sandbox cannot be taken
// for a provider.
func CheckURL(address string, training bool) error {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return fmt.Errorf("%w: not a plain address", ErrURL)
	}
	local := loopback(u.Hostname())
	switch {
	case training && !local:
		return fmt.Errorf("%w: training reaches no provider", ErrURL)
	case !training && local:
		return fmt.Errorf("%w: a sandbox is for training", ErrURL)
	case u.Scheme != "https" && (u.Scheme != "http" || !local):
		return fmt.Errorf("%w: https is needed", ErrURL)
	}
	return nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// scrubURL takes the address out of an error: queries and paths hold numbers that logs should not.
func scrubURL(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}
