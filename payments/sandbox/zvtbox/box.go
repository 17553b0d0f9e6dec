// Package zvtbox is a stand-in payment terminal that speaks ZVT over TCP and serial lines: a state machine with a journal of its own,
// which gives money back that nobody acknowledged. It is written from the protocol (PA00P015, PA00P016) and shares no code with the client.
//
// Guesses that only a real terminal can settle (check): a declined payment uses up no receipt number; a payment that was
// reversed for want of an acknowledgement stays the last receipt, with result 6C, unless the fault "forgets" is on; a
// connection that breaks before the bank has answered ends the payment.
package zvtbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"time"

	"suanpan/payments/sandbox"
)

// Provider is the name under which the terminal keeps its books.
const Provider = "zvt"

// Options say how the terminal behaves.
type Options struct {
	Addr    string        // loopback address to listen on; a free port where empty
	Payer   time.Duration // until the payer inserts a card without being told
	Ack     time.Duration // how long it waits for an acknowledgement; 5 s where 0
	Repeat  time.Duration // after 84 9C 00; 2 s where 0
	Faults  bool          // Play may name faults
	Keep    sandbox.Keep
	Now     func() time.Time
	BlockID string // terminal id, eight digits; 68001234 where empty
}

// Terminal is the stand-in. It is safe for concurrent use.
type Terminal struct {
	o      Options
	listen net.Listener
	busy   chan struct{} // one transaction at a time
	payer  chan string   // what the payer does, as told by Do

	mu         sync.Mutex
	registered bool
	entries    []*entry
	receipt    int
	trace      int
	faults     []*fault
	wires      map[*wire]bool
	over       bool
}

// entry is one transaction in the terminal's journal.
type entry struct {
	Kind     string    `json:"kind"` // pay, reserve, book, unreserve, reverse, refund
	Receipt  int       `json:"receipt"`
	Trace    int       `json:"trace"`
	Original int       `json:"original,omitempty"` // trace of what it undoes or books
	Minor    int64     `json:"minor"`
	Currency string    `json:"currency"` // ISO number
	Result   byte      `json:"result"`
	Card     string    `json:"card"`
	At       time.Time `json:"at"`
	Closed   bool      `json:"closed,omitempty"` // the day was closed behind it
	Undone   bool      `json:"undone,omitempty"`
	waiting  bool      // approved, and not acknowledged yet
}

// New makes a terminal that serves only what is handed to Serve.
func New(o Options) (*Terminal, error) {
	if o.Ack == 0 {
		o.Ack = 5 * time.Second
	}
	if o.Repeat == 0 {
		o.Repeat = 2 * time.Second
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.BlockID == "" {
		o.BlockID = "68001234"
	}
	t := &Terminal{o: o, busy: make(chan struct{}, 1), payer: make(chan string, 8), wires: map[*wire]bool{}}
	if o.Keep == nil {
		return t, nil
	}
	return t, o.Keep.Lines(Provider, func(line []byte) error {
		e := &entry{}
		if err := json.Unmarshal(line, e); err != nil {
			return err
		}
		t.receipt, t.trace = max(t.receipt, e.Receipt), max(t.trace, e.Trace)
		for i, old := range t.entries {
			if old.Trace == e.Trace {
				t.entries[i] = e
				return nil
			}
		}
		t.entries = append(t.entries, e)
		return nil
	})
}

// Start makes a terminal and listens on loopback until ctx ends or Close is called.
func Start(ctx context.Context, o Options) (*Terminal, error) {
	if o.Addr == "" {
		o.Addr = "127.0.0.1:0"
	}
	host, _, err := net.SplitHostPort(o.Addr)
	if ip := net.ParseIP(host); err != nil || ip == nil || !ip.IsLoopback() {
		return nil, fmt.Errorf("zvtbox: %q is not a loopback address", o.Addr)
	}
	t, err := New(o)
	if err != nil {
		return nil, err
	}
	var lc net.ListenConfig
	if t.listen, err = lc.Listen(ctx, "tcp", o.Addr); err != nil {
		return nil, err
	}
	go func() {
		for {
			c, err := t.listen.Accept()
			if err != nil {
				return
			}
			go t.Serve(c, false)
		}
	}()
	context.AfterFunc(ctx, func() { _ = t.Close() })
	return t, nil
}

// Address is where it listens, "127.0.0.1:41234".
func (t *Terminal) Address() string { return t.listen.Addr().String() }

// Close implements sandbox.Book.
func (t *Terminal) Close() error {
	t.mu.Lock()
	t.over = true
	for w := range t.wires {
		w.to.Close()
	}
	t.mu.Unlock()
	if t.listen == nil {
		return nil
	}
	if err := t.listen.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
		return err
	}
	return nil
}

