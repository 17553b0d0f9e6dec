package kit

import (
	"image/color"

	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"suanpan/app/money"
)

// figure is a number being typed: by keyboard while it has the focus, by a Keypad always. Full-width digits count as digits.
type figure struct {
	press
	// Changed is called after each key that changed something.
	Changed func()
	// Submitted is called on Enter.
	Submitted func()

	self   fyne.Widget
	text   string // ASCII digits and at most one point
	prefix string
	suffix string
	hint   string // shown muted while nothing is typed
	places int
	least  bool // digits enter at the last place: 1250 is 12.50
	fresh  bool // the next key replaces what is shown
	points fyne.ThemeSizeName

	before      string
	beforeFresh bool
}

// digitsMax bounds what can be typed; more is a mistake, not a number.
const digitsMax = 12

// Type implements Typist.
func (f *figure) Type(key string) {
	if f.Disabled() {
		return
	}
	was := f.text
	f.text, f.fresh = f.after(key), false
	f.Refresh()
	if was != f.text && f.Changed != nil {
		f.Changed()
	}
}

// after returns the text that a key would make.
func (f *figure) after(key string) string {
	text := f.text
	switch key {
	case PadBack:
		if text != "" {
			text = text[:len(text)-1]
		}
		return text
	case PadClear:
		return ""
	}
	if f.fresh {
		text = ""
	}
	for _, r := range money.Narrow(key) {
		text = f.grow(text, r)
	}
	return text
}

// grow returns text with r behind it, or text where r has no place there.
func (f *figure) grow(text string, r rune) string {
	whole, frac, point := strings.Cut(text, ".")
	switch {
	case r == '.' && !point && f.places > 0 && !f.least:
		if whole == "" {
			whole = "0"
		}
		return whole + "."
	case r < '0' || r > '9' || len(whole)+len(frac) >= digitsMax:
		return text
	case point && len(frac) >= f.places:
		return text
	case text == "0":
		return string(r)
	}
	return text + string(r)
}

// shown returns what was typed as people read it, with the point where it belongs.
func (f *figure) shown(text string) string {
	if f.least && f.places > 0 && text != "" {
		for len(text) <= f.places {
			text = "0" + text
		}
		text = text[:len(text)-f.places] + "." + text[len(text)-f.places:]
	}
	return text
}

// Text returns the number typed, as the parsers of money read it: "12.5". Empty while nothing is typed.
func (f *figure) Text() string { return strings.TrimSuffix(f.shown(f.text), ".") }

// SetText shows a number that the next key replaces.
func (f *figure) SetText(text string) {
	text = money.Narrow(text)
	if f.least {
		text = strings.TrimLeft(strings.ReplaceAll(text, ".", ""), "0")
	}
	f.text, f.fresh = text, true
	f.Refresh()
}

// Clear empties it without calling Changed.
func (f *figure) Clear() { f.text, f.fresh = "", false; f.Refresh() }

// SetHint shows words muted while nothing is typed: what is due.
func (f *figure) SetHint(hint string) { f.hint = hint; f.Refresh() }

// Focus takes the keyboard.
func (f *figure) Focus() {
	if w, ok := f.self.(fyne.Focusable); ok {
		focusOn(f.self, w)
	}
}

// Tapped implements fyne.Tappable.
func (f *figure) Tapped(*fyne.PointEvent) { f.Focus() }

// TypedRune implements fyne.Focusable.
func (f *figure) TypedRune(r rune) {
	if f.keys.late(r) {
		return
	}
	text, fresh := f.text, f.fresh
	if f.keys.rune(r, true) {
		f.before, f.beforeFresh = text, fresh
	}
	f.Type(string(r))
}

// TypedKey implements fyne.Focusable.
func (f *figure) TypedKey(e *fyne.KeyEvent) {
	if (enter(e.Name) || e.Name == fyne.KeyTab) && f.keys.ends() {
		if f.keys.arriving() {
			f.text, f.fresh = f.before, f.beforeFresh
			f.Refresh()
		}
	}
	if f.keys.key(e.Name, field) {
		return
	}
	switch {
	case e.Name == fyne.KeyBackspace:
		f.Type(PadBack)
	case e.Name == fyne.KeyDelete:
		f.Type(PadClear)
	case enter(e.Name) && f.Submitted != nil:
		f.Submitted()
	}
}

// CreateRenderer implements fyne.Widget.
func (f *figure) CreateRenderer() fyne.WidgetRenderer {
	f.ExtendBaseWidget(f.self)
	r := &figureRenderer{f: f, ground: canvas.NewRectangle(color.Transparent), caret: canvas.NewRectangle(color.Transparent), words: canvas.NewText("", color.Black)}
	r.objects = []fyne.CanvasObject{r.ground, r.words, r.caret}
	f.paint = r.Refresh
	r.Refresh()
	return r
}

type figureRenderer struct {
	f             *figure
	ground, caret *canvas.Rectangle
	words         *canvas.Text
	objects       []fyne.CanvasObject
}

