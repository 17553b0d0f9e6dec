package reconcile

import (
	"errors"
	"fmt"
	"math/bits"
	"slices"
	"strings"
	"time"

	"suanpan/app/money"
	"suanpan/app/pay"
)

// ErrFee wraps every reason for which a table of fees is refused; FeeFault says which row.
var ErrFee = errors.New("reconcile: fee table")

// FeeFault names what is wrong with a table of fees.
type FeeFault struct {
	Row  int    // from 1; 0 where it is the table
	Code string // fee_overlap, fee_gap, fee_cap, fee_dates, fee_rate, fee_promo, fee_rounding, fee_return, fee_empty
	Day  string // the first day in question
}

func (f *FeeFault) Error() string { return fmt.Sprintf("row %d: %s %s", f.Row, f.Code, f.Day) }

// Unwrap makes the fault an ErrFee.
func (f *FeeFault) Unwrap() error { return ErrFee }

// FeeRule is one row of the contract: what the provider keeps of a payment within its dates.
type FeeRule struct {
	ID      string     `json:"id"`
	Channel string     `json:"channel,omitempty"` // flow: code, qr, card; empty: every one
	Card    string     `json:"card,omitempty"`    // credit, debit; empty: every one
	From    string     `json:"from"`              // first day, "2026-01-01"
	To      string     `json:"to,omitempty"`      // last day; empty: without end
	Rate    money.Rate `json:"rate"`              // millionths: 6000 is 0.60 %
	Fixed   int64      `json:"fixed,omitempty"`   // minor units on top of each payment
	Min     int64      `json:"min,omitempty"`
	Cap     int64      `json:"cap,omitempty"`   // 封顶; 0: none
	Promo   bool       `json:"promo,omitempty"` // goes before the ordinary rule within its dates
}

// Return says what becomes of the fee when money goes back.
type Return string

// The ways.
const (
	ReturnShare Return = "share" // as much of the fee as of the payment
	ReturnNone  Return = "none"  // the provider keeps it
)

// FeeTable is one provider's contract.
type FeeTable struct {
	Provider string     `json:"provider"`
	Rounding money.Mode `json:"rounding"` // of each payment's fee to the minor unit: half_up, up, down, half_down
	Return   Return     `json:"return"`
	Rules    []FeeRule  `json:"rules"`
}

// Expected is what a table says of one movement.
type Expected struct {
	Known  bool
	Minor  int64 // above zero: kept; below: given back
	Rule   string
	Mode   money.Mode
	Likely func(theirs int64) string // nil: nothing to compare with
}

// Check refuses a table with an overlap, a gap or a cap under the minimum: none of them may be found out by a payment.
func (t FeeTable) Check() error {
	switch t.Rounding {
	case money.HalfUp, money.Up, money.Down, money.HalfDown:
	default:
		return &FeeFault{Code: "fee_rounding"}
	}
	if t.Return != ReturnShare && t.Return != ReturnNone {
		return &FeeFault{Code: "fee_return"}
	}
	if len(t.Rules) == 0 {
		return &FeeFault{Code: "fee_empty"}
	}
	groups := map[string][]int{}
	ids := map[string]bool{}
	for i, r := range t.Rules {
		if f := r.check(); f != "" {
			return &FeeFault{Row: i + 1, Code: f}
		}
		if r.ID == "" || ids[r.ID] {
			return &FeeFault{Row: i + 1, Code: "fee_id"}
		}
		ids[r.ID] = true
		name := fmt.Sprintf("%s|%s|%v", r.Channel, r.Card, r.Promo)
		groups[name] = append(groups[name], i)
	}
	names := make([]string, 0, len(groups))
	for name := range groups {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if err := t.chain(groups[name]); err != nil {
			return err
		}
	}
	return nil
}

func (r FeeRule) check() string {
	from, err := time.Parse(time.DateOnly, r.From)
	if err != nil {
		return "fee_dates"
	}
	if r.To != "" {
		if to, err := time.Parse(time.DateOnly, r.To); err != nil || to.Before(from) {
			return "fee_dates"
		}
	}
	switch {
	case r.Rate < 0 || r.Rate > money.Whole || r.Fixed < 0 || r.Min < 0 || r.Cap < 0 || max(r.Fixed, r.Min, r.Cap) > money.MaxMinor:
		return "fee_rate"
	case r.Cap > 0 && (r.Cap < r.Min || r.Cap < r.Fixed):
		return "fee_cap"
	case r.Promo && r.To == "":
		return "fee_promo" // a promotion without an end is the contract
	case strings.ContainsAny(r.Channel+r.Card, "|"):
		return "fee_rate"
	}
	return ""
}

// chain checks the rules that take turns over time: no day has two, and, promotions aside, none in between has no rule.
func (t FeeTable) chain(rows []int) error {
	slices.SortFunc(rows, func(a, b int) int { return strings.Compare(t.Rules[a].From, t.Rules[b].From) })
	for i := 1; i < len(rows); i++ {
		before, r := t.Rules[rows[i-1]], t.Rules[rows[i]]
		switch {
		case before.To == "" || before.To >= r.From:
			return &FeeFault{Row: rows[i] + 1, Code: "fee_overlap", Day: r.From}
		case !r.Promo && nextDay(before.To) != r.From:
			return &FeeFault{Row: rows[i] + 1, Code: "fee_gap", Day: nextDay(before.To)}
		}
	}
	return nil
}

