package escpos

import (
	"bytes"

	"suanpan/app/receipt"
)

// picture prints m in strips (GS v 0). A picture wider than the paper loses its right edge.
func (w *writer) picture(m *receipt.Image, align receipt.Align) {
	if m == nil || m.Width <= 0 || m.Height <= 0 || len(m.Bits) < (m.Width+7)/8*m.Height {
		return
	}
	m = quieted(cropped(m, w.e.Dots), w.e.Dots, w.e.options.Rows)
	if align != receipt.Left {
		w.place(align)
	}
	w.strips(m)
	if align != receipt.Left {
		w.place(receipt.Left)
	}
	w.lines++
}

func (w *writer) strips(m *receipt.Image) {
	stride := (m.Width + 7) / 8
	for y := 0; y < m.Height; y += w.e.options.Rows {
		rows := min(w.e.options.Rows, m.Height-y)
		w.put(0x1D, 'v', '0', 0, byte(stride), byte(stride>>8), byte(rows), byte(rows>>8))
		w.out = append(w.out, m.Bits[y*stride:(y+rows)*stride]...)
		w.end(w.row)
	}
}

// cropped returns m no wider than dots, and clears the padding behind its right edge.
func cropped(m *receipt.Image, dots int) *receipt.Image {
	width := min(m.Width, dots)
	from, to := (m.Width+7)/8, (width+7)/8
	if width == m.Width && width%8 == 0 {
		return m
	}
	out := &receipt.Image{Width: width, Height: m.Height, Bits: make([]byte, to*m.Height)}
	for y := range m.Height {
		copy(out.Bits[y*to:(y+1)*to], m.Bits[y*from:])
		if width%8 != 0 {
			out.Bits[(y+1)*to-1] &= byte(0xFF << (8 - width%8))
		}
	}
	return out
}

// quieted returns m without the beginning of a real-time command in its bytes, for a printer obeys those inside pictures
// too: it could open the drawer or clear its buffer. The picture is moved to the right dot by dot until none is left; one
// that fills the paper gets a dot more where needed, which nobody sees.
func quieted(m *receipt.Image, dots, rows int) *receipt.Image {
	if clean(m, rows) {
		return m
	}
	for shift := 1; shift <= 15 && m.Width+shift <= dots; shift++ {
		if moved := shifted(m, shift); clean(moved, rows) {
			return moved
		}
	}
	out := &receipt.Image{Width: m.Width, Height: m.Height, Bits: bytes.Clone(m.Bits)}
	for at := realTime(out.Bits); at >= 0; at = realTime(out.Bits) {
		out.Bits[at] |= 0x08 // 10 becomes 18: the dot beside it
	}
	return out
}

// clean looks at whole strips; between two of them stands a command.
func clean(m *receipt.Image, rows int) bool {
	strip := (m.Width + 7) / 8 * rows
	for data := m.Bits; len(data) > 0; data = data[min(strip, len(data)):] {
		if realTime(data[:min(strip, len(data))]) >= 0 {
			return false
		}
	}
	return true
}

func shifted(m *receipt.Image, by int) *receipt.Image {
	out := &receipt.Image{Width: m.Width + by, Height: m.Height}
	from, to := (m.Width+7)/8, (out.Width+7)/8
	out.Bits = make([]byte, to*m.Height)
	for y := range m.Height {
		row := m.Bits[y*from : (y+1)*from]
		line := out.Bits[y*to : (y+1)*to]
		for i, b := range row {
			at := i + by/8
			if at < to {
				line[at] |= b >> (by % 8)
			}
			if at+1 < to && by%8 != 0 {
				line[at+1] |= b << (8 - by%8)
			}
		}
	}
	return out
}

// pictured reports whether a line goes out as a picture.
func (w *writer) pictured(line receipt.Line) bool {
	font := w.e.options.Font
	if font == nil || w.e.Raster == RasterNever {
		return false
	}
	for _, run := range line.Runs {
		for _, r := range run.Text {
			if r < 0x80 {
				continue
			}
			if w.e.Raster == RasterAll || (w.e.sign(r).class == missing && font.Has(r)) {
				return true
			}
		}
	}
	return false
}

// drawn prints a line as a picture, each character in the cell where the printer would have put it.
func (w *writer) drawn(line receipt.Line) {
	high := w.e.CellHigh * line.High
	m := &receipt.Image{Width: w.e.Dots, Height: high, Bits: make([]byte, (w.e.Dots+7)/8*high)}
	right := 0
	for _, run := range line.Runs {
		w.drawRun(m, run)
		right = max(right, (run.Column+run.Width)*w.e.Cell)
	}
	// The white right of the text costs time on a slow wire.
	m = quieted(cropped(m, min(right+1, w.e.Dots)), w.e.Dots, w.e.options.Rows)
	w.strips(m)
	if rest := w.e.Spacing - high; rest > 0 {
		w.put(0x1B, 'J', byte(rest))
	}
	w.lead(line.High)
	w.lines++
}

func (w *writer) drawRun(m *receipt.Image, run receipt.Run) {
	wide, high := run.Style.Times()
	top := m.Height - w.e.CellHigh*high // on one base line, as printers do
	x := run.Column * w.e.Cell
	for _, r := range run.Text {
		cell := w.e.Measure(r) * w.e.Cell
		mask, ok := w.e.options.Font.Cell(r, cell, w.e.CellHigh)
		if !ok && r > ' ' {
			w.missing++
		}
		for dy := range w.e.CellHigh * high {
			for dx := range cell * wide {
				ink := !ok && r > ' ' && dy > 2*high && dy < (w.e.CellHigh-3)*high && dx > wide && dx < (cell-1)*wide
				if ok {
					sx, sy := dx/wide, dy/high
					ink = mask.Pix[sy*cell+sx] >= 0x70 || (run.Style.Bold && sx > 0 && mask.Pix[sy*cell+sx-1] >= 0x70)
				}
				if run.Style.Underline && dy >= (w.e.CellHigh-1)*high {
					ink = true
				}
				if ink != run.Style.Reverse {
					set(m, x+dx, top+dy)
				}
			}
		}
		x += cell * wide
	}
}

func set(m *receipt.Image, x, y int) {
	if x >= 0 && y >= 0 && x < m.Width && y < m.Height {
		m.Bits[y*((m.Width+7)/8)+x/8] |= 0x80 >> (x % 8)
	}
}
