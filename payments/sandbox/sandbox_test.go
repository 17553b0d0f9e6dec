package sandbox

import (
	"bytes"
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
	"strings"
	"sync"
	"testing"
	"time"
)

var keys = sync.OnceValues(NewKeys)

// caller is a merchant's program, written from the paper for this test.
type caller struct {
	*Server
	t      *testing.T
	at     time.Time
	mchid  string
	serial string
	scheme string
	nonce  func() string
	break_ func(text string) string
	last   *http.Response
}

func start(t *testing.T, o Options) *caller {
	t.Helper()
	k, err := keys()
	if err != nil {
		t.Fatal(err)
	}
	c := &caller{t: t, at: time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC), mchid: wechatMchID, scheme: wechatScheme, nonce: nonce}
	o.Keys, o.Now, o.Faults = k, func() time.Time { return c.at }, true
	if c.Server, err = Start(context.Background(), o); err != nil {
		t.Fatal(err)
	}
	c.serial = c.keys.serial
	t.Cleanup(func() { c.Close() })
	return c
}

// call answers status, code (or trade_state, or refund status) and the whole body.
func (c *caller) call(method, path string, body any) (int, string, []byte) {
	c.t.Helper()
	var text []byte
	if body != nil {
		text, _ = json.Marshal(body)
	}
	at, noise := fmt.Sprint(c.at.Unix()), c.nonce()
	signed := method + "\n" + path + "\n" + at + "\n" + noise + "\n" + string(text) + "\n"
	if c.break_ != nil {
		signed = c.break_(signed)
	}
	digest := sha256.Sum256([]byte(signed))
	signature, err := rsa.SignPKCS1v15(rand.Reader, c.keys.merchant, crypto.SHA256, digest[:])
	if err != nil {
		c.t.Fatal(err)
	}
	req, _ := http.NewRequest(method, c.URL()+path, bytes.NewReader(text))
	req.Header.Set("Authorization", fmt.Sprintf(`%s serial_no="%s",timestamp="%s",mchid="%s",signature="%s",nonce_str="%s"`,
		c.scheme, c.serial, at, c.mchid, base64.StdEncoding.EncodeToString(signature), noise))
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err.Error(), nil
	}
	defer resp.Body.Close()
	c.last = resp
	answer, _ := io.ReadAll(resp.Body)
	var said struct {
		Code, Status string
		State        string `json:"trade_state"`
	}
	json.Unmarshal(answer, &said)
	return resp.StatusCode, said.Code + said.State + said.Status, answer
}

func (c *caller) pay(no, code string, total int64) (int, string) {
	c.t.Helper()
	status, said, _ := c.call("POST", "/v3/pay/transactions/codepay", map[string]any{
		"appid": wechatAppID, "mchid": wechatMchID, "description": "店", "out_trade_no": no, "payer": map[string]string{"auth_code": code},
		"amount":     map[string]any{"total": total, "currency": "CNY"},
		"scene_info": map[string]any{"device_ip": "127.0.0.1", "store_info": map[string]string{"id": "1"}}})
	return status, said
}

func (c *caller) query(no string) string {
	_, said, _ := c.call("GET", "/v3/pay/transactions/out-trade-no/"+no+"?mchid="+wechatMchID, nil)
	return said
}

func (c *caller) reverse(no string) (int, string) {
	status, said, _ := c.call("POST", "/v3/pay/transactions/out-trade-no/"+no+"/reverse", map[string]string{"appid": wechatAppID, "mchid": wechatMchID})
	return status, said
}

func (c *caller) refund(no, refundNo string, minor, total int64) (int, string) {
	status, said, _ := c.call("POST", "/v3/refund/domestic/refunds", map[string]any{"out_trade_no": no, "out_refund_no": refundNo,
		"amount": map[string]any{"refund": minor, "total": total, "currency": "CNY"}})
	return status, said
}

