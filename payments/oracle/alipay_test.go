package oracle

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/go-pay/gopay"
	gopayali "github.com/go-pay/gopay/alipay"
	smartwalle "github.com/smartwalle/alipay/v3"

	"suanpan/app/money"
	"suanpan/app/pay"
	"suanpan/payments"
	"suanpan/payments/alipay"
	"suanpan/payments/sandbox/alipaybox"
)

var beijing = time.FixedZone("Beijing", 8*60*60)

func startAlipay(t *testing.T, certificates bool) *alipaybox.Box {
	t.Helper()
	b, err := alipaybox.Start(context.Background(), alipaybox.Options{Faults: true, Certificates: certificates})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close() })
	return b
}

func play(t *testing.T, b *alipaybox.Box, words ...string) {
	t.Helper()
	if err := b.Play(words, 1); err != nil {
		t.Fatal(err)
	}
}

// smart is smartwalle's client, pointed to the stand-in. production false keeps it from fetching certificates it does not know.
func smart(t *testing.T, b *alipaybox.Box, options ...smartwalle.OptionFunc) *smartwalle.Client {
	t.Helper()
	s := b.Settings()
	options = append([]smartwalle.OptionFunc{smartwalle.WithSandboxGateway(s.BaseURL), smartwalle.WithTimeLocation(beijing)}, options...)
	c, err := smartwalle.New(s.AppID, s.PrivateKey, false, options...)
	if err != nil {
		t.Fatal(err)
	}
	if s.Mode == "key" {
		err = c.LoadAliPayPublicKey(s.AlipayKey)
	} else {
		err = errors.Join(c.LoadAppCertPublicKey(s.AppCert), c.LoadAlipayCertPublicKey(s.AlipayCert), c.LoadAliPayRootCert(s.RootCert))
	}
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func smartPay(c *smartwalle.Client, no, code, yuan string) (*smartwalle.TradePayRsp, error) {
	return c.TradePay(context.Background(), smartwalle.TradePay{Scene: "bar_code", AuthCode: code,
		Trade: smartwalle.Trade{Subject: "店", OutTradeNo: no, TotalAmount: yuan, ProductCode: "FACE_TO_FACE_PAYMENT"}})
}

func TestSmartwalleIsContentWithTheStandIn(t *testing.T) {
	for _, mode := range []bool{false, true} {
		b := startAlipay(t, mode)
		c, ctx := smart(t, b), context.Background()
		paid, err := smartPay(c, "oracle0001", b.FreshCode(), "13.10")
		if err != nil || paid.Code != "10000" || paid.TotalAmount != "13.10" {
			t.Fatal(err)
		}
		asked, err := c.TradeQuery(ctx, smartwalle.TradeQuery{OutTradeNo: "oracle0001"})
		if err != nil || asked.TradeStatus != "TRADE_SUCCESS" {
			t.Error(err)
		}
		back, err := c.TradeRefund(ctx, smartwalle.TradeRefund{OutTradeNo: "oracle0001", RefundAmount: "3.10", OutRequestNo: "oracleref1"})
		if err != nil || back.FundChange != "Y" || back.RefundFee != "3.10" {
			t.Error(err)
		}
		found, err := c.TradeFastPayRefundQuery(ctx, smartwalle.TradeFastPayRefundQuery{OutTradeNo: "oracle0001", OutRequestNo: "oracleref1"})
		if err != nil || found.RefundStatus != "REFUND_SUCCESS" || found.RefundAmount != "3.10" {
			t.Error(err)
		}
		typing, err := smartPay(c, "oracle0002", b.FreshCode(), "2000.00")
		if err != nil || typing.Code != "10003" {
			t.Error(err)
		}
		undone, err := c.TradeCancel(ctx, smartwalle.TradeCancel{OutTradeNo: "oracle0002"})
		if err != nil || undone.RetryFlag != "N" || undone.Action != "close" {
			t.Error(err)
		}
		shown, err := c.TradePreCreate(ctx, smartwalle.TradePreCreate{Trade: smartwalle.Trade{Subject: "店", OutTradeNo: "oracle0003", TotalAmount: "1.00"}})
		if err != nil || b.Scan(shown.QRCode, true) != nil {
			t.Error(err)
		}
		day := time.Now().In(beijing).AddDate(0, 0, -2).Format(time.DateOnly)
		bill, err := c.BillDownloadURLQuery(ctx, smartwalle.BillDownloadURLQuery{BillType: "trade", BillDate: day})
		if err != nil || !strings.HasPrefix(bill.BillDownloadURL, "http://127.0.0.1") {
			t.Error(err)
		}
		for _, lie := range []string{"bad_sig*1", "wrong_serial*1", "tampered_amount*1"} {
			play(t, b, "query:"+lie)
			if a, err := c.TradeQuery(ctx, smartwalle.TradeQuery{OutTradeNo: "oracle0001"}); err == nil {
				t.Errorf("it believes %s: %+v", lie, a)
			}
		}
		values, _ := url.ParseQuery(string(b.Notification("oracle0003", false)))
		if n, err := c.DecodeNotification(ctx, values); err != nil || string(n.TradeStatus) != "TRADE_SUCCESS" {
			t.Error(err)
		}
	}
}

// Quirks that taught us something. If one of these fails after an upgrade, the quirk is gone, and payments.md should say so.
func TestTheQuirksOfSmartwalleAreStillThere(t *testing.T) {
	b := startAlipay(t, false)
	c := smart(t, b)
	play(t, b, "unsigned_200")
	_, err := smartPay(c, "quirk0001", b.FreshCode(), "1.00")
	var said *smartwalle.Error
	if !errors.As(err, &said) || said.Code != "10000" {
		t.Errorf("an unsigned success was an error with code 10000: %v", err)
	}
	play(t, b)
	elsewhere := smart(t, b, smartwalle.WithTimeLocation(time.UTC)) // as time.Local is, where the machine is not in China
	refused, err := smartPay(elsewhere, "quirk0002", b.FreshCode(), "1.00")
	if err != nil || refused.SubCode != "isv.invalid-timestamp" {
		t.Errorf("timestamps were of any zone: %v", err)
	}
	play(t, b, "query:escaped_slash")
	shown, err := c.TradePreCreate(context.Background(), smartwalle.TradePreCreate{Trade: smartwalle.Trade{Subject: "店", OutTradeNo: "quirk0003", TotalAmount: "1.00"}})
	if err != nil || shown.QRCode == "" {
		t.Error(err)
	}
	play(t, b, "escaped_slash")
	if _, err := c.TradePreCreate(context.Background(), smartwalle.TradePreCreate{Trade: smartwalle.Trade{Subject: "店", OutTradeNo: "quirk0004", TotalAmount: "1.00"}}); err == nil {
		t.Error("slashes escaped after signing were refused")
	}
}

// gopays is gopay's client; its host is a constant, so the round trip is turned to the stand-in.
func gopays(t *testing.T, b *alipaybox.Box) *gopayali.Client {
	t.Helper()
	s := b.Settings()
	c, err := gopayali.NewClient(s.AppID, s.PrivateKey, true)
	if err != nil {
		t.Fatal(err)
	}
	to, _ := url.Parse(s.BaseURL)
	c.GetHttpClient().SetTransport(turned(func(r *http.Request) (*http.Response, error) {
		r = r.Clone(r.Context())
		r.URL.Scheme, r.URL.Host, r.URL.Path, r.Host = to.Scheme, to.Host, to.Path, to.Host
		return http.DefaultTransport.RoundTrip(r)
	}))
	c.SetLocation("Asia/Shanghai")
	if s.Mode == "certificate" {
		if err := c.SetCertSnByContent([]byte(s.AppCert), []byte(s.RootCert), []byte(s.AlipayCert)); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

type turned func(*http.Request) (*http.Response, error)

func (f turned) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func gopayBody(no, code, yuan string) gopay.BodyMap {
	return gopay.BodyMap{"out_trade_no": no, "scene": "bar_code", "auth_code": code, "subject": "店", "total_amount": yuan, "product_code": "FACE_TO_FACE_PAYMENT"}
}

func TestGopayIsContentWithTheStandIn(t *testing.T) {
	for _, mode := range []bool{false, true} {
		b := startAlipay(t, mode)
		c, ctx := gopays(t, b), context.Background()
		if mode {
			c.AutoVerifySign([]byte(b.Settings().AlipayCert))
		} else {
			c.AutoVerifySign([]byte(pemOf(b.Settings().AlipayKey)))
		}
		paid, err := c.TradePay(ctx, gopayBody("gopay0001", b.FreshCode(), "13.10"))
		if err != nil || paid.Response.TotalAmount != "13.10" {
			t.Fatal(err)
		}
		asked, err := c.TradeQuery(ctx, gopay.BodyMap{"out_trade_no": "gopay0001"})
		if err != nil || asked.Response.TradeStatus != "TRADE_SUCCESS" {
			t.Error(err)
		}
		back, err := c.TradeRefund(ctx, gopay.BodyMap{"out_trade_no": "gopay0001", "refund_amount": "3.10", "out_request_no": "gopayref1"})
		if err != nil || back.Response.RefundFee != "3.10" {
			t.Error(err)
		}
		for _, lie := range []string{"bad_sig*1", "tampered_amount*1"} {
			play(t, b, "query:"+lie)
			said, err := c.TradeQuery(ctx, gopay.BodyMap{"out_trade_no": "gopay0001"})
			if err == nil {
				t.Errorf("it believes %s", lie)
			}
			if said == nil || said.Response == nil { // a quirk: the unproven answer comes with the error
				t.Errorf("%s: the quirk has changed: no answer beside the error", lie)
			}
		}
		values, _ := url.ParseQuery(string(b.Notification("gopay0001", false)))
		bm := gopay.BodyMap{}
		for name := range values {
			bm[name] = values.Get(name)
		}
		if !mode {
			if ok, err := gopayali.VerifySign(b.Settings().AlipayKey, bm); !ok || err != nil {
				t.Error(err)
			}
		} else if ok, err := gopayali.VerifySignWithCert([]byte(b.Settings().AlipayCert), bm); !ok || err != nil {
			t.Error(err)
		}
	}
}

func TestTheQuirksOfGopayAreStillThere(t *testing.T) {
	b := startAlipay(t, false)
	c := gopays(t, b)
	play(t, b, "bad_sig")
	if _, err := c.TradePay(context.Background(), gopayBody("quirk0001", b.FreshCode(), "1.00")); err != nil {
		t.Errorf("nothing was verified unless asked for: %v", err)
	}
	c.AutoVerifySign([]byte(pemOf(b.Settings().AlipayKey)))
	play(t, b, "unsigned_400")
	_, err := c.TradePay(context.Background(), gopayBody("quirk0002", b.FreshCode(), "1.00"))
	if refusal, ok := gopayali.IsBizError(err); !ok || refusal.SubCode != "ACQ.PAYMENT_AUTH_CODE_INVALID" {
		t.Errorf("an unsigned refusal was believed: %v", err)
	}
}

func pemOf(der string) string {
	raw, _ := base64.StdEncoding.DecodeString(der)
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: raw}))
}

