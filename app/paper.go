package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"suanpan/app/catalog"
	"suanpan/app/device"
	"suanpan/app/money"
	"suanpan/app/order"
	"suanpan/app/receipt"
	"suanpan/app/shift"
)

// ReceiptPrinter is the role that slips go to.
const ReceiptPrinter = "receipt"

// Device is one configured device. Devices are settings of this till, not of the shop.
type Device struct {
	ID      string `json:"device"`  // the role: "receipt", "kitchen", "scanner"
	Kind    string `json:"kind"`    // printer, scanner
	Address string `json:"address"` // tcp:192.168.1.60:9100, file:/dev/usb/lp0, serial:/dev/ttyUSB0?9600, virtual:
	Profile string `json:"profile,omitempty"`
	Columns int    `json:"columns,omitempty"`
}

// Renderer turns a page into something a person or program can look at: "png", "escpos".
type Renderer interface {
	Render(page receipt.Page, to string, columns int, profile string) ([]byte, error)
}

// Devices lists what is configured.
func (s *Shop) Devices(ctx context.Context) ([]Device, error) {
	return view(ctx, s, func(v View) ([]Device, error) { return devices(v) })
}

func devices(v View) ([]Device, error) {
	doc, ok, err := v.Setting("devices")
	if err != nil || !ok {
		return nil, err
	}
	var list []Device
	return list, json.Unmarshal(doc, &list)
}

// PutDevice adds or replaces a device by id; an empty address removes it.
func (s *Shop) PutDevice(ctx context.Context, d Device) ([]Device, error) {
	return change(ctx, s, "device.put", d, func(t *turn) ([]Device, error) {
		if err := t.need(shift.EditShop); err != nil {
			return nil, err
		}
		if d.ID == "" || (d.Columns != 0 && d.Columns != 32 && d.Columns != 42 && d.Columns != 48) {
			return nil, refuse("device_invalid", nil, "device", d.ID)
		}
		old, err := devices(t)
		if err != nil {
			return nil, err
		}
		var list []Device
		for _, o := range old {
			if o.ID != d.ID {
				list = append(list, o)
			}
		}
		if d.Address != "" {
			list = append(list, d)
		}
		if _, err := t.fact("device.put", d); err != nil {
			return nil, err
		}
		t.tell(Event{Kind: SettingsChanged})
		return list, t.PutSetting("devices", rawJSON(list))
	})
}

func (s *Shop) words(locale string) receipt.Words { return receipt.Words(s.p.Words(locale)) }

// second are the words of the receipt's second language, if the shop has one.
func (s *Shop) second() []receipt.Words {
	if conf := s.config(); conf.Second != "" && conf.Second != conf.Locale {
		return []receipt.Words{s.words(conf.Second)}
	}
	return nil
}

func (s *Shop) columns() int {
	if c := s.config().Columns; c != 0 {
		return c
	}
	return 48
}

// slip fills in a receipt's document from what was frozen. Nothing is calculated.
func (s *Shop) slip(d *Document, kind receipt.DocumentKind) receipt.Document {
	conf, o, sum, c := s.config(), d.Order, d.Sum, d.Order.Rules.Currency
	if d.Kind == "refund" && kind == receipt.Sale {
		kind = receipt.Refund
	}
	out := receipt.Document{Kind: kind, Training: s.p.Sandbox != nil && conf.Template != "demo", Shop: conf.Shop, Header: conf.Header, Number: d.No, Reason: o.Reason,
		Time: d.At.Local().Format("2006-01-02 15:04"), Cashier: d.Cashier, Till: d.Till, Member: masked(o.Member), Source: o.Source.Label,
		Pieces: sum.Items.String(), Subtotal: money.Of(sum.Subtotal, c), TaxIn: o.Rules.TaxIncluded, Rounding: money.Of(sum.Rounding, c),
		Total: money.Of(sum.Total, c), Change: money.Of(sum.Change, c), QR: receiptCode(d.No), Footer: conf.Footer}
	for i, l := range o.Lines {
		out.Lines = append(out.Lines, slipLine(o, l, sum.Lines[i], conf.Second))
	}
	var shares int64
	for _, l := range sum.Lines {
		shares += l.Share
	}
	out.Subtotal.Minor -= sum.Discount - shares
	if shares != 0 { // the lines' own discounts stand under the lines
		out.Discounts = []receipt.Sum{{Key: "receipt.discount", Amount: money.Of(-shares, c)}}
	}
	for _, t := range sum.Taxes {
		out.Taxes = append(out.Taxes, receipt.Sum{Name: t.Name, Amount: money.Of(t.Tax, c)})
	}
	for _, t := range o.Tenders {
		if t.State == order.Succeeded {
			out.Tenders = append(out.Tenders, receipt.Tender{Method: t.Method, Amount: money.Of(t.Minor, c), Given: money.Of(t.Given, c), Ref: t.Ref})
		}
	}
	return out
}

