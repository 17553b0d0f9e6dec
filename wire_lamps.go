package main

import (
	"context"
	"net"
	"time"

	"suanpan/app"
	"suanpan/app/device"
	"suanpan/ui"
	"suanpan/ui/kit"
)

// How often the lamps look, and how long the proof of a line lasts (N25: what is not proven is unknown and not green).
const (
	lampEvery = 2 * time.Second
	lineEvery = 30 * time.Second
)

// lamps tells the window how printer and line are, until ctx ends. It asks beside the window's thread.
func (h *program) lamps(ctx context.Context, w *ui.Window) {
	tick := time.NewTicker(lampEvery)
	defer tick.Stop()
	var asked time.Time
	var keys ui.Health
	for {
		w.Health(h.printerLamp(ctx))
		if time.Since(asked) > lineEvery {
			asked = time.Now()
			w.Health(h.lineLamp(ctx))
			if lamp, ok := h.copyLamp(ctx); ok {
				w.Health(lamp)
			}
		}
		if lamp, ok := h.vaultLamp(); ok && lamp != keys {
			keys = lamp
			w.Health(lamp)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// copyLamp says how the copies of the ledger stand. A shop that only plays has none.
func (h *program) copyLamp(ctx context.Context) (ui.Health, bool) {
	i := h.shop.Info()
	if !i.Ready || i.Sandbox {
		return ui.Health{}, false
	}
	if i.Origin != app.Home {
		return ui.Health{Name: "copies", Level: kit.Stopped, Cause: "copies_origin"}, true
	}
	state, err := h.shop.BackupState(ctx)
	switch {
	case err != nil:
		return ui.Health{Name: "copies"}, true
	case state.Warn != "":
		return ui.Health{Name: "copies", Level: kit.Notice, Cause: "copies_" + state.Warn}, true
	}
	return ui.Health{Name: "copies", Level: kit.Ready}, true
}

// vaultLamp says how the keys of payments are kept, in a shop that has any.
func (h *program) vaultLamp() (ui.Health, bool) {
	if len(h.shop.Profiles(context.Background())) == 0 {
		return ui.Health{}, false
	}
	v, ok := h.shop.Vault()
	lamp := ui.Health{Name: "vault", Level: kit.Ready}
	switch {
	case !v.Open:
		lamp.Level, lamp.Cause = kit.Stopped, v.Why
	case v.Warn:
		lamp.Level, lamp.Cause = kit.Notice, "vault_bare"
	}
	return lamp, ok
}

func (h *program) printerLamp(ctx context.Context) ui.Health {
	list, err := h.shop.Devices(ctx)
	if err != nil {
		return ui.Health{Name: "printer"}
	}
	for _, d := range list {
		if d.ID != app.ReceiptPrinter {
			continue
		}
		got, ok := h.gear.Health(d.ID)
		if !ok {
			break
		}
		lamp := ui.Health{Name: "printer", Level: levelOf(got.State), Cause: got.Reason}
		if d.Address == virtualPrinter && lamp.Level == kit.Ready {
			lamp.Cause = "virtual"
		}
		return lamp
	}
	return ui.Health{Name: "printer", Level: kit.Notice, Cause: "no_printer"}
}

// levelOf says how much a device's state wants to be seen.
func levelOf(s device.State) kit.Level {
	switch s {
	case device.Ready:
		return kit.Ready
	case device.Attention:
		return kit.Notice
	case device.Blocked, device.Refused, device.Lost, device.Absent:
		return kit.Stopped
	}
	return kit.Unknown
}

// lineLamp is green only where somebody beyond the line has just answered: a link that is up but answers nothing counts as
// offline (N29). A shop that takes cash alone asks nobody, and its lamp says only whether a cable is in.
func (h *program) lineLamp(ctx context.Context) ui.Health {
	if list := h.shop.Providers(ctx); len(list) > 0 {
		for _, p := range list {
			if p.Out != nil {
				return ui.Health{Name: "net", Level: kit.Stopped, Cause: "out_of_service"}
			}
		}
		ctx, end := context.WithTimeout(ctx, 10*time.Second)
		defer end()
		if test, err := h.shop.TestProvider(ctx, list[0].Provider); err == nil && len(test.Checks) > 0 && test.Checks[0].OK {
			return ui.Health{Name: "net", Level: kit.Ready}
		}
		return ui.Health{Name: "net", Level: kit.Stopped, Cause: "offline"}
	}
	if !linked() {
		return ui.Health{Name: "net", Level: kit.Stopped, Cause: "offline"}
	}
	return ui.Health{Name: "net"}
}

// linked reports whether any interface but the loopback is up and has an address.
func linked() bool {
	all, err := net.Interfaces()
	if err != nil {
		return false
	}
	for _, i := range all {
		addresses, err := i.Addrs()
		if err == nil && i.Flags&net.FlagUp != 0 && i.Flags&net.FlagLoopback == 0 && len(addresses) > 0 {
			return true
		}
	}
	return false
}
