// Package app is the shop: one method for each thing that a person can do, each of them one transaction. The window, the
// automation interface and the tests call the same methods; none of them holds a rule of its own.
//
// A Shop is safe for concurrent use. Changes are serialised; no network and no device is ever waited for inside a change.
package app

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/google/uuid"

	"suanpan/app/catalog"
	"suanpan/app/ledger"
	"suanpan/app/order"
	"suanpan/app/pay"
	"suanpan/app/receipt"
	"suanpan/app/shift"
)

// Clock tells the time. Tests hand in their own.
type Clock interface{ Now() time.Time }

// Mode is one line of business beside the plain counter. Settled runs inside the sale's own transaction and answers rows
// for the receipt.
type Mode interface {
	Name() string
	Settled(Tx, *order.Order) ([]receipt.Row, error)
}

// Words gives the languages: a translator for one locale. Gaps {0}, {1} … are filled by args.
type Words func(locale string) func(key string, args ...any) string

// Params introduces the shop to its surroundings. Store, Clock, Words and Log must be there.
type Params struct {
	Store     Store
	Clock     Clock
	Words     Words
	Log       *slog.Logger
	Files     Files
	Renderer  Renderer       // of receipts, for previews and files; may be nil
	Providers []pay.Provider // in order of preference
	Modes     []Mode
	Version   string
	Schema    int
	Safe      Safe    // the desk's vault; nil where there is none to open
	Desk      Desk    // keeps provider settings; nil where only the sandbox is used
	Trial     Trial   // starts the stand-ins; nil where there are none
	Sandbox   Sandbox // nil outside demo and training
	Copier    Copier  // keeps copies on other disks; nil where there is none
	Font      []byte  // OpenType, with the characters of every language; nil where no PDF is written
	Machine   string  // mark of this computer; empty where it has none

	AlwaysTrial bool   // use the stand-ins whatever the template
	Training    bool   // a shop that is set up in this run is for practice (Config.Training)
	Nudge       func() // wakes the spool after a commit that queued a job; may be nil
}

// Sandbox steers the stand-in providers; it is there only in demo and training.
type Sandbox interface {
	Script(provider string, faults []string, seed int64) error
	Accounts() (any, error)
	Statement(provider, date string) (any, error)
}

// Shop is the till's one counter.
type Shop struct {
	p          Params
	born       time.Time
	bornSteady time.Duration
	pin        sync.Mutex // held over one check of a PIN or card
	write      sync.Mutex // held over one change and the publishing of its result, so that caches follow commits in order

	mu       sync.Mutex // guards what follows
	conf     Config
	ready    bool // set up
	staff    *shift.Staff
	shift    *shift.Shift              // the one of the drawer at hand
	drawer   string                    // the drawer at hand
	drawers  map[string]*shift.Shift   // open shifts by drawer; never changed in place
	back     time.Duration             // how far the clock stood behind the journal when somebody last signed on
	waits    map[string]time.Duration  // on the steady clock: no PIN before, by person; "" is the till
	taxes    map[string]catalog.Tax    // nil: read again
	orders   map[order.ID]*order.Order // unfinished, as on disk; never changed in place
	current  order.ID
	undo     []*order.Order // states of the current order before each unpaid act, newest last
	watch    map[int]chan Event
	watches  int
	copying  bool // a round of backups is under way
	origin   Origin
	provided int64                    // counts the lists of providers that there were
	wake     chan struct{}            // the payment runner looks again
	flying   map[string]chan struct{} // attempts with a call under way
	ill      outages
	resumed  time.Time            // when this process took up what was left
	open     map[string]*unproven // attempts with Wanting
	codes    map[string]*heldCode // payers' codes that wait for an offer to be withdrawn, by offer
	shut     map[string]*Error    // live providers whose settings do not open, and why
	profiles map[string]*Profile  // of providers, as on disk; never changed in place
}

