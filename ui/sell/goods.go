package sell

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"suanpan/app"
	"suanpan/app/catalog"
	"suanpan/app/money"
	"suanpan/ui/kit"
)

// tilesMax bounds a category's tiles: nobody taps the four-hundredth; it is searched for.
const tilesMax = 400

// goods is the product area: the search line, the categories, and below them tiles or search results.
type goods struct {
	s        *Screen
	box      *fyne.Container
	search   *kit.Field
	hints    []string // of the search line, longest first
	check    *kit.Button
	right    *fyne.Container
	line     *fyne.Container
	times    *kit.Text
	wait     *fyne.Container // the place of times, gone while nothing waits
	echo     string          // digits shown in the search line that were typed with nothing in focus
	chips    *kit.Options
	band     *fyne.Container // the chips' place
	below    *fyne.Container // tiles or results
	tiles    *kit.TileGrid
	find     *finder
	category string
	items    map[string]catalog.Item // by tile key
	shown    []kit.Tile
	asked    int // numbers the questions, so that an overtaken answer is dropped
	pictures map[string]fyne.Resource
}

func newGoods(s *Screen) *goods {
	k, w := s.env.Keys, s.env.Words
	g := &goods{s: s, pictures: map[string]fyne.Resource{}, items: map[string]catalog.Item{}}
	g.hints = []string{k.Hint(kit.Search) + "  " + w("sell.search"), k.Hint(kit.Search) + "  " + w("search"), k.Hint(kit.Search)}
	g.search = kit.NewField(k, g.hints[0])
	g.search.Changed = func(text string) { g.find.ask(text) }
	g.search.Submitted = func(string) { g.find.enter() }
	g.search.Moved = func(key fyne.KeyName) bool { return g.find.step(key) }
	g.times = kit.NewText("", kit.SizeHead, kit.Do)
	g.times.Bold = true
	g.wait = container.NewCenter(g.times)
	g.wait.Hide()
	g.tiles = kit.NewTileGrid(k)
	g.tiles.OnTap = g.tap
	g.tiles.OnHold = g.peek
	g.find = newFinder(s, g)
	g.chips = kit.NewChips(k, []kit.Option{{Key: "", Label: w("all")}}, func(key string) { g.category = key; g.load() })
	g.check = kit.NewButton(k, kit.Plain, w("sell.price_check"), s.openCheck)
	g.right = container.NewHBox(g.check)
	g.line = container.New(searchLine{g}, g.wait, g.search, g.right)
	g.band = container.NewStack(g.chips)
	g.below = container.NewStack(g.tiles)
	g.box = &fyne.Container{Layout: kit.Inset{Share: 0.5}, Objects: []fyne.CanvasObject{
		container.NewBorder(container.NewVBox(g.line, g.band), nil, nil, nil, g.below)}}
	return g
}

// lowly drops the pictures where the window is low.
func (g *goods) lowly(low bool) { g.tiles.ShowPictures(!low) }

func (g *goods) view(o fyne.CanvasObject, chips bool) {
	g.band.Hidden = !chips
	if len(g.below.Objects) == 1 && g.below.Objects[0] == o {
		return
	}
	g.below.Objects = []fyne.CanvasObject{o}
	g.box.Refresh()
	g.below.Refresh()
}

func (g *goods) showTiles() { g.view(g.tiles, true) }

// load reads categories and tiles beside the UI goroutine and swaps them once.
func (g *goods) load() {
	g.asked++
	mine, category := g.asked, g.category
	go func() {
		categories, err := g.s.shop.Categories(g.s.env.Context)
		items, err2 := g.s.shop.Items(g.s.env.Context, category, "", tilesMax)
		g.s.env.Post(func() {
			if mine != g.asked {
				return
			}
			if err == nil {
				err = err2
			}
			if err != nil {
				g.s.said(err)
				return
			}
			g.fill(categories, items)
		})
	}()
}

