// Package nexobox plays a card terminal that speaks Adyen's form of nexo Retailer 3.0 over TLS with a private authority:
// sealed messages, ServiceIDs that are unique for 48 hours, one payment at a time, status with the kept answer, abort,
// reversal, diagnosis. It is written from the papers and shares no code with our client.
//
// The payer pays after Options.Quick unless Play says otherwise.
package nexobox

import (
	"context"
	"crypto/rand"
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

// What the shop and the terminal have agreed on.
const (
	POIID         = "V400m-324688179"
	keyIdentifier = "sandbox-key"
	keyVersion    = "1"
	keepName      = "nexo"
)

// Options set up a Box. The zero value is a calm terminal on a free port whose payers pay at once.
type Options struct {
	Addr   string        // loopback address; a free port where empty
	Quick  time.Duration // how long a payer needs
	Faults bool          // what breaks the wire may be played
	Money  string        // the currency that the shop takes; EUR where empty
	Keep   sandbox.Keep  // nil: everything begins anew
	As     *Settings     // plays the terminal of these, at its own address and under its own authority; nil: one of its own
	Now    func() time.Time
	Wait   func(context.Context, time.Duration) // until the payer is done; real time where nil
}

// Settings are what a till needs. The fields fit nexo.Form.
type Settings struct {
	Address, Environment, POIID, SaleID, Root, KeyIdentifier, KeyVersion, Passphrase, Currency string
}

// Box is one terminal. It is safe for concurrent use.
type Box struct {
	opts     Options
	secret   secret
	settings Settings
	web      *http.Server
	done     chan struct{}
	served   sync.WaitGroup
	certs    map[string]*tls.Certificate // by standing fault; "" is the good one

	mu       sync.Mutex
	script   *sandbox.Script
	messages map[string]*message // by ServiceID
	payments map[string]*payment // by the terminal's transaction number
	current  *payment
	lines    []sandbox.Line
	journal  []sandbox.Entry
	count    int
	closed   bool
}

var _ sandbox.Book = (*Box)(nil)

// Start listens and answers at once. The terminal ends with ctx or Close, whichever comes first.
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
	b := &Box{opts: o, done: make(chan struct{}), messages: map[string]*message{}, payments: map[string]*payment{}, certs: map[string]*tls.Certificate{}}
	b.settings = Settings{Environment: "test", POIID: POIID, SaleID: "till-1", KeyIdentifier: keyIdentifier, KeyVersion: keyVersion, Currency: o.Money}
	if o.As != nil {
		b.settings = *o.As
	}
	passphrase, err := b.recall()
	if err != nil {
		return nil, fmt.Errorf("nexobox: %w", err)
	}
	if b.secret, err = secretOf(passphrase); err != nil {
		return nil, fmt.Errorf("nexobox: %w", err)
	}
	root, err := b.certify()
	if err != nil {
		return nil, err
	}
	listener, err := sandbox.ListenLoopback(o.Addr)
	if err != nil {
		return nil, err
	}
	b.settings.Address, b.settings.Root, b.settings.Passphrase = listener.Addr().String(), string(root), passphrase
	b.web = &http.Server{Handler: b, ReadHeaderTimeout: 10 * time.Second, MaxHeaderBytes: 32 << 10, ErrorLog: log.New(io.Discard, "", 0)}
	b.served.Go(func() {
		b.web.Serve(tls.NewListener(listener, &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: b.certificate})) // ends with Close
	})
	b.served.Go(func() {
		select {
		case <-ctx.Done():
			b.shut()
		case <-b.done:
		}
	})
	return b, nil
}

// Settings answers what a till needs, the passphrase included: it opens nothing but this box.
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
	b.mu.Lock()
	defer b.mu.Unlock()
	b.catchUp()
	var sum int64
	for _, l := range b.lines {
		sum += l.Minor
	}
	return []sandbox.Account{
		{Name: "merchant", Provider: keepName, Minor: sum, Currency: b.opts.Money},
		{Name: "payer", Provider: keepName, Minor: 100_000_000_00 - sum, Currency: b.opts.Money},
	}
}

