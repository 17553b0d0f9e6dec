package alipaybox

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"suanpan/payments/sandbox"
)

// reply is a node before the wire has its say.
type reply map[string]any

// The answers that every method shares.
func done(body reply) reply {
	if body == nil {
		body = reply{}
	}
	body["code"], body["msg"] = "10000", "Success"
	return body
}

func refuse(sub, message string) reply {
	return reply{"code": "40004", "msg": "Business Failed", "sub_code": sub, "sub_msg": message}
}

func invalid(sub, message string) reply {
	return reply{"code": "40002", "msg": "Invalid Arguments", "sub_code": sub, "sub_msg": message}
}

func busy() reply {
	return reply{"code": "20000", "msg": "Service Currently Unavailable", "sub_code": "isp.unknow-error", "sub_msg": "系统繁忙"}
}

// content is what a biz_content may hold.
type content struct {
	OutTradeNo string `json:"out_trade_no"`
	TradeNo    string `json:"trade_no"`
	Scene      string `json:"scene"`
	AuthCode   string `json:"auth_code"`
	Subject    string `json:"subject"`
	Total      string `json:"total_amount"`
	Product    string `json:"product_code"`
	Life       string `json:"timeout_express"`
	QRLife     string `json:"qr_code_timeout_express"`
	RequestNo  string `json:"out_request_no"`
	Amount     string `json:"refund_amount"`
	Reason     string `json:"refund_reason"`
	BillType   string `json:"bill_type"`
	BillDate   string `json:"bill_date"`
	TerminalID string `json:"terminal_id"`
	StoreID    string `json:"store_id"`
}

// request is one request, read but not yet believed.
type request struct {
	in     *http.Request
	values url.Values
	method string
	op     string
	biz    content
	sound  bool // biz_content could be read
	no     string
}

// ops are the methods of the gateway that are played.
func ops() map[string]string {
	return map[string]string{
		"alipay.trade.pay": opPay, "alipay.trade.precreate": opPay, "alipay.trade.query": opQuery, "alipay.trade.cancel": opCancel,
		"alipay.trade.close": opClose, "alipay.trade.refund": opRefund, "alipay.trade.fastpay.refund.query": opRefundQuery,
		"alipay.data.dataservice.bill.downloadurl.query": opBill,
	}
}

// ServeHTTP answers one request, with whatever the scripts want to go wrong.
func (b *Box) ServeHTTP(out http.ResponseWriter, in *http.Request) {
	in.Body = http.MaxBytesReader(out, in.Body, 64<<10)
	if in.URL.Path != "/gateway.do" {
		b.serveFile(out, in)
		return
	}
	b.deliver(b.due())                     // what happened before
	if err := in.ParseForm(); err != nil { // the query's parameters and the body's count alike
		http.Error(out, "form", http.StatusBadRequest)
		return
	}
	r := &request{in: in, values: in.Form, method: in.Form.Get("method")}
	r.op = ops()[r.method]
	r.sound = json.Unmarshal([]byte(in.Form.Get("biz_content")), &r.biz) == nil
	r.no = r.biz.OutTradeNo
	hit := b.prepare(r)
	b.mu.Lock()
	out.Header().Set("Date", b.now().UTC().Format(http.TimeFormat)) // net/http would tell the machine's time
	b.mu.Unlock()
	switch {
	case hit.has("drop_before"):
		b.log(r, nil, 0, hit)
		drop(out)
		return
	case hit.has("html_captive_portal"):
		b.log(r, nil, 200, hit)
		out.Header().Set("Content-Type", "text/html")
		io.WriteString(out, "<html><body>Please log in to the hotel network</body></html>")
		return
	}
	node := b.answer(r, hit)
	if f := hit["delay"]; f != nil {
		b.opts.Wait(in.Context(), f.duration())
	}
	if hit.has("notify_before_response") {
		b.deliver(b.due())
	}
	status := http.StatusOK
	switch {
	case hit.has("commit_then_500"):
		status, node = http.StatusInternalServerError, busy()
	case hit.has("commit_then_20000"):
		node = busy()
	case hit.has("unsigned_400"):
		node = refuse("ACQ.PAYMENT_AUTH_CODE_INVALID", "支付授权码无效")
	}
	b.log(r, node, status, hit)
	if hit.has("commit_then_drop") || hit.has("reverse_late") {
		drop(out)
		return
	}
	b.send(out, r, node, status, hit)
}

