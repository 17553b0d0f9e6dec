package main

import (
	"context"
	"crypto/x509"
	"encoding/json"

	"suanpan/app/pay"
	"suanpan/payments"
	"suanpan/payments/alipay"
	"suanpan/payments/sandbox/alipaybox"
)

func alipayOf(doc json.RawMessage, e edge) (pay.Provider, error) {
	form, err := strict[alipay.Form](doc)
	if err != nil {
		return nil, err
	}
	settings, err := alipay.Parse(form)
	if err != nil {
		return nil, err
	}
	return alipay.New(settings, e.client(payments.Options{}), e.client(payments.Options{BodyLimit: alipay.BillMax}))
}

func alipayTrial(ctx context.Context, t tryout) (played, error) {
	box, err := alipaybox.Start(ctx, alipaybox.Options{Addr: t.addr, TLS: !t.plain, Faults: t.faults, PasswordAfter: t.quick, ScanAfter: t.quick, Keep: t.keep})
	if err != nil {
		return played{}, err
	}
	s := box.Settings()
	doc, err := json.Marshal(alipay.Form{BaseURL: s.BaseURL, Training: true, Mode: s.Mode, AppID: s.AppID, SellerID: s.SellerID,
		PrivateKey: s.PrivateKey, AlipayKey: s.AlipayKey})
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM([]byte(s.Root))
	return played{box, doc, roots}, err
}
