package stripeterminal

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/stripe/stripe-go/v86"
	"github.com/stripe/stripe-go/v86/form"

	"suanpan/app/money"
	"suanpan/app/pay"
	"suanpan/payments"
)

// What each intent and refund of ours carries.
const (
	metaNo     = "suanpan_no"
	metaReader = "suanpan_reader"
)

// answer is what came back. The host's certificate proves it; ok says that it is the object that was asked for.
type answer struct {
	status int // 0: no complete answer
	ok     bool
	kind   stripe.ErrorType
	code   string
	note   string
	raw    []byte
}

// definite reports whether the answer is Stripe's own refusal of this very request. A conflict with a request under way, a
// key used with other parameters, too many requests and every fault of the server prove nothing.
func (a answer) definite() bool {
	return a.status >= 400 && a.status < 500 && a.status != http.StatusConflict && a.status != http.StatusTooManyRequests &&
		(a.kind == stripe.ErrorTypeInvalidRequest || a.kind == stripe.ErrorTypeCard)
}

// observe starts an observation with what every answer gives. Its outcome is Unknown until somebody proves more.
func (a answer) observe() pay.Observation {
	return pay.Observation{Verified: a.ok || a.definite(), Code: a.code, Msg: a.note, Raw: a.raw}
}

// call makes one request through stripe-go. The error wraps pay.ErrNotSent; whatever else went wrong is an answer that
// proves nothing. A writing call without a key of ours would get one of the library's, so it must have one.
func (p *Provider) call(ctx context.Context, op, method, path string, params stripe.ParamsContainer, out stripe.LastResponseSetter) (answer, error) {
	common := params.GetParams()
	common.Context = payments.WithOp(ctx, "stripe."+op)
	if method != http.MethodGet && common.IdempotencyKey == nil {
		panic("stripeterminal: " + op + " has no key")
	}
	return p.heard(op, p.backend.Call(method, path, p.s.Key.Reveal(), params, out))
}

// page reads one page of a list. The library's Call takes no parameters of lists.
func (p *Provider) page(ctx context.Context, op, path string, params stripe.ListParamsContainer, out stripe.LastResponseSetter) (answer, error) {
	body := &form.Values{}
	form.AppendTo(body, params)
	common := params.GetListParams().ToParams()
	common.Context = payments.WithOp(ctx, "stripe."+op)
	return p.heard(op, p.backend.CallRaw(http.MethodGet, path, p.s.Key.Reveal(), []byte(body.Encode()), common, out))
}

// heard translates what the library says of a call.
func (p *Provider) heard(op string, err error) (answer, error) {
	var refused *stripe.Error
	switch {
	case err == nil:
		return answer{status: http.StatusOK, ok: true}, nil
	case errors.Is(err, pay.ErrNotSent):
		return answer{}, fmt.Errorf("stripe %s: %w", op, err)
	case errors.As(err, &refused):
		a := answer{status: refused.HTTPStatusCode, kind: refused.Type, code: string(refused.Code), note: refused.Msg}
		if refused.DeclineCode != "" {
			a.code = string(refused.DeclineCode)
		}
		if refused.LastResponse != nil {
			a.raw = payments.Scrub(refused.LastResponse.RawJSON, p.s.Key.Reveal())
		}
		return a, nil
	case errors.Is(err, payments.ErrDoubt):
		return answer{note: err.Error()}, nil
	}
	return answer{note: "answer is not Stripe's"}, nil // its text may be a whole web page
}

// key makes our own key of a writing call from an own number.
func key(no, what string) *string { return stripe.String("suanpan-" + no + "-" + what) }

// freshKey is for calls that are harmless to repeat and must reach Stripe anew: a key that was answered by a fault of the
// server is answered so for a day.
func (p *Provider) freshKey(no, what string) *string {
	return key(no, fmt.Sprint(what, "-", p.client.SigningTime().UnixNano()))
}

// intentOf reads an intent for what it says of itself. Whether number, merchant and amount are ours is pay.Judge's to say.
func (p *Provider) intentOf(i *stripe.PaymentIntent) pay.Observation {
	o := pay.Observation{
		Verified: i.Object == "payment_intent" && i.Livemode == p.s.live(), OwnNo: i.Metadata[metaNo], Merchant: i.Metadata[metaReader],
		ProviderTxn: i.ID, ProviderState: string(i.Status), Amount: money.Of(i.Amount, money.Currency(strings.ToUpper(string(i.Currency)))),
	}
	if i.LastResponse != nil {
		o.Raw = payments.Scrub(i.LastResponse.RawJSON)
	}
	if e := i.LastPaymentError; e != nil {
		o.Code, o.Msg = string(e.Code), e.Msg
		if e.DeclineCode != "" {
			o.Code = string(e.DeclineCode)
		}
	}
	switch i.Status {
	case stripe.PaymentIntentStatusSucceeded:
		o.Outcome, o.Amount.Minor = pay.Success, i.AmountReceived
		o.Refunds = i.LatestCharge != nil && i.LatestCharge.AmountRefunded > 0
	case stripe.PaymentIntentStatusRequiresCapture:
		o.Outcome = pay.Authorized
	case stripe.PaymentIntentStatusProcessing, stripe.PaymentIntentStatusRequiresAction,
		stripe.PaymentIntentStatusRequiresPaymentMethod, stripe.PaymentIntentStatusRequiresConfirmation:
		o.Outcome = pay.Pending
	case stripe.PaymentIntentStatusCanceled:
		o.Outcome, o.Reason = pay.Closed, pay.ByProvider
		if i.CancellationReason == stripe.PaymentIntentCancellationReasonAbandoned { // by us, after the reader failed
			o.Outcome, o.Reason = pay.Declined, why(o.Code)
		}
	}
	return o
}

// unpaid reports whether an intent waits for a card.
func unpaid(i *stripe.PaymentIntent) bool {
	return i.Status == stripe.PaymentIntentStatusRequiresPaymentMethod || i.Status == stripe.PaymentIntentStatusRequiresConfirmation
}

// why maps the codes of cards and readers to a word for people. The code itself is kept beside it.
func why(code string) pay.Reason {
	switch code {
	case "insufficient_funds":
		return pay.NoFunds
	case "card_velocity_exceeded", "withdrawal_count_limit_exceeded":
		return pay.OverLimit
	case "customer_canceled", "canceled":
		return pay.PayerRefused
	case "terminal_reader_offline", "terminal_reader_busy", "terminal_reader_timeout", "terminal_reader_hardware_fault":
		return pay.Busy
	case "":
		return pay.NeverArrived
	}
	return pay.NotAllowed
}
