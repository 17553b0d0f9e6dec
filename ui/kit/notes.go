package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

// Even lays out objects in even columns of at least Least pixels (at scale 1), row by row; the rows have one height.
type Even struct{ Least float32 }

// MinSize implements fyne.Layout: one row of as many columns as there are objects is not demanded, one column is.
func (e Even) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var s fyne.Size
	width := float32(0)
	for _, o := range objects {
		s = s.Max(o.MinSize())
		width = max(width, o.Position().X+o.Size().Width)
	}
	if len(objects) == 0 {
		return s
	}
	gap := themed(objects[0]).Size(SizeGap)
	rows := 1
	if width > 0 {
		n := e.columns(objects, width)
		rows = (len(objects) + n - 1) / n
	}
	return fyne.NewSize(max(s.Width, e.least(objects)), float32(rows)*(s.Height+gap)-gap)
}

// Layout implements fyne.Layout.
func (e Even) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	if len(objects) == 0 {
		return
	}
	gap := themed(objects[0]).Size(SizeGap)
	n := e.columns(objects, size.Width)
	rows := (len(objects) + n - 1) / n
	w := (size.Width - gap*float32(n-1)) / float32(n)
	h := (size.Height - gap*float32(rows-1)) / float32(rows)
	for i, o := range objects {
		o.Resize(fyne.NewSize(w, h))
		o.Move(fyne.NewPos(float32(i%n)*(w+gap), float32(i/n)*(h+gap)))
	}
}

func (e Even) least(objects []fyne.CanvasObject) float32 {
	return e.Least * themed(objects[0]).Size(SizeBody) / sizes[SizeBody]
}

func (e Even) columns(objects []fyne.CanvasObject, width float32) int {
	gap := themed(objects[0]).Size(SizeGap)
	return max(1, min(len(objects), int((width+gap)/(e.least(objects)+gap))))
}

// Note is one note or coin, or "exact".
type Note struct {
	Minor int64  // minor units; what NoteKeys hands back
	Label string // "¥100", "正好"
	Main  bool   // exact: stands out
}

// NoteKeys are the notes a customer may hand over: one tap each.
type NoteKeys struct {
	widget.BaseWidget
	Body
	OnTap func(minor int64)

	keys *Keys
	box  *fyne.Container
}

// NewNoteKeys returns no keys yet.
func NewNoteKeys(k *Keys, tapped func(minor int64)) *NoteKeys {
	n := &NoteKeys{keys: k, OnTap: tapped, box: &fyne.Container{Layout: Even{Least: 88}}}
	n.ExtendBaseWidget(n)
	return n
}

// SetNotes shows keys.
func (n *NoteKeys) SetNotes(notes []Note) {
	n.box.Objects = nil
	for _, note := range notes {
		b := NewButton(n.keys, Plain, note.Label, func() {
			if n.OnTap != nil {
				n.OnTap(note.Minor)
			}
		})
		b.emphasis = note.Main
		n.box.Objects = append(n.box.Objects, b)
	}
	n.box.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (n *NoteKeys) CreateRenderer() fyne.WidgetRenderer {
	n.ExtendBaseWidget(n)
	return n.Render(n.box)
}
