package kit

import "time"

// pulse tells how long the UI goroutine stood still while keys were coming. The toolkit says when a key is handled and not when
// it was pressed, so a frame that takes long would look like a pause in the middle of a code, and the scan would be lost. The
// time that was stood still is taken out; it is pure, the time comes with each beat.
type pulse struct {
	beating bool
	last    time.Time     // the last beat: a key, or the tick between two keys
	lost    time.Duration // stood still so far
	since   time.Duration // lost when the burst now arriving began
}

const (
	pulseTick  = 10 * time.Millisecond // between two beats of a window that is not busy
	pulseStall = 30 * time.Millisecond // from here on it stood still; a plain frame takes half as long
	pulseSlack = 80 * time.Millisecond // per key of a code: with more, a person may have typed it
)

// beat notes that the goroutine lives and answers now without the time stood still.
func (p *pulse) beat(now time.Time) time.Time {
	if hole := now.Sub(p.last); p.beating && hole > pulseStall {
		p.lost += hole - pulseTick
	}
	p.last = now
	return now.Add(-p.lost)
}

// begin notes where a burst begins.
func (p *pulse) begin() { p.since = p.lost }

// stood reports whether so much was taken out of a burst of so many keys that nobody can tell a person from a gun.
func (p *pulse) stood(keys int) bool { return p.lost-p.since > time.Duration(keys)*pulseSlack }

// at is the time that passed for whoever types.
func (k *Keys) at() time.Time { return k.pulse.beat(k.now()) }

// listen keeps the pulse beating as long as a burst may go on.
func (k *Keys) listen() {
	if k.pulse.beating {
		return
	}
	k.pulse.beating = true
	k.tick()
}

func (k *Keys) tick() {
	k.after(pulseTick, func() {
		if at := k.at(); k.run.alive(at) || k.hard.run.alive(at) {
			k.tick()
			return
		}
		k.pulse.beating = false
	})
}
