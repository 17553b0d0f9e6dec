package sandbox

import (
	"bytes"
	"compress/gzip"
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"
)

// bill answers the code of a refusal, or the file.
func (c *caller) bill(kind, date string) (said, text string) {
	c.t.Helper()
	status, said, body := c.call("GET", "/v3/bill/"+kind+"?bill_date="+date+"&tar_type=GZIP", nil)
	if status != 200 {
		return said, ""
	}
	var link struct {
		Kind string `json:"hash_type"`
		Hash string `json:"hash_value"`
		URL  string `json:"download_url"`
	}
	decode(c.t, body, &link)
	_, _, file := c.call("GET", strings.TrimPrefix(link.URL, c.URL()), nil)
	if c.last.Header.Get("Wechatpay-Signature") != "" {
		c.t.Error("the file is signed")
	}
	z, err := gzip.NewReader(bytes.NewReader(file))
	if err != nil {
		c.t.Fatal(err)
	}
	plain, err := io.ReadAll(z)
	if err != nil {
		c.t.Fatal(err)
	}
	if sum := sha1.Sum(plain); hex.EncodeToString(sum[:]) != link.Hash || link.Kind != "SHA1" {
		said = "HASH"
	}
	return said, string(plain)
}

func TestTheBillTellsTheDayAsItWas(t *testing.T) {
	c := start(t, Options{Payout: true})
	c.pay("own0001", c.FreshCode(), 131_000)
	for range 3 {
		c.query("own0001") // with a password
	}
	c.pay("own0002", c.FreshCode(), 2000)
	c.pay("own0003", c.FreshCode(), 7)
	c.at = c.at.Add(20 * time.Second)
	c.reverse("own0003")
	c.refund("own0002", "ref0001", 500, 2000)
	if said, _ := c.bill("tradebill", "2026-11-22"); said != "INVALID_REQUEST" {
		t.Errorf("today: %s", said)
	}
	c.at = time.Date(2026, 11, 23, 1, 59, 0, 0, time.UTC)
	if said, _ := c.bill("tradebill", "2026-11-22"); said != "STATEMENT_CREATING" {
		t.Errorf("before ten: %s", said)
	}
	c.at = c.at.Add(time.Minute)
	said, text := c.bill("tradebill", "2026-11-22")
	if said != "" {
		t.Fatal(said)
	}
	lines := strings.Split(strings.TrimSuffix(text, "\r\n"), "\r\n")
	if len(lines) != 7 || !strings.HasPrefix(lines[0], "\ufeff交易时间,") {
		t.Fatalf("%d lines\n%s", len(lines), text)
	}
	for i, want := range []string{
		"`SUCCESS`1310.00`0.00`7.86000`0.60%", "`SUCCESS`20.00`0.00`0.12000`0.60%", "`REVOKED`0.07`0.07`0.00000`0.60%", "`REFUND`0.00`5.00`-0.03000`0.60%",
	} {
		f := strings.Split(lines[i+1], ",`")
		if got := "`" + strings.Join([]string{f[9], f[24], f[25], f[22], f[23]}, "`"); got != want {
			t.Errorf("row %d: %s, want %s", i+1, got, want)
		}
	}
	if want := "`4,`1330.07,`5.07,`0.00,`7.95000,`1330.07,`5.07"; lines[6] != want {
		t.Errorf("%s, want %s", lines[6], want)
	}
	_, text = c.bill("fundflowbill", "2026-11-22")
	for _, want := range []string{"扣除交易手续费,`支出,`7.95,`1317.05", "`6,`3,`1330.07,`3,`13.02"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s in\n%s", want, text)
		}
	}
	if balances := fmt.Sprint(c.Balances()); !strings.Contains(balances, "{bank wechatpay 81705 CNY}") || !strings.Contains(balances, "{merchant wechatpay 50000 CNY}") {
		t.Error(balances)
	}
	for _, step := range []struct{ date, want string }{{"2026-11-20", "NO_STATEMENT_EXIST"}, {"2026-11-23", "INVALID_REQUEST"}, {"2026-07-01", "INVALID_REQUEST"}, {"x", "PARAM_ERROR"}} {
		if said, _ := c.bill("tradebill", step.date); said != step.want {
			t.Errorf("%s: %s, want %s", step.date, said, step.want)
		}
	}
	if _, said, _ := c.call("GET", billFiles+"?token=x", nil); said != "INVALID_REQUEST" {
		t.Error(said)
	}
}

func TestABillCanLie(t *testing.T) {
	c := start(t, Options{})
	c.pay("own0001", c.FreshCode(), 1000)
	c.pay("own0002", c.FreshCode(), 2000)
	for word, want := range map[string]string{"bill_amount": "`2,`31.00,", "bill_missing": "`1,`20.00,", "bill_extra": "`3,`31.00,", "": "`2,`30.00,"} {
		if err := c.Script(Wechat, []string{"bill_early", word}, 1); err != nil {
			t.Fatal(err)
		}
		if _, text := c.bill("tradebill", "2026-11-22"); !strings.Contains(text, want) {
			t.Errorf("%s: no %s in\n%s", word, want, text)
		}
	}
	if err := c.Script(Wechat, []string{"bill_early", "bill_hash"}, 1); err != nil {
		t.Fatal(err)
	}
	if said, _ := c.bill("tradebill", "2026-11-22"); said != "HASH" {
		t.Error("the hash fits")
	}
}
