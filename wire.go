package main

import (
	"context"
	"errors"
	"io"
	"time"

	"suanpan/app"
	"suanpan/app/pay"
	"suanpan/assets"
	"suanpan/devices/transport"
	"suanpan/store"
)

// program is everything that a till consists of, introduced to each other. It decides nothing.
type program struct {
	shop  *app.Shop
	store *store.Store
	words *assets.Words
	gear  *gear
}

// open builds the till in the order in which the parts need each other.
func open(ctx context.Context, j job) (*program, error) {
	words, err := assets.Load()
	if err != nil {
		return nil, err
	}
	s, err := store.Open(ctx, j.data, store.Options{Sync: j.sync, Doubtful: j.doubtful})
	if err != nil {
		return nil, err
	}
	h := &program{store: s, words: words, gear: &gear{log: j.log, running: map[app.Device]context.CancelFunc{}}}
	keys := &desk{safe: &safe{folder: s.Dir(), file: j.phrase}, job: j}
	keys.warn(j)
	h.shop, err = app.New(ctx, app.Params{
		Store: s, Files: store.Files{}, Renderer: h.gear, Clock: wall{}, Words: words.In, Log: j.log, Version: version, Schema: s.Schema(),
		Desk: keys, Safe: keys, Copier: &copier{desk: keys, store: s}, Machine: machine(), Font: assets.Regular,
		Trial: func() ([]pay.Provider, app.Sandbox) {
			on := shelfIn(s.Dir())
			t := trial(ctx, j, on).controls(ctx, j, on)
			return t.list, t
		}, AlwaysTrial: j.sandbox, Training: j.training, Nudge: h.gear.nudge,
	})
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	h.gear.shop = h.shop
	if j.doubtful {
		return h, nil // only looked at
	}
	return h, h.shop.Resume(ctx)
}

func (h *program) close() error { return h.store.Close() }

// dial opens a payment terminal's wire.
func dial(ctx context.Context, address string) (io.ReadWriteCloser, error) {
	return transport.Opener{}.Open(ctx, address)
}

// wall is the till's clock.
type wall struct{}

func (wall) Now() time.Time { return time.Now() }
