// Package stripeterminal takes cards at a Stripe reader, driven by Stripe's server: an intent of ours is sent to the reader,
// and the intent, not the reader, says what became of it.
//
// Papers: docs.stripe.com/terminal/payments/collect-card-payment?terminal-sdk-platform=server-driven, /api/payment_intents,
// /api/terminal/readers, /api/refunds, /api/idempotent_requests, /webhooks/signatures; API version of stripe-go v86. The
// library makes requests and reads answers. It repeats nothing (MaxNetworkRetries 0) and sends through payments.Client, which
// knows whether a byte left; every writing call carries a key of ours.
//
// An attempt writes under two keys made of its own number, one to create the intent and one to process it. Both are sent
// once: after doubt we read. Stripe keeps keys for 24 hours; a refund older than that is looked for before it is sent.
//
// Left out: offline, tips, other actions of readers, Connect, currencies in which Stripe's minor unit is not ISO's.
package stripeterminal

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/stripe/stripe-go/v86"

	"suanpan/app/money"
	"suanpan/app/pay"
	"suanpan/payments"
)

// ID is the provider's name in orders and accounts.
const ID = "stripe"

// Host is where Stripe answers.
const Host = "https://api.stripe.com"

// ErrSettings says which setting cannot be used.
var ErrSettings = errors.New("stripeterminal: settings cannot be used")

// Form is what people and files hold. Key and Webhook are secrets: they go into a payments.Vault, never into a log.
type Form struct {
	BaseURL  string `json:"base_url,omitempty"`
	Training bool   `json:"training,omitempty"` // loopback only, and only then
	Key      string `json:"key,omitempty"`      // rk_… or sk_…
	Reader   string `json:"reader"`             // tmr_…
	Currency string `json:"currency"`
	Capture  string `json:"capture,omitempty"` // automatic, or manual: reserve first
	Webhook  string `json:"webhook,omitempty"` // whsec_…, where Stripe can reach this till or its hub
}

// Fields is what the settings form asks.
func Fields() []pay.Field {
	return []pay.Field{
		{Name: "key", Kind: pay.FieldSecret, Required: true},
		{Name: "reader", Kind: pay.FieldText, Required: true},
		{Name: "currency", Kind: pay.FieldText, Required: true, Default: "EUR"},
		{Name: "capture", Kind: pay.FieldChoice, Default: "automatic", Choices: []string{"automatic", "manual"}},
		{Name: "webhook", Kind: pay.FieldSecret},
	}
}

// Settings are one reader's, checked.
type Settings struct {
	BaseURL  string // Host where empty
	Training bool
	Key      pay.Secret
	Reader   string
	Currency money.Currency
	Manual   bool // reserve, then capture
	Webhook  pay.Secret
	Timing   *pay.Timing // CardTiming where nil
}

var (
	keyText    = regexp.MustCompile(`^(sk|rk)_(test|live)_[0-9A-Za-z]{8,200}$`)
	readerText = regexp.MustCompile(`^tmr_[0-9A-Za-z]{4,60}$`)
)

// Parse reads a form into settings.
func Parse(f Form) (Settings, error) {
	if f.Capture != "" && f.Capture != "automatic" && f.Capture != "manual" {
		return Settings{}, fmt.Errorf("%w: capture %q", ErrSettings, f.Capture)
	}
	return Settings{
		BaseURL: f.BaseURL, Training: f.Training, Key: pay.Hide(f.Key), Reader: f.Reader, Currency: money.Currency(f.Currency),
		Manual: f.Capture == "manual", Webhook: pay.Hide(f.Webhook),
	}.check()
}

