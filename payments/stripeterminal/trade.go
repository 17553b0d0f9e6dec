package stripeterminal

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/stripe/stripe-go/v86"

	"suanpan/app/pay"
)

// Bounds of looking for an intent whose number we never learned, and of waiting for a reader to hear of one.
const (
	pagesMax  = 20
	pageSize  = 100
	lookAside = time.Hour      // clocks may differ by so much
	unheard   = 2 * callWait   // no call to the reader is under way any more
	keyAge    = 23 * time.Hour // below the 24 h for which Stripe keeps keys
	titleMax  = 500            // characters of an intent's description
	readers   = "/v1/terminal/readers/"
	intents   = "/v1/payment_intents"
)

// Submit implements pay.Provider: it creates the intent, has its number kept, and sends it to the reader. Each of the two
// calls is made once, under its own key. The payer's part follows; Query tells of it.
func (p *Provider) Submit(ctx context.Context, a pay.Attempt, settle pay.Settle) (pay.Observation, error) {
	switch {
	case a.Flow != pay.ByCard:
		return pay.Observation{}, fmt.Errorf("stripe %s: a reader takes cards only: %w", a.No, pay.ErrNotSent)
	case a.Amount.Currency != p.s.Currency || a.Amount.Minor <= 0:
		return pay.Observation{}, fmt.Errorf("stripe %s: cannot take %s: %w", a.No, a.Amount, pay.ErrNotSent)
	}
	intent, got, err := p.create(ctx, a)
	if err != nil {
		return pay.Observation{}, err
	}
	if !got.ok { // whatever became of it, no reader has heard of it
		o := got.observe()
		if got.definite() {
			o.Outcome, o.OwnNo, o.Reason = pay.Declined, a.No, pay.BadRequest
		}
		return o, nil
	}
	o := p.intentOf(intent)
	if o.OwnNo != a.No || !unpaid(intent) {
		return o, nil
	}
	if settle != nil {
		if err := settle(ctx, o); err != nil {
			o.Outcome, o.Msg = pay.Unknown, "the intent's number could not be kept: it is not processed"
			return o, nil
		}
	}
	return p.process(ctx, a.No, intent, o), nil
}

func (p *Provider) create(ctx context.Context, a pay.Attempt) (*stripe.PaymentIntent, answer, error) {
	capture := stripe.PaymentIntentCaptureMethodAutomatic
	if p.s.Manual {
		capture = stripe.PaymentIntentCaptureMethodManual
	}
	params := &stripe.PaymentIntentParams{
		Amount: stripe.Int64(a.Amount.Minor), Currency: stripe.String(lower(string(a.Amount.Currency))),
		PaymentMethodTypes: stripe.StringSlice([]string{"card_present"}), CaptureMethod: stripe.String(string(capture)),
	}
	if title := []rune(a.Title); len(title) > 0 {
		params.Description = stripe.String(string(title[:min(len(title), titleMax)]))
	}
	params.AddMetadata(metaNo, a.No)
	params.AddMetadata(metaReader, p.s.Reader)
	params.IdempotencyKey = key(a.No, "intent")
	intent := &stripe.PaymentIntent{}
	got, err := p.call(ctx, "create", http.MethodPost, intents, params, intent)
	return intent, got, err
}

// process sends the intent to the reader. A refusal leaves it payable, so it is closed before it counts as declined.
func (p *Provider) process(ctx context.Context, no string, intent *stripe.PaymentIntent, o pay.Observation) pay.Observation {
	params := &stripe.TerminalReaderProcessPaymentIntentParams{PaymentIntent: stripe.String(intent.ID)}
	params.IdempotencyKey = key(no, "process")
	got, err := p.call(ctx, "process", http.MethodPost, readers+p.s.Reader+"/process_payment_intent", params, &stripe.TerminalReader{})
	switch {
	case err == nil && got.ok:
		return o
	case err == nil && got.definite():
		return p.close(ctx, no, intent.ID, got.code, got.note)
	}
	o.Outcome, o.Msg = pay.Unknown, got.note
	return o
}

// close cancels an intent that no reader works on. Only the canceled intent proves that it never moves money.
func (p *Provider) close(ctx context.Context, no, id, code, note string) pay.Observation {
	intent, got, err := p.cancelIntent(ctx, no, id, stripe.PaymentIntentCancellationReasonAbandoned)
	if err != nil || !got.ok {
		o := got.observe()
		o.Outcome, o.Verified = pay.Unknown, false
		return o
	}
	o := p.intentOf(intent)
	if o.Outcome == pay.Declined {
		if o.Code == "" { // the bank's own reason is better than the reader's
			o.Code, o.Msg = code, note
		}
		o.Reason = why(o.Code)
	}
	return o
}

func (p *Provider) cancelIntent(ctx context.Context, no, id string, reason stripe.PaymentIntentCancellationReason) (*stripe.PaymentIntent, answer, error) {
	params := &stripe.PaymentIntentCancelParams{CancellationReason: stripe.String(string(reason))}
	params.IdempotencyKey = p.freshKey(no, "cancel")
	intent := &stripe.PaymentIntent{}
	got, err := p.call(ctx, "cancel", http.MethodPost, intents+"/"+url.PathEscape(id)+"/cancel", params, intent)
	return intent, got, err
}

