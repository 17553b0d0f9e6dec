package nexobox

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"regexp"

	"suanpan/payments/sandbox"
)

const journalMax = 1000

var serviceID = regexp.MustCompile(`^[0-9A-Za-z]{1,10}$`)

// ServeHTTP takes one message, with whatever the script wants to go wrong.
func (b *Box) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Date", b.opts.Now().UTC().Format(http.TimeFormat)) // net/http would tell the machine's time
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 64<<10))
	if err != nil || r.Method != http.MethodPost || r.URL.Path != "/nexo" {
		http.Error(w, "POST /nexo", http.StatusNotFound)
		return
	}
	head, body, err := b.unwrap(raw)
	if err != nil {
		http.Error(w, err.Error(), http.StatusUnauthorized)
		return
	}
	op, hit := b.strike(head, body)
	switch {
	case hit.Has("drop_before"):
		cutOff(w, nil, 0)
		return
	case hit.Has("html_captive_portal"):
		w.Header().Set("Content-Type", "text/html")
		io.WriteString(w, "<html><body>Please log in to the hotel network</body></html>")
		return
	}
	if r := b.refusal(head); r != nil {
		b.answer(w, head, r, hit)
		return
	}
	switch op {
	case "pay":
		b.takePayment(w, r, head, body, hit)
	case "cancel":
		var abort struct {
			MessageReference struct{ ServiceID string }
		}
		json.Unmarshal(body["AbortRequest"], &abort)
		b.locked(head, func(*message) object { b.abort(abort.MessageReference.ServiceID, hit); return nil })
		if n, is := broken(hit); is {
			cutOff(w, nil, n)
		}
	case "refund":
		b.answer(w, head, b.locked(head, func(*message) object { return b.reverse(body["ReversalRequest"], hit) }), hit)
	case "query", "refund_query":
		about := statusOf(body)
		b.answer(w, head, b.locked(head, func(*message) object {
			return b.status(about.MessageCategory, about.ServiceID, hit)
		}), hit)
	case "test":
		b.answer(w, head, object{"Response": object{"Result": "Success"}, "POIStatus": object{"GlobalStatus": "OK", "CommunicationOKFlag": true},
			"HostStatus": []object{{"AcquirerID": "adyen", "IsReachableFlag": true}}}, hit)
	default:
		b.answer(w, head, failure("MessageFormat", "unknown+category"), hit)
	}
}