// prepare takes the faults that strike this request.
func (b *Box) prepare(r *request) struck {
	b.mu.Lock()
	defer b.mu.Unlock()
	if c, ok := b.magicCode(r.biz.AuthCode); ok && r.op == opPay && c.Faults != "" && b.brought[r.no] == nil {
		b.brought[r.no], _ = parseScript([]string{c.Faults}) // the table's own words parse
	}
	return b.strike(r.op, b.brought[r.no], b.script)
}

// answer checks who asks, and then does what is asked.
func (b *Box) answer(r *request, hit struck) reply {
	b.mu.Lock()
	defer b.mu.Unlock()
	if bad := b.authentic(r); bad != nil {
		return bad
	}
	b.catchUp()
	if !r.sound {
		return invalid("isv.invalid-parameter", "biz_content")
	}
	switch r.method {
	case "alipay.trade.pay":
		return b.pay(r, hit)
	case "alipay.trade.precreate":
		return b.precreate(r, hit)
	case "alipay.trade.query":
		return b.query(r)
	case "alipay.trade.cancel":
		return b.cancel(r, hit)
	case "alipay.trade.close":
		return b.closeTrade(r)
	case "alipay.trade.refund":
		return b.refund(r, hit)
	case "alipay.trade.fastpay.refund.query":
		return b.refundQuery(r)
	case "alipay.data.dataservice.bill.downloadurl.query":
		return b.bill(r, hit)
	}
	return invalid("isv.invalid-method", "不存在的方法名")
}

// authentic checks the common parameters and the signature; nil is a request of our merchant.
func (b *Box) authentic(r *request) reply {
	for name, values := range r.values {
		// Some clients say charset twice, in the address and in the body.
		if slices.ContainsFunc(values, func(v string) bool { return v != values[0] }) {
			return invalid("isv.invalid-parameter", name)
		}
	}
	want := map[string]string{"app_id": b.keys.appID, "charset": "utf-8", "sign_type": "RSA2", "version": "1.0"}
	if b.opts.Certificates {
		want["app_cert_sn"], want["alipay_root_cert_sn"] = b.keys.papers.AppSN, b.keys.papers.RootSN
	}
	for _, name := range []string{"app_id", "charset", "sign_type", "version", "app_cert_sn", "alipay_root_cert_sn"} {
		if w, asked := want[name]; asked && !strings.EqualFold(r.values.Get(name), w) {
			return invalid("isv.invalid-"+strings.ReplaceAll(name, "_", "-"), name)
		}
	}
	if f := r.values.Get("format"); f != "" && !strings.EqualFold(f, "JSON") {
		return invalid("isv.invalid-format", "format")
	}
	at, err := time.ParseInLocation(time.DateTime, r.values.Get("timestamp"), beijing())
	if err != nil || at.Sub(b.now()).Abs() > b.opts.Window {
		return invalid("isv.invalid-timestamp", "非法的时间戳参数")
	}
	signature, err := base64.StdEncoding.DecodeString(r.values.Get("sign"))
	digest := sha256.Sum256([]byte(signText(r.values)))
	if err != nil || rsa.VerifyPKCS1v15(b.keys.public, crypto.SHA256, digest[:], signature) != nil {
		return invalid("isv.invalid-signature", "验签出错")
	}
	return nil
}

