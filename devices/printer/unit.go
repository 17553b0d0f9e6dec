// Package printer drains the durable spool to receipt printers: one goroutine per printing unit, which owns its wire and
// its drawer, asks before it prints, and says afterwards only what the printer has confirmed. Nothing here can block or
// undo a sale.
package printer

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"suanpan/app/device"
	"suanpan/app/receipt"
	"suanpan/devices"
	"suanpan/devices/escpos"
	"suanpan/devices/glyph"
)

// Settings are one unit's place in the shop.
type Settings struct {
	ID      string
	Address string // as package transport reads it
	Profile escpos.Profile
	Font    *glyph.Face                      // draws what the printer lacks; may be nil
	Logo    func(name string) *receipt.Image // may be nil
}

// Ports are what a unit is given.
type Ports struct {
	Open   func(ctx context.Context, address string) (devices.Conn, error)
	Spool  device.Spool
	Now    func() time.Time
	Emit   func(devices.Event) // must not block; called from the unit's goroutine
	Log    *slog.Logger        // may be nil
	Timing Timing
}

// Timing holds every wait of a unit. Zero fields take the value named behind them.
type Timing struct {
	Ask      time.Duration   // until a question is asked again: 1 s
	Maybe    time.Duration   // until a printer of unknown kind counts as one that never answers: 700 ms
	GiveUp   time.Duration   // of silence, or of no progress: 10 s
	Confirm  time.Duration   // for the last confirmation while the printer says that it is well: 30 s
	Drawer   time.Duration   // for the drawer's switch to move: 2 s
	Idle     time.Duration   // between looks into the spool without being woken: 5 s
	Watch    time.Duration   // between proofs of life while idle: 30 s
	Linger   time.Duration   // before a network printer is given back: 2 s, or what the wire says
	Retry    []time.Duration // between attempts to open the wire: 0.5, 1, 2, 5, 10, 30 s
	Progress time.Duration   // of one write before the replies are looked at: 250 ms
}

func or(d *time.Duration, value time.Duration) {
	if *d <= 0 {
		*d = value
	}
}

func (t Timing) filled() Timing {
	or(&t.Ask, time.Second)
	or(&t.Maybe, 700*time.Millisecond)
	or(&t.GiveUp, 10*time.Second)
	or(&t.Confirm, 30*time.Second)
	or(&t.Drawer, 2*time.Second)
	or(&t.Idle, 5*time.Second)
	or(&t.Watch, 30*time.Second)
	or(&t.Linger, 2*time.Second)
	or(&t.Progress, 250*time.Millisecond)
	if len(t.Retry) == 0 {
		t.Retry = []time.Duration{500 * time.Millisecond, time.Second, 2 * time.Second, 5 * time.Second, 10 * time.Second, 30 * time.Second}
	}
	return t
}

// Counts are what a unit has done since the program started (N22).
type Counts struct{ Lines, Cuts, Kicks, Jobs int64 }

// Unit is one printing unit. Run it once; the other methods may be called from any goroutine and never block.
type Unit struct {
	settings Settings
	ports    Ports
	wake     chan struct{}

	// Owned by Run.
	wire    *wire
	encoder *escpos.Encoder
	paced   int  // the bytes at a time that encoder was made for
	silent  bool // the printer has proved not to answer
	tries   int  // failed attempts to open the wire, in a row
	number  int  // of the last confirmation asked for
	asks    *confirmations
	broken  bool // a page broke off: the printer may hold half a command, and half a page is in it

	mu     sync.Mutex
	health devices.Health
	cond   escpos.Condition
	known  bool // cond comes from the printer
	seq    uint64
	counts Counts
}

var (
	_ device.Printer    = (*Unit)(nil)
	_ device.CashDrawer = (*Unit)(nil)
)

// New makes a unit. It does nothing until Run.
func New(s Settings, p Ports) *Unit {
	p.Timing = p.Timing.filled()
	if p.Log == nil {
		p.Log = slog.New(slog.DiscardHandler)
	}
	u := &Unit{settings: s, ports: p, wake: make(chan struct{}, 1)}
	u.health = devices.Health{State: devices.Absent, Since: p.Now()}
	u.silent = s.Profile.Status == escpos.StatusNone
	u.encoder = escpos.New(s.Profile, escpos.Options{Font: s.Font, Logo: s.Logo})
	return u
}

