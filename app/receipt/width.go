package receipt

import (
	"strings"

	"golang.org/x/text/unicode/norm"
	"golang.org/x/text/width"
)

// Measure says how many columns a character takes: 1 or 2. Each printer profile has its own, because an é is one column on
// a Latin code page and two in a Chinese character set.
type Measure func(rune) int

// Narrow is the measure of terminals and plain text: Chinese characters and full-width signs take two columns, all else one.
func Narrow(r rune) int {
	if r < 0x1100 {
		return 1
	}
	if r >= 0x4E00 && r <= 0x9FFF {
		return 2
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	return 1
}

// Broad is the measure of Chinese printers at its widest: everything outside ASCII takes two columns. Layouts use it to
// choose a form that fits every printer.
func Broad(r rune) int {
	if r < 0x80 {
		return 1
	}
	return 2
}

// Of returns the columns that text takes, controls and marks that print nothing left out.
func (m Measure) Of(text string) int {
	n := 0
	for _, r := range Clean(text) {
		n += m(r)
	}
	return n
}

// Clean drops from text what must never reach a printer: control characters, which could be commands, and
// marks that show nothing, such as variation selectors and joiners, and composes the rest (NFC). Tabs become spaces; line
// breaks stay. Bytes that are no UTF-8 come out as U+FFFD, which printers show as ■.
func Clean(text string) string {
	plain := true
	for i := 0; i < len(text); i++ {
		if c := text[i]; (c < 0x20 && c != '\n') || c >= 0x7F {
			plain = false
			break
		}
	}
	if plain {
		return text
	}
	for _, r := range text {
		if silent(r) || r == '\t' {
			text = strings.Map(func(r rune) rune {
				switch {
				case r == '\t':
					return ' '
				case silent(r):
					return -1
				}
				return r
			}, text)
			break
		}
	}
	// Last, for a mark may only now stand beside its letter: cleaning twice must change nothing.
	if !norm.NFC.IsNormalString(text) {
		text = norm.NFC.String(text)
	}
	return text
}

func silent(r rune) bool {
	switch {
	case r < 0x80:
		return (r < 0x20 && r != '\n') || r == 0x7F
	case r < 0xA0:
		return true
	case r == 0xAD:
		return true
	case r < 0x200B:
		return false
	case r <= 0x200F, r >= 0x2028 && r <= 0x202E, r >= 0x2060 && r <= 0x206F:
		return true
	case r >= 0xFE00 && r <= 0xFE0F, r == 0xFEFF, r >= 0xE0000 && r <= 0xE0FFF:
		return true
	case r >= 0xE000 && r <= 0xF8FF:
		return false // private use: shown as a mark, for a name may hold one
	}
	return false
}