func nextDay(day string) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return ""
	}
	return t.AddDate(0, 0, 1).Format(time.DateOnly)
}

// Rule finds the rule in force: promotions first, then the one that names most. Where the card's kind is not known and the
// table tells kinds apart, there is none: a guess is not a fee.
func (t FeeTable) Rule(day, channel, card string) (FeeRule, bool) {
	best, score := FeeRule{}, -1
	for _, r := range t.Rules {
		if day < r.From || (r.To != "" && day > r.To) || (r.Channel != "" && r.Channel != channel) {
			continue
		}
		if r.Card != "" && card == "" {
			return FeeRule{}, false
		}
		if r.Card != "" && r.Card != card {
			continue
		}
		s := 0
		for i, named := range []bool{r.Channel != "", r.Card != "", r.Promo} {
			if named {
				s += 1 << i
			}
		}
		if s > score {
			best, score = r, s
		}
	}
	return best, score >= 0
}

// Fee is what the rule keeps of minor, rounded once to the minor unit. minor is not negative.
func (r FeeRule) Fee(minor int64, mode money.Mode) int64 {
	fee := share(minor, int64(r.Rate), mode) + r.Fixed
	fee = max(fee, r.Min)
	if r.Cap > 0 {
		fee = min(fee, r.Cap)
	}
	return fee
}

// share is minor × rate, rounded as mode says. Neither is negative, and rate is at most one.
func share(minor, rate int64, mode money.Mode) int64 {
	hi, lo := bits.Mul64(uint64(minor), uint64(rate))
	q, rest := bits.Div64(hi, lo, uint64(money.Whole))
	return int64(q) + carry(int64(rest), int64(money.Whole), mode)
}

// carry is 1 where a remainder of whole is rounded up.
func carry(rest, whole int64, mode money.Mode) int64 {
	switch {
	case rest == 0 || mode == money.Down:
		return 0
	case mode == money.Up, mode == money.HalfDown && rest > whole-rest, mode != money.HalfDown && rest >= whole-rest:
		return 1
	}
	return 0
}

// Expect is the fee of a payment of minor taken on day.
func (t FeeTable) Expect(day, channel, card string, minor int64) Expected {
	r, ok := t.Rule(day, channel, card)
	if !ok {
		return Expected{}
	}
	return Expected{Known: true, Minor: r.Fee(minor, t.Rounding), Rule: r.ID, Mode: t.Rounding, Likely: func(theirs int64) string { return t.likely(theirs, minor) }}
}

// ExpectBack is the fee that comes back with a refund: fee is the payment's, and never more than that comes back. Where the bill
// says otherwise, Likely names the other way of the contract if it fits.
func (t FeeTable) ExpectBack(fee, paid, back int64) Expected {
	out := Expected{Known: true, Rule: string(t.Return), Mode: t.Rounding}
	shared := int64(0)
	if paid > 0 {
		hi, lo := bits.Mul64(uint64(fee), uint64(back))
		q, rest := bits.Div64(hi, lo, uint64(paid))
		shared = -(int64(q) + carry(int64(rest), paid, t.Rounding))
	}
	other := ReturnNone
	if t.Return == ReturnNone {
		other = ReturnShare
	} else {
		out.Minor = shared
	}
	out.Likely = func(theirs int64) string {
		if (other == ReturnNone && theirs == 0) || (other == ReturnShare && theirs == shared) {
			return string(other)
		}
		return ""
	}
	return out
}

// likely names the rule of the table that gives theirs; empty where none does.
func (t FeeTable) likely(theirs, minor int64) string {
	for _, r := range t.Rules {
		if r.Fee(minor, t.Rounding) == theirs {
			return r.ID
		}
	}
	return ""
}

// CardKind reads credit or debit out of a bill's literal bank type, such as ICBC_DEBIT or CMB_CREDIT; empty where it says neither.
func CardKind(channel string) string {
	upper := strings.ToUpper(channel)
	switch {
	case strings.HasSuffix(upper, "CREDIT") || strings.Contains(channel, "贷记") || strings.Contains(channel, "信用"):
		return "credit"
	case strings.HasSuffix(upper, "DEBIT") || strings.Contains(channel, "借记"):
		return "debit"
	}
	return ""
}

// Round brings an exact fee to the minor unit of c, half away from zero: once per settlement.
func Round(m pay.Micros, c money.Currency) int64 { return roundBy(m, c, money.HalfUp) }

func roundBy(m pay.Micros, c money.Currency, mode money.Mode) int64 {
	unit, n := perMinor(c), int64(m)
	if n < 0 {
		return -roundBy(-m, c, mode)
	}
	return n/unit + carry(n%unit, unit, mode)
}

// perMinor is how many Micros make a minor unit.
func perMinor(c money.Currency) int64 { return 1_000_000 / c.Minor() }

// feeGap compares in minor units: a bill may state the exact fee or the rounded one.
func feeGap(e Expected, theirs pay.Micros, c money.Currency) (FeeGap, bool) {
	if !e.Known {
		return FeeGap{}, false
	}
	said := roundBy(theirs, c, e.Mode)
	if said == e.Minor {
		return FeeGap{}, false
	}
	gap := FeeGap{Ours: e.Minor, Theirs: said, Rule: e.Rule}
	if e.Likely != nil {
		gap.Likely = e.Likely(said)
	}
	return gap, true
}
