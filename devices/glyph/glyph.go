// Package glyph draws characters of a given font into fixed cells, as a printer's character generator does. The font comes
// as bytes of an OpenType or TrueType file or collection.
package glyph

import (
	"errors"
	"fmt"
	"image"
	"image/draw"
	"strings"
	"sync"

	"golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"
)

// ErrFont says that the bytes are no font.
var ErrFont = errors.New("glyph: not a font")

// Mask is a character in its cell; Pix holds one byte per dot, 255 is ink.
type Mask struct {
	Width, Height int
	Pix           []byte
}

// Face draws characters of one font. It may be used from several goroutines.
type Face struct {
	font *sfnt.Font

	mu     sync.Mutex
	buffer sfnt.Buffer
	cells  map[key]*Mask
}

type key struct {
	r             rune
	width, height int
}

const (
	unit     = 1024 // pixels per em in which outlines are read
	cellsMax = 20_000
)

// Open reads a font. Of a collection it takes the face for Simplified Chinese, else the first.
func Open(data []byte) (*Face, error) {
	if len(data) < 12 { // shorter than any header; the parser below does not check
		return nil, ErrFont
	}
	f, err := sfnt.Parse(data)
	if err != nil {
		if f, err = fromCollection(data); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrFont, err)
		}
	}
	face := &Face{font: f, cells: map[key]*Mask{}}
	return face, nil
}

func fromCollection(data []byte) (*sfnt.Font, error) {
	c, err := sfnt.ParseCollection(data)
	if err != nil {
		return nil, err
	}
	for i := range c.NumFonts() {
		f, err := c.Font(i)
		if err != nil {
			continue
		}
		if name, err := f.Name(nil, sfnt.NameIDFull); err == nil && strings.Contains(name, " SC") && !strings.Contains(name, "Mono") {
			return f, nil
		}
	}
	return c.Font(0)
}

// Has reports whether the font draws r.
func (f *Face) Has(r rune) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	i, err := f.font.GlyphIndex(&f.buffer, r)
	return err == nil && i != 0
}

// Cell returns r drawn into a cell of width × height dots, squeezed where it is wider. It answers false when the font lacks
// r. The mask is shared: callers only read it.
func (f *Face) Cell(r rune, width, height int) (*Mask, bool) {
	if width < 1 || height < 1 || width > 512 || height > 512 {
		return nil, false
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	k := key{r, width, height}
	if m, ok := f.cells[k]; ok {
		return m, m != nil
	}
	m := f.draw(r, width, height)
	if len(f.cells) >= cellsMax {
		clear(f.cells)
	}
	f.cells[k] = m
	return m, m != nil
}

func (f *Face) draw(r rune, width, height int) *Mask {
	index, err := f.font.GlyphIndex(&f.buffer, r)
	if err != nil || index == 0 {
		return nil
	}
	advance, err := f.font.GlyphAdvance(&f.buffer, index, fixed.I(unit), font.HintingNone)
	if err != nil {
		return nil
	}
	outline, err := f.font.LoadGlyph(&f.buffer, index, fixed.I(unit), nil)
	if err != nil {
		return nil
	}
	// A full-width character fills its cell; a half-width one is narrowed a little, as printers' fonts are.
	em, base := float32(height), 0.88*float32(height)
	if width < height {
		em, base = 0.87*em, 0.79*float32(height) // room for the tail of a g
	}
	scaleY := em / unit / 64
	scaleX := scaleY
	span := float32(advance) * scaleX
	if span > float32(width) {
		scaleX *= float32(width) / span
		span = float32(width)
	}
	left := (float32(width) - span) / 2
	p := pen{vector.NewRasterizer(width, height), scaleX, scaleY, left, base}
	p.draw(outline)
	mask := image.NewAlpha(image.Rect(0, 0, width, height))
	p.r.DrawOp = draw.Src
	p.r.Draw(mask, mask.Bounds(), image.Opaque, image.Point{})
	return &Mask{width, height, mask.Pix}
}

// pen scales outlines into a cell.
type pen struct {
	r              *vector.Rasterizer
	scaleX, scaleY float32
	left, base     float32
}

func (p pen) at(q fixed.Point26_6) (float32, float32) {
	return p.left + float32(q.X)*p.scaleX, p.base + float32(q.Y)*p.scaleY
}

func (p pen) draw(outline sfnt.Segments) {
	for _, s := range outline {
		ax, ay := p.at(s.Args[0])
		switch s.Op {
		case sfnt.SegmentOpMoveTo:
			p.r.ClosePath()
			p.r.MoveTo(ax, ay)
		case sfnt.SegmentOpLineTo:
			p.r.LineTo(ax, ay)
		case sfnt.SegmentOpQuadTo:
			bx, by := p.at(s.Args[1])
			p.r.QuadTo(ax, ay, bx, by)
		case sfnt.SegmentOpCubeTo:
			bx, by := p.at(s.Args[1])
			cx, cy := p.at(s.Args[2])
			p.r.CubeTo(ax, ay, bx, by, cx, cy)
		}
	}
	p.r.ClosePath()
}
