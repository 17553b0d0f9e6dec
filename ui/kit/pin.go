package kit

import (
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"
)

func itoa(n int) string { return strconv.Itoa(n) }

// PINPad takes a PIN by touch or by key and shows dots only.
type PINPad struct {
	widget.BaseWidget
	Body
	// Submitted is called with the PIN on Enter; the pad has forgotten it by then.
	Submitted func(pin string)
	// Moved is called on Up and Down: a list of people beside the pad moves by that much.
	Moved func(by int)

	keys   *Keys
	digits string
	entry  *secret
	dots   *Text
	wrong  *Text
	ok     *Button
}

// pinMax bounds a PIN.
const pinMax = 12

// NewPINPad returns an empty pad; ok is the word on the main key.
func NewPINPad(k *Keys, ok string, submitted func(pin string)) *PINPad {
	p := &PINPad{keys: k, Submitted: submitted, dots: NewText("", SizeHead, Ink), wrong: NewText("", SizeSmall, Stop)}
	p.dots.Align, p.wrong.Align, p.wrong.Fit, p.dots.Fit = fyne.TextAlignCenter, fyne.TextAlignCenter, Shrink, Shrink
	p.ok = NewButton(k, Main, ok, p.Submit).Hint(KeyName(fyne.KeyReturn))
	p.entry = &secret{p: p}
	p.entry.keys = k
	p.entry.ExtendBaseWidget(p.entry)
	p.ExtendBaseWidget(p)
	return p
}

// Type implements Typist.
func (p *PINPad) Type(key string) {
	switch {
	case key == PadClear:
		p.digits = ""
	case key == PadBack && p.digits != "":
		p.digits = p.digits[:len(p.digits)-1]
	case len(key) == 1 && key[0] >= '0' && key[0] <= '9' && len(p.digits) < pinMax:
		p.digits += key
	}
	p.wrong.SetText("")
	p.dots.SetText(strings.TrimSpace(strings.Repeat("● ", len(p.digits))))
}

// Wrong shows why the PIN was not taken.
func (p *PINPad) Wrong(text string) { p.wrong.SetText(text) }

// Focus takes the keyboard; call it when the pad is shown.
func (p *PINPad) Focus() { focus(p.entry) }

// Submit hands the PIN over, as its main key does.
func (p *PINPad) Submit() {
	pin := p.digits
	p.digits = ""
	p.dots.SetText("")
	if pin != "" && p.Submitted != nil {
		p.Submitted(pin)
	}
}

// CreateRenderer implements fyne.Widget.
func (p *PINPad) CreateRenderer() fyne.WidgetRenderer {
	p.ExtendBaseWidget(p)
	top := container.NewVBox(p.entry, p.wrong)
	return p.Render(container.NewBorder(top, p.ok, nil, nil, NewDigits(p.keys, p)))
}

// secret is the place of the dots; it has the focus while the pad is used.
type secret struct {
	press
	Body
	p      *PINPad
	before string
}

// Tapped implements fyne.Tappable.
func (s *secret) Tapped(*fyne.PointEvent) { s.p.Focus() }

// TypedRune implements fyne.Focusable.
func (s *secret) TypedRune(r rune) {
	if s.keys.late(r) {
		return
	}
	digits := s.p.digits
	if s.keys.rune(r, true) {
		s.before = digits
	}
	s.p.Type(string(r))
}

// TypedKey implements fyne.Focusable.
func (s *secret) TypedKey(e *fyne.KeyEvent) {
	if (enter(e.Name) || e.Name == fyne.KeyTab) && s.keys.ends() {
		if s.keys.arriving() {
			s.p.digits = s.before
			s.p.dots.SetText(strings.TrimSpace(strings.Repeat("● ", len(s.p.digits))))
		}
	}
	if s.keys.key(e.Name, field) {
		return
	}
	switch {
	case e.Name == fyne.KeyUp && s.p.Moved != nil:
		s.p.Moved(-1)
	case e.Name == fyne.KeyDown && s.p.Moved != nil:
		s.p.Moved(1)
	case e.Name == fyne.KeyBackspace:
		s.p.Type(PadBack)
	case e.Name == fyne.KeyDelete:
		s.p.Type(PadClear)
	case enter(e.Name):
		s.p.Submit()
	}
}

// CreateRenderer implements fyne.Widget.
func (s *secret) CreateRenderer() fyne.WidgetRenderer {
	s.ExtendBaseWidget(s)
	ground := NewGround(Surface, Rule)
	s.paint = func() {
		ground.border = Rule
		if s.focused {
			ground.border = Do
		}
		ground.Refresh()
	}
	return s.Render(container.NewStack(ground, container.New(wide{4}, s.p.dots)))
}
