package sell

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"suanpan/ui/kit"
)

// counter lays out product area and basket. The basket has two fifths, never less than its figures need; a low window drops
// the pictures, never the total.
type counter struct{ s *Screen }

// MinSize implements fyne.Layout.
func (c counter) MinSize(objects []fyne.CanvasObject) fyne.Size {
	a, b := objects[0].MinSize(), objects[1].MinSize()
	return fyne.NewSize(a.Width+b.Width, max(a.Height, b.Height))
}

// Layout implements fyne.Layout.
func (c counter) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	unit := unit(objects[1])
	basket := min(max(size.Width*0.4, 380*unit), 560*unit)
	basket = max(min(basket, size.Width-320*unit), 320)
	x := float32(0)
	if c.s.calls.Mirrored {
		x = basket
	}
	c.s.goods.lowly(size.Height < 680*unit)
	c.s.lampsAt(size.Width-basket < 560*unit)
	objects[0].Move(fyne.NewPos(x, 0))
	objects[0].Resize(fyne.NewSize(size.Width-basket, size.Height))
	x = size.Width - basket
	if c.s.calls.Mirrored {
		x = 0
	}
	objects[1].Move(fyne.NewPos(x, 0))
	objects[1].Resize(fyne.NewSize(basket, size.Height))
}

// lampsAt puts the lamps at the end of the search line, or above the basket where that line is too narrow for both.
func (s *Screen) lampsAt(basket bool) {
	if s.calls.Lamps == nil || (s.narrow == basket && s.placed) {
		return
	}
	s.narrow, s.placed = basket, true
	s.goods.right.Objects, s.bill.left.Objects = []fyne.CanvasObject{s.goods.check, s.calls.Lamps}, []fyne.CanvasObject{s.bill.title}
	if basket {
		s.goods.right.Objects, s.bill.left.Objects = []fyne.CanvasObject{s.goods.check}, []fyne.CanvasObject{container.NewHBox(s.calls.Lamps)}
	}
	s.goods.box.Refresh()
	s.bill.box.Refresh()
	s.bill.entitle(s.bill.title.Text)
}

// unit is one pixel at scale 1 under the theme in force.
func unit(o fyne.CanvasObject) float32 { return theme.CurrentForWidget(o).Size(kit.SizeBody) / 18 }

// searchLine lays out the waiting quantity, the search field and what stands at its right. The field's hint is as long as
// there is room for it.
type searchLine struct{ g *goods }

// MinSize implements fyne.Layout.
func (l searchLine) MinSize(o []fyne.CanvasObject) fyne.Size {
	var s fyne.Size
	for _, c := range o {
		if c.Visible() {
			m := c.MinSize()
			s = fyne.NewSize(s.Width+m.Width+8, max(s.Height, m.Height))
		}
	}
	return s
}

// Layout implements fyne.Layout.
func (l searchLine) Layout(o []fyne.CanvasObject, size fyne.Size) {
	wait, field, right := o[0], o[1], o[2]
	gap, x := 8*unit(field), float32(0)
	if wait.Visible() {
		wait.Resize(fyne.NewSize(wait.MinSize().Width, size.Height))
		x = wait.MinSize().Width + gap
	}
	w := right.MinSize().Width
	right.Resize(fyne.NewSize(w, size.Height))
	right.Move(fyne.NewPos(size.Width-w, 0))
	room := max(size.Width-w-gap-x, 48)
	field.Move(fyne.NewPos(x, 0))
	field.Resize(fyne.NewSize(room, size.Height))
	points := 18 * unit(field)
	for _, hint := range l.g.hints {
		if l.g.search.PlaceHolder = hint; fyne.MeasureText(hint, points, fyne.TextStyle{}).Width < room-28*unit(field) {
			break
		}
	}
	l.g.search.Refresh()
}
