// Package shift is one cashier's turn at a drawer: float, cash in and out, the blind count, X and Z; and the people who may
// do it: staff, PINs, roles and permissions.
package shift

import (
	"errors"
	"time"

	"suanpan/app/money"
)

// Errors by which callers know what was refused.
var (
	ErrNone    = errors.New("shift: none is open")
	ErrOpen    = errors.New("shift: one is open already")
	ErrCount   = errors.New("shift: the count is not complete")
	ErrCap     = errors.New("shift: amount above the cap for cash movements")
	ErrUnknown = errors.New("shift: no such shift")
)

// Shift is one turn at one drawer.
type Shift struct {
	ID       string          `json:"shift"`
	No       int64           `json:"no"`
	Drawer   string          `json:"drawer"`
	Staff    string          `json:"staff"`
	Name     string          `json:"name"`             // of the person, as it was
	Before   int64           `json:"before"`           // receipts issued before it opened
	Series   string          `json:"series,omitempty"` // letters in front of its receipts' numbers
	Day      string          `json:"day"`              // business date, fixed when the shift opened (X9)
	Currency money.Currency  `json:"currency"`
	Float    int64           `json:"float"`            // minor units
	Pieces   map[int64]int64 `json:"pieces,omitempty"` // the float by denomination, where it was counted so
	From     string          `json:"from,omitempty"`   // the shift it took the drawer over from (X36)
	Opened   time.Time       `json:"opened"`
	Closed   time.Time       `json:"closed,omitzero"`
	Z        *Z              `json:"z,omitempty"`
}

// Numbering is what stands in front of the shift's receipt numbers.
func (s Shift) Numbering() string {
	if s.Series == "" {
		return s.Drawer
	}
	return s.Series
}

// Open reports whether the shift still takes money.
func (s Shift) Open() bool { return s.Closed.IsZero() }

// BusinessDay returns the business date of a shift opened at t in a shop whose day ends at cutover (an offset from
// midnight, such as 4 h for a bar): what happens before it still belongs to the evening before.
func BusinessDay(t time.Time, cutover time.Duration) string {
	return t.Add(-cutover).Format(time.DateOnly)
}

// Figures are what X and Z report, minor units throughout. They are read from totals kept with every fact, so their cost
// does not grow with history.
type Figures struct {
	Shift       string           `json:"shift"`
	Day         string           `json:"day"`
	Currency    money.Currency   `json:"currency"`
	Float       int64            `json:"float"`
	SaleCount   int64            `json:"sale_count"`
	Sales       int64            `json:"sales"`   // takings of sales, tax and rounding included
	Refunds     int64            `json:"refunds"` // money given back, as a positive number
	RefundCount int64            `json:"refund_count"`
	Net         int64            `json:"net"` // sales minus refunds, without tax
	Discounts   int64            `json:"discounts"`
	Rounding    int64            `json:"rounding"`
	Voids       int64            `json:"voids"`           // number of voided lines and carts
	Drawer      int64            `json:"drawer_openings"` // without a sale
	Taxes       []TaxFigure      `json:"taxes"`
	Tenders     map[string]int64 `json:"tenders"`             // kept after change and refunds
	ByHand      []Apart          `json:"by_hand,omitempty"`   // of Tenders: a person saw the money of a static code (X18)
	ToVerify    []Apart          `json:"to_verify,omitempty"` // of Tenders: nobody has seen it yet
	Loads       []Apart          `json:"loads,omitempty"`     // in Tenders and no sales: money put on cards (member, voucher) or paid on account
	CashIn      int64            `json:"cash_in"`
	CashOut     int64            `json:"cash_out"`           // as a positive number
	Expected    map[string]int64 `json:"expected,omitempty"` // only for roles that may see it
	Fees        map[string]Fee   `json:"fees,omitempty"`     // by provider, of what was captured in the shift (B12)
	Unknown     []Doubt          `json:"unknown,omitempty"`  // payments in doubt, carried by name
	OpenOrders  []string         `json:"open_orders,omitempty"`
	First       string           `json:"first,omitempty"` // receipt numbers
	Last        string           `json:"last,omitempty"`
}

// Fee is what a provider should keep of the shift's payments, minor units. It is provisional while the fee of one of them is
// not known.
type Fee struct {
	Gross       int64 `json:"gross"`
	Fee         int64 `json:"fee"`
	Net         int64 `json:"net"`
	Unknown     int64 `json:"unknown,omitempty"` // payments without a known fee
	Provisional bool  `json:"provisional,omitempty"`
}

// TaxFigure is one rate's takings.
type TaxFigure struct {
	Code string     `json:"code"`
	Rate money.Rate `json:"rate"`
	Net  int64      `json:"net"`
	Tax  int64      `json:"tax"`
}

// Apart is a part of the takings of one method that is reported apart.
type Apart struct {
	Method string `json:"method"`
	Count  int64  `json:"count"`
	Minor  int64  `json:"amount"`
}

// Doubt is a payment whose outcome is not proven.
type Doubt struct {
	Payment string `json:"payment"`
	Method  string `json:"method"`
	Minor   int64  `json:"amount"`
	Order   string `json:"order"`
	State   string `json:"state"`
}

// Z is the frozen report of a closed shift.
type Z struct {
	Number int64 `json:"number"`
	Figures
	Counted    map[string]int64 `json:"counted"`
	Difference map[string]int64 `json:"difference"`       // counted minus expected
	Pieces     map[int64]int64  `json:"pieces,omitempty"` // the cash by denomination, where it was counted so
	Note       string           `json:"note,omitempty"`
	Approved   string           `json:"approved,omitempty"`  // who let the difference pass
	HandedTo   string           `json:"handed_to,omitempty"` // the cash stayed in the drawer for this person (X36)
	Carried    bool             `json:"carried,omitempty"`   // handed over without being counted
	ClosedAt   time.Time        `json:"closed_at"`
	ClosedBy   string           `json:"closed_by"`
	Head       string           `json:"head"` // head of the hash chain before this fact, hex (X39)
}
