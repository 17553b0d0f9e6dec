package emvqr

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"suanpan/app/money"
)

// Scheme is one row of the table of schemes: where an account of that scheme stands in a code. It is data, because schemes
// change their numbers and not all of these are confirmed.
type Scheme struct {
	Name      string // "promptpay"
	Wire      Wire
	Template  string         // of the account
	GUID      string         // 00 of the template; none where the object is no template
	Currency  money.Currency // empty: the shop's
	Country   string         // empty: the settings'
	Keys      []Key          // ways to name the account
	Fixed     []Object       // parts of the template that are always the same
	Institute string         // part that takes the number of bank or acquirer, needed then
	Inside    string         // part that takes the reference; else it stands in 62-05
	Doubt     string         // what nobody has confirmed against the scheme's own paper ("check"); empty: confirmed
}

// Wire is the kind of text that a scheme shows.
type Wire string

// The wires.
const (
	MPM  Wire = "mpm"  // EMVCo merchant-presented
	UPI  Wire = "upi"  // upi://pay?…
	SEPA Wire = "sepa" // EPC069-12
)

// Key is one way to name an account.
type Key struct {
	Name   string
	Tag    string   // part that takes it
	Type   []Object // parts that say which kind it is
	Digits bool     // digits only
	Prefix string   // "0066": what a number of the country is written with, in place of its leading zero
	Min    int      // characters, before the prefix
	Max    int
}

// Schemes is the table.
func Schemes() []Scheme {
	return []Scheme{
		{Name: "unionpay", Wire: MPM, Template: "15", Keys: []Key{{Name: "merchant", Digits: true, Min: 31, Max: 31}},
			Doubt: "31 digits: acquirer 8, forwarder 8, merchant 15 (check)"},
		{Name: "promptpay", Wire: MPM, Template: "29", GUID: "A000000677010111", Currency: "THB", Country: "TH", Keys: []Key{
			{Name: "phone", Tag: "01", Digits: true, Prefix: "0066", Min: 9, Max: 10}, {Name: "person", Tag: "02", Digits: true, Min: 13, Max: 13},
			{Name: "ewallet", Tag: "03", Digits: true, Min: 15, Max: 15}}},
		{Name: "promptpay_bill", Wire: MPM, Template: "30", GUID: "A000000677010112", Currency: "THB", Country: "TH", Inside: "02", Keys: []Key{
			{Name: "biller", Tag: "01", Digits: true, Min: 15, Max: 15}}, Doubt: "reference 1 in 30-02 (check)"},
		{Name: "pix", Wire: MPM, Template: "26", GUID: "br.gov.bcb.pix", Currency: "BRL", Country: "BR", Keys: []Key{
			{Name: "key", Tag: "01", Min: 1, Max: 77}, {Name: "url", Tag: "25", Min: 5, Max: 77}}},
		{Name: "paynow", Wire: MPM, Template: "26", GUID: "SG.PAYNOW", Currency: "SGD", Country: "SG", Fixed: []Object{{ID: "03", Value: "0"}}, Keys: []Key{
			{Name: "phone", Tag: "02", Digits: true, Prefix: "+65", Type: []Object{{ID: "01", Value: "0"}}, Min: 8, Max: 8},
			{Name: "company", Tag: "02", Type: []Object{{ID: "01", Value: "2"}}, Min: 9, Max: 13}}, Doubt: "GUID, editable 03 and expiry 04 (check)"},
		{Name: "duitnow", Wire: MPM, Template: "26", GUID: "A0000006150001", Currency: "MYR", Country: "MY", Institute: "01", Keys: []Key{
			{Name: "merchant", Tag: "02", Min: 1, Max: 28}}, Doubt: "GUID, acquirer 01, merchant 02 (check)"},
		{Name: "qris", Wire: MPM, Template: "51", GUID: "ID.CO.QRIS.WWW", Currency: "IDR", Country: "ID", Keys: []Key{
			{Name: "merchant", Tag: "02", Min: 13, Max: 15}}, Fixed: []Object{{ID: "03", Value: "UMI"}}, Doubt: "GUID, template 26 or 51, criteria 03 (check)"},
		{Name: "vietqr", Wire: MPM, Template: "38", GUID: "A000000727", Currency: "VND", Country: "VN", Institute: "01-00", Keys: []Key{
			{Name: "account", Tag: "01-01", Min: 6, Max: 19, Type: []Object{{ID: "02", Value: "QRIBFTTA"}}},
			{Name: "card", Tag: "01-01", Digits: true, Min: 16, Max: 19, Type: []Object{{ID: "02", Value: "QRIBFTTC"}}}}, Doubt: "GUID, bank and account in 38-01 (check)"},
		{Name: "fps", Wire: MPM, Template: "26", GUID: "hk.com.hkicl", Currency: "HKD", Country: "HK", Keys: []Key{
			{Name: "fps", Tag: "02", Digits: true, Min: 7, Max: 9}, {Name: "phone", Tag: "03", Digits: true, Prefix: "+852-", Min: 8, Max: 8},
			{Name: "email", Tag: "04", Min: 3, Max: 77}}, Doubt: "GUID and tags (check)"},
		{Name: "jpqr", Wire: MPM, Template: "26", GUID: "jp.or.paymentsjapan", Currency: "JPY", Country: "JP", Keys: []Key{
			{Name: "merchant", Tag: "01", Min: 1, Max: 64}}, Doubt: "GUID and tag 01 (check)"},
		{Name: "upi", Wire: UPI, Currency: "INR", Country: "IN", Keys: []Key{{Name: "vpa", Min: 3, Max: 255}}, Doubt: "names of the parameters (check)"},
		{Name: "sepa", Wire: SEPA, Currency: "EUR", Keys: []Key{{Name: "iban", Min: 15, Max: 34}}, Doubt: "order of the lines (check)"},
	}
}

