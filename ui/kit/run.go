package kit

import "time"

// Wedge is the rule by which a burst of keys counts as a scan (devices.md §7). A gun types a key each 7 to 60 ms, people one
// each 100 to 200 ms.
type Wedge struct {
	Gap   time.Duration // longest pause between two keys of one code; also how long a typed key waits unfocused
	Mean  time.Duration // longest mean pause
	Least int           // shortest code
}

// Guns is the rule for the scanners that are sold. The gap is taken when a frame handles the key, so a stall looks like a
// pause: with frames of 60 ms a gap of 30 ms lost scans, 80 ms did not (fyne.md §6). Six keys at least, because what a
// person types during a stall also arrives at once.
func Guns() Wedge {
	return Wedge{Gap: 80 * time.Millisecond, Mean: 35 * time.Millisecond, Least: 6}
}

// run is the burst of keys now arriving. It is pure: the time comes with each key.
type run struct {
	rule        Wedge
	keys        []rune
	first, last time.Time
}

// longest bounds a burst; a GS1 or wallet code in a QR has at most a few thousand characters.
const longest = 4096

// add notes a key and says whether it begins a burst.
func (r *run) add(k rune, at time.Time) (begins bool) {
	if begins = !r.alive(at) || len(r.keys) >= longest; begins {
		r.keys, r.first = r.keys[:0], at
	}
	r.keys, r.last = append(r.keys, k), at
	return begins
}

// alive reports whether a key at that time still belongs to the burst. A clock that went backwards ends it.
func (r *run) alive(at time.Time) bool {
	gap := at.Sub(r.last)
	return len(r.keys) > 0 && gap >= 0 && gap <= r.rule.Gap
}

// hasty reports whether the keys so far came faster than people type.
func (r *run) hasty() bool {
	n := len(r.keys)
	return n > 1 && r.last.Sub(r.first) <= time.Duration(n-1)*r.rule.Mean
}

// code returns the burst where it is a scan that a closing key at that time completes. One character repeated is a key held
// down, not a code.
func (r *run) code(at time.Time) (string, bool) {
	if !r.alive(at) || !r.hasty() || len(r.keys) < r.rule.Least {
		return "", false
	}
	for _, k := range r.keys {
		if k != r.keys[0] {
			return string(r.keys), true
		}
	}
	return "", false
}

func (r *run) clear() { r.keys = r.keys[:0] }
