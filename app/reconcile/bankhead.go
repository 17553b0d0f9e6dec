package reconcile

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// headRows is how many rows of a statement are enough to see its titles: banks write a page of remarks above them.
const headRows = 40

// statement reads a bank's file whole, in whichever of the known character sets, and opens it as a table.
func statement(r io.Reader) (*csv.Reader, error) {
	raw, err := io.ReadAll(io.LimitReader(r, statementMax+1))
	if err != nil {
		return nil, err
	}
	if len(raw) > statementMax {
		return nil, fmt.Errorf("%w: larger than %d bytes", ErrBank, statementMax)
	}
	raw = bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf"))
	if !utf8.Valid(raw) {
		if raw, err = simplifiedchinese.GB18030.NewDecoder().Bytes(raw); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrBank, err)
		}
	}
	in := csv.NewReader(bytes.NewReader(raw))
	in.FieldsPerRecord, in.LazyQuotes, in.TrimLeadingSpace = -1, true, true
	if line, _, _ := bytes.Cut(raw, []byte("\n")); bytes.Count(line, []byte(";")) > bytes.Count(line, []byte(",")) {
		in.Comma = ';'
	}
	return in, nil
}

// cleaned takes off what banks put around cells so that spreadsheets leave long numbers alone.
func cleaned(cells []string) []string {
	for i := range cells {
		cells[i] = strings.TrimSpace(strings.Trim(strings.TrimSpace(cells[i]), "\t`'"))
	}
	return cells
}

// BankHead is the beginning of a statement, for the person who says what its columns mean.
type BankHead struct {
	Titles []string   `json:"titles"` // of the row that looks like titles; empty where none does
	Rows   [][]string `json:"rows"`   // what follows the titles, or the first rows where there are none
	Guess  BankFormat `json:"guess"`  // what the titles seem to mean; a person decides
}

// Titles that banks give their columns, in the order in which they are believed.
var (
	dayTitles    = []string{"记账日期", "入账日期", "交易日期", "交易时间", "日期", "記帳日", "交易日", "Buchungstag", "Booking date", "Date", "date"}
	amountTitles = []string{"交易金额", "发生额", "金额", "金額", "Betrag", "Amount", "amount"}
	inTitles     = []string{"收入金额", "贷方发生额", "贷方金额", "收入", "存入", "贷方", "Credit", "Paid in"}
	outTitles    = []string{"支出金额", "借方发生额", "借方金额", "支出", "支取", "借方", "Debit", "Paid out"}
	textTitles   = []string{"摘要", "用途", "附言", "备注", "对方户名", "交易对方", "对方账户名", "Verwendungszweck", "Description", "Reference", "Text", "text"}
	dayLayouts   = []string{time.DateOnly, "20060102", "2006/01/02", "02.01.2006", "2006年01月02日", "2006-01-02 15:04:05", "2006/1/2", "01/02/2006"}
)

// ReadBankHead reads the first rows of a statement and guesses what its columns are. It refuses only what is no table.
func ReadBankHead(r io.Reader) (BankHead, error) {
	in, err := statement(r)
	if err != nil {
		return BankHead{}, err
	}
	var rows [][]string
	for len(rows) < headRows {
		cells, err := in.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return BankHead{}, fmt.Errorf("%w: %w", ErrBank, err)
		}
		rows = append(rows, cleaned(slices.Clone(cells)))
	}
	head := BankHead{Rows: rows}
	for i, row := range rows {
		if known(row, dayTitles) == "" || known(row, amountTitles)+known(row, inTitles) == "" {
			continue
		}
		head.Titles, head.Rows = row, rows[i+1:]
		break
	}
	if head.Titles == nil { // a bank that nobody here knows: the widest row is the likeliest to hold titles
		for i, row := range rows {
			if len(row) > len(head.Titles) {
				head.Titles, head.Rows = row, rows[i+1:]
			}
		}
	}
	head.guess()
	return head, nil
}

func (h *BankHead) guess() {
	g := BankFormat{Day: known(h.Titles, dayTitles), In: known(h.Titles, inTitles), Layout: time.DateOnly}
	if g.In != "" {
		g.Out = known(h.Titles, outTitles)
	} else {
		g.Amount = known(h.Titles, amountTitles)
	}
	for _, t := range textTitles {
		if slices.Contains(h.Titles, t) {
			g.Text = append(g.Text, t)
		}
	}
	day, amount := slices.Index(h.Titles, g.Day), slices.Index(h.Titles, g.Amount+g.In)
	for _, row := range h.Rows {
		date := at(row, day)
		i := slices.IndexFunc(dayLayouts, func(layout string) bool { _, err := time.Parse(layout, date); return err == nil })
		if date == "" || i < 0 {
			continue
		}
		g.Layout = dayLayouts[i]
		money := at(row, amount)
		g.Comma = strings.LastIndex(money, ",") > strings.LastIndex(money, ".") && len(money)-strings.LastIndex(money, ",") <= 3
		break
	}
	h.Guess = g
}

// known is the first of names that is among titles.
func known(titles, names []string) string {
	for _, n := range names {
		if slices.Contains(titles, n) {
			return n
		}
	}
	return ""
}

// DayLayouts lists the forms of dates that banks use, in Go's way, for the person who has to choose one.
func DayLayouts() []string { return slices.Clone(dayLayouts) }
