package virtual

import (
	"strings"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// element is a character or an inline picture that waits in the line buffer.
type element struct {
	x, width, height int
	r                rune // 0 for a picture
	columns          int
	wide, high       int
	style            style
	picture          *bitmap
}

// pair reads a two-byte character.
func (i *Interpreter) pair(b []byte) (int, error) {
	if len(b) < 2 {
		return 0, nil
	}
	lead, trail := b[0], b[1]
	if trail == 0 { // half a character and then the zeros that follow a broken wire
		return 1, nil
	}
	if trail < 0x40 || trail == 0x7F || trail == 0xFF {
		return 0, i.unknown(b, 4, "not a two-byte character")
	}
	text, err := simplifiedchinese.GB18030.NewDecoder().Bytes(b[:2])
	r := []rune(string(text))
	if err != nil || len(r) != 1 || r[0] == 0xFFFD || r[0] >= 0xE000 && r[0] <= 0xF8FF {
		return 0, i.unknown(b, 2, "no character has this pair")
	}
	if i.setup.GB2312 && (lead < 0xA1 || lead > 0xF7 || trail < 0xA1) {
		return 0, i.unknown(b, 2, "pair outside GB2312")
	}
	i.char(r[0], 2)
	return 2, nil
}

// single reads a character of the code page.
func (i *Interpreter) single(b []byte) (int, error) {
	table, ok := i.pages[i.page]
	if !ok {
		return 0, i.unknown(b, 1, "character of an unknown code page")
	}
	r := table.DecodeByte(b[0])
	if r == 0xFFFD {
		return 0, i.unknown(b, 1, "no character in the code page")
	}
	i.char(r, 1)
	return 1, nil
}

func (i *Interpreter) char(r rune, columns int) {
	e := element{r: r, columns: columns, style: i.style, wide: i.style.wide, high: i.style.high}
	width, height, gap := i.setup.CellWidth, i.setup.CellHeight, i.rightGap
	if columns == 2 {
		e.wide, e.high = i.style.kanjiWide, i.style.kanjiHigh
		width, gap = 2*width, i.kanjiGap[0]+i.kanjiGap[1]
	} else if i.style.fontB {
		width, height = 9, 17
	}
	e.width, e.height = width*e.wide, height*e.high
	if i.x+e.width > i.limit() && len(i.pending) > 0 {
		i.wrapped = true
		i.printLine()
		i.wrapped = true
	}
	e.x = i.x
	i.x += e.width + gap*e.wide
	i.pending = append(i.pending, e)
}

func (i *Interpreter) limit() int { return min(i.area, i.setup.Dots-i.left) }

// printLine prints the line buffer, empty or not, and feeds one line.
func (i *Interpreter) printLine() {
	if len(i.pending) == 0 {
		i.slip.Lines = append(i.slip.Lines, Line{Wide: 1, High: 1})
		i.feed(i.spacing)
		i.done()
		return
	}
	height, right := 0, 0
	for _, e := range i.pending {
		height, right = max(height, e.height), max(right, e.x+e.width)
	}
	shift := i.left
	switch i.align {
	case 1:
		shift += max((i.limit()-right)/2, 0)
	case 2:
		shift += max(i.limit()-right, 0)
	}
	i.slip.Lines = append(i.slip.Lines, i.line(shift+right, shift))
	top := i.slip.height
	i.feed(max(height, i.spacing))
	for _, e := range i.pending {
		i.ink(e, shift+e.x, top+height-e.height)
	}
	i.done()
}

func (i *Interpreter) done() {
	i.lines++
	i.pending, i.x, i.wrapped = i.pending[:0], 0, false
}

// flush prints what waits in the line buffer before something that needs a line of its own.
func (i *Interpreter) flush() {
	if len(i.pending) > 0 {
		i.printLine()
	}
}

// line writes the buffer as text: as many spaces as there are empty columns.
func (i *Interpreter) line(right, shift int) Line {
	l := Line{Right: right, Wrapped: i.wrapped, Wide: 1, High: 1}
	var b strings.Builder
	at := 0
	for _, e := range i.pending {
		if e.r == 0 {
			continue
		}
		if gap := (e.x + shift - at) / i.setup.CellWidth; gap > 0 {
			b.WriteString(strings.Repeat(" ", gap))
		}
		b.WriteRune(e.r)
		at = e.x + shift + e.width
		l.Wide, l.High = max(l.Wide, e.wide), max(l.High, e.high)
		l.Bold, l.Reverse = l.Bold || e.style.bold, l.Reverse || e.style.reverse
	}
	l.Text = b.String()
	return l
}

// feed moves the paper by dots.
func (i *Interpreter) feed(dots int) {
	if i.slip.height+dots > heightMax {
		i.tear("")
	}
	dots = min(dots, heightMax)
	i.slip.height += dots
	i.slip.ink = append(i.slip.ink, make([]byte, dots*i.slip.width)...)
}

// ink draws an element with its upper left corner at x, y.
func (i *Interpreter) ink(e element, x, y int) {
	if e.picture != nil {
		i.blit(*e.picture, x, y, e.wide, e.high)
		return
	}
	width, height := e.width/e.wide, e.height/e.high
	draw := i.slip.pen()
	if e.style.reverse {
		for dy := range e.height {
			for dx := range e.width {
				draw(x+dx, y+dy, 255)
			}
		}
	}
	paint := func(dx, dy int, v byte) {
		if e.style.reverse {
			draw(x+dx, y+dy, 255-v)
			return
		}
		draw(x+dx, y+dy, v)
	}
	i.shape(e, width, height, paint)
	if e.style.underline {
		for dx := range e.width {
			paint(dx, e.height-1, 255)
			paint(dx, e.height-2, 255)
		}
	}
}

// shape paints a character dot by dot, scaled as printers do: each dot becomes a block.
func (i *Interpreter) shape(e element, width, height int, paint func(dx, dy int, v byte)) {
	block := func(sx, sy int, v byte) {
		for dy := range e.high {
			for dx := range e.wide {
				paint(sx*e.wide+dx, sy*e.high+dy, v)
			}
		}
	}
	if e.r == ' ' || e.r == '　' {
		return
	}
	if i.setup.Face != nil {
		if m, ok := i.setup.Face.Cell(e.r, width, height); ok {
			for sy := range height {
				last := byte(0)
				for sx := range width {
					v := m.Pix[sy*width+sx]
					if e.style.bold {
						v, last = max(v, last), v
					}
					if v > 0x20 {
						block(sx, sy, v)
					}
				}
			}
			return
		}
	}
	for sy := 3; sy < height-3; sy++ { // a box for what this printer's memory lacks
		for sx := 1; sx < width-1; sx++ {
			if sy == 3 || sy == height-4 || sx == 1 || sx == width-2 {
				block(sx, sy, 255)
			}
		}
	}
}

// pen returns a function that darkens one dot; dots outside the paper are lost, as on real paper.
func (s *Slip) pen() func(x, y int, v byte) {
	return func(x, y int, v byte) {
		if x >= 0 && x < s.width && y >= 0 && y < s.height {
			s.ink[y*s.width+x] = v
		}
	}
}
