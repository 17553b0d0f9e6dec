// Package sandbox plays payment providers on loopback, true to the wire: it checks every signature with a real key, signs
// its answers, keeps orders, balances and refunds as a provider does, and can be told to fail in every way that taught
// somebody something. Training, tests and the command "suanpan sandbox" use the same one. It is written from the
// providers' papers and shares no code with our clients.
//
// WeChat Pay v3 is here: code payment, native codes, query, reverse, close, refund, refund query, abnormal refund, bills,
// notifications, in public-key mode, with platform certificates and with both, for a merchant and for a service provider.
package sandbox

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	mathrand "math/rand/v2"
	"net"
	"net/http"
	"sync"
	"time"
)

// Options set up a Server. The zero value is a calm training provider on a free port.
type Options struct {
	Addr            string           // loopback address and port; "127.0.0.1:0" where empty
	Control         bool             // open the control interface on a port of its own
	TLS             bool             // https with a certificate made for this start; WechatSettings.Root is its authority
	Faults          bool             // payer codes of PayerCodes may break the wire; off in training
	Seed            uint64           // of everything random but the keys
	Now             func() time.Time // the provider's clock; time.Now where nil
	Keys            *Keys            // taken from Keep where nil, or made at start, which takes a moment
	Keep            Keep             // keys and books of earlier starts; nil begins anew
	PasswordAbove   int64            // minor units above which the payer must type a password; 100000 where 0
	PasswordQueries int              // queries that still find the payer typing; 2 where 0
	PasswordAfter   time.Duration    // if set, the payer has typed after this time, however often one asks
	ScanAfter       time.Duration    // if set, a payer scans each native code by himself after this time
	NotifyURL       string           // what WechatSettings names for notifications
	RefundQueries   int              // queries that still find a refund processing; 1 where 0
	FeeRate         int64            // hundredths of a per cent that the provider keeps; 60 where 0, none below
	Partner         bool             // the merchant is a service provider's: only the partner's form of orders is served
	Mode            string           // who signs: ModePublicKey where empty, ModeCertificate or ModeMixed
	Notices         bool             // notifications go out by themselves, once a second; otherwise when Notify is called
	NotifyRoots     *x509.CertPool   // whom to trust there
	Payout          bool             // the balance goes to the merchant's bank account each night
	Wait            func(context.Context, time.Duration)
}

// Server plays the providers. It is safe for concurrent use.
type Server struct {
	opts     Options
	keys     *Keys
	web      *http.Server
	control  *http.Server
	url      string
	ctrlURL  string
	root     []byte
	wrongTLS *tls.Certificate
	goodTLS  *tls.Certificate
	done     chan struct{}
	served   sync.WaitGroup

	mu      sync.Mutex
	random  *mathrand.Rand     // decides percentages; a script begins it anew
	names   *mathrand.Rand     // makes numbers, which must not come twice
	scripts map[string]*script // by provider
	amounts map[int64]*script
	wechat  *wechat
	journal []Entry
	closed  bool
}

// ErrNotLoopback refuses to play a provider where others could reach it.
var ErrNotLoopback = errors.New("sandbox: only loopback addresses")

// Start listens and answers at once. The server ends with ctx or Close, whichever comes first.
func Start(ctx context.Context, o Options) (*Server, error) {
	o = o.defaults()
	s := &Server{
		opts: o, keys: o.Keys, done: make(chan struct{}), scripts: map[string]*script{}, amounts: map[int64]*script{},
	}
	s.renumber(0)
	s.reseed(o.Seed)
	if s.keys == nil {
		keys, err := loadKeys(o.Keep)
		if err != nil {
			return nil, fmt.Errorf("sandbox: %w", err)
		}
		s.keys = keys
	}
	s.wechat = newWechat(s)
	if err := s.wechat.found(); err != nil {
		return nil, fmt.Errorf("sandbox: %w", err)
	}
	if o.Keep != nil {
		if err := s.wechat.replay(); err != nil {
			return nil, fmt.Errorf("sandbox: %w", err)
		}
	}
	listener, err := s.listen(o.Addr, o.TLS)
	if err != nil {
		return nil, fmt.Errorf("sandbox: %w", err)
	}
	s.url = scheme(o.TLS) + "://" + listener.Addr().String()
	s.web = s.serve(listener, s.wechat)
	if o.Control {
		listener, err := s.listen("127.0.0.1:0", false)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("sandbox: %w", err), s.Close())
		}
		s.ctrlURL = "http://" + listener.Addr().String()
		s.control = s.serve(listener, s.controls())
	}
	if o.Notices {
		s.served.Go(s.notifies)
	}
	s.served.Add(1)
	go func() {
		defer s.served.Done()
		select {
		case <-ctx.Done():
			s.shut()
		case <-s.done:
		}
	}()
	return s, nil
}

