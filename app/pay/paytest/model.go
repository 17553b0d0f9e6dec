package paytest

import (
	"context"
	"fmt"
	"sync"
	"time"

	"suanpan/app/money"
	"suanpan/app/pay"
)

// Fault is what happens to one call between till and provider.
type Fault uint8

// The faults.
const (
	Fine         Fault = iota
	NotSent            // certainly nothing left
	DropBefore         // the request is lost on its way
	DropAfter          // the provider acted, its answer is lost
	Twice              // the request arrives twice
	Unsigned           // the provider acted, and the answer says the contrary without a signature
	OtherOrder         // signed, about somebody else's order
	Tampered           // the amount was changed on the way: the signature fails
	CancelLies         // "cancelled", and nothing was done
	CancelRefuse       // "come back later", and nothing was done
	CancelLate         // the answer is lost, and the cancel takes effect much later
	PayWins            // the payer pays just before the cancel arrives
	OtherAmount        // signed, with another amount: a person must look; not among Faults
)

// Faults lists the faults that need no person.
func Faults() []Fault {
	return []Fault{Fine, NotSent, DropBefore, DropAfter, Twice, Unsigned, OtherOrder, Tampered, CancelLies, CancelRefuse, CancelLate, PayWins}
}

// Wire is what the world between till and provider does to one call: how long request and answer take, and a fault. Answers
// of different length overtake each other.
type Wire struct {
	There, Back time.Duration
	Fault       Fault
}

// Payer is what a payer does about one payment: After the provider holds it he pays, or declines; a zero After is at once,
// and Never leaves him standing.
type Payer struct {
	After    time.Duration
	Declines bool
	Never    bool
}

// Model is a provider with books of its own, for simulations: payers, the wire and the clock are the test's. It knows no
// protocol; what it keeps is what every provider keeps, so that a lost answer and a repeat behave as they do there. It is
// safe for concurrent use.
type Model struct {
	Name  string
	Can   pay.Caps
	Times pay.Timing
	Now   func() time.Time
	Wait  func(context.Context, time.Duration) // the virtual clock's sleep
	Wire  func(op, no string) Wire             // nil: fine and at once
	Gone  bool                                 // payers' accounts are closed: refunds cannot reach them
	Payer func(no string, f pay.Flow) Payer

	mu    sync.Mutex
	book  map[string]*entry
	asked map[string]int
}

// entry is one payment at the provider.
type entry struct {
	flow    pay.Flow
	amount  money.Amount
	at      time.Time
	payer   Payer
	state   state
	held    bool // a terminal's payment that nobody has acknowledged yet
	took    bool // money was taken at some time
	refunds map[string]money.Amount
	aborted chan struct{}
}

type state uint8

const (
	waiting state = iota
	taken
	declinedThere
	closedThere
)

// ID implements pay.Provider, as do the methods that follow; the abilities are those of a wallet and of a terminal.
func (m *Model) ID() string { return m.Name }

// Caps are the test's.
func (m *Model) Caps() pay.Caps { return m.Can }

// Timing is the same for every flow.
func (m *Model) Timing(pay.Flow) pay.Timing { return m.Times }

// Asked answers how often an operation reached this provider, by "submit", "query", "cancel", "refund" and "refund_query".
func (m *Model) Asked(op string) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.asked[op]
}

// Net is what the provider owes the shop by its own books, minor units; charges is how many payments it ever took.
func (m *Model) Net() (net int64, charges int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, e := range m.book {
		m.settle(e)
		if e.took {
			charges++
		}
		if e.state != taken || e.held {
			continue
		}
		net += e.amount.Minor
		for _, back := range e.refunds {
			net -= back.Minor
		}
	}
	return net, charges
}

// NetOf is what the provider owes for one payment, minor units; known is false where it never heard of it.
func (m *Model) NetOf(no string) (net int64, known bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	e := m.book[no]
	if e == nil {
		return 0, false
	}
	if m.settle(e); e.state == taken && !e.held {
		net = e.amount.Minor
		for _, back := range e.refunds {
			net -= back.Minor
		}
	}
	return net, true
}

