package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"
)

// Body keeps what a widget is made of within reach. The toolkit tells nobody what a renderer draws, so whoever works the
// window without eyes, as the scripted day does, would find no key on it. A widget that is made of others embeds Body and
// returns Render from CreateRenderer.
type Body struct{ root fyne.CanvasObject }

// Render returns the renderer that shows root.
func (b *Body) Render(root fyne.CanvasObject) fyne.WidgetRenderer {
	b.root = root
	return widget.NewSimpleRenderer(root)
}

// Parts returns what is shown, in the order in which it is drawn; nothing before the first time.
func (b *Body) Parts() []fyne.CanvasObject {
	if b.root == nil {
		return nil
	}
	return []fyne.CanvasObject{b.root}
}

// Parts returns what o is made of, in the order in which it is drawn, and whether o hides what stands out of it.
func Parts(o fyne.CanvasObject) (parts []fyne.CanvasObject, clips bool) {
	switch o := o.(type) {
	case *fyne.Container:
		return o.Objects, false
	case *container.Scroll:
		return []fyne.CanvasObject{o.Content}, true
	case *container.Clip:
		return []fyne.CanvasObject{o.Content}, true
	case interface{ Parts() []fyne.CanvasObject }:
		return o.Parts(), false
	}
	return nil, false
}

// Words returns the words that a person reads on o itself, "" where it carries none.
func Words(o fyne.CanvasObject) string {
	switch o := o.(type) {
	case *canvas.Text:
		return o.Text
	case *Text:
		return o.Text
	case *Button:
		return o.label
	case *Prose:
		return o.text
	case *Lamp:
		return o.level.Shape() + " " + o.word
	case *Field:
		if o.Text == "" || o.Password {
			return o.PlaceHolder
		}
		return o.Text
	case *Check:
		return o.Text
	case *Select:
		return o.Selected
	case *MoneyEntry:
		return o.read()
	case *NumberEntry:
		return o.read()
	}
	return ""
}

// read returns the figure as it is shown.
func (f *figure) read() string {
	if f.text == "" {
		return f.hint
	}
	return f.prefix + f.shown(f.text) + f.suffix
}
