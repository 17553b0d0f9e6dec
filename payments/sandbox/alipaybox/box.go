// Package alipaybox plays Alipay's open gateway (当面付) on loopback, true to the wire: it checks every signature, timestamp
// and certificate number, signs its answers, keeps trades, balances and refunds as Alipay does, makes bills and sends
// notifications, and can be told to fail. It is written from the papers (opendocs.alipay.com/open: alipay.trade.pay,
// .precreate, .query, .cancel, .close, .refund, .fastpay.refund.query, alipay.data.dataservice.bill.downloadurl.query,
// 签名 and 验签) and shares no code with our client.
//
// Payer codes for people are 28888800000000 and four digits (PayerCodes). Hypotheses of payments.md that nobody has
// confirmed are options: Options.Window, Options.CancelWindow, Options.FeeRate.
package alipaybox

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	mathrand "math/rand/v2"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"suanpan/payments/sandbox"
)

// Name is the provider that is played.
const Name = "alipay"

// Options set up a Box. The zero value is a calm training provider on a free port, in key mode.
type Options struct {
	Addr            string           // loopback address and port; "127.0.0.1:0" where empty
	TLS             bool             // https with a certificate made for this start; Settings.Root is its authority
	Certificates    bool             // certificate mode instead of key mode
	Faults          bool             // payer codes of PayerCodes may break the wire; off in training
	Seed            uint64           // of everything random but the keys
	Now             func() time.Time // the provider's clock; time.Now where nil
	Keys            *Keys            // from Keep, or made at start, where nil
	Keep            sandbox.Keep     // nil: everything begins anew
	PasswordAbove   int64            // minor units above which the payer must type a password; 100000 where 0
	PasswordQueries int              // queries that still find the payer typing; 2 where 0
	PasswordAfter   time.Duration    // if set, the payer has typed after this time, however often one asks
	ScanAfter       time.Duration    // if set, somebody scans a shown code after this time and pays; else only Scan does
	Window          time.Duration    // how far a request's timestamp may be off; 10 min where 0
	CancelWindow    time.Duration    // after payment; 24 h where 0
	FinishAfter     time.Duration    // after payment, TRADE_FINISHED; 365 days where 0
	FeeRate         int64            // millionths of each payment in bills; 6000 (0.60 %) where 0
	Wait            func(context.Context, time.Duration)
	Push            func(to string, body []byte) (answer string, err error) // sends notifications; over HTTP to loopback where nil
}

// Box plays Alipay. It is safe for concurrent use.
type Box struct {
	opts     Options
	keys     *Keys
	web      *http.Server
	url      string
	root     []byte
	goodTLS  *tls.Certificate
	wrongTLS *tls.Certificate
	done     chan struct{}
	served   sync.WaitGroup

	mu       sync.Mutex
	random   *mathrand.Rand // decides percentages; a script begins it anew
	names    *mathrand.Rand // makes numbers, which must not come twice
	script   *script
	trades   map[string]*trade // by own number
	byQR     map[string]*trade
	live     map[string]*trade // whose time has something to say yet
	used     map[string]bool   // digests of payer codes that have paid or tried to
	balances map[string]int64
	lines    []sandbox.Line
	brought  map[string]*script // by own number: what a payer's code brought along before there was a trade
	journal  []sandbox.Entry
	files    map[string]bill // by token
	pushes   []push
	kept     error // the first failure of Keep
	closed   bool
}

var _ sandbox.Book = (*Box)(nil)

