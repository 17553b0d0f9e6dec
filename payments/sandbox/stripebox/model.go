package stripebox

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"suanpan/payments/sandbox"
)

type object = map[string]any

// intent is a payment intent. Its fields survive a start.
type intent struct {
	ID, Status, Currency, Capture, Description, Why string
	Amount, Received, Refunded                      int64
	Created                                         time.Time
	Meta                                            map[string]string
	Decline                                         string // of the last card
}

type refund struct {
	ID, Intent, Status, Currency string
	Amount                       int64
	Created                      time.Time
	Meta                         map[string]string
	asks                         int // questions that still find it pending
}

// action is what the reader does.
type action struct {
	intent       *intent
	status       string
	code, words  string
	due          time.Time // zero: the payer does nothing
	decline      string
	payerCancels bool
}

// reply is an answer before the wire has its say.
type reply struct {
	status int
	body   object
}

func refuse(status int, kind, code, words string) reply {
	return reply{status, object{"error": object{"type": kind, "code": code, "message": words}}}
}

func invalid(code, words string) reply { return refuse(400, "invalid_request_error", code, words) }

func (b *Box) id(prefix string) string {
	b.count++
	return fmt.Sprintf("%s_%014d%s", prefix, b.count, noise(4))
}

// catchUp lets the payer do what is due. The caller holds mu.
func (b *Box) catchUp() {
	if a := b.reader; a != nil && a.status == "in_progress" && !a.due.IsZero() && !b.opts.Now().Before(a.due) {
		b.present(a)
	}
}

// present is the payer's card at the reader. The caller holds mu.
func (b *Box) present(a *action) {
	i := a.intent
	a.due = time.Time{}
	switch {
	case i.Status != "requires_payment_method":
		a.status, a.code, a.words = "failed", "payment_intent_unexpected_state", "The intent is "+i.Status
	case a.payerCancels:
		a.status, a.code, a.words = "failed", "customer_canceled", "The payer pressed cancel"
	case a.decline != "":
		a.status, a.code, a.words = "failed", "card_declined", "Your card was declined"
		i.Decline = a.decline
	case i.Capture == "manual":
		a.status, i.Status = "succeeded", "requires_capture"
	default:
		a.status = "succeeded"
		b.charge(i, i.Amount)
	}
	b.remember(kept{Intent: i})
	if a.status == "succeeded" {
		b.event("payment_intent."+map[bool]string{true: "succeeded", false: "amount_capturable_updated"}[i.Status == "succeeded"], b.show(i, false))
	} else if i.Decline != "" {
		b.event("payment_intent.payment_failed", b.show(i, false))
	}
	b.event("terminal.reader.action_"+a.status, b.showReader())
}

// charge takes the money. The caller holds mu.
func (b *Box) charge(i *intent, minor int64) {
	i.Status, i.Received = "succeeded", minor
	b.move(sandbox.Line{At: b.opts.Now(), Kind: "pay", No: i.Meta["suanpan_no"], Transaction: i.ID, Minor: minor, Currency: i.Currency})
}

func (b *Box) move(l sandbox.Line) {
	b.lines = append(b.lines, l)
	b.remember(kept{Line: &l})
}

func (b *Box) create(r *request) reply {
	minor, err := strconv.ParseInt(r.form.Get("amount"), 10, 64)
	currency, capture := r.form.Get("currency"), r.form.Get("capture_method")
	switch {
	case err != nil || minor <= 0:
		return invalid("parameter_invalid_integer", "Invalid amount")
	case len(currency) != 3:
		return invalid("parameter_missing", "Missing currency")
	case r.form.Get("payment_method_types[0]") != "card_present":
		return invalid("parameter_unknown", "Only card_present is played here")
	case capture != "" && capture != "automatic" && capture != "manual":
		return invalid("parameter_unknown", "Invalid capture_method")
	}
	i := &intent{ID: b.id("pi"), Status: "requires_payment_method", Currency: upper(currency), Capture: capture, Amount: minor,
		Description: r.form.Get("description"), Created: b.opts.Now(), Meta: r.meta()}
	b.intents[i.ID] = i
	b.order = append(b.order, i.ID)
	b.remember(kept{Intent: i})
	return reply{200, b.show(i, false)}
}

func (b *Box) process(r *request) reply {
	i := b.intents[r.form.Get("payment_intent")]
	switch {
	case r.id != b.settings.Reader:
		return refuse(404, "invalid_request_error", "resource_missing", "No such reader")
	case i == nil:
		return refuse(404, "invalid_request_error", "resource_missing", "No such payment_intent")
	case i.Status != "requires_payment_method":
		return invalid("payment_intent_unexpected_state", "The intent is "+i.Status)
	case b.reader != nil && b.reader.status == "in_progress" && b.reader.intent != i:
		return invalid("terminal_reader_busy", "Reader is currently busy")
	case r.hit.Has("reader_error"):
		return invalid(r.hit["reader_error"].Word("terminal_reader_offline"), "Reader did not take the action")
	}
	a := &action{intent: i, status: "in_progress", due: b.opts.Now().Add(b.opts.Quick)}
	switch {
	case r.hit.Has("never"):
		a.due = time.Time{}
	case r.hit.Has("later"):
		a.due = b.opts.Now().Add(r.hit["later"].Duration(time.Minute))
	}
	if r.hit.Has("decline") {
		a.decline = r.hit["decline"].Word("insufficient_funds")
	}
	a.payerCancels = r.hit.Has("payer_cancels")
	b.reader = a
	if r.hit.Has("reader_timeout_lies") {
		return invalid("terminal_reader_timeout", "Reader did not respond in time")
	}
	return reply{200, b.showReader()}
}

