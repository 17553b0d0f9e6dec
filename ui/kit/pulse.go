package kit

import "time"

// pulse tells how long the UI goroutine stood still while keys were coming. The toolkit says when a key is handled and not when
// it was pressed, so a frame that takes long would look like a pause in the middle of a code, and the scan would be lost. It is
// pure: the time comes with each beat.
type pulse struct {
	beating bool
	last    time.Time     // the last beat: a key, or the tick between two keys
	lost    time.Duration // stood still so far
	stills  int           // how often it did
}

// beat is one moment: as the clock has it, and without the time stood still.
type beat struct {
	real, felt time.Time
	stills     int // stood still so often until now
}

const (
	pulseTick  = 10 * time.Millisecond // between two beats of a window that is not busy
	pulseStall = 30 * time.Millisecond // from here on it stood still; a plain frame takes half as long
)

// beat notes that the goroutine lives.
func (p *pulse) beat(now time.Time) beat {
	if hole := now.Sub(p.last); p.beating && hole > pulseStall {
		p.lost += hole - pulseTick
		p.stills++
	}
	p.last = now
	return beat{real: now, felt: now.Add(-p.lost), stills: p.stills}
}

// at is the time that passed for whoever types.
func (k *Keys) at() time.Time { return k.pulse.beat(k.now()).felt }

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
