package kit

import "time"

// code returns the code that a closing key at that time completes. The positions of the keys win over the characters, where
// both are whole.
func (k *Keys) code(at time.Time) (string, bool) {
	soft, ok := k.run.code(at)
	hard, sure := k.hard.code(at)
	if sure && (!ok || len([]rune(hard)) == len([]rune(soft))) {
		return hard, true
	}
	return soft, ok
}

// scanned hands over a code that was typed, and remembers what an input method may still let out of it.
func (k *Keys) scanned(code string) {
	at, rest := k.at(), []rune(code)
	if soft, ok := k.run.code(at); ok && len([]rune(soft)) == len(rest) {
		rest = nil
	}
	k.Scan(code)
	k.echo = rest
	k.run.last = at
}

// echoed swallows a character that an input method hands over late, behind the code it belongs to.
func (k *Keys) echoed(r rune, at time.Time) bool {
	gap := at.Sub(k.run.last)
	if len(k.echo) == 0 || gap < 0 || gap > k.run.rule.Gap || k.echo[0] != r {
		k.echo = nil
		return false
	}
	k.echo = k.echo[1:]
	return true
}

// late is echoed for a widget that would write the character down.
func (k *Keys) late(r rune) bool { return k != nil && k.echoed(r, k.at()) }

// arriving reports whether a key now still belongs to a burst, be it one key long.
func (k *Keys) arriving() bool { return k != nil && k.run.alive(k.at()) }

// ends reports whether a closing key now completes a code.
func (k *Keys) ends() bool {
	if k == nil {
		return false
	}
	_, ok := k.code(k.at())
	return ok
}

// within reports whether a burst is arriving: Tab then ends a code and does not move the focus.
func (k *Keys) within() bool { return k != nil && k.run.alive(k.at()) && k.run.hasty() }
