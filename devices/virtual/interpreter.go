// Package virtual is the other side of every wire, for demo mode and tests. Its printer decodes ESC/POS from the reference
// on its own, knows nothing of the encoder, and draws real-looking paper; its scanner types on a serial line.
//
// Reference: Epson's public ESC/POS command reference
// (download4.epson.biz/sec_pubs/pos/reference_en/escpos/). Left out: page mode, two-dimensional codes other than QR, user
// defined characters, and four-colour graphics.
package virtual

import (
	"fmt"

	"golang.org/x/text/encoding/charmap"

	"suanpan/devices/glyph"
)

// Setup is how a virtual printer is built. The zero value is an 80 mm Chinese printer without a font.
type Setup struct {
	Dots        int         // printable width, 576 where zero
	CellWidth   int         // of font A, 12 where zero
	CellHeight  int         // 24 where zero
	Face        *glyph.Face // draws the characters; nil draws boxes
	Latin       bool        // has no Chinese characters at all
	GB2312      bool        // old firmware: the pairs of GB2312 only
	KanjiOff    bool        // does not wake in kanji mode
	KanjiAlways bool        // a DIP switch: kanji mode cannot be left
	SlipsMax    int         // slips kept, 200 where zero
}

// UnknownError stops the interpreter: real paper would show garbage from here on.
type UnknownError struct {
	Offset int64 // of the first byte that is not understood, from the beginning of the stream
	Bytes  []byte
	What   string
}

func (e *UnknownError) Error() string {
	return fmt.Sprintf("virtual printer: %s at byte %d: % X", e.What, e.Offset, e.Bytes)
}

// Slip is one piece of paper, from cut to cut.
type Slip struct {
	Lines  []Line
	Codes  []Code
	Cut    string // partial, full, or "" when torn off
	width  int
	height int
	ink    []byte // a byte per dot, 255 is black
}

// Line is a line of text as it stands on the paper.
type Line struct {
	Text    string // runs with spaces between them, as many as there are empty columns
	Right   int    // dots from the left edge to the end of the last character
	Wrapped bool   // the printer had to break it: the sender measured wrongly
	Wide    int
	High    int
	Bold    bool
	Reverse bool
}

// Code is a QR code or barcode that the printer drew by itself.
type Code struct {
	Kind string // qr, ean13, ean8, upca, upce, code39, itf, codabar, code93, code128
	Data string
}

// host is what the interpreter asks of the machine around it.
type host interface {
	reply(...byte)
	kick(pin byte)
	reports(mask byte)
	paperStatus() byte
	drawerStatus() byte
	identity(n byte) string
}

// Interpreter decodes one stream. It is not for several goroutines.
type Interpreter struct {
	setup  Setup
	host   host
	offset int64  // bytes taken before buffer
	buffer []byte // a command that has not come whole
	dead   error
	state
	pages map[byte]*charmap.Charmap

	slip    *Slip
	slips   []Slip
	lines   int // on all slips, pictures counted as one
	onSlip  func(Slip)
	logos   map[[2]byte]bitmap
	stored  *element // picture of GS ( L that waits to be printed
	qr      qrState
	barcode barcodeState
}

// state is what ESC @ puts back.
type state struct {
	kanji    bool
	away     bool // ESC = has chosen another device
	page     byte
	style    style
	align    byte
	spacing  int
	left     int
	area     int
	x        int
	pending  []element
	wrapped  bool
	kanjiGap [2]int
	rightGap int
	upside   bool
}

type style struct {
	bold, underline, reverse, fontB bool
	wide, high                      int
	kanjiWide, kanjiHigh            int
}

// heightMax tears paper off that never ends: 3.7 m.
const heightMax = 30_000

// NewInterpreter makes an interpreter of a freshly switched-on printer.
func NewInterpreter(s Setup) *Interpreter {
	if s.Dots <= 0 {
		s.Dots = 576
	}
	if s.CellWidth <= 0 {
		s.CellWidth = 12
	}
	if s.CellHeight <= 0 {
		s.CellHeight = 24
	}
	if s.SlipsMax <= 0 {
		s.SlipsMax = 200
	}
	i := &Interpreter{setup: s, logos: map[[2]byte]bitmap{}, pages: map[byte]*charmap.Charmap{
		0: charmap.CodePage437, 2: charmap.CodePage850, 16: charmap.Windows1252, 17: charmap.CodePage866,
		18: charmap.CodePage852, 19: charmap.CodePage858,
	}}
	i.reset()
	i.slip = i.newSlip()
	return i
}

