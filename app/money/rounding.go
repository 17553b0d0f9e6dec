package money

import "fmt"

// Mode says how an amount is brought to a whole number of units (抹零, X26).
type Mode string

// The rounding modes. For amounts below zero (refunds) every mode works on the absolute value, so that a sale and its
// whole return round alike.
const (
	None     Mode = ""          // leave the amount alone
	Down     Mode = "down"      // 抹: drop the remainder, in the customer's favour
	Up       Mode = "up"        // 进: take the next whole unit
	HalfUp   Mode = "half_up"   // 四舍五入
	HalfDown Mode = "half_down" // 五舍六入
	HalfFive Mode = "half_five" // 二舍八入三七作五: to the nearest half unit; a quarter goes up
)

// Rounding brings totals to a unit. Unit is in minor units: 10 with Down is 抹分, 100 with Down is 抹角, 10 with Up is
// 见分进角, 100 with Up is 见角进元, 5 with HalfUp is Swiss cash rounding. CashOnly limits it to sales settled in cash alone.
type Rounding struct {
	Unit     int64 `json:"step,omitempty"`
	Mode     Mode  `json:"mode,omitempty"`
	CashOnly bool  `json:"only_cash,omitempty"`
}

// Check answers ErrRounding when the rule cannot be used.
func (r Rounding) Check() error {
	switch r.Mode {
	case None:
		return nil
	case Down, Up, HalfUp, HalfDown, HalfFive:
	default:
		return fmt.Errorf("%w: mode %q", ErrRounding, r.Mode)
	}
	if r.Unit <= 0 || r.Unit > 1_000_000_000 || (r.Mode == HalfFive && r.Unit%2 != 0) {
		return fmt.Errorf("%w: unit %d", ErrRounding, r.Unit)
	}
	return nil
}

// Apply returns the difference that r makes: a plus the difference is the rounded amount. An unusable rule makes none.
func (r Rounding) Apply(a Amount) Amount {
	if r.Mode == None || r.Check() != nil {
		return Amount{0, a.Currency}
	}
	unit := r.Unit
	h := map[Mode]how{Down: toZero, Up: awayZero, HalfUp: halfAway, HalfDown: halfDown, HalfFive: halfAway}[r.Mode]
	if r.Mode == HalfFive {
		unit /= 2
	}
	return Amount{divInt(a.Minor, unit, h)*unit - a.Minor, a.Currency}
}
