package sandbox

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Wechat is the name under which WeChat Pay is played.
const Wechat = "wechatpay"

// The merchant of this sandbox, where Keys name no other.
const (
	wechatAppID  = "wx00000000sandbox0"
	wechatMchID  = "1900000109"
	wechatScheme = "WECHATPAY2-SHA256-RSA2048"
	wechatSkew   = 300 * time.Second
)

// wechat is WeChat Pay API v3 of one merchant. The server's mu guards all of it.
type wechat struct {
	s        *Server
	nonces   map[string]time.Time
	used     map[string]bool    // payer's codes that have paid or tried to
	scripts  map[string]*script // by own number: what the payer's code brought along
	orders   map[string]*order
	refunds  map[string]*refund
	balances map[string]int64
	lines    []Line
	net      map[string]int64 // by own number: what the merchant gained
	undoing  []*order         // reversals that take effect later
	dirty    map[*order]bool  // changed since the last flush
	written  int              // lines that are kept already

	postings  []Line           // fees and payouts
	dayFees   map[string]int64 // by day, millionths of the major unit
	unsettled []string         // days with movements, oldest first
	files     map[string]billFile
	notices   []*notice
	platform  []platform // certificates, oldest first
}

func newWechat(s *Server) *wechat {
	return &wechat{
		s: s, nonces: map[string]time.Time{}, used: map[string]bool{}, scripts: map[string]*script{},
		orders: map[string]*order{}, refunds: map[string]*refund{}, net: map[string]int64{}, dirty: map[*order]bool{},
		dayFees: map[string]int64{}, files: map[string]billFile{},
		balances: map[string]int64{"payer": 100_000_000_00, "poor payer": 50, "merchant": 0},
	}
}

// reply is an answer before the wire has its say.
type reply struct {
	status int
	body   any
	file   []byte // in place of body, and not signed
}

func refuse(status int, code, message string) reply {
	return reply{status: status, body: map[string]string{"code": code, "message": message}}
}

// request is one request, read but not yet believed.
type request struct {
	*http.Request
	body    []byte
	op      string // what faults belong to
	act     string // native or close, where op alone does not tell
	no      string // own number of the order, or of the refund where op speaks of refunds
	order   string // own number of the order
	partner bool   // a service provider asks
	pay     codepay
	give    giveBack
}

// ServeHTTP answers one request, with whatever the scripts want to go wrong.
func (w *wechat) ServeHTTP(out http.ResponseWriter, in *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(out, in.Body, 64<<10))
	if err != nil {
		http.Error(out, "too long", http.StatusRequestEntityTooLarge)
		return
	}
	r := read(in, body)
	hit := w.prepare(r)
	w.s.mu.Lock()
	out.Header().Set("Date", w.s.now().UTC().Format(http.TimeFormat)) // net/http would tell the machine's time
	w.s.mu.Unlock()
	switch {
	case hit.has("drop_before"):
		w.log(r, reply{}, hit)
		drop(out)
		return
	case hit.has("html_captive_portal"):
		w.log(r, reply{status: 200}, hit)
		out.Header().Set("Content-Type", "text/html")
		io.WriteString(out, "<html><body>Please log in to the hotel network</body></html>")
		return
	}
	answer := w.answer(r, hit)
	if hit.has("notify_before_response") {
		w.paidAlready(in.Context(), r)
	}
	if f := hit["delay"]; f != nil {
		w.s.opts.Wait(in.Context(), f.duration())
	}
	w.log(r, answer, hit)
	switch {
	case hit.has("commit_then_drop"), hit.has("reverse_late"):
		drop(out)
	case hit.has("commit_then_500"):
		w.send(out, r, refuse(500, "SYSTEM_ERROR", "系统繁忙，请稍后重试"), hit)
	case hit.has("unsigned_400"):
		w.send(out, r, refuse(400, "AUTH_CODE_INVALID", "付款码无效"), hit)
	default:
		w.send(out, r, answer, hit)
	}
}

