package stripeterminal

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/stripe/stripe-go/v86"

	"suanpan/app/money"
	"suanpan/app/pay"
	"suanpan/payments"
)

// Capture implements pay.Capturer. An intent is captured once, whatever the key; the key is always the same.
func (p *Provider) Capture(ctx context.Context, r pay.Ref, amount money.Amount) (pay.Observation, error) {
	if r.ProviderTxn == "" || amount.Currency != p.s.Currency {
		return pay.Observation{}, fmt.Errorf("stripe capture %s: no intent, or cannot take %s: %w", r.No, amount, pay.ErrNotSent)
	}
	params := &stripe.PaymentIntentCaptureParams{AmountToCapture: stripe.Int64(amount.Minor)}
	params.IdempotencyKey = key(r.No, "capture")
	intent := &stripe.PaymentIntent{}
	got, err := p.call(ctx, "capture", http.MethodPost, intents+"/"+url.PathEscape(r.ProviderTxn)+"/capture", params, intent)
	if err != nil {
		return pay.Observation{}, err
	}
	if !got.ok {
		o := got.observe()
		o.Verified = false // a refusal may only mean that it is captured already
		return o, nil
	}
	return p.intentOf(intent), nil
}

// Refund implements pay.Refunder. Within a day Stripe itself takes a repeat for the same refund; later it is looked for first.
func (p *Provider) Refund(ctx context.Context, r pay.Refund) (pay.Observation, error) {
	switch {
	case r.Amount.Currency != p.s.Currency || r.Amount.Minor <= 0:
		return pay.Observation{}, fmt.Errorf("stripe refund %s: cannot give %s: %w", r.No, r.Amount, pay.ErrNotSent)
	case r.Payment == "":
		return pay.Observation{Outcome: pay.Declined, Verified: true, OwnNo: r.No, Reason: pay.BadRequest, Msg: "the payment's intent is not known"}, nil
	case p.client.SigningTime().Sub(r.Made) > keyAge:
		if o, err := p.QueryRefund(ctx, r); err != nil || o.Outcome != pay.NotFound {
			return o, err
		}
	}
	params := &stripe.RefundParams{PaymentIntent: stripe.String(r.Payment), Amount: stripe.Int64(r.Amount.Minor)}
	params.AddMetadata(metaNo, r.No)
	params.AddMetadata(metaReader, p.s.Reader)
	params.IdempotencyKey = key(r.No, "refund")
	given := &stripe.Refund{}
	got, err := p.call(ctx, "refund", http.MethodPost, "/v1/refunds", params, given)
	if err != nil {
		return pay.Observation{}, err
	}
	if got.ok {
		return p.refundOf(given), nil
	}
	o := got.observe()
	if got.definite() && got.code != string(stripe.ErrorCodeChargeAlreadyRefunded) { // which may be this very refund
		o.Outcome, o.OwnNo, o.Reason = pay.Declined, r.No, pay.BadRequest
	}
	return o, nil
}

// QueryRefund implements pay.Refunder: it looks through the payment's refunds.
func (p *Provider) QueryRefund(ctx context.Context, r pay.Refund) (pay.Observation, error) {
	params := &stripe.RefundListParams{PaymentIntent: stripe.String(r.Payment)}
	params.Limit = stripe.Int64(pageSize)
	for range pagesMax {
		page := &stripe.RefundList{}
		got, err := p.page(ctx, "query_refund", "/v1/refunds", params, page)
		if err != nil {
			return pay.Observation{}, err
		}
		if !got.ok {
			o := got.observe()
			o.Verified = false
			return o, nil
		}
		for _, one := range page.Data {
			if one.Metadata[metaNo] == r.No {
				return p.refundOf(one), nil
			}
		}
		if !page.HasMore || len(page.Data) == 0 {
			return pay.Observation{Outcome: pay.NotFound, Verified: true, Merchant: p.s.Reader}, nil
		}
		params.StartingAfter = stripe.String(page.Data[len(page.Data)-1].ID)
	}
	return pay.Observation{Msg: "too many refunds to look through"}, nil
}

func (p *Provider) refundOf(r *stripe.Refund) pay.Observation {
	o := pay.Observation{
		Verified: r.Object == "refund", OwnNo: r.Metadata[metaNo], Merchant: r.Metadata[metaReader], ProviderTxn: r.ID,
		ProviderState: string(r.Status), Amount: money.Of(r.Amount, money.Currency(strings.ToUpper(string(r.Currency)))), Code: string(r.FailureReason),
	}
	switch r.Status {
	case stripe.RefundStatusSucceeded:
		o.Outcome = pay.Success
	case stripe.RefundStatusPending, stripe.RefundStatusRequiresAction:
		o.Outcome = pay.Accepted
	case stripe.RefundStatusFailed: // the money is back with the merchant: people pay it out in another way
		o.Outcome, o.Reason = pay.Abnormal, pay.NotRefunded
	case stripe.RefundStatusCanceled:
		o.Outcome, o.Reason = pay.Closed, pay.NotRefunded
	}
	return o
}

