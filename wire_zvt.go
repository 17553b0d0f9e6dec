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

// zvtTrial is a terminal that takes whatever currency the shop has.
func zvtTrial(ctx context.Context, t tryout) (played, error) {
	box, err := zvtbox.Start(ctx, zvtbox.Options{Addr: t.addr, Faults: t.faults, Payer: t.quick / 2, Keep: t.keep})
	if err != nil {
		return played{}, err
	}
	doc, err := json.Marshal(zvt.Form{Address: "tcp:" + box.Address(), Currencies: "EUR,CHF,GBP,USD,CNY,HKD", Training: true})
	return played{book: box, settings: doc}, err
}
