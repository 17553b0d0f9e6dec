// Package emvqr makes and reads QR codes of payment schemes: EMVCo merchant-presented codes (EMV QRCPS Merchant-Presented
// Mode 1.1, 2020), UPI payment links and the SEPA credit transfer code (EPC069-12 2.1) on the making side, EMVCo
// consumer-presented codes (EMV QRCPS Consumer-Presented Mode 1.1) on the reading side. As a payment provider it shows a code
// of which no machine confirms the payment: a person does, and the bank statement later.
//
// Left out: acquirers' confirmation interfaces, tips, dynamic codes that a server must register (PIX with a URL is shown as
// the bank gave it), and cryptograms inside consumer-presented codes.
package emvqr

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"suanpan/app/money"
)

// ErrCode wraps every reason for which a text is no valid code, or a code cannot be made.
var ErrCode = errors.New("emvqr: not a valid code")

// textMax is far above what fits into a QR code (2,953 bytes in version 40).
const textMax = 4096

// Object is one data object: two digits, a length of two digits, a value. Templates have Parts and no Value.
type Object struct {
	ID    string
	Value string
	Parts []Object
}

// Code is a merchant-presented code. Amount is zero where the payer types it; its currency always stands.
type Code struct {
	Once     bool     // for one payment (12); otherwise it may be paid many times (11)
	Accounts []Object // 02 to 51, whose account it pays into
	MCC      string   // merchant category, four digits
	Amount   money.Amount
	Country  string   // ISO 3166-1 alpha 2
	Name     string   // at most 25 characters
	City     string   // at most 15
	Postal   string   // at most 10
	Extra    []Object // parts of 62: 01 bill, 03 store, 05 reference, 07 terminal
	Local    []Object // parts of 64: 00 language, 01 name, 02 city; the only place for other than Latin letters
	More     []Object // 55 to 57 and 65 to 99, as they are
}

// Text makes the code's text. The amount is written with the currency's decimals.
func (c Code) Text() (string, error) {
	number, ok := numeric[c.Amount.Currency]
	if !ok {
		return "", fmt.Errorf("%w: currency %q has no number", ErrCode, c.Amount.Currency)
	}
	objects := []Object{{ID: "00", Value: "01"}, {ID: "01", Value: "11"}}
	if c.Once {
		objects[1].Value = "12"
	}
	objects = append(objects, c.Accounts...)
	objects = append(objects, Object{ID: "52", Value: c.MCC}, Object{ID: "53", Value: number})
	switch {
	case c.Amount.Minor < 0:
		return "", fmt.Errorf("%w: amount %s", ErrCode, c.Amount)
	case c.Amount.Minor > 0:
		objects = append(objects, Object{ID: "54", Value: c.Amount.Decimal()})
	}
	objects = append(objects, Object{ID: "58", Value: c.Country}, Object{ID: "59", Value: c.Name}, Object{ID: "60", Value: c.City})
	if c.Postal != "" {
		objects = append(objects, Object{ID: "61", Value: c.Postal})
	}
	for id, parts := range map[string][]Object{"62": c.Extra, "64": c.Local} {
		if len(parts) > 0 {
			objects = append(objects, Object{ID: id, Parts: parts})
		}
	}
	objects = append(objects, c.More...)
	sortByID(objects)
	body, err := write(objects, "")
	if err != nil {
		return "", err
	}
	text := body + "6304"
	text += fmt.Sprintf("%04X", Checksum(text))
	if _, err := Parse(text); err != nil { // what we would not read, we do not show
		return "", err
	}
	return text, nil
}

// sortByID sorts in place, stable: objects are few.
func sortByID(list []Object) {
	for i := range list {
		for j := i; j > 0 && list[j].ID < list[j-1].ID; j-- {
			list[j], list[j-1] = list[j-1], list[j]
		}
	}
}

