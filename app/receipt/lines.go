package receipt

import (
	"strings"
	"unicode/utf8"
)

// Run is a piece of one line in one style, at its place.
type Run struct {
	Column int    // first column, from 0
	Width  int    // columns it takes, its style's width counted in
	Text   string // one line, without controls
	Style  Style
}

// Line is one line of text, or one row that is not text.
type Line struct {
	Row  int   // index of the row that it comes from
	Runs []Run // text, from left to right; they never overlap
	High int   // height factor of the line, 1 to 8
	Mark bool  // the row is no text: barcode, QR, image, logo, feed, cut or kick, as it stands in the page
}

// Lines breaks the page into lines for paper of columns columns, measured by m. It is the only place where text is broken:
// what it measures is what the encoder prints. A character is never split over two lines, and a figure in a column never
// is while it fits on the paper at all. Columns below 2 are taken as 2.
func (p Page) Lines(columns int, m Measure) []Line {
	b := breaker{columns: max(columns, 2), m: m, lines: make([]Line, 0, len(p.Rows)+8)}
	for i, row := range p.Rows {
		b.row = i
		switch row.Kind {
		case Text:
			b.text(row)
		case Columns:
			b.cells(row)
		case Rule:
			b.rule(row)
		default:
			b.lines = append(b.lines, Line{Row: i, High: 1, Mark: true})
		}
	}
	return b.lines
}

type breaker struct {
	columns int
	m       Measure
	row     int
	lines   []Line
}

func (b *breaker) add(high int, runs ...Run) {
	b.lines = append(b.lines, Line{Row: b.row, Runs: runs, High: high})
}

func (b *breaker) rule(row Row) {
	mark := "-"
	if r, _ := utf8.DecodeRuneInString(Clean(row.Text)); r > ' ' && r != utf8.RuneError {
		mark = string(r)
	}
	n := b.columns / b.m.Of(mark)
	b.add(1, Run{Width: n * b.m.Of(mark), Text: strings.Repeat(mark, n), Style: row.Style.flat()})
}

func (s Style) flat() Style { s.Wide, s.High = 0, 0; return s }

// fit narrows a style until at least two of its characters stand side by side on the paper.
func (b *breaker) fit(s Style) (Style, int, int) {
	wide, high := s.Times()
	for wide > 1 && b.columns/wide < 4 {
		wide--
	}
	s.Wide, s.High = wide, high
	if wide == 1 {
		s.Wide = 0
	}
	if high == 1 {
		s.High = 0
	}
	return s, wide, high
}

func (b *breaker) text(row Row) {
	style, wide, high := b.fit(row.Style)
	for _, piece := range b.wrap(row.Text, b.columns/wide) {
		if piece.text == "" {
			b.add(high)
			continue
		}
		w := piece.width * wide
		b.add(high, Run{Column: place(row.Align, b.columns, w), Width: w, Text: piece.text, Style: style})
	}
}

func place(a Align, columns, width int) int {
	switch a {
	case Center:
		return (columns - width) / 2
	case Right:
		return columns - width
	}
	return 0
}

// wrapMin is the narrowest first cell, in columns, whose text is broken rather than stacked.
const wrapMin = 10

// cells puts cells side by side. The first cell may take several lines; when another does not fit into its own, which
// happens when a page meets narrower paper, the cells are stacked instead, for a broken figure is a wrong figure.
func (b *breaker) cells(row Row) {
	style, wide, high := b.fit(row.Style)
	widths, ok := b.widths(row.Cells)
	for i := 1; ok && i < len(row.Cells); i++ {
		text := row.Cells[i].Text
		ok = b.m.Of(text)*wide <= widths[i] && !strings.Contains(text, "\n")
	}
	if !ok || widths[0] < wrapMin*wide && b.m.Of(row.Cells[0].Text)*wide > widths[0] {
		b.stack(row, style, wide, high)
		return
	}
	first := b.wrap(row.Cells[0].Text, widths[0]/wide)
	for n, piece := range first {
		var runs []Run
		if piece.text != "" {
			w := piece.width * wide
			runs = append(runs, Run{place(row.Cells[0].Align, widths[0], w), w, piece.text, style})
		}
		for i, at := 1, widths[0]; n == 0 && i < len(row.Cells); i++ {
			cell := row.Cells[i]
			if text := Clean(cell.Text); text != "" {
				w := b.m.Of(text) * wide
				runs = append(runs, Run{at + place(cell.Align, widths[i], w), w, text, style})
			}
			at += widths[i]
		}
		b.add(high, runs...)
	}
}

