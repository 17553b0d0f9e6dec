package app

import "suanpan/app/money"

// Denominations are the notes and coins of a currency in circulation, largest first, in minor units: the rows of a count.
// Where the currency is not listed, powers of ten and their halves and fifths serve.
func Denominations(c money.Currency) []int64 {
	switch c {
	case "CNY":
		return []int64{10000, 5000, 2000, 1000, 500, 100, 50, 10}
	case "JPY":
		return []int64{10000, 5000, 2000, 1000, 500, 100, 50, 10, 5, 1}
	case "KRW":
		return []int64{50000, 10000, 5000, 1000, 500, 100, 50, 10}
	case "EUR":
		return []int64{50000, 20000, 10000, 5000, 2000, 1000, 500, 200, 100, 50, 20, 10, 5, 2, 1}
	case "USD":
		return []int64{10000, 5000, 2000, 1000, 500, 200, 100, 25, 10, 5, 1}
	case "GBP":
		return []int64{5000, 2000, 1000, 500, 200, 100, 50, 20, 10, 5, 2, 1}
	case "HKD":
		return []int64{100000, 50000, 10000, 5000, 2000, 1000, 500, 200, 100, 50, 20, 10}
	case "TWD":
		return []int64{200000, 100000, 50000, 20000, 10000, 5000, 2000, 1000, 500, 100}
	}
	u := c.Minor()
	return []int64{100 * u, 50 * u, 20 * u, 10 * u, 5 * u, 2 * u, u}
}

// Tally is what a count by denomination adds up to, in minor units. ok is false while any denomination is missing, below
// zero or beyond what a drawer holds: an empty or half-done count cannot be sent (X32).
func Tally(c money.Currency, pieces map[int64]int64) (minor int64, ok bool) {
	const most = 1_000_000
	ok = true
	for _, d := range Denominations(c) {
		n, there := pieces[d]
		if !there || n < 0 || n > most {
			ok = false
			continue
		}
		minor += d * n
	}
	return minor, ok
}
