package app_test

import (
	"context"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"suanpan/app"
	"suanpan/app/money"
	"suanpan/app/pay"
	"suanpan/payments/sandbox"
	"suanpan/payments/sandbox/alipaybox"
)

// trouble is one row of the table in docs/PAYMENTS.md: what goes wrong at the provider, and how the payment must end.
type trouble struct {
	faults  []string
	scans   bool // with a code on our screen: somebody scans it after half a minute
	refund  bool // the paid sale is given back whole afterwards
	giveUp  bool // the cashier cancels after twenty seconds
	want    []pay.State
	refunds []pay.RefundState // of the refund rows, where there are any
	seeds   int               // how many seeds the script is played with; 1 where 0
}

var (
	paid     = []pay.State{pay.Succeeded}
	notPaid  = []pay.State{pay.Canceled}
	failed   = []pay.State{pay.Failed}
	review   = []pay.State{pay.NeedsReview}
	wentBack = []pay.State{pay.Refunded}
)

// walletTroubles is every fault script of a payer's code, with the end that the state machine's table demands.
func walletTroubles() []trouble {
	one := func(want []pay.State, faults ...string) trouble { return trouble{faults: faults, want: want} }
	rows := []trouble{
		one(paid), one(notPaid, "drop_before"), one(notPaid, "drop_before*1"), one(paid, "commit_then_drop"), one(paid, "commit_then_500"),
		one(paid, "delay(40s)"), one(paid, "slow_body"), one(notPaid, "html_captive_portal"),
		one(paid, "202_userpaying(2,SUCCESS)"), one(failed, "202_userpaying(1,PAYERROR)"), one(notPaid, "202_userpaying(0,never)"),
		one(paid, "unsigned_200"), one(paid, "unsigned_400"), one(paid, "bad_sig"), one(paid, "wrong_serial"), one(paid, "stale_ts"),
		one(paid, "tampered_amount"), one(paid, "other_order"), one(failed, "clock_skew(17m)"), one(review, "any:wrong_amount"),
		one(failed, "decline(AUTHCODEEXPIRE)"), one(failed, "decline(NOTENOUGH)"),
		one(notPaid, "202_userpaying(0,never)", "reverse_refused(3)"), one(notPaid, "202_userpaying(0,never)", "reverse_lies*1"),
		one(notPaid, "202_userpaying(0,never)", "reverse_late(30s)"), one(notPaid, "202_userpaying(0,never)", "reverse:drop_before*2"),
		one(wentBack, "202_userpaying(0,never)", "pay_wins_cancel_race"),
		one(paid, "query:bad_sig*3", "commit_then_drop"), one(paid, "query:drop_before*4", "commit_then_500"),
		{faults: []string{"202_userpaying(0,never)"}, giveUp: true, want: notPaid},
		{faults: []string{"any:slow_body%30", "any:drop_before%20"}, want: append(slices.Clone(paid), append(notPaid, wentBack...)...), seeds: 12},
		{faults: []string{"any:bad_sig%30", "any:commit_then_500%30"}, want: append(slices.Clone(paid), append(notPaid, wentBack...)...), seeds: 12},
		{faults: []string{"202_userpaying(4,SUCCESS)", "any:unsigned_400%40"}, giveUp: true, want: append(slices.Clone(paid), append(notPaid, wentBack...)...), seeds: 12},
	}
	for _, r := range []struct {
		faults string
		want   pay.RefundState
	}{{"", pay.RefundPaid}, {"refund:drop_before*1", pay.RefundPaid}, {"refund:commit_then_drop*1", pay.RefundPaid}, {"refund_query:bad_sig*3", pay.RefundPaid},
		{"refund_abnormal", pay.RefundAbnormal}, {"refund_closed", pay.RefundRejected}} {
		rows = append(rows, trouble{faults: strings.Fields(r.faults), refund: true, want: paid, refunds: []pay.RefundState{r.want}})
	}
	return rows
}

// row is what a trouble came to.
type row struct {
	seeds            int
	ends, backs      map[string]int
	provider, ledger int64
}