func (o Options) defaults() Options {
	if o.Addr == "" {
		o.Addr = "127.0.0.1:0"
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.PasswordAbove == 0 {
		o.PasswordAbove = 100_000
	}
	if o.PasswordQueries == 0 {
		o.PasswordQueries = 2
	}
	if o.RefundQueries == 0 {
		o.RefundQueries = 1
	}
	if o.FeeRate == 0 {
		o.FeeRate = 60
	}
	if o.NotifyURL == "" {
		o.NotifyURL = "https://shop.example/wechatpay"
	}
	if o.Wait == nil {
		o.Wait = wait
	}
	return o
}

// URL is the address of the provider's interface.
func (s *Server) URL() string { return s.url }

// ControlURL is the address of the control interface, empty without one.
func (s *Server) ControlURL() string { return s.ctrlURL }

// Close ends the server and waits for its goroutines.
func (s *Server) Close() error {
	s.shut()
	s.served.Wait()
	return nil
}

func (s *Server) shut() {
	s.mu.Lock()
	already := s.closed
	s.closed = true
	s.mu.Unlock()
	if already {
		return
	}
	close(s.done)
	s.web.Close()
	if s.control != nil {
		s.control.Close()
	}
}

func (s *Server) listen(addr string, secure bool) (net.Listener, error) {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, err
	}
	if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
		return nil, fmt.Errorf("%w: %s", ErrNotLoopback, host)
	}
	listener, err := net.Listen("tcp", addr)
	if err != nil || !secure {
		return listener, err
	}
	if err := s.certify(); err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	return tls.NewListener(listener, &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: s.certificate}), nil
}

func (s *Server) serve(l net.Listener, h http.Handler) *http.Server {
	web := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second, MaxHeaderBytes: 32 << 10, ErrorLog: silent()}
	s.served.Add(1)
	go func() {
		defer s.served.Done()
		web.Serve(l) // ends with Close
	}()
	return web
}

// certificate presents a foreign name while the fault tls_wrong_host is set.
func (s *Server) certificate(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.scripts[Wechat].standing("tls_wrong_host") != nil {
		return s.wrongTLS, nil
	}
	return s.goodTLS, nil
}

// now is the provider's clock, with the fault clock_skew. The caller holds mu.
func (s *Server) now() time.Time {
	if f := s.scripts[Wechat].standing("clock_skew"); f != nil {
		return s.opts.Now().Add(f.duration())
	}
	return s.opts.Now()
}

func scheme(secure bool) string {
	if secure {
		return "https"
	}
	return "http"
}

func wait(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// renumber begins the row of made numbers where n starts or changes lie behind: none may come twice.
func (s *Server) renumber(n uint64) { s.names = mathrand.New(mathrand.NewPCG(s.opts.Seed, 1+n)) }

// digits makes n random digits from the seed. The caller holds mu.
func (s *Server) digits(n int) string {
	out := make([]byte, n)
	for i := range out {
		out[i] = byte('0' + s.names.IntN(10))
	}
	return string(out)
}

func nonce() string {
	b := make([]byte, 16)
	io.ReadFull(rand.Reader, b) // crypto/rand does not fail
	return fmt.Sprintf("%X", b)
}
