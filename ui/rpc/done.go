package rpc

import (
	"context"
	"strconv"
	"time"

	"suanpan/app"
	"suanpan/app/money"
	"suanpan/app/order"
)

// Sale is a finished document.
type Sale struct {
	Sale      string       `json:"sale"`
	Kind      string       `json:"kind"`
	State     string       `json:"state"`
	ReceiptNo string       `json:"receipt_no"`
	Entry     int64        `json:"entry"`
	At        string       `json:"at"`
	Day       string       `json:"day"`
	Staff     string       `json:"staff"`
	Of        string       `json:"of,omitempty"`
	Lines     []SaleLine   `json:"lines"`
	Subtotal  int64        `json:"subtotal"`
	Discount  int64        `json:"discount"`
	Tax       int64        `json:"tax"`
	Taxes     []TaxLine    `json:"taxes"`
	Rounding  int64        `json:"rounding"`
	Total     int64        `json:"total"`
	Tenders   []SaleTender `json:"tenders"`
	Change    int64        `json:"change"`
	Refunds   []SaleRow    `json:"refunds"`
	Reason    string       `json:"reason,omitempty"`
}

// SaleLine is a line with what was taken back of it.
type SaleLine struct {
	BasketLine
	Returned string `json:"returned,omitempty"`
	Of       int    `json:"of,omitempty"` // on a refund: the line of the sale
}

// TaxLine is one rate's share, SaleTender one way of paying, SaleRow one document in a list.
type (
	TaxLine struct {
		Code string `json:"code"`
		Rate string `json:"rate"`
		Net  int64  `json:"net"`
		Tax  int64  `json:"tax"`
	}
	SaleTender struct {
		Payment string `json:"payment"`
		Method  string `json:"method"`
		Amount  int64  `json:"amount"`
		Given   int64  `json:"given,omitempty"`
		Change  int64  `json:"change,omitempty"`
		Ref     string `json:"provider_ref,omitempty"`
	}
	SaleRow struct {
		Sale      string `json:"sale"`
		ReceiptNo string `json:"receipt_no"`
		Entry     int64  `json:"entry"`
		At        string `json:"at"`
		Kind      string `json:"kind"`
		Of        string `json:"of,omitempty"`
		Staff     string `json:"staff"`
		Total     int64  `json:"total"`
	}
)

func listed(r app.SaleRow) SaleRow {
	return SaleRow{r.ID, r.No, r.Seq, r.At.Format(time.RFC3339), r.Kind, r.Of, r.Staff, r.Total}
}

func finished(s app.Sale, err error) (Sale, error) {
	if err != nil {
		return Sale{}, err
	}
	d, o, c := s.Doc, s.Doc.Order, s.Doc.Order.Rules.Currency
	out := Sale{Sale: s.ID, Kind: s.Kind, State: s.State, ReceiptNo: s.No, Entry: s.Seq, At: s.At.Format(time.RFC3339), Day: d.Day, Staff: s.Staff, Of: s.Of,
		Lines: []SaleLine{}, Subtotal: d.Sum.Subtotal, Discount: d.Sum.Discount, Tax: d.Sum.Tax, Taxes: []TaxLine{}, Rounding: d.Sum.Rounding, Total: d.Sum.Total,
		Tenders: []SaleTender{}, Change: d.Sum.Change, Refunds: []SaleRow{}, Reason: o.Reason}
	for i, l := range o.Lines {
		out.Lines = append(out.Lines, SaleLine{BasketLine: line(l, d.Sum.Lines[i], c), Returned: s.Returned[l.No], Of: l.Of})
	}
	for _, t := range d.Sum.Taxes {
		out.Taxes = append(out.Taxes, TaxLine{t.Code, t.Rate.String(), t.Net, t.Tax})
	}
	for _, t := range o.Tenders {
		out.Tenders = append(out.Tenders, SaleTender{t.ID, t.Method, t.Minor, t.Given, t.Change, t.Ref})
	}
	for _, r := range s.Refunds {
		out.Refunds = append(out.Refunds, listed(r))
	}
	return out, nil
}

type refund struct {
	Key
	Approval
	Sale  string `json:"sale"`
	Lines []struct {
		Line int     `json:"line"`
		Qty  Decimal `json:"qty"`
	} `json:"lines,omitempty"` // all that is left where left out
	Tenders []struct {
		Method string `json:"method"`
		Amount int64  `json:"amount"`
	} `json:"tenders,omitempty"` // to source where left out
	Reason  string `json:"reason"`
	Restock *bool  `json:"restock,omitempty"` // true where left out
}

type paper struct {
	Sale         string `json:"sale,omitempty"`
	Shift        string `json:"shift,omitempty"`
	Order        string `json:"order,omitempty"`
	Registration string `json:"registration,omitempty"`
	Printer      string `json:"printer,omitempty"`
	Copy         bool   `json:"copy,omitempty"`
	Gift         bool   `json:"gift,omitempty"`
}

func (p paper) ask() (app.PrintAsk, error) {
	if p.Order != "" || p.Registration != "" || (p.Printer != "" && p.Printer != app.ReceiptPrinter) {
		return app.PrintAsk{}, &app.Error{Code: "mode_not_here", Data: map[string]any{"why": "sale and shift are printed on the receipt printer"}}
	}
	if (p.Sale == "") == (p.Shift == "") {
		return app.PrintAsk{}, &app.Error{Code: "bad_params", Data: map[string]any{"why": "name a sale or a shift"}}
	}
	return app.PrintAsk{Sale: p.Sale, Shift: p.Shift, Copy: p.Copy, Gift: p.Gift}, nil
}

