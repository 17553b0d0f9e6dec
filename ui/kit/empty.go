package kit

import (
	"image"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"
)

// NewEmpty returns what is shown where there is nothing yet: the bead, what this place is for, and what to do. button may be nil.
func NewEmpty(title, text string, button fyne.CanvasObject) *fyne.Container {
	mark := NewMark(Icon("bead"), Rule, 96)
	head := NewText(title, SizeHead, Muted)
	head.Align = fyne.TextAlignCenter
	words := NewProse(text).Centred().In(Muted)
	column := []fyne.CanvasObject{mark, head}
	if text != "" {
		column = append(column, words)
	}
	if button != nil {
		column = append(column, container.NewCenter(button))
	}
	return container.New(middle{}, container.NewVBox(column...))
}

// middle puts its content into the middle, at most 480 wide, so that sentences wrap instead of running across the screen.
type middle struct{}

func (middle) MinSize(objects []fyne.CanvasObject) fyne.Size { return objects[0].MinSize() }

func (middle) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	o := objects[0]
	w := min(size.Width, themed(o).Size(SizeBody)*27)
	o.Resize(fyne.NewSize(w, o.MinSize().Height))
	h := o.MinSize().Height
	o.Resize(fyne.NewSize(w, h))
	o.Move(fyne.NewPos((size.Width-w)/2, max(0, (size.Height-h)/2)))
}

// Mark is an icon in one colour of the theme.
type Mark struct {
	widget.BaseWidget
	icon   fyne.Resource
	colour fyne.ThemeColorName
	side   float32
}

// NewMark returns an icon in a colour, side pixels wide and high. An empty colour leaves the icon's own colours.
func NewMark(icon fyne.Resource, colour fyne.ThemeColorName, side float32) *Mark {
	m := &Mark{icon: icon, colour: colour, side: side}
	m.ExtendBaseWidget(m)
	return m
}

// MinSize implements fyne.CanvasObject.
func (m *Mark) MinSize() fyne.Size { return fyne.NewSquareSize(m.side) }

// CreateRenderer implements fyne.Widget.
func (m *Mark) CreateRenderer() fyne.WidgetRenderer {
	m.ExtendBaseWidget(m)
	r := &markRenderer{m: m, image: &canvas.Image{FillMode: canvas.ImageFillContain}}
	r.paint()
	return r
}

type markRenderer struct {
	m     *Mark
	image *canvas.Image
}

func (r *markRenderer) Destroy()                     {}
func (r *markRenderer) Layout(size fyne.Size)        { r.image.Resize(size) }
func (r *markRenderer) MinSize() fyne.Size           { return fyne.NewSquareSize(r.m.side) }
func (r *markRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.image} }
func (r *markRenderer) Refresh()                     { r.paint(); r.image.Refresh() }

func (r *markRenderer) paint() {
	r.image.Resource = r.m.icon
	if r.m.colour != "" {
		r.image.Resource = tint(r.m.icon, themed(r.m).Color(r.m.colour, 0))
	}
}

// PaperView shows the picture of a printed page at its own width, to be scrolled like paper.
type PaperView struct {
	widget.BaseWidget
	Body
	page   *canvas.Image
	scroll *container.Scroll
	width  float32
}

// NewPaper returns an empty view; width is the paper's width on the screen in pixels, 384 for 58 mm looks right.
func NewPaper(width float32) *PaperView {
	p := &PaperView{page: &canvas.Image{FillMode: canvas.ImageFillContain, ScaleMode: canvas.ImageScaleSmooth}, width: width}
	p.page.Hide()
	sheet := container.NewStack(NewGround(Paper, Rule), p.page)
	p.scroll = container.NewVScroll(container.New(paperLayout{p}, sheet))
	p.ExtendBaseWidget(p)
	return p
}

// SetPage shows a page from its top; nil shows none.
func (p *PaperView) SetPage(page image.Image) {
	p.page.Image, p.page.Hidden = page, page == nil
	p.page.Refresh()
	p.scroll.Offset = fyne.Position{}
	p.scroll.Content.Refresh()
	p.scroll.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (p *PaperView) CreateRenderer() fyne.WidgetRenderer {
	p.ExtendBaseWidget(p)
	return p.Render(p.scroll)
}

type paperLayout struct{ p *PaperView }

func (l paperLayout) height(width float32) float32 {
	if l.p.page.Image == nil {
		return width
	}
	b := l.p.page.Image.Bounds()
	return width * float32(b.Dy()) / float32(max(1, b.Dx()))
}

func (l paperLayout) MinSize([]fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(l.p.width, l.height(l.p.width))
}

func (l paperLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	objects[0].Resize(fyne.NewSize(l.p.width, l.height(l.p.width)))
	objects[0].Move(fyne.NewPos(max(0, (size.Width-l.p.width)/2), 0))
}
