package kit

// Upright puts the icon above the words, as on the rail, and returns b.
func (b *Button) Upright() *Button {
	b.upright, b.kind = true, Quiet
	b.Refresh()
	return b
}
