package sandbox

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
)

// ErrPayer says that a payer cannot do what he was told to: nothing is there to be paid, or not any more.
var ErrPayer = errors.New("sandbox: the payer cannot do that")

// Rules of native codes.
const (
	codeLife     = 2 * time.Hour      // of a code_url
	nativeLife   = 7 * 24 * time.Hour // of an order that names no end
	expireLeast  = time.Minute
	expireMost   = 90 * 24 * time.Hour
	nativePrefix = "weixin://wxpay/bizpayurl?pr="
)

// native makes an order and the code that a payer scans.
func (w *wechat) native(r *request, hit struck) reply {
	if bad := r.pay.wrongNative(w.s.keys, w.s.now()); bad != "" {
		return refuse(400, "PARAM_ERROR", bad)
	}
	if o := w.orders[r.no]; o != nil {
		return w.repeatedNative(o, r.pay)
	}
	if f := hit["decline"]; f != nil {
		return refuse(403, f.args[0], "下单被拒绝")
	}
	now := w.s.now()
	o := &order{no: r.no, total: r.pay.Amount.Total, payer: "payer", state: "NOTPAY", made: now, end: "SUCCESS", native: true,
		title: r.pay.Description, expires: now.Add(nativeLife), notifyURL: r.pay.NotifyURL}
	if at, err := time.Parse(time.RFC3339, r.pay.TimeExpire); err == nil {
		o.expires = at
	}
	o.txn = "42000" + now.In(beijing()).Format("20060102") + w.s.digits(15)
	o.codeURL = nativePrefix + w.s.digits(9)
	if f := hit["202_userpaying"]; f != nil && len(f.args) == 2 {
		o.end = f.args[1]
	}
	w.orders[r.no] = o
	w.touch(o)
	return reply{status: 200, body: map[string]string{"code_url": o.codeURL}}
}

// wrongNative says what the paper does not allow, in the words of the field.
func (c codepay) wrongNative(k *Keys, now time.Time) string {
	c.Scene.Store.ID = "1" // optional here
	if bad := c.wrong(k); bad != "" {
		return bad
	}
	u, err := url.Parse(c.NotifyURL)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || len(c.NotifyURL) > 255 {
		return "notify_url"
	}
	if c.TimeExpire == "" {
		return ""
	}
	at, err := time.Parse(time.RFC3339, c.TimeExpire)
	if left := at.Sub(now); err != nil || left < expireLeast-5*time.Second || left > expireMost {
		return "time_expire"
	}
	return ""
}

// repeatedNative answers the same own number a second time: the same code, never another order.
func (w *wechat) repeatedNative(o *order, c codepay) reply {
	switch {
	case !o.native || c.Amount.Total != o.total:
		return refuse(403, "OUT_TRADE_NO_USED", "商户订单号重复")
	case o.state == "CLOSED":
		return refuse(400, "ORDER_CLOSED", "订单已关闭")
	case !o.paid.IsZero():
		return refuse(403, "ORDERPAID", "该订单已支付")
	}
	return reply{status: 200, body: map[string]string{"code_url": o.codeURL}}
}

// close ends an order that nobody has paid.
func (w *wechat) close(r *request, hit struck) reply {
	if r.pay.MchID != w.s.keys.mchID {
		return refuse(400, "PARAM_ERROR", "mchid")
	}
	done := reply{status: 204}
	if hit.has("reverse_lies") {
		return done
	}
	o := w.orders[r.no]
	if o == nil {
		return refuse(404, "ORDER_NOT_EXIST", "订单不存在")
	}
	w.advance(o)
	switch {
	case !o.native:
		return refuse(400, "INVALID_REQUEST", "付款码订单请调用撤销")
	case o.state == "CLOSED":
		return done
	case !o.paid.IsZero():
		return refuse(400, "ORDERPAID", "该订单已支付")
	}
	if f := hit["reverse_late"]; f != nil {
		o.undo = w.s.now().Add(f.duration())
		w.undoing = append(w.undoing, o)
		w.touch(o)
		return done
	}
	if hit.has("pay_wins_cancel_race") {
		w.charge(o)
		return refuse(400, "ORDERPAID", "该订单已支付")
	}
	if hit.has("reverse_refused") || o.state == "USERPAYING" {
		return refuse(403, "USERPAYING", "用户支付中")
	}
	w.revoke(o)
	return done
}

