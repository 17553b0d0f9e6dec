package admin

import (
	"context"
	"fmt"
	"strings"

	"suanpan/app/catalog"
	"suanpan/app/money"
	"suanpan/ui/kit"
)

// itemForm is one item. What it does not show of an item it leaves as it was.
type itemForm struct {
	s        *Screen
	form     *form
	saved    func()
	item     catalog.Item
	sku      *kit.Field
	name     *kit.Field
	price    *kit.Field
	floor    *kit.Field
	cost     *kit.Field
	unit     *kit.Field
	tax      *kit.Options
	barcodes *kit.Field
	plu      *kit.Field
	category *kit.Field
	units    *kit.Field
	style    *kit.Field
	colour   *kit.Field
	size     *kit.Field
	noStock  *kit.Check
	retired  *kit.Check
}

func newItemForm(s *Screen, saved func()) *itemForm {
	k, w := s.env.Keys, s.env.Words
	v := &itemForm{s: s, saved: saved}
	f := newForm(s.env, kit.NewButton(k, kit.Plain, w("admin.goods_new"), v.fresh), kit.NewButton(k, kit.Main, w("save"), v.save))
	v.form = f
	field := func() *kit.Field { return kit.NewField(k, "") }
	v.name = f.field("admin.name")
	v.sku, v.price, v.unit, v.floor, v.plu, v.category, v.cost, v.colour, v.size = field(), field(), field(), field(), field(), field(), field(), field(), field()
	f.pair("admin.sku", v.sku, "admin.price", v.price)
	v.barcodes = f.field("admin.barcodes")
	f.pair("admin.category", v.category, "admin.unit", v.unit)
	v.tax = f.tabs("admin.tax", "", nil)
	f.pair("admin.floor", v.floor, "admin.cost", v.cost)
	f.pair("admin.plu", v.plu, "admin.colour", v.colour)
	v.style = field()
	f.pair("admin.style", v.style, "admin.size", v.size)
	v.units = f.lines("admin.units")
	v.noStock, v.retired = f.check("admin.no_stock"), f.check("admin.retired")
	return v
}

// offer shows the tax classes; the shop's own default stands first.
func (v *itemForm) offer(list []catalog.Tax) {
	w := v.s.env.Words
	options := []kit.Option{{Key: "", Label: w("admin.tax_default")}}
	for _, t := range list {
		options = append(options, kit.Option{Key: t.Code, Label: t.Name})
	}
	v.tax.SetOptions(append(options, kit.Option{Key: catalog.Exempt, Label: w("admin.tax_exempt")}))
	v.form.rows.Refresh()
}

func (v *itemForm) fresh() {
	v.set(catalog.Item{})
	v.name.Focus()
}

// set shows an item.
func (v *itemForm) set(i catalog.Item) {
	c := v.s.env.Currency
	v.item = i
	price := func(p money.Price) string {
		if p == 0 {
			return ""
		}
		return p.Decimal(c)
	}
	for f, text := range map[*kit.Field]string{v.sku: i.SKU, v.name: i.Name, v.price: price(i.Price), v.floor: price(i.Floor), v.cost: price(i.Cost), v.unit: i.Unit,
		v.barcodes: strings.Join(i.Barcodes, ", "), v.plu: i.PLU, v.category: i.Category, v.style: i.Style, v.colour: i.Colour, v.size: i.Size} {
		f.SetText(text)
	}
	var units []string
	for _, u := range i.Units {
		units = append(units, fmt.Sprintf("%s | %s | %s | %s", u.Name, u.Barcode, u.Factor, u.Price.Decimal(c)))
	}
	v.units.SetText(strings.Join(units, "\n"))
	v.tax.Select("")
	if len(i.Taxes) > 0 {
		v.tax.Select(i.Taxes[0])
	}
	v.noStock.SetChecked(i.NoStock)
	v.retired.SetChecked(i.Retired)
}

// read makes an item of the form; the error names the field.
func (v *itemForm) read() (catalog.Item, error) {
	i := v.item
	i.SKU, i.Name, i.Unit, i.PLU, i.Category = v.sku.Text, v.name.Text, v.unit.Text, v.plu.Text, v.category.Text
	i.Style, i.Colour, i.Size = v.style.Text, v.colour.Text, v.size.Text
	i.Barcodes, i.NoStock, i.Retired = words(v.barcodes.Text), v.noStock.Checked, v.retired.Checked
	if len(i.Taxes) < 2 {
		i.Taxes = nil
		if code := v.tax.Selected(); code != "" {
			i.Taxes = []string{code}
		}
	}
	for _, p := range []struct {
		field *kit.Field
		to    *money.Price
		key   string
	}{{v.price, &i.Price, "admin.price"}, {v.floor, &i.Floor, "admin.floor"}, {v.cost, &i.Cost, "admin.cost"}} {
		if p.field.Text == "" {
			*p.to = 0
			continue
		}
		n, err := money.ParsePrice(p.field.Text)
		if err != nil {
			p.field.Focus()
			return i, fmt.Errorf("%s: %w", v.s.env.Words(p.key), err)
		}
		*p.to = n
	}
	i.Units = nil
	for _, line := range split(v.units.Text) {
		u, err := readUnit(line)
		if err != nil {
			v.units.Focus()
			return i, fmt.Errorf("%s: %w", v.s.env.Words("admin.units"), err)
		}
		i.Units = append(i.Units, u)
	}
	return i, nil
}

// readUnit reads "six-pack | 6912345687904 | 6 | 13.80".
func readUnit(line string) (catalog.Unit, error) {
	parts := strings.Split(line, "|")
	if len(parts) != 4 {
		return catalog.Unit{}, money.ErrSyntax
	}
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	factor, err := money.ParseQty(parts[2])
	if err != nil {
		return catalog.Unit{}, err
	}
	price, err := money.ParsePrice(parts[3])
	return catalog.Unit{Name: parts[0], Barcode: parts[1], Factor: factor, Price: price}, err
}

func (v *itemForm) save() {
	s := v.s
	item, err := v.read()
	if err != nil {
		s.env.Sound("refused")
		s.env.Say(kit.Notice, s.env.Words("admin.field_wrong", err.Error()))
		return
	}
	kit.Call(s.verbs, s.env.Context, func(ctx context.Context) (int, error) { return s.shop.PutItems(ctx, []catalog.Item{item}) }, func(_ int, err error) {
		if err != nil {
			s.verbs.Say(err)
			return
		}
		v.item = item
		s.saved()
		v.saved()
	})
}
