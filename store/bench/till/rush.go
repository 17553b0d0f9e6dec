package till

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"
)

// Rush is a rush hour at one till that keeps being struck: the process is ended at random moments, started again, and must
// know everything that it had answered. What was under way is asked again with its own key.
type Rush struct {
	Command []string     // the program and its arguments; the data folder is the last
	Seed    uint64       // the same seed serves the same customers; the moments differ with the machine
	Cut     func(*Till)  // ends the till without warning, e.g. (*Till).Kill
	Mend    func() error // what must be done before it can start again; may be nil
	Calls   int          // the most requests between two strikes; 60 where zero
	Fading  bool         // what is answered while Cut is at work does not count as answered

	rng     *rand.Rand
	till    *Till
	plan    *plan // when the next strike falls
	book    book  // everything that was answered
	keys    int   // idempotency keys given out
	strikes int
	struck  bool             // since the last check
	restart []time.Duration  // from start to the first answer, after a strike
	known   map[string]int64 // price by SKU, in minor units
	took    map[string][]time.Duration
}

// step is one request that was answered.
type step struct {
	method string
	params map[string]any
	answer json.RawMessage
}

type line struct {
	ref   json.RawMessage // as the program calls it
	sku   string
	qty   int64
	total int64
	back  bool // one piece of it was returned
}

type sale struct {
	id, receipt   string
	entry         json.RawMessage
	total, change int64
	lines         []line
}

// book is what the till has answered, by its own words.
type book struct {
	sales    []sale
	returns  []sale
	steps    []step
	cash     int64 // what must lie in the drawer, in minor units
	setUp    bool
	open     bool
	checked  int              // sales that were looked at one by one
	seq      int64            // ledger entries that were read
	entries  map[string]int64 // id of an entry -> seq
	drawer   int64            // sum of the cash postings so far
	receipts []string
}

// Run serves customers until the till was struck that often, and checks after each strike. The first disagreement is the error.
func (r *Rush) Run(strikes int) error {
	return r.shift(func() bool { return r.strikes < strikes })
}

// Serve serves so many customers on a till that is not struck at all (Cut is nil).
func (r *Rush) Serve(customers int) error {
	return r.shift(func() bool { customers--; return customers >= 0 })
}

// shift sets the shop up, serves customers as long as there are more, and ends the till in order.
func (r *Rush) shift(more func() bool) error {
	if r.Calls == 0 {
		r.Calls = 60
	}
	r.rng = rand.New(rand.NewPCG(r.Seed, 0x5a))
	r.book.entries, r.took = map[string]int64{}, map[string][]time.Duration{}
	if err := r.reopen(); err != nil {
		return err
	}
	defer func() { r.plan.disarm(); r.till.Kill(); r.till.Gone() }()
	if err := r.setUp(); err != nil {
		return err
	}
	for more() {
		err := r.customer()
		if err == nil && r.struck {
			err = r.check()
		}
		if err != nil {
			return fmt.Errorf("after %d sales, %d strikes: %w", len(r.book.sales), r.strikes, err)
		}
	}
	if err := r.calm(); err != nil {
		return err
	}
	if err := r.till.Close(); err != nil {
		return fmt.Errorf("end of input: %w", err)
	}
	return nil
}

// Took returns how long each call of a method took, from the request to the answer, in the order in which they were made.
func (r *Rush) Took(method string) []time.Duration { return r.took[method] }

// Sales returns how many sales were answered, and Returns how many returns.
func (r *Rush) Sales() int { return len(r.book.sales) }

// Returns returns how many returns were answered.
func (r *Rush) Returns() int { return len(r.book.returns) }

// Restarts returns how long each start after a strike took, until the till had signed on its cashier.
func (r *Rush) Restarts() []time.Duration { return r.restart }

// reopen starts the till, as often as it takes, and signs on.
func (r *Rush) reopen() error {
	for {
		if r.strikes > 0 && r.Mend != nil {
			if err := r.Mend(); err != nil {
				return fmt.Errorf("mend: %w", err)
			}
		}
		begun := time.Now()
		t, err := Open(r.Command...)
		if err != nil {
			return err
		}
		r.till = t
		r.arm()
		err = r.signOn()
		if err == nil {
			if r.strikes > 0 {
				r.restart = append(r.restart, time.Since(begun))
			}
			return nil
		}
		if err := r.gone(err); err != nil {
			return err
		}
	}
}

