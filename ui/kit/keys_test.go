package kit_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"
	"pgregory.net/rapid"

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

func TestAScanArrivesWholeWhateverHasTheFocus(t *testing.T) {
	codes := []string{"6901234567892", "A-000123", "(01)06901234567892 10ABC", "12 345 678", "134567890123456789", "https://example.org/x?a=1"}
	for place := range newDesk(t).places() {
		t.Run(place, func(t *testing.T) {
			d := newDesk(t)
			focus := d.places()[place]
			d.canvas.Focus(focus)
			for _, code := range codes {
				d.gun(code)
				d.clock.pass(200 * time.Millisecond)
			}
			if !slices.Equal(d.scans, codes) {
				t.Errorf("scans %q", d.scans)
			}
			if len(d.acts) > 0 || d.field.Text != "" || d.amount.Text() != "" {
				t.Errorf("a scan did %q, field %q, amount %q", d.acts, d.field.Text, d.amount.Text())
			}
			if d.canvas.Focused() != focus {
				t.Errorf("the focus went to %T", d.canvas.Focused())
			}
		})
	}
}

func TestTwentyScansASecondFromTwoGunsAreAllThere(t *testing.T) {
	d := newDesk(t)
	var want []string
	for i := range 1200 {
		code := []string{"6901234567892", "4006381333931"}[i%2]
		want = append(want, code)
		d.text(code, 2*time.Millisecond)
		d.enter()
		d.clock.pass(24 * time.Millisecond)
	}
	if !slices.Equal(d.scans, want) {
		t.Fatalf("%d scans of %d", len(d.scans), len(want))
	}
}

func TestAFieldHasItsTextBackBehindAScan(t *testing.T) {
	d := newDesk(t)
	d.canvas.Focus(d.field)
	d.text("牛奶 two", 150*time.Millisecond)
	told := len(d.texts)
	d.gun("6901234567892")
	d.clock.pass(time.Second)
	if d.field.Text != "牛奶 two" || len(d.scans) != 1 {
		t.Fatalf("field %q, scans %q", d.field.Text, d.scans)
	}
	for _, text := range d.texts[told:] {
		if len(text) > len("牛奶 two")+2 {
			t.Errorf("the search was asked for %q, a scan in the middle", text)
		}
	}
	if last := d.texts[len(d.texts)-1]; last != "牛奶 two" {
		t.Errorf("the search last heard %q", last)
	}
	d.text("!", 150*time.Millisecond)
	if d.field.Text != "牛奶 two!" {
		t.Errorf("typing goes on at %q", d.field.Text)
	}
}

func TestAnAmountAndAPINHaveTheirDigitsBackBehindAScan(t *testing.T) {
	d := newDesk(t)
	d.canvas.Focus(d.amount)
	d.text("12", 150*time.Millisecond)
	d.gun("6901234567892")
	d.clock.pass(time.Second)
	d.text(".5", 150*time.Millisecond)
	if d.amount.Text() != "12.5" {
		t.Errorf("amount %q", d.amount.Text())
	}
	d.pad.Focus()
	d.text("12", 150*time.Millisecond)
	d.gun("6901234567892")
	d.clock.pass(time.Second)
	d.text("34", 150*time.Millisecond)
	d.enter()
	if !slices.Equal(d.acts, []string{"pin 1234"}) {
		t.Errorf("acts %q", d.acts)
	}
}

func TestAPersonTypingIsNoScan(t *testing.T) {
	for _, gap := range []time.Duration{60 * time.Millisecond, 100 * time.Millisecond, 200 * time.Millisecond} {
		d := newDesk(t)
		d.text("6901234567892", gap)
		d.clock.pass(100 * time.Millisecond)
		d.enter()
		if len(d.scans) > 0 {
			t.Errorf("gap %v: scans %q", gap, d.scans)
		}
		if !slices.Equal(d.acts, []string{"enter 6901234567892"}) {
			t.Errorf("gap %v: acts %q", gap, d.acts)
		}
	}
}

func TestAKeyHeldDownIsNoScan(t *testing.T) {
	d := newDesk(t)
	for range 40 {
		d.rune('1')
		d.clock.pass(30 * time.Millisecond)
	}
	d.enter()
	if len(d.scans) > 0 {
		t.Errorf("scans %q", d.scans)
	}
}