// TestOurAlipayClientIsContentWithTheirSignatures: gopay works out what our request should be signed with, smartwalle signs the answer.
func TestOurAlipayClientIsContentWithTheirSignatures(t *testing.T) {
	s := startAlipay(t, false).Settings() // for its merchant only
	der, err := base64.StdEncoding.DecodeString(s.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := smartwalle.New(s.AppID, base64.StdEncoding.EncodeToString(x509.MarshalPKCS1PrivateKey(theirs)), true)
	if err != nil {
		t.Fatal(err)
	}
	peer := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, in *http.Request) {
		in.ParseForm()
		bm := gopay.BodyMap{}
		for name := range in.Form {
			if name != "sign" {
				bm[name] = in.Form.Get(name)
			}
		}
		if want, err := gopayali.GetRsaSign(bm, "RSA2", parsed.(*rsa.PrivateKey)); err != nil || want != in.Form.Get("sign") {
			t.Errorf("gopay signs our request differently: %v", err)
		}
		if at, err := time.ParseInLocation(time.DateTime, in.Form.Get("timestamp"), beijing); err != nil || time.Since(at).Abs() > time.Minute {
			t.Errorf("timestamp %q is not Beijing's", in.Form.Get("timestamp"))
		}
		var asked struct {
			No    string `json:"out_trade_no"`
			Total string `json:"total_amount"`
		}
		json.Unmarshal([]byte(in.Form.Get("biz_content")), &asked)
		node := fmt.Sprintf(`{"code":"10000","msg":"Success","out_trade_no":%q,"trade_no":"2026112222001","total_amount":%q,"gmt_payment":"2026-11-22 12:00:00"}`, asked.No, asked.Total)
		signature, err := signer.SignBytes([]byte(node))
		if err != nil {
			t.Error(err)
		}
		io.WriteString(out, `{"alipay_trade_pay_response":`+node+`,"sign":"`+base64.StdEncoding.EncodeToString(signature)+`"}`)
	}))
	defer peer.Close()
	public, err := x509.MarshalPKIXPublicKey(&theirs.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	settings, err := alipay.Parse(alipay.Form{BaseURL: peer.URL, Training: true, AppID: s.AppID, SellerID: s.SellerID,
		PrivateKey: s.PrivateKey, AlipayKey: base64.StdEncoding.EncodeToString(public)})
	if err != nil {
		t.Fatal(err)
	}
	client := payments.NewClient(payments.Options{})
	p, err := alipay.New(settings, client, client)
	if err != nil {
		t.Fatal(err)
	}
	a := pay.NewAttempt(p, pay.Plan{ID: "oracle", Amount: money.Of(1310, "CNY"), Flow: pay.ByCode, Code: pay.Hide("287654321012345678"), Title: "店 + 1&2", At: time.Now()})
	a, _ = pay.Step(a, pay.Event{Kind: pay.Submitted, At: time.Now()})
	o, err := p.Submit(context.Background(), a, nil)
	if a, _ = pay.Step(a, pay.Answered(pay.BySubmit, o, err, time.Now(), time.Now())); a.State != pay.Succeeded {
		t.Errorf("%s %s %v", a.State, o, err)
	}
}

// The numbers by which the wire calls certificates, worked out three times: by us, by the stand-in and by gopay.
func TestCertificateNumbersAgree(t *testing.T) {
	s := startAlipay(t, true).Settings()
	ours, err := alipay.Parse(alipay.Form{BaseURL: s.BaseURL, Training: true, Mode: s.Mode, AppID: s.AppID, SellerID: s.SellerID,
		PrivateKey: s.PrivateKey, AppCert: s.AppCert, AlipayCert: s.AlipayCert, RootCert: s.RootCert})
	if err != nil {
		t.Fatal(err)
	}
	app, err := gopayali.GetCertSN([]byte(s.AppCert))
	if err != nil || app != ours.AppCert {
		t.Errorf("%s %s %v", app, ours.AppCert, err)
	}
	root, err := gopayali.GetRootCertSN([]byte(s.RootCert))
	if err != nil || root != ours.RootCert {
		t.Errorf("%s %s %v", root, ours.RootCert, err)
	}
}
