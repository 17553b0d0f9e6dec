package zvtbox

import (
	"io"
	"math/bits"
	"sync"
	"time"
)

// message is one APDU as the terminal sees it.
type message struct {
	class, instr byte
	data         []byte
}

func (m message) is(class, instr byte) bool { return m.class == class && m.instr == instr }

// bytes is the message on the wire: the length in one byte, or FF and two with the low one first.
func (m message) bytes() []byte {
	out := []byte{m.class, m.instr}
	if len(m.data) >= 0xFF {
		out = append(out, 0xFF, byte(len(m.data)&0xFF), byte(len(m.data)>>8))
	} else {
		out = append(out, byte(len(m.data)))
	}
	return append(out, m.data...)
}

// parse takes the first message off a stream; ok is false while it is not whole.
func parse(b []byte) (m message, rest []byte, ok bool) {
	if len(b) < 3 {
		return m, b, false
	}
	body, n := b[3:], int(b[2])
	if n == 0xFF {
		if len(b) < 5 {
			return m, b, false
		}
		n, body = int(b[4])<<8+int(b[3]), b[5:]
	}
	if len(body) < n {
		return m, b, false
	}
	return message{b[0], b[1], append([]byte{}, body[:n]...)}, body[n:], true
}

// wire is one connection of a till.
type wire struct {
	to     io.ReadWriteCloser
	serial bool
	in     chan message // closed when the till is gone
	blocks chan bool    // serial: the till's word on our last block
	lock   sync.Mutex
	torn   bool // a fault says that frames go out byte by byte
	left   int  // bytes until a fault cuts the line; below 0: never
	held   []byte
}

func newWire(to io.ReadWriteCloser, serial bool) *wire {
	w := &wire{to: to, serial: serial, in: make(chan message, 32), blocks: make(chan bool, 4), left: -1}
	go w.read()
	return w
}

func (w *wire) read() {
	defer close(w.in)
	var stream, block []byte
	buf := make([]byte, 1024)
	for {
		n, err := w.to.Read(buf)
		if !w.serial {
			stream = append(stream, buf[:n]...)
		} else {
			block = append(block, buf[:n]...)
			block = w.unframe(block, &stream)
		}
		for {
			m, rest, ok := parse(stream)
			if !ok {
				break
			}
			stream = rest
			w.in <- m
		}
		if err != nil {
			return
		}
	}
}

// unframe takes whole blocks off a serial stream and answers each.
func (w *wire) unframe(b []byte, stream *[]byte) []byte {
	for len(b) > 0 {
		switch b[0] {
		case 0x06, 0x15:
			select {
			case w.blocks <- b[0] == 0x06:
			default:
			}
			b = b[1:]
			continue
		case 0x10:
		default:
			b = b[1:] // noise
			continue
		}
		data, used, good := open(b)
		if used == 0 {
			return b
		}
		b = b[used:]
		if !good {
			w.raw([]byte{0x15})
			continue
		}
		w.raw([]byte{0x06})
		*stream = append(*stream, data...)
	}
	return nil
}

// open reads DLE STX … DLE ETX and the check sum; used is 0 while the block is not whole.
func open(b []byte) (data []byte, used int, good bool) {
	if len(b) < 2 {
		return nil, 0, false
	}
	if b[1] != 0x02 {
		return nil, 1, false
	}
	for i := 2; i+1 < len(b); i++ {
		if b[i] != 0x10 {
			data = append(data, b[i])
			continue
		}
		i++
		if b[i] == 0x10 {
			data = append(data, 0x10)
			continue
		}
		if b[i] != 0x03 {
			return nil, i, false
		}
		if len(b) < i+3 {
			return nil, 0, false
		}
		sum := checksum(append(append([]byte{}, data...), 0x03))
		return data, i + 3, b[i+1] == byte(sum) && b[i+2] == byte(sum>>8)
	}
	return nil, 0, false
}

// checksum is CRC-16 with 1021, most significant bit first over mirrored bytes, mirrored at the end.
func checksum(b []byte) uint16 {
	var crc uint16
	for _, c := range b {
		crc ^= uint16(bits.Reverse8(c)) << 8
		for i := 0; i < 8; i++ {
			carry := crc >> 15
			crc <<= 1
			crc ^= 0x1021 * carry
		}
	}
	return bits.Reverse16(crc)
}

func wrap(data []byte) []byte {
	out := []byte{0x10, 0x02}
	for _, c := range data {
		out = append(out, c)
		if c == 0x10 {
			out = append(out, 0x10)
		}
	}
	sum := checksum(append(append([]byte{}, data...), 0x03))
	return append(out, 0x10, 0x03, byte(sum), byte(sum>>8))
}

// raw writes bytes as faults allow; false once the line is gone.
func (w *wire) raw(b []byte) bool {
	w.lock.Lock()
	defer w.lock.Unlock()
	cut := false
	if w.left >= 0 && len(b) >= w.left {
		b, cut = b[:w.left], true
	}
	if w.left >= 0 {
		w.left -= len(b)
	}
	step := len(b)
	if w.torn {
		step = 1
	}
	for len(b) > 0 {
		n := min(max(step, 1), len(b))
		if _, err := w.to.Write(b[:n]); err != nil {
			return false
		}
		b = b[n:]
	}
	if cut {
		w.to.Close()
	}
	return !cut
}

// hold keeps a message back, to go out together with the next one.
func (w *wire) hold(m message) { w.held = append(w.held, m.bytes()...) }

// send writes a message, and on a serial line repeats it until the till has the block.
func (w *wire) send(m message) bool {
	b := append(w.held, m.bytes()...)
	w.held = nil
	if !w.serial {
		return w.raw(b)
	}
	for range 3 {
		if !w.raw(wrap(b)) {
			return false
		}
		wait := time.NewTimer(2 * time.Second)
		select {
		case ok := <-w.blocks:
			wait.Stop()
			if ok {
				return true
			}
		case <-wait.C:
		}
	}
	return false
}
