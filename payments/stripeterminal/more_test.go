package stripeterminal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stripe/stripe-go/v86/webhook"

	"suanpan/app/money"
	"suanpan/app/pay"
	"suanpan/payments/sandbox/stripebox"
)

func (r *rig) paid(minor int64) pay.Attempt {
	r.t.Helper()
	a, _ := r.submit(r.attempt(minor))
	if a = r.run(a, time.Hour); a.State != pay.Succeeded {
		r.t.Fatal(a.State)
	}
	return a
}

func (r *rig) refund(a pay.Attempt, rows []pay.Refund, id string, minor int64) pay.Refund {
	r.t.Helper()
	_, row, err := pay.StartRefund(a, rows, pay.RefundPlan{ID: id, Amount: money.Of(minor, "EUR"), At: r.clock.now()})
	if err != nil {
		r.t.Fatal(err)
	}
	return r.runRefund(row)
}

func (r *rig) runRefund(row pay.Refund) pay.Refund {
	r.t.Helper()
	for range 5000 {
		due, ok := pay.NextRefund(row, r.p.Timing(pay.ByCard))
		if !ok {
			return row
		}
		if wait := due.At.Sub(r.clock.now()); wait > 0 {
			r.clock.advance(wait)
		}
		ask, via := r.p.Refund, pay.ByRefund
		if due.Do == pay.DoAskRefund {
			ask, via = r.p.QueryRefund, pay.ByQuery
		}
		o, err := ask(context.Background(), row)
		row, _ = pay.StepRefund(row, pay.Answered(via, o, err, r.clock.now(), r.clock.now()))
	}
	r.t.Errorf("refund does not rest: %s %s", row.State, row.WireMsg)
	return row
}

func TestRefundsAddUpAndALostAnswerGivesOnce(t *testing.T) {
	r := newRig(t, nil)
	a := r.paid(1000)
	one := r.refund(a, nil, "one", 400)
	for i, fault := range []string{"refund:commit_then_drop*1", "refund:drop_before*1", "refund:commit_then_500*1", "refund:commit_then_409*1",
		"refund:slow_body*1", "refund_pending(2)", "refund:drop_before*1 refund_query_500*2"} {
		r.play(fault)
		if row := r.refund(a, []pay.Refund{one}, fmt.Sprint("lost ", i), 50); row.State != pay.RefundPaid || row.ProviderTxn == "" {
			t.Errorf("%s: %s %s", fault, row.State, row.WireMsg)
		}
		if got, want := r.Net(a.No), int64(1000-400-50*(i+1)); got != want {
			t.Errorf("%s: %d are left, want %d", fault, got, want)
		}
	}
	r.play()
	if too := r.runRefund(pay.LateRefund(a, r.clock.now())); too.State != pay.RefundRejected {
		t.Errorf("more than is left: %s", too.State)
	}
	r.play("refund_fails")
	if row := r.refund(a, nil, "fails", 1); row.State != pay.RefundAbnormal {
		t.Errorf("%s", row.State)
	}
}

// Stripe forgets a key after a day; the refund is then found by its own number and not given again.
func TestAnOldRefundIsLookedForBeforeItIsSent(t *testing.T) {
	r := newRig(t, nil)
	a := r.paid(1000)
	_, row, err := pay.StartRefund(a, nil, pay.RefundPlan{ID: "old", Amount: money.Of(100, "EUR"), At: r.clock.now()})
	if err != nil {
		t.Fatal(err)
	}
	for _, age := range []time.Duration{0, time.Hour, 25 * time.Hour, 80 * time.Hour} {
		r.clock.advance(age)
		if o, err := r.p.Refund(context.Background(), row); err != nil || o.Outcome != pay.Success {
			t.Errorf("%s: %s %v", age, o, err)
		}
		if got := r.Net(a.No); got != 900 {
			t.Errorf("%s: %d are left", age, got)
		}
	}
	row.Amount = money.Of(200, "EUR") // the same number with another amount is our fault, and proves nothing
	row.Made = r.clock.now()
	row.No += "x"
	r.p.Refund(context.Background(), row)
	row.Amount = money.Of(300, "EUR")
	if o, err := r.p.Refund(context.Background(), row); err != nil || o.Outcome != pay.Unknown || r.Net(a.No) != 700 {
		t.Errorf("%s %v %d", o, err, r.Net(a.No))
	}
}

