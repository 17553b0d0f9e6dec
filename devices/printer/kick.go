package printer

import (
	"context"
	"time"

	"suanpan/app/device"
)

// kickJob opens the drawer, or lets the wish expire: a drawer that opens late opens for the wrong person (X47).
func (u *Unit) kickJob(ctx context.Context, job *device.Job) time.Duration {
	left := device.KickLife - u.ports.Now().Sub(job.At)
	if left <= 0 {
		u.mark(ctx, job, device.Cancelled, "expired")
		return 0
	}
	opening, cancel := context.WithTimeout(ctx, left)
	defer cancel()
	if err := u.connect(opening); err != nil {
		u.mark(ctx, job, device.Waiting, u.State().Reason)
		return min(u.retry(), left)
	}
	if !u.silent && u.wire.reports == 0 {
		// Asked before, so that a change of the switch proves the opening; an answer is not waited for long.
		if _, err := u.query(opening, 1, u.ports.Timing.Maybe, nil); err != nil && opening.Err() == nil {
			return min(u.postpone(ctx, job, err), left)
		}
	}
	if u.ports.Now().Sub(job.At) > device.KickLife {
		u.mark(ctx, job, device.Cancelled, "expired")
		return 0
	}
	u.kick(ctx, job)
	return 0
}

// kick sends the pulse, once. With the paper out or the cover open the real-time form still works.
func (u *Unit) kick(ctx context.Context, job *device.Job) {
	if !u.mark(ctx, job, device.Sending, "") {
		return
	}
	p := u.settings.Profile
	open, wired := p.DrawerOpen(u.condition())
	wired = wired && u.proven() && !u.silent
	if _, err := u.send(ctx, p.Kick(!u.condition().Healthy()), nil); err != nil {
		state, reason := u.doubt(err)
		u.mark(ctx, job, state, reason)
		return
	}
	u.count(Counts{Kicks: 1})
	switch {
	case !wired:
		u.mark(ctx, job, device.HandedOn, "")
	case open:
		u.mark(ctx, job, device.HandedOn, "already_open")
	case u.moved(ctx):
		u.mark(ctx, job, device.Done, "")
	default:
		u.mark(ctx, job, device.HandedOn, "drawer_silent")
	}
}

// moved waits for the drawer's switch.
func (u *Unit) moved(ctx context.Context) bool {
	p, t := u.settings.Profile, u.ports.Timing
	open := func() bool { o, _ := p.DrawerOpen(u.condition()); return o }
	if u.wire.reports > 0 {
		ok, _ := u.await(ctx, t.Drawer, open, nil)
		return ok
	}
	for start := time.Now(); !open() && time.Since(start) < t.Drawer; {
		if _, err := u.query(ctx, 1, t.Ask, nil); err != nil {
			return false
		}
		if ok, err := u.await(ctx, t.Drawer/10, open, nil); ok || err != nil {
			return ok
		}
	}
	return open()
}

// urgent opens the drawer in the middle of a page, when that is the next thing wanted. Anything else waits its turn.
func (u *Unit) urgent(ctx context.Context) {
	job, err := u.ports.Spool.Next(ctx, u.settings.ID)
	if err != nil || job.Kind != device.Drawer || u.wire == nil {
		return
	}
	if u.ports.Now().Sub(job.At) > device.KickLife {
		u.mark(ctx, &job, device.Cancelled, "expired")
		return
	}
	u.kick(ctx, &job)
}
