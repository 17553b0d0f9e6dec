package alipaybox

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// again is when a notification that nobody thanked for is sent again, each counted from the one before.
func again() []time.Duration {
	return []time.Duration{4 * time.Minute, 10 * time.Minute, 10 * time.Minute, time.Hour, 2 * time.Hour, 6 * time.Hour, 15 * time.Hour}
}

// push is one notification on its way.
type push struct {
	to    string
	body  []byte
	at    time.Time // when to send it next
	tries int
}

// tell queues what happened to a trade for the address that its merchant named. The caller holds mu.
func (b *Box) tell(t *trade, refundNo string) {
	if t.Notify == "" {
		return
	}
	hit := b.strike(opNotify, b.brought[t.No], b.script)
	p := push{to: t.Notify, body: b.notification(t, refundNo, false, hit), at: b.now()}
	times := 1
	if f := hit["dup_notify"]; f != nil {
		times += f.number(0, 1)
	}
	for range times {
		b.pushes = append(b.pushes, p)
	}
}

// Notification is what the gateway would push about a trade now, signed: by the service market's rule, where sign_type is
// signed too, if market is set. It answers nil for a trade that nobody knows.
func (b *Box) Notification(no string, market bool) []byte {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.catchUp()
	t := b.trades[no]
	if t == nil || t.Status == unscanned {
		return nil
	}
	return b.notification(t, "", market, b.strike(opNotify, b.script))
}

func (b *Box) notification(t *trade, refundNo string, market bool, hit struck) []byte {
	v := url.Values{}
	for name, value := range map[string]string{
		"notify_time": stamp(b.now()), "notify_type": "trade_status_sync", "notify_id": b.digits(34), "app_id": b.keys.appID, "auth_app_id": b.keys.appID,
		"charset": "utf-8", "version": "1.0", "trade_no": t.Txn, "out_trade_no": t.No, "seller_id": b.keys.sellerID, "buyer_id": "2088000000000099",
		"trade_status": t.Status, "total_amount": yuan(t.Total), "subject": t.Subject, "gmt_create": stamp(t.Made), "body": "1 + 1 = 2 & more",
	} {
		v.Set(name, value)
	}
	if !t.Paid.IsZero() {
		v.Set("gmt_payment", stamp(t.Paid))
		v.Set("buyer_pay_amount", yuan(t.Total))
		v.Set("receipt_amount", yuan(t.Total))
		v.Set("fund_bill_list", `[{"amount":"`+yuan(t.Total)+`","fundChannel":"ALIPAYACCOUNT"}]`)
	}
	if t.Status == closed {
		v.Set("gmt_close", stamp(b.now()))
	}
	if t.Given > 0 {
		v.Set("refund_fee", yuan(t.Given))
		v.Set("gmt_refund", stamp(b.now()))
		if refundNo != "" {
			v.Set("out_biz_no", refundNo)
		}
	}
	if hit.has("other_order") {
		v.Set("out_trade_no", "other000000000000000000000000order")
	}
	if hit.has("wrong_amount") {
		v.Set("total_amount", "9"+yuan(t.Total))
	}
	if market {
		v.Set("sign_type", "RSA2")
	}
	key := b.keys.alipay
	if hit.has("wrong_serial") && b.keys.app != nil {
		key = b.keys.app
	}
	text := signText(v)
	if hit.has("bad_sig") {
		text += " "
	}
	v.Set("sign_type", "RSA2")
	if !hit.has("unsigned_200") {
		v.Set("sign", sign(key, []byte(text)))
	}
	if hit.has("tampered_amount") {
		v.Set("total_amount", "9"+yuan(t.Total))
	}
	return []byte(v.Encode())
}

// due takes out what is to be sent now.
func (b *Box) due() (now []push) {
	b.mu.Lock()
	defer b.mu.Unlock()
	held := b.script.standing("reorder_notify") != nil
	if held && len(b.pushes) < 2 {
		return nil
	}
	at := b.now()
	b.pushes = slices.DeleteFunc(b.pushes, func(p push) bool {
		if !p.at.After(at) {
			now = append(now, p)
			return true
		}
		return false
	})
	if held {
		slices.Reverse(now)
	}
	return now
}

// deliver sends, and queues again what was not thanked for.
func (b *Box) deliver(list []push) {
	for _, p := range list {
		answer, err := b.opts.Push(p.to, p.body)
		if err == nil && strings.TrimSpace(answer) == "success" {
			continue
		}
		if p.tries++; p.tries > len(again()) {
			continue
		}
		p.at = p.at.Add(again()[p.tries-1])
		b.mu.Lock()
		b.pushes = append(b.pushes, p)
		b.mu.Unlock()
	}
}

// Deliver sends every notification whose time has come. The next request does so too, and a box on the
// real clock by itself.
func (b *Box) Deliver() {
	b.mu.Lock()
	b.catchUp()
	b.mu.Unlock()
	b.deliver(b.due())
}

// post sends a notification to a loopback address and no further.
func post(to string, body []byte) (string, error) {
	u, err := url.Parse(to)
	if err != nil {
		return "", err
	}
	if ip := net.ParseIP(u.Hostname()); ip == nil || !ip.IsLoopback() {
		return "", fmt.Errorf("%s is not loopback", u.Host)
	}
	client := &http.Client{Timeout: 5 * time.Second}
	r, err := client.Post(to, "application/x-www-form-urlencoded;charset=utf-8", bytes.NewReader(body))
	if err != nil {
		return "", err
	}
	defer r.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(r.Body, 1<<10))
	return string(answer), err
}
