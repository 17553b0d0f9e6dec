package sandbox

import (
	"slices"
	"strings"
	"time"
)

// Rules of code payments.
const (
	reverseMinAge = 15 * time.Second
	reverseWindow = 7 * 24 * time.Hour
)

// codepay is the body of POST /v3/pay/transactions/codepay.
type codepay struct {
	AppID       string `json:"appid"`
	MchID       string `json:"mchid"`
	SpAppID     string `json:"sp_appid"`
	SpMchID     string `json:"sp_mchid"`
	SubMchID    string `json:"sub_mchid"`
	Description string `json:"description"`
	OutTradeNo  string `json:"out_trade_no"`
	Attach      string `json:"attach"`
	Payer       struct {
		AuthCode string `json:"auth_code"`
	} `json:"payer"`
	Amount struct {
		Total    int64  `json:"total"`
		Currency string `json:"currency"`
	} `json:"amount"`
	Scene struct {
		DeviceIP string `json:"device_ip"`
		Store    struct {
			ID string `json:"id"`
		} `json:"store_info"`
	} `json:"scene_info"`
	TimeExpire string `json:"time_expire"` // native
	NotifyURL  string `json:"notify_url"`  // native
}

// order is one order of the merchant.
type order struct {
	no, txn string
	total   int64
	payer   string // name of the account
	code    string // hashed
	once    bool   // the code pays once
	title   string
	faults  string // what the payer's code brought along
	state   string // SUCCESS, USERPAYING, REVOKED, PAYERROR, REFUND; of a native order also NOTPAY, CLOSED
	made    time.Time
	paid    time.Time
	queries int    // that still find the payer typing
	end     string // what typing ends with: SUCCESS, PAYERROR, never
	given   int64  // by refunds
	refunds []*refund
	undo    time.Time // when a late reversal takes effect

	native    bool
	codeURL   string
	expires   time.Time // when nobody can pay it any more
	notifyURL string
}

func (w *wechat) codepay(r *request, hit struck) reply {
	if bad := r.pay.wrong(w.s.keys); bad != "" {
		return refuse(400, "PARAM_ERROR", bad)
	}
	if o := w.orders[r.no]; o != nil {
		return w.repeated(o, r.pay)
	}
	code := r.pay.Payer.AuthCode
	if !payerCode(code) {
		return refuse(403, "AUTH_CODE_INVALID", "付款码无效，请重新扫码")
	}
	if f := hit["decline"]; f != nil {
		return refuse(403, f.args[0], "付款被拒绝")
	}
	table, isMagic := w.s.magicCode(code)
	hashed := hashCode(code)
	if w.used[hashed] {
		return refuse(403, "AUTH_CODE_INVALID", "每个二维码仅限使用一次，请刷新再试")
	}
	w.used[hashed] = !isMagic
	now := w.s.now()
	o := &order{no: r.no, total: r.pay.Amount.Total, payer: "payer", code: hashed, once: !isMagic, faults: table.Faults, title: r.pay.Description,
		state: "USERPAYING", made: now, end: "SUCCESS"}
	if table.poor {
		o.payer = "poor payer"
	}
	o.txn = "42000" + now.In(beijing()).Format("20060102") + w.s.digits(15)
	if w.balances[o.payer] < o.total {
		return refuse(403, "NOTENOUGH", "余额不足")
	}
	w.orders[r.no] = o
	w.touch(o)
	switch f := hit["202_userpaying"]; {
	case f != nil:
		o.queries = atoi(f.args, 0, w.s.opts.PasswordQueries)
		if len(f.args) == 2 {
			o.end = f.args[1]
		}
		return typing()
	case o.total > w.s.opts.PasswordAbove:
		o.queries = w.s.opts.PasswordQueries
		return typing()
	}
	w.charge(o)
	return reply{status: 200, body: o.describe(w.s.keys)}
}

// wrong says what the paper does not allow, in the words of the field.
func (c codepay) wrong(k *Keys) string {
	switch {
	case c.AppID != k.appID:
		return "appid"
	case c.MchID != k.mchID:
		return "mchid"
	case c.Description == "" || len(c.Description) > 127:
		return "description"
	case !ownNumber(c.OutTradeNo):
		return "out_trade_no"
	case c.Amount.Total <= 0:
		return "amount.total"
	case c.Amount.Currency != "" && c.Amount.Currency != "CNY":
		return "amount.currency"
	case c.Scene.Store.ID == "":
		return "scene_info.store_info.id"
	}
	return ""
}

