package kit

// Upright puts the icon above the words, as on the rail, and returns b.
func (b *Button) Upright() *Button {
	b.upright, b.kind = true, Quiet
	b.Refresh()
	return b
}

// SetChosen marks the one in force among several keys.
func (b *Button) SetChosen(on bool) {
	if b.chosen != on {
		b.chosen = on
		b.Refresh()
	}
}
