package escpos

import "fmt"

// Reply is one thing that a printer said.
type Reply struct {
	Kind ReplyKind
	Byte byte    // RealTime and Printed: the byte as it came
	ASB  [4]byte // Report
	Text string  // TextBlock: text without head and end; Number: our four characters
	Head byte    // TextBlock: 5F maker, model or serial number; others as the printer chose
}

// ReplyKind says what a reply is.
type ReplyKind uint8

// The kinds of replies.
const (
	RealTime  ReplyKind = iota + 1 // to DLE EOT
	Report                         // ASB: four bytes, by itself at every change
	Printed                        // to GS r
	Number                         // to GS ( H: all before this number has been printed
	TextBlock                      // to GS I
)

// Parser takes a printer's stream apart. All replies mix on one stream and bytes get lost on bad wires, so it resumes at the
// next byte that can begin something. The zero value is ready; it is not for several goroutines.
type Parser struct {
	state byte // 0 between replies, else the head of what is being read
	got   []byte
}

// blockMax bounds a text block; a longer one is noise.
const blockMax = 96

// Feed takes bytes and hands every complete reply to emit. XON, XOFF and noise are dropped.
func (p *Parser) Feed(data []byte, emit func(Reply)) {
	for _, b := range data {
		p.next(b, emit)
	}
}

func (p *Parser) next(b byte, emit func(Reply)) {
	if b == 0x11 || b == 0x13 { // XON, XOFF belong to no reply
		return
	}
	switch {
	case p.state == 0:
		p.begin(b, emit)
	case isASB(p.state):
		p.report(b, emit)
	default:
		p.block(b, emit)
	}
}

func isASB(b byte) bool { return b&0x93 == 0x10 }

func (p *Parser) begin(b byte, emit func(Reply)) {
	switch {
	case isASB(b):
		p.state, p.got = b, append(p.got[:0], b)
	case b&0x93 == 0x12:
		emit(Reply{Kind: RealTime, Byte: b})
	case b&0x90 == 0:
		emit(Reply{Kind: Printed, Byte: b})
	case b == 0x5F, b == 0x35, b == 0x37, b == 0x3B, b == 0x3D:
		p.state, p.got = b, p.got[:0]
	}
}

// report takes exactly three bytes after a head: the last of them looks like an answer to GS r.
func (p *Parser) report(b byte, emit func(Reply)) {
	if b&0x90 != 0 { // the rest was lost
		p.state = 0
		p.begin(b, emit)
		return
	}
	p.got = append(p.got, b)
	if len(p.got) == 4 {
		p.state = 0
		emit(Reply{Kind: Report, ASB: [4]byte(p.got)})
	}
}

func (p *Parser) block(b byte, emit func(Reply)) {
	switch {
	case b == 0:
		r := Reply{Kind: TextBlock, Head: p.state, Text: string(p.got)}
		if p.state == 0x37 && len(p.got) == 5 && p.got[0] == 0x22 {
			r = Reply{Kind: Number, Text: string(p.got[1:])}
		}
		p.state = 0
		emit(r)
	case b < 0x20 || b > 0x7E:
		p.state = 0
		p.begin(b, emit)
	case len(p.got) >= blockMax:
		p.state = 0
	default:
		p.got = append(p.got, b)
	}
}

// Condition is what a printer's status bytes mean. Fields of questions that were not asked stay as they were.
type Condition struct {
	Offline    bool
	CoverOpen  bool
	PaperLow   bool
	PaperOut   bool
	FeedButton bool
	Cutter     bool // the cutter is stuck
	Fatal      bool // only switching it off and on helps, if anything
	Pin3       bool // level of the drawer's sense pin
}

// Healthy reports whether the printer prints now.
func (c Condition) Healthy() bool {
	return !c.Offline && !c.CoverOpen && !c.PaperOut && !c.Cutter && !c.Fatal
}

// Reason is the stable word for the worst of c: cover_open, paper_out, cutter, fault, offline, paper_low or "".
func (c Condition) Reason() string {
	for _, rule := range []struct {
		is   bool
		word string
	}{{c.CoverOpen, "cover_open"}, {c.PaperOut, "paper_out"}, {c.Cutter, "cutter"}, {c.Fatal, "fault"}, {c.Offline, "offline"}, {c.PaperLow, "paper_low"}} {
		if rule.is {
			return rule.word
		}
	}
	return ""
}

// Report changes c by an ASB report.
func (c Condition) Report(asb [4]byte) Condition {
	return Condition{
		Pin3: asb[0]&0x04 != 0, Offline: asb[0]&0x08 != 0, CoverOpen: asb[0]&0x20 != 0, FeedButton: asb[0]&0x40 != 0,
		Cutter: asb[1]&0x08 != 0, Fatal: asb[1]&0x20 != 0,
		PaperLow: asb[2]&0x03 != 0, PaperOut: asb[2]&0x0C != 0,
	}
}

// Answer changes c by the answer to DLE EOT question (1 to 4).
func (c Condition) Answer(question, b byte) Condition {
	switch question {
	case 1:
		c.Pin3, c.Offline = b&0x04 != 0, b&0x08 != 0
	case 2:
		c.CoverOpen, c.FeedButton, c.PaperOut = b&0x04 != 0, b&0x08 != 0, b&0x20 != 0
	case 3:
		c.Cutter, c.Fatal = b&0x08 != 0, b&0x20 != 0
	case 4:
		c.PaperLow, c.PaperOut = b&0x0C != 0, b&0x60 != 0
	}
	return c
}

// Ask returns the real-time question n (1 printer, 2 what stops it, 3 error, 4 paper). It goes out only between two
// complete commands.
func Ask(n byte) []byte { return []byte{0x10, 0x04, n} }

// AskText returns the question for maker (66), model (67) or serial number (68).
func AskText(n byte) []byte { return []byte{0x1D, 'I', n} }

// Reset returns the bytes that put a printer into its first state with reports on.
func Reset() []byte { return []byte{0x1B, '@', 0x1D, 'a', 0xFF} }

// AskPrinted returns the question that is answered when all before it has been printed. The number, 0 to 9999, comes back
// where the printer's way of confirming carries one.
func (p Profile) AskPrinted(number int) []byte {
	switch p.Confirm {
	case ConfirmGSR:
		return []byte{0x1D, 'r', 0x31}
	case ConfirmGSH:
		return append([]byte{0x1D, '(', 'H', 6, 0, 0x30, 0x30}, fmt.Sprintf("%04d", number%10000)...)
	}
	return nil
}

// Kick returns the drawer pulse. With now it is the real-time form, which works with the paper out, the cover open and a
// full buffer.
func (p Profile) Kick(now bool) []byte {
	if now {
		return []byte{0x10, 0x14, 0x01, p.DrawerPin & 1, byte(min(max(p.PulseOn/100, 1), 8))}
	}
	return []byte{0x1B, 'p', p.DrawerPin & 1, byte(min(max(p.PulseOn/2, 1), 255)), byte(min(max(p.PulseOff/2, 1), 255))}
}

// DrawerOpen reads the sense pin; known is false where no switch is wired.
func (p Profile) DrawerOpen(c Condition) (open, known bool) { return c.Pin3 == p.SenseHigh, p.Sense }
