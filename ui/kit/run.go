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

// run is the burst of keys now arriving. It is pure: the time comes with each key. first and last are felt, as if the window
// never stood still; begun and ended are the clock's.
type run struct {
	rule         Wedge
	keys         []rune
	first, last  time.Time
	begun, ended time.Time
	stills       int           // when the last key came
	stalled      int           // gaps in which the window stood still
	calm         time.Duration // the other gaps together
	early        int           // gaps no person makes, before it first stood still
}

// longest bounds a burst; a GS1 or wallet code in a QR has at most a few thousand characters.
const longest = 4096

// add notes a key and says whether it begins a burst.
func (r *run) add(k rune, at beat) (begins bool) {
	if begins = !r.alive(at.felt) || len(r.keys) >= longest; begins {
		*r = run{rule: r.rule, keys: r.keys[:0], first: at.felt, begun: at.real}
	} else if gap := at.real.Sub(r.ended); at.stills != r.stills {
		r.stalled++
	} else {
		r.calm += gap
		if r.stalled == 0 && gap >= time.Millisecond && gap <= r.rule.Mean { // not what merely waited together
			r.early++
		}
	}
	r.keys, r.last, r.ended, r.stills = append(r.keys, k), at.felt, at.real, at.stills
	return begins
}

// alive reports whether a key at that time still belongs to the burst. A clock that went backwards ends it.
func (r *run) alive(at time.Time) bool {
	gap := at.Sub(r.last)
	return len(r.keys) > 0 && gap >= 0 && gap <= r.rule.Gap
}

// hasty reports whether the keys so far came faster than people type. Where the window stood still in between, keys that came
// meanwhile are handled all at once, a person's like a gun's: then the keys before it stood still tell.
func (r *run) hasty() bool {
	gaps := len(r.keys) - 1
	if gaps < 1 {
		return false
	}
	if r.ended.Sub(r.begun) <= time.Duration(gaps)*r.rule.Mean {
		return true
	}
	return r.early >= 2 && 4*r.stalled <= gaps && r.calm <= time.Duration(gaps-r.stalled)*r.rule.Mean
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