// TestEveryFaultScriptEndsAsItMust plays every script through the whole shop: real client, real wire, real store, virtual
// time. In every row the provider's books and the ledger agree, and what was found is the table in docs/PAYMENTS.md
// (SUANPAN_WRITE=1 writes it).
func TestEveryFaultScriptEndsAsItMust(t *testing.T) {
	if testing.Short() {
		t.Skip("a minute")
	}
	var table strings.Builder
	if _, err := words(); err != nil {
		t.Fatal(err)
	}
	table.WriteString("| provider | script | seeds | payment ends as | refund ends as | provider's books | ledger |\n|---|---|---|---|---|---|---|\n")
	for _, w := range wallets() {
		for _, trouble := range w.troubles {
			p := w.port(t) // each its own, for a client learns the provider's clock
			got := row{ends: map[string]int{}, backs: map[string]int{}}
			for seed := range max(trouble.seeds, 1) {
				synctest.Test(t, func(t *testing.T) { trouble.play(t, p, w, int64(seed+1), &got) })
			}
			table.WriteString(trouble.line(w, got))
		}
	}
	compareDoc(t, "../docs/PAYMENTS.md", "fault-table", table.String())
}

// line is a row of the page. With many seeds the ends are those that the state machine allows, for which of them a seed meets
// depends on which of two calls the machine's scheduler lets go first.
func (tr trouble) line(w wallet, got row) string {
	id := w.id
	if w.scan != nil {
		id += ", our code"
	}
	script := "`" + strings.Join(tr.faults, " ") + "`"
	if len(tr.faults) == 0 {
		script = "nothing goes wrong"
	}
	if tr.seeds > 1 {
		var ends []string
		for _, s := range tr.want {
			ends = append(ends, string(s))
		}
		return fmt.Sprintf("| %s | %s%s | 1–%d | %s | | equal to the ledger in each | |\n", id, script, tr.acts(), got.seeds, strings.Join(ends, ", "))
	}
	return fmt.Sprintf("| %s | %s%s | 1 | %s | %s | %s | %s |\n", id, script, tr.acts(), tally(got.ends), tally(got.backs), money.Of(got.provider, "CNY"), money.Of(got.ledger, "CNY"))
}

func (tr trouble) acts() string {
	out := ""
	if tr.scans {
		out += ", our code is scanned after 30 s"
	}
	if tr.giveUp {
		out += ", the cashier gives up"
	}
	if tr.refund {
		out += ", then a refund"
	}
	return out
}

func tally(ends map[string]int) string {
	if len(ends) == 0 {
		return "–"
	}
	var out []string
	for _, state := range slices.Sorted(maps.Keys(ends)) {
		out = append(out, fmt.Sprintf("%s × %d", state, ends[state]))
	}
	if len(out) == 1 {
		return strings.TrimSuffix(out[0], " × 1")
	}
	return strings.Join(out, ", ")
}

func (tr trouble) play(t *testing.T, p *port, w wallet, seed int64, got *row) {
	r := newRig(t, bubble{time.Now()}, p)
	d := &day{rig: r, ctx: context.Background(), cash: map[string]string{}}
	for _, line := range [][]string{{"setup", "retail", "CNY"}, {"shift", "open", "0.00"}, {"scan", "6901234567892"}} {
		if err := d.do(line); err != nil {
			t.Fatal(line, err)
		}
	}
	if err := p.Script(w.id, nil, seed); err != nil {
		t.Fatal(err)
	}
	_, before := p.charged()
	if err := p.Script(w.id, tr.faults, seed); err != nil {
		t.Fatal(tr.faults, err)
	}
	paying, err := r.shop.Tender(d.ctx, app.TenderAsk{Method: w.id, Code: pay.Hide(w.code), Wait: 20 * time.Second})
	if err != nil {
		t.Fatal(tr.faults, err)
	}
	if tr.scans {
		time.Sleep(30 * time.Second)
		var refused error
		r.outside(func() { refused = w.scan(p, paying.QR) })
		if refused != nil {
			t.Fatal(tr.faults, refused)
		}
	}
	if tr.giveUp && !paying.State.Final() {
		if _, err := r.shop.CancelPayment(d.ctx, paying.ID); err != nil {
			t.Fatal(tr.faults, err)
		}
	}
	time.Sleep(4 * time.Hour)
	if tr.refund {
		sale, err := r.shop.Complete(d.ctx, "")
		if err == nil {
			_, err = r.shop.Refund(d.ctx, app.RefundAsk{Sale: sale.No, Reason: "不合适", Restock: true})
		}
		if err != nil {
			t.Fatal(tr.faults, err)
		}
		time.Sleep(4 * time.Hour)
	}
	tr.judge(t, r, paying.ID, seed, got, before)
	r.close()
}

