package kit

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// Column is one column of Rows.
type Column struct {
	Title string
	Share float32 // of the width that is left; columns share it in proportion
	Right bool    // figures: right-aligned
	Level bool    // the cell is the shape of the row's Level before its word
}

// Record is one row of Rows, in words.
type Record struct {
	Key      string
	Cells    []string
	Level    Level
	Negative bool // figures are given back: vermilion
	Muted    bool
}

// Rows is a table of any length: history, held baskets, reports, staff. It draws the rows in view and never takes the focus;
// Step, Open and the wheel move it.
type Rows struct {
	widget.BaseWidget
	Body
	scroller
	OnSelect func(key string)
	OnOpen   func(key string) // a tap on the chosen row, or Open

	keys    *Keys
	columns []Column
	count   int
	at      func(i int) Record
	chosen  int
	top     *fyne.Container // the titles
	page    *fyne.Container // the rows
	head    []*canvas.Text
	rule    *canvas.Rectangle
	thumb   *canvas.Rectangle
	slots   []*rowSlot
}

type rowSlot struct {
	ground, rule *canvas.Rectangle
	cells        []*canvas.Text
}

// NewRows returns an empty table.
func NewRows(k *Keys, columns []Column) *Rows {
	r := &Rows{keys: k, columns: columns, chosen: -1, at: func(int) Record { return Record{} }}
	r.rule, r.thumb = canvas.NewRectangle(color.Transparent), canvas.NewRectangle(color.Transparent)
	r.top = &fyne.Container{}
	r.page = &fyne.Container{Layout: rowsLayout{r}}
	r.moved = r.place
	r.ExtendBaseWidget(r)
	r.SetColumns(columns)
	return r
}

// SetRecords shows rows from the top. The slice is not kept.
func (r *Rows) SetRecords(records []Record) {
	own := append([]Record(nil), records...)
	r.SetSource(len(own), func(i int) Record { return own[i] })
}

// SetSource shows count rows that are asked for as they come into view.
func (r *Rows) SetSource(count int, at func(i int) Record) {
	r.count, r.at, r.chosen, r.offset = count, at, -1, 0
	r.place()
}

// SetColumns changes the columns, for another language.
func (r *Rows) SetColumns(columns []Column) {
	r.columns, r.head, r.slots, r.page.Objects = columns, nil, nil, nil
	r.top.Objects = []fyne.CanvasObject{r.rule}
	for _, c := range columns {
		t := aligned(c.Right)
		r.head = append(r.head, t)
		r.top.Objects = append(r.top.Objects, t)
	}
	r.place()
}

// Renew asks for the rows in view again and keeps place and choice.
func (r *Rows) Renew() { r.place() }

// Selected returns the key of the chosen row, "" for none.
func (r *Rows) Selected() string {
	if r.chosen < 0 || r.chosen >= r.count {
		return ""
	}
	return r.at(r.chosen).Key
}

// Select chooses a row by key without calling OnSelect; an unknown key chooses none. It asks for rows until it has found it.
func (r *Rows) Select(key string) {
	r.chosen = -1
	for i := range r.count {
		if r.at(i).Key == key {
			r.chosen = i
			r.reveal(float32(i)*r.rowHeight(), r.rowHeight())
			break
		}
	}
	r.place()
}

// Step chooses the row by places further down, and calls OnSelect.
func (r *Rows) Step(by int) {
	if r.count == 0 {
		return
	}
	r.choose(max(0, min(r.chosen+by, r.count-1)))
}

// Open calls OnOpen for the chosen row and reports whether there is one.
func (r *Rows) Open() bool {
	key := r.Selected()
	if key == "" || r.OnOpen == nil {
		return false
	}
	r.OnOpen(key)
	return true
}

// Tapped implements fyne.Tappable.
func (r *Rows) Tapped(e *fyne.PointEvent) {
	h := r.rowHeight()
	y := e.Position.Y - h
	i := int((y + r.offset) / h)
	if y < 0 || i >= r.count {
		return
	}
	if i == r.chosen && r.Open() {
		return
	}
	r.choose(i)
}

func (r *Rows) choose(i int) {
	r.chosen = i
	r.reveal(float32(i)*r.rowHeight(), r.rowHeight())
	r.place()
	if r.OnSelect != nil {
		r.OnSelect(r.at(i).Key)
	}
}

// MinSize implements fyne.CanvasObject: the head and three rows.
func (r *Rows) MinSize() fyne.Size {
	return fyne.NewSize(themed(r).Size(SizeTouch)*float32(max(2, len(r.columns))), 4*r.rowHeight())
}

func (r *Rows) rowHeight() float32 { return themed(r).Size(SizeTouch) }

// CreateRenderer implements fyne.Widget.
func (r *Rows) CreateRenderer() fyne.WidgetRenderer {
	r.ExtendBaseWidget(r)
	frame := &fyne.Container{Layout: rowsFrame{r}, Objects: []fyne.CanvasObject{r.top, newClip(r.page)}}
	return r.Render(frame)
}

// rowsFrame puts the titles above the rows.
type rowsFrame struct{ r *Rows }

