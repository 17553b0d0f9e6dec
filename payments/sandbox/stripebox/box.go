// Package stripebox plays the part of Stripe's API that drives a card reader from a server: payment intents, one reader and
// its actions, refunds, idempotency keys with their replay, webhooks that are signed. It is written from Stripe's API
// reference and shares no code with our client.
//
// The payer pays after Options.Quick unless Play says otherwise.
package stripebox

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"suanpan/payments/sandbox"
)

// What this account has.
const (
	Reader   = "tmr_SandboxReader1"
	keepName = "stripe"
)

// Options set up a Box. The zero value is a calm provider on a free port whose payers pay at once.
type Options struct {
	Addr   string        // loopback address; a free port where empty
	Plain  bool          // http instead of https, for settings that a person pastes
	Quick  time.Duration // how long a payer needs
	Faults bool          // what breaks the wire may be played
	Money  string        // the currency of the account's balance; EUR where empty
	Keep   sandbox.Keep  // nil: everything begins anew
	As     *Settings     // plays the account and reader of these, at its own address; nil: one of its own
	Now    func() time.Time
	Wait   func(context.Context, time.Duration) // of slow answers; real time where nil
	Hook   func(http.Header, []byte)            // called with each webhook, outside of any lock; may be nil
}

// Settings are what a till needs. The fields fit stripeterminal.Form.
type Settings struct{ BaseURL, Key, Reader, Currency, Webhook, Root string }

// Box is one account with one reader. It is safe for concurrent use.
type Box struct {
	opts     Options
	settings Settings
	web      *http.Server
	done     chan struct{}
	served   sync.WaitGroup

	mu      sync.Mutex
	script  *sandbox.Script
	intents map[string]*intent
	order   []string // of intents, oldest first
	refunds []*refund
	keys    map[string]*replay
	reader  *action // the last one
	lines   []sandbox.Line
	journal []sandbox.Entry
	hooks   []Webhook
	count   int
	closed  bool
}

// Webhook is one signed message to the merchant.
type Webhook struct {
	Type   string
	Header http.Header
	Body   []byte
}

var _ sandbox.Book = (*Box)(nil)

// Start listens and answers at once. The provider ends with ctx or Close, whichever comes first.
func Start(ctx context.Context, o Options) (*Box, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Wait == nil {
		o.Wait = wait
	}
	if o.Money == "" {
		o.Money = "EUR"
	}
	b := &Box{opts: o, done: make(chan struct{}), intents: map[string]*intent{}, keys: map[string]*replay{}}
	b.settings = Settings{Reader: Reader, Currency: o.Money}
	if o.As != nil {
		b.settings = *o.As
	}
	if err := b.recall(); err != nil {
		return nil, fmt.Errorf("stripebox: %w", err)
	}
	authority, err := sandbox.NewAuthority("Suanpan sandbox authority")
	if err != nil {
		return nil, err
	}
	cert, err := authority.Issue("Suanpan sandbox", net.IPv4(127, 0, 0, 1), net.IPv6loopback)
	if err != nil {
		return nil, err
	}
	listener, err := sandbox.ListenLoopback(o.Addr)
	if err != nil {
		return nil, err
	}
	b.settings.BaseURL, b.settings.Root = "https://"+listener.Addr().String(), string(authority.PEM)
	b.web = &http.Server{Handler: b, ReadHeaderTimeout: 10 * time.Second, MaxHeaderBytes: 32 << 10, ErrorLog: log.New(io.Discard, "", 0)}
	if o.Plain {
		b.settings.BaseURL, b.settings.Root = "http://"+listener.Addr().String(), ""
	} else {
		listener = tls.NewListener(listener, &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{*cert}})
	}
	b.served.Go(func() { b.web.Serve(listener) }) // ends with Close
	b.served.Go(func() {
		select {
		case <-ctx.Done():
			b.shut()
		case <-b.done:
		}
	})
	return b, nil
}

// Settings answers what a till needs, the key included: it opens nothing but this box.
func (b *Box) Settings() Settings { return b.settings }

// Play implements sandbox.Book.
func (b *Box) Play(faults []string, seed uint64) error {
	script, err := sandbox.ReadScript(faults, Faults(), seed)
	if err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.script = script
	return nil
}

// Balances implements sandbox.Book: what the payers have and what the merchant has. Their sum never changes.
func (b *Box) Balances() []sandbox.Account {
	lines, _ := b.Movements("")
	var sum int64
	for _, l := range lines {
		sum += l.Minor
	}
	return []sandbox.Account{
		{Name: "merchant", Provider: keepName, Minor: sum, Currency: b.opts.Money},
		{Name: "payer", Provider: keepName, Minor: 100_000_000_00 - sum, Currency: b.opts.Money},
	}
}

