// Package money holds amounts, quantities, unit prices and rates as integers, and the few ways in which they may be
// combined: exact addition, one rounding per multiplication, and allocation whose parts add up to the whole.
//
// Every value here is a plain integer in a named unit; there is no floating point anywhere.
package money

import (
	"errors"
	"fmt"
	"math"
)

// Errors of parsing and of settings. Mixing currencies is a programmer's mistake and panics instead.
var (
	ErrSyntax   = errors.New("money: not a number")
	ErrRange    = errors.New("money: number too large")
	ErrPlaces   = errors.New("money: too many decimal places")
	ErrCurrency = errors.New("money: unknown currency")
	ErrRounding = errors.New("money: rounding unit must be a positive whole number of minor units")
)

// Currency is an ISO 4217 alphabetic code such as "CNY".
type Currency string

// Amount is money in the currency's minor unit (fen for CNY, yen for JPY, fils for KWD).
type Amount struct {
	Minor    int64    `json:"minor"`
	Currency Currency `json:"currency"`
}

// Of returns minor minor units of c.
func Of(minor int64, c Currency) Amount { return Amount{minor, c} }

// Zero reports whether a is nothing, in whatever currency.
func (a Amount) Zero() bool { return a.Minor == 0 }

// Add returns a+b. It panics when the currencies differ or the sum overflows: both are programming mistakes.
func (a Amount) Add(b Amount) Amount { return Amount{add(a.Minor, b.Minor), same(a, b)} }

// Sub returns a-b, with the panics of Add.
func (a Amount) Sub(b Amount) Amount { return a.Add(b.Neg()) }

// Neg returns -a. It panics for the one number that has no negative.
func (a Amount) Neg() Amount {
	if a.Minor == math.MinInt64 {
		panic("money: sum overflows")
	}
	return Amount{-a.Minor, a.Currency}
}

// Cmp compares a and b: -1, 0 or 1. It panics when the currencies differ.
func (a Amount) Cmp(b Amount) int {
	same(a, b)
	switch {
	case a.Minor < b.Minor:
		return -1
	case a.Minor > b.Minor:
		return 1
	}
	return 0
}

// String formats a for logs, as "12.50 CNY". People see Format.
func (a Amount) String() string { return a.Decimal() + " " + string(a.Currency) }

func same(a, b Amount) Currency {
	if a.Currency != b.Currency {
		panic(fmt.Sprintf("money: %s mixed with %s", a.Currency, b.Currency))
	}
	return a.Currency
}

func add(a, b int64) int64 {
	if (b > 0 && a > math.MaxInt64-b) || (b < 0 && a < math.MinInt64-b) {
		panic("money: sum overflows")
	}
	return a + b
}

// currencies maps each known code to its ISO 4217 exponent and the sign shown to people.
var currencies = map[Currency]struct {
	places int
	sign   string
}{
	"CNY": {2, "¥"}, "JPY": {0, "¥"}, "USD": {2, "$"}, "EUR": {2, "€"}, "GBP": {2, "£"}, "HKD": {2, "HK$"},
	"TWD": {2, "NT$"}, "MOP": {2, "MOP$"}, "SGD": {2, "S$"}, "MYR": {2, "RM"}, "THB": {2, "฿"}, "VND": {0, "₫"},
	"IDR": {2, "Rp"}, "PHP": {2, "₱"}, "KRW": {0, "₩"}, "INR": {2, "₹"}, "AUD": {2, "A$"}, "NZD": {2, "NZ$"},
	"CAD": {2, "C$"}, "CHF": {2, "CHF"}, "SEK": {2, "kr"}, "NOK": {2, "kr"}, "DKK": {2, "kr"}, "PLN": {2, "zł"},
	"CZK": {2, "Kč"}, "HUF": {2, "Ft"}, "RUB": {2, "₽"}, "BRL": {2, "R$"}, "MXN": {2, "MX$"}, "CLP": {0, "CLP$"},
	"ZAR": {2, "R"}, "AED": {2, "AED"}, "SAR": {2, "SAR"}, "KWD": {3, "KD"}, "BHD": {3, "BD"}, "OMR": {3, "OMR"},
	"JOD": {3, "JD"}, "TND": {3, "DT"}, "IQD": {3, "IQD"}, "ISK": {0, "kr"}, "MNT": {2, "₮"}, "KZT": {2, "₸"},
}

// Places returns the number of decimals of c: 2 for CNY, 0 for JPY, 3 for KWD. Unknown currencies have 2.
func (c Currency) Places() int {
	if e, ok := currencies[c]; ok {
		return e.places
	}
	return 2
}

// Known reports whether c is in the currency table.
func (c Currency) Known() bool { _, ok := currencies[c]; return ok }

// Sign returns what people write before an amount of c, the code itself when there is nothing shorter.
func (c Currency) Sign() string {
	if e, ok := currencies[c]; ok {
		return e.sign
	}
	return string(c) + " "
}

// Minor returns the minor units in one major unit: 100 for CNY, 1 for JPY, 1000 for KWD.
func (c Currency) Minor() int64 { return pow10(c.Places()) }

func pow10(n int) int64 {
	p := int64(1)
	for range n {
		p *= 10
	}
	return p
}
