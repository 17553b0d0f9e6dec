package admin

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"suanpan/app"
	"suanpan/app/catalog"
	"suanpan/app/money"
	"suanpan/ui/kit"
)

// taxes are the tax classes. Finished documents keep the rates they were sold at.
type taxes struct {
	quiet
	s    *Screen
	box  fyne.CanvasObject
	rows *kit.Rows
	code *kit.Field
	name *kit.Field
	rate *kit.Field
	list []catalog.Tax
}

func newTaxes(s *Screen) *taxes {
	k, w := s.env.Keys, s.env.Words
	v := &taxes{s: s}
	v.rows = kit.NewRows(k, []kit.Column{{Title: w("admin.tax_code"), Share: 2}, {Title: w("admin.tax_name"), Share: 4}, {Title: w("admin.tax_rate"), Share: 2, Right: true}})
	v.rows.OnSelect = v.look
	f := newForm(s.env, kit.NewButton(k, kit.Plain, w("add"), v.fresh), kit.NewButton(k, kit.Main, w("save"), v.main).Hint(k.Hint(kit.Pay)))
	v.code, v.name, v.rate = f.field("admin.tax_code"), f.field("admin.tax_name"), f.field("admin.tax_rate")
	v.box = container.New(kit.Columns{Shares: []float32{1, 1}}, v.rows, f.box)
	return v
}

func (v *taxes) content() fyne.CanvasObject { return v.box }
func (v *taxes) step(by int)                { v.rows.Step(by) }

func (v *taxes) begin() {
	kit.Call(v.s.verbs, v.s.env.Context, v.s.shop.Taxes, func(list []catalog.Tax, err error) {
		v.s.verbs.Say(err)
		v.list = list
		var records []kit.Record
		for _, t := range list {
			records = append(records, kit.Record{Key: t.Code, Cells: []string{t.Code, t.Name, t.Rate.Percent() + "%"}})
		}
		v.rows.SetRecords(records)
	})
}

func (v *taxes) look(code string) {
	for _, t := range v.list {
		if t.Code == code {
			v.code.SetText(t.Code)
			v.name.SetText(t.Name)
			v.rate.SetText(t.Rate.Percent())
		}
	}
}

func (v *taxes) fresh() {
	for _, f := range []*kit.Field{v.code, v.name, v.rate} {
		f.SetText("")
	}
	v.code.Focus()
}

func (v *taxes) main() {
	s := v.s
	rate, err := money.ParsePercent(v.rate.Text)
	if err != nil {
		s.env.Say(kit.Notice, s.env.Words("admin.rate_wrong"))
		v.rate.Focus()
		return
	}
	tax := catalog.Tax{Code: v.code.Text, Name: v.name.Text, Rate: rate}
	kit.Call(s.verbs, s.env.Context, func(ctx context.Context) (int, error) { return s.shop.PutTaxes(ctx, []catalog.Tax{tax}) }, func(_ int, err error) {
		if err != nil {
			s.verbs.Say(err)
			return
		}
		s.saved()
		v.begin()
	})
}

func (v *taxes) heard(e app.Event) {
	if e.Kind == app.Refresh {
		v.begin()
	}
}
