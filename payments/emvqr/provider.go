package emvqr

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"time"
	"unicode/utf8"

	"suanpan/app/money"
	"suanpan/app/pay"
)

// ID is the provider's name in orders, accounts and settings. One till shows the codes of one scheme.
const ID = "emvqr"

// ErrSettings says which setting cannot be used.
var ErrSettings = errors.New("emvqr: settings cannot be used")

// Form is the settings as people and files hold them. Nothing in it is a secret: every payer sees it.
type Form struct {
	Scheme    string `json:"scheme"`
	KeyKind   string `json:"key_kind"` // one of the scheme's Keys; its first where empty
	Key       string `json:"key"`      // the account: phone, number, UEN, PIX key, IBAN …
	Institute string `json:"institute,omitempty"`
	Name      string `json:"name"`
	City      string `json:"city,omitempty"`
	Postal    string `json:"postal,omitempty"`
	MCC       string `json:"mcc,omitempty"` // "0000" where empty
	Country   string `json:"country,omitempty"`
	Currency  string `json:"currency,omitempty"` // only where the scheme has none of its own
	Local     string `json:"local_name,omitempty"`
	Language  string `json:"language,omitempty"` // of Local, "ZH"
	Store     string `json:"store,omitempty"`
}

// Fields is what the settings form asks.
func Fields() []pay.Field {
	var schemes, kinds []string
	seen := map[string]bool{}
	for _, s := range Schemes() {
		schemes = append(schemes, s.Name)
		for _, k := range s.Keys {
			if !seen[k.Name] {
				kinds = append(kinds, k.Name)
			}
			seen[k.Name] = true
		}
	}
	return []pay.Field{
		{Name: "scheme", Kind: pay.FieldChoice, Required: true, Choices: schemes},
		{Name: "key_kind", Kind: pay.FieldChoice, Choices: kinds},
		{Name: "key", Kind: pay.FieldText, Required: true},
		{Name: "institute", Kind: pay.FieldText},
		{Name: "name", Kind: pay.FieldText, Required: true},
		{Name: "city", Kind: pay.FieldText},
		{Name: "postal", Kind: pay.FieldText},
		{Name: "mcc", Kind: pay.FieldText, Default: "0000"},
		{Name: "country", Kind: pay.FieldText},
		{Name: "currency", Kind: pay.FieldText},
		{Name: "local_name", Kind: pay.FieldText},
		{Name: "language", Kind: pay.FieldText},
		{Name: "store", Kind: pay.FieldText},
	}
}

// Provider shows codes. It has no server: whether somebody paid is for a person and the bank statement to say.
type Provider struct {
	form     Form
	scheme   Scheme
	key      Key
	account  string // as the code writes it
	currency money.Currency
	country  string
}

// New checks the settings by making a code with them. The error wraps ErrSettings.
func New(f Form) (*Provider, error) {
	s, ok := scheme(f.Scheme)
	if !ok {
		return nil, fmt.Errorf("%w: scheme %q", ErrSettings, f.Scheme)
	}
	p := &Provider{form: f, scheme: s, currency: s.Currency, country: s.Country}
	for i, k := range s.Keys {
		if k.Name == f.KeyKind || (f.KeyKind == "" && i == 0) {
			p.key = k
		}
	}
	if p.key.Name == "" {
		return nil, fmt.Errorf("%w: %s has no %q", ErrSettings, s.Name, f.KeyKind)
	}
	var err error
	if p.account, err = p.key.read(f.Key); err != nil {
		return nil, err
	}
	if p.currency == "" {
		p.currency = money.Currency(strings.ToUpper(f.Currency))
	}
	if p.country == "" {
		p.country = strings.ToUpper(f.Country)
	}
	if p.form.MCC == "" {
		p.form.MCC = "0000"
	}
	if p.form.Language == "" {
		p.form.Language = "ZH"
	}
	if s.Institute != "" && f.Institute == "" {
		return nil, fmt.Errorf("%w: %s needs the number of bank or acquirer", ErrSettings, s.Name)
	}
	if _, err := p.text(money.Of(1, p.currency), "A000001", "A"); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSettings, err)
	}
	return p, nil
}

// ID implements pay.Provider.
func (p *Provider) ID() string { return ID }