func TestATabEndsACodeAndTheFocusStays(t *testing.T) {
	d := newDesk(t)
	d.canvas.Focus(d.field)
	d.text("6901234567892", 3*time.Millisecond)
	d.key(fyne.KeyTab, 0)
	if d.canvas.Focused() != d.field || len(d.scans) != 1 || d.field.Text != "" {
		t.Errorf("focus %T, scans %q, text %q", d.canvas.Focused(), d.scans, d.field.Text)
	}
	d.clock.pass(time.Second)
	d.key(fyne.KeyTab, 0)
	if d.canvas.Focused() == d.field {
		t.Error("a person's Tab must move on")
	}
}

func TestDigitsCollectAndMultiply(t *testing.T) {
	d := newDesk(t)
	d.text("3", 150*time.Millisecond)
	d.text("×", 150*time.Millisecond)
	d.text("12*", 150*time.Millisecond)
	d.text("１．５×", 150*time.Millisecond)
	d.text("2x", 150*time.Millisecond)
	d.text("×", 150*time.Millisecond) // nothing typed: nothing happens
	want := []string{"times 3", "times 12", "times 1.5", "times 2"}
	if !slices.Equal(d.acts, want) {
		t.Errorf("acts %q, want %q", d.acts, want)
	}
	d.acts = nil
	d.text("69", 150*time.Millisecond)
	d.key(fyne.KeyBackspace, 0)
	if last := d.typed[len(d.typed)-1]; last != "6" {
		t.Errorf("typed %q", d.typed)
	}
	d.key(fyne.KeyEscape, 0)
	if last := d.typed[len(d.typed)-1]; last != "" || len(d.acts) > 0 {
		t.Errorf("Escape takes the digits first: typed %q, acts %q", d.typed, d.acts)
	}
	d.key(fyne.KeyEscape, 0)
	d.text("k", 150*time.Millisecond)
	d.text("+", 150*time.Millisecond)
	if !slices.Equal(d.acts, []string{"back", "text k", "more"}) {
		t.Errorf("acts %q", d.acts)
	}
}

func TestDigitsChooseWhereAScreenWantsIt(t *testing.T) {
	d := newDesk(t)
	pop := d.keys.Push(kit.Bindings{Digit: func(n int) { d.digits = append(d.digits, n) }})
	d.text("12", 150*time.Millisecond)
	if !slices.Equal(d.digits, []int{1, 2}) {
		t.Fatalf("digits %v", d.digits)
	}
	d.digits = nil
	d.gun("134567890123456789")
	d.clock.pass(time.Second)
	if len(d.digits) > 0 || len(d.scans) != 1 {
		t.Errorf("a payment code chose tenders %v, scans %q", d.digits, d.scans)
	}
	pop()
	d.text("1", 150*time.Millisecond)
	if len(d.digits) > 0 {
		t.Error("a screen that is gone still gets digits")
	}
}

func TestCommandsReachTheScreenFromEverywhere(t *testing.T) {
	for place := range newDesk(t).places() {
		d := newDesk(t)
		d.canvas.Focus(d.places()[place])
		for _, key := range []fyne.KeyName{fyne.KeyF1, fyne.KeyF6, fyne.KeyEscape, fyne.KeyF12} {
			d.key(key, 0)
			d.up(key)
		}
		if !slices.Equal(d.acts, []string{"help", "hold", "back", "pay"}) {
			t.Errorf("%s: acts %q", place, d.acts)
		}
	}
}

func TestEnterAndSpacePressWhatWasReachedByTab(t *testing.T) {
	d := newDesk(t)
	d.enter()
	d.canvas.Focus(d.button)
	d.enter()
	d.char(' ')
	d.clock.pass(time.Second)
	if !slices.Equal(d.acts, []string{"pay", "pressed", "pressed"}) {
		t.Errorf("acts %q", d.acts)
	}
}

func TestATapNeverTakesTheKeysFromTheScanner(t *testing.T) {
	d := newDesk(t)
	test.Tap(d.button)
	d.gun("6901234567892")
	if len(d.scans) != 1 || !slices.Equal(d.acts, []string{"pressed"}) {
		t.Errorf("scans %q, acts %q", d.scans, d.acts)
	}
}

func TestAHeldEnterPaysOnce(t *testing.T) {
	d := newDesk(t)
	d.canvas.Focus(d.field)
	d.key(fyne.KeyF12, 0)
	for range 30 { // the system repeats the key without letting go
		d.field.TypedKey(&fyne.KeyEvent{Name: fyne.KeyF12})
	}
	if !slices.Equal(d.acts, []string{"pay"}) {
		t.Errorf("acts %q", d.acts)
	}
}

