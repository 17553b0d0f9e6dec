package kit

import (
	"image/color"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// Prose is text that wraps to its place. It breaks Latin at spaces and Chinese between characters, and never begins a row
// with a comma or a full stop, which the toolkit's own label does.
type Prose struct {
	widget.BaseWidget
	text   string
	points fyne.ThemeSizeName
	colour fyne.ThemeColorName
	align  fyne.TextAlign
	width  float32
}

// NewProse returns body text.
func NewProse(text string) *Prose {
	p := &Prose{text: text, points: SizeBody, colour: Ink}
	p.ExtendBaseWidget(p)
	return p
}

// Small makes it muted and 15 high, and returns p.
func (p *Prose) Small() *Prose { p.points, p.colour = SizeSmall, Muted; return p }

// Centred puts each row into the middle, and returns p.
func (p *Prose) Centred() *Prose { p.align = fyne.TextAlignCenter; return p }

// In changes the colour, and returns p.
func (p *Prose) In(colour fyne.ThemeColorName) *Prose { p.colour = colour; return p }

// SetText shows other words.
func (p *Prose) SetText(text string) {
	if p.text != text {
		p.text = text
		p.Refresh()
	}
}

// Text returns the words.
func (p *Prose) Text() string { return p.text }

// Resize implements fyne.CanvasObject: a new width makes new rows, and with them another height to ask for.
func (p *Prose) Resize(size fyne.Size) {
	changed := size.Width != p.width
	p.width = size.Width
	p.BaseWidget.Resize(size)
	if changed {
		p.Refresh()
	}
}

// CreateRenderer implements fyne.Widget.
func (p *Prose) CreateRenderer() fyne.WidgetRenderer {
	p.ExtendBaseWidget(p)
	r := &proseRenderer{p: p}
	r.Refresh()
	return r
}

type proseRenderer struct {
	p       *Prose
	rows    []string
	objects []fyne.CanvasObject
}

func (r *proseRenderer) Destroy()                     {}
func (r *proseRenderer) Objects() []fyne.CanvasObject { return r.objects }

func (r *proseRenderer) height(th fyne.Theme) float32 {
	return float32(int(th.Size(r.p.points)*1.5 + 0.5))
}

func (r *proseRenderer) MinSize() fyne.Size {
	th := themed(r.p)
	return fyne.NewSize(th.Size(r.p.points)*6, max(1, float32(len(r.rows)))*r.height(th))
}

func (r *proseRenderer) Layout(size fyne.Size) {
	h := r.height(themed(r.p))
	for i, o := range r.objects {
		o.Move(fyne.NewPos(0, float32(i)*h))
		o.Resize(fyne.NewSize(size.Width, h))
	}
}

func (r *proseRenderer) Refresh() {
	th := themed(r.p)
	points := th.Size(r.p.points)
	width := r.p.width
	if width <= 0 {
		width = points * 6
	}
	r.rows = wrap(r.p.text, width, func(s string) float32 { return fyne.MeasureText(s, points, fyne.TextStyle{}).Width })
	r.objects = r.objects[:0:0]
	for _, row := range r.rows {
		t := canvas.NewText(row, color.Black)
		t.TextSize, t.Color, t.Alignment = points, th.Color(r.p.colour, 0), r.p.align
		r.objects = append(r.objects, t)
	}
	r.Layout(r.p.Size())
	canvas.Refresh(r.p)
}

// wrap breaks text into rows of at most width.
func wrap(text string, width float32, measure func(string) float32) []string {
	var rows []string
	for _, paragraph := range strings.Split(text, "\n") {
		row := ""
		for _, piece := range pieces(paragraph) {
			if row != "" && measure(strings.TrimRight(row+piece, " ")) > width {
				rows = append(rows, strings.TrimRight(row, " "))
				row = strings.TrimLeft(piece, " ")
				continue
			}
			row += piece
		}
		rows = append(rows, strings.TrimRight(row, " "))
	}
	return rows
}

// pieces cuts a paragraph where a row may end: behind spaces, and around each Han character, except before closing marks
// and behind opening ones.
func pieces(paragraph string) []string {
	var out []string
	piece := ""
	var last rune
	for _, r := range paragraph {
		free := (last == ' ' && r != ' ') || (han(r) && r != ' ') || (han(last) && r != ' ')
		if piece != "" && free && !strings.ContainsRune(closing, r) && !strings.ContainsRune(opening, last) {
			out = append(out, piece)
			piece = ""
		}
		piece += string(r)
		last = r
	}
	if piece != "" {
		out = append(out, piece)
	}
	return out
}

const (
	closing = "，。、；：？！）》」』”’…,.;:?!)]}%"
	opening = "（《「『“‘([{¥$€"
)

// han reports whether a row may break beside r as it may between Han characters.
func han(r rune) bool {
	return r >= 0x2E80 && r <= 0x9FFF || r >= 0xF900 && r <= 0xFAFF || r >= 0xFF00 || r >= 0x20000
}
