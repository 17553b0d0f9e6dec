package zvt

import "bytes"

// Bytes of the serial transport (PA00P016).
const (
	stx = 0x02
	etx = 0x03
	ack = 0x06
	dle = 0x10
	nak = 0x15
)

// Sum is a 16-bit check sum as data: bits go through the polynomial least significant first.
type Sum struct {
	Poly, Start uint16
}

// FrameSum is x¹⁶+x¹²+x⁵+1 (0x1021, reflected 0x8408) from zero, over the plain data and ETX, low byte first on the wire.
// Checked against two published frames: 80 00 00 ends in F5 1F, 84 9C 00 in C3 41. Never checked against a terminal.
var FrameSum = Sum{Poly: 0x8408}

func (s Sum) of(data []byte) uint16 {
	sum := s.Start
	for _, c := range data {
		sum ^= uint16(c)
		for range 8 {
			if sum&1 != 0 {
				sum = sum>>1 ^ s.Poly
			} else {
				sum >>= 1
			}
		}
	}
	return sum
}

// frame wraps an APDU: DLE STX, the data with each DLE doubled, DLE ETX, check sum.
func (s Sum) frame(data []byte) []byte {
	out := append(make([]byte, 0, len(data)+6), dle, stx)
	for _, c := range data {
		if c == dle {
			out = append(out, dle)
		}
		out = append(out, c)
	}
	sum := s.of(append(bytes.Clone(data), etx))
	return append(out, dle, etx, byte(sum), byte(sum>>8))
}

// piece is what the serial wire carried: a block, or one of the single bytes that answer a block.
type piece struct {
	block []byte
	good  bool // the check sum fits
	reply byte // ack or nak, where it is no block
}

// deframer finds blocks in the bytes of a serial wire.
type deframer struct {
	sum   Sum
	state int
	data  []byte
	check []byte
}

// The states: between blocks, after a DLE there, inside, after a DLE inside, and the two bytes of the check sum.
const (
	outside = iota
	opening
	inside
	escaped
	checking
)

// inFrame reports whether a block has begun and is not whole.
func (d *deframer) inFrame() bool { return d.state > opening }

// reset forgets a block that stopped in the middle.
func (d *deframer) reset() { d.state, d.data, d.check = outside, nil, nil }

// feed takes one byte and answers what it completed, if anything.
func (d *deframer) feed(c byte) (p piece, whole bool) {
	switch d.state {
	case outside:
		switch c {
		case dle:
			d.state = opening
		case ack, nak:
			return piece{reply: c}, true
		}
	case opening:
		switch c {
		case stx:
			d.state, d.data, d.check = inside, nil, nil
		case dle:
		default:
			d.state = outside
		}
	case inside:
		if c == dle {
			d.state = escaped
			break
		}
		d.take(c)
	case escaped:
		switch c {
		case dle:
			d.state = inside
			d.take(c)
		case etx:
			d.state = checking
		case stx: // the other side began anew
			d.state, d.data = inside, nil
		default:
			d.reset()
			return piece{}, true
		}
	case checking:
		if d.check = append(d.check, c); len(d.check) < 2 {
			break
		}
		sum := d.sum.of(append(bytes.Clone(d.data), etx))
		p = piece{block: d.data, good: uint16(d.check[0])|uint16(d.check[1])<<8 == sum}
		d.reset()
		return p, true
	}
	return piece{}, false
}

func (d *deframer) take(c byte) {
	if d.data = append(d.data, c); len(d.data) > dataMax+longHeaderLen {
		d.reset()
	}
}
