package admin

import (
	"context"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"

	"suanpan/app"
	"suanpan/app/money"
	"suanpan/ui/kit"
)

// settings are the shop's own: what stands on receipts, how sums are rounded, what is printed.
type settings struct {
	quiet
	s        *Screen
	form     *form
	name     *kit.Field
	header   *kit.Field
	footer   *kit.Field
	second   *kit.Options
	columns  *kit.Options
	rounding *kit.Options
	cashOnly *kit.Check
	taxLine  *kit.Options
	included *kit.Check
	notes    *kit.Field
	auto     *kit.Check
	conf     app.Config
}

func newSettings(s *Screen) *settings {
	k, w := s.env.Keys, s.env.Words
	v := &settings{s: s}
	save := kit.NewButton(k, kit.Main, w("save"), v.main).Hint(k.Hint(kit.Pay))
	buttons := []fyne.CanvasObject{save}
	if s.calls.Looks != nil {
		buttons = append([]fyne.CanvasObject{kit.NewButton(k, kit.Plain, w("admin.looks"), s.calls.Looks)}, buttons...)
	}
	f := newForm(s.env, buttons...)
	v.form = f
	v.name = f.field("admin.shop_name")
	v.header, v.footer = kit.NewNote(k, ""), kit.NewNote(k, "")
	v.header.SetMinRowsVisible(3)
	v.footer.SetMinRowsVisible(3)
	f.pair("admin.header", v.header, "admin.footer", v.footer)
	v.second = f.tabs("admin.second_language", "admin.language.", append([]string{"none"}, s.calls.Locales...))
	v.columns = f.tabs("admin.printer_width", "admin.width.", []string{"32", "42", "48"})
	var presets []string
	for _, r := range app.Roundings(s.env.Currency) {
		presets = append(presets, r.Name)
	}
	v.rounding = f.tabs("admin.rounding", "admin.rounding.", presets).Least(150)
	v.cashOnly = f.check("admin.rounding.only_cash")
	v.taxLine = f.tabs("admin.tax_rounding", "admin.", []string{"tax_receipt", "tax_line"})
	v.included = f.check("admin.tax_included")
	v.notes = f.field("admin.notes")
	v.auto = f.check("admin.auto_print")
	return v
}

func (v *settings) content() fyne.CanvasObject { return v.form.box }

func (v *settings) begin() {
	c := v.s.shop.Info().Config
	v.conf = c
	v.name.SetText(c.Shop)
	v.header.SetText(strings.Join(c.Header, "\n"))
	v.footer.SetText(strings.Join(c.Footer, "\n"))
	v.second.Select("none")
	if c.Second != "" {
		v.second.Select(c.Second)
	}
	v.columns.Select(strconv.Itoa(c.Columns))
	name, ok := app.Preset(c.Currency, c.Rounding)
	if !ok {
		name = "" // the shop's own: kept unless another is chosen
	}
	v.rounding.Select(name)
	v.cashOnly.SetChecked(c.Rounding.CashOnly)
	v.taxLine.Select("tax_receipt")
	if c.TaxPerLine {
		v.taxLine.Select("tax_line")
	}
	v.included.SetChecked(c.TaxIncluded)
	var notes []string
	for _, n := range c.Notes {
		notes = append(notes, money.Of(n, c.Currency).Decimal())
	}
	v.notes.SetText(strings.Join(notes, "  "))
	v.auto.SetChecked(c.AutoPrint)
}

// main keeps what stands in the form.
func (v *settings) main() {
	c, s := v.conf, v.s
	c.Shop, c.Header, c.Footer = strings.TrimSpace(v.name.Text), split(v.header.Text), split(v.footer.Text)
	c.Second = v.second.Selected()
	if c.Second == "none" {
		c.Second = ""
	}
	if n, err := strconv.Atoi(v.columns.Selected()); err == nil {
		c.Columns = n
	}
	for _, r := range app.Roundings(c.Currency) {
		if r.Name == v.rounding.Selected() {
			c.Rounding = r.Rule
		}
	}
	c.Rounding.CashOnly = v.cashOnly.Checked && c.Rounding.Mode != money.None
	c.TaxPerLine, c.TaxIncluded, c.AutoPrint = v.taxLine.Selected() == "tax_line", v.included.Checked, v.auto.Checked
	c.Notes = nil
	for _, text := range words(v.notes.Text) {
		a, err := money.Parse(text, c.Currency)
		if err != nil || a.Minor <= 0 {
			s.env.Say(kit.Notice, s.env.Words("admin.notes_wrong", text))
			v.notes.Focus()
			return
		}
		c.Notes = append(c.Notes, a.Minor)
	}
	kit.Call(s.verbs, s.env.Context, func(ctx context.Context) (app.Config, error) { return s.shop.Configure(ctx, c) }, func(_ app.Config, err error) {
		if err != nil {
			s.verbs.Say(err)
			return
		}
		s.saved()
	})
}
