package money

import (
	"fmt"
	"math"
	"strings"
)

// Parse reads a decimal amount of c as people type it: "12.5", "1,234.50", full-width "１２．５", a leading sign.
// More decimals than the currency has, an empty text or an amount above MaxMinor is an error and changes nothing.
func Parse(text string, c Currency) (Amount, error) {
	n, err := parseFixed(text, c.Places())
	if err != nil {
		return Amount{}, err
	}
	if abs(n) > MaxMinor {
		return Amount{}, fmt.Errorf("%w: %q is above %s", ErrRange, clip(text), Amount{MaxMinor, c}.Decimal())
	}
	return Amount{n, c}, nil
}

// ParseQty reads a quantity with at most three decimals.
func ParseQty(text string) (Qty, error) { n, err := parseFixed(text, QtyPlaces); return Qty(n), err }

// ParsePrice reads a unit price in major units with at most four decimals.
func ParsePrice(text string) (Price, error) {
	n, err := parseFixed(text, PricePlaces)
	return Price(n), err
}

// ParseRate reads a fraction ("0.13") with at most six decimals.
func ParseRate(text string) (Rate, error) {
	n, err := parseFixed(text, RatePlaces)
	return Rate(n), err
}

// ParsePercent reads a percentage ("10", "12.5") with at most four decimals.
func ParsePercent(text string) (Rate, error) {
	n, err := parseFixed(strings.TrimSuffix(strings.TrimSpace(text), "%"), RatePlaces-2)
	return Rate(n), err
}

// Decimal returns a as plain decimal text with the currency's places: "1234.50", "-0.05".
func (a Amount) Decimal() string { return fixed(a.Minor, a.Currency.Places(), a.Currency.Places()) }

// Format returns a for people: sign of the currency, grouped thousands, a minus in front: "-¥1,234.50".
func (a Amount) Format() string {
	text := a.Decimal()
	minus := strings.HasPrefix(text, "-")
	text = strings.TrimPrefix(text, "-")
	whole, frac, _ := strings.Cut(text, ".")
	var b strings.Builder
	if minus {
		b.WriteByte('-')
	}
	b.WriteString(a.Currency.Sign())
	for i, r := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(r)
	}
	if frac != "" {
		b.WriteByte('.')
		b.WriteString(frac)
	}
	return b.String()
}

// String returns q without needless zeros: "2", "1.25".
func (q Qty) String() string { return fixed(int64(q), QtyPlaces, 0) }

// Weight returns q with its three decimals: "1.250".
func (q Qty) Weight() string { return fixed(int64(q), QtyPlaces, QtyPlaces) }

// Decimal returns p with at least the places of c and at most four: "2.50", "0.0125".
func (p Price) Decimal(c Currency) string { return fixed(int64(p), PricePlaces, c.Places()) }

// String returns r as a fraction: "0.13".
func (r Rate) String() string { return fixed(int64(r), RatePlaces, 0) }

// Percent returns r as a percentage without its sign: "13", "12.5".
func (r Rate) Percent() string { return fixed(int64(r), RatePlaces-2, 0) }

// fixed writes n, scaled by places, and drops trailing zeros down to least decimals.
func fixed(n int64, places, least int) string {
	sign := ""
	u := uint64(n)
	if n < 0 {
		sign, u = "-", -u
	}
	text := fmt.Sprintf("%0*d", places+1, u)
	whole, frac := text[:len(text)-places], text[len(text)-places:]
	for len(frac) > least && frac[len(frac)-1] == '0' {
		frac = frac[:len(frac)-1]
	}
	if frac == "" {
		return sign + whole
	}
	return sign + whole + "." + frac
}

// maxDigits bounds what a person or a file may enter; larger numbers are a mistake, not money.
const maxDigits = 15

// parseFixed reads decimal text into an integer scaled by places. Grouping commas are allowed only where thousands end.
func parseFixed(text string, places int) (int64, error) {
	s := strings.TrimSpace(Narrow(text))
	neg := false
	if t, ok := strings.CutPrefix(s, "-"); ok {
		neg, s = true, t
	} else {
		s = strings.TrimPrefix(s, "+")
	}
	whole, frac, point := strings.Cut(s, ".")
	whole, ok := ungroup(whole)
	if !ok || (whole == "" && frac == "") || (point && frac == "" && whole == "") {
		return 0, fmt.Errorf("%w: %q", ErrSyntax, clip(text))
	}
	for len(frac) > places && frac[len(frac)-1] == '0' {
		frac = frac[:len(frac)-1]
	}
	for _, r := range whole + frac {
		if r < '0' || r > '9' {
			return 0, fmt.Errorf("%w: %q", ErrSyntax, clip(text))
		}
	}
	if len(frac) > places {
		return 0, fmt.Errorf("%w: %q has more than %d", ErrPlaces, clip(text), places)
	}
	digits := strings.TrimLeft(whole+frac+strings.Repeat("0", places-len(frac)), "0")
	if len(digits) > maxDigits {
		return 0, fmt.Errorf("%w: %q", ErrRange, clip(text))
	}
	var n int64
	for _, r := range digits {
		n = n*10 + int64(r-'0')
	}
	if neg {
		n = -n
	}
	return n, nil
}

// ungroup removes thousands commas and refuses commas anywhere else, so that "12,50" is not read as 1250.
func ungroup(whole string) (string, bool) {
	if !strings.Contains(whole, ",") {
		return whole, true
	}
	groups := strings.Split(whole, ",")
	for i, g := range groups {
		if (i == 0 && (len(g) == 0 || len(g) > 3)) || (i > 0 && len(g) != 3) {
			return "", false
		}
	}
	return strings.Join(groups, ""), true
}

// Narrow turns full-width digits, signs and points into ASCII: an open Chinese input method types them (X10, N24).
func Narrow(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '！' && r <= '～':
			return r - '！' + '!'
		case r == '　':
			return ' '
		case r == '。':
			return '.'
		case r == '−':
			return '-'
		}
		return r
	}, text)
}

func clip(text string) string {
	r := []rune(text)
	if len(r) > 40 {
		return string(r[:40]) + "..."
	}
	return text
}

// MaxMinor is the largest amount that a till accepts from outside, in minor units; sums stay far below overflow.
const MaxMinor = math.MaxInt64 / 1_000_000
