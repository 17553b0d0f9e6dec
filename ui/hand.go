package ui

import (
	"context"
	"fmt"
	"image"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
)

// Hand works the window as a person does: keys, a scanner's keys, a finger on what is seen, and eyes. Every act goes where the
// window system would send it: keys to what has the focus, a finger to the topmost thing under it. Its methods are for one
// goroutine that is not the UI's; each returns when the window has taken the act, not when what follows from it is seen.
type Hand struct {
	w        *Window
	ctx      context.Context
	patience time.Duration // how long something may take to be seen
	photo    func(fyne.Window) image.Image
}

// The tempo of fingers and scanners. It is how fast keys come, not a wait for what comes of them.
const (
	stroke  = 90 * time.Millisecond // between two keys of a quick person
	lift    = 90 * time.Millisecond // after typing: what follows is not part of it
	trigger = 3 * time.Millisecond  // between two keys of a fast scanner
	glance  = 8 * time.Millisecond  // between two looks at the window
)

// Hand returns a hand for this window. It gives up what it waits for after patience, and at once when ctx ends. photo takes a
// window's picture right after a frame was painted; the toolkit's Capture where nil.
func (w *Window) Hand(ctx context.Context, patience time.Duration, photo func(fyne.Window) image.Image) *Hand {
	if photo == nil {
		photo = func(win fyne.Window) image.Image { return win.Canvas().Capture() }
	}
	return &Hand{w: w, ctx: ctx, patience: patience, photo: photo}
}

// on runs f on the UI goroutine and waits for it.
func (h *Hand) on(f func()) error {
	done := make(chan struct{})
	h.w.p.Post(func() { defer close(done); f() })
	select {
	case <-done:
		return nil
	case <-h.ctx.Done():
		return h.ctx.Err()
	}
}

// pause lets the time between two keys pass.
func (h *Hand) pause(d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-h.ctx.Done():
		return h.ctx.Err()
	}
}

// Press presses and releases a key, for example fyne.KeyF5.
func (h *Hand) Press(name fyne.KeyName) error {
	if err := h.on(func() { h.down(name, 0) }); err != nil {
		return err
	}
	if err := h.pause(trigger); err != nil {
		return err
	}
	return h.on(func() { h.up(name) })
}

// down is a key going down, in the order of the window system: the key, what it means, the character it makes.
func (h *Hand) down(name fyne.KeyName, r rune) {
	c := h.w.Canvas()
	e := &fyne.KeyEvent{Name: name, Physical: fyne.HardwareKey{ScanCode: scanCode(name)}}
	if k, ok := c.Focused().(desktop.Keyable); ok {
		k.KeyDown(e)
	} else if d, ok := c.(desktop.Canvas); ok && c.Focused() == nil && d.OnKeyDown() != nil {
		d.OnKeyDown()(e)
	}
	if name == fyne.KeyTab {
		if t, ok := c.Focused().(fyne.Tabbable); !ok || !t.AcceptsTab() {
			c.FocusNext()
			return
		}
	}
	switch f, on := c.Focused(), c.OnTypedKey(); {
	case f != nil:
		f.TypedKey(e)
	case on != nil:
		on(e)
	}
	if r == 0 {
		return
	}
	switch f, on := c.Focused(), c.OnTypedRune(); {
	case f != nil:
		f.TypedRune(r)
	case on != nil:
		on(r)
	}
}

func (h *Hand) up(name fyne.KeyName) {
	c, e := h.w.Canvas(), &fyne.KeyEvent{Name: name, Physical: fyne.HardwareKey{ScanCode: scanCode(name)}}
	if k, ok := c.Focused().(desktop.Keyable); ok {
		k.KeyUp(e)
	} else if d, ok := c.(desktop.Canvas); ok && c.Focused() == nil && d.OnKeyUp() != nil {
		d.OnKeyUp()(e)
	}
}

// scanCode is the position of a digit or Enter under X11; 0 for the others, whose characters say enough.
func scanCode(name fyne.KeyName) int {
	switch {
	case len(name) == 1 && name[0] >= '1' && name[0] <= '9':
		return int(name[0]-'1') + 10
	case name == fyne.Key0:
		return 19
	case name == fyne.KeyReturn:
		return 36
	}
	return 0
}

// keyOf names the key that makes r; characters that need more than one key have none.
func keyOf(r rune) fyne.KeyName {
	if r < 0x80 {
		return fyne.KeyName(strings.ToUpper(string(r)))
	}
	return ""
}

