package transport

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"go.bug.st/serial"

	"suanpan/devices"
)

// Serial ports have no flow control here (go.bug.st/serial clears CRTSCTS and IXON), a write has no timeout and Close does
// not free it. So the driver paces itself, and a write that outlives its deadline is abandoned together with the port.
const (
	pieceMax   = 1024 // bytes on their way before a question must be answered
	writeMax   = 4096 // bytes handed to the kernel in one call
	readPeriod = 50 * time.Millisecond
	closeMax   = 500 * time.Millisecond
)

// serialMode reads "9600,8N1"; nothing means 9600,8N1.
func serialMode(text string) (*serial.Mode, error) {
	mode := &serial.Mode{BaudRate: 9600, DataBits: 8, Parity: serial.NoParity, StopBits: serial.OneStopBit}
	if text == "" {
		return mode, nil
	}
	rate, frame, _ := strings.Cut(text, ",")
	n, err := strconv.Atoi(rate)
	if err != nil || n < 50 || n > 4_000_000 {
		return nil, fmt.Errorf("%w: rate %q", devices.ErrAddress, rate)
	}
	mode.BaudRate = n
	if frame == "" {
		return mode, nil
	}
	parity := map[byte]serial.Parity{'N': serial.NoParity, 'E': serial.EvenParity, 'O': serial.OddParity, 'M': serial.MarkParity, 'S': serial.SpaceParity}
	stop := map[byte]serial.StopBits{'1': serial.OneStopBit, '2': serial.TwoStopBits}
	if len(frame) != 3 || frame[0] < '5' || frame[0] > '8' {
		return nil, fmt.Errorf("%w: frame %q", devices.ErrAddress, frame)
	}
	p, okP := parity[frame[1]]
	s, okS := stop[frame[2]]
	if !okP || !okS {
		return nil, fmt.Errorf("%w: frame %q", devices.ErrAddress, frame)
	}
	mode.DataBits, mode.Parity, mode.StopBits = int(frame[0]-'0'), p, s
	return mode, nil
}

func openSerial(rest string) (devices.Conn, error) {
	path, options, _ := strings.Cut(rest, "?")
	mode, err := serialMode(options)
	if err != nil {
		return nil, err
	}
	held, err := hold(path)
	if err != nil {
		return nil, err
	}
	port, err := serial.Open(path, mode)
	if err != nil {
		held.Close()
		return nil, portError(err)
	}
	// Many scanners and scales are powered by these lines; a pty has none, which is no fault.
	port.SetDTR(true)
	port.SetRTS(true)
	if err := port.SetReadTimeout(readPeriod); err != nil {
		return nil, errors.Join(portError(err), port.Close(), held.Close())
	}
	return &serialConn{port: port, held: held, done: make(chan struct{})}, nil
}

// hold takes a lock beside the port, for exclusive opening does not bind the administrator.
func hold(path string) (*os.File, error) {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	sum := sha256.Sum256([]byte(path))
	name := filepath.Join(os.TempDir(), "suanpan-serial-"+hex.EncodeToString(sum[:6])+".lock")
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return nil, err
	}
	if err := lock(f); err != nil {
		f.Close()
		return nil, fmt.Errorf("%w: %s", devices.ErrBusy, path)
	}
	return f, nil
}

func portError(err error) error {
	var port *serial.PortError
	if !errors.As(err, &port) {
		return err
	}
	switch port.Code() {
	case serial.PortBusy:
		return fmt.Errorf("%w: %w", devices.ErrBusy, err)
	case serial.PortNotFound, serial.InvalidSerialPort:
		return fmt.Errorf("%w: %w", devices.ErrAbsent, err)
	case serial.PermissionDenied:
		return fmt.Errorf("%w: %w", devices.ErrPermission, err)
	case serial.PortClosed:
		return fmt.Errorf("%w: %w", devices.ErrLost, err)
	}
	return err
}

type serialConn struct {
	port serial.Port
	held *os.File
	done chan struct{}
	once sync.Once

	mu         sync.Mutex
	readUntil  time.Time
	writeUntil time.Time
}

// PieceMax implements devices.Paced.
func (c *serialConn) PieceMax() int { return pieceMax }

func (c *serialConn) SetReadDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.readUntil = t
	return nil
}

func (c *serialConn) SetWriteDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.writeUntil = t
	return nil
}

func (c *serialConn) closed() bool {
	select {
	case <-c.done:
		return true
	default:
		return false
	}
}

// Read waits in short periods, for the library knows no deadline that moves.
func (c *serialConn) Read(p []byte) (int, error) {
	for {
		n, err := c.port.Read(p)
		switch {
		case c.closed():
			return n, os.ErrClosed
		case err != nil && errors.Is(err, syscall.EINTR):
		case err != nil:
			// Unplugging ends a read as our own Close does; the flag tells them apart.
			return n, fmt.Errorf("%w: %w", devices.ErrLost, portError(err))
		case n > 0:
			return n, nil
		}
		c.mu.Lock()
		until := c.readUntil
		c.mu.Unlock()
		if !until.IsZero() && !time.Now().Before(until) {
			return 0, os.ErrDeadlineExceeded
		}
	}
}

// Write hands over pieces in a goroutine. Past its deadline the piece is abandoned and the port is closed: how much of it
// went out is not known.
func (c *serialConn) Write(p []byte) (int, error) {
	done := 0
	for done < len(p) {
		piece := append([]byte(nil), p[done:min(len(p), done+writeMax)]...)
		result := make(chan written, 1)
		go func() {
			n, err := c.port.Write(piece)
			result <- written{n, err}
		}()
		c.mu.Lock()
		until := c.writeUntil
		c.mu.Unlock()
		var timer <-chan time.Time
		if !until.IsZero() {
			timer = time.After(time.Until(until))
		}
		select {
		case r := <-result:
			done += r.n
			if r.err != nil {
				return done, fmt.Errorf("%w: %w", devices.ErrLost, portError(r.err))
			}
			if r.n == 0 {
				return done, fmt.Errorf("%w: the port takes nothing", devices.ErrLost)
			}
		case <-c.done:
			return done, os.ErrClosed
		case <-timer:
			c.Close()
			return done, os.ErrDeadlineExceeded
		}
	}
	return done, nil
}

type written struct {
	n   int
	err error
}

// Close frees readers and writers at once. The port itself may take for ever when a write hangs in it: then it is left.
func (c *serialConn) Close() error {
	var err error
	c.once.Do(func() {
		close(c.done)
		shut := make(chan error, 1)
		go func() { shut <- errors.Join(c.port.Close(), c.held.Close()) }()
		select {
		case err = <-shut:
		case <-time.After(closeMax):
		}
	})
	return err
}
