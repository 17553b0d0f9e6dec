package kit

// Pick chooses the option at a place, as a finger would, and reports whether there is one: digits choose with it.
func (o *Options) Pick(i int) bool {
	if i < 0 || i >= len(o.options) {
		return false
	}
	o.pick(o.options[i].Key)
	return true
}
