package alipaybox

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// The wire's states of a trade. A trade that nobody has scanned is none yet.
const (
	unscanned = ""
	waiting   = "WAIT_BUYER_PAY"
	success   = "TRADE_SUCCESS"
	finished  = "TRADE_FINISHED"
	closed    = "TRADE_CLOSED"
)

// Lives of what is not paid, where the merchant sets none.
const (
	tradeLife = 3 * time.Minute
	qrLife    = 2 * time.Hour
)

// trade is one trade of the merchant, or a code of ours that may become one.
type trade struct {
	No      string    `json:"no"`
	Txn     string    `json:"txn"`
	Total   int64     `json:"total"`
	Subject string    `json:"subject"`
	Payer   string    `json:"payer"`          // name of the account
	Code    string    `json:"code,omitempty"` // digest of the payer's code
	Status  string    `json:"status"`
	Made    time.Time `json:"made"`
	Ends    time.Time `json:"ends"` // unpaid then, it closes
	Paid    time.Time `json:"paid,omitzero"`
	QR      string    `json:"qr,omitempty"`
	QREnds  time.Time `json:"qr_ends,omitzero"`
	Dead    bool      `json:"dead,omitempty"` // canceled before anybody scanned it
	Notify  string    `json:"notify,omitempty"`
	Given   int64     `json:"given,omitempty"` // by refunds
	Refunds []*giving `json:"refunds,omitempty"`
	Undo    time.Time `json:"undo,omitzero"` // when a late cancel takes effect
	Left    int       `json:"left,omitempty"`
	End     string    `json:"end"` // what typing ends with: SUCCESS, PAYERROR, never
}

func digest(code string) string {
	sum := sha256.Sum256([]byte(code))
	return hex.EncodeToString(sum[:])
}

// yuan writes minor units as the wire does.
func yuan(minor int64) string {
	sign := ""
	if minor < 0 {
		sign, minor = "-", -minor
	}
	return fmt.Sprintf("%s%d.%02d", sign, minor/100, minor%100)
}

