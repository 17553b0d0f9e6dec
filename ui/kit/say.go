package kit

import (
	"image/color"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// Notices is the place over a window where short notices come and go, at most three at a time, newest first. It lies in a
// stack above the screens, lets every tap beside them through, and never takes the focus.
type Notices struct {
	widget.BaseWidget
	Body
	keys  *Keys
	box   *fyne.Container
	frame *canvas.Rectangle
	cards []*notice
	flash int
	right bool // the side on which the basket does not stand
}

// noticesMax bounds what can be seen at once; the oldest gives way.
const noticesMax = 3

// NewNotices returns the empty place.
func NewNotices(k *Keys) *Notices {
	n := &Notices{keys: k, box: container.NewVBox(), frame: canvas.NewRectangle(color.Transparent)}
	n.frame.Hide()
	n.ExtendBaseWidget(n)
	return n
}

// Say shows text. Ready and Busy go after 4 seconds, the others after 8, Stopped stays until it is tapped. The same text
// again only begins its time anew.
func (n *Notices) Say(level Level, text string) {
	n.drop(func(c *notice) bool { return c.text == text })
	card := &notice{level: level, text: text}
	card.keys = n.keys
	card.tapped = func() { n.drop(func(c *notice) bool { return c == card }) }
	card.ExtendBaseWidget(card)
	n.cards = append([]*notice{card}, n.cards[:min(len(n.cards), noticesMax-1)]...)
	n.show()
	stay := 8 * time.Second
	if level == Ready || level == Busy {
		stay = 4 * time.Second
	}
	if level != Stopped && n.keys != nil {
		n.keys.after(stay, func() { n.drop(func(c *notice) bool { return c == card }) })
	}
}

// Lean puts the notices on the side of the goods, so that they never lie over the line that was just added.
func (n *Notices) Lean(right bool) { n.right = right; n.Refresh() }

// Clear takes every notice away.
func (n *Notices) Clear() { n.drop(func(*notice) bool { return true }) }

// Texts returns the notices shown, newest first.
func (n *Notices) Texts() []string {
	var out []string
	for _, c := range n.cards {
		out = append(out, c.text)
	}
	return out
}

// Flash lights the rim of the window for half a second: it says with light what a sound says, for people who do not hear
// it and for tills without a loudspeaker (N26).
func (n *Notices) Flash(level Level) {
	n.frame.StrokeColor, n.frame.StrokeWidth = themed(n).Color(level.Colour(), 0), 12
	n.frame.Show()
	n.frame.Refresh()
	n.flash++
	mine := n.flash
	if n.keys != nil {
		n.keys.after(flashTime, func() {
			if mine == n.flash {
				n.frame.Hide()
			}
		})
	}
}

// Flashing reports whether the rim is lit.
func (n *Notices) Flashing() bool { return !n.frame.Hidden }

// CreateRenderer implements fyne.Widget.
func (n *Notices) CreateRenderer() fyne.WidgetRenderer {
	n.ExtendBaseWidget(n)
	return n.Render(&fyne.Container{Layout: noticesLayout{n}, Objects: []fyne.CanvasObject{n.frame, n.box}})
}

func (n *Notices) drop(which func(*notice) bool) {
	var left []*notice
	for _, c := range n.cards {
		if !which(c) {
			left = append(left, c)
		}
	}
	if len(left) != len(n.cards) {
		n.cards = left
		n.show()
	}
}

func (n *Notices) show() {
	n.box.Objects = n.box.Objects[:0]
	for _, c := range n.cards {
		n.box.Objects = append(n.box.Objects, c)
	}
	n.Refresh()
}

// noticesLayout puts the notices over the goods, at most 560 wide, below the line in which people type.
type noticesLayout struct{ n *Notices }

func (noticesLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(1, 1) }

func (l noticesLayout) Layout(_ []fyne.CanvasObject, size fyne.Size) {
	l.n.frame.Resize(size)
	w := min(size.Width, themed(l.n).Size(SizeBody)*31)
	l.n.box.Resize(fyne.NewSize(w, l.n.box.MinSize().Height))
	x := (size.Width - w) / 2
	if lean := min(x, size.Width*0.13); l.n.right {
		x += lean
	} else {
		x -= lean
	}
	l.n.box.Move(fyne.NewPos(x, themed(l.n).Size(SizeTouch)+2*themed(l.n).Size(SizeGap)))
}

// notice is one card: shape and words on the paper of its level; a tap takes it away.
type notice struct {
	press
	Body
	level Level
	text  string
	had   fyne.Focusable // the focus when the finger came down; a notice that is tapped away leaves it there
}

// MouseDown implements desktop.Mouseable.
func (c *notice) MouseDown(e *desktop.MouseEvent) {
	c.press.MouseDown(e)
	if on := fyne.CurrentApp().Driver().CanvasForObject(c); on != nil {
		c.had = on.Focused()
	}
}

// Tapped implements fyne.Tappable.
func (c *notice) Tapped(e *fyne.PointEvent) {
	if on := fyne.CurrentApp().Driver().CanvasForObject(c); on != nil && c.had != nil {
		on.Focus(c.had)
	}
	c.press.Tapped(e)
}

func (c *notice) CreateRenderer() fyne.WidgetRenderer {
	c.ExtendBaseWidget(c)
	ground := NewGround(AttentionPaper, Attention)
	if c.level == Ready || c.level == Busy || c.level == Unknown {
		ground = NewGround(Surface, Rule)
	}
	if c.level == Stopped {
		ground = NewGround(Surface, Stop)
	}
	shape := NewText(c.level.Shape(), SizeHead, c.level.Colour())
	return c.Render(container.NewStack(ground,
		container.NewBorder(nil, nil, container.NewPadded(shape), nil, container.NewPadded(NewProse(c.text)))))
}

// NewBanner returns a strip that stays as long as its cause: shape, words, and one next step. label may be empty.
func NewBanner(k *Keys, level Level, text, label string, tapped func()) *Banner {
	b := &Banner{keys: k, level: level, words: NewProse(text), shape: NewText("", SizeHead, Ink), ground: NewGround(Surface, Rule)}
	if label != "" {
		b.button = NewButton(k, Plain, label, tapped)
	}
	b.ExtendBaseWidget(b)
	b.Set(level, text)
	return b
}

// Banner is made by NewBanner.
type Banner struct {
	widget.BaseWidget
	Body
	keys   *Keys
	level  Level
	words  *Prose
	shape  *Text
	ground *Ground
	button *Button
}

// Set shows another state.
func (b *Banner) Set(level Level, text string) {
	b.level = level
	b.words.SetText(text)
	b.shape.Colour, b.shape.Text = level.Colour(), level.Shape()
	b.shape.Refresh()
	b.ground.border, b.ground.fill = level.Colour(), Surface
	if level == Notice {
		b.ground.fill = AttentionPaper
	}
	b.ground.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (b *Banner) CreateRenderer() fyne.WidgetRenderer {
	b.ExtendBaseWidget(b)
	var right fyne.CanvasObject
	if b.button != nil {
		right = container.NewPadded(b.button)
	}
	return b.Render(container.NewStack(b.ground,
		container.NewBorder(nil, nil, container.NewPadded(b.shape), right, container.NewPadded(b.words))))
}
