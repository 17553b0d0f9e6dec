package report

import (
	"fmt"
	"strings"

	"suanpan/app/money"
)

// Words gives the text of a key in the reader's language.
type Words func(key string, args ...any) string

// Cell is one field of a table: text, or a number as decimal text.
type Cell struct {
	Text   string
	Number bool
}

// Sheet is one table of a report as people read it, whatever it is written to.
type Sheet struct {
	By    By // empty: the figures
	Title string
	Head  []string
	Rows  [][]Cell
}

// Sheets lays a report out: its figures first, then every breakdown that has rows.
func Sheets(r Report, w Words) []Sheet {
	out := []Sheet{figures(r, w)}
	for _, by := range All {
		if rows := r.Parts[by]; len(rows) > 0 {
			out = append(out, sheet(r, by, rows, w))
		}
	}
	return out
}

// Title is the report's own heading: its days, and why it may still change.
func Title(r Report, w Words) string {
	days := r.Period.From
	if r.Period.To != days {
		days += " – " + r.Period.To
	}
	if len(r.Provisional) > 0 {
		why := make([]string, len(r.Provisional))
		for i, p := range r.Provisional {
			why[i] = w("reports.provisional." + p)
		}
		days += " (" + w("reports.provisional") + ": " + strings.Join(why, ", ") + ")"
	}
	return days
}

// Line is one of the figures with its name.
type Line struct {
	Name  string // key of its words
	Count bool   // a number of documents and no amount
	Minor int64
	Was   int64
}

// Lines lists the figures that say something, in the order in which people read them.
func Lines(r Report) []Line {
	f, was := r.Figures, Figures{}
	if r.Before != nil {
		was = *r.Before
	}
	all := []Line{{"takings", false, f.Takings, was.Takings}, {"tickets", true, f.SaleCount, was.SaleCount}, {"average", false, f.Average, was.Average},
		{"sales", false, f.Sales, was.Sales}, {"refunds", false, -f.Refunds, -was.Refunds}, {"net", false, f.Net, was.Net}, {"tax", false, f.Tax, was.Tax},
		{"discounts", false, f.Discounts, was.Discounts}, {"rounding", false, f.Rounding, was.Rounding}, {"loads", false, f.Loads, was.Loads},
		{"cost", false, f.Cost, was.Cost}, {"margin", false, f.Margin, was.Margin}, {"gross", false, f.Gross, was.Gross}, {"fee", false, -f.Fee, -was.Fee},
		{"expected_net", false, f.ExpectedNet, was.ExpectedNet}}
	out := all[:0]
	for i, l := range all {
		if i < 3 || l.Minor != 0 || l.Was != 0 {
			out = append(out, l)
		}
	}
	return out
}

func figures(r Report, w Words) Sheet {
	s := Sheet{Title: w("reports.figures"), Head: []string{"", w("reports.amount")}}
	if r.Before != nil {
		s.Head = append(s.Head, r.Compared.From+" – "+r.Compared.To)
	}
	for _, l := range Lines(r) {
		cell := func(n int64) Cell {
			if l.Count {
				return Cell{fmt.Sprint(n), true}
			}
			return amount(n, r.Currency)
		}
		row := []Cell{{Text: w("reports." + l.Name)}, cell(l.Minor)}
		if r.Before != nil {
			row = append(row, cell(l.Was))
		}
		s.Rows = append(s.Rows, row)
	}
	return s
}

func sheet(r Report, by By, rows []Row, w Words) Sheet {
	s := Sheet{By: by, Title: w("reports.by." + string(by))}
	columns := columnsOf(by)
	s.Head = append(s.Head, s.Title)
	for _, c := range columns {
		s.Head = append(s.Head, w("reports."+c))
	}
	if r.Before != nil && by != Day {
		s.Head = append(s.Head, w("reports.before"))
	}
	for _, row := range rows {
		cells := []Cell{{Text: Label(by, row, w)}}
		for _, c := range columns {
			cells = append(cells, row.cell(c, r.Currency))
		}
		if row.Before != nil {
			cells = append(cells, amount(*row.Before, r.Currency))
		}
		s.Rows = append(s.Rows, cells)
	}
	return s
}

// columnsOf names what a breakdown shows of its rows.
func columnsOf(by By) []string {
	switch by {
	case Item, Category:
		return []string{"qty", "net", "cost", "margin"}
	case Tax:
		return []string{"net", "tax"}
	case Margin:
		return []string{"net", "cost", "margin"}
	case Fees:
		return []string{"gross", "fee", "expected_net", "fee_unknown"}
	}
	return []string{"count", "amount"}
}

func (r Row) cell(column string, c money.Currency) Cell {
	if (column == "cost" || column == "margin") && r.Cost == 0 && r.Margin == 0 {
		return Cell{} // not known is not nothing
	}
	switch column {
	case "count":
		return Cell{fmt.Sprint(r.Count), true}
	case "qty":
		return Cell{r.Qty.String(), true}
	case "fee_unknown":
		return Cell{fmt.Sprint(r.Unknown), true}
	case "cost":
		return amount(r.Cost, c)
	case "margin":
		return amount(r.Margin, c)
	case "gross":
		return amount(r.Gross, c)
	case "fee":
		return amount(r.Fee, c)
	case "net":
		if r.Net != 0 {
			return amount(r.Net, c)
		}
	}
	return amount(r.Minor, c)
}

func amount(minor int64, c money.Currency) Cell { return Cell{money.Of(minor, c).Decimal(), true} }

// Label is what people call a row.
func Label(by By, r Row, w Words) string {
	switch by {
	case Hour:
		return r.Key + ":00"
	case Tender, Fees:
		return w("receipt.method." + r.Key)
	case Tax:
		_, rate, _ := strings.Cut(r.Key, ":")
		if n, err := money.ParseRate(rate); err == nil {
			return n.Percent() + "%"
		}
	case Item:
		if r.Name != "" {
			return r.Key + " " + r.Name
		}
	case Person:
		if r.Name != "" {
			return r.Name
		}
	}
	if r.Key == "" {
		return w("reports.none")
	}
	return r.Key
}