func TestOnlyTheMerchantIsServed(t *testing.T) {
	for name, change := range map[string]func(*caller){
		"another scheme":      func(c *caller) { c.scheme = "WECHATPAY2-SM2-WITH-SM3" },
		"another merchant":    func(c *caller) { c.mchid = "1900000110" },
		"another certificate": func(c *caller) { c.serial = "00" },
		"another text":        func(c *caller) { c.break_ = func(s string) string { return s + "\n" } },
		"no nonce":            func(c *caller) { c.nonce = func() string { return "" } },
	} {
		c := start(t, Options{})
		change(c)
		if status, said := c.pay("own0001", c.FreshCode(), 100); status != 401 || said != "SIGN_ERROR" {
			t.Errorf("%s: %d %s", name, status, said)
		}
		if lines, _ := c.Statement(Wechat, ""); len(lines) != 0 {
			t.Errorf("%s moved money", name)
		}
	}
	c := start(t, Options{})
	for _, age := range []time.Duration{-299, 299, -302, 302} {
		server := c.at
		c.at = server.Add(age * time.Second)
		c.opts.Now = func() time.Time { return server }
		_, said := c.pay(fmt.Sprint("own", age), c.FreshCode(), 100)
		if ok := said == "SUCCESS"; ok != (age.Abs() < 300) {
			t.Errorf("%d s off: %s", age, said)
		}
		c.at = server
	}
	c = start(t, Options{})
	once := nonce()
	c.nonce = func() string { return once }
	if _, said := c.pay("own0001", c.FreshCode(), 100); said != "SUCCESS" {
		t.Fatal(said)
	}
	if status, said := c.pay("own0002", c.FreshCode(), 100); status != 401 || said != "SIGN_ERROR" {
		t.Errorf("a replayed nonce: %d %s", status, said)
	}
}