// Movements implements sandbox.Book. Stripe's days are UTC's.
func (b *Box) Movements(date string) ([]sandbox.Line, error) {
	defer b.notify()
	b.mu.Lock()
	defer b.mu.Unlock()
	b.catchUp()
	var out []sandbox.Line
	for _, l := range b.lines {
		if date == "" || l.At.UTC().Format(time.DateOnly) == date {
			out = append(out, l)
		}
	}
	return out, nil
}

// Net implements sandbox.Book.
func (b *Box) Net(no string) int64 {
	lines, _ := b.Movements("")
	var sum int64
	for _, l := range lines {
		if l.No == no {
			sum += l.Minor
		}
	}
	return sum
}

// Journal answers what arrived so far, the last thousand requests. Code is the idempotency key.
func (b *Box) Journal() []sandbox.Entry {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]sandbox.Entry(nil), b.journal...)
}

// Close implements sandbox.Book. It waits for the box's goroutines.
func (b *Box) Close() error {
	b.shut()
	b.served.Wait()
	return nil
}

func (b *Box) shut() {
	b.mu.Lock()
	already := b.closed
	b.closed = true
	b.mu.Unlock()
	if !already {
		close(b.done)
		b.web.Close()
	}
}

// kept is one line of what survives a start; of an intent or refund the last line counts.
type kept struct {
	Key, Webhook string        `json:",omitempty"`
	Intent       *intent       `json:",omitempty"`
	Refund       *refund       `json:",omitempty"`
	Line         *sandbox.Line `json:",omitempty"`
}

func (b *Box) recall() error {
	if b.opts.Keep != nil {
		err := b.opts.Keep.Lines(keepName, func(line []byte) error {
			var k kept
			if err := json.Unmarshal(line, &k); err != nil {
				return err
			}
			b.count++ // numbers that were given are not given again
			switch {
			case k.Key != "":
				b.settings.Key, b.settings.Webhook = k.Key, k.Webhook
			case k.Intent != nil:
				if b.intents[k.Intent.ID] == nil {
					b.order = append(b.order, k.Intent.ID)
				}
				b.intents[k.Intent.ID] = k.Intent
			case k.Refund != nil:
				b.refunds = append(b.refunds, k.Refund)
			case k.Line != nil:
				b.lines = append(b.lines, *k.Line)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	if b.settings.Key != "" {
		return nil
	}
	b.settings.Key, b.settings.Webhook = "rk_test_"+noise(16), "whsec_"+noise(16)
	b.remember(kept{Key: b.settings.Key, Webhook: b.settings.Webhook})
	return nil
}

// remember keeps a line. A keep that fails leaves tomorrow's books short, and nothing else.
func (b *Box) remember(k kept) {
	if b.opts.Keep == nil {
		return
	}
	if line, err := json.Marshal(k); err == nil {
		b.opts.Keep.Append(keepName, line)
	}
}

// live reports whether this account is played with a key for real money.
func (b *Box) live() bool { return strings.Contains(b.settings.Key, "_live_") }

func noise(n int) string {
	out := make([]byte, n)
	rand.Read(out) // crypto/rand does not fail
	return hex.EncodeToString(out)
}

// event signs a webhook and keeps it until notify. The caller holds mu.
func (b *Box) event(kind string, object any) {
	b.count++
	body, err := json.Marshal(map[string]any{"id": fmt.Sprintf("evt_%08d", b.count), "object": "event", "type": kind, "livemode": b.live(),
		"created": b.opts.Now().Unix(), "data": map[string]any{"object": object}})
	if err != nil {
		return
	}
	at := fmt.Sprint(b.opts.Now().Unix())
	mac := hmac.New(sha256.New, []byte(b.settings.Webhook))
	io.WriteString(mac, at+"."+string(body))
	h := http.Header{"Content-Type": {"application/json"}, "Stripe-Signature": {"t=" + at + ",v1=" + hex.EncodeToString(mac.Sum(nil)) + ",v0=00"}}
	b.hooks = append(b.hooks, Webhook{kind, h, body})
}

// Webhooks answers the messages that no Hook has taken so far, and forgets them.
func (b *Box) Webhooks() []Webhook {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.catchUp()
	out := b.hooks
	b.hooks = nil
	return out
}

// notify hands the webhooks over. The caller does not hold mu.
func (b *Box) notify() {
	if b.opts.Hook == nil {
		return
	}
	for _, h := range b.Webhooks() {
		b.opts.Hook(h.Header, h.Body)
	}
}

func wait(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// cutOff sends a part of an answer and breaks the connection.
func cutOff(w http.ResponseWriter, part string) {
	if h, ok := w.(http.Hijacker); ok {
		if conn, _, err := h.Hijack(); err == nil {
			io.Copy(conn, strings.NewReader(part)) // the other side may be gone already
			if secure, ok := conn.(*tls.Conn); ok {
				secure.NetConn().Close()
			}
			conn.Close()
		}
	}
}
