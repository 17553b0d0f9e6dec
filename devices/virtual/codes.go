package virtual

import (
	"image/color"
	"strings"
	"unicode/utf8"

	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/codabar"
	"github.com/boombuler/barcode/code128"
	"github.com/boombuler/barcode/code39"
	"github.com/boombuler/barcode/code93"
	"github.com/boombuler/barcode/ean"
	"github.com/boombuler/barcode/twooffive"
	qrcode "github.com/skip2/go-qrcode"
)

type qrState struct {
	module int
	level  byte
	data   string
}

type barcodeState struct {
	height, width int
	text          byte // 0 none, 1 above, 2 below, 3 both
}

// code2D is GS ( k, symbol 49 (QR).
func (i *Interpreter) code2D(a []byte) bool {
	if len(a) < 2 || a[0] != 0x31 {
		return false
	}
	switch a[1] {
	case 65: // model
		return len(a) == 4 && (a[2] == 0x31 || a[2] == 0x32)
	case 67:
		if len(a) != 3 || a[2] < 1 || a[2] > 16 {
			return false
		}
		i.qr.module = int(a[2])
		return true
	case 69:
		if len(a) != 3 || a[2] < 0x30 || a[2] > 0x33 {
			return false
		}
		i.qr.level = a[2]
		return true
	case 80:
		if len(a) < 4 || a[2] != 0x30 || !utf8.Valid(a[3:]) {
			return false
		}
		i.qr.data = string(a[3:])
		return true
	case 81:
		return len(a) == 3 && i.drawQR()
	}
	return false
}

func (i *Interpreter) drawQR() bool {
	level := [...]qrcode.RecoveryLevel{qrcode.Low, qrcode.Medium, qrcode.High, qrcode.Highest}[i.qr.level-0x30]
	code, err := qrcode.New(i.qr.data, level)
	if err != nil {
		return false
	}
	code.DisableBorder = true
	rows := code.Bitmap()
	side := len(rows)
	m := bitmap{width: side, height: side, bits: make([]byte, (side+7)/8*side)}
	for y, row := range rows {
		for x, dark := range row {
			if dark {
				m.bits[y*((side+7)/8)+x/8] |= 0x80 >> (x % 8)
			}
		}
	}
	i.slip.Codes = append(i.slip.Codes, Code{"qr", i.qr.data})
	i.block(m, i.qr.module, i.qr.module)
	return true
}

var symbols = map[byte]struct {
	kind     string
	from, to int // length of the data
}{
	65: {"upca", 11, 12}, 67: {"ean13", 12, 13}, 68: {"ean8", 7, 8}, 69: {"code39", 1, 255},
	70: {"itf", 2, 254}, 71: {"codabar", 2, 255}, 72: {"code93", 1, 255}, 73: {"code128", 3, 255},
}

// drawBarcode is GS k m n data, and for m of 0 to 6 GS k m data NUL.
func (i *Interpreter) drawBarcode(b []byte) (int, error) {
	if len(b) < 4 {
		return 0, nil
	}
	symbol, at, n := b[2], 4, int(b[3])
	if symbol <= 6 {
		symbol, at = symbol+65, 3
		n = strings.IndexByte(string(b[3:min(len(b), 260)]), 0)
		if n < 0 {
			if len(b) >= 260 {
				return 0, i.unknown(b, 8, "barcode without an end")
			}
			return 0, nil
		}
	}
	s, ok := symbols[symbol]
	if !ok || n < s.from || n > s.to {
		return 0, i.unknown(b, 8, "unknown barcode or impossible length")
	}
	if len(b) < at+n {
		return 0, nil
	}
	data := string(b[at : at+n])
	if symbol == 73 {
		if data, ok = plain128(data); !ok {
			return 0, i.unknown(b, at+n, "Code 128 data without a set")
		}
	}
	if !i.bars(s.kind, data) {
		return 0, i.unknown(b, at+n, "not valid as "+s.kind)
	}
	if at == 3 {
		n++
	}
	return at + n, nil
}

// plain128 takes the set marks out of Code 128 data.
func plain128(data string) (string, bool) {
	var b strings.Builder
	set := byte(0)
	for n := 0; n < len(data); n++ {
		switch c := data[n]; {
		case c == '{' && n+1 < len(data) && data[n+1] >= 'A' && data[n+1] <= 'C':
			set = data[n+1]
			n++
		case c == '{' && n+1 < len(data) && data[n+1] == '{':
			b.WriteByte('{')
			n++
		case set == 'C' && c < 100:
			b.WriteByte('0' + c/10)
			b.WriteByte('0' + c%10)
		case set == 'A' || set == 'B':
			b.WriteByte(c)
		default:
			return "", false
		}
	}
	return b.String(), b.Len() > 0
}

// bars draws a one-dimensional code on lines of its own.
func (i *Interpreter) bars(kind, data string) bool {
	var code barcode.Barcode
	var err error
	switch kind {
	case "ean13", "ean8":
		code, err = ean.Encode(data)
	case "upca":
		code, err = ean.Encode("0" + data)
	case "code39":
		code, err = code39.Encode(strings.Trim(data, "*"), false, true)
	case "itf":
		code, err = twooffive.Encode(data, true)
	case "codabar":
		code, err = codabar.Encode(data)
	case "code93":
		code, err = code93.Encode(data, true, true)
	case "code128":
		code, err = code128.Encode(data)
	}
	if err != nil || code == nil {
		return false
	}
	width := code.Bounds().Dx()
	m := bitmap{width: width, height: 1, bits: make([]byte, (width+7)/8)}
	for x := range width {
		if g := color.GrayModel.Convert(code.At(code.Bounds().Min.X+x, code.Bounds().Min.Y)).(color.Gray); g.Y < 128 {
			m.bits[x/8] |= 0x80 >> (x % 8)
		}
	}
	if kind == "ean13" || kind == "ean8" {
		data = code.Content()
	}
	i.slip.Codes = append(i.slip.Codes, Code{kind, data})
	if i.barcode.text&1 != 0 {
		i.caption(data)
	}
	i.block(m, i.barcode.width, i.barcode.height)
	if i.barcode.text&2 != 0 {
		i.caption(data)
	}
	return true
}

// caption writes the digits of a barcode in plain style.
func (i *Interpreter) caption(text string) {
	old, kanji := i.style, i.kanji
	i.style = style{wide: 1, high: 1, kanjiWide: 1, kanjiHigh: 1}
	for _, r := range text {
		if r >= ' ' {
			i.char(r, 1)
		}
	}
	i.printLine()
	i.slip.Lines = i.slip.Lines[:len(i.slip.Lines)-1] // it belongs to the code, not to the text
	i.style, i.kanji = old, kanji
}
