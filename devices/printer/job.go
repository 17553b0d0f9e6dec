package printer

import (
	"context"
	"errors"
	"time"

	"suanpan/app/device"
	"suanpan/devices/escpos"
)

// pageJob prints one page. Before the first byte every trouble is only waiting; after it, trouble on the wire is doubt.
func (u *Unit) pageJob(ctx context.Context, job *device.Job) time.Duration {
	if err := u.connect(ctx); err != nil {
		u.mark(ctx, job, device.Waiting, u.State().Reason)
		return u.retry()
	}
	if err := u.ready(ctx); err != nil {
		return u.postpone(ctx, job, err)
	}
	if c := u.condition(); !u.silent && !c.Healthy() {
		u.mark(ctx, job, device.Waiting, c.Reason())
		return u.ports.Timing.Ask
	}
	if !u.mark(ctx, job, device.Sending, "") {
		return u.ports.Timing.Idle // what cannot be written down is not begun
	}
	state, reason := u.print(ctx, job)
	u.mark(ctx, job, state, reason)
	return 0
}

// postpone leaves a job for later: nothing of it has left this program.
func (u *Unit) postpone(ctx context.Context, job *device.Job, err error) time.Duration {
	if ctx.Err() != nil {
		return 0
	}
	if errors.Is(err, errSilent) || errors.Is(err, errStuck) {
		u.mark(ctx, job, device.Waiting, "offline")
		u.hangUp()
	} else {
		u.gone()
		u.mark(ctx, job, device.Waiting, "lost")
	}
	u.tries++
	return u.retry()
}

// chunk limits: how much goes out between two looks at replies and kicks, and between two confirmations.
const (
	chunkMax   = 4096 // bytes
	confirmMax = 20   // lines of paper
)

// print sends a page block by block and returns what is then known of it.
func (u *Unit) print(ctx context.Context, job *device.Job) (device.JobState, string) {
	paper := u.encoder.Encode(job.Page)
	asks := confirmations{unit: u, mode: u.settings.Profile.Confirm}
	if u.silent {
		asks.mode = escpos.ConfirmNone
	}
	u.asks = &asks
	defer func() { u.asks = nil }()
	held := func() { u.hold(ctx, job) }
	fresh := u.ports.Now().Sub(job.At) <= device.KickLife
	if paper.Kick && job.Copy == 0 && job.Tries == 1 && fresh {
		if _, err := u.send(ctx, u.settings.Profile.Kick(false), held); err != nil {
			return u.doubt(err)
		}
		u.count(Counts{Kicks: 1})
	}
	if u.broken {
		if _, err := u.send(ctx, u.encoder.Part(), held); err != nil {
			return u.doubt(err)
		}
		u.broken = false
	}
	from, lines := 0, 0
	for i, block := range paper.Blocks {
		last := i == len(paper.Blocks)-1
		limit := chunkMax
		if u.wire.piece > 0 {
			limit = u.wire.piece
		}
		if !last && paper.Blocks[i+1].End-from <= limit && block.Lines-lines < confirmMax {
			continue
		}
		if _, err := u.send(ctx, paper.Bytes[from:block.End], held); err != nil {
			return u.doubt(err)
		}
		from = block.End
		if err := u.between(ctx, job); err != nil {
			return u.doubt(err)
		}
		if block.Lines-lines >= confirmMax && !last {
			lines = block.Lines
			if err := asks.ask(ctx, held); err != nil {
				return u.doubt(err)
			}
		}
	}
	u.count(Counts{Lines: int64(paper.Lines), Cuts: int64(paper.Cuts)})
	if asks.mode == escpos.ConfirmNone {
		return device.HandedOn, ""
	}
	return asks.finish(ctx, job)
}

func (u *Unit) count(c Counts) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.counts.Lines += c.Lines
	u.counts.Cuts += c.Cuts
	u.counts.Kicks += c.Kicks
}

