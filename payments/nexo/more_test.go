package nexo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"suanpan/app/money"
	"suanpan/app/pay"
	"suanpan/payments/sandbox/nexobox"
)

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
	for range 20 {
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
	a, _ := r.submit(r.attempt(1000))
	one := r.refund(a, nil, "one", 400)
	for i, fault := range []string{"refund:commit_then_drop*1", "refund:drop_before*1", "refund:bad_hmac*1", "refund:commit_then_500*1",
		"refund:cut(700)*1", "refund:commit_then_drop*1 refund_in_progress*2"} {
		r.play(fault)
		if row := r.refund(a, []pay.Refund{one}, fmt.Sprint("lost ", i), 50); row.State != pay.RefundPaid || row.ProviderTxn == "" {
			t.Errorf("%s: %s %s", fault, row.State, row.WireMsg)
		}
		if got, want := r.Net(a.No), int64(1000-400-50*(i+1)); got != want {
			t.Errorf("%s: %d are left, want %d", fault, got, want)
		}
	}
	r.play()
	too := pay.LateRefund(a, r.clock.now())
	if too = r.runRefund(too); too.State != pay.RefundRejected {
		t.Errorf("more than is left: %s", too.State)
	}
	r.play("refund_refused(Refusal)")
	if row := r.refund(a, nil, "refused", 1); row.State != pay.RefundRejected || row.WireMsg != "REFUSED" {
		t.Errorf("%s %q", row.State, row.WireMsg)
	}
	foreign := pay.LateRefund(a, r.clock.now())
	foreign.Payment = ""
	if row := r.runRefund(foreign); row.State != pay.RefundRejected {
		t.Errorf("no number of the payment: %s", row.State)
	}
}

func TestOnlyATerminalOfTheRightRootNameAndEnvironmentIsSpokenTo(t *testing.T) {
	r := newRig(t, nil)
	for fault, good := range map[string]bool{"": true, "tls_legacy": true, "tls_wrong_name": false, "tls_live": false, "tls_stranger": false} {
		r.p.client.Close()
		if fault != "" {
			r.play(fault)
		} else {
			r.play()
		}
		before := len(r.Journal())
		o, err := r.p.Submit(context.Background(), r.attempt(5), nil)
		if good != (err == nil && o.Outcome == pay.Success) || (!good && (!errors.Is(err, pay.ErrNotSent) || len(r.Journal()) != before)) {
			t.Errorf("%q: %s %v", fault, o, err)
		}
	}
}

func TestSettingsAreChecked(t *testing.T) {
	r := newRig(t, nil)
	for name, change := range map[string]func(*Form){
		"no address":           func(f *Form) { f.Address = "" },
		"no https":             func(f *Form) { f.Address = "http://127.0.0.1:1/nexo" },
		"the sandbox, live":    func(f *Form) { f.Training = false },
		"the world, training":  func(f *Form) { f.Address = "192.168.1.9:8443" },
		"no environment":       func(f *Form) { f.Environment = "prod" },
		"no root":              func(f *Form) { f.Root = "-----BEGIN" },
		"no passphrase":        func(f *Form) { f.Passphrase = "" },
		"a key version in two": func(f *Form) { f.KeyVersion = "1.0" },
		"no currency":          func(f *Form) { f.Currency = "XXQ" },
		"a blank in a name":    func(f *Form) { f.SaleID = "till 1" },
	} {
		f := r.form()
		change(&f)
		if _, err := Parse(f); !errors.Is(err, ErrSettings) || strings.Contains(err.Error(), r.form().Passphrase) {
			t.Errorf("%s: %v", name, err)
		}
	}
	doc, _ := json.Marshal(r.form())
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
	f.Passphrase = "wrong"
	if got := verdict(f); got != "reach=true verify=false sign=false clock=true " {
		t.Error(got)
	}
	f = r.form()
	f.Address = "127.0.0.1:1"
	if got := verdict(f); got != "reach=false verify=false sign=false clock=true " {
		t.Error(got)
	}
	r.clock.advance(time.Hour) // both clocks are the same here, so only the answer's date could differ
	if len(r.Balances()) != 2 || r.Balances()[0].Minor != 0 {
		t.Error("a test moved money")
	}
}

