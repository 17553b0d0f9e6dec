// Package order is one customer's order from the first scan until it is settled: its lines, its discounts, and the one
// calculation whose stored result screen, receipt, report and Z all read (X23).
package order

import (
	"errors"
	"time"

	"suanpan/app/catalog"
	"suanpan/app/money"
)

// Errors by which callers know what was refused; the text around them says by how much.
var (
	ErrNotFound = errors.New("order: not found")
	ErrClosed   = errors.New("order: finished orders do not change")
	ErrLine     = errors.New("order: no such line")
	ErrQuantity = errors.New("order: quantity must be above zero")
	ErrDiscount = errors.New("order: discount above what may be given")
	ErrParts    = errors.New("order: parts do not add up to the total")
	ErrPrice    = errors.New("order: price outside what may be charged")
	ErrReason   = errors.New("order: a reason is needed")
	ErrFixed    = errors.New("order: figures of this line are fixed")
	ErrBusy     = errors.New("order: held or being paid, it does not change now")
	ErrFull     = errors.New("order: no room for more lines")
	ErrRules    = errors.New("order: orders under different rules cannot be joined")
	ErrReturned = errors.New("order: more than was sold and not yet returned")
)

// What a tender must say for the calculation to count it, and to know it as cash.
const (
	Succeeded = "SUCCEEDED"
	Cash      = "cash"
)

// Limits on what may stand on an order. They keep every sum of the calculation far from overflow.
const (
	QtyMax   = money.Qty(1_000_000_000)       // a million pieces
	PriceMax = money.Price(1_000_000_000_000) // 100,000,000.0000
	ValueMax = int64(1_000_000_000_000)       // of one line, minor units
	LinesMax = 2000                           // lines on one order
)

// ID names an order: a UUIDv7 made at the first line.
type ID string

// State of an order only ever moves forward (X4).
type State string

// The states of an order. Held is an open order put aside; Returned documents point at the sale they take back.
const (
	Open    State = "open"
	Held    State = "held"
	Paying  State = "paying"
	Settled State = "settled"
	Voided  State = "voided"
)

// Source says where an order came from: the mode, the mode's own document, and what people call it ("table 7").
type Source struct {
	Mode  string `json:"mode"`
	Ref   string `json:"ref,omitempty"`
	Label string `json:"label,omitempty"`
}

// Discount is a reduction by rate or by amount, with its reason. Exactly one of Rate and Minor is set.
type Discount struct {
	Rate   money.Rate `json:"rate,omitempty"`
	Minor  int64      `json:"minor,omitempty"` // in minor units of the order's currency
	Reason string     `json:"reason,omitempty"`
	Staff  string     `json:"staff,omitempty"`
	By     string     `json:"by,omitempty"` // who approved it
}

// Zero reports whether d takes nothing off.
func (d Discount) Zero() bool { return d.Rate == 0 && d.Minor == 0 }

// Line is one thing on an order. Everything that a later price change could touch is frozen here when the line is made.
type Line struct {
	No        int                `json:"line"` // from 1, never reused within the order
	SKU       string             `json:"sku"`
	Name      string             `json:"name"`
	Unit      string             `json:"unit,omitempty"`
	Kind      catalog.Kind       `json:"kind,omitempty"`
	Category  string             `json:"category,omitempty"`
	Qty       money.Qty          `json:"qty"`                // thousandths of the sold unit; negative on a return
	Factor    money.Qty          `json:"factor,omitempty"`   // stock units per sold unit; One where zero
	Price     money.Price        `json:"price"`              // per sold unit, modifiers included
	Cost      money.Price        `json:"cost,omitempty"`     // what a unit of stock cost the shop; zero where it is not known
	List      money.Price        `json:"list,omitempty"`     // catalogue price when Price is an override (X28)
	Override  string             `json:"override,omitempty"` // reason of the override
	Fixed     *int64             `json:"fixed,omitempty"`    // the label's own amount, minor units, where price wins (S2); the sign is Qty's
	Exact     *LineSum           `json:"exact,omitempty"`    // figures taken over from a sale (return), a split or a merge; they replace the calculation
	Discount  Discount           `json:"discount,omitzero"`
	Taxes     []catalog.Tax      `json:"taxes,omitempty"` // frozen rates
	Modifiers []catalog.Modifier `json:"modifiers,omitempty"`
	Note      string             `json:"note,omitempty"`
	Seat      int                `json:"seat,omitempty"`
	Course    int                `json:"course,omitempty"`
	Tare      money.Qty          `json:"tare,omitempty"`
	Barcode   string             `json:"barcode,omitempty"` // as scanned
	Of        int                `json:"of,omitempty"`      // on a return: the line of the first sale
	NoStock   bool               `json:"no_stock,omitempty"`
	Card      string             `json:"card,omitempty"` // of a line of stored value or settlement: "member:<id>", "voucher:<id>", "account:<id>"
	At        time.Time          `json:"at,omitzero"`
}