// signText is what a merchant signs: every parameter that is not empty, but sign.
func signText(values url.Values) string {
	var parts []string
	for name := range values {
		if v := values.Get(name); v != "" && name != "sign" {
			parts = append(parts, name+"\x00"+v)
		}
	}
	slices.Sort(parts) // a zero byte sorts before everything a longer name could go on with
	return strings.ReplaceAll(strings.Join(parts, "&"), "\x00", "=")
}

// send writes an answer, signed over its node's exact bytes unless a fault says otherwise.
func (b *Box) send(out http.ResponseWriter, r *request, node reply, status int, hit struck) {
	text := encode(node)
	if hit.has("wrong_amount") {
		text = moreMoney(text)
	}
	if hit.has("other_order") {
		text = bytes.ReplaceAll(text, []byte(`"`+r.no+`"`), []byte(`"other000000000000000000000000order"`))
	}
	key, serial := b.keys.alipay, b.keys.papers.AlipaySN
	if hit.has("wrong_serial") && b.keys.app != nil {
		key, serial = b.keys.app, strings.Repeat("0", 32)
	}
	signature := sign(key, text)
	if hit.has("bad_sig") {
		signature = sign(key, append(text, ' '))
	}
	if hit.has("escaped_slash") {
		text = bytes.ReplaceAll(text, []byte("/"), []byte(`\/`))
	}
	if hit.has("tampered_amount") { // where no amount is said, somebody else's code takes the place of ours
		text = bytes.Replace(moreMoney(text), []byte("alipay.com/bax"), []byte("alipay.com/bay"), 1)
	}
	name := strings.ReplaceAll(r.method, ".", "_") + "_response"
	body := append([]byte(`{"`+name+`":`), text...)
	if b.opts.Certificates {
		body = append(body, `,"alipay_cert_sn":"`+serial+`"`...)
	}
	if !hit.has("unsigned_200") && !hit.has("unsigned_400") {
		body = append(body, `,"sign":"`+signature+`"`...)
	}
	body = append(body, '}')
	out.Header().Set("Content-Type", "text/html;charset=utf-8") // the gateway's own, whatever it sends
	if hit.has("slow_body") {
		out.Header().Set("Content-Length", strconv.Itoa(len(body)))
		body = body[:len(body)/2] // net/http breaks the connection where the rest is missing
	}
	out.WriteHeader(status)
	out.Write(body)
}

func encode(node reply) []byte {
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	if err := e.Encode(node); err != nil {
		panic(fmt.Sprintf("alipaybox: answer does not encode: %v", err))
	}
	return bytes.TrimSpace(text.Bytes())
}

func sign(key *rsa.PrivateKey, text []byte) string {
	digest := sha256.Sum256(text)
	signature, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, digest[:])
	if err != nil {
		panic(fmt.Sprintf("alipaybox: own key does not sign: %v", err))
	}
	return base64.StdEncoding.EncodeToString(signature)
}

// moreMoney turns "total_amount":"13.10" into "total_amount":"913.10".
func moreMoney(text []byte) []byte {
	for _, name := range []string{`"total_amount":"`, `"refund_amount":"`} {
		text = bytes.Replace(text, []byte(name), []byte(name+"9"), 1)
	}
	return text
}

func (b *Box) log(r *request, node reply, status int, hit struck) {
	e := sandbox.Entry{Provider: Name, Op: r.op, Method: r.in.Method, URI: r.method, No: r.no, Status: status, Faults: hit.names()}
	if r.biz.RequestNo != "" {
		e.No = r.biz.RequestNo
	}
	if e.Code, _ = node["sub_code"].(string); e.Code == "" && node != nil && node["code"] != "10000" {
		e.Code, _ = node["code"].(string)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	e.At = b.now()
	b.note(e)
}

// drop breaks the connection without a word.
func drop(out http.ResponseWriter) {
	if h, ok := out.(http.Hijacker); ok {
		if conn, _, err := h.Hijack(); err == nil {
			conn.Close()
		}
	}
}
