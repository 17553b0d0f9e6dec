package zvtbox

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/text/encoding/charmap"
)

// values reads the fields of a command that a terminal acts on.
func values(b []byte) map[byte][]byte {
	sizes := map[byte]int{0x01: 1, 0x02: 1, 0x03: 1, 0x04: 6, 0x0B: 3, 0x0E: 2, 0x17: 2, 0x19: 1, 0x27: 1, 0x37: 3, 0x49: 2, 0x87: 2, 0x8A: 1}
	out := map[byte][]byte{}
	for len(b) > 1 {
		id, n, skip := b[0], sizes[b[0]], 1
		if id == 0x06 {
			n, skip = int(b[1]), 2
		}
		if n == 0 && id != 0x06 || len(b) < skip+n {
			return out
		}
		out[id], b = b[skip:skip+n], b[skip+n:]
	}
	return out
}

// text is BCD as digits.
func text(b []byte) string { return fmt.Sprintf("%x", b) }

func number(b []byte) (int64, bool) {
	n, err := strconv.ParseInt(text(b), 10, 64)
	return n, err == nil
}

// packed is a text of digits as BCD.
func packed(digits string) []byte {
	out := make([]byte, len(digits)/2)
	for i := range out {
		out[i] = (digits[2*i]-'0')<<4 | (digits[2*i+1] - '0')
	}
	return out
}

func (t *Terminal) id() []byte { return append([]byte{0x29}, packed(t.o.BlockID)...) }

// llvar is a field whose length stands in two or three digits before it.
func llvar(id byte, places int, b []byte) []byte {
	out := []byte{id}
	for _, c := range fmt.Sprintf("%0*d", places, len(b)) {
		out = append(out, 0xF0|byte(c-'0'))
	}
	return append(out, b...)
}

