package kit

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
)

// tilesRenderer owns the canvas objects of the tiles in view; tile i is drawn by slot i modulo the number of slots.
type tilesRenderer struct {
	g     *TileGrid
	page  *fyne.Container
	slots []*tileSlot
	thumb *canvas.Rectangle
}

type tileSlot struct {
	ground, mark      *canvas.Rectangle
	picture           *canvas.Image
	drawn             drawn
	letter            *canvas.Text
	name, more, price *canvas.Text
	badge             *canvas.Rectangle
	count             *canvas.Text
	index             int
	tile              Tile
	state             uint8
	size              fyne.Size
	shown             bool
}

func newTilesRenderer(g *TileGrid) *tilesRenderer {
	r := &tilesRenderer{g: g, thumb: canvas.NewRectangle(color.Transparent)}
	r.page = container.NewWithoutLayout(r.thumb)
	r.page.Layout = r
	return r
}

// MinSize implements fyne.Layout.
func (r *tilesRenderer) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(1, 1) }

// Layout implements fyne.Layout.
func (r *tilesRenderer) Layout([]fyne.CanvasObject, fyne.Size) {
	for _, s := range r.slots {
		s.shown = false
	}
	r.place()
}

func (r *tilesRenderer) place() {
	size := r.page.Size()
	if size.Height <= 0 || size.Width <= 0 {
		return
	}
	th := themed(r.g)
	gap := th.Size(SizeGap)
	columns, w, h := r.g.cells()
	rows := (r.g.count + columns - 1) / columns
	r.g.fitted(float32(rows)*(h+gap)-gap+2*edge, size.Height)
	need := (int(size.Height/(h+gap)) + 2) * columns
	for len(r.slots) < need {
		s := newTileSlot()
		r.slots = append(r.slots, s)
		r.page.Objects = append(append(r.page.Objects[:len(r.page.Objects)-1], s.objects()...), r.thumb)
		for _, other := range r.slots {
			other.shown = false
		}
	}
	first := int(r.g.offset/(h+gap)) * columns
	for i := first; i < first+len(r.slots); i++ {
		s := r.slots[i%len(r.slots)]
		if i >= r.g.count || i >= first+need {
			s.hide()
			continue
		}
		at := fyne.NewPos(edge+float32(i%columns)*(w+gap), edge+float32(i/columns)*(h+gap)-r.g.offset)
		r.bind(s, i, at, fyne.NewSize(w, h), th)
	}
	r.g.bar(r.thumb, size.Width, th)
	r.thumb.Refresh()
}

func (r *tilesRenderer) bind(s *tileSlot, i int, at fyne.Position, size fyne.Size, th fyne.Theme) {
	tile := r.g.at(i)
	if !r.g.pictures {
		tile.Picture = nil
	}
	state := uint8(0)
	if i == r.g.cursor {
		state |= 1
	}
	if i == r.g.pressed {
		state |= 2
	}
	if r.g.pictures {
		state |= 4
	}
	same := s.shown && s.index == i && s.tile == tile && s.state == state && s.size == size
	if !same {
		s.index, s.tile, s.state, s.size, s.shown = i, tile, state, size, true
		s.write(th)
	}
	if !same || s.ground.Position() != at {
		s.move(th, at)
	}
}

func newTileSlot() *tileSlot {
	rect := func() *canvas.Rectangle { return canvas.NewRectangle(color.Transparent) }
	text := func() *canvas.Text { return canvas.NewText("", color.Black) }
	s := &tileSlot{ground: rect(), mark: rect(), badge: rect(), picture: &canvas.Image{FillMode: canvas.ImageFillContain},
		letter: text(), name: text(), more: text(), price: text(), count: text()}
	s.letter.Alignment, s.count.Alignment = fyne.TextAlignCenter, fyne.TextAlignCenter
	return s
}

func (s *tileSlot) objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{s.ground, s.mark, s.letter, s.picture, s.name, s.more, s.price, s.badge, s.count}
}

func (s *tileSlot) hide() {
	if !s.shown && s.ground.Hidden {
		return
	}
	s.shown = false
	for _, o := range s.objects() {
		o.Hide()
	}
}

