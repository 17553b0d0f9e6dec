package kit

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
)

// hardware reads a gun from the keys' positions instead of their characters, as a US keyboard, which is what guns are
// delivered as. So neither Caps Lock, nor another layout, nor an open input method that keeps the characters for itself
// spoils a code (devices.md §7). It is pure: the time comes with each key.
type hardware struct {
	run    run
	broken bool // a key of this burst had no known position
	shift  bool
	ctrl   bool
	offset int // what the window system adds to the kernel's numbers: 8 under X11, 0 under Wayland and on Windows
}

// gs is the group separator of GS1 codes, typed by guns as Ctrl+].
const gs = '\x1d'

// plainKeys and shiftKeys are the positions of a US keyboard by the kernel's numbers, main block first.
var plainKeys = map[int]string{2: "1234567890-=", 16: "qwertyuiop[]", 30: "asdfghjkl;'`", 43: "\\zxcvbnm,./", 57: " ",
	71: "789-456+1230.", 55: "*", 98: "/"}

var shiftKeys = map[int]string{2: "!@#$%^&*()_+", 16: "QWERTYUIOP{}", 30: "ASDFGHJKL:\"~", 43: "|ZXCVBNM<>?", 57: " ",
	71: "789-456+1230.", 55: "*", 98: "/"}

// press notes a key that went down.
func (h *hardware) press(e *fyne.KeyEvent, at beat) {
	switch e.Name {
	case desktop.KeyShiftLeft, desktop.KeyShiftRight:
		h.shift = true
		return
	case desktop.KeyControlLeft, desktop.KeyControlRight:
		h.ctrl = true
		return
	case fyne.KeyReturn, fyne.KeyEnter, fyne.KeyTab, desktop.KeyCapsLock:
		return
	}
	h.gauge(e)
	r, ok := h.decode(e.Physical.ScanCode)
	if !ok {
		r = 0
	}
	if h.run.add(r, at) {
		h.broken = false
	}
	h.broken = h.broken || !ok
}

func (h *hardware) release(e *fyne.KeyEvent) {
	switch e.Name {
	case desktop.KeyShiftLeft, desktop.KeyShiftRight:
		h.shift = false
	case desktop.KeyControlLeft, desktop.KeyControlRight:
		h.ctrl = false
	}
}

// gauge learns the offset from a key whose name and position are sure on every layout that has digits where the US has them.
func (h *hardware) gauge(e *fyne.KeyEvent) {
	if len(e.Name) != 1 || e.Name[0] < '1' || e.Name[0] > '9' {
		return
	}
	switch e.Physical.ScanCode - (int(e.Name[0]-'1') + 2) {
	case 0:
		h.offset = 0
	case 8:
		h.offset = 8
	}
}

func (h *hardware) decode(code int) (rune, bool) {
	table := plainKeys
	if h.shift {
		table = shiftKeys
	}
	code -= h.offset
	for first, keys := range table {
		if i := code - first; i >= 0 && i < len(keys) {
			r := rune(keys[i])
			if h.ctrl {
				return gs, r == ']'
			}
			return r, true
		}
	}
	return 0, false
}

// code returns the burst where it is a whole scan.
func (h *hardware) code(at time.Time) (string, bool) {
	if h.broken {
		return "", false
	}
	return h.run.code(at)
}