// fen reads a decimal text of the wire: at most two decimals, no sign.
func fen(text string) (int64, bool) {
	whole, part, dot := strings.Cut(text, ".")
	if whole == "" || len(whole) > 9 || len(part) > 2 || (dot && part == "") || strings.Trim(whole+part, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.ParseInt(whole+(part + "00")[:2], 10, 64)
	return n, err == nil
}

// life reads "5m", "2h", "1d".
func life(text string, other time.Duration) (time.Duration, bool) {
	if text == "" {
		return other, true
	}
	n, err := strconv.Atoi(text[:len(text)-1])
	unit := map[byte]time.Duration{'m': time.Minute, 'h': time.Hour, 'd': 24 * time.Hour}[text[len(text)-1]]
	d := time.Duration(n) * unit
	return d, err == nil && d >= time.Minute && d <= 15*24*time.Hour
}

// wrong says what the paper does not allow, in the words of the field.
func (c content) wrong() string {
	minor, ok := fen(c.Total)
	_, lives := life(c.Life, tradeLife)
	_, shows := life(c.QRLife, qrLife)
	switch {
	case !number(c.OutTradeNo):
		return "out_trade_no"
	case c.Subject == "" || utf8.RuneCountInString(c.Subject) > 256 || strings.ContainsAny(c.Subject, "/=&"):
		return "subject"
	case !ok || minor <= 0 || minor > 100_000_000_00:
		return "total_amount"
	case !lives:
		return "timeout_express"
	case !shows:
		return "qr_code_timeout_express"
	case utf8.RuneCountInString(c.TerminalID) > 32:
		return "terminal_id"
	}
	return ""
}

func number(no string) bool {
	return no != "" && len(no) <= 64 && strings.Trim(no, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-") == ""
}

// begin makes a trade, not yet known to anybody.
func (b *Box) begin(r *request) *trade {
	minor, _ := fen(r.biz.Total)
	now := b.now()
	return &trade{No: r.no, Total: minor, Subject: r.biz.Subject, Payer: "payer", Made: now, End: "SUCCESS",
		Txn: now.In(beijing()).Format("20060102") + "22001" + b.digits(15), Notify: r.values.Get("notify_url")}
}

func (b *Box) pay(r *request, hit struck) reply {
	if bad := r.biz.wrong(); bad != "" || r.biz.Scene != "bar_code" || r.biz.Product != "FACE_TO_FACE_PAYMENT" {
		return refuse("ACQ.INVALID_PARAMETER", "参数无效 "+bad)
	}
	code := r.biz.AuthCode
	if t := b.trades[r.no]; t != nil {
		return b.again(t, r)
	}
	if !payerCode(code) {
		return refuse("ACQ.PAYMENT_AUTH_CODE_INVALID", "支付授权码无效")
	}
	if f := hit["decline"]; f != nil {
		return refuse(f.args[0], "交易被拒绝")
	}
	_, people := b.magicCode(code)
	if b.used[digest(code)] && !people {
		return refuse("ACQ.PAYMENT_AUTH_CODE_INVALID", "每个付款码仅限使用一次")
	}
	b.used[digest(code)] = true
	t := b.begin(r)
	t.Code, t.Status = digest(code), waiting
	span, _ := life(r.biz.Life, tradeLife)
	t.Ends = t.Made.Add(span)
	if code == poorCode {
		t.Payer = "poor payer"
	}
	if b.balances[t.Payer] < t.Total {
		return refuse("ACQ.BUYER_BALANCE_NOT_ENOUGH", "买家余额不足")
	}
	b.trades[t.No], b.live[t.No] = t, t
	switch f := hit["userpaying"]; {
	case f != nil:
		t.Left = f.number(0, b.opts.PasswordQueries)
		if len(f.args) == 2 {
			t.End = f.args[1]
		}
	case t.Total > b.opts.PasswordAbove:
		t.Left = b.opts.PasswordQueries
	default:
		b.charge(t)
		return b.paid(t)
	}
	b.keep(t, nil)
	return typing(t)
}

func typing(t *trade) reply {
	return reply{"code": "10003", "msg": "order success pay inprocess", "out_trade_no": t.No, "trade_no": t.Txn,
		"total_amount": yuan(t.Total), "buyer_logon_id": logon(t.Payer)}
}

func logon(payer string) string {
	return strings.ReplaceAll(payer, " ", "-")[:3] + "***@sandbox.example"
}

// paid is the answer of a payment that is done.
func (b *Box) paid(t *trade) reply {
	return done(reply{"out_trade_no": t.No, "trade_no": t.Txn, "total_amount": yuan(t.Total), "receipt_amount": yuan(t.Total),
		"buyer_pay_amount": yuan(t.Total), "invoice_amount": yuan(t.Total), "point_amount": "0.00", "buyer_logon_id": logon(t.Payer),
		"buyer_user_id": "2088000000000099", "gmt_payment": stamp(t.Paid),
		"fund_bill_list": []map[string]string{{"amount": yuan(t.Total), "fund_channel": "ALIPAYACCOUNT"}}})
}

func stamp(at time.Time) string { return at.In(beijing()).Format(time.DateTime) }

// again answers the same own number a second time: the true state, and never another charge.
func (b *Box) again(t *trade, r *request) reply {
	minor, _ := fen(r.biz.Total)
	if minor != t.Total || digest(r.biz.AuthCode) != t.Code {
		return refuse("ACQ.CONTEXT_INCONSISTENT", "交易信息被篡改")
	}
	switch t.Status {
	case waiting:
		return typing(t)
	case closed:
		return refuse("ACQ.TRADE_HAS_CLOSE", "交易已经关闭")
	}
	return b.paid(t)
}

// precreate makes a code of ours; the trade begins when somebody scans it.
func (b *Box) precreate(r *request, hit struck) reply {
	if bad := r.biz.wrong(); bad != "" {
		return refuse("ACQ.INVALID_PARAMETER", "参数无效 "+bad)
	}
	if f := hit["decline"]; f != nil {
		return refuse(f.args[0], "交易被拒绝")
	}
	if t := b.trades[r.no]; t != nil {
		minor, _ := fen(r.biz.Total)
		switch {
		case minor != t.Total || t.QR == "":
			return refuse("ACQ.CONTEXT_INCONSISTENT", "交易信息被篡改")
		case t.Status != unscanned:
			return refuse("ACQ.TRADE_HAS_SUCCESS", "交易已被支付")
		}
		return done(reply{"out_trade_no": t.No, "qr_code": t.QR})
	}
	t := b.begin(r)
	t.QR = "https://qr.alipay.com/bax0" + b.digits(16)
	shown, _ := life(r.biz.QRLife, qrLife)
	span, _ := life(r.biz.Life, tradeLife)
	t.QREnds, t.Ends = t.Made.Add(shown), t.Made.Add(max(span, shown))
	b.trades[t.No], b.live[t.No], b.byQR[t.QR] = t, t, t
	b.keep(t, nil)
	return done(reply{"out_trade_no": t.No, "qr_code": t.QR})
}

// Scan is a payer who scans a code of ours and pays, unless pays is false: then the password dialogue stays open. It says what
// the payer's phone shows.
func (b *Box) Scan(qr string, pays bool) error {
	b.mu.Lock()
	b.catchUp()
	err := b.scan(b.byQR[qr], pays)
	b.mu.Unlock()
	b.deliver(b.due())
	return err
}

func (b *Box) scan(t *trade, pays bool) error {
	switch {
	case t == nil:
		return fmt.Errorf("not a code of this gateway")
	case t.Status == success, t.Status == finished:
		return fmt.Errorf("paid already")
	case t.Dead, t.Status == closed:
		return fmt.Errorf("this trade is closed")
	case b.now().After(t.QREnds):
		return fmt.Errorf("this code has expired")
	}
	t.Status = waiting
	if !pays {
		t.End = "never"
		b.keep(t, nil)
		return nil
	}
	if b.balances[t.Payer] < t.Total {
		return fmt.Errorf("not enough money")
	}
	b.charge(t)
	return nil
}

func (b *Box) charge(t *trade) {
	t.Status, t.Paid = success, b.now()
	b.move(t, "pay", "", t.Total)
	b.tell(t, "")
}

// find looks a trade up by either number, and lets its time pass.
func (b *Box) find(r *request) *trade {
	t := b.trades[r.no]
	if r.no == "" && r.biz.TradeNo != "" {
		for _, other := range b.trades {
			if other.Txn == r.biz.TradeNo {
				t = other
			}
		}
	}
	if t != nil && t.Status == success && b.now().Sub(t.Paid) > b.opts.FinishAfter {
		t.Status = finished
		b.keep(t, nil)
	}
	return t
}

func (b *Box) query(r *request) reply {
	t := b.find(r)
	if t == nil || t.Status == unscanned {
		return refuse("ACQ.TRADE_NOT_EXIST", "交易不存在")
	}
	b.advance(t)
	body := reply{"out_trade_no": t.No, "trade_no": t.Txn, "trade_status": t.Status, "total_amount": yuan(t.Total),
		"receipt_amount": "0.00", "buyer_pay_amount": "0.00", "point_amount": "0.00", "invoice_amount": "0.00",
		"buyer_logon_id": logon(t.Payer), "buyer_user_id": "2088000000000099"}
	if !t.Paid.IsZero() {
		body["send_pay_date"], body["receipt_amount"], body["buyer_pay_amount"] = stamp(t.Paid), yuan(t.Total), yuan(t.Total)
	}
	return done(body)
}

// advance lets the payer type for one query longer, or finish.
func (b *Box) advance(t *trade) {
	if t.Status != waiting || t.End != "SUCCESS" {
		return // who closes the dialogue leaves a trade that waits until its time is over
	}
	if after := b.opts.PasswordAfter; after > 0 {
		if b.now().Sub(t.Made) < after {
			return
		}
	} else if t.Left > 0 {
		t.Left--
		return
	}
	if b.balances[t.Payer] >= t.Total {
		b.charge(t)
	}
}

// catchUp lets time take effect: late cancels, trades that nobody paid, codes that somebody scans. The caller holds mu.
func (b *Box) catchUp() {
	now := b.now()
	for no, t := range b.live {
		switch {
		case !t.Undo.IsZero() && t.Status != closed:
			if !t.Undo.After(now) {
				b.undo(t)
			}
		case t.Status == unscanned && !t.Dead:
			if b.opts.ScanAfter > 0 && now.Sub(t.Made) >= b.opts.ScanAfter && b.script.standing("scan_never") == nil {
				b.scan(t, true) // whoever comes too late goes away
			}
		case t.Status == waiting:
			if now.After(t.Ends) {
				t.Status = closed
				b.keep(t, nil)
				b.tell(t, "")
			}
		default:
			delete(b.live, no)
		}
	}
}