// scanned lets the stand-in payer of a training till scan and pay by himself.
func (w *wechat) scanned(o *order) {
	after := w.s.opts.ScanAfter
	if after <= 0 || o.end == "never" || !o.payable(w.s.now()) || w.s.now().Sub(o.made) < after {
		return
	}
	if o.end == "PAYERROR" || w.balances[o.payer] < o.total {
		o.end = "never" // he looked at it and went away
		return
	}
	w.charge(o)
}

// payable reports whether a code can still be scanned and paid.
func (o *order) payable(now time.Time) bool {
	return o.native && (o.state == "NOTPAY" || o.state == "USERPAYING") && now.Before(o.expires) && now.Sub(o.made) < codeLife
}

// What a payer may do.
const (
	PayerPays    = "pay"    // scan or type the password, and pay
	PayerScans   = "scan"   // scan, and be asked for the password
	PayerRefuses = "refuse" // close the dialogue
	PayerLate    = "late"   // pay in the very moment in which the merchant gives up
)

// PayQR is a payer who scans a native code: PayerPays, PayerScans, PayerRefuses or PayerLate. ErrPayer.
func (s *Server) PayQR(codeURL, how string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, o := range s.wechat.orders {
		if o.native && o.codeURL == codeURL {
			return s.wechat.payer(o, how)
		}
	}
	return fmt.Errorf("%w: no such code", ErrPayer)
}

// Payer is the payer of an order that waits for him, whatever brought it there. ErrPayer.
func (s *Server) Payer(no, how string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.wechat.orders[no]
	if o == nil {
		return fmt.Errorf("%w: no such order", ErrPayer)
	}
	return s.wechat.payer(o, how)
}

func (w *wechat) payer(o *order, how string) error {
	w.catchUp()
	if open := o.state == "USERPAYING" && !o.native; !open && !o.payable(w.s.now()) {
		return fmt.Errorf("%w: the order is %s", ErrPayer, o.state)
	}
	switch how {
	case PayerPays:
		if w.balances[o.payer] < o.total {
			return fmt.Errorf("%w: not enough money", ErrPayer)
		}
		w.charge(o)
	case PayerScans:
		o.state, o.end = "USERPAYING", "never"
		w.touch(o)
	case PayerRefuses:
		o.end, o.state = "never", "PAYERROR"
		if o.native {
			o.state = "NOTPAY" // the code can be scanned again
		}
		w.touch(o)
	case PayerLate:
		o.end = "never"
		late, err := parseScript([]string{"pay_wins_cancel_race*1"})
		if err != nil {
			return err
		}
		w.scripts[o.no], o.faults = late, "pay_wins_cancel_race*1"
		w.touch(o)
	default:
		return fmt.Errorf("%w: %q", ErrPayer, how)
	}
	return w.flush()
}

// OpenOrder is an order that waits for its payer.
type OpenOrder struct {
	No       string    `json:"no"`
	Provider string    `json:"provider"`
	State    string    `json:"state"`
	Minor    int64     `json:"minor"`
	Currency string    `json:"currency"`
	CodeURL  string    `json:"code_url,omitempty"` // of a native order
	Made     time.Time `json:"made"`
}

// OpenOrders lists the orders that wait for their payers, oldest first.
func (s *Server) OpenOrders() []OpenOrder {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.wechat.catchUp()
	out := []OpenOrder{}
	for _, o := range s.wechat.orders {
		if o.payable(s.now()) || (o.state == "USERPAYING" && !o.native) {
			out = append(out, OpenOrder{o.no, Wechat, o.state, o.total, "CNY", o.codeURL, o.made})
		}
	}
	slices.SortFunc(out, func(a, b OpenOrder) int {
		if c := a.Made.Compare(b.Made); c != 0 {
			return c
		}
		return strings.Compare(a.No, b.No)
	})
	return out
}