func TestRefundsMadeElsewhereAreSeen(t *testing.T) {
	r := newRig(t, nil)
	a := r.paid(1000)
	r.refund(a, nil, "elsewhere", 100)
	o, err := r.p.Query(context.Background(), a.Ref())
	if err != nil || !o.Refunds || pay.Judge(a, pay.ByQuery, o) != pay.ProviderRefunded {
		t.Errorf("%s %v", o, err)
	}
}

func TestNotificationsAreProvenByTheirSignature(t *testing.T) {
	r := newRig(t, nil)
	a := r.paid(1200)
	var types []string
	for _, h := range r.Webhooks() {
		types = append(types, h.Type)
		o, err := r.p.VerifyNotify(h.Header, h.Body)
		switch {
		case err != nil:
			t.Errorf("%s: %v", h.Type, err)
		case h.Type == "payment_intent.succeeded" && pay.Judge(a, pay.ByNotify, o) != pay.ObsSuccess,
			h.Type == "terminal.reader.action_succeeded" && (o.Outcome != pay.Unknown || o.ProviderTxn != a.ProviderTxn):
			t.Errorf("%s: %s", h.Type, o)
		}
		// stripe-go's own verifier agrees; it looks at the machine's clock, so only the signature is asked
		if err := webhook.ValidatePayloadIgnoringTolerance(h.Body, h.Header.Get("Stripe-Signature"), r.Settings().Webhook); err != nil {
			t.Errorf("%s: %v", h.Type, err)
		}
		good := h.Header.Get("Stripe-Signature")
		for name, bad := range map[string]string{"none": "", "another time": strings.Replace(good, "t=1", "t=2", 1), "no v1": strings.Replace(good, "v1=", "v2=", 1),
			"cut": good[:60]} {
			if _, err := r.p.VerifyNotify(http.Header{"Stripe-Signature": {bad}}, h.Body); !errors.Is(err, ErrNotifyForged) {
				t.Errorf("%s: %v", name, err)
			}
		}
		changed := []byte(strings.Replace(string(h.Body), "1200", "1300", 1))
		if _, err := r.p.VerifyNotify(h.Header, append(changed, ' ')); !errors.Is(err, ErrNotifyForged) {
			t.Errorf("changed body: %v", err)
		}
		r.clock.advance(301 * time.Second)
		if _, err := r.p.VerifyNotify(h.Header, h.Body); !errors.Is(err, ErrNotifyForged) {
			t.Errorf("stale: %v", err)
		}
		r.clock.advance(-301 * time.Second)
	}
	if !slices.Contains(types, "payment_intent.succeeded") || !slices.Contains(types, "terminal.reader.action_succeeded") {
		t.Errorf("%v", types)
	}
	// the other way round: what stripe-go signs, we take
	body := []byte(`{"type":"payment_intent.canceled","livemode":false,"data":{"object":{"object":"payment_intent","id":"pi_1","status":"canceled","metadata":{"suanpan_no":"x","suanpan_reader":"` + stripebox.Reader + `"}}}}`)
	signed := webhook.GenerateTestSignedPayload(&webhook.UnsignedPayload{Payload: body, Secret: r.Settings().Webhook, Timestamp: r.clock.now()})
	if o, err := r.p.VerifyNotify(http.Header{"Stripe-Signature": {signed.Header}}, body); err != nil || o.Outcome != pay.Closed || o.OwnNo != "x" {
		t.Errorf("%s %v", o, err)
	}
	for err, want := range map[error]int{nil: 200, ErrNotifyOther: 200, ErrNotifyForged: 400, errors.New("disk"): 500} {
		if got, _ := r.p.AckNotify(err); got != want {
			t.Errorf("%v: %d", err, got)
		}
	}
}

func FuzzVerifyNotify(f *testing.F) {
	r := newRig(f, nil)
	f.Add("t=1795348800,v1=00", []byte(`{"type":"payment_intent.succeeded"}`))
	f.Add("", []byte(`{`))
	f.Fuzz(func(t *testing.T, signature string, body []byte) {
		if _, err := r.p.VerifyNotify(http.Header{"Stripe-Signature": {signature}}, body); err == nil {
			t.Fatal("noise is proven")
		}
		signed := webhook.GenerateTestSignedPayload(&webhook.UnsignedPayload{Payload: body, Secret: r.Settings().Webhook, Timestamp: r.clock.now()})
		o, err := r.p.VerifyNotify(http.Header{"Stripe-Signature": {signed.Header}}, body)
		if err == nil && o.Merchant != stripebox.Reader {
			t.Fatalf("%+v", o)
		}
	})
}

