package shift

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"suanpan/app"
	"suanpan/app/money"
	"suanpan/ui/kit"
)

// tally is cash being counted: by denomination, or as one total for those who have counted already. Enter walks through it;
// a row passed by Enter with nothing in it says that there is none of that kind.
type tally struct {
	s       *Screen
	content *fyne.Container
	changed func()
	done    func() // Enter on the last row

	how     *kit.Options
	rows    []tallyRow
	grid    *fyne.Container
	total   *kit.MoneyEntry
	sum     *kit.Total
	place   *fyne.Container
	scroll  *container.Scroll
	byTotal bool
}

type tallyRow struct {
	minor int64
	entry *kit.NumberEntry
	value *kit.Text
}

func newTally(s *Screen, changed, done func()) *tally {
	t := &tally{s: s, changed: changed, done: done}
	k, w := s.env.Keys, s.env.Words
	t.how = kit.NewTabs(k, []kit.Option{{Key: "pieces", Label: w("shift.by_denomination")}, {Key: "total", Label: w("shift.by_total")}}, func(key string) {
		t.byTotal = key == "total"
		t.show()
		t.focus()
	})
	t.total = kit.NewMoneyEntry(k, s.env.Currency)
	t.total.Changed, t.total.Submitted = t.told, t.finished
	t.sum = kit.NewDue(w("shift.counted"))
	t.grid = container.New(&pairs{})
	for i, d := range app.Denominations(s.env.Currency) {
		row := tallyRow{minor: d, entry: kit.NewNumberEntry(k, 0, ""), value: kit.NewText("", kit.SizeBody, kit.Muted)}
		row.entry.Compact()
		row.value.Align, row.value.Fit = fyne.TextAlignTrailing, kit.Shrink
		row.entry.Changed = t.told
		row.entry.Submitted = func() { t.pass(i) }
		t.rows = append(t.rows, row)
		label := kit.Label(money.Of(d, s.env.Currency).Short())
		label.Align, label.Fit = fyne.TextAlignTrailing, kit.Shrink
		t.grid.Add(container.New(&thirds{}, label, row.entry, row.value))
	}
	t.place = container.NewStack()
	t.content = container.NewBorder(container.NewVBox(t.how, t.sum), nil, nil, nil, t.place)
	t.show()
	return t
}

// show puts the rows or the one entry into the place.
func (t *tally) show() {
	if t.byTotal {
		t.place.Objects = []fyne.CanvasObject{container.NewBorder(t.total, nil, nil, nil, container.NewCenter(kit.NewKeypad(t.s.env.Keys, t.total)))}
	} else {
		t.scroll = container.NewVScroll(t.grid)
		t.place.Objects = []fyne.CanvasObject{t.scroll}
	}
	t.place.Refresh()
	t.told()
}

// begin empties everything.
func (t *tally) begin() {
	for _, r := range t.rows {
		r.entry.Clear()
	}
	t.total.Clear()
	t.told()
}

// focus takes the keyboard at the first row that has nothing in it yet.
func (t *tally) focus() {
	if t.byTotal {
		t.total.Focus()
		return
	}
	for i, r := range t.rows {
		if r.entry.Text() == "" {
			t.to(i)
			return
		}
	}
	t.to(0)
}

// pass is Enter on a row.
func (t *tally) pass(i int) {
	if t.rows[i].entry.Text() == "" {
		t.rows[i].entry.SetText("0")
		t.told()
	}
	if i+1 < len(t.rows) {
		t.to(i + 1)
		return
	}
	t.finished()
}

// to takes the keyboard to a row and brings it into view.
func (t *tally) to(i int) {
	row := t.grid.Objects[i]
	top, bottom := row.Position().Y, row.Position().Y+row.Size().Height
	switch view := t.scroll.Size().Height; {
	case top < t.scroll.Offset.Y:
		t.scroll.ScrollToOffset(fyne.NewPos(0, top))
	case bottom > t.scroll.Offset.Y+view:
		t.scroll.ScrollToOffset(fyne.NewPos(0, bottom-view))
	}
	t.rows[i].entry.Focus()
}

func (t *tally) finished() {
	if _, ok := t.value(); ok {
		t.done()
	}
}

