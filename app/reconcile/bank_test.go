package reconcile_test

import (
	"errors"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"

	"suanpan/app/pay"
	"suanpan/app/reconcile"
)

var ours2 = reconcile.BankFormat{Name: "icbc", Day: "交易日期", Layout: "20060102", In: "收入", Out: "支出", Text: []string{"摘要", "对方户名"}}

const statement = "账号,6222\n交易日期,摘要,收入,支出,对方户名\n20261123,结算,\"1,234.56\",,财付通支付科技有限公司\n20261123,手续费,,10.00,银行\n" +
	"20261123,结算,5.00,,支付宝\n20261123,结算,5.00,,支付宝\n,合计,\"1,244.56\",10.00,\n"

func TestAStatementIsReadAsText(t *testing.T) {
	gb, err := simplifiedchinese.GB18030.NewEncoder().String(statement)
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"UTF-8": statement, "GB 18030": gb, "with a mark": "\ufeff" + statement} {
		lines, err := reconcile.ReadBank(strings.NewReader(text), ours2, "CNY")
		if err != nil || len(lines) != 4 {
			t.Fatalf("%s: %d lines %v", name, len(lines), err)
		}
		if l := lines[0]; l.Day != "2026-11-23" || l.Minor != 123456 || l.Text != "结算 财付通支付科技有限公司" {
			t.Errorf("%s: %+v", name, l)
		}
		if lines[1].Minor != -1000 || lines[2].Hash == lines[3].Hash {
			t.Errorf("%s: %+v", name, lines)
		}
	}
	for name, text := range map[string]string{"no table": "a,b\n1,2\n", "no date": strings.Replace(statement, "20261123,手", "23.11.,手", 1), "no amount": strings.Replace(statement, "10.00,银行", "ten,银行", 1),
		"more decimals than the currency has": strings.Replace(statement, "10.00,银行", "10.001,银行", 1)} {
		if _, err := reconcile.ReadBank(strings.NewReader(text), ours2, "CNY"); !errors.Is(err, reconcile.ErrBank) {
			t.Errorf("%s: %v", name, err)
		}
	}
	comma := reconcile.BankFormat{Name: "de", Day: "Datum", Layout: "02.01.2006", Amount: "Betrag", Text: []string{"Zweck"}, Comma: true}
	lines, err := reconcile.ReadBank(strings.NewReader("Datum;Betrag;Zweck\n23.11.2026;-1.234,56;Miete\n"), comma, "EUR")
	if err != nil || len(lines) != 1 || lines[0].Minor != -123456 {
		t.Error(lines, err)
	}
}

func FuzzReadBank(f *testing.F) {
	f.Add(statement)
	f.Fuzz(func(t *testing.T, text string) {
		lines, err := reconcile.ReadBank(strings.NewReader(text), ours2, "CNY")
		seen := map[string]bool{}
		for _, l := range lines {
			if err != nil || seen[l.Hash] || len(l.Day) < 10 {
				t.Fatal(l, err)
			}
			seen[l.Hash] = true
		}
	})
}

func TestMoneyIsDueByItsRule(t *testing.T) {
	for _, c := range []struct {
		rule reconcile.ArrivalRule
		due  pay.Day
	}{
		{reconcile.ArrivalRule{Days: 1}, "2026-11-21"},
		{reconcile.ArrivalRule{Days: 1, Working: true}, "2026-11-23"},
		{reconcile.ArrivalRule{Days: 1, Working: true, Holidays: []string{"2026-11-23"}}, "2026-11-24"},
		{reconcile.ArrivalRule{Days: 0}, "2026-11-20"},
	} {
		if due := c.rule.Due("2026-11-20"); due != c.due { // a Friday
			t.Errorf("%+v: %s, want %s", c.rule, due, c.due)
		}
	}
}

func TestALinePaysTheDaysThatMakeItsSum(t *testing.T) {
	rule := reconcile.ArrivalRule{Provider: "w", Working: true, Days: 1, Text: []string{"财付通"}}
	days := []reconcile.Payout{{Day: "2026-11-19", Net: 700}, {Day: "2026-11-20", Net: 100}, {Day: "2026-11-21", Net: 200}, {Day: "2026-11-22", Net: 300}}
	line := func(minor int64) reconcile.BankLine {
		return reconcile.BankLine{Day: "2026-11-23", Minor: minor, Text: "财付通 结算"}
	}
	for _, c := range []struct {
		minor       int64
		first, last pay.Day
		exact       bool
	}{
		{600, "2026-11-20", "2026-11-22", true}, {700, "2026-11-19", "2026-11-19", true}, {300, "2026-11-20", "2026-11-21", true}, {599, "2026-11-20", "2026-11-22", false},
	} {
		got, exact := rule.Pays(line(c.minor), days)
		if len(got) == 0 || got[0].Day != c.first || got[len(got)-1].Day != c.last || exact != c.exact {
			t.Errorf("%d pays %v %v", c.minor, got, exact)
		}
	}
	if !rule.Knows(line(1)) || rule.Knows(line(-1)) || rule.Knows(reconcile.BankLine{Minor: 1, Text: "工资"}) {
		t.Error("whose line it is")
	}
}
