package catalog

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"unicode/utf8"
)

// Format is a kind of table file.
type Format string

// The formats. CSV is read in UTF-8 with or without mark, UTF-16 with mark, GB18030 and GBK; with commas, semicolons or
// tabs. It is written in UTF-8 with mark and commas, which spreadsheets open as it is.
const (
	CSV  Format = "csv"
	XLSX Format = "xlsx"
)

// Errors of a table as a whole; errors of a row are Faults.
var (
	ErrFormat  = errors.New("catalog: table format is csv or xlsx")
	ErrHeading = errors.New("catalog: heading of the table")
)

// cellsMax bounds the columns of a table.
const cellsMax = 256

// Table reads items out of a file, row by row, in bounded memory. Not for several goroutines.
type Table struct {
	Conditions          // tax codes to check against, to be set before Each
	Unknown    []string // headings that mean nothing to us: shown to the person, never dropped in silence

	places []int // column of each cell, -1 for unknown ones
	cols   []column
	next   func() (row int, cells []string, err error)
	close  func() error
	number bool // cells may be numbers of a spreadsheet
}

// ReadTable opens a table and reads its heading. Headings may be English, Simplified or Traditional Chinese, in any order; sku or
// barcode, name and price must be there, or the answer is ErrHeading with what is missing. Close the table when done.
func ReadTable(r io.Reader, f Format) (*Table, error) {
	t := &Table{cols: columns(), close: func() error { return nil }}
	var err error
	switch f {
	case CSV:
		err = t.openCSV(r)
	case XLSX:
		err = t.openXLSX(r)
	default:
		return nil, fmt.Errorf("%w, not %q", ErrFormat, f)
	}
	if err != nil {
		return nil, err
	}
	_, cells, err := t.next()
	if errors.Is(err, io.EOF) {
		err = fmt.Errorf("%w: the table is empty", ErrHeading)
	}
	if err == nil {
		err = t.readHeading(cells)
	}
	if err != nil {
		return nil, errors.Join(err, t.close())
	}
	return t, nil
}

// Close lets go of what the reader holds. It does not close the file.
func (t *Table) Close() error { return t.close() }

func (t *Table) readHeading(cells []string) error {
	if len(cells) > cellsMax {
		return fmt.Errorf("%w: %d columns, at most %d", ErrHeading, len(cells), cellsMax)
	}
	taken := make([]bool, len(t.cols))
	for _, cell := range cells {
		word := heading(cell)
		at := slices.IndexFunc(t.cols, func(c column) bool {
			return word != "" && slices.ContainsFunc(c.headings, func(h string) bool { return heading(h) == word })
		})
		switch {
		case at >= 0 && taken[at]:
			return fmt.Errorf("%w: %q means %s, which is there already", ErrHeading, cell, t.cols[at].field)
		case at >= 0:
			taken[at] = true
		case strings.TrimSpace(cell) != "":
			t.Unknown = append(t.Unknown, cell)
		}
		t.places = append(t.places, at)
	}
	has := func(field string) bool {
		return taken[slices.IndexFunc(t.cols, func(c column) bool { return c.field == field })]
	}
	for _, need := range [][]string{{"sku", "barcode"}, {"name"}, {"price"}} {
		if !slices.ContainsFunc(need, has) {
			return fmt.Errorf("%w: no column for %s", ErrHeading, strings.Join(need, " or "))
		}
	}
	return nil
}

// Each reads on and yields every row that is not empty: its number (the heading is row 1) and either an item, normal and
// checked, or an error that Faults takes apart. Codes that an earlier row has are a fault as well. An error that is no Fault
// ends the table. An item without SKU takes its first barcode for one.
func (t *Table) Each(yield func(row int, item Item, err error) bool) {
	batch := NewBatch()
	named := func(row int) string { return fmt.Sprintf("row %d", row) }
	for {
		row, cells, err := t.next()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil && len(Faults(err)) == 0 {
			yield(row, Item{}, fmt.Errorf("catalog: table, row %d: %w", row, err))
			return
		}
		if err == nil && !slices.ContainsFunc(cells, func(c string) bool { return strings.TrimSpace(c) != "" }) {
			continue
		}
		var item Item
		if err == nil {
			item, err = t.item(cells)
		}
		if err == nil {
			err = batch.Add(row, item, named)
		}
		for _, f := range Faults(err) {
			f.Row = row
		}
		if err != nil {
			item = Item{}
		}
		if !yield(row, item, err) {
			return
		}
	}
}