// Start listens and answers at once. The box ends with ctx or Close, whichever comes first.
func Start(ctx context.Context, o Options) (*Box, error) {
	virtual := o.Now != nil // then somebody else says when time passes
	o = o.defaults()
	b := &Box{
		opts: o, keys: o.Keys, done: make(chan struct{}), trades: map[string]*trade{}, byQR: map[string]*trade{}, live: map[string]*trade{}, brought: map[string]*script{}, files: map[string]bill{}, used: map[string]bool{},
		balances: map[string]int64{"payer": 100_000_000_00, "poor payer": 50, "merchant": 0},
		random:   mathrand.New(mathrand.NewPCG(o.Seed, 2)),
	}
	if err := b.recall(); err != nil {
		return nil, fmt.Errorf("alipaybox: %w", err)
	}
	b.names = mathrand.New(mathrand.NewPCG(o.Seed^uint64(o.Now().UnixNano()), uint64(1+len(b.trades)+len(b.lines)))) // never the same row twice
	listener, err := b.listen()
	if err != nil {
		return nil, fmt.Errorf("alipaybox: %w", err)
	}
	b.url = "http://" + listener.Addr().String()
	if o.TLS {
		b.url = "https://" + listener.Addr().String()
	}
	b.web = &http.Server{Handler: b, ReadHeaderTimeout: 10 * time.Second, MaxHeaderBytes: 32 << 10, ErrorLog: log.New(io.Discard, "", 0)}
	b.served.Add(2)
	go func() {
		defer b.served.Done()
		b.web.Serve(listener) // ends with Close
	}()
	go func() {
		defer b.served.Done()
		beat := time.NewTicker(time.Second)
		defer beat.Stop()
		for {
			select {
			case <-ctx.Done():
				b.shut()
				return
			case <-b.done:
				return
			case <-beat.C:
				if !virtual {
					b.Deliver()
				}
			}
		}
	}()
	return b, nil
}

func (o Options) defaults() Options {
	if o.Addr == "" {
		o.Addr = "127.0.0.1:0"
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	for _, d := range []struct {
		to    *int64
		other int64
	}{{&o.PasswordAbove, 100_000}, {&o.FeeRate, 6000}} {
		if *d.to == 0 {
			*d.to = d.other
		}
	}
	if o.PasswordQueries == 0 {
		o.PasswordQueries = 2
	}
	for _, d := range []struct {
		to    *time.Duration
		other time.Duration
	}{{&o.Window, 10 * time.Minute}, {&o.CancelWindow, 24 * time.Hour}, {&o.FinishAfter, 365 * 24 * time.Hour}} {
		if *d.to == 0 {
			*d.to = d.other
		}
	}
	if o.Wait == nil {
		o.Wait = wait
	}
	if o.Push == nil {
		o.Push = post
	}
	return o
}

// URL is the address of the gateway.
func (b *Box) URL() string { return b.url + "/gateway.do" }

// Close implements sandbox.Book: it ends the box, waits for its goroutines, and answers what could not be kept.
func (b *Box) Close() error {
	b.shut()
	b.served.Wait()
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.kept
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

func (b *Box) listen() (net.Listener, error) {
	host, _, err := net.SplitHostPort(b.opts.Addr)
	if err != nil {
		return nil, err
	}
	if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
		return nil, fmt.Errorf("%w: %s", sandbox.ErrNotLoopback, host)
	}
	listener, err := net.Listen("tcp", b.opts.Addr)
	if err != nil || !b.opts.TLS {
		return listener, err
	}
	if err := b.certify(); err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	return tls.NewListener(listener, &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: b.certificate}), nil
}

// certificate presents a foreign name while the fault tls_wrong_host is set.
func (b *Box) certificate(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.script.standing("tls_wrong_host") != nil {
		return b.wrongTLS, nil
	}
	return b.goodTLS, nil
}

// now is the provider's clock, with the fault clock_skew. The caller holds mu.
func (b *Box) now() time.Time {
	if f := b.script.standing("clock_skew"); f != nil {
		return b.opts.Now().Add(f.duration())
	}
	return b.opts.Now()
}

func wait(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// digits makes n random digits. The caller holds mu.
func (b *Box) digits(n int) string {
	var out strings.Builder
	for range n {
		out.WriteByte(byte('0' + b.names.IntN(10)))
	}
	return out.String()
}
