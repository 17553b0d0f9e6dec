// Package receipt holds paper before it is paper: a page as rows of text, columns, codes and marks, the layouts that turn
// a sale or a report into a page, and the one function that breaks rows into lines for every printer, picture and text.
//
// A page names no printer. Line breaks are made when it is printed, with that printer's own widths, so that a frozen page
// may go to another printer later and still have its columns in order (X43–X45).
package receipt

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

// ErrDamaged says that a stored page could not be read to its end. The rows before the damage are still good.
var ErrDamaged = errors.New("receipt: stored page is damaged")

// Version is the page format this program writes. A page of a later version is read as far as it is understood.
const Version = 1

// Limits of a page that comes from a file.
const (
	rowsMax  = 20_000
	cellsMax = 12
	textMax  = 8_192
	dotsMax  = 4_096
	feedMax  = 40
)

// Kind says what a row is.
type Kind string

// The kinds of rows.
const (
	Text    Kind = "text"
	Columns Kind = "columns" // cells side by side
	Rule    Kind = "rule"    // a line across the paper, of Text's first character or "-"
	Barcode Kind = "barcode" // Text in the symbology of Code
	QR      Kind = "qr"      // Text as a QR code
	Picture Kind = "image"   // Image, one bit per dot
	Logo    Kind = "logo"    // the shop's logo; Text names it, the printer looks it up
	Feed    Kind = "feed"    // N empty lines
	Cut     Kind = "cut"     // N 1 = full, else partial
	Kick    Kind = "kick"    // open the drawer; obeyed on the first printing only, before anything else of the page (X47)
)

// Align places a row or a cell.
type Align string

// The alignments; the zero value is left.
const (
	Left   Align = ""
	Center Align = "center"
	Right  Align = "right"
)

// The barcode symbologies that every layout may use.
const (
	EAN13   = "ean13"
	EAN8    = "ean8"
	UPCA    = "upca"
	Code128 = "code128"
)

// Style is how text looks. Wide and High are 1 to 8 times the normal size; 0 means 1.
type Style struct {
	Bold      bool `json:"b,omitempty"`
	Underline bool `json:"u,omitempty"`
	Reverse   bool `json:"r,omitempty"`
	Wide      int  `json:"w,omitempty"`
	High      int  `json:"h,omitempty"`
}

// Times returns the width and height factors of s, each between 1 and 8.
func (s Style) Times() (wide, high int) { return min(max(s.Wide, 1), 8), min(max(s.High, 1), 8) }

// Cell is one column of a row.
type Cell struct {
	Text  string `json:"t,omitempty"`
	Width int    `json:"w,omitempty"` // in columns; 0 shares what the others leave
	Align Align  `json:"a,omitempty"`
}

// Image is a picture of one bit per dot, 1 is black; rows are padded to whole bytes, the highest bit is leftmost.
type Image struct {
	Width  int    `json:"w"` // dots
	Height int    `json:"h"` // dots
	Bits   []byte `json:"d"`
}

// Row is one thing on the paper, from top to bottom.
type Row struct {
	Kind  Kind   `json:"k"`
	Text  string `json:"t,omitempty"`
	Align Align  `json:"a,omitempty"`
	Style Style  `json:"s,omitzero"`
	Cells []Cell `json:"c,omitempty"`
	Code  string `json:"y,omitempty"` // barcode symbology
	N     int    `json:"n,omitempty"` // feed: lines; barcode: height in dots; QR: dots per module, 0 = what fits
	Image *Image `json:"i,omitempty"`
}

// Page is what one piece of paper says. It is frozen in the store as issued.
type Page struct {
	Version int   `json:"v"`
	Columns int   `json:"columns"` // the width it was laid out for; other widths work too
	Rows    []Row `json:"rows"`
}

// Add appends rows and returns the longer page.
func (p Page) Add(rows ...Row) Page {
	p.Rows = append(p.Rows[:len(p.Rows):len(p.Rows)], rows...)
	return p
}

// Encode returns p as JSON for the store. The bytes are deterministic.
func (p Page) Encode() ([]byte, error) {
	p.Version = Version
	if err := p.check(); err != nil {
		return nil, err
	}
	return json.Marshal(p)
}

