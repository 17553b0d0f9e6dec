package virtual

import (
	"errors"
	"io"
	"sync"
)

// Model is what a virtual printer says of itself, and how well it behaves.
type Model struct {
	Setup
	Maker, Name, Serial string
	Silent              bool // never answers, as cheap clones and one-way queues
	Buffer              int  // bytes of receive buffer, 4096 where zero
	SenseHigh           bool // drawer pin 3 is high when open; low where false
}

// Printer is a virtual printer with its mechanics, buffer, drawer and plugs. Its methods may be called from several
// goroutines.
type Printer struct {
	model Model

	mu       sync.Mutex
	cond     *sync.Cond
	in       *Interpreter
	buffer   []byte
	wires    map[*wire]bool
	reportTo *wire // the wire that switched reports on
	mask     byte
	from     *wire // the wire of the bytes in work
	now      condition
	received int64
	cutAt    int64 // the wire breaks at this byte; 0 never
	outAt    int   // paper ends after so many lines; 0 never
	unplugged,
	closed bool
	kicks   int
	err     error
	onSlip  func(Slip)
	onKick  func()
	closers []io.Closer
	done    sync.WaitGroup
}

// condition is what a person can do to a printer.
type condition struct {
	paper      Paper
	cover      bool // open
	offline    bool
	drawerOpen bool
}

// Paper is how much paper is left.
type Paper uint8

// The states of the roll.
const (
	PaperFull Paper = iota
	PaperLow
	PaperOut
)

// New switches a printer on. Close switches it off.
func New(m Model) *Printer {
	if m.Buffer <= 0 {
		m.Buffer = 4096
	}
	p := &Printer{model: m, in: NewInterpreter(m.Setup), wires: map[*wire]bool{}}
	p.cond = sync.NewCond(&p.mu)
	p.in.host = machine{p}
	p.in.onSlip = func(s Slip) {
		if p.onSlip != nil {
			p.onSlip(s)
		}
	}
	p.done.Add(1)
	go p.work()
	return p
}

// OnSlip sets what is called with each slip as it is cut. The call must be short and must not call p.
func (p *Printer) OnSlip(f func(Slip)) { p.with(func() { p.onSlip = f }) }

// OnKick sets what is called when the drawer opens, under the same terms.
func (p *Printer) OnKick(f func()) { p.with(func() { p.onKick = f }) }

// with runs f under the lock, tells those who asked for reports what changed, and wakes the mechanics.
func (p *Printer) with(f func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	before := p.asb()
	f()
	if p.asb() != before {
		p.report()
	}
	p.cond.Broadcast()
}

// SetPaper changes the roll.
func (p *Printer) SetPaper(level Paper) { p.with(func() { p.now.paper = level }) }

// SetCover opens or closes the cover.
func (p *Printer) SetCover(open bool) { p.with(func() { p.now.cover = open }) }

// SetOffline presses the button that takes the printer off or on line.
func (p *Printer) SetOffline(off bool) { p.with(func() { p.now.offline = off }) }

// CloseDrawer pushes the drawer in.
func (p *Printer) CloseDrawer() { p.with(func() { p.now.drawerOpen = false }) }

// PaperOutAfter ends the paper after so many more lines.
func (p *Printer) PaperOutAfter(lines int) { p.with(func() { p.outAt = p.in.lines + lines }) }

// UnplugAt breaks the wire after so many more bytes.
func (p *Printer) UnplugAt(bytes int64) { p.with(func() { p.cutAt = p.received + bytes }) }

// Unplug pulls the wire; what is in the buffer is still printed.
func (p *Printer) Unplug() { p.with(p.unplug) }

func (p *Printer) unplug() {
	p.unplugged, p.cutAt = true, 0
	for w := range p.wires {
		w.rw.Close()
	}
	clear(p.wires)
	p.reportTo = nil
}

// PowerOff pulls the plug: the buffer and the half printed line are lost.
func (p *Printer) PowerOff() {
	p.with(func() {
		p.unplug()
		p.buffer, p.mask = nil, 0
		slips, lines := p.in.slips, p.in.lines
		slip, onSlip := p.in.slip, p.in.onSlip
		p.in = NewInterpreter(p.model.Setup)
		p.in.host, p.in.onSlip = machine{p}, onSlip
		p.in.slips, p.in.lines, p.in.slip = slips, lines, slip
	})
}

// Plug puts wire and power back.
func (p *Printer) Plug() { p.with(func() { p.unplugged = false }) }

// Slips returns the paper so far, the piece in the printer last.
func (p *Printer) Slips() []Slip {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.in.Slips()
}

// Drawer returns whether it is open and how often it was opened.
func (p *Printer) Drawer() (open bool, kicks int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.now.drawerOpen, p.kicks
}

// Received returns the bytes taken from all wires.
func (p *Printer) Received() int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.received
}

// Err returns what stopped the interpreter, nil while all is understood.
func (p *Printer) Err() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.err
}

// Close switches the printer off for good and waits for its goroutines.
func (p *Printer) Close() error {
	p.mu.Lock()
	p.closed = true
	p.unplug()
	closers := p.closers
	p.closers = nil
	p.cond.Broadcast()
	p.mu.Unlock()
	var err error
	for _, c := range closers {
		err = errors.Join(err, c.Close())
	}
	p.done.Wait()
	return err
}

