package app

import (
	"encoding/json"
	"fmt"

	"suanpan/app/catalog"
	"suanpan/app/ledger"
	"suanpan/app/money"
	"suanpan/app/order"
)

// core is what a document's postings, totals and index row are worked out from: the part of a Document that is read again
// when its fact is folded. The names are those of Document, so that it reads the same bytes.
type core struct {
	Kind    string    `json:"kind"`
	No      string    `json:"receipt_no"`
	Till    string    `json:"till"`
	Drawer  string    `json:"drawer"`
	Restock bool      `json:"restock"`
	Loose   bool      `json:"loose"`
	Day     string    `json:"day"`
	At      string    `json:"at"`
	Order   coreOrder `json:"order"`
	Sum     order.Sum `json:"sum"`
}

type coreOrder struct {
	ID    order.ID `json:"id"`
	Rules struct {
		Currency money.Currency `json:"currency"`
	} `json:"rules"`
	Source   order.Source `json:"source"`
	Discount coreReason   `json:"discount"`
	Lines    []coreLine   `json:"lines"`
	Tenders  []coreTender `json:"tenders"`
	Member   string       `json:"member"`
	Label    string       `json:"label"`
	ReturnOf order.ID     `json:"return_of"`
}

type coreLine struct {
	SKU     string       `json:"sku"`
	Kind    catalog.Kind `json:"kind"`
	Qty     money.Qty    `json:"qty"`
	Factor  money.Qty    `json:"factor"`
	NoStock bool         `json:"no_stock"`
	Card    string       `json:"card"`

	Category string      `json:"category"`
	Cost     money.Price `json:"cost"`
	Discount coreReason  `json:"discount"`
}

// value reports whether the line is no sale: money put on a card, or paid on account.
func (l *coreLine) value() bool { return l.Kind == catalog.StoredValue || l.Kind == catalog.Settlement }

type coreTender struct {
	Method string `json:"method"`
	Minor  int64  `json:"amount"`
	State  string `json:"state"`
}

// core takes out of a document that was not read but just made what its postings and its index row need.
func (d *Document) core() *core {
	o := d.Order
	c := &core{Kind: d.Kind, No: d.No, Till: d.Till, Drawer: d.Drawer, Restock: d.Restock, Sum: d.Sum,
		Order: coreOrder{ID: o.ID, Source: o.Source, Member: o.Member, Label: o.Label, ReturnOf: o.ReturnOf}}
	c.Order.Rules.Currency = o.Rules.Currency
	for _, l := range o.Lines {
		c.Order.Lines = append(c.Order.Lines, coreLine{SKU: l.SKU, Kind: l.Kind, Qty: l.Qty, Factor: l.Factor, NoStock: l.NoStock, Card: l.Card})
	}
	for _, t := range o.Tenders {
		c.Order.Tenders = append(c.Order.Tenders, coreTender{t.Method, t.Minor, t.State})
	}
	return c
}

// account is where a proven tender of the document stands. Money captured by a provider was posted when it was captured,
// against what the shop owed the customer until the sale; so the sale takes it from there.
func (d *core) account(method string) string {
	if method == order.Cash {
		return ledger.Cash(d.Drawer)
	}
	if d.Kind == "refund" {
		return ledger.Deposit + ":refunds"
	}
	return ledger.Deposit + ":orders"
}

// postings of the document; they balance because Total is both the sum of the tenders and that of net, tax and rounding.
func (d *core) postings() []ledger.Posting {
	s := ledger.Sum{Currency: d.Order.Rules.Currency, Mode: d.Order.Source.Mode, Net: d.Sum.Net, Rounding: d.Sum.Rounding}
	for _, t := range d.Sum.Taxes {
		s.Taxes = append(s.Taxes, ledger.TaxPart{Code: t.Code, Minor: t.Tax})
	}
	for _, t := range d.Order.Tenders {
		if t.State == order.Succeeded {
			s.Tenders = append(s.Tenders, ledger.TenderPart{Account: d.account(t.Method), Minor: t.Minor})
		}
	}
	parts := d.valueParts()
	for _, p := range parts {
		s.Net -= p.Minor
	}
	out := s.Postings()
	for _, p := range parts {
		out = append(out, ledger.Posting{Account: p.account(), Minor: -p.Minor, Currency: s.Currency})
	}
	return out
}

// Fold works out what a fact adds to the totals and to the index of finished documents. It is the only definition of both:
// commits use it, and verify uses it again on the stored bytes.
func Fold(f *ledger.Fact) (Entry, error) {
	e, _, err := fold(f)
	return e, err
}

// fold is Fold that also answers the document it read, nil where f is none.
func fold(f *ledger.Fact) (e Entry, d *core, err error) {
	e.add("journal", "entries", 1, 0) // so that a journal that was cut off is found
	for _, p := range f.Postings {
		e.add("account", p.Account+" "+string(p.Currency), 1, p.Minor)
	}
	switch f.Kind {
	case factSale, factRefund:
		d = &core{}
		if err = json.Unmarshal(f.Body, d); err == nil {
			e.document(f, d)
			e.day(f, d)
		}
	case factCaptured:
		err = e.captured(f)
	case factVoidLine, factVoid:
		e.add("shift:"+f.Shift, "void", 1, 0)
	case factDrawer:
		e.add("shift:"+f.Shift, "drawer", 1, 0)
	case factCash:
		var m cashMove
		if err = json.Unmarshal(f.Body, &m); err != nil {
			break
		}
		if m.Minor >= 0 {
			e.add("shift:"+f.Shift, "cash_in", 1, m.Minor)
		} else {
			e.add("shift:"+f.Shift, "cash_out", 1, -m.Minor)
		}
	case factByHand:
		var m ByHand
		if err = json.Unmarshal(f.Body, &m); err != nil {
			break
		}
		key := "by_hand:"
		if m.Unseen {
			key = "to_verify:"
		}
		e.add("shift:"+f.Shift, key+m.Provider, 1, m.Amount.Minor)
	case factLoaded, factSpent, factUnspent, factGiven, factLapsed, factCharged, factUncharged, factSettled:
		err = e.value(f)
	case factStock:
		var m stockMove
		if err = json.Unmarshal(f.Body, &m); err != nil {
			break
		}
		for _, l := range m.Lines {
			e.add("stock", l.SKU, int64(l.Delta), 0)
		}
	}
	if err == nil {
		e.person(f, d)
	}
	if err != nil {
		return e, nil, fmt.Errorf("fold %s %s: %w", f.Kind, f.ID, err)
	}
	return e, d, nil
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
func (e *Entry) document(f *ledger.Fact, d *core) {
	scope, o, s := "shift:"+f.Shift, &d.Order, &d.Sum
	value := int64(0)
	for _, p := range d.valueParts() { // money owed is no takings: it is reported apart
		e.add(scope, "loaded:"+p.Kind, 1, p.Minor)
		value += p.Minor
	}
	e.add("series", series(d.Till), 1, 0)
	e.add(scope, d.Kind, 1, s.Total-value)
	e.add(scope, "net", 0, s.Net-value)
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
		if l.NoStock || (d.Kind == "refund" && !d.Restock) || !stocked(l.Kind) {
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

// stocked reports whether lines of a kind have stock at all.
func stocked(k catalog.Kind) bool { return k == "" || k == catalog.Goods }
