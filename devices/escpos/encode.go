package escpos

import (
	"strings"

	"golang.org/x/text/encoding/charmap"

	"suanpan/app/receipt"
	"suanpan/devices/glyph"
)

// Options are what an encoder is given beside the profile.
type Options struct {
	Font *glyph.Face                      // draws what the printer lacks; nil prints ■ instead
	Logo func(name string) *receipt.Image // the shop's logo; nil or a nil answer prints none
	Rows int                              // most rows of dots in one picture command; 0 is the profile's StripMax
}

// Encoder turns pages into bytes for one printer. It may be used from several goroutines.
type Encoder struct {
	Profile
	options Options
	pairs   *[65536]uint16
	pages   []*charmap.Charmap
	numbers []byte
}

// New makes an encoder. A code page that is not known is left out.
func New(p Profile, o Options) *Encoder {
	e := &Encoder{Profile: p, options: o}
	if e.Cell <= 0 {
		e.Cell = 12
	}
	if e.CellHigh <= 0 {
		e.CellHigh = 24
	}
	e.Columns, e.Dots = max(e.Columns, 16), max(e.Dots, 16*e.Cell)
	e.Columns = min(e.Columns, e.Dots/e.Cell)
	if o.Rows <= 0 {
		e.options.Rows = p.StripMax
	}
	e.options.Rows = min(max(e.options.Rows, 1), 1024)
	if p.Kanji != NoKanji {
		e.pairs = pairs()
	}
	if !p.KanjiAlways {
		for _, page := range p.Pages {
			if m := charmaps[page.Name]; m != nil {
				e.pages, e.numbers = append(e.pages, m), append(e.numbers, page.Number)
			}
		}
	}
	return e
}

// Block is a place between two complete commands, where a question or a kick may go out.
type Block struct {
	End   int // bytes up to here
	Lines int // lines of paper up to here
	Row   int // row of the page that ends here
}

// Paper is an encoded page.
type Paper struct {
	Bytes   []byte
	Blocks  []Block // the last one ends the page
	Lines   int     // lines of text and pictures, for the unit's counters (N22)
	Cuts    int
	Kick    bool // the page asks for the drawer; the caller decides, for a copy must not open it
	Missing int  // characters shown as ■
}

// Encode returns the bytes of page, from a reset printer to the cut. It never contains a real-time command: neither
// 10 04, 10 05 nor 10 14 occurs anywhere, not even inside pictures.
func (e *Encoder) Encode(page receipt.Page) Paper {
	w := writer{e: e, page: page, kanji: e.KanjiAlways, at: -1}
	w.out = make([]byte, 0, 4096)
	w.put(0x1B, '@')
	if !e.KanjiAlways {
		w.put(0x1C, '.') // some models wake, or return on ESC @, in kanji mode
	}
	if e.ASB && e.Status != StatusNone {
		w.put(0x1D, 'a', 0xFF) // ESC @ has switched the reports off
	}
	w.put(0x1B, '3', byte(e.Spacing))
	if e.pairs != nil {
		w.put(0x1C, 'S', 0, 0)
	}
	for _, line := range page.Lines(e.Columns, e.Measure) {
		w.row = line.Row
		switch {
		case line.Mark:
			w.mark(page.Rows[line.Row])
		case w.pictured(line):
			w.drawn(line)
		default:
			w.line(line)
		}
		w.end(w.row)
	}
	if len(w.blocks) == 0 || w.blocks[len(w.blocks)-1].End < len(w.out) {
		w.end(w.row)
	}
	return Paper{Bytes: w.out, Blocks: w.blocks, Lines: w.lines, Cuts: w.cuts, Kick: w.kick, Missing: w.missing}
}

// writer encodes one page.
type writer struct {
	e       *Encoder
	page    receipt.Page
	out     []byte
	blocks  []Block
	row     int // of the page
	style   receipt.Style
	kanji   bool // the printer is in kanji mode
	at      int  // code page in force, -1 the printer's own
	lines   int
	cuts    int
	missing int
	kick    bool
}

func (w *writer) put(b ...byte) { w.out = append(w.out, b...) }

func (w *writer) end(row int) {
	w.blocks = append(w.blocks, Block{len(w.out), w.lines, row})
}

func (w *writer) mark(row receipt.Row) {
	switch row.Kind {
	case receipt.Feed:
		w.put(0x1B, 'd', byte(min(max(row.N, 1), 40)))
	case receipt.Cut:
		w.cut(row.N == 1)
	case receipt.Kick:
		w.kick = true
	case receipt.QR:
		w.qr(row)
	case receipt.Barcode:
		w.barcode(row)
	case receipt.Picture:
		w.picture(row.Image, row.Align)
	case receipt.Logo:
		if w.e.options.Logo != nil {
			if m := w.e.options.Logo(row.Text); m != nil {
				w.picture(m, row.Align)
			}
		}
	}
}