func (i *Interpreter) reset() {
	i.state = state{
		kanji:   !i.setup.Latin && (!i.setup.KanjiOff || i.setup.KanjiAlways),
		style:   style{wide: 1, high: 1, kanjiWide: 1, kanjiHigh: 1},
		spacing: 30,
		area:    i.setup.Dots,
	}
	i.qr = qrState{module: 3, level: 0x30}
	i.barcode = barcodeState{height: 162, width: 3}
	i.stored = nil
}

// Decode reads a whole stream and returns its slips. The last one is torn off where no cut ended it.
func Decode(data []byte, s Setup) ([]Slip, error) {
	i := NewInterpreter(s)
	_, err := i.Write(data)
	return i.Slips(), err
}

// Write takes bytes. After an error the rest is ignored.
func (i *Interpreter) Write(data []byte) (int, error) {
	if i.dead != nil {
		return 0, i.dead
	}
	i.buffer = append(i.buffer, data...)
	for {
		done, err := i.step()
		if err != nil {
			return len(data), err
		}
		if !done {
			return len(data), nil
		}
	}
}

// step takes one complete command from the buffer. It answers false when none is there.
func (i *Interpreter) step() (bool, error) {
	if i.dead != nil {
		return false, i.dead
	}
	if len(i.buffer) == 0 {
		return false, nil
	}
	n, err := i.command(i.buffer)
	if err != nil {
		i.dead = err
		return false, err
	}
	if n == 0 {
		return false, nil
	}
	i.offset += int64(n)
	if i.buffer = i.buffer[n:]; len(i.buffer) == 0 {
		i.buffer = nil
	}
	return true, nil
}

func (i *Interpreter) unknown(b []byte, n int, what string) error {
	return &UnknownError{i.offset, append([]byte(nil), b[:min(n, len(b), 16)]...), what}
}

// command reads one command at the beginning of b and returns its length, 0 when it has not come whole.
func (i *Interpreter) command(b []byte) (int, error) {
	if i.away {
		return i.elsewhere(b)
	}
	switch c := b[0]; {
	case c == 0x1B:
		return i.escape(b)
	case c == 0x1C:
		return i.fileSeparator(b)
	case c == 0x1D:
		return i.groupSeparator(b)
	case c == 0x10:
		return i.realTime(b)
	case c == 0x0A:
		i.printLine()
	case c == 0x0D, c == 0x00:
	case c == 0x09:
		i.x = (i.x/(8*i.setup.CellWidth) + 1) * 8 * i.setup.CellWidth
	case c < 0x20 || c == 0x7F:
		return 0, i.unknown(b, 1, "unknown control byte")
	case c < 0x80:
		i.char(rune(c), 1)
	case i.kanji && c >= 0x81 && c <= 0xFE:
		return i.pair(b)
	default:
		return i.single(b)
	}
	return 1, nil
}

// elsewhere drops what is meant for the customer display until the printer is chosen again.
func (i *Interpreter) elsewhere(b []byte) (int, error) {
	if b[0] != 0x1B {
		return 1, nil
	}
	if len(b) < 3 {
		return 0, nil
	}
	if b[1] == 0x3D {
		i.away = b[2]&1 == 0
		return 3, nil
	}
	return 1, nil
}

// realTime passes over commands that the machine obeyed when they came in.
func (i *Interpreter) realTime(b []byte) (int, error) {
	if len(b) < 3 {
		return 0, nil
	}
	n := 0
	switch {
	case b[1] == 0x04 && b[2] >= 1 && b[2] <= 4, b[1] == 0x05 && b[2] <= 2:
		n = 3
	case b[1] == 0x14 && b[2] == 1, b[1] == 0x14 && b[2] == 2:
		n = 5
	case b[1] == 0x14 && b[2] == 8:
		n = 10
	default:
		return 0, i.unknown(b, 3, "unknown real-time command")
	}
	if len(b) < n {
		return 0, nil
	}
	return n, nil
}

// Slips returns the pieces of paper so far, the unfinished one last when something is on it.
func (i *Interpreter) Slips() []Slip {
	slips := append([]Slip(nil), i.slips...)
	if i.slip.height > 0 || len(i.slip.Lines) > 0 {
		last := *i.slip
		slips = append(slips, last)
	}
	return slips
}

func (i *Interpreter) newSlip() *Slip { return &Slip{width: i.setup.Dots} }

func (i *Interpreter) tear(cut string) {
	done := i.slip
	done.Cut = cut
	i.slip = i.newSlip()
	if done.height == 0 && len(done.Lines) == 0 {
		return
	}
	i.slips = append(i.slips, *done)
	if len(i.slips) > i.setup.SlipsMax {
		i.slips = append(i.slips[:0:0], i.slips[1:]...)
	}
	if i.onSlip != nil {
		i.onSlip(*done)
	}
}