func TestNoCardNumberAndNoKeyIsKept(t *testing.T) {
	r := newRig(t, nil)
	for _, faults := range []string{"full_pan", "full_pan commit_then_drop"} {
		r.play(faults)
		a, o := r.submit(r.attempt(100))
		doc, err := json.Marshal([]any{a, o})
		if err != nil {
			t.Fatal(err)
		}
		all := string(doc) + string(o.Raw) + r.log.String() + fmt.Sprintf("%+v %#v %+v", a, o, r.p.s)
		for _, secret := range []string{"4111111111111111", "4111 1111 1111 1111", "NDExMTExMTExMTExMTExMQ", "1230", "eyJwYW4i", r.form().Passphrase} {
			if strings.Contains(all, secret) {
				t.Errorf("%s: %s is kept", faults, secret)
			}
		}
		if a.State != pay.Succeeded || !strings.Contains(string(o.Raw), "APPROVED") || !strings.Contains(a.Slip, "Card Visa\n") ||
			!strings.Contains(a.Slip, "TOTAL EUR 1.00") {
			t.Errorf("%s: %s %s %s", faults, a.State, o.Raw, a.Slip)
		}
	}
}

// keep is a memory that survives the box.
type keep struct {
	mu    sync.Mutex
	lines map[string][][]byte
}

func (k *keep) Lines(name string, each func([]byte) error) error {
	for _, l := range k.lines[name] {
		if err := each(l); err != nil {
			return err
		}
	}
	return nil
}

func (k *keep) Append(name string, line []byte) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.lines[name] = append(k.lines[name], slices.Clone(line))
	return nil
}

func TestTheTerminalRemembersAfterItWasSwitchedOff(t *testing.T) {
	k := &keep{lines: map[string][][]byte{}}
	first := newRig(t, func(o *nexobox.Options) { o.Keep = k })
	first.play("commit_then_drop query:drop_before*1")
	a, _ := first.submit(first.attempt(900))
	first.Close()
	second := newRig(t, func(o *nexobox.Options) { o.Keep = k })
	if second.Settings().Passphrase != first.Settings().Passphrase {
		t.Error("another passphrase")
	}
	a = second.run(a, time.Hour)
	second.expect(a, pay.Succeeded, 900)
	if row := second.refund(a, nil, "back", 900); row.State != pay.RefundPaid || second.Net(a.No) != 0 {
		t.Errorf("%s %d", row.State, second.Net(a.No))
	}
	if lines, _ := second.Movements("2026-11-22"); len(lines) != 2 {
		t.Errorf("%+v", lines)
	}
}

func FuzzRead(f *testing.F) {
	r := newRig(f, nil)
	asked := header{"3.0", "Service", catPayment, "Request", "P1", "", r.p.s.SaleID, r.p.s.POIID}
	f.Add(200, []byte(`{"SaleToPOIResponse":{"MessageHeader":{},"NexoBlob":"AAAA","SecurityTrailer":{"Nonce":"AA==","Hmac":"AA=="}}}`), []byte(`{}`))
	f.Add(200, []byte(`<html>`), []byte(`{"SaleToPOIResponse":{"MessageHeader":{"ProtocolVersion":"3.0","MessageClass":"Service","MessageCategory":"Payment","MessageType":"Response","ServiceID":"P1","SaleID":"till-1","POIID":"V400m-324688179"},"PaymentResponse":{"Response":{"Result":"Success"},"PaymentResult":{"AmountsResp":{"Currency":"EUR","AuthorizedAmount":1.5}}}}}`))
	f.Fuzz(func(t *testing.T, status int, wire, plain []byte) {
		if a := r.p.read(status, wire, asked); a.verified {
			t.Fatal("noise is proven")
		}
		nonce := make([]byte, 16)
		blob, mac := r.p.keys.seal(plain, nonce)
		var inner struct {
			SaleToPOIResponse struct{ MessageHeader header }
		}
		json.Unmarshal(plain, &inner)
		body, err := json.Marshal(struct{ SaleToPOIResponse sealed }{sealed{inner.SaleToPOIResponse.MessageHeader, blob, trailer{Nonce: nonce, Hmac: mac}}})
		if err != nil {
			t.Fatal(err)
		}
		a := r.p.read(200, body, asked)
		for _, settled := range []bool{false, true} {
			o := r.p.observe(a)
			r.p.paid(&o, a.body.PaymentResponse, settled)
			if o.Outcome == pay.Success && !a.verified && pay.Judge(pay.Attempt{}, pay.BySubmit, o) != pay.ObsUnknown {
				t.Fatal("unproven money")
			}
			given(&o, a.body.ReversalResponse, pay.Refund{No: "x", Amount: money.Of(1, "EUR")}, settled)
		}
	})
}

func BenchmarkPaymentOverTLS(b *testing.B) {
	r := newRig(b, nil)
	var took []time.Duration
	for b.Loop() {
		begun := time.Now()
		if a, o := r.submit(r.attempt(1)); a.State != pay.Succeeded {
			b.Fatal(o)
		}
		took = append(took, time.Since(begun))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
}

func BenchmarkKeys(b *testing.B) {
	for b.Loop() {
		if _, err := deriveKeys("passphrase"); err != nil {
			b.Fatal(err)
		}
	}
}
