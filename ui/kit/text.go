package kit

import (
	"image/color"
	"sync"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
	"golang.org/x/image/font/sfnt"

	"suanpan/assets"
)

// Fit says what a Text does when its place is narrower than its words.
type Fit uint8

// Grow asks for all the width it needs. Clip ends with three dots. Shrink makes the letters smaller, down to half, and then
// clips: sums use it, because a sum is never cut.
const (
	Grow Fit = iota
	Clip
	Shrink
)

// Text is one line of words that follows the theme. Change a field and call Refresh, or use SetText.
type Text struct {
	widget.BaseWidget
	Text   string
	Points fyne.ThemeSizeName
	Colour fyne.ThemeColorName
	Align  fyne.TextAlign
	Bold   bool // only where the bold face has every character; names of people and goods stay regular
	Fit    Fit
}

// NewText returns text in a size and a colour of the theme.
func NewText(text string, size fyne.ThemeSizeName, colour fyne.ThemeColorName) *Text {
	t := &Text{Text: text, Points: size, Colour: colour}
	t.ExtendBaseWidget(t)
	return t
}

// Heading returns bold text of size 24.
func Heading(text string) *Text { t := NewText(text, SizeHead, Ink); t.Bold = true; return t }

// Label returns body text.
func Label(text string) *Text { return NewText(text, SizeBody, Ink) }

// Small returns muted text of size 15.
func Small(text string) *Text { return NewText(text, SizeSmall, Muted) }

// SetText shows other words. The same words again cost nothing.
func (t *Text) SetText(text string) {
	if t.Text == text {
		return
	}
	t.Text = text
	t.Refresh()
}

// SetColour shows the words in another colour.
func (t *Text) SetColour(colour fyne.ThemeColorName) {
	if t.Colour == colour {
		return
	}
	t.Colour = colour
	t.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (t *Text) CreateRenderer() fyne.WidgetRenderer {
	t.ExtendBaseWidget(t)
	r := &textRenderer{t: t, face: canvas.NewText("", color.Black)}
	r.objects = []fyne.CanvasObject{r.face}
	r.Refresh()
	return r
}

type textRenderer struct {
	t       *Text
	face    *canvas.Text
	objects []fyne.CanvasObject
}

func (r *textRenderer) Destroy()                     {}
func (r *textRenderer) Objects() []fyne.CanvasObject { return r.objects }

func (r *textRenderer) MinSize() fyne.Size {
	th := themed(r.t)
	s := fyne.MeasureText(r.t.Text, th.Size(r.t.Points), style(r.t.Text, r.t.Bold))
	if s.Height == 0 {
		s.Height = fyne.MeasureText("0", th.Size(r.t.Points), fyne.TextStyle{}).Height
	}
	if r.t.Fit != Grow {
		s.Width = min(s.Width, th.Size(r.t.Points)*2)
	}
	return s
}

func (r *textRenderer) Layout(size fyne.Size) {
	r.set(size)
	h := r.face.MinSize().Height
	r.face.Move(fyne.NewPos(0, (size.Height-h)/2))
	r.face.Resize(fyne.NewSize(size.Width, h))
}

// set chooses the letters and the words for the place.
func (r *textRenderer) set(size fyne.Size) {
	th := themed(r.t)
	st := style(r.t.Text, r.t.Bold)
	points, words := th.Size(r.t.Points), r.t.Text
	if size.Width > 0 && r.t.Fit != Grow {
		if r.t.Fit == Shrink {
			points = shrink(words, points, size.Width, st)
		}
		words = clip(words, points, size.Width, st)
	}
	r.face.Text, r.face.TextSize, r.face.TextStyle = words, points, st
	r.face.Color, r.face.Alignment = th.Color(r.t.Colour, 0), r.t.Align
}

func (r *textRenderer) Refresh() {
	r.Layout(r.t.Size())
	r.face.Refresh()
}

// shrink returns the largest size up to points in which words fit, at least half of points.
func shrink(words string, points, width float32, st fyne.TextStyle) float32 {
	w := fyne.MeasureText(words, points, st).Width
	if w <= width || w == 0 {
		return points
	}
	least := points / 2
	for p := float32(int(points * width / w)); p >= least; p-- {
		if fyne.MeasureText(words, p, st).Width <= width {
			return p
		}
	}
	return least
}

// clip returns words, or as much of their beginning as fits before three dots. The ellipsis character is a full square in
// this face, hence three points.
func clip(words string, points, width float32, st fyne.TextStyle) string {
	if fyne.MeasureText(words, points, st).Width <= width+0.5 {
		return words
	}
	runes := []rune(words)
	low, high := 0, len(runes)
	for low < high {
		mid := (low + high + 1) / 2
		if fyne.MeasureText(string(runes[:mid])+"...", points, st).Width <= width {
			low = mid
		} else {
			high = mid - 1
		}
	}
	if low == 0 {
		return string(runes[:min(1, len(runes))])
	}
	return string(runes[:low]) + "..."
}

// style is bold where that is wished and possible: the bold face holds our own words, not every name.
func style(text string, bold bool) fyne.TextStyle {
	return fyne.TextStyle{Bold: bold && inBold(text)}
}

// boldFace is read once; asking it for a glyph needs a buffer of the caller.
var boldFace = sync.OnceValue(func() *sfnt.Font {
	f, err := sfnt.Parse(assets.Bold)
	if err != nil { // the build's own file; a test opens it
		return nil
	}
	return f
})

func inBold(text string) bool {
	f := boldFace()
	if f == nil {
		return false
	}
	var b sfnt.Buffer
	for _, r := range text {
		if r < 0x80 {
			continue
		}
		if g, err := f.GlyphIndex(&b, r); err != nil || g == 0 {
			return false
		}
	}
	return true
}
