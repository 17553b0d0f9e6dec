package stripebox

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"suanpan/payments/sandbox"
)

const (
	journalMax = 1000
	keyLives   = 24 * time.Hour
)

// replay is the first answer under an idempotency key.
type replay struct {
	at          time.Time
	fingerprint string
	done        bool
	answer      reply
}

type request struct {
	*http.Request
	form   url.Values
	op, id string
	hit    sandbox.Hits
}

// ServeHTTP answers one request, with whatever the script wants to go wrong.
func (b *Box) ServeHTTP(w http.ResponseWriter, in *http.Request) {
	defer b.notify()
	w.Header().Set("Date", b.opts.Now().UTC().Format(http.TimeFormat)) // net/http would tell the machine's time
	w.Header().Set("Request-Id", "req_"+noise(7))
	body, err := io.ReadAll(http.MaxBytesReader(w, in.Body, 64<<10))
	r := &request{Request: in}
	if err == nil {
		if r.form, err = url.ParseQuery(string(body)); in.Method == http.MethodGet {
			r.form = in.URL.Query()
		}
	}
	if err != nil {
		b.send(w, r, invalid("parameter_unknown", "unreadable"))
		return
	}
	if in.Header.Get("Authorization") != "Bearer "+b.settings.Key {
		b.send(w, r, refuse(401, "invalid_request_error", "api_key_invalid", "Invalid API Key provided"))
		return
	}
	r.route()
	b.strike(r)
	switch {
	case r.hit.Has("drop_before"):
		cutOff(w, "")
	case r.hit.Has("html_captive_portal"):
		io.WriteString(w, "<html><body>Please log in to the hotel network</body></html>")
	case r.hit.Has("too_many"):
		b.send(w, r, refuse(429, "invalid_request_error", "rate_limit", "Too many requests"))
	case r.hit.Has(r.op + "_500"):
		b.send(w, r, refuse(500, "api_error", "", "Something is broken"))
	default:
		b.send(w, r, b.once(r))
	}
}

// route finds out what a request wants.
func (r *request) route() {
	part := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	post := r.Method == http.MethodPost
	at := func(n int) string {
		if n < len(part) {
			return part[n]
		}
		return ""
	}
	switch {
	case at(0) != "v1":
	case at(1) == "payment_intents" && len(part) == 2:
		r.op = map[bool]string{true: "create", false: "list"}[post]
	case at(1) == "payment_intents" && len(part) == 3 && !post:
		r.op, r.id = "query", at(2)
	case at(1) == "payment_intents" && len(part) == 4 && post && (at(3) == "cancel" || at(3) == "capture"):
		r.op, r.id = at(3), at(2)
	case at(1) == "terminal" && at(2) == "readers" && len(part) == 4 && !post:
		r.op, r.id = "reader", at(3)
	case at(1) == "terminal" && at(2) == "readers" && at(4) == "process_payment_intent" && post:
		r.op, r.id = "process", at(3)
	case at(1) == "terminal" && at(2) == "readers" && at(4) == "cancel_action" && post:
		r.op, r.id = "stop", at(3)
	case at(1) == "refunds" && len(part) == 2:
		r.op = map[bool]string{true: "refund", false: "refund_query"}[post]
	}
}

func (r *request) meta() map[string]string {
	out := map[string]string{}
	for name := range r.form {
		if inner, ok := strings.CutPrefix(name, "metadata["); ok {
			out[strings.TrimSuffix(inner, "]")] = r.form.Get(name)
		}
	}
	return out
}

func (r *request) expand() (out []string) {
	for name, values := range r.form {
		if strings.HasPrefix(name, "expand[") {
			out = append(out, values...)
		}
	}
	return out
}

func (b *Box) strike(r *request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.catchUp()
	op := r.op
	if op == "list" {
		op = "query"
	}
	r.hit = b.script.Strike(op)
	for name := range r.hit {
		if !b.opts.Faults && !silent(name) {
			delete(r.hit, name)
		}
	}
	if len(b.journal) >= journalMax {
		b.journal = append(b.journal[:0], b.journal[journalMax/10:]...)
	}
	b.journal = append(b.journal, sandbox.Entry{At: b.opts.Now(), Provider: keepName, Op: r.op, Method: r.Method, URI: r.URL.Path,
		Code: r.Header.Get("Idempotency-Key")})
}

