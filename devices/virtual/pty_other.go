//go:build !linux

package virtual

import "errors"

// ErrNoTerminal says that this system has no pseudo terminals that stand for serial ports.
var ErrNoTerminal = errors.New("virtual: no pseudo terminals here")

// OpenPTY answers ErrNoTerminal.
func (p *Printer) OpenPTY() (string, error) { return "", ErrNoTerminal }
