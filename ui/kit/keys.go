package kit

import (
	"time"
	"unicode"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"suanpan/app/money"
)

// Bindings is what the keys mean while a screen or panel is shown. Every field may be nil.
type Bindings struct {
	Acts  map[Act]func()
	Scan  func(code string)  // a scanner has read a code, whatever had the focus
	Digit func(digit int)    // a digit typed with no field in focus chooses (tender keys); without it digits collect
	Times func(count string) // "3 ×" typed: the next scan, or the selected line, three times; "1.5" is possible
	Typed func(text string)  // digits or letters typed with no field in focus so far; "" when taken back
	Enter func(text string)  // Enter after such typing: a code typed by hand
	Text  func(text string)  // a letter typed with no field in focus, with the digits before it: a search begins
	Alone bool               // a panel: what it does not bind, nothing below gets either; scans excepted
}

// Keys is the one key router: every key of every focusable widget goes through it before the widget sees it, so that a scan
// arrives whole whatever has the focus, and so that a key means one thing (fyne.md §6, devices.md §7).
type Keys struct {
	now    func() time.Time
	after  func(time.Duration, func())
	run    run      // the characters that arrive
	hard   hardware // the same by the positions of the keys
	echo   []rune   // what an input method may still hand over of a code that is through
	layers []*Bindings
	keymap Keymap
	held   []rune // typed with no field in focus, undecided whether a person or a gun types
	typed  string // decided: a person
	turn   int    // counts keys, so that a late timer knows that it was overtaken
	down   map[fyne.KeyName]bool
	wired  bool // KeyDown arrives, so a key that repeats can be told from one that was pressed
	pulse  pulse
	felt   time.Time // when somebody last touched a key or a button
}

// NewKeys returns a router. now is the till's clock; after runs a function on the UI goroutine later (see After).
func NewKeys(now func() time.Time, after func(time.Duration, func())) *Keys {
	k := &Keys{now: now, after: after, keymap: StandardKeys(), down: map[fyne.KeyName]bool{}, felt: now()}
	k.SetWedge(Guns())
	return k
}

// SetWedge changes the rule by which bursts are scans.
func (k *Keys) SetWedge(rule Wedge) {
	k.run, k.hard = run{rule: rule}, hardware{run: run{rule: rule}, offset: 8}
}

// SetKeymap changes the keys. A map that gives one key two meanings is refused with ErrKey and changes nothing.
func (k *Keys) SetKeymap(m Keymap) error {
	if err := m.Check(); err != nil {
		return err
	}
	k.keymap = m
	return nil
}

// Keymap returns the keys in force.
func (k *Keys) Keymap() Keymap { return k.keymap }

// Hint returns what stands on the key for an act, for a button: "F6". Empty where there is none.
func (k *Keys) Hint(a Act) string {
	if k == nil || len(k.keymap[a]) == 0 {
		return ""
	}
	return KeyName(k.keymap[a][0])
}

// Push puts bindings on top of those in force; what they lack is looked for below. pop takes them away again, in any order.
// A screen pushes when it is shown and pops when it is left.
func (k *Keys) Push(b Bindings) (pop func()) {
	own := &b
	k.layers = append(k.layers, own)
	k.forget()
	return func() {
		for i, l := range k.layers {
			if l == own {
				k.layers = append(k.layers[:i], k.layers[i+1:]...)
				k.forget()
				return
			}
		}
	}
}

// Attach makes the router hear what is typed on a canvas while nothing has the focus. Call it for each window.
func (k *Keys) Attach(c fyne.Canvas) {
	c.SetOnTypedRune(func(r rune) { k.rune(r, false) })
	c.SetOnTypedKey(func(e *fyne.KeyEvent) { k.key(e.Name, nobody) })
	c.AddShortcut(&fyne.ShortcutUndo{}, func(fyne.Shortcut) { k.act(Undo) })
	if d, ok := c.(desktop.Canvas); ok {
		d.SetOnKeyDown(func(e *fyne.KeyEvent) {
			k.pressed(e)
			if code, ok := k.code(k.at()); ok && e.Name == fyne.KeyTab {
				k.scanned(code)
				k.after(0, c.Unfocus) // the toolkit takes this Tab for a wish to move on
			}
		})
		d.SetOnKeyUp(k.released)
	}
}

// Scan hands a code to the screen on top, as a serial scanner does.
func (k *Keys) Scan(code string) {
	k.Touch()
	k.forget()
	for i := len(k.layers) - 1; i >= 0; i-- {
		if f := k.layers[i].Scan; f != nil {
			f(code)
			return
		}
	}
}

// Do runs an act as its key would, and reports whether the screen has it.
func (k *Keys) Do(a Act) bool { return k.act(a) }

// rune takes a character. begins says that a burst begins with it, which is where a field notes its text.
func (k *Keys) rune(r rune, editing bool) (begins bool) {
	if k == nil {
		return true
	}
	now := k.pulse.beat(k.now())
	at := now.felt
	k.felt = now.real
	if k.echoed(r, at) {
		return false
	}
	if !k.run.alive(at) {
		k.release()
	}
	begins = k.run.add(r, now)
	k.listen()
	k.turn++
	if editing {
		return begins
	}
	k.held = append(k.held, r)
	k.wait()
	return begins
}

// wait decides for typing once nothing has followed for a gap.
func (k *Keys) wait() {
	mine := k.turn
	k.after(k.run.rule.Gap+time.Millisecond, func() {
		switch {
		case mine != k.turn:
		case k.run.alive(k.at()):
			k.wait() // the window stood still: what follows may be on its way
		default:
			k.release()
		}
	})
}

