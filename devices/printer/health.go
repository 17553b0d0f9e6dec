package printer

import (
	"time"

	"suanpan/app/device"
	"suanpan/devices"
	"suanpan/devices/escpos"
)

// Proof returns when the printer last answered.
func (u *Unit) Proof() time.Time {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.health.Proof
}

// State returns the newest health. Proof of life expires: without an answer for three periods the state is unknown.
func (u *Unit) State() devices.Health {
	now := u.ports.Now()
	u.mu.Lock()
	defer u.mu.Unlock()
	h := u.health
	if alive := h.State == devices.Ready || h.State == devices.Attention || h.State == devices.Blocked; alive && now.Sub(h.Proof) > 3*u.ports.Timing.Watch {
		h.State, h.Reason, h.Since = devices.Unknown, "no_answer", h.Proof.Add(3*u.ports.Timing.Watch)
	}
	return h
}

// Health implements device.Printer.
func (u *Unit) Health() device.Health {
	h := u.State()
	state := device.State(h.State.String())
	if h.State == devices.Unknown {
		state = device.Unknown
	}
	return device.Health{State: state, Reason: h.Reason, Since: h.Since, Proof: h.Proof}
}

// DrawerOpen implements device.CashDrawer.
func (u *Unit) DrawerOpen() (open, known bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if !u.known || u.health.State == devices.Lost || u.health.State == devices.Absent {
		return false, false
	}
	return u.settings.Profile.DrawerOpen(u.cond)
}

func (u *Unit) condition() escpos.Condition {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.cond
}

// heard takes a reply as proof of life, and what it says about the printer as news.
func (u *Unit) heard(r escpos.Reply) {
	c := u.condition()
	switch r.Kind {
	case escpos.Report:
		c = c.Report(r.ASB)
	case escpos.RealTime:
		if u.wire != nil && u.wire.asked != 0 {
			c = c.Answer(u.wire.asked, r.Byte)
			u.wire.asked = 0
		}
	}
	u.silent = false
	u.learn(c)
}

// learn sets the condition and tells what changed.
func (u *Unit) learn(c escpos.Condition) {
	u.mu.Lock()
	old, first := u.cond, !u.known
	u.cond, u.known = c, true
	u.health.Proof = u.ports.Now()
	u.mu.Unlock()

	state := devices.Ready
	switch {
	case !c.Healthy():
		state = devices.Blocked
	case c.PaperLow:
		state = devices.Attention
	}
	u.become(state, c.Reason())
	for _, change := range []struct {
		was, is bool
		on, off string
	}{
		{old.PaperOut, c.PaperOut, "paper_out", "paper_ok"}, {old.CoverOpen, c.CoverOpen, "cover_open", "cover_closed"},
		{old.PaperLow && !old.PaperOut, c.PaperLow && !c.PaperOut, "paper_low", ""}, {old.Cutter, c.Cutter, "cutter", ""},
	} {
		switch {
		case change.is && !change.was:
			u.emit(change.on)
		case change.was && !change.is && change.off != "" && !first:
			u.emit(change.off)
		}
	}
	wasOpen, wired := u.settings.Profile.DrawerOpen(old)
	if isOpen, _ := u.settings.Profile.DrawerOpen(c); wired && !first && isOpen != wasOpen {
		u.emit(map[bool]string{true: "drawer_open", false: "drawer_closed"}[isOpen])
	}
}

// become sets the state; Since moves only when it changes.
func (u *Unit) become(state devices.State, reason string) {
	now := u.ports.Now()
	u.mu.Lock()
	old := u.health.State
	if old != state || u.health.Reason != reason {
		u.health.State, u.health.Reason, u.health.Since = state, reason, now
	}
	u.mu.Unlock()
	gone := func(s devices.State) bool { return s == devices.Lost || s == devices.Absent || s == devices.Refused }
	switch {
	case gone(old) && !gone(state):
		u.emit("connected")
	case !gone(old) && state == devices.Lost:
		u.emit("lost")
	}
}

func (u *Unit) emit(name string) {
	u.mu.Lock()
	u.seq++
	e := devices.Event{Device: u.settings.ID, Seq: u.seq, At: u.ports.Now(), Name: name, Body: u.health}
	u.mu.Unlock()
	if u.ports.Emit != nil {
		u.ports.Emit(e)
	}
}