// cut first feeds the paper to the cutter, which 41 and 42 do by themselves.
func (w *writer) cut(full bool) {
	w.cuts++
	switch {
	case !w.e.Cutter:
		w.put(0x1B, 'd', byte(min(max(w.e.CutFeed, 1), 40)))
	case full:
		w.put(0x1D, 'V', 0x41, 0)
	default:
		w.put(0x1D, 'V', 0x42, 0)
	}
}

// line writes text. Every run is placed by absolute dots, so that a wrong glyph width in one moves nothing in the next.
func (w *writer) line(line receipt.Line) {
	at := 0
	for _, run := range line.Runs {
		if run.Column != at {
			dots := run.Column * w.e.Cell
			w.leave()
			w.put(0x1B, '$', byte(dots), byte(dots>>8))
		}
		w.restyle(run.Style)
		w.text(run.Text)
		at = -1
	}
	w.leave()
	w.restyle(receipt.Style{})
	w.put('\n')
	w.lead(line.High)
	w.lines++
}

// lead keeps tall lines apart from the next as far as normal ones are: printers feed them by their own height only.
func (w *writer) lead(high int) {
	if lead := w.e.Spacing - w.e.CellHigh; high > 1 && lead > 0 {
		w.put(0x1B, 'J', byte(lead+2))
	}
}

func (w *writer) text(text string) {
	for _, r := range text {
		s := w.e.sign(r)
		switch s.class {
		case ascii:
			w.leave()
			w.out = append(w.out, byte(s.code))
		case paired:
			w.enter()
			w.out = append(w.out, byte(s.code>>8), byte(s.code))
		case paged:
			w.leave()
			w.choose(int(s.page))
			w.out = append(w.out, byte(s.code))
		default:
			w.missing++
			w.instead(int(s.columns))
		}
	}
}

// instead prints a mark of the same width where the printer lacks a character (X43).
func (w *writer) instead(columns int) {
	if columns == 2 && w.e.pairs != nil {
		w.enter()
		w.put(squareGB>>8, squareGB&0xFF)
		return
	}
	w.leave()
	mark := byte('?')
	for i, page := range w.e.pages {
		if b, ok := page.EncodeRune(square); ok {
			w.choose(i)
			mark = b
			break
		}
	}
	for range columns {
		w.put(mark)
	}
}

// enter and leave bracket each run of two-byte characters: in kanji mode the bytes 81 to FE open a pair and would eat
// what follows.
func (w *writer) enter() {
	if !w.kanji {
		w.kanji = true
		w.put(0x1C, '&')
	}
}

func (w *writer) leave() {
	if w.kanji && !w.e.KanjiAlways {
		w.kanji = false
		w.put(0x1C, '.')
	}
}

func (w *writer) choose(page int) {
	if w.at != page {
		w.at = page
		w.put(0x1B, 't', w.e.numbers[page])
	}
}

func flag(b bool) byte {
	if b {
		return 1
	}
	return 0
}

// restyle sends what differs between the style in force and s.
func (w *writer) restyle(s receipt.Style) {
	old := w.style
	if s == old {
		return
	}
	if s.Bold != old.Bold {
		w.put(0x1B, 'E', flag(s.Bold))
	}
	if s.Underline != old.Underline {
		w.put(0x1B, '-', flag(s.Underline))
		if w.e.pairs != nil {
			w.put(0x1C, '-', flag(s.Underline))
		}
	}
	if s.Reverse != old.Reverse {
		w.put(0x1D, 'B', flag(s.Reverse))
	}
	wide, high := s.Times()
	oldWide, oldHigh := old.Times()
	if wide != oldWide || high != oldHigh {
		w.put(0x1D, '!', byte((wide-1)<<4|(high-1)))
		if w.e.KanjiSize && w.e.pairs != nil && wide <= 2 && high <= 2 {
			w.put(0x1C, '!', flag(wide == 2)<<2|flag(high == 2)<<3)
		}
	}
	w.style = s
}

// note prints a line of plain text where a code cannot be drawn: what it says is still readable.
func (w *writer) note(text string, align receipt.Align) {
	for _, line := range (receipt.Page{Rows: []receipt.Row{{Kind: receipt.Text, Text: strings.TrimSpace(text), Align: align}}}).
		Lines(w.e.Columns, w.e.Measure) {
		w.line(line)
	}
}

// Flush returns zeros that end whatever half command a printer is waiting for.
func (e *Encoder) Flush() []byte { return make([]byte, max(8192, e.options.Rows*(e.Dots/8+1))) }

// Part returns the cut that parts the rest of a page that broke off from the next one.
func (e *Encoder) Part() []byte {
	w := writer{e: e}
	w.put(0x1B, '@', '\n')
	w.cut(false)
	return w.out
}