// signOn proves that the till answers, and signs the cashier on where there is one already.
func (r *Rush) signOn() error {
	if !r.book.setUp {
		_, err := r.till.Call("system.info", map[string]any{}, nil)
		return err
	}
	_, err := r.till.Call("staff.login", map[string]any{"staff": "1", "pin": "1234"}, nil)
	return err
}

// arm draws when the next strike falls: now and then while the till is starting, else some requests later, a moment after
// one was sent, which is when it is being written.
func (r *Rush) arm() {
	p := &plan{cut: r.Cut, till: r.till}
	r.plan = p
	if p.cut == nil {
		return
	}
	if r.strikes > 0 && r.rng.IntN(6) == 0 {
		p.in(time.Duration(r.rng.IntN(150_000)) * time.Microsecond)
		return
	}
	calls, delay := 1+r.rng.IntN(r.Calls), time.Duration(r.rng.IntN(4000))*time.Microsecond
	r.till.before = func() {
		if calls--; calls == 0 {
			p.in(delay)
		}
	}
}

// diskReasons are what a till may still say when its disk has gone, before it ends itself.
var diskReasons = map[string]bool{"disk_doubt": true, "disk_full": true, "disk_read_only": true, "disk_error": true, "file_damaged": true}

// gone takes note of a strike; another error, or an end that nobody planned, is a fault of the program. A till whose disk
// lost its power may say so before it ends: it does not know what was kept, and neither do we.
func (r *Rush) gone(err error) error {
	doubt := (*Refusal)(nil)
	if !errors.Is(err, ErrGone) && !(r.Fading && errors.As(err, &doubt) && diskReasons[doubt.Reason]) {
		return err
	}
	if !r.plan.disarm() {
		r.till.Kill()
		r.till.Gone()
		return fmt.Errorf("the till ended by itself: %w; its last words: %s", err, r.till.Log())
	}
	r.till.Kill() // whatever cut the power, the process ends too
	r.till.Gone()
	r.strikes++
	r.struck = true
	return nil
}

// ask asks until there is an answer, however often the till is struck meanwhile.
func (r *Rush) ask(method string, params map[string]any, result any) (json.RawMessage, error) {
	for {
		begun := time.Now()
		answer, err := r.till.Call(method, params, result)
		r.took[method] = append(r.took[method], time.Since(begun))
		if err == nil && r.Fading && r.plan.fell() {
			err = fmt.Errorf("%s: %w", method, ErrGone)
		}
		if err == nil {
			return answer, nil
		}
		if err := r.gone(err); err != nil {
			return nil, err
		}
		if err := r.reopen(); err != nil {
			return nil, err
		}
	}
}

// do changes something: with a key of its own, the same each time it is asked.
func (r *Rush) do(method string, params map[string]any, result any) error {
	r.keys++
	params["key"] = fmt.Sprintf("rush-%d-%d", r.Seed, r.keys)
	answer, err := r.ask(method, params, result)
	if err == nil {
		r.book.steps = append(r.book.steps, step{method, params, answer})
	}
	return err
}

// again asks an old question with its old key: the answer must be the first one, whatever happened since. The old key with
// other contents must be refused.
func (r *Rush) again() error {
	s := r.book.steps[r.rng.IntN(len(r.book.steps))]
	answer, err := r.ask(s.method, s.params, nil)
	if err != nil {
		return fmt.Errorf("asked again: %w", err)
	}
	if string(answer) != string(s.answer) {
		return fmt.Errorf("%s %s asked again: %s, but the first answer was %s", s.method, compact(s.params), answer, s.answer)
	}
	_, err = r.ask("shift.cash", map[string]any{"amount": 1, "reason": "again", "key": s.params["key"]}, nil)
	if refusal := (*Refusal)(nil); !errors.As(err, &refusal) || refusal.Reason != "key_reused" {
		return fmt.Errorf("the key of %s with other contents must be refused as key_reused, not: %w", s.method, err)
	}
	return nil
}

// plan is one strike that is going to happen.
type plan struct {
	mu    sync.Mutex
	timer *time.Timer
	till  *Till
	cut   func(*Till)
	fired bool
	over  bool
}

func (p *plan) in(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.over || p.timer != nil {
		return
	}
	p.timer = time.AfterFunc(d, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		if !p.over {
			p.fired = true
			p.cut(p.till)
		}
	})
}

// fell says whether the strike has fallen; it waits for one that is falling.
func (p *plan) fell() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.fired
}

// disarm calls the strike off and says whether it had fallen already.
func (p *plan) disarm() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.over = true
	if p.timer != nil {
		p.timer.Stop()
	}
	return p.fired
}