// Rules are the shop's settings for the one calculation, frozen into the order when it is made.
type Rules struct {
	Currency    money.Currency `json:"currency"`
	TaxIncluded bool           `json:"tax_included"`      // shelf prices contain the tax
	TaxPerLine  bool           `json:"tax_per_line"`      // round tax on each line instead of once per receipt and rate (X24)
	Rounding    money.Rounding `json:"rounding,omitzero"` // 抹零 and cash rounding (X26)
}

// Order is one customer's order. It is a value: methods that change it work on a Clone, so that a failed save changes nothing.
type Order struct {
	ID       ID        `json:"id"`
	No       string    `json:"no,omitempty"` // short number that people see while the order is open
	State    State     `json:"state"`
	Rules    Rules     `json:"rules"`
	Source   Source    `json:"source"`
	Lines    []Line    `json:"lines"`
	Next     int       `json:"next"` // number of the next line
	Discount Discount  `json:"discount,omitzero"`
	Tenders  []Tender  `json:"tenders,omitempty"`
	Member   string    `json:"member,omitempty"`
	Label    string    `json:"label,omitempty"` // name given when held
	Staff    string    `json:"staff,omitempty"`
	Shift    string    `json:"shift,omitempty"`
	Made     time.Time `json:"made"`
	Changed  time.Time `json:"changed"`
	Return   bool      `json:"return,omitempty"` // takes goods back: lines may be below zero
	ReturnOf ID        `json:"return_of,omitempty"`
	Reason   string    `json:"reason,omitempty"`

	// FixedRounding is the rounding that belongs to the lines with Exact figures (return, split, merge), minor units.
	FixedRounding *int64 `json:"fixed_rounding,omitempty"`
}

// Tender is money taken for an order. On a return it is money given back, and Minor, Given and Change are below zero.
type Tender struct {
	ID       string `json:"payment"`
	Method   string `json:"method"`             // cash, wechatpay, card, …
	Minor    int64  `json:"amount"`             // counted towards the total
	Given    int64  `json:"given,omitempty"`    // cash handed over
	Change   int64  `json:"change,omitempty"`   // cash handed back
	State    string `json:"state"`              // a pay.State; "SUCCEEDED" once proven
	Ref      string `json:"ref,omitempty"`      // the provider's own number
	Refunded int64  `json:"refunded,omitempty"` // of Minor, by later documents
}

// TaxSum is one rate's share of an order or line.
type TaxSum struct {
	Code string     `json:"code"`
	Name string     `json:"name,omitempty"`
	Rate money.Rate `json:"rate"`
	Net  int64      `json:"net"` // minor units the tax was worked out on
	Tax  int64      `json:"tax"` // minor units
}

// LineSum is the calculated result of one line, minor units throughout.
type LineSum struct {
	Line     int      `json:"line"`
	Gross    int64    `json:"gross"`    // price × quantity, before any discount
	Discount int64    `json:"discount"` // the line's own discount, ≥ 0 on a sale
	Share    int64    `json:"share"`    // its share of the basket discount, ≥ 0 on a sale
	Net      int64    `json:"net"`      // without tax
	Tax      int64    `json:"tax"`
	Total    int64    `json:"total"` // what the customer pays for this line: net + tax
	Taxes    []TaxSum `json:"taxes,omitempty"`
}

// Sum is the calculated result of an order, minor units throughout. Total = Σ line.Total + Rounding. Due is Total − Paid as
// long as it has the sign of Total, else 0: on a return everything is below zero, Due being what is still to be given back.
type Sum struct {
	Lines    []LineSum `json:"lines"`
	Subtotal int64     `json:"subtotal"` // Σ gross
	Discount int64     `json:"discount"` // line and basket discounts together
	Net      int64     `json:"net"`
	Tax      int64     `json:"tax"`
	Taxes    []TaxSum  `json:"taxes"`
	Rounding int64     `json:"rounding"` // the difference made by 抹零, its own ledger line
	Total    int64     `json:"total"`
	Paid     int64     `json:"paid"` // proven tenders
	Due      int64     `json:"due"`
	Change   int64     `json:"change"` // handed back on cash tenders, and anything paid beyond Total
	Items    money.Qty `json:"items"`  // pieces; a weighed line counts as one
}