// write sets words and colours. A name has two rows; what does not fit ends with three dots.
func (s *tileSlot) write(th fyne.Theme) {
	for _, o := range s.objects() {
		o.Show()
	}
	body, gap := th.Size(SizeBody), th.Size(SizeGap)
	ink := th.Color(Ink, 0)
	if s.tile.Off {
		ink = th.Color(Muted, 0)
	}
	s.ground.FillColor, s.ground.CornerRadius = th.Color(Surface, 0), th.Size(SizeRadius)
	s.ground.StrokeColor, s.ground.StrokeWidth = th.Color(Rule, 0), 1
	if s.state&2 != 0 {
		s.ground.FillColor = th.Color(Pressed, 0)
	}
	if s.state&1 != 0 {
		s.ground.StrokeColor, s.ground.StrokeWidth = th.Color(Do, 0), 3
	}
	mark := s.tile.Mark
	if mark == "" {
		mark = Rule
	}
	s.mark.FillColor = th.Color(mark, 0)
	s.mark.CornerRadius = 2
	pictures := s.state&4 != 0
	s.picture.Hidden = s.tile.Picture == nil
	if s.tile.Picture != nil && s.picture.Resource != s.tile.Picture {
		s.picture.Resource = s.tile.Picture
	}
	s.picture.Translucency = 0
	if s.tile.Off {
		s.picture.Translucency = 0.6
	}
	s.letter.Hidden = !pictures || s.tile.Picture != nil
	if runes := []rune(s.tile.Name); len(runes) > 0 {
		s.letter.Text = string(runes[:1])
	}
	s.letter.TextSize, s.letter.Color = th.Size(SizeDue), th.Color(Muted, 0)
	s.name.Text, s.more.Text = fold(s.tile.Name, body, s.size.Width-2*gap)
	s.name.TextSize, s.name.Color, s.more.TextSize, s.more.Color = body, ink, body, ink
	s.price.Text, s.price.TextSize = s.tile.Price, body
	s.price.TextStyle = style(s.tile.Price, true)
	s.price.Color = ink
	s.badge.Hidden, s.count.Hidden = s.tile.Count == "", s.tile.Count == ""
	s.badge.FillColor, s.badge.CornerRadius = th.Color(Do, 0), th.Size(SizeHead)/2
	s.count.Text, s.count.TextSize, s.count.Color = s.tile.Count, th.Size(SizeSmall), th.Color(OnDo, 0)
}

func (s *tileSlot) move(th fyne.Theme, at fyne.Position) {
	gap := th.Size(SizeGap)
	s.ground.Move(at)
	s.ground.Resize(s.size)
	line := s.price.MinSize().Height
	y := s.size.Height - line - gap/2
	s.price.Move(at.AddXY(gap, y))
	s.price.Resize(s.price.MinSize())
	rows := float32(1)
	if s.more.Text != "" {
		rows = 2
	}
	step := line * tight
	top := y - rows*step
	if s.state&4 == 0 {
		top = gap * 0.75
	}
	s.name.Move(at.AddXY(gap, top))
	s.name.Resize(s.name.MinSize())
	s.more.Move(at.AddXY(gap, top+step))
	s.more.Resize(s.more.MinSize())
	s.mark.Move(at.AddXY(s.size.Width-gap-12, y+line/2-2))
	s.mark.Resize(fyne.NewSize(12, 4))
	picture := max(y-step*rows-gap*1.5, 0)
	s.picture.Move(at.AddXY(gap, gap))
	s.picture.Resize(fyne.NewSize(s.size.Width-2*gap, picture))
	s.letter.Move(at.AddXY(0, gap+(picture-s.letter.MinSize().Height)/2))
	s.letter.Resize(fyne.NewSize(s.size.Width, s.letter.MinSize().Height))
	h := th.Size(SizeHead)
	wide := max(h, s.count.MinSize().Width+gap)
	high := gap / 2
	if s.state&4 == 0 { // without a picture the name has the top of the tile
		high = s.size.Height - h - gap/2
	}
	s.badge.Move(at.AddXY(s.size.Width-wide-gap/2, high))
	s.badge.Resize(fyne.NewSize(wide, h))
	s.count.Move(at.AddXY(s.size.Width-wide-gap/2, high+(h-s.count.MinSize().Height)/2))
	s.count.Resize(fyne.NewSize(wide, s.count.MinSize().Height))
	for _, o := range s.objects() {
		if o != s.picture {
			o.Refresh()
		}
	}
	// To refresh a picture is to scale it anew, 5 ms of every scan; so only where something of it has changed.
	if now := (drawn{s.picture.Resource, s.picture.Size(), s.picture.Translucency}); now != s.drawn {
		s.drawn = now
		s.picture.Refresh()
	}
}

// drawn is what a picture's texture was made of.
type drawn struct {
	resource     fyne.Resource
	size         fyne.Size
	translucency float64
}

// fold breaks a name into two rows: at a space where there is one in the second half, else between characters.
func fold(name string, points, width float32) (first, second string) {
	if fyne.MeasureText(name, points, fyne.TextStyle{}).Width <= width {
		return name, ""
	}
	runes := []rune(name)
	n := len(runes)
	for n > 1 && fyne.MeasureText(string(runes[:n]), points, fyne.TextStyle{}).Width > width {
		n--
	}
	cut, skip := n, 0
	for i := n; i > n/2; i-- {
		if i < len(runes) && runes[i] == ' ' {
			cut, skip = i, 1
			break
		}
	}
	return string(runes[:cut]), clip(string(runes[cut+skip:]), points, width, fyne.TextStyle{})
}

// edge keeps borders off the clip's rim, where half of them would be cut.
const edge = 3

// tight sets the rows of a name closer than the face's own line height.
const tight = 0.84
