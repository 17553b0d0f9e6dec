package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
)

// scroller is the moving window of Lines and TileGrid over rows that exist only while they are seen.
type scroller struct {
	offset  float32
	content float32 // height of everything
	view    float32 // height of what is seen
	moved   func()
}

// Scrolled implements fyne.Scrollable.
func (s *scroller) Scrolled(e *fyne.ScrollEvent) { s.by(-e.Scrolled.DY) }

// Dragged implements fyne.Draggable: a finger moves the paper.
func (s *scroller) Dragged(e *fyne.DragEvent) { s.by(-e.Dragged.DY) }

// DragEnd implements fyne.Draggable.
func (s *scroller) DragEnd() {}

func (s *scroller) by(dy float32) { s.to(s.offset + dy) }

func (s *scroller) to(y float32) {
	y = max(0, min(y, s.content-s.view))
	if y == s.offset {
		return
	}
	s.offset = y
	if s.moved != nil {
		s.moved()
	}
}

// reveal moves as little as is needed for the stretch from top to top+height to be seen.
func (s *scroller) reveal(top, height float32) {
	switch {
	case top < s.offset:
		s.to(top)
	case top+height > s.offset+s.view:
		s.to(top + height - s.view)
	}
}

// fitted keeps the window inside after a change of content or view.
func (s *scroller) fitted(content, view float32) {
	s.content, s.view = content, view
	s.offset = max(0, min(s.offset, content-view))
}

// bar places the thumb that says where one is and how much there is.
func (s *scroller) bar(b *canvas.Rectangle, width float32, th fyne.Theme) {
	b.Hidden = s.content <= s.view || s.view <= 0
	if b.Hidden {
		return
	}
	h := max(s.view*s.view/s.content, 24)
	b.FillColor, b.CornerRadius = th.Color(Rule, 0), 2
	b.Resize(fyne.NewSize(4, h))
	b.Move(fyne.NewPos(width-4, (s.view-h)*s.offset/(s.content-s.view)))
}

// newClip hides what stands out of its place. It is bound at once: the toolkit's clip lays nothing out before somebody has
// asked for its smallest size.
func newClip(o fyne.CanvasObject) *container.Clip {
	c := container.NewClip(o)
	c.ExtendBaseWidget(c)
	return c
}