// receiptCode is what the receipt's QR says; a number that cannot stand in a code is printed as it is.
func receiptCode(no string) string {
	code, err := catalog.ReceiptCode(no)
	if err != nil {
		return no
	}
	return code
}

func slipLine(o *order.Order, l order.Line, sum order.LineSum, second string) receipt.Item {
	c := o.Rules.Currency
	item := receipt.Item{Name: l.Name, Qty: l.Qty.String(), Price: l.Price.Decimal(c), Amount: money.Of(sum.Gross, c), Discount: money.Of(-sum.Discount, c),
		Why: l.Discount.Reason}
	if l.Unit != "" && l.Unit != "each" {
		item.Qty += " " + l.Unit
	}
	for _, m := range l.Modifiers {
		item.Notes = append(item.Notes, m.Name)
	}
	if l.Tare != 0 {
		item.Notes = append(item.Notes, "- "+l.Tare.Weight())
	}
	if l.Note != "" {
		item.Notes = append(item.Notes, l.Note)
	}
	return item
}

// masked hides the middle of a member's phone or number (X42).
func masked(member string) string {
	r := []rune(member)
	if len(r) < 7 {
		return member
	}
	return string(r[:3]) + strings.Repeat("*", len(r)-7) + string(r[len(r)-4:])
}

// queue stores a print job for the receipt printer. Without one configured the page is kept, and nothing waits for paper.
func (t *turn) queue(j device.Job) error {
	j.Printer, j.At = ReceiptPrinter, t.now
	if j.State == "" {
		j.State = device.Queued
		list, err := devices(t)
		if err != nil {
			return err
		}
		if !hasPrinter(list) {
			j.State, j.Reason = device.Cancelled, "no_printer"
		}
	}
	t.jobs = true
	t.tell(Event{Kind: JobChanged})
	return t.PutJob(&j)
}

// queuePage queues a page for the receipt printer.
func (t *turn) queuePage(page receipt.Page, ref string) error {
	return t.queue(device.Job{Kind: device.Paper, Page: page, Ref: ref})
}

func hasPrinter(list []Device) bool {
	for _, d := range list {
		if d.ID == ReceiptPrinter && d.Kind == "printer" {
			return true
		}
	}
	return false
}

// PrintAsk says what to print again.
type PrintAsk struct {
	Sale  string `json:"sale,omitempty"` // id or receipt number
	Shift string `json:"shift,omitempty"`
	Copy  bool   `json:"copy,omitempty"`
	Gift  bool   `json:"gift,omitempty"`
}

