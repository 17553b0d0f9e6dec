package app_test

import (
	"context"
	"maps"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"suanpan/app"
	"suanpan/app/pay"
	"suanpan/payments/sandbox"
)

// TestWhateverPayersDoTheBooksAgree is the random day with payers who type, wait, run away or pay after all, and with a wire
// that loses answers: in virtual time, with power cuts in between. In the end the provider's books are ours.
func TestWhateverPayersDoTheBooksAgree(t *testing.T) {
	fewer(t, 8)
	p := newPort(t)
	rapid.Check(t, func(rt *rapid.T) {
		var failed any
		synctest.Test(t, func(t *testing.T) {
			defer func() { failed = recover() }() // how rapid stops a check: it must come out on rapid's own goroutine
			m := &machine{T: rt, rig: newRig(t, bubble{time.Now()}, p), ctx: context.Background(), slow: true}
			defer m.close()
			m.dayOfPayers()
		})
		if failed != nil {
			panic(failed)
		}
	})
}

// dayOfPayers plays a random day to its end: hours later, everything is decided, and the provider's books are ours.
func (m *machine) dayOfPayers() {
	m.begin()
	m.script()
	charges, before := m.port.charged()
	acts := m.acts()
	maps.Copy(acts, map[string]func(*rapid.T){
		"wallet": m.slowly, "wallet2": m.slowly, "wallet3": m.slowly, "time": m.time, "time2": m.time, "cancel": m.cancels, "decide": m.decides, "fault": m.fault, "sweep": m.sweeps,
	})
	m.Repeat(acts)
	m.script()
	time.Sleep(6 * time.Hour)
	m.agree(m.T)
	if open, err := m.shop.OpenPayments(m.ctx); err != nil || len(open) != 0 {
		m.Fatalf("after hours: %v %v", open, err)
	}
	clearing := int64(0)
	for _, f := range m.facts() {
		for _, x := range f.Postings {
			if x.Account == "clearing:wechatpay" {
				clearing += x.Minor
			}
		}
	}
	if now, net := m.port.charged(); net-before != clearing {
		m.Fatalf("the provider has %d of ours after %d charges, our books say %d", net-before, now-charges, clearing)
	}
}

// slowly begins a payment by somebody who takes time, and waits for it or not.
func (m *machine) slowly(t *rapid.T) {
	payers := slices.Sorted(maps.Keys(codes))
	payers = slices.DeleteFunc(payers, func(s string) bool { return s == "otheramount" || s == "abnormal" }) // these want a person
	ask := app.TenderAsk{Method: "wechatpay", Wait: time.Duration(rapid.IntRange(0, 90).Draw(t, "wait")) * time.Second, Code: pay.Hide(codes[rapid.SampledFrom(payers).Draw(t, "payer")])}
	if rapid.Bool().Draw(t, "some") {
		ask.Minor = new(rapid.Int64Range(1, 5000).Draw(t, "amount"))
	}
	_, err := m.shop.Tender(m.ctx, ask)
	m.may(err)
}

func (m *machine) time(t *rapid.T) {
	time.Sleep(time.Duration(rapid.IntRange(1, 90).Draw(t, "seconds")) * time.Second)
}

func (m *machine) someOpen(t *rapid.T) (app.Payment, bool) {
	list, err := m.shop.OpenPayments(m.ctx)
	m.must(err)
	if len(list) == 0 {
		return app.Payment{}, false
	}
	return rapid.SampledFrom(list).Draw(t, "payment"), true
}

func (m *machine) cancels(t *rapid.T) {
	if p, ok := m.someOpen(t); ok {
		_, err := m.shop.CancelPayment(m.ctx, p.ID)
		m.may(err)
	}
}

func (m *machine) decides(t *rapid.T) {
	if p, ok := m.someOpen(t); ok {
		_, err := m.shop.DecideLate(m.ctx, p.ID, rapid.Bool().Draw(t, "keep"))
		m.may(err)
	}
}

func (m *machine) sweeps(*rapid.T) { _, err := m.shop.Sweep(m.ctx); m.may(err) }

// script makes the wire do these things from now on.
func (m *machine) script(faults ...string) { m.must(m.port.Script(sandbox.Wechat, faults, 1)) }

func (m *machine) fault(t *rapid.T) {
	m.script(rapid.SampledFrom([]string{"", "commit_then_drop*1", "commit_then_500*1", "drop_before*1", "html_captive_portal*1", "bad_sig*1", "unsigned_200*1", "tampered_amount*1",
		"other_order*1", "query:bad_sig*2", "query:drop_before*3", "reverse:commit_then_drop*1", "refund:commit_then_drop*1", "refund:drop_before*1", "refund_query:html_captive_portal*2",
		"reverse_late(20s)", "reverse_refused(2)", "any:slow_body%20"}).Draw(t, "fault"))
}
