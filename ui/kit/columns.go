package kit

import "fyne.io/fyne/v2"

// Columns lays out parts beside each other, each with its share of the width, all of one height.
type Columns struct{ Shares []float32 }

// MinSize implements fyne.Layout.
func (c Columns) MinSize(o []fyne.CanvasObject) fyne.Size {
	var m fyne.Size
	for _, part := range o {
		m = fyne.NewSize(m.Width+part.MinSize().Width, max(m.Height, part.MinSize().Height))
	}
	return m
}

// Layout implements fyne.Layout.
func (c Columns) Layout(o []fyne.CanvasObject, size fyne.Size) {
	if len(o) == 0 {
		return
	}
	gap, whole := Letter(o[0])*0.75, float32(0)
	for _, s := range c.Shares {
		whole += s
	}
	room, x := size.Width-gap*float32(len(o)-1), float32(0)
	for i, part := range o {
		w := room * c.Shares[i] / whole
		part.Resize(fyne.NewSize(w, size.Height))
		part.Move(fyne.NewPos(x, 0))
		x += w + gap
	}
}

// Yield lays out one part that takes less height than it wants where the window is small: tables scroll anyway.
type Yield struct{ Share float32 }

// MinSize implements fyne.Layout.
func (y Yield) MinSize(o []fyne.CanvasObject) fyne.Size {
	m := o[0].MinSize()
	return fyne.NewSize(m.Width, m.Height*y.Share)
}

// Layout implements fyne.Layout.
func (Yield) Layout(o []fyne.CanvasObject, size fyne.Size) {
	for _, part := range o {
		part.Resize(size)
	}
}
