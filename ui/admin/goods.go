package admin

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"suanpan/app"
	"suanpan/app/catalog"
	"suanpan/ui/kit"
)

// goods are the items: a search, a list, and the form of one of them.
type goods struct {
	s      *Screen
	box    fyne.CanvasObject
	search *kit.Field
	count  *kit.Text
	rows   *kit.Rows
	form   *itemForm
	list   []catalog.Item
	asked  int
}

const goodsMax = 200 // items listed at once; the search finds the others

func newGoods(s *Screen) *goods {
	k, w := s.env.Keys, s.env.Words
	v := &goods{s: s, count: kit.Small("")}
	v.search = kit.NewField(k, w("admin.goods_search"))
	v.search.Changed = func(string) { v.begin() }
	v.search.Submitted = func(text string) { v.scan(text) }
	v.search.Moved = func(name fyne.KeyName) bool {
		v.step(map[fyne.KeyName]int{fyne.KeyUp: -1, fyne.KeyDown: 1, fyne.KeyPageUp: -8, fyne.KeyPageDown: 8}[name])
		return true
	}
	v.rows = kit.NewRows(k, []kit.Column{{Title: w("admin.sku"), Share: 2}, {Title: w("admin.name"), Share: 4}, {Title: w("admin.price"), Share: 2, Right: true}})
	v.rows.OnSelect = v.look
	v.form = newItemForm(s, v.kept)
	left := container.NewBorder(container.NewVBox(v.search, v.count), nil, nil, nil, v.rows)
	v.box = container.New(kit.Columns{Shares: []float32{1, 1}}, left, v.form.form.box)
	return v
}

func (v *goods) content() fyne.CanvasObject { return v.box }
func (v *goods) step(by int)                { v.rows.Step(by) }
func (v *goods) main()                      { v.form.save() }

func (v *goods) heard(e app.Event) {
	if e.Kind == app.CatalogueChanged || e.Kind == app.Refresh {
		v.begin()
	}
}

// found is what a search answers.
type found struct {
	items []catalog.Item
	count int64
	taxes []catalog.Tax
}

// begin reads the list; an overtaken answer is dropped.
func (v *goods) begin() {
	v.asked++
	mine, text, shop := v.asked, v.search.Text, v.s.shop
	kit.Call(v.s.verbs, v.s.env.Context, func(ctx context.Context) (f found, err error) {
		if f.count, err = shop.CountItems(ctx); err != nil {
			return f, err
		}
		if f.taxes, err = shop.Taxes(ctx); err != nil {
			return f, err
		}
		if text == "" {
			f.items, err = shop.Items(ctx, "", "", goodsMax)
			return f, err
		}
		f.items, err = shop.SearchItems(ctx, text, goodsMax)
		return f, err
	}, func(f found, err error) {
		if mine != v.asked {
			return
		}
		v.s.verbs.Say(err)
		chosen := v.rows.Selected()
		v.list = f.items
		v.count.SetText(v.s.env.Words("admin.goods_count", f.count))
		v.form.offer(f.taxes)
		v.rows.SetSource(len(f.items), func(i int) kit.Record {
			item := f.items[i]
			return kit.Record{Key: item.SKU, Cells: []string{item.SKU, item.Name, item.Price.Decimal(v.s.env.Currency)}, Muted: item.Retired}
		})
		v.rows.Select(chosen)
	})
}

// look shows an item in the form.
func (v *goods) look(sku string) {
	for _, item := range v.list {
		if item.SKU == sku {
			v.form.set(item)
		}
	}
}

// scan shows the item of a code; an unknown code begins a new item with it.
func (v *goods) scan(code string) {
	s := v.s
	kit.Call(s.verbs, s.env.Context, func(ctx context.Context) (app.Price, error) { return s.shop.CheckPrice(ctx, code) }, func(p app.Price, err error) {
		c, _, _ := app.Explain(err)
		switch {
		case err == nil:
			v.form.set(p.Item)
		case c == "unknown_code" && len(v.list) > 0 && v.search.Text == code:
			v.rows.Step(1)
		case c == "unknown_code":
			v.form.fresh()
			v.form.barcodes.SetText(code)
			s.env.Say(kit.Ready, s.env.Words("admin.new_from_code", code))
		default:
			s.verbs.Say(err)
		}
	})
}

// kept follows a saved item.
func (v *goods) kept() { v.begin() }