// value is what was counted; ok is false while the count is empty or half done.
func (t *tally) value() (int64, bool) {
	if t.byTotal {
		a, ok := t.total.Value()
		return a.Minor, ok
	}
	return app.Tally(t.s.env.Currency, t.pieces())
}

func (t *tally) pieces() map[int64]int64 {
	out := map[int64]int64{}
	for _, r := range t.rows {
		if n, err := money.ParseQty(r.entry.Text()); err == nil {
			out[r.minor] = int64(n / money.One)
		}
	}
	return out
}

// counted are the pieces where they were counted so; nil where only a total is known.
func (t *tally) counted() map[int64]int64 {
	if t.byTotal {
		return nil
	}
	return t.pieces()
}

// told shows what the rows come to so far.
func (t *tally) told() {
	c, pieces := t.s.env.Currency, t.pieces()
	for _, r := range t.rows {
		text := ""
		if n, there := pieces[r.minor]; there {
			text = money.Of(r.minor, c).Share(n, 1).Format()
		}
		r.value.SetText(text)
	}
	sum, _ := t.value()
	t.sum.Set(money.Of(sum, c).Format(), false)
	if t.changed != nil {
		t.changed()
	}
}

// lock keeps a count that was sent from being changed.
func (t *tally) lock(on bool) {
	for _, r := range t.rows {
		able(r.entry, !on)
	}
	able(t.total, !on)
}

func able(w fyne.Disableable, on bool) {
	if on {
		w.Enable()
	} else {
		w.Disable()
	}
}

// thirds lays out a row: what, how many, and where there is room for it, how much.
type thirds struct{}

const (
	tallyRoom = 9.5 // least width of a row, in letters
	tallyFull = 13  // width from which the value stands behind it
)

// MinSize implements fyne.Layout.
func (*thirds) MinSize(o []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(kit.Letter(o[0])*tallyRoom, o[1].MinSize().Height)
}

// Layout implements fyne.Layout.
func (*thirds) Layout(o []fyne.CanvasObject, size fyne.Size) {
	em := kit.Letter(o[0])
	gap := em / 2
	left, rest := em*3.4, float32(0)
	if size.Width >= em*tallyFull {
		rest = em * 5
	}
	middle := size.Width - left - gap - rest
	o[0].Resize(fyne.NewSize(left, size.Height))
	o[0].Move(fyne.NewPos(0, 0))
	o[1].Resize(fyne.NewSize(middle, size.Height))
	o[1].Move(fyne.NewPos(left+gap, 0))
	o[2].Resize(fyne.NewSize(max(rest-gap, 0), size.Height))
	o[2].Move(fyne.NewPos(left+middle+gap, 0))
	if hidden := rest == 0; (o[2].Visible()) == hidden {
		if hidden {
			o[2].Hide()
		} else {
			o[2].Show()
		}
	}
}

// pairs stacks rows in two columns where there is room, the second going on where the first ends.
type pairs struct{}

func (*pairs) columns(o []fyne.CanvasObject, width float32) int {
	if len(o) > 6 && width >= 2*o[0].MinSize().Width+kit.Letter(o[0]) {
		return 2
	}
	return 1
}

// MinSize implements fyne.Layout.
func (p *pairs) MinSize(o []fyne.CanvasObject) fyne.Size {
	m, width := o[0].MinSize(), float32(0)
	for _, row := range o {
		width = max(width, row.Position().X+row.Size().Width)
	}
	n := p.columns(o, width)
	rows := (len(o) + n - 1) / n
	return fyne.NewSize(m.Width, float32(rows)*(m.Height+4)-4)
}

// Layout implements fyne.Layout.
func (p *pairs) Layout(o []fyne.CanvasObject, size fyne.Size) {
	n := p.columns(o, size.Width)
	rows := (len(o) + n - 1) / n
	h, gap := o[0].MinSize().Height, kit.Letter(o[0])
	w := (size.Width - gap*float32(n-1)) / float32(n)
	for i, row := range o {
		row.Resize(fyne.NewSize(w, h))
		row.Move(fyne.NewPos(float32(i/rows)*(w+gap), float32(i%rows)*(h+4)))
	}
}
