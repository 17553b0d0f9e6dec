package app

import (
	"context"
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

// Renderer turns a page into something a person or program can look at: "png", "escpos".
type Renderer interface {
	Render(page receipt.Page, to string, columns int, profile string) ([]byte, error)
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
	out := receipt.Document{Kind: kind, Training: conf.Training || s.sandbox() != nil && conf.Template != "demo", Shop: conf.Shop, Header: conf.Header, Number: d.No, Reason: o.Reason,
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
		if err := t.need(shift.Reprint); err != nil {
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
			page = page.Marked(s.p.Words(s.config().Locale)("receipt.copy", n))
		}
		job := device.Job{Kind: device.Paper, Page: page, Ref: ref, Copy: max(n, 0)}
		if ask.Gift {
			job.Copy = giftCopy
		}
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

// giftCopy marks a gift slip among the jobs of a document: it is neither the first printing nor counted as a copy.
const giftCopy = -1

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
	if s.p.Files == nil {
		return 0, refuse("file", nil, "path", path)
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
