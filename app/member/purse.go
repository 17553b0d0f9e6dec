// Package member is what a shop owes its members: stored value and gift cards as purses of lots, in what order they are
// spent, what a top-up brings on top, and what goes back where. It is pure; the shop keeps the figures and books them.
//
// Money that the customer paid (principal) and money that the shop gave on top (bonus) are never mixed: they have different
// ends, different books and often different law.
package member

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"time"

	"suanpan/app/money"
)

// ErrRules wraps what is wrong with Rules.
var ErrRules = errors.New("member: rules of stored value cannot be used")

// Part says whose money a lot was.
type Part string

// The parts.
const (
	Principal Part = "principal"
	Bonus     Part = "bonus"
)

// Lot is money of one part with one end. Minor is in minor units.
type Lot struct {
	Part    Part   `json:"part"`
	Expires string `json:"expires,omitempty"` // last day on which it can be spent, "2027-01-31"; empty: never
	Minor   int64  `json:"amount"`
}

// Key names a lot's place in the totals: "bonus@2027-01-31".
func (l Lot) Key() string { return string(l.Part) + "@" + l.Expires }

// ReadKey is the other way round.
func ReadKey(key string, minor int64) Lot {
	part, expires, _ := strings.Cut(key, "@")
	return Lot{Part(part), expires, minor}
}

// Over reports whether the lot cannot be spent on day any more.
func (l Lot) Over(day string) bool { return l.Expires != "" && l.Expires < day }

// Purse is what is on one card. The order of its lots means nothing.
type Purse []Lot

// Of adds up what of one part can be spent on day.
func (p Purse) Of(part Part, day string) (sum int64) {
	for _, l := range p {
		if l.Part == part && !l.Over(day) {
			sum += l.Minor
		}
	}
	return sum
}

// Spendable is what can be spent on day, both parts together.
func (p Purse) Spendable(day string) int64 { return p.Of(Principal, day) + p.Of(Bonus, day) }

// Over lists the lots that have ended before day, with what is left in them.
func (p Purse) Over(day string) []Lot {
	var out []Lot
	for _, l := range p {
		if l.Minor > 0 && l.Over(day) {
			out = append(out, l)
		}
	}
	sortLots(out)
	return out
}

// First says which part a purchase takes first.
type First string

// The orders of spending. Shared takes of both in the proportion in which they are there.
const (
	PrincipalFirst First = "principal"
	BonusFirst     First = "bonus"
	Shared         First = "shared"
)

// Spend takes minor out of what can be spent on day and answers which lots give how much; what ends soonest goes first.
// short is what is missing; then nothing may be taken.
func (p Purse) Spend(minor int64, day string, first First) (parts []Lot, short int64) {
	principal, bonus := p.Of(Principal, day), p.Of(Bonus, day)
	if minor > principal+bonus {
		return nil, minor - principal - bonus
	}
	fromBonus := min(bonus, minor)
	switch first {
	case Shared:
		split, _ := money.Spread(minor, []int64{principal, bonus}, []int64{principal, bonus})
		fromBonus = split[1]
	case BonusFirst:
	default:
		fromBonus = max(minor-principal, 0)
	}
	return append(p.take(Principal, minor-fromBonus, day), p.take(Bonus, fromBonus, day)...), 0
}

func (p Purse) take(part Part, minor int64, day string) (out []Lot) {
	lots := slices.Clone(p)
	sortLots(lots)
	for _, l := range lots {
		if l.Part != part || l.Over(day) || minor == 0 {
			continue
		}
		if l.Minor = min(l.Minor, minor); l.Minor > 0 {
			minor -= l.Minor
			out = append(out, l)
		}
	}
	return out
}

// sortLots puts what ends soonest first; what never ends comes last.
func sortLots(lots []Lot) {
	slices.SortFunc(lots, func(a, b Lot) int {
		if (a.Expires == "") != (b.Expires == "") {
			return strings.Compare(b.Expires, a.Expires)
		}
		return cmp.Or(strings.Compare(a.Expires, b.Expires), strings.Compare(string(a.Part), string(b.Part)))
	})
}

// Return gives minor back to the parts that it came from, in proportion to what is left of them, so that a refund in
// portions ends where a whole one does. spent is what the purchase took less what went back before. Principal that has ended
// meanwhile comes back without an end: nobody loses money by returning goods. Bonus keeps its end. more is what spent did
// not hold; then nothing may be given back. From says which lots of spent they are, To where they go; they match by index.
func Return(spent []Lot, minor int64, day string) (from, to []Lot, more int64) {
	spent = slices.Clone(spent)
	sortLots(spent)
	weights := make([]int64, len(spent))
	for i, l := range spent {
		weights[i] = l.Minor
	}
	split, more := money.Spread(minor, weights, weights)
	if more > 0 {
		return nil, nil, more
	}
	for i, l := range spent {
		if l.Minor = split[i]; l.Minor == 0 {
			continue
		}
		from = append(from, l)
		if l.Part == Principal && l.Over(day) {
			l.Expires = ""
		}
		to = append(to, l)
	}
	return from, to, 0
}

// Step is one row of the table of gifts (充值赠送): who loads From or more gets Gift on top.
type Step struct {
	From int64 `json:"from"` // minor units
	Gift int64 `json:"gift"`
}

// Rules are a shop's rules of stored value.
type Rules struct {
	Gifts         []Step `json:"gifts,omitempty"`
	First         First  `json:"spend_first,omitempty"`    // PrincipalFirst where empty
	GiftDays      int    `json:"gift_days,omitempty"`      // days for which a gift lasts; 0: for ever
	PrincipalDays int    `json:"principal_days,omitempty"` // of loaded money; 0: for ever. The law often wants 0
	VoucherDays   int    `json:"voucher_days,omitempty"`   // of gift cards; 0: for ever
}

// Check answers ErrRules where r cannot be used.
func (r Rules) Check() error {
	if r.First != "" && r.First != PrincipalFirst && r.First != BonusFirst && r.First != Shared {
		return ErrRules
	}
	for _, days := range []int{r.GiftDays, r.PrincipalDays, r.VoucherDays} {
		if days < 0 || days > 36600 {
			return ErrRules
		}
	}
	for _, s := range r.Gifts {
		if s.From <= 0 || s.From > money.MaxMinor || s.Gift < 0 || s.Gift > money.MaxMinor {
			return ErrRules
		}
	}
	return nil
}

// Gift is what loading minor brings on top: the row with the highest From that was reached.
func (r Rules) Gift(minor int64) (gift int64) {
	best := int64(0)
	for _, s := range r.Gifts {
		if minor >= s.From && s.From > best {
			best, gift = s.From, s.Gift
		}
	}
	return gift
}

// Load is what paying minor puts on a card on day (of the kind's own end): principal, and a gift where gifts are given.
func (r Rules) Load(kind Kind, minor int64, day string) []Lot {
	days := r.PrincipalDays
	if kind == Voucher {
		days = r.VoucherDays
	}
	lots := []Lot{{Principal, end(day, days), minor}}
	if gift := r.Gift(minor); kind == Member && gift > 0 {
		lots = append(lots, Lot{Bonus, end(day, r.GiftDays), gift})
	}
	return lots
}

// end is the last day of days days from day on, empty where days is 0.
func end(day string, days int) string {
	at, err := time.Parse(time.DateOnly, day)
	if days == 0 || err != nil {
		return ""
	}
	return at.AddDate(0, 0, days).Format(time.DateOnly)
}