// read finds out what a request is about. Bodies that make no sense are refused later, when it is known who sent them.
func read(in *http.Request, body []byte) *request {
	r := &request{Request: in, body: body}
	const orders, refunds = "/v3/pay/transactions/out-trade-no/", "/v3/refund/domestic/refunds"
	path := in.URL.Path
	if rest, ok := strings.CutPrefix(path, "/v3/pay/partner/"); ok {
		path, r.partner = "/v3/pay/"+rest, true
	}
	switch {
	case in.Method == http.MethodPost && path == "/v3/pay/transactions/codepay":
		json.Unmarshal(body, &r.pay)
		r.op, r.no, r.order = opPay, r.pay.OutTradeNo, r.pay.OutTradeNo
	case in.Method == http.MethodPost && path == "/v3/pay/transactions/native":
		json.Unmarshal(body, &r.pay)
		r.op, r.act, r.no, r.order = opPay, "native", r.pay.OutTradeNo, r.pay.OutTradeNo
	case in.Method == http.MethodPost && strings.HasPrefix(path, orders) && strings.HasSuffix(path, "/close"):
		json.Unmarshal(body, &r.pay)
		r.op, r.act, r.no = opReverse, "close", strings.TrimSuffix(strings.TrimPrefix(path, orders), "/close")
		r.order = r.no
	case in.Method == http.MethodPost && strings.HasPrefix(path, orders) && strings.HasSuffix(path, "/reverse"):
		json.Unmarshal(body, &r.pay)
		r.op, r.no = opReverse, strings.TrimSuffix(strings.TrimPrefix(path, orders), "/reverse")
		r.order = r.no
	case in.Method == http.MethodGet && strings.HasPrefix(path, orders):
		r.op, r.no = opQuery, strings.TrimPrefix(path, orders)
		r.order = r.no
	case in.Method == http.MethodPost && strings.HasPrefix(path, refunds+"/") && strings.HasSuffix(path, "/apply-abnormal-refund"):
		json.Unmarshal(body, &r.give)
		r.op, r.no = opAbnormal, r.give.OutRefundNo
	case in.Method == http.MethodPost && path == refunds:
		json.Unmarshal(body, &r.give)
		r.op, r.no, r.order = opRefund, r.give.OutRefundNo, r.give.OutTradeNo
	case in.Method == http.MethodGet && strings.HasPrefix(path, refunds+"/"):
		r.op, r.no = opRefundQuery, strings.TrimPrefix(path, refunds+"/")
	case in.Method == http.MethodGet && path == "/v3/bill/tradebill":
		r.op, r.act = opBill, "trade"
	case in.Method == http.MethodGet && path == "/v3/bill/fundflowbill":
		r.op, r.act = opBill, "fund"
	case in.Method == http.MethodGet && path == billFiles:
		r.op = opBillFile
	case in.Method == http.MethodGet && path == "/v3/certificates":
		r.op = opCertificates
	}
	return r
}

// prepare takes the faults that strike this request.
func (w *wechat) prepare(r *request) struck {
	s := w.s
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.op == opRefundQuery && w.refunds[r.no] != nil {
		r.order = w.refunds[r.no].order.no
	}
	if r.op == opPay && w.scripts[r.no] == nil {
		if c, ok := s.magicCode(r.pay.Payer.AuthCode); ok && c.Faults != "" {
			w.scripts[r.no], _ = parseScript([]string{c.Faults}) // the table's own words parse
		}
	}
	minor := r.pay.Amount.Total
	if o := w.orders[r.order]; o != nil {
		minor = o.total
	}
	return s.strike(r.op, w.scripts[r.order], s.amounts[minor], s.scripts[Wechat])
}

// answer checks who asks, and then does what is asked.
func (w *wechat) answer(r *request, hit struck) reply {
	w.s.mu.Lock()
	defer w.s.mu.Unlock()
	if err := w.authentic(r); err != nil {
		return refuse(401, "SIGN_ERROR", err.Error())
	}
	w.catchUp()
	if bad := w.partner(r); bad != nil {
		return *bad
	}
	out := w.named(w.act(r, hit))
	if err := w.flush(); err != nil {
		return refuse(500, "SYSTEM_ERROR", err.Error())
	}
	return out
}

func (w *wechat) act(r *request, hit struck) reply {
	switch r.act {
	case "native":
		return w.native(r, hit)
	case "close":
		return w.close(r, hit)
	}
	switch r.op {
	case opPay:
		return w.codepay(r, hit)
	case opQuery:
		return w.query(r)
	case opReverse:
		return w.reverse(r, hit)
	case opRefund:
		return w.refund(r, hit)
	case opRefundQuery:
		return w.refundQuery(r)
	case opBill:
		return w.bill(r, hit)
	case opBillFile:
		return w.billFile(r)
	case opCertificates:
		return w.certificates()
	case opAbnormal:
		return w.toMerchant(r)
	}
	return refuse(404, "RESOURCE_NOT_EXISTS", "无可用的资源")
}

