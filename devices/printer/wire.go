package printer

import (
	"context"
	"errors"
	"os"
	"time"

	"suanpan/devices"
	"suanpan/devices/escpos"
)

// wire is an open connection with its reader. Only the unit's goroutine writes, and only whole commands.
type wire struct {
	conn    devices.Conn
	replies chan escpos.Reply
	lost    chan struct{} // closed when reading ended
	asked   byte          // DLE EOT question whose answer is still to come, 0 none
	shared  time.Duration // given back after so long; 0 kept
	piece   int           // bytes before a question must be answered; 0 no limit
	used    time.Time
	flushed bool // half a command that may have been in it is ended
	answers int  // real-time answers heard
	reports int  // ASB reports heard
	heard   time.Time
}

const repliesMax = 256

// connect opens the wire if it is not open. Its errors are told by Health, too.
func (u *Unit) connect(ctx context.Context) error {
	if u.wire != nil {
		select {
		case <-u.wire.lost:
			u.gone()
		default:
			return nil
		}
	}
	conn, err := u.ports.Open(ctx, u.settings.Address)
	if err != nil {
		u.tries++
		u.refused(err)
		return err
	}
	w := &wire{conn: conn, replies: make(chan escpos.Reply, repliesMax), lost: make(chan struct{}), used: time.Now()}
	if s, ok := conn.(devices.Shared); ok {
		w.shared = min(s.LingerMax(), u.ports.Timing.Linger)
	}
	if p, ok := conn.(devices.Paced); ok {
		w.piece = p.PieceMax()
	}
	u.fit(w.piece)
	go w.read()
	u.wire, u.tries = w, 0
	if u.settings.Profile.Status == escpos.StatusNone {
		u.become(devices.Unknown, "no_status")
	}
	return nil
}

// fit makes the encoder's pictures small enough for a wire without flow control.
func (u *Unit) fit(piece int) {
	if piece == u.paced {
		return
	}
	u.paced = piece
	o := escpos.Options{Font: u.settings.Font, Logo: u.settings.Logo}
	if piece > 0 {
		o.Rows = max(piece/(u.settings.Profile.Dots/8+1), 1)
	}
	u.encoder = escpos.New(u.settings.Profile, o)
}

// refused says why the wire does not open.
func (u *Unit) refused(err error) {
	switch {
	case errors.Is(err, devices.ErrPermission):
		u.become(devices.Refused, "no_permission")
	case errors.Is(err, devices.ErrBusy):
		u.become(devices.Refused, "busy_elsewhere")
	case errors.Is(err, devices.ErrAddress):
		u.become(devices.Refused, "address")
	default:
		if u.State().State != devices.Absent {
			u.become(devices.Lost, "lost")
			return
		}
		u.become(devices.Absent, "absent")
	}
}

// hangUp closes the wire; what the printer said stays known.
func (u *Unit) hangUp() {
	if u.wire != nil {
		u.wire.conn.Close()
		<-u.wire.lost
		u.wire = nil
	}
}

// gone closes a wire that broke.
func (u *Unit) gone() {
	u.hangUp()
	u.become(devices.Lost, "lost")
}

func (w *wire) read() {
	defer close(w.lost)
	var parser escpos.Parser
	buffer := make([]byte, 512)
	for {
		n, err := w.conn.Read(buffer)
		parser.Feed(buffer[:n], func(r escpos.Reply) {
			select {
			case w.replies <- r:
			default: // a printer that talks without end is not listened to
			}
		})
		if err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
			return
		}
	}
}

// Errors of a conversation.
var (
	errLost   = errors.New("printer: the wire broke")
	errStuck  = errors.New("printer: takes no more bytes")
	errSilent = errors.New("printer: does not answer")
)

// retry returns how long to wait before the wire is tried again.
func (u *Unit) retry() time.Duration {
	steps := u.ports.Timing.Retry
	return steps[min(max(u.tries-1, 0), len(steps)-1)]
}

// send writes whole commands. It waits as long as the printer says that a person must act, else until GiveUp without
// progress. held is called once a while during such a wait. It returns how many bytes left this program.
func (u *Unit) send(ctx context.Context, data []byte, held func()) (int, error) {
	w, t := u.wire, u.ports.Timing
	sent, progress := 0, time.Now()
	for sent < len(data) {
		limit := t.Progress
		if w.piece > 0 { // such a wire gives itself up at its deadline
			limit = t.GiveUp
		}
		w.conn.SetWriteDeadline(time.Now().Add(limit))
		n, err := w.conn.Write(data[sent:])
		sent += n
		w.used = time.Now()
		if n > 0 {
			progress = time.Now()
		}
		switch {
		case err == nil:
		case !errors.Is(err, os.ErrDeadlineExceeded) || w.piece > 0:
			return sent, errLost
		case ctx.Err() != nil:
			return sent, ctx.Err()
		}
		if err := u.listen(); err != nil {
			return sent, err
		}
		if err != nil && !u.condition().Healthy() {
			progress = time.Now()
			if held != nil {
				held()
			}
		}
		if time.Since(progress) > t.GiveUp {
			return sent, errStuck
		}
	}
	return sent, nil
}

