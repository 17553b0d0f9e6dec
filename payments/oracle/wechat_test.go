package oracle

import (
	"context"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/wechatpay-apiv3/wechatpay-go/core"
	"github.com/wechatpay-apiv3/wechatpay-go/core/auth/verifiers"
	"github.com/wechatpay-apiv3/wechatpay-go/core/option"
	"github.com/wechatpay-apiv3/wechatpay-go/utils"

	"suanpan/app/money"
	"suanpan/app/pay"
	"suanpan/payments"
	"suanpan/payments/sandbox"
	"suanpan/payments/wechatpay"
)

func start(t *testing.T) *sandbox.Server {
	t.Helper()
	s, err := sandbox.Start(context.Background(), sandbox.Options{Faults: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// their is WeChat's own Go client, pointed to the sandbox.
func their(t *testing.T, s *sandbox.Server) (*core.Client, sandbox.WechatSettings) {
	t.Helper()
	w := s.WechatSettings()
	private, err := utils.LoadPrivateKey(w.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	public, err := utils.LoadPublicKey(w.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	c, err := core.NewClient(context.Background(), option.WithWechatPayPublicKeyAuthCipher(w.MchID, w.Serial, private, w.PublicKeyID, public))
	if err != nil {
		t.Fatal(err)
	}
	return c, w
}

func codepay(w sandbox.WechatSettings, no, code string, total int64) map[string]any {
	return map[string]any{
		"appid": w.AppID, "mchid": w.MchID, "description": "店", "out_trade_no": no, "payer": map[string]string{"auth_code": code},
		"amount": map[string]any{"total": total, "currency": "CNY"}, "scene_info": map[string]any{"device_ip": "127.0.0.1", "store_info": map[string]string{"id": "1"}},
	}
}

func state(t *testing.T, r *core.APIResult) string {
	t.Helper()
	if r == nil || r.Response == nil {
		return ""
	}
	body, err := io.ReadAll(r.Response.Body)
	if err != nil {
		t.Fatal(err)
	}
	var said struct {
		State  string `json:"trade_state"`
		Status string `json:"status"`
	}
	json.Unmarshal(body, &said)
	return said.State + said.Status
}

func TestWechatsOwnClientIsContentWithTheSandbox(t *testing.T) {
	s := start(t)
	c, w := their(t, s)
	ctx := context.Background()
	r, err := c.Post(ctx, w.BaseURL+"/v3/pay/transactions/codepay", codepay(w, "oracle0001", s.FreshCode(), 1310))
	if err != nil || state(t, r) != "SUCCESS" {
		t.Fatal(err)
	}
	r, err = c.Get(ctx, w.BaseURL+"/v3/pay/transactions/out-trade-no/oracle0001?mchid="+w.MchID)
	if err != nil || state(t, r) != "SUCCESS" {
		t.Error(err)
	}
	r, err = c.Post(ctx, w.BaseURL+"/v3/refund/domestic/refunds", map[string]any{"out_trade_no": "oracle0001", "out_refund_no": "oracleref1",
		"amount": map[string]any{"refund": 310, "total": 1310, "currency": "CNY"}})
	if err != nil || state(t, r) != "PROCESSING" {
		t.Error(err)
	}
	r, err = c.Post(ctx, w.BaseURL+"/v3/pay/transactions/codepay", codepay(w, "oracle0002", s.FreshCode(), 200_000))
	if err != nil || r.Response.StatusCode != http.StatusAccepted || state(t, r) != "USERPAYING" {
		t.Errorf("202: %v", err)
	}
	for _, lie := range []string{"bad_sig*1", "wrong_serial*1", "unsigned_200*1", "stale_ts*1"} {
		if err := s.Script(sandbox.Wechat, []string{"query:" + lie}, 1); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Get(ctx, w.BaseURL+"/v3/pay/transactions/out-trade-no/oracle0001?mchid="+w.MchID); err == nil {
			t.Errorf("it believes %s", lie)
		}
	}
	// The client's known quirk, which taught us to verify refusals too: it hands an unsigned 400 up as a refusal. If this
	// fails after an upgrade, the quirk is gone, and payments.md should say so.
	if err := s.Script(sandbox.Wechat, []string{"unsigned_400"}, 1); err != nil {
		t.Fatal(err)
	}
	_, err = c.Post(ctx, w.BaseURL+"/v3/pay/transactions/codepay", codepay(w, "oracle0003", s.FreshCode(), 1))
	var refusal *core.APIError
	if !errors.As(err, &refusal) || refusal.Code != "AUTH_CODE_INVALID" {
		t.Errorf("the quirk has changed: %v", err)
	}
}

func TestOurClientIsContentWithTheirSignatures(t *testing.T) {
	s := start(t) // for its keys only
	w := s.WechatSettings()
	merchant, err := utils.LoadPrivateKey(w.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	verifier := verifiers.NewSHA256WithRSAPubkeyVerifier(w.Serial, merchant.PublicKey)
	peer := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, in *http.Request) {
		body, _ := io.ReadAll(in.Body)
		_, list, _ := strings.Cut(in.Header.Get("Authorization"), " ")
		field := map[string]string{}
		for _, pair := range strings.Split(list, ",") {
			k, v, _ := strings.Cut(pair, "=")
			field[k] = strings.Trim(v, `"`)
		}
		text := fmt.Sprintf("%s\n%s\n%s\n%s\n%s\n", in.Method, in.RequestURI, field["timestamp"], field["nonce_str"], body)
		if err := verifier.Verify(in.Context(), field["serial_no"], text, field["signature"]); err != nil {
			t.Errorf("their verifier refuses us: %v", err)
		}
		var asked struct {
			No     string `json:"out_trade_no"`
			Amount struct{ Total int64 }
		}
		json.Unmarshal(body, &asked)
		said := fmt.Sprintf(`{"mchid":%q,"out_trade_no":%q,"transaction_id":"4200000000202611220000000001","trade_state":"SUCCESS",`+
			`"success_time":"2026-11-22T12:00:00+08:00","amount":{"total":%d,"currency":"CNY"}}`, w.MchID, asked.No, asked.Amount.Total)
		at := strconv.FormatInt(time.Now().Unix(), 10)
		signature, err := utils.SignSHA256WithRSA(at+"\nnonce0123456789\n"+said+"\n", merchant)
		if err != nil {
			t.Error(err)
		}
		out.Header().Set("Wechatpay-Timestamp", at)
		out.Header().Set("Wechatpay-Nonce", "nonce0123456789")
		out.Header().Set("Wechatpay-Serial", w.PublicKeyID)
		out.Header().Set("Wechatpay-Signature", signature)
		io.WriteString(out, said)
	}))
	defer peer.Close()
	settings, err := wechatpay.Parse(wechatpay.Form{BaseURL: peer.URL, Training: true, AppID: w.AppID, MchID: w.MchID, Serial: w.Serial,
		PrivateKey: w.PrivateKey, PublicKeyID: w.PublicKeyID, PublicKey: publicPEM(t, &merchant.PublicKey)})
	if err != nil {
		t.Fatal(err)
	}
	p, err := wechatpay.New(settings, payments.NewClient(payments.Options{}))
	if err != nil {
		t.Fatal(err)
	}
	a := pay.NewAttempt(p, pay.Plan{ID: "oracle", Amount: money.Of(1310, "CNY"), Flow: pay.ByCode, Code: pay.Hide("134567890123456789"), At: time.Now()})
	a, _ = pay.Step(a, pay.Event{Kind: pay.Submitted, At: time.Now()})
	o, err := p.Submit(context.Background(), a, nil)
	if a, _ = pay.Step(a, pay.Answered(pay.BySubmit, o, err, time.Now(), time.Now())); a.State != pay.Succeeded {
		t.Errorf("%s %s %v", a.State, o, err)
	}
}

func publicPEM(t *testing.T, key *rsa.PublicKey) string {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
}
