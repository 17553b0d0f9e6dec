package wechatpay

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"suanpan/app/pay"
	"suanpan/payments"
)

// notice is the body of a notification.
type notice struct {
	ID       string `json:"id"`
	Type     string `json:"event_type"`
	Resource struct {
		sealed
		Original string `json:"original_type"`
	} `json:"resource"`
}

// notifyTime bounds the download of a certificate that a notification may need.
const notifyTime = 5 * time.Second

// VerifyNotify implements pay.Notifier: signature and age first, over the exact bytes, then the seal. The same news may come
// many times and in any order; whoever receives it drops what it knows by the message's id, which is in Observation.Memo. A
// message about a refund carries the refund's own number.
func (p *Provider) VerifyNotify(header map[string][]string, body []byte) (pay.Observation, error) {
	if len(body) > noticeMost {
		return pay.Observation{}, fmt.Errorf("%w: longer than %d bytes", ErrUnproven, noticeMost)
	}
	ctx, end := context.WithTimeout(context.Background(), notifyTime)
	defer end()
	h := http.Header(header)
	v := p.verifyKey(ctx, h.Get("Wechatpay-Serial"))
	if v == nil {
		return pay.Observation{}, fmt.Errorf("%w: signed by an unknown key", ErrUnproven)
	}
	if err := verify(v, h, body, p.client.SigningTime()); err != nil {
		return pay.Observation{}, err
	}
	var n notice
	if err := json.Unmarshal(body, &n); err != nil || n.ID == "" {
		return pay.Observation{}, fmt.Errorf("%w: no notification", ErrUnproven)
	}
	plain, err := n.Resource.open([]byte(p.s.KeyV3.Reveal()))
	if err != nil {
		return pay.Observation{}, err
	}
	a := answer{status: 200, verified: true, body: plain, raw: payments.Scrub(plain)}
	var o pay.Observation
	switch n.Resource.Original {
	case "transaction":
		o = a.trade(a.observe(), p.s)
	case "refund":
		o = a.refundNotice(p.s)
	default:
		return pay.Observation{}, fmt.Errorf("%w: news of a %q", ErrUnproven, n.Resource.Original)
	}
	if o.OwnNo == "" || o.Merchant != p.s.merchant() {
		return pay.Observation{}, fmt.Errorf("%w: news of nobody we know", ErrUnproven)
	}
	o.Memo = n.ID
	return o, nil
}

// AckNotify implements pay.Notifier: 204, or the words that make WeChat Pay send it again.
func (p *Provider) AckNotify(err error) (status int, body []byte) {
	switch {
	case err == nil:
		return http.StatusNoContent, nil
	case errors.Is(err, ErrUnproven):
		return http.StatusUnauthorized, []byte(`{"code":"FAIL","message":"not proven"}`)
	}
	return http.StatusInternalServerError, []byte(`{"code":"FAIL","message":"not taken"}`)
}

// refundNotice reads the proven news of a refund.
func (a answer) refundNotice(s Settings) pay.Observation {
	var w struct {
		refund
		MchID  string `json:"mchid"`
		SpMch  string `json:"sp_mchid"`
		SubMch string `json:"sub_mchid"`
		State  string `json:"refund_status"`
	}
	o := a.observe()
	if json.Unmarshal(a.body, &w) != nil {
		return o
	}
	o.Merchant = trade{MchID: w.MchID, SpMchID: w.SpMch, SubMchID: w.SubMch}.payee(s)
	w.refund.Status = w.State
	return w.refund.tell(o)
}
