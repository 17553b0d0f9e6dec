package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"
)

// Stage is a screen's ground on which one panel at a time may stand: approval, a question, a small form. The panel covers
// the screen and nothing else of the window, and the keys are its own while it is there; scans go on to the screen.
type Stage struct {
	widget.BaseWidget
	Body
	keys  *Keys
	base  fyne.CanvasObject
	box   *fyne.Container
	panel fyne.CanvasObject
	pop   func()
}

// NewStage returns a stage that shows base.
func NewStage(k *Keys, base fyne.CanvasObject) *Stage {
	s := &Stage{keys: k, base: base, box: container.NewStack(base)}
	s.ExtendBaseWidget(s)
	return s
}

// SetBase shows another screen on the stage and takes a panel away.
func (s *Stage) SetBase(base fyne.CanvasObject) {
	s.Uncover()
	s.base = base
	s.box.Objects = []fyne.CanvasObject{base}
	s.box.Refresh()
}

// Cover shows a panel in the middle; one that is there already gives way.
func (s *Stage) Cover(panel fyne.CanvasObject, b Bindings) {
	s.Uncover()
	s.panel = panel
	s.pop = s.keys.Push(b)
	s.box.Objects = []fyne.CanvasObject{s.base, &veil{}, container.New(centred{}, panel)}
	s.box.Objects[1].(*veil).ExtendBaseWidget(s.box.Objects[1].(*veil))
	s.box.Refresh()
	s.unfocus()
}

// Uncover takes the panel away.
func (s *Stage) Uncover() {
	if s.panel == nil {
		return
	}
	s.panel = nil
	s.pop()
	s.unfocus()
	s.box.Objects = []fyne.CanvasObject{s.base}
	s.box.Refresh()
}

// Covered returns the panel, nil for none.
func (s *Stage) Covered() fyne.CanvasObject { return s.panel }

func (s *Stage) unfocus() {
	if c := fyne.CurrentApp().Driver().CanvasForObject(s); c != nil {
		c.Unfocus()
	}
}

// CreateRenderer implements fyne.Widget.
func (s *Stage) CreateRenderer() fyne.WidgetRenderer {
	s.ExtendBaseWidget(s)
	return s.Render(s.box)
}

// veil lies over a screen whose panel is open, so that a finger beside the panel changes nothing.
type veil struct {
	widget.BaseWidget
	Body
}

// Tapped implements fyne.Tappable.
func (*veil) Tapped(*fyne.PointEvent) {}

// CreateRenderer implements fyne.Widget.
func (v *veil) CreateRenderer() fyne.WidgetRenderer {
	return v.Render(NewGround(Paper, ""))
}

// centred gives a panel the size it wants, in the middle, and never more than there is.
type centred struct{}

func (centred) MinSize(objects []fyne.CanvasObject) fyne.Size { return fyne.NewSize(1, 1) }

func (centred) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, o := range objects {
		want := o.MinSize()
		want.Width = max(want.Width, themed(o).Size(SizeBody)*26)
		want = want.Min(size)
		o.Resize(want)
		want = fyne.NewSize(want.Width, min(size.Height, max(want.Height, o.MinSize().Height)))
		o.Resize(want)
		o.Move(fyne.NewPos((size.Width-want.Width)/2, (size.Height-want.Height)/2))
	}
}

// Letter is the size of body text in pixels under the theme in force. Layouts of screens measure in it, so that they grow
// with large type.
func Letter(o fyne.CanvasObject) float32 { return themed(o).Size(SizeBody) }