// authentic checks the Authorization header: scheme, merchant, certificate, time, nonce, signature.
func (w *wechat) authentic(r *request) error {
	kind, list, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if kind != wechatScheme {
		return fmt.Errorf("scheme of Authorization is not %s", wechatScheme)
	}
	field := map[string]string{}
	for _, pair := range strings.Split(list, ",") {
		k, v, ok := strings.Cut(strings.TrimSpace(pair), "=")
		if _, twice := field[k]; !ok || twice || len(v) < 2 || v[0] != '"' || v[len(v)-1] != '"' {
			return errors.New("header Authorization is malformed")
		}
		field[k] = v[1 : len(v)-1]
	}
	switch {
	case field["mchid"] != w.s.keys.mchID:
		return fmt.Errorf("mchid is unknown")
	case field["serial_no"] != w.s.keys.serial:
		return fmt.Errorf("serial_no is not this merchant's")
	}
	seconds, err := strconv.ParseInt(field["timestamp"], 10, 64)
	now := w.s.now()
	if age := now.Sub(time.Unix(seconds, 0)); err != nil || age.Abs() > wechatSkew {
		return fmt.Errorf("timestamp is not of this moment")
	}
	nonce := field["nonce_str"]
	if len(nonce) < 8 || len(nonce) > 32 {
		return fmt.Errorf("nonce_str has %d characters", len(nonce))
	}
	for n, at := range w.nonces {
		if now.Sub(at) > 2*wechatSkew {
			delete(w.nonces, n)
		}
	}
	if _, replayed := w.nonces[nonce]; replayed {
		return fmt.Errorf("nonce_str was used before")
	}
	signature, err := base64.StdEncoding.DecodeString(field["signature"])
	if err != nil {
		return fmt.Errorf("signature is not base64")
	}
	text := r.Method + "\n" + r.RequestURI + "\n" + field["timestamp"] + "\n" + nonce + "\n" + string(r.body) + "\n"
	digest := sha256.Sum256([]byte(text))
	if rsa.VerifyPKCS1v15(w.s.keys.public, crypto.SHA256, digest[:], signature) != nil {
		return fmt.Errorf("signature does not fit")
	}
	w.nonces[nonce] = now
	return nil
}

// send writes an answer, signed over its exact bytes unless a fault says otherwise.
func (w *wechat) send(out http.ResponseWriter, r *request, a reply, hit struck) {
	if a.file != nil {
		sendFile(out, a.file, hit)
		return
	}
	var body []byte
	if a.body != nil {
		var err error
		if body, err = json.Marshal(a.body); err != nil {
			panic(fmt.Sprintf("sandbox: answer does not encode: %v", err))
		}
	}
	if hit.has("wrong_amount") {
		body = moreMoney(body)
	}
	if hit.has("other_order") {
		body = bytes.ReplaceAll(body, []byte(`"`+r.order+`"`), []byte(`"other000000000000000000000000order"`))
	}
	w.s.mu.Lock()
	now := w.s.now()
	w.s.mu.Unlock()
	h := out.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set("Request-ID", nonce())
	if !hit.has("unsigned_200") && !hit.has("unsigned_400") {
		w.sign(h, body, now, r.Header.Get("Wechatpay-Serial"), hit)
	}
	if hit.has("tampered_amount") {
		body = moreMoney(body)
	}
	if hit.has("slow_body") && len(body) > 0 {
		h.Set("Content-Length", strconv.Itoa(len(body)))
		out.WriteHeader(a.status)
		out.Write(body[:len(body)/2]) // net/http breaks the connection where the rest is missing
		return
	}
	out.WriteHeader(a.status)
	out.Write(body)
}

// sendFile writes a file, which nobody signs.
func sendFile(out http.ResponseWriter, file []byte, hit struck) {
	out.Header().Set("Content-Type", "application/octet-stream")
	out.Header().Set("Content-Length", strconv.Itoa(len(file)))
	out.WriteHeader(200)
	if hit.has("slow_body") {
		file = file[:len(file)/2]
	}
	out.Write(file)
}

// moreMoney turns "total":1310 into "total":91310, and a code to be scanned into somebody else's.
func moreMoney(body []byte) []byte {
	body = bytes.Replace(body, []byte(nativePrefix), []byte(nativePrefix+"9"), 1)
	return bytes.Replace(body, []byte(`"total":`), []byte(`"total":9`), 1)
}

func (w *wechat) log(r *request, a reply, hit struck) {
	e := Entry{Provider: Wechat, Op: or(r.act, r.op), Method: r.Method, URI: r.RequestURI, No: r.no, Status: a.status, Faults: hit.names()}
	if m, ok := a.body.(map[string]string); ok {
		e.Code = m["code"]
	}
	w.s.mu.Lock()
	defer w.s.mu.Unlock()
	e.At = w.s.now()
	w.s.note(e)
}

func or(text, other string) string {
	if text == "" {
		return other
	}
	return text
}

// drop breaks the connection without a word.
func drop(out http.ResponseWriter) {
	if h, ok := out.(http.Hijacker); ok {
		if conn, _, err := h.Hijack(); err == nil {
			conn.Close()
		}
	}
}
