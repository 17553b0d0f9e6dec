package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

// Typist takes what a keypad types: "0" to "9", "00", ".", PadBack and PadClear. MoneyEntry and NumberEntry are typists.
type Typist interface{ Type(key string) }

// The keys of a pad that are not characters.
const (
	PadBack  = "back"
	PadClear = "clear"
)

// TypistFunc makes a function a Typist.
type TypistFunc func(key string)

// Type implements Typist.
func (f TypistFunc) Type(key string) { f(key) }

// Keypad is the block of figures, keys 72 × 56. It types into its typist whatever has the focus.
type Keypad struct {
	widget.BaseWidget
	Body
	to   Typist
	keys []fyne.CanvasObject
	deep int
}

// NewKeypad returns a pad of three columns: 7 8 9, 4 5 6, 1 2 3, 0 00 point, and below them clear and one step back.
func NewKeypad(k *Keys, to Typist) *Keypad {
	return newKeypad(k, to, []string{"7", "8", "9", "4", "5", "6", "1", "2", "3", "0", "00", ".", PadClear, PadBack})
}

// NewDigits returns a pad of figures alone, for counts and PINs.
func NewDigits(k *Keys, to Typist) *Keypad {
	return newKeypad(k, to, []string{"7", "8", "9", "4", "5", "6", "1", "2", "3", PadClear, "0", PadBack})
}

func newKeypad(k *Keys, to Typist, names []string) *Keypad {
	p := &Keypad{to: to, deep: (len(names) + 2) / 3}
	for _, name := range names {
		label := name
		switch name {
		case PadBack:
			label = "←"
		case PadClear:
			label = "C"
		}
		b := NewButton(k, Plain, label, func() { p.to.Type(name) })
		b.large = true
		p.keys = append(p.keys, b)
	}
	p.ExtendBaseWidget(p)
	return p
}

// SetTypist sends what is typed elsewhere from now on.
func (p *Keypad) SetTypist(to Typist) { p.to = to }

// CreateRenderer implements fyne.Widget.
func (p *Keypad) CreateRenderer() fyne.WidgetRenderer {
	p.ExtendBaseWidget(p)
	return p.Render(&fyne.Container{Layout: padLayout{p}, Objects: p.keys})
}

// padLayout makes three even columns; the last row of two gives clear one place and back two.
type padLayout struct{ p *Keypad }

func (l padLayout) MinSize([]fyne.CanvasObject) fyne.Size {
	th := themed(l.p)
	gap := th.Size(SizeGap)
	return fyne.NewSize(3*th.Size(SizeKeyW)+2*gap, float32(l.p.deep)*(th.Size(SizeKeyH)+gap)-gap)
}

func (l padLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	gap := themed(l.p).Size(SizeGap)
	w := (size.Width - 2*gap) / 3
	h := (size.Height - gap*float32(l.p.deep-1)) / float32(l.p.deep)
	for i, o := range objects {
		wide := w
		if i == len(objects)-1 && len(objects)%3 == 2 {
			wide = 2*w + gap
		}
		o.Resize(fyne.NewSize(wide, h))
		o.Move(fyne.NewPos(float32(i%3)*(w+gap), float32(i/3)*(h+gap)))
	}
}