func (r *figureRenderer) Destroy()                     {}
func (r *figureRenderer) Objects() []fyne.CanvasObject { return r.objects }

func (r *figureRenderer) MinSize() fyne.Size {
	th := themed(r.f.self)
	p := th.Size(r.f.points)
	return fyne.NewSize(p*5, max(th.Size(SizeTouch), fyne.MeasureText("0", p, fyne.TextStyle{}).Height))
}

func (r *figureRenderer) Layout(size fyne.Size) {
	th := themed(r.f.self)
	gap := th.Size(SizeGap)
	r.ground.Resize(size)
	p := shrink(r.words.Text, th.Size(r.f.points), size.Width-2*gap-4, r.words.TextStyle)
	r.words.TextSize = p
	m := r.words.MinSize()
	r.words.Move(fyne.NewPos(size.Width-gap-4-m.Width, (size.Height-m.Height)/2))
	r.words.Resize(m)
	r.caret.Resize(fyne.NewSize(2, p))
	r.caret.Move(fyne.NewPos(size.Width-gap, (size.Height-p)/2))
}

func (r *figureRenderer) Refresh() {
	th := themed(r.f.self)
	r.f.ground(r.ground, th, Surface, Rule)
	ink := Ink
	text := r.f.prefix + r.f.shown(r.f.text) + r.f.suffix
	if r.f.text == "" {
		ink, text = Muted, r.f.hint
	}
	if r.f.Disabled() {
		ink = Muted
	}
	r.words.Text, r.words.Color = text, th.Color(ink, 0)
	r.words.TextStyle = style(text, r.f.text != "")
	r.caret.FillColor, r.caret.Hidden = th.Color(Do, 0), !r.f.focused
	if r.f.focused {
		r.ground.StrokeColor, r.ground.StrokeWidth = th.Color(Do, 0), 2
	}
	r.Layout(r.f.self.Size())
	for _, o := range r.objects {
		o.Refresh()
	}
}

// MoneyEntry is an amount being typed.
type MoneyEntry struct {
	figure
	currency money.Currency
	limit    money.Amount
	refused  func(limit money.Amount)
}

// NewMoneyEntry returns an empty entry with letters 40 high.
func NewMoneyEntry(k *Keys, c money.Currency) *MoneyEntry {
	m := &MoneyEntry{currency: c}
	m.self, m.keys, m.points, m.places, m.prefix = m, k, SizeDue, c.Places(), c.Sign()
	m.ExtendBaseWidget(m)
	return m
}

// FromLast makes digits enter at the last place, as on an old till: 1250 is 12.50. It returns m.
func (m *MoneyEntry) FromLast() *MoneyEntry { m.least = true; return m }

// Limit refuses amounts above limit: the key has no effect and refused is called, so that the screen can show the limit (X10).
func (m *MoneyEntry) Limit(limit money.Amount, refused func(limit money.Amount)) {
	m.limit, m.refused = limit, refused
}

// Type implements Typist.
func (m *MoneyEntry) Type(key string) {
	a, err := money.Parse(m.shown(m.after(key)), m.currency)
	if err == nil && m.refused != nil && a.Minor > m.limit.Minor {
		m.refused(m.limit)
		return
	}
	m.figure.Type(key)
}

// TypedRune implements fyne.Focusable.
func (m *MoneyEntry) TypedRune(r rune) {
	if m.keys.late(r) {
		return
	}
	text, fresh := m.text, m.fresh
	if m.keys.rune(r, true) {
		m.before, m.beforeFresh = text, fresh
	}
	m.Type(string(r))
}

// Value returns the amount typed; ok is false while nothing is typed.
func (m *MoneyEntry) Value() (a money.Amount, ok bool) {
	a, err := money.Parse(m.Text(), m.currency)
	if err != nil {
		return money.Of(0, m.currency), false
	}
	return a, true
}

// SetValue shows an amount that the next key replaces.
func (m *MoneyEntry) SetValue(a money.Amount) { m.SetText(a.Decimal()) }

// NumberEntry is a quantity, weight, percentage or count being typed.
type NumberEntry struct{ figure }

// NewNumberEntry returns an empty entry of at most places decimals, with a suffix such as "kg" or "%" behind the number. Its
// text goes to money.ParseQty, ParsePrice or ParsePercent.
func NewNumberEntry(k *Keys, places int, suffix string) *NumberEntry {
	n := &NumberEntry{}
	if suffix != "" {
		suffix = " " + suffix
	}
	n.self, n.keys, n.points, n.places, n.suffix = n, k, SizeDue, places, suffix
	n.ExtendBaseWidget(n)
	return n
}

// Compact makes the letters of an entry 24 high, for forms and denominations.
func (f *figure) Compact() { f.points = SizeHead }

// flashTime is how long a row, a frame or a key shows that something has happened.
const flashTime = 450 * time.Millisecond