// Caps implements pay.Provider. The merchant is the scheme and the end of the account.
func (p *Provider) Caps() pay.Caps {
	return pay.Caps{Merchant: p.scheme.Name + " …" + p.account[max(len(p.account)-4, 0):], Currencies: []money.Currency{p.currency}, Flows: []pay.Flow{pay.ByStatic}}
}

// Timing implements pay.Provider. Nothing asks and nothing lapses by itself; the figures only satisfy the rules.
func (p *Provider) Timing(pay.Flow) pay.Timing {
	return pay.Timing{FirstQuery: time.Hour, Every: time.Hour, SlowEvery: time.Hour, Deadline: 24 * time.Hour, CancelBackoff: []time.Duration{time.Hour},
		CancelWindow: 24 * time.Hour, NotFoundGap: time.Hour, NotFoundCount: 2, Sweep: time.Hour, Decide: time.Hour}
}

// Submit implements pay.Provider: it is Present.
func (p *Provider) Submit(ctx context.Context, a pay.Attempt, _ pay.Settle) (pay.Observation, error) {
	return p.Present(ctx, a)
}

// Query implements pay.Provider. Nobody can be asked, so nothing is known.
func (p *Provider) Query(context.Context, pay.Ref) (pay.Observation, error) {
	return pay.Observation{Outcome: pay.Unknown, ProviderState: "static code"}, nil
}

// Present makes the code. The answer says that it is shown and that nobody knows more; ProviderTxn is the reference that the
// bank statement will carry. A code that cannot be made is ErrNotSent: nothing was shown.
func (p *Provider) Present(_ context.Context, a pay.Attempt) (pay.Observation, error) {
	ref := Reference(a.Till, a.Seq, a.ID)
	text, err := p.text(a.Amount, ref, a.Till)
	if err != nil {
		return pay.Observation{}, fmt.Errorf("%w: %w", pay.ErrNotSent, err)
	}
	return pay.Observation{Outcome: pay.Pending, Verified: true, OwnNo: a.No, Merchant: a.Merchant, Amount: a.Amount, ProviderTxn: ref,
		ProviderState: "shown", QR: text}, nil
}

// Reference is what the payer's bank repeats on the statement: the till's letters and its running number of attempts, short
// enough to be read aloud. Without a running number it is the attempt's id as 25 characters. Only A–Z and 0–9, as PIX asks.
func Reference(till string, seq int64, id string) string {
	if seq > 0 {
		return fmt.Sprintf("%s%06d", strings.ToUpper(till), seq)
	}
	n, ok := new(big.Int).SetString(strings.ReplaceAll(id, "-", ""), 16)
	if !ok {
		n = new(big.Int).SetBytes([]byte(id))
	}
	text := strings.ToUpper(n.Text(36))
	return text[max(len(text)-25, 0):]
}

// text makes what the QR says.
func (p *Provider) text(a money.Amount, ref, till string) (string, error) {
	if a.Currency != p.currency || a.Minor <= 0 {
		return "", fmt.Errorf("%w: %s is not money of %s", ErrCode, a, p.scheme.Name)
	}
	switch p.scheme.Wire {
	case UPI:
		if !strings.Contains(p.account, "@") {
			return "", fmt.Errorf("%w: a UPI address has an @", ErrCode)
		}
		return upi(p.account, p.form.Name, ref, a), nil
	case SEPA:
		return sepa(p.account, p.form.Institute, p.form.Name, ref, a)
	}
	c := Code{Once: true, MCC: p.form.MCC, Amount: a, Country: p.country, Name: p.form.Name, City: p.form.City, Postal: p.form.Postal,
		Accounts: []Object{p.scheme.account(p.key, p.account, p.form.Institute, ref)}}
	if p.form.Store != "" {
		c.Extra = append(c.Extra, Object{ID: "03", Value: p.form.Store})
	}
	if p.key.Name == "url" { // the bank's own code behind the link has its number
		ref = "***"
	}
	c.Extra = append(c.Extra, Object{ID: "05", Value: ref}, Object{ID: "07", Value: till})
	if p.scheme.Name == "pix" {
		c.Extra = c.Extra[len(c.Extra)-2 : len(c.Extra)-1] // only the txid
	}
	if p.form.Local != "" && utf8.RuneCountInString(p.form.Local) <= 25 {
		c.Local = []Object{{ID: "00", Value: p.form.Language}, {ID: "01", Value: p.form.Local}}
	}
	return c.Text()
}