// Print queues a receipt again: the frozen page marked COPY with its count, a gift receipt without prices, or a shift's Z
// (X45). A first printing that never reached paper (cancelled, doubtful) is marked as well: nobody knows who holds it.
func (s *Shop) Print(ctx context.Context, ask PrintAsk) (device.Job, error) {
	return change(ctx, s, "receipt.print", ask, func(t *turn) (device.Job, error) {
		if err := t.need(shift.Sell); err != nil {
			return device.Job{}, err
		}
		page, ref, err := s.page(t, ask)
		if err != nil {
			return device.Job{}, err
		}
		jobs, err := t.JobsFor(ref)
		if err != nil {
			return device.Job{}, err
		}
		n, kept := 0, false
		for _, j := range jobs {
			if j.Kind == device.Paper {
				n = max(n, j.Copy)
				kept = kept || j.Reason == "not_asked"
			}
		}
		if kept && n == 0 && !ask.Copy && !ask.Gift && ask.Sale != "" {
			n = -1 // asked for the first time in a shop that prints only on demand
		}
		if n++; n > 0 && !ask.Gift {
			page.Rows = append([]receipt.Row{{Kind: receipt.Text, Text: s.p.Words(s.config().Locale)("receipt.copy", n), Align: receipt.Center, Style: receipt.Style{Bold: true, Wide: 2, High: 2}}}, page.Rows...)
		}
		job := device.Job{Kind: device.Paper, Page: page, Ref: ref, Copy: max(n, 0)}
		if _, err := t.fact("receipt.printed", map[string]any{"ref": ref, "copy": n, "gift": ask.Gift}); err != nil {
			return device.Job{}, err
		}
		if err := t.queue(job); err != nil {
			return device.Job{}, err
		}
		jobs, err = t.JobsFor(ref)
		if err != nil {
			return device.Job{}, err
		}
		return jobs[len(jobs)-1], nil
	})
}

// page finds the frozen page of a document, or lays out what has none.
func (s *Shop) page(v View, ask PrintAsk) (receipt.Page, string, error) {
	if ask.Shift != "" {
		z, err := shiftOf(v, ask.Shift)
		if err != nil {
			return receipt.Page{}, "", err
		}
		if z.Z == nil {
			return receipt.Page{}, "", refuse("shift_open", shift.ErrOpen, "shift", ask.Shift)
		}
		return s.zPage(z), z.ID, nil
	}
	got, err := sale(v, ask.Sale)
	if err != nil {
		return receipt.Page{}, "", err
	}
	if ask.Gift {
		return receipt.Layout(s.slip(got.Doc, receipt.Gift), s.words(s.config().Locale), s.columns(), s.second()...), got.ID, nil
	}
	jobs, err := v.JobsFor(got.ID)
	if err != nil {
		return receipt.Page{}, "", err
	}
	for _, j := range jobs {
		if j.Kind == device.Paper && j.Copy == 0 && len(j.Page.Rows) > 0 {
			return j.Page, got.ID, nil
		}
	}
	doc := s.slip(got.Doc, receipt.Sale)
	doc.Damaged = true
	return receipt.Layout(doc, s.words(s.config().Locale), s.columns(), s.second()...), got.ID, nil
}

// Page reads the page that a receipt was issued with, for the screen (receipt preview, X44).
func (s *Shop) Page(ctx context.Context, ask PrintAsk) (receipt.Page, error) {
	return view(ctx, s, func(v View) (receipt.Page, error) { p, _, err := s.page(v, ask); return p, err })
}

// Render writes a receipt to a file as text, PNG or ESC/POS bytes and answers its width in columns.
func (s *Shop) Render(ctx context.Context, ask PrintAsk, to, path string) (columns int, err error) {
	page, err := s.Page(ctx, ask)
	if err != nil {
		return 0, err
	}
	b, err := s.Bytes(page, to)
	if err != nil {
		return 0, err
	}
	w, err := s.p.Files.Create(path)
	if err != nil {
		return 0, refuse("file", err, "path", path)
	}
	if _, err := w.Write(b); err != nil {
		return 0, refuse("file", errors.Join(err, w.Close()), "path", path)
	}
	if err := w.Close(); err != nil {
		return 0, refuse("file", err, "path", path)
	}
	return s.columns(), nil
}