// strike finds out what a message wants and takes the faults for it.
func (b *Box) strike(head map[string]string, body map[string]json.RawMessage) (op string, hit hits) {
	switch head["MessageCategory"] {
	case "Payment":
		op = "pay"
	case "Abort":
		op = "cancel"
	case "Reversal":
		op = "refund"
	case "Diagnosis":
		op = "test"
	case "TransactionStatus":
		op = "query"
		if statusOf(body).MessageCategory == "Reversal" {
			op = "refund_query"
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.catchUp()
	hit = b.script.Strike(op)
	for name := range hit {
		if !b.opts.Faults && !silent(name) {
			delete(hit, name)
		}
	}
	if len(b.journal) >= journalMax {
		b.journal = append(b.journal[:0], b.journal[journalMax/10:]...)
	}
	b.journal = append(b.journal, sandbox.Entry{At: b.opts.Now(), Provider: keepName, Op: op, Code: head["ServiceID"]})
	return op, hit
}

type about struct{ MessageCategory, ServiceID string }

func statusOf(body map[string]json.RawMessage) about {
	var s struct{ MessageReference about }
	json.Unmarshal(body["TransactionStatusRequest"], &s)
	return s.MessageReference
}

// refusal answers what is wrong with a message whatever it wants, nil where nothing is.
func (b *Box) refusal(head map[string]string) object {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case head["POIID"] != b.settings.POIID:
		return failure("NotAllowed", "another+terminal")
	case head["ProtocolVersion"] != "3.0" || head["MessageClass"] != "Service" || head["MessageType"] != "Request" ||
		!serviceID.MatchString(head["ServiceID"]) || head["SaleID"] == "":
		return failure("MessageFormat", "unusable+header")
	case !b.fresh(head["ServiceID"]):
		return failure("NotAllowed", "ServiceID+was+used")
	}
	return nil
}

// locked does one thing to the terminal and keeps its answer under the message's ServiceID.
func (b *Box) locked(head map[string]string, do func(*message) object) object {
	b.mu.Lock()
	defer b.mu.Unlock()
	m := b.take(head)
	body := do(m)
	b.answered(m, head["MessageCategory"]+"Response", body)
	return body
}

// take registers a message. The caller holds mu.
func (b *Box) take(head map[string]string) *message {
	m := &message{id: head["ServiceID"], sale: head["SaleID"], category: head["MessageCategory"], at: b.opts.Now(), done: make(chan struct{})}
	b.messages[m.id] = m
	return m
}

// takePayment answers when the payer is done. A till that hangs up does not stop the payer.
func (b *Box) takePayment(w http.ResponseWriter, r *http.Request, head map[string]string, body map[string]json.RawMessage, hit hits) {
	b.mu.Lock()
	m := b.take(head)
	p, refused := b.begin(m, body["PaymentRequest"], hit)
	if refused != nil {
		b.answered(m, "PaymentResponse", refused)
	}
	b.mu.Unlock()
	if p != nil {
		b.attend(p)
	}
	if hit.Has("hangup") {
		cutOff(w, nil, 0)
		return
	}
	select {
	case <-m.done:
	case <-r.Context().Done():
		return
	case <-b.done:
		return
	}
	kept, _ := reread(m.reply)["PaymentResponse"].(object)
	b.answer(w, head, kept, hit)
}

// attend lets the payer finish in time, also when nobody asks.
func (b *Box) attend(p *payment) {
	if p.due.IsZero() {
		return
	}
	ctx, stop := context.WithCancel(context.Background())
	b.served.Go(func() {
		defer stop()
		go func() {
			select {
			case <-b.done:
				stop()
			case <-ctx.Done():
			}
		}()
		b.opts.Wait(ctx, p.due.Sub(b.opts.Now()))
		b.mu.Lock()
		defer b.mu.Unlock()
		if b.current == p {
			b.catchUp()
		}
	})
}

// answer seals and sends.
func (b *Box) answer(w http.ResponseWriter, head map[string]string, body object, hit hits) {
	out := b.headerOf(head["MessageCategory"], head["ServiceID"], head["SaleID"])
	if hit.Has("other_question") {
		out["ServiceID"] = "X" + out["ServiceID"][1:]
	}
	sealed := b.wrap(out, head["MessageCategory"]+"Response", lied(body, hit), hit)
	if hit.Has("commit_then_500") {
		http.Error(w, "internal error", http.StatusInternalServerError)
		return
	}
	if n, is := broken(hit); is {
		cutOff(w, sealed, n)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Write(sealed) // a till that left needs no answer
}

// lied changes what a payment's answer says, or one inside of a status.
func lied(body object, hit hits) object {
	if !hit.Has("other_order") && !hit.Has("wrong_amount") {
		return body
	}
	copied := reread(must(json.Marshal(body)))
	inner := copied
	for _, name := range []string{"RepeatedMessageResponse", "RepeatedResponseMessageBody", "PaymentResponse"} {
		if next, ok := inner[name].(object); ok {
			inner = next
		}
	}
	if hit.Has("other_order") {
		inner["SaleData"] = object{"SaleTransactionID": object{"TransactionID": "somebodyelse", "TimeStamp": "2026-01-01T00:00:00Z"}}
	}
	if paid, ok := inner["PaymentResult"].(object); ok && hit.Has("wrong_amount") {
		paid["AmountsResp"] = object{"Currency": "EUR", "AuthorizedAmount": json.Number("0.01")}
	}
	return copied
}

// reread parses our own text again, amounts as they were written.
func reread(text []byte) (out object) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	d.Decode(&out)
	return out
}
