package main

import (
	"context"
	"encoding/json"

	"suanpan/app/pay"
	"suanpan/payments/sandbox/zvtbox"
	"suanpan/payments/zvt"
)

func zvtOf(doc json.RawMessage, e edge) (pay.Provider, error) {
	form, err := strict[zvt.Form](doc)
	if err != nil {
		return nil, err
	}
	settings, err := zvt.Parse(form)
	if err != nil {
		return nil, err
	}
	return zvt.New(settings, e.dial)
}

// zvtTrial is a terminal that takes whatever currency the shop has; with settings of a merchant, his terminal at another address.
func zvtTrial(ctx context.Context, t tryout) (played, error) {
	form := zvt.Form{Currencies: "EUR,CHF,GBP,USD,CNY,HKD"}
	if own, err := asOf[zvt.Form](t); err != nil {
		return played{}, err
	} else if own != nil {
		form = *own
	}
	box, err := zvtbox.Start(ctx, zvtbox.Options{Addr: t.addr, Faults: t.faults, Payer: t.quick / 2, Keep: t.keep, BlockID: form.TerminalID})
	if err != nil {
		return played{}, err
	}
	form.Address, form.Training = "tcp:"+box.Address(), true
	doc, err := json.Marshal(form)
	return played{book: box, settings: doc}, err
}
