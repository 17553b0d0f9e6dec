package kit

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"
)

// Ground is a rectangle in a colour of the theme, to lie under other things.
type Ground struct {
	widget.BaseWidget
	fill, border fyne.ThemeColorName
	round        bool
}

// NewGround returns a rectangle; border may be empty.
func NewGround(fill, border fyne.ThemeColorName) *Ground {
	g := &Ground{fill: fill, border: border, round: border != ""}
	g.ExtendBaseWidget(g)
	return g
}

// SetFill changes the colour.
func (g *Ground) SetFill(fill fyne.ThemeColorName) {
	if g.fill != fill {
		g.fill = fill
		g.Refresh()
	}
}

// CreateRenderer implements fyne.Widget.
func (g *Ground) CreateRenderer() fyne.WidgetRenderer {
	g.ExtendBaseWidget(g)
	r := &groundRenderer{g: g, rect: canvas.NewRectangle(color.Transparent)}
	r.paint()
	return r
}

type groundRenderer struct {
	g    *Ground
	rect *canvas.Rectangle
}

func (r *groundRenderer) Destroy()                     {}
func (r *groundRenderer) Layout(size fyne.Size)        { r.rect.Resize(size) }
func (r *groundRenderer) MinSize() fyne.Size           { return fyne.NewSize(1, 1) }
func (r *groundRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.rect} }

func (r *groundRenderer) Refresh() { r.paint(); r.rect.Refresh() }

func (r *groundRenderer) paint() {
	th := themed(r.g)
	r.rect.FillColor = th.Color(r.g.fill, 0)
	if r.g.round {
		r.rect.CornerRadius = th.Size(SizeRadius)
		r.rect.StrokeColor, r.rect.StrokeWidth = th.Color(r.g.border, 0), 1
	}
}

// NewRule returns a line of the width of its place, 1 high.
func NewRule() fyne.CanvasObject { return NewGround(Rule, "") }

// Inset lays out one object with equal room around it; the room is the theme's panel padding times Share.
type Inset struct{ Share float32 }

// MinSize implements fyne.Layout.
func (i Inset) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var s fyne.Size
	for _, o := range objects {
		s = s.Max(o.MinSize())
	}
	return s.AddWidthHeight(2*i.room(objects), 2*i.room(objects))
}

// Layout implements fyne.Layout.
func (i Inset) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	r := i.room(objects)
	for _, o := range objects {
		o.Move(fyne.NewPos(r, r))
		o.Resize(size.SubtractWidthHeight(2*r, 2*r))
	}
}

func (i Inset) room(objects []fyne.CanvasObject) float32 {
	if len(objects) == 0 {
		return 0
	}
	return themed(objects[0]).Size(SizePanel) * i.Share
}

// inset keeps borders off the rim of a scroll, where half of them would be cut.
func inset(o fyne.CanvasObject) *fyne.Container {
	return &fyne.Container{Layout: Inset{edge / 16.0}, Objects: []fyne.CanvasObject{o}}
}

// Padded puts the panel's padding around o.
func Padded(o fyne.CanvasObject) *fyne.Container {
	return &fyne.Container{Layout: Inset{1}, Objects: []fyne.CanvasObject{o}}
}

// Surfaced puts o on a surface with a border and the panel's padding.
func Surfaced(o fyne.CanvasObject) *fyne.Container {
	return container.NewStack(NewGround(Surface, Rule), Padded(o))
}

// Panel is a surface with a title and, below the content, a row of buttons of which the last one is the main action. It
// stands in the window where a modal box would stand over it.
type Panel struct {
	widget.BaseWidget
	Body
	title   *Text
	content fyne.CanvasObject
	buttons []fyne.CanvasObject
	box     *fyne.Container
}

// NewPanel returns a panel. title may be empty, content nil; buttons go from left to right.
func NewPanel(title string, content fyne.CanvasObject, buttons ...fyne.CanvasObject) *Panel {
	p := &Panel{title: Heading(title), content: content, buttons: buttons}
	p.title.Fit = Clip
	p.ExtendBaseWidget(p)
	return p
}

// SetTitle shows another title.
func (p *Panel) SetTitle(title string) { p.title.SetText(title); p.title.Hidden = title == "" }

// SetContent shows another content.
func (p *Panel) SetContent(content fyne.CanvasObject) {
	p.content = content
	if p.box != nil {
		p.box.Objects = p.build()
		p.box.Refresh()
	}
}

// CreateRenderer implements fyne.Widget.
func (p *Panel) CreateRenderer() fyne.WidgetRenderer {
	p.ExtendBaseWidget(p)
	p.box = container.NewStack(p.build()...)
	return p.Render(p.box)
}

func (p *Panel) build() []fyne.CanvasObject {
	var top, bottom fyne.CanvasObject
	if p.title.Text != "" {
		top = p.title
	}
	if len(p.buttons) > 0 {
		bottom = Row(p.buttons...)
	}
	content := p.content
	if content == nil {
		content = NewGround(Surface, "")
	}
	return []fyne.CanvasObject{NewGround(Surface, Rule), Padded(container.NewBorder(top, bottom, nil, nil, content))}
}

// Row lays out buttons in one row; the last takes the room that is left, so that the main action is the widest.
func Row(objects ...fyne.CanvasObject) *fyne.Container {
	n := len(objects)
	if n < 2 {
		return container.NewStack(objects...)
	}
	return container.NewBorder(nil, nil, container.NewHBox(objects[:n-1]...), nil, objects[n-1])
}
