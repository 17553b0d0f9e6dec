package kit

import (
	"image/color"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
)

// linesRenderer owns the canvas objects of the rows in view: row i of the list is drawn by slot i modulo the number of slots,
// so that scrolling by one row rebinds one slot.
type linesRenderer struct {
	l     *Lines
	page  *fyne.Container
	slots []*lineSlot
	thumb *canvas.Rectangle
	theme fyne.Theme
}

type lineSlot struct {
	ground, rule, strike      *canvas.Rectangle
	name, count, amount, note *canvas.Text
	row                       int
	line                      Line
	selected, flash, shown    bool
	low                       bool // the count stands in the second row
	width                     float32
}

func newLinesRenderer(l *Lines) *linesRenderer {
	r := &linesRenderer{l: l, thumb: canvas.NewRectangle(color.Transparent)}
	r.page = container.NewWithoutLayout(r.thumb)
	r.page.Layout = r
	return r
}

// MinSize implements fyne.Layout.
func (r *linesRenderer) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(1, 1) }

// Layout implements fyne.Layout: the place has changed, or the theme.
func (r *linesRenderer) Layout([]fyne.CanvasObject, fyne.Size) {
	for _, s := range r.slots {
		s.shown = false
	}
	r.place()
}

// place brings the slots into line with what should be seen, and touches only what differs.
func (r *linesRenderer) place() {
	size := r.page.Size()
	if size.Height <= 0 {
		return
	}
	r.theme = themed(r.l)
	h := r.l.rowHeight()
	r.l.fitted(h*float32(len(r.l.lines)), size.Height)
	need := int(size.Height/h) + 2
	for len(r.slots) < need {
		s := newLineSlot()
		r.slots = append(r.slots, s)
		r.page.Objects = append(r.page.Objects[:len(r.page.Objects)-1], s.ground, s.rule, s.name, s.count, s.amount, s.note, s.strike, r.thumb)
		for _, other := range r.slots {
			other.shown = false // rows move to other slots
		}
	}
	first := int(r.l.offset / h)
	for i := first; i < first+len(r.slots); i++ {
		s := r.slots[i%len(r.slots)]
		if i >= len(r.l.lines) {
			s.hide()
			continue
		}
		r.bind(s, i, fyne.NewPos(0, float32(i)*h-r.l.offset), fyne.NewSize(size.Width, h))
	}
	r.l.bar(r.thumb, size.Width, r.theme)
	r.thumb.Refresh()
}

func (r *linesRenderer) bind(s *lineSlot, i int, at fyne.Position, size fyne.Size) {
	line := r.l.lines[i]
	selected := r.l.has && line.Key == r.l.selected
	flash := r.l.flashing && line.Key == r.l.flash
	same := s.shown && s.row == i && s.line == line && s.selected == selected && s.flash == flash && s.width == size.Width
	if !same {
		s.row, s.line, s.selected, s.flash, s.width, s.shown = i, line, selected, flash, size.Width, true
		s.write(r.theme, size)
	}
	if s.ground.Position() != at || !same {
		s.move(r.theme, at, size)
	}
}

func newLineSlot() *lineSlot {
	rect := func() *canvas.Rectangle { return canvas.NewRectangle(color.Transparent) }
	text := func() *canvas.Text { return canvas.NewText("", color.Black) }
	s := &lineSlot{ground: rect(), rule: rect(), strike: rect(), name: text(), count: text(), amount: text(), note: text()}
	s.count.Alignment, s.amount.Alignment = fyne.TextAlignTrailing, fyne.TextAlignTrailing
	return s
}

func (s *lineSlot) objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{s.ground, s.rule, s.name, s.count, s.amount, s.note, s.strike}
}

func (s *lineSlot) hide() {
	if !s.shown && s.ground.Hidden {
		return
	}
	s.shown = false
	for _, o := range s.objects() {
		o.Hide()
	}
}

