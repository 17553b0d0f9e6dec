package sandbox

import (
	"strings"
	"time"
)

// Rules of refunds.
const (
	refundsMax   = 50
	refundWindow = 365 * 24 * time.Hour
	refundGap    = time.Minute
)

// giveBack is the body of POST /v3/refund/domestic/refunds.
type giveBack struct {
	SubMchID      string `json:"sub_mchid"`
	NotifyURL     string `json:"notify_url"`
	Type          string `json:"type"` // of an abnormal refund
	TransactionID string `json:"transaction_id"`
	OutTradeNo    string `json:"out_trade_no"`
	OutRefundNo   string `json:"out_refund_no"`
	Reason        string `json:"reason"`
	Amount        struct {
		Refund   int64  `json:"refund"`
		Total    int64  `json:"total"`
		Currency string `json:"currency"`
	} `json:"amount"`
}

// refund is one refund of an order.
type refund struct {
	no, id  string
	order   *order
	minor   int64
	made    time.Time
	status  string // PROCESSING, SUCCESS, ABNORMAL, CLOSED
	end     string // what processing ends with
	queries int    // that still find it processing
	done    time.Time

	notifyURL string
}

func (w *wechat) refund(r *request, hit struck) reply {
	g := r.give
	o := w.orders[g.OutTradeNo]
	if old := w.refunds[g.OutRefundNo]; old != nil && o != nil {
		if old.order != o || old.minor != g.Amount.Refund || o.total != g.Amount.Total {
			return refuse(400, "PARAM_ERROR", "out_refund_no was used for another refund")
		}
		return reply{status: 200, body: old.describe()}
	}
	now := w.s.now()
	switch {
	case !ownNumber(g.OutRefundNo) || len(g.Reason) > 80 || g.Amount.Currency != "CNY" || g.Amount.Refund <= 0:
		return refuse(400, "PARAM_ERROR", "refund")
	case o == nil || o.paid.IsZero() || o.state == "REVOKED":
		return refuse(404, "RESOURCE_NOT_EXISTS", "订单号不存在")
	case g.Amount.Total != o.total || g.Amount.Refund > o.total-o.given:
		return refuse(400, "PARAM_ERROR", "amount")
	case len(o.refunds) >= refundsMax:
		return refuse(403, "INVALID_REQUEST", "部分退款次数超限")
	case now.Sub(o.paid) > refundWindow:
		return refuse(403, "TRADE_OVERDUE", "订单已经超过退款期限")
	case len(o.refunds) > 0 && now.Sub(o.refunds[len(o.refunds)-1].made) < refundGap:
		return refuse(429, "FREQUENCY_LIMITED", "同一笔订单退款请间隔1分钟")
	case w.balances["merchant"] < g.Amount.Refund:
		return refuse(403, "NOT_ENOUGH", "基本账户余额不足")
	}
	b := &refund{
		no: g.OutRefundNo, id: "50300" + w.s.digits(23), order: o, minor: g.Amount.Refund, made: now,
		notifyURL: g.NotifyURL, status: "PROCESSING", end: "SUCCESS", queries: w.s.opts.RefundQueries,
	}
	switch {
	case hit.has("refund_abnormal"):
		b.end = "ABNORMAL"
	case hit.has("refund_closed"):
		b.end = "CLOSED"
	}
	w.refunds[b.no] = b
	o.refunds, o.given, o.state = append(o.refunds, b), o.given+b.minor, "REFUND"
	w.move(o, "refund", b.no, -b.minor)
	return reply{status: 200, body: b.describe()}
}

func (w *wechat) refundQuery(r *request) reply {
	b := w.refunds[r.no]
	if b == nil {
		return refuse(404, "RESOURCE_NOT_EXISTS", "退款单不存在")
	}
	if b.status == "PROCESSING" {
		if b.queries--; b.queries < 0 {
			b.status, b.done = b.end, w.s.now()
			w.news(b.order, b)
			w.touch(b.order)
		}
		if b.status == "CLOSED" { // the money never went: back to the merchant
			w.move(b.order, "refund", b.no, b.minor)
			b.order.given -= b.minor
		}
	}
	return reply{status: 200, body: b.describe()}
}

// toMerchant brings a refund that cannot reach the payer into the merchant's own bank account.
func (w *wechat) toMerchant(r *request) reply {
	b := w.refunds[r.no]
	switch {
	case b == nil || !strings.Contains(r.URL.Path, "/"+b.id+"/"):
		return refuse(404, "RESOURCE_NOT_EXISTS", "退款单不存在")
	case r.give.Type != "MERCHANT_BANK_CARD":
		return refuse(400, "PARAM_ERROR", "type")
	case b.status != "ABNORMAL":
		return refuse(400, "INVALID_REQUEST", "退款单状态不是异常")
	}
	b.status, b.end, b.queries = "PROCESSING", "SUCCESS", w.s.opts.RefundQueries
	w.touch(b.order)
	return reply{status: 200, body: b.describe()}
}

func (b *refund) describe() map[string]any {
	d := map[string]any{
		"refund_id": b.id, "out_refund_no": b.no, "transaction_id": b.order.txn, "out_trade_no": b.order.no,
		"channel": "ORIGINAL", "user_received_account": "支付用户零钱", "create_time": b.made.In(beijing()).Format(time.RFC3339),
		"status": b.status, "funds_account": "AVAILABLE",
		"amount": map[string]any{"total": b.order.total, "refund": b.minor, "payer_total": b.order.total,
			"payer_refund": b.minor, "settlement_refund": b.minor, "settlement_total": b.order.total,
			"discount_refund": 0, "currency": "CNY"},
	}
	if b.status == "SUCCESS" {
		d["success_time"] = b.done.In(beijing()).Format(time.RFC3339)
	}
	return d
}

func atoi(args []string, i, other int) int {
	if i >= len(args) {
		return other
	}
	n := 0
	for _, r := range args[i] {
		if r < '0' || r > '9' {
			return other
		}
		n = n*10 + int(r-'0')
	}
	return n
}
