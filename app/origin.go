package app

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"suanpan/app/shift"
)

// Origin says how this folder came to be here. Anything but Home stops selling and payments until a manager decides, so
// that a copy of a till cannot trade beside it, and a restored one cannot issue a number twice (X3, X8, N18).
type Origin string

// The origins.
const (
	Home      Origin = ""
	Restored  Origin = "restored" // from a backup: what was sold after it is not here
	Elsewhere Origin = "copied"   // the folder was made on another machine
)

// origin is the setting of that name.
type origin struct {
	Machine  string   `json:"machine,omitempty"` // mark of the machine on which a manager last said "this is the till"
	Restored *restore `json:"restored,omitempty"`
}

type restore struct {
	At      time.Time `json:"at"` // of the copy
	Entries int64     `json:"entries"`
	Head    string    `json:"head"`
	Put     time.Time `json:"put"` // when it was restored
}

// MarkRestored writes into a store that was just restored that it was: the next shop on it asks a manager first. at and the
// rest are the copy's own, now is the till's clock.
func MarkRestored(ctx context.Context, s Store, at time.Time, entries int64, head string, now time.Time) error {
	return s.Update(ctx, func(tx Tx) error {
		o, err := originOf(tx)
		if err != nil {
			return err
		}
		o.Restored = &restore{At: at, Entries: entries, Head: head, Put: now}
		return tx.PutSetting("origin", rawJSON(o))
	})
}

func originOf(v View) (o origin, err error) {
	doc, ok, err := v.Setting("origin")
	if err != nil || !ok {
		return o, err
	}
	return o, json.Unmarshal(doc, &o)
}

// where answers the origin as the mark of this machine shows it. A machine that has no mark is believed.
func (o origin) where(machine string) Origin {
	switch {
	case o.Restored != nil:
		return Restored
	case o.Machine != "" && machine != "" && o.Machine != machine:
		return Elsewhere
	}
	return Home
}

// trading refuses while nobody has said that this folder is the till.
func (t *turn) trading() error {
	t.s.mu.Lock()
	defer t.s.mu.Unlock()
	if t.s.origin != Home {
		return refuse("till_not_enrolled", nil, "origin", string(t.s.origin))
	}
	return nil
}

// settleIn marks the machine of a new till at its first start.
func (t *turn) settleIn() error {
	t.s.mu.Lock()
	ready := t.s.ready
	t.s.mu.Unlock()
	o, err := originOf(t)
	if err != nil || !ready || o.Machine != "" || t.s.p.Machine == "" {
		return err
	}
	o.Machine = t.s.p.Machine
	return t.PutSetting("origin", rawJSON(o))
}

// Enrol is a manager's word that this folder is the till from now on and that no other one of its name trades any more. The
// series of receipt numbers goes on under a new name (A, A2, A3 …), for the numbers behind the copy may be on paper
// already. A shift that was open in the copy is counted and closed before: what is missing in its drawer is a fact.
func (s *Shop) Enrol(ctx context.Context) (Config, error) {
	return change(ctx, s, "till.enrol", nil, func(t *turn) (Config, error) {
		if err := t.need(shift.EditShop); err != nil {
			return Config{}, err
		}
		o, err := originOf(t)
		if err != nil {
			return Config{}, err
		}
		was := o.where(s.p.Machine)
		if was == Home {
			return Config{}, refuse("till_is_enrolled", nil)
		}
		if s.anyOpen() {
			return Config{}, refuse("close_shift_first", nil)
		}
		conf := s.config()
		conf.Generation = max(conf.Generation, 1) + 1
		if _, err := t.fact(factEnrolled, map[string]any{"was": was, "restored": o.Restored, "series": conf.Numbering(), "approved": t.by}); err != nil {
			return Config{}, err
		}
		if err := t.PutSetting("origin", rawJSON(origin{Machine: s.p.Machine})); err != nil {
			return Config{}, err
		}
		t.after = append(t.after, func() { s.origin = Home }, s.poke)
		return conf, t.putConfig(conf)
	})
}

// Numbering is the letters in front of receipt numbers: the till's, and a figure after it was restored from a copy.
func (c Config) Numbering() string {
	if c.Generation < 2 {
		return c.Till
	}
	return c.Till + strconv.Itoa(c.Generation)
}

// series is the name under which the numbers of Numbering are counted.
func series(numbering string) string {
	if n := len(numbering); n > 0 && numbering[n-1] >= '0' && numbering[n-1] <= '9' {
		return "receipt:" + numbering
	}
	return "receipt"
}
