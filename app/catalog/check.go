package catalog

import (
	"errors"
	"fmt"
	"hash/maphash"
	"slices"
	"strings"
	"unicode"

	"suanpan/app/money"
)

// Bounds of the texts and lists of an item, in characters and entries.
const (
	skuMax, nameMax, textMax  = 64, 200, 500
	barcodesMax, modifiersMax = 50, 200
)

// Fault is one field of an item that cannot be taken, as the line-by-line list of an import shows it. It wraps ErrInvalid,
// ErrBarcode or ErrDuplicate.
type Fault struct {
	Row    int    `json:"row,omitempty"` // of the table, the heading being 1; 0 where there is no table
	Field  string `json:"field"`
	Reason string `json:"reason"`
	Err    error  `json:"-"`
}

// Error names row, field and reason.
func (f *Fault) Error() string {
	if f.Row != 0 {
		return fmt.Sprintf("%v: row %d: %s: %s", f.Err, f.Row, f.Field, f.Reason)
	}
	return fmt.Sprintf("%v: %s: %s", f.Err, f.Field, f.Reason)
}

// Unwrap returns the sentinel.
func (f *Fault) Unwrap() error { return f.Err }

// Faults takes an error of this package apart into its faults.
func Faults(err error) []*Fault {
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		var out []*Fault
		for _, e := range many.Unwrap() {
			out = append(out, Faults(e)...)
		}
		return out
	}
	if f := (*Fault)(nil); errors.As(err, &f) {
		return []*Fault{f}
	}
	return nil
}

// Normal returns the item with blanks trimmed, full-width digits in codes made narrow, the PLU without leading zeros
// (PLUKey), and lists without empty or repeated entries. It shares nothing with i.
func (i Item) Normal() Item {
	code := func(s string) string { return strings.TrimSpace(money.Narrow(s)) }
	i.SKU, i.PLU = code(i.SKU), PLUKey(code(i.PLU))
	for _, text := range []*string{&i.Name, &i.Unit, &i.Category, &i.Station, &i.Style, &i.Colour, &i.Size, &i.Picture, &i.Colourmark} {
		*text = strings.TrimSpace(*text)
	}
	i.Taxes, i.Barcodes = tidy(i.Taxes, strings.TrimSpace), tidy(i.Barcodes, code)
	i.Units, i.Modifiers = slices.Clone(i.Units), slices.Clone(i.Modifiers)
	for n := range i.Units {
		i.Units[n].Name, i.Units[n].Barcode = strings.TrimSpace(i.Units[n].Name), code(i.Units[n].Barcode)
	}
	for n := range i.Modifiers {
		m := &i.Modifiers[n]
		m.Code, m.Name, m.Group = strings.TrimSpace(m.Code), strings.TrimSpace(m.Name), strings.TrimSpace(m.Group)
	}
	names := i.Names
	i.Names = nil
	for locale, name := range names {
		if name = strings.TrimSpace(name); name != "" {
			if i.Names == nil {
				i.Names = map[string]string{}
			}
			i.Names[strings.TrimSpace(locale)] = name
		}
	}
	return i
}

