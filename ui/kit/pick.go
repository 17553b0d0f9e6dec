package kit

// Pick chooses the option at a place, as a finger would, and reports whether there is one: digits choose with it.
func (o *Options) Pick(i int) bool {
	if i < 0 || i >= len(o.options) {
		return false
	}
	o.pick(o.options[i].Key)
	return true
}

// Least gives the keys of a block at least this width, in pixels at scale 1, and returns o: long words want room.
func (o *Options) Least(width float32) *Options {
	if o.shape == evenBlock {
		o.least = width
		o.box.Layout = Even{Least: width}
		o.box.Refresh()
	}
	return o
}
