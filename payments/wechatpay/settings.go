// Package wechatpay speaks WeChat Pay API v3 as a direct merchant: code payment (付款码), native codes, query, reverse, close,
// refund and refund query, abnormal refunds, bills and notifications, with answers
// verified by WeChat Pay's public key or by its platform certificates.
//
// Papers: pay.weixin.qq.com/docs/merchant/apis/code-payment-v3 (codepay, reverse), /doc/v3/merchant/4012791861 (public key),
// /doc/v3/merchant/4012556457 (refund), /doc/v2/merchant/4011937125 (timing),
// /docs/merchant/products/native-payment, as of 2025. Left out: API v2,
// the encrypted fund-flow bill of a service provider's merchants, and signing by a service provider's remote signer.
package wechatpay

import (
	"context"
	"crypto"
	"errors"
	"fmt"
	"net/url"
	"time"

	"suanpan/app/money"
	"suanpan/app/pay"
	"suanpan/payments"
)

// ID is the provider's name in orders, accounts and scan routes.
const ID = "wechatpay"

// Host is where WeChat Pay answers merchants of mainland China.
const Host = "https://api.mch.weixin.qq.com"

// ErrSettings says which setting cannot be used.
var ErrSettings = errors.New("wechatpay: settings cannot be used")

// Settings are one merchant's. Every field without a default is needed.
type Settings struct {
	BaseURL  string // Host where empty
	Training bool   // only a loopback BaseURL passes, and only then
	AppID    string
	MchID    string
	Serial   string // serial number of the merchant's certificate, hexadecimal
	Signer   crypto.Signer
	Verifier Verifier // nil only with Certificates
	StoreID  string   // shown to the payer's bank; "1" where empty
	DeviceIP string   // of the till; "127.0.0.1" where empty
	// NotifyURL is where WeChat Pay tells of paid native orders: public https, no query. Empty, the till shows no codes.
	NotifyURL string
	// KeyV3 is the APIv3 key: 32 bytes that open certificates and notifications. Without one neither is taken.
	KeyV3 pay.Secret
	// Certificates asks for answers signed by platform certificates; otherwise by Verifier's first key. Where both are there,
	// messages signed by either are taken: a merchant's change from one to the other takes days.
	Certificates bool
	SubMchID     string      // the merchant, where MchID is its service provider's
	SubAppID     string      // the merchant's own app, if it has one
	Timing       *pay.Timing // of code payments; CodeTiming where nil
	QRTiming     *pay.Timing // of native codes; QRTiming() where nil
}

// Form is Settings as people and files hold them. PrivateKey is a secret: it goes into a payments.Vault, never into a log.
type Form struct {
	BaseURL     string `json:"base_url,omitempty"`
	Training    bool   `json:"training,omitempty"`
	AppID       string `json:"app_id"`
	MchID       string `json:"mch_id"`
	Serial      string `json:"serial"`
	PrivateKey  string `json:"private_key,omitempty"`   // PEM
	Mode        string `json:"mode,omitempty"`          // public_key (where empty) or certificate
	PublicKeyID string `json:"public_key_id,omitempty"` // PUB_KEY_ID_…
	PublicKey   string `json:"public_key,omitempty"`    // PEM
	KeyV3       string `json:"api_v3_key,omitempty"`    // a secret, like PrivateKey
	Role        string `json:"role,omitempty"`          // merchant (where empty) or partner: the numbers above are a service provider's
	SubMchID    string `json:"sub_mch_id,omitempty"`
	SubAppID    string `json:"sub_app_id,omitempty"`
	StoreID     string `json:"store_id,omitempty"`
	DeviceIP    string `json:"device_ip,omitempty"`
	NotifyURL   string `json:"notify_url,omitempty"` // turns native codes on
}

// Parse reads a form into settings.
func Parse(f Form) (Settings, error) {
	signer, err := payments.ParseKey([]byte(f.PrivateKey))
	if err != nil {
		return Settings{}, fmt.Errorf("%w: merchant's private key: %w", ErrSettings, err)
	}
	s := Settings{
		BaseURL: f.BaseURL, Training: f.Training, AppID: f.AppID, MchID: f.MchID, Serial: f.Serial, Signer: signer,
		StoreID: f.StoreID, DeviceIP: f.DeviceIP, NotifyURL: f.NotifyURL, KeyV3: pay.Hide(f.KeyV3), Certificates: f.Mode == "certificate",
		SubMchID: f.SubMchID, SubAppID: f.SubAppID,
	}
	if err := f.choices(); err != nil {
		return Settings{}, err
	}
	if f.PublicKey == "" && s.Certificates {
		return s, nil
	}
	public, err := payments.ParsePublicKey([]byte(f.PublicKey))
	if err != nil {
		return Settings{}, fmt.Errorf("%w: WeChat Pay's public key: %w", ErrSettings, err)
	}
	s.Verifier, err = NewKeys(f.PublicKeyID, public)
	return s, err
}

