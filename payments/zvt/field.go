package zvt

import (
	"strconv"
	"strings"

	"golang.org/x/text/encoding/charmap"

	"suanpan/payments"
)

// How long a field is.
const (
	byLL   = -2 // two bytes Fx Fy say it
	byLLL  = -3 // three bytes
	byTLV  = -4 // as in BER
	byOrig = -5 // 37: three BCD bytes in one reading of the paper, LLL in another; the first bytes tell
)

// lengths are the fields (BMP) that the paper lists, without their number. A field that is not here ends the reading: nobody
// knows where the next one begins.
var lengths = map[byte]int{
	0x01: 1, 0x02: 1, 0x03: 1, 0x04: 6, 0x05: 1, 0x06: byTLV, 0x0B: 3, 0x0C: 3, 0x0D: 2, 0x0E: 2, 0x17: 2, 0x19: 1,
	0x22: byLL, 0x23: byLL, 0x24: byLLL, 0x27: 1, 0x29: 4, 0x2A: 15, 0x2D: byLL, 0x2E: byLLL, 0x37: byOrig, 0x3A: 2,
	0x3B: 8, 0x3C: byLLL, 0x3D: 3, 0x49: 2, 0x60: byLLL, 0x87: 2, 0x88: 3, 0x8A: 1, 0x8B: byLL, 0x8C: 1,
	0x9A: byLLL, 0xA0: 1, 0xA7: byLL, 0xAA: 3, 0xAF: byLLL, 0xBA: 5, 0xD0: 1, 0xD1: byLL, 0xD2: 1, 0xD3: 1,
	0xE0: 1, 0xE1: byLL, 0xE2: byLL, 0xE3: byLL, 0xE4: byLL, 0xE5: byLL, 0xE6: byLL, 0xE7: byLL, 0xE8: byLL, 0xE9: 1,
	0xEA: 1, 0xEB: 8, 0xF0: 1, 0xF1: byLL, 0xF2: byLL, 0xF3: byLL, 0xF4: byLL, 0xF5: byLL, 0xF6: byLL, 0xF7: byLL,
	0xF8: byLL, 0xF9: 1, 0xFA: 1, 0xFB: 1, 0xFC: 1, 0xFD: 1,
}

// wanted are the fields that leave the parser. All others are passed over and forgotten, and 22, 23, 24, 2D and 3A above all:
// card number, tracks and check value have no place in this program.
const wanted = "\x04\x0B\x0C\x0D\x19\x27\x29\x37\x3C\x49\x60\x87\x88\x8A\x8B\xAA"

// fields is what a message says, without anything that could identify a card.
type fields struct {
	known    map[byte][]byte // wanted fields only; texts are scrubbed
	lines    []string        // texts of the TLV container: lines to print or to show
	receiver byte            // TLV 1F07: 1 merchant, 2 cardholder, 3 administration; 0 where absent
	torn     bool            // a field that nobody knows, or one cut short, ended the reading
}

// readFields reads a sequence of fields. It never fails: what cannot be read is torn, and what was read before stays.
func readFields(b []byte) fields {
	f := fields{known: map[byte][]byte{}}
	for len(b) > 0 {
		id := b[0]
		value, rest, ok := cutField(id, b[1:])
		if !ok {
			f.torn = true
			return f
		}
		b = rest
		switch {
		case id == 0x06:
			f.container(value, 0)
		case id == 0x3C, id == 0x8B:
			f.known[id] = payments.Scrub(append([]byte(nil), value...))
		case strings.IndexByte(wanted, id) >= 0:
			f.known[id] = append([]byte(nil), value...)
		}
	}
	return f
}

// cutField takes the value of a field off b.
func cutField(id byte, b []byte) (value, rest []byte, ok bool) {
	n, listed := lengths[id]
	if !listed {
		return nil, nil, false
	}
	head := 0
	switch n {
	case byOrig:
		if n, head = 3, 0; len(b) >= 3 && b[0]>>4 == 15 && b[1]>>4 == 15 && b[2]>>4 == 15 {
			n, head, ok = varLength(b, 3)
		} else {
			ok = true
		}
	case byLL, byLLL:
		n, head, ok = varLength(b, -n)
	case byTLV:
		n, head, ok = tlvLength(b)
	default:
		ok = true
	}
	if !ok || len(b) < head+n {
		return nil, nil, false
	}
	return b[head : head+n], b[head+n:], true
}

