package alipaybox

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sort"
	"strings"
	"sync"
	"testing"
	"time"

	"suanpan/payments/sandbox"
)

var keys = sync.OnceValues(NewKeys)

// caller is a merchant's program, written from the paper for this test.
type caller struct {
	*Box
	t      *testing.T
	at     time.Time
	change func(url.Values) // before signing
	spoil  func(url.Values) // after it
	last   []byte
}

func start(t *testing.T, o Options) *caller {
	t.Helper()
	c := &caller{t: t, at: time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC)}
	return c.start(o)
}

func (c *caller) start(o Options) *caller {
	c.t.Helper()
	var err error
	if o.Keys == nil && o.Keep == nil {
		if o.Keys, err = keys(); err != nil {
			c.t.Fatal(err)
		}
	}
	o.Now, o.Faults = func() time.Time { return c.at }, true
	if c.Box, err = Start(context.Background(), o); err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() { c.Box.Close() })
	return c
}

// call answers code and sub code, and the node.
func (c *caller) call(method string, biz map[string]any) (string, map[string]any) {
	c.t.Helper()
	content, _ := json.Marshal(biz)
	v := url.Values{"app_id": {appID}, "method": {method}, "format": {"JSON"}, "charset": {"utf-8"}, "sign_type": {"RSA2"}, "version": {"1.0"},
		"timestamp": {c.at.In(beijing()).Format(time.DateTime)}, "biz_content": {string(content)}}
	if c.opts.Certificates {
		v["app_cert_sn"], v["alipay_root_cert_sn"] = []string{c.keys.papers.AppSN}, []string{c.keys.papers.RootSN}
	}
	if c.change != nil {
		c.change(v)
	}
	var names []string
	for name := range v {
		names = append(names, name)
	}
	sort.Strings(names)
	var text []string
	for _, name := range names {
		text = append(text, name+"="+v.Get(name))
	}
	sum := sha256.Sum256([]byte(strings.Join(text, "&")))
	signature, err := rsa.SignPKCS1v15(rand.Reader, c.keys.app, crypto.SHA256, sum[:])
	if err != nil {
		c.t.Fatal(err)
	}
	v.Set("sign", base64.StdEncoding.EncodeToString(signature))
	if c.spoil != nil {
		c.spoil(v)
	}
	r, err := http.PostForm(c.URL(), v)
	if err != nil {
		return err.Error(), nil
	}
	defer r.Body.Close()
	c.last, _ = io.ReadAll(r.Body)
	var all map[string]json.RawMessage
	json.Unmarshal(c.last, &all)
	var node map[string]any
	json.Unmarshal(all[strings.ReplaceAll(method, ".", "_")+"_response"], &node)
	sub, _ := node["sub_code"].(string)
	return fmt.Sprint(node["code"], sub), node
}

func (c *caller) pay(no, code, yuan string) string {
	c.t.Helper()
	said, _ := c.call("alipay.trade.pay", map[string]any{"out_trade_no": no, "scene": "bar_code", "auth_code": code, "subject": "店",
		"total_amount": yuan, "product_code": "FACE_TO_FACE_PAYMENT"})
	return said
}

func (c *caller) query(no string) string {
	said, node := c.call("alipay.trade.query", map[string]any{"out_trade_no": no})
	if s, ok := node["trade_status"].(string); ok {
		return s
	}
	return said
}

func (c *caller) cancel(no string) string {
	said, node := c.call("alipay.trade.cancel", map[string]any{"out_trade_no": no})
	return fmt.Sprint(said, " ", node["retry_flag"], " ", node["action"])
}

func (c *caller) refund(no, request, yuan string) string {
	said, node := c.call("alipay.trade.refund", map[string]any{"out_trade_no": no, "out_request_no": request, "refund_amount": yuan})
	return fmt.Sprint(said, " ", node["fund_change"], " ", node["refund_fee"])
}