// choices holds what the form's choices demand of the other fields.
func (f Form) choices() error {
	switch {
	case f.Mode != "" && f.Mode != "public_key" && f.Mode != "certificate":
		return fmt.Errorf("%w: mode %q", ErrSettings, f.Mode)
	case f.Role != "" && f.Role != "merchant" && f.Role != "partner":
		return fmt.Errorf("%w: role %q", ErrSettings, f.Role)
	case (f.Role == "partner") != (f.SubMchID != "") || (f.Role != "partner" && f.SubAppID != ""):
		return fmt.Errorf("%w: a service provider names the merchant, and nobody else does", ErrSettings)
	case f.Role == "partner" && !f.Training:
		// Whoever has it can take money in the name of every merchant of the provider.
		return fmt.Errorf("%w: a service provider's private key does not belong on a till", ErrSettings)
	}
	return nil
}

// check answers the settings with their defaults.
func (s Settings) check() (Settings, error) {
	for _, d := range []struct{ field, other *string }{{&s.BaseURL, ptr(Host)}, {&s.StoreID, ptr("1")}, {&s.DeviceIP, ptr("127.0.0.1")}} {
		if *d.field == "" {
			*d.field = *d.other
		}
	}
	for name, text := range map[string]string{"app id": s.AppID, "merchant number": s.MchID, "serial number": s.Serial, "store": s.StoreID} {
		if !plain(text, 40) {
			return s, fmt.Errorf("%w: %s %q", ErrSettings, name, text)
		}
	}
	if s.Signer == nil || (s.Verifier == nil && !s.Certificates) {
		return s, fmt.Errorf("%w: a key is missing", ErrSettings)
	}
	if n := len(s.KeyV3.Reveal()); n != keyV3Bytes && (n != 0 || s.Certificates) {
		return s, fmt.Errorf("%w: the APIv3 key has %d characters, %d are right", ErrSettings, n, keyV3Bytes)
	}
	for name, text := range map[string]string{"merchant of the service provider": s.SubMchID, "its app id": s.SubAppID} {
		if text != "" && !plain(text, 40) {
			return s, fmt.Errorf("%w: %s %q", ErrSettings, name, text)
		}
	}
	if err := payments.CheckURL(s.BaseURL, s.Training); err != nil {
		return s, fmt.Errorf("%w: %w", ErrSettings, err)
	}
	if s.NotifyURL != "" {
		if err := checkNotifyURL(s.NotifyURL); err != nil {
			return s, err
		}
	}
	for _, t := range []struct {
		field **pay.Timing
		other pay.Timing
	}{{&s.Timing, CodeTiming()}, {&s.QRTiming, QRTiming()}} {
		if *t.field == nil {
			*t.field = &t.other
		}
		if err := (*t.field).Check(); err != nil {
			return s, fmt.Errorf("%w: %w", ErrSettings, err)
		}
	}
	return s, nil
}

// checkNotifyURL holds the paper's rule: a whole https address that the world can reach, with nothing behind a question mark.
func checkNotifyURL(address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" || len(address) > 255 {
		return fmt.Errorf("%w: the address for notifications is not https without a query", ErrSettings)
	}
	return nil
}

func ptr(s string) *string { return &s }

// plain reports whether text has 1 to most letters, digits or _ and -, which need no quoting anywhere on this wire.
func plain(text string, most int) bool {
	if text == "" || len(text) > most {
		return false
	}
	for _, r := range text {
		switch {
		case r >= '0' && r <= '9', r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r == '_', r == '-':
		default:
			return false
		}
	}
	return true
}