// Bytes renders a page: "text", "png" or "escpos".
func (s *Shop) Bytes(page receipt.Page, to string) ([]byte, error) {
	if to == "text" {
		return []byte(receipt.Plain(page, s.columns())), nil
	}
	if s.p.Renderer == nil || (to != "png" && to != "escpos") {
		return nil, refuse("unknown_format", nil, "to", to)
	}
	b, err := s.p.Renderer.Render(page, to, s.columns(), "")
	if err != nil {
		return nil, s.fault(fmt.Errorf("render %s: %w", to, err))
	}
	return b, nil
}

// OpenDrawer opens the drawer without a sale: permission and reason (X47).
func (s *Shop) OpenDrawer(ctx context.Context, reason string) error {
	_, err := change(ctx, s, "drawer.open", reason, func(t *turn) (bool, error) {
		if err := t.need(shift.OpenDrawer); err != nil {
			return false, err
		}
		if t.shift == nil {
			return false, refuse("no_shift", shift.ErrNone)
		}
		if strings.TrimSpace(reason) == "" {
			return false, refuse("reason_missing", nil)
		}
		if _, err := t.fact(factDrawer, map[string]string{"reason": reason, "approved": t.by}); err != nil {
			return false, err
		}
		return true, t.queue(device.Job{Kind: device.Drawer, Ref: "drawer"})
	})
	return err
}

// Jobs lists the newest print jobs that still want something: waiting, doubtful, sending, queued.
func (s *Shop) Jobs(ctx context.Context) ([]device.Job, error) {
	return view(ctx, s, func(v View) ([]device.Job, error) {
		return v.Jobs([]device.JobState{device.Queued, device.Sending, device.Waiting, device.Doubtful}, 200)
	})
}

// CancelJob ends a job that waits; the paper was given up by a person.
func (s *Shop) CancelJob(ctx context.Context, id int64) error {
	return s.Mark(ctx, id, device.Cancelled, "by_hand")
}

// Next and Mark make the shop the printers' spool (device.Spool).
func (s *Shop) Next(ctx context.Context, printer string) (device.Job, error) {
	return view(ctx, s, func(v View) (device.Job, error) {
		jobs, err := v.Jobs([]device.JobState{device.Queued, device.Waiting}, 200)
		if err != nil {
			return device.Job{}, err
		}
		best := -1
		for i, j := range jobs {
			if j.Printer == printer && (best < 0 || (j.Kind == device.Drawer && jobs[best].Kind != device.Drawer)) {
				best = i
			}
		}
		if best < 0 {
			return device.Job{}, &Error{Code: "no_job", Err: device.ErrNoJob}
		}
		return jobs[best], nil
	})
}

// Mark records what became of a job before it returns. A final state is never left.
func (s *Shop) Mark(ctx context.Context, id int64, state device.JobState, reason string) error {
	_, err := change(ctx, s, "job.mark", nil, func(t *turn) (bool, error) {
		j, err := t.Job(id)
		if err != nil {
			return false, err
		}
		if j.State.Final() && !(j.State == device.Doubtful && state == device.Cancelled) {
			return false, refuse("job_final", nil, "job", id, "state", string(j.State))
		}
		if state == device.Sending {
			j.Tries++
		}
		j.State, j.Reason = state, reason
		t.tell(Event{Kind: JobChanged})
		return true, t.PutJob(&j)
	})
	return err
}

// doubtJobs marks what was on its way when the till stopped: some of it may be on paper.
func (t *turn) doubtJobs() error {
	jobs, err := t.Jobs([]device.JobState{device.Sending, device.Waiting}, 1000)
	if err != nil {
		return err
	}
	for _, j := range jobs {
		if j.State == device.Sending || j.Tries > 0 {
			j.State, j.Reason = device.Doubtful, "restart"
			if err := t.PutJob(&j); err != nil {
				return err
			}
		}
	}
	return nil
}
