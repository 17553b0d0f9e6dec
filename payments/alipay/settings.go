// Package alipay speaks Alipay's open gateway (当面付) as a merchant: scanning the payer's code, showing a code, query, cancel,
// refund, refund query, bills and notifications, with RSA2 signatures in key mode and in certificate mode.
//
// Papers: opendocs.alipay.com/open (alipay.trade.pay, .precreate, .query, .cancel, .refund, .fastpay.refund.query,
// alipay.data.dataservice.bill.downloadurl.query, 签名与验签), docs.antom.com/ac/globalbarcode/practice, as of 2025. Left out:
// the v3 REST form, alipay.trade.close (cancel closes an unpaid order too), encrypted content, the download of a changed
// Alipay certificate, settlement and royalties, fund authorisation.
package alipay

import (
	"context"
	"crypto"
	"errors"
	"fmt"
	"time"

	"suanpan/app/money"
	"suanpan/app/pay"
	"suanpan/payments"
)

// ID is the provider's name in orders, accounts and scan routes.
const ID = "alipay"

// Host is where Alipay answers merchants of mainland China.
const Host = "https://openapi.alipay.com/gateway.do"

// The two ways in which keys are vouched for (Form.Mode).
const (
	KeyMode         = "key"         // both sides have noted the other's public key
	CertificateMode = "certificate" // both sides show certificates
)

// cny is the only currency of this gateway.
const cny money.Currency = "CNY"

// ErrSettings says which setting cannot be used.
var ErrSettings = errors.New("alipay: settings cannot be used")

// Settings are one merchant's. Every field without a default is needed.
type Settings struct {
	BaseURL   string // Host where empty
	Training  bool   // only a loopback BaseURL passes, and only then
	AppID     string
	SellerID  string // the account that is paid, 2088…; bills and notifications name it
	Signer    crypto.Signer
	Verifier  Verifier
	AppCert   string // serial number text of the app's certificate; certificate mode only
	RootCert  string // the same of Alipay's roots; certificate mode only
	AuthToken string // app_auth_token of a merchant for whom a service provider calls; may be empty
	StoreID   string // may be empty
	NotifyURL string // where Alipay may push what happened; may be empty
	CodeTime  *pay.Timing
	QRTime    *pay.Timing
}

// Form is Settings as people and files hold them. PrivateKey and AuthToken are secrets: they go into a payments.Vault, never
// into a log. Keys are PEM, or the bare base64 in which Alipay's console shows them.
type Form struct {
	BaseURL    string `json:"base_url,omitempty"`
	Training   bool   `json:"training,omitempty"`
	Mode       string `json:"mode,omitempty"` // KeyMode where empty
	AppID      string `json:"app_id"`
	SellerID   string `json:"seller_id"`
	PrivateKey string `json:"private_key,omitempty"`
	AlipayKey  string `json:"alipay_key,omitempty"`  // key mode: Alipay's public key for this app
	AppCert    string `json:"app_cert,omitempty"`    // certificate mode: appCertPublicKey
	AlipayCert string `json:"alipay_cert,omitempty"` // certificate mode: alipayCertPublicKey_RSA2, with what stands between it and the root
	RootCert   string `json:"root_cert,omitempty"`   // certificate mode: alipayRootCert
	AuthToken  string `json:"auth_token,omitempty"`
	StoreID    string `json:"store_id,omitempty"`
	NotifyURL  string `json:"notify_url,omitempty"`
}

// Parse reads a form into settings.
func Parse(f Form) (Settings, error) {
	signer, err := payments.ParseKey(armour("PRIVATE KEY", f.PrivateKey))
	if err != nil {
		return Settings{}, fmt.Errorf("%w: the app's private key: %w", ErrSettings, err)
	}
	s := Settings{
		BaseURL: f.BaseURL, Training: f.Training, AppID: f.AppID, SellerID: f.SellerID, Signer: signer,
		AuthToken: f.AuthToken, StoreID: f.StoreID, NotifyURL: f.NotifyURL,
	}
	switch f.Mode {
	case "", KeyMode:
		public, err := payments.ParsePublicKey(armour("PUBLIC KEY", f.AlipayKey))
		if err != nil {
			return Settings{}, fmt.Errorf("%w: Alipay's public key: %w", ErrSettings, err)
		}
		s.Verifier = Key{public}
		return s, nil
	case CertificateMode:
		return s.certified(f)
	}
	return Settings{}, fmt.Errorf("%w: mode %q", ErrSettings, f.Mode)
}

// check answers the settings with their defaults.
func (s Settings) check() (Settings, error) {
	if s.BaseURL == "" {
		s.BaseURL = Host
	}
	for name, text := range map[string]string{"app id": s.AppID, "seller id": s.SellerID} {
		if !numeral(text, 32) {
			return s, fmt.Errorf("%w: %s %q", ErrSettings, name, text)
		}
	}
	if s.Signer == nil || s.Verifier == nil {
		return s, fmt.Errorf("%w: a key is missing", ErrSettings)
	}
	if (s.AppCert == "") != (s.RootCert == "") {
		return s, fmt.Errorf("%w: a certificate is missing", ErrSettings)
	}
	if err := payments.CheckURL(s.BaseURL, s.Training); err != nil {
		return s, fmt.Errorf("%w: %w", ErrSettings, err)
	}
	for _, d := range []struct {
		to    **pay.Timing
		other pay.Timing
	}{{&s.CodeTime, CodeTiming()}, {&s.QRTime, QRTiming()}} {
		if *d.to == nil {
			*d.to = &d.other
		}
		if err := (*d.to).Check(); err != nil {
			return s, fmt.Errorf("%w: %w", ErrSettings, err)
		}
	}
	return s, nil
}

