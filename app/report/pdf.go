package report

import (
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf16"

	"golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// The program's font has PostScript outlines (OpenType with CFF), which PDF libraries at hand do not embed. So the glyphs that
// occur are written as drawing procedures (a Type 3 font, ISO 32000-1 §9.6.5), with the table that lets readers search and copy
// the text. A page of Chinese takes some 40 KB instead of a font of 11 MB.

// Page measures in points: A4 upright.
const (
	pageWide, pageHigh = 595, 842
	margin, rowHigh    = 40, 15
	fontSize, headSize = 9, 14
	glyphsEach         = 250 // of a Type 3 font, which has 256 codes
)

// glyph is one character that occurs.
type glyph struct {
	code int // among all: font code/glyphsEach, character code%glyphsEach
	wide int // thousandths of the size
	draw string
}

type pdf struct {
	font   *sfnt.Buffer
	face   *sfnt.Font
	glyphs map[rune]*glyph
	order  []rune
	pages  []*bytes.Buffer
	y      int
}

// WritePDF writes the sheets on A4. fontFile is an OpenType font; a character that it lacks is shown as its box.
func WritePDF(w io.Writer, fontFile []byte, title string, sheets []Sheet) error {
	face, err := sfnt.Parse(fontFile)
	if err != nil {
		return fmt.Errorf("report: font: %w", err)
	}
	p := &pdf{font: &sfnt.Buffer{}, face: face, glyphs: map[rune]*glyph{}}
	p.page()
	err = p.text(margin, headSize, title)
	p.y -= 26
	for _, s := range sheets {
		err = errors.Join(err, p.sheet(s))
	}
	for i := range p.pages {
		p.y = margin - 20
		mark := fmt.Sprintf("%d / %d", i+1, len(p.pages))
		err = errors.Join(err, p.textOn(p.pages[i], pageWide-margin-40, fontSize, mark))
	}
	if err != nil {
		return err
	}
	return p.write(w)
}

func (p *pdf) page() {
	p.pages = append(p.pages, &bytes.Buffer{})
	p.y = pageHigh - margin - headSize
}

func (p *pdf) out() *bytes.Buffer { return p.pages[len(p.pages)-1] }

// room begins a page where less than n rows are left.
func (p *pdf) room(n int) bool {
	if p.y-n*rowHigh > margin {
		return false
	}
	p.page()
	return true
}

func (p *pdf) sheet(s Sheet) error {
	p.room(4)
	err := p.text(margin, headSize-3, s.Title)
	p.y -= rowHigh + 3
	head := make([]Cell, len(s.Head))
	for i, h := range s.Head {
		head[i] = Cell{Text: h, Number: i > 0}
	}
	head[0].Text = ""
	err = errors.Join(err, p.row(head))
	p.rule()
	for _, row := range s.Rows {
		if p.room(1) {
			err = errors.Join(err, p.row(head))
			p.rule()
		}
		err = errors.Join(err, p.row(row))
	}
	p.y -= rowHigh
	return err
}

func (p *pdf) rule() {
	fmt.Fprintf(p.out(), "0.6 G 0.5 w %d %d m %d %d l S\n", margin, p.y+rowHigh-3, pageWide-margin, p.y+rowHigh-3)
}

// row writes the first cell from the left, the others against the right edges of equal columns.
func (p *pdf) row(cells []Cell) error {
	const first = 200
	each := (pageWide - 2*margin - first) / max(1, len(cells)-1)
	var err error
	for i, c := range cells {
		if i == 0 {
			err = errors.Join(err, p.text(margin, fontSize, p.cut(c.Text, first-8)))
			continue
		}
		text := p.cut(c.Text, each-6)
		err = errors.Join(err, p.text(margin+first+i*each-p.wide(text)*fontSize/1000, fontSize, text))
	}
	p.y -= rowHigh
	return err
}

// cut shortens text to a width in points.
func (p *pdf) cut(text string, points int) string {
	for r := []rune(text); p.wide(text)*fontSize > points*1000 && len(r) > 1; text = string(r) + "..." {
		r = r[:len(r)-1]
	}
	return text
}

// wide is in thousandths of the size.
func (p *pdf) wide(text string) (n int) {
	for _, r := range text {
		if g, err := p.glyph(r); err == nil {
			n += g.wide
		}
	}
	return n
}

func (p *pdf) text(x, size int, text string) error { return p.textOn(p.out(), x, size, text) }

// textOn writes text, a run for each font that it needs.
func (p *pdf) textOn(out *bytes.Buffer, x, size int, text string) error {
	at := x * 1000
	run, runFont, from := "", -1, at
	flush := func() {
		if run != "" {
			fmt.Fprintf(out, "BT /F%d %d Tf %d.%03d %d Td <%s> Tj ET\n", runFont, size, from/1000, from%1000, p.y, run)
		}
		run, from = "", at
	}
	for _, r := range text {
		g, err := p.glyph(r)
		if err != nil {
			return err
		}
		if f := g.code / glyphsEach; f != runFont {
			flush()
			runFont = f
		}
		run += fmt.Sprintf("%02x", g.code%glyphsEach)
		at += g.wide * size
	}
	flush()
	return nil
}

func (p *pdf) glyph(r rune) (*glyph, error) {
	if g := p.glyphs[r]; g != nil {
		return g, nil
	}
	const em = 1000
	index, err := p.face.GlyphIndex(p.font, r)
	if err != nil {
		return nil, err
	}
	wide, err := p.face.GlyphAdvance(p.font, index, fixed.I(em), font.HintingNone)
	if err != nil {
		return nil, err
	}
	segments, err := p.face.LoadGlyph(p.font, index, fixed.I(em), nil)
	if err != nil {
		return nil, err
	}
	g := &glyph{code: len(p.order), wide: wide.Round(), draw: outline(segments)}
	p.glyphs[r], p.order = g, append(p.order, r)
	return g, nil
}

// outline is a glyph's path; quadratic curves become cubic ones.
func outline(segments sfnt.Segments) string {
	var b strings.Builder
	var now fixed.Point26_6
	put := func(points ...fixed.Point26_6) {
		for _, q := range points {
			fmt.Fprintf(&b, "%d %d ", q.X.Round(), -q.Y.Round())
		}
	}
	third := func(a, c fixed.Point26_6) fixed.Point26_6 {
		return fixed.Point26_6{X: a.X + (c.X-a.X)*2/3, Y: a.Y + (c.Y-a.Y)*2/3}
	}
	for i, s := range segments {
		switch s.Op {
		case sfnt.SegmentOpMoveTo:
			if i > 0 {
				b.WriteString("h ")
			}
			put(s.Args[0])
			b.WriteString("m ")
			now = s.Args[0]
		case sfnt.SegmentOpLineTo:
			put(s.Args[0])
			b.WriteString("l ")
			now = s.Args[0]
		case sfnt.SegmentOpQuadTo:
			put(third(now, s.Args[0]), third(s.Args[1], s.Args[0]), s.Args[1])
			b.WriteString("c ")
			now = s.Args[1]
		case sfnt.SegmentOpCubeTo:
			put(s.Args[0], s.Args[1], s.Args[2])
			b.WriteString("c ")
			now = s.Args[2]
		}
	}
	if b.Len() == 0 {
		return ""
	}
	return b.String() + "h f"
}

// file numbers objects and remembers where they stand.
type file struct {
	bytes.Buffer
	at []int
}

// put writes an object; n 0 takes the next number.
func (f *file) put(n int, body string) int {
	if n == 0 {
		f.at = append(f.at, 0)
		n = len(f.at)
	}
	f.at[n-1] = f.Len()
	fmt.Fprintf(f, "%d 0 obj\n%s\nendobj\n", n, body)
	return n
}

func (f *file) stream(body []byte) int {
	var z bytes.Buffer
	w := zlib.NewWriter(&z)
	_, err := w.Write(body)
	if err = errors.Join(err, w.Close()); err != nil {
		panic(err) // memory does not fail
	}
	return f.put(0, fmt.Sprintf("<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream", z.Len(), z.Bytes()))
}

func (p *pdf) write(w io.Writer) error {
	f := &file{}
	f.WriteString("%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
	f.at = make([]int, 2) // catalogue, pages
	fonts := ""
	for i := 0; i*glyphsEach < len(p.order); i++ {
		fonts += fmt.Sprintf("/F%d %d 0 R ", i, p.type3(f, p.order[i*glyphsEach:min(len(p.order), (i+1)*glyphsEach)]))
	}
	kids := ""
	for _, page := range p.pages {
		body := f.stream(page.Bytes())
		kids += fmt.Sprintf("%d 0 R ", f.put(0, fmt.Sprintf("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /Resources << /Font << %s>> >> /Contents %d 0 R >>",
			pageWide, pageHigh, fonts, body)))
	}
	f.put(1, "<< /Type /Catalog /Pages 2 0 R >>")
	f.put(2, fmt.Sprintf("<< /Type /Pages /Kids [%s] /Count %d >>", kids, len(p.pages)))
	start := f.Len()
	fmt.Fprintf(f, "xref\n0 %d\n0000000000 65535 f \n", len(f.at)+1)
	for _, at := range f.at {
		fmt.Fprintf(f, "%010d 00000 n \n", at)
	}
	fmt.Fprintf(f, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(f.at)+1, start)
	_, err := w.Write(f.Bytes())
	return err
}

// type3 writes a font of these characters.
func (p *pdf) type3(f *file, runes []rune) int {
	procs, names, widths, text := "", "", "", ""
	for i, r := range runes {
		g := p.glyphs[r]
		n := f.stream([]byte(fmt.Sprintf("%d 0 -200 -400 2200 1200 d1\n%s", g.wide, g.draw)))
		procs += fmt.Sprintf("/g%d %d 0 R ", i, n)
		names += fmt.Sprintf("/g%d ", i)
		widths += fmt.Sprintf("%d ", g.wide)
		unicode := ""
		for _, u := range utf16.Encode([]rune{r}) {
			unicode += fmt.Sprintf("%04x", u)
		}
		text += fmt.Sprintf("1 beginbfchar <%02x> <%s> endbfchar\n", i, unicode)
	}
	cmap := f.stream([]byte("/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapType 2 def /CMapName /S def\n" +
		"1 begincodespacerange <00> <ff> endcodespacerange\n" + text + "endcmap end end\n"))
	return f.put(0, fmt.Sprintf("<< /Type /Font /Subtype /Type3 /FontBBox [-200 -400 2200 1200] /FontMatrix [0.001 0 0 0.001 0 0] /CharProcs << %s>> "+
		"/Encoding << /Type /Encoding /Differences [0 %s] >> /FirstChar 0 /LastChar %d /Widths [%s] /ToUnicode %d 0 R /Resources << >> >>",
		procs, names, len(runes)-1, widths, cmap))
}
