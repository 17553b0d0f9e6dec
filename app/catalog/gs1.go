package catalog

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"

	"suanpan/app/money"
)

// GS1 element strings as the GS1 General Specifications have them (chapters 3 and 7), by the table of elements, whose source
// and date stand there. Of the checks that the table names these are made: csum, dates, times, zero, nonzero, yesno, pieceoftotal;
// codes of countries, currencies, companies, coupons and the like pass as they are. GS1 Digital Link is left out.

// GS1Error says which application identifier of an element string is wrong, with its value. It wraps ErrBarcode.
type GS1Error struct {
	AI, Value, Reason string
}

// Error names the AI, the value and the reason.
func (e *GS1Error) Error() string {
	if e.AI == "" {
		return fmt.Sprintf("%v: GS1: %s: %q", ErrBarcode, e.Reason, e.Value)
	}
	return fmt.Sprintf("%v: GS1: (%s) %q: %s", ErrBarcode, e.AI, e.Value, e.Reason)
}

// Unwrap returns ErrBarcode.
func (e *GS1Error) Unwrap() error { return ErrBarcode }

// gs is the group separator that stands for FNC1.
const gs = "\x1d"

// readGS1 takes an element string apart. It answers what it understood even when it answers an error.
func readGS1(text string) (map[string]string, error) {
	found := map[string]string{}
	rest := strings.TrimPrefix(text, gs)
	for rest != "" {
		e, n := elementOf(rest)
		if e == nil {
			return found, &GS1Error{Value: rest, Reason: "no such application identifier, or a separator too many or missing"}
		}
		ai := rest[:n]
		rest = rest[n:]
		least, most := e.lengths()
		value, after, separated := strings.Cut(rest, gs)
		if e.fixed {
			if len(value) > most {
				value, after, separated = value[:most], rest[most:], false
			}
			after = strings.TrimPrefix(after, gs)
		}
		switch {
		case len(value) < least && separated:
			return found, &GS1Error{ai, value, fmt.Sprintf("a separator cuts it short, it has at least %d characters", least)}
		case len(value) < least:
			return found, &GS1Error{ai, value, fmt.Sprintf("too short, it has at least %d characters", least)}
		case len(value) > most:
			return found, &GS1Error{ai, value, fmt.Sprintf("too long, it has at most %d characters: the separator after it is missing", most)}
		}
		if err := e.check(ai, value); err != nil {
			return found, err
		}
		if had, twice := found[ai]; twice {
			return found, &GS1Error{ai, value, fmt.Sprintf("repeated, it was %q before", had)}
		}
		found[ai] = value
		rest = after
	}
	if len(found) == 0 {
		return found, &GS1Error{Value: text, Reason: "empty"}
	}
	return found, contradiction(found)
}

// readBracketed turns the printed form "(01)06901234567892(10)A7" into an element string.
func readBracketed(text string) string {
	var b strings.Builder
	for _, part := range strings.Split(text, "(") {
		ai, value, ok := strings.Cut(part, ")")
		if e, n := elementOf(ai); ok && e != nil && n == len(ai) {
			if b.Len() > 0 {
				b.WriteString(gs)
			}
			b.WriteString(ai + value)
		} else if b.Len() > 0 {
			b.WriteString("(" + part) // brackets may stand in values
		} else {
			b.WriteString(part)
		}
	}
	return b.String()
}

// elementOf returns the element that text begins with, and how many characters its identifier has.
func elementOf(text string) (*element, int) {
	for n := 2; n <= 4 && n <= len(text); n++ {
		ai := text[:n]
		i, _ := slices.BinarySearchFunc(elements[:], ai, func(e element, ai string) int { return strings.Compare(e.last, ai) })
		if i < len(elements) && len(elements[i].first) == n && elements[i].first <= ai && ai <= elements[i].last && digits(ai) {
			return &elements[i], n
		}
	}
	return nil, 0
}

// component is one part of an element's value.
type component struct {
	kind        byte
	least, most int
	optional    bool
	checks      []string
}

func (e *element) components() []component {
	var out []component
	for _, word := range strings.Fields(e.spec) {
		size, checks, _ := strings.Cut(word, ",")
		c := component{optional: strings.HasPrefix(size, "[")}
		size = strings.Trim(size, "[]")
		c.kind = size[0]
		least, most, variable := strings.Cut(size[1:], "..")
		if c.least, c.most = 1, small(most); !variable {
			c.least, c.most = small(least), small(least)
		}
		if checks != "" {
			c.checks = strings.Split(checks, ",")
		}
		out = append(out, c)
	}
	return out
}