// Decode reads a stored page. When the bytes are damaged, or a row is of a kind that this program does not know, it
// returns the rows that are certain together with ErrDamaged: what is certain is printed, and the paper says so (X45).
func Decode(data []byte) (Page, error) {
	var p Page
	if err := json.Unmarshal(data, &p); err == nil {
		if err := p.check(); err == nil {
			return p, nil
		}
	}
	p, rows := salvage(data)
	for _, row := range rows {
		if row.check() == nil && len(p.Rows) < rowsMax {
			p.Rows = append(p.Rows, row)
		}
	}
	return p, ErrDamaged
}

// salvage reads rows one by one until the bytes make no sense any more.
func salvage(data []byte) (Page, []Row) {
	page := Page{Version: Version, Columns: 48}
	var rows []Row
	at := bytes.Index(data, []byte(`"rows":`))
	if at < 0 {
		return page, nil
	}
	var head Page
	if json.Unmarshal(append(bytes.TrimRight(data[:at], ", "), '}'), &head) == nil && head.Columns > 0 && head.Columns <= dotsMax {
		page.Columns = head.Columns
	}
	d := json.NewDecoder(bytes.NewReader(data[at+len(`"rows":`):]))
	if t, err := d.Token(); err != nil || t != json.Delim('[') {
		return page, nil
	}
	for d.More() {
		var row Row
		if d.Decode(&row) != nil {
			break
		}
		rows = append(rows, row)
	}
	return page, rows
}

func (p Page) check() error {
	if p.Version != Version || p.Columns < 1 || p.Columns > dotsMax || len(p.Rows) > rowsMax {
		return fmt.Errorf("receipt: page of version %d, %d columns, %d rows", p.Version, p.Columns, len(p.Rows))
	}
	for i, row := range p.Rows {
		if err := row.check(); err != nil {
			return fmt.Errorf("receipt: row %d: %w", i, err)
		}
	}
	return nil
}

var errRow = errors.New("not a row")

func (r Row) check() error {
	switch r.Kind {
	case Text, Rule, Barcode, QR, Logo, Cut, Kick:
	case Columns:
		if len(r.Cells) == 0 || len(r.Cells) > cellsMax {
			return fmt.Errorf("%w: %d cells", errRow, len(r.Cells))
		}
	case Feed:
		if r.N < 0 || r.N > feedMax {
			return fmt.Errorf("%w: feed of %d lines", errRow, r.N)
		}
	case Picture:
		if m := r.Image; m == nil || !m.valid() {
			return fmt.Errorf("%w: image does not fill its size", errRow)
		}
	default:
		return fmt.Errorf("%w: kind %q", errRow, r.Kind)
	}
	long := len(r.Text) > textMax
	for _, c := range r.Cells {
		long = long || len(c.Text) > textMax || c.Width < 0 || c.Width > dotsMax
	}
	if long {
		return fmt.Errorf("%w: text too long", errRow)
	}
	return nil
}

func (m *Image) valid() bool {
	return m.Width > 0 && m.Height > 0 && m.Width <= dotsMax && m.Height <= 4*dotsMax && len(m.Bits) == (m.Width+7)/8*m.Height
}

// Dot reports whether the dot at x, y is black; outside the picture it is not.
func (m *Image) Dot(x, y int) bool {
	if x < 0 || y < 0 || x >= m.Width || y >= m.Height {
		return false
	}
	return m.Bits[y*((m.Width+7)/8)+x/8]&(0x80>>(x%8)) != 0
}

// Marked returns p as it is printed again: text ("补打 COPY 2") stands above and below, and the drawer stays shut. The
// frozen page itself stays as issued (X45).
func (p Page) Marked(text string) Page {
	mark := Row{Kind: Text, Text: " " + text + " ", Align: Center, Style: Style{Bold: true, Reverse: true, High: 2}}
	rows := make([]Row, 0, len(p.Rows)+2)
	rows = append(rows, mark)
	for _, row := range p.Rows {
		if row.Kind != Kick {
			rows = append(rows, row)
		}
	}
	end := len(rows)
	for end > 1 && (rows[end-1].Kind == Cut || rows[end-1].Kind == Feed) {
		end--
	}
	p.Rows = append(rows[:end:end], append([]Row{mark}, rows[end:]...)...)
	return p
}