func (g *goods) fill(categories []string, items []catalog.Item) {
	w := g.s.env.Words
	options := []kit.Option{{Key: "", Label: w("all")}}
	marks := map[string]fyne.ThemeColorName{}
	colours := []fyne.ThemeColorName{kit.Retail, kit.Tickets, kit.Clinic, kit.Dining, kit.Doubt, kit.Muted}
	for i, c := range categories {
		options = append(options, kit.Option{Key: c, Label: c})
		marks[c] = colours[i%len(colours)]
	}
	g.chips.SetOptions(options)
	g.items = map[string]catalog.Item{}
	g.shown = g.shown[:0]
	for _, item := range items {
		key := item.SKU
		if item.Style != "" {
			key = styleKey + item.Style
		}
		if had, ok := g.items[key]; ok {
			g.merge(key, had, item)
			continue
		}
		g.items[key] = item
		g.shown = append(g.shown, kit.Tile{Key: key, Name: item.Name, Price: g.price(item), Mark: marks[item.Category], Picture: g.picture(item)})
	}
	g.tiles.SetSource(len(g.shown), func(i int) kit.Tile { return g.shown[i] })
	g.counts(g.s.basket)
}

// styleKey marks the one tile that stands for all cells of a colour and size grid.
const styleKey = "style:"

// merge lets one tile stand for a further variant: the name is what they share.
func (g *goods) merge(key string, had, item catalog.Item) {
	for i := range g.shown {
		if t := &g.shown[i]; t.Key == key {
			t.Name = shared(t.Name, item.Name)
			if item.Price != had.Price {
				t.Price = g.s.env.Words("sell.from", money.Of(min(had.Price, item.Price).Minor(g.s.env.Currency), g.s.env.Currency).Format())
			}
		}
	}
}

func (g *goods) price(item catalog.Item) string {
	if item.Price == 0 {
		return g.s.env.Words("sell.open_price")
	}
	text := g.s.env.Currency.Sign() + item.Price.Decimal(g.s.env.Currency)
	if item.Unit != "" && item.Unit != "each" {
		text += " / " + item.Unit
	}
	return text
}

// picture keeps each drawn picture once: the same resource is the same texture.
func (g *goods) picture(item catalog.Item) fyne.Resource {
	if item.Picture == "" {
		return nil
	}
	if r, ok := g.pictures[item.Picture]; ok {
		return r
	}
	r := kit.Picture(item.Picture)
	g.pictures[item.Picture] = r
	return r
}

// counts writes on the tiles how many of each are in the basket.
func (g *goods) counts(b app.Basket) {
	in := b.Order.Pieces()
	changed := false
	for i := range g.shown {
		t := &g.shown[i]
		text := ""
		if q := in[t.Key]; q != 0 {
			text = q.String()
		}
		if t.Count != text {
			t.Count, changed = text, true
		}
	}
	if changed {
		g.tiles.Renew()
	}
}

// tap sells what a tile stands for: the item, a choice among variants, or a price to be asked for.
func (g *goods) tap(key string) {
	item, ok := g.items[key]
	if !ok {
		return
	}
	g.s.sell(item, key != item.SKU)
}

// peek shows price and stock of a tile without selling it.
func (g *goods) peek(key string) {
	if item, ok := g.items[key]; ok {
		g.s.openCheckOf(item.SKU)
	}
}

// typed shows digits that are typed with nothing in focus, and takes them back.
func (g *goods) typed(text string) {
	if text != "" || g.search.Text == g.echo {
		g.search.SetText(text)
	}
	g.echo = text
}

// setTimes shows the quantity that waits for the next item.
func (g *goods) setTimes(q money.Qty) {
	g.s.times = q
	if q != 0 {
		g.times.SetText(q.String() + " ×")
	}
	if g.wait.Hidden != (q == 0) || q != 0 { // a scan must not draw the goods anew
		g.wait.Hidden = q == 0
		g.line.Refresh()
	}
}

// shared is the beginning that two names have in common, without a loose end.
func shared(a, b string) string {
	x, y := []rune(a), []rune(b)
	n := 0
	for n < len(x) && n < len(y) && x[n] == y[n] {
		n++
	}
	for n > 0 && (x[n-1] == ' ' || x[n-1] == '-' || x[n-1] == '(' || x[n-1] == '（') {
		n--
	}
	if n == 0 {
		return a
	}
	return string(x[:n])
}