// lengths returns the bounds of the whole value.
func (e *element) lengths() (least, most int) {
	for _, c := range e.components() {
		if !c.optional {
			least += c.least
		}
		most += c.most
	}
	return least, most
}

func (e *element) check(ai, value string) error {
	rest := value
	for _, c := range e.components() {
		if rest == "" && c.optional {
			continue
		}
		part := rest[:min(c.most, len(rest))]
		rest = rest[len(part):]
		if len(part) < c.least {
			return &GS1Error{ai, value, "too short"}
		}
		if i := strings.IndexFunc(part, func(r rune) bool { return !allowed(c.kind, r) }); i >= 0 {
			return &GS1Error{ai, value, fmt.Sprintf("character %q is not allowed", part[i])}
		}
		for _, name := range c.checks {
			if reason := lint(name, part); reason != "" {
				return &GS1Error{ai, value, reason}
			}
		}
	}
	return nil
}

func allowed(kind byte, r rune) bool {
	number, upper, lower := r >= '0' && r <= '9', r >= 'A' && r <= 'Z', r >= 'a' && r <= 'z'
	switch kind {
	case 'N':
		return number
	case 'Y':
		return number || upper || r == '#' || r == '-' || r == '/'
	case 'Z':
		return number || upper || lower || r == '-' || r == '_' || r == '='
	}
	return number || upper || lower || (r < 0x80 && strings.ContainsRune(`!"%&'()*+,-./:;<=>?_`, r))
}

// lint makes one check of the dictionary and answers what is wrong.
func lint(name, v string) string {
	switch name {
	case "csum":
		if want := CheckDigit(v[:len(v)-1]); v[len(v)-1] != want {
			return fmt.Sprintf("its check digit is %c", want)
		}
	case "yymmdd", "yymmd0":
		if !dateOK("20"+v, name == "yymmd0") {
			return "no such date"
		}
	case "yyyymmdd":
		if !dateOK(v, false) {
			return "no such date"
		}
	case "hhmi", "hh", "mi", "ss":
		if (name[0] == 'h' && v[:2] > "23") || v[len(v)-2:] > "59" {
			return "no such time"
		}
	case "zero":
		if strings.Trim(v, "0") != "" {
			return "must be zero"
		}
	case "nonzero":
		if strings.Trim(v, "0") == "" {
			return "must not be zero"
		}
	case "yesno":
		if v > "1" {
			return "must be 0 or 1"
		}
	case "pieceoftotal":
		if v[:2] == "00" || v[:2] > v[2:] {
			return "no such piece"
		}
	}
	return ""
}

// dateOK reports whether yyyymmdd is a day; with zeroDay the day may be 00, which is the last of the month.
func dateOK(v string, zeroDay bool) bool {
	if zeroDay && strings.HasSuffix(v, "00") {
		v = v[:6] + "01"
	}
	_, err := time.Parse("20060102", v)
	return err == nil
}

// GS1Date turns the six digits of AI 11 to 17 into a day (UTC midnight), in the century that is nearest to now. Day 00 is the
// last of the month.
func GS1Date(yymmdd string, now time.Time) (time.Time, error) {
	if len(yymmdd) != 6 || !digits(yymmdd) || !dateOK("20"+yymmdd, true) {
		return time.Time{}, fmt.Errorf("%w: %q is no date", ErrBarcode, yymmdd)
	}
	year := now.Year()/100*100 + small(yymmdd[:2])
	switch d := year - now.Year(); {
	case d >= 51:
		year -= 100
	case d <= -50:
		year += 100
	}
	month, day := time.Month(small(yymmdd[2:4])), small(yymmdd[4:])
	if day == 0 {
		return time.Date(year, month+1, 0, 0, 0, 0, 0, time.UTC), nil
	}
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC), nil
}

// contradiction answers which two identifiers must not stand together.
func contradiction(found map[string]string) error {
	ais := make([]string, 0, len(found))
	for ai := range found {
		ais = append(ais, ai)
	}
	slices.Sort(ais)
	for _, ai := range ais {
		e, _ := elementOf(ai)
		for _, pattern := range strings.Split(e.ex, ",") {
			for _, other := range ais {
				if other != ai && likeAI(pattern, other) {
					return &GS1Error{other, found[other], fmt.Sprintf("must not stand together with (%s) %q", ai, found[ai])}
				}
			}
		}
	}
	return nil
}

