package kit

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
)

// Kind is the weight of a button.
type Kind uint8

// A screen has at most one Main button: the one thing to do next. Danger stops, voids or gives money back. Quiet has no border.
const (
	Plain Kind = iota
	Main
	Danger
	Quiet
)

// Button is a key with words, and beside them, smaller, the key of the keyboard that does the same: "收款 Enter".
type Button struct {
	press
	kind     Kind
	label    string
	hint     string
	icon     fyne.Resource
	small    bool
	large    bool // figures of a pad
	emphasis bool // words in the colour of what to do
	chosen   bool // one of several, the one in force
	upright  bool // icon above the words, in the middle
}

// NewButton returns a button.
func NewButton(k *Keys, kind Kind, label string, tapped func()) *Button {
	b := &Button{kind: kind, label: label}
	b.keys, b.tapped = k, tapped
	b.ExtendBaseWidget(b)
	return b
}

// NewActButton returns a button for an act of the screen: it shows the act's key and does what the key does.
func NewActButton(k *Keys, kind Kind, label string, a Act) *Button {
	b := NewButton(k, kind, label, func() { k.Do(a) })
	b.hint = k.Hint(a)
	return b
}

// NewIconButton returns a button of an icon of assets with a word under the finger of people who cannot guess it; label may
// be empty where the place allows no word.
func NewIconButton(k *Keys, icon, label string, tapped func()) *Button {
	b := NewButton(k, Plain, label, tapped)
	b.icon = Icon(icon)
	return b
}

// Hint shows the key that does the same and returns b.
func (b *Button) Hint(key string) *Button { b.hint = key; b.Refresh(); return b }

// Small makes the letters 15 high for narrow places; the target stays 48. It returns b.
func (b *Button) Small() *Button { b.small = true; b.Refresh(); return b }

// SetText shows other words.
func (b *Button) SetText(label string) {
	if b.label != label {
		b.label = label
		b.Refresh()
	}
}

// Text returns the words.
func (b *Button) Text() string { return b.label }

// SetKind changes the weight.
func (b *Button) SetKind(kind Kind) {
	if b.kind != kind {
		b.kind = kind
		b.Refresh()
	}
}

// CreateRenderer implements fyne.Widget.
func (b *Button) CreateRenderer() fyne.WidgetRenderer {
	b.ExtendBaseWidget(b)
	r := &buttonRenderer{b: b, ground: canvas.NewRectangle(color.Transparent), words: canvas.NewText("", color.Black), hint: canvas.NewText("", color.Black)}
	r.objects = []fyne.CanvasObject{r.ground, r.words, r.hint}
	if b.icon != nil {
		r.icon = canvas.NewImageFromResource(b.icon)
		r.icon.FillMode = canvas.ImageFillContain
		r.objects = append(r.objects, r.icon)
	}
	b.paint = func() { r.colours(); r.ground.Refresh() }
	r.Refresh()
	return r
}

type buttonRenderer struct {
	b           *Button
	ground      *canvas.Rectangle
	words, hint *canvas.Text
	icon        *canvas.Image
	objects     []fyne.CanvasObject
}

func (r *buttonRenderer) Destroy()                     {}
func (r *buttonRenderer) Objects() []fyne.CanvasObject { return r.objects }

func (r *buttonRenderer) points(th fyne.Theme) float32 {
	switch {
	case r.b.small:
		return th.Size(SizeSmall)
	case r.b.kind == Main, r.b.large:
		return th.Size(SizeHead)
	}
	return th.Size(SizeBody)
}

// parts returns the widths of icon, words and hint with the gaps between them.
func (r *buttonRenderer) parts(th fyne.Theme) (icon, words, hint, gap float32) {
	gap = th.Size(SizeGap)
	st := style(r.b.label, r.b.kind != Quiet)
	if r.icon != nil {
		icon = r.points(th) * 1.4
	}
	words = fyne.MeasureText(r.b.label, r.points(th), st).Width
	hint = fyne.MeasureText(r.b.hint, th.Size(SizeSmall), fyne.TextStyle{}).Width
	return icon, words, hint, gap
}

func (r *buttonRenderer) MinSize() fyne.Size {
	th := themed(r.b)
	if r.b.upright {
		return fyne.NewSize(th.Size(SizeKeyW), th.Size(SizeAction))
	}
	icon, words, hint, gap := r.parts(th)
	w := 2*gap + icon + words + hint
	if icon > 0 && words > 0 {
		w += gap
	}
	if hint > 0 {
		w += gap
	}
	if r.b.small {
		w -= gap
	}
	h := th.Size(SizeTouch)
	if r.b.kind == Main {
		h = th.Size(SizeAction)
	}
	return fyne.NewSize(max(w, th.Size(SizeTouch)), h)
}

