package wechatpay

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"time"

	"suanpan/app/money"
	"suanpan/app/pay"
)

// reasonMax is the wire's limit of a refund's reason, in bytes.
const reasonMax = 80

type refundRequest struct {
	SubMchID    string       `json:"sub_mchid,omitempty"`
	OutTradeNo  string       `json:"out_trade_no"`
	OutRefundNo string       `json:"out_refund_no"`
	Reason      string       `json:"reason,omitempty"`
	Amount      refundAmount `json:"amount"`
}

type refundAmount struct {
	Refund   int64  `json:"refund"` // fen
	Total    int64  `json:"total"`  // of the order
	Currency string `json:"currency"`
}

type refund struct {
	RefundID    string `json:"refund_id"`
	OutRefundNo string `json:"out_refund_no"`
	OutTradeNo  string `json:"out_trade_no"`
	SuccessTime string `json:"success_time"`
	Status      string `json:"status"`
	Amount      *struct {
		Total       int64  `json:"total"`
		Refund      int64  `json:"refund"`
		PayerRefund int64  `json:"payer_refund"`
		Currency    string `json:"currency"`
	} `json:"amount"`
}

// Refund implements pay.Refunder: POST /v3/refund/domestic/refunds. The same own number refunds once.
func (p *Provider) Refund(ctx context.Context, r pay.Refund) (pay.Observation, error) {
	if r.Amount.Currency != "CNY" || r.Amount.Minor <= 0 {
		return pay.Observation{}, fmt.Errorf("wechatpay refund %s: cannot give %s: %w", r.No, r.Amount, pay.ErrNotSent)
	}
	answer, err := p.call(ctx, call{op: "refund", method: "POST", path: "/v3/refund/domestic/refunds",
		body: refundRequest{
			SubMchID: p.s.SubMchID, OutTradeNo: r.PaymentNo, OutRefundNo: r.No, Reason: cut(r.Words, reasonMax),
			Amount: refundAmount{r.Amount.Minor, r.Paid.Minor, string(r.Amount.Currency)},
		}})
	if err != nil {
		return pay.Observation{}, err
	}
	o := answer.observe()
	switch {
	case !answer.verified, answer.status >= 500:
	case answer.status == 200:
		return answer.refund(o, r), nil
	case answer.status >= 400:
		if reason, definite := refusesRefund(answer.wire.Code); definite {
			o.Outcome, o.Reason = pay.Declined, reason
		}
	}
	return o, nil
}

// RefundToMerchant implements pay.AbnormalRefunder: POST …/{refund_id}/apply-abnormal-refund. A refund that cannot reach the payer
// goes to the merchant's own bank account; people then pay it out in another way.
func (p *Provider) RefundToMerchant(ctx context.Context, r pay.Refund) (pay.Observation, error) {
	if r.ProviderTxn == "" {
		return pay.Observation{}, fmt.Errorf("wechatpay refund %s: its number at WeChat Pay is not known: %w", r.No, pay.ErrNotSent)
	}
	body := map[string]string{"out_refund_no": r.No, "type": "MERCHANT_BANK_CARD"}
	if p.s.partner() {
		body["sub_mchid"] = p.s.SubMchID
	}
	answer, err := p.call(ctx, call{op: "abnormal_refund", method: "POST", body: body,
		path: "/v3/refund/domestic/refunds/" + url.PathEscape(r.ProviderTxn) + "/apply-abnormal-refund"})
	if err != nil {
		return pay.Observation{}, err
	}
	o := answer.observe()
	switch {
	case !answer.verified, answer.status >= 500:
	case answer.status == 200:
		return answer.refund(o, r), nil
	case answer.status >= 400:
		o.Outcome = pay.Refused
	}
	return o, nil
}

// QueryRefund implements pay.Refunder: GET /v3/refund/domestic/refunds/{no}.
func (p *Provider) QueryRefund(ctx context.Context, r pay.Refund) (pay.Observation, error) {
	answer, err := p.call(ctx, call{op: "query_refund", method: "GET", path: "/v3/refund/domestic/refunds/" + url.PathEscape(r.No) + p.subQuery()})
	if err != nil {
		return pay.Observation{}, err
	}
	o := answer.observe()
	switch {
	case !answer.verified, answer.status >= 500:
	case answer.status == 200:
		return answer.refund(o, r), nil
	case answer.status == 404 && absent(answer.wire.Code):
		o.Outcome = pay.NotFound
	}
	return o, nil
}

// refund reads a proven refund. The wire does not name the merchant here, so the order's number must be ours.
func (a answer) refund(o pay.Observation, r pay.Refund) pay.Observation {
	var w refund
	if err := json.Unmarshal(a.body, &w); err != nil {
		o.Msg = fmt.Sprintf("answer %d is not a refund", a.status)
		return o
	}
	if w.OutTradeNo != r.PaymentNo {
		o.OwnNo, o.ProviderTxn, o.ProviderState = w.OutRefundNo, w.RefundID, w.Status
		o.Msg = "refund of another order"
		return o
	}
	return w.tell(o)
}

// tell says what a refund proves.
func (w refund) tell(o pay.Observation) pay.Observation {
	o.OwnNo, o.ProviderTxn, o.ProviderState = w.OutRefundNo, w.RefundID, w.Status
	if w.Amount != nil {
		o.Amount = money.Of(w.Amount.Refund, currency(w.Amount.Currency))
		o.Payer = money.Of(w.Amount.PayerRefund, currency(w.Amount.Currency))
	}
	if at, err := time.Parse(time.RFC3339, w.SuccessTime); err == nil {
		o.ProviderAt = at
	}
	switch w.Status {
	case "SUCCESS":
		o.Outcome = pay.Success
	case "PROCESSING":
		o.Outcome = pay.Accepted
	case "CLOSED":
		o.Outcome, o.Reason = pay.Closed, pay.NotRefunded
	case "ABNORMAL":
		o.Outcome, o.Reason = pay.Abnormal, pay.NotRefunded
	}
	return o
}
