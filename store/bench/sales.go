package bench

import (
	"encoding/json"
	"fmt"
	"time"

	"suanpan/app"
	"suanpan/app/catalog"
	"suanpan/app/device"
	"suanpan/app/ledger"
	"suanpan/app/money"
	"suanpan/app/order"
	"suanpan/app/receipt"
)

// Lines and tenders of an invented sale.
const (
	LinesEach = 5
	salesDay  = 500
)

var tax = []catalog.Tax{{Code: "vat13", Name: "增值税 13%", Rate: 130_000}}

// start is when the invented shop opened.
var start = time.Date(2016, 1, 4, 8, 0, 0, 0, time.UTC)

// ID is a UUIDv7 of the n-th thing of a family at a time: in order of time, and the same whenever it is asked for.
func ID(at time.Time, family uint16, n int) string {
	ms := at.UnixMilli()
	return fmt.Sprintf("%08x-%04x-7%03x-8%03x-%012x", ms>>16, ms&0xffff, n&0xfff, family&0xfff, n)
}

// when is the moment of the n-th sale: salesDay a day, one a minute.
func when(n int) time.Time {
	return start.AddDate(0, 0, n/salesDay).Add(time.Duration(n%salesDay) * time.Minute)
}

// ShiftOf is the shift of the n-th sale.
func ShiftOf(n int) string {
	return ID(start.AddDate(0, 0, n/salesDay), 1, n/salesDay)
}

// Basket is the order of the n-th sale in a shop of so many items: five lines, not paid yet.
func Basket(n, items int) *order.Order {
	at := when(n)
	o := order.New(order.ID(ID(at, 2, n)), order.Rules{Currency: "CNY", TaxIncluded: true}, at)
	o.Source.Mode, o.Staff, o.Shift = "retail", "e1", ShiftOf(n)
	seed := uint64(n)*0x9E3779B97F4A7C15 + 0x1234567
	for range LinesEach {
		seed ^= seed << 13
		seed ^= seed >> 7
		seed ^= seed << 17
		item := Item(int(seed % uint64(items)))
		line := order.Line{SKU: item.SKU, Name: item.Name, Unit: item.Unit, Category: item.Category, Qty: money.One * money.Qty(1+seed>>40%3), Price: item.Price,
			Taxes: tax, Barcode: item.Barcodes[0], At: at}
		line.No = o.Next
		o.Next++
		o.Lines = append(o.Lines, line)
	}
	return o
}

// Pay settles o in two tenders and gives the document and its fact, as the shop does.
func Pay(o *order.Order, no int64) (*app.Document, *ledger.Fact, error) {
	total := order.Calc(o).Total
	half := total / 2
	o.Tenders = []order.Tender{{ID: ID(o.Made, 3, int(no)), Method: "wechatpay", Minor: half, State: order.Succeeded, Ref: fmt.Sprintf("42000%023d", no)},
		{ID: ID(o.Made, 4, int(no)), Method: order.Cash, Minor: total - half, Given: total, Change: half, State: order.Succeeded}}
	o.State = order.Settled
	d := &app.Document{Kind: "sale", No: fmt.Sprintf("A-%06d", no), Day: o.Made.Format(time.DateOnly), At: o.Made, Till: "A", Drawer: "A", Cashier: "Amy",
		Order: o, Sum: order.Calc(o)}
	sum := ledger.Sum{Currency: "CNY", Mode: "retail", Net: d.Sum.Net, Rounding: d.Sum.Rounding, Tenders: []ledger.TenderPart{
		{Account: ledger.Deposit + ":orders", Minor: half}, {Account: ledger.Cash("A"), Minor: total - half}}}
	for _, t := range d.Sum.Taxes {
		sum.Taxes = append(sum.Taxes, ledger.TaxPart{Code: t.Code, Minor: t.Tax})
	}
	body, err := json.Marshal(d)
	f := &ledger.Fact{ID: ID(o.Made, 5, int(no)), At: o.Made, Kind: "sale", Staff: o.Staff, Shift: o.Shift, Body: body, Postings: sum.Postings()}
	return d, f, err
}

// Prepared is a sale as it is written.
type Prepared struct {
	order order.ID
	fact  *ledger.Fact
	entry app.Entry
	page  receipt.Page
}

// Prepare works out what paying o writes. no is the receipt's number.
func Prepare(o *order.Order, no int64) (*Prepared, error) {
	d, f, err := Pay(o, no)
	if err != nil {
		return nil, err
	}
	entry, err := app.Fold(f)
	return &Prepared{order: o.ID, fact: f, entry: entry, page: page(d)}, err
}

// Commit does in tx what the shop does when an order is paid: number, fact, totals, index, draft, drawer and paper.
func (p *Prepared) Commit(tx app.Tx) error {
	if _, err := tx.Next("receipt"); err != nil {
		return err
	}
	if err := tx.Append(p.fact, p.entry); err != nil {
		return err
	}
	if err := tx.DropOrder(p.order); err != nil {
		return err
	}
	kick := device.Job{Printer: "till", Kind: device.Drawer, State: device.Queued, Ref: string(p.order), At: p.fact.At}
	if err := tx.PutJob(&kick); err != nil {
		return err
	}
	job := device.Job{Printer: "till", Kind: device.Paper, State: device.Queued, Ref: string(p.order), At: p.fact.At, Page: p.page}
	return tx.PutJob(&job)
}

// page is a slip of the usual size.
func page(d *app.Document) receipt.Page {
	p := receipt.Page{Columns: 32}
	say := func(format string, args ...any) {
		p.Rows = append(p.Rows, receipt.Row{Kind: receipt.Text, Text: fmt.Sprintf(format, args...)})
	}
	say("算盘示范店")
	say("%s  %s", d.No, d.Day)
	for i, l := range d.Order.Lines {
		say("%s", l.Name)
		say("  %d x %d  %20d", l.Qty/1000, l.Price, d.Sum.Lines[i].Total)
	}
	say("合计 %d", d.Sum.Total)
	for _, t := range d.Order.Tenders {
		say("%s %d", t.Method, t.Minor)
	}
	say("谢谢惠顾")
	return p
}

// Day is the midnight of the n-th sale's day.
func Day(n int) time.Time { return when(n).Truncate(24 * time.Hour) }
