package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// Tile is one thing that can be sold by a tap.
type Tile struct {
	Key     string // the SKU
	Name    string
	Price   string              // formatted; empty for an open price
	Picture fyne.Resource       // nil shows the first character of the name on Mark
	Mark    fyne.ThemeColorName // colour of the category; Rule where empty
	Count   string              // how many are in the basket; empty for none
	Off     bool                // sold out: muted, and a tap still asks the screen
}

// TileGrid shows tiles in even columns and draws only those in view, whatever their number. It never takes the focus.
type TileGrid struct {
	widget.BaseWidget
	Body
	scroller
	OnTap func(key string)
	// OnHold is called on a long press or the second mouse button: details, price check.
	OnHold func(key string)

	keys     *Keys
	count    int
	at       func(i int) Tile
	pictures bool
	cursor   int // reached by key; -1 for none
	pressed  int
	draw     *tilesRenderer
}

// NewTileGrid returns an empty grid with pictures.
func NewTileGrid(k *Keys) *TileGrid {
	g := &TileGrid{keys: k, pictures: true, cursor: -1, pressed: -1, at: func(int) Tile { return Tile{} }}
	g.moved = g.redraw
	g.ExtendBaseWidget(g)
	return g
}

// SetTiles shows tiles from the top. The slice is not kept.
func (g *TileGrid) SetTiles(tiles []Tile) {
	own := append([]Tile(nil), tiles...)
	g.SetSource(len(own), func(i int) Tile { return own[i] })
}

// SetSource shows count tiles that are asked for one by one as they come into view.
func (g *TileGrid) SetSource(count int, at func(i int) Tile) {
	g.count, g.at, g.offset, g.cursor, g.pressed = count, at, 0, -1, -1
	g.redraw()
}

// Renew asks for the tiles in view again and keeps the place: counts or prices have changed.
func (g *TileGrid) Renew() { g.redraw() }

// ShowPictures turns pictures off for small screens; names and prices stay.
func (g *TileGrid) ShowPictures(on bool) {
	if g.pictures != on {
		g.pictures = on
		g.redraw()
	}
}

// Steer moves the cursor by columns and rows. The first call puts it on the first tile.
func (g *TileGrid) Steer(dx, dy int) {
	if g.count == 0 {
		return
	}
	columns, _, h := g.cells()
	if g.cursor < 0 {
		g.cursor = 0
	} else {
		g.cursor = max(0, min(g.cursor+dx+dy*columns, g.count-1))
	}
	gap := themed(g).Size(SizeGap)
	g.reveal(float32(g.cursor/columns)*(h+gap), h)
	g.redraw()
}

// Choose taps the tile under the cursor, the only tile where there is one, and reports whether there was any.
func (g *TileGrid) Choose() bool {
	i := g.cursor
	if i < 0 && g.count == 1 {
		i = 0
	}
	if i < 0 || i >= g.count || g.OnTap == nil {
		return false
	}
	g.OnTap(g.at(i).Key)
	return true
}

// Tapped implements fyne.Tappable.
func (g *TileGrid) Tapped(e *fyne.PointEvent) {
	if i := g.hit(e.Position); i >= 0 && g.OnTap != nil {
		g.OnTap(g.at(i).Key)
	}
}

// TappedSecondary implements fyne.SecondaryTappable; a long press on a touch screen is one.
func (g *TileGrid) TappedSecondary(e *fyne.PointEvent) {
	if i := g.hit(e.Position); i >= 0 && g.OnHold != nil {
		g.OnHold(g.at(i).Key)
	}
}

// MouseDown implements desktop.Mouseable.
func (g *TileGrid) MouseDown(e *desktop.MouseEvent) { g.pressed = g.hit(e.Position); g.redraw() }

// MouseUp implements desktop.Mouseable.
func (g *TileGrid) MouseUp(*desktop.MouseEvent) { g.pressed = -1; g.redraw() }

// MinSize implements fyne.CanvasObject: two tiles.
func (g *TileGrid) MinSize() fyne.Size {
	th := themed(g)
	return fyne.NewSize(2*th.Size(SizeTouch)*2.75+th.Size(SizeGap), th.Size(SizeTouch)*2)
}

// cells returns the number of columns and the size of a tile.
func (g *TileGrid) cells() (columns int, w, h float32) {
	th := themed(g)
	gap, least := th.Size(SizeGap), th.Size(SizeTouch)*2.75
	width := g.Size().Width - gap - 2*edge // the thumb has the gap
	columns = max(1, int((width+gap)/(least+gap)))
	w = (width - gap*float32(columns-1)) / float32(columns)
	h = th.Size(SizeBody)*1.46*(1+2*tight) + 1.5*gap // two rows of name and the price
	if g.pictures {
		h += th.Size(SizeTouch) * 1.5
	}
	return columns, w, float32(int(h))
}

func (g *TileGrid) hit(p fyne.Position) int {
	columns, w, h := g.cells()
	gap := themed(g).Size(SizeGap)
	column, row := int((p.X-edge)/(w+gap)), int((p.Y-edge+g.offset)/(h+gap))
	i := row*columns + column
	if column >= columns || i < 0 || i >= g.count {
		return -1
	}
	return i
}

func (g *TileGrid) redraw() {
	if g.draw != nil {
		g.draw.place()
	}
}

// CreateRenderer implements fyne.Widget.
func (g *TileGrid) CreateRenderer() fyne.WidgetRenderer {
	g.ExtendBaseWidget(g)
	g.draw = newTilesRenderer(g)
	return g.Render(newClip(g.draw.page))
}