func (r *buttonRenderer) Layout(size fyne.Size) {
	th := themed(r.b)
	r.ground.Resize(size)
	if r.b.upright {
		r.stand(size, th)
		return
	}
	icon, _, hint, gap := r.parts(th)
	edge := gap
	if r.b.small {
		edge = gap / 2
	}
	room := size.Width - 2*edge - icon
	if icon > 0 && r.b.label != "" {
		room -= gap
	}
	points, st := r.points(th), style(r.b.label, r.b.kind != Quiet)
	if fyne.MeasureText(r.b.label, points, st).Width+hint+gap > room && hint > 0 {
		hint = 0 // the words matter more than the key
	}
	if hint > 0 {
		room -= hint + gap
	}
	p := shrink(r.b.label, points, room, st)
	r.words.Text, r.words.TextSize, r.words.TextStyle = clip(r.b.label, p, room, st), p, st
	wide := r.words.MinSize()
	whole := icon + wide.Width
	if icon > 0 && wide.Width > 0 {
		whole += gap
	}
	if hint > 0 {
		whole += gap + hint
	}
	x := (size.Width - whole) / 2
	if icon > 0 {
		r.icon.Resize(fyne.NewSquareSize(icon))
		r.icon.Move(fyne.NewPos(x, (size.Height-icon)/2))
		x += icon + gap
	}
	r.words.Move(fyne.NewPos(x, (size.Height-wide.Height)/2))
	r.words.Resize(wide)
	r.hint.Hidden = hint == 0
	hs := r.hint.MinSize()
	r.hint.Move(fyne.NewPos(x+wide.Width+gap, (size.Height-hs.Height)/2+(wide.Height-hs.Height)/4))
	r.hint.Resize(hs)
}

// stand puts the icon above the words, and the key under them.
func (r *buttonRenderer) stand(size fyne.Size, th fyne.Theme) {
	side, st := th.Size(SizeBody)*1.5, style(r.b.label, true)
	room := size.Width - th.Size(SizeGap)/2
	p := shrink(r.b.label, th.Size(SizeSmall), room, st)
	r.words.Text, r.words.TextSize, r.words.TextStyle = clip(r.b.label, p, room, st), p, st
	w := r.words.MinSize()
	y := (size.Height - side - w.Height) / 2
	if r.icon != nil {
		r.icon.Resize(fyne.NewSquareSize(side))
		r.icon.Move(fyne.NewPos((size.Width-side)/2, y))
	}
	r.words.Move(fyne.NewPos((size.Width-w.Width)/2, y+side))
	r.words.Resize(w)
	r.hint.Hidden = true
}

func (r *buttonRenderer) colours() {
	th := themed(r.b)
	fill, border, ink, hint := Surface, Rule, Ink, Muted
	switch {
	case r.b.Disabled():
		fill, border, ink, hint = Paper, Paper, Off, Off
	case r.b.kind == Main:
		fill, border, ink, hint = Do, Do, OnDo, OnDo
	case r.b.kind == Danger:
		border, ink, hint = Stop, Stop, Stop
	case r.b.chosen:
		fill, border, ink, hint = Chosen, Do, Ink, Muted
	case r.b.kind == Quiet:
		fill, border = "", ""
	case r.b.emphasis:
		ink, border = Do, Do
	}
	if r.b.down && r.b.kind == Main {
		fill, border = Proven, Proven
	} else if r.b.down {
		fill = Pressed
	}
	if fill == "" {
		r.ground.FillColor, r.ground.StrokeColor, r.ground.StrokeWidth = color.Transparent, color.Transparent, 0
		if r.b.focused {
			r.b.ground(r.ground, th, Surface, Ink)
		}
	} else {
		r.b.ground(r.ground, th, fill, border)
	}
	r.words.Color, r.hint.Color = th.Color(ink, 0), th.Color(hint, 0)
	r.hint.Text, r.hint.TextSize = r.b.hint, th.Size(SizeSmall)
	if r.icon != nil {
		r.icon.Resource = tint(r.b.icon, th.Color(ink, 0))
	}
}

func (r *buttonRenderer) Refresh() {
	r.colours()
	r.Layout(r.b.Size())
	for _, o := range r.objects {
		o.Refresh()
	}
}
