package app_test

import (
	"context"
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"suanpan/app"
	"suanpan/app/money"
	"suanpan/app/reconcile"
	reports "suanpan/app/report"
)

// stranger is another program that keeps books, from the distribution's packages.
func stranger(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	switch {
	case err == nil:
		return path
	case os.Getenv("SUANPAN_REQUIRE_HLEDGER") != "":
		t.Fatalf("%s is not installed, and SUANPAN_REQUIRE_HLEDGER asks for it: .ci/deps oracles", name)
	}
	t.Skipf("%s is not installed (apt-get install hledger beancount): nobody but ourselves has read the journal", name)
	return ""
}

// month is a trading month, generated.
func month(t *testing.T) *trader {
	m, r := newTrader(t), rand.New(rand.NewPCG(2026, 12))
	for m.shop.Today() < "2026-12-01" {
		m.clock.on(20 * 3600e9)
	}
	for m.shop.Today() <= "2026-12-28" {
		m.day(r)
	}
	m.must(m.shop.Login(m.ctx, "1", "1234"))
	m.must(m.shop.OpenShift(m.ctx, 5000))
	m.sale(r)
	m.must(m.shop.MoveCash(m.ctx, -700, "买菜 \"零钱\"; (急)"))
	return m
}

// TestAMonthsJournalBalancesElsewhere: hledger and beancount read the month, find it balanced, and come to the sums that our
// own report shows, tax by rate included.
func TestAMonthsJournalBalancesElsewhere(t *testing.T) {
	m := month(t)
	agree(t, m.ctx, m.shop, "2026-12-01", "2026-12-31")
}

// TestAWalletsDayBalancesElsewhere is the same with a provider, its bill and its fees.
func TestAWalletsDayBalancesElsewhere(t *testing.T) {
	b, ctx := newBooked(t), context.Background()
	if _, err := b.PutFees(ctx, reconcile.FeeTable{Provider: walletID, Rounding: money.HalfUp, Return: reconcile.ReturnShare, Rules: []reconcile.FeeRule{
		{ID: "contract", From: "2026-01-01", Rate: 6000}}}); err != nil {
		t.Fatal(err)
	}
	day := b.Today()
	for n := range int64(5) {
		b.sell(n + 1)
	}
	x, err := b.X(ctx)
	if err != nil {
		t.Fatal(err)
	}
	got, err := b.Report(ctx, app.ReportAsk{From: day})
	if err != nil {
		t.Fatal(err)
	}
	fee := x.Fees[walletID]
	if f := got.Figures; fee.Gross == 0 || fee.Fee == 0 || f.Gross != fee.Gross || f.Fee != fee.Fee || f.ExpectedNet != fee.Net || len(got.Provisional) == 0 {
		t.Fatalf("the X says %+v, the report %+v %v", fee, f, got.Provisional)
	}
	docs, err := b.ReportDocuments(ctx, app.DocumentsAsk{By: reports.Fees, Key: walletID, From: day})
	sum := int64(0)
	for _, d := range docs.Rows {
		sum += d.Minor
	}
	if err != nil || sum != fee.Net || len(docs.Rows) != 5 {
		t.Fatalf("%d payments make %d, net is %d: %v", len(docs.Rows), sum, fee.Net, err)
	}
	b.run(app.BillAsk{})
	agree(t, ctx, b.Shop, "2026-01-01", "2027-12-31")
}

