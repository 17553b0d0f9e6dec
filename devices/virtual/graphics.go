package virtual

// bitmap is a picture of one bit per dot, rows padded to bytes.
type bitmap struct {
	width, height int
	bits          []byte
}

func (m bitmap) dot(x, y int) bool { return m.bits[y*((m.width+7)/8)+x/8]&(0x80>>(x%8)) != 0 }

func (i *Interpreter) blit(m bitmap, x, y, wide, high int) {
	draw := i.slip.pen()
	for dy := range m.height * high {
		for dx := range m.width * wide {
			if m.dot(dx/wide, dy/high) {
				draw(x+dx, y+dy, 255)
			}
		}
	}
}

// block prints a picture on lines of its own.
func (i *Interpreter) block(m bitmap, wide, high int) {
	i.flush()
	x := i.left
	switch i.align {
	case 1:
		x += max((i.limit()-m.width*wide)/2, 0)
	case 2:
		x += max(i.limit()-m.width*wide, 0)
	}
	i.feed(m.height * high)
	i.blit(m, x, i.slip.height-m.height*high, wide, high)
	i.lines++
}

const (
	rowsMax  = 4095
	bytesMax = 512 // in one row of dots
)

// raster is GS v 0 m xL xH yL yH data.
func (i *Interpreter) raster(b []byte) (int, error) {
	if len(b) < 3 {
		return 0, nil
	}
	if b[2] != '0' {
		return 0, i.unknown(b, 3, "unknown GS v command")
	}
	if len(b) < 8 {
		return 0, nil
	}
	across, rows := int(b[4])|int(b[5])<<8, int(b[6])|int(b[7])<<8
	if across == 0 || rows == 0 || across > bytesMax || rows > rowsMax || b[3]&0x0F > 3 {
		return 0, i.unknown(b, 8, "picture of an impossible size")
	}
	n := 8 + across*rows
	if len(b) < n {
		return 0, nil
	}
	m := bitmap{across * 8, rows, append([]byte(nil), b[8:n]...)}
	i.block(m, 1+int(b[3]&1), 1+int(b[3]>>1&1))
	return n, nil
}

// bitImage is ESC * m nL nH data: columns of 8 or 24 dots in the line of text.
func (i *Interpreter) bitImage(b []byte) (int, error) {
	if len(b) < 5 {
		return 0, nil
	}
	columns := int(b[3]) | int(b[4])<<8
	deep, wide, high := 1, 1, 1
	switch b[2] {
	case 0:
		wide, high = 2, 3
	case 1:
		high = 3
	case 32:
		deep, wide = 3, 2
	case 33:
		deep = 3
	default:
		return 0, i.unknown(b, 5, "unknown bit image")
	}
	if columns > bytesMax*8 {
		return 0, i.unknown(b, 5, "bit image of an impossible size")
	}
	n := 5 + columns*deep
	if len(b) < n {
		return 0, nil
	}
	m := bitmap{width: columns, height: 8 * deep}
	stride := (columns + 7) / 8
	m.bits = make([]byte, stride*m.height)
	for x := range columns {
		for y := range m.height {
			if b[5+x*deep+y/8]&(0x80>>(y%8)) != 0 {
				m.bits[y*stride+x/8] |= 0x80 >> (x % 8)
			}
		}
	}
	e := element{x: i.x, width: columns * wide, height: m.height * high, wide: wide, high: high, picture: &m}
	i.x += e.width
	i.pending = append(i.pending, e)
	return n, nil
}

// graphics is GS ( L: store (112) and print (50) a picture, define (67) and print (69) a logo.
func (i *Interpreter) graphics(a []byte) bool {
	if len(a) < 2 || a[0] != 0x30 {
		return false
	}
	switch a[1] {
	case 112:
		if len(a) < 10 || a[2] != 0x30 {
			return false
		}
		m, ok := picture(a[6:])
		if ok {
			i.stored = &element{picture: &m, wide: min(max(int(a[3]), 1), 2), high: min(max(int(a[4]), 1), 2)}
		}
		return ok
	case 50, 2:
		if i.stored != nil {
			i.block(*i.stored.picture, i.stored.wide, i.stored.high)
			i.stored = nil
		}
		return true
	case 67:
		if len(a) < 11 || a[2] != 0x30 || a[5] != 1 {
			return false
		}
		m, ok := picture(append(append([]byte(nil), a[6:10]...), a[11:]...))
		if ok {
			if len(i.logos) >= 64 {
				clear(i.logos)
			}
			i.logos[[2]byte{a[3], a[4]}] = m
		}
		return ok
	case 69:
		if len(a) != 6 {
			return false
		}
		if m, ok := i.logos[[2]byte{a[2], a[3]}]; ok {
			i.block(m, max(int(a[4]&3), 1), max(int(a[5]&3), 1))
		}
		return true
	}
	return false
}

// picture reads xL xH yL yH (dots) and data.
func picture(a []byte) (bitmap, bool) {
	if len(a) < 4 {
		return bitmap{}, false
	}
	width, height := int(a[0])|int(a[1])<<8, int(a[2])|int(a[3])<<8
	a = a[4:]
	if width == 0 || height == 0 || width > bytesMax*8 || height > rowsMax || len(a) != (width+7)/8*height {
		return bitmap{}, false
	}
	return bitmap{width, height, append([]byte(nil), a...)}, true
}

// largeMax bounds GS 8 L, whose length has four bytes.
const largeMax = 2 << 20

func (i *Interpreter) largeGraphics(b []byte) (int, error) {
	if len(b) < 7 {
		return 0, nil
	}
	size := int64(b[3]) | int64(b[4])<<8 | int64(b[5])<<16 | int64(b[6])<<24
	if b[2] != 'L' || size > largeMax {
		return 0, i.unknown(b, 7, "unknown or impossible GS 8 command")
	}
	n := 7 + int(size)
	if len(b) < n {
		return 0, nil
	}
	if !i.graphics(b[7:n]) {
		return 0, i.unknown(b, 16, "unknown graphics function")
	}
	return n, nil
}
