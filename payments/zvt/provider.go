package zvt

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"time"

	"suanpan/app/money"
	"suanpan/app/pay"
)

// Provider is one payment terminal. It is safe for concurrent use: one dialogue at a time, the others wait. What it keeps in
// memory spares questions and refuses what would be ambiguous; nothing that a restart needs is there.
type Provider struct {
	s    Settings
	dial Dial
	turn chan struct{} // holds one token: the terminal's one dialogue

	mu         sync.Mutex
	live       *live
	registered bool
	last       string            // the terminal's last receipt number; "" where it must be asked
	mine       map[string]string // receipt key to own number, of this process
	ended      map[string]pay.Observation
	doubts     map[string]time.Time // own numbers whose end is not known, and since when
	before     map[string]string    // refund's own number to the last receipt before it
	closed     bool                 // a day was closed here since the last payment: no reversal reaches behind it
}

// live is the payment under way.
type live struct {
	no    string
	abort chan struct{}
	once  sync.Once
	obs   pay.Observation // the last thing heard
}

// New checks the settings and answers the provider. It reaches nobody.
func New(s Settings, dial Dial) (*Provider, error) {
	s, err := s.check()
	if err != nil {
		return nil, err
	}
	p := &Provider{s: s, dial: dial, turn: make(chan struct{}, 1), mine: map[string]string{}, ended: map[string]pay.Observation{},
		doubts: map[string]time.Time{}, before: map[string]string{}}
	p.turn <- struct{}{}
	return p, nil
}

// The provider's abilities.
var (
	_ pay.Provider = (*Provider)(nil)
	_ pay.Canceler = (*Provider)(nil)
	_ pay.Refunder = (*Provider)(nil)
	_ pay.Capturer = (*Provider)(nil)
	_ pay.Tester   = (*Provider)(nil)
)

// ID implements pay.Provider.
func (p *Provider) ID() string { return ID }

// Caps implements pay.Provider.
func (p *Provider) Caps() pay.Caps {
	return pay.Caps{Merchant: p.s.merchant(), Currencies: p.s.Currencies, Flows: []pay.Flow{pay.ByCard}, PartialRefund: true, TwoStep: p.s.TwoStep, LastOnly: true}
}

// Timing implements pay.Provider.
func (p *Provider) Timing(pay.Flow) pay.Timing { return *p.s.Timing }

// memo is what must survive a crash: it is stored before the first byte of a payment leaves, and again before the terminal
// is told that we have heard.
type memo struct {
	Before  string `json:"before"`            // the terminal's last receipt before this payment; "none" where it had none
	Receipt string `json:"receipt,omitempty"` // of this payment
	Trace   string `json:"trace,omitempty"`
	Day     string `json:"day,omitempty"` // 2026-11-22 in the terminal's zone
	Held    bool   `json:"held,omitempty"`
}

const noReceipt = "none"

func (m memo) String() string {
	b, err := json.Marshal(m)
	if err != nil {
		return "" // strings and a bool always marshal
	}
	return string(b)
}

func parseMemo(text string) (m memo) {
	if json.Unmarshal([]byte(text), &m) != nil {
		return memo{}
	}
	return m
}

// key names a transaction of the terminal.
func key(f fields) string { return txn(f.receipt(), f.trace()) }

func txn(receipt, trace string) string {
	if receipt == "" {
		return ""
	}
	return receipt + "-" + trace
}

// take waits for the terminal's one turn.
func (p *Provider) take(ctx context.Context) error {
	select {
	case <-p.turn:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("another dialogue is under way: %w", ctx.Err())
	}
}

func (p *Provider) leave() { p.turn <- struct{}{} }

// open dials and registers where that is due. Nothing in it moves money. The caller holds the turn.
func (p *Provider) open(ctx context.Context) (*link, error) {
	dialing, end := context.WithTimeout(ctx, p.s.Timers.T3)
	defer end()
	wire, err := p.dial(dialing, p.s.Address)
	if err != nil {
		return nil, err
	}
	l := newLink(wire, strings.HasPrefix(p.s.Address, "serial:"), p.s.Timers, p.s.Sum)
	p.mu.Lock()
	known := p.registered
	p.mu.Unlock()
	if known {
		return l, nil
	}
	e := p.ask(l, p.registration())
	if e.err != nil || e.aborted {
		l.close()
		if e.err == nil {
			e.err = fmt.Errorf("registration aborted: %s", literal(e.code))
		}
		return nil, e.err
	}
	p.mu.Lock()
	p.registered = true
	p.mu.Unlock()
	return l, nil
}

// forget makes the next dialogue register and ask for the last receipt again.
func (p *Provider) forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.registered, p.last = false, ""
}

// ask runs a command that moves no money.
func (p *Provider) ask(l *link, a apdu) ending {
	return (&dialogue{link: l, t: p.s.Timers}).run(a)
}

