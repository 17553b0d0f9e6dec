package wechatpay

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"suanpan/app/pay"
)

// Rules of native codes (Native下单).
const (
	codeURLMax  = 512              // bytes that a payer's phone still reads off a screen
	expireGrace = 30 * time.Second // between the order's end at WeChat Pay and our giving up
	expireMin   = time.Minute      // WeChat Pay takes no order that ends earlier
	beijingZone = 8 * 60 * 60      // seconds east of Greenwich
)

type nativeRequest struct {
	who
	Description string `json:"description"`
	OutTradeNo  string `json:"out_trade_no"`
	TimeExpire  string `json:"time_expire"`
	NotifyURL   string `json:"notify_url"`
	Amount      amount `json:"amount"`
	Scene       scene  `json:"scene_info"`
}

// Present implements pay.Presenter: POST …/native, once. The order ends half a minute before we give up, in WeChat Pay's own
// time, so that nobody can still pay what we are closing for long.
func (p *Provider) Present(ctx context.Context, a pay.Attempt) (pay.Observation, error) {
	switch {
	case a.Flow != pay.ByQR || p.s.NotifyURL == "":
		return pay.Observation{}, fmt.Errorf("wechatpay %s: no code to show: %w", a.No, pay.ErrNotSent)
	case a.Amount.Currency != "CNY" || a.Amount.Minor <= 0:
		return pay.Observation{}, fmt.Errorf("wechatpay %s: cannot take %s: %w", a.No, a.Amount, pay.ErrNotSent)
	}
	ends := p.client.SigningTime().Add(max(p.s.QRTiming.Deadline-expireGrace, expireMin)).In(time.FixedZone("", beijingZone))
	answer, err := p.call(ctx, call{op: "native", method: "POST", path: p.transactions() + "/native",
		body: nativeRequest{
			who: p.s.who(), Description: description(a), OutTradeNo: a.No, TimeExpire: ends.Format(time.RFC3339), NotifyURL: p.s.NotifyURL,
			Amount: amount{a.Amount.Minor, string(a.Amount.Currency)},
			Scene:  scene{DeviceID: cut(a.Till, 32), DeviceIP: p.s.DeviceIP, Store: store{p.s.StoreID}},
		}})
	if err != nil {
		return pay.Observation{}, err
	}
	return answer.presented(), nil
}

// presented translates the answer to native. A code is shown only when the answer is proven: somebody else's would pay
// somebody else.
func (a answer) presented() pay.Observation {
	o := a.observe()
	switch {
	case !a.verified, a.status >= 500:
		return o
	case a.status == 200:
		var made struct {
			CodeURL string `json:"code_url"`
		}
		if json.Unmarshal(a.body, &made) != nil || !strings.HasPrefix(made.CodeURL, "weixin://") || len(made.CodeURL) > codeURLMax {
			o.Msg = "answer 200 holds no code"
			return o
		}
		o.Outcome, o.QR = pay.Pending, made.CodeURL
	case a.status >= 400:
		if reason, definite := declines(a.wire.Code); definite {
			o.Outcome, o.Reason = pay.Declined, reason
		}
	}
	return o
}

// close ends an order that nobody has paid: POST …/close, which answers 204.
func (p *Provider) close(ctx context.Context, r pay.Ref) (pay.Observation, error) {
	answer, err := p.call(ctx, call{op: "close", method: "POST", path: p.tradePath(r.No) + "/close", body: p.s.payee()})
	if err != nil {
		return pay.Observation{}, err
	}
	return answer.closed(), nil
}

// closed translates the answer to a close, which proves nothing about the payment either way.
func (a answer) closed() pay.Observation {
	o := a.observe()
	switch {
	case !a.verified, a.status >= 500:
	case a.status == 204, a.status == 200:
		o.Outcome = pay.Accepted
	case a.status == 404 && absent(a.wire.Code):
		o.Outcome = pay.NotFound
	case a.status >= 400 && refusesClose(a.wire.Code):
		o.Outcome = pay.Refused
	}
	return o
}