// Pay makes the payer of one payment pay now, if it can still be paid.
func (m *Model) Pay(no string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	e := m.book[no]
	if e == nil {
		return false
	}
	m.settle(e)
	if e.state != waiting {
		return false
	}
	e.state, e.took = taken, true
	return true
}

// settle brings an entry to what its payer has done by now.
func (m *Model) settle(e *entry) {
	if e.state != waiting || e.payer.Never || m.Now().Before(e.at.Add(e.payer.After)) || e.flow == pay.ByCard {
		return
	}
	if e.state = declinedThere; !e.payer.Declines {
		e.state, e.took = taken, true
	}
}

// lateCancel is how long a cancel with the fault CancelLate lies about at the provider.
const lateCancel = 90 * time.Second

// call carries one request there and its answer back. act runs at the provider, under its lock.
func (m *Model) call(ctx context.Context, op, no string, act func() pay.Observation) (pay.Observation, error) {
	w := Wire{}
	if m.Wire != nil {
		w = m.Wire(op, no)
	}
	if w.Fault == NotSent {
		return pay.Observation{}, fmt.Errorf("model: no route: %w", pay.ErrNotSent)
	}
	m.wait(ctx, w.There)
	if w.Fault == DropBefore {
		return pay.Observation{Msg: "no answer"}, nil
	}
	m.mu.Lock()
	if m.asked == nil {
		m.asked = map[string]int{}
	}
	m.asked[op]++
	switch e := m.book[no]; {
	case op != "cancel" || e == nil:
	case w.Fault == CancelLies, w.Fault == CancelRefuse:
		o := m.say(no, e, pay.Accepted)
		if w.Fault == CancelRefuse {
			o.Outcome = pay.Refused
		}
		m.mu.Unlock()
		m.wait(ctx, w.Back)
		return o, nil
	case w.Fault == CancelLate:
		m.mu.Unlock()
		go func() {
			m.wait(context.WithoutCancel(ctx), lateCancel)
			m.mu.Lock()
			defer m.mu.Unlock()
			act()
		}()
		return pay.Observation{Msg: "no answer"}, nil
	case w.Fault == PayWins && e.state == waiting && e.flow != pay.ByCard:
		e.state, e.took = taken, true
	}
	o := act()
	if w.Fault == Twice {
		o = act()
	}
	m.mu.Unlock()
	m.wait(ctx, w.Back)
	return m.spoil(w.Fault, o), nil
}

// spoil is what the wire makes of an answer.
func (m *Model) spoil(f Fault, o pay.Observation) pay.Observation {
	switch f {
	case DropAfter:
		return pay.Observation{Msg: "no answer"}
	case Unsigned:
		o.Verified = false
		if o.Outcome == pay.Success {
			o.Outcome = pay.Declined
		} else {
			o.Outcome = pay.Success
		}
	case OtherOrder:
		o.OwnNo, o.Outcome = "somebodyelses", pay.Success
	case OtherAmount:
		o.Amount.Minor++
	case Tampered:
		o.Verified, o.Amount.Minor = false, o.Amount.Minor+1
	}
	return o
}

func (m *Model) wait(ctx context.Context, d time.Duration) {
	if d > 0 && m.Wait != nil {
		m.Wait(ctx, d)
	}
}

func (m *Model) say(no string, e *entry, outcome pay.Outcome) pay.Observation {
	o := pay.Observation{Outcome: outcome, Verified: true, OwnNo: no, Merchant: m.Can.Merchant, ProviderAt: m.Now()}
	if e != nil {
		o.Amount, o.ProviderTxn = e.amount, "txn"+no
	}
	return o
}

// tell is an honest answer about a payment.
func (m *Model) tell(no string) pay.Observation {
	e := m.book[no]
	if e == nil {
		return m.say(no, nil, pay.NotFound)
	}
	m.settle(e)
	switch {
	case e.state == taken && !e.held:
		o := m.say(no, e, pay.Success)
		o.Refunds = len(e.refunds) > 0
		return o
	case e.state == declinedThere:
		o := m.say(no, e, pay.Declined)
		o.Reason = pay.PayerRefused
		return o
	case e.state == closedThere:
		return m.say(no, e, pay.Closed)
	}
	o := m.say(no, e, pay.Pending)
	if e.flow == pay.ByQR {
		o.QR = "model://" + no
	}
	return o
}

