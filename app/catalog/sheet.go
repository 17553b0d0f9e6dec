package catalog

import (
	"bufio"
	"fmt"
	"io"
	"iter"

	"github.com/xuri/excelize/v2"
)

// Bounds of a workbook: unpacked bytes in all, and bytes of one sheet kept in memory (more goes to a temporary file).
const (
	bookMax  = 2 << 30
	sheetMax = 16 << 20
	fileMax  = 512 << 20 // packed, held in memory while it is open
)

// openXLSX reads the first sheet of a workbook, row after row.
func (t *Table) openXLSX(r io.Reader) (err error) {
	// The library is not ours to fuzz, and bytes from outside must not end the till.
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("catalog: workbook is damaged: %v", p)
		}
	}()
	book, err := excelize.OpenReader(&limited{r, fileMax}, excelize.Options{UnzipSizeLimit: bookMax, UnzipXMLSizeLimit: sheetMax})
	if err != nil {
		return fmt.Errorf("catalog: workbook: %w", err)
	}
	t.close = book.Close
	rows, err := book.Rows(book.GetSheetName(0))
	if err != nil {
		return fmt.Errorf("catalog: workbook: %w", err)
	}
	t.close = func() error {
		if err := rows.Close(); err != nil {
			return err
		}
		return book.Close()
	}
	t.number = true
	row := 0
	t.next = func() (at int, cells []string, err error) {
		defer func() {
			if p := recover(); p != nil {
				at, err = row, fmt.Errorf("workbook is damaged: %v", p)
			}
		}()
		if !rows.Next() {
			if err := rows.Error(); err != nil {
				return row, nil, err
			}
			return row, nil, io.EOF
		}
		row++
		cells, err = rows.Columns(excelize.Options{RawCellValue: true})
		return row, cells, err
	}
	return nil
}

// limited is a reader that answers an error, and not an end, when there is more than left.
type limited struct {
	in   io.Reader
	left int64
}

func (l *limited) Read(p []byte) (int, error) {
	n, err := l.in.Read(p)
	if l.left -= int64(n); l.left < 0 {
		return n, fmt.Errorf("more than %d bytes", int64(fileMax))
	}
	return n, err
}

func writeXLSX(w io.Writer, items iter.Seq2[Item, error]) (err error) {
	book := excelize.NewFile()
	defer func() {
		if cerr := book.Close(); err == nil {
			err = cerr
		}
	}()
	sheet, err := book.NewStreamWriter(book.GetSheetName(0))
	if err != nil {
		return err
	}
	cols := columns()
	cells := make([]any, len(cols))
	for n := range cols {
		cells[n] = cols[n].headings[0]
	}
	row := 1
	put := func() error {
		at, err := excelize.CoordinatesToCellName(1, row)
		if err != nil {
			return err
		}
		row++
		return sheet.SetRow(at, cells)
	}
	if err := put(); err != nil {
		return err
	}
	for item, err := range items {
		if err != nil {
			return err
		}
		// Everything is text: a spreadsheet would drop leading zeros and turn barcodes into powers of ten.
		for n := range cols {
			cells[n] = disarm(cols[n].write(&item))
			if cells[n] == "" {
				cells[n] = nil
			}
		}
		if err := put(); err != nil {
			return err
		}
	}
	if err := sheet.Flush(); err != nil {
		return err
	}
	out := bufio.NewWriterSize(w, window)
	if _, err := book.WriteTo(out); err != nil {
		return err
	}
	return out.Flush()
}