func TestTheBooksAreAProviders(t *testing.T) {
	c := start(t, Options{})
	code := c.FreshCode()
	for _, step := range []struct {
		does string
		got  func() string
		want string
	}{
		{"pay", func() string { _, s := c.pay("own0001", code, 1310); return s }, "SUCCESS"},
		{"the same again", func() string { _, s := c.pay("own0001", code, 1310); return s }, "ORDERPAID"},
		{"the same number, another amount", func() string { _, s := c.pay("own0001", code, 1311); return s }, "OUT_TRADE_NO_USED"},
		{"the same code", func() string { _, s := c.pay("own0002", code, 1); return s }, "AUTH_CODE_INVALID"},
		{"an article's code", func() string { _, s := c.pay("own0003", "6901234567892", 1); return s }, "AUTH_CODE_INVALID"},
		{"too little", func() string { _, s := c.pay("own0004", magic+"0005", 51); return s }, "NOTENOUGH"},
		{"just enough", func() string { _, s := c.pay("own0005", magic+"0005", 50); return s }, "SUCCESS"},
		{"no number", func() string { _, s := c.pay("x", c.FreshCode(), 1); return s }, "PARAM_ERROR"},
		{"nothing", func() string { _, s := c.pay("own0006", c.FreshCode(), 0); return s }, "PARAM_ERROR"},
		{"a large amount", func() string { n, s := c.pay("own0007", c.FreshCode(), 100_001); return fmt.Sprint(n, s) }, "202USERPAYING"},
		{"typing", func() string { return c.query("own0007") }, "USERPAYING"},
		{"typing still", func() string { return c.query("own0007") }, "USERPAYING"},
		{"typed", func() string { return c.query("own0007") }, "SUCCESS"},
		{"not too large", func() string { _, s := c.pay("own0008", c.FreshCode(), 100_000); return s }, "SUCCESS"},
		{"unknown", func() string { return c.query("own9999") }, "ORDER_NOT_EXIST"},
		{"reverse too early", func() string { _, s := c.reverse("own0008"); return s }, "INVALID_REQUEST"},
		{"later", func() string { c.at = c.at.Add(15 * time.Second); n, _ := c.reverse("own0008"); return fmt.Sprint(n) }, "200"},
		{"reversed", func() string { return c.query("own0008") }, "REVOKED"},
		{"reverse again", func() string { n, _ := c.reverse("own0008"); return fmt.Sprint(n) }, "200"},
		{"reverse unknown", func() string { _, s := c.reverse("own9999"); return s }, "ORDER_NOT_EXIST"},
		{"refund too much", func() string { _, s := c.refund("own0001", "ref0001", 1311, 1310); return s }, "PARAM_ERROR"},
		{"refund", func() string { _, s := c.refund("own0001", "ref0001", 310, 1310); return s }, "PROCESSING"},
		{"the same refund", func() string { _, s := c.refund("own0001", "ref0001", 310, 1310); return s }, "PROCESSING"},
		{"the same number, another refund", func() string { _, s := c.refund("own0001", "ref0001", 311, 1310); return s }, "PARAM_ERROR"},
		{"too soon", func() string { _, s := c.refund("own0001", "ref0002", 1000, 1310); return s }, "FREQUENCY_LIMITED"},
		{"a minute later", func() string {
			c.at = c.at.Add(time.Minute)
			_, s := c.refund("own0001", "ref0002", 1000, 1310)
			return s
		}, "PROCESSING"},
		{"nothing left", func() string { c.at = c.at.Add(time.Minute); _, s := c.refund("own0001", "ref0003", 1, 1310); return s }, "PARAM_ERROR"},
		{"the order says so", func() string { return c.query("own0001") }, "REFUND"},
		{"a refund of nothing", func() string { _, s := c.refund("own9999", "ref0004", 1, 1); return s }, "RESOURCE_NOT_EXISTS"},
		{"reverse after a week", func() string { c.at = c.at.Add(8 * 24 * time.Hour); _, s := c.reverse("own0005"); return s }, "REVERSE_EXPIRE"},
		{"certificates", func() string { n, s, _ := c.call("GET", "/v3/certificates", nil); return fmt.Sprint(n, s) }, "404RESOURCE_NOT_EXISTS"},
	} {
		if got := step.got(); got != step.want {
			t.Errorf("%s: %s, want %s", step.does, got, step.want)
		}
	}
	sum, merchant := int64(0), int64(0)
	for _, a := range c.Accounts() {
		sum += a.Minor
		if a.Name == "merchant" || a.Name == "fees" {
			merchant += a.Minor
		}
	}
	if sum != 100_000_000_00+50 || merchant != 50+100_001 {
		t.Errorf("%d in all, merchant %d", sum, merchant)
	}
	day, err := c.Statement(Wechat, "2026-11-22")
	if err != nil || len(day) != 7 {
		t.Errorf("%d lines %v", len(day), err)
	}
	for _, e := range c.Journal() {
		if strings.Contains(fmt.Sprintf("%+v", e), code) {
			t.Error("the journal holds a payer's code")
		}
	}
}

func TestScriptsAreReadOrRefused(t *testing.T) {
	c := start(t, Options{})
	for word, ok := range map[string]bool{
		"commit_then_drop": true, "query:bad_sig*2": true, "any:delay(200ms)%10": true, "202_userpaying(3, PAYERROR)": true, "clock_skew(-1h)": true,
		"reverse_refused(2) reverse_lies": true, "": true, "no_such": false, "delay": false, "delay(soon)": false, "nowhere:bad_sig": false,
		"202_userpaying(x)": false, "202_userpaying(1,MAYBE)": false, "bad_sig*0": false, "bad_sig%x": false, "delay(1s": false, "query:clock_skew(1s)": false,
	} {
		if err := c.Script(Wechat, []string{word}, 0); (err == nil) != ok || (err != nil && !errors.Is(err, ErrFault)) {
			t.Errorf("%q: %v", word, err)
		}
	}
	if err := c.Script("nobody", nil, 0); err == nil {
		t.Error("a provider that is not played takes a script")
	}
	for _, p := range PayerCodes() {
		if _, err := parseScript([]string{p.Faults}); err != nil || !payerCode(p.Code) {
			t.Errorf("%s: %v", p.Code, err)
		}
	}
}