func (m *Model) open(a pay.Attempt) *entry {
	if m.book == nil {
		m.book = map[string]*entry{}
	}
	e := m.book[a.No]
	if e == nil {
		e = &entry{flow: a.Flow, amount: a.Amount, at: m.Now(), refunds: map[string]money.Amount{}, aborted: make(chan struct{})}
		e.payer.Never = true
		if m.Payer != nil {
			e.payer = m.Payer(a.No, a.Flow)
		}
		m.book[a.No] = e
	}
	return e
}

// Submit charges a code, or lets the terminal ask for a card.
func (m *Model) Submit(ctx context.Context, a pay.Attempt, settle pay.Settle) (pay.Observation, error) {
	if a.Flow == pay.ByCard {
		return m.terminal(ctx, a, settle)
	}
	return m.call(ctx, "submit", a.No, func() pay.Observation { m.open(a); return m.tell(a.No) })
}

// Present makes a code to scan.
func (m *Model) Present(ctx context.Context, a pay.Attempt) (pay.Observation, error) {
	return m.call(ctx, "submit", a.No, func() pay.Observation { m.open(a); return m.tell(a.No) })
}

// terminal is the dialogue with a terminal that takes our acknowledgement as final: the payment counts only when the till
// has made it durable; without that the terminal takes it back by itself.
func (m *Model) terminal(ctx context.Context, a pay.Attempt, settle pay.Settle) (pay.Observation, error) {
	var e *entry
	o, err := m.call(ctx, "submit", a.No, func() pay.Observation { e = m.open(a); return m.say(a.No, e, pay.Pending) })
	if err != nil || e == nil {
		return o, err
	}
	if !o.Verified { // the line broke after the terminal had begun: nobody will acknowledge, so it gives up by itself
		m.mu.Lock()
		defer m.mu.Unlock()
		if e.state == waiting {
			e.state = closedThere
		}
		return o, nil
	}
	left := e.payer.After
	if e.payer.Never {
		left = 10 * m.Times.Deadline
	}
	done := make(chan struct{})
	go func() { defer close(done); m.wait(ctx, left) }()
	select {
	case <-done:
	case <-e.aborted:
	}
	return m.cardDone(ctx, a, e, settle), nil
}

func (m *Model) cardDone(ctx context.Context, a pay.Attempt, e *entry, settle pay.Settle) pay.Observation {
	m.mu.Lock()
	if e.state == waiting {
		switch {
		case e.payer.Never:
			e.state = closedThere
		case e.payer.Declines:
			e.state = declinedThere
		default:
			e.state, e.took, e.held = taken, true, true
		}
	}
	held := e.held
	paid := m.say(a.No, e, pay.Success)
	m.mu.Unlock()
	if held {
		err := settle(ctx, paid)
		m.mu.Lock()
		if e.held = false; err != nil {
			e.state, e.took = closedThere, false
		}
		m.mu.Unlock()
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.tell(a.No)
}

// Query asks for the truth.
func (m *Model) Query(ctx context.Context, r pay.Ref) (pay.Observation, error) {
	return m.call(ctx, "query", r.No, func() pay.Observation { return m.tell(r.No) })
}

// Cancel closes what waits and takes back what a payer's code paid. A QR or a card that was paid stays paid: it wants a
// refund.
func (m *Model) Cancel(ctx context.Context, r pay.Ref) (pay.Observation, error) {
	return m.call(ctx, "cancel", r.No, func() pay.Observation {
		e := m.book[r.No]
		if e == nil {
			return m.say(r.No, nil, pay.Accepted) // as some do for numbers that they never saw
		}
		m.settle(e)
		switch {
		case e.state == waiting:
			e.state = closedThere
			if e.flow == pay.ByCard {
				close(e.aborted)
			}
		case e.state == taken && e.flow == pay.ByCode && len(e.refunds) == 0:
			e.state = closedThere
		case e.state == taken:
			return m.say(r.No, e, pay.Refused)
		}
		return m.say(r.No, e, pay.Accepted)
	})
}