func TestSettingsAreChecked(t *testing.T) {
	r := newRig(t, nil)
	for name, change := range map[string]func(*Form){
		"no key":              func(f *Form) { f.Key = "" },
		"a publishable key":   func(f *Form) { f.Key = "pk_test_12345678" },
		"no reader":           func(f *Form) { f.Reader = "" },
		"a path as reader":    func(f *Form) { f.Reader = "tmr_1234/../x" },
		"the sandbox, live":   func(f *Form) { f.Training = false },
		"the world, training": func(f *Form) { f.BaseURL = Host },
		"no currency":         func(f *Form) { f.Currency = "XXQ" },
		"an odd currency":     func(f *Form) { f.Currency = "ISK" },
		"capture sometimes":   func(f *Form) { f.Capture = "sometimes" },
		"another secret":      func(f *Form) { f.Webhook = "rk_test_12345678" },
	} {
		f := r.form()
		change(&f)
		if _, err := Parse(f); !errors.Is(err, ErrSettings) || strings.Contains(err.Error(), r.form().Key) {
			t.Errorf("%s: %v", name, err)
		}
	}
	doc, _ := json.Marshal(Form{Key: "k", Capture: "c", Webhook: "w"})
	var names map[string]any
	json.Unmarshal(doc, &names)
	for _, f := range Fields() {
		if _, ok := names[f.Name]; !ok {
			t.Errorf("field %s is not in the form", f.Name)
		}
	}
}

func TestTheSettingsCanBeTriedWithoutMoney(t *testing.T) {
	r := newRig(t, nil)
	verdict := func(f Form) (out string) {
		for _, c := range r.provider(f).Test(context.Background()) {
			out += fmt.Sprintf("%s=%v ", c.Name, c.OK)
		}
		return out
	}
	if got := verdict(r.form()); got != "reach=true verify=true sign=true clock=true " {
		t.Error(got)
	}
	f := r.form()
	f.Key = "rk_test_somebodyelse"
	if got := verdict(f); got != "reach=true verify=false sign=false clock=true " {
		t.Error(got)
	}
	f = r.form()
	f.BaseURL = "https://127.0.0.1:1"
	if got := verdict(f); got != "reach=false verify=false sign=false clock=true " {
		t.Error(got)
	}
}

func TestNoKeyIsKept(t *testing.T) {
	r := newRig(t, nil)
	a := r.paid(100)
	f := r.form()
	f.Key = "rk_test_somebodyelse"
	o, err := r.provider(f).Submit(context.Background(), r.attempt(5), nil)
	if err != nil || o.Outcome != pay.Declined {
		t.Errorf("a wrong key: %s %v", o, err)
	}
	all := fmt.Sprintf("%+v %#v %+v %+v %s", a, o, r.p.s, err, r.log.String())
	for _, secret := range []string{r.form().Key, r.form().Webhook, f.Key} {
		if strings.Contains(all, secret) {
			t.Errorf("%s is kept", secret)
		}
	}
	if !strings.Contains(r.log.String(), "stripe.process") {
		t.Error("the calls have no names in the log")
	}
}

func TestABusyReaderIsARefusalAndTheIntentIsClosed(t *testing.T) {
	r := newRig(t, nil)
	r.play("never")
	first, _ := r.submit(r.attempt(5))
	second, _ := r.submit(r.attempt(6))
	if first.State != pay.AwaitingPayer || second.State != pay.Failed || second.Reason != pay.Busy {
		t.Errorf("%s, %s %s", first.State, second.State, second.Reason)
	}
}

func BenchmarkPaymentOverTLS(b *testing.B) {
	r := newRig(b, nil)
	var took []time.Duration
	for b.Loop() {
		begun := time.Now()
		if a := r.run(first(r.submit(r.attempt(1))), time.Minute); a.State != pay.Succeeded {
			b.Fatal(a.State)
		}
		took = append(took, time.Since(begun))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
}

func first(a pay.Attempt, _ pay.Observation) pay.Attempt { return a }
