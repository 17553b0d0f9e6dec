package pay

import (
	"errors"
	"fmt"
	"time"

	"suanpan/app/money"
)

// Outcome says what one observation proves. The zero value proves nothing, so that a forgotten assignment can never pass
// for success or for failure.
type Outcome uint8

// The outcomes. Accepted and Refused answer a cancel or refund request and say nothing about the payment.
const (
	Unknown    Outcome = iota // nothing proven; money may have moved
	Pending                   // the provider holds the attempt or refund
	NotFound                  // the provider does not know the own number (yet)
	Authorized                // funds reserved
	Success                   // paid; of a refund: given back
	Declined                  // this own number never moves money
	Closed                    // reversed, closed or expired; net zero
	Accepted                  // cancel or refund request taken
	Refused                   // cancel or refund request refused
	Abnormal                  // refund cannot reach the payer (account closed): a person must act
)

// Outcomes lists every outcome.
func Outcomes() []Outcome {
	return []Outcome{Unknown, Pending, NotFound, Authorized, Success, Declined, Closed, Accepted, Refused, Abnormal}
}

func (o Outcome) String() string {
	switch o {
	case Pending:
		return "pending"
	case NotFound:
		return "notfound"
	case Authorized:
		return "authorized"
	case Success:
		return "success"
	case Declined:
		return "declined"
	case Closed:
		return "closed"
	case Accepted:
		return "accepted"
	case Refused:
		return "refused"
	case Abnormal:
		return "abnormal"
	}
	return "unknown"
}

// MarshalText writes the outcome by name: stored observations outlive the order of the constants.
func (o Outcome) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// UnmarshalText reads a name. One that this program does not know proves nothing, and becomes Unknown.
func (o *Outcome) UnmarshalText(text []byte) error {
	*o = Unknown
	for _, known := range Outcomes() {
		if known.String() == string(text) {
			*o = known
		}
	}
	return nil
}

// Reason says in one word why an attempt or refund ended as it did; the window turns it into a sentence. Providers map
// their wire codes to these and keep the code itself in Observation.Code.
type Reason string

// The reasons.
const (
	NoReason           Reason = ""
	NothingSent        Reason = "not_sent"           // nothing left the process
	ByProvider         Reason = "closed_by_provider" // closed, reversed or expired there
	NeverArrived       Reason = "never_arrived"      // the provider has never heard of it, asked twice
	ByCashier          Reason = "canceled"           // given up here and confirmed there
	CodeInvalid        Reason = "code_invalid"       // not a code of this wallet
	CodeExpired        Reason = "code_expired"       // ask the payer to refresh it
	CodeUsed           Reason = "code_used"          // one code pays once
	NoFunds            Reason = "no_funds"
	PayerRefused       Reason = "payer_refused" // payer closed the dialogue
	NotAllowed         Reason = "not_allowed"   // payer, card or merchant may not
	OverLimit          Reason = "over_limit"
	BadRequest         Reason = "bad_request" // our request was wrong: a fault of set-up, not of the payer
	BadSignature       Reason = "bad_signature"
	Expired            Reason = "expired" // too old to refund
	NotRefunded        Reason = "refund_failed"
	Mismatched         Reason = "mismatch" // verified, but another amount or currency
	Contradicted       Reason = "contradiction"
	Unlisted           Reason = "unlisted" // state and event that no rule knows
	WindowClosed       Reason = "window_over"
	Forced             Reason = "forced"            // a manager said so
	LateSuccessRefused Reason = "late_not_accepted" // guard G5
	CardUnreadable     Reason = "card_unreadable"   // try again, or another card
	Busy               Reason = "busy"              // provider asks to come back later
	OtherReason        Reason = "other"
)

// Observation is one statement about one attempt or refund. It is appended to the log before anything acts on it and is
// never changed afterwards.
type Observation struct {
	Outcome       Outcome      `json:"outcome"`
	Verified      bool         `json:"verified,omitempty"`       // authentic by the provider's own means
	OwnNo         string       `json:"own_no,omitempty"`         // echo of our number where the answer carries it; of a refund, the refund's
	Merchant      string       `json:"merchant,omitempty"`       // merchant or terminal the provider speaks for
	ProviderTxn   string       `json:"provider_txn,omitempty"`   // the provider's number, needed for refunds and bills
	ProviderState string       `json:"provider_state,omitempty"` // literal wire state, for people
	Amount        money.Amount `json:"amount,omitzero"`          // order total, zero where the answer does not carry it
	Payer         money.Amount `json:"payer_amount,omitzero"`    // what the payer paid after coupons; for people only
	Refunds       bool         `json:"refunds,omitempty"`        // paid, and the provider says that some of it was given back
	Reason        Reason       `json:"reason,omitempty"`
	Code          string       `json:"code,omitempty"` // literal wire code; not parsed above the provider
	Msg           string       `json:"msg,omitempty"`  // literal wire text
	QR            string       `json:"qr,omitempty"`   // code to show the payer
	Memo          string       `json:"memo,omitempty"` // what the provider wants to find again in Ref after a crash
	Slip          string       `json:"slip,omitempty"` // what a terminal wants printed for the payer, lines of text, card number masked
	ProviderAt    time.Time    `json:"provider_at,omitzero"`
	Raw           []byte       `json:"raw,omitempty"` // wire bytes after card numbers are scrubbed, kept for disputes
}

// ErrNotSent wraps failures where certainly no byte left this process. Any other failure is Observation{Outcome: Unknown}
// and a nil error.
var ErrNotSent = errors.New("pay: not sent")

// String shows the observation for logs, without wire bytes.
func (o Observation) String() string {
	mark := "unverified"
	if o.Verified {
		mark = "verified"
	}
	return fmt.Sprintf("%s (%s, state %q, code %q)", o.Outcome, mark, o.ProviderState, o.Code)
}
