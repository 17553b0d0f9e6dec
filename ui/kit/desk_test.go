package kit_test

import (
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"suanpan/ui/kit"
)

// hand types on a canvas in the order in which the window system delivers keys: down, then the key, then its character.
type hand struct {
	t      testing.TB
	canvas fyne.Canvas
	clock  *clock
	keys   *kit.Keys
}

func (h hand) key(name fyne.KeyName, code int) {
	e := &fyne.KeyEvent{Name: name, Physical: fyne.HardwareKey{ScanCode: code}}
	focused := h.canvas.Focused()
	if k, ok := focused.(desktop.Keyable); ok {
		k.KeyDown(e)
	}
	if name == fyne.KeyTab {
		if tab, ok := focused.(fyne.Tabbable); !ok || !tab.AcceptsTab() {
			h.canvas.FocusNext()
			return
		}
	}
	switch focused = h.canvas.Focused(); {
	case focused != nil:
		focused.TypedKey(e)
	default:
		h.canvas.OnTypedKey()(e)
	}
}

func (h hand) rune(r rune) {
	if f := h.canvas.Focused(); f != nil {
		f.TypedRune(r)
		return
	}
	h.canvas.OnTypedRune()(r)
}

func (h hand) up(name fyne.KeyName) {
	if k, ok := h.canvas.Focused().(desktop.Keyable); ok {
		k.KeyUp(&fyne.KeyEvent{Name: name})
	}
}

// char types one character as a key of its own.
func (h hand) char(r rune) {
	name := fyne.KeyName(strings.ToUpper(string(r)))
	if r == ' ' {
		name = fyne.KeySpace
	}
	h.key(name, 0)
	h.rune(r)
	h.up(name)
}

func (h hand) text(s string, gap time.Duration) {
	for _, r := range s {
		h.char(r)
		h.clock.pass(gap)
	}
}

func (h hand) enter() { h.key(fyne.KeyReturn, 0); h.up(fyne.KeyReturn) }

// gun types a code as a scanner does.
func (h hand) gun(code string) { h.text(code, 3*time.Millisecond); h.enter() }

// desk is a screen with everything that can have the focus.
type desk struct {
	hand
	field                     *kit.Field
	amount                    *kit.MoneyEntry
	pad                       *kit.PINPad
	button                    *kit.Button
	check                     *kit.Check
	list                      *kit.List
	choice                    *kit.Select
	scans, typed, acts, texts []string
	digits                    []int
}

func newDesk(t testing.TB) *desk {
	t.Helper()
	test.NewTempApp(t).Settings().SetTheme(kit.NewTheme(kit.Light, 1))
	k, c := newKeys()
	d := &desk{hand: hand{t: t, clock: c, keys: k}}
	note := func(what string) func() { return func() { d.acts = append(d.acts, what) } }
	d.field = kit.NewField(k, "search")
	d.field.Changed = func(text string) { d.texts = append(d.texts, text) }
	d.field.Submitted = func(text string) { d.acts = append(d.acts, "submitted "+text) }
	d.amount = kit.NewMoneyEntry(k, "CNY")
	d.pad = kit.NewPINPad(k, "ok", func(pin string) { d.acts = append(d.acts, "pin "+pin) })
	d.button = kit.NewButton(k, kit.Plain, "press", note("pressed"))
	d.check = kit.NewCheck(k, "check", func(bool) { note("checked")() })
	d.list = kit.NewList(k, func() int { return 3 }, func() fyne.CanvasObject { return kit.Label("") }, func(int, fyne.CanvasObject) {})
	d.list.OnSelected = func(int) { note("selected")() }
	d.choice = kit.NewSelect(k, []string{"a", "b"}, func(string) { note("chosen")() })
	w := test.NewTempWindow(t, container.NewVBox(d.field, d.amount, d.pad, d.button, d.check, d.list, d.choice))
	w.Resize(fyne.NewSize(600, 900))
	d.canvas = w.Canvas()
	k.Attach(d.canvas)
	k.Push(kit.Bindings{
		Acts: map[kit.Act]func(){kit.Pay: note("pay"), kit.Help: note("help"), kit.Hold: note("hold"), kit.Back: note("back"), kit.Next: note("next"), kit.More: note("more")},
		Scan: func(code string) { d.scans = append(d.scans, code) }, Times: func(n string) { d.acts = append(d.acts, "times "+n) },
		Typed: func(s string) { d.typed = append(d.typed, s) }, Enter: func(s string) { d.acts = append(d.acts, "enter "+s) },
		Text: func(s string) { d.acts = append(d.acts, "text "+s) },
	})
	return d
}

// places are all that can have the focus, by name; nil is nothing.
func (d *desk) places() map[string]fyne.Focusable {
	d.pad.Focus()
	pin := d.canvas.Focused()
	d.canvas.Unfocus()
	return map[string]fyne.Focusable{"nothing": nil, "field": d.field, "amount": d.amount, "pin": pin, "button": d.button,
		"check": d.check, "list": d.list, "select": d.choice}
}
