package virtual

import (
	"context"
	"errors"
	"fmt"
	"net"

	"suanpan/devices"
)

// ErrUnplugged is the answer of Dial while the wire is out.
var ErrUnplugged = fmt.Errorf("virtual printer: unplugged: %w", devices.ErrAbsent)

// ErrBusy is the answer of Dial while another has the wire: many printers serve one connection at a time.
var ErrBusy = fmt.Errorf("virtual printer: %w", devices.ErrBusy)

// ListenTCP serves the printer's port 9100 at address, "127.0.0.1:0" for a free port, and returns where it is.
func (p *Printer) ListenTCP(address string) (string, error) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return "", err
	}
	p.mu.Lock()
	p.closers = append(p.closers, l)
	p.mu.Unlock()
	p.done.Add(1)
	go func() {
		defer p.done.Done()
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			if p.attach(c) != nil {
				c.Close()
			}
		}
	}()
	return l.Addr().String(), nil
}

// Dial connects within this process, for addresses of the kind "virtual:".
func (p *Printer) Dial(context.Context) (net.Conn, error) {
	till, printer := net.Pipe()
	if err := p.attach(printer); err != nil {
		return nil, errors.Join(err, till.Close(), printer.Close())
	}
	return till, nil
}

// closer is what attach needs of a connection.
type stream interface {
	Read([]byte) (int, error)
	Write([]byte) (int, error)
	Close() error
}

// attach serves one connection in goroutines of its own.
func (p *Printer) attach(rw stream) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.closed || p.unplugged:
		return ErrUnplugged
	case len(p.wires) > 0:
		return ErrBusy
	}
	w := &wire{rw: rw, out: make(chan []byte, 256)}
	p.wires[w] = true
	gone := make(chan struct{})
	p.done.Add(2)
	go func() {
		defer p.done.Done()
		for {
			select {
			case data := <-w.out:
				if _, err := rw.Write(data); err != nil {
					return
				}
			case <-gone:
				return
			}
		}
	}()
	go func() {
		defer p.done.Done()
		defer close(gone)
		p.read(w)
	}()
	return nil
}

func (p *Printer) read(w *wire) {
	buffer := make([]byte, 512)
	for {
		n, err := w.rw.Read(buffer)
		if (n > 0 && !p.take(w, buffer[:n])) || err != nil {
			break
		}
	}
	w.rw.Close()
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.wires, w)
	if p.reportTo == w {
		p.reportTo = nil
	}
	p.cond.Broadcast()
}
