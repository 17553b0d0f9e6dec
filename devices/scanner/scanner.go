// Package scanner reads barcode scanners on serial lines (RS-232 and USB-CDC). Keyboard scanners come through the window's
// key router instead.
package scanner

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"sync"
	"time"

	"suanpan/app/device"
	"suanpan/devices"
)

// Limits of what a scanner may send.
const (
	waitMax = 1024 // scans that wait for the shop; a person has long walked away by then
	codeMax = 4096 // bytes of one code; the largest QR code holds 2,953
)

// Settings are one scanner's place in the shop.
type Settings struct {
	ID      string
	Address string        // "serial:/dev/ttyACM0?9600,8N1"
	Prefix  string        // sent before every code by the gun's own set-up; stripped
	Quiet   time.Duration // a code without an end is complete after so much silence; 0 waits for an end
}

// Ports are what a scanner is given.
type Ports struct {
	Open  func(ctx context.Context, address string) (devices.Conn, error)
	Now   func() time.Time
	Emit  func(devices.Event) // connected, lost, overflow; must not block
	Log   *slog.Logger        // may be nil
	Retry []time.Duration     // between attempts to open the line; 0.5, 1, 2, 5, 10, 30 s where empty
}

// Scanner is one gun. Run it once; the other methods may be called from any goroutine.
type Scanner struct {
	settings Settings
	ports    Ports
	scans    chan device.Scan

	mu     sync.Mutex
	health device.Health
	seq    uint64
}

var _ device.Scanner = (*Scanner)(nil)

// New makes a scanner. It reads nothing until Run.
func New(s Settings, p Ports) *Scanner {
	if len(p.Retry) == 0 {
		p.Retry = []time.Duration{500 * time.Millisecond, time.Second, 2 * time.Second, 5 * time.Second, 10 * time.Second, 30 * time.Second}
	}
	if p.Log == nil {
		p.Log = slog.New(slog.DiscardHandler)
	}
	return &Scanner{settings: s, ports: p, scans: make(chan device.Scan, waitMax), health: device.Health{State: device.Absent, Since: p.Now()}}
}

// Name implements device.Scanner.
func (s *Scanner) Name() string { return s.settings.ID }

// Health implements device.Scanner. A gun says nothing of itself: an open line is ready, and Proof is the last scan.
func (s *Scanner) Health() device.Health {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.health
}

// Next implements device.Scanner: scans come one at a time and in order.
func (s *Scanner) Next(ctx context.Context) (device.Scan, error) {
	select {
	case scan := <-s.scans:
		return scan, nil
	case <-ctx.Done():
		return device.Scan{}, ctx.Err()
	}
}

// Run reads the line until ctx ends, and opens it again after it was unplugged.
func (s *Scanner) Run(ctx context.Context) error {
	tries := 0
	for ctx.Err() == nil {
		conn, err := s.ports.Open(ctx, s.settings.Address)
		if err != nil {
			s.become(refusal(err))
			wait(ctx, s.ports.Retry[min(tries, len(s.ports.Retry)-1)])
			tries++
			continue
		}
		tries = 0
		s.become(device.Ready, "")
		err = s.read(ctx, conn)
		if ctx.Err() == nil {
			s.ports.Log.Warn("scanner lost", "scanner", s.settings.ID, "error", err)
			s.become(device.Lost, "lost")
			wait(ctx, s.ports.Retry[0]) // a line that opens and ends at once must not be tried without a pause
		}
	}
	return ctx.Err()
}

func refusal(err error) (device.State, string) {
	switch {
	case errors.Is(err, devices.ErrPermission):
		return device.Refused, "no_permission"
	case errors.Is(err, devices.ErrBusy):
		return device.Refused, "busy_elsewhere"
	case errors.Is(err, devices.ErrAddress):
		return device.Refused, "address"
	}
	return device.Lost, "lost"
}

func wait(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

// read takes codes off the line until it ends, and closes it.
func (s *Scanner) read(ctx context.Context, conn devices.Conn) error {
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer func() {
		if stop() {
			conn.Close()
		}
	}()
	splitter := Splitter{Prefix: s.settings.Prefix}
	buffer := make([]byte, 512)
	for {
		var until time.Time
		if s.settings.Quiet > 0 && splitter.Pending() {
			until = time.Now().Add(s.settings.Quiet)
		}
		if err := conn.SetReadDeadline(until); err != nil {
			return err
		}
		n, err := conn.Read(buffer)
		splitter.Feed(buffer[:n], s.deliver)
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded):
			splitter.End(s.deliver)
		case err != nil:
			return err
		}
	}
}

func (s *Scanner) deliver(code, aim string) {
	now := s.ports.Now()
	s.mu.Lock()
	s.health.Proof = now
	s.mu.Unlock()
	select {
	case s.scans <- device.Scan{Device: s.settings.ID, Code: code, Symbology: aim, At: now}:
	default:
		s.ports.Log.Error("scans overflow", "scanner", s.settings.ID)
		s.emit("overflow")
	}
}

func (s *Scanner) become(state device.State, reason string) {
	now := s.ports.Now()
	s.mu.Lock()
	old := s.health.State
	if old == device.Absent && state == device.Lost { // not seen since the start
		state, reason = device.Absent, "absent"
	}
	if old != state || s.health.Reason != reason {
		s.health.State, s.health.Reason, s.health.Since = state, reason, now
	}
	s.mu.Unlock()
	switch {
	case state == device.Ready && old != device.Ready:
		s.emit("connected")
	case state == device.Lost && old == device.Ready:
		s.emit("lost")
	}
}

func (s *Scanner) emit(name string) {
	s.mu.Lock()
	s.seq++
	e := devices.Event{Device: s.settings.ID, Seq: s.seq, At: s.ports.Now(), Name: name}
	s.mu.Unlock()
	if s.ports.Emit != nil {
		s.ports.Emit(e)
	}
}

// Splitter takes a scanner's stream apart into codes. Each ends with CR, LF or Tab; several such bytes in a row end one code.
// GS (1D) stays, for GS1 codes need it; other control bytes are noise. It is pure; the zero value is ready.
type Splitter struct {
	Prefix string
	line   []byte
	flood  bool // too long: the rest up to the end is dropped with it
}

// Pending reports whether a code has begun.
func (s *Splitter) Pending() bool { return len(s.line) > 0 }

// Feed takes bytes and hands every complete code to emit, with its AIM identifier where it has one.
func (s *Splitter) Feed(data []byte, emit func(code, aim string)) {
	for _, b := range data {
		switch {
		case b == '\r' || b == '\n' || b == '\t':
			s.End(emit)
		case b < 0x20 && b != 0x1D || b == 0x7F:
		case len(s.line) >= codeMax:
			s.flood = true
		default:
			s.line = append(s.line, b)
		}
	}
}

// End takes what has come so far as a whole code.
func (s *Splitter) End(emit func(code, aim string)) {
	line, flood := s.line, s.flood
	s.line, s.flood = s.line[:0], false
	if flood {
		return
	}
	line = bytes.TrimPrefix(line, []byte(s.Prefix))
	aim := ""
	// An AIM identifier (ISO/IEC 15424) is ], a letter for the symbology and a modifier.
	if len(line) > 3 && line[0] == ']' && letter(line[1]) && (letter(line[2]) || line[2] >= '0' && line[2] <= '9') {
		aim, line = string(line[:3]), line[3:]
	}
	if len(line) > 0 {
		emit(string(line), aim)
	}
}

func letter(b byte) bool { return b >= 'A' && b <= 'Z' || b >= 'a' && b <= 'z' }