// holder says who has the focus when a key comes.
type holder uint8

const (
	nobody holder = iota // nothing
	button               // a button reached by Tab: Enter and Space are its own
	list                 // a list: the arrows, too
	field                // a text: keys that move or change it are its own
)

// key takes a key without a character. true means that the widget must not see it.
func (k *Keys) key(name fyne.KeyName, who holder) bool {
	if k == nil {
		return false
	}
	k.Touch()
	fresh := !k.wired || k.down[name]
	delete(k.down, name)
	at := k.at()
	switch name {
	case fyne.KeyReturn, fyne.KeyEnter, fyne.KeyTab:
		if code, ok := k.code(at); ok {
			k.scanned(code)
			return true
		}
	case fyne.KeySpace:
		return who != field && k.run.alive(at) // inside a burst a space presses nothing
	}
	if who != field && k.plain(name, fresh) {
		return true
	}
	a, ok := k.keymap.act(name)
	if !ok || (who >= list && !global(name)) || (who == button && enter(name)) {
		return false
	}
	if !fresh && !repeats(a) {
		return true // a key held down pays once
	}
	if name == fyne.KeyPlus || name == fyne.KeyMinus {
		return false // they come as characters, too
	}
	return k.act(a)
}

// plain handles the keys that belong to text typed with no field in focus.
func (k *Keys) plain(name fyne.KeyName, fresh bool) bool {
	switch name {
	case fyne.KeyReturn, fyne.KeyEnter:
		k.release()
		if k.typed == "" {
			return false
		}
		text := k.typed
		k.show("")
		if f := k.find(func(b *Bindings) bool { return b.Enter != nil }); f != nil && fresh {
			f.Enter(text)
		}
		return true
	case fyne.KeyBackspace, fyne.KeyEscape:
		k.release()
		if k.typed == "" {
			return false
		}
		if name == fyne.KeyEscape {
			k.show("")
			return true
		}
		letters := []rune(k.typed)
		k.show(string(letters[:len(letters)-1]))
		return true
	}
	return false
}

// release gives what was held back to its meaning: a person has typed it.
func (k *Keys) release() {
	held := k.held
	k.held = nil
	for _, r := range held {
		k.mean(r)
	}
}

// mean gives one typed character its meaning.
func (k *Keys) mean(r rune) {
	for _, n := range money.Narrow(string(r)) {
		r = n
	}
	digit := r >= '0' && r <= '9'
	if digit && k.typed == "" {
		if b := k.find(func(b *Bindings) bool { return b.Digit != nil || b.Typed != nil }); b != nil && b.Digit != nil {
			b.Digit(int(r - '0'))
			return
		}
	}
	switch {
	case digit || (r == '.' && k.typed != ""):
		k.show(k.typed + string(r))
	case r == '×' || r == '*' || (k.typed != "" && (r == 'x' || r == 'X')):
		text := k.typed
		k.show("")
		if b := k.find(func(b *Bindings) bool { return b.Times != nil }); b != nil && text != "" {
			b.Times(text)
		}
	case r == '+':
		k.act(More)
	case r == '-':
		k.act(Less)
	case unicode.IsGraphic(r) && r != ' ':
		text := k.typed + string(r)
		k.show("")
		if b := k.find(func(b *Bindings) bool { return b.Text != nil }); b != nil {
			b.Text(text)
		}
	}
}

func (k *Keys) show(typed string) {
	if typed == k.typed {
		return
	}
	k.typed = typed
	if b := k.find(func(b *Bindings) bool { return b.Typed != nil }); b != nil {
		b.Typed(typed)
	}
}

// act runs what the topmost screen binds to a.
func (k *Keys) act(a Act) bool {
	if k == nil {
		return false
	}
	b := k.find(func(b *Bindings) bool { return b.Acts[a] != nil })
	if b == nil {
		return false
	}
	b.Acts[a]()
	return true
}

// find returns the topmost bindings that have what is asked for and are not covered by a panel.
func (k *Keys) find(has func(*Bindings) bool) *Bindings {
	for i := len(k.layers) - 1; i >= 0; i-- {
		if has(k.layers[i]) {
			return k.layers[i]
		}
		if k.layers[i].Alone {
			return nil
		}
	}
	return nil
}

// forget drops what was typed, because the screen changed or the burst was a scan.
func (k *Keys) forget() {
	k.run.clear()
	k.hard.run.clear()
	k.held, k.echo = nil, nil
	k.turn++
	k.show("")
}

func (k *Keys) pressed(e *fyne.KeyEvent) {
	if k != nil {
		k.wired, k.down[e.Name] = true, true
		k.hard.press(e, k.pulse.beat(k.now()))
		k.listen()
	}
}

func (k *Keys) released(e *fyne.KeyEvent) {
	if k != nil {
		delete(k.down, e.Name)
		k.hard.release(e)
	}
}

func enter(name fyne.KeyName) bool { return name == fyne.KeyReturn || name == fyne.KeyEnter }

// global keys keep their meaning while a field has the focus.
func global(name fyne.KeyName) bool {
	switch name {
	case fyne.KeyF1, fyne.KeyF2, fyne.KeyF3, fyne.KeyF4, fyne.KeyF5, fyne.KeyF6, fyne.KeyF7, fyne.KeyF8, fyne.KeyF9, fyne.KeyF10,
		fyne.KeyF11, fyne.KeyF12, fyne.KeyEscape:
		return true
	}
	return false
}

// repeats names the acts for which a key may be held down.
func repeats(a Act) bool {
	switch a {
	case Previous, Next, PageUp, PageDown, More, Less:
		return true
	}
	return false
}
