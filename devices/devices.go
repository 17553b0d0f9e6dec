// Package devices holds the words that every driver shares: what a thing is, how it is, what became of an act, and the wire
// to it. Drivers live in the packages below; wire.go introduces them to the shop.
package devices

import (
	"errors"
	"io"
	"time"
)

// Errors of wires, by which drivers tell what to say next.
var (
	ErrLost       = errors.New("devices: the device is gone")
	ErrAbsent     = errors.New("devices: nothing at this address")
	ErrBusy       = errors.New("devices: in use by another program")
	ErrPermission = errors.New("devices: no permission")
	ErrAddress    = errors.New("devices: no such kind of address")
)

// Kind is a role. One box may play several: a printer with a drawer socket is a printer and a drawer on one wire.
type Kind string

// The roles known so far.
const (
	Printer Kind = "printer"
	Drawer  Kind = "drawer"
	Scanner Kind = "scanner"
)

// Identity names a thing by what stays the same when the cable moves.
type Identity struct {
	Bus                  string // usb, serial, hid, pcsc, tcp, spool, virtual
	VendorID, ProductID  uint16
	Serial, Maker, Model string
	Place                string // port path "3-1", MAC address, queue: the key of things without a serial number
	Address              string // where it is now, never a key: "serial:/dev/ttyUSB0?9600,7E1", "tcp:192.168.1.60:9100"
}

// State of a device; the zero value is Unknown.
type State uint8

// The states of a device.
const (
	Unknown   State = iota // no recent proof of life
	Ready                  // open, enabled, last check good
	Attention              // works, wants a person soon: paper near its end
	Blocked                // works again after a person acts: cover, paper, overload
	Refused                // there but not usable: permission, in use, unapproved, wrong protocol
	Lost                   // was there, is gone, is looked for
	Absent                 // configured, not seen since the start
)

// String returns the stable word of s.
func (s State) String() string {
	words := [...]string{"unknown", "ready", "attention", "blocked", "refused", "lost", "absent"}
	if int(s) < len(words) {
		return words[s]
	}
	return words[Unknown]
}

// Health is the newest knowledge about a device and how old it is.
type Health struct {
	State  State
	Reason string    // stable word such as paper_out or no_permission; the screen translates it and adds one next step
	Since  time.Time // when State began
	Proof  time.Time // last answer by the device itself
}

// Outcome is what is known about one act. The zero value is Doubtful: a broken wire proves nothing (X49).
type Outcome uint8

// The outcomes of an act.
const (
	Doubtful Outcome = iota // some or all of it may have happened
	NotDone                 // provably nothing reached the device; may be repeated without asking
	HandedOn                // a queue took it and cannot say more
	Done                    // confirmed by the device
)

// String returns the stable word of o.
func (o Outcome) String() string {
	words := [...]string{"doubtful", "not_done", "handed_on", "done"}
	if int(o) < len(words) {
		return words[o]
	}
	return words[Doubtful]
}

// Event is one thing that happened. Seq grows by one per device; a gap is an error and is reported as one.
type Event struct {
	Device string // id in the settings
	Seq    uint64
	At     time.Time // carries the monotonic clock
	Name   string    // scan, paper_out, connected, lost, …
	Body   any       // a scan or Health; never a full card number
}

// Conn is an open wire. Deadlines work on every transport; Close ends blocked reads and writes on all of them.
type Conn interface {
	io.ReadWriteCloser
	SetReadDeadline(time.Time) error
	SetWriteDeadline(time.Time) error
}

// Paced is asked of a Conn without flow control: at most this many bytes may be on their way before the device has
// answered a question.
type Paced interface{ PieceMax() int }

// Shared is asked of a Conn whose device serves one program at a time: it is given back soon after the last act.
type Shared interface{ LingerMax() time.Duration }
