package sell

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"suanpan/app/catalog"
	"suanpan/ui/kit"
)

// finder answers what is typed into the search line: by name, code or the initials of the pinyin.
type finder struct {
	s      *Screen
	g      *goods
	box    *fyne.Container
	rows   *kit.Rows
	none   *fyne.Container
	why    *kit.Prose
	found  []catalog.Item
	asked  int
	known  int  // the question that found answers
	choose bool // Enter came before the answer
}

// foundMax is how many results are asked for: more than a person reads.
const foundMax = 50

func newFinder(s *Screen, g *goods) *finder {
	w := s.env.Words
	f := &finder{s: s, g: g}
	f.rows = kit.NewRows(s.env.Keys, nil)
	f.rows.OnSelect = func(key string) { f.take(key) }
	f.why = kit.NewProse("").In(kit.Attention)
	f.why.Hide()
	f.none = kit.NewEmpty(w("sell.none_found"), w("sell.nothing_found_hint"), nil)
	f.none.Hide()
	f.box = container.NewBorder(f.why, nil, nil, nil, container.NewStack(f.rows, f.none))
	return f
}

// open puts the cursor into the search line.
func (f *finder) open() {
	f.s.begin()
	f.g.search.Focus()
}

// begin takes over letters that were typed with nothing in focus.
func (f *finder) begin(text string) {
	f.s.begin()
	f.g.search.SetText(text)
	f.g.search.Focus()
	f.g.search.CursorColumn = len([]rune(text))
	f.g.search.Refresh()
	f.ask(text)
}

// unknown opens the search with a code that nothing carries.
func (f *finder) unknown(code string) {
	f.g.search.SetText(code)
	f.why.SetText("▲ " + f.s.env.Words("sell.unknown_code", code))
	f.why.Show()
	f.ask(code)
}

// ask looks for text; an overtaken answer is dropped.
func (f *finder) ask(text string) {
	f.asked++
	mine := f.asked
	if strings.TrimSpace(text) == "" {
		f.close()
		return
	}
	go func() {
		items, err := f.s.shop.SearchItems(f.s.env.Context, text, foundMax)
		f.s.env.Post(func() {
			if mine != f.asked {
				return
			}
			if !f.s.said(err) {
				return
			}
			f.show(items, mine)
		})
	}()
}

func (f *finder) show(items []catalog.Item, question int) {
	f.found, f.known = items, question
	records := make([]kit.Record, 0, len(items))
	for _, i := range items {
		code := i.SKU
		if len(i.Barcodes) > 0 {
			code = i.Barcodes[0]
		}
		name := i.Name
		for _, extra := range []string{i.Colour, i.Size} {
			if extra != "" && !strings.Contains(name, extra) {
				name += " " + extra
			}
		}
		cells := []string{name, code, f.g.price(i)}
		if f.s.narrow {
			cells = []string{name, f.g.price(i)}
		}
		records = append(records, kit.Record{Key: i.SKU, Cells: cells})
	}
	f.rows.SetColumns(f.columns())
	f.rows.SetRecords(records)
	f.rows.Hidden, f.none.Hidden = len(items) == 0, len(items) != 0
	f.g.view(f.box, false)
	if len(items) > 0 {
		f.rows.Select(items[0].SKU)
	}
	f.box.Refresh()
	if f.choose {
		f.choose = false
		f.enter()
	}
}

// columns leaves the code out where there is no room for it.
func (f *finder) columns() []kit.Column {
	w := f.s.env.Words
	name, price := kit.Column{Title: w("sell.found_name"), Share: 5}, kit.Column{Title: w("sell.found_price"), Share: 2.5, Right: true}
	if f.s.narrow {
		return []kit.Column{name, price}
	}
	return []kit.Column{name, {Title: w("sell.found_code"), Share: 4}, price}
}

// enter sells the chosen result. What looks like a whole code is tried as one first: a person may type it.
func (f *finder) enter() {
	text := strings.TrimSpace(f.g.search.Text)
	switch {
	case text == "":
		f.close()
	case isCode(text) && f.why.Hidden:
		f.s.Scan(text)
	case f.known != f.asked:
		f.choose = true // the answer is on its way
	default:
		f.take(f.rows.Selected())
	}
}

// step moves through the results while the search line keeps the cursor.
func (f *finder) step(key fyne.KeyName) bool {
	if f.g.search.Text == "" || len(f.found) == 0 {
		return false
	}
	by := map[fyne.KeyName]int{fyne.KeyUp: -1, fyne.KeyDown: 1, fyne.KeyPageUp: -8, fyne.KeyPageDown: 8}[key]
	at := 0
	for i, item := range f.found {
		if item.SKU == f.rows.Selected() {
			at = i
		}
	}
	f.rows.Select(f.found[max(0, min(at+by, len(f.found)-1))].SKU)
	return true
}

func (f *finder) take(sku string) {
	for _, i := range f.found {
		if i.SKU == sku {
			f.close()
			f.s.sell(i, false)
			return
		}
	}
}

// active reports whether the search line or its results are in use.
func (f *finder) active() bool { return f.g.search.Text != "" }

// close empties the search line and shows the tiles again.
func (f *finder) close() {
	f.asked++
	f.choose = false
	f.found = nil
	f.why.Hide()
	if f.g.search.Text != "" {
		f.g.search.SetText("")
	}
	if f.s.env.Window != nil && f.s.env.Window.Canvas().Focused() != nil {
		f.s.env.Window.Canvas().Unfocus()
	}
	f.g.showTiles()
}

// isCode reports whether text is digits only, as printed under a bar code.
func isCode(text string) bool {
	for _, r := range text {
		if r < '0' || r > '9' {
			return false
		}
	}
	return len(text) >= 4
}
