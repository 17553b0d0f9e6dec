package report

import (
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"suanpan/app/money"
)

// WriteCSV writes the sheets below each other, with the mark by which spreadsheets know UTF-8.
func WriteCSV(w io.Writer, title string, sheets []Sheet) error {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return err
	}
	c := csv.NewWriter(w)
	err := c.Write([]string{Plain(title)})
	for _, s := range sheets {
		err = errors.Join(err, c.Write([]string{}), c.Write(append([]string{Plain(s.Title)}, s.Head[1:]...)))
		for _, row := range s.Rows {
			fields := make([]string, len(row))
			for i, cell := range row {
				fields[i] = cell.Text
				if !cell.Number {
					fields[i] = Plain(cell.Text)
				}
			}
			err = errors.Join(err, c.Write(fields))
		}
	}
	c.Flush()
	return errors.Join(err, c.Error())
}

// WriteXLSX writes a workbook with a sheet each; numbers are numbers, with the currency's places.
func WriteXLSX(w io.Writer, title string, sheets []Sheet, currency money.Currency) (err error) {
	f := excelize.NewFile()
	defer func() { err = errors.Join(err, f.Close()) }()
	format := "#,##0"
	if n := currency.Places(); n > 0 {
		format += "." + strings.Repeat("0", n)
	}
	styles := [3]int{}
	for i, s := range []*excelize.Style{{Font: &excelize.Font{Bold: true}}, {CustomNumFmt: &format}, {}} {
		if styles[i], err = f.NewStyle(s); err != nil {
			return err
		}
	}
	for i, s := range sheets {
		name := sheetName(s.Title)
		if i == 0 {
			err = f.SetSheetName("Sheet1", name)
		} else {
			_, err = f.NewSheet(name)
		}
		if err == nil {
			err = xlsxSheet(f, name, title, s, styles)
		}
		if err != nil {
			return err
		}
	}
	return f.Write(w)
}

func xlsxSheet(f *excelize.File, name, title string, s Sheet, styles [3]int) error {
	put := func(column, row int, c Cell, style int) error {
		at, err := excelize.CoordinatesToCellName(column+1, row)
		if err != nil {
			return err
		}
		if c.Number {
			err = f.SetCellDefault(name, at, c.Text)
			if strings.Contains(c.Text, ".") {
				style = styles[1]
			}
		} else {
			err = f.SetCellStr(name, at, c.Text)
		}
		if style != 0 {
			err = errors.Join(err, f.SetCellStyle(name, at, at, style))
		}
		return err
	}
	err := put(0, 1, Cell{Text: title}, styles[0])
	for i, h := range s.Head {
		err = errors.Join(err, put(i, 3, Cell{Text: h}, styles[0]))
	}
	for n, row := range s.Rows {
		for i, c := range row {
			err = errors.Join(err, put(i, n+4, c, 0))
		}
	}
	return errors.Join(err, f.SetColWidth(name, "A", "A", 32), f.SetColWidth(name, "B", "H", 16))
}

// sheetName keeps to what a workbook allows: 31 characters, none of its signs.
func sheetName(text string) string {
	text = strings.NewReplacer(":", " ", "/", " ", `\`, " ", "?", " ", "*", " ", "[", "(", "]", ")").Replace(text)
	for utf8.RuneCountInString(text) > 31 {
		_, n := utf8.DecodeLastRuneInString(text)
		text = text[:len(text)-n]
	}
	if text == "" {
		return "-"
	}
	return text
}
