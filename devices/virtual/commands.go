package virtual

// spec is a command of fixed length: how many bytes follow its name, and what it does.
type spec struct {
	args int
	do   func(*Interpreter, []byte)
}

func ignore(*Interpreter, []byte) {}

func on(b byte) bool { return b&1 == 1 }

// escCommands are those that begin with ESC and have a fixed length.
var escCommands = map[byte]spec{
	'@': {0, func(i *Interpreter, _ []byte) { i.reset() }},
	'E': {1, func(i *Interpreter, a []byte) { i.style.bold = on(a[0]) }},
	'G': {1, func(i *Interpreter, a []byte) { i.style.bold = on(a[0]) }},
	'-': {1, func(i *Interpreter, a []byte) { i.style.underline = a[0] != 0 && a[0] != '0' }},
	'M': {1, func(i *Interpreter, a []byte) { i.style.fontB = on(a[0]) }},
	'!': {1, (*Interpreter).mode},
	'a': {1, func(i *Interpreter, a []byte) {
		if len(i.pending) == 0 { // only at the beginning of a line
			i.align = a[0] & 3
		}
	}},
	'$':  {2, func(i *Interpreter, a []byte) { i.x = int(a[0]) | int(a[1])<<8 }},
	'\\': {2, func(i *Interpreter, a []byte) { i.x = max(i.x+int(int16(uint16(a[0])|uint16(a[1])<<8)), 0) }},
	'd': {1, func(i *Interpreter, a []byte) {
		i.flush()
		i.feed(int(a[0]) * i.spacing)
	}},
	'J': {1, func(i *Interpreter, a []byte) {
		i.flush()
		i.feed(int(a[0]))
	}},
	't': {1, func(i *Interpreter, a []byte) { i.page = a[0] }},
	'2': {0, func(i *Interpreter, _ []byte) { i.spacing = 30 }},
	'3': {1, func(i *Interpreter, a []byte) { i.spacing = int(a[0]) }},
	' ': {1, func(i *Interpreter, a []byte) { i.rightGap = int(a[0]) }},
	'{': {1, func(i *Interpreter, a []byte) { i.upside = on(a[0]) }},
	'V': {1, ignore}, // turned characters
	'R': {1, ignore}, // international set: only US is known here
	'r': {1, ignore}, // colour
	'U': {1, ignore}, // one direction
	'p': {3, func(i *Interpreter, a []byte) {
		if i.host != nil {
			i.host.kick(a[0] & 1)
		}
	}},
	'=': {1, func(i *Interpreter, a []byte) { i.away = a[0]&1 == 0 && a[0] != 0 }},
}

// fsCommands begin with FS.
var fsCommands = map[byte]spec{
	'&': {0, func(i *Interpreter, _ []byte) { i.kanji = !i.setup.Latin }},
	'.': {0, func(i *Interpreter, _ []byte) { i.kanji = i.setup.KanjiAlways }},
	'C': {1, ignore}, // code system: this printer has one
	'!': {1, func(i *Interpreter, a []byte) {
		i.style.kanjiWide, i.style.kanjiHigh = 1+int(a[0]>>2&1), 1+int(a[0]>>3&1)
	}},
	'-': {1, func(i *Interpreter, a []byte) { i.style.underline = a[0] != 0 && a[0] != '0' }},
	'S': {2, func(i *Interpreter, a []byte) { i.kanjiGap = [2]int{int(a[0]), int(a[1])} }},
	'W': {1, func(i *Interpreter, a []byte) {
		i.style.kanjiWide, i.style.kanjiHigh = 1+int(a[0]&1), 1+int(a[0]&1)
	}},
}

// gsCommands begin with GS and have a fixed length.
var gsCommands = map[byte]spec{
	'!': {1, func(i *Interpreter, a []byte) {
		i.style.wide, i.style.high = 1+int(a[0]>>4&7), 1+int(a[0]&7)
		i.style.kanjiWide, i.style.kanjiHigh = i.style.wide, i.style.high
	}},
	'B': {1, func(i *Interpreter, a []byte) { i.style.reverse = on(a[0]) }},
	'L': {2, func(i *Interpreter, a []byte) { i.left = min(int(a[0])|int(a[1])<<8, i.setup.Dots-i.setup.CellWidth) }},
	'W': {2, func(i *Interpreter, a []byte) { i.area = max(int(a[0])|int(a[1])<<8, i.setup.CellWidth) }},
	'P': {2, ignore}, // motion units: dots here
	'h': {1, func(i *Interpreter, a []byte) { i.barcode.height = max(int(a[0]), 1) }},
	'w': {1, func(i *Interpreter, a []byte) { i.barcode.width = min(max(int(a[0]), 1), 6) }},
	'H': {1, func(i *Interpreter, a []byte) { i.barcode.text = a[0] & 3 }},
	'f': {1, ignore}, // font of the text under a barcode
	'b': {1, ignore}, // smoothing
	'a': {1, func(i *Interpreter, a []byte) {
		if i.host != nil {
			i.host.reports(a[0])
		}
	}},
	'r': {1, (*Interpreter).transmit},
	'I': {1, (*Interpreter).identify},
}

