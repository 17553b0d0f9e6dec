// Package nexo speaks to a card terminal in Adyen's form of nexo Retailer 3.0: JSON, sealed with a key that till and
// terminal share, over TLS inside the shop's own network. Payment, its recovery by TransactionStatus, abort, reversal and
// diagnosis.
//
// Papers: docs.adyen.com/point-of-sale/design-your-integration (local communications, protecting them),
// /basic-tapi-integration (make, cancel and verify a transaction, referenced refund), nexo Retailer Protocol 3.0 for the
// names, as of 2026. A payment ends when the terminal says so; a lost answer is asked for under the same ServiceID, and no
// new payment begins before the terminal has said NotFound.
//
// Left out: the cloud's /sync and /async, XML, unreferenced refunds, pre-authorisation, tips, store-and-forward, signature
// prompts. A refund's later failure at the acquirer is in reports only.
package nexo

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"suanpan/app/money"
	"suanpan/app/pay"
	"suanpan/payments"
)

// ID is the provider's name in orders and accounts.
const ID = "nexo"

// ErrSettings says which setting cannot be used.
var ErrSettings = errors.New("nexo: settings cannot be used")

// Form is what people and files hold. Passphrase is a secret: it goes into a payments.Vault, never into a log.
type Form struct {
	Address       string      `json:"address"`            // host:8443 or the whole https address
	Training      bool        `json:"training,omitempty"` // loopback only, and only then
	Environment   string      `json:"environment"`        // test or live: must be that of the terminal's certificate
	POIID         string      `json:"poi_id"`             // model-serial
	SaleID        string      `json:"sale_id"`            // this till's name, its own at each terminal
	Root          string      `json:"root"`               // PEM: the only authority whose terminals are trusted
	KeyIdentifier string      `json:"key_identifier"`
	KeyVersion    json.Number `json:"key_version"` // a number, or its text
	Passphrase    string      `json:"passphrase,omitempty"`
	Currency      string      `json:"currency"`
}

// Fields is what the settings form asks.
func Fields() []pay.Field {
	return []pay.Field{
		{Name: "address", Kind: pay.FieldAddress, Required: true},
		{Name: "environment", Kind: pay.FieldChoice, Required: true, Default: "test", Choices: []string{"test", "live"}},
		{Name: "poi_id", Kind: pay.FieldText, Required: true},
		{Name: "sale_id", Kind: pay.FieldText, Required: true},
		{Name: "root", Kind: pay.FieldPublic, Required: true},
		{Name: "key_identifier", Kind: pay.FieldText, Required: true},
		{Name: "key_version", Kind: pay.FieldNumber, Required: true, Default: "1"},
		{Name: "passphrase", Kind: pay.FieldSecret, Required: true},
		{Name: "currency", Kind: pay.FieldText, Required: true, Default: "EUR"},
	}
}

// Settings are one terminal's, checked.
type Settings struct {
	Address       string
	Training      bool
	Environment   string
	POIID         string
	SaleID        string
	Roots         *x509.CertPool
	KeyIdentifier string
	KeyVersion    int
	Passphrase    pay.Secret
	Currency      money.Currency
	Timing        *pay.Timing // CardTiming where nil
}

// Parse reads a form into settings.
func Parse(f Form) (Settings, error) {
	s := Settings{Address: f.Address, Training: f.Training, Environment: f.Environment, POIID: f.POIID, SaleID: f.SaleID,
		Roots: x509.NewCertPool(), KeyIdentifier: f.KeyIdentifier, Passphrase: pay.Hide(f.Passphrase), Currency: money.Currency(f.Currency)}
	if !s.Roots.AppendCertsFromPEM([]byte(f.Root)) {
		return s, fmt.Errorf("%w: root certificate", ErrSettings)
	}
	var err error
	if s.KeyVersion, err = strconv.Atoi(strings.TrimSpace(f.KeyVersion.String())); err != nil {
		return s, fmt.Errorf("%w: key version", ErrSettings)
	}
	return s.check()
}

func (s Settings) check() (Settings, error) {
	for name, text := range map[string]string{"POIID": s.POIID, "SaleID": s.SaleID, "key identifier": s.KeyIdentifier} {
		if !plainText.MatchString(text) {
			return s, fmt.Errorf("%w: %s %q", ErrSettings, name, text)
		}
	}
	switch {
	case s.Environment != "test" && s.Environment != "live":
		return s, fmt.Errorf("%w: environment %q", ErrSettings, s.Environment)
	case s.Passphrase.Empty():
		return s, fmt.Errorf("%w: no passphrase", ErrSettings)
	case !s.Currency.Known():
		return s, fmt.Errorf("%w: currency %q", ErrSettings, s.Currency)
	case s.Roots == nil || s.KeyVersion < 0:
		return s, fmt.Errorf("%w: no authority, or no key version", ErrSettings)
	case !strings.HasPrefix(s.url(), "https://"):
		return s, fmt.Errorf("%w: %w: https is needed", ErrSettings, payments.ErrURL)
	}
	if err := payments.CheckURL(s.url(), s.Training); err != nil {
		return s, fmt.Errorf("%w: %w", ErrSettings, err)
	}
	if s.Timing == nil {
		t := CardTiming()
		s.Timing = &t
	}
	if err := s.Timing.Check(); err != nil {
		return s, fmt.Errorf("%w: %w", ErrSettings, err)
	}
	return s, nil
}

