package pay

import (
	"errors"
	"io"
	"time"

	"suanpan/app/money"
)

// BillReader reads a provider's bill, fetched or brought by a person on a stick. It is asked for by assertion.
type BillReader interface {
	// ReadBill calls each for every row in the file's own order, and proves the file's own summary against the rows. A file
	// that is cut off, that contradicts its summary, or that speaks for another merchant or day is refused whole with an
	// error that wraps ErrBill; what each was told before that is void. Memory does not grow with the number of rows.
	ReadBill(r io.Reader, meta BillMeta, each func(BillLine) error) (BillSum, error)
}

// ErrBill wraps every reason for which a bill is refused whole.
var ErrBill = errors.New("pay: bill refused")

// ErrNoBill wraps a provider's own word that there is no bill: not yet, or because nothing happened on that day. Any other error
// of Biller leaves that open.
var ErrNoBill = errors.New("pay: no bill of that day")

// LineKind says what a row of a bill speaks of.
type LineKind string

// The kinds.
const (
	LinePaid     LineKind = "paid"     // a payment came in
	LineRefund   LineKind = "refund"   // some or all of it went back
	LineReversed LineKind = "reversed" // a payment that was cancelled: it came in and went back whole
	LineFee      LineKind = "fee"      // a fee that belongs to no single payment
	LinePayout   LineKind = "payout"   // the provider pays the merchant's bank account
	LineOther    LineKind = "other"    // a movement of the balance that is none of these
)

// BillLine is one row of a provider's bill. Amounts are never negative; Kind gives the direction.
type BillLine struct {
	Row       int // of the file, from 1, for people
	Kind      LineKind
	No        string // the payment's own number
	RefundNo  string // the refund's own number
	Txn       string // the provider's number of the payment
	RefundTxn string
	State     string // literal
	Amount    money.Amount
	Fee       Micros // what the provider keeps; negative where it gives a fee back. Exact: rounded once per settlement
	Rate      string // literal, "0.60%"
	At        time.Time
	Channel   string // literal, a bank or card kind, for the fee table
}

// Micros are millionths of the currency's major unit: fee columns have more decimals than the currency.
type Micros int64

// BillSum is what the rows add up to, as the file itself says too where it has a summary.
type BillSum struct {
	Rows    int
	Paid    int64 // minor units of all LinePaid and LineReversed
	Back    int64 // minor units of all LineRefund and LineReversed
	Fee     Micros
	Payouts int64
}