// CodeTiming is WeChat's advice for code payments: ask after 5 s, give up at 45 s, never reverse before 15 s, and repeat
// the reversal until it is proven, for 7 days.
func CodeTiming() pay.Timing {
	return pay.Timing{
		FirstQuery: 5 * time.Second, Every: 5 * time.Second, SlowAfter: 30 * time.Second, SlowEvery: 10 * time.Second,
		Deadline: 45 * time.Second, MinCancelAge: 15 * time.Second, CancelWindow: 7 * 24 * time.Hour,
		CancelBackoff: []time.Duration{5 * time.Second, 10 * time.Second, 20 * time.Second, 40 * time.Second,
			80 * time.Second, 160 * time.Second, 320 * time.Second, 640 * time.Second, 1280 * time.Second, time.Hour},
		NotFoundGap: 10 * time.Second, NotFoundCount: 3, Sweep: time.Minute, Decide: 10 * time.Minute,
	}
}

// QRTiming is for native codes: ask every 3 s for the five minutes in which the order can be paid, and half a minute more;
// then query, close, query. An unpaid order may be closed at any age.
func QRTiming() pay.Timing {
	t := CodeTiming()
	t.FirstQuery, t.Every, t.MinCancelAge = 3*time.Second, 3*time.Second, 0
	t.Deadline = 5*time.Minute + expireGrace
	t.SlowAfter = t.Deadline
	return t
}

// Provider is WeChat Pay. It is safe for concurrent use and keeps no state of a payment.
type Provider struct {
	s      Settings
	client *payments.Client
	certs  *certificates // nil without an APIv3 key
}

// New checks the settings and answers the provider. It reaches nobody.
func New(s Settings, client *payments.Client) (*Provider, error) {
	s, err := s.check()
	if err != nil {
		return nil, err
	}
	p := &Provider{s: s, client: client}
	if !s.KeyV3.Empty() {
		p.certs = &certificates{}
	}
	return p, nil
}

// The provider's abilities.
var (
	_ pay.Provider         = (*Provider)(nil)
	_ pay.Presenter        = (*Provider)(nil)
	_ pay.Canceler         = (*Provider)(nil)
	_ pay.Refunder         = (*Provider)(nil)
	_ pay.Biller           = (*Provider)(nil)
	_ pay.BillReader       = (*Provider)(nil)
	_ pay.Notifier         = (*Provider)(nil)
	_ pay.AbnormalRefunder = (*Provider)(nil)
	_ pay.Tester           = (*Provider)(nil)
)

// ID implements pay.Provider.
func (p *Provider) ID() string { return ID }

// Caps implements pay.Provider.
func (p *Provider) Caps() pay.Caps {
	c := pay.Caps{
		Merchant: p.s.merchant(), Currencies: []money.Currency{"CNY"}, Flows: []pay.Flow{pay.ByCode},
		PartialRefund: true, RefundWindow: 365 * 24 * time.Hour, RefundGap: 61 * time.Second, Bills: []pay.BillKind{pay.TradeBill},
	}
	if !p.s.partner() {
		c.Bills = append(c.Bills, pay.FundBill)
	}
	if p.s.NotifyURL != "" {
		c.Flows = append(c.Flows, pay.ByQR)
	}
	return c
}

// Timing implements pay.Provider.
func (p *Provider) Timing(f pay.Flow) pay.Timing {
	if f == pay.ByQR {
		return *p.s.QRTiming
	}
	return *p.s.Timing
}

// Test implements pay.Tester: it asks about an order that does not exist, which moves nothing and needs every key.
func (p *Provider) Test(ctx context.Context) []pay.Check {
	a, err := p.call(ctx, call{op: "test", method: "GET", path: p.tradePath("suanpanTEST0") + p.asker()})
	reach := pay.Check{Name: "reach", OK: err == nil && a.status != 0, Note: a.note}
	if err != nil {
		reach.Note = err.Error()
	}
	verify := pay.Check{Name: "verify", OK: a.verified, Note: a.note}
	bare := a.verified && lacksRight(a.wire.Code) // then it has read our signature, and found us without the product
	known := pay.Check{Name: "sign", OK: a.verified && (a.status == 404 || bare), Note: a.wire.Code}
	clock := pay.Check{Name: "clock", OK: !p.client.Skew().Warn(), Note: p.client.Skew().Offset().Round(time.Second).String()}
	out := []pay.Check{reach, verify, known, clock}
	if known.OK {
		out = append(out, pay.Check{Name: "rights", OK: !bare, Note: a.wire.Code})
	}
	return out
}

// lacksRight reports whether a code says that the contract does not hold this: the product, the app or the pair of numbers.
func lacksRight(code string) bool {
	switch code {
	case "NO_AUTH", "NOAUTH", "APPID_NOT_EXIST", "APPID_MCHID_NOT_MATCH", "MCH_NOT_EXISTS":
		return true
	}
	return false
}
