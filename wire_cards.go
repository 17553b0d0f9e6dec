package main

import (
	"context"
	"crypto/x509"
	"encoding/json"

	"suanpan/app/pay"
	"suanpan/payments/nexo"
	"suanpan/payments/sandbox/nexobox"
	"suanpan/payments/sandbox/stripebox"
	"suanpan/payments/stripeterminal"
)

// This page introduces the card terminals that are reached over HTTPS.

func nexoOf(doc json.RawMessage, e edge) (pay.Provider, error) {
	form, err := strict[nexo.Form](doc)
	if err != nil {
		return nil, err
	}
	settings, err := nexo.Parse(form)
	if err != nil {
		return nil, err
	}
	return nexo.New(settings, e.client(settings.Client()))
}

// nexoTrial needs no roots of its own: a terminal's authority is part of its settings.
func nexoTrial(ctx context.Context, t tryout) (played, error) {
	form, err := asOf[nexo.Form](t)
	if err != nil {
		return played{}, err
	}
	o := nexobox.Options{Addr: t.addr, Quick: t.quick, Faults: t.faults, Keep: t.keep, Money: trialMoney}
	if form != nil {
		o.As = &nexobox.Settings{Environment: form.Environment, POIID: form.POIID, SaleID: form.SaleID, KeyIdentifier: form.KeyIdentifier,
			KeyVersion: form.KeyVersion.String(), Passphrase: form.Passphrase, Currency: form.Currency}
	}
	box, err := nexobox.Start(ctx, o)
	if err != nil {
		return played{}, err
	}
	s := box.Settings()
	doc, err := json.Marshal(nexo.Form{Address: s.Address, Training: true, Environment: s.Environment, POIID: s.POIID, SaleID: s.SaleID,
		Root: s.Root, KeyIdentifier: s.KeyIdentifier, KeyVersion: json.Number(s.KeyVersion), Passphrase: s.Passphrase, Currency: s.Currency})
	return played{book: box, settings: doc}, err
}

func stripeOf(doc json.RawMessage, e edge) (pay.Provider, error) {
	form, err := strict[stripeterminal.Form](doc)
	if err != nil {
		return nil, err
	}
	settings, err := stripeterminal.Parse(form)
	if err != nil {
		return nil, err
	}
	return stripeterminal.New(settings, e.client(settings.Client()))
}

func stripeTrial(ctx context.Context, t tryout) (played, error) {
	own, err := asOf[stripeterminal.Form](t)
	if err != nil {
		return played{}, err
	}
	o := stripebox.Options{Addr: t.addr, Plain: t.plain, Quick: t.quick, Faults: t.faults, Keep: t.keep, Money: trialMoney}
	if own != nil {
		o.As = &stripebox.Settings{Key: own.Key, Reader: own.Reader, Currency: own.Currency, Webhook: own.Webhook}
	}
	box, err := stripebox.Start(ctx, o)
	if err != nil {
		return played{}, err
	}
	s := box.Settings()
	form := stripeterminal.Form{BaseURL: s.BaseURL, Training: true, Key: s.Key, Reader: s.Reader, Currency: s.Currency, Webhook: s.Webhook}
	if own != nil {
		form.Capture = own.Capture
	}
	doc, err := json.Marshal(form)
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM([]byte(s.Root))
	return played{box, doc, roots}, err
}

// trialMoney is the currency of the demo shops.
const trialMoney = "CNY"
