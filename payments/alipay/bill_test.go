package alipay

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"

	"suanpan/app/money"
	"suanpan/app/pay"
)

// aDay makes three payments, of which one is partly refunded and one canceled, and lets the night pass.
func aDay(t testing.TB, r *rig) (day pay.Day, nos []string) {
	t.Helper()
	ctx := context.Background()
	day = pay.Day(r.clock.now().In(beijing).Format(time.DateOnly))
	for i, minor := range []int64{1310, 20000, 500} {
		a := r.attempt(fmt.Sprint("bill", i), r.FreshCode(), minor)
		a.Title = `店, "小" 店`
		o, err := r.p.Submit(ctx, a, nil)
		a, _ = pay.Step(a, pay.Answered(pay.BySubmit, o, err, r.clock.now(), r.clock.now()))
		if a.State != pay.Succeeded {
			t.Fatal(o, err)
		}
		nos = append(nos, a.No)
		switch i {
		case 1:
			_, row, err := pay.StartRefund(a, nil, pay.RefundPlan{ID: "bill refund", Amount: money.Of(501, "CNY"), At: r.clock.now()})
			if err != nil {
				t.Fatal(err)
			}
			if o, err := r.p.Refund(ctx, row); err != nil || o.Outcome != pay.Success {
				t.Fatal(o, err)
			}
			nos = append(nos, row.No)
		case 2:
			if o, err := r.p.Cancel(ctx, a.Ref()); err != nil || o.Outcome != pay.Accepted {
				t.Fatal(o, err)
			}
		}
		r.clock.advance(time.Minute)
	}
	r.clock.advance(24 * time.Hour)
	return day, nos
}

// fetch reads a whole bill.
func (r *rig) fetch(day pay.Day, kind pay.BillKind) ([]pay.BillLine, pay.BillSum, error) {
	in, meta, err := r.p.Bill(context.Background(), day, kind)
	if err != nil {
		return nil, pay.BillSum{}, err
	}
	defer in.Close()
	var lines []pay.BillLine
	sum, err := r.p.ReadBill(in, meta, func(l pay.BillLine) error { lines = append(lines, l); return nil })
	return lines, sum, err
}

func TestTheTradeBillSaysWhatHappened(t *testing.T) {
	r := newRig(t, nil)
	day, nos := aDay(t, r)
	lines, sum, err := r.fetch(day, pay.TradeBill)
	if err != nil {
		t.Fatal(err)
	}
	want := []struct {
		kind   pay.LineKind
		no     string
		minor  int64
		fee    pay.Micros
		refund string
	}{
		{pay.LinePaid, nos[0], 1310, 80_000, ""},
		{pay.LinePaid, nos[1], 20000, 1_200_000, ""},
		{pay.LineRefund, nos[1], 501, 0, nos[2]},
		{pay.LinePaid, nos[3], 500, 30_000, ""},
		{pay.LineReversed, nos[3], 500, 0, ""},
	}
	if len(lines) != len(want) {
		t.Fatalf("%d rows: %+v", len(lines), lines)
	}
	for i, w := range want {
		l := lines[i]
		if l.Kind != w.kind || l.No != w.no || l.Amount != money.Of(w.minor, "CNY") || l.Fee != w.fee || l.RefundNo != w.refund || l.Txn == "" ||
			l.At.In(beijing).Format(time.DateOnly) != string(day) || l.Row == 0 {
			t.Errorf("row %d: %+v", i, l)
		}
	}
	if sum != (pay.BillSum{Rows: 5, Paid: 21810, Back: 1001, Fee: 1_310_000}) {
		t.Errorf("%+v", sum)
	}
}

