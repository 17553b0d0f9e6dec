package wechatpay

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"suanpan/app/pay"
	"suanpan/payments"
)

// scheme is the only kind of signature that this package makes and takes.
const scheme = "WECHATPAY2-SHA256-RSA2048"

// call is one request. secret is what must not survive in kept bytes.
type call struct {
	op, method, path string
	body             any // nil for GET
	secret           string
}

// answer is what came back. Nothing in body has been read where verified is false.
type answer struct {
	status   int // 0: no complete answer
	verified bool
	body     []byte
	raw      []byte // scrubbed, to be kept
	wire     wireError
	note     string // why the answer proves nothing
}

// wireError is the body of every answer from 400 on.
type wireError struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

// call signs and sends c. The error wraps pay.ErrNotSent; whatever else went wrong is an answer that proves nothing.
func (p *Provider) call(ctx context.Context, c call) (answer, error) {
	var body []byte
	if c.body != nil {
		var err error
		if body, err = json.Marshal(c.body); err != nil {
			return answer{}, fmt.Errorf("wechatpay %s: %w: %w", c.op, pay.ErrNotSent, err)
		}
	}
	serial, err := p.serial(ctx)
	if err != nil {
		return answer{}, fmt.Errorf("wechatpay %s: %w: %w", c.op, pay.ErrNotSent, err)
	}
	authorization, err := p.authorize(c.method, c.path, body)
	if err != nil {
		return answer{}, fmt.Errorf("wechatpay %s: %w: %w", c.op, pay.ErrNotSent, err)
	}
	h := http.Header{
		"Authorization":    {authorization},
		"Accept":           {"application/json"},
		"Wechatpay-Serial": {serial},
	}
	if body != nil {
		h.Set("Content-Type", "application/json")
	}
	url := strings.TrimSuffix(p.s.BaseURL, "/") + c.path
	r, err := p.client.Do(ctx, payments.Request{Op: "wechatpay." + c.op, Method: c.method, URL: url, Header: h, Body: body})
	switch {
	case errors.Is(err, pay.ErrNotSent):
		return answer{}, err
	case err != nil:
		return answer{note: err.Error()}, nil
	}
	return p.read(ctx, r, c.secret), nil
}

// read verifies first; only proven bytes are parsed, on every status alike.
func (p *Provider) read(ctx context.Context, r payments.Response, secret string) answer {
	a := answer{status: r.Status, body: r.Body, raw: payments.Scrub(r.Body, secret)}
	v := p.verifyKey(ctx, r.Header.Get("Wechatpay-Serial"))
	if v == nil {
		a.note = fmt.Sprintf("answer %d: signed by an unknown key", r.Status)
		return a
	}
	if err := verify(v, r.Header, r.Body, p.client.SigningTime()); err != nil {
		a.note = fmt.Sprintf("answer %d: %v", r.Status, err)
		return a
	}
	a.verified = true
	if r.Status >= 400 {
		if err := json.Unmarshal(r.Body, &a.wire); err != nil {
			a.note = fmt.Sprintf("answer %d is not JSON", r.Status)
		}
	}
	return a
}

// authorize signs method, path with query, time, nonce and body, each ended by a line feed.
func (p *Provider) authorize(method, path string, body []byte) (string, error) {
	noise := make([]byte, 16)
	if _, err := rand.Read(noise); err != nil {
		return "", err
	}
	nonce, at := strings.ToUpper(hex.EncodeToString(noise)), strconv.FormatInt(p.client.SigningTime().Unix(), 10)
	text := strings.Join([]string{method, path, at, nonce, string(body), ""}, "\n")
	digest := sha256.Sum256([]byte(text))
	signature, err := p.s.Signer.Sign(rand.Reader, digest[:], crypto.SHA256)
	if err != nil {
		return "", fmt.Errorf("sign: %w", err)
	}
	return fmt.Sprintf(`%s mchid="%s",nonce_str="%s",signature="%s",timestamp="%s",serial_no="%s"`, scheme,
		p.s.MchID, nonce, base64.StdEncoding.EncodeToString(signature), at, p.s.Serial), nil
}

// observe starts an observation with what every answer gives. Its outcome is Unknown until somebody proves more. A proven word
// that our signature or our request is wrong is a fault of set-up, on whatever call it comes: the reason says so, for the shop
// to take the provider out of service when it goes on.
func (a answer) observe() pay.Observation {
	o := pay.Observation{Verified: a.verified, Code: a.wire.Code, Msg: orElse(a.wire.Message, a.note), Raw: a.raw}
	if a.verified && a.status >= 400 && a.status < 500 {
		switch a.wire.Code {
		case "SIGN_ERROR":
			o.Reason = pay.BadSignature
		case "PARAM_ERROR":
			o.Reason = pay.BadRequest
		}
	}
	return o
}

func orElse(text, other string) string {
	if text == "" {
		return other
	}
	return text
}
