package wechatpay

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"

	"suanpan/app/money"
	"suanpan/app/pay"
	"suanpan/payments/sandbox"
)

// fetched is a bill as the till sees it.
func (r *rig) fetched(t testing.TB, day pay.Day, kind pay.BillKind) (lines []pay.BillLine, sum pay.BillSum, err error) {
	t.Helper()
	file, meta, err := r.p.Bill(context.Background(), day, kind)
	if err != nil {
		return nil, sum, err
	}
	defer file.Close()
	sum, err = r.p.ReadBill(file, meta, func(l pay.BillLine) error { lines = append(lines, l); return nil })
	return lines, sum, err
}

func (r *rig) sold(t testing.TB, id string, minor int64) pay.Attempt {
	t.Helper()
	a := r.attempt(id, r.FreshCode(), minor)
	a.Title = "一, 二`三"
	o, err := r.p.Submit(context.Background(), a, nil)
	if a, _ = pay.Step(a, pay.Answered(pay.BySubmit, o, err, r.clock.now(), r.clock.now())); a.State != pay.Succeeded {
		t.Fatal(a.State, o, err)
	}
	return a
}

func TestTheBillsOfADay(t *testing.T) {
	r := newRig(t, func(o *sandbox.Options) { o.Payout = true })
	first, second := r.sold(t, "bill 1", 131_00), r.sold(t, "bill 2", 20_00)
	third := r.sold(t, "bill 3", 7)
	r.clock.advance(20 * time.Second)
	if o, err := r.p.Cancel(context.Background(), third.Ref()); err != nil || o.Outcome != pay.Accepted {
		t.Fatal(o, err)
	}
	_, row, err := pay.StartRefund(second, nil, pay.RefundPlan{ID: "bill ref", Amount: money.Of(500, "CNY"), At: r.clock.now()})
	if err != nil {
		t.Fatal(err)
	}
	if o, err := r.p.Refund(context.Background(), row); err != nil || o.Outcome != pay.Accepted {
		t.Fatal(o, err)
	}
	r.clock.advance(16 * time.Hour)
	if _, _, err := r.fetched(t, "2026-11-22", pay.TradeBill); !errors.Is(err, pay.ErrNoBill) {
		t.Errorf("early in the morning: %v", err)
	}
	r.clock.advance(6 * time.Hour)
	if _, _, err := r.fetched(t, "2026-11-21", pay.TradeBill); !errors.Is(err, pay.ErrNoBill) {
		t.Errorf("a day off: %v", err)
	}
	if _, _, err := r.fetched(t, "2026-11-23", pay.TradeBill); err == nil {
		t.Error("today has a bill")
	}
	lines, sum, err := r.fetched(t, "2026-11-22", pay.TradeBill)
	if err != nil {
		t.Fatal(err)
	}
	got := ""
	for _, l := range lines {
		got += fmt.Sprintf("%d %s %s %s %d %d %s|", l.Row, l.Kind, l.No, l.RefundNo, l.Amount.Minor, l.Fee, l.Rate)
		if l.Txn == "" || l.At.In(time.FixedZone("", beijingZone)).Format(time.DateOnly) != "2026-11-22" || l.Channel != "OTHERS" {
			t.Errorf("%+v", l)
		}
	}
	if want := fmt.Sprintf("2 paid %s  13100 786000 0.60%%|3 paid %s  2000 120000 0.60%%|4 reversed %s  7 0 0.60%%|5 refund %s %s 500 -30000 0.60%%|",
		first.No, second.No, third.No, second.No, row.No); got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	if want := (pay.BillSum{Rows: 4, Paid: 15107, Back: 507, Fee: 876000}); sum != want {
		t.Errorf("%+v, want %+v", sum, want)
	}
	lines, sum, err = r.fetched(t, "2026-11-22", pay.FundBill)
	if err != nil || sum.Paid != 15107 || sum.Back != 507 || sum.Fee != 880000 || sum.Payouts != 0 || len(lines) != 6 {
		t.Errorf("%+v %+v %v", lines, sum, err)
	}
	r.clock.advance(24 * time.Hour)
	if _, sum, err = r.fetched(t, "2026-11-23", pay.FundBill); !errors.Is(err, pay.ErrNoBill) { // below what a payout leaves behind
		t.Errorf("%+v %v", sum, err)
	}
}

