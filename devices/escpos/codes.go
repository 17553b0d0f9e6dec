package escpos

import (
	"strings"

	qrcode "github.com/skip2/go-qrcode"

	"suanpan/app/receipt"
)

// place sets the alignment; printers obey it only at the start of a line.
func (w *writer) place(a receipt.Align) {
	n := byte(0)
	switch a {
	case receipt.Center:
		n = 1
	case receipt.Right:
		n = 2
	}
	w.put(0x1B, 'a', n)
}

// capacityM is how many bytes a QR code of each version holds at level M (ISO/IEC 18004, table 7).
var capacityM = [...]int{14, 26, 42, 62, 84, 106, 122, 152, 180, 213, 251, 287, 331, 362, 412, 450, 504, 560, 624, 666, 711, 779, 857, 911, 997}

const (
	quiet     = 4  // modules of white around a QR code
	moduleTop = 6  // dots per module where there is room
	gap       = 12 // dots of feed above and below a code
)

// module returns the dots per module for a QR code of n bytes, 0 when it does not fit the paper.
func (w *writer) module(n, wish int) int {
	for v, room := range capacityM {
		if n > room {
			continue
		}
		side := 17 + 4*(v+1) + 2*quiet
		dots := min(w.e.Dots/side, 16)
		if wish <= 0 {
			wish = moduleTop
		}
		if dots = min(dots, wish); dots < 2 {
			return 0
		}
		return dots
	}
	return 0
}

func (w *writer) qr(row receipt.Row) {
	text := receipt.Clean(row.Text)
	dots := w.module(len(text), row.N)
	if text == "" || dots == 0 {
		w.note(row.Text, row.Align)
		return
	}
	if !w.e.QR {
		w.rasterQR(text, dots, row.Align)
		return
	}
	w.put(0x1B, 'J', gap)
	w.place(row.Align)
	w.put(0x1D, '(', 'k', 4, 0, 0x31, 0x41, 0x32, 0)
	w.put(0x1D, '(', 'k', 3, 0, 0x31, 0x43, byte(dots))
	w.put(0x1D, '(', 'k', 3, 0, 0x31, 0x45, 0x31) // level M
	n := len(text) + 3
	w.put(0x1D, '(', 'k', byte(n), byte(n>>8), 0x31, 0x50, 0x30)
	w.out = append(w.out, text...)
	w.put(0x1D, '(', 'k', 3, 0, 0x31, 0x51, 0x30)
	w.place(receipt.Left)
	w.put(0x1B, 'J', gap)
	w.lines++
}

func (w *writer) rasterQR(text string, dots int, align receipt.Align) {
	code, err := qrcode.New(text, qrcode.Medium)
	if err != nil {
		w.note(text, align)
		return
	}
	code.DisableBorder = true
	modules := code.Bitmap()
	side := len(modules) * dots
	m := &receipt.Image{Width: side, Height: side, Bits: make([]byte, (side+7)/8*side)}
	stride := (side + 7) / 8
	for y, line := range modules {
		top := m.Bits[y*dots*stride:][:stride]
		for x, dark := range line {
			for i := x * dots; dark && i < (x+1)*dots; i++ {
				top[i/8] |= 0x80 >> (i % 8)
			}
		}
		for i := 1; i < dots; i++ {
			copy(m.Bits[(y*dots+i)*stride:], top)
		}
	}
	w.put(0x1B, 'J', gap)
	w.picture(m, align)
	w.put(0x1B, 'J', gap)
}

// barcode prints a code with its digits below. What is not valid, or too wide for the paper, is printed as text.
func (w *writer) barcode(row receipt.Row) {
	symbol, data, modules := symbolOf(row)
	width := 0
	for n := 3; n >= 2 && width == 0; n-- {
		if modules*n+20*n <= w.e.Dots {
			width = n
		}
	}
	if data == "" || width == 0 || !w.e.Barcode {
		w.note(row.Text, row.Align)
		return
	}
	high := row.N
	if high <= 0 {
		high = 64
	}
	w.put(0x1B, 'J', gap)
	w.place(row.Align)
	w.put(0x1D, 'h', byte(min(high, 255)), 0x1D, 'w', byte(width), 0x1D, 'H', 2, 0x1D, 'f', 0)
	w.put(0x1D, 'k', symbol, byte(len(data)))
	w.out = append(w.out, data...)
	w.place(receipt.Left)
	w.put(0x1B, 'J', gap)
	w.lines++
}

// symbolOf returns the number of the symbology in GS k, the data as that wants it ("" when not valid), and the width in
// modules.
func symbolOf(row receipt.Row) (symbol byte, data string, modules int) {
	text := row.Text
	switch row.Code {
	case receipt.EAN13:
		return 67, digits(text, 13), 95
	case receipt.EAN8:
		return 68, digits(text, 8), 67
	case receipt.UPCA:
		return 65, digits(text, 12), 95
	case receipt.Code128:
		return code128(text)
	}
	return 0, "", 0
}

// digits returns text when it is n digits whose last is right, or n-1 digits with the check digit added.
func digits(text string, n int) string {
	if len(text) != n && len(text) != n-1 {
		return ""
	}
	sum := 0
	for i := range len(text) {
		c := text[i]
		if c < '0' || c > '9' {
			return ""
		}
		if i < n-1 {
			sum += int(c-'0') * (3 - 2*((n-i)%2)) // 3 beside the check digit, then 1 and 3 in turn
		}
	}
	check := string(byte('0' + (10-sum%10)%10))
	if len(text) == n-1 {
		return text + check
	}
	if text[n-1:] != check {
		return ""
	}
	return text
}

// code128 uses set C for pairs of digits, unless two pairs would look like a real-time command, and set B for the rest of
// ASCII.
func code128(text string) (byte, string, int) {
	if text == "" || len(text) > 80 {
		return 73, "", 0
	}
	number := len(text)%2 == 0
	for i := range len(text) {
		if text[i] < 0x20 || text[i] > 0x7E {
			return 73, "", 0
		}
		number = number && text[i] >= '0' && text[i] <= '9'
	}
	if number {
		data := []byte("{C")
		for i := 0; i < len(text); i += 2 {
			data = append(data, (text[i]-'0')*10+text[i+1]-'0')
		}
		if realTime(data) < 0 {
			return 73, string(data), 11*(len(text)/2+3) + 2
		}
	}
	return 73, "{B" + strings.ReplaceAll(text, "{", "{{"), 11*(len(text)+3) + 2
}

// realTime returns where data has the beginning of a real-time command (DLE EOT, DLE ENQ, DLE DC4), -1 when it has none.
func realTime(data []byte) int {
	for i := 0; i+1 < len(data); i++ {
		if data[i] == 0x10 && (data[i+1] == 0x04 || data[i+1] == 0x05 || data[i+1] == 0x14) {
			return i
		}
	}
	return -1
}