// varLength reads the length of an LL or LLL field: one digit in the lower half of each byte.
func varLength(b []byte, size int) (n, head int, ok bool) {
	if len(b) < size {
		return 0, 0, false
	}
	for _, c := range b[:size] {
		if c&15 > 9 {
			return 0, 0, false
		}
		n = n*10 + int(c&15)
	}
	return n, size, true
}

// tlvLength reads a BER length of up to two bytes.
func tlvLength(b []byte) (n, head int, ok bool) {
	switch {
	case len(b) == 0:
		return 0, 0, false
	case b[0] < 0x80:
		return int(b[0]), 1, true
	case b[0] == 0x81 && len(b) >= 2:
		return int(b[1]), 2, true
	case b[0] == 0x82 && len(b) >= 3:
		return int(b[1])<<8 | int(b[2]), 3, true
	}
	return 0, 0, false
}

// depthMax bounds containers within containers.
const depthMax = 8

// container walks a TLV container (06) for texts and the kind of receipt. Everything else in it is forgotten.
func (f *fields) container(b []byte, depth int) {
	for len(b) > 0 {
		tag, size := uint32(b[0]), 1
		if b[0]&0x1F == 0x1F {
			for size < len(b) && size < 4 {
				tag = tag<<8 | uint32(b[size])
				size++
				if b[size-1] < 0x80 {
					break
				}
			}
		}
		n, head, ok := tlvLength(b[size:])
		if !ok || len(b) < size+head+n {
			f.torn = true
			return
		}
		value := b[size+head : size+head+n]
		switch {
		case tag == 0x07:
			f.lines = append(f.lines, words(value))
		case tag == 0x1F07 && n == 1:
			f.receiver = value[0]
		case b[0]&0x20 != 0 && depth < depthMax:
			f.container(value, depth+1)
		}
		b = b[size+head+n:]
	}
}

// words reads text in code page 437, which terminals print in, and takes out control characters and card numbers.
func words(b []byte) string {
	text, err := charmap.CodePage437.NewDecoder().Bytes(b)
	if err != nil {
		return ""
	}
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7F {
			return -1
		}
		return r
	}, strings.TrimRight(string(payments.Scrub(text)), " \x00"))
}

// decimal is a BCD field as digits; empty where it is absent or no number.
func (f fields) decimal(id byte) string {
	text, _ := digits(f.known[id])
	return text
}

// minor is the amount (04) in minor units; ok is false where the message carries none.
func (f fields) minor() (v int64, ok bool) {
	text := f.decimal(0x04)
	if text == "" {
		return 0, false
	}
	v, err := strconv.ParseInt(text, 10, 64)
	return v, err == nil
}

// result is the result code (27); ok is false where the message carries none.
func (f fields) result() (code byte, ok bool) {
	if v := f.known[0x27]; len(v) == 1 {
		return v[0], true
	}
	return 0, false
}

func (f fields) receipt() string { return f.decimal(0x87) }
func (f fields) trace() string   { return f.decimal(0x0B) }

// original is the trace number of the transaction that this one undoes or books (37).
func (f fields) original() string {
	b := f.known[0x37]
	if len(b) == 6 { // digits as text
		return string(b)
	}
	text, _ := digits(b)
	return text
}

func (f fields) text() string { return words(f.known[0x3C]) }
func (f fields) card() string { return words(f.known[0x8B]) }

// kept is the message as it may be stored: rebuilt from the wanted fields, never the bytes that came.
func (f fields) kept() []byte {
	var out []byte
	for i := 0; i < len(wanted); i++ {
		id := wanted[i]
		v, ok := f.known[id]
		if !ok {
			continue
		}
		out = append(out, id)
		switch n := lengths[id]; {
		case n == byLL:
			out = append(out, 0xF0|byte(len(v)/10%10), 0xF0|byte(len(v)%10))
		case n == byLLL, n == byOrig && len(v) != 3:
			out = append(out, 0xF0|byte(len(v)/100%10), 0xF0|byte(len(v)/10%10), 0xF0|byte(len(v)%10))
		}
		out = append(out, v...)
	}
	return out
}
