package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

// Check is a box with a word. It offers each key to Keys first, so that it is no trap for the scanner.
type Check struct {
	widget.Check
	keys *Keys
}

// NewCheck returns a box.
func NewCheck(k *Keys, label string, changed func(on bool)) *Check {
	c := &Check{keys: k}
	c.Text, c.OnChanged = label, changed
	c.ExtendBaseWidget(c)
	return c
}

// TypedRune implements fyne.Focusable. Space comes as a character, too, and must not tick the box within a code.
func (c *Check) TypedRune(r rune) {
	arriving := c.keys.arriving()
	c.keys.rune(r, r == ' ' && !arriving)
	if !arriving && r == ' ' {
		c.Check.TypedRune(r)
	}
}

// TypedKey implements fyne.Focusable.
func (c *Check) TypedKey(e *fyne.KeyEvent) {
	if !c.keys.key(e.Name, button) {
		c.Check.TypedKey(e)
	}
}

// KeyDown implements desktop.Keyable.
func (c *Check) KeyDown(e *fyne.KeyEvent) { c.keys.pressed(e) }

// KeyUp implements desktop.Keyable.
func (c *Check) KeyUp(e *fyne.KeyEvent) { c.keys.released(e) }

// AcceptsTab implements fyne.Tabbable.
func (c *Check) AcceptsTab() bool { return c.keys.within() }

// Select is a choice from a long list, for settings. Its list opens over the window and keeps the keys until something is
// chosen, so a screen on which one sells uses NewTabs or NewChips instead.
type Select struct {
	widget.Select
	keys *Keys
}

// NewSelect returns a choice with nothing chosen.
func NewSelect(k *Keys, options []string, changed func(option string)) *Select {
	s := &Select{keys: k}
	s.Options, s.OnChanged = options, changed
	s.PlaceHolder = " " // the toolkit says "(Select one)" in English
	s.ExtendBaseWidget(s)
	return s
}

// TypedRune implements fyne.Focusable.
func (s *Select) TypedRune(r rune) { s.keys.rune(r, false) }

// TypedKey implements fyne.Focusable.
func (s *Select) TypedKey(e *fyne.KeyEvent) {
	if !s.keys.key(e.Name, list) {
		s.Select.TypedKey(e)
	}
}

// KeyDown implements desktop.Keyable.
func (s *Select) KeyDown(e *fyne.KeyEvent) { s.keys.pressed(e) }

// KeyUp implements desktop.Keyable.
func (s *Select) KeyUp(e *fyne.KeyEvent) { s.keys.released(e) }

// AcceptsTab implements fyne.Tabbable.
func (s *Select) AcceptsTab() bool { return s.keys.within() }

// List is Fyne's list for rows of one's own widgets; for words Rows is cheaper.
type List struct {
	widget.List
	keys *Keys
}

// NewList returns a list of length rows; create makes a row, update fills one.
func NewList(k *Keys, length func() int, create func() fyne.CanvasObject, update func(i int, row fyne.CanvasObject)) *List {
	l := &List{keys: k}
	l.Length, l.CreateItem, l.UpdateItem = length, create, update
	l.ExtendBaseWidget(l)
	return l
}

// TypedRune implements fyne.Focusable.
func (l *List) TypedRune(r rune) { l.keys.rune(r, false) }

// TypedKey implements fyne.Focusable.
func (l *List) TypedKey(e *fyne.KeyEvent) {
	if !l.keys.key(e.Name, list) {
		l.List.TypedKey(e)
	}
}

// KeyDown implements desktop.Keyable.
func (l *List) KeyDown(e *fyne.KeyEvent) { l.keys.pressed(e) }

// KeyUp implements desktop.Keyable.
func (l *List) KeyUp(e *fyne.KeyEvent) { l.keys.released(e) }

// AcceptsTab implements fyne.Tabbable.
func (l *List) AcceptsTab() bool { return l.keys.within() }

// MinSize implements fyne.CanvasObject: as high as every other target.
func (s *Select) MinSize() fyne.Size {
	m := s.Select.MinSize()
	return fyne.NewSize(m.Width, max(m.Height, themed(s).Size(SizeTouch)))
}