func ownNumber(no string) bool {
	return len(no) >= 6 && len(no) <= 32 &&
		strings.Trim(no, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-*") == ""
}

func payerCode(code string) bool {
	return len(code) == 18 && code[0] == '1' && code[1] >= '0' && code[1] <= '5' && strings.Trim(code, "0123456789") == ""
}

func typing() reply { return reply{status: 202, body: map[string]string{"trade_state": "USERPAYING"}} }

// repeated answers the same own number a second time. It never charges.
func (w *wechat) repeated(o *order, c codepay) reply {
	if c.Amount.Total != o.total || hashCode(c.Payer.AuthCode) != o.code {
		return refuse(403, "OUT_TRADE_NO_USED", "商户订单号重复")
	}
	switch o.state {
	case "USERPAYING":
		return typing()
	case "REVOKED":
		return refuse(403, "ORDERREVERSED", "订单已撤销")
	case "PAYERROR":
		return refuse(403, "TRADE_ERROR", "交易错误")
	}
	return refuse(403, "ORDERPAID", "该订单已支付")
}

func (w *wechat) query(r *request) reply {
	if q := r.URL.Query(); or(q.Get("mchid"), q.Get("sp_mchid")) != w.s.keys.mchID {
		return refuse(400, "PARAM_ERROR", "mchid")
	}
	o := w.orders[r.no]
	if o == nil {
		return refuse(404, "ORDER_NOT_EXIST", "订单不存在")
	}
	w.advance(o)
	return reply{status: 200, body: o.describe(w.s.keys)}
}

// advance lets the payer type for one query longer, or finish.
func (w *wechat) advance(o *order) {
	if o.native {
		if o.state == "USERPAYING" && !o.payable(w.s.now()) {
			o.state = "NOTPAY"
		}
		w.scanned(o)
		return
	}
	if o.state != "USERPAYING" || o.end == "never" {
		return
	}
	if after := w.s.opts.PasswordAfter; after > 0 {
		if w.s.now().Sub(o.made) < after {
			return
		}
	} else if o.queries > 0 {
		o.queries--
		return
	}
	if o.end == "PAYERROR" || w.balances[o.payer] < o.total {
		o.state = "PAYERROR"
		w.touch(o)
		return
	}
	w.charge(o)
}

func (w *wechat) charge(o *order) {
	o.state, o.paid = "SUCCESS", w.s.now()
	w.news(o, nil)
	w.move(o, "pay", "", o.total)
}

// move books minor from the payer to the merchant, or back where it is below zero.
func (w *wechat) move(o *order, kind, refundNo string, minor int64) {
	w.book(o, Line{At: w.s.now(), Kind: kind, No: o.no, RefundNo: refundNo, Transaction: o.txn, Minor: minor, Currency: "CNY"})
	w.touch(o)
}

// book adds a movement to the books.
func (w *wechat) book(o *order, l Line) {
	w.settle(day(l.At))
	w.balances[o.payer] -= l.Minor
	w.balances["merchant"] += l.Minor
	w.net[o.no] += l.Minor
	w.lines = append(w.lines, l)
	w.owe(l)
}

func (w *wechat) reverse(r *request, hit struck) reply {
	if r.pay.AppID != w.s.keys.appID || r.pay.MchID != w.s.keys.mchID {
		return refuse(400, "PARAM_ERROR", "appid or mchid")
	}
	done := reply{status: 200, body: map[string]string{"appid": w.s.keys.appID, "mchid": w.s.keys.mchID, "out_trade_no": r.no}}
	if hit.has("reverse_lies") {
		return done
	}
	o := w.orders[r.no]
	switch age := w.s.now().Sub(orderMade(o)); {
	case o == nil:
		return refuse(404, "ORDER_NOT_EXIST", "订单不存在")
	case o.native:
		return refuse(400, "INVALID_REQUEST", "仅付款码订单可撤销")
	case o.state == "REVOKED":
		return done
	case age < reverseMinAge:
		return refuse(400, "INVALID_REQUEST", "请在支付15秒后再撤销")
	case age > reverseWindow:
		return refuse(403, "REVERSE_EXPIRE", "订单超过7天，无法撤销")
	case o.state == "PAYERROR":
		return done
	}
	if f := hit["reverse_late"]; f != nil {
		o.undo = w.s.now().Add(f.duration())
		w.undoing = append(w.undoing, o)
		w.touch(o)
		return done
	}
	if o.state == "USERPAYING" {
		if hit.has("pay_wins_cancel_race") {
			w.charge(o)
			return refuse(403, "USERPAYING", "用户支付中")
		}
		if hit.has("reverse_refused") {
			return refuse(403, "USERPAYING", "用户支付中")
		}
	}
	w.revoke(o)
	return done
}

// revoke undoes an order, paid or not. A native order that was paid meanwhile stays so.
func (w *wechat) revoke(o *order) {
	w.touch(o)
	if o.native {
		if o.paid.IsZero() {
			o.state = "CLOSED"
		}
		return
	}
	if rest := o.total - o.given; rest > 0 && !o.paid.IsZero() {
		o.given = o.total
		w.move(o, "reverse", "", -rest)
	}
	o.state = "REVOKED"
}

// catchUp lets late reversals take effect.
func (w *wechat) catchUp() {
	now := w.s.now()
	w.settle(day(now))
	w.undoing = slices.DeleteFunc(w.undoing, func(o *order) bool {
		due := !o.undo.After(now)
		if due && o.state != "REVOKED" {
			w.revoke(o)
		}
		return due
	})
}

func orderMade(o *order) time.Time {
	if o == nil {
		return time.Time{}
	}
	return o.made
}

// describe is the order as answers carry it.
func (o *order) describe(k *Keys) map[string]any {
	d := map[string]any{
		"appid": k.appID, "mchid": k.mchID, "out_trade_no": o.no, "trade_type": o.kind(),
		"trade_state": o.state, "trade_state_desc": stateText(o.state), "attach": "", "bank_type": "OTHERS",
		"payer":  map[string]string{"openid": "oSandbox_" + strings.ReplaceAll(o.payer, " ", "_")},
		"amount": map[string]any{"total": o.total, "payer_total": o.total, "currency": "CNY", "payer_currency": "CNY"},
	}
	if !o.paid.IsZero() {
		d["transaction_id"] = o.txn
		d["success_time"] = o.paid.In(beijing()).Format(time.RFC3339)
	}
	return d
}

func (o *order) kind() string {
	if o.native {
		return "NATIVE"
	}
	return "MICROPAY"
}

func stateText(state string) string {
	switch state {
	case "SUCCESS":
		return "支付成功"
	case "USERPAYING":
		return "用户支付中，需要输入密码"
	case "REVOKED":
		return "订单已撤销"
	case "REFUND":
		return "订单发生过退款"
	case "NOTPAY":
		return "订单未支付"
	case "CLOSED":
		return "订单已关闭"
	}
	return "支付失败"
}