func tidy(list []string, clean func(string) string) []string {
	var out []string
	for _, s := range list {
		if s = clean(s); s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// Conditions of a check: which tax codes there are, and whether an item must name one. An item that names none sells at the
// shop's default class; that is for imports, a person who saves an item is asked (X24).
type Conditions struct {
	Taxes     []Tax
	TaxNeeded bool
}

// Check answers every fault of an item that has been made Normal, joined, or nil.
func (i Item) Check(c Conditions) error {
	var faults []error
	fault := func(err error, field, format string, a ...any) {
		faults = append(faults, &Fault{Field: field, Reason: fmt.Sprintf(format, a...), Err: err})
	}
	i.checkTexts(fault)
	i.checkNumbers(fault)
	i.checkTaxes(c, fault)
	i.checkCodes(fault)
	i.checkUnits(fault)
	return errors.Join(faults...)
}

type report func(err error, field, format string, a ...any)

func (i Item) checkTexts(fault report) {
	if i.SKU == "" {
		fault(ErrInvalid, "sku", "missing")
	}
	if i.Name == "" {
		fault(ErrInvalid, "name", "missing")
	}
	for _, t := range []struct {
		field, text string
		most        int
	}{
		{"sku", i.SKU, skuMax}, {"name", i.Name, nameMax}, {"unit", i.Unit, skuMax}, {"plu", i.PLU, skuMax}, {"category", i.Category, nameMax},
		{"station", i.Station, nameMax}, {"style", i.Style, nameMax}, {"colour", i.Colour, nameMax}, {"size", i.Size, nameMax},
		{"picture", i.Picture, textMax}, {"tile", i.Colourmark, skuMax},
	} {
		checkText(t.field, t.text, t.most, fault)
	}
	for _, locale := range sortedKeys(i.Names) {
		checkText("names", locale+i.Names[locale], nameMax, fault)
	}
	switch i.Kind {
	case "", Goods, Service, Dish, Fee, Ticket:
	default:
		fault(ErrInvalid, "kind", "%q is no kind of item", i.Kind)
	}
	if i.PLU != "" && !digits(i.PLU) {
		fault(ErrInvalid, "plu", "%q is not a number", i.PLU)
	}
	if (i.Colour != "" || i.Size != "") && i.Style == "" {
		fault(ErrInvalid, "style", "colour and size belong to a style")
	}
}

func checkText(field, text string, most int, fault report) {
	n := 0
	for _, r := range text {
		n++
		if unicode.IsControl(r) || r == unicode.ReplacementChar {
			fault(ErrInvalid, field, "character %q cannot be used", r)
			return
		}
	}
	if n > most {
		fault(ErrInvalid, field, "%d characters, at most %d", n, most)
	}
}

func (i Item) checkNumbers(fault report) {
	for _, p := range []struct {
		field string
		price money.Price
	}{{"price", i.Price}, {"floor", i.Floor}, {"cost", i.Cost}} {
		if p.price < 0 || p.price > PriceMax {
			fault(ErrInvalid, p.field, "%s, must be between 0 and %s", p.price.Decimal("CNY"), PriceMax.Decimal("CNY"))
		}
	}
	if i.Floor > i.Price {
		fault(ErrInvalid, "floor", "%s is above the price %s", i.Floor.Decimal("CNY"), i.Price.Decimal("CNY"))
	}
	if i.Tare < 0 || i.Tare > QtyMax {
		fault(ErrInvalid, "tare", "%s", i.Tare)
	}
	if len(i.Modifiers) > modifiersMax {
		fault(ErrInvalid, "modifiers", "%d, at most %d", len(i.Modifiers), modifiersMax)
	}
	for n, m := range i.Modifiers {
		if m.Code == "" || m.Name == "" || m.Price > PriceMax || m.Price < -PriceMax {
			fault(ErrInvalid, "modifiers", "%q needs a code, a name and a price in bounds", m.Code)
		}
		if slices.ContainsFunc(i.Modifiers[:n], func(o Modifier) bool { return o.Code == m.Code }) {
			fault(ErrInvalid, "modifiers", "code %q twice", m.Code)
		}
		checkText("modifiers", m.Code+m.Name+m.Group, nameMax, fault)
	}
}

func (i Item) checkTaxes(c Conditions, fault report) {
	if len(i.Taxes) == 0 && c.TaxNeeded {
		fault(ErrInvalid, "tax", "missing: an item has a tax class, if only %q", Exempt)
	}
	for _, code := range i.Taxes {
		known := code == Exempt || slices.ContainsFunc(c.Taxes, func(t Tax) bool { return t.Code == code })
		if !known {
			fault(ErrInvalid, "tax", "no tax %q", code)
		}
		if code == Exempt && len(i.Taxes) > 1 {
			fault(ErrInvalid, "tax", "%q stands alone", Exempt)
		}
	}
}

func (i Item) checkCodes(fault report) {
	if len(i.Barcodes)+len(i.Units) > barcodesMax {
		fault(ErrInvalid, "barcode", "%d barcodes and units, at most %d", len(i.Barcodes)+len(i.Units), barcodesMax)
	}
	seen := map[string]bool{}
	for _, code := range i.codes() {
		checkText("barcode", code, skuMax, fault)
		if n := len(code); digits(code) && n >= 12 && n <= 14 {
			if err := checked(code); err != nil {
				fault(ErrBarcode, "barcode", "%s: its check digit is %c", code, CheckDigit(code[:n-1]))
			}
		}
		if seen[Key(code)] {
			fault(ErrDuplicate, "barcode", "%s stands twice on this item", code)
		}
		seen[Key(code)] = true
	}
}

// codes lists all barcodes of the item, those of its units last.
func (i Item) codes() []string {
	codes := slices.Clone(i.Barcodes)
	for _, u := range i.Units {
		if u.Barcode != "" {
			codes = append(codes, u.Barcode)
		}
	}
	return codes
}

func (i Item) checkUnits(fault report) {
	for n, u := range i.Units {
		name := u.Name
		if name == "" {
			name = u.Barcode
		}
		switch {
		case name == "":
			fault(ErrInvalid, "units", "unit %d has neither name nor barcode", n+1)
		case u.Factor <= 0 || u.Factor > QtyMax:
			fault(ErrInvalid, "units", "%s: factor %s, a unit without factor cannot be sold", name, u.Factor)
		case u.Price < 0 || u.Price > PriceMax:
			fault(ErrInvalid, "units", "%s: price %s", name, u.Price.Decimal("CNY"))
		case u.Barcode == "" && slices.ContainsFunc(i.Units[:n], func(o Unit) bool { return o.Name == u.Name }):
			fault(ErrInvalid, "units", "%s stands twice", name)
		}
		checkText("units", u.Name, nameMax, fault)
	}
}

// Batch remembers what the items of one import or one save already took, to find what two of them claim. It keeps a hash and a
// number per code, about 40 bytes, so a million rows fit in the memory of a till. Not for several goroutines.
type Batch struct {
	seed  maphash.Seed
	taken map[uint64]int32
}

// NewBatch starts an empty batch.
func NewBatch() *Batch { return &Batch{seed: maphash.MakeSeed(), taken: map[uint64]int32{}} }

// Add answers ErrDuplicate faults for the SKU, barcodes and PLU that an earlier row has; what names that row in the
// reason. The row's own codes are taken from now on.
func (b *Batch) Add(row int, i Item, what func(row int) string) error {
	var faults []error
	claim := func(field, mark, code string, err error) {
		h := maphash.String(b.seed, mark+code)
		if first, ok := b.taken[h]; ok && int(first) != row {
			faults = append(faults, &Fault{Field: field, Reason: fmt.Sprintf("%s is also on %s", code, what(int(first))), Err: err})
			return
		}
		b.taken[h] = int32(row)
	}
	claim("sku", "s", i.SKU, ErrInvalid)
	for _, code := range i.codes() {
		claim("barcode", "b", Key(code), ErrDuplicate)
	}
	if i.PLU != "" {
		claim("plu", "p", PLUKey(i.PLU), ErrDuplicate)
	}
	return errors.Join(faults...)
}

// CheckAll normalises and checks the items of one save. It answers every fault; a duplicate barcode is named with both items.
func CheckAll(items []Item, c Conditions) ([]Item, error) {
	var faults []error
	out, batch := make([]Item, len(items)), NewBatch()
	named := func(n int) string { return fmt.Sprintf("%s %s", out[n-1].SKU, out[n-1].Name) }
	for n, i := range items {
		i = i.Normal()
		out[n] = i
		for _, err := range []error{i.Check(c), batch.Add(n+1, i, named)} {
			for _, f := range Faults(err) {
				f.Row = n + 1
				f.Reason = fmt.Sprintf("%s %s: %s", i.SKU, i.Name, f.Reason)
				faults = append(faults, f)
			}
		}
	}
	return out, errors.Join(faults...)
}

func sortedKeys(m map[string]string) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
