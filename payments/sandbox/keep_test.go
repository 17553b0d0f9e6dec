package sandbox

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"
)

// again starts the stand-in once more on what it kept.
func (c *caller) again(keep Keep) {
	c.t.Helper()
	c.Close()
	s, err := Start(context.Background(), Options{Keep: keep, Now: func() time.Time { return c.at }, Faults: true})
	if err != nil {
		c.t.Fatal(err)
	}
	c.Server = s
	c.t.Cleanup(func() { s.Close() })
}

func TestYesterdayIsThereTomorrow(t *testing.T) {
	keep := &Memory{}
	c := start(t, Options{Keep: keep})
	c.again(keep) // with keys of its own
	c.serial = c.keys.serial
	before, code := c.WechatSettings(), c.FreshCode()
	c.pay("own0001", code, 1310)
	c.pay("own0002", c.FreshCode(), 200_000) // asks for the password
	c.pay("own0003", magic+"0021", 500)      // its refund cannot reach the payer
	c.refund("own0001", "ref0001", 310, 1310)
	_, qr := c.native("own0004", 700)
	c.again(keep)
	if err := c.PayQR(qr, PayerPays); err != nil || c.query("own0004") != "SUCCESS" {
		t.Error("the shown code is forgotten", err)
	}
	books, _ := c.Movements("")
	c.at = c.at.Add(25 * time.Hour)
	accounts := fmt.Sprint(c.Balances())
	c.again(keep)
	if after := c.WechatSettings(); after.PrivateKey != before.PrivateKey || after.PublicKeyID != before.PublicKeyID || after.Serial != before.Serial {
		t.Error("the keys are others")
	}
	if got := fmt.Sprint(c.Balances()); got != accounts {
		t.Errorf("balances were %s, are %s", accounts, got)
	}
	if lines, _ := c.Movements("2026-11-22"); fmt.Sprint(lines) != fmt.Sprint(books) || len(lines) != 4 {
		t.Errorf("yesterday was %v, is %v", books, lines)
	}
	if lines, _ := c.Movements("2026-11-23"); len(lines) != 0 {
		t.Errorf("today has %v", lines)
	}
	if c.Net("own0001") != 1000 || c.Net("own9999") != 0 {
		t.Error(c.Net("own0001"))
	}
	for _, step := range []struct{ does, got, want string }{
		{"the code again", second(c.pay("own0009", code, 1)), "AUTH_CODE_INVALID"},
		{"the order again", second(c.pay("own0001", code, 1310)), "ORDERPAID"},
		{"who types", c.query("own0002"), "USERPAYING"},
		{"the shown code", c.query("own0004"), "SUCCESS"},
		{"the refund", second(c.refund("own0001", "ref0001", 310, 1310)), "PROCESSING"},
		{"a refund of the odd payer", second(c.refund("own0003", "ref0003", 500, 500)), "PROCESSING"},
	} {
		if step.got != step.want {
			t.Errorf("%s: %s, want %s", step.does, step.got, step.want)
		}
	}
	for range 2 {
		_, said, _ := c.call("GET", "/v3/refund/domestic/refunds/ref0003", nil)
		if said == "ABNORMAL" {
			return
		}
	}
	t.Error("the odd payer's refund arrived")
}

func second(_ int, said string) string { return said }

// native answers what was said and the code.
func (c *caller) native(no string, total int64) (said, codeURL string) {
	c.t.Helper()
	_, said, body := c.call("POST", "/v3/pay/transactions/native", map[string]any{
		"appid": wechatAppID, "mchid": wechatMchID, "description": "店", "out_trade_no": no, "notify_url": "https://shop.example/notify",
		"time_expire": c.at.Add(5 * time.Minute).In(beijing()).Format(time.RFC3339), "amount": map[string]any{"total": total, "currency": "CNY"}})
	var made struct {
		URL string `json:"code_url"`
	}
	decode(c.t, body, &made)
	return said, made.URL
}

func (c *caller) close(no string) (int, string) {
	status, said, _ := c.call("POST", "/v3/pay/transactions/out-trade-no/"+no+"/close", map[string]string{"mchid": wechatMchID})
	return status, said
}

func TestNumbersComeOnceThoughItIsStartedAgain(t *testing.T) {
	keep, seen := &Memory{}, map[string]bool{}
	c := start(t, Options{Keep: keep})
	for n := range 4 {
		for i := range 3 {
			no := fmt.Sprintf("own%d%03d", n, i)
			c.pay(no, c.FreshCode(), 100)
		}
		c.opts.Keep = keep
		s, err := Start(context.Background(), Options{Keep: keep, Keys: c.keys, Now: func() time.Time { return c.at }})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { s.Close() })
		c.Server = s
	}
	lines, _ := c.Movements("")
	for _, l := range lines {
		if seen[l.Transaction] {
			t.Errorf("%s came twice", l.Transaction)
		}
		seen[l.Transaction] = true
	}
	if len(seen) != 12 {
		t.Error(len(seen))
	}
}