// columns returns the left edge of the count and of the amount, and the right edge of all.
func (s *lineSlot) columns(th fyne.Theme, width float32) (name, count, amount, end float32) {
	gap := th.Size(SizeGap)
	end = width - gap - 4
	digit := th.Size(SizeBody) * 0.56
	amount = end - max(digit*8, s.amount.MinSize().Width)
	count = amount - gap - s.count.MinSize().Width
	return gap, count, amount, end
}

// write sets words and colours.
func (s *lineSlot) write(th fyne.Theme, size fyne.Size) {
	body, small := th.Size(SizeBody), th.Size(SizeSmall)
	ink, money := Ink, Ink
	if s.line.Struck {
		ink, money = Muted, Muted
	} else if s.line.Negative {
		money = Stop
	}
	s.count.Text, s.count.TextSize, s.count.Color = s.line.Count, small, th.Color(Muted, 0)
	s.amount.Text, s.amount.TextSize, s.amount.Color = s.line.Amount, body, th.Color(money, 0)
	name, count, _, _ := s.columns(th, size.Width)
	s.name.TextSize, s.name.Color = body, th.Color(ink, 0)
	room, note := count-name-th.Size(SizeGap), s.line.Note
	s.low = fyne.MeasureText(s.line.Name, body, fyne.TextStyle{}).Width > room
	if s.low { // a long name takes the count's place; the count goes below
		_, _, amount, _ := s.columns(th, size.Width)
		room = amount - name - th.Size(SizeGap)
		note = strings.TrimSpace(s.line.Count + "   " + note)
	}
	s.name.Text = clip(s.line.Name, body, room, fyne.TextStyle{})
	s.note.TextSize, s.note.Color = small, th.Color(Muted, 0)
	s.note.Text = clip(note, small, size.Width-2*name, fyne.TextStyle{})
	switch {
	case s.flash:
		s.ground.FillColor = th.Color(Flash, 0)
	case s.selected:
		s.ground.FillColor = th.Color(Chosen, 0)
	default:
		s.ground.FillColor = color.Transparent
	}
	s.rule.FillColor, s.strike.FillColor = th.Color(Rule, 0), th.Color(Muted, 0)
	for _, o := range s.objects() {
		o.Show()
	}
	s.strike.Hidden, s.note.Hidden, s.count.Hidden = !s.line.Struck, note == "", s.low
	if s.selected { // the mark at the edge says it without colour
		s.rule.FillColor = th.Color(Do, 0)
	}
}

// move puts the row in its place.
func (s *lineSlot) move(th fyne.Theme, at fyne.Position, size fyne.Size) {
	name, count, amount, end := s.columns(th, size.Width)
	s.ground.Move(at)
	s.ground.Resize(size)
	if s.selected {
		s.rule.Move(at)
		s.rule.Resize(fyne.NewSize(4, size.Height))
	} else {
		s.rule.Move(at.AddXY(0, size.Height-1))
		s.rule.Resize(fyne.NewSize(size.Width, 1))
	}
	h := s.amount.MinSize().Height
	top := (size.Height - h) / 2
	if s.note.Text != "" {
		top = (size.Height - h - s.note.MinSize().Height) / 2
		s.note.Move(at.AddXY(name, top+h-1))
		s.note.Resize(s.note.MinSize())
	}
	s.name.Move(at.AddXY(name, top))
	s.name.Resize(fyne.NewSize(amount-name, h))
	low := s.count.MinSize().Height
	s.count.Move(at.AddXY(count, top+(h-low)*0.75))
	s.count.Resize(fyne.NewSize(amount-count-th.Size(SizeGap), low))
	s.amount.Move(at.AddXY(amount, top))
	s.amount.Resize(fyne.NewSize(end-amount, h))
	s.strike.Move(at.AddXY(name, top+h/2))
	s.strike.Resize(fyne.NewSize(end-name, 1))
	for _, o := range s.objects() {
		o.Refresh()
	}
}