// once answers a writing request at most once per key: the first answer, a fault of the server too, is given again.
func (b *Box) once(r *request) reply {
	b.mu.Lock()
	defer b.mu.Unlock()
	key := r.Header.Get("Idempotency-Key")
	if r.Method != http.MethodPost || key == "" {
		if r.hit.Has("commit_then_500") {
			return refuse(500, "api_error", "", "Something is broken")
		}
		return b.act(r)
	}
	if len(key) > 255 {
		return invalid("parameter_invalid", "Idempotency key is too long")
	}
	now, print := b.opts.Now(), r.URL.Path+"?"+r.form.Encode()
	if was := b.keys[key]; was != nil && now.Sub(was.at) < keyLives {
		switch {
		case was.fingerprint != print:
			return refuse(400, "idempotency_error", "", "Keys for idempotent requests can only be used with the same parameters they were first used with")
		case !was.done:
			return refuse(409, "idempotency_error", "idempotency_key_in_use", "There is currently another in-progress request using this key")
		}
		return was.answer
	}
	mine := &replay{at: now, fingerprint: print}
	b.keys[key] = mine
	if f, slow := r.hit["delay"]; slow { // under way, and the key is held meanwhile
		b.mu.Unlock()
		b.opts.Wait(r.Context(), f.Duration(time.Second))
		b.mu.Lock()
	}
	answer := b.act(r)
	if r.hit.Has("commit_then_500") {
		answer = refuse(500, "api_error", "", "Something is broken")
	}
	mine.done, mine.answer = true, answer
	return answer
}

// act does what a request wants. The caller holds mu.
func (b *Box) act(r *request) reply {
	b.catchUp()
	i := b.intents[r.id]
	switch r.op {
	case "create":
		return b.create(r)
	case "list":
		return b.listIntents(r)
	case "process":
		return b.process(r)
	case "stop":
		return b.stop(r)
	case "refund":
		return b.giveBack(r)
	case "refund_query":
		return b.listRefunds(r)
	case "reader":
		if r.id == b.settings.Reader {
			return reply{200, b.showReader()}
		}
	case "query":
		if i != nil {
			expand := len(r.expand()) > 0
			return reply{200, b.show(i, expand)}
		}
	case "cancel":
		if i != nil {
			return b.cancel(r, i)
		}
	case "capture":
		if i != nil {
			return b.capture(r, i)
		}
	}
	return refuse(404, "invalid_request_error", "resource_missing", "No such object: "+r.id)
}

func (b *Box) send(w http.ResponseWriter, r *request, a reply) {
	if r.hit.Has("commit_then_409") {
		a = refuse(409, "idempotency_error", "idempotency_key_in_use", "There is currently another in-progress request using this key")
	}
	text, err := json.Marshal(b.lied(a.body, r.hit))
	switch {
	case err != nil:
		http.Error(w, "internal error", http.StatusInternalServerError)
	case r.hit.Has("commit_then_drop"):
		cutOff(w, "")
	case r.hit.Has("slow_body"):
		cutOff(w, fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(text), text[:len(text)/2]))
	default:
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(a.status)
		w.Write(text) // a till that left needs no answer
	}
}

// lied changes what an answer says of one intent. Lists stay true.
func (b *Box) lied(body object, hit sandbox.Hits) object {
	if body["object"] != "payment_intent" {
		return body
	}
	if hit.Has("other_order") {
		body["metadata"] = map[string]string{"suanpan_no": "somebodyelse", "suanpan_reader": b.settings.Reader}
	}
	if hit.Has("wrong_amount") {
		body["amount"], body["amount_received"] = 1, 1
	}
	if hit.Has("live") {
		body["livemode"] = !b.live()
	}
	return body
}

// show is an intent as the wire has it. The caller holds mu.
func (b *Box) show(i *intent, expand bool) object {
	o := object{
		"id": i.ID, "object": "payment_intent", "livemode": b.live(), "amount": i.Amount, "amount_received": i.Received, "amount_capturable": 0,
		"currency": strings.ToLower(i.Currency), "status": i.Status, "created": i.Created.Unix(), "metadata": i.Meta, "description": i.Description,
		"capture_method": i.Capture, "payment_method_types": []string{"card_present"}, "cancellation_reason": nil, "latest_charge": nil,
	}
	if i.Why != "" {
		o["cancellation_reason"] = i.Why
	}
	if i.Status == "requires_capture" {
		o["amount_capturable"] = i.Amount
	}
	if i.Received > 0 {
		o["latest_charge"] = "ch_" + i.ID[3:]
		if expand {
			o["latest_charge"] = object{"id": "ch_" + i.ID[3:], "object": "charge", "amount": i.Received, "amount_refunded": i.Refunded}
		}
	}
	if i.Decline != "" {
		o["last_payment_error"] = object{"type": "card_error", "code": "card_declined", "decline_code": i.Decline, "message": "Your card was declined"}
	}
	return o
}

func (b *Box) showReader() object {
	o := object{"id": b.settings.Reader, "object": "terminal.reader", "livemode": b.live(), "status": "online", "action": nil}
	if a := b.reader; a != nil {
		o["action"] = object{"type": "process_payment_intent", "status": a.status, "failure_code": nil, "failure_message": nil,
			"process_payment_intent": object{"payment_intent": a.intent.ID}}
		if a.code != "" {
			o["action"].(object)["failure_code"], o["action"].(object)["failure_message"] = a.code, a.words
		}
	}
	return o
}

func showRefund(r *refund) object {
	return object{"id": r.ID, "object": "refund", "amount": r.Amount, "currency": strings.ToLower(r.Currency), "status": r.Status,
		"payment_intent": r.Intent, "created": r.Created.Unix(), "metadata": r.Meta}
}

func upper(text string) string { return strings.ToUpper(text) }