// numeral reports whether text has 1 to most digits.
func numeral(text string, most int) bool {
	for _, r := range text {
		if r < '0' || r > '9' {
			return false
		}
	}
	return text != "" && len(text) <= most
}

// CodeTiming is Alipay's advice for code payments: ask after 5 s, then every 3 s up to 60 s, then cancel without a pause,
// again every 2 s and then more slowly. How long a cancel is taken is not known for the domestic gateway (check): a day.
func CodeTiming() pay.Timing {
	return pay.Timing{
		FirstQuery: 5 * time.Second, Every: 3 * time.Second, SlowAfter: time.Minute, SlowEvery: 10 * time.Second,
		Deadline: time.Minute, CancelWindow: 24 * time.Hour, CancelBackoff: backoff(),
		NotFoundGap: 10 * time.Second, NotFoundCount: 3, Sweep: time.Minute, Decide: 10 * time.Minute,
	}
}

// QRTiming is for a code that we show: it is asked about every 3 s for as long as it can be paid.
func QRTiming() pay.Timing {
	t := CodeTiming()
	t.FirstQuery, t.SlowAfter, t.Deadline = 3*time.Second, qrLife, qrLife+qrGrace
	return t
}

func backoff() []time.Duration {
	out := []time.Duration{2 * time.Second, 2 * time.Second, 2 * time.Second, 2 * time.Second}
	for d := 5 * time.Second; d < time.Hour; d *= 2 {
		out = append(out, d)
	}
	return append(out, time.Hour)
}

// Provider is Alipay. It is safe for concurrent use and keeps no state of a payment.
type Provider struct {
	s      Settings
	client *payments.Client
	files  *payments.Client
}

// New checks the settings and answers the provider. It reaches nobody. files fetches bills, which are longer than answers:
// its Options.BodyLimit should be BillMax.
func New(s Settings, client, files *payments.Client) (*Provider, error) {
	s, err := s.check()
	if err != nil {
		return nil, err
	}
	return &Provider{s: s, client: client, files: files}, nil
}

// The provider's abilities.
var (
	_ pay.Provider   = (*Provider)(nil)
	_ pay.Presenter  = (*Provider)(nil)
	_ pay.Canceler   = (*Provider)(nil)
	_ pay.Refunder   = (*Provider)(nil)
	_ pay.Biller     = (*Provider)(nil)
	_ pay.BillReader = (*Provider)(nil)
	_ pay.Notifier   = (*Provider)(nil)
	_ pay.Tester     = (*Provider)(nil)
)

// ID implements pay.Provider.
func (p *Provider) ID() string { return ID }

// Caps implements pay.Provider. No answer to a trade names the merchant: the key that proves it belongs to one app, and the
// app to one seller. Three seconds between refunds of one trade are Alipay's wish (check); how long a trade can be refunded
// stands in the contract and is answered by TRADE_HAS_FINISHED.
func (p *Provider) Caps() pay.Caps {
	return pay.Caps{
		Merchant: p.s.SellerID, Currencies: []money.Currency{cny}, Flows: []pay.Flow{pay.ByCode, pay.ByQR},
		PartialRefund: true, RefundGap: 3 * time.Second, Bills: []pay.BillKind{pay.TradeBill, pay.FundBill},
	}
}

// Timing implements pay.Provider.
func (p *Provider) Timing(f pay.Flow) pay.Timing {
	if f == pay.ByQR {
		return *p.s.QRTime
	}
	return *p.s.CodeTime
}

// Test implements pay.Tester: it asks about an order that does not exist, which moves nothing and needs every key.
func (p *Provider) Test(ctx context.Context) []pay.Check {
	a, err := p.call(ctx, call{op: "test", method: "alipay.trade.query", biz: byNo{"suanpanTEST0"}})
	reach := pay.Check{Name: "reach", OK: err == nil && a.status != 0, Note: a.note}
	if err != nil {
		reach.Note = err.Error()
	}
	verify := pay.Check{Name: "verify", OK: a.verified, Note: a.note}
	if c, ok := p.s.Verifier.(*Certificate); ok && verify.OK && p.client.SigningTime().After(c.ends) {
		verify.OK, verify.Note = false, "certificate ended "+c.ends.Format(time.DateOnly)
	}
	bare := a.verified && a.wire.SubCode == "isv.insufficient-isv-permissions" // our signature was read before our rights
	known := pay.Check{Name: "sign", OK: a.verified && (a.wire.Code == "10000" || absent(a.wire.SubCode) || bare), Note: a.wire.code()}
	clock := pay.Check{Name: "clock", OK: !p.client.Skew().Warn(), Note: p.client.Skew().Offset().Round(time.Second).String()}
	out := []pay.Check{reach, verify, known, clock}
	if known.OK {
		out = append(out, pay.Check{Name: "rights", OK: !bare, Note: a.wire.code()})
	}
	return out
}
