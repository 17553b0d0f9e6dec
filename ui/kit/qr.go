package kit

import (
	"image"
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
	"github.com/skip2/go-qrcode"
)

// QR shows a code for a payer to scan: black on white whatever the look, because phones read nothing else for certain.
type QR struct {
	widget.BaseWidget
	Body
	image *canvas.Image
	text  string
	side  float32
}

// NewQR returns an empty place of side pixels at least.
func NewQR(side float32) *QR {
	q := &QR{side: side, image: &canvas.Image{FillMode: canvas.ImageFillContain, ScaleMode: canvas.ImageScalePixels}}
	q.image.Hide()
	q.ExtendBaseWidget(q)
	return q
}

// SetText shows the code of text and reports whether it fits into one; empty text shows nothing.
func (q *QR) SetText(text string) bool {
	if text == q.text {
		return true
	}
	q.text = text
	code, err := qrcode.New(text, qrcode.Medium)
	if text == "" || err != nil {
		q.image.Hide()
		q.image.Image = nil
		q.image.Refresh()
		return text == ""
	}
	q.image.Image = picture(code.Bitmap())
	q.image.Show()
	q.image.Refresh()
	return true
}

// picture draws dots eight pixels wide, so that a scaled picture keeps sharp edges.
func picture(dots [][]bool) image.Image {
	const dot = 8
	out := image.NewPaletted(image.Rect(0, 0, len(dots)*dot, len(dots)*dot), color.Palette{color.White, color.Black})
	for y := range len(dots) * dot {
		for x := range len(dots) * dot {
			if dots[y/dot][x/dot] {
				out.SetColorIndex(x, y, 1)
			}
		}
	}
	return out
}

// MinSize implements fyne.CanvasObject.
func (q *QR) MinSize() fyne.Size { return fyne.NewSquareSize(q.side) }

// CreateRenderer implements fyne.Widget.
func (q *QR) CreateRenderer() fyne.WidgetRenderer {
	q.ExtendBaseWidget(q)
	return q.Render(q.image)
}
