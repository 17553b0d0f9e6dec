package app

import (
	"encoding/json"
	"fmt"
	"time"

	"suanpan/app/ledger"
	"suanpan/app/money"
	"suanpan/app/order"
)

// Document is a finished sale or refund as it was issued: the body of its fact, never changed. What is shown, printed and
// reported later is read from here.
type Document struct {
	Kind    string       `json:"kind"` // sale, refund
	No      string       `json:"receipt_no"`
	Day     string       `json:"day"` // business date
	At      time.Time    `json:"at"`
	Till    string       `json:"till"`
	Drawer  string       `json:"drawer"`
	Cashier string       `json:"cashier"`           // name, as it was
	Restock bool         `json:"restock,omitempty"` // on a refund: the goods go back on the shelf (R8)
	Loose   bool         `json:"loose,omitempty"`   // a return without receipt (R5)
	By      string       `json:"approved,omitempty"`
	Order   *order.Order `json:"order"`
	Sum     order.Sum    `json:"sum"`
}

// The kinds of facts that move money or goods; every other kind is a record without postings.
const (
	factSale     ledger.Kind = "sale"
	factRefund   ledger.Kind = "refund"
	factOpened   ledger.Kind = "shift.opened"
	factClosed   ledger.Kind = "shift.closed"
	factCash     ledger.Kind = "shift.cash"
	factDrawer   ledger.Kind = "drawer.opened"
	factVoidLine ledger.Kind = "line.voided"
	factVoid     ledger.Kind = "order.voided"
	factStock    ledger.Kind = "stock.moved"
	factCaptured ledger.Kind = "payment.captured"
	factLate     ledger.Kind = "payment.late"
	factUnlate   ledger.Kind = "payment.late_reversed"
	factReturned ledger.Kind = "payment.refunded"
)

// account is where a proven tender of the document stands. Money captured by a provider was posted when it was captured,
// against what the shop owed the customer until the sale; so the sale takes it from there.
func (d *Document) account(method string) string {
	if method == order.Cash {
		return ledger.Cash(d.Drawer)
	}
	if d.Kind == "refund" {
		return ledger.Deposit + ":refunds"
	}
	return ledger.Deposit + ":orders"
}

// postings of the document; they balance because Total is both the sum of the tenders and that of net, tax and rounding.
func (d *Document) postings() []ledger.Posting {
	s := ledger.Sum{Currency: d.Order.Rules.Currency, Mode: d.Order.Source.Mode, Net: d.Sum.Net, Rounding: d.Sum.Rounding}
	for _, t := range d.Sum.Taxes {
		s.Taxes = append(s.Taxes, ledger.TaxPart{Code: t.Code, Minor: t.Tax})
	}
	for _, t := range d.Order.Tenders {
		if t.State == order.Succeeded {
			s.Tenders = append(s.Tenders, ledger.TenderPart{Account: d.account(t.Method), Minor: t.Minor})
		}
	}
	return s.Postings()
}

// Fold works out what a fact adds to the totals and to the index of finished documents. It is the only definition of both:
// commits use it, and verify uses it again on the stored bytes.
func Fold(f *ledger.Fact) (Entry, error) {
	var e Entry
	for _, p := range f.Postings {
		e.add("account", p.Account+" "+string(p.Currency), 1, p.Minor)
	}
	switch f.Kind {
	case factSale, factRefund:
		var d Document
		if err := json.Unmarshal(f.Body, &d); err != nil {
			return e, fmt.Errorf("fold %s %s: %w", f.Kind, f.ID, err)
		}
		e.document(f, &d)
	case factVoidLine, factVoid:
		e.add("shift:"+f.Shift, "void", 1, 0)
	case factDrawer:
		e.add("shift:"+f.Shift, "drawer", 1, 0)
	case factCash:
		var m cashMove
		if err := json.Unmarshal(f.Body, &m); err != nil {
			return e, fmt.Errorf("fold %s %s: %w", f.Kind, f.ID, err)
		}
		if m.Minor >= 0 {
			e.add("shift:"+f.Shift, "cash_in", 1, m.Minor)
		} else {
			e.add("shift:"+f.Shift, "cash_out", 1, -m.Minor)
		}
	case factStock:
		var m stockMove
		if err := json.Unmarshal(f.Body, &m); err != nil {
			return e, fmt.Errorf("fold %s %s: %w", f.Kind, f.ID, err)
		}
		for _, l := range m.Lines {
			e.add("stock", l.SKU, int64(l.Delta), 0)
		}
	}
	return e, nil
}

func (e *Entry) add(scope, key string, n, minor int64) {
	for i := range e.Totals {
		if e.Totals[i].Scope == scope && e.Totals[i].Key == key {
			e.Totals[i].N += n
			e.Totals[i].Minor += minor
			return
		}
	}
	e.Totals = append(e.Totals, Delta{scope, key, n, minor})
}

// document adds the figures of X and Z, the stock and the index row.
func (e *Entry) document(f *ledger.Fact, d *Document) {
	scope, o, s := "shift:"+f.Shift, d.Order, &d.Sum
	e.add("series", "receipt", 1, 0)
	e.add(scope, d.Kind, 1, s.Total)
	e.add(scope, "net", 0, s.Net)
	if s.Discount != 0 {
		e.add(scope, "discount", 1, s.Discount)
	}
	if s.Rounding != 0 {
		e.add(scope, "rounding", 1, s.Rounding)
	}
	for _, t := range s.Taxes {
		e.add(scope, "tax:"+t.Code+":"+t.Rate.String(), t.Net, t.Tax)
	}
	for _, t := range o.Tenders {
		if t.State == order.Succeeded {
			e.add(scope, "tender:"+t.Method, 1, t.Minor)
		}
	}
	for _, l := range o.Lines {
		if l.NoStock || (d.Kind == "refund" && !d.Restock) || !stocked(l) {
			continue
		}
		factor := l.Factor
		if factor == 0 {
			factor = money.One
		}
		e.add("stock", l.SKU, -int64(l.Qty.Times(factor)), 0)
	}
	label := o.Label
	if o.Source.Label != "" {
		label = o.Source.Label
	}
	if o.Member != "" {
		label = o.Member
	}
	e.Sale = &SaleRow{ID: string(o.ID), No: d.No, Seq: f.Seq, At: f.At, Kind: d.Kind, Of: string(o.ReturnOf), Shift: f.Shift,
		Staff: f.Staff, Total: s.Total, Label: label}
}

// stocked reports whether the line is of a kind that has stock at all.
func stocked(l order.Line) bool { return l.Kind == "" || l.Kind == "goods" }

// document reads the body of a finished sale's fact.
func document(v View, row SaleRow) (*Document, *ledger.Fact, error) {
	f, err := v.Fact(row.Seq)
	if err != nil {
		return nil, nil, err
	}
	var d Document
	if err := json.Unmarshal(f.Body, &d); err != nil {
		return nil, nil, fmt.Errorf("sale %s: %w", row.ID, err)
	}
	return &d, f, nil
}