func (b *Box) stop(r *request) reply {
	if a := b.reader; a != nil && a.status == "in_progress" {
		switch {
		case r.hit.Has("pay_wins_cancel_race"):
			a.decline, a.payerCancels = "", false
			b.present(a)
		case !r.hit.Has("stop_ignored"):
			b.reader = nil
		}
	}
	return reply{200, b.showReader()}
}

func (b *Box) cancel(r *request, i *intent) reply {
	if i.Status != "requires_payment_method" && i.Status != "requires_capture" {
		return invalid("payment_intent_unexpected_state", "You cannot cancel this PaymentIntent because it has a status of "+i.Status)
	}
	i.Status, i.Why = "canceled", r.form.Get("cancellation_reason")
	b.remember(kept{Intent: i})
	b.event("payment_intent.canceled", b.show(i, false))
	return reply{200, b.show(i, false)}
}

func (b *Box) capture(r *request, i *intent) reply {
	minor, err := strconv.ParseInt(r.form.Get("amount_to_capture"), 10, 64)
	switch {
	case i.Status != "requires_capture":
		return invalid("payment_intent_unexpected_state", "This PaymentIntent could not be captured because it has a status of "+i.Status)
	case err != nil || minor <= 0 || minor > i.Amount:
		return invalid("amount_too_large", "Invalid amount_to_capture")
	}
	b.charge(i, minor)
	b.remember(kept{Intent: i})
	b.event("payment_intent.succeeded", b.show(i, false))
	return reply{200, b.show(i, false)}
}

func (b *Box) giveBack(r *request) reply {
	i := b.intents[r.form.Get("payment_intent")]
	minor, err := strconv.ParseInt(r.form.Get("amount"), 10, 64)
	switch {
	case i == nil || i.Status != "succeeded":
		return refuse(404, "invalid_request_error", "resource_missing", "No such payment")
	case err != nil || minor <= 0:
		return invalid("parameter_invalid_integer", "Invalid amount")
	case i.Refunded >= i.Received:
		return invalid("charge_already_refunded", "Charge has already been refunded")
	case i.Refunded+minor > i.Received:
		return invalid("amount_too_large", "Refund amount is greater than unrefunded amount on charge")
	}
	back := &refund{ID: b.id("re"), Intent: i.ID, Status: "succeeded", Currency: i.Currency, Amount: minor, Created: b.opts.Now(), Meta: r.meta()}
	switch {
	case r.hit.Has("refund_pending"):
		back.Status, back.asks = "pending", r.hit["refund_pending"].Int(1)
	case r.hit.Has("refund_fails"):
		back.Status = "failed"
	}
	b.refunds = append(b.refunds, back)
	if back.Status != "failed" {
		i.Refunded += minor
		b.move(sandbox.Line{At: b.opts.Now(), Kind: "refund", No: i.Meta["suanpan_no"], RefundNo: back.Meta["suanpan_no"], Transaction: i.ID,
			Minor: -minor, Currency: i.Currency})
	}
	b.remember(kept{Refund: back})
	b.remember(kept{Intent: i})
	return reply{200, showRefund(back)}
}

func (b *Box) listRefunds(r *request) reply {
	var data []object
	for _, one := range slices.Backward(b.refunds) {
		if one.Intent != r.form.Get("payment_intent") {
			continue
		}
		if one.Status == "pending" {
			if one.asks--; one.asks < 0 {
				one.Status = "succeeded"
			}
		}
		data = append(data, showRefund(one))
	}
	return page(r, data)
}

func (b *Box) listIntents(r *request) reply {
	from, _ := strconv.ParseInt(r.form.Get("created[gte]"), 10, 64)
	to, err := strconv.ParseInt(r.form.Get("created[lte]"), 10, 64)
	var data []object
	for _, id := range slices.Backward(b.order) {
		if at := b.intents[id].Created.Unix(); at >= from && (err != nil || at <= to) {
			data = append(data, b.show(b.intents[id], slices.Contains(r.expand(), "data.latest_charge")))
		}
	}
	return page(r, data)
}

// page cuts a list as Stripe does: limit of 10 unless said, beginning after an object of the page before.
func page(r *request, data []object) reply {
	limit, err := strconv.Atoi(r.form.Get("limit"))
	if err != nil || limit < 1 || limit > 100 {
		limit = 10
	}
	if after := r.form.Get("starting_after"); after != "" {
		at := slices.IndexFunc(data, func(o object) bool { return o["id"] == after })
		if at < 0 {
			return invalid("resource_missing", "No such object")
		}
		data = data[at+1:]
	}
	more := len(data) > limit
	if more {
		data = data[:limit]
	}
	if data == nil {
		data = []object{}
	}
	return reply{200, object{"object": "list", "url": r.URL.Path, "has_more": more, "data": data}}
}