func (rowsFrame) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(1, 1) }

func (f rowsFrame) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	h := f.r.rowHeight()
	objects[0].Resize(fyne.NewSize(size.Width, h))
	objects[1].Move(fyne.NewPos(0, h))
	objects[1].Resize(fyne.NewSize(size.Width, max(0, size.Height-h)))
}

type rowsLayout struct{ r *Rows }

func (rowsLayout) MinSize([]fyne.CanvasObject) fyne.Size   { return fyne.NewSize(1, 1) }
func (l rowsLayout) Layout([]fyne.CanvasObject, fyne.Size) { l.r.place() }

// place writes the titles and the rows in view.
func (r *Rows) place() {
	size := r.page.Size()
	if size.Height <= 0 {
		return
	}
	th := themed(r)
	h := r.rowHeight()
	r.fitted(h*float32(r.count), size.Height)
	if need := int(size.Height/h) + 2; len(r.slots) < need {
		r.grow(need)
	}
	for i, c := range r.columns {
		r.head[i].Text, r.head[i].TextSize, r.head[i].Color = c.Title, th.Size(SizeSmall), th.Color(Muted, 0)
	}
	r.cells(th, r.head, fyne.NewPos(0, 0), size, h)
	r.rule.FillColor = th.Color(Rule, 0)
	r.rule.Move(fyne.NewPos(0, h-2))
	r.rule.Resize(fyne.NewSize(size.Width, 2))
	first := int(r.offset / h)
	for n, s := range r.slots {
		i := first + n
		s.show(i < r.count)
		if i < r.count {
			r.write(s, i, th, fyne.NewPos(0, float32(i)*h-r.offset), size, h)
		}
	}
	r.bar(r.thumb, size.Width, th)
	for _, o := range append(append([]fyne.CanvasObject(nil), r.top.Objects...), r.page.Objects...) {
		o.Refresh()
	}
}

func (r *Rows) write(s *rowSlot, i int, th fyne.Theme, at fyne.Position, size fyne.Size, h float32) {
	record := r.at(i)
	s.ground.FillColor = color.Transparent
	if i == r.chosen {
		s.ground.FillColor = th.Color(Chosen, 0)
	}
	s.ground.Move(at)
	s.ground.Resize(fyne.NewSize(size.Width, h))
	s.rule.FillColor = th.Color(Rule, 0)
	s.rule.Move(at.AddXY(0, h-1))
	s.rule.Resize(fyne.NewSize(size.Width, 1))
	for n, c := range r.columns {
		text := ""
		if n < len(record.Cells) {
			text = record.Cells[n]
		}
		ink := Ink
		switch {
		case record.Muted:
			ink = Muted
		case c.Level:
			text, ink = record.Level.Shape()+" "+text, record.Level.Colour()
		case c.Right && record.Negative:
			ink = Stop
		}
		s.cells[n].Text, s.cells[n].TextSize, s.cells[n].Color = text, th.Size(SizeBody), th.Color(ink, 0)
	}
	r.cells(th, s.cells, at, size, h)
}

// cells puts the words of a row into its columns; figures shrink, words end with three dots.
func (r *Rows) cells(th fyne.Theme, cells []*canvas.Text, at fyne.Position, size fyne.Size, h float32) {
	gap := th.Size(SizeGap)
	whole := float32(0)
	for _, c := range r.columns {
		whole += c.Share
	}
	room := size.Width - 4 - gap*float32(len(r.columns)+1)
	x := gap
	for i, c := range r.columns {
		w := room * c.Share / max(whole, 0.01)
		t := cells[i]
		if c.Right {
			t.TextSize = shrink(t.Text, t.TextSize, w, fyne.TextStyle{})
		}
		t.Text = clip(t.Text, t.TextSize, w, fyne.TextStyle{})
		m := t.MinSize()
		t.Move(at.AddXY(x, (h-m.Height)/2))
		t.Resize(fyne.NewSize(w, m.Height))
		x += w + gap
	}
}

// grow makes slots for need rows in view.
func (r *Rows) grow(need int) {
	for len(r.slots) < need {
		s := &rowSlot{ground: canvas.NewRectangle(color.Transparent), rule: canvas.NewRectangle(color.Transparent)}
		for _, c := range r.columns {
			s.cells = append(s.cells, aligned(c.Right))
		}
		r.slots = append(r.slots, s)
	}
	r.page.Objects = nil
	for _, s := range r.slots {
		r.page.Objects = append(r.page.Objects, s.ground, s.rule)
		for _, t := range s.cells {
			r.page.Objects = append(r.page.Objects, t)
		}
	}
	r.page.Objects = append(r.page.Objects, r.thumb)
}

func (s *rowSlot) show(on bool) {
	s.ground.Hidden, s.rule.Hidden = !on, !on
	for _, t := range s.cells {
		t.Hidden = !on
	}
}

func aligned(right bool) *canvas.Text {
	t := canvas.NewText("", color.Black)
	if right {
		t.Alignment = fyne.TextAlignTrailing
	}
	return t
}
