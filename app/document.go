package app

import (
	"encoding/json"
	"fmt"
	"time"

	"suanpan/app/ledger"
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
	factMade       ledger.Kind = "shop.made"
	factConfigured ledger.Kind = "shop.configured"
	factEnrolled   ledger.Kind = "till.enrolled"
	factSale       ledger.Kind = "sale"
	factRefund     ledger.Kind = "refund"
	factOpened     ledger.Kind = "shift.opened"
	factClosed     ledger.Kind = "shift.closed"
	factCash       ledger.Kind = "shift.cash"
	factDrawer     ledger.Kind = "drawer.opened"
	factVoidLine   ledger.Kind = "line.voided"
	factVoid       ledger.Kind = "order.voided"
	factStock      ledger.Kind = "stock.moved"
	factCaptured   ledger.Kind = "payment.captured"
	factLate       ledger.Kind = "payment.late"
	factUnlate     ledger.Kind = "payment.late_reversed"
	factReturned   ledger.Kind = "payment.refunded"
)

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