var plainText = regexp.MustCompile(`^[0-9A-Za-z._-]{1,64}$`)

func (s Settings) url() string {
	if strings.Contains(s.Address, "://") {
		return s.Address
	}
	return "https://" + s.Address + "/nexo"
}

// terminalName is how Adyen's terminals are called in their certificates.
var terminalName = regexp.MustCompile(`^[a-zA-Z0-9]{3,}-[a-zA-Z0-9]{9,15}\.(test|live)\.terminal\.adyen\.com$`)

// Client says how a client must be set up to speak to this terminal: it trusts the given root and no other, and only a
// terminal's name of the right environment. One payment may take as long as the whole attempt.
func (s Settings) Client() payments.Options {
	return payments.Options{Roots: s.Roots, Timeout: s.Timing.Deadline, Peer: func(leaf *x509.Certificate) error {
		name := leaf.Subject.CommonName
		known := terminalName.MatchString(name) || strings.HasPrefix(name, "legacy-terminal-certificate.")
		if !known || !strings.HasSuffix(name, "."+s.Environment+".terminal.adyen.com") {
			return fmt.Errorf("nexo: certificate of %q is no %s terminal's", name, s.Environment)
		}
		return nil
	}}
}

// CardTiming is the advice for local terminals: ask when 120 s are over without an answer, then every 5 s, give up after
// 10 min, and never believe in an end before the terminal has told it. A terminal ends every payment by itself within
// minutes, so what is still unclear after two hours is for a person; it is asked about further on.
func CardTiming() pay.Timing {
	return pay.Timing{
		FirstQuery: 120 * time.Second, Every: 5 * time.Second, SlowAfter: 5 * time.Minute, SlowEvery: 10 * time.Second,
		Deadline: 10 * time.Minute, CancelWindow: 2 * time.Hour,
		CancelBackoff: []time.Duration{5 * time.Second, 10 * time.Second, 20 * time.Second, 40 * time.Second, time.Minute},
		NotFoundGap:   5 * time.Second, NotFoundCount: 2, Sweep: time.Minute, Decide: 10 * time.Minute,
	}
}

// Provider is one terminal. It is safe for concurrent use, takes one payment at a time, and keeps no state of a payment.
type Provider struct {
	s      Settings
	keys   *keys
	client *payments.Client
	busy   sync.Mutex
	ticks  ticks
}

// New checks the settings, derives the keys (some milliseconds) and answers the provider. It reaches nobody. The client
// must have been made with Settings.Client.
func New(s Settings, client *payments.Client) (*Provider, error) {
	s, err := s.check()
	if err != nil {
		return nil, err
	}
	k, err := deriveKeys(s.Passphrase.Reveal())
	if err != nil {
		return nil, err
	}
	return &Provider{s: s, keys: k, client: client}, nil
}

// The provider's abilities.
var (
	_ pay.Provider = (*Provider)(nil)
	_ pay.Canceler = (*Provider)(nil)
	_ pay.Refunder = (*Provider)(nil)
	_ pay.Tester   = (*Provider)(nil)
)

// ID implements pay.Provider.
func (p *Provider) ID() string { return ID }

// Caps implements pay.Provider. The merchant is the terminal.
func (p *Provider) Caps() pay.Caps {
	return pay.Caps{Merchant: p.s.POIID, Currencies: []money.Currency{p.s.Currency}, Flows: []pay.Flow{pay.ByCard}, PartialRefund: true}
}

// Timing implements pay.Provider.
func (p *Provider) Timing(pay.Flow) pay.Timing { return *p.s.Timing }

// Test implements pay.Tester: a DiagnosisRequest, which moves nothing and needs certificate, name and keys.
func (p *Provider) Test(ctx context.Context) []pay.Check {
	a, err := p.call(ctx, catDiagnosis, p.freshID(), request{DiagnosisRequest: &diagnosisRequest{HostDiagnosisFlag: true}})
	reach := pay.Check{Name: "reach", OK: err == nil && a.status != 0, Note: a.note}
	if err != nil {
		reach.Note = err.Error()
	}
	verify := pay.Check{Name: "verify", OK: a.verified, Note: a.note}
	known := pay.Check{Name: "sign"}
	if d := a.body.DiagnosisResponse; a.verified && d != nil {
		known.OK, known.Note = d.Response.Result == "Success", d.POIStatus.GlobalStatus
	}
	clock := pay.Check{Name: "clock", OK: !p.client.Skew().Warn(), Note: p.client.Skew().Offset().Round(time.Second).String()}
	return []pay.Check{reach, verify, known, clock}
}
