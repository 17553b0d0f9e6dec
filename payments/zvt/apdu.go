package zvt

import (
	"errors"
	"fmt"
)

// control is the class and instruction of an APDU.
type control uint16

// The commands and messages that are spoken here (PA00P015).
const (
	cmdStatusEnquiry control = 0x0501
	cmdRegister      control = 0x0600
	cmdAuthorize     control = 0x0601
	cmdLogOff        control = 0x0602
	cmdRepeat        control = 0x0620
	cmdReserve       control = 0x0622
	cmdBook          control = 0x0624
	cmdUnreserve     control = 0x0625
	cmdReverse       control = 0x0630
	cmdRefund        control = 0x0631
	cmdEndOfDay      control = 0x0650
	cmdDiagnose      control = 0x0670
	cmdAbort         control = 0x06B0

	msgStatus       control = 0x040F
	msgIntermediate control = 0x04FF
	msgCompletion   control = 0x060F
	msgAbort        control = 0x061E
	msgPrintLine    control = 0x06D1
	msgPrintBlock   control = 0x06D3
	msgAck          control = 0x8000
	classNak                = 0x84
)

// Answers of the till to a status (84 xx 00).
const (
	nakMoreTime   = 0x9C // ask again in two seconds
	nakNotIssued  = 0x66 // goods not issued: the terminal gives the money back
	dataMax       = 0xFFFF
	lengthMarker  = 0xFF
	headerLength  = 3
	longHeaderLen = 5
)

var errTooLong = errors.New("zvt: more data than an APDU holds")

// apdu is one message: control field, length, data.
type apdu struct {
	ctrl control
	data []byte
}

func (a apdu) class() byte { return byte(a.ctrl >> 8) }
func (a apdu) instr() byte { return byte(a.ctrl) }

// encode writes class, instruction, length and data. From 255 bytes the length is FF, low byte, high byte.
func (a apdu) encode() ([]byte, error) {
	n := len(a.data)
	if n > dataMax {
		return nil, fmt.Errorf("%w: %d", errTooLong, n)
	}
	out := make([]byte, 0, longHeaderLen+n)
	out = append(out, a.class(), a.instr())
	if n < lengthMarker {
		out = append(out, byte(n))
	} else {
		out = append(out, lengthMarker, byte(n), byte(n>>8))
	}
	return append(out, a.data...), nil
}

// splitter finds APDUs in a stream that splits and joins them anywhere.
type splitter struct{ rest []byte }

func (s *splitter) feed(b []byte) { s.rest = append(s.rest, b...) }

// next answers the first whole APDU; its data is a copy.
func (s *splitter) next() (apdu, bool) {
	a, n := cutAPDU(s.rest)
	if n == 0 {
		return apdu{}, false
	}
	s.rest = s.rest[n:]
	if len(s.rest) == 0 {
		s.rest = nil // lets go of what may have held a card number
	}
	return a, true
}

// cutAPDU reads one APDU and answers how many bytes it took; 0 where it is not whole yet.
func cutAPDU(b []byte) (apdu, int) {
	if len(b) < headerLength {
		return apdu{}, 0
	}
	head, size := headerLength, int(b[2])
	if b[2] == lengthMarker {
		if len(b) < longHeaderLen {
			return apdu{}, 0
		}
		head, size = longHeaderLen, int(b[3])|int(b[4])<<8
	}
	if len(b) < head+size {
		return apdu{}, 0
	}
	return apdu{control(b[0])<<8 | control(b[1]), append([]byte(nil), b[head:head+size]...)}, head + size
}

// bcd writes the last 2×n decimal digits of v.
func bcd(v int64, n int) []byte {
	out := make([]byte, n)
	for i := n - 1; i >= 0; i-- {
		out[i] = byte(v%10) | byte(v/10%10)<<4
		v /= 100
	}
	return out
}

// digits reads BCD as text; ok is false where a nibble is no digit.
func digits(b []byte) (text string, ok bool) {
	out := make([]byte, 0, 2*len(b))
	for _, c := range b {
		if c>>4 > 9 || c&15 > 9 {
			return "", false
		}
		out = append(out, '0'+c>>4, '0'+c&15)
	}
	return string(out), true
}

// pack writes a text of decimal digits, of even length, as BCD; ok is false for any other text.
func pack(text string) (b []byte, ok bool) {
	if len(text)%2 != 0 {
		return nil, false
	}
	for i := 0; i < len(text); i += 2 {
		hi, lo := text[i]-'0', text[i+1]-'0'
		if hi > 9 || lo > 9 {
			return nil, false
		}
		b = append(b, hi<<4|lo)
	}
	return b, true
}