// judge looks at where everything stands, hours later.
func (tr trouble) judge(t *testing.T, r *rig, payment string, seed int64, got *row, before int64) {
	var a app.Attempt
	var clearing app.Delta
	err := r.gate.View(context.Background(), func(v app.View) (err error) {
		if a, err = v.Attempt(payment); err != nil {
			return err
		}
		clearing, err = v.Total("account", "clearing:"+a.Provider+" CNY")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(tr.want, a.State) {
		t.Errorf("%s %v, seed %d: ends as %s (%s), wanted %v", a.Provider, tr.faults, seed, a.State, a.Reason, tr.want)
	}
	for i, b := range a.Backs {
		got.backs[string(b.State)]++
		if tr.refund && b.State != tr.refunds[i] {
			t.Errorf("%v, seed %d: refund ends as %s (%s), wanted %s", tr.faults, seed, b.State, b.Reason, tr.refunds[i])
		}
	}
	_, net := r.port.charged()
	asked := a.State == pay.NeedsReview || slices.Contains(tr.refunds, pay.RefundAbnormal) // a person is asked about the difference
	if !asked && net-before != clearing.Minor {
		t.Errorf("%v, seed %d: the provider has %d, the ledger %d", tr.faults, seed, net-before, clearing.Minor)
	}
	got.seeds++
	got.ends[string(a.State)]++
	got.provider += net - before
	got.ledger += clearing.Minor
	if p, err := r.shop.Verify(context.Background(), nil); err != nil || !p.OK {
		t.Errorf("%v, seed %d: %+v %v", tr.faults, seed, p, err)
	}
}

// wallet is a provider whose troubles are played.
type wallet struct {
	id, code string
	scan     func(p *port, qr string) error // somebody scans our code; nil: the flow is another
	port     func(testing.TB) *port
	troubles []trouble
}

func wallets() []wallet {
	wechatScan := func(p *port, qr string) error { return p.book.(*sandbox.Server).PayQR(qr, sandbox.PayerPays) }
	alipayScan := func(p *port, qr string) error { return p.book.(*alipaybox.Box).Scan(qr, true) }
	return []wallet{
		{"wechatpay", codes["pays"], nil, newPort, walletTroubles()}, {"wechatpay", "", wechatScan, newPort, qrTroubles()},
		{"alipay", "288888000000000001", nil, alipayPort, alipayTroubles()}, {"alipay", "", alipayScan, alipayPort, qrTroubles()},
		{"nexo", "", nil, nexoPort, nexoTroubles()}, {"stripe", "", nil, stripePort, stripeTroubles()},
	}
}

// qrTroubles are those of a code on our own screen.
func qrTroubles() []trouble {
	var out []trouble
	for _, words := range []string{"", "query:drop_before*3", "query:bad_sig*3", "query:html_captive_portal*2", "query:unsigned_200*2"} {
		out = append(out, trouble{faults: strings.Fields(words), scans: true, want: paid})
	}
	return append(out, trouble{want: notPaid}, trouble{giveUp: true, want: notPaid}, trouble{faults: []string{"query:drop_before*3"}, giveUp: true, want: notPaid},
		trouble{scans: true, refund: true, want: paid, refunds: []pay.RefundState{pay.RefundPaid}})
}

// compareDoc compares the part of a page between two marks with what was found, or writes it there.
func compareDoc(t *testing.T, page, mark, found string) {
	t.Helper()
	doc, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	open, shut := "<!-- "+mark+" -->\n", "<!-- /"+mark+" -->"
	head, rest, ok := strings.Cut(string(doc), open)
	_, tail, closed := strings.Cut(rest, shut)
	if !ok || !closed {
		t.Fatalf("%s has no marks %s", page, mark)
	}
	fresh := head + open + found + shut + tail
	if fresh == string(doc) {
		return
	}
	if os.Getenv("SUANPAN_WRITE") == "" {
		t.Errorf("%s is not what was found now; SUANPAN_WRITE=1 writes it:\n%s", page, found)
		return
	}
	if err := os.WriteFile(page, []byte(fresh), 0o644); err != nil {
		t.Fatal(err)
	}
}