func TestOnlyTheMerchantIsServed(t *testing.T) {
	for name, w := range map[string]struct {
		change, spoil func(url.Values)
		want          string
	}{
		"another app":       {change: func(v url.Values) { v.Set("app_id", "2021") }, want: "40002isv.invalid-app-id"},
		"another signature": {spoil: func(v url.Values) { v.Set("sign", "AAAA") }, want: "40002isv.invalid-signature"},
		"no signature":      {spoil: func(v url.Values) { v.Del("sign") }, want: "40002isv.invalid-signature"},
		"changed after it":  {spoil: func(v url.Values) { v.Set("biz_content", v.Get("biz_content")+" ") }, want: "40002isv.invalid-signature"},
		"something twice":   {spoil: func(v url.Values) { v.Add("biz_content", "{}") }, want: "40002isv.invalid-parameter"},
		"another kind":      {change: func(v url.Values) { v.Set("sign_type", "RSA") }, want: "40002isv.invalid-sign-type"},
		"GBK":               {change: func(v url.Values) { v.Set("charset", "GBK") }, want: "40002isv.invalid-charset"},
		"London's time":     {change: func(v url.Values) { v.Set("timestamp", "2026-11-22 04:00:00") }, want: "40002isv.invalid-timestamp"},
		"no time":           {change: func(v url.Values) { v.Del("timestamp") }, want: "40002isv.invalid-timestamp"},
		"another method":    {change: func(v url.Values) { v.Set("method", "alipay.trade.page.pay") }, want: "<nil>"},
		"no content":        {change: func(v url.Values) { v.Set("biz_content", "noise") }, want: "40002isv.invalid-parameter"},
	} {
		c := start(t, Options{})
		c.change, c.spoil = w.change, w.spoil
		if said := c.pay("own0001", c.FreshCode(), "1.00"); said != w.want {
			t.Errorf("%s: %s", name, said)
		}
		if lines, _ := c.Movements(""); len(lines) != 0 {
			t.Errorf("%s moved money", name)
		}
	}
	c := start(t, Options{Certificates: true})
	c.change = func(v url.Values) { v.Set("alipay_root_cert_sn", strings.Repeat("0", 32)) }
	if said := c.pay("own0001", c.FreshCode(), "1.00"); said != "40002isv.invalid-alipay-root-cert-sn" {
		t.Error(said)
	}
}

func TestWhatThePaperForbids(t *testing.T) {
	c := start(t, Options{})
	for _, yuan := range []string{"", "0", "0.00", "-1", "1.001", "1e3", "1.", ".5", "100000000.01", "1,00"} {
		if said := c.pay("own0001", c.FreshCode(), yuan); said != "40004ACQ.INVALID_PARAMETER" {
			t.Errorf("%q: %s", yuan, said)
		}
	}
	if said := c.pay("own/1", c.FreshCode(), "1.00"); said != "40004ACQ.INVALID_PARAMETER" {
		t.Error(said)
	}
	for _, code := range []string{"134567890123456789", "2512345", "25123456789012345678901234", "25a345678901234567"} {
		if said := c.pay("own0001", code, "1.00"); said != "40004ACQ.PAYMENT_AUTH_CODE_INVALID" {
			t.Errorf("%s: %s", code, said)
		}
	}
}

func TestOneNumberIsOneTrade(t *testing.T) {
	c := start(t, Options{})
	code := c.FreshCode()
	for _, want := range []string{"10000", "10000"} {
		if said := c.pay("own0001", code, "13.10"); said != want {
			t.Error(said)
		}
	}
	for _, w := range []struct{ code, yuan, want string }{{code, "13.11", "40004ACQ.CONTEXT_INCONSISTENT"}, {c.FreshCode(), "13.10", "40004ACQ.CONTEXT_INCONSISTENT"}} {
		if said := c.pay("own0001", w.code, w.yuan); said != w.want {
			t.Error(said)
		}
	}
	if said := c.pay("own0002", code, "13.10"); said != "40004ACQ.PAYMENT_AUTH_CODE_INVALID" {
		t.Error("a code paid twice:", said)
	}
	if c.Net("own0001") != 1310 || c.Net("own0002") != 0 {
		t.Error(c.Net("own0001"), c.Net("own0002"))
	}
	if said := c.pay("poor", poorCode, "0.51"); said != "40004ACQ.BUYER_BALANCE_NOT_ENOUGH" {
		t.Error(said)
	}
}

func TestTimeEndsWhatNobodyPays(t *testing.T) {
	c := start(t, Options{})
	if said := c.pay("big", c.FreshCode(), "1000.01"); said != "10003" {
		t.Error(said)
	}
	c.Play([]string{"userpaying(0,never)"}, 1)
	if said := c.pay("slow", c.FreshCode(), "1.00"); said != "10003" || c.query("slow") != waiting {
		t.Error(said)
	}
	for _, want := range []string{waiting, waiting, success} {
		if said := c.query("big"); said != want {
			t.Errorf("%s, want %s", said, want)
		}
	}
	c.at = c.at.Add(tradeLife + time.Second)
	if said := c.query("slow"); said != closed {
		t.Error(said)
	}
	_, node := c.call("alipay.trade.precreate", map[string]any{"out_trade_no": "shown", "subject": "店", "total_amount": "1.00"})
	qr, _ := node["qr_code"].(string)
	if c.query("shown") != "40004ACQ.TRADE_NOT_EXIST" {
		t.Error("a code that nobody scanned is a trade")
	}
	c.at = c.at.Add(qrLife + time.Second)
	if c.Scan(qr, true) == nil || c.Scan("https://example", true) == nil {
		t.Error("paid after two hours")
	}
}

