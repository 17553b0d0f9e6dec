package money

import (
	"math"
	"math/bits"
)

// Scales of the fixed-point kinds below.
const (
	QtyPlaces   = 3 // thousandths
	PricePlaces = 4 // ten-thousandths of the major unit
	RatePlaces  = 6 // millionths
)

// Qty is a quantity in thousandths: 1000 is one piece, 1250 is 1.250 kg.
type Qty int64

// Price is a unit price in ten-thousandths of the currency's major unit: 25000 is 2.50 whatever the currency's places.
type Price int64

// Rate is a fraction in millionths: 130000 is 13 %. Taxes and percentage discounts are rates.
type Rate int64

// One is a quantity of one piece, or one kilogram.
const One Qty = 1000

// Whole is the rate of 100 %.
const Whole Rate = 1_000_000

// Pieces returns the quantity of n whole pieces.
func Pieces(n int64) Qty { return Qty(n * 1000) }

// PriceOf returns minor minor units of c as a unit price.
func PriceOf(minor int64, c Currency) Price {
	return Price(mulDiv(minor, pow10(PricePlaces), c.Minor(), halfAway))
}

// Minor returns the price in minor units of c, rounded half away from zero.
func (p Price) Minor(c Currency) int64 {
	return mulDiv(int64(p), c.Minor(), pow10(PricePlaces), halfAway)
}

// Exact reports whether p is a whole number of minor units of c.
func (p Price) Exact(c Currency) bool { return PriceOf(p.Minor(c), c) == p }

// Times returns p × q in c, rounded once, half away from zero.
func (p Price) Times(q Qty, c Currency) Amount {
	return Amount{mulDiv(int64(p), int64(q), pow10(PricePlaces+QtyPlaces-c.Places()), halfAway), c}
}

// QtyFor returns the quantity whose value at price p is nearest to a, in thousandths. A zero price answers 0.
// It serves labels that carry an amount instead of a weight (S2, "price wins").
func (p Price) QtyFor(a Amount) Qty {
	if p == 0 {
		return 0
	}
	return Qty(mulDiv(a.Minor, pow10(PricePlaces+QtyPlaces-a.Currency.Places()), int64(p), halfAway))
}

// Times returns q × f, where f is a unit's factor in thousandths (a case of 12 has 12000), rounded half away from zero.
func (q Qty) Times(f Qty) Qty { return Qty(mulDiv(int64(q), int64(f), int64(One), halfAway)) }

// Of returns the share r of a, rounded half away from zero.
func (r Rate) Of(a Amount) Amount {
	return Amount{mulDiv(a.Minor, int64(r), int64(Whole), halfAway), a.Currency}
}

// Share returns a × num / den, rounded half away from zero. It panics when den is zero.
func (a Amount) Share(num, den int64) Amount {
	return Amount{mulDiv(a.Minor, num, den, halfAway), a.Currency}
}

// how says where a remainder goes in a division; the sign is handled by the caller.
type how uint8

const (
	halfAway how = iota // half and more away from zero
	halfDown            // half and less towards zero
	toZero
	awayZero
)

// mulDiv returns a*b/d, rounded as h says. The product may have 128 bits; a result that does not fit panics.
func mulDiv(a, b, d int64, h how) int64 {
	hi, lo := bits.Mul64(size(a), size(b))
	by := size(d)
	if by == 0 {
		panic("money: division by zero")
	}
	if hi >= by {
		panic("money: product overflows")
	}
	q, r := bits.Div64(hi, lo, by)
	if r != 0 && (h == awayZero || (h == halfAway && r >= by-r) || (h == halfDown && r > by-r)) {
		q++
	}
	if q > math.MaxInt64 {
		panic("money: product overflows")
	}
	if (a < 0) != (b < 0) != (d < 0) {
		return -int64(q)
	}
	return int64(q)
}

func divInt(n, d int64, h how) int64 {
	q, r := n/d, n%d
	if r == 0 {
		return q
	}
	step := int64(1)
	if (n < 0) != (d < 0) {
		step = -1
	}
	r, d = abs(r), abs(d)
	if h == awayZero || (h == halfAway && r >= d-r) || (h == halfDown && r > d-r) {
		return q + step
	}
	return q
}

// size is the absolute value of n, that of the lowest number included.
func size(n int64) uint64 {
	if n < 0 {
		return -uint64(n)
	}
	return uint64(n)
}

func abs(n int64) int64 {
	if n < 0 {
		return -n
	}
	return n
}