type saleList struct {
	From   string `json:"from,omitempty"` // RFC 3339 or a date
	To     string `json:"to,omitempty"`
	Text   string `json:"text,omitempty"`
	Limit  int    `json:"limit,omitempty"`
	Before int64  `json:"before,omitempty"` // entry, for the next page
}

func doneMethods() []Method {
	const g = "A sale"
	return []Method{
		def(g, "sale.complete", "Settles the basket; refused while anything is due or an attempt is open.", func(ctx context.Context, f *Face, p struct {
			Key
			Basket string `json:"basket,omitempty"`
		}) (Sale, error) {
			return finished(f.Shop.Complete(p.in(ctx), order.ID(p.Basket)))
		}),
		def(g, "sale.get", "Reads a finished sale or refund, by id or receipt number.", func(ctx context.Context, f *Face, p struct {
			Sale string `json:"sale"`
		}) (Sale, error) {
			return finished(f.Shop.GetSale(ctx, p.Sale))
		}),
		def(g, "sale.list", "Lists finished documents, newest first.", listSales),
		def(g, "sale.refund", "Takes lines back: never more than was sold and not yet returned, over the original tenders.", refundSale),
		def(g, "sale.refund_loose", "Takes an item back without a receipt, for cash.", func(ctx context.Context, f *Face, p struct {
			Key
			Approval
			SKU    string  `json:"sku"`
			Qty    Decimal `json:"qty"`
			Reason string  `json:"reason"`
			Person string  `json:"person"`
		}) (Sale, error) {
			ctx, err := both(ctx, f, p.Key, p.Approval)
			if err != nil {
				return Sale{}, err
			}
			q, err := p.Qty.qty()
			if err != nil {
				return Sale{}, err
			}
			return finished(f.Shop.RefundLoose(ctx, app.LooseAsk{SKU: p.SKU, Qty: q, Reason: p.Reason, Person: p.Person}))
		}),
		def(g, "receipt.print", "Queues a receipt again, marked as a copy, or as a gift receipt; or a shift's Z.", func(ctx context.Context, f *Face, p struct {
			Key
			paper
		}) (map[string]any, error) {
			ask, err := p.ask()
			if err != nil {
				return nil, err
			}
			j, err := f.Shop.Print(p.in(ctx), ask)
			return map[string]any{"job": strconv.FormatInt(j.ID, 10), "state": j.State, "reason": j.Reason}, err
		}),
		def(g, "receipt.render", "Writes a receipt to a file.", func(ctx context.Context, f *Face, p struct {
			paper
			To   string `json:"to"` // png, text, escpos
			Path string `json:"path"`
		}) (map[string]any, error) {
			ask, err := p.ask()
			if err != nil {
				return nil, err
			}
			n, err := f.Shop.Render(ctx, ask, p.To, p.Path)
			return map[string]any{"path": p.Path, "columns": n}, err
		}),
	}
}

func listSales(ctx context.Context, f *Face, p saleList) (map[string]any, error) {
	q := app.SalesQuery{Text: p.Text, Limit: p.Limit, Before: p.Before}
	var err error
	if q.From, err = moment(p.From, 0); err != nil {
		return nil, err
	}
	if q.To, err = moment(p.To, 24*time.Hour); err != nil {
		return nil, err
	}
	rows, err := f.Shop.Sales(ctx, q)
	out := []SaleRow{}
	for _, r := range rows {
		out = append(out, listed(r))
	}
	return map[string]any{"sales": out}, err
}

// moment reads a time, or a date and what to add to it.
func moment(text string, more time.Duration) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t, nil
	}
	t, err := time.ParseInLocation(time.DateOnly, text, time.Local)
	if err != nil {
		return t, &app.Error{Code: "bad_params", Err: err, Data: map[string]any{"why": "times are RFC 3339 or 2026-11-22"}}
	}
	return t.Add(more), nil
}

func refundSale(ctx context.Context, f *Face, p refund) (map[string]any, error) {
	ctx, err := both(ctx, f, p.Key, p.Approval)
	if err != nil {
		return nil, err
	}
	ask := app.RefundAsk{Sale: p.Sale, Reason: p.Reason, Restock: p.Restock == nil || *p.Restock}
	for _, l := range p.Lines {
		q, err := l.Qty.qty()
		if err != nil {
			return nil, err
		}
		if ask.Lines == nil {
			ask.Lines = map[int]money.Qty{}
		}
		ask.Lines[l.Line] += q
	}
	for _, t := range p.Tenders {
		if ask.Tenders == nil {
			ask.Tenders = map[string]int64{}
		}
		ask.Tenders[t.Method] += t.Amount
	}
	s, err := f.Shop.Refund(ctx, ask)
	if err != nil {
		return nil, err
	}
	full, err := finished(s, nil)
	return map[string]any{"refund": s.ID, "state": s.State, "receipt_no": s.No, "entry": s.Seq, "total": s.Total, "tenders": full.Tenders, "lines": full.Lines}, err
}