func (i *Interpreter) fixed(b []byte, table map[byte]spec) (int, bool) {
	s, ok := table[b[1]]
	if !ok {
		return 0, false
	}
	if len(b) < 2+s.args {
		return 0, true
	}
	s.do(i, b[2:2+s.args])
	return 2 + s.args, true
}

func (i *Interpreter) escape(b []byte) (int, error) {
	if len(b) < 2 {
		return 0, nil
	}
	if n, ok := i.fixed(b, escCommands); ok {
		return n, nil
	}
	switch b[1] {
	case '*':
		return i.bitImage(b)
	case 'c':
		if len(b) < 4 {
			return 0, nil
		}
		if b[2] >= '3' && b[2] <= '5' { // sensors and buttons
			return 4, nil
		}
	case 'D': // tab stops; every eighth column is ours
		for n := 2; n < min(len(b), 36); n++ {
			if b[n] == 0 {
				return n + 1, nil
			}
		}
		if len(b) < 36 {
			return 0, nil
		}
	case '(':
		if n, whole := i.sized(b, 3); n == 0 || whole != nil && b[2] == 'A' { // buzzer
			return n, nil
		}
	}
	return 0, i.unknown(b, 3, "unknown ESC command")
}

// sized returns the length and the parameters of a command with a two-byte length behind its at-byte name; 0 when it has
// not come whole.
func (i *Interpreter) sized(b []byte, at int) (int, []byte) {
	if len(b) < at+2 {
		return 0, nil
	}
	n := int(b[at]) | int(b[at+1])<<8
	if len(b) < at+2+n {
		return 0, nil
	}
	return at + 2 + n, b[at+2 : at+2+n]
}

func (i *Interpreter) fileSeparator(b []byte) (int, error) {
	if len(b) < 2 {
		return 0, nil
	}
	if n, ok := i.fixed(b, fsCommands); ok {
		return n, nil
	}
	if b[1] == '(' {
		if n, args := i.sized(b, 3); n == 0 || args != nil && b[2] == 'A' { // kanji font
			return n, nil
		}
	}
	return 0, i.unknown(b, 3, "unknown FS command")
}

func (i *Interpreter) groupSeparator(b []byte) (int, error) {
	if len(b) < 2 {
		return 0, nil
	}
	if n, ok := i.fixed(b, gsCommands); ok {
		return n, nil
	}
	switch b[1] {
	case 'V':
		return i.cut(b)
	case 'k':
		return i.drawBarcode(b)
	case 'v':
		return i.raster(b)
	case '(':
		return i.function(b)
	case '8':
		return i.largeGraphics(b)
	}
	return 0, i.unknown(b, 3, "unknown GS command")
}

// function is GS ( with a letter: QR codes, graphics, confirmations.
func (i *Interpreter) function(b []byte) (int, error) {
	n, args := i.sized(b, 3)
	if n == 0 {
		return 0, nil
	}
	ok := false
	switch b[2] {
	case 'k':
		ok = i.code2D(args)
	case 'L':
		ok = i.graphics(args)
	case 'H':
		if ok = len(args) == 6 && args[0] == 0x30 && args[1] == 0x30; ok && i.host != nil {
			i.host.reply(append(append([]byte{0x37, 0x22}, args[2:]...), 0)...)
		}
	}
	if !ok {
		return 0, i.unknown(b, n, "unknown GS ( function")
	}
	return n, nil
}

func (i *Interpreter) cut(b []byte) (int, error) {
	if len(b) < 3 {
		return 0, nil
	}
	kind := "partial"
	switch b[2] {
	case 0, '0':
		kind = "full"
	case 1, '1':
	case 0x41, 0x42:
		if len(b) < 4 {
			return 0, nil
		}
		if b[2] == 0x41 {
			kind = "full"
		}
		i.flush()
		i.feed(int(b[3]) + cutterDots)
		i.tear(kind)
		return 4, nil
	default:
		return 0, i.unknown(b, 3, "unknown cut")
	}
	i.flush()
	i.tear(kind)
	return 3, nil
}

// cutterDots is the way from the print head to the blade.
const cutterDots = 72

func (i *Interpreter) mode(a []byte) {
	n := a[0]
	i.style.fontB, i.style.bold, i.style.underline = n&1 != 0, n&8 != 0, n&0x80 != 0
	i.style.wide, i.style.high = 1+int(n>>5&1), 1+int(n>>4&1)
	i.style.kanjiWide, i.style.kanjiHigh = i.style.wide, i.style.high
}

func (i *Interpreter) transmit(a []byte) {
	if i.host == nil {
		return
	}
	switch a[0] {
	case 1, '1':
		i.host.reply(i.host.paperStatus())
	case 2, '2':
		i.host.reply(i.host.drawerStatus())
	}
}

func (i *Interpreter) identify(a []byte) {
	if i.host == nil {
		return
	}
	if a[0] >= 1 && a[0] <= 3 || a[0] >= '1' && a[0] <= '3' {
		i.host.reply(0x20)
		return
	}
	i.host.reply(append(append([]byte{0x5F}, i.host.identity(a[0])...), 0)...)
}