// Type types text as a person does.
func (h *Hand) Type(text string) error {
	if err := h.keys(text, stroke); err != nil {
		return err
	}
	return h.pause(lift)
}

// Gun reads a code as a fast scanner in keyboard mode does: 3 ms a key, and Enter.
func (h *Hand) Gun(code string) error {
	if err := h.keys(code, trigger); err != nil {
		return err
	}
	return h.Press(fyne.KeyReturn)
}

func (h *Hand) keys(text string, tempo time.Duration) error {
	for _, r := range text {
		if err := h.on(func() { h.down(keyOf(r), r); h.up(keyOf(r)) }); err != nil {
			return err
		}
		if err := h.pause(tempo); err != nil {
			return err
		}
	}
	return nil
}

// Tap presses what says text, once it can be pressed; of several the one on the row of what says beside, if that is not empty.
func (h *Hand) Tap(text, beside string) error {
	var last error
	err := h.Await(fmt.Sprintf("a key that says %q", text), func() bool {
		key, at, err := find(h.w.Canvas(), text, beside)
		if last = err; err != nil {
			return false
		}
		h.touch(key, at)
		return true
	})
	if err != nil && last != nil {
		return fmt.Errorf("%w: %w", err, last)
	}
	return err
}

// touch is a finger going down and up at a place, in the order of the window system.
func (h *Hand) touch(key spot, at fyne.Position) {
	c := h.w.Canvas()
	point := fyne.PointEvent{AbsolutePosition: at, Position: at.Subtract(key.at)}
	mouse, isMouse := key.o.(desktop.Mouseable)
	if isMouse {
		mouse.MouseDown(&desktop.MouseEvent{PointEvent: point, Button: desktop.MouseButtonPrimary})
	}
	if f, ok := c.Focused().(fyne.CanvasObject); ok && f != key.o && !under(c, f, at) {
		c.Unfocus()
	}
	if isMouse {
		mouse.MouseUp(&desktop.MouseEvent{PointEvent: point, Button: desktop.MouseButtonPrimary})
	}
	if t, ok := key.o.(fyne.Tappable); ok {
		t.Tapped(&point)
	}
}

// under reports whether o lies at a place of the canvas.
func under(c fyne.Canvas, o fyne.CanvasObject, at fyne.Position) bool {
	for _, s := range spots(c) {
		if s.o == o {
			return s.has(at)
		}
	}
	return false
}

// Sees waits until all these words can be read.
func (h *Hand) Sees(texts ...string) error {
	missing := ""
	err := h.Await(fmt.Sprintf("%q on the window", texts), func() bool {
		seen := words(h.w.Canvas())
		for _, t := range texts {
			if !strings.Contains(seen, t) {
				missing = t
				return false
			}
		}
		return true
	})
	if err != nil && missing != "" {
		return fmt.Errorf("%w: %q is not there", err, missing)
	}
	return err
}

// Await looks until cond, which runs on the UI goroutine, holds. what says in the error what was waited for.
func (h *Hand) Await(what string, cond func() bool) error {
	ctx, stop := context.WithTimeout(h.ctx, h.patience)
	defer stop()
	look := time.NewTicker(glance)
	defer look.Stop()
	for {
		held := false
		if err := h.on(func() { held = cond() }); err != nil {
			return err
		}
		if held {
			return nil
		}
		select {
		case <-look.C:
		case <-ctx.Done():
			return fmt.Errorf("waited %s for %s", h.patience, what)
		}
	}
}

// Look returns the picture of the cashier's window once what is on it has been painted.
func (h *Hand) Look() (image.Image, error) { return h.look(h.w.win) }

// LookAtCustomer returns the picture of the customer's window, nil where it is not open.
func (h *Hand) LookAtCustomer() (image.Image, error) { return h.look(h.w.second.win) }

func (h *Hand) look(win fyne.Window) (image.Image, error) {
	if win == nil {
		return nil, nil
	}
	if err := h.painted(); err != nil {
		return nil, err
	}
	var picture image.Image
	err := h.on(func() { picture = h.photo(win) })
	return picture, err
}

// Words returns everything that can be read on the window.
func (h *Hand) Words() (text string) {
	_ = h.on(func() { text = words(h.w.Canvas()) }) // an ended day has nothing to read
	return text
}
