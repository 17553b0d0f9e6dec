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
	o := alipaybox.Options{Addr: t.addr, TLS: !t.plain, Faults: t.faults, PasswordAfter: t.quick, ScanAfter: t.quick, Keep: t.keep}
	own, err := asOf[alipay.Form](t)
	if err != nil {
		return played{}, err
	}
	if own != nil {
		half, err := publicHalf(own.PrivateKey)
		if err != nil {
			return played{}, err
		}
		m := alipaybox.Merchant{AppID: own.AppID, SellerID: own.SellerID, Public: half}
		if o.Certificates = own.Mode == alipay.CertificateMode; o.Certificates {
			m.AppCert = own.AppCert
		}
		if o.Keys, err = alipaybox.KeysOf(m); err != nil {
			return played{}, err
		}
	}
	box, err := alipaybox.Start(ctx, o)
	if err != nil {
		return played{}, err
	}
	s := box.Settings()
	form := alipay.Form{AppID: s.AppID, SellerID: s.SellerID, PrivateKey: s.PrivateKey}
	if own != nil {
		form = *own
	}
	form.BaseURL, form.Training, form.Mode, form.AlipayKey, form.AlipayCert, form.RootCert = s.BaseURL, true, s.Mode, s.AlipayKey, s.AlipayCert, s.RootCert
	doc, err := json.Marshal(form)
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM([]byte(s.Root))
	return played{box, doc, roots}, err
}