// write joins objects; in names the template around them for errors.
func write(list []Object, in string) (string, error) {
	var b strings.Builder
	for _, o := range list {
		value := o.Value
		if o.Parts != nil {
			var err error
			if value, err = write(o.Parts, in+o.ID+"-"); err != nil {
				return "", err
			}
		}
		n := utf8.RuneCountInString(value)
		if !twoDigits(o.ID) || n == 0 || n > 99 {
			return "", fmt.Errorf("%w: object %s%s has %d characters", ErrCode, in, o.ID, n)
		}
		fmt.Fprintf(&b, "%s%02d%s", o.ID, n, value)
	}
	return b.String(), nil
}

// Parse reads a merchant-presented code. It refuses what a payer's program should refuse: another checksum or one in lower
// case, a length that goes beyond the end, an object that stands twice, a missing or impossible one, letters that are not
// allowed in their place. The error wraps ErrCode and names the object.
func Parse(text string) (Code, error) {
	var c Code
	body, err := checked(text)
	if err != nil {
		return c, err
	}
	list, err := read(body, "")
	if err != nil {
		return c, err
	}
	if len(list) == 0 || list[0].ID != "00" || list[0].Value != "01" {
		return c, fmt.Errorf("%w: it does not begin with format 01", ErrCode)
	}
	amount, number := "", ""
	for i := range list {
		o := &list[i]
		if o.ID != "64" && !latin(o.Value) {
			return c, fmt.Errorf("%w: object %s has other than Latin letters", ErrCode, o.ID)
		}
		if template(o.ID) {
			if o.Parts, err = read(o.Value, o.ID+"-"); err != nil {
				return c, err
			}
			if len(o.Parts) == 0 {
				return c, fmt.Errorf("%w: template %s is empty", ErrCode, o.ID)
			}
			o.Value = ""
		}
		if err := c.take(*o, &amount, &number); err != nil {
			return c, err
		}
	}
	return c, c.finish(amount, number)
}

// checked answers the text before the checksum object.
func checked(text string) (string, error) {
	if len(text) > textMax || !utf8.ValidString(text) {
		return "", fmt.Errorf("%w: too long, or not UTF-8", ErrCode)
	}
	n := len(text) - 8
	if n < 6 || text[n:n+4] != "6304" {
		return "", fmt.Errorf("%w: it does not end with a checksum", ErrCode)
	}
	if sum := fmt.Sprintf("%04X", Checksum(text[:n+4])); sum != text[n+4:] {
		return "", fmt.Errorf("%w: checksum is %q, must be %s", ErrCode, text[n+4:], sum)
	}
	return text[:n], nil
}

// read takes objects apart. Lengths count characters: only template 64 has any that are more than a byte.
func read(text, in string) ([]Object, error) {
	var list []Object
	seen := map[string]bool{}
	for len(text) > 0 {
		if len(text) < 4 || !twoDigits(text[:2]) || !twoDigits(text[2:4]) {
			return nil, fmt.Errorf("%w: %safter object %d: no id and length", ErrCode, in, len(list))
		}
		id := text[:2]
		n, _ := strconv.Atoi(text[2:4])
		text = text[4:]
		end := 0
		for range n {
			_, size := utf8.DecodeRuneInString(text[end:])
			if size == 0 {
				return nil, fmt.Errorf("%w: object %s%s is cut off", ErrCode, in, id)
			}
			end += size
		}
		if n == 0 || seen[id] {
			return nil, fmt.Errorf("%w: object %s%s is empty or stands twice", ErrCode, in, id)
		}
		seen[id] = true
		list = append(list, Object{ID: id, Value: text[:end]})
		text = text[end:]
	}
	return list, nil
}

