package catalog

import (
	"fmt"
	"strings"

	"suanpan/app/money"
)

// Value says what the digits inside a label mean.
type Value string

// The meanings. Member and Cashier rules have no item: their digits are the number of a person.
const (
	WeightValue   Value = "weight"   // kilograms
	PriceValue    Value = "price"    // the amount of the label, major units
	QuantityValue Value = "quantity" // pieces
	DiscountValue Value = "discount" // an amount off, major units
	MemberValue   Value = "member"
	CashierValue  Value = "cashier"
)

// What wins when label and catalogue could both give a line's amount (S2).
const (
	LabelWins   = "label"
	CatalogWins = "catalog"
)

// Rule is one row of the table of weighed labels: prefix, item digits, verifier digit if any, value digits, digits of a
// second value if any, check digit. All of it has 13 or 18 digits (S1, S3).
type Rule struct {
	Prefix      string `json:"prefix"`
	ItemDigits  int    `json:"item_digits"`
	ValueDigits int    `json:"value_digits"`
	Value       Value  `json:"value"`
	Decimals    int    `json:"decimals"` // of the value
	Wins        string `json:"wins,omitempty"`

	// Verifier: a digit between item and value checks the value, by GS1 General Specifications 7.9 (S5). Four or five digits.
	Verifier bool `json:"verifier,omitempty"`

	Second         Value `json:"second,omitempty"` // the other of weight and price
	SecondDigits   int   `json:"second_digits,omitempty"`
	SecondDecimals int   `json:"second_decimals,omitempty"`
	Tolerance      int64 `json:"tolerance,omitempty"` // minor units between amount and weight × price; by the resolution of the weight where 0
}

// DefaultRules is the table of a new shop: 21 item(5) amount(5), 22 item(5) grams(5), and the 18 digits of
// 26 item(5) amount(5) grams(5). Which value wins is the shop's setting.
func DefaultRules() []Rule {
	return []Rule{
		{Prefix: "21", ItemDigits: 5, ValueDigits: 5, Value: PriceValue, Decimals: 2},
		{Prefix: "22", ItemDigits: 5, ValueDigits: 5, Value: WeightValue, Decimals: 3},
		{Prefix: "26", ItemDigits: 5, ValueDigits: 5, Value: PriceValue, Decimals: 2,
			Second: WeightValue, SecondDigits: 5, SecondDecimals: 3},
	}
}

// Digits returns the length of the codes that r describes.
func (r Rule) Digits() int {
	n := len(r.Prefix) + r.ItemDigits + r.ValueDigits + r.SecondDigits + 1
	if r.Verifier {
		n++
	}
	return n
}

// CheckRules answers ErrRules when a row cannot be used or two rows could read one code.
func CheckRules(rules []Rule) error {
	for i, r := range rules {
		if err := r.check(); err != nil {
			return fmt.Errorf("%w: prefix %q: %w", ErrRules, r.Prefix, err)
		}
		for _, s := range rules[:i] {
			if r.Digits() == s.Digits() && (strings.HasPrefix(r.Prefix, s.Prefix) || strings.HasPrefix(s.Prefix, r.Prefix)) {
				return fmt.Errorf("%w: prefixes %s and %s overlap at %d digits", ErrRules, s.Prefix, r.Prefix, r.Digits())
			}
		}
	}
	return nil
}