// Errors of notifications.
var (
	ErrNotifyForged = errors.New("stripeterminal: notification is not proven")
	ErrNotifyOther  = errors.New("stripeterminal: notification is about nothing of ours")
)

// notifyAge is how old a notification may be.
const notifyAge = 300 * time.Second

// VerifyNotify implements pay.Notifier. payment_intent.* carries the intent itself; terminal.reader.action_* only says of
// which intent it is time to ask, so its observation has Stripe's number and no outcome.
func (p *Provider) VerifyNotify(header map[string][]string, body []byte) (pay.Observation, error) {
	if err := p.proven(strings.Join(header["Stripe-Signature"], ","), body); err != nil {
		return pay.Observation{}, err
	}
	var event struct {
		Type     string
		Livemode bool
		Data     struct{ Object json.RawMessage }
	}
	if err := json.Unmarshal(body, &event); err != nil || event.Livemode != p.s.live() {
		return pay.Observation{}, ErrNotifyOther
	}
	switch {
	case strings.HasPrefix(event.Type, "payment_intent."):
		var intent stripe.PaymentIntent
		if json.Unmarshal(event.Data.Object, &intent) != nil || intent.Metadata[metaNo] == "" || intent.Metadata[metaReader] != p.s.Reader {
			return pay.Observation{}, ErrNotifyOther
		}
		o := p.intentOf(&intent)
		o.Raw = payments.Scrub(body)
		if unpaid(&intent) {
			o.Outcome = pay.Unknown // a card failed; the reader may be trying another. A query finds out
		}
		return o, nil
	case event.Type == "terminal.reader.action_succeeded", event.Type == "terminal.reader.action_failed":
		var reader stripe.TerminalReader
		if json.Unmarshal(event.Data.Object, &reader) != nil || reader.ID != p.s.Reader || reader.Action == nil ||
			reader.Action.ProcessPaymentIntent == nil || reader.Action.ProcessPaymentIntent.PaymentIntent == nil {
			return pay.Observation{}, ErrNotifyOther
		}
		return pay.Observation{Verified: true, Merchant: reader.ID, ProviderTxn: reader.Action.ProcessPaymentIntent.PaymentIntent.ID,
			ProviderState: event.Type, Code: reader.Action.FailureCode, Raw: payments.Scrub(body)}, nil
	}
	return pay.Observation{}, ErrNotifyOther
}

// proven checks t=…,v1=… : HMAC-SHA256 over time, a dot and the body. One of several v1 is enough (the secret is rolled).
func (p *Provider) proven(signature string, body []byte) error {
	if p.s.Webhook.Empty() {
		return fmt.Errorf("%w: no signing secret is set", ErrNotifyForged)
	}
	var at string
	var sums [][]byte
	for pair := range strings.SplitSeq(signature, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(pair), "=")
		switch name {
		case "t":
			at = value
		case "v1":
			if sum, err := hex.DecodeString(value); err == nil {
				sums = append(sums, sum)
			}
		}
	}
	seconds, err := strconv.ParseInt(at, 10, 64)
	if err != nil || p.client.SigningTime().Sub(time.Unix(seconds, 0)).Abs() > notifyAge {
		return fmt.Errorf("%w: time", ErrNotifyForged)
	}
	mac := hmac.New(sha256.New, []byte(p.s.Webhook.Reveal()))
	fmt.Fprintf(mac, "%s.%s", at, body)
	want := mac.Sum(nil)
	for _, sum := range sums {
		if hmac.Equal(sum, want) {
			return nil
		}
	}
	return fmt.Errorf("%w: signature", ErrNotifyForged)
}

// AckNotify implements pay.Notifier. Stripe sends again whatever is not answered by 2xx, for three days; what is not ours it
// should not.
func (p *Provider) AckNotify(err error) (status int, body []byte) {
	switch {
	case err == nil, errors.Is(err, ErrNotifyOther):
		return http.StatusOK, nil
	case errors.Is(err, ErrNotifyForged):
		return http.StatusBadRequest, nil
	}
	return http.StatusInternalServerError, nil
}

func lower(text string) string { return strings.ToLower(text) }
