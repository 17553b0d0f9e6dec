package alipaybox

import (
	"time"
	"unicode/utf8"
)

func (b *Box) cancel(r *request, hit struck) reply {
	t := b.find(r)
	answer := done(reply{"out_trade_no": r.no, "retry_flag": "N"})
	if hit.has("reverse_lies") {
		return answer
	}
	again := func(sub, text, retry string) reply {
		out := refuse(sub, text)
		out["retry_flag"], out["out_trade_no"] = retry, r.no
		return out
	}
	if hit.has("reverse_refused") {
		return again("ACQ.SYSTEM_ERROR", "系统异常", "Y")
	}
	switch {
	case t == nil:
		return answer // reported of the real gateway (check): done, for a trade that it has never seen
	case t.Status == unscanned && hit.has("pay_wins_cancel_race") && b.scan(t, true) == nil:
		return again("ACQ.CANCEL_NOT_ALLOWED", "交易不允许撤销", "N")
	case t.Status == unscanned:
		t.Dead = true
		b.keep(t, nil)
		return answer
	}
	answer["trade_no"] = t.Txn
	switch {
	case t.Status == closed:
		return answer
	case t.Status == finished:
		return again("ACQ.TRADE_HAS_FINISHED", "交易已完结", "N")
	case t.Status == success && b.now().Sub(t.Paid) > b.opts.CancelWindow:
		return again("ACQ.TRADE_CANCEL_TIME_OUT", "超过撤销时间范围", "N")
	case t.Given > 0:
		return again("ACQ.REASON_TRADE_REFUND_FEE_ERR", "交易已退款，不能撤销", "N")
	case t.Status == success && b.balances["merchant"] < t.Total:
		return again("ACQ.SELLER_BALANCE_NOT_ENOUGH", "卖家余额不足", "Y")
	}
	if f := hit["reverse_late"]; f != nil {
		t.Undo = b.now().Add(f.duration())
		b.live[t.No] = t
		b.keep(t, nil)
		return answer
	}
	if t.Status == waiting && hit.has("pay_wins_cancel_race") {
		t.Undo = time.Time{} // one voice per trade: what is refused now does not come true later
		b.charge(t)
		return again("ACQ.CANCEL_NOT_ALLOWED", "交易不允许撤销", "N")
	}
	answer["action"] = map[bool]string{true: "refund", false: "close"}[t.Status == success]
	b.undo(t)
	return answer
}

// undo closes a trade, and gives back what was paid.
func (b *Box) undo(t *trade) {
	rest := t.Total - t.Given
	was := t.Status
	t.Status = closed
	if was == success && rest > 0 {
		t.Given = t.Total
		b.move(t, "reverse", "", -rest)
	} else {
		b.keep(t, nil)
	}
	b.tell(t, "")
}

// closeTrade ends a trade that nobody has paid.
func (b *Box) closeTrade(r *request) reply {
	t := b.find(r)
	switch {
	case t == nil:
		return refuse("ACQ.TRADE_NOT_EXIST", "交易不存在")
	case t.Status == unscanned: // refused, and yet the payer is told that it is closed (reported)
		t.Dead = true
		b.keep(t, nil)
		return refuse("ACQ.TRADE_NOT_EXIST", "交易不存在")
	case t.Status == success, t.Status == finished:
		return refuse("ACQ.TRADE_STATUS_ERROR", "交易状态不合法")
	}
	if t.Status == waiting {
		b.undo(t)
	}
	return done(reply{"out_trade_no": t.No, "trade_no": t.Txn})
}

// giving is one refund of a trade.
type giving struct {
	No    string    `json:"no"`
	Minor int64     `json:"minor"`
	Made  time.Time `json:"made"`
	Lag   int       `json:"lag,omitempty"` // queries that do not see it yet
}

func (b *Box) refund(r *request, hit struck) reply {
	t := b.find(r)
	minor, ok := fen(r.biz.Amount)
	if !ok || minor <= 0 || utf8.RuneCountInString(r.biz.Reason) > 256 || (r.biz.RequestNo != "" && !number(r.biz.RequestNo)) {
		return refuse("ACQ.INVALID_PARAMETER", "参数无效")
	}
	if t == nil || t.Status == unscanned {
		return refuse("ACQ.TRADE_NOT_EXIST", "交易不存在")
	}
	no := r.biz.RequestNo
	if no == "" {
		if minor != t.Total {
			return refuse("ACQ.INVALID_PARAMETER", "部分退款 out_request_no 必传")
		}
		no = t.No
	}
	for _, g := range t.Refunds {
		if g.No == no {
			if g.Minor != minor {
				return refuse("ACQ.DISCORDANT_REPEAT_REQUEST", "不一致的请求")
			}
			return t.given("N")
		}
	}
	switch {
	case t.Status == waiting:
		return refuse("ACQ.TRADE_STATUS_ERROR", "交易状态不合法")
	case t.Status == finished:
		return refuse("ACQ.TRADE_HAS_FINISHED", "交易已完结")
	case t.Paid.IsZero():
		return refuse("ACQ.TRADE_HAS_CLOSE", "交易已关闭")
	case minor > t.Total-t.Given:
		return refuse("ACQ.REFUND_AMT_NOT_EQUAL_TOTAL", "退款金额超限")
	case b.balances["merchant"] < minor:
		return refuse("ACQ.SELLER_BALANCE_NOT_ENOUGH", "卖家余额不足")
	case hit.has("refund_abnormal"):
		return refuse("ACQ.BUYER_ERROR", "买家状态异常")
	}
	g := &giving{No: no, Minor: minor, Made: b.now()}
	if f := hit["refund_lag"]; f != nil {
		g.Lag = f.number(0, 1)
	}
	t.Refunds, t.Given = append(t.Refunds, g), t.Given+minor
	if t.Given == t.Total {
		t.Status = closed
	}
	b.move(t, "refund", no, -minor)
	b.tell(t, no)
	return t.given("Y")
}

// given is the answer to a refund. It names no refund, and refund_fee is the sum of all of them.
func (t *trade) given(moved string) reply {
	return done(reply{"out_trade_no": t.No, "trade_no": t.Txn, "refund_fee": yuan(t.Given), "fund_change": moved,
		"buyer_logon_id": logon(t.Payer), "buyer_user_id": "2088000000000099"})
}

func (b *Box) refundQuery(r *request) reply {
	t := b.find(r)
	if t == nil || t.Status == unscanned {
		return refuse("ACQ.TRADE_NOT_EXIST", "交易不存在")
	}
	for _, g := range t.Refunds {
		if g.No != r.biz.RequestNo {
			continue
		}
		if g.Lag > 0 {
			g.Lag--
			break
		}
		return done(reply{"out_trade_no": t.No, "trade_no": t.Txn, "out_request_no": g.No, "refund_amount": yuan(g.Minor),
			"total_amount": yuan(t.Total), "refund_status": "REFUND_SUCCESS", "gmt_refund_pay": stamp(g.Made)})
	}
	return done(nil) // no such refund: done, and nothing in it
}
