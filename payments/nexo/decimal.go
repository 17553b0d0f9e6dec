package nexo

import (
	"encoding/json"
	"strconv"
	"strings"

	"suanpan/app/money"
)

// digitsMax bounds an amount: below it no int64 overflows.
const digitsMax = 15

// decimal writes an amount as the wire's JSON number, from text: 12.50 and not 12.5.
func decimal(a money.Amount) json.Number { return json.Number(a.Decimal()) }

// amount reads the wire's JSON number into minor units without a float. A number with an exponent, a sign or more decimals
// than the currency has is no amount of money.
func amount(n json.Number, c money.Currency) (money.Amount, bool) {
	if !c.Known() {
		return money.Amount{}, false
	}
	whole, frac, _ := strings.Cut(string(n), ".")
	for len(frac) > c.Places() && frac[len(frac)-1] == '0' {
		frac = frac[:len(frac)-1]
	}
	if whole == "" || len(frac) > c.Places() {
		return money.Amount{}, false
	}
	digits := whole + frac + strings.Repeat("0", c.Places()-len(frac))
	if len(digits) > digitsMax || strings.Trim(digits, "0123456789") != "" {
		return money.Amount{}, false
	}
	minor, err := strconv.ParseInt(digits, 10, 64)
	return money.Of(minor, c), err == nil
}