// take puts one object of the top level in its place.
func (c *Code) take(o Object, amount, number *string) error {
	into := map[string]*string{"52": &c.MCC, "53": number, "54": amount, "58": &c.Country, "59": &c.Name, "60": &c.City, "61": &c.Postal}
	switch {
	case o.ID == "00":
	case o.ID == "01":
		if o.Value != "11" && o.Value != "12" {
			return fmt.Errorf("%w: method %q", ErrCode, o.Value)
		}
		c.Once = o.Value == "12"
	case o.ID <= "51":
		c.Accounts = append(c.Accounts, o)
	case into[o.ID] != nil:
		*into[o.ID] = o.Value
	case o.ID == "62":
		c.Extra = o.Parts
	case o.ID == "63":
		return fmt.Errorf("%w: the checksum is not at the end", ErrCode)
	case o.ID == "64":
		c.Local = o.Parts
	default:
		c.More = append(c.More, o)
	}
	return nil
}

// finish checks what must be there and reads the amount.
func (c *Code) finish(amount, number string) error {
	switch {
	case len(c.Accounts) == 0:
		return fmt.Errorf("%w: no account", ErrCode)
	case len(c.MCC) != 4 || !digits(c.MCC):
		return fmt.Errorf("%w: merchant category %q", ErrCode, c.MCC)
	case len(c.Country) != 2 || strings.ToUpper(c.Country) != c.Country:
		return fmt.Errorf("%w: country %q", ErrCode, c.Country)
	case c.Name == "" || len(c.Name) > 25 || c.City == "" || len(c.City) > 15 || len(c.Postal) > 10:
		return fmt.Errorf("%w: name of 1 to 25, city of 1 to 15 and postal code of up to 10 characters", ErrCode)
	}
	for currency, n := range numeric {
		if n == number {
			c.Amount.Currency = currency
		}
	}
	if c.Amount.Currency == "" {
		return fmt.Errorf("%w: currency %q", ErrCode, number)
	}
	if amount == "" {
		return nil
	}
	whole, part, _ := strings.Cut(amount, ".")
	if len(amount) > 13 || !digits(whole) || (part != "" && !digits(part)) {
		return fmt.Errorf("%w: amount %q", ErrCode, amount)
	}
	got, err := money.Parse(strings.TrimSuffix(amount, "."), c.Amount.Currency)
	if err != nil || got.Minor <= 0 {
		return fmt.Errorf("%w: amount %q in %s", ErrCode, amount, c.Amount.Currency)
	}
	c.Amount = got
	return nil
}

// template reports whether the object of this id holds objects itself. 02 to 25 are the card schemes' own.
func template(id string) bool {
	return (id >= "26" && id <= "51") || id == "62" || id == "64" || id >= "80"
}

// Checksum is CRC-16/CCITT-FALSE: polynomial 1021, from FFFF.
func Checksum(text string) uint16 {
	crc := uint16(0xFFFF)
	for i := range len(text) {
		crc ^= uint16(text[i]) << 8
		for range 8 {
			if crc&0x8000 != 0 {
				crc = crc<<1 ^ 0x1021
			} else {
				crc <<= 1
			}
		}
	}
	return crc
}

func twoDigits(s string) bool { return len(s) == 2 && digits(s) }

func digits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// latin reports whether s is printable ASCII.
func latin(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// numeric are the ISO 4217 numbers.
var numeric = map[money.Currency]string{
	"CNY": "156", "JPY": "392", "USD": "840", "EUR": "978", "GBP": "826", "HKD": "344", "TWD": "901", "MOP": "446", "SGD": "702", "MYR": "458",
	"THB": "764", "VND": "704", "IDR": "360", "PHP": "608", "KRW": "410", "INR": "356", "AUD": "036", "NZD": "554", "CAD": "124", "CHF": "756",
	"SEK": "752", "NOK": "578", "DKK": "208", "PLN": "985", "CZK": "203", "HUF": "348", "RUB": "643", "BRL": "986", "MXN": "484", "CLP": "152",
	"ZAR": "710", "AED": "784", "SAR": "682", "KWD": "414", "BHD": "048", "OMR": "512", "JOD": "400", "TND": "788", "IQD": "368", "ISK": "352",
	"MNT": "496", "KZT": "398",
}