// Bits of the registration's configuration byte: what the till does in the terminal's stead.
const (
	tillPrintsPayments = 0x02
	tillPrintsRest     = 0x04
	tillHearsStates    = 0x08
	tillStartsPayments = 0x10
	tillAdministers    = 0x20
	printsByBlock      = 0x80
)

// registration asks that receipts and states come to us and that nobody starts payments at the terminal: its receipt
// numbers are how we find our own again.
func (p *Provider) registration() apdu {
	data := p.password()
	data = append(data, tillPrintsPayments|tillPrintsRest|tillHearsStates|tillStartsPayments|printsByBlock)
	data = append(data, p.currency(p.s.Currencies[0])...)
	return apdu{cmdRegister, append(data, 0x03, 0x00)}
}

func (p *Provider) password() []byte {
	b, _ := pack(p.s.Password) // check has seen to it
	return b
}

func (p *Provider) currency(c money.Currency) []byte {
	b, _ := pack(numbers[c])
	return b
}

// amount is the fields 04 and 49.
func (p *Provider) amount(a money.Amount) []byte {
	out := append([]byte{0x04}, bcd(a.Minor, 6)...)
	return append(append(out, 0x49), p.currency(a.Currency)...)
}

// mirror is the container with our last receipt number (1F1F), where the settings want it and a number is known. It never
// says −1 (FF FF): that would make the terminal reverse its last payment.
func (p *Provider) mirror(last string) []byte {
	b, ok := pack(last)
	if !p.s.Mirror || !ok || len(b) != 2 {
		return nil
	}
	return append([]byte{0x06, 0x05, 0x1F, 0x1F, 0x02}, b...)
}

// repeat asks for the last receipt (06 20). known is nil where the terminal has none.
func (p *Provider) repeat(l *link) (fields, error) {
	e := p.ask(l, apdu{cmdRepeat, p.password()})
	switch {
	case e.err != nil:
		return fields{}, e.err
	case e.status.known == nil && e.aborted:
		return fields{}, nil
	case e.status.receipt() == "":
		return fields{}, fmt.Errorf("the repeated receipt names none")
	}
	return e.status, nil
}

// at is when the terminal says that it happened; zero where it does not say. It knows no year in its shorter form.
func (p *Provider) at(f fields) time.Time {
	clock, now := f.decimal(0x0C), p.s.Now().In(p.s.Zone)
	if full := f.decimal(0xAA); full != "" {
		if t, err := time.ParseInLocation("060102150405", full+clock, p.s.Zone); err == nil {
			return t
		}
	}
	t, err := time.ParseInLocation("20060102150405", fmt.Sprintf("%04d", now.Year())+f.decimal(0x0D)+clock, p.s.Zone)
	switch {
	case err != nil:
		return time.Time{}
	case t.Sub(now) > 180*24*time.Hour:
		return t.AddDate(-1, 0, 0)
	case now.Sub(t) > 180*24*time.Hour:
		return t.AddDate(1, 0, 0)
	}
	return t
}

// observe is what a message says, in the shop's words, with no judgement yet.
func (p *Provider) observe(no string, c money.Currency, f fields) pay.Observation {
	o := pay.Observation{OwnNo: no, Merchant: p.s.merchant(), ProviderTxn: key(f), Raw: f.kept(), ProviderAt: p.at(f), Msg: f.text()}
	if v, ok := f.minor(); ok {
		o.Amount = money.Of(v, c)
	}
	if code, ok := f.result(); ok {
		o.Code, o.ProviderState = literal(code), "status "+literal(code)
	}
	if o.Msg == "" {
		o.Msg = f.card()
	}
	o.Verified = p.ours(f)
	return o
}

// ours reports whether the terminal that speaks is the one that was set up.
func (p *Provider) ours(f fields) bool {
	id := f.decimal(0x29)
	return p.s.TerminalID == "" || id == "" || id == p.s.TerminalID
}

// settleDoubts keeps the list of payments whose end nobody knows.
func (p *Provider) doubt(no string, open bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if open {
		if _, ok := p.doubts[no]; !ok {
			p.doubts[no] = p.s.Now()
		}
		return
	}
	delete(p.doubts, no)
}

// doubtMax is how long an unanswered doubt bars other payments from the terminal; by then people have decided.
const doubtMax = 10 * time.Minute

// barred names another payment of which nobody knows the end: a second one would take its place as the last receipt.
func (p *Provider) barred(no string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	for other, since := range p.doubts {
		if other != no && p.s.Now().Sub(since) < doubtMax {
			return other
		}
	}
	return ""
}

// keep remembers the end of a payment in this process.
func (p *Provider) keep(no string, o pay.Observation) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.ended) > 200 {
		clear(p.ended)
	}
	if len(p.mine) > 2000 {
		clear(p.mine)
	}
	if o.Outcome == pay.Success || o.Outcome == pay.Authorized {
		p.mine[o.ProviderTxn] = no
	}
	p.ended[no] = o
}