// Query implements pay.Provider. The intent is the truth. Where it still waits for a card, the reader tells whether anybody
// works on it; where nobody does (the action failed, or the reader never heard of it) the intent is closed, since it would
// stay payable, and that is this method's only side effect.
func (p *Provider) Query(ctx context.Context, r pay.Ref) (pay.Observation, error) {
	intent, o, err := p.find(ctx, r)
	if err != nil || intent == nil {
		return o, err
	}
	if o = p.intentOf(intent); !o.Verified || o.OwnNo != r.No || !unpaid(intent) {
		return o, nil
	}
	reader, got, err := p.reader(ctx)
	if err != nil || !got.ok {
		return o, nil
	}
	status, code, note := action(reader, intent.ID)
	switch {
	case status == stripe.TerminalReaderActionStatusInProgress, status == stripe.TerminalReaderActionStatusSucceeded:
		return o, nil
	case status == stripe.TerminalReaderActionStatusFailed:
		return p.close(ctx, r.No, intent.ID, code, note), nil
	case p.client.SigningTime().Sub(r.SubmittedAt) > unheard:
		return p.close(ctx, r.No, intent.ID, o.Code, o.Msg), nil
	}
	return o, nil
}

// action says what the reader does with an intent; empty where it is about something else.
func action(r *stripe.TerminalReader, intent string) (status stripe.TerminalReaderActionStatus, code, note string) {
	a := r.Action
	if a == nil || a.ProcessPaymentIntent == nil || a.ProcessPaymentIntent.PaymentIntent == nil || a.ProcessPaymentIntent.PaymentIntent.ID != intent {
		return "", "", ""
	}
	return a.Status, a.FailureCode, a.FailureMessage
}

func (p *Provider) reader(ctx context.Context) (*stripe.TerminalReader, answer, error) {
	reader := &stripe.TerminalReader{}
	got, err := p.call(ctx, "reader", http.MethodGet, readers+p.s.Reader, &stripe.TerminalReaderParams{}, reader)
	return reader, got, err
}

// find reads the attempt's intent, by Stripe's number or, where the answer that held it was lost, by looking through the
// intents of that hour. A nil intent comes with what that proves.
func (p *Provider) find(ctx context.Context, r pay.Ref) (*stripe.PaymentIntent, pay.Observation, error) {
	if r.ProviderTxn == "" {
		return p.search(ctx, r)
	}
	params := &stripe.PaymentIntentParams{}
	params.AddExpand("latest_charge")
	intent := &stripe.PaymentIntent{}
	got, err := p.call(ctx, "query", http.MethodGet, intents+"/"+url.PathEscape(r.ProviderTxn), params, intent)
	if err != nil || !got.ok {
		o := got.observe()
		o.Verified = false // no refusal of a question says anything about the payment
		return nil, o, err
	}
	return intent, pay.Observation{}, nil
}

// search looks for an intent by our own number. An attempt that has been processed had its number kept before (Submit's
// settle), so "not found" is only ever said of one that no reader has heard of.
func (p *Provider) search(ctx context.Context, r pay.Ref) (*stripe.PaymentIntent, pay.Observation, error) {
	params := &stripe.PaymentIntentListParams{CreatedRange: &stripe.RangeQueryParams{
		GreaterThanOrEqual: r.SubmittedAt.Add(-lookAside).Unix(), LesserThanOrEqual: r.SubmittedAt.Add(lookAside).Unix(),
	}}
	params.Limit = stripe.Int64(pageSize)
	params.AddExpand("data.latest_charge")
	for range pagesMax {
		page := &stripe.PaymentIntentList{}
		got, err := p.page(ctx, "search", intents, params, page)
		if err != nil || !got.ok {
			o := got.observe()
			o.Verified = false
			return nil, o, err
		}
		for _, intent := range page.Data {
			if intent.Metadata[metaNo] == r.No {
				return intent, pay.Observation{}, nil
			}
		}
		if !page.HasMore || len(page.Data) == 0 {
			return nil, pay.Observation{Outcome: pay.NotFound, Verified: true, Merchant: p.s.Reader}, nil
		}
		params.StartingAfter = stripe.String(page.Data[len(page.Data)-1].ID)
	}
	return nil, pay.Observation{Msg: "too many intents to look through"}, nil
}

// Cancel implements pay.Canceler: it takes the intent off the reader and cancels it, which also voids reserved funds. What is
// paid refuses.
func (p *Provider) Cancel(ctx context.Context, r pay.Ref) (pay.Observation, error) {
	intent, o, err := p.find(ctx, r)
	if err != nil || intent == nil {
		return o, err
	}
	if o = p.intentOf(intent); !o.Verified || o.OwnNo != r.No {
		return pay.Observation{Msg: "intent is not ours"}, nil
	}
	if reader, got, err := p.reader(ctx); err == nil && got.ok {
		if status, _, _ := action(reader, intent.ID); status == stripe.TerminalReaderActionStatusInProgress {
			params := &stripe.TerminalReaderCancelActionParams{}
			params.IdempotencyKey = p.freshKey(r.No, "stop")
			// what it answers does not matter: the intent decides
			p.call(ctx, "stop", http.MethodPost, readers+p.s.Reader+"/cancel_action", params, &stripe.TerminalReader{})
		}
	}
	gone, got, err := p.cancelIntent(ctx, r.No, intent.ID, stripe.PaymentIntentCancellationReasonRequestedByCustomer)
	if err != nil {
		return pay.Observation{Msg: err.Error()}, nil // something was sent before it
	}
	o = got.observe()
	o.OwnNo, o.Merchant, o.ProviderTxn = r.No, p.s.Reader, intent.ID
	switch {
	case got.ok && gone.ID == intent.ID && gone.Status == stripe.PaymentIntentStatusCanceled:
		o.Outcome = pay.Accepted
	case got.definite() && got.code == string(stripe.ErrorCodePaymentIntentUnexpectedState):
		o.Outcome = pay.Refused
	}
	return o, nil
}