// Serve speaks with one till until it hangs up.
func (t *Terminal) Serve(to io.ReadWriteCloser, serial bool) {
	w := newWire(to, serial)
	t.mu.Lock()
	t.wires[w] = true
	over := t.over
	t.mu.Unlock()
	defer func() {
		w.to.Close()
		t.mu.Lock()
		delete(t.wires, w)
		t.mu.Unlock()
		for range w.in { // let its reader end
		}
	}()
	if over {
		return
	}
	for m := range w.in {
		if m.class == 0x80 || m.class == 0x84 {
			continue
		}
		s := &session{t: t, w: w}
		s.command(m)
		if s.gone {
			return
		}
	}
}

// Do plays the payer: "insert" a card, "abort" at the terminal.
func (t *Terminal) Do(act string) {
	select {
	case t.payer <- act:
	default:
	}
}

// Balances implements sandbox.Book.
func (t *Terminal) Balances() []sandbox.Account {
	t.mu.Lock()
	defer t.mu.Unlock()
	sums := map[string]int64{}
	for _, e := range t.entries {
		sums[e.Currency] += e.gain()
	}
	var out []sandbox.Account
	for number, minor := range sums {
		out = append(out, sandbox.Account{Name: "merchant", Provider: Provider, Minor: minor, Currency: letters(number)},
			sandbox.Account{Name: "cards", Provider: Provider, Minor: -minor, Currency: letters(number)})
	}
	return out
}

// gain is what the merchant has of it.
func (e *entry) gain() int64 {
	switch {
	case e.Result != 0 || e.waiting:
		return 0
	case e.Kind == "pay", e.Kind == "book":
		return e.Minor
	case e.Kind == "reverse", e.Kind == "refund":
		return -e.Minor
	}
	return 0
}

// Movements implements sandbox.Book. A terminal knows no own numbers of the till: No is its receipt and trace number, as the
// client gives them for the provider's transaction.
func (t *Terminal) Movements(date string) ([]sandbox.Line, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	var out []sandbox.Line
	for _, e := range t.entries {
		if e.gain() == 0 || date != "" && e.At.Format(time.DateOnly) != date {
			continue
		}
		l := sandbox.Line{At: e.At, Kind: e.Kind, No: e.name(), Transaction: e.name(), Minor: e.gain(), Currency: letters(e.Currency)}
		if o := t.byTrace(e.Original); o != nil {
			l.No, l.RefundNo = o.name(), e.name()
		}
		out = append(out, l)
	}
	return out, nil
}

func (e *entry) name() string { return fmt.Sprintf("%04d-%06d", e.Receipt, e.Trace) }

// Net implements sandbox.Book; no is a receipt and trace number ("0007-000007"), or empty for all.
func (t *Terminal) Net(no string) (sum int64) {
	lines, _ := t.Movements("")
	for _, l := range lines {
		if no == "" || l.No == no {
			sum += l.Minor
		}
	}
	return sum
}

// Charges is how many payments it took, whether given back later or not.
func (t *Terminal) Charges() (n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, e := range t.entries {
		if e.gain() > 0 {
			n++
		}
	}
	return n
}

// Settled reports whether no transaction is under way.
func (t *Terminal) Settled() bool { return len(t.busy) == 0 }

// byTrace finds an entry; the caller holds mu.
func (t *Terminal) byTrace(trace int) *entry {
	for _, e := range t.entries {
		if e.Trace == trace && trace != 0 {
			return e
		}
	}
	return nil
}

// note writes an entry down.
func (t *Terminal) note(e *entry) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.o.Keep == nil {
		return
	}
	if b, err := json.Marshal(e); err == nil {
		_ = t.o.Keep.Append(Provider, b) // a stand-in that cannot write plays on
	}
}

// letters turns an ISO 4217 number into the code that books use.
func letters(number string) string {
	const table = "0978EUR 0756CHF 0156CNY 0826GBP 0840USD 0344HKD 0208DKK 0752SEK 0578NOK 0985PLN 0203CZK 0348HUF 0392JPY"
	for _, pair := range strings.Fields(table) {
		if pair[:4] == number {
			return pair[4:]
		}
	}
	return number
}

var _ sandbox.Book = (*Terminal)(nil)
