// Package device holds the ports of what stands at the counter: what the shop asks of a printer's spool, and what it hears
// from printers, drawers and scanners. A device never blocks or undoes a sale (X44).
package device

import (
	"context"
	"errors"
	"time"

	"suanpan/app/receipt"
)

// ErrNoJob is the answer of Next when nothing is to be done.
var ErrNoJob = errors.New("device: no job")

// JobKind says what a job does.
type JobKind string

// The kinds of jobs.
const (
	Paper  JobKind = "page" // print Page
	Drawer JobKind = "kick" // open the drawer; lives KickLife and is never tried twice
)

// KickLife is how long a kick may wait: a drawer that opens later than this opens for the wrong person (X47).
const KickLife = 5 * time.Second

// JobState is what is known about a job.
type JobState string

// The states of a job. Queued goes to Sending before the first byte leaves; Done, HandedOn, Doubtful and Cancelled are
// final. Waiting comes back to Sending by itself when a person has acted (paper, cover).
const (
	Queued    JobState = "queued"
	Sending   JobState = "sending"
	Done      JobState = "done"      // the printer confirmed it
	HandedOn  JobState = "handed_on" // sent to a printer that cannot confirm: said as "sent", never as "printed"
	Doubtful  JobState = "doubtful"  // some or all of it may be on paper: offered again, marked COPY
	Waiting   JobState = "waiting"   // for the reason: paper_out, cover_open, offline, lost …
	Cancelled JobState = "cancelled"
)

// Final reports whether the job is over.
func (s JobState) Final() bool {
	return s == Done || s == HandedOn || s == Doubtful || s == Cancelled
}

// Job is one act of one printing unit. It is a row of the settling transaction, and its page is frozen beside it.
type Job struct {
	ID      int64        `json:"job"`
	Printer string       `json:"printer"` // id of the unit in the settings
	Kind    JobKind      `json:"kind"`
	Page    receipt.Page `json:"page,omitzero"`
	State   JobState     `json:"state"`
	Reason  string       `json:"reason,omitempty"`
	Tries   int          `json:"tries"`          // how often it has been Sending
	Copy    int          `json:"copy,omitempty"` // 0 the first printing, below 0 a gift slip
	Of      int64        `json:"of,omitempty"`   // the job that this one repeats or redirects
	Ref     string       `json:"ref,omitempty"`  // the sale, shift or order that it belongs to
	At      time.Time    `json:"at"`             // when it was queued
}

// Spool is the durable queue that printers drain; the shop fulfils it. Its methods may be called from several goroutines.
//
// Next returns the oldest job of the printer that is Queued or Waiting, kicks before pages, or ErrNoJob; it does not
// block and changes nothing. Mark records a new state and its reason durably before it returns, counts Tries up on Sending,
// and refuses to leave a final state. After a restart the shop marks every job that is Sending, and every Waiting one with
// Tries above zero, as Doubtful: some of it may be on paper.
type Spool interface {
	Next(ctx context.Context, printer string) (Job, error)
	Mark(ctx context.Context, id int64, state JobState, reason string) error
}

// State of a device; the zero value is Unknown.
type State string

// The states of a device, worst knowledge first.
const (
	Unknown   State = ""          // no recent proof of life: drawn grey, never green
	Ready     State = "ready"     // open, last check good
	Attention State = "attention" // works, wants a person soon
	Blocked   State = "blocked"   // works again after a person acts
	Refused   State = "refused"   // there but not usable
	Lost      State = "lost"      // was there, is looked for
	Absent    State = "absent"    // configured, not seen since the start
)

// Health is the newest knowledge about a device and how old it is.
type Health struct {
	State  State     `json:"state"`
	Reason string    `json:"reason,omitempty"` // stable word such as paper_out; the screen has a sentence for it
	Since  time.Time `json:"since,omitzero"`
	Proof  time.Time `json:"proof,omitzero"` // last answer by the device itself
}

// Printer is a printing unit as the shop sees it. Its methods never block and may be called from several goroutines.
type Printer interface {
	Name() string   // id in the settings
	Wake()          // a job was queued
	Health() Health // newest knowledge
}

// CashDrawer is asked of a Printer whose unit has a drawer with a sensor.
type CashDrawer interface {
	DrawerOpen() (open, known bool)
}

// Scan is one code that a scanner read.
type Scan struct {
	Device    string    `json:"device"`
	Code      string    `json:"code"`          // without prefix and suffix
	Symbology string    `json:"aim,omitempty"` // AIM identifier such as "]E0", where the scanner sends one
	At        time.Time `json:"at"`
}

// Scanner delivers scans one at a time and in order; none is lost while fewer than its limit wait.
type Scanner interface {
	Name() string
	Next(ctx context.Context) (Scan, error) // blocks until a scan comes or ctx ends
	Health() Health
}
