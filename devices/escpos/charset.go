package escpos

import (
	"sync"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/width"
)

// pairs holds the two-byte code of every character of the basic plane in GB18030, 0 where it has none. It is worked out
// once from x/text's table: a lookup per character must cost nanoseconds, not an encoder call.
var pairs = sync.OnceValue(func() *[65536]uint16 {
	table := new([65536]uint16)
	decoder := simplifiedchinese.GB18030.NewDecoder()
	for lead := 0x81; lead <= 0xFE; lead++ {
		for trail := 0x40; trail <= 0xFE; trail++ {
			if trail == 0x7F {
				continue
			}
			text, err := decoder.Bytes([]byte{byte(lead), byte(trail)})
			r := []rune(string(text))
			if err != nil || len(r) != 1 || r[0] >= 0xE000 && r[0] <= 0xF8FF || r[0] == 0xFFFD || r[0] > 0xFFFF || r[0] < 0x80 {
				continue
			}
			if table[r[0]] == 0 {
				table[r[0]] = uint16(lead)<<8 | uint16(trail)
			}
		}
	}
	table[0xA5] = 0xA3A4   // ¥ would be four bytes, which printers misread: the full-width sign stands for it
	table[0x20AC] = 0xA2E3 // €
	return table
})

const (
	squareGB  = 0xA1F6 // ■
	square437 = 0xFE   // ■
	square    = '■'
)

var charmaps = map[string]*charmap.Charmap{
	"cp437": charmap.CodePage437, "cp850": charmap.CodePage850, "cp852": charmap.CodePage852, "cp858": charmap.CodePage858,
	"cp866": charmap.CodePage866, "cp1252": charmap.Windows1252,
}

// class says how a character reaches the paper.
type class uint8

const (
	ascii   class = iota
	paired        // two bytes of the kanji set
	paged         // one byte of a code page
	missing       // the printer lacks it
)

// sign is a character as this printer takes it.
type sign struct {
	class   class
	columns uint8
	page    int8 // index into the encoder's pages
	code    uint16
}

func (e *Encoder) sign(r rune) sign {
	if r < 0x80 {
		return sign{class: ascii, columns: 1, code: uint16(r)}
	}
	if e.pairs != nil && r <= 0xFFFF {
		if code := e.pairs[r]; code != 0 && (e.Kanji == GB18030 || gb2312(code)) {
			return sign{class: paired, columns: 2, code: code}
		}
	}
	if r == 0xA0 {
		return sign{class: ascii, columns: 1, code: ' '}
	}
	for i, page := range e.pages {
		if b, ok := page.EncodeRune(r); ok && b >= 0x80 {
			return sign{class: paged, columns: 1, page: int8(i), code: uint16(b)}
		}
	}
	s := sign{class: missing, columns: 1}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		s.columns = 2
	}
	return s
}

// gb2312 reports whether a pair is in the part that the oldest firmware knows.
func gb2312(code uint16) bool {
	lead, trail := code>>8, code&0xFF
	return lead >= 0xA1 && lead <= 0xF7 && trail >= 0xA1
}

// Measure is the receipt.Measure of this printer: 1 for a single byte, 2 for a pair, and for what it lacks the columns of
// the picture or mark that stands for it.
func (e *Encoder) Measure(r rune) int {
	if r < 0x80 {
		return 1
	}
	return int(e.sign(r).columns)
}
