package main

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"suanpan/app"
	"suanpan/app/pay"
	"suanpan/assets"
	"suanpan/payments"
	"suanpan/payments/sandbox"
	"suanpan/payments/wechatpay"
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
	s, err := store.Open(ctx, j.data, store.Options{Sync: j.sync})
	if err != nil {
		return nil, err
	}
	h := &program{store: s, words: words, gear: &gear{log: j.log, running: map[app.Device]context.CancelFunc{}}}
	h.shop, err = app.New(ctx, app.Params{
		Store: s, Files: store.Files{}, Renderer: h.gear, Clock: wall{}, Words: words.In, Log: j.log, Version: version, Schema: s.Schema(),
		Desk:  &desk{folder: s.Dir(), job: j},
		Trial: func() ([]pay.Provider, app.Sandbox) { return trial(ctx, j) }, AlwaysTrial: j.sandbox, Nudge: h.gear.nudge,
	})
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	h.gear.shop = h.shop
	return h, h.shop.Resume(ctx)
}

// providers is the list of payment providers: one line each.
func providers() map[string]func(settings json.RawMessage, c *payments.Client) (pay.Provider, error) {
	return map[string]func(json.RawMessage, *payments.Client) (pay.Provider, error){
		wechatpay.ID: func(doc json.RawMessage, c *payments.Client) (pay.Provider, error) { return wechatOf(doc, c) },
	}
}

func wechatOf(doc json.RawMessage, c *payments.Client) (*wechatpay.Provider, error) {
	var form wechatpay.Form
	d := json.NewDecoder(bytes.NewReader(doc))
	d.DisallowUnknownFields()
	if err := d.Decode(&form); err != nil {
		return nil, err
	}
	settings, err := wechatpay.Parse(form)
	if err != nil {
		return nil, err
	}
	return wechatpay.New(settings, c)
}

// desk seals provider settings in the till's vault.
type desk struct {
	folder string
	job    job
	once   sync.Once
	vault  payments.Vault
	err    error
}

func (d *desk) open() (payments.Vault, error) {
	d.once.Do(func() { d.vault, d.err = payments.OpenVault(d.folder, d.folder) })
	return d.vault, d.err
}

func (d *desk) make(name string, settings json.RawMessage) (pay.Provider, error) {
	make, ok := providers()[name]
	if !ok {
		return nil, fmt.Errorf("no provider %q", name)
	}
	return make(settings, payments.NewClient(payments.Options{Log: d.job.log}))
}

// Seal implements app.Desk.
func (d *desk) Seal(name string, settings json.RawMessage) ([]byte, pay.Provider, error) {
	p, err := d.make(name, settings)
	if err != nil {
		return nil, nil, err
	}
	v, err := d.open()
	if err != nil {
		return nil, nil, err
	}
	sealed, err := v.Seal(payments.Use{Provider: name, Name: "settings"}, settings)
	return sealed, p, err
}

// Open implements app.Desk.
func (d *desk) Open(name string, sealed []byte) (pay.Provider, error) {
	v, err := d.open()
	if err != nil {
		return nil, err
	}
	settings, err := v.Open(payments.Use{Provider: name, Name: "settings"}, sealed)
	if err != nil {
		return nil, err
	}
	return d.make(name, settings)
}

// trial starts the stand-in providers in this process; their keys are made meanwhile, and the first payment waits for them.
func trial(ctx context.Context, j job) ([]pay.Provider, app.Sandbox) {
	t := &tryout{ready: make(chan struct{})}
	go func() {
		defer close(t.ready)
		if t.box, t.err = sandbox.Start(ctx, sandbox.Options{Faults: true, PasswordAfter: 6 * time.Second}); t.err != nil {
			j.log.Error("sandbox", "err", t.err)
			return
		}
		t.real, t.err = wechatTrial(t.box)
	}()
	return []pay.Provider{t}, t
}

// tryout is the real WeChat Pay client, once the stand-in behind it is up. Everything but the name waits for that.
type tryout struct {
	ready chan struct{}
	box   *sandbox.Server
	real  *wechatpay.Provider
	err   error
}

func (t *tryout) up() (*wechatpay.Provider, error) {
	<-t.ready
	if t.err != nil {
		return nil, fmt.Errorf("%w: sandbox: %w", pay.ErrNotSent, t.err)
	}
	return t.real, nil
}

func (t *tryout) ID() string { return wechatpay.ID }

func (t *tryout) Caps() pay.Caps {
	p, err := t.up()
	if err != nil {
		return pay.Caps{}
	}
	return p.Caps()
}

func (t *tryout) Timing(f pay.Flow) pay.Timing {
	p, err := t.up()
	if err != nil {
		return wechatpay.CodeTiming()
	}
	return p.Timing(f)
}

func (t *tryout) Submit(ctx context.Context, a pay.Attempt, s pay.Settle) (pay.Observation, error) {
	p, err := t.up()
	if err != nil {
		return pay.Observation{}, err
	}
	return p.Submit(ctx, a, s)
}

func (t *tryout) Query(ctx context.Context, r pay.Ref) (pay.Observation, error) {
	p, err := t.up()
	if err != nil {
		return pay.Observation{}, err
	}
	return p.Query(ctx, r)
}

func (t *tryout) Cancel(ctx context.Context, r pay.Ref) (pay.Observation, error) {
	p, err := t.up()
	if err != nil {
		return pay.Observation{}, err
	}
	return p.Cancel(ctx, r)
}

func (t *tryout) Refund(ctx context.Context, r pay.Refund) (pay.Observation, error) {
	p, err := t.up()
	if err != nil {
		return pay.Observation{}, err
	}
	return p.Refund(ctx, r)
}

func (t *tryout) QueryRefund(ctx context.Context, r pay.Refund) (pay.Observation, error) {
	p, err := t.up()
	if err != nil {
		return pay.Observation{}, err
	}
	return p.QueryRefund(ctx, r)
}

func (t *tryout) Test(ctx context.Context) []pay.Check {
	p, err := t.up()
	if err != nil {
		return []pay.Check{{Name: "reach", Note: err.Error()}}
	}
	return p.Test(ctx)
}

// Script, Accounts and Statement implement app.Sandbox.
func (t *tryout) Script(provider string, faults []string, seed int64) error {
	<-t.ready
	return errors.Join(t.err, t.box.Script(provider, faults, uint64(seed)))
}

func (t *tryout) Accounts() (any, error) { <-t.ready; return t.box.Accounts(), t.err }

func (t *tryout) Statement(provider, date string) (any, error) {
	<-t.ready
	return t.box.Statement(provider, date)
}

// wechatTrial is the real provider with the stand-in's settings.
func wechatTrial(box *sandbox.Server) (*wechatpay.Provider, error) {
	w := box.WechatSettings()
	settings, err := wechatpay.Parse(wechatpay.Form{BaseURL: w.BaseURL, Training: true, AppID: w.AppID, MchID: w.MchID, Serial: w.Serial,
		PrivateKey: w.PrivateKey, PublicKeyID: w.PublicKeyID, PublicKey: w.PublicKey})
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM([]byte(w.Root))
	return wechatpay.New(settings, payments.NewClient(payments.Options{Roots: roots}))
}

func (h *program) close() error { return h.store.Close() }

// wall is the till's clock.
type wall struct{}

func (wall) Now() time.Time { return time.Now() }
