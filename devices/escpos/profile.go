// Package escpos turns pages into the bytes of ESC/POS printers and reads what they answer. It does no input or output.
//
// Written from Epson's public ESC/POS command reference
// (download4.epson.biz/sec_pubs/pos/reference_en/escpos/) and from manuals of compatible printers. Left out: page mode,
// two-colour printing, NV memory for logos, and character sets other than GB2312, GB18030 and single-byte code pages.
package escpos

// Kanji is the two-byte character set in a printer's memory.
type Kanji string

// The two-byte sets.
const (
	NoKanji Kanji = ""
	GB2312  Kanji = "gb2312"
	GB18030 Kanji = "gb18030" // its two-byte part; printers misread the four-byte part
)

// Status says whether a printer answers questions.
type Status string

// The ways to answer.
const (
	StatusNone  Status = "none"  // never: what was sent is said to be sent, not printed
	StatusMaybe Status = "maybe" // unknown printer: asked once, believed if it answers
	StatusFull  Status = "full"  // silence means that it is off
)

// Confirm is the question that a printer answers only when all before it has been printed.
type Confirm string

// The confirmations.
const (
	ConfirmNone Confirm = "none"
	ConfirmGSR  Confirm = "gsr" // GS r 1: one byte
	ConfirmGSH  Confirm = "gsh" // GS ( H: with our own number
)

// Raster says when text goes out as a picture of the bundled font.
type Raster string

// The choices.
const (
	RasterRare  Raster = "rare"  // lines with a character that the printer lacks
	RasterAll   Raster = "all"   // every line that is not plain ASCII: slow, and right everywhere
	RasterNever Raster = "never" // ■ stands for what the printer lacks
)

// CodePage is a single-byte character table and its number in ESC t.
type CodePage struct {
	Number byte   `json:"n"`
	Name   string `json:"name"` // cp437, cp850, cp852, cp858, cp866, cp1252
}

// Profile is what must be known of a printer, as data.
type Profile struct {
	Name        string     `json:"name"`
	Title       string     `json:"title"`   // for the devices screen
	Columns     int        `json:"columns"` // of font A
	Dots        int        `json:"dots"`    // printable width
	Cell        int        `json:"cell"`    // width of font A in dots; a Chinese character takes two
	CellHigh    int        `json:"cell_high"`
	Spacing     int        `json:"spacing"` // dots from line to line
	Kanji       Kanji      `json:"kanji,omitempty"`
	KanjiAlways bool       `json:"kanji_always,omitempty"` // a DIP switch: kanji mode cannot be left, so there are no code pages
	KanjiSize   bool       `json:"kanji_size,omitempty"`   // Chinese characters need FS ! beside GS !
	Pages       []CodePage `json:"pages,omitempty"`
	Raster      Raster     `json:"raster"`
	QR          bool       `json:"qr"` // draws QR codes itself
	Barcode     bool       `json:"barcode"`
	Cutter      bool       `json:"cutter"`
	CutFeed     int        `json:"cut_feed"` // lines to feed where there is no cutter
	StripMax    int        `json:"strip_max"`
	DrawerPin   byte       `json:"drawer_pin"` // 0 = pin 2, 1 = pin 5
	PulseOn     int        `json:"pulse_on"`   // milliseconds, at most 510
	PulseOff    int        `json:"pulse_off"`
	Sense       bool       `json:"sense"`      // a drawer with a switch on pin 3 is wired
	SenseHigh   bool       `json:"sense_high"` // pin 3 is high when the drawer is open
	Status      Status     `json:"status"`
	ASB         bool       `json:"asb"` // reports every change by itself
	Confirm     Confirm    `json:"confirm"`
}

var epsonPages = []CodePage{{0, "cp437"}, {2, "cp850"}, {19, "cp858"}, {16, "cp1252"}, {18, "cp852"}, {17, "cp866"}}

// Profiles lists the built-in profiles, the default first. What is not known of a printer is left at its safest.
func Profiles() []Profile {
	wide := Profile{
		Name: "default", Title: "80 mm", Columns: 48, Dots: 576, Cell: 12, CellHigh: 24, Spacing: 30,
		Kanji: GB18030, KanjiSize: true, Pages: epsonPages[:1], Raster: RasterRare, Barcode: true, CutFeed: 4, StripMax: 256,
		PulseOn: 100, PulseOff: 500, SenseHigh: false, Status: StatusMaybe, ASB: true, Confirm: ConfirmGSR,
	}
	narrow := wide
	narrow.Name, narrow.Title, narrow.Columns, narrow.Dots = "default-58", "58 mm", 32, 384

	xp80 := wide
	xp80.Name, xp80.Title, xp80.Pages, xp80.QR, xp80.Cutter = "xprinter-80", "Xprinter XP-80 series, 80 mm", epsonPages, true, true
	xp58 := narrow
	xp58.Name, xp58.Title, xp58.Pages, xp58.QR = "xprinter-58", "Xprinter XP-58 series, 58 mm", epsonPages, true

	epson := wide
	epson.Name, epson.Title = "epson-tm-t88", "Epson TM-T88, 80 mm, Latin"
	epson.Columns, epson.Dots, epson.Pages, epson.Kanji, epson.KanjiSize = 42, 512, epsonPages, NoKanji, false
	epson.QR, epson.Cutter, epson.Status, epson.Confirm, epson.Sense = true, true, StatusFull, ConfirmGSH, true
	epsonCN := epson
	epsonCN.Name, epsonCN.Title, epsonCN.Kanji = "epson-tm-t88-gb", "Epson TM-T88, 80 mm, Chinese", GB18030

	queue := wide
	queue.Name, queue.Title, queue.Status, queue.ASB, queue.Confirm = "one-way", "80 mm, never answers", StatusNone, false, ConfirmNone
	return []Profile{wide, narrow, xp80, xp58, epson, epsonCN, queue}
}

// Find returns the built-in profile of a name.
func Find(name string) (Profile, bool) {
	for _, p := range Profiles() {
		if p.Name == name {
			return p, true
		}
	}
	return Profile{}, false
}