func (s Settings) check() (Settings, error) {
	if s.BaseURL == "" {
		s.BaseURL = Host
	}
	switch {
	case !keyText.MatchString(s.Key.Reveal()):
		return s, fmt.Errorf("%w: key", ErrSettings)
	case !readerText.MatchString(s.Reader):
		return s, fmt.Errorf("%w: reader %q", ErrSettings, s.Reader)
	case !s.Currency.Known() || odd(s.Currency):
		return s, fmt.Errorf("%w: currency %q", ErrSettings, s.Currency)
	case !s.Webhook.Empty() && !strings.HasPrefix(s.Webhook.Reveal(), "whsec_"):
		return s, fmt.Errorf("%w: signing secret of webhooks", ErrSettings)
	}
	if err := payments.CheckURL(s.BaseURL, s.Training); err != nil {
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

// odd lists currencies whose minor unit at Stripe is not ISO's.
func odd(c money.Currency) bool {
	switch c {
	case "ISK", "UGX", "BHD", "JOD", "KWD", "OMR", "TND":
		return true
	}
	return false
}

// live reports whether the key moves real money.
func (s Settings) live() bool { return strings.Contains(s.Key.Reveal()[:8], "_live_") }

// callWait bounds one call. A payment takes several, and none of them waits for the payer.
const callWait = 15 * time.Second

// Client says how a client must be set up.
func (s Settings) Client() payments.Options { return payments.Options{Timeout: callWait} }

// CardTiming: ask every two seconds, give up after five minutes. "Not found" counts when further apart than a call can last.
func CardTiming() pay.Timing {
	return pay.Timing{
		FirstQuery: time.Second, Every: 2 * time.Second, SlowAfter: 2 * time.Minute, SlowEvery: 5 * time.Second,
		Deadline: 5 * time.Minute, CancelWindow: 24 * time.Hour,
		CancelBackoff: []time.Duration{2 * time.Second, 5 * time.Second, 10 * time.Second, 30 * time.Second, time.Minute},
		NotFoundGap:   20 * time.Second, NotFoundCount: 3, Sweep: time.Minute, Decide: 10 * time.Minute,
	}
}

// Provider is one reader at one account. It is safe for concurrent use and keeps no state of a payment.
type Provider struct {
	s       Settings
	client  *payments.Client
	backend stripe.Backend
}

// New checks the settings and answers the provider. It reaches nobody.
func New(s Settings, client *payments.Client) (*Provider, error) {
	s, err := s.check()
	if err != nil {
		return nil, err
	}
	return &Provider{s: s, client: client, backend: stripe.GetBackendWithConfig(stripe.APIBackend, &stripe.BackendConfig{
		URL: stripe.String(s.BaseURL), HTTPClient: &http.Client{Transport: client}, MaxNetworkRetries: stripe.Int64(0),
		EnableTelemetry: stripe.Bool(false), LeveledLogger: &stripe.LeveledLogger{Level: stripe.LevelNull},
	})}, nil
}

// The provider's abilities.
var (
	_ pay.Provider = (*Provider)(nil)
	_ pay.Canceler = (*Provider)(nil)
	_ pay.Refunder = (*Provider)(nil)
	_ pay.Capturer = (*Provider)(nil)
	_ pay.Notifier = (*Provider)(nil)
	_ pay.Tester   = (*Provider)(nil)
)

// ID implements pay.Provider.
func (p *Provider) ID() string { return ID }

// Caps implements pay.Provider. The merchant is the reader: each intent carries it back.
func (p *Provider) Caps() pay.Caps {
	return pay.Caps{Merchant: p.s.Reader, Currencies: []money.Currency{p.s.Currency}, Flows: []pay.Flow{pay.ByCard},
		PartialRefund: true, TwoStep: p.s.Manual}
}

// Timing implements pay.Provider.
func (p *Provider) Timing(pay.Flow) pay.Timing { return *p.s.Timing }

// Test implements pay.Tester: it reads the reader, which moves nothing and needs the key.
func (p *Provider) Test(ctx context.Context) []pay.Check {
	reader, a, err := p.reader(ctx)
	reach := pay.Check{Name: "reach", OK: err == nil && a.status != 0, Note: a.note}
	if err != nil {
		reach.Note = err.Error()
	}
	verify := pay.Check{Name: "verify", OK: a.ok && reader.ID == p.s.Reader && reader.Livemode == p.s.live(), Note: string(reader.Status)}
	known := pay.Check{Name: "sign", OK: a.ok, Note: a.code}
	clock := pay.Check{Name: "clock", OK: !p.client.Skew().Warn(), Note: p.client.Skew().Offset().Round(time.Second).String()}
	return []pay.Check{reach, verify, known, clock}
}