// Name implements device.Printer.
func (u *Unit) Name() string { return u.settings.ID }

// Wake implements device.Printer: a job was queued.
func (u *Unit) Wake() {
	select {
	case u.wake <- struct{}{}:
	default:
	}
}

// Counts returns what the unit has done.
func (u *Unit) Counts() Counts {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.counts
}

// Run drains the spool until ctx ends. A fault in the driver ends the job in hand as doubtful and goes on.
func (u *Unit) Run(ctx context.Context) error {
	defer u.hangUp()
	u.look(ctx)
	for ctx.Err() == nil {
		job, err := u.ports.Spool.Next(ctx, u.settings.ID)
		switch {
		case errors.Is(err, device.ErrNoJob):
			u.idle(ctx)
		case err != nil:
			u.ports.Log.Error("spool", "printer", u.settings.ID, "error", err)
			u.pause(ctx, u.ports.Timing.Idle)
		default:
			if wait := u.do(ctx, job); wait > 0 {
				u.pause(ctx, wait)
			}
		}
	}
	return ctx.Err()
}

// do does one job and returns how long to wait before the next look into the spool.
func (u *Unit) do(ctx context.Context, job device.Job) (wait time.Duration) {
	defer func() {
		if fault := recover(); fault != nil {
			u.ports.Log.Error("driver fault", "printer", u.settings.ID, "job", job.ID, "fault", fault)
			u.hangUp()
			u.mark(ctx, &job, device.Doubtful, "driver_fault")
			wait = u.ports.Timing.Idle
		}
	}()
	if job.Kind == device.Drawer {
		return u.kickJob(ctx, &job)
	}
	return u.pageJob(ctx, &job)
}

// mark records a state once. It answers false when the spool did not take it.
func (u *Unit) mark(ctx context.Context, job *device.Job, state device.JobState, reason string) bool {
	if job.State == state && job.Reason == reason {
		return true
	}
	if ctx.Err() != nil { // the till is closing: what was learnt is still written down
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
	}
	if err := u.ports.Spool.Mark(ctx, job.ID, state, reason); err != nil {
		u.ports.Log.Error("spool", "printer", u.settings.ID, "job", job.ID, "state", state, "error", err)
		return false
	}
	if state == device.Sending {
		job.Tries++
	}
	job.State, job.Reason = state, reason
	if state.Final() {
		u.mu.Lock()
		u.counts.Jobs++
		u.mu.Unlock()
	}
	return true
}

// pause waits, ended early by Wake.
func (u *Unit) pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	var replies chan escpos.Reply
	var lost chan struct{}
	if u.wire != nil {
		replies, lost = u.wire.replies, u.wire.lost
	}
	for {
		select {
		case <-ctx.Done():
			return
		case <-u.wake:
			return
		case <-timer.C:
			return
		case r := <-replies:
			before := u.condition()
			u.take(r)
			if u.condition() != before { // a person may have acted: look again
				return
			}
		case <-lost:
			u.gone()
			return
		}
	}
}

// idle waits for work, keeps the wire as long as it may, and looks after the printer now and then.
func (u *Unit) idle(ctx context.Context) {
	t := u.ports.Timing
	if u.wire != nil && u.wire.shared > 0 && time.Since(u.wire.used) >= u.wire.shared {
		u.hangUp()
	}
	if since := u.ports.Now().Sub(u.Proof()); since >= t.Watch && !u.silent {
		u.look(ctx)
	}
	wait := t.Idle
	if u.wire != nil && u.wire.shared > 0 {
		wait = min(wait, u.wire.shared)
	}
	u.pause(ctx, wait)
}

// look opens the wire and asks how the printer is, without printing.
func (u *Unit) look(ctx context.Context) {
	if u.connect(ctx) != nil {
		return
	}
	if err := u.ready(ctx); errors.Is(err, errLost) {
		u.gone()
	}
}
