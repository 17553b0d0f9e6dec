package zvt

import (
	"errors"
	"fmt"
	"io"
	"sync"
	"time"
)

var (
	errLost   = errors.New("the connection is lost")
	errSilent = errors.New("no answer in time")
)

// link carries APDUs over an open wire: as they are on TCP, framed and acknowledged block by block on a serial line.
type link struct {
	wire    io.ReadWriteCloser
	serial  bool
	timers  Timers
	sum     Sum
	in      chan apdu // closed when the wire ends
	replies chan byte // ack and nak of a serial line
	done    chan struct{}
	once    sync.Once
	writing sync.Mutex // a block, and its answer; see send
	bytes   sync.Mutex // single writes
}

func newLink(wire io.ReadWriteCloser, serial bool, t Timers, sum Sum) *link {
	l := &link{wire: wire, serial: serial, timers: t, sum: sum, in: make(chan apdu, 64), replies: make(chan byte, 4), done: make(chan struct{})}
	go l.listen()
	return l
}

func (l *link) close() {
	l.once.Do(func() {
		close(l.done)
		_ = l.wire.Close() // a wire that is given up has nothing left to say
	})
}

// listen reads until the wire ends or close is called.
func (l *link) listen() {
	defer close(l.in)
	split, blocks := splitter{}, deframer{sum: l.sum}
	buf := make([]byte, 4096)
	var last time.Time
	for {
		n, err := l.wire.Read(buf)
		if n > 0 {
			now := time.Now()
			if l.serial && blocks.inFrame() && now.Sub(last) > l.timers.T1 {
				blocks.reset() // T1: the rest of that block never came
			}
			last = now
			if !l.took(buf[:n], &split, &blocks) {
				return
			}
			clear(buf[:n])
		}
		if err != nil {
			return
		}
	}
}

// took hands on what b completes; false once the link is closed.
func (l *link) took(b []byte, split *splitter, blocks *deframer) bool {
	if l.serial {
		for _, c := range b {
			p, whole := blocks.feed(c)
			switch {
			case !whole:
			case p.reply != 0:
				select {
				case l.replies <- p.reply:
				default: // an answer that nobody waits for
				}
			case !p.good:
				_ = l.put([]byte{nak}) // the next read shows a wire that is gone
			default:
				_ = l.put([]byte{ack})
				split.feed(p.block)
			}
		}
	} else {
		split.feed(b)
	}
	for {
		a, ok := split.next()
		if !ok {
			if l.serial {
				split.rest = nil // a block holds whole APDUs
			}
			return true
		}
		select {
		case l.in <- a:
		case <-l.done:
			return false
		}
	}
}

// put writes b, with a deadline where the wire knows one.
func (l *link) put(b []byte) error {
	l.bytes.Lock()
	defer l.bytes.Unlock()
	if w, ok := l.wire.(interface{ SetWriteDeadline(time.Time) error }); ok {
		if err := w.SetWriteDeadline(time.Now().Add(l.timers.T3)); err != nil {
			return fmt.Errorf("%w: %w", errLost, err)
		}
	}
	if _, err := l.wire.Write(b); err != nil {
		return fmt.Errorf("%w: %w", errLost, err)
	}
	return nil
}

// send writes an APDU. On a serial line it waits for the block's answer (T2) and repeats it twice.
func (l *link) send(a apdu) error {
	b, err := a.encode()
	if err != nil {
		return err
	}
	l.writing.Lock()
	defer l.writing.Unlock()
	if !l.serial {
		return l.put(b)
	}
	framed := l.sum.frame(b)
	for range 3 {
		for len(l.replies) > 0 {
			<-l.replies // an answer to an earlier block
		}
		if err := l.put(framed); err != nil {
			return err
		}
		wait := time.NewTimer(l.timers.T2)
		select {
		case r := <-l.replies:
			wait.Stop()
			if r == ack {
				return nil
			}
		case <-wait.C:
		case <-l.done:
			wait.Stop()
			return errLost
		}
	}
	return fmt.Errorf("block not acknowledged: %w", errSilent)
}