func TestCancelAndClose(t *testing.T) {
	c := start(t, Options{})
	c.pay("paid", c.FreshCode(), "1.00")
	c.pay("given", c.FreshCode(), "1.00")
	c.refund("given", "r1", "0.40")
	c.Play([]string{"userpaying(0,never)"}, 1)
	c.pay("typing", c.FreshCode(), "1.00")
	c.pay("typing2", c.FreshCode(), "1.00")
	for no, want := range map[string]string{"paid": "10000 N refund", "typing": "10000 N close", "never heard of": "10000 N <nil>",
		"given": "40004ACQ.REASON_TRADE_REFUND_FEE_ERR N <nil>"} {
		if said := c.cancel(no); said != want {
			t.Errorf("%s: %s", no, said)
		}
	}
	if said := c.cancel("paid"); said != "10000 N <nil>" || c.query("paid") != closed || c.Net("paid") != 0 {
		t.Error("twice:", said)
	}
	for no, want := range map[string]string{"typing2": "10000", "given": "40004ACQ.TRADE_STATUS_ERROR", "never heard of": "40004ACQ.TRADE_NOT_EXIST"} {
		if said, _ := c.call("alipay.trade.close", map[string]any{"out_trade_no": no}); said != want {
			t.Errorf("close %s: %s", no, said)
		}
	}
	c.Play(nil, 1)
	c.pay("old", c.FreshCode(), "1.00")
	c.at = c.at.Add(24*time.Hour + time.Second)
	if said := c.cancel("old"); said != "40004ACQ.TRADE_CANCEL_TIME_OUT N <nil>" {
		t.Error(said)
	}
}

func TestARefundIsGivenOncePerNumber(t *testing.T) {
	c := start(t, Options{})
	c.pay("own0001", c.FreshCode(), "13.10")
	for _, w := range []struct{ no, yuan, want string }{
		{"r1", "3.10", "10000 Y 3.10"}, {"r1", "3.10", "10000 N 3.10"}, {"r1", "3.11", "40004ACQ.DISCORDANT_REPEAT_REQUEST <nil> <nil>"},
		{"r2", "10.01", "40004ACQ.REFUND_AMT_NOT_EQUAL_TOTAL <nil> <nil>"}, {"", "1.00", "40004ACQ.INVALID_PARAMETER <nil> <nil>"},
		{"r3", "10.00", "10000 Y 13.10"}, {"r4", "0.01", "40004ACQ.REFUND_AMT_NOT_EQUAL_TOTAL <nil> <nil>"},
	} {
		if said := c.refund("own0001", w.no, w.yuan); said != w.want {
			t.Errorf("%s %s: %s", w.no, w.yuan, said)
		}
	}
	if c.query("own0001") != closed || c.Net("own0001") != 0 {
		t.Error(c.query("own0001"), c.Net("own0001"))
	}
	if said, node := c.call("alipay.trade.fastpay.refund.query", map[string]any{"out_trade_no": "own0001", "out_request_no": "r9"}); said != "10000" || len(node) != 2 {
		t.Error("a refund that does not exist:", said, node)
	}
	var sum int64
	for _, a := range c.Balances() {
		sum += a.Minor
	}
	if sum != 100_000_000_50 {
		t.Errorf("balances add up to %d", sum)
	}
}

func TestWordsOfScripts(t *testing.T) {
	c := start(t, Options{})
	for _, word := range []string{"nonsense", "delay", "delay(x)", "drop_before*0", "bad_sig%x", "userpaying(x)", "userpaying(1,maybe)", "decline", "decline()",
		"elsewhere:bad_sig", "query:clock_skew(1m)", "reverse_refused(0)", "delay(1s", "dup_notify(x)"} {
		if err := c.Play([]string{word}, 1); !errors.Is(err, sandbox.ErrFault) {
			t.Errorf("%q: %v", word, err)
		}
	}
	for _, f := range FaultTable() {
		word := f.Name
		switch f.Name {
		case "delay", "clock_skew", "reverse_late":
			word += "(1s)"
		case "decline":
			word += "(X)"
		}
		if err := c.Play([]string{word + " cancel_lies, 202_userpaying(3,never);unsigned*2%50"}, 1); err != nil {
			t.Errorf("%q: %v", word, err)
		}
	}
	if _, err := Start(context.Background(), Options{Addr: "0.0.0.0:0"}); !errors.Is(err, sandbox.ErrNotLoopback) {
		t.Errorf("it listens to the world: %v", err)
	}
}

func FuzzGateway(f *testing.F) {
	k, err := bareKeys()
	if err != nil {
		f.Fatal(err)
	}
	b, err := Start(context.Background(), Options{Keys: k})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { b.Close() })
	f.Add("app_id=2021000000000001&method=alipay.trade.pay&biz_content=%7B%7D&sign=AAAA")
	f.Add("method=%zz")
	f.Fuzz(func(t *testing.T, body string) {
		in, err := http.NewRequest(http.MethodPost, "/gateway.do", strings.NewReader(body))
		if err != nil {
			return
		}
		in.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		b.ServeHTTP(&sink{http.Header{}}, in)
		if lines, _ := b.Movements(""); len(lines) != 0 {
			t.Fatal("noise moved money")
		}
	})
}

type sink struct{ h http.Header }

func (s *sink) Header() http.Header         { return s.h }
func (s *sink) Write(p []byte) (int, error) { return len(p), nil }
func (s *sink) WriteHeader(int)             {}
