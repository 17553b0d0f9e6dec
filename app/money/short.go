package money

import "strings"

// Short returns a for people without decimals where it is a whole number of major units: "¥100", "¥0.50". Note keys and
// denominations use it; sums never do.
func (a Amount) Short() string {
	text := a.Format()
	if unit := a.Currency.Minor(); unit > 1 && a.Minor%unit == 0 {
		text, _, _ = strings.Cut(text, ".")
	}
	return text
}
