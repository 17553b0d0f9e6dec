package virtual

import (
	"image"
	"image/color"
	"image/png"
	"io"
)

// Look says how paper is shown.
type Look struct {
	Margin int  // dots of blank paper left and right
	Torn   bool // a toothed edge where the paper was cut, and a shadow around it
}

// Paper shades: ink on thermal paper is a warm grey-black, and the paper is not quite white.
var (
	blank  = color.RGBA{0xFC, 0xFB, 0xF6, 0xFF}
	ink    = color.RGBA{0x2B, 0x2B, 0x30, 0xFF}
	desk   = color.RGBA{0xD9, 0xDC, 0xE1, 0xFF}
	shadow = color.RGBA{0xB9, 0xBD, 0xC5, 0xFF}
)

const (
	shades = 250 // of ink, from blank paper to black; the entries behind are desk and shadow
	tooth  = 8   // dots, of the toothed edge
	frame  = 18  // dots of desk around torn paper
)

func palette() color.Palette {
	p := make(color.Palette, 0, 256)
	mix := func(a, b uint8, n int) uint8 { return uint8((int(a)*(shades-1-n) + int(b)*n) / (shades - 1)) }
	for n := range shades {
		p = append(p, color.RGBA{mix(blank.R, ink.R, n), mix(blank.G, ink.G, n), mix(blank.B, ink.B, n), 0xFF})
	}
	return append(p, desk, shadow)
}

// Size returns the slip's dots, without margins.
func (s Slip) Size() (width, height int) { return s.width, s.height }

// Text returns the lines of text, one per line.
func (s Slip) Text() string {
	n := 0
	for _, l := range s.Lines {
		n += len(l.Text) + 1
	}
	b := make([]byte, 0, n)
	for _, l := range s.Lines {
		b = append(append(b, l.Text...), '\n')
	}
	return string(b)
}

// Image draws the slip as paper, one pixel per dot.
func (s Slip) Image(look Look) *image.Paletted {
	edge, top := 0, look.Margin/2
	if look.Torn {
		edge, top = frame, frame+tooth+12
	}
	width, height := s.width+2*(look.Margin+edge), s.height+2*top
	m := image.NewPaletted(image.Rect(0, 0, width, height), palette())
	if look.Torn {
		s.sheet(m, edge)
	}
	for y := range s.height {
		row := m.Pix[(top+y)*m.Stride+edge+look.Margin:][:s.width]
		for x, v := range s.ink[y*s.width : (y+1)*s.width] {
			if v > 0 {
				row[x] = uint8(int(v) * (shades - 1) / 255)
			}
		}
	}
	return m
}

// sheet lays toothed paper with a shadow on a desk.
func (s Slip) sheet(m *image.Paletted, edge int) {
	for i := range m.Pix {
		m.Pix[i] = shades
	}
	width, height := m.Rect.Dx(), m.Rect.Dy()
	lay := func(dx, dy int, shade uint8) {
		for x := edge; x < width-edge; x++ {
			bite := (x - edge) % (2 * tooth)
			bite = max(bite, 2*tooth-bite) - tooth // 0 to tooth and back
			for y := edge + tooth - bite; y < height-edge-tooth+bite; y++ {
				m.Pix[(y+dy)*m.Stride+x+dx] = shade
			}
		}
	}
	lay(4, 5, shades+1)
	lay(0, 0, 0)
}

// PNG writes the slip as a picture.
func (s Slip) PNG(w io.Writer, look Look) error {
	e := png.Encoder{CompressionLevel: png.BestSpeed}
	return e.Encode(w, s.Image(look))
}