func (t *Table) item(cells []string) (Item, error) {
	var i Item
	var faults []error
	for n, cell := range cells {
		cell = rearm(strings.TrimSpace(cell))
		if n >= len(t.places) {
			if cell != "" {
				faults = append(faults, &Fault{Field: fmt.Sprintf("column %d", n+1), Reason: "a cell beyond the heading", Err: ErrInvalid})
			}
			continue
		}
		if t.places[n] < 0 {
			continue
		}
		c := t.cols[t.places[n]]
		if c.number && t.number {
			cell = plainNumber(cell)
		}
		if !utf8.ValidString(cell) {
			faults = append(faults, &Fault{Field: c.field, Reason: "characters that cannot be read", Err: ErrInvalid})
			continue
		}
		if err := c.read(&i, cell); err != nil {
			faults = append(faults, &Fault{Field: c.field, Reason: strings.TrimPrefix(err.Error(), "money: "), Err: ErrInvalid})
		}
	}
	i = i.Normal()
	if i.SKU == "" && len(i.Barcodes) > 0 {
		i.SKU = i.Barcodes[0]
	}
	return i, errors.Join(append(faults, i.Check(t.Conditions))...)
}

func (t *Table) openCSV(r io.Reader) error {
	text, err := newSniff(r)
	if err != nil {
		return fmt.Errorf("catalog: table: %w", err)
	}
	in := bufio.NewReaderSize(text, window)
	head, err := in.Peek(window)
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("catalog: table: %w", err)
	}
	m := &meter{in: in}
	c := csv.NewReader(m)
	c.Comma, c.FieldsPerRecord, c.ReuseRecord = delimiter(string(head)), -1, true
	t.next = func() (int, []string, error) {
		m.reset()
		cells, err := c.Read()
		if wrong := (*csv.ParseError)(nil); errors.As(err, &wrong) && !errors.Is(err, errRow) {
			return wrong.StartLine, nil, &Fault{Field: "row", Reason: wrong.Err.Error(), Err: ErrInvalid}
		}
		if err != nil {
			return 0, nil, err
		}
		line, _ := c.FieldPos(0)
		return line, cells, nil
	}
	return nil
}

// delimiter is the one of comma, semicolon and tab that the heading has most of, outside quotation marks.
func delimiter(text string) rune {
	count := map[rune]int{}
	quoted := false
	for _, r := range strings.TrimLeft(text, "\r\n") {
		if r == '"' {
			quoted = !quoted
		} else if !quoted {
			if r == '\n' || r == '\r' {
				break
			}
			count[r]++
		}
	}
	best := ','
	for _, r := range ";\t" {
		if count[r] > count[best] {
			best = r
		}
	}
	return best
}

// WriteTable writes items as a table that ReadTable reads back unchanged. An error of the iterator ends it.
func WriteTable(w io.Writer, f Format, items iter.Seq2[Item, error]) error {
	switch f {
	case CSV:
		return writeCSV(w, items)
	case XLSX:
		return writeXLSX(w, items)
	}
	return fmt.Errorf("%w, not %q", ErrFormat, f)
}

func writeCSV(w io.Writer, items iter.Seq2[Item, error]) error {
	out := bufio.NewWriterSize(w, window)
	if _, err := out.WriteString("\uFEFF"); err != nil {
		return err
	}
	c := csv.NewWriter(out)
	c.UseCRLF = true
	cols := columns()
	cells := make([]string, len(cols))
	for n := range cols {
		cells[n] = cols[n].headings[0]
	}
	if err := c.Write(cells); err != nil {
		return err
	}
	for item, err := range items {
		if err != nil {
			return err
		}
		for n := range cols {
			cells[n] = disarm(cols[n].write(&item))
		}
		if err := c.Write(cells); err != nil {
			return err
		}
	}
	c.Flush()
	if err := c.Error(); err != nil {
		return err
	}
	return out.Flush()
}