// Movements implements sandbox.Book. The terminal's days are UTC's.
func (b *Box) Movements(date string) ([]sandbox.Line, error) {
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

// Journal answers what arrived so far, the last thousand messages. Code is the ServiceID.
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
	if already {
		return
	}
	close(b.done)
	b.web.Close()
}

// certify makes the authority of this start, the terminal's certificate and those of the faults.
func (b *Box) certify() (root []byte, err error) {
	own, err := sandbox.NewAuthority("Suanpan sandbox terminal root")
	if err != nil {
		return nil, err
	}
	stranger, err := sandbox.NewAuthority("Somebody else's root")
	if err != nil {
		return nil, err
	}
	const tail = ".terminal.adyen.com"
	name, other := b.settings.POIID+".", "live"
	if b.settings.Environment == "live" {
		other = "test"
	}
	right := name + b.settings.Environment + tail
	for fault, of := range map[string]struct {
		by   *sandbox.Authority
		name string
	}{
		"": {own, right}, "tls_wrong_name": {own, "till.example"}, "tls_live": {own, name + other + tail},
		"tls_legacy": {own, "legacy-terminal-certificate.test" + tail}, "tls_stranger": {stranger, right},
	} {
		if b.certs[fault], err = of.by.Issue(of.name); err != nil {
			return nil, err
		}
	}
	return own.PEM, nil
}

func (b *Box) certificate(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for fault, cert := range b.certs {
		if _, on := b.script.Standing(fault); on {
			return cert, nil
		}
	}
	return b.certs[""], nil
}

// kept is one line of what survives a start: the passphrase, a message with its answer, or a movement of money.
type kept struct {
	Passphrase string        `json:"passphrase,omitempty"`
	Message    *keptMessage  `json:"message,omitempty"`
	Payment    *payment      `json:"payment,omitempty"`
	Line       *sandbox.Line `json:"line,omitempty"`
}

type keptMessage struct {
	ID, Sale, Category string
	At                 time.Time
	Reply              json.RawMessage
}

// recall reads what was kept and answers the passphrase, a new one where there is none.
func (b *Box) recall() (string, error) {
	var passphrase string
	if b.opts.As != nil {
		passphrase = b.opts.As.Passphrase
	}
	if b.opts.Keep != nil {
		err := b.opts.Keep.Lines(keepName, func(line []byte) error {
			var k kept
			if err := json.Unmarshal(line, &k); err != nil {
				return err
			}
			switch {
			case k.Passphrase != "":
				passphrase = k.Passphrase
			case k.Message != nil:
				m := k.Message
				b.messages[m.ID] = &message{id: m.ID, sale: m.Sale, category: m.Category, at: m.At, reply: m.Reply, finished: true}
			case k.Payment != nil:
				b.payments[k.Payment.Txn] = k.Payment
				b.count++
			case k.Line != nil:
				b.book(*k.Line)
			}
			return nil
		})
		if err != nil {
			return "", err
		}
	}
	if passphrase != "" {
		return passphrase, nil
	}
	noise := make([]byte, 16)
	rand.Read(noise) // crypto/rand does not fail
	passphrase = hex.EncodeToString(noise)
	return passphrase, b.remember(kept{Passphrase: passphrase})
}

// book adds a movement to the lines and to what is left of its payment.
func (b *Box) book(l sandbox.Line) {
	b.lines = append(b.lines, l)
	if p := b.payments[l.Transaction]; p != nil {
		p.left += l.Minor
	}
}

func (b *Box) remember(k kept) error {
	if b.opts.Keep == nil {
		return nil
	}
	line, err := json.Marshal(k)
	if err != nil {
		return err
	}
	return b.opts.Keep.Append(keepName, line)
}

func wait(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// cutOff sends the first n bytes of an answer and breaks the connection.
func cutOff(w http.ResponseWriter, body []byte, n int) {
	hijacker, ok := w.(http.Hijacker)
	if !ok {
		return
	}
	conn, _, err := hijacker.Hijack()
	if err != nil {
		return
	}
	defer conn.Close()
	whole := fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
	if n > 0 {
		io.Copy(conn, strings.NewReader(whole[:min(n, len(whole))])) // the other side may be gone already
	}
	if tcp, ok := conn.(interface{ NetConn() net.Conn }); ok {
		tcp.NetConn().Close() // without TLS's goodbye, as when a cable is pulled
	}
}