func TestAPanelAloneKeepsKeysFromWhatLiesBelowAndLetsScansThrough(t *testing.T) {
	d := newDesk(t)
	pop := d.keys.Push(kit.Bindings{Alone: true, Acts: map[kit.Act]func(){kit.Back: func() { d.acts = append(d.acts, "close") }}})
	d.key(fyne.KeyF6, 0)
	d.key(fyne.KeyEscape, 0)
	d.text("3×", 150*time.Millisecond)
	d.gun("6901234567892")
	if !slices.Equal(d.acts, []string{"close"}) || len(d.scans) != 1 {
		t.Errorf("acts %q, scans %q", d.acts, d.scans)
	}
	pop()
	pop()
	d.key(fyne.KeyF6, 0)
	if len(d.acts) != 2 {
		t.Errorf("acts %q", d.acts)
	}
}

// x11 are the numbers of digits under X11.
func x11(r rune) int {
	if r == '0' {
		return 19
	}
	return int(r-'1') + 10
}

func TestAnInputMethodThatKeepsTheCharactersSpoilsNoScan(t *testing.T) {
	d := newDesk(t)
	d.canvas.Focus(d.field)
	d.text("milk", 150*time.Millisecond)
	d.clock.pass(time.Second)
	for _, r := range "6901234567892" {
		d.key(fyne.KeyName(string(r)), x11(r)) // no character follows
		d.clock.pass(3 * time.Millisecond)
	}
	d.enter()
	for _, r := range "6901234567892" {
		d.rune(r) // and at last the method hands them all over
	}
	d.clock.pass(time.Second)
	if !slices.Equal(d.scans, []string{"6901234567892"}) || d.field.Text != "milk" {
		t.Errorf("scans %q, field %q", d.scans, d.field.Text)
	}
}

func TestCapsLockAndAnotherLayoutSpoilNoScan(t *testing.T) {
	d := newDesk(t)
	d.canvas.Focus(d.button)
	for i, r := range "690123" {
		d.key(fyne.KeyName(string(r)), x11(r))
		d.rune([]rune("^ç&àé\"")[i]) // what a French layout makes of them
		d.clock.pass(3 * time.Millisecond)
	}
	d.enter()
	if !slices.Equal(d.scans, []string{"690123"}) {
		t.Errorf("scans %q", d.scans)
	}
}

func TestKeymapsWithTwoMeaningsAreRefused(t *testing.T) {
	k, _ := newKeys()
	m := kit.StandardKeys()
	if err := m.Check(); err != nil {
		t.Fatal(err)
	}
	m[kit.Drawer] = []fyne.KeyName{fyne.KeyF6}
	if err := k.SetKeymap(m); err == nil || !strings.Contains(err.Error(), "F6 means") {
		t.Errorf("error %v", err)
	}
	if k.Hint(kit.Drawer) != "F9" {
		t.Error("a refused map changes nothing")
	}
	rows := kit.StandardKeys().Card()
	if rows[0].Keys != "F1" || rows[7].Keys != "F8 / Del" || rows[10].Keys != "F11" {
		t.Errorf("card %v", rows)
	}
}

// Whatever people and guns do, every code that a gun ends arrives, and no character of it stays in the field.
func TestGunsAndATypistTogether(t *testing.T) {
	d := newDesk(t)
	places := d.places()
	rapid.Check(t, func(r *rapid.T) {
		d.clock.pass(time.Second)
		d.scans = nil
		d.field.SetText("")
		names := []string{"nothing", "field", "button", "list"}
		d.canvas.Focus(places[rapid.SampledFrom(names).Draw(r, "focus")])
		var want []string
		wrote := ""
		for range rapid.IntRange(1, 6).Draw(r, "turns") {
			if rapid.Bool().Draw(r, "gun") {
				code := rapid.StringMatching(`[0-9]{3}[A-Z0-9 ./-]{5,30}`).Draw(r, "code")
				want = append(want, code)
				d.text(code, time.Duration(rapid.IntRange(0, 30).Draw(r, "gap"))*time.Millisecond)
				d.enter()
			} else {
				text := rapid.StringMatching(`[a-z]{1,8}`).Draw(r, "text")
				d.text(text, time.Duration(rapid.IntRange(90, 250).Draw(r, "gap"))*time.Millisecond)
				if d.canvas.Focused() == d.field {
					wrote += text
				}
			}
			d.clock.pass(time.Duration(rapid.IntRange(100, 500).Draw(r, "pause")) * time.Millisecond)
		}
		if !slices.Equal(d.scans, want) {
			r.Fatalf("scans %q, want %q", d.scans, want)
		}
		if d.field.Text != wrote {
			r.Fatalf("field %q, want %q", d.field.Text, wrote)
		}
	})
}
