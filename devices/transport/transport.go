// Package transport opens wires by address: "tcp:host:port", "file:/path" and "usb:/dev/usb/lp0" (device files and plain
// files), "serial:/dev/ttyUSB0?9600,8N1", and "virtual:name". It knows nothing of what travels on them.
package transport

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"strings"
	"syscall"
	"time"

	"suanpan/devices"
)

// Timing of wires.
const (
	connectMax = 3 * time.Second // a printer on the same switch answers within milliseconds
	keepAlive  = 15 * time.Second
	linger     = 2 * time.Second // network printers serve one connection at a time
)

// Opener opens wires. The zero value opens real ones; Virtual adds the demo's stand-ins by name. It may be used from
// several goroutines as long as Virtual does not change.
type Opener struct {
	Virtual map[string]func(context.Context) (devices.Conn, error)
}

// Open opens the wire at address. Its errors are devices.ErrAbsent, ErrBusy, ErrPermission or ErrAddress, with the
// system's own words behind them.
func (o Opener) Open(ctx context.Context, address string) (devices.Conn, error) {
	kind, rest, ok := strings.Cut(address, ":")
	if !ok || rest == "" {
		return nil, fmt.Errorf("%w: %q", devices.ErrAddress, address)
	}
	var conn devices.Conn
	var err error
	switch kind {
	case "tcp":
		conn, err = openTCP(ctx, rest)
	case "file", "usb":
		conn, err = openFile(rest)
	case "serial":
		conn, err = openSerial(rest)
	case "virtual":
		open, known := o.Virtual[rest]
		if !known {
			return nil, fmt.Errorf("open %s: %w", address, devices.ErrAbsent)
		}
		conn, err = open(ctx)
	default:
		return nil, fmt.Errorf("%w: %q", devices.ErrAddress, address)
	}
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", address, Explain(err))
	}
	return conn, nil
}

// Explain puts one of the sentinels of package devices before an error of the system, so that drivers need not know
// every system's words. An error that already has one comes back as it is.
func Explain(err error) error {
	if err == nil {
		return nil
	}
	for _, known := range []error{devices.ErrAbsent, devices.ErrBusy, devices.ErrPermission, devices.ErrLost, devices.ErrAddress} {
		if errors.Is(err, known) {
			return err
		}
	}
	for _, rule := range []struct{ from, to error }{
		{fs.ErrNotExist, devices.ErrAbsent}, {syscall.ENXIO, devices.ErrAbsent},
		{syscall.ECONNREFUSED, devices.ErrAbsent}, {syscall.EHOSTUNREACH, devices.ErrAbsent},
		{fs.ErrPermission, devices.ErrPermission}, {syscall.EBUSY, devices.ErrBusy},
		{syscall.ENODEV, devices.ErrLost}, {syscall.EIO, devices.ErrLost},
		{syscall.EPIPE, devices.ErrLost}, {syscall.ECONNRESET, devices.ErrLost},
	} {
		if errors.Is(err, rule.from) {
			return fmt.Errorf("%w: %w", rule.to, err)
		}
	}
	return err
}

type tcpConn struct{ net.Conn }

// LingerMax implements devices.Shared.
func (tcpConn) LingerMax() time.Duration { return linger }

func openTCP(ctx context.Context, hostPort string) (devices.Conn, error) {
	d := net.Dialer{Timeout: connectMax, KeepAlive: keepAlive}
	c, err := d.DialContext(ctx, "tcp", hostPort)
	if err != nil {
		var timeout net.Error
		if errors.As(err, &timeout) && timeout.Timeout() {
			err = fmt.Errorf("%w: %w", devices.ErrAbsent, err)
		}
		return nil, err
	}
	return tcpConn{c}, nil
}

// openFile opens a device file as the usblp driver wants it (both ways, non-blocking, polled by the run time), and a plain
// file for appending. Missing plain files are made, missing device files are not.
func openFile(path string) (devices.Conn, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) && !strings.HasPrefix(path, "/dev/") {
		return openPlain(path)
	}
	if err != nil {
		return nil, err
	}
	if info.Mode().IsRegular() {
		return openPlain(path)
	}
	f, err := os.OpenFile(path, os.O_RDWR|openFlags, 0)
	if err != nil {
		return nil, err
	}
	if err := f.SetDeadline(time.Time{}); err != nil {
		f.Close()
		return nil, fmt.Errorf("%s cannot be waited for: %w", path, err)
	}
	return f, nil
}

func openPlain(path string) (devices.Conn, error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o644)
	if err != nil {
		return nil, err
	}
	return &plain{f: f, silence: newSilence()}, nil
}

// plain is a file that takes everything and never answers.
type plain struct {
	f *os.File
	*silence
}

func (p *plain) Write(b []byte) (int, error)      { return p.f.Write(b) }
func (p *plain) SetWriteDeadline(time.Time) error { return nil }

func (p *plain) Close() error {
	p.silence.end()
	return errors.Join(p.f.Sync(), p.f.Close())
}
