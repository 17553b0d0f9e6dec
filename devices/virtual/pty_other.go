//go:build !linux

package virtual

import "errors"

// ErrNoTerminal says that this system has no pseudo terminals that stand for serial ports.
var ErrNoTerminal = errors.New("virtual: no pseudo terminals here")

// OpenPTY answers ErrNoTerminal.
func (p *Printer) OpenPTY() (string, error) { return "", ErrNoTerminal }

// Gun is a serial scanner; there is none here.
type Gun struct{ Suffix string }

// OpenGun answers ErrNoTerminal.
func OpenGun() (*Gun, string, error) { return nil, "", ErrNoTerminal }

// Scan answers ErrNoTerminal.
func (g *Gun) Scan(string) error { return ErrNoTerminal }

// Send answers ErrNoTerminal.
func (g *Gun) Send(string) error { return ErrNoTerminal }

// Unplug answers ErrNoTerminal.
func (g *Gun) Unplug() error { return ErrNoTerminal }