// widths shares the paper out. It answers false when the fixed cells leave too little for the others.
func (b *breaker) widths(cells []Cell) ([]int, bool) {
	widths := make([]int, len(cells))
	rest, open := b.columns, 0
	for i, c := range cells {
		widths[i] = c.Width
		rest -= c.Width
		if c.Width == 0 {
			open++
		}
	}
	if rest < 0 || rest < 2*open {
		return widths, false
	}
	for i := range widths {
		if widths[i] == 0 {
			widths[i] = rest / open
			rest -= widths[i]
			open--
		}
	}
	return widths, true
}

// stack writes the first cell on lines of its own and the others behind each other at the right.
func (b *breaker) stack(row Row, style Style, wide, high int) {
	eff, before := b.columns/wide, len(b.lines)
	for _, piece := range b.wrap(row.Cells[0].Text, eff) {
		if piece.text != "" {
			b.add(high, Run{0, piece.width * wide, piece.text, style})
		}
	}
	line, used := "", 0
	flush := func() {
		for _, piece := range b.wrap(line, eff) {
			w := piece.width * wide
			b.add(high, Run{b.columns - w, w, piece.text, style})
		}
		line, used = "", 0
	}
	for _, c := range row.Cells[1:] {
		text := strings.TrimSpace(strings.ReplaceAll(Clean(c.Text), "\n", " "))
		if text == "" {
			continue
		}
		n := b.m.Of(text)
		if used > 0 && used+1+n > eff {
			flush()
		}
		if used > 0 {
			line, used = line+" ", used+1
		}
		line, used = line+text, used+n
	}
	if used > 0 {
		flush()
	}
	if len(b.lines) == before { // nothing to say is still a line
		b.add(high)
	}
}

type piece struct {
	text  string
	width int
}

// wrap breaks text into pieces of at most columns columns: at line breaks, at spaces, between Chinese characters, and
// inside a word only when the word alone is too long. It always answers at least one piece.
func (b *breaker) wrap(text string, columns int) []piece {
	var pieces []piece
	for {
		line, rest, more := strings.Cut(text, "\n")
		pieces = b.wrapLine(pieces, Clean(line), columns)
		if !more {
			return pieces
		}
		text = rest
	}
}

func (b *breaker) wrapLine(pieces []piece, text string, columns int) []piece {
	columns = max(columns, 2)
	for {
		end, used := b.reach(text, columns)
		if end == len(text) {
			return append(pieces, piece{text, used})
		}
		pieces = append(pieces, b.trim(text[:end], used))
		if text = strings.TrimLeft(text[end:], " "); text == "" {
			return pieces
		}
	}
}

// reach returns how many bytes of text go on one line of columns columns, and how wide they are. It takes at least one
// character, so that wrapping ends.
func (b *breaker) reach(text string, columns int) (end, used int) {
	var last rune
	span, ink := 0, false // ink: something other than the indent has been seen
	for i, r := range text {
		if ink && breakable(last, r) {
			end, used = i, span
		}
		w := b.m(r)
		if i > 0 && span+w > columns {
			if end == 0 || r == ' ' {
				end, used = i, span
			}
			return end, used
		}
		span += w
		last, ink = r, ink || r != ' '
	}
	return len(text), span
}

func (b *breaker) trim(text string, used int) piece {
	for text != "" && text[len(text)-1] == ' ' {
		text, used = text[:len(text)-1], used-b.m(' ')
	}
	return piece{text, used}
}

// closing characters do not begin a line (避头), opening ones do not end it (避尾).
const (
	closing = "，。、；：？！）】》」』”’…％%,.;:?!)]}"
	opening = "（【《「『“‘([{"
)

func breakable(before, after rune) bool {
	if before == ' ' {
		return after != ' '
	}
	if after == ' ' {
		return false
	}
	if before < 0x2E80 && after < 0x2E80 {
		return before == '-' || before == '/'
	}
	return !strings.ContainsRune(closing, after) && !strings.ContainsRune(opening, before)
}