// likeAI reports whether ai is one of pattern, in which n is any digit.
func likeAI(pattern, ai string) bool {
	if len(pattern) != len(ai) {
		return false
	}
	for i := range len(ai) {
		if pattern[i] != 'n' && pattern[i] != ai[i] {
			return false
		}
	}
	return true
}

// takeGS1 moves what a sale needs out of the elements into the scan: GTIN, net weight, price, count.
func (s *Scan) takeGS1() error {
	for _, ai := range []string{"01", "02", "03"} {
		if gtin, ok := s.AI[ai]; ok {
			s.Code = short(gtin)
			break
		}
	}
	for ai, v := range s.AI {
		var err error
		switch places := int(ai[len(ai)-1] - '0'); {
		case strings.HasPrefix(ai, "310"):
			err = setQty(&s.Weight, v, places, 1, 1)
		case strings.HasPrefix(ai, "320"):
			err = setQty(&s.Weight, v, places, 45_359_237, 100_000_000)
		case strings.HasPrefix(ai, "392"):
			err = s.setPrice(v, places)
		case strings.HasPrefix(ai, "393"):
			s.Currency = currencyOf(v[:3])
			err = s.setPrice(v[3:], places)
		case ai == "30", ai == "37":
			err = setQty(&s.Qty, v, 0, 1, 1)
		}
		if err != nil {
			return &GS1Error{ai, v, err.Error()}
		}
	}
	return nil
}

// setQty reads v, which has so many decimals, times num/den into thousandths, rounded half up.
func setQty(q **money.Qty, v string, places int, num, den int64) error {
	n, ok := new(big.Int).SetString(v, 10)
	if !ok {
		return money.ErrSyntax
	}
	n.Mul(n, big.NewInt(num*int64(money.One)*2))
	d := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(places)), nil)
	d.Mul(d, big.NewInt(den))
	n.Add(n, d)
	n.Quo(n, d.Lsh(d, 1))
	if !n.IsInt64() || n.Int64() > int64(QtyMax) {
		return money.ErrRange
	}
	*q = new(money.Qty(n.Int64()))
	return nil
}

func (s *Scan) setPrice(v string, places int) error {
	n, ok := new(big.Int).SetString(v, 10)
	if !ok {
		return money.ErrSyntax
	}
	exp := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(max(places-money.PricePlaces, money.PricePlaces-places))), nil)
	if places > money.PricePlaces {
		rest := new(big.Int)
		if n.QuoRem(n, exp, rest); rest.Sign() != 0 {
			return money.ErrPlaces
		}
	} else {
		n.Mul(n, exp)
	}
	if !n.IsInt64() || n.Int64() > int64(PriceMax) {
		return money.ErrRange
	}
	s.Price = new(money.Price(n.Int64()))
	return nil
}

// small reads up to nine digits; the callers have made sure that they are digits.
func small(s string) int {
	n := 0
	for _, r := range s[:min(len(s), 9)] {
		n = n*10 + int(r-'0')
	}
	return n
}

// currencyOf names a currency by its ISO 4217 number, as AI 393n has it; "" is one that no till here sells in.
func currencyOf(number string) money.Currency {
	return map[string]money.Currency{
		"156": "CNY", "392": "JPY", "840": "USD", "978": "EUR", "826": "GBP", "344": "HKD", "901": "TWD", "446": "MOP", "702": "SGD",
		"458": "MYR", "764": "THB", "704": "VND", "360": "IDR", "608": "PHP", "410": "KRW", "356": "INR", "036": "AUD", "554": "NZD",
		"124": "CAD", "756": "CHF", "752": "SEK", "578": "NOK", "208": "DKK", "985": "PLN", "203": "CZK", "348": "HUF", "643": "RUB",
		"986": "BRL", "484": "MXN", "152": "CLP", "710": "ZAR", "784": "AED", "682": "SAR", "414": "KWD", "048": "BHD", "512": "OMR",
		"400": "JOD", "788": "TND", "368": "IQD", "352": "ISK", "496": "MNT", "398": "KZT",
	}[number]
}
