package oracle

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"suanpan/app/money"
	"suanpan/app/pay"
	"suanpan/payments"
	"suanpan/payments/stripeterminal"
)

// stripeMock starts Stripe's own stripe-mock as a child process and answers its address. It checks each request against
// Stripe's published interface; what it answers is canned and proves nothing. Its old dependencies stay out of our module.
func stripeMock(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("stripe-mock")
	if err != nil {
		const how = "stripe-mock is not on the PATH: go install github.com/stripe/stripe-mock@v0.203.0"
		if os.Getenv("SUANPAN_REQUIRE_STRIPEMOCK") == "1" {
			t.Fatal(how)
		}
		t.Skip(how)
	}
	cmd := exec.Command(path, "-http-addr", "127.0.0.1:")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	address := make(chan string, 1)
	go func() {
		said := regexp.MustCompile(`127\.0\.0\.1:\d+`)
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			if at := said.FindString(lines.Text()); at != "" {
				select {
				case address <- at:
				default:
				}
			}
		}
	}()
	select {
	case at := <-address:
		return "http://" + at
	case <-time.After(20 * time.Second):
		t.Fatal("stripe-mock says no address")
	}
	return ""
}

// glass stands between our client and stripe-mock. It notes what stripe-mock thinks of each request, and writes our own
// number and the state that a test wants into the canned answers, so that the client goes on to the next call.
type glass struct {
	*httptest.Server
	mu     sync.Mutex
	calls  []string
	no     string
	intent string // the state of every intent
	action string // the state of the reader's action
}

const mockReader = "tmr_123456789"

func newGlass(t *testing.T, mock string) *glass {
	t.Helper()
	target, err := url.Parse(mock)
	if err != nil {
		t.Fatal(err)
	}
	g := &glass{intent: "requires_payment_method"}
	proxy := httputil.NewSingleHostReverseProxy(target)
	proxy.ModifyResponse = g.answered
	g.Server = httptest.NewServer(proxy)
	t.Cleanup(g.Close)
	return g
}

func (g *glass) answered(r *http.Response) error {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	call := fmt.Sprintf("%s %s %d", r.Request.Method, r.Request.URL.Path, r.StatusCode)
	if r.StatusCode >= 400 {
		call += " " + string(body)
	}
	g.calls = append(g.calls, call)
	var doc map[string]any
	if json.Unmarshal(body, &doc) == nil {
		body, err = json.Marshal(g.dress(doc))
	}
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	r.Header.Set("Content-Length", strconv.Itoa(len(body)))
	return err
}

func (g *glass) dress(doc map[string]any) map[string]any {
	if data, ok := doc["data"].([]any); ok {
		for i := range data {
			if one, ok := data[i].(map[string]any); ok {
				data[i] = g.dress(one)
			}
		}
	}
	switch doc["object"] {
	case "payment_intent":
		doc["id"], doc["status"], doc["amount"], doc["currency"], doc["livemode"] = "pi_1", g.intent, 1310, "eur", false
		doc["amount_received"] = 1310
		doc["metadata"] = map[string]string{"suanpan_no": g.no, "suanpan_reader": mockReader}
	case "refund":
		doc["metadata"] = map[string]string{"suanpan_no": "refund of " + g.no, "suanpan_reader": mockReader}
	case "terminal.reader":
		doc["id"] = mockReader
		doc["action"] = map[string]any{"type": "process_payment_intent", "status": g.action,
			"process_payment_intent": map[string]any{"payment_intent": "pi_1"}}
	}
	return doc
}

func (g *glass) set(intent, action string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.intent, g.action = intent, action
}

func TestStripeMockTakesEveryRequestOfOurs(t *testing.T) {
	g := newGlass(t, stripeMock(t))
	for _, capture := range []string{"automatic", "manual"} {
		settings, err := stripeterminal.Parse(stripeterminal.Form{BaseURL: g.URL, Training: true, Key: "rk_test_123456789", Reader: mockReader,
			Currency: "EUR", Capture: capture})
		if err != nil {
			t.Fatal(err)
		}
		p, err := stripeterminal.New(settings, payments.NewClient(settings.Client()))
		if err != nil {
			t.Fatal(err)
		}
		exercise(t, g, p, capture)
	}
	want := []string{"POST /v1/payment_intents ", "POST /v1/terminal/readers/tmr_123456789/process_payment_intent ", "GET /v1/payment_intents ",
		"GET /v1/payment_intents/pi_1 ", "GET /v1/terminal/readers/tmr_123456789 ", "POST /v1/terminal/readers/tmr_123456789/cancel_action ",
		"POST /v1/payment_intents/pi_1/cancel ", "POST /v1/payment_intents/pi_1/capture ", "POST /v1/refunds ", "GET /v1/refunds "}
	for _, call := range want {
		n := 0
		for _, made := range g.calls {
			if strings.HasPrefix(made, call) {
				n++
			}
		}
		if n == 0 {
			t.Errorf("%swas never called", call)
		}
	}
	for _, made := range g.calls {
		if !strings.HasSuffix(made, " 200") {
			t.Error(made)
		}
	}
}

// exercise makes every call that the client knows. What they answer matters only as far as it leads to the next one.
func exercise(t *testing.T, g *glass, p *stripeterminal.Provider, id string) {
	t.Helper()
	ctx := context.Background()
	a := pay.NewAttempt(p, pay.Plan{ID: id, Title: "Suanpan 测试店", Amount: money.Of(1310, "EUR"), Flow: pay.ByCard, At: time.Now()})
	a.SubmittedAt = time.Now()
	g.no = a.No
	must := func(what string, want pay.Outcome, o pay.Observation, err error) {
		t.Helper()
		if err != nil || o.Outcome != want {
			t.Errorf("%s: %s %q %v", what, o, o.Msg, err)
		}
	}
	g.set("requires_payment_method", "in_progress")
	o, err := p.Submit(ctx, a, nil)
	must("submit", pay.Pending, o, err)
	lost := a.Ref()
	o, err = p.Query(ctx, lost)
	must("query by search", pay.Pending, o, err)
	known := lost
	known.ProviderTxn = "pi_1"
	o, err = p.Query(ctx, known)
	must("query", pay.Pending, o, err)
	o, err = p.Cancel(ctx, known)
	if err != nil || o.Outcome == pay.Accepted { // the glass still says that it waits for a card
		t.Errorf("cancel: %s %v", o, err)
	}
	g.set("requires_capture", "succeeded")
	o, err = p.Query(ctx, known)
	must("reserved", pay.Authorized, o, err)
	g.set("succeeded", "succeeded")
	o, err = p.Capture(ctx, known, a.Amount)
	must("capture", pay.Success, o, err)
	row := pay.Refund{No: "refund of " + a.No, PaymentNo: a.No, Payment: "pi_1", Paid: a.Amount, Amount: money.Of(10, "EUR"), Made: time.Now()}
	if o, err = p.Refund(ctx, row); err != nil || !o.Verified {
		t.Errorf("refund: %s %v", o, err)
	}
	if o, err = p.QueryRefund(ctx, row); err != nil || !o.Verified {
		t.Errorf("query of a refund: %s %v", o, err)
	}
	for _, c := range p.Test(ctx) {
		if !c.OK {
			t.Errorf("test: %+v", c)
		}
	}
}
