package alipay

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"suanpan/app/pay"
	"suanpan/payments"
)

// beijing is Alipay's time whatever the till's zone, and whether or not the machine knows any zones.
var beijing = time.FixedZone("Beijing", 8*60*60)

// clockForm is how times stand on this wire.
const clockForm = "2006-01-02 15:04:05"

// call is one request. secret is what must not survive in kept bytes.
type call struct {
	op, method string
	biz        any
	notify     string // where the outcome may be pushed
	secret     string
}

// answer is what came back. Nothing in signed has been read where verified is false.
type answer struct {
	status   int // 0: no complete answer
	verified bool
	signed   []byte // the node's own bytes, once proven
	raw      []byte // scrubbed, to be kept
	wire     wireHead
	note     string // why the answer proves nothing
}

// wireHead is the beginning of every node.
type wireHead struct {
	Code    string `json:"code"`
	Msg     string `json:"msg"`
	SubCode string `json:"sub_code"`
	SubMsg  string `json:"sub_msg"`
}

// code is the more telling of the two codes.
func (w wireHead) code() string { return orElse(w.SubCode, w.Code) }

// byNo is the content of every question about a trade.
type byNo struct {
	No string `json:"out_trade_no"`
}

// call signs and sends c. The error wraps pay.ErrNotSent; whatever else went wrong is an answer that proves nothing.
func (p *Provider) call(ctx context.Context, c call) (answer, error) {
	body, err := p.form(c)
	if err != nil {
		return answer{}, fmt.Errorf("alipay %s: %w: %w", c.op, pay.ErrNotSent, err)
	}
	h := http.Header{"Content-Type": {"application/x-www-form-urlencoded;charset=utf-8"}, "Accept": {"application/json"}}
	r, err := p.client.Do(ctx, payments.Request{Op: "alipay." + c.op, Method: http.MethodPost, URL: p.s.BaseURL, Header: h, Body: body})
	switch {
	case errors.Is(err, pay.ErrNotSent):
		return answer{}, err
	case err != nil:
		return answer{note: err.Error()}, nil
	}
	return p.read(r, c), nil
}

// form is the signed body of a request. Values are signed before they are encoded for the wire.
func (p *Provider) form(c call) ([]byte, error) {
	content, err := json.Marshal(c.biz)
	if err != nil {
		return nil, err
	}
	values := url.Values{}
	for name, value := range map[string]string{
		"app_id": p.s.AppID, "method": c.method, "format": "JSON", "charset": "utf-8", "sign_type": "RSA2", "version": "1.0",
		"timestamp": p.client.SigningTime().In(beijing).Format(clockForm), "biz_content": string(content), "notify_url": c.notify,
		"app_auth_token": p.s.AuthToken, "app_cert_sn": p.s.AppCert, "alipay_root_cert_sn": p.s.RootCert,
	} {
		if value != "" {
			values.Set(name, value)
		}
	}
	digest := sha256.Sum256([]byte(joined(values)))
	signature, err := p.s.Signer.Sign(rand.Reader, digest[:], crypto.SHA256)
	if err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	values.Set("sign", base64.StdEncoding.EncodeToString(signature))
	return []byte(values.Encode()), nil
}

// joined is the text that is signed: name=value by name, joined by &, not encoded.
func joined(values url.Values) string {
	names := make([]string, 0, len(values))
	for name := range values {
		names = append(names, name)
	}
	slices.Sort(names)
	var b strings.Builder
	for i, name := range names {
		if i > 0 {
			b.WriteByte('&')
		}
		b.WriteString(name)
		b.WriteByte('=')
		b.WriteString(values.Get(name))
	}
	return b.String()
}

// read verifies first; only proven bytes are parsed. The gateway says everything under status 200.
func (p *Provider) read(r payments.Response, c call) answer {
	a := answer{status: r.Status, raw: payments.Scrub(r.Body, c.secret)}
	signed, named, err := proven(p.s.Verifier, r.Body, strings.ReplaceAll(c.method, ".", "_")+"_response")
	if err != nil {
		a.note = fmt.Sprintf("answer %d: %v", r.Status, err)
		return a
	}
	a.verified, a.signed = true, signed
	if err := json.Unmarshal(signed, &a.wire); err != nil {
		a.note = "answer has no head"
	}
	switch {
	case !named:
		a.note, a.wire.Code = "gateway could not place the request", "error "+a.wire.Code
	case r.Status != http.StatusOK:
		a.note = fmt.Sprintf("answer %d", r.Status)
		a.wire.Code = fmt.Sprintf("http %d %s", r.Status, a.wire.Code) // no rule knows such a code, so nothing follows from it
	}
	return a
}

// business is the one question that every translation asks first: done, to be asked again, or refused with a sub code.
func (a answer) business(code string) bool { return a.verified && a.wire.Code == code }

// observe starts an observation with what every answer gives. Its outcome is Unknown until somebody proves more. The merchant
// is proven by the key: it belongs to one app, and the app to this seller.
func (a answer) observe(seller string) pay.Observation {
	o := pay.Observation{Verified: a.verified, Code: a.wire.code(), Msg: orElse(a.wire.SubMsg, orElse(a.note, a.wire.Msg)), Raw: a.raw}
	if a.verified {
		o.Merchant, o.Reason = seller, fault(a.wire.SubCode)
	}
	return o
}

func orElse(text, other string) string {
	if text == "" {
		return other
	}
	return text
}
