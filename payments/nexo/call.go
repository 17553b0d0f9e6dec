package nexo

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"suanpan/app/pay"
	"suanpan/payments"
)

// askWait bounds every exchange in which nobody has to find a card.
const askWait = 20 * time.Second

// answer is what came back. Nothing in body has been read where verified is false.
type answer struct {
	status   int // 0: no complete answer
	verified bool
	body     response
	raw      []byte // plain text without cardholder's data, to be kept
	note     string // why the answer proves nothing
}

// call seals r, sends it once and opens the answer. The error wraps pay.ErrNotSent; whatever else went wrong is an answer
// that proves nothing.
func (p *Provider) call(ctx context.Context, category, serviceID string, r request) (answer, error) {
	if category != catPayment {
		var done context.CancelFunc
		ctx, done = context.WithTimeout(ctx, askWait)
		defer done()
	}
	r.MessageHeader = header{
		ProtocolVersion: "3.0", MessageClass: "Service", MessageCategory: category, MessageType: "Request",
		ServiceID: serviceID, SaleID: p.s.SaleID, POIID: p.s.POIID,
	}
	body, err := p.seal(r)
	if err != nil {
		return answer{}, fmt.Errorf("nexo %s: %w: %w", category, pay.ErrNotSent, err)
	}
	got, err := p.client.Do(ctx, payments.Request{
		Op: "nexo." + strings.ToLower(category), Method: http.MethodPost, URL: p.s.url(),
		Header: http.Header{"Content-Type": {"application/json"}, "Accept": {"application/json"}}, Body: body,
	})
	switch {
	case errors.Is(err, pay.ErrNotSent):
		return answer{}, err
	case err != nil:
		return answer{note: err.Error()}, nil
	}
	return p.read(got.Status, got.Body, r.MessageHeader), nil
}

func (p *Provider) seal(r request) ([]byte, error) {
	plain, err := json.Marshal(struct{ SaleToPOIRequest request }{r})
	if err != nil {
		return nil, err
	}
	nonce := make([]byte, 16)
	if _, err := rand.Read(nonce); err != nil {
		return nil, err
	}
	blob, mac := p.keys.seal(plain, nonce)
	return json.Marshal(struct{ SaleToPOIRequest sealed }{sealed{r.MessageHeader, blob, trailer{
		KeyVersion: p.s.KeyVersion, KeyIdentifier: p.s.KeyIdentifier, Hmac: mac, Nonce: nonce, AdyenCryptoVersion: 1,
	}}})
}

// read opens an answer to asked. Only what the HMAC proves is parsed for meaning, and only an answer to this very question,
// from this terminal to this till, is taken.
func (p *Provider) read(status int, body []byte, asked header) answer {
	a := answer{status: status, note: fmt.Sprintf("answer %d is not sealed", status)}
	var outer struct{ SaleToPOIResponse *sealed }
	if status != http.StatusOK || json.Unmarshal(body, &outer) != nil || outer.SaleToPOIResponse == nil {
		return a
	}
	s := outer.SaleToPOIResponse
	plain, err := p.keys.open(s.NexoBlob, s.SecurityTrailer.Nonce, s.SecurityTrailer.Hmac)
	if err != nil {
		a.note = err.Error()
		return a
	}
	var inner struct{ SaleToPOIResponse *response }
	if err := json.Unmarshal(plain, &inner); err != nil || inner.SaleToPOIResponse == nil {
		a.note = "message is no answer"
		return a
	}
	a.raw = keepable(plain)
	in := inner.SaleToPOIResponse.MessageHeader
	want := asked
	want.MessageType, want.DeviceID = "Response", in.DeviceID
	switch {
	case in != s.MessageHeader:
		a.note = "header outside and inside differ"
	case in != want:
		a.note = "answer to another question"
	default:
		a.verified, a.body, a.note = true, *inner.SaleToPOIResponse, ""
	}
	return a
}

// observe starts an observation with what every answer gives. Its outcome is Unknown until somebody proves more.
func (p *Provider) observe(a answer) pay.Observation {
	o := pay.Observation{Verified: a.verified, Msg: a.note, Raw: a.raw}
	if a.verified {
		o.Merchant = p.s.POIID
	}
	return o
}

// cardholders lists the fields that hold card or cardholder data in full. None of them is kept.
func cardholders(name string) bool {
	switch name {
	case "SensitiveCardData", "ProtectedCardData", "TrackData", "TrackValue", "PAN", "ExpiryDate", "CardholderName", "CardHolderName":
		return true
	}
	return false
}

// keepable answers the message without card data, as JSON again. What cannot be read is not kept.
func keepable(plain []byte) []byte {
	d := json.NewDecoder(strings.NewReader(string(plain)))
	d.UseNumber()
	var doc any
	if d.Decode(&doc) != nil {
		return nil
	}
	kept, err := json.Marshal(strip(doc))
	if err != nil {
		return nil
	}
	return payments.Scrub(kept)
}

func strip(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for name, inner := range v {
			if cardholders(name) {
				delete(v, name)
				continue
			}
			v[name] = strip(inner)
		}
	case []any:
		for i := range v {
			v[i] = strip(v[i])
		}
	case string:
		// Some fields wrap text in base64, where no filter for card numbers would see them.
		if inner, err := base64.StdEncoding.DecodeString(v); err == nil && string(payments.Scrub(inner)) != string(inner) {
			return "[hidden]"
		}
	}
	return v
}