// stopped reports whether the mechanics stand still.
func (p *Printer) stopped() bool {
	return p.now.paper == PaperOut || p.now.cover || p.now.offline
}

// work is the mechanics: one command at a time, so that paper ends exactly where it ends.
func (p *Printer) work() {
	defer p.done.Done()
	p.mu.Lock()
	defer p.mu.Unlock()
	for {
		for !p.closed && (len(p.buffer) == 0 || p.stopped()) {
			p.cond.Wait()
		}
		if p.closed {
			return
		}
		if p.err != nil {
			p.buffer = nil
			p.cond.Broadcast()
			continue
		}
		p.in.buffer = append(p.in.buffer, p.buffer...)
		p.buffer = p.buffer[:0]
		for !p.stopped() {
			more, err := p.in.step()
			if err != nil {
				p.err = err
			}
			if p.outAt > 0 && p.in.lines >= p.outAt {
				p.outAt, p.now.paper = 0, PaperOut
				p.report()
			}
			if !more {
				break
			}
		}
		if p.stopped() { // what is left waits in the buffer again
			p.buffer = append(append([]byte(nil), p.in.buffer...), p.buffer...)
			p.in.buffer = nil
		}
		p.cond.Broadcast()
	}
}

// take puts bytes from a wire into the buffer and answers real-time commands, which a printer obeys wherever they stand.
// It answers false when the wire is to be cut.
func (p *Printer) take(w *wire, data []byte) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, b := range data {
		for len(p.buffer) >= p.model.Buffer && !p.closed && p.wires[w] {
			p.cond.Wait()
		}
		if p.closed || !p.wires[w] {
			return false
		}
		p.received++
		p.from = w
		p.buffer = append(p.buffer, b)
		w.listen(p, b)
		if p.cutAt > 0 && p.received >= p.cutAt {
			p.unplug()
			p.cond.Broadcast()
			return false
		}
	}
	p.cond.Broadcast()
	return true
}

// wire is one connection.
type wire struct {
	rw   io.ReadWriteCloser
	last [4]byte // the bytes before, for real-time commands
	out  chan []byte
}

// listen finds real-time commands in the raw stream.
func (w *wire) listen(p *Printer, b byte) {
	l := w.last
	w.last = [4]byte{l[1], l[2], l[3], b}
	switch {
	case l[2] == 0x10 && l[3] == 0x04 && b >= 1 && b <= 4:
		p.send(w, p.realTime(b))
	case l[0] == 0x10 && l[1] == 0x14 && l[2] == 0x01 && l[3] <= 1 && b >= 1 && b <= 8:
		p.open()
	}
}

// open opens the drawer.
func (p *Printer) open() {
	before := p.asb()
	p.kicks++
	p.now.drawerOpen = true
	if p.onKick != nil {
		p.onKick()
	}
	if p.asb() != before {
		p.report()
	}
}

func (p *Printer) send(w *wire, data ...byte) {
	if p.model.Silent || w == nil || !p.wires[w] {
		return
	}
	select {
	case w.out <- append([]byte(nil), data...):
	default: // nobody reads: a printer does not wait for that
	}
}

func bit(b bool, value byte) byte {
	if b {
		return value
	}
	return 0
}

func (p *Printer) pin3() bool { return p.now.drawerOpen == p.model.SenseHigh }

// realTime is the answer to DLE EOT n.
func (p *Printer) realTime(n byte) byte {
	out := p.now.paper == PaperOut
	switch n {
	case 1:
		return 0x12 | bit(p.pin3(), 0x04) | bit(p.stopped(), 0x08)
	case 2:
		return 0x12 | bit(p.now.cover, 0x04) | bit(out, 0x20)
	case 4:
		return 0x12 | bit(p.now.paper != PaperFull, 0x0C) | bit(out, 0x60)
	}
	return 0x12
}

// asb is the report that goes out by itself.
func (p *Printer) asb() [4]byte {
	return [4]byte{
		0x10 | bit(p.pin3(), 0x04) | bit(p.stopped(), 0x08) | bit(p.now.cover, 0x20), 0,
		bit(p.now.paper != PaperFull, 0x03) | bit(p.now.paper == PaperOut, 0x0C), 0,
	}
}

func (p *Printer) report() {
	if p.mask != 0 && p.reportTo != nil {
		a := p.asb()
		p.send(p.reportTo, a[:]...)
	}
}

// machine is the host of the interpreter; the mechanics hold the lock when it is called.
type machine struct{ p *Printer }

func (m machine) reply(b ...byte) { m.p.send(m.p.from, b...) }
func (m machine) kick(byte)       { m.p.open() }

func (m machine) reports(mask byte) {
	m.p.mask, m.p.reportTo = mask, m.p.from
	m.p.report()
}

func (m machine) paperStatus() byte {
	return bit(m.p.now.paper != PaperFull, 0x03) | bit(m.p.now.paper == PaperOut, 0x0C)
}

func (m machine) drawerStatus() byte { return bit(m.p.pin3(), 0x01) }

func (m machine) identity(n byte) string {
	switch n {
	case 66:
		return m.p.model.Maker
	case 67:
		return m.p.model.Name
	case 68:
		return m.p.model.Serial
	}
	return ""
}