// between two blocks: a wire without flow control gets a question that must be answered, and a drawer that is wanted now
// opens now.
func (u *Unit) between(ctx context.Context, job *device.Job) error {
	select {
	case <-u.wake:
		u.urgent(ctx)
	default:
	}
	if u.wire == nil {
		return errLost
	}
	if u.wire.piece == 0 || u.silent {
		return nil
	}
	for silence := time.Now(); ; {
		ok, err := u.query(ctx, 2, u.ports.Timing.Ask, func() { u.urgent(ctx) })
		if err != nil {
			return err
		}
		if ok {
			silence = time.Now()
			if u.condition().Healthy() {
				u.mark(ctx, job, device.Sending, "")
				return nil
			}
			u.hold(ctx, job)
		}
		if time.Since(silence) > u.ports.Timing.GiveUp {
			return errSilent
		}
	}
}

// hold says that a job in print waits for a person; the printer keeps its buffer and goes on by itself.
func (u *Unit) hold(ctx context.Context, job *device.Job) {
	if c := u.condition(); !c.Healthy() {
		u.mark(ctx, job, device.Waiting, c.Reason())
	}
}

// doubt closes the wire after trouble in mid-page. What is on paper is not known, and a broken wire proves nothing (X49).
func (u *Unit) doubt(err error) (device.JobState, string) {
	u.broken = true
	switch {
	case errors.Is(err, errSilent), errors.Is(err, errStuck):
		u.hangUp()
		return device.Doubtful, "silent"
	case errors.Is(err, errLost):
		u.gone()
		return device.Doubtful, "lost"
	}
	u.hangUp()
	return device.Doubtful, "interrupted"
}

// confirmations asks for and counts the answers that come only when all before them has been printed.
type confirmations struct {
	unit  *Unit
	mode  escpos.Confirm
	asked int
	got   int
	last  string // our number, where the printer repeats it
}

func (c *confirmations) ask(ctx context.Context, held func()) error {
	if c.mode == escpos.ConfirmNone {
		return nil
	}
	c.unit.number++
	question := c.unit.settings.Profile.AskPrinted(c.unit.number)
	c.asked++
	if c.mode == escpos.ConfirmGSH {
		c.last = string(question[len(question)-4:])
	}
	_, err := c.unit.send(ctx, question, held)
	return err
}

// hear is shown every reply while a page is in print.
func (c *confirmations) hear(r escpos.Reply) {
	switch {
	case c.mode == escpos.ConfirmGSR && r.Kind == escpos.Printed:
		c.got++
	case c.mode == escpos.ConfirmGSH && r.Kind == escpos.Number && r.Text == c.last:
		c.got = c.asked
	}
}

func (c *confirmations) whole() bool { return c.asked > 0 && c.got >= c.asked }

// finish waits for the last confirmation. While the printer says that a person must act it waits as long as that takes.
func (c *confirmations) finish(ctx context.Context, job *device.Job) (device.JobState, string) {
	u := c.unit
	t := u.ports.Timing
	if err := c.ask(ctx, func() { u.hold(ctx, job) }); err != nil {
		return u.doubt(err)
	}
	w, well := u.wire, time.Now()
	w.heard = well
	healthy := true // as last seen
	for {
		ok, err := u.await(ctx, t.Ask, func() bool { return c.whole() || u.condition().Healthy() != healthy },
			func() { u.urgent(ctx) })
		switch {
		case err != nil:
			return u.doubt(err)
		case c.whole():
			return device.Done, ""
		}
		if healthy = u.condition().Healthy(); !healthy {
			well = time.Now()
			u.hold(ctx, job)
		} else if job.State == device.Waiting {
			u.mark(ctx, job, device.Sending, "")
		}
		switch {
		case time.Since(w.heard) > t.GiveUp:
			return u.doubt(errSilent)
		case time.Since(well) > t.Confirm:
			u.hangUp() // a late answer must not count for the next page
			u.broken = true
			return device.Doubtful, "unconfirmed"
		case !ok:
			if err := u.ask(ctx, 2); err != nil {
				return u.doubt(err)
			}
		}
	}
}
