package alipay

import (
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"time"

	"suanpan/app/pay"
	"suanpan/payments"
)

// Bounds of a notification. Alipay sends one again for 24 hours and 22 minutes.
const (
	notifyMax   = 64 << 10 // bytes
	notifyAge   = 25 * time.Hour
	notifyAhead = 10 * time.Minute
)

// ErrNotify says why a push message is not taken. It says nothing about a payment.
var ErrNotify = errors.New("alipay: notification refused")

// VerifyNotify implements pay.Notifier for trade_status_sync: a form whose fields, but sign and sign_type, are signed. The
// variant of the service market signs sign_type too. Nothing else is dropped, known or not.
func (p *Provider) VerifyNotify(_ map[string][]string, body []byte) (pay.Observation, error) {
	if len(body) > notifyMax {
		return pay.Observation{}, fmt.Errorf("%w: too long", ErrNotify)
	}
	values, err := url.ParseQuery(string(body))
	if err != nil {
		return pay.Observation{}, fmt.Errorf("%w: not a form", ErrNotify)
	}
	for name, all := range values {
		if len(all) != 1 {
			return pay.Observation{}, fmt.Errorf("%w: %q comes twice", ErrNotify, name)
		}
	}
	if err := p.authentic(values); err != nil {
		return pay.Observation{}, err
	}
	o := pay.Observation{Verified: true, OwnNo: values.Get("out_trade_no"), Merchant: values.Get("seller_id"), ProviderTxn: values.Get("trade_no"),
		ProviderState: values.Get("trade_status"), Amount: yuan(values.Get("total_amount")).amount(), Payer: yuan(values.Get("buyer_pay_amount")).amount(),
		Raw: payments.Scrub(body)}
	if at, err := time.ParseInLocation(clockForm, values.Get("gmt_payment"), beijing); err == nil {
		o.ProviderAt = at
	}
	if o.OwnNo == "" || o.Amount == (yuan("")).amount() {
		return pay.Observation{}, fmt.Errorf("%w: it names no trade", ErrNotify)
	}
	o.Outcome, o.Reason = tradeStatus(o.ProviderState)
	if back := yuan(values.Get("refund_fee")).amount(); o.Outcome == pay.Success {
		o.Refunds = back.Minor > 0
	}
	return o, nil
}

// authentic checks who signed the form, for whom, and when.
func (p *Provider) authentic(values url.Values) error {
	signature, err := base64.StdEncoding.Strict().DecodeString(values.Get("sign"))
	if err != nil || len(signature) == 0 || values.Get("sign_type") != "RSA2" {
		return fmt.Errorf("%w: no signature of the kind RSA2", ErrNotify)
	}
	if charset := values.Get("charset"); !strings.EqualFold(charset, "utf-8") {
		return fmt.Errorf("%w: charset %q", ErrNotify, charset)
	}
	signed := maps.Clone(values)
	delete(signed, "sign")
	delete(signed, "sign_type")
	serial := values.Get("alipay_cert_sn")
	if p.s.Verifier.Verify(serial, []byte(joined(signed)), signature) != nil {
		signed["sign_type"] = values["sign_type"]
		if err := p.s.Verifier.Verify(serial, []byte(joined(signed)), signature); err != nil {
			return fmt.Errorf("%w: %w", ErrNotify, err)
		}
	}
	if values.Get("app_id") != p.s.AppID || values.Get("seller_id") != p.s.SellerID {
		return fmt.Errorf("%w: for another merchant", ErrNotify)
	}
	at, err := time.ParseInLocation(clockForm, values.Get("notify_time"), beijing)
	if now := p.client.SigningTime(); err != nil || at.Before(now.Add(-notifyAge)) || at.After(now.Add(notifyAhead)) {
		return fmt.Errorf("%w: of another time", ErrNotify)
	}
	return nil
}

// AckNotify implements pay.Notifier: the one word that stops Alipay from sending again, or any other.
func (p *Provider) AckNotify(err error) (status int, body []byte) {
	if err != nil {
		return http.StatusOK, []byte("failure")
	}
	return http.StatusOK, []byte("success")
}