// listen takes the replies that are there, without waiting.
func (u *Unit) listen() error {
	for {
		select {
		case r := <-u.wire.replies:
			u.take(r)
		default:
			select {
			case <-u.wire.lost:
				if len(u.wire.replies) == 0 {
					return errLost
				}
			default:
				return nil
			}
		}
	}
}

func (u *Unit) take(r escpos.Reply) {
	u.wire.heard = time.Now()
	switch r.Kind {
	case escpos.Report:
		u.wire.reports++
	case escpos.RealTime:
		u.wire.answers++
	}
	if u.asks != nil {
		u.asks.hear(r)
	}
	u.heard(r)
}

// ask sends a real-time question; it stands between two complete commands.
func (u *Unit) ask(ctx context.Context, n byte) error {
	u.wire.asked = n // one at a time: an answer that never came must not shift the next ones
	_, err := u.send(ctx, escpos.Ask(n), nil)
	return err
}

// await waits until done, for at most d. The condition is a state, never one reply: a quick printer answers while the
// question is still being sent. Wake is served only through woken, which may be nil.
func (u *Unit) await(ctx context.Context, d time.Duration, done func() bool, woken func()) (bool, error) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	for !done() {
		var wake chan struct{}
		if woken != nil {
			wake = u.wake
		}
		select {
		case r := <-u.wire.replies:
			u.take(r)
		case <-u.wire.lost:
			if len(u.wire.replies) == 0 {
				return false, errLost
			}
		case <-wake:
			woken()
			if u.wire == nil {
				return false, errLost
			}
		case <-timer.C:
			return false, nil
		case <-ctx.Done():
			return false, ctx.Err()
		}
	}
	return true, nil
}

// query asks a real-time question and waits for its answer.
func (u *Unit) query(ctx context.Context, question byte, d time.Duration, woken func()) (bool, error) {
	w := u.wire
	before := w.answers
	if err := u.ask(ctx, question); err != nil {
		return false, err
	}
	return u.await(ctx, d, func() bool { return w.answers > before }, woken)
}

// ready asks how the printer is. It returns errSilent for one that should answer and does not, and nil for one that never
// does. After a page that broke off it first ends the half command: a question inside it would be eaten with it.
func (u *Unit) ready(ctx context.Context) error {
	if u.broken && !u.wire.flushed {
		if _, err := u.send(ctx, u.encoder.Flush(), nil); err != nil {
			return err
		}
		u.wire.flushed = true
	}
	if u.silent {
		u.become(devices.Unknown, "no_status")
		if u.settings.Profile.Status == escpos.StatusMaybe { // asked, but not waited for: an answer changes our mind
			return u.ask(ctx, 2)
		}
		return nil
	}
	t := u.ports.Timing
	first := 2 * t.Ask
	if u.settings.Profile.Status == escpos.StatusMaybe && !u.proven() {
		first = t.Maybe
	}
	ok, err := u.query(ctx, 2, first, nil)
	if err == nil && !ok {
		if ok, err = u.rouse(ctx); err == nil && !ok {
			return u.mute()
		}
	}
	if err != nil {
		return err
	}
	return u.details(ctx)
}

func (u *Unit) proven() bool { return !u.Proof().IsZero() }

// rouse ends whatever half command a silent printer is waiting for, and asks again until GiveUp.
func (u *Unit) rouse(ctx context.Context) (bool, error) {
	t := u.ports.Timing
	if u.settings.Profile.Status == escpos.StatusMaybe && !u.proven() {
		return false, nil
	}
	if _, err := u.send(ctx, u.encoder.Flush(), nil); err != nil {
		return false, err
	}
	for start := time.Now(); time.Since(start) < t.GiveUp; {
		if ok, err := u.query(ctx, 2, t.Ask, nil); ok || err != nil {
			return ok, err
		}
	}
	return false, nil
}

// mute is what silence means for this printer.
func (u *Unit) mute() error {
	if u.settings.Profile.Status == escpos.StatusMaybe && !u.proven() {
		u.silent = true
		u.become(devices.Unknown, "no_status")
		return nil
	}
	u.become(devices.Blocked, "offline")
	return errSilent
}

// details turns reports on; a printer without them is asked about its paper and its drawer.
func (u *Unit) details(ctx context.Context) error {
	t := u.ports.Timing
	w := u.wire
	if u.settings.Profile.ASB && w.reports == 0 {
		if _, err := u.send(ctx, escpos.Reset(), nil); err != nil {
			return err
		}
		if _, err := u.await(ctx, t.Ask, func() bool { return w.reports > 0 }, nil); err != nil {
			return err
		}
	}
	if w.reports > 0 {
		return nil
	}
	for _, question := range []byte{1, 4} {
		if _, err := u.query(ctx, question, t.Ask, nil); err != nil {
			return err
		}
	}
	return nil
}
