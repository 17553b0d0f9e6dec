package sell

import (
	"fyne.io/fyne/v2"
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
	unit := theme.CurrentForWidget(objects[1]).Size(kit.SizeBody) / 18
	basket := min(max(size.Width*0.4, 380*unit), 560*unit)
	basket = max(min(basket, size.Width-320*unit), 320)
	x := float32(0)
	if c.s.calls.Mirrored {
		x = basket
	}
	c.s.goods.lowly(size.Height < 680*unit)
	objects[0].Move(fyne.NewPos(x, 0))
	objects[0].Resize(fyne.NewSize(size.Width-basket, size.Height))
	x = size.Width - basket
	if c.s.calls.Mirrored {
		x = 0
	}
	objects[1].Move(fyne.NewPos(x, 0))
	objects[1].Resize(fyne.NewSize(basket, size.Height))
}