// broken is a disk that writes nothing.
type broken struct{ Memory }

func (*broken) Append(string, []byte) error { return errors.New("disk full") }

func TestABrokenDiskIsAServerError(t *testing.T) {
	c := start(t, Options{Keep: &broken{}})
	if status, said := c.pay("own0001", c.FreshCode(), 100); status != 500 || said != "SYSTEM_ERROR" {
		t.Error(status, said)
	}
}

func TestNativeOrdersFollowThePaper(t *testing.T) {
	c := start(t, Options{})
	said, qr := c.native("own0001", 1310)
	if said != "" || qr == "" {
		t.Fatal(said, qr)
	}
	for _, step := range []struct {
		does string
		got  func() string
		want string
	}{
		{"unpaid", func() string { return c.query("own0001") }, "NOTPAY"},
		{"the same again", func() string { _, url := c.native("own0001", 1310); return url }, qr},
		{"another amount", func() string { s, _ := c.native("own0001", 1311); return s }, "OUT_TRADE_NO_USED"},
		{"a reversal", func() string { _, s := c.reverse("own0001"); return s }, "INVALID_REQUEST"},
		{"a foreign code", func() string { return fmt.Sprint(c.PayQR("weixin://x", PayerPays) != nil) }, "true"},
		{"scanned", func() string { return fmt.Sprint(c.PayQR(qr, PayerScans)) }, "<nil>"},
		{"typing", func() string { return c.query("own0001") }, "USERPAYING"},
		{"close while typing", func() string { _, s := c.close("own0001"); return s }, "USERPAYING"},
		{"gone away", func() string { return fmt.Sprint(c.PayQR(qr, PayerRefuses)) }, "<nil>"},
		{"open", func() string { return fmt.Sprint(len(c.OpenOrders())) }, "1"},
		{"paid", func() string { return fmt.Sprint(c.PayQR(qr, PayerPays)) }, "<nil>"},
		{"it is paid", func() string { return c.query("own0001") }, "SUCCESS"},
		{"paid twice", func() string { return fmt.Sprint(c.PayQR(qr, PayerPays) != nil) }, "true"},
		{"close what is paid", func() string { _, s := c.close("own0001"); return s }, "ORDERPAID"},
		{"another", func() string { s, url := c.native("own0002", 1); qr = url; return s }, ""},
		{"close", func() string { n, s := c.close("own0002"); return fmt.Sprint(n, s) }, "204"},
		{"close again", func() string { n, s := c.close("own0002"); return fmt.Sprint(n, s) }, "204"},
		{"it is closed", func() string { return c.query("own0002") }, "CLOSED"},
		{"nobody can pay it", func() string { return fmt.Sprint(c.PayQR(qr, PayerPays) != nil) }, "true"},
		{"nor make it again", func() string { s, _ := c.native("own0002", 1); return s }, "ORDER_CLOSED"},
		{"a third", func() string { s, url := c.native("own0003", 1); qr = url; return s }, ""},
		{"its time is over", func() string {
			c.at = c.at.Add(5 * time.Minute)
			return fmt.Sprint(c.PayQR(qr, PayerPays) != nil)
		}, "true"},
		{"and still it must be closed", func() string { return c.query("own0003") }, "NOTPAY"},
		{"close unknown", func() string { _, s := c.close("own9999"); return s }, "ORDER_NOT_EXIST"},
	} {
		if got := step.got(); got != step.want {
			t.Errorf("%s: %s, want %s", step.does, got, step.want)
		}
	}
	for name, change := range map[string]func(map[string]any){
		"no notify_url":      func(b map[string]any) { delete(b, "notify_url") },
		"plain notify_url":   func(b map[string]any) { b["notify_url"] = "http://shop.example/" },
		"a query":            func(b map[string]any) { b["notify_url"] = "https://shop.example/?a=b" },
		"an end in the past": func(b map[string]any) { b["time_expire"] = "2026-11-22T11:00:00+08:00" },
		"an end that is not": func(b map[string]any) { b["time_expire"] = "soon" },
	} {
		body := map[string]any{"appid": wechatAppID, "mchid": wechatMchID, "description": "店", "out_trade_no": "own0010",
			"notify_url": "https://shop.example/notify", "amount": map[string]any{"total": 1, "currency": "CNY"}}
		change(body)
		if status, said, _ := c.call("POST", "/v3/pay/transactions/native", body); status != 400 || said != "PARAM_ERROR" {
			t.Errorf("%s: %d %s", name, status, said)
		}
	}
}

func BenchmarkStartWithKeptKeys(b *testing.B) {
	keep := &Memory{}
	for b.Loop() {
		s, err := Start(context.Background(), Options{Keep: keep, TLS: true})
		if err != nil {
			b.Fatal(err)
		}
		s.Close()
	}
}
