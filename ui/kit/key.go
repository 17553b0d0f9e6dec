package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// press is what every key, tile and row under a finger shares: it is pressed by touch, mouse, Space or Enter, it offers each
// key to Keys first, and a tap never gives it the focus, so that the scanner stays free.
type press struct {
	widget.DisableableWidget
	keys    *Keys
	tapped  func()
	focused bool
	down    bool
	paint   func() // redraws the ground after focus and press; set by the renderer
}

// Tapped implements fyne.Tappable.
func (p *press) Tapped(*fyne.PointEvent) { p.fire() }

// MouseDown implements desktop.Mouseable.
func (p *press) MouseDown(*desktop.MouseEvent) { p.set(&p.down, !p.Disabled()) }

// MouseUp implements desktop.Mouseable.
func (p *press) MouseUp(*desktop.MouseEvent) { p.set(&p.down, false) }

// FocusGained implements fyne.Focusable.
func (p *press) FocusGained() { p.set(&p.focused, true) }

// FocusLost implements fyne.Focusable.
func (p *press) FocusLost() { p.set(&p.focused, false) }

// TypedRune implements fyne.Focusable.
func (p *press) TypedRune(r rune) { p.keys.rune(r, false) }

// TypedKey implements fyne.Focusable.
func (p *press) TypedKey(e *fyne.KeyEvent) {
	if p.keys.key(e.Name, button) {
		return
	}
	if e.Name == fyne.KeySpace || enter(e.Name) {
		p.fire()
	}
}

// KeyDown implements desktop.Keyable.
func (p *press) KeyDown(e *fyne.KeyEvent) { p.keys.pressed(e) }

// KeyUp implements desktop.Keyable.
func (p *press) KeyUp(e *fyne.KeyEvent) { p.keys.released(e) }

// AcceptsTab implements fyne.Tabbable: the Tab behind a code ends it.
func (p *press) AcceptsTab() bool { return p.keys.within() }

func (p *press) fire() {
	p.keys.Touch()
	if p.tapped != nil && !p.Disabled() {
		p.tapped()
	}
}

func (p *press) set(flag *bool, to bool) {
	if *flag == to {
		return
	}
	*flag = to
	if p.paint != nil {
		p.paint()
	}
}

// ground paints the rectangle under a key: its colour, border, and the ring of the focus.
func (p *press) ground(r *canvas.Rectangle, th fyne.Theme, fill, border fyne.ThemeColorName) {
	r.CornerRadius = th.Size(SizeRadius)
	r.FillColor, r.StrokeColor, r.StrokeWidth = th.Color(fill, 0), th.Color(border, 0), 1
	if p.focused {
		r.StrokeColor, r.StrokeWidth = th.Color(Ink, 0), 3
	}
}