func TestTheSeedRepeatsARun(t *testing.T) {
	run := func() (out string) {
		c := start(t, Options{})
		if err := c.Script(Wechat, []string{"decline(NO_AUTH)%50"}, 7); err != nil {
			t.Fatal(err)
		}
		for i := range 20 {
			_, said := c.pay(fmt.Sprintf("own%04d", i), magic+"0001", 1)
			out += said[:1]
		}
		return out
	}
	first := run()
	if second := run(); first != second || !strings.Contains(first, "S") || !strings.Contains(first, "N") {
		t.Errorf("%s, then %s", first, second)
	}
}

func TestAmountsCarryFaults(t *testing.T) {
	c := start(t, Options{})
	if err := c.ScriptAmount(666, []string{"decline(NO_AUTH)"}); err != nil {
		t.Fatal(err)
	}
	if _, said := c.pay("own0001", c.FreshCode(), 666); said != "NO_AUTH" {
		t.Error(said)
	}
	if _, said := c.pay("own0002", c.FreshCode(), 667); said != "SUCCESS" {
		t.Error(said)
	}
}

func TestTheWorldIsKeptOut(t *testing.T) {
	for _, addr := range []string{"0.0.0.0:0", ":0", "192.0.2.1:0", "localhost:0"} {
		if s, err := Start(context.Background(), Options{Addr: addr}); !errors.Is(err, ErrNotLoopback) {
			t.Errorf("%s: %v %v", addr, s, err)
		}
	}
}

func TestItEndsWithItsContext(t *testing.T) {
	k, _ := keys()
	ctx, cancel := context.WithCancel(context.Background())
	s, err := Start(ctx, Options{Keys: k})
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	s.served.Wait()
	if _, err := http.Get(s.URL()); err == nil {
		t.Error("it still answers")
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

func TestTheControlInterface(t *testing.T) {
	c := start(t, Options{Control: true})
	post := func(kind, body string) int {
		resp, err := http.Post(c.ControlURL()+"/script", kind, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		return resp.StatusCode
	}
	if got := post("application/json", `{"provider":"wechatpay","faults":["decline(NO_AUTH)"],"seed":1}`); got != 200 {
		t.Error(got)
	}
	if _, said := c.pay("own0001", c.FreshCode(), 1); said != "NO_AUTH" {
		t.Error(said)
	}
	if got := post("text/plain", `{"provider":"wechatpay"}`); got != http.StatusUnsupportedMediaType {
		t.Errorf("a page in a browser may give orders: %d", got)
	}
	if got := post("application/json", `{"provider":"wechatpay","faults":["nonsense"]}`); got != 400 {
		t.Error(got)
	}
	for _, path := range []string{"/accounts", "/journal", "/codes", "/faults", "/settings", "/statement?provider=wechatpay"} {
		resp, err := http.Get(c.ControlURL() + path)
		if err != nil {
			t.Fatal(err)
		}
		text, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		if resp.StatusCode != 200 || !json.Valid(text) || len(text) < 3 {
			t.Errorf("%s: %d %s", path, resp.StatusCode, text)
		}
	}
}

func FuzzScript(f *testing.F) {
	f.Add("any:delay(200ms)%10 bad_sig*2")
	f.Fuzz(func(t *testing.T, words string) {
		s, err := parseScript([]string{words})
		if err != nil {
			return
		}
		for _, x := range s.faults {
			if x.percent < 1 || x.left == 0 {
				t.Fatalf("%q gives %+v", words, x)
			}
		}
	})
}

func decode(t *testing.T, text []byte, into any) {
	t.Helper()
	if err := json.Unmarshal(text, into); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
}