func (r Rule) check() error {
	places := func(v Value, digits, decimals int) error {
		most := map[Value]int{WeightValue: money.QtyPlaces, QuantityValue: money.QtyPlaces, PriceValue: money.PricePlaces, DiscountValue: money.PricePlaces}
		m, ok := most[v]
		switch {
		case !ok:
			return fmt.Errorf("value %q is not known", v)
		case decimals < 0 || decimals > m:
			return fmt.Errorf("%s with %d decimals, at most %d", v, decimals, m)
		case digits < 1 || digits > 9:
			return fmt.Errorf("%s with %d digits, it has one to nine", v, digits)
		}
		return nil
	}
	person := r.Value == MemberValue || r.Value == CashierValue
	switch {
	case !digits(r.Prefix) || len(r.Prefix) > 8:
		return fmt.Errorf("a prefix is one to eight digits")
	case r.ItemDigits < 0 || r.ValueDigits < 0 || r.SecondDigits < 0:
		return fmt.Errorf("digits below zero")
	case r.Digits() != 13 && r.Digits() != 18:
		return fmt.Errorf("%d digits in all, labels have 13 or 18", r.Digits())
	case r.Wins != "" && r.Wins != LabelWins && r.Wins != CatalogWins:
		return fmt.Errorf("wins is %q, neither label nor catalog", r.Wins)
	case r.Tolerance < 0:
		return fmt.Errorf("tolerance below zero")
	case person && (r.ItemDigits != 0 || r.Verifier || r.Second != "" || r.SecondDigits != 0 || r.ValueDigits < 1):
		return fmt.Errorf("a person's code has value digits only")
	case person:
		return nil
	case r.ItemDigits < 1:
		return fmt.Errorf("no item digits")
	case r.Verifier && r.ValueDigits != 4 && r.ValueDigits != 5:
		return fmt.Errorf("a verifier digit goes with 4 or 5 value digits, not %d", r.ValueDigits)
	case (r.Second == "") != (r.SecondDigits == 0):
		return fmt.Errorf("second value %q with %d digits", r.Second, r.SecondDigits)
	}
	if err := places(r.Value, r.ValueDigits, r.Decimals); err != nil || r.Second == "" {
		return err
	}
	if !(r.Value == PriceValue && r.Second == WeightValue) && !(r.Value == WeightValue && r.Second == PriceValue) {
		return fmt.Errorf("two values are a price and a weight")
	}
	return places(r.Second, r.SecondDigits, r.SecondDecimals)
}

// ruleFor returns the rule that reads code, 13 or 18 digits. A rule that cannot be used reads nothing.
func ruleFor(code string, rules []Rule) *Rule {
	for i := range rules {
		if rules[i].Digits() == len(code) && strings.HasPrefix(code, rules[i].Prefix) && rules[i].check() == nil {
			return &rules[i]
		}
	}
	return nil
}

// readLabel fills the scan from a code that r describes. It answers what is wrong: the check digit first, then the inner
// verifier (S1, S5).
func (s *Scan) readLabel(code string, r Rule) error {
	s.Rule = &r
	if err := checked(code); err != nil {
		return err
	}
	rest := code[len(r.Prefix) : len(code)-1]
	if r.Value == MemberValue || r.Value == CashierValue {
		s.Number = rest
		return nil
	}
	s.PLU, rest = rest[:r.ItemDigits], rest[r.ItemDigits:]
	if r.Verifier {
		digit := rest[0]
		rest = rest[1:]
		if want := VerifierDigit(rest[:r.ValueDigits]); digit != want {
			return fmt.Errorf("%w: item %s, value %s: verifier digit is %c, must be %c", ErrBarcode, s.PLU, rest[:r.ValueDigits], digit, want)
		}
	}
	s.take(r.Value, rest[:r.ValueDigits], r.Decimals)
	if r.Second != "" {
		s.take(r.Second, rest[r.ValueDigits:], r.SecondDecimals)
	}
	return nil
}

// take stores one value of a label; CheckRules has bounded digits and decimals, so that nothing overflows.
func (s *Scan) take(v Value, text string, decimals int) {
	n := int64(0)
	for i := range min(len(text), 12) {
		n = n*10 + int64(text[i]-'0')
	}
	scale := func(places int) int64 {
		m := n
		for range max(places-decimals, 0) {
			m *= 10
		}
		return m
	}
	switch v {
	case WeightValue:
		s.Weight = new(money.Qty(scale(money.QtyPlaces)))
	case QuantityValue:
		s.Qty = new(money.Qty(scale(money.QtyPlaces)))
	case PriceValue:
		s.Price = new(money.Price(scale(money.PricePlaces)))
	case DiscountValue:
		s.Discount = new(money.Price(scale(money.PricePlaces)))
	}
}

// VerifierDigit returns the inner check digit of four or five value digits, by the weighting tables of GS1 General
// Specifications 7.9. It answers 0 for anything else.
func VerifierDigit(value string) byte {
	const (
		minus2 = "0246891357"
		times3 = "0369258147"
		plus5  = "0516273849"
		minus5 = "0594837261"
	)
	weighted := func(tables ...string) int {
		sum := 0
		for i, t := range tables {
			sum += int(t[value[i]-'0'] - '0')
		}
		return sum
	}
	if !digits(value) {
		return '0'
	}
	switch len(value) {
	case 4:
		return byte('0' + weighted(minus2, minus2, times3, minus5)*3%10)
	case 5:
		rest := (10 - weighted(plus5, minus2, minus5, plus5, minus2)%10) % 10
		return byte('0' + strings.IndexByte(minus5, byte('0'+rest)))
	}
	return '0'
}