// New opens the counter on what the store holds: open orders, the open shift, payments in doubt.
func New(ctx context.Context, p Params) (*Shop, error) {
	s := &Shop{p: p, provided: 1, orders: map[order.ID]*order.Order{}, watch: map[int]chan Event{}, wake: make(chan struct{}, 1), flying: map[string]chan struct{}{}, ill: outages{map[string]int{}, map[string]Outage{}}, codes: map[string]*heldCode{}, open: map[string]*unproven{},
		waits: map[string]time.Duration{}, drawers: map[string]*shift.Shift{}, born: p.Clock.Now()}
	if c, ok := p.Clock.(Steady); ok {
		s.bornSteady = c.Steady()
	}
	if err := refold(ctx, p); err != nil {
		return nil, fmt.Errorf("shop: totals: %w", err)
	}
	err := p.Store.View(ctx, func(v View) error {
		if err := s.load(v); err != nil {
			return err
		}
		open, err := v.OpenOrders()
		if err != nil {
			return err
		}
		inFlight, err := v.OpenAttempts()
		if err != nil {
			return err
		}
		for _, a := range inFlight {
			s.open[a.ID] = &unproven{Attempt: a}
		}
		for _, o := range open {
			s.orders[o.ID] = o
			if o.State != order.Held {
				s.current = o.ID
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("shop: open: %w", err)
	}
	return s, nil
}

// Key under which a change is remembered; see WithKey.
type keyed struct{}

// WithKey makes the next change in ctx happen once only: the same key with the same parameters answers the first answer
// again, with others it is refused as key_reused (X5). Keys have up to 64 characters.
func WithKey(ctx context.Context, key string) context.Context {
	return context.WithValue(ctx, keyed{}, key)
}

func keyOf(ctx context.Context) string { k, _ := ctx.Value(keyed{}).(string); return k }

// turn is one change under way: the transaction, who asked, and what is to be told after the commit.
type turn struct {
	Tx
	ctx     context.Context
	s       *Shop
	now     time.Time
	staff   shift.Staff
	shift   *shift.Shift // nil when none is open
	by      string       // who approved, when somebody did
	granted []shift.Act  // acts whose approval is written down
	events  []Event
	orders  map[order.ID]*order.Order // nil: finished
	blank   *order.Order              // the order that this turn began, as it was before its first line
	after   []func()                  // run under mu after the commit
	jobs    bool
	sealed  *ledger.Fact // the newest fact after which the head of the chain is kept outside
}

// change runs fn as one transaction. With a key in ctx the answer is remembered beside what fn did. T must survive JSON.
func change[T any](ctx context.Context, s *Shop, act string, params any, fn func(*turn) (T, error)) (T, error) {
	var answer T
	hash, err := fingerprint(ctx, act, params)
	if err != nil {
		return answer, err
	}
	s.write.Lock()
	defer s.write.Unlock()
	t := &turn{ctx: ctx, s: s, now: s.p.Clock.Now(), orders: map[order.ID]*order.Order{}}
	s.mu.Lock()
	if s.staff != nil {
		t.staff = *s.staff
	}
	t.shift = s.shift
	s.mu.Unlock()
	err = s.p.Store.Update(ctx, func(tx Tx) error {
		t.Tx = tx
		if hash != nil {
			if done, err := replay(tx, keyOf(ctx), hash, &answer); done || err != nil {
				return err
			}
		}
		var err error
		if answer, err = fn(t); err != nil {
			return err
		}
		if hash != nil {
			return remember(tx, keyOf(ctx), hash, answer, t.now)
		}
		return nil
	})
	if err != nil {
		var zero T
		return zero, s.fault(err)
	}
	s.publish(t)
	if t.sealed != nil {
		s.keepHead(t.sealed)
	}
	return answer, nil
}

// fingerprint is nil without a key.
func fingerprint(ctx context.Context, act string, params any) ([]byte, error) {
	key := keyOf(ctx)
	if key == "" {
		return nil, nil
	}
	if len(key) > 64 {
		return nil, refuse("key_too_long", nil, "max", 64)
	}
	b, err := json.Marshal(params)
	if err != nil {
		return nil, fmt.Errorf("%s: fingerprint: %w", act, err)
	}
	sum := sha256.Sum256(append([]byte(act+"\n"), b...))
	return sum[:], nil
}

func replay(tx Tx, key string, hash []byte, answer any) (bool, error) {
	done, ok, err := tx.Once(key)
	switch {
	case err != nil || !ok:
		return false, err
	case string(done.Hash) != string(hash):
		return false, refuse("key_reused", nil, "key", key)
	case len(done.Answer) == 0:
		return false, refuse("key_in_use", nil, "key", key)
	}
	return true, json.Unmarshal(done.Answer, answer)
}

func remember(tx Tx, key string, hash []byte, answer any, now time.Time) error {
	b, err := json.Marshal(answer)
	if err != nil {
		return err
	}
	return tx.PutOnce(key, Done{Hash: hash, Answer: b, At: now})
}

// publish makes a committed change visible: caches first, then events.
func (s *Shop) publish(t *turn) {
	s.mu.Lock()
	for id, o := range t.orders {
		if o == nil {
			delete(s.orders, id)
			if s.current == id {
				s.current, s.undo = "", nil
			}
			continue
		}
		s.orders[id] = o
	}
	for _, f := range t.after {
		f()
	}
	for _, e := range t.events {
		s.tell(e)
	}
	s.mu.Unlock()
	if t.jobs && s.p.Nudge != nil {
		s.p.Nudge()
	}
}

// fault turns what went wrong below into an Error with a code. Errors that are one already pass through.
func (s *Shop) fault(err error) error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	if e := named(err, s.config().Currency); e != nil {
		return e
	}
	s.p.Log.Error("change failed", "err", err)
	return &Error{Code: "internal", Err: err}
}

// view reads one snapshot.
func view[T any](ctx context.Context, s *Shop, fn func(View) (T, error)) (T, error) {
	var answer T
	err := s.p.Store.View(ctx, func(v View) error {
		var err error
		answer, err = fn(v)
		return err
	})
	if err != nil {
		var zero T
		return zero, s.fault(err)
	}
	return answer, nil
}

// fact appends what happened, with everything that Fold derives from it.
func (t *turn) fact(kind ledger.Kind, body any, postings ...ledger.Posting) (*ledger.Fact, error) {
	b, err := json.Marshal(body)
	if err != nil {
		return nil, fmt.Errorf("fact %s: %w", kind, err)
	}
	f := &ledger.Fact{ID: NewID(), At: t.now.Truncate(time.Millisecond), Kind: kind, Staff: t.staff.ID, Body: b, Postings: postings}
	if t.shift != nil {
		f.Shift = t.shift.ID
	}
	entry, err := Fold(f)
	if err != nil {
		return nil, err
	}
	if keepsHead(kind) {
		t.sealed = f
	}
	return f, t.Append(f, entry)
}

// tell queues an event for after the commit.
func (t *turn) tell(e Event) { t.events = append(t.events, e) }

// selling refuses unless somebody is signed on and a shift is open (X30).
func (t *turn) selling() error {
	if err := t.need(shift.Sell); err != nil {
		return err
	}
	if t.shift == nil {
		return refuse("no_shift", shift.ErrNone)
	}
	return t.trading()
}

// NewID returns a UUIDv7: unique, and in order of time, so that indexes grow at their end.
func NewID() string { return uuid.Must(uuid.NewV7()).String() }