func TestTheFundBillSaysWhatMovedTheBalance(t *testing.T) {
	r := newRig(t, nil)
	day, _ := aDay(t, r)
	lines, sum, err := r.fetch(day, pay.FundBill)
	if err != nil || len(lines) != 8 {
		t.Fatal(err, len(lines))
	}
	if sum != (pay.BillSum{Rows: 8, Paid: 21810, Back: 1001, Fee: 1_310_000}) {
		t.Errorf("%+v", sum)
	}
	_, err = r.p.ReadBill(strings.NewReader(fundPage), pay.BillMeta{}, func(l pay.BillLine) error {
		if l.Kind != pay.LinePayout && l.Kind != pay.LineOther {
			t.Errorf("%+v", l)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

const fundPage = "\xef\xbb\xbf#支付宝账务明细查询\n#账号：[20880000000000010156]\n#起始日期：[2026年11月21日 00:00:00]   终止日期：[2026年11月22日 00:00:00]\n" +
	"#-----账务明细列表----\n账务流水号,业务流水号,商户订单号,商品名称,发生时间,对方账号,收入金额（+元）,支出金额（-元）,账户余额（元）,交易渠道,业务类型,备注\n" +
	"1\t,2\t,\t,\t,2026-11-21 08:00:00,\t, ,-100.00,0.00,银行,提现,\t\n3\t,4\t,\t,\t,2026-11-21 09:00:00,\t,1.00, ,1.00,\t,红包,\t\n" +
	"#-----账务明细列表结束----\n#支出合计：1笔，共-100.00元\n#收入合计：1笔，共1.00元\n"

func TestADayWithoutTradeHasAnEmptyBill(t *testing.T) {
	r := newRig(t, nil)
	if lines, sum, err := r.fetch("2026-11-20", pay.TradeBill); err != nil || len(lines) != 0 || sum.Rows != 0 {
		t.Error(lines, sum, err)
	}
	for _, day := range []pay.Day{"2026-11-22", "2026-12-24"} {
		if _, _, err := r.fetch(day, pay.TradeBill); !errors.Is(err, ErrNoBill) {
			t.Errorf("%s: %v", day, err)
		}
	}
}

func TestABillThatContradictsItselfIsRefusedWhole(t *testing.T) {
	for word, refused := range map[string]bool{"bill_hash": true, "bill_cut": true, "bill_sum": true,
		"bill_missing": false, "bill_extra": false, "bill_amount": false, "bill_state": false} {
		r := newRig(t, nil)
		day, _ := aDay(t, r)
		honest, _, err := r.fetch(day, pay.TradeBill)
		if err != nil {
			t.Fatal(err)
		}
		r.play(t, word)
		for _, kind := range []pay.BillKind{pay.TradeBill, pay.FundBill} {
			lines, _, err := r.fetch(day, kind)
			switch {
			case refused && !errors.Is(err, pay.ErrBill):
				t.Errorf("%s %s: %v", word, kind, err)
			case !refused && err != nil:
				t.Errorf("%s %s: %v", word, kind, err)
			case !refused && kind == pay.TradeBill && fmt.Sprint(lines) == fmt.Sprint(honest):
				t.Errorf("%s changes nothing", word)
			}
		}
	}
}

func TestABillOfSomebodyElseIsRefused(t *testing.T) {
	r := newRig(t, nil)
	day, _ := aDay(t, r)
	in, meta, err := r.p.Bill(context.Background(), day, pay.TradeBill)
	if err != nil {
		t.Fatal(err)
	}
	file, _ := io.ReadAll(in)
	none := func(pay.BillLine) error { return nil }
	for name, change := range map[string]func(*pay.BillMeta) []byte{
		"another day":      func(m *pay.BillMeta) []byte { m.Day = "2026-11-20"; return file },
		"another merchant": func(m *pay.BillMeta) []byte { m.Merchant = "2088"; return file },
		"another book":     func(m *pay.BillMeta) []byte { m.Format = fundFormat; return file },
		"another file":     func(m *pay.BillMeta) []byte { m.Hash = "sha256:00"; return file },
		"half of it":       func(m *pay.BillMeta) []byte { m.Hash = ""; return file[:len(file)/2] },
		"nothing":          func(m *pay.BillMeta) []byte { m.Hash = ""; return nil },
		"a web page":       func(m *pay.BillMeta) []byte { m.Hash = ""; return []byte("<html>") },
		"too much":         func(m *pay.BillMeta) []byte { m.Hash = ""; return make([]byte, BillMax+1) },
		"a bomb":           func(m *pay.BillMeta) []byte { m.Hash = ""; return bomb(t) },
		"many files":       func(m *pay.BillMeta) []byte { m.Hash = ""; return many(t) },
	} {
		m := meta
		if _, err := r.p.ReadBill(bytes.NewReader(change(&m)), m, none); !errors.Is(err, pay.ErrBill) {
			t.Errorf("%s: %v", name, err)
		}
	}
	stop := errors.New("enough")
	if _, err := r.p.ReadBill(bytes.NewReader(file), meta, func(pay.BillLine) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("the reader's own error becomes %v", err)
	}
	if _, err := r.p.ReadBill(bytes.NewReader(file), pay.BillMeta{}, none); err != nil {
		t.Errorf("brought on a stick: %v", err)
	}
}

// bomb is a line without an end, packed small.
func bomb(t testing.TB) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.Create("x.csv")
	if err != nil {
		t.Fatal(err)
	}
	w.Write(bytes.Repeat([]byte{'a'}, 8<<20))
	z.Close()
	return b.Bytes()
}

func many(t *testing.T) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := range billFilesMax + 1 {
		z.Create(fmt.Sprint(i))
	}
	z.Close()
	return b.Bytes()
}

func TestTheFileMustLieAtAlipay(t *testing.T) {
	r := newRig(t, nil)
	live := *r.p
	live.s.Training = false
	for address, ok := range map[string]bool{
		"https://dwbillcenter.alipay.com/downloadBillFile.resource?bizType=trade": true,
		"http://dwbillcenter.alipay.com/x":                                        false,
		"https://alipay.com.example/x":                                            false,
		"https://evilalipay.com/x":                                                false,
		"https://user@dwbillcenter.alipay.com/x":                                  false,
		"https://127.0.0.1/x":                                                     false,
		"file:///etc/passwd":                                                      false,
		"":                                                                        false,
		"https://dwbillcenter.alipay.com@example/x":                               false,
		"https://dwbillcenter.alipay.com.:443@host/":                              false,
	} {
		if err := live.ownHost(address); (err == nil) != ok {
			t.Errorf("%s: %v", address, err)
		}
	}
	if r.p.ownHost("https://dwbillcenter.alipay.com/x") == nil {
		t.Error("training reaches the world")
	}
}

// tradePage is a small bill of our own making.
func tradePage(rows ...string) string {
	return "#支付宝业务明细查询\r\n#账号：[20880000000000010156]\r\n#起始日期：[2026年11月21日 00:00:00]   终止日期：[2026年11月22日 00:00:00]\r\n" +
		"#---业务明细列表---\r\n支付宝交易号,商户订单号,业务类型,完成时间,订单金额（元）,商家实收（元）,服务费（元）,退款批次号/请求号\r\n" +
		strings.Join(rows, "\r\n") + "\r\n#---业务明细列表结束---\r\n"
}

func TestOddRows(t *testing.T) {
	r := newRig(t, nil)
	const foot = "#交易合计：1笔，商家实收共13.10元，商家优惠共0.00元\r\n#退款合计：0笔，商家实收退款共0.00元\r\n"
	for text, ok := range map[string]bool{
		tradePage("9\t,a\t,交易  ,2026-11-21 08:00:00,13.10,13.10,-0.0786,\t") + foot:                     true,
		tradePage("9,a,交易,2026-11-21 08:00:00,13.1,13.10,,") + foot:                                     true,
		tradePage(`"9 ","a",交易,2026-11-21 08:00:00,"13.10",13.10,0.00,""`) + foot:                       true,
		tradePage("9,a,交易,2026-11-21 08:00:00,13.10,13.10,0.00,") + "##" + foot[1:]:                     true,
		tradePage("9,a,交易,2026-11-21 08:00:00,13.10,13.10,0.00,"):                                       false, // no sums
		tradePage("9,a,交易,2026-11-21 08:00:00,13.10,13.10,0.00,") + foot + foot:                         false, // sums twice
		tradePage("9,a,交易,2026-11-21 08:00:00,13.105,13.10,0.00,") + foot:                               false, // half a fen
		tradePage("9,a,交易,2026-11-21 08:00:00,-13.10,13.10,0.00,") + foot:                               false,
		tradePage("9,a,交易,2026-11-21,13.10,13.10,0.00,") + foot:                                         false,
		tradePage("9,a,交易,2026-11-21 08:00:00,13.10,13.10,0.00,,") + foot:                               false, // a column more
		tradePage("9,a,交易,2026-11-21 08:00:00,1e3,13.10,0.00,") + foot:                                  false,
		tradePage(`"9,a,交易,2026-11-21 08:00:00,13.10,13.10,0.00,`) + foot:                               false,
		tradePage(",a,交易,2026-11-21 08:00:00,13.10,13.10,0.00,") + foot:                                 false,
		strings.Replace(tradePage("9,a,交易,2026-11-21 08:00:00,13.10,13.10,0.00,")+foot, "服务费", "费用", 1): false,
		strings.Replace(tradePage("9,a,交易,2026-11-21 08:00:00,13.10,13.10,0.00,")+foot, "#账号", "#户", 1): false,
	} {
		for _, coded := range []bool{true, false} {
			file := []byte("\xef\xbb\xbf" + text)
			if coded {
				file, _ = simplifiedchinese.GBK.NewEncoder().Bytes([]byte(text))
			}
			_, err := r.p.ReadBill(bytes.NewReader(file), pay.BillMeta{Day: "2026-11-21"}, func(l pay.BillLine) error {
				if ok && (l.No != "a" || l.Amount.Minor != 1310 || l.Txn != "9") {
					t.Errorf("%+v", l)
				}
				return nil
			})
			if (err == nil) != ok || (err != nil && !errors.Is(err, pay.ErrBill)) {
				t.Errorf("%v for\n%s", err, text)
			}
		}
	}
}

func FuzzReadBill(f *testing.F) {
	p := bare(f)
	const foot = "#交易合计：1笔，商家实收共13.10元，商家优惠共0.00元\r\n#退款合计：1笔，商家实收退款共-1.00元\r\n"
	text := tradePage("9,a,交易,2026-11-21 08:00:00,13.10,13.10,-0.08,", "9,a,退款,2026-11-21 09:00:00,-1.00,-1.00,0.00,r") + foot
	coded, _ := simplifiedchinese.GBK.NewEncoder().Bytes([]byte(text))
	f.Add(coded)
	f.Add([]byte("\xef\xbb\xbf" + text))
	f.Add(bomb(f))
	f.Add([]byte("\xef\xbb\xbf" + tradePage("9,a,交易,2026-11-21 08:00:00,13.10,13.10,0.00,")))
	f.Add([]byte(fundPage))
	f.Fuzz(func(t *testing.T, file []byte) {
		n, paid := 0, int64(0)
		sum, err := p.ReadBill(bytes.NewReader(file), pay.BillMeta{}, func(l pay.BillLine) error {
			if n++; l.Amount.Minor < 0 {
				t.Fatalf("%+v", l)
			}
			if l.Kind == pay.LinePaid {
				paid += l.Amount.Minor
			}
			return nil
		})
		if err == nil && (sum.Rows != n || sum.Paid != paid) {
			t.Fatalf("%+v of %d rows, %d", sum, n, paid)
		}
	})
}

func BenchmarkReadBill(b *testing.B) {
	r := newRig(b, nil)
	var rows []string
	const n = 100_000
	for i := range n {
		rows = append(rows, fmt.Sprintf("2026112122001%015d\t,%032d\t,交易,2026-11-21 08:00:00,13.10,13.10,-0.08,\t", i, i))
	}
	text := tradePage(rows...) + fmt.Sprintf("#交易合计：%d笔，商家实收共%d.00元\r\n#退款合计：0笔，商家实收退款共0.00元\r\n", n, n*1310/100)
	coded, _ := simplifiedchinese.GBK.NewEncoder().Bytes([]byte(text))
	var file bytes.Buffer
	z := zip.NewWriter(&file)
	w, _ := z.Create("x.csv")
	w.Write(coded)
	z.Close()
	b.SetBytes(int64(len(coded)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := r.p.ReadBill(bytes.NewReader(file.Bytes()), pay.BillMeta{}, func(pay.BillLine) error { return nil }); err != nil {
			b.Fatal(err)
		}
	}
}
