package kit

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
)

// Shape returns the shape that stands for a level, so that colour is never alone: ● ◐ ▲ ■ ◆ ○.
func (l Level) Shape() string {
	switch l {
	case Ready:
		return "●"
	case Busy:
		return "◐"
	case Notice:
		return "▲"
	case Stopped:
		return "■"
	case InDoubt:
		return "◆"
	}
	return "○"
}

// Colour returns the colour that goes with the shape.
func (l Level) Colour() fyne.ThemeColorName {
	switch l {
	case Ready:
		return Proven
	case Busy:
		return Ink
	case Notice:
		return Attention
	case Stopped:
		return Stop
	case InDoubt:
		return Doubt
	}
	return Muted
}

// Lamp is the state of a device, the network or a provider: shape, colour and word. A tap opens the cause and one next step.
type Lamp struct {
	press
	level Level
	word  string
}

// NewLamp returns a lamp in the state unknown.
func NewLamp(k *Keys, word string, tapped func()) *Lamp {
	l := &Lamp{word: word}
	l.keys, l.tapped = k, tapped
	l.ExtendBaseWidget(l)
	return l
}

// Set shows a state; word says what it is the state of ("网", "打印机") or, where there is room, what is the matter.
func (l *Lamp) Set(level Level, word string) {
	if l.level != level || l.word != word {
		l.level, l.word = level, word
		l.Refresh()
	}
}

// Level returns the state shown.
func (l *Lamp) Level() Level { return l.level }

// CreateRenderer implements fyne.Widget.
func (l *Lamp) CreateRenderer() fyne.WidgetRenderer {
	l.ExtendBaseWidget(l)
	r := &lampRenderer{l: l, ground: canvas.NewRectangle(color.Transparent), shape: canvas.NewText("", color.Black), word: canvas.NewText("", color.Black)}
	r.objects = []fyne.CanvasObject{r.ground, r.shape, r.word}
	l.paint = r.Refresh
	r.Refresh()
	return r
}

type lampRenderer struct {
	l           *Lamp
	ground      *canvas.Rectangle
	shape, word *canvas.Text
	objects     []fyne.CanvasObject
}

func (r *lampRenderer) Destroy()                     {}
func (r *lampRenderer) Objects() []fyne.CanvasObject { return r.objects }

func (r *lampRenderer) MinSize() fyne.Size {
	th := themed(r.l)
	return fyne.NewSize(r.shape.MinSize().Width+r.word.MinSize().Width+th.Size(SizeGap)*1.5, th.Size(SizeTouch))
}

func (r *lampRenderer) Layout(size fyne.Size) {
	gap := themed(r.l).Size(SizeGap)
	r.ground.Resize(size)
	s, w := r.shape.MinSize(), r.word.MinSize()
	r.shape.Move(fyne.NewPos(gap/2, (size.Height-s.Height)/2))
	r.shape.Resize(s)
	r.word.Move(fyne.NewPos(gap+s.Width, (size.Height-w.Height)/2))
	r.word.Resize(w)
}

func (r *lampRenderer) Refresh() {
	th := themed(r.l)
	r.ground.FillColor, r.ground.StrokeColor, r.ground.StrokeWidth = color.Transparent, color.Transparent, 0
	if r.l.focused || r.l.down {
		r.l.ground(r.ground, th, Pressed, Rule)
	}
	r.shape.Text, r.shape.TextSize, r.shape.Color = r.l.level.Shape(), th.Size(SizeBody), th.Color(r.l.level.Colour(), 0)
	r.word.Text, r.word.TextSize, r.word.Color = r.l.word, th.Size(SizeSmall), th.Color(Ink, 0)
	r.Layout(r.l.Size())
	for _, o := range r.objects {
		o.Refresh()
	}
}