// CardNumber is the number that an unmasked terminal shows: it passes the Luhn check and belongs to nobody. Tests look for it.
func CardNumber() string {
	body := "45" + strings.Repeat("3917", 3) + "0"
	sum := 0
	for i, c := range body {
		d := int(c - '0')
		if (len(body)-i)%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return body + strconv.Itoa((10-sum%10)%10)
}

// status sends 04 0F and answers what the till said to it.
func (s *session) status(e *entry) int {
	s.t.mu.Lock()
	shown := *e
	s.t.mu.Unlock()
	data := []byte{0x27, shown.Result}
	data = append(append(data, 0x04), packed(fmt.Sprintf("%012d", shown.Minor))...)
	if shown.Trace != 0 {
		data = append(append(data, 0x0B), packed(fmt.Sprintf("%06d", shown.Trace))...)
	}
	data = append(append(data, 0x0C), packed(shown.At.Format("150405"))...)
	data = append(append(data, 0x0D), packed(shown.At.Format("0102"))...)
	if s.t.has("unmasked") {
		pan := packed(CardNumber())
		data = append(data, llvar(0x22, 2, pan)...)
		data = append(data, llvar(0x23, 2, append(bytes.Clone(pan), 0xD2, 0x91, 0x22, 0x01))...)
		data = append(data, llvar(0x24, 3, append([]byte{0x59}, pan...))...)
	} else {
		data = append(data, llvar(0x22, 2, []byte{0xEE, 0xEE, 0xEE, 0xEE, 0xEE, 0xEE, 0x47, 0x11})...)
	}
	data = append(data, s.t.id()...)
	data = append(append(data, 0x2A), fmt.Sprintf("%-15s", "455600000001")...)
	if shown.Original != 0 {
		data = append(append(data, 0x37), packed(fmt.Sprintf("%06d", shown.Original))...)
	}
	if shown.Result == stopped {
		data = append(data, llvar(0x3C, 3, []byte("Abbruch"))...)
	}
	data = append(append(data, 0x49), packed(shown.Currency)...)
	if shown.Receipt != 0 {
		data = append(append(data, 0x87), packed(fmt.Sprintf("%04d", shown.Receipt))...)
	}
	data = append(data, 0x8A, kindOf(shown.Card))
	data = append(data, llvar(0x8B, 2, append([]byte(shown.Card), 0))...)
	data = append(data, 0x06, 0x06, 0x2F, 0x04, 0x1F, 0x12, 0x01, 0x02)
	return s.say(message{0x04, 0x0F, data})
}

func kindOf(card string) byte {
	switch card {
	case "mastercard":
		return 0x06
	case "visa":
		return 0x0A
	case "amex":
		return 0x08
	}
	return 0x05
}

// slips prints the merchant's and the payer's slip: the first line by line where it is a refund, else as blocks.
func (s *session) slips(e *entry) {
	number := "############4711"
	if s.t.has("unmasked") {
		number = CardNumber()
	}
	lines := []string{"  K-U-N-D-E-N-B-E-L-E-G", "Terminal-ID : " + s.t.o.BlockID, "Beleg-Nr. " + fmt.Sprintf("%04d", e.Receipt), e.Card, "Karte " + number,
		fmt.Sprintf("Betrag %s %d,%02d", letters(e.Currency), e.Minor/100, e.Minor%100), "Zahlung erfolgt"}
	if e.Result != 0 {
		lines[len(lines)-1] = "Vorgang abgebrochen für immer"
	}
	if e.Kind == "refund" {
		for _, l := range lines {
			s.say(message{0x06, 0xD1, append([]byte{0x00}, paperText(l)...)})
		}
		return
	}
	for kind := byte(1); kind <= 2; kind++ {
		var rows []byte
		for _, l := range lines {
			b := paperText(l)
			rows = append(append(rows, 0x07, byte(len(b))), b...)
		}
		inner := append([]byte{0x1F, 0x07, 0x01, kind}, tlv(0x25, rows)...)
		s.say(message{0x06, 0xD3, tlv(0x06, inner)})
	}
}

// tlv is a tag of one byte with a BER length.
func tlv(tag byte, b []byte) []byte {
	switch n := len(b); {
	case n < 0x80:
		return append([]byte{tag, byte(n)}, b...)
	case n < 0x100:
		return append([]byte{tag, 0x81, byte(n)}, b...)
	default:
		return append([]byte{tag, 0x82, byte(n >> 8), byte(n)}, b...)
	}
}

func paperText(l string) []byte {
	b, err := charmap.CodePage437.NewEncoder().Bytes([]byte(l))
	if err != nil {
		return []byte("?")
	}
	return b
}

// closeDay sends the day's sums and begins a new one.
func (s *session) closeDay() {
	s.tell(0x80, 0)
	s.state(0x0E, "")
	names := []string{"girocard", "jcb", "mastercard", "amex", "visa", "diners", "other"}
	counts, sums := make([]int, len(names)), make([]int64, len(names))
	s.t.mu.Lock()
	first, last, total := 0, 0, int64(0)
	for _, e := range s.t.entries {
		if e.Closed || e.Result != 0 || e.waiting {
			continue
		}
		at := len(names) - 1
		for i, n := range names {
			if n == e.Card {
				at = i
			}
		}
		if e.gain() != 0 {
			counts[at]++
			sums[at] += e.gain()
			total += e.gain()
		}
		if first == 0 {
			first = e.Receipt
		}
		last = e.Receipt
	}
	s.t.mu.Unlock()
	rows := append(packed(fmt.Sprintf("%04d", first)), packed(fmt.Sprintf("%04d", last))...)
	for i := range names {
		rows = append(append(rows, byte(counts[i])), packed(fmt.Sprintf("%012d", max(sums[i], 0)))...)
	}
	now := s.t.o.Now()
	data := append([]byte{0x27, 0x00, 0x04}, packed(fmt.Sprintf("%012d", max(total, 0)))...)
	data = append(append(data, 0x0C), packed(now.Format("150405"))...)
	data = append(append(data, 0x0D), packed(now.Format("0102"))...)
	data = append(data, llvar(0x60, 3, rows)...)
	if s.say(message{0x04, 0x0F, data}) != 0x80 {
		s.say(message{0x06, 0x1E, []byte{fails}})
		return
	}
	s.t.mu.Lock()
	var closed []*entry
	for _, e := range s.t.entries {
		if !e.Closed {
			e.Closed = true
			closed = append(closed, e)
		}
	}
	s.t.mu.Unlock()
	for _, e := range closed {
		s.t.note(e)
	}
	s.say(message{0x06, 0xD1, append([]byte{0x00}, "Kassenschnitt"...)})
	s.say(message{0x06, 0x0F, nil})
}
