package kit

import (
	"errors"
	"fmt"
	"sort"

	"fyne.io/fyne/v2"
)

// Act is something a person can ask for with one key. Its words stand under "key.<act>" in every language.
type Act string

// The acts of screens.md. A screen binds those that it has.
const (
	Help     Act = "help"
	Search   Act = "search"
	Quantity Act = "quantity"
	Price    Act = "price"
	Discount Act = "discount"
	Hold     Act = "hold"
	Member   Act = "member" // or patient
	Void     Act = "void"
	Drawer   Act = "drawer"
	Shift    Act = "shift"
	Full     Act = "full"
	Pay      Act = "pay" // the main action of the screen
	Back     Act = "back"
	Undo     Act = "undo"
	Previous Act = "previous"
	Next     Act = "next"
	PageUp   Act = "page_up"
	PageDown Act = "page_down"
	First    Act = "first"
	Last     Act = "last"
	More     Act = "more" // one more of the selected line
	Less     Act = "less"
)

// ErrKey is a key map that gives one key two meanings, or an act that nobody knows (X52).
var ErrKey = errors.New("kit: key map")

// CtrlZ is the name under which the key map speaks of Ctrl+Z.
const CtrlZ fyne.KeyName = "Ctrl+Z"

// Keymap says which keys ask for which act. The first key is the one shown on buttons.
type Keymap map[Act][]fyne.KeyName

// StandardKeys returns the key map of screens.md.
func StandardKeys() Keymap {
	return Keymap{
		Help: {fyne.KeyF1}, Search: {fyne.KeyF2}, Quantity: {fyne.KeyF3}, Price: {fyne.KeyF4}, Discount: {fyne.KeyF5},
		Hold: {fyne.KeyF6}, Member: {fyne.KeyF7}, Void: {fyne.KeyF8, fyne.KeyDelete}, Drawer: {fyne.KeyF9}, Shift: {fyne.KeyF10},
		Full: {fyne.KeyF11}, Pay: {fyne.KeyReturn, fyne.KeyEnter, fyne.KeyF12}, Back: {fyne.KeyEscape}, Undo: {CtrlZ},
		Previous: {fyne.KeyUp}, Next: {fyne.KeyDown}, PageUp: {fyne.KeyPageUp}, PageDown: {fyne.KeyPageDown},
		First: {fyne.KeyHome}, Last: {fyne.KeyEnd}, More: {fyne.KeyPlus}, Less: {fyne.KeyMinus},
	}
}

// Check answers ErrKey where one key has two meanings; the text names the key and both acts.
func (m Keymap) Check() error {
	seen := map[fyne.KeyName]Act{}
	for _, a := range m.acts() {
		for _, k := range m[a] {
			if other, ok := seen[k]; ok {
				return fmt.Errorf("%w: %s means %s and %s", ErrKey, k, other, a)
			}
			seen[k] = a
		}
	}
	return nil
}

func (m Keymap) acts() []Act {
	out := make([]Act, 0, len(m))
	for a := range m {
		out = append(out, a)
	}
	sort.Slice(out, func(i, j int) bool { return out[i] < out[j] })
	return out
}

// act returns what a key asks for.
func (m Keymap) act(k fyne.KeyName) (Act, bool) {
	for a, keys := range m {
		for _, own := range keys {
			if own == k {
				return a, true
			}
		}
	}
	return "", false
}

// KeyName returns what stands on a key: "F6", "Esc", "⏎".
func KeyName(k fyne.KeyName) string {
	switch k {
	case fyne.KeyReturn, fyne.KeyEnter:
		return "Enter"
	case fyne.KeyEscape:
		return "Esc"
	case fyne.KeyDelete:
		return "Del"
	case fyne.KeyPageUp:
		return "PgUp"
	case fyne.KeyPageDown:
		return "PgDn"
	case fyne.KeyBackspace:
		return "Backspace"
	case fyne.KeyUp:
		return "↑"
	case fyne.KeyDown:
		return "↓"
	}
	return string(k)
}

// CardRow is one line of the printed key map.
type CardRow struct {
	Keys string // "F8 / Del"
	Act  Act
}

// Card returns the key map as a card to print or to show under F1: the F-keys in their order, then the others.
func (m Keymap) Card() []CardRow {
	var rows []CardRow
	for _, a := range m.acts() {
		if len(m[a]) == 0 {
			continue
		}
		text := ""
		for i, k := range m[a] {
			name := KeyName(k)
			if i > 0 && k == fyne.KeyEnter {
				continue // the second Enter of the number block says the same
			}
			if i > 0 {
				text += " / "
			}
			text += name
		}
		rows = append(rows, CardRow{text, a})
	}
	sort.SliceStable(rows, func(i, j int) bool { return weight(rows[i].Keys) < weight(rows[j].Keys) })
	return rows
}

// weight orders F1 to F12 by number before every other key.
func weight(keys string) int {
	n := 0
	if len(keys) < 2 || keys[0] != 'F' {
		return 100
	}
	for _, r := range keys[1:] {
		if r < '0' || r > '9' {
			break
		}
		n = n*10 + int(r-'0')
	}
	if n == 0 {
		return 100
	}
	return n
}