// agree lets strangers read the journal.
func agree(t *testing.T, ctx context.Context, shop *app.Shop, from, to string) {
	t.Helper()
	want, err := shop.Report(ctx, app.ReportAsk{From: from, To: to})
	if err != nil {
		t.Fatal(err)
	}
	for _, format := range []string{reports.Hledger, reports.Beancount} {
		t.Run(format, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "month."+format)
			f, err := os.Create(path)
			if err != nil {
				t.Fatal(err)
			}
			done, err := shop.ExportJournal(ctx, app.JournalAsk{From: from, To: to, Format: format}, f)
			if err != nil || f.Close() != nil || done.Entries == 0 {
				t.Fatal(done, err)
			}
			sums := balances(t, format, path)
			for account, minor := range done.Accounts {
				if minor != 0 && sums["ours:"+account] != minor && format == reports.Hledger {
					t.Errorf("%s is %d there, %d here", account, sums["ours:"+account], minor)
				}
			}
			expect := map[string]int64{"sales": -want.Figures.Net, "rounding": -want.Figures.Rounding}
			for _, row := range want.Parts[reports.Tax] {
				code, rate, _ := strings.Cut(row.Key, ":")
				r, err := money.ParseRate(rate)
				if err != nil {
					t.Fatal(err)
				}
				expect["tax:"+code+":"+r.Percent()] = -row.Minor
			}
			for what, minor := range expect {
				if sums[what] != minor {
					t.Errorf("%s by %s is %d, our report says %d; it has %v", what, format, sums[what], minor, sums)
				}
			}
		})
	}
}

// balances asks the stranger for every account's balance, minor units.
func balances(t *testing.T, format, path string) map[string]int64 {
	t.Helper()
	var out []byte
	var err error
	if format == reports.Hledger {
		cmd := exec.Command(stranger(t, "hledger"), "-f", path, "balance", "--flat", "-N", "-E", "-O", "csv")
		cmd.Env = append(os.Environ(), "LANG=C.UTF-8", "LC_ALL=C.UTF-8")
		out, err = cmd.Output()
	} else {
		if out, err := exec.Command(stranger(t, "bean-check"), path).CombinedOutput(); err != nil {
			t.Fatalf("bean-check: %v: %s", err, out)
		}
		out, err = exec.Command(stranger(t, "bean-query"), "-f", "csv", path, "SELECT account, sum(position) AS total GROUP BY account").Output()
	}
	if err != nil {
		t.Fatal(err, string(out))
	}
	rows, err := csv.NewReader(strings.NewReader(string(out))).ReadAll()
	if err != nil {
		t.Fatal(err, string(out))
	}
	sums := map[string]int64{}
	for _, row := range rows[1:] {
		text, currency, _ := strings.Cut(strings.TrimSpace(row[1]), " ")
		amount, err := money.Parse(text, "CNY")
		if err != nil && text != "0" && text != "" {
			t.Fatal(row, err)
		}
		name := strings.ReplaceAll(strings.TrimSpace(row[0]), "pct", "")
		_, ours, _ := strings.Cut(name, ":")
		sums["ours:"+ours+" "+currency] += amount.Minor
		short := strings.TrimSuffix(strings.ToLower(ours), "%")
		if strings.HasPrefix(short, "sales:") {
			short = "sales"
		}
		sums[short] += amount.Minor
	}
	return sums
}

// TestJournalFormats: what is no format is refused, and text cannot break out of its field.
func TestJournalFormats(t *testing.T) {
	m := newTrader(t)
	m.must(m.shop.OpenShift(m.ctx, 5000))
	m.must(m.shop.MoveCash(m.ctx, -700, "=1+2\n\"x\""))
	if _, err := m.shop.ExportJournal(m.ctx, app.JournalAsk{From: m.shop.Today(), Format: "doc"}, &strings.Builder{}); code(err) != "format_unknown" {
		t.Fatal(err)
	}
	var text strings.Builder
	done, err := m.shop.ExportJournal(m.ctx, app.JournalAsk{From: m.shop.Today()}, &text)
	m.must(done, err)
	rows, err := csv.NewReader(strings.NewReader(text.String())).ReadAll()
	if err != nil || len(rows) != 5 || !strings.HasPrefix(rows[3][4], "'=") || done.Accounts["cash:A CNY"] != 4300 {
		t.Fatal(fmt.Sprint(rows), done, err)
	}
}