// scheme finds a row.
func scheme(name string) (Scheme, bool) {
	for _, s := range Schemes() {
		if s.Name == name {
			return s, true
		}
	}
	return Scheme{}, false
}

// account is the object that names whose money it is.
func (s Scheme) account(k Key, value, institute, ref string) Object {
	if s.GUID == "" {
		return Object{ID: s.Template, Value: value}
	}
	o := Object{ID: s.Template, Parts: []Object{{ID: "00", Value: s.GUID}}}
	o.put(k.Tag, value)
	o.Parts = append(o.Parts, k.Type...)
	o.Parts = append(o.Parts, s.Fixed...)
	if s.Institute != "" {
		o.put(s.Institute, institute)
	}
	if s.Inside != "" {
		o.put(s.Inside, ref)
	}
	sortByID(o.Parts)
	return o
}

// put sets a part by its path, "02" or "01-00".
func (o *Object) put(path, value string) {
	id, rest, deep := strings.Cut(path, "-")
	i := slices.IndexFunc(o.Parts, func(p Object) bool { return p.ID == id })
	if i < 0 {
		i = len(o.Parts)
		o.Parts = append(o.Parts, Object{ID: id})
	}
	if deep {
		o.Parts[i].put(rest, value)
		sortByID(o.Parts[i].Parts)
		return
	}
	o.Parts[i].Value = value
}

// read checks what a person typed as the account and answers how the code writes it.
func (k Key) read(text string) (string, error) {
	text = strings.ReplaceAll(text, " ", "")
	if k.Digits || k.Name == "iban" { // elsewhere a hyphen may belong to it
		text = strings.ReplaceAll(text, "-", "")
	}
	if k.Name == "url" {
		text = strings.TrimPrefix(text, "https://")
	}
	if k.Prefix != "" {
		text = strings.TrimPrefix(text, "+"+strings.Trim(k.Prefix, "+0-"))
	}
	if len(text) < k.Min || len(text) > k.Max || !latin(text) || (k.Digits && !digits(text)) {
		return "", fmt.Errorf("%w: %s has %d to %d characters", ErrSettings, k.Name, k.Min, k.Max)
	}
	if k.Name == "iban" {
		text = strings.ToUpper(text)
		if !iban(text) {
			return "", fmt.Errorf("%w: the check digits of the IBAN do not fit", ErrSettings)
		}
	}
	if k.Prefix == "0066" {
		if text = strings.TrimPrefix(text, "0"); len(text) != 9 {
			return "", fmt.Errorf("%w: a Thai number has 9 digits after its zero", ErrSettings)
		}
	}
	return k.Prefix + text, nil
}

// iban checks the two check digits: the rest in front of country and check digits, letters as 10 to 35, leaves 1 of 97.
func iban(text string) bool {
	if len(text) < 15 {
		return false
	}
	rest := 0
	for _, r := range text[4:] + text[:4] {
		n := strings.IndexRune("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", r)
		if n < 0 {
			return false
		}
		for _, d := range strconv.Itoa(n) {
			rest = (rest*10 + int(d-'0')) % 97
		}
	}
	return rest == 1
}

// upi is a payment link (NPCI, UPI linking specification).
func upi(vpa, name, ref string, a money.Amount) string {
	q := func(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }
	return "upi://pay?pa=" + strings.ReplaceAll(q(vpa), "%40", "@") + "&pn=" + q(name) + "&tr=" + q(ref) + "&am=" + a.Decimal() + "&cu=" + string(a.Currency)
}

// sepa is the text of EPC069-12, version 002, UTF-8: at most 331 bytes, at most 999,999,999.99 euro.
func sepa(account, bic, name, ref string, a money.Amount) (string, error) {
	text := strings.Join([]string{"BCD", "002", "1", "SCT", bic, name, account, "EUR" + a.Decimal(), "", "", ref}, "\n")
	if a.Minor > 99999999999 || utf8.RuneCountInString(name) > 70 || len(text) > 331 {
		return "", fmt.Errorf("%w: too long or too much for a credit transfer code", ErrCode)
	}
	return text, nil
}
