package alipay

import (
	"context"
	"encoding/json"
	"fmt"

	"suanpan/app/pay"
)

// reasonMax is the wire's limit of a refund's reason, in characters.
const reasonMax = 256

type refundRequest struct {
	OutTradeNo string `json:"out_trade_no"`
	Amount     string `json:"refund_amount,omitempty"` // yuan
	Reason     string `json:"refund_reason,omitempty"`
	RequestNo  string `json:"out_request_no"`
}

// refund is what the answers to refund and refund query carry. refund_fee of the first is the sum of all refunds of the
// trade and not this one's amount, so nobody reads it.
type refund struct {
	OutTradeNo string `json:"out_trade_no"`
	TradeNo    string `json:"trade_no"`
	RequestNo  string `json:"out_request_no"`
	Amount     yuan   `json:"refund_amount"`
	Status     string `json:"refund_status"`
}

// Refund implements pay.Refunder: alipay.trade.refund. The same own number refunds once. The answer to it names no refund and
// differs between the first time and a repeat, so what was taken is proven by alipay.trade.fastpay.refund.query in the same
// breath.
func (p *Provider) Refund(ctx context.Context, r pay.Refund) (pay.Observation, error) {
	if r.Amount.Currency != cny || r.Amount.Minor <= 0 {
		return pay.Observation{}, fmt.Errorf("alipay refund %s: cannot give %s: %w", r.No, r.Amount, pay.ErrNotSent)
	}
	a, err := p.call(ctx, call{op: "refund", method: "alipay.trade.refund",
		biz: refundRequest{r.PaymentNo, r.Amount.Decimal(), cut(r.Words, reasonMax), r.No}})
	if err != nil {
		return pay.Observation{}, err
	}
	o := a.observe(p.s.SellerID)
	switch {
	case a.business("10000"):
		return p.refunded(ctx, a, r), nil
	case a.business("40004") && a.wire.SubCode == "ACQ.BUYER_ERROR":
		// The payer's account takes nothing any more. The wire does not repeat the refund's number here; a person looks at it.
		o.Outcome, o.Reason, o.OwnNo = pay.Abnormal, pay.NotRefunded, r.No
	case a.business("40004"):
		if reason, definite := refusesRefund(a.wire.SubCode); definite {
			o.Outcome, o.Reason = pay.Declined, reason
		}
	}
	return o, nil
}

// refunded asks about a refund that was taken. Whatever stays open stays in doubt: asked about later, and asked for again
// under the same number if Alipay does not know it.
func (p *Provider) refunded(ctx context.Context, taken answer, r pay.Refund) pay.Observation {
	doubt := taken.observe(p.s.SellerID)
	var w refund
	if json.Unmarshal(taken.signed, &w) != nil || w.OutTradeNo != r.PaymentNo {
		doubt.Msg = "refund of another trade"
		return doubt
	}
	if o, err := p.QueryRefund(ctx, r); err == nil && o.Outcome == pay.Success {
		return o
	}
	doubt.Msg = "taken, not yet proven"
	return doubt
}

// QueryRefund implements pay.Refunder: alipay.trade.fastpay.refund.query. A refund that Alipay does not know is answered with
// 10000 and no refund in it.
func (p *Provider) QueryRefund(ctx context.Context, r pay.Refund) (pay.Observation, error) {
	a, err := p.call(ctx, call{op: "query_refund", method: "alipay.trade.fastpay.refund.query",
		biz: refundRequest{OutTradeNo: r.PaymentNo, RequestNo: r.No}})
	if err != nil {
		return pay.Observation{}, err
	}
	return a.refundQueried(p.s.SellerID, r), nil
}

func (a answer) refundQueried(seller string, r pay.Refund) pay.Observation {
	o := a.observe(seller)
	if a.business("40004") && absent(a.wire.SubCode) {
		o.Outcome = pay.NotFound
	}
	if !a.business("10000") {
		return o
	}
	var w refund
	if json.Unmarshal(a.signed, &w) != nil {
		o.Msg = "answer is not a refund"
		return o
	}
	o.OwnNo, o.ProviderTxn, o.ProviderState, o.Amount = w.RequestNo, w.TradeNo, w.Status, w.Amount.amount()
	switch {
	case w.OutTradeNo != "" && w.OutTradeNo != r.PaymentNo:
		o.Msg = "refund of another trade"
	case w.Status == "REFUND_SUCCESS" && w.OutTradeNo == r.PaymentNo:
		o.Outcome = pay.Success
	case w.Status == "" && w.Amount == "":
		o.Outcome = pay.NotFound
	}
	return o
}
