package pay

import (
	"context"
	"io"
	"time"

	"suanpan/app/money"
)

// Provider speaks one protocol. It keeps no payment state of its own: after a crash everything that it needs is in Ref.
// Methods are safe for concurrent use; terminal providers serialise per device. A cancelled ctx means "stop waiting" and
// never "cancel the payment". The only error is one that wraps ErrNotSent.
//
// Abilities that only some have are the one-purpose interfaces below, asked for by assertion; what is absent is hidden on
// the screen. A wrapper (for logging, say) must not hide them.
type Provider interface {
	// ID is the tender's name in orders, ledger accounts and settings: "wechatpay".
	ID() string
	Caps() Caps
	// Timing is how patient to be in a flow. It is data, from the provider's settings.
	Timing(Flow) Timing
	// Submit starts the attempt exactly once; the shop has committed it before. Nothing is repeated on the wire with other
	// parameters or under another number.
	Submit(ctx context.Context, a Attempt, settle Settle) (Observation, error)
	// Query asks for the present state by own number. It has no side effect.
	Query(ctx context.Context, r Ref) (Observation, error)
}

// Settle makes an observation durable. A provider whose peer takes our answer as final (ZVT) calls it before answering and
// answers negatively on an error; others may call it to have a number or memo kept before the last answer is in.
type Settle func(context.Context, Observation) error

// Canceler reverses, closes, voids or aborts, whichever fits r. It answers Accepted, Refused or Unknown; the shop always
// confirms by Query.
type Canceler interface {
	Cancel(ctx context.Context, r Ref) (Observation, error)
}

// Refunder gives money back. Refund answers Accepted, Success, Declined, Abnormal or Unknown, and NotFound never; repeating
// it with the same own number does not refund twice. QueryRefund may answer NotFound as well.
type Refunder interface {
	Refund(ctx context.Context, r Refund) (Observation, error)
	QueryRefund(ctx context.Context, r Refund) (Observation, error)
}

// AbnormalRefunder brings a refund that cannot reach the payer into the merchant's own account, from where people pay it out in
// another way. It answers Accepted, Success, Refused or Unknown; QueryRefund tells the end.
type AbnormalRefunder interface {
	RefundToMerchant(ctx context.Context, r Refund) (Observation, error)
}

// Presenter makes a code for the payer to scan. It takes the place of Submit where Attempt.Flow is ByQR or ByStatic, under
// the same rules; the code is in Observation.QR of a Pending answer.
type Presenter interface {
	Present(ctx context.Context, a Attempt) (Observation, error)
}

// Capturer takes reserved funds: two-step providers. Repeating it with the same amount does not take twice.
type Capturer interface {
	Capture(ctx context.Context, r Ref, amount money.Amount) (Observation, error)
}

// Notifier authenticates and decodes a push message. It never fails open: a bad signature, a stale time or a nonce of the
// wrong length yields an error and no observation. Header keys are canonical (net/http's form).
type Notifier interface {
	VerifyNotify(header map[string][]string, body []byte) (Observation, error)
	// AckNotify is the answer to the provider; err is what VerifyNotify or the shop said.
	AckNotify(err error) (status int, body []byte)
}

// Biller reads the provider's own books of one day for reconciliation. The caller closes the reader. A day that has no
// bill yet is an error; so is a hash that does not fit, found at the latest by the reader's last Read.
type Biller interface {
	Bill(ctx context.Context, day Day, kind BillKind) (io.ReadCloser, BillMeta, error)
}

// Day is a calendar day in the provider's own zone, "2026-11-22".
type Day string

// BillKind says which book.
type BillKind string

// The books.
const (
	TradeBill BillKind = "trade" // every payment and refund
	FundBill  BillKind = "fund"  // every movement of the merchant's balance
)

// BillMeta describes a bill.
type BillMeta struct {
	Merchant string `json:"merchant"`
	Day      Day    `json:"day"`
	Format   string `json:"format"` // "wechatpay-trade-csv", for the one who parses it
	Hash     string `json:"hash"`   // of the uncompressed file, hexadecimal, as "sha1:…" or "sha256:…"
}

// Caps is what a provider can do and whom it pays, as data.
type Caps struct {
	Merchant      string           // G1 compares it with every answer
	Currencies    []money.Currency // that it takes
	Flows         []Flow           // offered on the tender screen
	PartialRefund bool
	RefundWindow  time.Duration // after payment; beyond it another route needs approval (X17). 0 means no limit is known
	RefundGap     time.Duration // least time between refunds of one payment
	TwoStep       bool          // Submit reserves, Capture takes
	Offline       bool          // the terminal stores and forwards
	LastOnly      bool          // it knows its last transaction and no own numbers: nothing new may begin while an earlier one is in doubt
	Bills         []BillKind
	Zone          *time.Location // in which the provider's days begin; nil: China's, UTC+8
}

// Offers reports whether f is among the flows.
func (c Caps) Offers(f Flow) bool {
	for _, flow := range c.Flows {
		if flow == f {
			return true
		}
	}
	return false
}

// Takes reports whether c is among the currencies.
func (c Caps) Takes(currency money.Currency) bool {
	for _, known := range c.Currencies {
		if known == currency {
			return true
		}
	}
	return false
}

// Tester tries a provider's settings without moving money (N4): is it reachable, does it know us, do we know it, do the
// clocks agree. Every check is answered, in the order in which people should look at them.
type Tester interface {
	Test(ctx context.Context) []Check
}

// Check is one answer of Tester.
type Check struct {
	Name string `json:"name"` // reach, sign, verify, clock
	OK   bool   `json:"ok"`
	Note string `json:"note,omitempty"`
}
