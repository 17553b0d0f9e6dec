package catalog

import (
	"fmt"
	"math/big"
	"strings"

	"suanpan/app/money"
)

// Lists inside one cell: entries are separated by semicolons, their fields by bars, and a backslash in front takes the
// meaning from any of the three. So every text goes out and comes back as it was.
//
//	barcode     6901234567892; 6901234567908
//	names       en=Cola; ja=コーラ
//	units       六连包|6901234567915|6|15.00; 箱||24|55.00        name|barcode|factor|price
//	modifiers   less|少冰|0.00|冰量; pearl|珍珠|2.00|加料            code|name|price|group

// readList reads a list of texts. Lists of codes that people typed with the Chinese semicolon or comma are understood too.
func readList(cell string) []string {
	var out []string
	for _, entry := range entries(strings.NewReplacer("；", ";", "、", ";").Replace(cell)) {
		if len(entry) == 1 {
			out = append(out, entry[0])
		} else {
			out = append(out, strings.Join(entry, "|"))
		}
	}
	return out
}

func writeList(list []string) string {
	out := make([]string, len(list))
	for n, s := range list {
		out[n] = guard(s)
	}
	return strings.Join(out, "; ")
}

// entries takes a cell apart; empty entries fall out, blanks around fields as well.
func entries(cell string) [][]string {
	var out [][]string
	var entry []string
	var field strings.Builder
	space := 0 // length of the field without unguarded blanks at its end
	endField := func() {
		entry = append(entry, strings.TrimLeft(field.String()[:space], " "))
		field.Reset()
		space = 0
	}
	endEntry := func() {
		endField()
		if len(entry) > 1 || entry[0] != "" {
			out = append(out, entry)
		}
		entry = nil
	}
	guarded := false
	for _, r := range cell {
		switch {
		case guarded || (r != '\\' && r != ';' && r != '|'):
			field.WriteRune(r)
			if r != ' ' || guarded {
				space = field.Len()
			}
			guarded = false
		case r == '\\':
			guarded = true
		case r == '|':
			endField()
		default:
			endEntry()
		}
	}
	endEntry()
	return out
}

// guard writes one field so that entries gives it back.
func guard(s string) string {
	return strings.NewReplacer(`\`, `\\`, ";", `\;`, "|", `\|`, "；", `\；`, "、", `\、`).Replace(s)
}

func readNames(i *Item, cell string) error {
	i.Names = nil
	for _, entry := range entries(cell) {
		locale, name, ok := strings.Cut(strings.Join(entry, "|"), "=")
		locale, name = strings.TrimSpace(locale), strings.TrimSpace(name)
		if !ok || locale == "" || name == "" {
			return fmt.Errorf("%q is not locale=name", strings.Join(entry, "|"))
		}
		if i.Names == nil {
			i.Names = map[string]string{}
		}
		i.Names[locale] = name
	}
	return nil
}

func writeNames(i *Item) string {
	var out []string
	for _, locale := range sortedKeys(i.Names) {
		out = append(out, guard(locale+"="+i.Names[locale]))
	}
	return strings.Join(out, "; ")
}

func readUnits(i *Item, cell string) error {
	i.Units = nil
	for _, f := range entries(cell) {
		if len(f) != 4 {
			return fmt.Errorf("%q is not name|barcode|factor|price", strings.Join(f, "|"))
		}
		factor, err := money.ParseQty(f[2])
		if err != nil {
			return fmt.Errorf("factor of %s: %w", f[0], err)
		}
		price, err := readPrice(f[3])
		if err != nil {
			return fmt.Errorf("price of %s: %w", f[0], err)
		}
		i.Units = append(i.Units, Unit{Name: f[0], Barcode: f[1], Factor: factor, Price: price})
	}
	return nil
}

func writeUnits(i *Item) string {
	var out []string
	for _, u := range i.Units {
		out = append(out, guard(u.Name)+"|"+guard(u.Barcode)+"|"+u.Factor.String()+"|"+u.Price.Decimal("CNY"))
	}
	return strings.Join(out, "; ")
}

func readModifiers(i *Item, cell string) error {
	i.Modifiers = nil
	for _, f := range entries(cell) {
		if len(f) < 2 || len(f) > 4 {
			return fmt.Errorf("%q is not code|name|price|group", strings.Join(f, "|"))
		}
		m := Modifier{Code: f[0], Name: f[1]}
		if len(f) > 2 {
			price, err := readPrice(f[2])
			if err != nil {
				return fmt.Errorf("price of %s: %w", m.Code, err)
			}
			m.Price = price
		}
		if len(f) > 3 {
			m.Group = f[3]
		}
		i.Modifiers = append(i.Modifiers, m)
	}
	return nil
}

func writeModifiers(i *Item) string {
	var out []string
	for _, m := range i.Modifiers {
		out = append(out, guard(m.Code)+"|"+guard(m.Name)+"|"+m.Price.Decimal("CNY")+"|"+guard(m.Group))
	}
	return strings.Join(out, "; ")
}

// A spreadsheet takes a text that begins with one of these for a formula. Such a cell is written behind an apostrophe, which
// the reader takes off again; a text that had apostrophes in front of one gets one more, so that nothing is lost.
const formula = "=+-@\t\r"

func disarm(cell string) string {
	if rest := strings.TrimLeft(cell, "'"); rest != "" && strings.ContainsRune(formula, rune(rest[0])) {
		return "'" + cell
	}
	return cell
}

func rearm(cell string) string {
	if strings.HasPrefix(cell, "'") && disarm(cell) != cell {
		return cell[1:]
	}
	return cell
}

// plainNumber undoes what a spreadsheet does to numbers: 6.90123456789E+12 becomes 6901234567890, and binary tails as in
// 2.9900000000000002 are rounded to the fifteen digits that a spreadsheet knows. Other text stays.
func plainNumber(cell string) string {
	mantissa, exp, scientific := strings.Cut(strings.ToUpper(cell), "E")
	whole, frac, point := strings.Cut(strings.TrimPrefix(mantissa, "-"), ".")
	if !digits(whole) || (point && !digits(frac)) || len(cell) > 40 || (!scientific && len(whole)+len(frac) <= 15) || (!scientific && !point) {
		return cell
	}
	if e := strings.TrimLeft(exp, "+-"); scientific && (!digits(e) || len(e) > 2) {
		return cell
	}
	r, ok := new(big.Rat).SetString(cell)
	if !ok {
		return cell
	}
	places := 15
	for whole := new(big.Int).Abs(new(big.Int).Quo(r.Num(), r.Denom())); places > 0 && whole.Sign() > 0; places-- {
		whole.Quo(whole, big.NewInt(10))
	}
	out := r.FloatString(places)
	if strings.Contains(out, ".") {
		out = strings.TrimRight(strings.TrimRight(out, "0"), ".")
	}
	return out
}
