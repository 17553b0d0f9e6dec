package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

// Field is a text entry that is no trap for the scanner: a code that a gun types while the field has the focus goes to the
// screen, and the field has its text back as it was before.
type Field struct {
	widget.Entry
	// Changed is called with the text once a person has changed it. While a burst may still be a scan it waits.
	Changed func(text string)
	// Submitted is called on Enter.
	Submitted func(text string)
	// Left is called when the focus goes elsewhere.
	Left func()
	// Moved is called on Up, Down, PageUp and PageDown: a search field hands them to the list below. true takes the key.
	Moved func(key fyne.KeyName) bool

	keys         *Keys
	before, told string
	row, column  int
	noted, waits bool
}

// NewField returns an empty field with a placeholder.
func NewField(k *Keys, placeholder string) *Field {
	f := &Field{keys: k}
	f.ExtendBaseWidget(f)
	f.PlaceHolder = placeholder
	f.Entry.OnChanged = func(string) { f.changed() }
	return f
}

// FocusLost implements fyne.Focusable.
func (f *Field) FocusLost() {
	f.Entry.FocusLost()
	if f.Left != nil {
		f.Left()
	}
}

// NewSecret returns a field that shows dots.
func NewSecret(k *Keys, placeholder string) *Field {
	f := NewField(k, placeholder)
	f.Password = true
	return f
}

// NewNote returns a field of several lines.
func NewNote(k *Keys, placeholder string) *Field {
	f := NewField(k, placeholder)
	f.MultiLine, f.Wrapping = true, fyne.TextWrapWord
	return f
}

// TypedRune implements fyne.Focusable.
func (f *Field) TypedRune(r rune) {
	if f.keys.late(r) {
		return
	}
	text, row, column := f.Text, f.CursorRow, f.CursorColumn
	if f.keys.rune(r, true) {
		f.before, f.row, f.column, f.noted = text, row, column, true
	}
	f.Entry.TypedRune(r)
}

// restore puts back what stood here before the burst that has turned out to be a code.
func (f *Field) restore() {
	if !f.noted || !f.keys.arriving() {
		return // the characters never came: an input method has them
	}
	f.noted = false
	f.Entry.SetText(f.before)
	f.CursorRow, f.CursorColumn = f.row, f.column
	f.Refresh()
}

// TypedKey implements fyne.Focusable.
func (f *Field) TypedKey(e *fyne.KeyEvent) {
	if (enter(e.Name) || e.Name == fyne.KeyTab) && f.keys.ends() {
		f.restore() // first, because the scan may show another screen
	}
	if f.keys.key(e.Name, field) {
		return
	}
	switch e.Name {
	case fyne.KeyUp, fyne.KeyDown, fyne.KeyPageUp, fyne.KeyPageDown:
		if f.Moved != nil && f.Moved(e.Name) {
			return
		}
	}
	if enter(e.Name) && !f.MultiLine {
		f.tell()
		if f.Submitted != nil {
			f.Submitted(f.Text)
		}
		return
	}
	f.Entry.TypedKey(e)
}

// TypedShortcut implements fyne.Shortcutable: undo in an empty field is the till's undo.
func (f *Field) TypedShortcut(s fyne.Shortcut) {
	if _, ok := s.(*fyne.ShortcutUndo); ok && f.Text == "" && f.keys.act(Undo) {
		return
	}
	f.Entry.TypedShortcut(s)
}

// KeyDown implements desktop.Keyable.
func (f *Field) KeyDown(e *fyne.KeyEvent) { f.keys.pressed(e); f.Entry.KeyDown(e) }

// KeyUp implements desktop.Keyable.
func (f *Field) KeyUp(e *fyne.KeyEvent) { f.keys.released(e); f.Entry.KeyUp(e) }

// AcceptsTab implements fyne.Tabbable: the Tab behind a code ends it.
func (f *Field) AcceptsTab() bool { return f.keys.within() || f.Entry.AcceptsTab() }

// SetText shows other words without calling Changed.
func (f *Field) SetText(text string) {
	f.told = text
	f.Entry.SetText(text)
}

// Focus puts the cursor into the field and selects nothing.
func (f *Field) Focus() { focus(f) }

func (f *Field) changed() {
	if f.keys == nil || !f.keys.within() {
		f.tell()
		return
	}
	if f.waits {
		return
	}
	f.waits = true
	f.later()
}

// later tells about the text once the burst is over.
func (f *Field) later() {
	f.keys.after(f.keys.run.rule.Gap, func() {
		if f.keys.within() {
			f.later()
			return
		}
		f.waits = false
		f.tell()
	})
}

func (f *Field) tell() {
	if f.told == f.Text {
		return
	}
	f.told = f.Text
	if f.Changed != nil {
		f.Changed(f.Text)
	}
}

// focus gives the keys to w where it is on a canvas.
func focus(w interface {
	fyne.CanvasObject
	fyne.Focusable
}) {
	focusOn(w, w)
}

// focusOn finds the canvas of o. What was only just shown has none before it is painted, so the windows are asked as well.
func focusOn(o fyne.CanvasObject, w fyne.Focusable) {
	d := fyne.CurrentApp().Driver()
	if c := d.CanvasForObject(o); c != nil {
		c.Focus(w)
		return
	}
	for _, window := range d.AllWindows() {
		if window.Canvas().Focus(w); window.Canvas().Focused() == w {
			return
		}
	}
}
