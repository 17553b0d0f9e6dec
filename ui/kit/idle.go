package kit

import "time"

// Touch notes that somebody is there.
func (k *Keys) Touch() {
	if k != nil {
		k.felt = k.now()
	}
}

// Idle is how long nobody has touched a key, a button or the scanner.
func (k *Keys) Idle() time.Duration { return k.now().Sub(k.felt) }