func TestABillThatCannotBeTrustedIsRefusedWhole(t *testing.T) {
	r := newRig(t, nil)
	r.sold(t, "lie 1", 1000)
	r.sold(t, "lie 2", 2000)
	for _, lie := range []string{"bill_hash", "bill_cut", "bill_file:slow_body"} {
		if err := r.Script(sandbox.Wechat, []string{"bill_early", lie}, 1); err != nil {
			t.Fatal(err)
		}
		if lines, _, err := r.fetched(t, "2026-11-22", pay.TradeBill); !errors.Is(err, pay.ErrBill) {
			t.Errorf("%s: %d lines, %v", lie, len(lines), err)
		}
	}
	for _, lie := range []string{"bill:bad_sig", "bill:unsigned_200", "bill:drop_before", "bill:html_captive_portal", "bill:commit_then_500", "bill_file:drop_before", "bill_file:html_captive_portal"} {
		if err := r.Script(sandbox.Wechat, []string{"bill_early", lie}, 1); err != nil {
			t.Fatal(err)
		}
		if lines, _, err := r.fetched(t, "2026-11-22", pay.TradeBill); err == nil || errors.Is(err, pay.ErrNoBill) || len(lines) != 0 {
			t.Errorf("%s: %d lines, %v", lie, len(lines), err)
		}
	}
	if err := r.Script(sandbox.Wechat, []string{"bill_early"}, 1); err != nil {
		t.Fatal(err)
	}
	file, meta, err := r.p.Bill(context.Background(), "2026-11-22", pay.TradeBill)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(file)
	if err != nil {
		t.Fatal(err)
	}
	file.Close()
	brought := pay.BillMeta{} // on a stick, with nothing said about it
	read := func(text []byte, meta pay.BillMeta) error {
		_, err := r.p.ReadBill(bytes.NewReader(text), meta, func(pay.BillLine) error { return nil })
		return err
	}
	if err := errors.Join(read(text, meta), read(text, brought), read(bytes.TrimPrefix(text, []byte("\xef\xbb\xbf")), brought),
		read(bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")), brought), read(append(bytes.Clone(text), "\r\n\r\n"...), brought)); err != nil {
		t.Error(err)
	}
	for name, change := range map[string]func() ([]byte, pay.BillMeta){
		"another merchant's":  func() ([]byte, pay.BillMeta) { m := meta; m.Merchant = "1900000110"; return text, m },
		"another day's":       func() ([]byte, pay.BillMeta) { m := meta; m.Day = "2026-11-21"; return text, m },
		"another hash":        func() ([]byte, pay.BillMeta) { m := meta; m.Hash = "sha1:" + strings.Repeat("0", 40); return text, m },
		"a hash of who knows": func() ([]byte, pay.BillMeta) { m := meta; m.Hash = "crc:0"; return text, m },
		"another format":      func() ([]byte, pay.BillMeta) { m := meta; m.Format = "alipay"; return text, m },
		"the other book":      func() ([]byte, pay.BillMeta) { m := meta; m.Format = fundFormat; return text, m },
		"somebody's rows":     func() ([]byte, pay.BillMeta) { return swap(text, "`1900000109,", "`1900000110,"), brought },
		"other money":         func() ([]byte, pay.BillMeta) { return swap(text, "`CNY,", "`USD,"), brought },
		"a changed amount":    func() ([]byte, pay.BillMeta) { return swap(text, "`10.00,", "`11.00,"), brought },
		"a minus":             func() ([]byte, pay.BillMeta) { return swap(text, "`10.00,", "`-10.00,"), brought },
		"three decimals":      func() ([]byte, pay.BillMeta) { return swap(text, "`10.00,", "`10.000,"), brought },
		"words":               func() ([]byte, pay.BillMeta) { return swap(text, "`10.00,", "`ten,"), brought },
		"an exponent":         func() ([]byte, pay.BillMeta) { return swap(text, "`10.00,", "`1e1,"), brought },
		"one row less": func() ([]byte, pay.BillMeta) {
			l := bytes.SplitAfter(text, []byte("\n"))
			return bytes.Join(append(l[:1:1], l[2:]...), nil), brought
		},
		"no summary": func() ([]byte, pay.BillMeta) {
			return bytes.Join(bytes.SplitAfter(text, []byte("\n"))[:3], nil), brought
		},
		"half a summary": func() ([]byte, pay.BillMeta) {
			return bytes.Join(bytes.SplitAfter(text, []byte("\n"))[:4], nil), brought
		},
		"more behind":     func() ([]byte, pay.BillMeta) { return append(bytes.Clone(text), "`more"...), brought },
		"nothing":         func() ([]byte, pay.BillMeta) { return nil, brought },
		"a web page":      func() ([]byte, pay.BillMeta) { return []byte("<html>\n</html>\n"), brought },
		"half a gzip":     func() ([]byte, pay.BillMeta) { return []byte{0x1f, 0x8b, 8}, brought },
		"a line too long": func() ([]byte, pay.BillMeta) { return append(bytes.Repeat([]byte("x"), 2*rowMost), text...), brought },
	} {
		if err := read(change()); !errors.Is(err, pay.ErrBill) {
			t.Errorf("%s: %v", name, err)
		}
	}
	stop := errors.New("enough")
	if _, err := r.p.ReadBill(bytes.NewReader(text), meta, func(pay.BillLine) error { return stop }); !errors.Is(err, stop) || errors.Is(err, pay.ErrBill) {
		t.Errorf("the caller's own error comes back as %v", err)
	}
}

func swap(text []byte, old, with string) []byte {
	return bytes.Replace(text, []byte(old), []byte(with), 1)
}

func TestDecimalsAreReadWithoutFloats(t *testing.T) {
	for text, want := range map[string]int64{"0": 0, "0.00": 0, "13.1": 1310, "13.10": 1310, "-13.10": -1310, "0.01": 1, "9999999999999.99": 999999999999999} {
		if got, ok := decimal([]byte(text), 2); !ok || got != want {
			t.Errorf("%s is %d %v", text, got, ok)
		}
	}
	for _, text := range []string{"", "-", ".", "1.", ".5", "1.234", "1,000.00", "1 0", "0x1", "--1", "+1", "1.2.3", "99999999999999999999", "１"} {
		if got, ok := decimal([]byte(text), 2); ok {
			t.Errorf("%q is %d", text, got)
		}
	}
}

// large is a bill of n rows that exists only while it is read.
type large struct {
	n, at int
	left  []byte
}

func (l *large) Read(to []byte) (int, error) {
	if len(l.left) == 0 {
		switch {
		case l.at == 0:
			l.left = []byte("\xef\xbb\xbf交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注\r\n")
		case l.at <= l.n:
			l.left = fmt.Appendf(nil, "`2026-11-22 12:00:00,`wx00000000sandbox0,`1900000109,`0,`till,`42000%023d,`%032d,`oSandbox_payer,`MICROPAY,`SUCCESS,`OTHERS,`CNY,`13.10,`0.00,`0,`0,`0.00,`0.00,`,`,`店, 一,`,`0.07860,`0.60%%,`13.10,`0.00,`\r\n", l.at, l.at)
		case l.at == l.n+1:
			sum := fmt.Sprintf("%d.%02d", l.n*1310/100, l.n*1310%100)
			fee := fmt.Sprintf("%d.%05d", l.n*7860/100_000, l.n*7860%100_000)
			l.left = fmt.Appendf(nil, "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额\r\n`%d,`%s,`0.00,`0.00,`%s,`%s,`0.00\r\n", l.n, sum, fee, sum)
		default:
			return 0, io.EOF
		}
		l.at++
	}
	n := copy(to, l.left)
	l.left = l.left[n:]
	return n, nil
}

func TestMemoryDoesNotGrowWithABill(t *testing.T) {
	r := newRig(t, nil)
	used := func(rows int) uint64 {
		var before, now runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		most := uint64(0)
		_, err := r.p.ReadBill(&large{n: rows}, pay.BillMeta{Day: "2026-11-22", Merchant: "1900000109"}, func(l pay.BillLine) error {
			if l.Row%5000 == 0 {
				runtime.GC()
				runtime.ReadMemStats(&now)
				most = max(most, now.HeapAlloc)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return most - min(most, before.HeapAlloc)
	}
	if few, many := used(5_000), used(50_000); many > few+1<<20 {
		t.Errorf("5,000 rows hold %d bytes, 50,000 hold %d", few, many)
	}
}

func BenchmarkReadBillMillionRows(b *testing.B) {
	r := newRig(b, nil)
	for b.Loop() {
		if sum, err := r.p.ReadBill(&large{n: 1_000_000}, pay.BillMeta{Day: "2026-11-22"}, func(pay.BillLine) error { return nil }); err != nil || sum.Rows != 1_000_000 {
			b.Fatal(sum, err)
		}
	}
}

func FuzzReadBill(f *testing.F) {
	r := newRig(f, nil)
	small, err := io.ReadAll(&large{n: 2})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(small)
	f.Add([]byte("\xef\xbb\xbf记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额(元),账户结余(元),资金变更提交申请人,备注,业务凭证号\r\n`2026-11-22 12:00:00,`1,`1,`交易,`交易,`收入,`1.00,`1.00,`system,`,`x\r\n资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额\r\n`1,`1,`1.00,`0,`0.00\r\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		rows, paid := 0, int64(0)
		sum, err := r.p.ReadBill(bytes.NewReader(text), pay.BillMeta{}, func(l pay.BillLine) error {
			if rows++; l.Amount.Minor < 0 || l.Amount.Currency != "CNY" || l.Kind == "" || l.At.IsZero() {
				t.Fatalf("%+v", l)
			}
			if l.Kind == pay.LinePaid || l.Kind == pay.LineReversed {
				paid += l.Amount.Minor
			}
			return nil
		})
		if err != nil && !errors.Is(err, pay.ErrBill) {
			t.Fatal(err)
		}
		if err == nil && (sum.Rows != rows || sum.Paid != paid) {
			t.Fatalf("%+v", sum)
		}
	})
}
