package sell

import (
	"fmt"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"suanpan/app"
	"suanpan/app/catalog"
	"suanpan/app/money"
	"suanpan/ui/kit"
)

// openCheck shows a panel on which the next code is only looked up: price and stock, no basket (R23).
func (s *Screen) openCheck() { s.check("") }

func (s *Screen) openCheckOf(sku string) { s.check(sku) }

func (s *Screen) check(code string) {
	s.begin()
	k, w := s.env.Keys, s.env.Words
	name := kit.NewText(w("sell.price_check_hint"), kit.SizeHead, kit.Ink)
	name.Fit = kit.Shrink
	price := kit.NewText("", kit.SizeTotal, kit.Ink)
	price.Bold, price.Fit = true, kit.Shrink
	more := kit.NewText("", kit.SizeBody, kit.Muted)
	more.Fit = kit.Clip
	in := kit.NewField(k, w("sell.check_code"))
	var item catalog.Item
	add := kit.NewButton(k, kit.Plain, w("sell.check_add"), func() {
		s.uncover()
		s.sell(item, false)
	})
	add.Disable()
	show := func(p app.Price, err error) {
		in.SetText("")
		if err != nil {
			s.env.Sound("unknown")
			name.SetText(s.verbs.Words(err))
			price.SetText("")
			more.SetText("")
			add.Disable()
			return
		}
		item = p.Item
		name.SetText(p.Item.Name)
		price.SetText(s.env.Currency.Sign() + p.Price.Decimal(s.env.Currency))
		more.SetText(stockWords(p, w))
		add.Enable()
		s.env.Sound("line")
	}
	look := func(code string) {
		go func() {
			p, err := s.shop.CheckPrice(s.env.Context, code)
			s.env.Post(func() { show(p, err) })
		}()
	}
	in.Submitted = look
	body := container.NewVBox(in, name, price, more)
	panel := kit.NewPanel(w("sell.price_check"), body, add, kit.NewButton(k, kit.Main, w("close"), s.uncover).Hint(k.Hint(kit.Back)))
	s.cover(container.New(roomy{520}, panel), kit.Bindings{Alone: true, Scan: look, Acts: map[kit.Act]func(){kit.Back: s.uncover}})
	if code != "" {
		look(code)
	} else {
		in.Focus()
	}
}

// stockWords says what else is known: code, unit of a pack, stock.
func stockWords(p app.Price, w func(string, ...any) string) string {
	text := p.Item.SKU
	if p.Unit >= 0 && p.Unit < len(p.Item.Units) {
		text += "  " + p.Item.Units[p.Unit].Name
	}
	if p.Known {
		return text + "  " + w("sell.stock", p.Stock.String())
	}
	return text + "  " + w("sell.stock_unknown")
}

// cell is one colour and size with what is known of it.
type cell struct {
	item  catalog.Item
	stock money.Qty
	known bool
}

// openVariants shows a style as colour × size with the stock in each cell (R9).
func (s *Screen) openVariants(style string) {
	go func() {
		items, err := s.shop.Variants(s.env.Context, style)
		var grid *catalog.Grid
		if err == nil {
			grid, err = catalog.NewGrid(style, items)
		}
		if err == nil {
			catalog.SortSizes(grid.Sizes)
		}
		cells := map[string]cell{}
		for _, i := range items {
			c := cell{item: i}
			if q, err := s.shop.StockLevel(s.env.Context, i.SKU); err == nil {
				c.stock, c.known = q, !i.NoStock
			}
			cells[i.SKU] = c
		}
		s.env.Post(func() {
			if s.said(err) {
				s.showVariants(grid, cells, items)
			}
		})
	}()
}

func (s *Screen) showVariants(grid *catalog.Grid, cells map[string]cell, items []catalog.Item) {
	k, w := s.env.Keys, s.env.Words
	table := container.NewGridWithColumns(len(grid.Sizes) + 1)
	table.Add(kit.Small(""))
	for _, size := range grid.Sizes {
		t := kit.NewText(size, kit.SizeBody, kit.Muted)
		t.Align = fyne.TextAlignCenter
		table.Add(t)
	}
	for _, colour := range grid.Colours {
		t := kit.NewText(colour, kit.SizeBody, kit.Ink)
		t.Fit = kit.Shrink
		table.Add(t)
		for _, size := range grid.Sizes {
			sku, err := grid.SKU(colour, size)
			if err != nil { // the cell does not exist and never falls to a neighbour
				none := kit.NewButton(k, kit.Plain, "-", nil)
				none.Disable()
				table.Add(none)
				continue
			}
			c := cells[sku]
			label := w("sell.cell_unknown")
			if c.known {
				label = c.stock.String()
			}
			table.Add(kit.NewButton(k, kit.Plain, label, func() {
				s.uncover()
				s.add(app.Add{SKU: c.item.SKU, Count: true})
			}))
		}
	}
	title := items[0].Name
	for _, i := range items[1:] {
		title = shared(title, i.Name)
	}
	body := container.NewVBox(kit.NewText(w("sell.cells", fmt.Sprint(len(items))), kit.SizeSmall, kit.Muted), table)
	panel := kit.NewPanel(title, body, kit.NewButton(k, kit.Plain, w("cancel"), s.uncover).Hint(k.Hint(kit.Back)))
	s.cover(container.New(roomy{520}, panel), kit.Bindings{Alone: true, Acts: map[kit.Act]func(){kit.Back: s.uncover}})
}
